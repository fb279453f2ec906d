"""Text in pictures: numbers as they are read, and labels, which are data and not markup.

Layout programs give a meaning to backslashes, quotes, entities and tags; XML has no control characters at all; and no
layout program can measure every script. So all text goes through here.
"""

import re
import unicodedata
from functools import lru_cache

from autograd.writing.numbers import shown

FONT = "Arial"  # both layout programs know how wide its letters are
FAMILY = "Arial,Liberation Sans,Helvetica,sans-serif"  # and these have letters of the same widths

# What no SVG may hold, what cannot be seen, or what would reverse the text around it: control characters,
# surrogates, noncharacters, and marks of direction other than the letters themselves.
_INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
                        "\ufeff\ufff9-\ufffb" + "".join(chr(plane << 16 | end) for plane in range(17)
                                                        for end in (0xFFFE, 0xFFFF)) + "]")
_SPACES = re.compile(r"^ | (?= )| $")


def decimal(x: float) -> str:
    """A number in four significant digits, with a proper minus sign: −3.0, 0.7071, 1.25e−7."""
    return shown(x).replace("-", "−")


def visible(text: str) -> str:
    """The text with every character that cannot be seen replaced by one that can: ␀ for NUL, � for a surrogate.

    Lines remain lines.
    """
    if text.replace("\n", "").isprintable():
        return text
    return _INVISIBLE.sub(lambda match: _symbol(ord(match[0])), text)


@lru_cache(1000)
def html(text: str) -> str:
    """Text as one line of an HTML-like label."""
    text = _escaped(visible(text).replace("\n", "␊"))
    # Layout programs interpret backslashes here, too, and stumble over a bare bracket.
    return _SPACES.sub("\u00a0", text.replace("\\", "\\\\").replace("]", "&#93;"))


def quoted(text: str) -> str:
    """A tooltip of any number of lines as a quoted string of DOT, to be shown just as it was typed."""
    # Layout programs take backslashes out of tooltips twice.
    return '"' + _escaped(visible(text)).replace("\\", "\\" * 4).replace("\n", "\\n") + '"'


def width(text: str, points: float) -> float:
    """How wide the text may become, in points; 0.0 for ASCII, which layout programs can measure."""
    if text.isascii():
        return 0.0
    return points * sum(map(_ems, text))


@lru_cache(1000)
def _ems(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    return 1.1 if unicodedata.east_asian_width(character) in "WF" or character > "\uffff" else 0.7


def width_attribute(text: str, points: float, factor: float) -> str:
    """The attribute that makes a box wide enough for the text; `factor`: how much wider than its text the shape is."""
    wide = width(text, points)
    return f" width={(wide * factor + 24) / 72:.2f}" if wide else ""


def wide_html(text: str, points: float) -> str:
    """The same as `html` for a label that has no box to be widened, that of a cluster: it brings its own width."""
    wide = width(text, points)
    if not wide:
        return html(text)
    return f'<TABLE BORDER="0" CELLPADDING="0" WIDTH="{wide:.0f}"><TR><TD>{html(text)}</TD></TR></TABLE>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _symbol(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"
