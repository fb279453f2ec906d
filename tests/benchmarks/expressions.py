"""A random expression of many single operations on a few inputs, as a program might have written it."""

import math
import operator
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

BINARY: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul,
                                                "/": operator.truediv}
UNARY = ("tanh", "sin", "cos", "exp")
WINDOW = 40  # operands are among that many last results

FLOATS = SimpleNamespace(tanh=math.tanh, sin=math.sin, cos=math.cos, exp=math.exp)


class Step(NamedTuple):
    """One operation, with the places of its operands among the inputs and the results so far."""

    name: str
    places: tuple[int, ...]


def expression(operations: int, point: list[float], seed: int) -> list[Step]:
    """So many operations, all of which count for the last result; at the point, none of the results is large."""
    draw = random.Random(seed)
    numbers, steps, unused = list(point), list[Step](), list(range(len(point)))
    while (missing := operations - len(steps) - (len(unused) - 1)) > 0:
        first = draw.randrange(max(0, len(numbers) - WINDOW), len(numbers))
        if len(unused) > WINDOW // 2 or missing == 1:
            first = unused[0]
        second = draw.randrange(max(0, len(numbers) - WINDOW), len(numbers))
        name = draw.choice([*BINARY, *UNARY])
        places = (first, second) if name in BINARY else (first,)
        if (name == "/" and abs(numbers[second]) < 0.3) or (name == "exp" and numbers[first] > 1):
            continue
        result = _result(name, [numbers[place] for place in places], FLOATS)
        if 0.01 < abs(result) < 3:
            unused = [place for place in unused if place not in places] + [len(numbers)]
            numbers.append(result)
            steps.append(Step(name, places))
    while len(unused) > 1:
        steps.append(Step("+", (unused.pop(), unused.pop())))
        unused.append(len(point) + len(steps) - 1)
    return steps


def calculated(steps: list[Step], inputs: Any, f: Any) -> Any:
    """The last result, with numbers of any kind and the functions of the namespace `f`."""
    numbers = list(inputs)
    for name, places in steps:
        numbers.append(_result(name, [numbers[place] for place in places], f))
    return numbers[-1]


def _result(name: str, operands: list[Any], f: Any) -> Any:
    return BINARY[name](*operands) if name in BINARY else getattr(f, name)(*operands)
