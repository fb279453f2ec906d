"""Notations: how an operation is written in the languages of formulas. A row of the table names the one it has.

A notation gives, for a language, how tightly what is written holds together, and a template: `{0:2}` is the place of
the first operand, in parentheses if that holds less tightly than a PRODUCT, and `{0.3:1}` that of the fourth number
in a list. A notation may also be a function of the operands, which chooses. Unless a row says otherwise, an operation
is written as a call, `name(x)`, and in MathML as in plain text.
"""

from collections.abc import Callable
from typing import Any

Template = tuple[float, str]
Notation = dict[str, Template | Callable[..., Template]]

CHOICE, COMPARISON, SUM, PRODUCT, POWER, ATOM = 0, 0.5, 1, 2, 3, 4
PEOPLE = ("text", "latex", "mathml")  # who reads these; the other languages calculate
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def infix(sign: str, *, associative: bool = False) -> Notation:
    """`a + b`. A calculation goes from left to right; for people, a + (b + c) is a + b + c."""
    strict = SUM, f"{{0:{SUM}}} {sign} {{1:{PRODUCT}}}"
    loose = (SUM, f"{{0:{SUM}}} {sign} {{1:{SUM}}}") if associative else strict
    return {"text": loose, "latex": loose, "javascript": strict, "python": strict}


def terms(term: str) -> Notation:
    """A sum over lists, one term for each place; in the term, `{0:2}` is the number from the first list."""

    def in_language(written: str) -> Callable[..., Template]:
        def all_terms(*lists: tuple[Any, ...]) -> Template:
            each = (f"{{0.{place}}}" if getattr(first, "is_ellipsis", False) else written.replace(":", f".{place}:")
                    for place, first in enumerate(lists[0]))
            return (SUM, " + ".join(each)) if lists[0] else (ATOM, "0")

        return all_terms

    return {"text": in_language(term), "latex": in_language(term.replace("·", r" \cdot "))}


def _or_square(product: str, square: str) -> Callable[..., Template]:
    def choice(a: Any, b: Any) -> Template:
        return (POWER, square) if a == b else (PRODUCT, product)

    return choice


def _raised(a: Any, b: Any) -> Template:
    digits = str(getattr(b, "head", b)).removesuffix(".0")
    whole = digits.removeprefix("-").isdecimal()
    return POWER, "{0:4}" + (digits.translate(SUPERSCRIPTS) if whole else "^{1:3}")


_QUOTIENT = PRODUCT, "{0:2} / {1:3}"
_CONDITIONAL = CHOICE, f"{{1:{COMPARISON}}} if {{0:{COMPARISON}}} else {{2}}"
_CASES = ("<mrow><mo>{{</mo><mtable>"
          "<mtr><mtd>{1}</mtd><mtd><mrow><mtext>if\u00a0</mtext>{0}</mrow></mtd></mtr>"
          "<mtr><mtd>{2}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>".replace(
              "<mtd>", '<mtd columnalign="left">'))

minus: Notation = dict.fromkeys(("text", "latex", "javascript", "python"), (PRODUCT, "-{0:2}"))
product: Notation = {
    "text": _or_square("{0:2}·{1:2}", "{0:4}²"),
    "latex": _or_square(r"{0:2} \cdot {1:2}", "{0:4}^{{2}}"),
    "mathml": _or_square("<mrow>{0:2}<mo>·</mo>{1:2}</mrow>", "<msup>{0:4}<mn>2</mn></msup>"),
    "javascript": (PRODUCT, "{0:2} * {1:3}"), "python": (PRODUCT, "{0:2} * {1:3}")}
fraction: Notation = {
    "text": _QUOTIENT, "latex": (POWER, r"\frac{{{0}}}{{{1}}}"), "mathml": (POWER, "<mfrac>{0}{1}</mfrac>"),
    "javascript": _QUOTIENT, "python": _QUOTIENT}
superscript: Notation = {
    "text": _raised, "latex": (POWER, "{0:4}^{{{1}}}"), "mathml": (POWER, "<msup>{0:4}{1}</msup>"),
    "javascript": (ATOM, "Math.pow({0}, {1})"), "python": (ATOM, "math.pow({0}, {1})")}
exponential: Notation = {"latex": (POWER, "e^{{{0}}}"), "mathml": (POWER, "<msup><mi>e</mi>{0}</msup>")}
root: Notation = {"latex": (POWER, r"\sqrt{{{0}}}"), "mathml": (POWER, "<msqrt>{0}</msqrt>")}
bars: Notation = {
    "text": (ATOM, "|{0}|"), "latex": (ATOM, r"\left|{0}\right|"),
    "javascript": (ATOM, "Math.abs({0})"), "python": (ATOM, "abs({0})")}
cases: Notation = {
    "text": _CONDITIONAL, "python": _CONDITIONAL, "mathml": (ATOM, _CASES),
    "javascript": (CHOICE, f"{{0:{COMPARISON}}} ? {{1:{COMPARISON}}} : {{2}}"),
    "latex": (ATOM, r"\begin{{cases}}{1}&\text{{if }}{0}\\{2}&\text{{otherwise}}\end{{cases}}")}
