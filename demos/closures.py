"""The GPT of the lesson `names` the plain way: a Value with a closure for each node, and loops over lists of them.

Nothing here uses the engine or nn: this is the other engine that the lesson measures itself against, as scripts that
teach backpropagation write it. It takes the same numbers and must find the same losses.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any


class Value:
    """A number that knows what it was made from, and a closure that hands its gradient on."""

    __slots__ = "backward_step", "children", "data", "grad"

    def __init__(self, data: float, children: tuple[Any, ...] = (), backward_step: Callable[[], None] | None = None):
        self.data, self.grad, self.children, self.backward_step = data, 0.0, children, backward_step

    def __add__(self, other: "Value") -> "Value":
        def step() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out = Value(self.data + other.data, (self, other), step)
        return out

    def __mul__(self, other: "Value") -> "Value":
        def step() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out = Value(self.data * other.data, (self, other), step)
        return out

    def function(self, value: float, slope: float) -> "Value":
        """A function of this number alone, from what it is here and how steep it is."""
        def step() -> None:
            self.grad += slope * out.grad

        out = Value(value, (self,), step)
        return out

    def power(self, exponent: float) -> "Value":
        return self.function(self.data**exponent, exponent * self.data ** (exponent - 1))

    def exp(self) -> "Value":
        return self.function(math.exp(self.data), math.exp(self.data))

    def log(self) -> "Value":
        return self.function(math.log(self.data), 1 / self.data)

    def relu(self) -> "Value":
        return self.function(max(0.0, self.data), float(self.data > 0))

    def backward(self) -> None:
        order: list[Value] = []
        seen: set[Value] = set()
        waiting: list[tuple[Value, bool]] = [(self, False)]
        while waiting:  # children before parents, without recursion
            node, is_done = waiting.pop()
            if is_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting += [(child, False) for child in node.children]
        self.grad = 1.0
        for node in reversed(order):
            if node.backward_step:
                node.backward_step()


def dot(a: Any, b: Any) -> Value:
    total = a[0] * b[0]
    for x, y in zip(a[1:], b[1:], strict=True):
        total = total + x * y
    return total


def loss(weights: dict[str, list[list[Value]]], text: list[int], heads: int) -> Value:
    """The mean of -log(probability) of every letter of a text but the first, given those before it."""
    keys: list[list[Value]] = []
    values: list[list[Value]] = []
    losses: list[Value] = []
    for place, (letter, following) in enumerate(pairwise(text)):
        x = [a + b for a, b in zip(weights["letters"][letter], weights["places"][place], strict=True)]
        found = linear(weights["attention"], normalized(x))
        size = len(x)
        keys.append(found[size : 2 * size])
        values.append(found[2 * size :])
        heard: list[Value] = []
        for start in range(0, size, size // heads):
            head = slice(start, start + size // heads)
            scores = [dot(found[head], key[head]) * Value((size // heads) ** -0.5) for key in keys]
            chances = softmax(scores)
            heard += [dot(chances, column) for column in [*zip(*values, strict=True)][head]]
        x = [a + b for a, b in zip(linear(weights["mix"], heard), x, strict=True)]
        hidden = [h.relu() for h in linear(weights["widen"], normalized(x))]
        x = [a + b for a, b in zip(linear(weights["narrow"], hidden), x, strict=True)]
        losses.append(softmax(linear(weights["answer"], x))[following].log())
    return dot(losses, [Value(-1 / len(losses))] * len(losses))


def linear(matrix: list[list[Value]], x: list[Value]) -> list[Value]:
    return [dot(row, x) for row in matrix]


def normalized(x: list[Value]) -> list[Value]:
    scale = (dot(x, x) * Value(1 / len(x)) + Value(1e-5)).power(-0.5)
    return [number * scale for number in x]


def softmax(scores: list[Value]) -> list[Value]:
    powers = [score.exp() for score in scores]
    scale = dot(powers, [Value(1.0)] * len(powers)).power(-1)
    return [power * scale for power in powers]


def copied(model: Any) -> dict[str, list[list[Value]]]:
    """The matrices of a GPT, as Values of this kind."""
    matrices = {"letters": model.letters.weight, "places": model.places.weight,
                "attention": model.attention.in_proj_weight, "mix": model.attention.out_proj.weight,
                "widen": model.widen.weight, "narrow": model.narrow.weight, "answer": model.answer.weight}
    return {name: [[Value(number.data) for number in row] for row in matrix] for name, matrix in matrices.items()}


class Adam:
    """In a loop over all numbers (Kingma and Ba 2015)."""

    def __init__(self, weights: dict[str, list[list[Value]]], lr: float, betas: tuple[float, float]) -> None:
        self.parameters = [number for matrix in weights.values() for row in matrix for number in row]
        self.lr, self.betas, self.count = lr, betas, 0
        self.means, self.squares = [0.0] * len(self.parameters), [0.0] * len(self.parameters)

    def step(self) -> None:
        self.count += 1
        slow, slower = self.betas
        for place, p in enumerate(self.parameters):
            mean = self.means[place] = slow * self.means[place] + (1 - slow) * p.grad
            square = self.squares[place] = slower * self.squares[place] + (1 - slower) * p.grad**2
            mean, square = mean / (1 - slow**self.count), square / (1 - slower**self.count)
            p.data -= self.lr * mean / (square**0.5 + 1e-8)
            p.grad = 0.0
