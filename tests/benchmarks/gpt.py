"""A small GPT on single numbers: one layer, width 16, 4 heads, context 16, names as text, 4,192 parameters.

The same program runs on any numbers for which a namespace has `dot`, `relu`, `sum`, `softmax`, `embedded`, `surprise`.
"""

import random
from typing import Any

WIDTH, HEADS, CONTEXT, VOCABULARY = 16, 4, 16, 27
SHAPES = {"tokens": (VOCABULARY, WIDTH), "places": (CONTEXT, WIDTH), "queries": (WIDTH, WIDTH), "keys": (WIDTH, WIDTH),
          "values": (WIDTH, WIDTH), "mix": (WIDTH, WIDTH), "widen": (4 * WIDTH, WIDTH), "narrow": (WIDTH, 4 * WIDTH),
          "out": (VOCABULARY, WIDTH)}
NAME = [0, 5, 12, 9, 26, 1, 2, 5, 20, 0]  # a name of eight letters between two ends


def parameters(value: Any, seed: int = 1) -> dict[str, list[list[Any]]]:
    """Matrices of new numbers."""
    draw = random.Random(seed).gauss
    return {name: [[value(draw(0, 0.08)) for _ in range(columns)] for _ in range(rows)]
            for name, (rows, columns) in SHAPES.items()}


def loss(weights: dict[str, list[list[Any]]], text: Any, f: Any) -> Any:
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


def _linear(matrix: list[list[Any]], x: list[Any], f: Any) -> list[Any]:
    return [f.dot(row, x) for row in matrix]


def _normalized(x: list[Any], f: Any) -> list[Any]:
    scale = (f.dot(x, x) * (1 / len(x)) + 1e-5) ** -0.5
    return [number * scale for number in x]
