"""Recorded: a Value without a number, in a graph that holds for all numbers alike.

A function that is to be compiled is called with Values like these. What depends on a number, such as `if x > 0`, has no
answer while it is recorded: whatever it was, the path taken would be frozen. It is refused.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, NoReturn

from autograd.errors import RecordingError
from autograd.recording.modes import always_recording, clock, is_recording, lock, program_line, state
from autograd.table.reading import is_tuple
from autograd.table.row import Operation
from autograd.value import Value, constant

_refusals: ContextVar[list[RecordingError] | None] = ContextVar("questions to what is recorded", default=None)


def _refuse(question: str, value: Value | None = None) -> NoReturn:
    error = RecordingError(
        f"{question} has no answer while a function is recorded, since what is recorded holds for all numbers: in "
        f"{program_line()}\n  Choose with where(condition, a, b), maximum, minimum, relu or step; use autograd's "
        "functions, not those of math; or give what does not change as a plain number")
    error.asked = value
    refusals = _refusals.get()
    if refusals is not None:
        refusals.append(error)
    raise error


def _asked(value: Value) -> None:
    """A Value from outside is asked for its number: in this thread, that is for a function that is recorded."""
    if _refusals.get() is not None and not value.constant:
        _refuse("the number of a Value", value)


def _is_over(value: Value) -> bool:
    """Whether a Value stood in a recording of another thread. Then this one has waited, and the number is back."""
    if _refusals.get() is not None:
        return False
    with lock:
        return type(value) is not Recorded


def _question(what: str, method: str = "") -> Callable[..., Any]:
    """A method that refuses a question; `method`: the one that answers when it is over."""
    def ask(value: Value, *arguments: Any) -> Any:
        return getattr(value, method)(*arguments) if method and _is_over(value) else _refuse(what)

    return ask


class Recorded(Value):
    """A Value whose number is not known. Whoever asks for it, or for what depends on it, gets a RecordingError."""

    __slots__ = ()
    generality: ClassVar[int] = 2

    def __init__(self, label: str | None = None) -> None:
        self.label = label
        self._constant, self.grad, self.op, self.arguments, self.time = False, 0.0, None, (), next(clock)

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        if _refusals.get() is None:
            items = [item for a in arguments for item in (a if is_tuple(a) else (a,)) if isinstance(item, Value)]
            if all(map(_is_over, items)):
                return operation(*arguments)
        node = cls()
        node.op, node.arguments = operation, tuple(map(_nodes, arguments))
        node._constant = not is_recording()
        return node

    def truth(self) -> Any:
        return self

    def __gt__(self, other: Any) -> Any:
        return Value.__gt__(self, other) if _is_over(self) else (self - other).step()

    def __lt__(self, other: Any) -> Any:
        return Value.__lt__(self, other) if _is_over(self) else (other - self).step()

    def __ge__(self, other: Any) -> Any:
        return Value.__ge__(self, other) if _is_over(self) else 1.0 - (self < other)

    def __le__(self, other: Any) -> Any:
        return Value.__le__(self, other) if _is_over(self) else 1.0 - (self > other)

    @property
    def data(self) -> float:
        return self.data if _is_over(self) else _refuse("the number of a Value")

    @data.setter
    def data(self, data: Any) -> None:
        if not _is_over(self):
            _refuse("setting a number")
        self.data = data

    __eq__, __ne__ = _question("==", "__eq__"), _question("!=", "__ne__")
    __hash__ = object.__hash__  # by identity, as that of any Value: it does not depend on the number
    __bool__, __float__ = _question("`if`", "__bool__"), _question("float()", "__float__")
    __int__, __round__, __trunc__ = _question("int()"), _question("round()"), _question("math.trunc()")
    __floor__, __ceil__ = _question("math.floor()"), _question("math.ceil()")
    __index__, __format__ = _question("counting with a Value"), _question("formatting a Value")  # pyright: ignore
    __copy__, __reduce__ = _question("copying a Value"), _question("pickling a Value")  # pyright: ignore

    def __repr__(self) -> str:
        return f"Recorded({self.label!r})" if self.op is None else f"Recorded({self.op.name})"


@contextmanager
def recording() -> Generator[None]:
    """For the time in which a function is recorded: what it asked is refused, be it in a `try` of its own."""
    refusals: list[RecordingError] = []
    with lock, always_recording():
        outer, state.asked = state.asked, _asked
        token = _refusals.set(refusals)
        try:
            yield
        finally:
            _refusals.reset(token)
            state.asked = outer
            if refusals:
                raise refusals[0]


@contextmanager
def without_numbers(values: Iterable[Value]) -> Generator[None]:
    """For a time, Values that there are already stand in a recording for any number, as Recorded ones do."""
    with lock:
        numbers = [(value, value._data) for value in values]  # deferred ones are brought back by that
        try:
            for value, _ in numbers:  # at no moment is it a plain Value without a number
                value.__class__ = Recorded
                del value._data
            yield
        finally:
            for value, data in numbers:
                value._data = data
                value.__class__ = Value


def _nodes(argument: Any) -> Any:
    if is_tuple(argument):
        return tuple(map(_nodes, argument))
    return argument if isinstance(argument, Value) else constant(argument)
