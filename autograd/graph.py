"""The computation graph, and the chain rule walked backwards over it.

This file needs to know of a Value only what it is made of: its gradient, its parents and its rule.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autograd.recording.causes import explanation, refuse_stale
from autograd.recording.modes import lock, state
from autograd.recording.walk import Walk

if TYPE_CHECKING:
    from autograd.value import Value


def topological_order(output: "Value | Iterable[Value]") -> "list[Value]":
    """All Values that the output, or a list of outputs, was calculated from, parents before children.

    Each appears once; constants and the output itself are included. Depth first, without recursion.
    Raises TypeError for what is not a Value.
    """
    outputs = list(output) if isinstance(output, Iterable) else [output]
    for node in outputs:
        if not hasattr(node, "_rule"):
            raise TypeError(f"a graph is made of Values, not of {type(node).__name__!r}")
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[Any] = outputs[::-1]
    while stack:
        node = stack.pop()
        if node is None:  # all that the next one depends on is in the list by now
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            parents = node.parents
            if parents:
                stack += (node, None)
                stack += parents[::-1]
            else:
                order.append(node)
    return order


def backpropagate(output: "Value", seed: float, clock: int) -> None:
    """Reverse mode: set the `grad` of all inner nodes, and add to that of all leaves, that `output` depends on.

    By the chain rule, the derivative of the output with respect to a node is a sum over all uses of the node: the
    derivative with respect to the result of that use, times the partial derivative of the use. So each node, once
    all of its own uses are done, hands on `grad * partial` to each of its parents. Its rule does just that.
    """
    walk = Walk(output, clock)
    try:
        order = walk.by_level() or walk.by_depth(topological_order(output))
        if walk.clocks_differ:
            refuse_stale(order)
        output.grad = seed
        for node in order:
            hand_on: Any = node._rule
            hand_on(node)
        totals = [before + leaf.grad for leaf, before in walk.leaves]
        if any(total - total for total in totals):  # which is 0.0 for a finite number alone
            raise OverflowError
        for (leaf, _), total in zip(walk.leaves, totals, strict=True):
            leaf.grad = total
        for node in walk.constants:
            node.grad = 0.0
    except BaseException as error:
        walk.undo()
        if isinstance(error, ArithmeticError | ValueError):
            raise explanation(output, seed, topological_order(output)) from None
        raise


def recalculate(output: "Value") -> "Value":
    """Calculate a graph again after the data of some of its Values was set, and return its output.

    Every inner node gets the value that its row gives for its parents. Raises what recording would have raised; all
    data is then as before.
    """
    inner = [node for node in topological_order(output) if node.op is not None]
    before = [node._data for node in inner]
    with lock:
        try:
            for node in inner:
                assert node.op is not None
                node._data = node.op.calculate(node.operands, node.arguments)
        except BaseException:
            for node, data in zip(inner, before, strict=True):
                node._data = data
            raise
        state.clock += 1
        for node, data in zip(inner, before, strict=True):
            # What else was calculated from a number that is another one now is stale.
            node._clock = max(parent._clock for parent in node.parents) if node._data == data else state.clock
    return output
