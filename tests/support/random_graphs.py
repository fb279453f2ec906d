"""Graphs that are drawn at random: over the whole table, of sums and products alone, and with names to be shown."""

import math
import operator
from dataclasses import dataclass
from typing import Any

import torch
from hypothesis import strategies as st

from autograd import (
    Value,
    add,
    constant,
    dot,
    maximum,
    multiply,
    operations,
    relu,
    sigmoid,
    sin,
    subtract,
    sum,
    tanh,
    where,
)
from tests.support.oracle import EXPECTED, NAMES, Interval

WIDE = Interval(-5.0, 5.0)


@dataclass(frozen=True)
class Graph:
    """Numbers to begin with, and steps: an operation and its arguments, which are places of numbers or of earlier
    results (int), numbers (float), or lists of places. The last result is the output.
    """

    numbers: list[float]
    steps: list[tuple[str, tuple[Any, ...]]]

    def run(self, apply, numbers):
        """All results, as `apply(name, arguments)` calculates them."""
        results = list(numbers)
        for name, arguments in self.steps:
            results.append(apply(name, [[results[place] for place in a] if isinstance(a, list) else
                                        results[a] if isinstance(a, int) else a for a in arguments]))
        return results

    def __call__(self, *numbers):
        return self.run(lambda name, arguments: operations[name](*arguments), numbers)[-1]

    def in_pytorch(self, *numbers):
        return self.run(in_pytorch, numbers)


def in_pytorch(name, arguments):
    """What PyTorch calculates in one step."""
    return EXPECTED[name].function(*(
        torch.tensor(a, dtype=torch.float64) if isinstance(a, float) and interval else a
        for a, interval in zip(arguments, EXPECTED[name].domain, strict=True)))


@st.composite
def graphs(draw, numbers=None, min_size=26, max_size=200):
    """Graphs of so many nodes at most, in which every result counts.

    An operand outside an operation's domain is mapped into it by arctan, and pushed away from a kink, where
    rounding would decide which side it is on.
    """
    if numbers is None:
        numbers = draw(st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=3))
    size = draw(st.integers(min_size, max_size))
    results, unused, graph = list(numbers), set(range(len(numbers))), Graph(numbers, [])

    def append(name, *arguments):
        graph.steps.append((name, arguments))
        operands = [[results[place] for place in a] if isinstance(a, list) else results[a] if isinstance(a, int) else a
                    for a in arguments]
        results.append(operations[name](*operands))
        unused.difference_update(*(a if isinstance(a, list) else [a] for a in arguments))
        unused.add(len(results) - 1)
        return len(results) - 1

    def within(interval, place):
        if interval.low <= results[place] <= interval.high:
            return place
        middle, radius = (interval.low + interval.high) / 2, (interval.high - interval.low) / 2
        return append("add", append("multiply", append("arctan", place), 2 * radius / math.pi), middle)

    def outside():
        return sum(not WIDE.low <= results[place] <= WIDE.high for place in unused)

    while len(graph.steps) + 3 * outside() < size - 24:  # so much at most may one more operation and the end take
        name = draw(st.sampled_from(NAMES))
        domain, lists = EXPECTED[name].domain, operations[name].lists
        length = draw(st.integers(1, 3)) if True in lists else 1
        places = st.integers(0, len(results) - 1)
        arguments = [float(draw(st.integers(0, length - 1))) if interval is None
                     else [within(interval, draw(places)) for _ in range(length)] if is_list
                     else within(interval, draw(places)) for interval, is_list in zip(domain, lists, strict=True)]
        kink = EXPECTED[name].kink
        while kink and abs(kink(*(results[place] for place in arguments))) < 1e-3:
            arguments[0] = within(domain[0], append("add", arguments[0], 0.4))
        append(name, *arguments)
    append("sum", [within(WIDE, place) for place in sorted(unused)])
    return graph


@st.composite
def sums_and_products(draw):
    """A random graph as a list of its nodes, leaves first: sums and products, some of lists that nodes share."""
    nodes = [Value(draw(st.integers(-2, 2))) for _ in range(draw(st.integers(1, 3)))]
    nodes.append(constant(2.0))
    lists = []
    for _ in range(draw(st.integers(1, 25))):
        pick = st.integers(0, len(nodes) - 1).map(lambda back, n=tuple(nodes): n[-1 - back])
        kind = draw(st.sampled_from(["+", "-", "half", "neg", "sum", "dot", "where", "shared", "number"]))
        if kind == "shared" and lists:
            left, right = draw(st.sampled_from(lists)), draw(st.sampled_from(lists))
            size = min(len(left), len(right))
            node = sum(left) if size != len(left) or size != len(right) else dot(left, right)
            node = node * 0.125
        elif kind in ("sum", "dot", "shared"):
            lists.append(tuple(draw(st.lists(pick, min_size=1, max_size=4))))
            node = sum(lists[-1]) if kind != "dot" else dot(lists[-1], [0.5] * len(lists[-1]))
        elif kind == "where":
            node = where(draw(pick), draw(pick), draw(pick))
        elif kind == "neg":
            node = -draw(pick)
        elif kind == "number":
            node = 2 - draw(pick)
        elif kind == "half":
            node = draw(pick) * draw(pick) * 0.25
        else:
            node = {"+": operator.add, "-": operator.sub}[kind](draw(pick), draw(pick))
        nodes.append(node if abs(node.data) < 1e6 else Value(1.0))
    return nodes


BINARY = (add, subtract, multiply, maximum)
UNARY = (tanh, sin, sigmoid, relu)


@st.composite
def labelled_graphs(draw: st.DrawFn) -> Value:
    """The last node of a small graph whose inputs have names: x0, x1, x2."""
    nodes = [Value(draw(st.floats(-2, 2)), f"x{k}") for k in range(draw(st.integers(1, 3)))]
    pick = lambda: nodes[draw(st.integers(0, len(nodes) - 1))]
    for _ in range(draw(st.integers(0, 12))):
        kind = draw(st.integers(0, 4))
        if kind == 0:
            nodes.append(draw(st.sampled_from(UNARY))(pick()))
        elif kind == 1:
            nodes.append(draw(st.sampled_from(BINARY))(pick(), pick()))
        elif kind == 2:
            nodes.append(pick() * draw(st.floats(-1, 1)))
        elif kind == 3:
            nodes.append(dot([pick(), pick()], [pick(), pick()]))
        else:
            nodes.append(sum([pick(), pick(), pick()]))
    return nodes[-1]
