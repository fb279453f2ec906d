"""Sets and dicts of nodes: those of Python, except that nodes are told apart by identity."""

import weakref

import pytest

from autograd import Value
from autograd.recording.nodes import NodeDict, NodeSet
from tests.support.alike import KINDS


@pytest.mark.parametrize("kind", [Value, *KINDS])
def test_a_dict_tells_its_nodes_apart_and_keeps_their_order(kind: type[Value]) -> None:
    a, b, c = kind(1.0), kind(1.0), kind(1.0)
    numbers = NodeDict([(b, 1), (a, 2), (b, 3)])
    assert [(node is b, number) for node, number in numbers.items()] == [(True, 3), (False, 2)]
    assert (numbers[a], numbers[b], numbers.get(c), numbers.get(c, 0)) == (2, 3, None, 0)
    assert (a in numbers, c in numbers, 1.0 in numbers, len(numbers)) == (True, False, False, 2)
    numbers[c] = 4
    del numbers[b]
    assert [node is c for node in numbers] == [False, True]
    with pytest.raises(KeyError) as error:
        numbers[b]
    assert error.value.args[0] is b
    with pytest.raises(KeyError):
        del numbers[b]
    assert repr(numbers) == "NodeDict([(Value(data=1.0, grad=0.0), 2), (Value(data=1.0, grad=0.0), 4)])"


@pytest.mark.parametrize("kind", [Value, *KINDS])
def test_a_set_tells_its_nodes_apart_and_keeps_their_order(kind: type[Value]) -> None:
    a, b, c = kind(1.0), kind(1.0), kind(1.0)
    nodes = NodeSet([b, a, b])
    assert [node is b for node in nodes] == [True, False]
    assert (a in nodes, c in nodes, 1.0 in nodes, len(nodes)) == (True, False, False, 2)
    nodes.add(c)
    nodes.discard(b)
    nodes.discard(b)
    assert [node is c for node in nodes] == [False, True]
    assert repr(nodes) == "NodeSet([Value(data=1.0, grad=0.0), Value(data=1.0, grad=0.0)])"


def test_a_node_lives_as_long_as_it_is_in_one() -> None:
    """Otherwise another node might get its id, and be taken for it."""
    a, b = Value(1.0), Value(2.0)
    held, freed = NodeDict([(a, 1)]), NodeSet([b])
    alive = [weakref.ref(a), weakref.ref(b)]
    del a, b
    assert [node() is not None for node in alive] == [True, True]
    held.clear()
    freed.clear()
    assert [node() for node in alive] == [None, None]
