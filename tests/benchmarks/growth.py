"""What compiling takes, how it grows with the network, and what other shapes than a stack of layers cost."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import autograd
import nn
from autograd.compiling.evaluation import evaluation
from autograd.compiling.machine import LANES, TILE, Machine, machine
from autograd.compiling.program import Program
from autograd.compiling.training import training
from tests.benchmarks import gpt, problems
from tests.benchmarks.measuring import Figure, Row, alternately, progress

ROOT = Path(__file__).parents[2]
ASKED = {"XOR": 0.1, "moons": 0.2, "digits": 0.3, "GPT": 1.5}  # seconds
FEW = 5  # rounds are enough for what takes seconds


def first_call(name: str, quick: bool) -> float:
    """Seconds from a new model to the loss of its first step. Machine code that was made before is not used again."""
    machine.cache_clear()
    if name == "GPT":
        began = time.perf_counter()
        problems.gpt_training(gpt.NAME[:3] if quick else gpt.NAME)()
        return time.perf_counter() - began
    _, problem = {"XOR": problems.xor, "moons": lambda: problems.moons(quick),
                  "digits": lambda: problems.digits(quick)}[name]()
    began = time.perf_counter()
    training, _ = problems.trained(problem.sizes, problem.activation, problem.loss, problem.x, problem.y)
    training.step(problem.x, problem.y)
    return time.perf_counter() - began


def first_calls(rounds: int, _: float, quick: bool) -> list[Row]:
    here: dict[str, list[float]] = {name: [] for name in ASKED}
    new: dict[str, list[float]] = {name: [] for name in ASKED}
    for _round in progress(range(min(rounds, FEW)), "first calls"):
        for name in ASKED:
            here[name].append(first_call(name, quick))
            program = f"from tests.benchmarks import growth; print(growth.first_call({name!r}, {quick}))"
            new[name].append(float(subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True,
                                                  capture_output=True, text=True).stdout))
    return [Row(f"first call{where}, {name}", "s", Figure.of(found[name]), asked=asked)
            for name, asked in ASKED.items() for where, found in ((" in a new process", new), ("", here))]


def widths(rounds: int, _: float, quick: bool) -> list[Row]:
    """How much code there is, and how long it takes to make, as layers grow; and how long recording takes.

    The training is that of a batch, with SGD; the gradient is that of one sample, with respect to its inputs.
    """
    sizes = [16, 32] if quick else [16, 64, 256, 512]
    models, rows = [nn.MLP(width, [width, 1]) for width in sizes], list[Row]()
    for kind, record in (("training", _training), ("gradient", _gradient)):
        recorded = alternately(*(partial(record, model) for model in models), rounds=min(rounds, FEW),
                               name=f"recording, {kind}", shortest=0.0)
        programs, makers = zip(*map(record, models), strict=True)
        compiled = alternately(*makers, rounds=rounds, name=f"compiling, {kind}", shortest=0.0)
        found = {("groups", ""): [[len(program.groups)] for program in programs],
                 ("LLVM text", "characters"): [[len(make().text)] for make in makers], ("compiling", "s"): compiled,
                 ("recording", "µs per edge"): [[s / program.edges * 1e6 for s in seconds]
                                                for program, seconds in zip(programs, recorded, strict=True)]}
        for (title, unit), figures in found.items():
            rows += [Row(f"{kind}, {title}, {width} wide", unit, Figure.of(figure))
                     for width, figure in zip(sizes, figures, strict=True)]
            rows.append(Row(f"{kind}, {title}: {sizes[-1]} / {sizes[0]} wide", "1",
                            Figure.of([b / a for a, b in zip(figures[0], figures[-1], strict=True)]),
                            asked=None if title == "recording" else 1.3))
    return rows


def _training(model: nn.MLP) -> tuple[Program, Callable[[], Machine]]:
    """The program that is recorded, and what compiles it."""
    optimizer = nn.SGD(model.parameters(), 0.1)
    descent = autograd.Descent(lambda x, y: nn.mean_squared_error([model(x)], [y]), np.zeros(_width(model)), 0.0,
                               optimizer.parameters, optimizer.update, optimizer.initial_state)
    return descent.program, lambda: Machine(
        training(descent.program, descent.update, descent.targets, LANES, TILE), False)


def _gradient(model: nn.MLP) -> tuple[Program, Callable[[], Machine]]:
    inputs = [autograd.Value(0.0) for _ in range(_width(model))]
    found = autograd.compile(model(inputs), inputs=inputs).kernel.program
    return found, lambda: Machine(evaluation(found, 1, 1), True)


def _width(model: nn.MLP) -> int:
    return len(model.layers[0].neurons)


def shapes(rounds: int, shortest: float, quick: bool) -> list[Row]:
    """Training steps of networks that are no plain stack of layers, per multiply-add, beside the dense one."""
    random.seed(1)
    width, samples = 8 if quick else 32, 16 if quick else 256

    def layer(inputs: int = width, activation: str = "tanh") -> Any:
        return nn.Layer(inputs, width, activation, init="xavier")

    def product(a: Any, b: Any) -> Any:
        return [x * y for x, y in zip(a, b, strict=True)]

    first, second, third, outer, gates = layer(), layer(), layer(), layer(2 * width), layer(activation="sigmoid")
    last = nn.Layer(width, 1, nonlin=False, init="xavier")
    # Each with its layers, and how many of its square matrices hand slopes on to what is no input: all have three.
    networks: dict[str, tuple[Callable[[Any], Any], list[Any], int]] = {
        "dense": (lambda x: last(third(second(first(x)))), [first, second, third, last], 2),
        "skip connections": (lambda x: last(outer([*first(x), *x])), [first, outer, last], 1),
        "shared weights": (lambda x: last(first(first(first(x)))), [first, last], 2),
        "product neurons": (lambda x: last(product(second(first(x)), gates(x))), [first, second, gates, last], 1)}
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-1, 1, (samples, width)), rng.uniform(-1, 1, samples)
    programs: list[Callable[[], object]] = []
    for network, layers, _ in networks.values():
        optimizer = nn.SGD([p for part in layers for p in part.parameters()], 1e-3)
        training = nn.compile(network, nn.mean_squared_error, optimizer)
        programs.append(lambda training=training: training.step(x, y))
    seconds = alternately(*programs, rounds=rounds, name="shapes", shortest=shortest)
    costs = [[s / samples / ((6 + handed) * width**2 + 3 * width) * 1e9 for s in found]
             for found, (_, _, handed) in zip(seconds, networks.values(), strict=True)]
    rows: list[Row] = []
    for name, cost in zip(networks, costs, strict=True):
        rows.append(Row(f"step, {name}, per multiply-add", "ns", Figure.of(cost)))
        if name != "dense":
            rows.append(Row(f"step, {name} / dense, per multiply-add", "1",
                            Figure.of([a / b for a, b in zip(cost, costs[0], strict=True)]), asked=1.5))
    return rows
