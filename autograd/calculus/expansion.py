"""Opening composite operations: the same graph, built from elementary operations alone."""

import math
import warnings
from collections.abc import Iterable
from typing import Any

from autograd.errors import DomainError
from autograd.graph import refuse_stale, topological_order
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
    """The same for several Values, whose graphs share what they shared before."""
    for value in values:
        if not isinstance(value, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"only a Value has a graph to open, not {type(value).__name__!r}")
    wanted: Any = operations if only is None else only if is_list(only) else [only]
    names = {_name(row) for row in wanted}
    order = topological_order(values)
    refuse_stale(order)
    closed = {id(node): (node, f"{node.op.call} stays closed, since its value was set by hand") for node in order
              if node.op and node.op.expansion and node.op.name in names and is_set_by_hand(node)}
    with always_recording():
        while True:
            opened = _opened(values, names, closed)
            if all(new is old for new, old in zip(opened, values, strict=True)):
                break
            values = opened
    for message in sorted({reason for _, reason in closed.values()}):
        warnings.warn(message, stacklevel=3)
    return values


def is_set_by_hand(node: Value) -> bool:
    """Whether the number of a calculated Value is not the one that its operands give.

    In a graph that was opened, the two may differ in their last digits: tanh(x), taken apart, rounds in other places.
    """
    if node.op is None:
        return False
    try:
        own = node.op.calculate(node.operands, node.arguments)
    except DomainError:
        return True
    return not math.isclose(own, node.data, rel_tol=1e-9, abs_tol=1e-12)


def _name(row: Any) -> str:
    """The name of an operation to open, which may itself be given by name."""
    if not isinstance(row, str | Operation):
        raise TypeError(f"expand takes an operation or its name, or a list of these, not "
                        f"{type(row).__name__!r}")
    return row.name if isinstance(row, Operation) else find(row).name


def _opened(outputs: list[Value], names: set[str], closed: dict[int, tuple[Value, str]]) -> list[Value]:
    """The graphs with every such node opened once; unchanged if there is nothing left to open.

    `closed`: by id, the nodes that stay as they are, each with the reason. Those found on the way are added.
    """
    twins: dict[int, Value] = {}

    def twin(argument: Any) -> Any:
        return tuple([twins[id(item)] for item in argument]) if is_tuple(argument) else twins[id(argument)]

    for node in topological_order(outputs):
        row, arguments = node.op, tuple(map(twin, node.arguments))
        twins[id(node)] = node
        if row is None:
            continue
        if row.expansion is not None and row.name in names and id(node) not in closed:
            try:
                expansion = row.expansion(*arguments)
            except (DomainError, ArithmeticError) as error:
                closed[id(node)] = node, f"{row.call} stays closed, since its expansion has no value here: {error}"
            else:
                if not isinstance(expansion, Value):  # the sum of an empty list, say
                    expansion = constant(expansion)
                twins[id(node)] = expansion
                if expansion.label is None and expansion.op is not None and not any(
                        expansion is parent for parent in node.parents):
                    expansion.label = node.label
                continue
        if any(twins[id(parent)] is not parent for parent in node.parents):
            again = twins[id(node)] = Value.restored(row, arguments, node.data)
            again.label = node.label
            if id(node) in closed:
                closed[id(again)] = again, closed[id(node)][1]
    return [twins[id(output)] for output in outputs]
