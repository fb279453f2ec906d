"""The computation graph, and the chain rule walked backwards over it.

This file needs to know of a Value only what it is made of: `data`, `grad`, its `arguments` and its rule.
"""

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from autograd.errors import DomainError, NumberOverflowError, StaleGraphError

if TYPE_CHECKING:
    from autograd.value import Value


def topological_order(output: "Value | Iterable[Value]") -> "list[Value]":
    """All Values that the output, or a list of outputs, was calculated from, parents before children.

    Each appears once, constants and the output itself included. Depth first, without recursion.
    """
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[Any] = list(output) if isinstance(output, Iterable) else [output]
    stack.reverse()
    while stack:
        node = stack.pop()
        if node is None:  # all that the next one depends on is in the list by now
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            stack += reversed(node.parents)
    return order


def backpropagate(output: "Value", seed: float, clock: int) -> None:
    """Reverse mode: set the `grad` of all inner nodes, and add to that of all leaves, that `output` depends on.

    By the chain rule, the derivative of the output with respect to a node is a sum over all uses of the node: the
    derivative with respect to the result of that use, times the partial derivative of the use. So each node, once
    all of its own uses are done, hands on `grad * partial` to each of its parents. Its rule does just that.
    """
    walk = _Walk(output)
    try:
        order = walk.by_level() or walk.by_depth()
        if any([node._clock != clock for node in order]):
            refuse_stale(order)
        output.grad = seed
        for node in order:
            rule = node._rule
            rule(node)
        totals = [before + leaf.grad for leaf, before in walk.leaves]
        if any([total - total for total in totals]):  # not 0.0 for what is not finite
            raise OverflowError
    except BaseException as error:
        walk.undo()
        if isinstance(error, ArithmeticError | ValueError):
            raise _explanation(output, seed) from None
        raise
    for (leaf, _), total in zip(walk.leaves, totals, strict=True):
        leaf.grad = total
    for node in walk.constants:
        node.grad = 0.0


class _Walk:
    """The nodes that one backward() visits.

    The gradient of every node that it meets is set to 0.0, which has to be done anyway. The 0.0 of each walk is an
    object of its own, so `node.grad is zero` tells at no cost whether the node was met before.
    """

    def __init__(self, output: "Value") -> None:
        self.output = output
        self.inner: list[Value] = []
        self.leaves: list[tuple[Value, float]] = []  # with the gradient from before
        self.constants: list[Value] = []

    def by_level(self) -> "list[Value] | None":
        """The inner nodes, children before parents: first the output, then what one step leads to, then two ...

        None where that order is wrong: when a node is met again after its turn, because some path to it is a short
        cut of another. Chains, trees and networks of layers have none, and this is the fastest way to sort them.
        """
        zero, zero_after_turn = float("0"), float("0")
        seen_lists: set[int] = set()
        order = self.inner = self._sorted_in(self.output, self.output.grad)
        self.output.grad = zero
        for node in order:
            node.grad = zero_after_turn
            a = node._a
            for parent in (a, node._b) if a is not None else _new_parents(node._b, seen_lists):
                before = parent.grad
                if before is not zero:
                    if before is zero_after_turn:
                        return None
                    parent.grad = zero
                    if parent._rule is None or parent._rule is no_gradient:
                        self._sorted_in(parent, before)
                    else:
                        order.append(parent)
        return order

    def by_depth(self) -> "list[Value]":
        """The inner nodes, children before parents, whatever the graph is like."""
        self.undo()
        self.__init__(self.output)
        for node in topological_order(self.output):
            self.inner += self._sorted_in(node, node.grad)
            node.grad = 0.0
        self.inner.reverse()
        return self.inner

    def undo(self) -> None:
        for leaf, before in self.leaves:
            leaf.grad = before
        for node in chain(self.inner, self.constants):
            node.grad = 0.0

    def _sorted_in(self, node: "Value", before: float) -> "list[Value]":
        if node._rule is None:
            self.leaves.append((node, before))
        elif node._rule is no_gradient:
            self.constants.append(node)
        else:
            return [node]
        return []


def no_gradient(node: "Value") -> None:
    """The rule of a constant, and its mark: it hands on nothing."""


no_gradient.operation = None  # pyright: ignore


def flat(arguments: tuple[Any, ...]) -> "Iterable[Value]":
    """The Values among the arguments of an operation, lists of them opened."""
    for argument in arguments:
        if isinstance(argument, tuple):
            yield from argument  # pyright: ignore
        else:
            yield argument


def floats(node: "Value") -> list[Any]:
    """The data of a node's arguments, as its row takes them."""
    return [[parent._data for parent in argument] if isinstance(argument, tuple) else argument._data
            for argument in node.arguments]


def recalculate(output: "Value") -> "Value":
    """Calculate a graph again after the data of some of its Values was set, and return its output.

    Every inner node gets the value that its row gives for its parents. Raises what recording would have raised; all
    data is then as before.
    """
    order = topological_order(output)
    before = {node: node._data for node in order}
    try:
        for node in order:
            if node.op is not None:
                node._data = node.op.calculate(floats(node), node.arguments)
    except BaseException:
        for node, data in before.items():
            node._data = data
        raise
    newest = max((node._clock for node in order), default=0)
    for node in order:
        if node.op is not None:
            node._clock = newest
    return output


def _new_parents(arguments: tuple[Any, ...], seen_lists: set[int]) -> "list[Value]":
    """The parents in lists that were not looked through yet: the nodes of a layer share their lists."""
    parents: list[Value] = []
    for argument in arguments:
        if not isinstance(argument, tuple):
            parents.append(argument)
        elif id(argument) not in seen_lists:  # pyright: ignore
            seen_lists.add(id(argument))  # pyright: ignore
            parents += argument
    return parents


def refuse_stale(order: "list[Value]") -> None:
    for node in order:
        for parent in node.parents:
            if parent._clock > node._clock:
                raise StaleGraphError(
                    f"{_called(parent)} was set to {parent._data} after {_called(node)} had been calculated from it; "
                    f"calculate again, or use recalculate(output), before backward()")


def _explanation(output: "Value", seed: float) -> DomainError:
    """What went wrong in backpropagate(), found by a second walk that looks at every step."""
    grads = {output: seed}
    for node in reversed(topological_order(output)):
        row, operands = node.op, floats(node)
        if row is None or node not in grads:
            continue
        for place, argument in enumerate(node.arguments):
            parents = list(flat((argument,)))
            if row.partials[place] is None or all(parent.constant for parent in parents):
                continue
            try:
                slopes = row.slope(place, node._data, operands)
            except DomainError as error:
                return type(error)(row.complaint(node.arguments, str(error).split("; here ")[0].removeprefix(
                    row.call + " ")) + _where(node))
            for parent, slope in zip(parents, slopes if isinstance(argument, tuple) else [slopes], strict=True):
                grads[parent] = grads.get(parent, 0.0) + grads[node] * slope
                if grads[parent] - grads[parent]:
                    return NumberOverflowError(f"the gradient of {_called(parent)} overflows{_where(node)}")
    return NumberOverflowError("the gradient overflows")


def _called(node: "Value") -> str:
    return repr(node.label) if node.label else f"a Value ({node.op.symbol if node.op else 'leaf'})"


def _where(node: "Value") -> str:
    return f"\n  calculated in {node.recorded_at}" if node.recorded_at else ""
