"""Formulas as trees of MathML with places for the names and numbers, which the page puts in as they change.

A tree is what JSON has for an element: `["mfrac", ["mi", "a"], ["mi", "b"]]`. A place is `[0, 2]`: the third argument,
or `[0, -1]`: the result; `[1, 2]` is the third argument where a negative number needs parentheses.
"""

import xml.etree.ElementTree as ElementTree
from typing import Any

from autograd.recording.nodes import NodeDict
from autograd.table.notation import PRODUCT
from autograd.table.reading import each, is_tuple
from autograd.value import Value
from autograd.writing.formula import Formula, slopes
from autograd.writing.layout import Layout
from autograd.writing.numbers import Numeral


class _Place(Numeral):
    """A place for the name or the number of an argument; which of the two is for the page to say.

    Where a negative number would get parentheses, the page decides, by what the number is at the moment.
    """

    __slots__ = ("_place",)

    def __init__(self, place: int) -> None:
        super().__init__(f"argument {place}", -1.0)
        self._place = place

    def truth(self) -> Any:
        return Formula.truth(self)  # as numbers change, so does what is chosen

    def _layout(self, language: str) -> Layout:
        return Layout(PRODUCT, True, [f"<loose>{self._place}</loose>"], f"<tight>{self._place}</tight>")


def pattern(node: Value) -> tuple[Any, ...]:
    """What decides how a node is written: its row, which of its parents are the same, and its short constants."""
    parents = node.parents
    first = NodeDict((parent, place) for place, parent in reversed(list(enumerate(parents))))
    lengths = tuple(len(argument) if is_tuple(argument) else None for argument in node.arguments)
    return node.op, lengths, tuple(parent.data if _short(parent) else (first[parent],) for parent in parents)


def written(node: Value) -> tuple[Any, list[Any]]:
    """The trees of a node's value and of its partial derivatives by parent, None where no gradient flows."""
    row = node.op
    assert row is not None
    symbols = NodeDict[Value, Any]()
    for place, parent in enumerate(node.parents):
        symbols.setdefault(parent, parent.data if _short(parent) else _Place(place))

    # The value is written as it is; in the partials, a constant is a plain number: the exponent of x² is 1 there.
    value = Formula(row, each(lambda item: Formula(symbols[item]) if _short(item) else symbols[item], node.arguments))
    return _tree(value), [None if slope is None else _tree(slope)
                          for slope in slopes(row, _Place(-1), each(symbols.__getitem__, node.arguments))]


def _short(parent: Value) -> bool:
    """Whether a parent is a constant that is written as it is. 0 and 1 are not: a formula simplifies them away."""
    return parent.constant and parent.data not in (0.0, 1.0) and float(f"{parent.data:.4g}") == parent.data


def _tree(formula: Formula) -> Any:
    return _element(ElementTree.fromstring(formula.write("mathml")))


def _element(element: ElementTree.Element) -> Any:
    if element.tag in ("loose", "tight"):
        return [int(element.tag == "tight"), int(element.text or "")]
    return [element.tag, *([element.text] if element.text else map(_element, element))]
