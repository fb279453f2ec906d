"""Checks of what users pass in: each returns it, or raises an error that names it and says what is needed."""

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any

from autograd import Value, constant


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
    """A finite number within limits. Raises TypeError for anything else, ValueError for one beyond them."""
    if isinstance(given, bool) or not isinstance(given, Real):  # True is 1 to Python, but hardly ever to who says it
        raise TypeError(f"{name} needs to be a number, not {type(given).__name__!r}")
    try:
        number = float(given)
    except OverflowError:
        given = number = math.inf
    if not math.isfinite(number) or not allowed(number):
        raise ValueError(f"{name} needs to be finite and {description}, not {given}")
    return number


def flag(name: str, given: Any) -> bool:
    """True or False. Raises TypeError for anything else."""
    if not isinstance(given, bool):
        raise TypeError(f"{name} needs to be True or False, not {given!r}")
    return given


def numbers(name: str, given: Any, size: int | None = None) -> list[float]:
    """Plain numbers and Values, or a single one, as floats. Raises TypeError for others, ValueError for too many."""
    items: Iterable[Any] = given if is_list(given, name) else [given]
    try:
        found: list[float] = [item.data if isinstance(item, Value) else constant(item).data for item in items]
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None
    if not found or size not in (None, len(found)):
        needed = "numbers are" if size is None else "1 number is" if size == 1 else f"{size} numbers are"
        raise ValueError(f"{name}: {needed} needed, not {len(found)}")
    return found


def in_order(name: str, given: Any) -> Any:
    """What was given. Raises TypeError for a set or a dict: the order of its items means nothing."""
    if isinstance(given, set | frozenset | Mapping):
        raise TypeError(f"{name}: a list, tuple or array is needed, not {type(given).__name__!r}, "  # pyright: ignore
                        "since the order matters")
    return given


def is_list(given: Any, name: str = "numbers") -> bool:
    """Whether this is several things in order, in any form, and not a string or an array without dimensions.

    Raises TypeError for a set or a dict, calling it `name`.
    """
    return hasattr(in_order(name, given), "__iter__") and not isinstance(given, str) and (
        getattr(given, "shape", None) != ())


def state(given: Any) -> Mapping[str, Any]:
    """What a `state_dict()` returned. Raises TypeError for anything but a dict."""
    if not isinstance(given, Mapping):
        raise TypeError(f"a dict from state_dict() is needed, not {type(given).__name__!r}")
    return given  # pyright: ignore[reportUnknownVariableType]


def listed(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
