"""Graphs a million nodes deep, and hundreds of thousands of them one after the other.

Nothing may recurse: neither the engine in Python, nor the interpreter when a graph is freed. What could end the
process, or is measured of it, has a process of its own.
"""

import subprocess
import sys

import pytest

from autograd import Value

pytestmark = pytest.mark.slow

DEEP = """
import gc, sys, threading, weakref
import autograd
from autograd import Value, dot, take, topological_order, where
gc.disable()
sys.setrecursionlimit(150)
STEPS = {
    "operators": lambda a, x: a + 1e-9 * x,
    "functions": lambda a, x: a.sin(),
    "sum": lambda a, x: autograd.sum([a, x]),
    "dot": lambda a, x: dot((a, x), (1.0, 1e-9)),
    "where": lambda a, x: where(1.0, a, x),
    "take": lambda a, x: take(0, [a]),
}

def chain(kind, depth):
    x = a = Value(0.5)
    step = STEPS[kind]
    for _ in range(depth):
        a = step(a, x)
    return x, a

def in_thread(work, *arguments, stack=1 << 17):
    failed = []
    threading.stack_size(stack)
    def run():
        try:
            work(*arguments)
        except BaseException as error:
            failed.append(error)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
"""


def run(program):
    done = subprocess.run([sys.executable, "-c", DEEP + program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


def test_a_chain_of_a_million_operations():
    assert run("""
x = a = Value(1.0)
for _ in range(500_000):
    a = -a * 1.0
assert len(topological_order(a)) == 1_500_001
a.backward()
a.backward()
freed = weakref.ref(a), weakref.ref(a.parents[0].parents[0])
del a
print(x.grad, [each() for each in freed])
""") == ["2.0", "[None,", "None]"]


@pytest.mark.parametrize("kind", ["operators", "functions", "sum", "dot", "where", "take"])
def test_deep_graphs_are_freed_at_once_on_a_small_stack(kind):
    """In a thread with 128 KiB of stack; when a name is deleted, a generator closed, an error forgotten."""
    assert run(f"""
def work(kind, depth):
    x, a = chain(kind, depth)
    a.backward()
    assert len(topological_order(a)) > depth
    deep = weakref.ref(a.parents[0])
    leaf = weakref.ref(x)
    del x
    del a
    assert deep() is None and leaf() is None

def held():
    x, a = chain(kind, depth)
    yield weakref.ref(a)

def raised():
    x, a = chain(kind, depth)
    try:
        raise KeyError
    except KeyError:
        return weakref.ref(a)

kind, depth = {kind!r}, 20_000
in_thread(work, kind, depth)
holder = held()
deep = next(holder)
in_thread(holder.close)
assert deep() is None and raised()() is None
print("freed")
""") == ["freed"]


def test_pickle_and_deepcopy_at_depth_100_000():
    assert run("""
import copy, pickle
for kind, depth in (("functions", 100_000), ("operators", 5_000), ("dot", 5_000)):
    x, a = chain(kind, depth)
    a.backward()
    for again in (copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))):
        twin = again([a, x])
        assert len(topological_order(twin[0])) == len(topological_order(a))
        twin[1].grad = 0.0
        twin[0].backward()
        assert twin[1].grad == x.grad and twin[0].data == a.data
        del twin
print("same")
""") == ["same"]


def test_memory_stays_flat_over_200_000_graphs_without_the_collector():
    blocks = run("""
w, inputs = (Value(0.5), Value(-0.5)), (Value(1.0), Value(2.0))
def build():
    (dot(w, inputs).tanh() - w[0] * 2.0).backward()
for _ in range(2_000):  # until all is made that is made once
    build()
before = sys.getallocatedblocks()
for _ in range(200_000):
    build()
print(sys.getallocatedblocks() - before)
""")
    assert int(blocks[0]) < 100


def test_recalculating_and_opening_up_deep_graphs():
    assert run("""
x, a = chain("operators", 20_000)
before = a.data
x.data = 1.0
autograd.recalculate(a)
fresh = chain("operators", 0)[0]
assert a.data == 2 * before, (a.data, before)
print(len(topological_order(autograd.expand(a))) == len(topological_order(a)))
""") == ["True"]


def test_a_wide_list_is_one_node():
    values = [Value(1.0) for _ in range(100_000)]
    import autograd

    total = autograd.sum(values)
    total.backward()
    assert total.parents == tuple(values)
    assert {value.grad for value in values} == {1.0}
