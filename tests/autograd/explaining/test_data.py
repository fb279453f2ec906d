"""Explanations as JSON: they follow the schema, and hold what the steps hold."""

import json
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings

import nn
from autograd import Value, explain, topological_order
from autograd.explaining.data import SCHEMA
from tests.support.calculus import EXAMPLES, TEXT, lines, survey, used_twice
from tests.support.explanations import hostile
from tests.support.programs import programs


def valid(explanation, **keywords):
    data = json.loads(json.dumps(explanation.to_dict(**keywords), allow_nan=False))
    jsonschema.validate(data, SCHEMA, cls=jsonschema.Draft202012Validator)
    return data


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@given(programs())
@settings(max_examples=20)
def test_it_follows_its_schema_and_describes_the_graph(program):
    output = program.values()[-1]
    explanation = explain(output).update(0.1)
    data = valid(explanation, mathml=False)
    order = topological_order(output)
    assert [node["id"] for node in data["nodes"]] == [f"n{place}" for place in range(len(order))]
    assert [node["value"] for node in data["nodes"]] == [node.data for node in order]
    assert [[data["nodes"][int(parent[1:])]["value"] for parent in node["parents"]] for node in data["nodes"]] == [
        [parent.data for parent in node.parents] for node in order]
    edges = {edge["id"]: edge for edge in data["edges"]}
    assert list(edges) == [f"e{child}-{place}" for child, node in enumerate(order)
                           for place in range(len(node.parents))]
    assert data["output"] == f"n{len(order) - 1}"
    output.backward()
    assert [node["gradient"] for node in data["nodes"]] == pytest.approx([node.grad for node in order])
    for step, made in zip(data["steps"], explanation, strict=True):
        assert step["result"] == made.result
        assert step["sentence"]["en"] == made.sentence
        if step["kind"] == "backward":
            edge = edges[step["edge"]]
            assert edge["parent"] == step["node"]
            assert edge["local"] == step["local"] == made.flow.local
    assert sum(phase["count"] for phase in data["phases"]) == len(data["steps"])


@pytest.mark.parametrize("example", EXAMPLES)
def test_equations_are_there_as_text_latex_and_mathml(example):
    data = valid(explain(example()))
    equations = [equation for step in data["steps"] for equation in step["equations"]]
    assert [equation["text"] for equation in equations] == lines(TEXT[example])
    assert all(equation["mathml"].startswith("<math ") for equation in equations)


def test_names_kinds_and_modules():
    model = nn.Neuron(2, activation="tanh", seed=1)
    x = Value(1.0, "x")
    data = valid(explain(model([x, 2.0]) * 3.0, names=model))
    kinds = {node["name"]["text"]: (node["kind"], node["module"]) for node in data["nodes"]}
    assert kinds == {"b": ("parameter", ""), "w₁": ("parameter", ""), "w₂": ("parameter", ""), "x": ("input", ""),
                     "2": ("constant", ""), "3": ("constant", ""), "v1": ("operation", ""),
                     "v2": ("operation", ""), "L": ("operation", "")}
    assert data["parameters"] == [node["id"] for node in data["nodes"] if node["kind"] == "parameter"]
    assert next(node for node in data["nodes"] if node["operation"] == "tanh")["composite"]


def test_what_has_no_number_is_null():
    data = valid(explain(survey(), topological_order(survey())[:0] or None))
    seed = next(step for step in data["steps"] if step["kind"] == "seed")
    assert seed["edge"] is seed["local"] is seed["before"] is None
    x = Value(2.0, "x")
    data = valid(explain(x * Value(3.0, "other"), x))
    assert [node["gradient"] for node in data["nodes"]] == [3.0, None, 1.0]
    assert [edge["local"] for edge in data["edges"]] == [3.0, None]


def test_the_sentences_are_templates_whose_slots_are_there():
    from autograd.explaining.sentences import SENTENCES, say

    for step in valid(explain(used_twice()).update(0.1))["steps"]:
        sentence = step["sentence"]
        assert {lang: say(sentence["key"], lang, **sentence["slots"]) for lang in SENTENCES[sentence["key"]]} == {
            "en": sentence["en"], "zh": sentence["zh"]}


def test_any_label_makes_valid_json():
    data = valid(explain(hostile()))
    assert data["nodes"][0]["label"] == "</script>"
    for node in data["nodes"]:
        name = ElementTree.fromstring(node["name"]["mathml"])
        shown = "".join(name.itertext()).replace("\u00a0", " ")
        assert shown in (node["name"]["text"], node["name"]["text"].replace("_2", "2"))  # where it is an index
