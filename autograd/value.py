"""Value: a number that remembers how it was made, and backward(), which asks what it depends on.

Calculating with Values records a computation graph: each result points to the operation, a row of the table, and to
the Values that went into it. Nothing points from an argument to its results, so a graph is freed as soon as its last
result is dropped.
"""

import math
from typing import Any, ClassVar

from autograd.graph import backpropagate
from autograd.recording.copying import Copyable
from autograd.recording.modes import clock, is_recording, is_tracing, lines, lock, program_line, state
from autograd.table.reading import finite, is_tuple
from autograd.table.row import Operation


class Value(Copyable):
    """A real number, kept as a float, in a computation graph.

    `data`: any plain number. Setting it on a Value that was calculated changes that Value alone, not its parents.
    `grad`: the derivative of the Value that `backward()` was called on, with respect to this one.
    `label`: a name for pictures and messages, a string or None.
    `op`: the row of the table that made this Value, None on a leaf.
    `arguments`: what it was applied to: Values, and tuples of Values where the operation takes lists.
    `time`: when it was made, or its data set, as a count: it is younger than all that it was calculated from.

    Raises TypeError for anything but a real number, ValueError for one that is not finite.
    """

    __slots__ = ("__weakref__", "_constant", "_data", "_label", "arguments", "grad", "op", "time")
    generality: ClassVar[int] = 1

    def __init__(self, data: Any, label: str | None = None) -> None:
        self._data = finite(data)
        self.label = label
        self._constant = False
        self.grad: float = 0.0
        self.op: Operation | None = None
        self.arguments: tuple[Any, ...] = ()
        self.time: float = next(clock)

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> "Value":
        """Calculate an operation on Values and plain numbers, and record it as a new node of the graph."""
        time = next(clock)  # before the arguments are read: if one is set meanwhile, it is younger, and that shows
        node = Value(0.0)
        node.arguments = tuple(map(_nodes, arguments))
        node._data = operation.calculate(node.operands, node.arguments)
        if not is_recording():
            return Value(node.data)
        node.op, node.time = operation, time
        if is_tracing():
            lines[node] = program_line()
        return node

    def backward(self, gradient: float = 1.0) -> None:
        """Add to the `grad` of every leaf the derivative of this Value with respect to it, times `gradient`.

        On leaves the gradients of several calls add up until they are zeroed; a Value that was calculated holds the
        gradient of the last call. Raises StaleGraphError if a number in the graph was set after it had been used,
        DomainError where a derivative does not exist or overflows. Whatever is raised, leaves keep the gradients that
        they had, and Values that were calculated have none.
        """
        seed = finite(gradient)
        with lock:
            backpropagate(self, seed)

    @Copyable.data.setter
    def data(self, data: Any) -> None:
        new = finite(data)
        if new != self._data or math.copysign(1.0, new) != math.copysign(1.0, self._data):  # -0.0 is not 0.0
            with lock:
                self._data = new  # first the number, then the time: whatever reads in between is older
                self.time = state.changed = next(clock)


def constant(data: Any) -> Value:
    """A plain number as a Value that takes part in a graph and gets no gradient."""
    node = Value(data)
    node._constant = True
    node.time = 0.0  # it may be made for a node whose time was drawn before
    return node


def _nodes(argument: Any) -> Any:
    """An argument, or a list of them, as Values. A list that holds nothing else is kept: nodes may share it."""
    if is_tuple(argument):
        return argument if all(isinstance(item, Value) for item in argument) else tuple(map(_nodes, argument))
    return argument if isinstance(argument, Value) else constant(argument)
