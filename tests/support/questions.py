"""What the quiz of a page asks and takes, beside finite differences in the page's own engine, and beside PyTorch."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from autograd import Value, explain, topological_order
from tests.support.graphs import SOFTSIGN
from tests.support.oracle import EXPECTED

FUNCTIONS = {name: expected.function for name, expected in EXPECTED.items()} | {
    SOFTSIGN.name: functional.softsign, "power": torch.pow}

# The questions as they are asked, each with two slopes that the page finds without any derivative: that of the arrow
# (one operand moved, everything else held fixed) or of the node, and for a symbol without a number of a use that of
# the child when all of it moves, too, since a reader could mean that.
ASKED = """() => quiz.questions.map((question, index) => {
    quiz.current = index; quiz.solved = false; renderNow();
    const { kind, node, child, place, use } = question;
    const { values } = state.numbers;
    const width = 1e-6 * Math.max(1, Math.abs(values[node]));
    const moved = (change, where) => {
      if (kind === "local" && where === "arrow") {
        const operands = graph.nodes[child].parents.map((parent) => values[parent]);
        operands[place] += change;
        return arithmetic[graph.nodes[child].shape].value(operands);
      }
      const others = values.slice();
      others[node] += change;
      return engine.forward(others, node, values)[kind === "local" ? child : graph.output];
    };
    const slope = (where) => (moved(width, where) - moved(-width, where)) / (2 * width);
    return { kind, node, child, place, use, answer: question.answer,
      symbol: document.getElementById("quiz-asked").textContent,
      slopes: use ? [slope("arrow")] : [slope("arrow"), slope("all")] }; })"""

SAY = """(said) => said.map(([index, given]) => { quiz.current = index; ask(); field("quiz-answer").value = given;
    element("quiz-form").requestSubmit();
    return [quiz.solved, quiz.tried, document.getElementById("quiz-verdict").textContent]; })"""


def arguments(node: Value, found: dict[Value, Tensor], fresh: list[Tensor] | None = None) -> list[Any]:
    """The arguments of a node as tensors; `fresh` gathers copies of them, so that each has a gradient of its own."""
    assert node.op is not None

    def tensor(parent: Value) -> Tensor:
        if fresh is None:
            return found[parent]
        fresh.append(found[parent].detach().clone().requires_grad_())
        return fresh[-1]

    plain = FUNCTIONS[node.op.name] is FUNCTIONS["take"]
    return [[tensor(item) for item in argument] if isinstance(argument, tuple) else
            tensor(argument).item() if plain else tensor(argument) for argument in node.arguments]


def in_pytorch(output: Value, leaves: dict[int, float]) -> dict[Value, Tensor]:
    """Every node as a tensor that keeps its gradient; a number that was set by hand is a leaf."""
    found: dict[Value, Tensor] = {}
    order = topological_order(output)
    fixed = explain(output).graph.fixed
    for place, node in enumerate(order):
        if node.op is None or node in fixed:
            found[node] = torch.tensor(leaves.get(place, node.data), dtype=torch.float64, requires_grad=True)
        else:
            found[node] = FUNCTIONS[node.op.name](*arguments(node, found))
            if found[node].requires_grad:
                found[node].retain_grad()
    found[output].backward()
    return found


def by_pytorch(order: list[Value], found: dict[Value, Tensor], question: dict[str, Any]) -> float:
    """The answer to a question. A local derivative is that of one operation alone."""
    if question["kind"] != "local":
        gradient = found[order[question["node"]]].grad
        return 0.0 if gradient is None else gradient.item()
    child = order[question["child"]]
    assert child.op is not None
    fresh: list[Tensor] = []
    result = FUNCTIONS[child.op.name](*arguments(child, found, fresh))
    (slope,) = torch.autograd.grad(result, fresh[question["place"]], allow_unused=True)
    return 0.0 if slope is None else slope.item()


def every_right_answer_is_taken(page: Any, output: Value) -> None:
    """Asserts that, and that no symbol of the quiz has two right answers, for two sets of numbers."""
    order = topological_order(output)
    page.evaluate("enter('quiz'); startQuiz()")
    for _ in range(2):
        asked = page.evaluate(ASKED)
        given = page.evaluate("state.given")
        found = in_pytorch(output, dict(enumerate(given)))
        answers: dict[str, float] = {}
        said: list[list[Any]] = []
        for index, question in enumerate(asked):
            right = by_pytorch(order, found, question)
            assert question["answer"] == pytest.approx(right, rel=1e-9, abs=1e-12), question
            before = answers.setdefault(question["symbol"], right)
            assert math.isclose(before, right, rel_tol=1e-9, abs_tol=1e-12), question["symbol"]
            shared = [node for node in order if order[question["node"]] in node.parents]
            assert ("#" in question["symbol"]) <= (len(shared) > 0)
            said += [[index, f"{answer:.6g}"] for answer in [right, *question["slopes"]]]
        for told, (solved, _, verdict) in zip(said, page.evaluate(SAY, said), strict=True):
            assert solved, (asked[told[0]], told, verdict)
        page.evaluate("tryAnother()")
