"""Formula: operations written down, as text, LaTeX, JavaScript or Python.

A Formula flows through the rows of the table like a number and remembers what was done to it. How a row is written
is the row's own notation; all that happens here is to put the operands in their places, with parentheses where one
of them would otherwise fall apart. Simplified are 1 * x, x + 0, 0 * x, x ** 1 and --x, and nothing else.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, ClassVar

from autograd.dual import directional
from autograd.operations import add, multiply, negative, power
from autograd.primitives import JAVASCRIPT
from autograd.reading import Reading, is_tuple, number
from autograd.row import ATOM, PRODUCT, SUM, Operation, operations

_PLACE = re.compile(r"\{(\d)(?:\.(\d+))?(?::(\d))?\}|\{\{|\}\}")
_COMPARISONS = {"<": {}, ">": {}, "<=": {"text": "≤", "latex": r"\le"}, ">=": {"text": "≥", "latex": r"\ge"},
                "!=": {"text": "≠", "latex": r"\ne"}}


class Formula(Reading):
    """A name, a number, or an operation on formulas.

    `text`, `latex`, `javascript` and `python` are the four ways to write it; `str()` is the first.
    """

    __slots__ = ("_written", "arguments", "head")
    generality: ClassVar[int] = 2

    def __init__(self, head: "str | float | Operation", arguments: tuple[Any, ...] = ()) -> None:
        self.head: str | float | Operation = head if isinstance(head, str | Operation) else number(head)
        self.arguments = arguments
        self._written: dict[str, tuple[int, str]] = {}

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        operands = tuple(tuple(map(_formula, a)) if is_tuple(a) else _formula(a) for a in arguments)
        simpler = _simplified(operation, operands)
        return cls(operation, operands) if simpler is None else simpler

    def truth(self) -> "bool | Formula":
        if not isinstance(self.head, str | Operation):
            return bool(self.head)
        return self if self._is_comparison else Formula("!=", (self, Formula(0.0)))

    @property
    def text(self) -> str:
        """Plain text with mathematical signs: `1 - y²`."""
        return self.write("text")[1]

    @property
    def latex(self) -> str:
        r"""A LaTeX formula, without dollar signs: `1 - y^{2}`."""
        return self.write("latex")[1]

    @property
    def javascript(self) -> str:
        """A JavaScript expression over the functions of `javascript_library()`."""
        return self.write("javascript")[1]

    @property
    def python(self) -> str:
        """A Python expression on floats over the module `math` and the rows' own primitives."""
        return self.write("python")[1]

    def write(self, language: str) -> tuple[int, str]:
        """How tightly the formula holds together, and itself, in one of the four languages."""
        waiting = [] if language in self._written else [self]
        while waiting:  # operands first, so that a formula may be of any depth
            part = waiting[-1]
            operands = chain.from_iterable(a if is_tuple(a) else (a,) for a in part.arguments)
            unwritten = [operand for operand in operands if language not in operand._written]
            if unwritten:
                waiting += unwritten
            else:
                part._written[language] = part._put_together(language)
                waiting.pop()
        return self._written[language]

    @property
    def _is_comparison(self) -> bool:
        return bool(self.arguments) and self.head in _COMPARISONS

    def _put_together(self, language: str) -> tuple[int, str]:
        if isinstance(self.head, str):
            if self._is_comparison:
                sign = _COMPARISONS[self.head].get(language, self.head)
                return SUM, f" {sign} ".join(_place(a, SUM, language, False) for a in self.arguments)
            return ATOM, _name(self.head) if language == "latex" else self.head
        if not isinstance(self.head, Operation):
            return _number(self.head, language)
        if language == "python" and "python" not in self.head.notation:
            return self.head.value(*self.arguments).write(language)  # generic arithmetic, down to primitives
        notation = self.head.notation[language]
        precedence, template = notation(*self.arguments) if callable(notation) else notation

        def fill(place: re.Match[str]) -> str:
            if place[1] is None:
                return place[0][0]  # a doubled brace is a brace
            before = place.string[: place.start()].rstrip(" \\")
            operand = self.arguments[int(place[1])]
            return _place(operand[int(place[2])] if place[2] else operand, int(place[3] or 0), language,
                          before[-1:] in "({[|,}")

        return precedence, _PLACE.sub(fill, template)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and (self.head, self.arguments) == (other.head, other.arguments)

    def __hash__(self) -> int:
        return hash((self.head, self.arguments))

    def __lt__(self, other: Any) -> "Formula":
        return Formula("<", (self, _formula(other)))

    def __le__(self, other: Any) -> "Formula":
        return Formula("<=", (self, _formula(other)))

    def __gt__(self, other: Any) -> "Formula":
        return Formula(">", (self, _formula(other)))

    def __ge__(self, other: Any) -> "Formula":
        return Formula(">=", (self, _formula(other)))

    def __bool__(self) -> bool:
        raise TypeError("a formula is neither true nor false: choose with where(condition, a, b), not with `if`")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def formula(function: Callable[..., Any], *names: str, partial: int | str | None = None,
            result: str | None = "y") -> Formula:
    """An operation or any function of numbers, written down: `formula(tanh)` is tanh(x).

    - `names`: of the arguments; by default those of the function.
    - `partial`: the number or the name of an argument: then the derivative with respect to it is written, for an
      operation as its row has it, with `result` as the name of the operation's own result; `result=None` writes it
      in terms of the arguments alone.
    """
    row = function if isinstance(function, Operation) else None
    parameters = names or (row.parameters if row else tuple(inspect.signature(function).parameters))
    if row and True in row.lists:
        raise TypeError(f"{row.call} is written down from lists: formula(lambda a, b: {row.name}([a, b]))")
    symbols = [Formula(name) for name in parameters]
    if partial is None:
        return _formula(function(*symbols))
    if partial not in (*parameters, *range(len(parameters))):
        raise ValueError(f"there is no argument {partial!r}, only {', '.join(parameters)}")
    place = partial if isinstance(partial, int) else parameters.index(partial)
    if row:
        rule = row.partials[place]
        y = Formula(result) if result else function(*symbols)
        return Formula(0.0) if rule is None else _formula(rule(y, *symbols))
    # The chain rule, carried along: forward mode over formulas.
    return _formula(directional(function, symbols, [float(i == place) for i in range(len(symbols))])[1])


def _simplified(operation: Operation, operands: tuple[Any, ...]) -> Formula | None:
    if operation is multiply:
        for one, other in (operands, operands[::-1]):
            if one.head == 1.0:
                return other
            if one.head == 0.0:
                return Formula(0.0)
    elif operation is add:
        for zero, other in (operands, operands[::-1]):
            if zero.head == 0.0:
                return other
    elif operation is power and operands[1].head == 1.0:
        return operands[0]
    elif operation is negative and operands[0].head is operation:
        return operands[0].arguments[0]
    return None


def _formula(x: Any) -> Formula:
    if isinstance(x, Formula):
        return x
    if isinstance(x, Reading):  # a Value, by its label or as a number
        return Formula(getattr(x, "label", None) or vars(type(x))["data"].fget(x))
    return Formula(number(x))


def _place(operand: Any, level: int, language: str, leading: bool) -> str:
    """The operand as it stands in its place; a minus sign may stand without parentheses only where it leads."""
    if is_tuple(operand):
        return "[" + ", ".join(_place(item, 0, language, True) for item in operand) + "]"
    precedence, written = operand.write(language)
    if precedence < level or (written.startswith("-") and not leading and level > 0):
        return rf"\left({written}\right)" if language == "latex" else f"({written})"
    return written


def _number(data: float, language: str) -> tuple[int, str]:
    sign_level = PRODUCT if data < 0 or str(data)[0] == "-" else ATOM
    if language in ("python", "javascript"):
        return sign_level, repr(data)
    written = repr(data).removesuffix(".0")
    if "e" in written and language == "latex":
        mantissa, exponent = written.split("e")
        return PRODUCT, rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return sign_level, written


def _name(name: str) -> str:
    """A name in LaTeX: a letter with an index for `w_12` or `w12`, upright if it is a word, its signs escaped."""
    match = re.fullmatch(r"([^\W\d_]+)_?(\d*)", name)
    stem, index = match.groups() if match else (re.sub(r"[\\_#$%&{}~^]", _escaped, name), "")
    return (stem if len(stem) == 1 else rf"\mathrm{{{stem}}}") + (f"_{{{index}}}" if index else "")


def _escaped(sign: re.Match[str]) -> str:
    return {"\\": r"\backslash ", "~": r"\sim ", "^": r"\wedge "}.get(sign[0], "\\" + sign[0])


def javascript_library(*formulas: Formula) -> str:
    """The functions that formulas in JavaScript call, one a line or more, made from the table.

    All of them, or those that the given formulas call, and what these call in turn. Raises TypeError for a row whose
    value is neither a primitive that JavaScript has nor generic arithmetic.
    """
    rows = _rows(formulas) if formulas else list(operations.values())
    lines: list[str] = []
    for row in rows:  # the list grows while the functions are written
        if row.name in JAVASCRIPT:
            lines.append(JAVASCRIPT[row.name])
        elif getattr(row.value, "__module__", None) == "math":
            lines.append(f"const {row.name} = Math.{row.value.__name__};")
        else:
            symbols = [Formula(name) for name in row.parameters]
            result = _formula(row.value(*symbols) if "python" not in row.notation else row(*symbols))
            lines.append(f"function {row.name}({', '.join(row.parameters)}) {{ return {result.javascript}; }}")
            rows += [called for called in _rows([result]) if called not in rows]
    return "\n".join(lines) + "\n"


def _rows(formulas: Iterable[Formula]) -> list[Operation]:
    """The rows that formulas are made of, each once."""
    rows: dict[Operation, None] = {}
    waiting, seen = list(formulas), set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            if isinstance(part.head, Operation):
                rows[part.head] = None
            waiting += chain.from_iterable(a if is_tuple(a) else (a,) for a in part.arguments)
    return list(rows)
