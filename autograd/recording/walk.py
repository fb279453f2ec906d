"""The order in which backward() visits the nodes of a graph, and the gradients to go back to if it fails."""

from itertools import chain
from typing import TYPE_CHECKING, Any

from autograd.table.reading import is_tuple

if TYPE_CHECKING:
    from autograd.value import Value


class Walk:
    """The nodes that one backward() visits.

    The gradient of every node that it meets is set to 0.0, which has to be done anyway. The 0.0 of each walk is an
    object of its own, so `node.grad is zero` tells at no cost whether the node was met before. What was there is noted
    first, so that `undo()` puts it back whenever the walk is interrupted.
    """

    def __init__(self, output: "Value", clock: int) -> None:
        self.output, self.clock = output, clock
        self.clocks_differ = False  # only then it is worth to compare each node with its parents
        self._start()

    def _start(self) -> None:
        self.inner: list[Value] = []
        self.leaves: list[tuple[Value, float]] = []  # with the gradient from before
        self.constants: list[Value] = []

    def by_level(self) -> "list[Value] | None":
        """The inner nodes, children before parents: first the output, then what one step leads to, then two ...

        None where that order is wrong: when a node is met again after its turn, because some path to it is a short
        cut of another. Chains, trees and networks of layers have none, and this is the fastest way to sort them.
        """
        zero, zero_after_turn = float("0"), float("0")
        clock, leaves, constants = self.clock, self.leaves, self.constants
        waiting_of_list: dict[int, list[Value]] = {}
        order = self.inner = self._sorted_in(self.output)
        self.output.grad = zero
        for node in order:
            node.grad = zero_after_turn
            if node._clock is not clock:
                self.clocks_differ = True
            a, b = node._a, node._b
            if a is None:
                for argument in b:
                    waiting = waiting_of_list.get(id(argument))
                    if waiting is None:  # the nodes of a layer share their lists: each is looked through once
                        waiting = waiting_of_list[id(argument)] = self._look_through(argument, zero, zero_after_turn)
                    for item in waiting:
                        if item.grad is zero_after_turn:
                            return None
                continue
            # The same for both parents, written out twice: a loop over the two takes twice as long.
            before = a.grad
            if before is not zero:
                if before is zero_after_turn:
                    return None
                if a._b is not None:
                    order.append(a)
                elif a._rule is None:
                    leaves.append((a, before))
                else:
                    constants.append(a)
                a.grad = zero
            before = b.grad
            if before is not zero:
                if before is zero_after_turn:
                    return None
                if b._b is not None:
                    order.append(b)
                elif b._rule is None:
                    leaves.append((b, before))
                else:
                    constants.append(b)
                b.grad = zero
        return order

    def _look_through(self, argument: Any, zero: float, zero_after_turn: float) -> "list[Value]":
        """Meet the items of a list. Returned are those of which one has the first turn of all its inner nodes."""
        items: tuple[Value, ...] = argument if is_tuple(argument) else (argument,)
        new, before = len(self.inner), 0
        for item in items:
            if item.grad is not zero and item.grad is not zero_after_turn:
                self.inner += self._sorted_in(item)
                item.grad = zero
            elif item._b is not None:
                before += 1
        return self.inner[new : new + 1] if not before else [item for item in items if item._b is not None]

    def by_depth(self, order: "list[Value]") -> "list[Value]":
        """The inner nodes, children before parents, from a topological order: right for every graph."""
        self.undo()
        self._start()
        for node in reversed(order):
            if node._b is not None:
                self.inner.append(node)
            else:
                self._sorted_in(node)
            node.grad = 0.0
        self.clocks_differ = any(node._clock is not self.clock for node in self.inner)
        return self.inner

    def undo(self) -> None:
        """Put back the gradients of the leaves; the others are 0.0."""
        for leaf, before in self.leaves:
            leaf.grad = before
        for node in chain(self.inner, self.constants):
            node.grad = 0.0

    def _sorted_in(self, node: "Value") -> "list[Value]":
        if node._b is not None:
            return [node]
        if node._rule is None:
            self.leaves.append((node, node.grad))
        else:
            self.constants.append(node)
        return []


def no_gradient(node: Any) -> None:
    """The rule of a constant, and its mark: it hands on nothing."""


no_gradient.operation = None  # pyright: ignore[reportFunctionMemberAccess]
