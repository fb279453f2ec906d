"""Layouts: what is written and how tightly it holds together. Templates, numbers and names become layouts here."""

import re
from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple

from autograd.table.notation import ATOM, PRODUCT
from autograd.table.reading import is_tuple
from autograd.writing.latex import latex_name
from autograd.writing.mathml import BRACKETS, PARENTHESES, name_in_mathml

_PLACE = re.compile(r"\{(\d+(?:\.\d+)*)(?::([\d.]+))?\}|\{\{|\}\}")
_AFTER_SIGN = re.compile(r"(?:[-+*/·]|\\cdot|<mo>[−+/·]</mo>) *$")
_ENCLOSED = {"latex": (r"\left(", r"\right)"), "mathml": PARENTHESES}
_LISTED = {"mathml": BRACKETS}


class Layout(NamedTuple):
    """How a formula is written, its operands' layouts standing among the pieces as they are.

    `precedence`: how tightly it holds together; `signed`: whether it begins with a minus sign; `enclosed`: what is
    written in place of itself in parentheses.
    """

    precedence: float
    signed: bool
    pieces: "list[str | Layout]"
    enclosed: str | None = None

    def __str__(self) -> str:
        written: list[str] = []
        waiting: list[str | Layout] = [self]
        while waiting:  # without recursion, so that a formula may be of any depth
            piece = waiting.pop()
            if isinstance(piece, str):
                written.append(piece)
            else:
                waiting += piece.pieces[::-1]
        return "".join(written)


def arranged(precedence: float, template: str, operands: tuple[Any, ...], language: str,
             layout_of: Callable[[Any], Layout]) -> Layout:
    """The operands in the places of a template."""
    pieces: list[str | Layout] = []
    end = 0
    for place in _PLACE.finditer(template):
        literal = template[end : place.start()]
        pieces.append(literal)
        end = place.end()
        if place[1] is None:
            pieces.append(place[0][0])  # a doubled brace is a brace
            continue
        operand: Any = operands
        for step in place[1].split("."):
            operand = getattr(operand, "arguments", operand)[int(step)]
        if is_tuple(operand):
            opening, comma, closing = _LISTED.get(language, ("[", ", ", "]"))
            items = chain.from_iterable((comma, layout_of(item)) for item in operand)
            pieces += [opening, *list(items)[1:], closing]
        else:
            pieces += _guarded(layout_of(operand), float(place[2] or 0), language, literal)
    pieces = [piece for piece in (*pieces, template[end:]) if piece != ""]
    return Layout(precedence, _is_signed(pieces), pieces)


def _guarded(layout: Layout, level: float, language: str, before: str) -> list[str | Layout]:
    """An operand as it goes into its place, in parentheses if it would fall apart or two signs would meet."""
    if layout.precedence >= level and not (layout.signed and _AFTER_SIGN.search(before)):
        return [layout]
    if layout.enclosed is not None:
        return [layout.enclosed]
    opening, closing = _ENCLOSED.get(language, ("(", ")"))
    return [opening, layout, closing]


def _is_signed(pieces: list[str | Layout]) -> bool:
    first = next(piece for piece in pieces if piece != "<mrow>")
    return first.signed if isinstance(first, Layout) else first.startswith(("-", "<mrow><mo>−"))


def number_layout(written: str, language: str) -> Layout:
    """A number that is given by its digits: `-2.5`, `1e-05`."""
    mantissa, _, exponent = written.partition("e")
    precedence = PRODUCT if written[0] == "-" else ATOM
    if language == "mathml":
        sign, mantissa = "<mo>−</mo>" * (mantissa[0] == "-"), f"<mn>{mantissa.removeprefix('-')}</mn>"
        if exponent:
            raised = "<mo>−</mo>" * (exponent[0] == "-") + f"<mn>{int(exponent.lstrip('+-'))}</mn>"
            mantissa += f"<mo>·</mo><msup><mn>10</mn><mrow>{raised}</mrow></msup>"
        written = f"<mrow>{sign}{mantissa}</mrow>" if sign or exponent else mantissa
    elif exponent and language == "latex":
        written = rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    if exponent and language in ("latex", "mathml"):
        precedence = PRODUCT
    return Layout(precedence, written.startswith(("-", "<mrow><mo>−")), [written])


def name_layout(name: str, language: str, precedence: float = ATOM, style: str = "mathrm") -> Layout:
    written = latex_name(name, style) if language == "latex" else name_in_mathml(name) if language == "mathml" else name
    return Layout(precedence, language != "mathml" and written[:1] == "-", [written])
