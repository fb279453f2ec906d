"""Equations as they stand on paper: `y = a·b = 2.0 × 3.0 = 6.0`, with ≈ where digits are lost.

Of a long list only the first and the last numbers are written, so an equation is never longer than can be read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import Any

from autograd.table.reading import is_tuple
from autograd.writing.formula import Formula
from autograd.writing.numbers import Numeral, Symbol, has_rounded, is_equal, rounded

MOST = 20  # numbers of a list that are all written; of a longer one the first and the last few are
_FIRST, _LAST = 6, 3
_GAP = Symbol("\0", "\0")  # stands for what is left out; no name has this sign in it
_GAPS = re.compile(r"\0(?:(?:·| × | \\cdot | \\times )\0)*")  # of a dot product each list has its own


@dataclass(frozen=True)
class Equation:
    """`left = first = second ...`: what stands on the left, and the rest, each with its sign, which is = or ≈."""

    left: Formula
    right: tuple[tuple[str, Formula], ...]

    @property
    def text(self) -> str:
        return written(self.left, "text") + "".join(f" {sign} {written(part, 'text')}" for sign, part in self.right)

    @property
    def latex(self) -> str:
        return written(self.left, "latex") + "".join(
            f" {'=' if sign == '=' else _APPROXIMATELY} {written(part, 'latex')}" for sign, part in self.right)


def equation(left: Formula, *parts: Formula | float) -> Equation:
    """left = part = ... = number, with ≈ where digits are lost. What would stand there twice stands there once."""
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
            sign = "=" if not _has_gap(whole) and is_equal(whole, part) else "≈"
        short = shortened(new)
        text = written(short, "text")
        if text != last:
            right.append((sign, short))
            whole, last = new, text
    return Equation(left, tuple(right))


def written(formula: Formula, language: str) -> str:
    """A formula as text or LaTeX. Between numbers stands a ×: a dot there could be a decimal point."""
    line: str = getattr(formula, language)
    has_numeral = any(type(leaf) is Numeral for leaf in _leaves(formula))
    if language == "text":
        return _GAPS.sub("…", line.replace("·", " × ") if has_numeral else line)
    return _GAPS.sub(r"\\cdots", line.replace(r"\cdot", r"\times") if has_numeral else line)


def displayed(formula: Formula) -> Formula:
    """A formula as it is shown: with constants in 4 digits, and without the middle of long lists."""
    return rounded(shortened(formula))


def shortened(formula: Formula) -> Formula:
    """The formula without the middle of long lists; the same one if it has none."""
    arguments = tuple(tuple(map(shortened, ends(argument))) if is_tuple(argument) else shortened(argument)
                      for argument in formula.arguments)
    if all(new is old for new, old in zip(flat(arguments), flat(formula.arguments))):
        return formula
    return Formula(formula.head, arguments)


def ends(items: Sequence[Formula]) -> Sequence[Formula]:
    """All items of a short list; the first and the last of a long one, with a sign for what is left out."""
    return items if len(items) <= MOST else (*items[:_FIRST], _GAP, *items[-_LAST:])


def joined(combine: Callable[[Any, Any], Any], parts: Sequence[Formula]) -> Formula:
    """The sum or the product of some formulas; if there are many, of the first and the last ones."""
    return reduce(combine, ends(parts))


def flat(arguments: Iterable[Any]) -> Iterator[Any]:
    """The items of arguments of which some are tuples."""
    return chain.from_iterable(argument if is_tuple(argument) else (argument,) for argument in arguments)


def _has_gap(formula: Formula) -> bool:
    return any(leaf is _GAP for leaf in _leaves(formula))


def _leaves(formula: Formula) -> Iterator[Formula]:
    waiting = [formula]
    while waiting:
        part = waiting.pop()
        if not part.arguments:
            yield part
        waiting += flat(part.arguments)


_APPROXIMATELY = r"\approx"
