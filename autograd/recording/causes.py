"""What went wrong in a graph, in words, for the errors that backward() raises."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograd.errors import DomainError, NumberOverflowError, StaleGraphError
from autograd.table.reading import is_tuple

if TYPE_CHECKING:
    from autograd.value import Value


def refuse_stale(order: "Iterable[Value]") -> None:
    """Raise StaleGraphError if a number was set after a node had been calculated from it."""
    for node in order:
        for parent in node.parents:
            if parent._clock > node._clock:
                raise StaleGraphError(
                    f"{_called(parent)} was set to {parent.data} after {_called(node)} had been calculated from it: "
                    "calculate again, or call recalculate(output)")


def explanation(output: "Value", seed: float, order: "list[Value]") -> DomainError:
    """Why backpropagate() failed, found by a second walk that looks at every step."""
    grads = {output: seed}
    for node in reversed(order):
        row, arguments = node.op, node.arguments
        if row is None or node not in grads:
            continue
        for place, argument in enumerate(arguments):
            parents: tuple[Value, ...] = argument if is_tuple(argument) else (argument,)
            if row.partials[place] is None or all(parent.constant for parent in parents):
                continue
            try:
                slopes = row.slope(place, node.data, node.operands, arguments)
            except DomainError as error:
                return type(error)(f"{error}{calculated_in(node)}")
            for parent, slope in zip(parents, slopes if is_tuple(argument) else [slopes], strict=True):
                if parent.constant:
                    continue
                grads[parent] = grads.get(parent, 0.0) + grads[node] * slope
                if grads[parent] - grads[parent]:
                    return NumberOverflowError(f"the gradient of {_called(parent)} overflows{calculated_in(node)}")
    return NumberOverflowError("the gradient overflows when it is added to that of an earlier backward()")


def _called(node: "Value") -> str:
    return repr(node.label) if node.label else f"the Value {node.data} ({node.op.name if node.op else 'a leaf'})"


def calculated_in(node: "Value") -> str:
    """The line of the program that calculated a node, as the end of a message; nothing where none was traced."""
    return f"\n  calculated in {node.recorded_at}" if node.recorded_at else ""
