"""Notations: how an operation is written in the languages of formulas. A row of the table names the one it has.

A notation gives, for a language, how tightly what is written holds together, and a template: `{0:2}` is the place of
the first operand, in parentheses if that holds less tightly than a PRODUCT, and `{0.3:1}` that of the fourth number
in a list, or operand of an operation. A notation may also be a function of the operands, which chooses. Unless a row
says otherwise, an operation is written as a call, `name(x)`, and in MathML as in plain text.

The language "picture" is for what stands alone in a box: the operands come along arrows. And "rule" names the
textbook's rule for the derivative by each operand; the last one is for all that follow. A lesson has the words for it.
"""

from collections.abc import Callable
from typing import Any

Template = tuple[float, str]
Notation = dict[str, Template | Callable[..., Template]]

CHOICE, COMPARISON, SUM, PRODUCT, POWER, ATOM = 0, 0.5, 1, 2, 3, 4
PEOPLE = ("text", "latex", "mathml")  # who reads these; the other languages calculate
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def infix(sign: str, *, associative: bool = False) -> Notation:
    """`a + b`. A calculation goes from left to right; for people, a + (b + c) is a + b + c."""
    strict = SUM, f"{{0:{SUM}}} {sign} {{1:{PRODUCT}}}"
    loose = (SUM, f"{{0:{SUM}}} {sign} {{1:{SUM}}}") if associative else strict
    return {"text": loose, "latex": loose, "javascript": strict, "python": strict,
            "picture": (ATOM, sign.replace("-", "−")), "rule": (ATOM, "terms")}


def terms(term: str, first: str = "") -> Notation:
    """A sum over lists, one term for each place; in the term, `{0:2}` is the number from the list that comes first.

    `first`: a term of its own, which is no list, before them.
    """

    def in_language(written: str) -> Callable[..., Template]:
        def all_terms(*operands: Any) -> Template:
            last = len(operands) - 1
            each = [f"{{{last}.{place}}}" if getattr(item, "is_ellipsis", False) else
                    written.replace(":", f".{place}:") for place, item in enumerate(operands[last])]
            return SUM if each else ATOM, " + ".join([first] * bool(first) + each) or "0"

        return all_terms

    return {"text": in_language(term), "latex": in_language(term.replace("·", r" \cdot ")), "rule": (ATOM, "terms")}


def _or_square(product: str, square: str) -> Callable[..., Template]:
    def choice(a: Any, b: Any) -> Template:
        return (POWER, square) if a == b else (PRODUCT, product)

    return choice


def _raised(a: Any, b: Any) -> Template:
    digits = str(getattr(b, "head", b)).removesuffix(".0")
    whole = digits.removeprefix("-").isdecimal()
    return POWER, "{0:4}" + (digits.translate(SUPERSCRIPTS) if whole else "^{1:4}")  # 2^(x)² would have two meanings


_QUOTIENT = PRODUCT, "{0:2} / {1:3}"
_CONDITIONAL = CHOICE, f"{{1:{COMPARISON}}} if {{0:{COMPARISON}}} else {{2}}"


def _either(row: str, between: str, last: str, whole: str, precedence: float) -> Callable[..., Template]:
    """Case after case; a choice that stands where the last case would goes on in the same list. `$` is its path."""

    def choice(_condition: Any, _a: Any, b: Any) -> Template:
        rows, path = [row.replace("$", "")], "2"
        while getattr(getattr(b, "head", None), "notation", {}).get("text") is cases["text"]:
            rows.append(row.replace("$", f"{path}."))
            path, b = f"{path}.2", b.arguments[2]
        return precedence, whole.replace("$", between.join([*rows, last.replace("$", path)]))

    return choice


_NEGATED = PRODUCT, "-{0:2}"
minus: Notation = {"text": _NEGATED, "latex": _NEGATED, "javascript": _NEGATED, "python": _NEGATED,
                   "picture": (ATOM, "−( )"), "rule": (ATOM, "opposite")}
product: Notation = {
    "text": _or_square("{0:2}·{1:2}", "{0:4}²"),
    "latex": _or_square(r"{0:2} \cdot {1:2}", "{0:4}^{{2}}"),
    "mathml": _or_square("<mrow>{0:2}<mo>·</mo>{1:2}</mrow>", "<msup>{0:4}<mn>2</mn></msup>"),
    "javascript": (PRODUCT, "{0:2} * {1:3}"), "python": (PRODUCT, "{0:2} * {1:3}"), "picture": (ATOM, "×"),
    "rule": (ATOM, "product")}
fraction: Notation = {
    "text": _QUOTIENT, "latex": (POWER, r"\frac{{{0}}}{{{1}}}"), "mathml": (POWER, "<mfrac>{0}{1}</mfrac>"),
    "javascript": _QUOTIENT, "python": _QUOTIENT, "rule": (ATOM, "numerator denominator")}
superscript: Notation = {
    "text": _raised, "latex": (POWER, "{0:4}^{{{1}}}"), "mathml": (POWER, "<msup>{0:4}{1}</msup>"),
    "javascript": (ATOM, "Math.pow({0}, {1})"), "python": (ATOM, "math.pow({0}, {1})"), "picture": (ATOM, "( )ⁿ"),
    "rule": (ATOM, "base exponent")}
exponential: Notation = {"latex": (POWER, "e^{{{0}}}"), "mathml": (POWER, "<msup><mi>e</mi>{0}</msup>"),
                         "rule": (ATOM, "exponential")}
root: Notation = {"latex": (POWER, r"\sqrt{{{0}}}"), "mathml": (POWER, "<msqrt>{0}</msqrt>"),
                  "picture": (ATOM, "√"), "rule": (ATOM, "root")}
bars: Notation = {
    "text": (ATOM, "|{0}|"), "latex": (ATOM, r"\left|{0}\right|"),
    "javascript": (ATOM, "Math.abs({0})"), "python": (ATOM, "abs({0})"), "picture": (ATOM, "| |"),
    "rule": (ATOM, "pieces")}
_LEFT = '<mtd columnalign="left">'
cases: Notation = {
    "text": _either(f"{{$1:{COMPARISON}}} if {{$0:{COMPARISON}}}", "; ", f"{{$:{COMPARISON}}} otherwise", "$", CHOICE),
    "latex": _either(r"{$1}&\text{{if }}{$0}", r"\\", r"{$}&\text{{otherwise}}", r"\begin{{cases}}$\end{{cases}}",
                     ATOM),
    "mathml": _either(
        f"<mtr>{_LEFT}{{$1}}</mtd>{_LEFT}<mrow><mtext>if\u00a0</mtext>{{$0}}</mrow></mtd></mtr>", "",
        f"<mtr>{_LEFT}{{$}}</mtd>{_LEFT}<mtext>otherwise</mtext></mtd></mtr>",
        "<mrow><mo>{{</mo><mtable>$</mtable></mrow>", ATOM),
    "python": _CONDITIONAL, "javascript": (CHOICE, f"{{0:{COMPARISON}}} ? {{1:{COMPARISON}}} : {{2}}"),
    "picture": (ATOM, "if"), "rule": (ATOM, "pieces")}
