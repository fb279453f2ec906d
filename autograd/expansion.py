"""Opening composite operations: the same graph, built from elementary operations alone."""

import warnings
from collections.abc import Iterable
from typing import Any

from autograd.errors import DomainError
from autograd.graph import topological_order
from autograd.reading import is_tuple
from autograd.recording import always_recording
from autograd.row import find, operations
from autograd.value import Value


def expand(value: Value, only: str | Iterable[str] | None = None) -> Value:
    """The same graph with composite operations replaced by what they expand to, down to elementary ones.

    Same value, same gradients, more nodes; the leaves are the same Values. `only`: the name of an operation, or
    several names: nothing else is opened. Where an intermediate number would not be finite, as for tanh(400), the
    node stays closed, and a warning says so. Raises LookupError for a name that is not in the table.
    """
    return expand_all([value], only)[0]


def expand_all(values: list[Value], only: str | Iterable[str] | None = None) -> list[Value]:
    """The same for several Values, which go on to share what they share."""
    names = {only} if isinstance(only, str) else set(operations if only is None else only)
    for name in names:
        find(name)
    closed: set[str] = set()
    with always_recording():
        while True:
            opened = _opened(values, names, closed)
            if all(new is old for new, old in zip(opened, values, strict=True)):
                break
            values = opened
    for message in sorted(closed):
        warnings.warn(message, stacklevel=3)
    return values


def _opened(outputs: list[Value], names: set[str], closed: set[str]) -> list[Value]:
    """The graph with every such node opened once; itself if there is nothing left to open."""
    twins: dict[Value, Value] = {}

    def twin(argument: Any) -> Any:
        return tuple(map(twin, argument)) if is_tuple(argument) else twins[argument]

    for node in topological_order(outputs):
        row, arguments = node.op, tuple(map(twin, node.arguments))
        twins[node] = node
        if row is None:
            continue
        if row.name in names and row.expansion is not None:
            try:
                expansion = row.expansion(*arguments)
            except (DomainError, ArithmeticError) as error:
                closed.add(f"{row.call} stays closed, as its expansion has no value here: {error}")
            else:
                twins[node] = expansion
                if expansion.label is None and expansion.op is not None and expansion not in node.parents:
                    expansion.label = node.label
                continue
        if any(twins[parent] is not parent for parent in node.parents):
            twins[node] = Value.restored(row, arguments, node.data)
            twins[node].label = node.label
    return [twins[output] for output in outputs]
