"""The uses of a Value, counted alike wherever they are shown: in pictures, explanations and pages.

A Value that goes into several operations, or into one of them twice, gets its gradient through each of these uses. They
are numbered in the order in which backpropagation meets them, and written a#1, a#2, ...
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from autograd.recording.nodes import NodeDict, NodeSet
from autograd.table.reading import is_tuple
from autograd.value import Value


class Edge(NamedTuple):
    """One use of `node`, as the parent of `child` at this `place`. It is use number `use` of `uses`."""

    child: Value
    node: Value
    place: int
    use: int
    uses: int


def edges_of(order: Sequence[Value], outputs: Iterable[Value], wanted: Callable[[Value], bool]) -> list[Edge]:
    """The edges that a gradient flows along, from the outputs to what is wanted, in the order of backpropagation."""
    reached, found = NodeSet(outputs), list[tuple[Value, Value, int]]()
    for child in reversed(order):
        if child in reached:
            for place, node in differentiable(child):
                if wanted(node):
                    reached.add(node)
                    found.append((child, node, place))
    uses, count = NodeDict[Value, int](), NodeDict[Value, int]()
    for _, node, _ in found:
        uses[node] = uses.get(node, 0) + 1
    edges: list[Edge] = []
    for child, node, place in found:
        count[node] = count.get(node, 0) + 1
        edges.append(Edge(child, node, place, count[node], uses[node]))
    return edges


def dependents(order: Iterable[Value], start: Iterable[Value]) -> NodeSet[Value]:
    """The nodes that change with something at the start, as far as gradients flow; what is there itself included."""
    moving = NodeSet(start)
    for node in order:
        if any(parent in moving for _, parent in differentiable(node)):
            moving.add(node)
    return moving


def differentiable(node: Value) -> list[tuple[int, Value]]:
    """The parents that a gradient can flow to, with their places among all parents."""
    found, place = list[tuple[int, Value]](), 0
    if node.op is not None:
        for partial, argument in zip(node.op.partials, node.arguments, strict=True):
            for parent in argument if is_tuple(argument) else (argument,):
                if partial is not None and not parent.constant:
                    found.append((place, parent))
                place += 1
    return found
