"""Node: what can be asked of a Value without changing it. Most of it is what Python asks of any number.

The engine knows Values as nodes; what makes and changes them is in value.py.
"""

import dis
import operator
import sys
import warnings
from collections.abc import Callable
from itertools import chain
from typing import Any

from autograd.errors import DetachedWarning
from autograd.recording.modes import clock, is_always_recording, is_recording, lines, lock, state
from autograd.table.reading import Reading, is_tuple, number
from autograd.table.row import Operation


def _comparison(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], Any]:
    def method(value: "Node", other: Any) -> Any:
        try:
            return compare(value.data, other.data if isinstance(other, Node) else number(other))
        except TypeError:
            return NotImplemented  # Python asks the other one, an array or a Dual for example

    return method


class Node(Reading):
    """A number in a computation graph. Comparisons, and truth, are those of its data; `hash` is identity."""

    __slots__ = ()
    _data: float
    _label: str | None
    _constant: bool
    grad: float
    op: Operation | None
    arguments: tuple[Any, ...]
    time: float

    @property
    def data(self) -> float:
        """The number itself."""
        if state.asked is not None:
            state.asked(self)
        return self._data

    @property
    def label(self) -> str | None:
        """A name for pictures and messages: a string, or None."""
        return self._label

    @label.setter
    def label(self, label: str | None) -> None:
        if label is not None and not isinstance(label, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a label is a string, not {type(label).__name__!r}")
        self._label = label

    @property
    def constant(self) -> bool:
        """Whether this is just a number, which no gradient flows to, like the plain numbers in a calculation.

        May be set on a leaf, before or after it is used: only backward() looks.
        """
        return self._constant

    @constant.setter
    def constant(self, constant: bool) -> None:
        if self.op is not None:
            raise ValueError("a Value that was calculated is not a constant: use stop_gradient")
        if constant != self._constant:
            with lock:
                self._constant = constant
                state.changed = next(clock)

    @property
    def parents(self) -> tuple[Any, ...]:
        """The Values that the operation was applied to, in order; one that is used twice appears twice."""
        if self.op is None or not self.op.has_lists:
            return self.arguments
        return tuple(chain.from_iterable(a if is_tuple(a) else (a,) for a in self.arguments))

    @property
    def operands(self) -> list[Any]:
        """The data of the arguments, as a row calculates with it: floats and lists of floats."""
        return [[item._data for item in a] if is_tuple(a) else a._data for a in self.arguments]

    @property
    def recorded_at(self) -> str | None:
        """The line of the program that calculated this Value, if that was inside `with trace():`."""
        return None if self.op is None else lines.get(self)

    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return self.data != 0.0

    def truth(self) -> bool:
        return bool(self)

    def __float__(self) -> float:
        # A leaf may be read at any time, but where a function is differentiated, the result depends on it.
        ends = is_recording() if self.op is not None else is_always_recording() and not self.constant
        if ends and not _formats():
            warnings.warn("float() of a Value ends its history: no gradient will flow back from here. "
                          "Use the function of autograd, not of math; or .data, if that is meant",
                          DetachedWarning, stacklevel=2)
        return self.data

    def __format__(self, specification: str) -> str:
        return format(self.data, specification) if specification else str(self)

    def __round__(self, digits: int | None = None) -> float:
        """The data, rounded to be shown."""
        return round(self.data, digits)

    def conjugate(self) -> "Node":
        """Itself, as for every real number: NumPy asks for it in `var` and `std`."""
        return self

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    @property
    def _prev(self) -> set[Any]:  # micrograd's names
        return set(self.parents)

    @property
    def _op(self) -> str:
        return "" if self.op is None else self.op.symbol


def _formats() -> bool:
    """Whether `"%.2f" % value` is what asks for a float: it shows the number and does not calculate with it."""
    frame = sys._getframe(2)
    return frame.f_code.co_code[frame.f_lasti] == dis.opmap.get("BINARY_OP")


def called(node: Node) -> str:
    """What messages call a Value: its label, or else its number and the operation that it comes from."""
    return repr(node.label) if node.label else f"the Value {node.data} ({node.op.name if node.op else 'a leaf'})"


def calculated_in(node: Node) -> str:
    """The line of the program that calculated a node, as the end of a message; nothing where none was traced."""
    return f"\n  calculated in {node.recorded_at}" if node.recorded_at else ""
