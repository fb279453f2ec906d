"""Dual: forward mode. A number carries along how fast it changes in one direction.

A Dual is a + b·ε with ε² = 0: f(a + b·ε) = f(a) + f'(a)·b·ε. Each differentiation has an ε of its own, told apart by
its tag; otherwise a derivative inside of another one would take the outer ε for its own ("perturbation confusion",
Siskind and Pearlmutter 2005).
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from autograd.operations import add, multiply
from autograd.table.reading import Reading, is_list, is_tuple
from autograd.table.row import Operation

_tags = itertools.count(1)


class Dual(Reading):
    """A number, `primal`, and its directional derivative, `tangent`. Both may be of any reading, Dual included."""

    __slots__ = ("primal", "tag", "tangent")
    generality: ClassVar[int] = 3

    def __init__(self, primal: Any, tangent: Any, tag: int) -> None:
        self.primal, self.tangent, self.tag = primal, tangent, tag

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> "Dual":
        """y = f(a, b) has the tangent ∂f/∂a · a' + ∂f/∂b · b'."""
        lists = [argument if is_tuple(argument) else (argument,) for argument in arguments]
        tag = max(item.tag for items in lists for item in items if isinstance(item, Dual))
        primals = [tuple(_primal(item, tag) for item in argument) if is_tuple(argument)
                   else _primal(argument, tag) for argument in arguments]
        y = operation(*primals)
        tangent: Any = 0.0
        for place, items in enumerate(lists):
            moving = [_moves(item, tag) for item in items]
            if operation.partials[place] is None or not any(moving):
                continue
            slopes = operation.slope(place, y, primals)
            for item, slope, moves in zip(items, slopes if operation.lists[place] else [slopes], moving, strict=True):
                if moves:
                    tangent = add(tangent, multiply(slope, item.tangent))
        return cls(y, tangent, tag)

    def truth(self) -> Any:
        return self.primal.truth() if isinstance(self.primal, Reading) else self.primal != 0

    def __lt__(self, other: Any) -> Any:
        return self.primal < _primal(other, self.tag)

    def __le__(self, other: Any) -> Any:
        return self.primal <= _primal(other, self.tag)

    def __gt__(self, other: Any) -> Any:
        return self.primal > _primal(other, self.tag)

    def __ge__(self, other: Any) -> Any:
        return self.primal >= _primal(other, self.tag)

    def __repr__(self) -> str:
        return f"Dual({self.primal}, {self.tangent})"


def directional(function: Callable[..., Any], point: Sequence[Any], direction: Sequence[Any]) -> tuple[Any, Any]:
    """The value of a function of numbers, or its list of values, and the derivative in a direction."""
    tag = next(_tags)
    output = function(*(Dual(x, dx, tag) for x, dx in zip(point, direction, strict=True)))
    if is_list(output):
        return [_primal(y, tag) for y in output], [_tangent(y, tag) for y in output]
    return _primal(output, tag), _tangent(output, tag)


def _primal(x: Any, tag: int) -> Any:
    return x.primal if isinstance(x, Dual) and x.tag == tag else x


def _tangent(x: Any, tag: int) -> Any:
    return x.tangent if isinstance(x, Dual) and x.tag == tag else 0.0


def _moves(x: Any, tag: int) -> bool:
    """Whether a number changes in the direction of this tag; where none does, no partial derivative is needed."""
    tangent = _tangent(x, tag)
    return isinstance(tangent, Reading) or tangent != 0.0
