"""Clipping: gradients that are too large are made smaller before a step, by their norm or each by itself."""

import math
from collections.abc import Iterable
from typing import Any

from autograd import NumberOverflowError, Value, maximum, minimum
from nn.checks import in_order, option


def clip_grad_norm(parameters: Value | Iterable[Value], max_norm: float, norm_type: float = 2.0) -> float:
    """Scale the gradients of all parameters so that their norm is at most `max_norm`, and return what it was.

    As PyTorch's `clip_grad_norm_`, between backward() and step(); a parameter without a gradient is left out.
    `norm_type`: p of the p-norm, math.inf for the largest of all. Raises NumberOverflowError, with nothing changed,
    for a norm that is not finite.
    """
    clip = Clip(option("max_norm", max_norm, lambda x: x > 0, "> 0"), None)
    given = _with_gradients(parameters)
    gradients = [parameter.grad for parameter in given]
    found = _norm(gradients, norm_type)
    if not math.isfinite(found):
        raise NumberOverflowError(f"the norm of the gradients of {len(given)} parameters is {found}")
    for parameter, gradient in zip(given, gradients, strict=True):
        parameter.grad = clip(gradient, found)
    return found


def clip_grad_value(parameters: Value | Iterable[Value], clip_value: float) -> None:
    """Make every gradient that is above `clip_value`, or below its opposite, equal to that.

    As PyTorch's `clip_grad_value_`, between backward() and step(); a parameter without a gradient is left out.
    """
    clip = Clip(None, option("clip_value", clip_value, lambda x: x > 0, "> 0"))
    for parameter in _with_gradients(parameters):
        parameter.grad = clip(parameter.grad, 0.0)


class Clip:
    """What training does to gradients, as plain arithmetic, which is compiled together with the optimizer's."""

    def __init__(self, norm: float | None, value: float | None) -> None:
        if norm is not None and value is not None:
            raise ValueError("gradients are clipped by their norm or by value, not both")
        self.norm = None if norm is None else option("clip_grad_norm", norm, lambda x: x > 0, "> 0")
        self.value = None if value is None else option("clip_grad_value", value, lambda x: x > 0, "> 0")

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return self.norm is not None or self.value is not None

    def __call__(self, gradient: Any, norm: Any) -> Any:
        """The new gradient of one parameter. `norm`: that of the gradients of all."""
        if self.norm is not None:
            return gradient * minimum(self.norm / (norm + 1e-6), 1.0)
        if self.value is not None:
            return minimum(maximum(gradient, -self.value), self.value)
        return gradient

    def apply(self, parameters: Iterable[Value]) -> None:
        """Clip the gradients that parameters have."""
        if self.norm is not None:
            clip_grad_norm(parameters, self.norm)
        elif self.value is not None:
            clip_grad_value(parameters, self.value)


def _norm(numbers: list[float], p: float) -> float:
    if p == 2:
        return math.sqrt(sum(x * x for x in numbers))
    if p == math.inf:
        return max(map(abs, numbers), default=0.0)
    p = option("norm_type", p, lambda p: p > 0, "> 0, or math.inf")
    return sum(abs(x) ** p for x in numbers) ** (1 / p)


def _with_gradients(parameters: Value | Iterable[Value]) -> list[Value]:
    given: list[Value] = [parameters] if isinstance(parameters, Value) else list(in_order("parameters", parameters))
    for place, parameter in enumerate(given):
        if not isinstance(parameter, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"parameter {place} is not a Value but {type(parameter).__name__!r}")
    return [x for x in {id(x): x for x in given}.values() if x.grad is not None]  # pyright: ignore
