"""Opening composite operations: the same graph, built from elementary operations alone."""

import warnings
from collections.abc import Iterable
from typing import Any

from autograd.errors import DomainError
from autograd.graph import topological_order
from autograd.recording.causes import refuse_stale
from autograd.recording.modes import always_recording
from autograd.table.reading import is_list, is_tuple
from autograd.table.row import Operation, find, operations
from autograd.value import Value, constant


def expand(value: Value, only: str | Operation | Iterable[str | Operation] | None = None) -> Value:
    """The same graph with composite operations replaced by what they expand to, down to elementary ones.

    Same value, same gradients, more nodes; the leaves are the same Values. `only`: an operation or its name, or
    several of them: nothing else is opened. Where an intermediate number would not be finite, as for tanh(400), the
    node stays closed, and a warning says so. So does one whose data was set by hand. Raises LookupError for
    a name that is not in the table, TypeError for anything but a Value or an operation, StaleGraphError as
    `backward()` does.
    """
    return expand_all([value], only)[0]


def expand_all(values: list[Value], only: str | Operation | Iterable[str | Operation] | None = None) -> list[Value]:
    """The same for several Values, which go on to share what they share."""
    for value in values:
        if not isinstance(value, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"only a Value has a graph to open, not {type(value).__name__!r}")
    wanted: Any = operations if only is None else only if is_list(only) else [only]
    names = {_name(row) for row in wanted}
    order = topological_order(values)
    refuse_stale(order)
    closed = {node: f"{node.op.call} stays closed, as its value was set by hand" for node in order
              if node.op and node.op.expansion and node.op.name in names
              and node.op.calculate(node.operands, node.arguments) != node.data}
    with always_recording():
        while True:
            opened = _opened(values, names, closed)
            if all(new is old for new, old in zip(opened, values, strict=True)):
                break
            values = opened
    for message in sorted(set(closed.values())):
        warnings.warn(message, stacklevel=3)
    return values


def _name(row: Any) -> str:
    """The name of an operation that is to be opened, which may be given by its name."""
    if not isinstance(row, str | Operation):
        raise TypeError(f"what is to be opened is an operation or its name, or a list of these, not "
                        f"{type(row).__name__!r}")
    return row.name if isinstance(row, Operation) else find(row).name


def _opened(outputs: list[Value], names: set[str], closed: dict[Value, str]) -> list[Value]:
    """The graphs with every such node opened once; itself if there is nothing left to open."""
    twins: dict[Value, Value] = {}

    def twin(argument: Any) -> Any:
        return tuple([twins[item] for item in argument]) if is_tuple(argument) else twins[argument]

    for node in topological_order(outputs):
        row, arguments = node.op, tuple(map(twin, node.arguments))
        twins[node] = node
        if row is None:
            continue
        if row.expansion is not None and row.name in names and node not in closed:
            try:
                expansion = row.expansion(*arguments)
            except (DomainError, ArithmeticError) as error:
                closed[node] = f"{row.call} stays closed, as its expansion has no value here: {error}"
            else:
                if not isinstance(expansion, Value):  # the sum of an empty list, say
                    expansion = constant(expansion)
                twins[node] = expansion
                if expansion.label is None and expansion.op is not None and expansion not in {*node.parents}:
                    expansion.label = node.label
                continue
        if any(twins[parent] is not parent for parent in node.parents):
            again = twins[node] = Value.restored(row, arguments, node.data)
            again.label = node.label
            if node in closed:
                closed[again] = closed[node]
    return [twins[output] for output in outputs]
