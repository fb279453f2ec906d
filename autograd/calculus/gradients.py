"""Reverse mode for any inputs: the chain rule over floats, or over Values, whose gradients are graphs themselves."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.calculus.branches import Branches
from autograd.errors import NumberOverflowError
from autograd.graph import chain_rule, local_derivatives, refuse_stale, topological_order
from autograd.recording.modes import always_recording
from autograd.recording.node import Node, calculated_in, called
from autograd.recording.recorded import Recorded
from autograd.table.reading import is_tuple
from autograd.value import Value, constant


def gradients(output: Value, inputs: Sequence[Value]) -> tuple[Value, ...]:
    """The derivative of a Value with respect to each input, as graphs: they can be differentiated again, or drawn.

    An input may be any Value, calculated ones included. No `grad` is touched. Raises as `backward()` does, and
    TypeError for what is not a Value.
    """
    inputs = tuple(inputs)
    for given in (output, *inputs):
        if not isinstance(given, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"gradients() takes one Value and a list of Values, not {type(given).__name__!r}")
    found = derivatives(topological_order(output), inputs, as_graphs=True)
    return tuple(g if isinstance(g, Value) else constant(g) for g in found)


def derivatives(order: list[Value], inputs: Sequence[Value], as_graphs: bool) -> list[Any]:
    """The derivative of the last of the nodes in an order with respect to each input, constants included.

    They are floats; as graphs they are Values, except those that are the same whatever the inputs are. No other
    derivative is asked for, so one that does not exist does no harm.
    """
    refuse_stale(order)
    concerned = {id(x) for x in inputs}
    for node in order:
        if not node.constant and any(id(parent) in concerned for parent in node.parents):
            concerned.add(id(node))

    def wanted(node: Node) -> bool:
        return id(node) in concerned

    def plain(argument: Any) -> Any:
        """Constants as plain numbers, unless they are asked for, so that nothing is recorded about them alone."""
        if is_tuple(argument):
            return tuple(map(plain, argument))
        is_number = argument.constant and argument.op is None
        return argument.data if is_number and not wanted(argument) else argument

    branches = Branches(order) if as_graphs and isinstance(order[-1], Recorded) else None
    seed: Any = constant(1.0) if branches else 1.0

    def local(node: Node) -> Iterator[tuple[int, Node, Any]]:
        if as_graphs:
            found = local_derivatives(node, node, tuple(map(plain, node.arguments)), wanted)
            return branches.slopes(node, found) if branches else found
        return local_derivatives(node, node.data, node.operands, wanted)

    found: dict[int, Any] = {id(order[-1]): seed}
    with always_recording():
        for flow in chain_rule(order, {id(order[-1]): seed}, local):
            if isinstance(flow.total, float) and not math.isfinite(flow.total):
                raise NumberOverflowError(
                    f"the gradient of {called(flow.parent)} overflows{calculated_in(flow.child)}")
            found[id(flow.parent)] = flow.total
    return [found.get(id(x), 0.0) for x in inputs]
