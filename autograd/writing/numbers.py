"""Numbers as an explanation shows them: in 4 significant digits, and with ≈ wherever = would then be wrong."""

import html
import math
import unicodedata
from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from types import BuiltinFunctionType
from typing import Any, ClassVar

from autograd.table.notation import ATOM, CHOICE, PEOPLE
from autograd.table.reading import Reading, is_tuple
from autograd.table.row import Operation
from autograd.writing.formula import Formula
from autograd.writing.latex import latex_name
from autograd.writing.layout import Layout, name_layout, number_layout
from autograd.writing.mathml import name_in_mathml

_EXACTLY = Context(prec=60, traps=[Inexact, Overflow, InvalidOperation, DivisionByZero])


def shown(x: float) -> str:
    """A number in 4 significant digits: `-3.0`, `0.7071`, `1.235e4`. What ends in `.0` is whole: 1234.5 is `1234`."""
    written = f"{x + 0.0:.4g}"  # -0.0 + 0.0 is 0.0
    if "e" in written:
        mantissa, exponent = written.split("e")
        return f"{mantissa}e{int(exponent)}"
    return written + ".0" if written.removeprefix("-").isdigit() and _is(x, written) else written


def is_shown_whole(x: float) -> bool:
    """Whether the 4 digits are the number, up to the rounding of floats."""
    return _is(x, shown(x))


def _is(x: float, written: str) -> bool:
    return math.isclose(x, float(written), rel_tol=1e-12)


class Named(Formula):
    """A formula that is a name, and knows the number that goes by it."""

    __slots__ = ("data",)

    def __init__(self, name: str, data: float) -> None:
        super().__init__(name)
        self.data = data

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        return Formula.read(operation, arguments)

    def truth(self) -> bool:
        """Where a row chooses by whether a number is 0, what is written is what is chosen."""
        return self.data != 0.0

    def _layout(self, language: str) -> Layout:
        name = str(self.head)
        precedence = ATOM if _is_simple(name) else CHOICE  # a label may be `w*x + b`
        return name_layout(name, language, precedence, "text")


class Numeral(Named):
    """A number in the place of its name. Two of them are equal if their names are: 3.0 × 3.0 is not a square."""

    __slots__ = ()

    def _layout(self, language: str) -> Layout:
        return number_layout(self._digits() if language in PEOPLE else repr(self.data), language)

    def _digits(self) -> str:
        return shown(self.data)


class Coefficient(Numeral):
    """A constant of a formula, in 4 digits; a whole one without its point, as in 2·x."""

    __slots__ = ()

    def __init__(self, data: float) -> None:
        super().__init__(shown(data), data)

    def _digits(self) -> str:
        return shown(self.data).removesuffix(".0")


class Symbol(Formula):
    """A name that is written in its own way in LaTeX and MathML: ∂y/∂x, η, w′."""

    __slots__ = ("_ways",)

    def __init__(self, text: str, latex: str, mathml: str | None = None) -> None:
        super().__init__(text)
        self._ways = {"latex": latex, "mathml": mathml or f"<mi>{html.escape(text)}</mi>"}

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        return Formula.read(operation, arguments)

    def _layout(self, language: str) -> Layout:
        return Layout(ATOM, False, [self._ways.get(language, str(self.head))])


class _Ellipsis(Symbol):
    """What stands for everything that is left out of a list."""

    __slots__ = ()
    is_ellipsis = True  # a label may be … as well


_LEFT_OUT = _Ellipsis("…", r"\cdots", "<mo>…</mo>")


def without_middle(items: tuple[Any, ...], most: int = 8) -> tuple[Any, ...]:
    """A list of which at most so many items are shown; if it is longer, an ellipsis stands for the middle."""
    return items if len(items) <= most else (*items[: most - 2], _LEFT_OUT, *items[-1:])


def abridged(formula: Formula, most: int = 8) -> Formula:
    """An operation on long lists with an ellipsis in each of them: x1 + x2 + … + x1000."""
    return Formula(formula.head, tuple(without_middle(a, most) if is_tuple(a) else a for a in formula.arguments))


def derivative(of: str, by: str, use: int | None = None) -> Symbol:
    """∂y/∂x as a symbol: the whole derivative. With `use` it is ∂y/∂x#2, what comes through that one use of x alone."""
    text, latex, mathml = ("", "", "") if use is None else (f"#{use}", rf"\text{{\#{use}}}", f"<mtext>#{use}</mtext>")
    return Symbol(f"∂{_grouped(of)}/∂{_grouped(by)}{text}",
                  rf"\frac{{\partial {latex_name(of)}}}{{\partial {latex_name(by)}{latex}}}",
                  f"<mfrac><mrow><mo>∂</mo>{name_in_mathml(of)}</mrow>"
                  f"<mrow><mo>∂</mo>{name_in_mathml(by)}{mathml}</mrow></mfrac>")


def rounded(formula: Formula) -> Formula:
    """The formula with its constants in 4 digits; the same one if there is nothing to round."""
    return _rebuilt(formula.shorter, lambda leaf: Coefficient(leaf.head) if isinstance(leaf.head, float) else leaf)


def has_rounded(formula: Formula) -> bool:
    """Whether a number in a formula has more digits than are shown."""
    return any(isinstance(leaf, Numeral) and not is_shown_whole(leaf.data) for leaf in _leaves(formula))


def is_equal(formula: Formula, result: float) -> bool:
    """Whether `formula = result` is right in decimal arithmetic for the digits that are shown."""
    with localcontext(_EXACTLY):
        try:
            return _exact(formula) == Decimal(shown(result))
        except (ArithmeticError, ValueError, TypeError, RecursionError):
            return False


class Exact(Reading):
    """A decimal number that flows through a row without rounding; what would round it raises an error."""

    __slots__ = ("decimal",)
    generality: ClassVar[int] = 5

    def __init__(self, decimal: Decimal) -> None:
        self.decimal = decimal

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> "Exact":
        value: Any = operation.value
        if isinstance(value, BuiltinFunctionType) or any(operation.lists):
            plain = [[_decimal(item) for item in argument] if is_tuple(argument) else _decimal(argument)
                     for argument in arguments]
            result: Any = value(*plain)
            if isinstance(result, float):
                _refuse_accident(operation, result, plain)
        else:
            result = value(*(item if isinstance(item, Exact) else Exact(_decimal(item)) for item in arguments))
        return Exact(_decimal(result))

    def truth(self) -> bool:
        return self.decimal != 0

    def __eq__(self, other: object) -> bool:
        return self.decimal == _decimal(other)

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __bool__(self) -> bool:
        return self.decimal != 0

    def __lt__(self, other: Any) -> bool:
        return self.decimal < _decimal(other)

    def __le__(self, other: Any) -> bool:
        return self.decimal <= _decimal(other)

    def __gt__(self, other: Any) -> bool:
        return self.decimal > _decimal(other)

    def __ge__(self, other: Any) -> bool:
        return self.decimal >= _decimal(other)


def _refuse_accident(operation: Operation, result: float, operands: list[Any]) -> None:
    """Raise ValueError where a primitive gives a short number only because floats end: tanh(20), sin(1e-9).

    √4 = 2 and e⁰ = 1 are no accident: the operands are short in binary as well, and the function moves there.
    """
    exact, operands = operands, [float(operand) for operand in operands]
    short = all(x == Decimal(y) and y.as_integer_ratio()[1] <= 1024 and abs(y) < 1e6
                for x, y in zip(exact, operands, strict=True))
    slopes = [operation.slope(place, result, operands) for place in range(len(operands))]
    moves = any(abs(slope * x) > 1e-6 * abs(result) for slope, x in zip(slopes, operands, strict=True))
    if not short or (any(operands) and not moves):
        raise ValueError("rounded")


def _exact(formula: Formula) -> Decimal:
    """The value of a formula made of Numerals, calculated from the digits that are shown."""
    if not formula.arguments:
        if not isinstance(formula, Numeral):
            raise ValueError("not a number")
        return Decimal(shown(formula.data))
    if not isinstance(formula.head, Operation):
        return Decimal(_COMPARISONS[str(formula.head)](*map(_exact, formula.arguments)))
    return Exact.read(formula.head, tuple(
        tuple(Exact(_exact(item)) for item in argument) if is_tuple(argument) else Exact(_exact(argument))
        for argument in formula.arguments)).decimal


def _decimal(x: Any) -> Decimal:
    if isinstance(x, Exact):
        return x.decimal
    return x if isinstance(x, Decimal) else Decimal(repr(float(x)) if isinstance(x, float) else x)


def _rebuilt(formula: Formula, new: Callable[[Formula], Formula]) -> Formula:
    if not formula.arguments:
        return new(formula)
    arguments = tuple(tuple(_rebuilt(item, new) for item in argument) if is_tuple(argument) else
                      _rebuilt(argument, new) for argument in formula.arguments)
    return Formula(formula.head, arguments)


def _leaves(formula: Formula) -> list[Formula]:
    waiting, leaves = [formula], list[Formula]()
    while waiting:
        part = waiting.pop()
        if not part.arguments:
            leaves.append(part)
        for argument in part.arguments:
            waiting += argument if is_tuple(argument) else (argument,)
    return leaves


def _is_simple(name: str) -> bool:
    """Whether a name holds together behind a ∂ or before a ·."""
    return all(c.isalnum() or c in "_.'′" or unicodedata.combining(c) for c in name)


def _grouped(name: str) -> str:
    return name if _is_simple(name) else f"({name})"


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "!=": lambda a, b: a != b}
