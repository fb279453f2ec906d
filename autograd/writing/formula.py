"""Formula: operations written down, as text, LaTeX, JavaScript or Python.

A Formula flows through the rows of the table like a number and remembers what was done to it. How a row is written
is the row's own notation; all that happens here is to put the operands in their places, with parentheses where one
of them would otherwise fall apart. Simplified are 1 * x, x + 0, 0 * x, x ** 1 and --x, and nothing else.
"""

import inspect
import math
import re
from collections.abc import Callable
from itertools import chain
from typing import Any, ClassVar, NamedTuple

from autograd.calculus.dual import directional
from autograd.operations import add, multiply, negative, power
from autograd.table.primitives import JAVASCRIPT, javascript_name
from autograd.table.reading import Reading, is_tuple, number
from autograd.table.row import ATOM, PRODUCT, SUM, Operation, operations

_PLACE = re.compile(r"\{(\d)(?:\.(\d+))?(?::(\d))?\}|\{\{|\}\}")
_AFTER_SIGN = re.compile(r"([-+*/·]|\\cdot) *$")
_COMPARISONS = {"<": {}, ">": {}, "<=": {"text": "≤", "latex": r"\le"}, ">=": {"text": "≥", "latex": r"\ge"},
                "!=": {"text": "≠", "latex": r"\ne"}}


class Layout(NamedTuple):
    """How a formula is written, but for its operands, which stand among the pieces as they are.

    `precedence`: how tightly it holds together; `signed`: whether it begins with a minus sign.
    """

    precedence: int
    signed: bool
    pieces: "list[str | Formula]"


class Formula(Reading):
    """A name, a number, or an operation on formulas.

    `text`, `latex`, `javascript` and `python` are the four ways to write it; `str()` is the first. Raises ValueError
    for a number that is not finite, TypeError for what is neither a name nor a number.
    """

    __slots__ = ("_hash", "_layouts", "arguments", "head")
    generality: ClassVar[int] = 2

    def __init__(self, head: "str | float | Operation", arguments: tuple[Any, ...] = ()) -> None:
        self.head: str | float | Operation = head if isinstance(head, str | Operation) else number(head)
        if isinstance(self.head, float) and not math.isfinite(self.head):
            raise ValueError(f"a formula is made of finite numbers, not {self.head}")
        self.arguments = arguments
        self._layouts: dict[str, Layout] = {}
        self._hash = hash((self.head, arguments))

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
        self._lay_out(language)
        written: list[str] = []
        waiting: list[str | Formula] = [self]
        while waiting:
            piece = waiting.pop()
            if isinstance(piece, str):
                written.append(piece)
            else:
                waiting += piece._layouts[language].pieces[::-1]
        return self._layouts[language].precedence, "".join(written)

    def _lay_out(self, language: str) -> None:
        waiting = [self]
        while waiting:  # operands first, so that a formula may be of any depth
            part = waiting[-1]
            unready = [] if language in part._layouts else [
                operand for operand in _operands(part.arguments) if language not in operand._layouts]
            if unready:
                waiting += unready
            else:
                if language not in part._layouts:
                    part._layouts[language] = part._layout(language)
                waiting.pop()

    @property
    def _is_comparison(self) -> bool:
        return bool(self.arguments) and self.head in _COMPARISONS

    def _layout(self, language: str) -> Layout:
        if isinstance(self.head, str):
            if not self._is_comparison:
                return Layout(ATOM, self.head[:1] == "-", [_name(self.head) if language == "latex" else self.head])
            sign = _COMPARISONS[self.head].get(language, self.head)
            precedence, template = SUM, f"{{0:{SUM}}} {sign} {{1:{SUM}}}"
        elif not isinstance(self.head, Operation):
            precedence, written = _number(self.head, language)
            return Layout(precedence, written[0] == "-", [written])
        elif language == "python" and "python" not in self.head.notation:
            opened = _formula(self.head.value(*self.arguments))  # generic arithmetic, down to primitives
            opened._lay_out(language)
            return opened._layouts[language]
        else:
            notation = self.head.notation[language]
            precedence, template = notation(*self.arguments) if callable(notation) else notation
        pieces: list[str | Formula] = []
        end = 0
        for place in _PLACE.finditer(template):
            pieces.append(template[end : place.start()])
            if place[1] is None:
                pieces.append(place[0][0])  # a doubled brace is a brace
            else:
                after_sign = _AFTER_SIGN.search(pieces[-1]) is not None if isinstance(pieces[-1], str) else False
                operand = self.arguments[int(place[1])]
                pieces += _place(operand[int(place[2])] if place[2] else operand, int(place[3] or 0), language,
                                 precedence, after_sign)
            end = place.end()
        pieces = [piece for piece in (*pieces, template[end:]) if piece != ""]
        first = pieces[0]
        return Layout(precedence, first._layouts[language].signed if isinstance(first, Formula) else first[0] == "-",
                      pieces)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Formula):
            return False
        waiting: list[tuple[Formula, Formula]] = [(self, other)]
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

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: Any) -> Any:
        return _comparison("<", self, other)

    def __le__(self, other: Any) -> Any:
        return _comparison("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return _comparison(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return _comparison(">=", self, other)

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
        named: Any = x
        return Formula(getattr(named, "label", None) or getattr(named, "data", named))
    return Formula(number(x))


def _comparison(sign: str, a: Formula, b: Any) -> Any:
    if isinstance(b, Reading) and b.generality > Formula.generality:
        return NotImplemented  # a Dual compares what it stands for
    return Formula(sign, (a, _formula(b)))


def _operands(arguments: tuple[Any, ...]) -> list[Formula]:
    return list(chain.from_iterable(a if is_tuple(a) else (a,) for a in arguments))


def _lengths(formula: Formula) -> list[int | None]:
    return [len(a) if is_tuple(a) else None for a in formula.arguments]


def _place(operand: Any, level: int, language: str, around: int, after_sign: bool) -> list[str | Formula]:
    """The operand as it stands in its place, in parentheses if it would fall apart, or if two signs would meet.

    `around`: how tightly the formula holds that it is a part of. A comparison may stand in a choice alone.
    """
    if is_tuple(operand):
        commas = [[", ", item] for item in operand]
        return ["[", *list(chain.from_iterable(commas))[1:], "]"]
    layout = operand._layouts[language]
    if (layout.precedence < level or (layout.signed and after_sign)
            or (operand._is_comparison and level > 0 and around >= SUM)):
        return [r"\left(", operand, r"\right)"] if language == "latex" else ["(", operand, ")"]
    return [operand]


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
    stem, index = match.groups() if match else (re.sub(r"[\\_#$%&{}~^\s]", _escaped, name), "")
    return (stem if len(stem) == 1 else rf"\mathrm{{{stem}}}") + (f"_{{{index}}}" if index else "")


def _escaped(sign: re.Match[str]) -> str:
    return "\\ " if sign[0].isspace() else {"\\": r"\backslash ", "~": r"\sim ", "^": r"\wedge "}.get(
        sign[0], "\\" + sign[0])


def javascript_library() -> str:
    """The functions that a formula in JavaScript calls: a script, made from the values of the rows of the table.

    What is neither generic arithmetic nor in JavaScript's `Math` is in primitives.py. A row of a user's own that is
    none of these becomes a function that throws.
    """
    lines: list[str] = []
    for row in operations.values():
        if row.name in JAVASCRIPT:
            lines.append(JAVASCRIPT[row.name])
        elif getattr(row.value, "__module__", None) == "math":
            lines.append(f"const {javascript_name(row.name)} = Math.{row.value.__name__};")
        else:
            parameters = [javascript_name(name) for name in row.parameters]
            symbols = [Formula(name) for name in parameters]
            try:
                result = _formula(row.value(*symbols) if "python" not in row.notation else row(*symbols))
                body = f"return {result.javascript};"
            except Exception:
                body = f'throw new Error("{row.name} is not known in JavaScript");'
            lines.append(f"function {javascript_name(row.name)}({', '.join(parameters)}) {{ {body} }}")
    return "\n".join(lines) + "\n"
