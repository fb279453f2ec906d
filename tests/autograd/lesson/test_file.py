"""The file of a lesson: written whole or not at all, small, the same each time; and what is refused."""

import math
import os
from pathlib import Path
from typing import Any

import pytest

import nn
from autograd import Value, constant, dot, explain, log, operation, tanh
from autograd.lesson import page
from autograd.lesson.content import Content
from autograd.lesson.document import MOST_NODES, SCRIPTS
from tests.support.garbage import assert_freed_at_once
from tests.support.javascript import mistakes_of_type

PAGE = Path(__file__).parents[3] / "autograd" / "lesson" / "page"


def product() -> Value:
    return Value(2.0, "a") * Value(-3.0, "b")


def test_the_same_explanation_gives_the_same_bytes_and_leaves_nothing_else(tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        explain(product()).to_html(tmp_path / name, lr=0.1)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["one.html", "two.html"]
    other = tmp_path / "other"
    other.write_text("")
    assert (tmp_path / "one.html").stat().st_mode == other.stat().st_mode


def test_a_page_is_freed_at_once() -> None:
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    loss = nn.mean_squared_error([model([1.0, 2.0])], [1.0])
    assert_freed_at_once(lambda: page(explain(loss, names=model), lr=0.1))


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lesson.html"
    path.write_text("before")

    def refuse(*_: Any) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="full"):
        explain(product()).to_html(path)
    assert os.listdir(tmp_path) == ["lesson.html"]
    assert path.read_text() == "before"
    with pytest.raises(FileNotFoundError):
        explain(product()).to_html(tmp_path / "nowhere" / "lesson.html")


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"title": 3}, TypeError, "title is a string, or a dict of strings by language, not 'int'"),
    ({"lang": "fr"}, ValueError, "there is no language 'fr'"),
    ({"lr": 0.0}, ValueError, "a learning rate is a positive number, not 0.0"),
    ({"lr": -1}, ValueError, "a learning rate is a positive number, not -1"),
    ({"lr": math.inf}, ValueError, "a learning rate is a positive number, not inf"),
    ({"lr": "fast"}, TypeError, "str"),
])
def test_options_that_are_none_are_refused_before_anything_is_written(
        tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        explain(product()).to_html(tmp_path / "lesson.html", **options)
    assert os.listdir(tmp_path) == []


def test_a_graph_that_is_too_large_for_a_page_is_refused_in_one_sentence() -> None:
    x = Value(1.0)
    for _ in range(MOST_NODES):
        x = x * 1.0
    with pytest.raises(ValueError, match=r"at most 1,000 nodes, and this graph has 2,001: explain a part of it"):
        page(explain(x))


def test_an_operation_that_only_python_can_calculate_is_refused_in_one_sentence() -> None:
    row = operation("gamma_of_a_test", lambda x: math.gamma(float(x)), (lambda y, x: 1.0,))
    with pytest.raises(ValueError, match="and an operation in this graph cannot be written in it: gamma_of"):
        page(explain(row(Value(3.0))))


def test_such_an_operation_does_not_disturb_the_pages_of_others() -> None:
    operation("gamma_of_another_test", lambda x: math.gamma(float(x)), (lambda y, x: 1.0,))
    page(explain(product()))


def test_what_cannot_be_opened_or_not_be_read_stays_closed() -> None:
    itself = operation("itself_of_a_test", lambda x: x + 0.0, (lambda y, x: 1.0,), expansion=lambda x: x)
    too_large = tanh(Value(400.0))  # e^800 is on the way
    too_many = dot([Value(1.0) for _ in range(40)], [Value(1.0) for _ in range(40)])
    graph = Content(explain(too_large + too_many + itself(Value(1.0)) + tanh(Value(0.5))).steps).graph
    opening = [node["shape"] for node in graph["nodes"] if "expansion" in node]
    assert len(opening) == 1
    assert len(graph["nodes"]) > 80


def test_no_derivative_with_respect_to_constants_is_written_down() -> None:
    node = constant(-2.0) ** constant(3.0)  # whose derivative by the exponent does not exist
    assert page(explain(node * Value(1.0, "x")))


def test_a_value_that_was_set_by_hand_is_fixed_be_its_operands_what_they_may() -> None:
    x, a = Value(1.0, "x"), Value(2.0, "a")
    y = log(x)
    x.data = -1.0
    y.data = 5.0
    assert [node.get("fixed", False) for node in Content(explain(y * a, [a]).steps).graph["nodes"]] == [
        False, True, False, False]


def test_a_number_that_an_opened_operation_rounds_anew_is_not_fixed() -> None:
    for point in range(1, 200):
        steps = explain(tanh(Value(point / 37, "x")) * 3, expand="tanh").steps
        assert not any(node.get("fixed") for node in Content(steps).graph["nodes"]), point


def test_a_page_of_50_nodes_is_small() -> None:
    x = y = Value(0.5, "x")
    for number in range(23):
        y = tanh(y) + Value(0.1, f"b{number}") if number % 2 else y * x
    explanation = explain(y)
    assert 45 <= len(explanation.graph.order) <= 55 or len(explanation.graph.order) < 55
    assert len(page(explanation, lr=0.1).encode()) < 300_000


def test_the_neurons_of_a_large_graph_are_folded_in_the_order_of_the_layers() -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    inputs, targets = nn.datasets.xor()
    loss = nn.mean_squared_error([model(row) for row in inputs], targets)
    folded = Content(explain(loss, names=model).steps).folded
    assert list(folded) == [*(f"layers.0.neurons.{number}" for number in range(4)), "layers.1.neurons.0"]
    assert Content(explain(loss).steps).folded == {}
    assert Content(explain(model(inputs[1]), names=model).steps).folded == {}


@pytest.mark.slow
def test_the_scripts_are_typed(tmp_path: Path) -> None:
    declarations = (PAGE / "generated.d.ts").read_text(encoding="utf-8")
    assert mistakes_of_type([(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS], declarations,
                            tmp_path) == ""
