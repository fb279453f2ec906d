"""Derivatives of choices between branches of which only the one that is chosen has to exist.

Where numbers are known, the other branch is not even calculated. In a graph that is recorded for all numbers both are
there, and the chain rule would multiply the 0 that flows to the other one by slopes that do not exist: by infinity,
perhaps, which is no number. So in such a graph a gradient flows through a branch as if it was chosen, and the choice is
made where it leaves: there 0 takes its place if the branch was not chosen after all.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from autograd.recording.node import Node
from autograd.table.reading import either

Choice = tuple[Node, int]  # what chooses, and the place of one of its branches


class Branches:
    """The branches that each node of a graph lies in, from the outermost to the innermost."""

    def __init__(self, order: Sequence[Node]) -> None:
        self._of: dict[int, tuple[Choice, ...]] = {id(order[-1]): ()}
        for child in reversed(order):
            for place, parent in enumerate(child.parents):
                inside, known = self._through(child, place), self._of.get(id(parent))
                self._of[id(parent)] = inside if known is None else _common(known, inside)

    def slopes(self, child: Node, found: Iterator[tuple[int, Node, Any]]) -> Iterator[tuple[int, Node, Any]]:
        """The local derivatives of a node, such that what flows back along them is chosen where it leaves a branch."""
        for place, parent, slope in found:
            if _is_branch(child, place):
                slope = 1.0
            left = self._through(child, place)[len(self._of[id(parent)]):]
            yield place, parent, _Chosen(slope, left) if left else slope

    def _through(self, child: Node, place: int) -> tuple[Choice, ...]:
        within = self._of[id(child)]
        return (*within, (child, place)) if _is_branch(child, place) else within


class _Chosen:
    """A slope; what is multiplied by it counts only if these branches were chosen."""

    def __init__(self, slope: Any, choices: tuple[Choice, ...]) -> None:
        self._slope, self._choices = slope, choices

    def __rmul__(self, incoming: Any) -> Any:
        product = incoming if isinstance(self._slope, float) and self._slope == 1.0 else incoming * self._slope
        for node, place in reversed(self._choices):
            condition = node.arguments[0]
            assert node.op is not None
            product = node.op(condition, product, 0.0) if place == 1 else node.op(condition, 0.0, product)
        return product


def _is_branch(child: Node, place: int) -> bool:
    return child.op is not None and child.op.value is either and place > 0


def _common(one: tuple[Choice, ...], other: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The branches that both lie in. Choices by the same condition are the same."""
    pairs = zip(one, other, strict=False)
    same = ((a[0].arguments[0] is b[0].arguments[0] and a[1] == b[1]) for a, b in pairs)
    return one[: sum(1 for _ in takewhile(bool, same))]
