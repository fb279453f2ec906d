"""One symbol, one meaning; one name per node: pictures, explanations and their data call everything the same."""

import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, draw, explain, topological_order
from autograd.writing.textbook import module_title
from tests.support.graphs import COUNT, generated
from tests.support.pictures import Picture, number


def shown_names(output: Value, **options) -> dict[str, str]:
    """What each box of a picture calls its node; operations have their sign before it."""
    picture = Picture(draw(output, fold=False, **options).svg())
    names: dict[str, str] = {}
    for place, node in enumerate(topological_order(output)):
        if not node.constant:
            texts = [text for text in picture.nodes[f"n{place}"].texts if text.strip("\u00a0")]
            names[f"n{place}"] = texts[1] if node.op else texts[0]
    return names


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, COUNT - 1))
def test_a_node_has_one_name_in_pictures_and_explanations(seed: int) -> None:
    output, _ = generated(seed)
    data = explain(output).to_dict()
    explained = {node["id"]: node["name"]["text"] for node in data["nodes"] if node["kind"] != "constant"}
    found = shown_names(output)
    assert {name: text for name, text in found.items() if name in explained} == explained
    assert max(Counter(explained.values()).values()) == 1


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, COUNT - 1))
def test_each_use_of_a_value_has_one_number_and_every_symbol_one_value(seed: int) -> None:
    """What is written ∂a/∂b stands for one number in the whole explanation, and the arrow of use #2 says the same."""
    output, _ = generated(seed)
    explanation = explain(output)
    values: dict[str, float] = {}
    for step in explanation:
        if step.kind == "backward" and step.flow:
            local, whole = (equation.left.text for equation in step.equations[:2])
            for symbol, value in ((local, step.flow.local), (whole, step.flow.contribution)):
                if step.edge and step.edge.child is explanation.output and step.edge.uses > 1:
                    assert "#" in symbol
                assert values.setdefault(symbol, value) == pytest.approx(value, rel=1e-9), symbol
    picture = Picture(draw(output, fold=False).svg())
    for edge, flow in zip(explanation.graph.edges, explanation.graph.flows, strict=True):
        text = picture.edges[f"e{explanation.graph.place[edge.child]}-{edge.place}"].text
        assert re.match(r"#(\d+) ", text) is None if edge.uses == 1 else text.startswith(f"#{edge.use} ×")
        assert number(text) == pytest.approx(flow.local, rel=6e-4, abs=1e-12)


def test_networks_have_the_names_of_a_textbook() -> None:
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    assert module_title("layers.0.neurons.1") == "layer 1, neuron 2"
    loss = (model([Value(1.0, "x₁"), Value(0.0, "x₂")]) - Value(1.0, "t")) ** 2
    names = set(explain(loss, names=model).graph.names.values())
    assert names == {"x₁", "x₂", "w₁₁₁", "w₁₁₂", "w₁₂₁", "w₁₂₂", "b₁₁", "b₁₂", "z₁₁", "z₁₂", "h₁₁", "h₁₂", "w₂₁₁",
                     "w₂₁₂", "b₂₁", "ŷ", "t", "v1", "L"}
    assert set(shown_names(loss, names=model).values()) == names
    assert explain(loss, names=model).graph.names[model.layers[0].neurons[1].w[0]] == "w₁₂₁"


def test_indices_of_two_digits_are_kept_apart_and_names_that_would_be_the_same_stay_dotted() -> None:
    wide = nn.Layer(12, 11, "linear", seed=0)
    names = explain(wide([1.0] * 12)[10], names=wide).graph.names
    assert names[wide.neurons[10].w[0]] == "w₁₁,₁"
    two = {"one": nn.Neuron(1, "linear", seed=0), "two": nn.Neuron(1, "linear", seed=0)}
    y = two["one"]([1.0]) * two["two"]([2.0])
    assert {"one.w.0", "two.w.0"} <= set(explain(y, names=two).graph.names.values())


@pytest.mark.parametrize("known", [False, True])
def test_no_gradient_is_shown_that_is_not_known(known: bool) -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    y = a * b
    if known:
        y.backward()
    picture = Picture(draw(y).svg())
    assert {any(text.startswith("grad") for text in shown.texts) for shown in picture.nodes.values()} == {known}
