"""What compiled functions are compared with: the graph itself, and how far rounding may move what it gives."""

import math
import os
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, gradients, topological_order
from autograd.table.reading import is_tuple

NO_LLVM = "GLASSGRAD_TEST_NO_LLVM"  # set it, and the tests of this room run as if llvmlite were not installed
IS_WITHOUT_LLVM = bool(os.environ.get(NO_LLVM))
needs_llvm = pytest.mark.skipif(IS_WITHOUT_LLVM, reason="about machine code, which llvmlite makes")


def condition(value: Value) -> float:
    """How far a relative change of 1 in every result of a graph moves this one, at most and to first order.

    Whoever calculates the same in another way may be off by this times a few roundings: no more, however much cancels.
    """
    error: dict[int, float] = {}
    for node in topological_order(value):
        if node.op is None or node.constant:
            error[id(node)] = 0.0
            continue
        total = abs(node.data)
        for place, argument in enumerate(node.arguments):
            if node.op.partials[place] is None or all(
                    x.constant for x in (argument if is_tuple(argument) else (argument,))):
                continue
            slope = node.op.slope(place, node.data, node.operands)
            pairs = zip(slope, argument, strict=True) if is_tuple(argument) else [(slope, argument)]
            total += math.fsum(abs(s) * (abs(x.data) + error[id(x)]) for s, x in pairs)
        error[id(node)] = total
    return abs(value.data) + error[id(value)]


def recorded(function: Callable[..., Any], point: Any) -> tuple[Value, list[Value]]:
    """A function of numbers as the engine records it, and its derivatives as graphs."""
    leaves = [Value(x) for x in point]
    y = function(*leaves)
    if not isinstance(y, Value):
        return Value(y), [Value(0.0) for _ in leaves]
    return y, list(gradients(y, leaves))


def assert_near(found: float, right: Value, tolerance: float = 1e-12) -> None:
    bound = tolerance * condition(right) + 1e-300
    assert abs(found - right.data) <= bound, (found, right.data, bound)


def outcome(call: Callable[[], Any]) -> Any:
    """What a call returns; or the type of the error it raises, and its words."""
    try:
        return call()
    except ArithmeticError as error:
        return type(error), str(error)
    except ValueError as error:
        return type(error), str(error)
