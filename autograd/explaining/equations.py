"""Equations as on paper: `y = a·b = 2.0 × 3.0 = 6.0`, with ≈ where digits are lost.

Of a long list only the first and the last numbers are written, so no equation is too long to read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import Any

from autograd.table.reading import is_tuple
from autograd.writing.formula import Formula
from autograd.writing.mathml import math
from autograd.writing.numbers import Numeral, has_rounded, is_equal, rounded, without_middle

MOST = 20  # numbers of a list that are all written; of a longer list, the first ones and the last one are


@dataclass(frozen=True)
class Equation:
    """`left = first = second ...`: the left side, and the rest, each with its sign, which is = or ≈."""

    left: Formula
    right: tuple[tuple[str, Formula], ...]

    @property
    def text(self) -> str:
        return written(self.left, "text") + "".join(f" {sign} {written(part, 'text')}" for sign, part in self.right)

    @property
    def latex(self) -> str:
        return written(self.left, "latex") + "".join(
            f" {'=' if sign == '=' else _APPROXIMATELY} {written(part, 'latex')}" for sign, part in self.right)

    @property
    def mathml(self) -> str:
        return math(written(self.left, "mathml"), *(
            f"<mo>{sign}</mo>{written(part, 'mathml')}" for sign, part in self.right))


def equation(left: Formula, *parts: Formula | float) -> Equation:
    """left = part = ... = number, with ≈ where digits are lost. What would appear twice appears once."""
    right: list[tuple[str, Formula]] = []
    whole, last = left, ""
    for part in parts:
        if isinstance(part, Formula):
            new = rounded(part)
            sign = "≈" if has_rounded(new) else "="
        elif not whole.arguments:
            continue
        else:
            new = Numeral("result", part)
            sign = "=" if is_equal(whole, part) else "≈"
        short = shortened(new)
        text = written(short, "text")
        if text != last:
            right.append((sign, short))
            whole, last = new, text
    return Equation(left, tuple(right))


def written(formula: Formula, language: str) -> str:
    """A formula as text, LaTeX or MathML. Between numbers there is a ×, since a dot could be a decimal point."""
    line = formula.write(language)
    return line.replace(*_TIMES[language]) if any(type(leaf) is Numeral for leaf in _leaves(formula)) else line


def displayed(formula: Formula) -> Formula:
    """A formula as it is shown: with constants in 4 digits, and without the middle of long lists."""
    return rounded(shortened(formula.shorter))


def shortened(formula: Formula) -> Formula:
    """The formula without the middle of long lists; the same one if it has none."""
    arguments = tuple(tuple(map(shortened, without_middle(argument, MOST))) if is_tuple(argument) else
                      shortened(argument) for argument in formula.arguments)
    if all(new is old for new, old in zip(flat(arguments), flat(formula.arguments))):
        return formula
    return Formula(formula.head, arguments)


def joined(combine: Callable[[Any, Any], Any], parts: Sequence[Formula]) -> Formula:
    """The sum or the product of some formulas; if there are many, of the first and the last ones."""
    return reduce(combine, without_middle(tuple(parts), MOST))


def flat(arguments: Iterable[Any]) -> Iterator[Any]:
    """The items of arguments, some of which are tuples."""
    return chain.from_iterable(argument if is_tuple(argument) else (argument,) for argument in arguments)


def _leaves(formula: Formula) -> Iterator[Formula]:
    waiting = [formula]
    while waiting:
        part = waiting.pop()
        if not part.arguments:
            yield part
        waiting += flat(part.arguments)


_APPROXIMATELY = r"\approx"
_TIMES = {"text": ("·", " × "), "latex": (r"\cdot ", r"\times "), "mathml": ("<mo>·</mo>", "<mo>×</mo>")}
