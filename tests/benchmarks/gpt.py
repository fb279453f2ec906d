"""A small GPT on single numbers: one layer, width 16, 4 heads, context 16, names as text, 4,192 parameters.

The same program runs on any numbers for which a namespace has what `Ours` has.
"""

import math
import random
from typing import Any

import autograd

WIDTH, HEADS, CONTEXT, VOCABULARY = 16, 4, 16, 27
SHAPES = {"tokens": (VOCABULARY, WIDTH), "places": (CONTEXT, WIDTH), "queries": (WIDTH, WIDTH), "keys": (WIDTH, WIDTH),
          "values": (WIDTH, WIDTH), "mix": (WIDTH, WIDTH), "widen": (4 * WIDTH, WIDTH), "narrow": (WIDTH, 4 * WIDTH),
          "out": (VOCABULARY, WIDTH)}
NAME = [0, 5, 12, 9, 26, 1, 2, 5, 20, 0]  # a name of eight letters between two ends

Weights = dict[str, list[list[Any]]]


class Ours:
    """By this engine, for tokens that are known when the graph is made."""

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
        return table[token]

    @staticmethod
    def surprise(scores: Any, token: Any) -> Any:
        return autograd.logsumexp(scores) - scores[token]


class OursOfAnyTokens(Ours):
    """By this engine, for tokens that are inputs."""

    @staticmethod
    def embedded(table: Any, token: Any) -> Any:
        return [autograd.take(token, column) for column in zip(*table, strict=True)]

    @staticmethod
    def surprise(scores: Any, token: Any) -> Any:
        return autograd.logsumexp(scores) - autograd.take(token, scores)


class Closures:
    """By a Value with a closure for each node: micrograd's own, which `closure_value` gives an exp and a log."""

    @staticmethod
    def relu(x: Any) -> Any:
        return x.relu()

    @staticmethod
    def sum(numbers: Any) -> Any:
        return sum(numbers[1:], numbers[0])

    @classmethod
    def dot(cls, a: Any, b: Any) -> Any:
        return cls.sum([x * y for x, y in zip(a, b, strict=True)])

    @classmethod
    def softmax(cls, scores: Any) -> Any:
        powers = [score.exp() for score in scores]
        scale = cls.sum(powers) ** -1
        return [power * scale for power in powers]

    @staticmethod
    def embedded(table: Any, token: Any) -> Any:
        return table[token]

    @classmethod
    def surprise(cls, scores: Any, token: Any) -> Any:
        return cls.sum([score.exp() for score in scores]).log() - scores[token]


def closure_value() -> Any:
    """micrograd's Value, with exp and log written as its own operations are."""
    from micrograd.engine import Value

    kind: Any = Value

    def exp(self: Any) -> Any:
        out = kind(math.exp(self.data), (self,), "exp")

        def backward() -> None:
            self.grad += out.data * out.grad

        out._backward = backward
        return out

    def log(self: Any) -> Any:
        out = kind(math.log(self.data), (self,), "log")

        def backward() -> None:
            self.grad += out.grad / self.data

        out._backward = backward
        return out

    kind.exp, kind.log = exp, log  # in the class itself: its other operations make no subclasses
    return kind


def parameters(value: Any, seed: int = 1) -> Weights:
    """Matrices of new numbers."""
    draw = random.Random(seed).gauss
    return {name: [[value(draw(0, 0.08)) for _ in range(columns)] for _ in range(rows)]
            for name, (rows, columns) in SHAPES.items()}


def flat(weights: Weights) -> list[Any]:
    return [x for matrix in weights.values() for row in matrix for x in row]


def loss(weights: Weights, text: Any, f: Any) -> Any:
    """The mean of -log(probability) of each letter of a text, given those before it."""
    keys: list[list[Any]] = []
    values: list[list[Any]] = []
    losses: list[Any] = []
    for place in range(len(text) - 1):
        x = [a + b for a, b in zip(f.embedded(weights["tokens"], text[place]), weights["places"][place], strict=True)]
        x = _normalized(x, f)
        before, x = x, _normalized(x, f)
        queries = _linear(weights["queries"], x, f)
        keys.append(_linear(weights["keys"], x, f))
        values.append(_linear(weights["values"], x, f))
        attended: list[Any] = []
        size = WIDTH // HEADS
        for start in range(0, WIDTH, size):
            head = slice(start, start + size)
            scores = f.softmax([f.dot(queries[head], key[head]) * size**-0.5 for key in keys])
            attended += [f.dot(scores, [value[column] for value in values]) for column in range(start, start + size)]
        x = [a + b for a, b in zip(_linear(weights["mix"], attended, f), before, strict=True)]
        before, x = x, _normalized(x, f)
        hidden = [f.relu(h) for h in _linear(weights["widen"], x, f)]
        x = [a + b for a, b in zip(_linear(weights["narrow"], hidden, f), before, strict=True)]
        losses.append(f.surprise(_linear(weights["out"], x, f), text[place + 1]))
    return f.sum(losses) * (1 / len(losses))


class Adam:
    """For Values of any kind, in a loop over all of them, as scripts of this kind write it."""

    def __init__(self, parameters: list[Any], lr: float) -> None:
        self.parameters, self.lr, self.count = parameters, lr, 0
        self.means, self.squares = [0.0] * len(parameters), [0.0] * len(parameters)

    def step(self) -> None:
        self.count += 1
        means, squares = self.means, self.squares
        for place, p in enumerate(self.parameters):
            slope = p.grad
            means[place] = 0.9 * means[place] + 0.1 * slope
            squares[place] = 0.999 * squares[place] + 0.001 * slope**2
            mean, square = means[place] / (1 - 0.9**self.count), squares[place] / (1 - 0.999**self.count)
            p.data -= self.lr * mean / (square**0.5 + 1e-8)
            p.grad = 0.0


def _linear(matrix: list[list[Any]], x: list[Any], f: Any) -> list[Any]:
    return [f.dot(row, x) for row in matrix]


def _normalized(x: list[Any], f: Any) -> list[Any]:
    scale = (f.dot(x, x) * (1 / len(x)) + 1e-5) ** -0.5
    return [number * scale for number in x]
