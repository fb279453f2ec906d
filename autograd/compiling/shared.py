"""Shared: Values whose numbers lie in an array that machine code changes.

They stay Values like any others. After machine code has run they are Deferred until somebody looks at one of them: only
then are the numbers of all of them brought back. A thousand steps cost one such visit, and nobody reads an old number.
"""

from collections.abc import Sequence
from typing import Any

from autograd.recording.modes import clock, lock, state
from autograd.value import Value

_shared: dict[int, "Shared"] = {}  # of each deferred Value, by identity; it keeps the Values alive as well


class Shared:
    """The numbers of some Values as a float64 array, which either side may change."""

    def __init__(self, values: Sequence[Value], array: Any) -> None:
        self.values, self.array = list(values), array
        self.time = -1.0  # of the last change that both sides know of
        self.is_known_as_deferred = False
        self._is_plain = all(type(value) in (Value, Deferred) for value in self.values)  # a subclass stays what it is

    def refresh(self) -> None:
        """Before machine code runs: take over the numbers of Values that were set since."""
        if self.time != state.changed:
            self.array[:] = [value.data for value in self.values]
            self.time = state.changed

    def defer(self) -> None:
        """After machine code has changed the array."""
        if not self._is_plain:
            for value, number in zip(self.values, self.array.tolist(), strict=True):
                value.data = number
            self.time = state.changed
            return
        if not self.is_known_as_deferred or self.time != state.changed:
            with lock:
                self.is_known_as_deferred = True
                self.time = state.changed = next(clock)  # graphs that were recorded before are stale
                try:
                    for value in self.values:
                        _shared[id(value)] = self
                        value.__class__ = Deferred
                except BaseException:  # Ctrl-C: then all numbers are brought back at once
                    self.fetch(everything=True)
                    raise

    def fetch(self, everything: bool = False) -> None:
        """Bring the numbers back to the Values that wait for them, or to all."""
        with lock:
            if self.is_known_as_deferred:
                for value, number in zip(self.values, self.array.tolist(), strict=True):
                    if everything or type(value) is Deferred:
                        _DATA.__set__(value, number)  # first the number: interrupted, it will be brought once more
                        _TIME.__set__(value, self.time)
                        value.__class__ = Value  # pyright: ignore
                        _shared.pop(id(value), None)
                self.is_known_as_deferred = False


_DATA, _TIME = vars(Value)["_data"], vars(Value)["time"]


def _attribute(name: str) -> Any:
    slot = vars(Value)[name]

    def read(value: Value) -> Any:
        _fetch(value)
        return slot.__get__(value)

    def write(value: Value, new: Any) -> None:
        _fetch(value)
        slot.__set__(value, new)

    return property(read, write)


def _fetch(value: Value) -> None:
    shared = _shared.get(id(value))
    if shared is not None:
        shared.fetch()


class Deferred(Value):
    """A Value whose number lies in an array as yet. To look at it is enough to make it a plain Value again."""

    __slots__ = ()
    _data = _attribute("_data")
    time = _attribute("time")

    def __copy__(self) -> Any:
        _fetch(self)
        return self.__copy__()

    def __reduce__(self) -> Any:
        _fetch(self)
        return self.__reduce__()
