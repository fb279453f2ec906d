"""MathML, the mathematics of web pages: what notations leave unsaid, for notebooks and pages alike."""

import html
import re

from autograd.writing.latex import split_name

PARENTHESES = "<mrow><mo>(</mo>", "<mo>)</mo></mrow>"
BRACKETS = "<mrow><mo>[</mo>", "<mo>,</mo>", "<mo>]</mo></mrow>"
_PLACES = re.compile(r"(\{\d[^}]*\})|(\d[\d.]*)|([^\W\d]\w*)|\s+|(\{\{|\}\}|.)")
_HEIGHTS = re.compile("(<mo>[()]</mo>|<mfrac>|<msqrt>|<mtable>)")


def math(*parts: str) -> str:
    """A whole formula. Parentheses grow only around what is tall: a browser leaves room beside those that may grow."""
    pieces = _HEIGHTS.split("".join(parts))
    opened: list[tuple[int, int]] = []
    high = 0
    for place, piece in enumerate(pieces):
        if piece == "<mo>(</mo>":
            opened.append((place, high))
        elif piece == "<mo>)</mo>" and opened:
            start, before = opened.pop()
            for end in (start, place):
                pieces[end] = pieces[end].replace("<mo>", f'<mo stretchy="{str(high > before).lower()}">')
        elif place % 2:
            high += 1
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow>{"".join(pieces)}</mrow></math>'


def name_in_mathml(name: str, above: str = "") -> str:
    """A name: a letter, perhaps with an index, or a word; and what goes above it, such as the prime of x′."""
    stem, index = split_name(name)
    single = len(stem) == 1 and stem.isalpha()
    letters = f"<mi>{stem}</mi>" if single else f"<mtext>{html.escape(stem)}</mtext>".replace(" ", "\u00a0")
    if not index and not above:
        return letters
    tag = f"m{'sub' * bool(index)}{'sup' * bool(above)}"
    return f"<{tag}>{letters}{f'<mn>{index}</mn>' * bool(index)}{above}</{tag}>"


def template_in_mathml(template: str) -> str:
    """A template of plain text in MathML: each word, number and sign of it is an element."""

    def element(part: re.Match[str]) -> str:
        place, digits, word, sign = part.groups()
        return place or (f"<mn>{digits}</mn>" if digits else f"<mi>{word}</mi>" if word else
                         f"<mo>{html.escape(sign).replace('-', '−')}</mo>" if sign else "")

    return f"<mrow>{_PLACES.sub(element, template)}</mrow>"
