"""Formula: operations written down, as text, LaTeX, JavaScript or Python.

A Formula flows through the rows of the table like a number and remembers what was done to it. How a row is written
is the row's own notation; layout.py puts the operands in their places.

For people, 0 * x and x + 0 are written 0 and x. In formulas that calculate they stay: 0 * log(x) fails where log does,
and -0 + 0 is not -0. That 1 * x, x ** 1 and --x are x is true of all numbers. Nothing else is simplified.
"""

import inspect
import math
from collections.abc import Callable
from itertools import chain
from typing import Any, ClassVar

from autograd.calculus.dual import directional
from autograd.operations import add, choose, multiply, negative, power
from autograd.table.notation import COMPARISON, PEOPLE
from autograd.table.reading import Reading, is_tuple, number
from autograd.table.row import Operation
from autograd.writing.layout import Layout, arranged, name_layout, number_layout
from autograd.writing.mathml import template_in_mathml
from autograd.writing.unknown import Unknown, being_read, is_being_read, not_being_read, refuse

_COMPARISONS = {sign: {"text": text, "latex": latex, "javascript": sign, "python": sign} for sign, text, latex in (
    ("<", "<", "<"), (">", ">", ">"), ("<=", "≤", r"\le"), (">=", "≥", r"\ge"), ("!=", "≠", r"\ne"))}


class Formula(Unknown, Reading):
    """A name, a number, or an operation on formulas.

    `text`, `latex`, `javascript` and `python` are the four ways to write it; `str()` is the first. Formulas are equal
    if they are written alike. A formula refuses `==` while a function is read, and with a number at any time: it stands
    for no number yet. Raises ValueError for a number that is not finite, TypeError for what is neither a name nor a
    number.
    """

    __slots__ = ("_hash", "_layouts", "_shorter", "arguments", "head")
    generality: ClassVar[int] = 3

    def __init__(self, head: "str | float | Operation", arguments: tuple[Any, ...] = ()) -> None:
        self.head: str | float | Operation = head if isinstance(head, str | Operation) else number(head)
        if isinstance(self.head, float) and not math.isfinite(self.head):
            raise ValueError(f"a formula is made of finite numbers, not {self.head}")
        self.arguments = arguments
        self._shorter: Formula | None = None
        self._layouts: dict[str, Layout] = {}
        self._hash = hash((self.head, *(operand._hash for operand in _operands(arguments))))

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        operands = tuple(tuple(map(formula_of, a)) if is_tuple(a) else formula_of(a) for a in arguments)
        same = _same(operation, operands)
        if same is not None:
            return same
        made = cls(operation, operands)
        made._shorter = _shortened(operation, operands)
        return made

    @property
    def shorter(self) -> "Formula":
        """The formula as people write it, without the parts that say nothing."""
        return self if self._shorter is None else self._shorter

    def truth(self) -> "bool | Formula":
        if not isinstance(self.head, str | Operation):
            return bool(self.head)
        return self if self.is_comparison else Formula("!=", (self, Formula(0.0)))

    @property
    def is_comparison(self) -> bool:
        return bool(self.arguments) and self.head in _COMPARISONS

    @property
    def text(self) -> str:
        """Plain text with mathematical signs: `1 - y²`."""
        return self.write("text")

    @property
    def latex(self) -> str:
        r"""A LaTeX formula, without dollar signs: `1 - y^{2}`."""
        return self.write("latex")

    @property
    def javascript(self) -> str:
        """A JavaScript expression over the functions of `javascript_library()`."""
        return self.write("javascript")

    @property
    def python(self) -> str:
        """A Python expression on floats over the module `math` and the rows' own primitives."""
        return self.write("python")

    def write(self, language: str) -> str:
        """The formula in one of the four languages, or, in "mathml", as an element for a `<math>`."""
        return str(self.layout(language))

    def layout(self, language: str) -> Layout:
        """How the formula is written. It is kept, since a formula may be part of many others."""
        wanted = self.shorter if language in PEOPLE else self
        waiting = [] if language in wanted._layouts else [wanted]
        while waiting:  # operands first, so that a formula may be of any depth
            part = waiting[-1]
            operands = [] if language in part._layouts else _operands(part.arguments)
            if language in PEOPLE:
                operands = [operand.shorter for operand in operands]
            unready = [operand for operand in operands if language not in operand._layouts]
            waiting += unready
            if not unready:
                waiting.pop()
                if language not in part._layouts:
                    part._layouts[language] = part._layout(language)
        return wanted._layouts[language]

    def _layout(self, language: str) -> Layout:
        if isinstance(self.head, Operation):
            if language == "python" and "python" not in self.head.notation:
                return value_of(self.head, self.arguments).layout(language)
            by = language if language in self.head.notation else "text"
            notation = self.head.notation[by]
            with not_being_read():  # a notation may compare operands, and a function may print what it calculates
                precedence, template = notation(*self.arguments) if callable(notation) else notation
        elif isinstance(self.head, str) and self.is_comparison:
            by = language if language in _COMPARISONS[self.head] else "text"
            precedence, template = COMPARISON, f"{{0:1}} {_COMPARISONS[self.head][by]} {{1:1}}"
        elif isinstance(self.head, str):
            return name_layout(self.head, language)
        else:
            digits = repr(self.head)
            return number_layout(digits.removesuffix(".0") if language in PEOPLE else digits, language)
        if language == "mathml" and by == "text":
            template = template_in_mathml(template)
        return arranged(precedence, template, self.arguments, language, lambda operand: operand.layout(language))

    def __eq__(self, other: object) -> bool:
        if is_being_read() or isinstance(other, Reading) != isinstance(other, Formula) or _is_number(other):
            refuse("==")
        return isinstance(other, Formula) and _is_alike(self, other)

    def __hash__(self) -> int:
        if is_being_read():
            refuse("looking it up")
        return self._hash

    def __lt__(self, other: Any) -> Any:
        return _comparison("<", self, other)

    def __le__(self, other: Any) -> Any:
        return _comparison("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return _comparison(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return _comparison(">=", self, other)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def formula(function: Callable[..., Any], *names: str, partial: int | str | None = None,
            result: str | None = "y") -> Formula:
    """An operation or any function of numbers, written down: `formula(tanh)` is tanh(x).

    - `names`: those of the arguments; by default, the function's own.
    - `partial`: the number or the name of an argument: then the derivative with respect to it is written, for an
      operation as its row has it, with `result` as the name of the operation's own result; `result=None` writes it
      in terms of the arguments alone.

    Raises TypeError for a function that asks what a number is, by `==`, `if`, `float()` or the like.
    """
    row = function if isinstance(function, Operation) else None
    parameters = names or (row.parameters if row else tuple(inspect.signature(function).parameters))
    if row and True in row.lists:
        raise TypeError(f"{row.call} is written down from lists: formula(lambda a, b: {row.name}([a, b]))")
    symbols = tuple(map(Formula, parameters))
    if partial is not None and partial not in (*parameters, *range(len(parameters))):
        raise ValueError(f"there is no argument {partial!r}, only {', '.join(parameters)}")
    with being_read():
        if partial is None:
            return formula_of(function(*symbols))
        place = partial if isinstance(partial, int) else parameters.index(partial)
        if row:
            y = Formula(result) if result else function(*symbols)
            return Formula(0.0) if row.partials[place] is None else formula_of(row.slope(place, y, symbols))
        # The chain rule, carried along: forward mode over formulas.
        return formula_of(directional(function, symbols, [float(i == place) for i in range(len(symbols))])[1])


def value_of(row: Operation, arguments: tuple[Any, ...]) -> Formula:
    """What a row calculates, in simpler operations; a comparison is 1 if it holds, otherwise 0."""
    with being_read():
        found = formula_of(row.value(*arguments))
        return choose(found, 1.0, 0.0) if found.is_comparison else found


def slopes(row: Operation, y: Any, arguments: tuple[Any, ...]) -> list[Formula | None]:
    """The row's partial derivatives as formulas, one for each number among the arguments.

    None where no gradient flows, and for plain numbers, with respect to which there need not be a derivative.
    """
    found: list[Formula | None] = []
    for place, argument in enumerate(arguments):
        inside = argument if is_tuple(argument) else (argument,)
        if row.partials[place] is None or not any(isinstance(item, Formula) for item in inside):
            found += [None] * len(inside)
        else:
            with being_read():
                slope = row.slope(place, y, arguments)
                found += map(formula_of, slope if is_tuple(argument) else [slope])
    return found


def formula_of(x: Any) -> Formula:
    """A number as a formula, a Value by its label."""
    if isinstance(x, Formula):
        return x
    if isinstance(x, Reading):
        named: Any = x
        return Formula(getattr(named, "label", None) or getattr(named, "data", named))
    return Formula(number(x))


def _same(operation: Operation, operands: tuple[Any, ...]) -> Formula | None:
    """The operand that the result is equal to, whatever number that may be."""
    if operation is multiply:
        return next((other for one, other in (operands, operands[::-1]) if one.head == 1.0), None)
    if operation is power and operands[1].head == 1.0:
        return operands[0]
    return operands[0].arguments[0] if operation is negative and operands[0].head is operation else None


def _shortened(operation: Operation, operands: tuple[Any, ...]) -> Formula | None:
    """The formula as people write it; None if nothing can be left out."""
    short: tuple[Any, ...] = tuple(tuple(item.shorter for item in a) if is_tuple(a) else a.shorter for a in operands)
    same = _same(operation, short)
    if same is None and operation in (add, multiply):
        other = next((other for zero, other in (short, short[::-1]) if zero.head == 0.0), None)
        same = other if operation is add or other is None else Formula(0.0)
    if same is None and any(new is not old for new, old in zip(_operands(short), _operands(operands))):
        same = Formula(operation, short)
    return same


def _comparison(sign: str, a: Formula, b: Any) -> Any:
    if isinstance(b, Reading) and b.generality > Formula.generality:
        return NotImplemented  # a Dual compares what it stands for
    return Formula(sign, (a, formula_of(b)))


def _is_alike(one: Formula, other: Formula) -> bool:
    waiting: list[tuple[Formula, Formula]] = [(one, other)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        a, b = waiting.pop()
        if a is b or (id(a), id(b)) in seen:
            continue
        if a._hash != b._hash or a.head != b.head or _lengths(a) != _lengths(b):
            return False
        seen.add((id(a), id(b)))
        waiting += zip(_operands(a.arguments), _operands(b.arguments), strict=True)
    return True


def _is_number(x: Any) -> bool:
    try:
        number(x)
    except (TypeError, OverflowError):
        return False
    return True


def _operands(arguments: tuple[Any, ...]) -> list[Formula]:
    return list(chain.from_iterable(a if is_tuple(a) else (a,) for a in arguments))


def _lengths(formula: Formula) -> list[int | None]:
    return [len(a) if is_tuple(a) else None for a in formula.arguments]
