"""Sets and dicts of nodes, which tell nodes apart by identity, as graph.py does by their ids.

A subclass of Value may say of itself that it is equal to others, or that it cannot be hashed; in a graph it is a node
like any other. Sets and dicts made here hold their nodes, so no id is given to another one meanwhile.
"""

from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from typing import Any, Generic, TypeVar

from autograd.recording.node import Node

Kind = TypeVar("Kind", bound=Node)
Item = TypeVar("Item")


class NodeDict(MutableMapping[Kind, Item], Generic[Kind, Item]):
    """A dict whose keys are nodes, in the order in which they came."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[tuple[Kind, Item]] = ()) -> None:
        self._items = {id(node): (node, item) for node, item in items}

    def __getitem__(self, node: Kind) -> Item:
        try:
            return self._items[id(node)][1]
        except KeyError:
            raise KeyError(node) from None

    # What is inherited finds out by an exception that a node is not there, which is slow.
    def get(self, node: Kind, default: Any = None, /) -> Any:
        item = self._items.get(id(node))
        return default if item is None else item[1]

    def setdefault(self, node: Kind, default: Any = None, /) -> Any:
        return self._items.setdefault(id(node), (node, default))[1]

    def __setitem__(self, node: Kind, item: Item) -> None:
        self._items[id(node)] = node, item

    def __delitem__(self, node: Kind) -> None:
        del self._items[id(node)]

    def __contains__(self, node: object) -> bool:
        return id(node) in self._items

    def __iter__(self) -> Iterator[Kind]:
        return (node for node, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"NodeDict({[*self._items.values()]})"


class NodeSet(MutableSet[Kind], Generic[Kind]):
    """A set of nodes, in the order in which they came."""

    __slots__ = ("_nodes",)

    def __init__(self, nodes: Iterable[Kind] = ()) -> None:
        self._nodes = {id(node): node for node in nodes}

    def __contains__(self, node: Any) -> bool:
        return id(node) in self._nodes

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def add(self, value: Kind) -> None:
        self._nodes[id(value)] = value

    def discard(self, value: Kind) -> None:
        self._nodes.pop(id(value), None)

    def __repr__(self) -> str:
        return f"NodeSet({[*self]})"
