"""Dual: forward mode. A number carries along how fast it changes in one direction.

A Dual is a + b·ε with ε² = 0: f(a + b·ε) = f(a) + f'(a)·b·ε. Each differentiation has an ε of its own, told apart by
its tag, and a younger one has a larger tag; otherwise a derivative inside another one would take the outer ε for its
own ("perturbation confusion", Siskind and Pearlmutter 2005).
"""

import itertools
import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar

from autograd.operations import add, multiply
from autograd.recording.modes import always_recording, is_recording
from autograd.recording.recorded import Recorded
from autograd.table.reading import Reading, either, is_list, is_tuple, number
from autograd.table.row import Operation

_tags = itertools.count(1)


class Dual(Reading):
    """A number, `primal`, and its directional derivative, `tangent`. Both may be of any reading, Dual included.

    Inside `no_grad()`, operations give the number alone. Raises TypeError for what is not a number, ValueError for
    one that is not finite.
    """

    __slots__ = ("primal", "tag", "tangent")
    generality: ClassVar[int] = 4

    def __init__(self, primal: Any, tangent: Any, tag: int) -> None:
        self.primal, self.tangent, self.tag = _finite(primal), _finite(tangent), tag

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        """y = f(a, b) has the tangent ∂f/∂a · a' + ∂f/∂b · b'."""
        lists = [argument if is_tuple(argument) else (argument,) for argument in arguments]
        tag = max(item.tag for items in lists for item in items if isinstance(item, Dual))
        primals = [tuple(_finite(_primal(item, tag)) for item in argument) if is_tuple(argument)
                   else _finite(_primal(argument, tag)) for argument in arguments]
        y = operation(*primals)
        if not is_recording():
            return y
        if operation.value is either and isinstance(y, Recorded):  # one of the branches need not exist: see branches.py
            tangents = [_tangent(item, tag) for item in arguments[1:]]
            return cls(y, operation(primals[0], *tangents), tag)
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

    def __bool__(self) -> bool:
        return bool(self.truth())

    def __eq__(self, other: Any) -> Any:
        return self.primal == _primal(other, self.tag)

    def __ne__(self, other: Any) -> Any:
        return self.primal != _primal(other, self.tag)

    __hash__ = object.__hash__  # two numbers that happen to be equal are two numbers

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
    """The value of a function of numbers, or its list of values, and the derivative in a direction.

    Inside `no_grad()` both are numbers without a history.
    """
    tag, recorded = next(_tags), is_recording()
    with nullcontext() if recorded else always_recording():
        output = function(*(Dual(x, dx, tag) for x, dx in zip(point, direction, strict=True)))
    outputs = [without_younger(y, tag) for y in (output if is_list(output) else [output])]
    values, slopes = ([part(y, tag) if recorded else plain(part(y, tag)) for y in outputs]
                      for part in (_primal, _tangent))
    return (values, slopes) if is_list(output) else (values[0], slopes[0])


def new_tag() -> int:
    """The tag of a differentiation that starts now."""
    return next(_tags)


def without_younger(x: Any, tag: float) -> Any:
    """A number without the ε of any differentiation that began after this tag's, and so has ended before it ends.

    Such an ε is found only in what a function kept from an inner differentiation.
    """
    while isinstance(x, Dual) and x.tag > tag:
        x = x.primal
    return x


def plain(x: Any) -> Any:
    """The number alone, without derivatives and history; a formula is left as it is."""
    while isinstance(x, Dual):
        x = x.primal
    return getattr(x, "data", x)


def _primal(x: Any, tag: int) -> Any:
    return x.primal if isinstance(x, Dual) and x.tag == tag else x


def _tangent(x: Any, tag: int) -> Any:
    return x.tangent if isinstance(x, Dual) and x.tag == tag else 0.0


def _moves(x: Any, tag: int) -> bool:
    """Whether a number changes in the direction of this tag; where none does, no partial derivative is needed."""
    tangent = _tangent(x, tag)
    return isinstance(tangent, Reading) or tangent != 0.0


def _finite(x: Any) -> Any:
    if isinstance(x, Reading):
        return x
    x = number(x)
    if not math.isfinite(x):
        raise ValueError(f"a derivative is taken at finite numbers, not at {x}")
    return x
