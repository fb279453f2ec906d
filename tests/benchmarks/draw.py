"""Drawing: how long a picture takes, from the graph to DOT and on to SVG.

The layout is that of the embedded program, graphviz-pure, even where Graphviz is installed. The sizes are those of
graphs as they come up: training batches of a network with two hidden layers, a long chain, and one without any pattern.
"""

import gc
import random
from collections.abc import Callable

import nn
from autograd import Value, draw, sin, tanh, topological_order
from autograd.drawing import rendering
from autograd.drawing.rendering import EMBEDDED, Drawing
from tests.benchmarks.measuring import Figure, Row, Table, progress, timed


def run(rounds: int, quick: bool) -> Table:
    """Measure. `quick` makes everything tiny."""
    rounds = min(rounds, 5)  # one of them takes seconds
    small, large = (60, 400) if quick else (500, 100_000)
    sizes = [100, 200] if quick else [1_000, 10_000, 100_000]
    model, loss = _batch([8, 8, 1] if not quick else [2, 1], small)
    deep, deep_loss = _batch([16, 16, 1], large)
    pattern, chain = _scattered(large), _chain(large)
    everything = 10**9
    picture = draw(loss, names=model, max_nodes=everything)
    plain = draw(_scattered(small), max_nodes=everything)
    return Table("draw", [
        _row(f"batch of a network, {_count(loss):,} nodes, to SVG", rounds, lambda: _embedded(picture), 3),
        _row(f"no pattern, {_count(_scattered(small)):,} nodes, to SVG", rounds, lambda: _embedded(plain), 3),
        _row(f"collapsed by module, {_count(deep_loss):,} nodes, to SVG", rounds,
             lambda: _embedded(draw(deep_loss, names=deep, max_nodes=min(500, small))), 3),
        _row(f"collapsed by structure, {_count(deep_loss):,} nodes, to SVG", rounds,
             lambda: _embedded(draw(deep_loss, max_nodes=min(500, small))), 5),
        _row(f"a long chain, {_count(chain):,} nodes, collapsed to SVG", rounds,
             lambda: _embedded(draw(chain, max_nodes=min(500, small))), 5),
        _row(f"no pattern, {_count(pattern):,} nodes, collapsed", rounds, lambda: draw(pattern), 5),
        *[_per_node(size, rounds) for size in sizes],
    ], [f"The limits are in seconds on one core of an ordinary machine, and for DOT 30 µs per node, with all of its "
        f"edges. The layout is made by {EMBEDDED}."])


def _batch(layers: list[int], nodes: int) -> tuple[nn.MLP, Value]:
    """A network, and the loss over as many samples as give about this many nodes, after backward()."""
    model = nn.MLP(2, layers, "tanh", seed=0)
    inputs, targets = nn.datasets.moons(2, seed=0)
    build = lambda samples: nn.mean_squared_error([model(inputs[k % 2]) for k in range(samples)],
                                                  [targets[k % 2] for k in range(samples)])
    one, two = _count(build(1)), _count(build(2))
    loss = build(max(1, round((nodes - one) / (two - one)) + 1))
    loss.backward()
    return model, loss


def _scattered(nodes: int) -> Value:
    """Operations on whatever there is, in no order that could be folded."""
    generator = random.Random(1)
    made = [Value(generator.random()) for _ in range(20)]
    while len(made) < nodes * 0.6:
        a, b = (made[-1 - generator.randrange(20)] for _ in range(2))
        made.append(generator.choice((tanh, sin))(a + b))
    made[-1].backward()
    return made[-1]


def _chain(nodes: int) -> Value:
    x, weight = Value(0.5), Value(0.9)
    for _ in range(nodes // 2):
        x = sin(x * weight)
    x.backward()
    return x


def _per_node(nodes: int, rounds: int) -> Row:
    chain = _chain(nodes)
    found = [timed(lambda: draw(chain, max_nodes=10**9), 1) / nodes * 1e6
             for _ in progress(range(rounds), f"DOT, {nodes:,} nodes")]
    return Row(f"DOT of {nodes:,} nodes", "µs per node", Figure.of(found), asked=30)


def _row(name: str, rounds: int, program: Callable[[], object], asked: float) -> Row:
    found = [timed(program, 1) for _ in progress(range(rounds), name)]
    gc.collect()
    return Row(name, "s", Figure.of(found), asked=asked)


def _embedded(drawing: Drawing) -> str:
    """The SVG that the embedded program makes."""
    every = rendering.layout_programs
    rendering.layout_programs = lambda: [program for program in every() if EMBEDDED in program]
    try:
        drawing.timeout = 60
        return drawing.svg()
    finally:
        rendering.layout_programs = every


def _count(output: Value) -> int:
    return len(topological_order(output))
