"""Stand-in."""
from collections.abc import Callable
from typing import Any, NamedTuple


class Approximation(NamedTuple):
    function: Callable[[Any], Any]
    limit: float


APPROXIMATIONS: dict[str, Approximation] = {}
