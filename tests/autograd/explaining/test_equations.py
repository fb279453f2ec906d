"""Equations that would be too long to read: long lists and long products are written by their ends."""

import re

import pytest
from pylatexenc.latexwalker import LatexWalker

from autograd import Operation, Value, dot, explain, logsumexp, operations
from tests.support.explanations import tree_of

add_up = operations["sum"]


def many(count: int, first: float = 1.0) -> list[Value]:
    return [Value(first, f"x{place}") for place in range(count)]


def forward(output: Value):
    return next(step for step in explain(output) if step.kind == "forward")


@pytest.mark.parametrize(("row", "lists", "count"), [(add_up, 1, 10_000), (dot, 2, 1000), (logsumexp, 1, 1000)])
def test_a_node_of_many_numbers_is_written_by_its_ends_in_each_form(row: Operation, lists: int, count: int) -> None:
    explanation = explain(row(*(many(count) for _ in range(lists))))
    text = str(explanation)
    assert max(map(len, text.splitlines())) <= 80
    assert len(text) < 5_000
    step = explanation[len(explanation.phases["forward"]) - 1]
    for line, first, last in ((step.equations[0].text, "x0", f"x{count - 1}"), (step.sentence, "x0", f"x{count - 1}"),
                              (step.equations[0].latex, "x_{0}", f"x_{{{count - 1}}}")):
        assert len(line) < 1_000
        assert first in line
        assert last in line
    assert len(explanation.to_markdown()) < 40_000
    assert len(explanation.to_latex()) < 40_000
    LatexWalker(explanation.to_latex(), tolerant_parsing=False).get_latex_nodes()
    assert "…" in "".join(tree_of(explanation).itertext()) or "⋯" in "".join(tree_of(explanation).itertext())


def test_what_is_left_out_is_one_ellipsis_between_the_terms() -> None:
    step = forward(dot(many(30), many(30)))
    _, symbols, numbers, total = step.equations[0].text.split(" = ")
    assert re.fullmatch(r"(x\d+·x\d+(_2)? \+ )+… \+ (x\d+·x\d+(_2)? \+ )*x29·x29_2", symbols)
    assert re.fullmatch(r"(1\.0 × 1\.0 \+ )+… \+ (1\.0 × 1\.0 \+ )*1\.0 × 1\.0", numbers)
    assert total == "30.0"
    latex = step.equations[0].latex
    assert latex.count(r"\cdots") == latex.count(r"+ \cdots +") == 2


def test_the_sign_before_the_result_speaks_of_all_numbers_those_left_out_too() -> None:
    values = many(100, 0.5)
    assert forward(add_up(values)).equations[0].text.endswith("0.5 = 50.0")
    values[50] = Value(1 / 3)
    assert forward(add_up(values)).equations[0].text.endswith("0.5 ≈ 49.83")


@pytest.mark.parametrize("row", [add_up, logsumexp])
def test_a_list_that_can_be_read_is_written_whole(row: Operation) -> None:
    text = forward(row(many(20))).equations[0].text
    assert re.findall(r"x\d+", text) == [f"x{place}" for place in range(20)]
    assert "…" not in text


def test_json_grows_with_the_graph_and_not_with_its_square() -> None:
    sizes = [len(repr(explain(dot(many(count), many(count))).to_dict(mathml=False))) for count in (50, 100, 200)]
    assert sizes[2] - sizes[1] < 2.2 * (sizes[1] - sizes[0])


def test_a_path_of_2000_edges_is_written_by_its_ends() -> None:
    x = Value(3.0, "x")
    y = x
    for _ in range(2000):
        y = -y
    (path,) = explain(y).paths(x)
    assert path.product == 1.0
    assert path.equation.text.startswith("∂v1/∂x·∂v2/∂v1·")
    assert re.search(r"·…·.*∂L/∂v1999 = -1.0 × \(-1.0\) × .* × … × .*-1.0\) ≈ 1.0$", path.equation.text)
    assert path.equation.latex.count(r"\cdots") == 2
    assert max(map(len, str(explain(y).paths(x)).splitlines())) <= 82  # the lines of a path are set in by 2


def test_the_sum_over_1000_paths_is_written_by_its_ends() -> None:
    x = Value(3.0, "x")
    paths = explain(add_up([x * place for place in range(1, 1001)])).paths(x)
    assert len(paths) == 1000
    assert re.fullmatch(r"∂L/∂x = 1000\.0 \+ 999\.0 \+ .*\+ … \+ .*1\.0 ≈ 5\.005e5", paths.equation.text)
    assert str(paths).endswith("≈ 5.005e5")
