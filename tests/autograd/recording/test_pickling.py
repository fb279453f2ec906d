"""Graphs that are pickled and copied come back whole: the same shape, numbers, names and gradients."""

import copy
import gc
import io
import pickle
import subprocess
import sys
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import StaleGraphError, Value, constant, dot, topological_order
from tests.support.random_graphs import sums_and_products

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def by_pickle(thing, protocol=pickle.DEFAULT_PROTOCOL):
    return pickle.loads(pickle.dumps(thing, protocol))


def by_python_pickle(thing):
    """The pickler that is written in Python, and recurses in Python."""
    file = io.BytesIO()
    pickle._Pickler(file).dump(thing)
    file.seek(0)
    return pickle._Unpickler(file).load()


WAYS = [copy.deepcopy, by_python_pickle, *(lambda thing, p=p: by_pickle(thing, p) for p in PROTOCOLS)]
every_way = pytest.mark.parametrize("again", WAYS, ids=["deepcopy", "python", *map(str, PROTOCOLS)])


def described(nodes, lists=True):
    """All there is to say of a graph, with places instead of identities; and which lists are one, if that is asked."""
    order = topological_order(nodes)
    place = {node: i for i, node in enumerate(order)}
    seen: dict[int, int] = {}
    return [(type(node), node.op, node.data, node.grad, node.label, node.constant,
             [[seen.setdefault(id(a), len(seen)) if lists else 0, *(place[item] for item in a)]
              if isinstance(a, tuple) else place[a] for a in node.arguments]) for node in order]


class Parameter(Value):
    """A Value that knows more, and is made in another way."""

    def __init__(self, name, data):
        super().__init__(data, name)
        self.tags = [name]


class Slotted(Value):
    __slots__ = ("unit",)


def some_nodes():
    x, y = Value(2.0, "x"), Parameter("y", 3.0)
    inputs = (x, y)
    first, second = dot([x, 0.5], inputs), dot([1.0, y], inputs)
    z = autograd.where(1.0, (first * second).tanh(), x) + x / y
    z.label = "z"
    z.backward()
    return [z, first, x, y, constant(4.0), z]


@every_way
def test_graphs_come_back_whole_and_still_differentiate(again):
    nodes = some_nodes()
    back = again(nodes)
    assert described(back) == described(nodes)
    assert back[0] is back[5]
    assert back[0] is not nodes[0]
    assert back[3].tags == ["y"]
    assert back[3].tags is not nodes[3].tags
    assert not set(topological_order(back)) & set(topological_order(nodes))
    before = [leaf.grad for leaf in nodes[2:4]]
    back[0].backward()
    assert [leaf.grad for leaf in back[2:4]] == [2 * grad for grad in before]
    assert [leaf.grad for leaf in nodes[2:4]] == before
    back[2].data = 1.0
    assert nodes[2].data == 2.0


@every_way
def test_subclasses_with_slots_and_leaves_of_all_kinds(again):
    slotted = Slotted(1.0)
    slotted.unit = "m"
    leaves = {"slotted": slotted, "constant": constant(2.0), "plain": Value(3.0, "p"), "zero": Value(-0.0)}
    back = again(leaves)
    assert (type(back["slotted"]), back["slotted"].unit) == (Slotted, "m")
    assert described(back.values()) == described(leaves.values())
    assert str(back["zero"].data) == "-0.0"
    assert type(copy.copy(slotted)) is Slotted
    assert copy.copy(slotted).unit == "m"


@every_way
def test_models_come_back_with_their_graphs(again):
    model = nn.MLP(2, [3, 1], activation="tanh", seed=3)
    loss = (model([1.0, -1.0]) - 1) ** 2
    model_again, loss_again = again((model, loss))
    loss.backward()
    loss_again.backward()
    assert [p.grad for p in model_again.parameters()] == [p.grad for p in model.parameters()]
    assert all(p in set(topological_order(loss_again)) for p in model_again.parameters())
    assert model_again([0.5, 0.5]).data == model([0.5, 0.5]).data


@every_way
def test_what_was_stale_stays_stale(again):
    x = Value(2.0, "x")
    y = x * x
    fresh = Value(1.0) * 2
    x.data = 3.0
    stale_again, fresh_again = again((y + 1, fresh))
    fresh_again.backward()
    with pytest.raises(StaleGraphError, match=r"'x' was set to 3.0"):
        stale_again.backward()
    (2 * stale_again.parents[0].parents[0]).backward()
    autograd.recalculate(stale_again).backward()
    assert stale_again.data == 10.0


def test_a_pickle_is_read_by_another_process():
    x = Value(2.0, "x")
    Value(1.0).data = 5.0  # this process has set data before, the other one has not
    y = x * x
    program = ("import pickle, sys; y = pickle.load(sys.stdin.buffer); y.backward(); x = y.parents[0]; print(x.grad)\n"
               "x.data = 3.0\ntry: y.backward()\nexcept Exception as error: print(type(error).__name__)")
    run = subprocess.run([sys.executable, "-c", program], input=pickle.dumps(y), capture_output=True, check=True)
    assert run.stdout.split() == [b"4.0", b"StaleGraphError"]


@settings(max_examples=25)
@given(sums_and_products(), st.integers(0, 3))
def test_any_graph_comes_back(nodes, protocol):
    outputs = nodes[-3:]
    outputs[-1].backward()
    for again in (copy.deepcopy, lambda thing: by_pickle(thing, protocol)):
        back = again(outputs)
        assert described(back, lists=False) == described(outputs, lists=False)
        assert described(again(outputs[-1])) == described(outputs[-1])


def test_what_is_pickled_apart_is_apart_and_what_one_pickler_writes_is_shared():
    x = Value(2.0)
    y = x * x
    z = y + 1
    apart = by_pickle(y), by_pickle(z)
    assert apart[0] is not apart[1].parents[0]
    for pair in ([y, z], [z, y], {"z": z, "in": [y, x]}.values()):
        together = by_pickle(list(pair))
        assert len(topological_order([v for v in together if isinstance(v, Value)])) == 4
    assert y.parents == (x, x)


def test_deepcopy_heeds_what_was_copied_before():
    x = Value(2.0)
    y = x * x
    own = Value(7.0)
    twin = copy.deepcopy(y, {id(x): own})
    assert twin.parents == (own, own)


def test_an_operation_comes_back_as_itself():
    for row in (autograd.tanh, autograd.dot):
        assert by_pickle(row) is row
        assert copy.deepcopy(row) is row


@every_way
def test_graphs_are_freed_at_once_whether_pickled_or_brought_back(again):
    gc.disable()
    try:
        x = Value(0.5)
        y = dot([x, x * 2], [1.0, 3.0])
        z = again(y)
        references = [weakref.ref(node) for node in (*topological_order(y), *topological_order(z))]
        del x, y, z
        assert [reference() for reference in references] == [None] * len(references)
    finally:
        gc.enable()
