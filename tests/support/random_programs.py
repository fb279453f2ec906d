"""Layers of nodes drawn at random, as a compiler sees them: many of a kind, with operands from everywhere.

Graphs drawn node by node have few nodes of one kind side by side. Here a layer has up to nine of them, whose lists mix
what is given, what is learned, what lies outside and constants, in order, out of order, and with items in common.
"""

import random
from dataclasses import dataclass
from typing import Any

from autograd import (
    absolute,
    affine,
    arctan2,
    cos,
    dot,
    elu,
    erf,
    exp,
    gelu,
    leaky_relu,
    log,
    logsumexp,
    maximum,
    minimum,
    relu,
    sigmoid,
    silu,
    sin,
    softplus,
    sqrt,
    stop_gradient,
    sum,
    take,
    tanh,
    where,
)

UNARY = (tanh, sin, cos, sigmoid, relu, absolute, softplus, gelu, silu, elu, leaky_relu, erf, lambda x: -x,
         lambda x: exp(x * 0.1), lambda x: x * x, lambda x: x**2, lambda x: x**3, lambda x: log(x * x + 1),
         lambda x: sqrt(x * x + 0.5), lambda x: where(x > 0.3, x, x * 2), lambda x: stop_gradient(x) * x)
BINARY = (lambda a, b: a * b, lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a / (b * b + 1), maximum, minimum,
          lambda a, b: arctan2(a, b * b + 1), lambda a, b: where(a < b, a, b * a))
KINDS = "unary", "unary", "binary", "binary", "dot", "dot", "dense", "sum", "logsumexp", "take"


@dataclass(frozen=True)
class Layers:
    """`layers`: a kind, and for each node of the layer what it is made of: places of earlier numbers."""

    layers: list[tuple[str, list[Any]]]
    ends: list[int]

    def __call__(self, leaves: Any) -> Any:
        numbers = list(leaves)
        for kind, nodes in self.layers:
            numbers += [tanh(_node(kind, node, numbers)) for node in nodes]
        return sum([numbers[place] for place in self.ends])


def _node(kind: str, node: Any, numbers: list[Any]) -> Any:
    def items(places: list[int]) -> list[Any]:
        return [numbers[place] for place in places]

    if kind in ("unary", "binary"):
        function, places = node
        return function(*items(places))
    if kind == "dot":
        return dot(items(node[0]), items(node[1]))
    if kind == "dense":
        (bias, *weights), inputs = items(node[0]), items(node[1])
        return affine(bias, weights, inputs[1:])
    if kind == "take":
        return take(node[0], items(node[1]))
    return sum(items(node)) if kind == "sum" else logsumexp(items(node))


def draw(generator: random.Random, leaves: int) -> Layers:
    """Layers over so many leaves. All results are between -1 and 1."""
    layers: list[tuple[str, list[Any]]] = []
    count = leaves

    def places(length: int) -> list[int]:
        return [generator.randrange(count) for _ in range(length)]

    for _ in range(generator.randint(1, 5)):
        kind, width, length = generator.choice(KINDS), generator.choice((1, 2, 3, 4, 5, 8, 9)), generator.randint(1, 7)
        function, shared = generator.choice(UNARY if kind == "unary" else BINARY), places(length)
        for_each: list[Any] = []
        for _ in range(width):
            if kind in ("unary", "binary"):
                for_each.append((function, places(1 if kind == "unary" else 2)))
            elif kind in ("dot", "dense"):
                for_each.append((places(length), shared if kind == "dense" else places(length)))
            else:
                for_each.append((generator.randrange(length), places(length)) if kind == "take" else places(length))
        layers.append((kind, for_each))
        count += width
    return Layers(layers, [*places(3), count - 1])
