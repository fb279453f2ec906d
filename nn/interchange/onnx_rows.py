"""Outputs: the table as nodes of an ONNX graph, so that a function of one's own can be exported too.

A row that is a primitive, such as `math.tanh`, is the node of that name; any other row is what its value makes of it.
onnxruntime calculates some nodes in single precision only. In double precision, they are made of others.
"""

import math
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any, ClassVar, NoReturn

from autograd import Operation, Reading, RecordingError, absolute, constant, exp, log, sqrt, where

PRIMITIVES = {  # Python's functions, as nodes
    "abs": "Abs", "acos": "Acos", "add": "Add", "asin": "Asin", "atan": "Atan", "cos": "Cos", "cosh": "Cosh",
    "erf": "Erf", "exp": "Exp", "log": "Log", "mul": "Mul", "neg": "Neg", "pow": "Pow", "sin": "Sin", "sinh": "Sinh",
    "sqrt": "Sqrt", "sub": "Sub", "tan": "Tan", "tanh": "Tanh", "truediv": "Div"}
SINGLE = {"Acos", "Asin", "Atan", "Cosh", "Erf", "Sinh", "Tan"}  # that onnxruntime has for float32 only
ROWS = {"relu": "Relu"}  # rows that are nodes though they are no primitives; Sigmoid is not: it ends at 1e-16
_POINTS = 24  # of an integral: more would add errors of rounding and nothing else


class Output(Reading):
    """What a node gives. `condition`: whether it is true or false, and not a number."""

    __slots__ = ("condition", "graph", "name")
    generality: ClassVar[int] = 7

    def __init__(self, graph: Any, name: str, condition: bool = False) -> None:
        self.graph, self.name, self.condition = graph, name, condition

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        value: Any = operation.value
        if operation.has_lists:
            if operation.expansion is None:
                raise RecordingError(f"{operation.name} is nothing that ONNX knows")
            return operation.expansion(*arguments)
        graph = next(x.graph for x in arguments if isinstance(x, cls))
        if operation.name in ROWS:
            return graph.node(ROWS[operation.name], *arguments)
        if not isinstance(value, BuiltinFunctionType):
            return value(*arguments)
        node = PRIMITIVES.get(value.__name__)
        if value.__module__ not in ("math", "_operator") or (node is None and value.__name__ not in COMPOSED):
            raise RecordingError(f"Python's {value.__name__} is nothing that ONNX knows")
        if node is not None and (node not in SINGLE or not graph.is_double):
            return graph.node(node, *arguments)
        return (COMPOSED.get(value.__name__) or operation.expansion)(*arguments)  # pyright: ignore

    def truth(self) -> "Output":
        if self.condition:
            return self
        return self.graph.node("Not", self.graph.node("Equal", self, 0.0, condition=True), condition=True)

    def either(self, a: Any, b: Any) -> "Output":
        return self.graph.node("Where", self.truth(), a, b)

    def __lt__(self, other: Any) -> Any:
        return self.graph.node("Less", self, other, condition=True)

    def __le__(self, other: Any) -> Any:
        return self.graph.node("LessOrEqual", self, other, condition=True)

    def __gt__(self, other: Any) -> Any:
        return self.graph.node("Greater", self, other, condition=True)

    def __ge__(self, other: Any) -> Any:
        return self.graph.node("GreaterOrEqual", self, other, condition=True)

    def _refuse(self, *_: Any) -> NoReturn:
        raise RecordingError("it asks Python what a number is: let it choose with where(condition, a, b)")

    __bool__ = __float__ = __int__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse
    __eq__ = __ne__ = __hash__ = _refuse  # pyright: ignore


# ---- What ONNX has not, made of what it has. All branches are calculated, and one of them is taken -------------------


def _expm1(x: Any) -> Any:
    """e^x - 1. With u = e^x as it is rounded, (u - 1) x / log(u) loses nothing near 0 (Kahan; Higham 2002, 1.14.1)."""
    u = exp(where(x < 1, x, 1.0))
    near = where(absolute(u - 1) > 0, (u - 1) * x / log(u), x)
    return where(x > 1, exp(x) - 1, where(x < -36, -1.0, near))


def _log1p(x: Any) -> Any:
    """log(1 + x), by the same device."""
    u = 1 + x
    return where(absolute(u - 1) > 0, where(x > 1e15, log(u), log(u) * x / (u - 1)), x)


def _erf(x: Any) -> Any:
    """2/√π times the integral of e^-t² from 0 to x. Beyond 6 it is 1 to the last digit."""
    near = x * _integral(x, lambda square: exp(-square)) * (2 / math.sqrt(math.pi))
    return where(x > 6, 1.0, where(x < -6, -1.0, near))


def _arctan(x: Any) -> Any:
    """The integral of 1 / (1 + t²) from 0 to x; beyond 1, π/2 less that of 1/x."""
    t = where(absolute(x) > 1, 1 / x, x)
    near = t * _integral(t, lambda square: 1 / (1 + square))
    return where(x > 1, math.pi / 2 - near, where(x < -1, -math.pi / 2 - near, near))


def _arcsin(x: Any) -> Any:
    return _arctan(x / sqrt((1 - x) * (1 + x)))


def _arccos(x: Any) -> Any:
    return 2 * _arctan(sqrt((1 - x) / (1 + x)))


def _integral(x: Any, function: Callable[[Any], Any]) -> Any:
    """That of function(x² s²) for s from 0 to 1, by the formula of Gauss and Legendre, all points at a time."""
    import numpy

    points, weights = numpy.polynomial.legendre.leggauss(_POINTS)
    graph = x.graph
    square = graph.node("Unsqueeze", x * x, graph.indices([-1]))
    values = function(square * graph.array((points / 2 + 0.5) ** 2))
    return graph.node("ReduceSum", values * graph.array(weights / 2), graph.indices([-1]), keepdims=0)


COMPOSED: dict[str, Callable[[Any], Any]] = {"acos": _arccos, "asin": _arcsin, "atan": _arctan, "erf": _erf,
                                             "expm1": _expm1, "log1p": _log1p}


def operand(x: Any) -> float | Output:
    """What may go into a node."""
    return x if isinstance(x, Output) else constant(x).data
