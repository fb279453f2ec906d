"""Compiled functions and compiled training, beside all peers in the same run.

The columns say how long one step or one gradient takes, and `ratio` how many times as long it takes the peer that the
row names. In each round all run in turn; the ratio is the median over the rounds. Double precision, one thread each.
"""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np

import autograd
import nn
from tests.benchmarks import expressions, gpt, growth, peers, plain_c, problems
from tests.benchmarks.measuring import Figure, Peer, Row, Table, against, alternately, progress

PACKAGES = ("glassgrad", "llvmlite", "torch", "jax", "casadi", "micrograd", "numpy")


def run(rounds: int, quick: bool) -> Table:
    """Measure. `quick` makes everything tiny."""
    parts = [_moons, _xor, _digits, _gpt, _random_graph, growth.first_calls, growth.widths, growth.shapes]
    rows = [row for part in progress(parts, "compiled") for row in part(rounds, 0.0 if quick else 0.05, quick)]
    return Table("compiled", rows, [
        "A step: forward, backward and the update of one batch, called from Python, unless it says `in run`.",
        "moons: MLP(2, [16, 16, 1]), relu, 100 points, hinge, SGD. XOR: MLP(2, [4, 1]), tanh, 4 rows, SGD. digits: "
        "MLP(64, [32, 10]), relu, 256 samples, cross-entropy, Adam. GPT: one layer, width 16, 4,192 parameters, a "
        "name of 8 letters, Adam.",
        "JAX: jit, with the weights donated, as it is by default; compiled ahead, which costs it up to 1 µs a call. In "
        "the calling thread: the same with jax_cpu_enable_async_dispatch off.",
        "CasADi in its virtual machine: a graph of matrices, or one sample's graph of numbers, mapped.",
        "C: plain loops, gcc -O3 -march=native. Multiply-adds: forward, for the slopes of weights, and of what is no "
        "input; the peak is that of a loop in C of nothing else, in turn with the step.",
        "First call: from a new model to the loss of its first step; in a new process with llvmlite's import.",
    ], "peer", PACKAGES)


def _moons(rounds: int, shortest: float, quick: bool) -> list[Row]:
    training, problem = problems.moons(quick)

    def step() -> float:
        return training.step(problem.x, problem.y)

    rows = against("moons step", step, {
        "micrograd": Peer(peers.micrograd_step(problem), 50_000), "PyTorch": Peer(peers.torch_step(problem), 40),
        "CasADi, matrices": Peer(peers.casadi_matrices_step(problem), 30),
        "CasADi, numbers": Peer(peers.casadi_numbers_step(problem), 30),
        "JAX": Peer(peers.jax_step(problem), 7),
        "JAX in the calling thread": Peer(peers.jax_step(problem, synchronous=True), 7),
        "C": Peer(plain_c.step(problem), 1.5), "C, -ffast-math": Peer(plain_c.step(problem, "-ffast-math"), 1.5)},
                   rounds, shortest)
    return [*rows, _other_arrays("moons step", training, problem, rounds, shortest),
            *_speed("moons step", step, problem, rounds, shortest, quick)]


def _speed(name: str, step: Callable[[], object], problem: problems.Problem, rounds: int, shortest: float,
           quick: bool) -> list[Row]:
    """How many multiply-adds there are in a second, and beside what the core can do."""
    peak, most = plain_c.multiply_adds(100 if quick else 100_000)
    number = plain_c.multiply_adds_of(problem.sizes, len(problem.x))
    ours, theirs = alternately(step, peak, rounds=rounds, name="multiply-adds", shortest=shortest)
    speeds, peaks = [2e-9 * number / s for s in ours], [2e-9 * most / s for s in theirs]
    return [Row(f"{name}, multiply-adds of the network; the core's peak", "GFlop/s", Figure.of(speeds),
                Figure.of(peaks)),
            Row(f"{name}, share of the core's peak", "%",
                Figure.of([100 * a / b for a, b in zip(speeds, peaks, strict=True)]))]


def _other_arrays(name: str, training: Any, problem: problems.Problem, rounds: int, shortest: float) -> Row:
    """A step where each call is given other arrays than the one before, as with batches."""
    batches = cycle([(problem.x.copy(), problem.y.copy()) for _ in range(2)])
    (seconds,) = alternately(lambda: training.step(*next(batches)), rounds=rounds, name=name, shortest=shortest)
    return Row(f"{name}, other arrays in each call", "µs", Figure.of([s * 1e6 for s in seconds]))


def _xor(rounds: int, shortest: float, quick: bool) -> list[Row]:
    training, problem = problems.xor()
    x, y, many = problem.x, problem.y, 10 if quick else 20_000
    torch = peers.torch_step(problem)
    jax, direct = peers.jax_step(problem), peers.jax_step(problem, synchronous=True)
    scan, loop = (peers.jax_step(problem, True, many, keeps_losses=kept) for kept in (True, False))
    rows = against("XOR step", lambda: training.step(x, y), {
        "PyTorch": Peer(torch, 100), "JAX": Peer(jax, 8), "JAX in the calling thread": Peer(direct, 8)},
                   rounds, shortest)
    return rows + against("XOR step in run", lambda: training.run(x, y, many, progress=False), {
        "PyTorch": Peer(torch, 2_000), "JAX, each step a call": Peer(jax, 100),
        "JAX in the calling thread, each step a call": Peer(direct, 100),
        "JAX, lax.scan": Peer(scan, None, many), "JAX, fori_loop, no losses": Peer(loop, None, many)},
                          rounds, shortest, per_call=many)


def _digits(rounds: int, shortest: float, quick: bool) -> list[Row]:
    training, problem = problems.digits(quick)

    def step() -> float:
        return training.step(problem.x, problem.y)

    rows = against("digits step", step, {
        "PyTorch": Peer(peers.torch_step(problem), 2), "JAX": Peer(peers.jax_step(problem), 1.2),
        "JAX in the calling thread": Peer(peers.jax_step(problem, synchronous=True), 1.2)}, rounds, shortest)
    return [*rows, _other_arrays("digits step", training, problem, rounds, shortest),
            *_speed("digits step", step, problem, rounds, shortest, quick)]


def _gpt(rounds: int, shortest: float, quick: bool) -> list[Row]:
    text = gpt.NAME[:3] if quick else gpt.NAME
    step = problems.gpt_training(text)
    weights, closures = gpt.parameters(autograd.Value), gpt.parameters(gpt.closure_value())
    optimizer, adam = nn.Adam(gpt.flat(weights), 1e-3), gpt.Adam(gpt.flat(closures), 1e-3)
    step()

    def eager() -> None:
        loss = gpt.loss(weights, text, gpt.Ours)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def by_closures() -> None:
        gpt.loss(closures, text, gpt.Closures).backward()
        adam.step()

    def loss(parameters: gpt.Weights) -> Any:
        return gpt.loss(parameters, text, gpt.Ours)

    point, compiled, differentiated = gpt.parameters(float), autograd.compile(loss), autograd.value_and_grad(loss)
    compiled.value_and_grad(point)

    def gradient_by_closures() -> None:
        for p in adam.parameters:
            p.grad = 0.0
        gpt.loss(closures, text, gpt.Closures).backward()

    return [*against("GPT step, tokens as inputs", step, {
        "our own eager step": Peer(eager, 300), "a closure for each node": Peer(by_closures, 4_000)}, rounds, shortest),
            *against("GPT gradient, fixed tokens", lambda: compiled.value_and_grad(point), {
                "our own eager gradient": Peer(lambda: differentiated(point), 300),
                "a closure for each node": Peer(gradient_by_closures, 4_000)}, rounds, shortest)]


def _random_graph(rounds: int, shortest: float, quick: bool) -> list[Row]:
    """A gradient of an expression of 1,000 operations on 10 inputs."""
    import casadi

    point = [0.2 * place - 0.9 for place in range(10)]
    steps = expressions.expression(50 if quick else 1_000, point, seed=1)

    def value(x: Any) -> Any:
        return expressions.calculated(steps, x, autograd)

    compiled, eager = autograd.compile(value), autograd.value_and_grad(value)
    symbol = casadi.SX.sym("x", 10)
    output = expressions.calculated(steps, [symbol[place] for place in range(10)], casadi)
    function = casadi.Function("f", [symbol], [output, casadi.gradient(output, symbol)])
    buffer, trigger = function.buffer()
    inputs, results = np.array(point), [np.zeros(1), np.zeros(10)]
    buffer.set_arg(0, memoryview(inputs))
    for place, result in enumerate(results):
        buffer.set_res(place, memoryview(result))

    def in_place() -> Any:
        trigger()
        return results[1].tolist()

    expected = eager(point)[1]
    for found in (compiled.value_and_grad(point)[1], in_place(), function(point)[1].full().ravel()):
        assert np.allclose(found, expected, rtol=1e-9), "these are not the same expression"
    return against(f"gradient of {len(steps):,} random nodes", lambda: compiled.value_and_grad(point), {
        "our own eager gradient": Peer(lambda: eager(point), 100), "CasADi": Peer(lambda: function(point), 5),
        "CasADi, into buffers": Peer(in_place, 5)}, rounds, shortest)
