"""What is written in the picture that `draw_network` makes: names as in a textbook, numbers, and how wide they become.

Layout programs measure few letters, and none outside of ASCII; so this file knows all widths itself.
"""

import math
import unicodedata
from collections.abc import Sequence

# Widths of Arial's letters in parts of their height, rounded up. All that are not here are as wide as a digit.
_WIDTHS = {
    0.3: " !,./:;I[]\\ftijl|'", 0.4: "r()-{}\"`*^", 0.44: "₀₁₂₃₄₅₆₇₈₉", 0.52: "Jcksvxyzŷ", 0.6: "+<=>~−≈FTZ",
    0.68: "&ABEKPSVXY", 0.74: "CDHNRUw", 0.8: "GOQ", 0.9: "mM%", 1.03: "W@—…",
}
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_LONGEST = 24


def width_of(text: str, points: float) -> float:
    """How wide a line of text becomes, in inches; a text of several lines is as wide as its widest."""
    return points / 72 * max(sum(map(_width_of, line)) for line in text.split("\n"))


def _width_of(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    return _WIDTH_OF.get(letter, 0.57 if letter.isascii() else 0.7)


def short(number: float) -> str:
    """A number in three significant digits, with a proper minus sign, and none before 0."""
    mantissa, _, exponent = f"{number + 0.0:.3g}".partition("e")
    return (f"{mantissa}e{int(exponent)}" if exponent else mantissa).replace("-", "−")


def equals(number: float) -> str:
    """`= 0.5`, or `≈ 0.333` where three digits are not all of it."""
    text = short(number)
    return f"{'=' if math.isclose(number, float(text.replace('−', '-')), rel_tol=1e-12) else '≈'} {text}"


def symbol(letter: str, indices: Sequence[int]) -> str:
    """A letter with its indices: w₁₂, and w₁,₁₂ where one of them has two digits."""
    subscripts = ["".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(index)) for index in indices]
    return letter + ("," if max(indices, default=0) > 9 else "").join(subscripts)


def readable(label: str) -> str:
    """A user's label on one line, of a length that has room in a picture."""
    label = " ".join("".join(letter if letter.isprintable() else " " for letter in label).split())
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"


def dotted(*names: object) -> str:
    """Names, and numbers of places, as one name with dots; empty ones are left out."""
    return ".".join(str(name) for name in names if name != "")
