"""Checks of what users give: each returns the number, or raises an error that names it and says what is needed."""

import math
import operator
from collections.abc import Callable
from numbers import Real
from typing import Any


def count(name: str, given: Any, least: int = 1) -> int:
    """A whole number of things. Raises TypeError for what is not whole, ValueError if there are too few."""
    try:
        number = operator.index(given)
    except TypeError:
        raise TypeError(f"{name} needs to be a whole number, not {given!r}") from None
    if number < least:
        raise ValueError(f"{name} needs to be at least {least}, not {number}")
    return number


def option(name: str, given: Any, allowed: Callable[[float], bool], description: str) -> float:
    """A finite number within limits. Raises TypeError for what is no number, ValueError for one beyond them."""
    if not isinstance(given, Real):
        raise TypeError(f"{name} needs to be a number, not {type(given).__name__!r}")
    if not math.isfinite(given) or not allowed(float(given)):
        raise ValueError(f"{name} needs to be finite and {description}, not {given}")
    return float(given)
