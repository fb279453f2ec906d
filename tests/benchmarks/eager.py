"""The engine as it is used line by line, beside micrograd in the same run.

The columns say how long, or how large, and `ratio` how many times better than micrograd: in each round both run in
turn, and the ratio is the median over the rounds. Every program is the same code for both; only the class Value, and
for the training step the networks that come with it, are each engine's own.
"""

import gc
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import micrograd.engine
import micrograd.nn

import autograd
import nn
from nn import datasets
from tests.benchmarks.measuring import Figure, Row, Table, alternately, progress, timed

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "graphviz", "tqdm", "matplotlib", "torch")


def run(rounds: int, quick: bool) -> Table:
    """Measure. `quick` makes everything tiny."""
    shortest = 0.0 if quick else 0.05
    nodes = 100 if quick else 2_000
    sizes = [100, 300] if quick else [1_000, 10_000, 100_000, 1_000_000]
    sys.setrecursionlimit(100_000)  # micrograd sorts its graphs by recursion
    heavy = _imports()
    return Table("eager", [
        *_training_step(10 if quick else 100, rounds, shortest),
        *_elementary("a = a + w * x, all Values", 0, nodes, rounds, shortest),
        *_elementary("a = a + w * x, x a plain number", 1, nodes, rounds, shortest),
        *_memory(nodes),
        *_scaling(sizes, rounds, shortest, collector=False),
        *_scaling(sizes, rounds, shortest, collector=True),
        _import_time(rounds),
    ], [
        "In a row: one run after another, as in training; the collector frees what micrograd leaves behind, as it "
        "would there. Alone: all garbage is collected before each run, outside the timing, and charged to nobody.",
        f"The training step: MLP(2, [16, 16, 1]), {10 if quick else 100} points of two moons, hinge loss and L2 "
        "penalty, zero_grad, backward, update.",
        f"The elementary nodes: {nodes:,} of them, then relu and backward. Time per node is of all that together, "
        "freeing the graph included.",
        "`import autograd` brings in " + (f"{', '.join(heavy)}, which is wrong." if heavy else
                                          f"none of {', '.join(HEAVY)}."),
    ])


def _training_step(points: int, rounds: int, shortest: float) -> list[Row]:
    inputs, targets = datasets.moons(points, noise=0.1, seed=1)
    labels = [1.0 if target > 0 else -1.0 for target in targets]

    def trained_by(value: Any, networks: Any) -> Callable[[], None]:
        random.seed(1)
        model = networks.MLP(2, [16, 16, 1])

        def step() -> None:
            scores = [model([value(x) for x in row]) for row in inputs]
            hinge = sum((1 + -label * score).relu() for label, score in zip(labels, scores, strict=True))
            loss = hinge * (1 / len(scores)) + 1e-4 * sum(p * p for p in model.parameters())
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= 0.1 * p.grad

        return step

    return _compared("training step", trained_by(autograd.Value, nn), trained_by(micrograd.engine.Value, micrograd.nn),
                     "ms", 1e3, rounds, shortest, asked=40, goal=60)


def _chain(value: Any, plain: int, nodes: int) -> Any:
    """`a = a + w * x` until there are that many nodes; `plain` of the two factors are plain numbers."""
    a, w, x = value(0.0), value(0.5), 0.3 if plain else value(0.3)
    for _ in range(nodes // 2):
        a = a + w * x
    return a


def _elementary(name: str, plain: int, nodes: int, rounds: int, shortest: float) -> list[Row]:
    def program(value: Any) -> Callable[[], None]:
        return lambda: _chain(value, plain, nodes).relu().backward()

    return _compared(name, program(autograd.Value), program(micrograd.engine.Value), "ns per node", 1e9 / nodes, rounds,
                     shortest, asked=4, goal=6)


def _memory(nodes: int) -> list[Row]:
    ours, theirs = (_bytes_per_node(value, nodes) for value in (autograd.Value, micrograd.engine.Value))
    return [Row(f"memory, {when}", "bytes per node", *(Figure.of([found[place]]) for found in (ours, theirs)),
                asked=200, goal=150) for place, when in enumerate(("recorded", "after backward"))]


def _bytes_per_node(value: Any, nodes: int) -> tuple[float, float]:
    """What each further node takes, recorded and after backward."""
    (recorded, after), (recorded_more, after_more) = (_bytes(value, size) for size in (nodes, 2 * nodes))
    return (recorded_more - recorded) / nodes, (after_more - after) / nodes


def _bytes(value: Any, nodes: int) -> tuple[int, int]:
    _chain(value, 0, 10).backward()  # so that nothing that stays for good is counted
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    output = _chain(value, 0, nodes)
    recorded, _ = tracemalloc.get_traced_memory()
    output.backward()
    gc.collect()  # what the sorting left behind; the graph itself is still held
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return recorded - before, after - before


def _scaling(sizes: list[int], rounds: int, shortest: float, collector: bool) -> list[Row]:
    state = f"collector {'on' if collector else 'off'}"
    with _collector(collector):
        programs = [lambda size=size: _chain(autograd.Value, 0, size).backward() for size in sizes]
        found = alternately(*programs, rounds=rounds, name=f"time per node, {state}", shortest=shortest)
    figures = [Figure.of([seconds * 1e9 / size for seconds in times])
               for size, times in zip(sizes, found, strict=True)]
    medians = [figure.median for figure in figures]
    return [*(Row(f"{size:,} nodes, {state}", "ns per node", figure)
              for size, figure in zip(sizes, figures, strict=True)),
            Row(f"slowest of these / fastest, {state}", "", Figure.of([max(medians) / min(medians)]),
                asked=None if collector else 1.5)]


@contextmanager
def _collector(on: bool) -> Iterator[None]:
    """Within, Python's collector is on or off; afterwards it is as before."""
    before = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if before else gc.disable)()


def _import_time(rounds: int) -> Row:
    name = "import autograd"
    found: list[float] = []
    for _ in progress(range(rounds), name):
        bare, imported = (timed(lambda text=text: _fresh(text), 1) for text in ("", name))
        found.append((imported - bare) * 1e3)
    return Row(name, "ms", Figure.of(found), asked=60)


def _imports() -> list[str]:
    """Those of the heavy packages that `import autograd` brings in."""
    return _fresh(f"import sys, autograd; print(*set({HEAVY}) & set(sys.modules))").split()


def _fresh(program: str) -> str:
    """What a program prints in a new interpreter."""
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _compared(name: str, our_program: Callable[[], None], their_program: Callable[[], None], unit: str, scale: float,
              rounds: int, shortest: float, asked: float, goal: float) -> list[Row]:
    rows: list[Row] = []
    for alone in (False, True):
        title = f"{name}, {'alone' if alone else 'in a row'}"
        ours, theirs = alternately(our_program, their_program, rounds=rounds, name=title, shortest=shortest,
                                   alone=alone)
        ratio = Figure.of([their / our for our, their in zip(ours, theirs, strict=True)])
        rows.append(Row(title, unit, *(Figure.of([seconds * scale for seconds in times]) for times in (ours, theirs)),
                        ratio, asked, goal))
    return rows
