"""Formulas as trees of MathML with places for the names and numbers, which the page puts in as they change.

A tree is what JSON has for an element: `["mfrac", ["mi", "a"], ["mi", "b"]]`. A place is `[0, 2]`: the third argument,
or `[0, -1]`: the result; `[1, 2]` is the third argument where a negative number needs parentheses.
"""

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import latex2mathml.converter

from autograd.formula import Formula
from autograd.reading import is_tuple
from autograd.row import PRODUCT, Operation
from autograd.value import Value

# While a formula is LaTeX, a place in it is a letter that no one will type: of these two planes of ideographs, one for
# places that are fine as they are, one for those that parentheses are put around.
_FIRST, _TIGHT = 0x20000, 0x30000
# The parentheses of a call, as in \tanh\left(x\right), are not meant: they stay whatever is in them.
_PLACES = re.compile(rf"(?<![a-z}}])\\left\(-([{chr(_FIRST)}-\U0002ffff])\\right\)|-([{chr(_FIRST)}-\U0002ffff])")


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
    symbols: dict[Value, Formula] = {}
    for place, parent in enumerate(node.parents):
        symbols.setdefault(parent, Formula(parent.data) if _short(parent) else _symbol(place))
    arguments = tuple(tuple(symbols[item] for item in argument) if is_tuple(argument) else symbols[argument]
                      for argument in node.arguments)
    return _tree(row(*arguments)), [None if slope is None else _tree(slope)
                                    for slope in slopes(row, _symbol(-1), arguments)]


def slopes(row: Operation, y: Formula, arguments: tuple[Any, ...]) -> list[Formula | None]:
    """The row's partial derivatives as formulas, one for each number among the arguments."""
    found: list[Formula | None] = []
    for partial, argument in zip(row.partials, arguments):
        if is_tuple(argument):
            items: Any = [None] * len(argument) if partial is None else partial(y, *arguments)
        else:
            items = [None if partial is None else partial(y, *arguments)]
        found += [item if item is None or isinstance(item, Formula) else Formula(item) for item in items]
    return found


def _short(parent: Value) -> bool:
    """Whether a parent is a constant that is written as it is. 0 and 1 are not: a formula simplifies them away."""
    return parent.constant and parent.data not in (0.0, 1.0) and float(f"{parent.data:.4g}") == parent.data


def _symbol(place: int) -> Formula:
    """A name that is written like a negative number: so it gets parentheses exactly where one would."""
    symbol = Formula(chr(_FIRST + 1 + place))
    symbol._written["latex"] = PRODUCT, f"-{symbol.head}"
    return symbol


def _tree(formula: Formula) -> Any:
    latex = _PLACES.sub(lambda found: chr(ord(found[1]) + _TIGHT - _FIRST) if found[1] else found[2], formula.latex)
    latex = latex.replace(r"\operatorname{", r"\text{")  # latex2mathml takes the names of functions apart
    (root,) = ElementTree.fromstring(latex2mathml.converter.convert(latex))
    return _element(root)


def _element(element: ElementTree.Element) -> Any:
    tag = element.tag.rpartition("}")[2]
    text = (element.text or "").strip()
    if len(text) == 1 and ord(text) >= _FIRST:
        tight, code = divmod(ord(text) - _FIRST, _TIGHT - _FIRST)
        return [tight, code - 1]
    children = [_element(child) for child in element]
    return children[0] if tag == "mrow" and len(children) == 1 else [tag, *([text] if text else children)]
