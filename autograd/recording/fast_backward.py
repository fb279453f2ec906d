"""backward(), faster: what graph.py says of backpropagation, done on the nodes themselves. It belongs to fast.py."""

from operator import attrgetter
from typing import Any

from autograd.graph import backpropagate, numbers_of, refuse_stale
from autograd.recording.modes import lock, state
from autograd.table.reading import finite, is_tuple
from autograd.value import Value


def backward(self: Value, gradient: float = 1.0) -> None:
    seed = finite(gradient)
    with lock:
        if self.op is None or not _walk(self, seed):
            backpropagate(self, seed)  # which says what is wrong


def _walk(output: Value, seed: float) -> bool:
    """backpropagate(), but on the nodes themselves. False, with nothing changed, if a number is not finite.

    The 0.0 of each walk is an object of its own, so `node.grad is zero` tells at no cost whether a node was met.
    """
    zero = float("0")
    inner: list[Any] = [output]
    leaves: list[tuple[Value, float]] = []
    constants: list[Value] = []
    lists: set[int] = set()
    try:
        output.grad = zero
        for node in inner:
            for parent in _items(node.arguments, lists) if node.op.has_lists else node.arguments:
                before = parent.grad
                if before is not zero:
                    if parent.op is not None:
                        inner.append(parent)
                    elif parent._constant:
                        constants.append(parent)
                    else:
                        leaves.append((parent, before))
                    parent.grad = zero
        inner.sort(key=_time, reverse=True)
        if inner[-1].time < state.changed:
            refuse_stale(inner)
        output.grad = seed
        for node in inner:
            pull = node.op.pull
            if pull is not None:
                pull(node)
            else:
                for _, parent, slope in numbers_of(node):
                    parent.grad += node.grad * slope
        totals = [(before or 0.0) + leaf.grad for leaf, before in leaves]
        if any(total - total for total in totals):  # which is 0.0 only for a finite number
            raise OverflowError
        for (leaf, _), total in zip(leaves, totals):
            leaf.grad = total
        for constant in constants:  # what flowed to them, since it was quicker not to ask
            constant.grad = 0.0
        return True
    except BaseException as error:
        undo(inner + constants, leaves)
        if isinstance(error, ArithmeticError | ValueError):
            return False
        raise


def _items(arguments: tuple[Any, ...], lists: set[int]) -> list[Any]:
    """The arguments one by one, without the lists that were met before: the nodes of a layer share them."""
    items: list[Any] = []
    for argument in arguments:
        if not is_tuple(argument):
            items.append(argument)
        elif id(argument) not in lists:
            lists.add(id(argument))
            items += argument
    return items


def undo(others: list[Any], leaves: list[tuple[Value, float]]) -> None:
    for leaf, before in leaves:
        leaf.grad = before
    for node in others:
        node.grad = 0.0


_time = attrgetter("time")
