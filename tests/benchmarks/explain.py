"""How long an explanation takes: to be there, and for its steps to be worked out."""

import autograd
from autograd import Value
from tests.benchmarks.measuring import Figure, Row, Table, progress, timed


def run(rounds: int, quick: bool) -> Table:
    """Measure everything `rounds` times; `quick` takes tiny sizes."""
    nodes = 1_000 if quick else 100_000
    output = _chain(nodes)
    size = f"{nodes:,} nodes"
    programs = {
        (f"explain, {size}, until a step is asked for", 50.0): lambda: autograd.explain(output),
        (f"the first step forward, {size}", None): lambda: autograd.explain(output)[0],
        (f"the last step backward, {size}", None): lambda: autograd.explain(output)[-1],
        (f"as text, {size}", None): lambda: str(autograd.explain(output)),
    }
    rows: list[Row] = []
    for (name, asked), program in programs.items():
        samples = [timed(program, 1) * 1e3 for _ in progress(range(rounds), name)]
        rows.append(Row(name, "ms", Figure.of(samples), asked=asked))
    return Table("explain", rows, [])


def _chain(nodes: int) -> Value:
    """A graph like that of a recurrence: x is used again and again."""
    x = output = Value(0.5, "x")
    for _ in range(nodes // 2):
        output = autograd.tanh(output + x)
    return output
