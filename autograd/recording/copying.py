"""Copies and pickles of graphs of any depth, without recursion."""

import weakref
from copy import deepcopy
from typing import Any, Self

from autograd.graph import topological_order
from autograd.recording.modes import clock
from autograd.recording.node import Node
from autograd.table.reading import is_list, is_tuple
from autograd.table.row import Operation

_PAST = 2**62  # what is loaded is older than anything made here


class Copyable(Node):
    """A Value as `copy` and `pickle` see it: a deep copy takes the graph along, parents first, so nothing recurses."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return from_attributes(type(self), attributes(self))

    @classmethod
    def restored(cls, operation: Operation, arguments: tuple[Any, ...], data: float) -> Self:
        """A new node from its parts, without calculating anything."""
        node = from_attributes(cls, {"_data": data, "_label": None, "_constant": False, "grad": 0.0})
        node.op, node.arguments, node.time = operation, arguments, next(clock)
        return node

    def __deepcopy__(self, memo: dict[int, Any]) -> Node:
        for node in topological_order(self):
            if id(node) not in memo:
                twin = memo[id(node)] = node.__copy__()
                twin.arguments = tuple(_twin(argument, memo) for argument in node.arguments)
                if hasattr(node, "__dict__"):  # a subclass keeps more
                    twin.__dict__ = deepcopy(node.__dict__, memo)
        return memo[id(self)]

    def __reduce__(self) -> tuple[Any, ...]:
        """A leaf is pickled as itself, an inner node as a place in a flat graph."""
        node: Any = self
        if node.op is None:
            return from_attributes, (type(node), {**attributes(node), "time": int(node.time) - _PAST})
        if _living(node) is None:
            graph = FlatGraph([below for below in topological_order(node) if below.op and _living(below) is None])
            for place, below in enumerate(graph.nodes):
                _flat_graphs[below] = weakref.ref(graph), place
        return _node_of, _living(node) or ()


class FlatGraph:
    """The inner nodes of a graph as one flat list, parents first: what is pickled in place of any of them.

    What is pickled together shares its nodes: a node that is in a flat graph still alive is taken from there. A
    pickler holds on to what it has met, so each flat graph lives as long as its pickling.
    """

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes

    def __getstate__(self) -> list[Any]:
        places = {id(node): place for place, node in enumerate(self.nodes)}
        lists: dict[int, Any] = {}

        # Neither this nor unpacking calls itself: a function that did would refer to itself, and keep the graph alive.
        def place_of(node: Any) -> Any:
            return places.get(id(node), node)

        def packed(argument: Any) -> Any:
            if not is_tuple(argument):
                return place_of(argument)
            return lists.setdefault(id(argument), [*map(place_of, argument)])

        return [(type(node), {**attributes(node), "time": int(node.time) - _PAST, "arguments": ()},
                 [packed(argument) for argument in node.arguments]) for node in self.nodes]

    def __setstate__(self, packed: list[Any]) -> None:
        self.nodes: list[Any] = []
        lists: dict[int, Any] = {}

        def node_at(place: Any) -> Any:
            return self.nodes[place] if isinstance(place, int) else place

        def unpacked(argument: Any) -> Any:
            if not is_list(argument):
                return node_at(argument)
            return lists.setdefault(id(argument), tuple(map(node_at, argument)))

        for kind, state, arguments in packed:
            node = from_attributes(kind, state)
            node.arguments = tuple(map(unpacked, arguments))
            self.nodes.append(node)


def attributes(node: Any) -> dict[str, Any]:
    """Everything that a Value holds, by name, and what a subclass adds."""
    of_subclass, slots = object.__getstate__(node)  # pyright: ignore
    return {**(of_subclass or {}), **slots}  # pyright: ignore


def from_attributes(kind: type[Any], attributes: dict[str, Any]) -> Any:
    """A node from everything that it holds, without calculating anything."""
    node = object.__new__(kind)
    for name, value in attributes.items():
        setattr(node, name, value)
    return node


def _twin(argument: Any, memo: dict[int, Any]) -> Any:
    if not is_tuple(argument):
        return memo[id(argument)]
    if id(argument) not in memo:
        # Nodes that share a list will share its twin.
        memo[id(argument)] = tuple(memo[id(item)] for item in argument)
    return memo[id(argument)]


def _living(node: Node) -> tuple[FlatGraph, int] | None:
    reference, place = _flat_graphs.get(node, (lambda: None, 0))
    graph = reference()
    return (graph, place) if graph else None


def _node_of(graph: FlatGraph, place: int) -> Node:
    return graph.nodes[place]


_flat_graphs: "weakref.WeakKeyDictionary[Node, tuple[Any, int]]" = weakref.WeakKeyDictionary()
