"""Pickling graphs of any depth: all nodes below the pickled one travel in one flat capsule, so nothing recurses."""

import weakref
from typing import TYPE_CHECKING, Any

from autograd.graph import topological_order
from autograd.recording.modes import state
from autograd.table.reading import is_list, is_tuple

if TYPE_CHECKING:
    from autograd.value import Value


class Capsule:
    """The inner nodes of a graph as one flat list, parents first.

    What is pickled together shares its nodes: a node that is in a capsule still alive is taken from there. A pickler
    holds on to the capsules it has met, so each lives as long as its pickling.
    """

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes

    def __getstate__(self) -> list[Any]:
        places = {id(node): place for place, node in enumerate(self.nodes)}
        lists: dict[int, Any] = {}

        # Neither this nor unpacking calls itself: such a function would refer to itself, and keep the graph alive.
        def place_of(node: Any) -> Any:
            return places.get(id(node), node)

        def packed(argument: Any) -> Any:
            if not is_tuple(argument):
                return place_of(argument)
            return lists.setdefault(id(argument), [*map(place_of, argument)])

        return [(type(node), node.op, [packed(argument) for argument in node.arguments], node.data, node.grad,
                 node.label, _age(node)) for node in self.nodes]

    def __setstate__(self, packed: list[Any]) -> None:
        self.nodes: list[Any] = []
        lists: dict[int, Any] = {}

        def node_at(place: Any) -> Any:
            return self.nodes[place] if isinstance(place, int) else place

        def unpacked(argument: Any) -> Any:
            if not is_list(argument):
                return node_at(argument)
            return lists.setdefault(id(argument), tuple(map(node_at, argument)))

        for kind, operation, arguments, data, grad, label, age in packed:
            node = kind.restored(operation, tuple(map(unpacked, arguments)), data)
            node.grad, node.label, node._clock = grad, label, age
            self.nodes.append(node)


def reduce(node: "Value") -> tuple[Any, ...]:
    """What pickle needs to know of a node: a leaf is itself, an inner node a place in a capsule."""
    if node.op is None:
        return object.__new__, (type(node),), (None, {**attributes(node), "_clock": _age(node)})
    if _living(node) is None:
        capsule = Capsule([below for below in topological_order(node) if below.op and _living(below) is None])
        for place, below in enumerate(capsule.nodes):
            _capsules[below] = weakref.ref(capsule), place
    return _pick, _living(node) or ()


def attributes(node: "Value") -> dict[str, Any]:
    """All that a Value holds by name, and what a subclass adds to it."""
    state: Any = object.__getstate__(node)
    of_subclass, slots = state
    return {**(of_subclass or {}), **slots}


def _living(node: "Value") -> tuple[Capsule, int] | None:
    reference, place = _capsules.get(node, (lambda: None, 0))
    capsule = reference()
    return (capsule, place) if capsule else None


def _pick(capsule: Capsule, place: int) -> "Value":
    return capsule.nodes[place]


def _age(node: "Value") -> int:
    """Its clock as it will be in another process: 0 or less, so that whatever is calculated there is newer."""
    return node._clock - state.clock


_capsules: "weakref.WeakKeyDictionary[Value, tuple[Any, int]]" = weakref.WeakKeyDictionary()
