"""Small data sets: each a list of inputs, rows of numbers, and a list of targets.

Points drawn at random are the same for the same seed; without a seed they differ each time. `noise` is the standard
deviation of what is added to every coordinate. All raise ValueError for fewer than 2 points, for noise that is
negative or not finite, and for other options beyond their limits.
"""

import math
import random
from collections.abc import Callable

from nn.checks import count, option

Dataset = tuple[list[list[float]], list[int]]


def xor() -> Dataset:
    """Exclusive or, in four rows: one input or the other, but not both."""
    return [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def article() -> Dataset:
    """XOR with a third input that is always 1, in place of a bias."""
    inputs, targets = xor()
    return [[*row, 1.0] for row in inputs], targets


def moons(n: int = 100, noise: float = 0.1, seed: int | None = None) -> Dataset:
    """Two half circles of radius 1 that reach into each other, as in scikit-learn. Targets 0 and 1."""
    def point(kind: int, along: float) -> tuple[float, float]:
        x, y = math.cos(math.pi * along), math.sin(math.pi * along)
        return (x, y) if kind == 0 else (1 - x, 0.5 - y)

    return _points(n, noise, seed, point, closed=False)


def circles(n: int = 100, noise: float = 0.05, seed: int | None = None, factor: float = 0.5) -> Dataset:
    """Two circles with the same centre: radius 1, target 0, and radius `factor`, between 0 and 1, target 1."""
    factor = option("factor", factor, lambda x: 0 < x < 1, "between 0 and 1")

    def point(kind: int, along: float) -> tuple[float, float]:
        radius = factor if kind else 1.0
        return radius * math.cos(2 * math.pi * along), radius * math.sin(2 * math.pi * along)

    return _points(n, noise, seed, point, closed=True)


def spiral(n: int = 100, noise: float = 0.02, seed: int | None = None, turns: float = 1.75) -> Dataset:
    """Two spiral arms that wind `turns` times around the origin, from radius 0 to 1. Targets 0 and 1."""
    turns = option("turns", turns, lambda x: x > 0, "> 0")

    def point(kind: int, along: float) -> tuple[float, float]:
        angle = 2 * math.pi * turns * along + math.pi * kind
        return along * math.sin(angle), along * math.cos(angle)

    return _points(n, noise, seed, point, closed=False)


def _points(n: int, noise: float, seed: int | None, point: Callable[[int, float], tuple[float, float]], *,
            closed: bool) -> Dataset:
    """Points at even distances along two curves, `point(kind, along)` for `along` from 0 to 1, in random order.

    On a closed curve the point at 1 is that at 0, and is left out.
    """
    n = count("n, the number of points in 2 classes,", n, least=2)
    noise = option("noise", noise, lambda x: x >= 0, ">= 0")
    generator = random.Random(seed)
    rows: list[tuple[list[float], int]] = []
    for kind, points in enumerate((n // 2, n - n // 2)):
        intervals = points if closed else max(points - 1, 1)
        for place in range(points):
            rows.append(([x + generator.gauss(0, noise) for x in point(kind, place / intervals)], kind))
    generator.shuffle(rows)
    return [row for row, _ in rows], [kind for _, kind in rows]
