"""Whatever the graph: the page's numbers are Python's, whether changed, opened, nudged or asked for."""

import math
import random
from functools import lru_cache
from typing import Any

import pytest

from autograd import DomainError, Value, explain, operations, topological_order
from tests.support.graphs import COUNT, ROWS, SOFTSIGN, generated, rows_of
from tests.support.questions import every_right_answer_is_taken

NUMBERS = """() => ({values: state.numbers.values, gradients: state.numbers.gradients,
    text: [...picture.boxes].map(([place, box]) => [place, box.value.textContent, box.gradient.textContent])})"""
SET = """([place, value]) => { const field = document.getElementById(`number-${place}`); field.value = value;
    field.dispatchEvent(new Event("change")); renderNow();
    return document.getElementById(`trouble-${place}`).textContent; }"""


@pytest.fixture(autouse=True)
def an_operation_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(operations, SOFTSIGN.name, SOFTSIGN)


def test_the_graphs_together_hold_every_row_of_the_table() -> None:
    assert rows_of(generated(seed)[0] for seed in range(COUNT)) >= set(ROWS)


@lru_cache(maxsize=1)
def moving(output: Value) -> set[Value]:
    """The nodes that the page has a gradient for: what is behind a stop_gradient is none of its business."""
    return {node for node in explain(output).graph.moving if not node.constant}


def python(output: Value, numbers: dict[Value, float]) -> tuple[list[float], dict[int, float]]:
    """All values and gradients with other numbers in the leaves, from Python. Values set by hand stay."""
    order = topological_order(output)
    twins: dict[Value, Value] = {}
    for node in order:
        if node.op is None:
            twins[node] = node if node.constant else Value(numbers.get(node, node.data), node.label)
        else:
            twins[node] = node.op(*[tuple(twins[item] for item in argument) if isinstance(argument, tuple) else
                                    twins[argument] for argument in node.arguments])
            if node.op.calculate(node.operands, node.arguments) != node.data:
                twins[node].data = node.data
    for twin in twins.values():
        twin.grad = 0.0
    try:
        twins[output].backward()
    except DomainError:  # which may be about a number that depends on no leaf: a page does not ask for that derivative
        for node, slope in explain(twins[output]).graph.gradients.items():
            node.grad = slope
    shown = moving(output)
    return [twins[node].data for node in order], {
        place: twins[node].grad for place, node in enumerate(order) if node in shown}


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def compare(page: Any, output: Value, numbers: dict[Value, float]) -> None:
    values, gradients = python(output, numbers)
    seen = page.evaluate(NUMBERS)
    order = topological_order(output)
    for place, node in enumerate(order):
        assert close(seen["values"][place], values[place]), (place, node.op)
        if place in gradients:
            assert close(seen["gradients"][place], gradients[place]), (place, node.op)
    for place, value, gradient in seen["text"]:
        assert float(value.replace("−", "-")) == pytest.approx(values[place], rel=6e-4), (place, value)
        if gradient:
            shown = gradient.removeprefix("grad ").removeprefix("梯度 ").replace("−", "-")
            assert float(shown) == pytest.approx(gradients[place], rel=6e-4)


@pytest.mark.parametrize("seed", range(COUNT))
def test_live_numbers_zoom_nudge_and_quiz(visit: Any, seed: int) -> None:
    output, leaves = generated(seed)
    order = topological_order(output)
    places = {node: place for place, node in enumerate(order)}
    page = visit(explain(output))
    page.keyboard.press("End")
    page.evaluate("renderNow()")
    compare(page, output, {})

    draws = random.Random(seed)
    numbers = {leaf: leaf.data for leaf in leaves if leaf in places}
    for _ in range(4):
        leaf = draws.choice(list(numbers))
        wanted = round(draws.uniform(-2.5, 2.5), 3)
        trouble = page.evaluate(SET, [places[leaf], repr(wanted)])
        try:
            python(output, numbers | {leaf: wanted})
        except (DomainError, ArithmeticError):
            assert trouble, (leaf.label, wanted)
        else:
            assert trouble == "", (leaf.label, wanted)
            numbers[leaf] = wanted
        compare(page, output, numbers)

    # Opened, every composite node has the same value and hands on the same gradients.
    verdicts = page.evaluate("""() => graph.nodes.flatMap((node, place) => {
        if (node.expansion === undefined) return [];
        openZoom(place); renderNow();
        const lens = document.querySelector(`[data-lens="${place}"]`);
        const found = [...lens.querySelectorAll("tbody td:last-child, .trouble")].map((cell) => cell.textContent);
        closeZoom(place);
        return [[place, node.expansion, found]]; })""")
    for place, _, found in verdicts:
        assert order[place].op is not None
        assert found
        for verdict in found:
            assert verdict == "✓ the same" or "cannot be opened" in verdict, (order[place].op, found)

    # A nudge: what is calculated again is what Python calculates.
    leaf = draws.choice(list(numbers))
    before = python(output, numbers)
    nudged = page.evaluate("""(place) => { tellStory(place); renderNow(); const {dataset, textContent} =
        document.getElementById("nudge-result");
        const found = [Number(dataset.predicted), Number(dataset.found), textContent];
        closeStory(); return found; }""", places[leaf])
    try:
        after = python(output, numbers | {leaf: numbers[leaf] + 0.01})
    except (DomainError, ArithmeticError):
        assert "needs" in nudged[2] or "overflows" in nudged[2] or "derivative" in nudged[2]
    else:
        assert close(nudged[0], 0.01 * before[1][places[leaf]])
        assert close(nudged[1], after[0][-1] - before[0][-1])

    # The quiz asks for numbers that are Python's, and PyTorch's.
    every_right_answer_is_taken(page, output)
