"""What flows through a row of the table: plain numbers, and readings, which are anything else that acts like one."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeGuard

from autograd.errors import NumberOverflowError

if TYPE_CHECKING:  # the methods that the table gives to every reading, spelled out for type checkers
    from autograd.table._methods import Methods
else:
    Methods = object


class Reading(Methods):
    """Anything but a plain number that flows through a row: Value, Dual, Formula, and whatever may come.

    Each kind defines `generality`, read() and truth() for itself.
    """

    __slots__ = ()
    generality: ClassVar[int]  # among different readings in one call, the most general one reads the row

    @classmethod
    def read(cls, operation: Any, arguments: tuple[Any, ...]) -> Any:
        """Read a row with these arguments, of which at least one is of this reading."""
        raise NotImplementedError

    def truth(self) -> "bool | Reading":
        """Whether this number is not 0, so that a condition holds. Where that cannot be told yet, the condition."""
        raise NotImplementedError

    def either(self, a: Any, b: Any) -> Any:
        """What comes out where this number, as a condition, chooses: `a` if it is not 0, or else `b`."""
        return a if self else b

    def __pos__(self) -> Self:
        return self


class Items:
    """A list as a loop sees it: whatever is done to its one item is done to all of them.

    What a row asks of a list as a whole it asks by the functions below, which know lists of numbers and these; each
    kind of these has answers of its own, so there are none here.
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError

    def largest(self) -> Any:
        raise NotImplementedError

    def pick(self, index: Any) -> Any:
        raise NotImplementedError

    def one_hot(self, index: Any) -> Any:
        raise NotImplementedError


def either(condition: Any, a: Any, b: Any) -> Any:
    """`a` if the condition holds, or else `b`; a reading that cannot tell says itself what comes out."""
    return condition.either(a, b) if isinstance(condition, Reading) else a if condition else b


def pick(index: Any, values: Any) -> Any:
    """The item of that index, which must be whole. Raises KeyError where there is none."""
    if isinstance(values, Items):
        return values.pick(index)
    listed: list[Any] = list(values)
    return dict(enumerate(listed))[index]


def number(data: Any) -> float:
    """A plain real number as a float: int, float, a NumPy scalar, anything with `__float__` or `__index__`.

    Raises TypeError for anything else, a Value or Dual included; OverflowError for one too large for a float.
    """
    if type(data) is float:
        return data
    kind: Any = type(data)  # pyright: ignore[reportUnknownVariableType]
    # NumPy gives `__float__` to its strings, dates, objects and complex numbers too.
    scalar = getattr(data, "shape", ()) == () and getattr(getattr(data, "dtype", None), "kind", "f") not in "cSUOMm"
    if isinstance(data, Reading) or not scalar or not (hasattr(kind, "__float__") or hasattr(kind, "__index__")):
        raise TypeError(f"a real number is needed, not {kind.__name__!r}")
    try:
        return float(data)
    except OverflowError:
        raise NumberOverflowError(f"a number that a float can hold is needed; this {kind.__name__!r} is too large"
                                  ) from None


def finite(data: Any) -> float:
    """A plain number as a float. Raises TypeError for anything else, ValueError for one that is not finite."""
    found = number(data)
    if not math.isfinite(found):
        raise ValueError(f"a Value holds a finite number, not {found}")
    return found


def is_tuple(argument: Any) -> TypeGuard[tuple[Any, ...]]:
    """Whether this is an argument that is a list of numbers, in the form in which rows get it."""
    return isinstance(argument, tuple)


def each(function: Callable[[Any], Any], arguments: Iterable[Any]) -> tuple[Any, ...]:
    """The arguments, with the function applied to each number among them, those in lists included."""
    return tuple(tuple(map(function, argument)) if is_tuple(argument) else function(argument) for argument in arguments)


def is_list(argument: Any) -> bool:
    """Whether this is several numbers in any form: a list, a tuple, an array, an iterator."""
    return not isinstance(argument, str) and hasattr(argument, "__iter__") and getattr(argument, "shape", None) != ()
