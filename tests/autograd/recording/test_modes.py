"""Where nothing is recorded, where lines are remembered, and several threads and tasks at once."""

import asyncio
import inspect
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context

import pytest

import autograd
from autograd import DomainError, StaleGraphError, Value, dot, no_grad, trace
from autograd.recording.modes import always_recording, is_recording, is_tracing, state

x = Value(2.0)


def recorded() -> bool:
    """Whether this very place is recorded, asked of the graph itself."""
    results = [x * 2, 2 * x, x.exp(), autograd.sum([x]), autograd.where(x, x, x)]
    assert len({result.op is not None for result in results}) == 1
    assert (results[0].op is not None) == is_recording()
    return is_recording()


@pytest.fixture(autouse=True)
def nothing_stays_behind():
    assert recorded()
    yield
    assert recorded()
    assert not is_tracing()
    assert state.observed == 0


def test_as_a_context_manager():
    with no_grad():
        assert not recorded()
        with no_grad():
            assert not recorded()
        assert not recorded()
        with always_recording():
            assert recorded()
        assert not recorded()
    assert recorded()


def test_one_object_may_be_entered_again():
    guard = no_grad()
    with guard:
        with guard:
            assert not recorded()
        assert not recorded()
    with guard:
        assert not recorded()


def test_an_error_ends_it():
    with pytest.raises(KeyError), no_grad(), trace():
        raise KeyError
    assert recorded()


def test_as_a_decorator_of_functions_and_methods():
    class Model:
        @no_grad()
        def method(self, bias, *, scale=1):
            """What it does."""
            return recorded(), bias * scale

        @classmethod
        @no_grad()
        def of_class(cls):
            return cls, recorded()

        @staticmethod
        @no_grad()
        def static():
            return recorded()

        @property
        @no_grad()
        def attribute(self):
            return recorded()

    assert Model().method(3, scale=2) == (False, 6)
    assert Model.of_class() == (Model, False)
    assert not Model.static()
    assert not Model().attribute
    assert (Model.method.__name__, Model.method.__doc__) == ("method", "What it does.")

    @no_grad()
    def recursive(n):
        assert not recorded()
        if n:
            recursive(n - 1)
        assert not recorded()

    recursive(3)

    @no_grad
    def bare(number):
        return number, recorded()

    assert bare(3) == (3, False)
    assert bare.__name__ == "bare"

    @no_grad()
    def failing():
        raise KeyError

    with pytest.raises(KeyError):
        failing()


def test_a_generator_records_nothing_and_its_user_does():
    seen = []

    @no_grad()
    def steps(first):
        """A generator."""
        try:
            while True:
                try:
                    seen.append(recorded())
                    first = yield first
                except ZeroDivisionError:
                    first = "caught"
                if first == "end":
                    return "returned"
        finally:
            seen.append(recorded())

    assert inspect.isgeneratorfunction(steps)
    assert steps.__doc__ == "A generator."
    running = steps(1)
    assert next(running) == 1
    assert recorded()
    assert running.send(2) == 2
    assert running.throw(ZeroDivisionError) == "caught"
    assert recorded()
    with pytest.raises(StopIteration) as end:
        running.send("end")
    assert end.value.value == "returned"
    closed = steps(5)
    next(closed)
    closed.close()
    assert list(closed) == []
    thrown = steps(1)
    next(thrown)
    with pytest.raises(KeyError):
        thrown.throw(KeyError)
    assert recorded()
    assert seen == [False] * 8

    @no_grad()
    def numbers():
        yield from range(3)

    assert list(numbers()) == [0, 1, 2]

    def delegating():
        return (yield from steps(0))

    outer = delegating()
    next(outer)
    with pytest.raises(StopIteration, match="returned"):
        outer.send("end")


def test_a_generator_that_does_not_want_to_close():
    @no_grad()
    def stubborn():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    running = stubborn()
    next(running)
    with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
        running.close()


def test_coroutines_and_async_generators():
    seen = []

    @no_grad()
    async def coroutine(n):
        seen.append(recorded())
        await asyncio.sleep(0)
        seen.append(recorded())
        return n

    @no_grad()
    async def steps(first):
        try:
            while True:
                try:
                    await asyncio.sleep(0)
                    seen.append(recorded())
                    first = yield first
                except ZeroDivisionError:
                    first = "caught"
                if first == "end":
                    return
        finally:
            seen.append(recorded())

    async def main():
        assert await coroutine(3) == 3
        assert recorded()
        running = steps(1)
        assert await running.__anext__() == 1
        assert recorded()
        assert await running.asend(2) == 2
        assert await running.athrow(ZeroDivisionError) == "caught"
        assert recorded()
        with pytest.raises(StopAsyncIteration):
            await running.asend("end")
        closed = steps(1)
        await closed.__anext__()
        await closed.aclose()
        thrown = steps(1)
        await thrown.__anext__()
        with pytest.raises(KeyError):
            await thrown.athrow(KeyError)
        assert recorded()

    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isasyncgenfunction(steps)
    asyncio.run(main())
    assert seen == [False] * 10


def test_two_tasks_do_not_disturb_each_other():
    async def without():
        with no_grad():
            for _ in range(5):
                assert not recorded()
                await asyncio.sleep(0)
                assert not recorded()

    async def within():
        for _ in range(5):
            assert recorded()
            await asyncio.sleep(0)
            assert recorded()

    async def main():
        await asyncio.gather(without(), within(), without(), within())
        with no_grad():  # what a task starts inherits where it was started
            assert await asyncio.create_task(asyncio.to_thread(recorded)) is False

    asyncio.run(main())


def test_threads_do_not_disturb_each_other():
    guard = no_grad()
    inside, go_on = threading.Barrier(4), threading.Barrier(4)

    def without():
        with guard:
            inside.wait()
            found = recorded()
            go_on.wait()
            return found

    def within():
        inside.wait()
        found = recorded()
        go_on.wait()
        return found

    with ThreadPoolExecutor(4) as threads:
        results = [threads.submit(work) for work in (without, within, without, within)]
        assert [result.result(timeout=30) for result in results] == [False, True, False, True]


def test_a_generator_with_no_grad_inside_may_be_closed_elsewhere():
    """In another thread the context is another one; only ContextVar.reset would complain about that."""
    def steps():
        with no_grad():
            yield

    running = steps()
    copy_context().run(next, running)
    thread = threading.Thread(target=running.close)
    thread.start()
    thread.join()
    assert state.observed == 0
    with closing(steps()) as other:
        next(other)
        assert not recorded()


# ---- Lines of the program --------------------------------------------------------------------------------------------


def test_an_error_in_the_graph_names_its_line():
    p = Value(0.0, "p")
    with trace():
        assert is_tracing()
        root = p.sqrt()
        more = root * 2
    with pytest.raises(DomainError) as raised:
        (more + 1).backward()
    assert f"\n  calculated in {__file__}:" in str(raised.value)
    assert str(raised.value).endswith(": root = p.sqrt()")


def test_lines_of_the_engine_itself_are_left_out():
    from nn import MLP

    model = MLP(2, [2, 1], activation="tanh", seed=1)
    with trace():
        output = model([1.0, 2.0])  # this line
        average = autograd.mean([output, output])  # that line
    assert {node.recorded_at.split("#")[1] for node in autograd.topological_order(output) if node.op} == {" this line"}
    assert average.recorded_at.endswith("# that line")


def test_lines_are_remembered_where_nothing_else_is_and_forgotten_with_their_nodes():
    from autograd.recording.modes import lines as _lines

    before = len(_lines)
    with trace():
        node = x * 2
        with no_grad():
            assert (x * 2).recorded_at is None
        assert len(_lines) == before + 1
    del node
    assert len(_lines) == before


# ---- Gradients at once -----------------------------------------------------------------------------------------------


def at_once(work, count=8):
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count), timeout=60))


def some_graph(seed):
    draw = random.Random(seed)
    leaves = [Value(draw.uniform(-1, 1)) for _ in range(5)]
    nodes = list(leaves)
    for _ in range(60):
        a, b = draw.choice(nodes), draw.choice(nodes)
        nodes.append(draw.choice([lambda a=a, b=b: a * b, lambda a=a, b=b: (a - b).tanh(), lambda a=a: a.sin() + 1,
                                  lambda a=a, b=b: dot([a, b], [b, 0.5]).tanh()])())
    autograd.sum(nodes).backward()
    return [leaf.grad for leaf in leaves]


def test_separate_graphs_from_eight_threads():
    assert at_once(lambda number: [some_graph(seed) for seed in range(number, number + 10)]) == [
        [some_graph(seed) for seed in range(number, number + 10)] for number in range(8)]


def test_parameters_that_all_threads_share_get_the_sum():
    weights = [Value(0.0) for _ in range(20)]

    def work(number):
        for _ in range(50):
            dot(weights, [number + 1.0] * 20).backward()

    at_once(work)
    assert [weight.grad for weight in weights] == [50.0 * sum(range(1, 9))] * 20


def test_one_graph_in_all_threads():
    a = Value(3.0)
    output = (a * a + a) * a.tanh().stop_gradient()
    output.backward()
    once = a.grad
    at_once(lambda number: [output.backward() for _ in range(25)])
    assert a.grad == pytest.approx(once * 201, rel=1e-12)


def test_data_set_by_one_thread_while_another_differentiates_is_refused_or_right():
    w = Value(1.0)

    def work(number):
        for i in range(200):
            if number:
                w.data = 1.0 + i % 7
            else:
                leaf = Value(2.0)
                output = leaf * w
                used = output.data / 2.0
                try:
                    output.backward()
                except StaleGraphError:
                    continue
                assert leaf.grad == used

    at_once(work, 3)
