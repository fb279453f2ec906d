"""Layers that bring the numbers of a vector to the same size."""

import math
import sys
from typing import Any

from autograd import affine, constant, sum
from nn.architecture import described
from nn.checks import option
from nn.module import Module
from nn.vectors import Row, each, inputs, row, size


@described(lambda given: size("normalized_shape", given["normalized_shape"]) * bool(given["elementwise_affine"]))
class RMSNorm(Module):
    """x / √(mean of x² + eps) · weight, as PyTorch's: for a vector, or for each vector of a sequence.

    `eps`: 2.2e-16, what a float can tell from 1, unless it is given. `weight`, with `elementwise_affine`, starts at 1.
    """

    def __init__(self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True) -> None:
        self.size = size("normalized_shape", normalized_shape)
        self.eps = sys.float_info.epsilon if eps is None else option("eps", eps, lambda x: x >= 0, ">= 0")
        self.weight: Row | None = row(self.size, lambda: 1.0) if elementwise_affine else None

    def __call__(self, x: Any) -> list[Any]:
        return each(self._respond, x)

    def _respond(self, items: Any) -> list[Any]:
        x = inputs(items, self.size, self)
        scale = _inverse_of_size(x, self.eps)
        if self.weight is None:
            return [item * scale for item in x]
        return [item * scale * weight for item, weight in zip(x, self.weight, strict=True)]

    def __repr__(self) -> str:
        return f"RMSNorm({self.size})"


@described(lambda given: size("normalized_shape", given["normalized_shape"]) * bool(given["elementwise_affine"]) * (
    1 + bool(given["bias"])))
class LayerNorm(Module):
    """(x - mean) / √(variance + eps) · weight + bias, as PyTorch's: for a vector, or for each vector of a sequence.

    The variance is the mean of the squares. `weight` and `bias`, with `elementwise_affine`, start at 1 and 0.
    """

    def __init__(self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True,
                 bias: bool = True) -> None:
        self.size = size("normalized_shape", normalized_shape)
        self.eps = option("eps", eps, lambda x: x >= 0, ">= 0")
        self.weight: Row | None = row(self.size, lambda: 1.0) if elementwise_affine else None
        self.bias: Row | None = row(self.size, lambda: 0.0) if elementwise_affine and bias else None

    def __call__(self, x: Any) -> list[Any]:
        return each(self._respond, x)

    def _respond(self, items: Any) -> list[Any]:
        x = inputs(items, self.size, self)
        mean = sum(x) * (1 / self.size)
        x = tuple([item - mean for item in x])
        scale = _inverse_of_size(x, self.eps)
        y = [item * scale for item in x]
        if self.weight is not None:
            y = [item * weight for item, weight in zip(y, self.weight, strict=True)]
        if self.bias is not None:
            y = [item + bias for item, bias in zip(y, self.bias, strict=True)]
        return y

    def __repr__(self) -> str:
        return f"LayerNorm({self.size})"


def _inverse_of_size(x: Row, eps: float) -> Any:
    """1 / √(mean of x² + eps), in three nodes: the sum of the squares begins with eps for each of them."""
    return affine(constant(eps * len(x)), x, x) ** -0.5 * math.sqrt(len(x))
