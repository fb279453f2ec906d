"""One row of the table: what an operation is, and how a call of it finds the reading that its arguments ask for."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from inspect import CO_VARARGS
from keyword import iskeyword
from types import BuiltinFunctionType, FunctionType
from typing import Any

from autograd.errors import DivisionByZeroError, DomainError, NumberOverflowError
from autograd.table.notation import ATOM, Notation, Template
from autograd.table.primitives import javascript_name
from autograd.table.reading import Reading, is_list, is_tuple, number

_Template = Template | Callable[..., Template]
_MOST = 10  # the numbers of a list that a message shows

operations: dict[str, "Operation"] = {}  # the table, by name
added: list[Callable[["Operation"], None]] = []  # who is told of each row that is said to be pure


class Operation:
    """One row of the table. Calling it reads the row as the arguments ask for: `tanh(0.5)` is a float."""

    def __init__(self, name: str, value: Callable[..., Any], partials: tuple[Callable[..., Any] | None, ...],
                 expansion: Callable[..., Any] | None, symbol: str, domain: str | None, lists: tuple[str, ...],
                 notation: Notation) -> None:
        self.name, self.value, self.partials, self.expansion = name, value, partials, expansion
        self.symbol, self.domain, self.notation = symbol, domain, notation
        # Where recording/fast.py leaves faster ways to call the row and to hand a gradient on.
        self.shortcut: Callable[..., Any] | None = None
        self.pull: Callable[[Any], None] | None = None
        self.parameters = _parameters(value, partials)
        self.lists = tuple(parameter in lists for parameter in self.parameters)
        self.has_lists = True in self.lists

    def __call__(self, *arguments: Any) -> Any:
        if self.shortcut is not None and len(arguments) == len(self.partials):
            result = self.shortcut(*arguments)
            if result is not NotImplemented:
                return result
        return self.apply(*arguments)

    def apply(self, *arguments: Any) -> Any:
        """The same, the plain way."""
        if self.has_lists:
            arguments = self._gather(arguments)
        count = len(self.partials)
        if len(arguments) != count:
            raise TypeError(f"{self.name} takes {count} argument{'s' * (count > 1)} "
                            f"({', '.join(self.parameters)}), not {len(arguments)}")
        reading: type[Reading] | None = None
        for argument in arguments:
            for item in argument if is_tuple(argument) else (argument,):
                if isinstance(item, Reading) and (reading is None or item.generality > reading.generality):
                    reading = type(item)
        if reading is not None:
            return reading.read(self, arguments)
        return self.calculate([[number(item) for item in argument] if is_tuple(argument) else number(argument)
                               for argument in arguments], arguments)

    def calculate(self, operands: list[Any], arguments: tuple[Any, ...]) -> float:
        """The value for floats and lists of floats. `arguments` are what they stand for: errors give their labels.

        Infinity gives a limit or NaN, as in IEEE arithmetic, and NaN gives NaN; Values and Duals refuse both.
        Raises DomainError outside the domain, and for a result that is not finite though the operands are; TypeError
        if the row's value is not a real number.
        """
        try:
            result = self.value(*operands)
            if isinstance(result, complex):  # Python's answer to (-1) ** 0.5
                raise ValueError
            result = _real(result, f"the value of {self.name}")
        except ZeroDivisionError:
            raise DivisionByZeroError(self.complaint(arguments, None if self.domain else "divides by zero")) from None
        except OverflowError:
            raise NumberOverflowError(self.complaint(arguments, "overflows")) from None
        except (ValueError, LookupError) as error:
            raise DomainError(self.complaint(arguments, None if self.domain else str(error))) from None
        if not math.isfinite(result) and all(map(math.isfinite, _flat(operands))):
            raise NumberOverflowError(self.complaint(arguments, "overflows"))
        for x in operands:
            if x != x:  # NaN, which a comparison in the row would lose
                return math.nan
        return result

    def slope(self, place: int, y: Any, operands: Sequence[Any], arguments: Sequence[Any] | None = None) -> Any:
        """The partial derivative with respect to one argument, a list of them for a list, as the operands read it.

        Raises DomainError where there is none, which may happen even where the operation has a value, and TypeError
        where the row's partial is not a number, or not a list with a number for each operand, or is a reading though
        the operands are floats. `arguments` are what the operands stand for: errors give their labels.
        """
        partial = self.partials[place]
        assert partial is not None, "no gradient flows through this argument"
        try:
            found = partial(y, *operands)
            if not self.lists[place]:
                if type(found) is float and math.isfinite(found):
                    return found  # as it nearly always is: there is no list to make
                slopes = [found]
            elif is_list(found):
                slopes = list(found)
                if len(slopes) != len(operands[place]):
                    raise TypeError(f"{self._slope_name(place)} has {len(slopes)} numbers, not {len(operands[place])}")
            else:
                raise TypeError(f"{self._slope_name(place)} must be a list of numbers, not {type(found).__name__!r}")
            what = self._slope_name(place)
            slopes = [slope if isinstance(slope, Reading) and isinstance(y, Reading) else _real(slope, what)
                      for slope in slopes]
            if not all(math.isfinite(slope) for slope in slopes if isinstance(slope, float)):
                raise OverflowError
            return slopes if self.lists[place] else slopes[0]
        except (ArithmeticError, ValueError) as error:
            kind = DivisionByZeroError if isinstance(error, ZeroDivisionError) else DomainError
            what = f"has no finite derivative with respect to {self.parameters[place]}"
            raise kind(self.complaint(arguments or operands, what)) from None

    def _slope_name(self, place: int) -> str:
        return f"the derivative of {self.name} with respect to {self.parameters[place]}"

    def complaint(self, arguments: Iterable[Any], what: str | None = None) -> str:
        """`log(x) needs x > 0; here x = -1.0 (label 'p')`"""
        here = ", ".join(f"{name} = {_shown(argument)}" for name, argument in zip(self.parameters, arguments))
        return f"{self.call} {what or 'needs ' + (self.domain or 'other numbers')}; here {here}"

    @property
    def sign(self) -> str:
        """What stands for the operation in the box of a picture, where its operands come along arrows: `×`, `tanh`."""
        template: Any = self.notation.get("picture", (ATOM, self.symbol))
        return template[1]

    @property
    def call(self) -> str:
        """The operation as it is written with the names of its parameters: `a / b`, `log(x)`."""
        if any(self.lists):
            return f"{self.name}({', '.join(self.parameters)})"
        notation = self.notation["text"]
        template = (notation(*self.parameters) if callable(notation) else notation)[1]
        return re.sub(r":[\d.]+\}", "}", template).format(*self.parameters)

    def _gather(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Lists of any kind become tuples; the last one may also be given number by number."""
        last = len(self.partials) - 1
        is_whole = len(arguments) == last + 1 and is_list(arguments[last])
        if self.lists[last] and len(arguments) >= last and not is_whole:
            arguments = (*arguments[:last], arguments[last:])
        if len(arguments) != len(self.partials):
            return arguments  # which the caller refuses
        gathered: list[Any] = []
        for argument, wanted in zip(arguments, self.lists):
            if wanted and not is_list(argument):
                raise TypeError(f"{self.call} needs lists of numbers, not {type(argument).__name__!r}")
            gathered.append(argument if not wanted or type(argument) is tuple else tuple(argument))
        lengths = [len(argument) for argument, wanted in zip(gathered, self.lists) if wanted]
        if min(lengths) != max(lengths):
            raise ValueError(f"{self.call} needs lists of the same length, not of {' and '.join(map(str, lengths))}")
        return tuple(gathered)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find, (self.name,)


def operation(name: str, value: Callable[..., Any], partials: tuple[Callable[..., Any] | None, ...], *,
              expansion: Callable[..., Any] | None = None, symbol: str | None = None, domain: str | None = None,
              lists: tuple[str, ...] = (), notation: Notation | None = None, text: _Template | None = None,
              latex: _Template | str | None = None, javascript: _Template | None = None,
              python: _Template | None = None, pure: bool = False) -> Operation:
    r"""Add a row to the table; that is all a new operation needs.

    - `value`: a primitive such as `math.tanh`, or generic arithmetic: a function of the arguments.
    - `partials`: for each argument the derivative with respect to it, a function of `y`, the result, and the
      arguments; a list of them for an argument that is a list; None where no gradient flows.
    - `expansion`: the same value from simpler operations.
    - `domain`: the condition that the arguments have to meet, in words.
    - `lists`: the names of the arguments that are lists of numbers; they are of the same length, and the partials
      exist wherever the value does.
    - `notation`: one of those in notation.py, where `name(x)` will not do; or for a single language a template, or
      for LaTeX the name of the function, `r"\log"`. Without one for Python, `value` says how to calculate.

    - `pure`: says that all of these are arithmetic and operations of the table, that they ask nothing of Python (no
      `if`, no `==`, no `isinstance`) and read nothing that changes: then the row is made fast. Checked at first use.

    Raises ValueError for a name that is taken or that is not a name, and where the functions do not fit together.
    """
    if not name.isidentifier() or iskeyword(name) or any(hasattr(reading, name) for reading in _kinds(Reading)):
        raise ValueError(f"an operation cannot be called {name!r}: the name is taken, or not a name")
    if not isinstance(partials, tuple) or not partials:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"the partials of {name} need to be a tuple: for each argument a function, or None")
    count = len(partials)
    if not _takes(value, count) or not all(partial is None or _takes(partial, count + 1) for partial in partials):
        raise ValueError(f"{name} has {count} partials, so its value takes {count} arguments, and each of its partials "
                         f"y and those {count}")
    places = ", ".join(f"{{{place}}}" for place in range(count))
    command = "operatorname" if name.isalpha() else "mathrm"  # not every reader of LaTeX takes a digit in the first
    title = symbol if symbol and symbol.isidentifier() else name
    function = latex if isinstance(latex, str) else rf"\{command}{{{title}}}".replace("_", r"\_")
    written: Notation = {"text": (ATOM, f"{title}({places})"), "latex": (ATOM, rf"{function}\left({places}\right)"),
                         "javascript": (ATOM, f"{javascript_name(name)}({places})")}
    if isinstance(value, BuiltinFunctionType) or lists:
        written["python"] = ATOM, f"{name}({places})"
    own = {"text": text, "latex": None if isinstance(latex, str) else latex, "javascript": javascript, "python": python}
    written |= (notation or {}) | {language: template for language, template in own.items() if template}
    row = Operation(name, value, partials, expansion, symbol or name, domain, lists, written)
    if not set(lists) <= set(row.parameters):
        raise ValueError(f"{name} has no arguments {', '.join(lists)}, only {', '.join(row.parameters)}")
    operations[name] = row
    for tell in added if pure else ():
        tell(row)
    setattr(Reading, name, _method(row))
    if getattr(value, "__module__", None) == "_operator":  # a Python operator is that operator for every reading
        setattr(Reading, f"__{value.__name__}__", _operator(row, 1))
        setattr(Reading, f"__r{value.__name__}__", _operator(row, -1))
    return row


def find(name: str) -> Operation:
    """The row of this name. Raises LookupError, which suggests the nearest name."""
    if name not in operations:
        near = get_close_matches(name, operations, 1)
        raise LookupError(f"there is no operation {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return operations[name]


def _kinds(reading: type[Reading]) -> list[type[Reading]]:
    return [reading, *(kind for below in reading.__subclasses__() for kind in _kinds(below))]


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with this many arguments, as far as can be told: builtins do not say."""
    if not isinstance(function, FunctionType):
        return callable(function)
    code, least = function.__code__, function.__code__.co_argcount - len(function.__defaults__ or ())
    return least <= count and (count <= code.co_argcount or bool(code.co_flags & CO_VARARGS))


def _parameters(value: Callable[..., Any], partials: tuple[Callable[..., Any] | None, ...]) -> tuple[str, ...]:
    """The names of the arguments, from the first formula that has them: a partial, whose first is y, or the value."""
    for formula, skipped in [*((partial, 1) for partial in partials), (value, 0)]:
        code = getattr(formula, "__code__", None)
        if code is not None and code.co_argcount == len(partials) + skipped:
            return code.co_varnames[skipped : code.co_argcount]
    return ("x",) if len(partials) == 1 else tuple("abcdefgh"[: len(partials)])


def _method(row: Operation) -> Callable[..., Any]:
    return lambda *arguments: row(*arguments)  # a function, which unlike a row becomes a method


def _operator(row: Operation, direction: int) -> Callable[[Any, Any], Any]:
    def method(*arguments: Any) -> Any:
        for argument in arguments[1:]:
            if not isinstance(argument, Reading):
                try:
                    number(argument)
                except TypeError:
                    return NotImplemented  # Python asks the other operand, then complains in its own words
        return row(*arguments[::direction])

    return method


def _real(result: Any, what: str) -> float:
    """What a function of a row returned, as a float. Raises TypeError, which names it, if it is not a real number."""
    try:
        return number(result)
    except TypeError:
        raise TypeError(f"{what} must be a real number, not {type(result).__name__!r}") from None


def _flat(arguments: Iterable[Any]) -> list[Any]:
    return [item for argument in arguments
            for item in (argument if isinstance(argument, list | tuple) else (argument,))]  # pyright: ignore


def _shown(argument: Any) -> str:
    if isinstance(argument, list | tuple):
        items: list[Any] = [*argument]  # pyright: ignore
        more = f" and {len(items) - _MOST} more" if len(items) > _MOST else ""
        return "[" + ", ".join(map(_shown, items[:_MOST])) + more + "]"
    label = getattr(argument, "label", None)
    shown = getattr(argument, "data", argument)
    return f"{shown}" + (f" (label {label!r})" if label else "")
