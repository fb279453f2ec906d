"""Compiled functions and compiled training, beside all peers in the same run.

The columns say how long one step or one gradient takes, and `ratio` how many times as long it takes the peer that the
row names. In each round all run in turn; the ratio is the median over the rounds. Double precision, one thread each.
"""

import random
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

import autograd
import nn
from autograd.compiling.machine import machine
from nn import datasets
from tests.benchmarks import gpt, peers
from tests.benchmarks.measuring import Figure, Row, Table, alternately, timed

PACKAGES = ("glassgrad", "llvmlite", "torch", "jax", "casadi", "micrograd", "numpy")


def run(rounds: int, quick: bool) -> Table:
    """Measure. `quick` makes everything tiny."""
    shortest = 0.0 if quick else 0.05
    rows = [*_moons(rounds, shortest, quick), *_xor(rounds, shortest, quick), *_digits(rounds, shortest, quick),
            *_gpt(rounds, shortest, quick), *_random_graph(rounds, shortest, quick), *_first_calls(quick),
            *_widths(quick), *_shapes(rounds, shortest, quick)]
    return Table("compiled", rows, [
        "A step: forward, backward and the update of one batch, called from Python, unless it says `in run`.",
        "moons: MLP(2, [16, 16, 1]), 100 points, hinge, SGD. XOR: MLP(2, [4, 1]), tanh, 4 rows. digits: MLP(64, [32, "
        "10]), 256 samples, cross-entropy, Adam. GPT: one layer, 4,192 parameters, a name of 8 letters, Adam.",
        "first call: from a new model to the loss of its first step, in seconds. C: plain loops, gcc -O3 -march=native "
        "-ffast-math.",
    ], "peer", PACKAGES)


Peers = dict[str, tuple[Callable[[], object], float | None]]  # each with what is asked of the ratio


def _versus(name: str, ours: Callable[[], object], others: Peers, rounds: int, shortest: float,
            unit: str = "µs", scale: float = 1e6, per_call: int = 1) -> list[Row]:
    """A row for each peer."""
    seconds = alternately(ours, *(program for program, _ in others.values()), rounds=rounds, name=name,
                          shortest=shortest)
    mine = [s / per_call for s in seconds[0]]
    return [Row(f"{name} / {peer}", unit, Figure.of([s * scale for s in mine]), Figure.of([s * scale for s in theirs]),
                Figure.of([b / a for a, b in zip(mine, theirs, strict=True)]), asked)
            for (peer, (_, asked)), theirs in zip(others.items(), seconds[1:], strict=True)]


def _trained(sizes: list[int], activation: str, loss: Any, adam: bool, x: Any, y: Any) -> Any:
    random.seed(1)
    model = nn.MLP(sizes[0], sizes[1:], activation)
    optimizer = nn.Adam(model.parameters(), 1e-3) if adam else nn.SGD(model.parameters(), 0.1)
    training = nn.compile(model, loss, optimizer)
    training.step(x, y)
    return training


def _moons(rounds: int, shortest: float, quick: bool) -> list[Row]:
    import micrograd.engine
    import micrograd.nn

    points, targets = datasets.moons(10 if quick else 100, noise=0.1, seed=1)
    x, y = np.array(points), np.array([1.0 if target > 0 else -1.0 for target in targets])
    sizes = [2, 16, 16, 1]
    training = _trained(sizes, "relu", nn.hinge, False, x, y)
    random.seed(1)
    model: Any = micrograd.nn.MLP(2, [16, 16, 1])

    def step() -> None:
        scores = [model([micrograd.engine.Value(v) for v in row]) for row in points]
        loss: Any = sum((1 + -t * s).relu() for t, s in zip(y.tolist(), scores, strict=True)) * (1 / len(scores))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad

    rows = _versus("moons step", lambda: training.step(x, y), {
        "micrograd": (step, 50_000), "PyTorch": (peers.torch_step(sizes, "relu", "hinge", False, x, y), 40),
        "CasADi, numbers": (peers.casadi_numbers_step(sizes, x, y), 30),
        "CasADi, matrices": (peers.casadi_step(sizes, x, y), None),
        "JAX": (peers.jax_step(sizes, "relu", "hinge", False, x, y), 7), "C": (peers.c_step(sizes, x, y), 1.5)},
                   rounds, shortest)
    library, times = peers.c_library(sizes, len(x)), 100 if quick else 100_000
    peak = 64 * times / timed(lambda: library.peak(times), 3)
    number = 3 * len(x) * sum(a * b for a, b in pairwise(sizes))
    return [*rows, Row("moons step, share of the core's multiply-adds", "1",
                       Figure.of([number / peak / (row.ours.median * 1e-6) for row in rows[:1]]))]


def _xor(rounds: int, shortest: float, quick: bool) -> list[Row]:
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1, 0])
    sizes, many = [2, 4, 1], 10 if quick else 20_000
    training = _trained(sizes, "tanh", nn.mean_squared_error, False, x, y)
    torch = peers.torch_step(sizes, "tanh", "mean_squared_error", False, x, y)
    jax = peers.jax_step(sizes, "tanh", "mean_squared_error", False, x, y)
    loop = peers.jax_step(sizes, "tanh", "mean_squared_error", False, x, y, many)
    rows = _versus("XOR step", lambda: training.step(x, y), {"PyTorch": (torch, 100), "JAX": (jax, 8)},
                   rounds, shortest)
    rows += _versus("XOR step in run", lambda: training.run(x, y, many, progress=False),
                    {"PyTorch": (torch, 2_000), "JAX": (jax, 100)}, rounds, shortest, per_call=many)
    ours, theirs = alternately(lambda: training.run(x, y, many, progress=False), loop, rounds=rounds, name="XOR loops",
                               shortest=shortest)
    return [*rows, Row("XOR step in run / JAX, as many in one fori_loop", "µs",
                       Figure.of([s / many * 1e6 for s in ours]), Figure.of([s / many * 1e6 for s in theirs]),
                       Figure.of([b / a for a, b in zip(ours, theirs, strict=True)]))]


def _digits(rounds: int, shortest: float, quick: bool) -> list[Row]:
    rng = np.random.default_rng(1)
    samples = 8 if quick else 256
    x, y = rng.random((samples, 64)), rng.integers(0, 10, samples).astype(float)
    sizes = [64, 32, 10]
    training = _trained(sizes, "relu", nn.cross_entropy, True, x, y)
    return _versus("digits step", lambda: training.step(x, y), {
        "PyTorch": (peers.torch_step(sizes, "relu", "cross_entropy", True, x, y), 2),
        "JAX": (peers.jax_step(sizes, "relu", "cross_entropy", True, x, y), 1.2)}, rounds, shortest)


class _Ours:
    """What the GPT needs, by this engine."""

    relu, sum = staticmethod(autograd.relu), staticmethod(autograd.sum)

    @staticmethod
    def dot(a: Any, b: Any) -> Any:
        return autograd.dot(tuple(a), tuple(b))

    @staticmethod
    def softmax(scores: Any) -> Any:
        total = autograd.logsumexp(scores)
        return [autograd.exp(score - total) for score in scores]

    @staticmethod
    def embedded(table: Any, token: Any) -> Any:
        return [autograd.take(token, [row[column] for row in table]) for column in range(len(table[0]))]

    @staticmethod
    def surprise(scores: Any, token: Any) -> Any:
        return autograd.logsumexp(scores) - autograd.take(token, scores)


class _Closures:
    """The same by a Value of micrograd's kind, with a closure for each node, and an exp and a log."""

    @staticmethod
    def relu(x: Any) -> Any:
        return x.relu()

    @staticmethod
    def sum(numbers: Any) -> Any:
        return sum(numbers[1:], numbers[0])

    @staticmethod
    def dot(a: Any, b: Any) -> Any:
        products = [x * y for x, y in zip(a, b, strict=True)]
        return sum(products[1:], products[0])

    @classmethod
    def softmax(cls, scores: Any) -> Any:
        powers = [score.exp() for score in scores]
        total = cls.sum(powers)
        return [power / total for power in powers]

    @staticmethod
    def embedded(table: Any, token: Any) -> Any:
        return table[token]

    @classmethod
    def surprise(cls, scores: Any, token: Any) -> Any:
        return -cls.softmax(scores)[token].log()


def closure_value() -> Any:
    """micrograd's Value with exp and log, written as its own operations are."""
    import math

    from micrograd.engine import Value

    class Closure(Value):
        def exp(self) -> Any:
            out = Closure(math.exp(self.data), (self,), "exp")

            def backward() -> None:
                self.grad += out.data * out.grad

            out._backward = backward
            return out

        def log(self) -> Any:
            out = Closure(math.log(self.data), (self,), "log")

            def backward() -> None:
                self.grad += out.grad / self.data

            out._backward = backward
            return out

    for name in ("__add__", "__mul__", "__pow__", "relu"):  # which make plain Values: let them make these
        setattr(Closure, name, _kept(getattr(Value, name), Closure))
    return Closure


def _kept(method: Any, kind: Any) -> Any:
    def wrapped(self: Any, *others: Any) -> Any:
        out = method(self, *others)
        out.__class__ = kind
        return out

    return wrapped


def _gpt(rounds: int, shortest: float, quick: bool) -> list[Row]:
    def flat(weights: Any) -> list[Any]:
        return [x for matrix in weights.values() for row in matrix for x in row]

    weights, text = gpt.parameters(autograd.Value), gpt.NAME[:3] if quick else gpt.NAME
    optimizer = nn.Adam(flat(weights), 1e-3)
    learned = gpt.parameters(autograd.Value)
    training = nn.compile(lambda tokens: tokens, lambda outputs, _: gpt.loss(learned, list(outputs[0]), _Ours),
                          nn.Adam(flat(learned), 1e-3))
    tokens, none = np.array([text], dtype=float), np.zeros(1)
    value = closure_value()
    closures = gpt.parameters(value)

    def eager() -> None:
        loss = gpt.loss(weights, text, _Ours)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def by_closures() -> None:
        loss = gpt.loss(closures, text, _Closures)
        for p in flat(closures):
            p.grad = 0
        loss.backward()
        for p in flat(closures):
            p.data -= 1e-3 * p.grad

    training.step(tokens, none)
    return _versus("GPT step", lambda: training.step(tokens, none), {
        "our own eager step": (eager, 300), "a closure per node": (by_closures, 4_000)}, rounds, shortest)


def _random_graph(rounds: int, shortest: float, quick: bool) -> list[Row]:
    """The gradient of 1,000 operations on 10 inputs, as in an expression that a program has written."""
    import casadi

    size, rng = 50 if quick else 1_000, random.Random(1)
    choices = [(rng.choice(["add", "sub", "mul", "tanh", "sin", "cos"]), rng.random(), rng.random())
               for _ in range(size)]

    def graph(inputs: Any, f: Any) -> Any:
        numbers = list(inputs)
        for kind, a, b in choices:
            x, y = numbers[-1 - int(a * min(20, len(numbers)))], numbers[-1 - int(b * min(20, len(numbers)))]
            numbers.append({"add": lambda x, y: (x + y) * 0.5, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
                            "tanh": lambda x, _: f.tanh(x), "sin": lambda x, _: f.sin(x),
                            "cos": lambda x, _: f.cos(x)}[kind](x, y))
        total = numbers[-1]
        for number in numbers[-20:-1]:  # so that nearly all of them count
            total = total + number
        return total

    point = [0.1 * place - 0.4 for place in range(10)]
    compiled = autograd.compile(lambda x: graph(x, autograd))
    compiled.value_and_grad(point)
    symbol = casadi.SX.sym("x", 10)
    value = graph([symbol[place] for place in range(10)], casadi)
    function = casadi.Function("f", [symbol], [value, casadi.gradient(value, symbol)])
    eager = autograd.value_and_grad(lambda x: graph(x, autograd))
    return _versus(f"gradient of {size:,} random nodes", lambda: compiled.value_and_grad(point), {
        "our own eager gradient": (lambda: eager(point), 100), "CasADi": (lambda: function(point), 5)},
        rounds, shortest)


def _first_calls(quick: bool) -> list[Row]:
    rng = np.random.default_rng(1)

    def first(make: Callable[[], Callable[[], object]]) -> Figure:
        found: list[float] = []
        for _ in range(1 if quick else 5):
            machine.cache_clear()  # or the second one would find the code of the first
            began = time.perf_counter()
            make()()
            found.append(time.perf_counter() - began)
        return Figure.of(found)

    def network(sizes: list[int], loss: Any, samples: int, targets: Any) -> Callable[[], Callable[[], object]]:
        x = rng.random((samples, sizes[0]))
        return lambda: lambda: _trained(sizes, "tanh", loss, False, x, targets)

    def whole_gpt() -> Callable[[], object]:
        weights = gpt.parameters(autograd.Value)
        flat = [x for matrix in weights.values() for row in matrix for x in row]
        training = nn.compile(lambda tokens: tokens, lambda outputs, _: gpt.loss(weights, list(outputs[0]), _Ours),
                              nn.Adam(flat, 1e-3))
        return lambda: training.step(np.array([gpt.NAME[:3] if quick else gpt.NAME], dtype=float), np.zeros(1))

    programs = {"XOR": (network([2, 4, 1], nn.mean_squared_error, 4, np.zeros(4)), 0.1),
                "moons": (network([2, 16, 16, 1], nn.hinge, 100, np.ones(100)), 0.2),
                "digits": (network([64, 32, 10], nn.cross_entropy, 256, np.zeros(256)), 0.3), "GPT": (whole_gpt, 1.5)}
    return [Row(f"first call, {name}", "s", first(make), asked=asked) for name, (make, asked) in programs.items()]


def _widths(quick: bool) -> list[Row]:
    """How much code there is, and how long it takes to make, as layers grow; and how long recording takes."""
    rows: list[Row] = []
    for width in (16, 32) if quick else (16, 64, 256, 512):
        model = nn.MLP(width, [width, 1])
        compiled = autograd.compile(model)
        compiled(np.zeros(width))
        report = compiled.report()
        rows += [Row(f"{width} wide: instructions", "lines", Figure.of([len(compiled.llvm_ir.splitlines())])),
                 Row(f"{width} wide: compiling", "s", Figure.of([report["compile_seconds"]])),
                 Row(f"{width} wide: recording", "µs per edge",
                     Figure.of([report["record_seconds"] / report["arguments"] * 1e6]))]
    return rows


def _shapes(rounds: int, shortest: float, quick: bool) -> list[Row]:
    """Networks that are no plain stack of layers, per multiply-add, beside the dense one."""
    random.seed(1)
    width = 8 if quick else 32
    first, second, third = (nn.Layer(width, width, "tanh") for _ in range(3))
    last = nn.Layer(width, 1, nonlin=False)
    outer = nn.Layer(2 * width, width, "tanh")
    gates = nn.Layer(width, width, "sigmoid")
    networks: dict[str, tuple[Any, int]] = {
        "dense": (lambda x: last(third(second(first(x)))), 3 * width * width + width),
        "skip connections": (lambda x: last(outer([*first(x), *x])), 3 * width * width + width),
        "shared weights": (lambda x: last(first(first(first(x)))), 3 * width * width + width),
        "product neurons": (lambda x: last([a * b for a, b in zip(second(first(x)), gates(x), strict=True)]),
                            3 * width * width + width)}
    x = np.random.default_rng(1).random((16 if quick else 256, width))
    compiled = {name: autograd.compile(network) for name, (network, _) in networks.items()}
    programs = [lambda c=c: c.batch_gradients(x) for c in compiled.values()]
    seconds = alternately(*programs, rounds=rounds, name="shapes", shortest=shortest)
    costs = [[s / number for s in times] for times, (_, number) in zip(seconds, networks.values(), strict=True)]
    return [Row(f"{name}, per multiply-add of the dense one", "1",
                Figure.of([a / b for a, b in zip(cost, costs[0], strict=True)]), asked=1.5)
            for name, cost in zip(networks, costs, strict=True)]
