"""Formulas in MathML, the mathematics of web pages."""

import html
import re
from functools import lru_cache

from autograd.writing.numbers import ESCAPES


@lru_cache(maxsize=4096)
def mathml_of(latex: str) -> str:
    """The formula in MathML, the mathematics of web pages. Text in it, which may be any label, is put in afterwards."""
    from latex2mathml.converter import convert  # only where mathematics is shown in a browser

    texts: list[str] = []

    def keep(text: re.Match[str]) -> str:
        texts.append(_COMMAND.sub(lambda command: _COMMANDS.get(command[0], command[0][1:]), text[1]))
        return f"\\text{{\ue000{len(texts) - 1}\ue001}}"

    mathml = convert(_SIGNED.sub(r"\1{\2}", _TEXT_IN_LATEX.sub(keep, latex)))
    while _LOW.search(mathml):  # from the inside
        mathml = _LOW.sub(r'\1"false"\2"false"\3', mathml)
    return _KEPT.sub(lambda place: html.escape(texts[int(place[1])]).replace(" ", "\u00a0"), mathml)


# Minus as a sign and not between two numbers: MathML knows which by where its group begins.
_SIGNED = re.compile(r"((?:[=(]|\\approx|\\times) ?)(-(?:[\d.]+|[A-Za-z](?:_\{\d+\})?))")
# Parentheses that need not grow with what is between them; a browser leaves room beside those that may.
_LOW = re.compile(r'(<mo stretchy=)"true"([^>]*>&#x00028;</mo>(?:(?!stretchy="true"|<mfrac|<msqrt|<mtable).)*'
                  r'<mo stretchy=)"true"([^>]*>&#x00029;</mo>)')
_COMMANDS = {command: sign for sign, command in ESCAPES.items()}
_COMMAND = re.compile(r"\\text[a-z]+\{\}|\\.")
_TEXT_IN_LATEX = re.compile(r"\\text\{((?:[^{}\\]|\\text[a-z]+\{\}|\\[^a-z])*)\}")
_KEPT = re.compile("\ue000(\\d+)\ue001")
