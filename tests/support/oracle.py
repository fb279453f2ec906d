"""What every operation of the table is, said by PyTorch in double precision, and where it is defined.

This is the one place in the tests that goes through the operations by name, because it is what they are compared with.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from autograd import operations


@dataclass(frozen=True)
class Interval:
    """The numbers that an argument, or each item of a list, may be; `special` ones are drawn more often."""

    low: float
    high: float
    special: tuple[float, ...] = ()

    def numbers(self) -> st.SearchStrategy[float]:
        anywhere = st.floats(self.low, self.high)
        return anywhere | st.sampled_from(self.special) if self.special else anywhere


@dataclass(frozen=True)
class Expected:
    """The operation in PyTorch, a function of tensors and lists of tensors; and an interval for each argument.

    The intervals leave out what has tests of its own: the edges of the domain, and tails where a derivative as
    PyTorch calculates it, such as 1 - tanh(x)², has lost its digits. None is the index of `take`: a whole number.
    `kink` is what is 0 where the operation has one.
    """

    function: Callable[..., Tensor]
    domain: tuple[Interval | None, ...]
    kink: Callable[..., float] | None = None


def real(low: float, high: float, *special: float) -> Interval:
    return Interval(low, high, special)


def _power(a: Tensor, b: Tensor) -> Tensor:
    # PyTorch takes a^0 for constant in b as well: it has ∂²/∂a∂b = 0 there, where it is 1/a.
    return torch.where(b == 0, torch.exp(b * torch.log(a)), torch.pow(a, b))


def _expm1(x: Tensor) -> Tensor:
    # PyTorch takes expm1(x) + 1 for the derivative, which has lost most digits for x = -30.
    return torch.exp(x) + (torch.expm1(x) - torch.exp(x)).detach()


def _elu(x: Tensor) -> Tensor:
    # PyTorch's own elu has the second derivative 0 at 0; this has 1 there, the one from the left, as relu' does.
    return torch.where(x > 0, x, _expm1(x))


def _softplus(x: Tensor) -> Tensor:
    # PyTorch's own softplus is cut off to x for x > 20, which is wrong by 2e-9.
    return torch.logaddexp(x, torch.zeros_like(x))


def _ones(x: Tensor) -> Tensor:
    return torch.where(x > 0, 1.0, 0.0).to(x)


ANY = real(-5.0, 5.0, 0.0, 1.0, -1.0)
POSITIVE = real(0.05, 5.0, 1.0)
TIES = real(-2.0, 2.0, 1.0, 0.0)

EXPECTED: dict[str, Expected] = {
    "add": Expected(torch.add, (ANY, ANY)),
    "subtract": Expected(torch.sub, (ANY, ANY)),
    "multiply": Expected(torch.mul, (ANY, ANY)),
    "divide": Expected(torch.div, (ANY, POSITIVE)),
    "negative": Expected(torch.neg, (ANY,)),
    "power": Expected(_power, (POSITIVE, real(-4.0, 4.0, 0.0, 1.0, 2.0, 3.0))),
    "exp": Expected(torch.exp, (real(-5.0, 5.0, 0.0),)),
    "expm1": Expected(_expm1, (real(-30.0, 5.0, 0.0, 1e-9),)),
    "log": Expected(torch.log, (POSITIVE,)),
    "log1p": Expected(torch.log1p, (real(-0.9, 20.0, 0.0, 1e-9),)),
    "sqrt": Expected(torch.sqrt, (real(0.01, 100.0, 1.0),)),
    "sin": Expected(torch.sin, (ANY,)),
    "cos": Expected(torch.cos, (ANY,)),
    "tan": Expected(torch.tan, (real(-1.3, 1.3, 0.0),)),
    "arcsin": Expected(torch.arcsin, (real(-0.95, 0.95, 0.0),)),
    "arccos": Expected(torch.arccos, (real(-0.95, 0.95, 0.0),)),
    "arctan": Expected(torch.arctan, (ANY,)),
    "arctan2": Expected(torch.arctan2, (ANY, POSITIVE)),
    "sinh": Expected(torch.sinh, (ANY,)),
    "cosh": Expected(torch.cosh, (ANY,)),
    "tanh": Expected(torch.tanh, (real(-4.0, 4.0, 0.0),)),
    "erf": Expected(torch.erf, (real(-4.0, 4.0, 0.0),)),
    "where": Expected(lambda c, a, b: torch.where(c != 0, a, b), (real(-1.0, 1.0, 0.0, 1.0), ANY, ANY),
                      kink=lambda c, a, b: c),
    "step": Expected(_ones, (ANY,), kink=lambda x: x),
    "sign": Expected(torch.sign, (ANY,), kink=lambda x: x),
    "absolute": Expected(torch.abs, (ANY,), kink=lambda x: x),
    "maximum": Expected(torch.maximum, (TIES, TIES), kink=lambda a, b: a - b),
    "minimum": Expected(torch.minimum, (TIES, TIES), kink=lambda a, b: a - b),
    "relu": Expected(torch.relu, (ANY,), kink=lambda x: x),
    "leaky_relu": Expected(functional.leaky_relu, (ANY,), kink=lambda x: x),
    "elu": Expected(_elu, (ANY,), kink=lambda x: x),
    "sigmoid": Expected(torch.sigmoid, (real(-8.0, 8.0, 0.0),)),
    "softplus": Expected(_softplus, (real(-8.0, 8.0, 0.0),)),
    "silu": Expected(functional.silu, (real(-8.0, 8.0, 0.0),)),
    "gelu": Expected(functional.gelu, (real(-3.0, 3.0, 0.0),)),
    "sum": Expected(lambda values: torch.stack(values).sum(), (ANY,)),
    "dot": Expected(lambda weights, inputs: torch.dot(torch.stack(weights), torch.stack(inputs)), (ANY, ANY)),
    "affine": Expected(lambda b, w, x: b + torch.dot(torch.stack(w), torch.stack(x)), (ANY, ANY, ANY)),
    "logsumexp": Expected(lambda values: torch.logsumexp(torch.stack(values), 0), (ANY,)),
    "take": Expected(lambda index, values: values[int(index)], (None, ANY)),
    "stop_gradient": Expected(lambda x: x.detach(), (ANY,)),
}
NAMES = sorted(EXPECTED)


def tensor(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


def derivatives(function: Callable[..., Tensor],
                point: Sequence[float]) -> tuple[float, list[float], list[list[float]]]:
    """The value of a function of tensors, its gradient and its matrix of second derivatives."""
    x = [tensor(number) for number in point]
    y = function(*x)
    first = slopes(y, x)
    return y.item(), [slope.item() for slope in first], [[s.item() for s in slopes(slope, x)] for slope in first]


def slopes(y: Tensor, x: Sequence[Tensor]) -> list[Tensor]:
    """The derivatives of a tensor as tensors; 0 where PyTorch says that there is no connection."""
    if not y.requires_grad:
        return [torch.zeros_like(item) for item in x]
    found = torch.autograd.grad(y, list(x), create_graph=True, allow_unused=True)
    return [torch.zeros_like(item) if slope is None else slope for item, slope in zip(x, found, strict=True)]


def arguments(name: str, max_length: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    """Arguments of an operation: numbers, and lists of equal length where it takes lists."""
    row, domain = operations[name], EXPECTED[name].domain

    def of_length(length: int) -> st.SearchStrategy[tuple[Any, ...]]:
        return st.tuples(*(
            st.integers(0, length - 1) if interval is None
            else st.lists(interval.numbers(), min_size=length, max_size=length) if is_list
            else interval.numbers() for interval, is_list in zip(domain, row.lists, strict=True)))

    return st.integers(1, max_length).flatmap(of_length) if any(row.lists) else of_length(1)


def flat(name: str, given: tuple[Any, ...]) -> tuple[list[float], Callable[..., tuple[Any, ...]]]:
    """The numbers in the arguments of an operation that may vary, and what puts others in their places."""
    varies = [interval is not None for interval in EXPECTED[name].domain]
    numbers = [float(x) for argument, free in zip(given, varies, strict=True) if free
               for x in (argument if isinstance(argument, list) else [argument])]

    def rebuild(*new: Any) -> tuple[Any, ...]:
        rest = iter(new)
        return tuple([next(rest) for _ in argument] if isinstance(argument, list) else next(rest) if free else argument
                     for argument, free in zip(given, varies, strict=True))

    return numbers, rebuild


def expected(name: str, given: tuple[Any, ...]) -> tuple[float, list[float], list[list[float]]]:
    """Value, first and second derivatives of an operation by PyTorch."""
    numbers, rebuild = flat(name, given)
    return derivatives(lambda *new: EXPECTED[name].function(*rebuild(*new)), numbers)


def ulps(x: float, y: float) -> float:
    """How far two floats are apart, in units of the last place of the second."""
    return abs(x - y) / math.ulp(y)
