"""Formulas as trees of MathML with places for the names and numbers, which the page puts in as they change.

A tree is what JSON has for an element: `["mfrac", ["mi", "a"], ["mi", "b"]]`. A place is `[0, 2]`: the third argument,
or `[0, -1]`: the result; `[1, 2]` is the third argument where a negative number needs parentheses.
"""

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import latex2mathml.converter

from autograd.table.reading import is_tuple
from autograd.table.row import Operation
from autograd.value import Value
from autograd.writing.formula import Formula
from autograd.writing.numbers import Numeral

# While a formula is LaTeX, a place in it is a negative number that no formula has; so it gets parentheses exactly where
# one would. Then it becomes a letter that no one types, of one of two planes of ideographs: without and with them.
_FIRST_NUMBER = 1001
_LOOSE, _TIGHT = 0x20000, 0x30000
# The parentheses of a call, as in \tanh\left(x\right), are not meant: they stay whatever is in them.
_PLACES = re.compile(r"(?<![a-z])(?<!\w})\\left\(-(\d{4})\.0\\right\)|-(\d{4})\.0(?!\d)")

# latex2mathml would take the names of functions apart into their letters.
_FUNCTIONS = re.compile(r"\\(?:mathrm|operatorname){((?:[^{}\\]|\\.)*)}")


class _Place(Numeral):
    """A place for the name or the number of an argument; which of the two is for the page to say."""

    __slots__ = ()

    def __init__(self, place: int) -> None:
        super().__init__(f"argument {place}", float(-_FIRST_NUMBER - place))

    def truth(self) -> Any:
        return Formula.truth(self)  # as numbers change, so does what is chosen


def pattern(node: Value) -> tuple[Any, ...]:
    """What decides how a node is written: its row, which of its parents are the same, and its short constants."""
    parents = node.parents
    first = {parent: place for place, parent in reversed(list(enumerate(parents)))}
    lengths = tuple(len(argument) if is_tuple(argument) else None for argument in node.arguments)
    return node.op, lengths, tuple(parent.data if _short(parent) else (first[parent],) for parent in parents)


def written(node: Value) -> tuple[Any, list[Any]]:
    """The trees of a node's value and of its partial derivatives by parent, None where no gradient flows."""
    row = node.op
    assert row is not None
    symbols: dict[Value, Any] = {}
    for place, parent in enumerate(node.parents):
        symbols.setdefault(parent, parent.data if _short(parent) else _Place(place))

    def operand(argument: Any) -> Any:
        return tuple(map(operand, argument)) if is_tuple(argument) else symbols[argument]

    def formula(argument: Any) -> Any:
        return tuple(map(formula, argument)) if is_tuple(argument) else (
            Formula(symbols[argument]) if _short(argument) else symbols[argument])

    # The value is written as it is; in the partials, a constant is the number it is: the exponent of x² is 1 there.
    value = Formula(row, tuple(map(formula, node.arguments)))
    return _tree(value), [None if slope is None else _tree(slope)
                          for slope in slopes(row, _Place(-1), tuple(map(operand, node.arguments)))]


def slopes(row: Operation, y: Formula, arguments: tuple[Any, ...]) -> list[Formula | None]:
    """The row's partial derivatives as formulas, one for each number among the arguments.

    None where no gradient flows, and for plain numbers, with respect to which there need not be a derivative.
    """
    found: list[Formula | None] = []
    for partial, argument in zip(row.partials, arguments):
        inside = argument if is_tuple(argument) else (argument,)
        if partial is None or not any(isinstance(item, Formula) for item in inside):
            items: Any = [None] * len(inside)
        else:
            items = partial(y, *arguments)
            items = items if is_tuple(argument) else [items]
        found += [item if item is None or isinstance(item, Formula) else Formula(item) for item in items]
    return found


def _short(parent: Value) -> bool:
    """Whether a parent is a constant that is written as it is. 0 and 1 are not: a formula simplifies them away."""
    return parent.constant and parent.data not in (0.0, 1.0) and float(f"{parent.data:.4g}") == parent.data


def _tree(formula: Formula) -> Any:
    def letter(found: re.Match[str]) -> str:
        return chr((_TIGHT if found[1] else _LOOSE) + int(found[1] or found[2]) - _FIRST_NUMBER + 1)

    latex = _PLACES.sub(letter, formula.latex)
    latex = _FUNCTIONS.sub(lambda found: rf"\text{{{found[1].replace(chr(92), '')}}}", latex)
    (root,) = ElementTree.fromstring(latex2mathml.converter.convert(latex))
    return _element(root)


def _element(element: ElementTree.Element) -> Any:
    tag = element.tag.rpartition("}")[2]
    text = (element.text or "").strip()
    if len(text) == 1 and ord(text) >= _LOOSE:
        tight, code = divmod(ord(text) - _LOOSE, _TIGHT - _LOOSE)
        return [tight, code - 1]
    children = [_element(child) for child in element]
    return children[0] if tag == "mrow" and len(children) == 1 else [tag, *([text] if text else children)]
