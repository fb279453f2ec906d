"""Pickling graphs of any depth: all nodes below the pickled one travel in one flat capsule, so nothing recurses."""

import weakref
from typing import TYPE_CHECKING, Any

from autograd.graph import topological_order
from autograd.reading import is_list, is_tuple

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

        def packed(argument: Any) -> Any:
            if not is_tuple(argument):
                return places.get(id(argument), argument)
            return lists.setdefault(id(argument), [packed(item) for item in argument])

        return [(type(node), node.op, [packed(argument) for argument in node.arguments], node.data, node.grad,
                 node.label) for node in self.nodes]

    def __setstate__(self, state: list[Any]) -> None:
        self.nodes: list[Any] = []
        lists: dict[int, Any] = {}

        def unpacked(argument: Any) -> Any:
            if not is_list(argument):
                return self.nodes[argument] if isinstance(argument, int) else argument
            return lists.setdefault(id(argument), tuple(map(unpacked, argument)))

        for kind, operation, arguments, data, grad, label in state:
            node = kind.restored(operation, tuple(map(unpacked, arguments)), data)
            node.grad, node.label = grad, label
            self.nodes.append(node)


def reduce(node: "Value") -> tuple[Any, ...]:
    """What pickle needs to know of a node: a leaf is itself, an inner node a place in a capsule."""
    if node.op is None:
        return _leaf, (type(node), node.data, node.label, node.grad, node.constant)
    if _living(node) is None:
        capsule = Capsule([below for below in topological_order(node) if below.op and _living(below) is None])
        for place, below in enumerate(capsule.nodes):
            _capsules[below] = weakref.ref(capsule), place
    return _pick, _living(node) or ()


def _living(node: "Value") -> tuple[Capsule, int] | None:
    reference, place = _capsules.get(node, (lambda: None, 0))
    capsule = reference()
    return (capsule, place) if capsule else None


def _pick(capsule: Capsule, place: int) -> "Value":
    return capsule.nodes[place]


def _leaf(kind: "type[Value]", data: float, label: str | None, grad: float, constant: bool) -> "Value":
    node = kind.restored(None, (), data) if constant else kind(data, label)
    node.grad, node.label = grad, label
    return node


_capsules: "weakref.WeakKeyDictionary[Value, tuple[Any, int]]" = weakref.WeakKeyDictionary()
