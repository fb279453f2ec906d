"""Vectors, which layers take and give: lists of numbers and Values. A sequence is a list of vectors.

Parameters are kept in tuples: nodes that share a tuple are recorded and differentiated faster.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Reading, Value, constant
from nn.checks import count, is_list
from nn.module import Module

Row = tuple[Value, ...]
Matrix = tuple[Row, ...]


def inputs(x: Any, expected: int, module: Module) -> tuple[Any, ...]:
    """The inputs as Values. A single one may come bare, as outputs do."""
    items: Any = x if type(x) is list or is_list(x) else (x,)  # pyright: ignore[reportUnknownVariableType]
    found = tuple([item if type(item) is Value or isinstance(item, Reading) else constant(item) for item in items])
    if len(found) != expected:
        raise ValueError(f"a {type(module).__name__} of {expected} inputs was given {len(found)}")
    return found


def each(function: Callable[[Any], Any], x: Any) -> Any:
    """A function of a vector, applied to one, or to every vector in a list of them, nested at will."""
    if not is_list(x):
        return function(x)
    items: list[Any] = x if type(x) is list else list(x)  # pyright: ignore[reportUnknownVariableType]
    if items and type(items[0]) is not Value and is_list(items[0]):
        return [each(function, item) for item in items]
    return function(items)


def size(name: str, given: Any) -> int:
    """The size of a vector, as a number or as PyTorch's shape of one dimension."""
    if isinstance(given, Sequence) and not isinstance(given, str):
        if len(given) != 1:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError(f"{name}: vectors have one dimension, not {len(given)}")  # pyright: ignore
        given = given[0]  # pyright: ignore[reportUnknownVariableType]
    return count(name, given)


def generator(seed: Any) -> Any:
    """What draws: an int's own generator, a `random.Random` as it is, or without a seed Python's `random` itself."""
    if seed is None:
        return random
    return seed if isinstance(seed, random.Random) or seed is random else random.Random(seed)


def uniform(bound: float, seed: Any) -> Callable[[], float]:
    """What draws a number between ±bound."""
    draw = generator(seed).uniform
    return lambda: draw(-bound, bound)


def near_zero(inputs: int, seed: Any) -> Callable[[], float]:
    """What draws a number between ±1 / √inputs, as PyTorch does for most layers."""
    return uniform(1 / math.sqrt(inputs), seed)


def row(length: int, draw: Callable[[], float]) -> Row:
    """A vector of new parameters."""
    return tuple([Value(draw()) for _ in range(length)])


def matrix(rows: int, columns: int, draw: Callable[[], float]) -> Matrix:
    """A matrix of new parameters, drawn row by row."""
    return tuple([row(columns, draw) for _ in range(rows)])
