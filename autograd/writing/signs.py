"""Signs: a typed formula taken apart into numbers, names and signs, however they are typed: `×`, `−`, `½`, `x₁²`.

Nothing is decided here about what the parts mean together: blackboard.py does that. What no formula has is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from unicodedata import decomposition, normalize, numeric

from autograd.writing.mistakes import refuse, spelled

TIMES, OVER, RAISE, LOWER = "·", "÷", "raise", "lower"  # apart from * and /, of which two are another sign
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵝᵞᵟᶿᵠᵡ"
_FRACTIONS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
_SAME = (dict.fromkeys("−–﹣", "-") | dict.fromkeys("×\u00b7\u0387⋅∙∗", TIMES) | dict.fromkeys("÷∕", OVER)
         | dict.fromkeys("𝛑𝜋𝝅𝞹ϖ", "π")  # Python would call them π
         | {chr(ord(sign) + 0xFEE0): sign for sign in "0123456789.+-*/^(),=|"})  # as Chinese keyboards have them
_INSTEAD = {"[": "(", "]": ")", "{": "(", "}": ")", "∣": "|", "∛": "^(1/3)", "°": "·π/180", "º": "·π/180", ":": "/",
            "—": "-"}
_SIGNS = r"\-+*/^(),=|√" + TIMES + OVER
_PART = re.compile(rf"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<fraction>[{_FRACTIONS}])|"
                   rf"(?P<word>[^\s.{_SIGNS}{_RAISED}{_FRACTIONS}]+)|(?P<mark>\*\*|[{_SIGNS}])|"
                   rf"(?P<raised>[{_RAISED}]+)|(?P<space>\s+)")
_NAMES = re.compile("π|[^π₀-₉]+[₀-₉]*|[₀-₉]+")


@dataclass(frozen=True)
class Part:
    """A number, a word or a sign, as Python would have it; where it begins and ends, and the space before it."""

    kind: str
    text: str
    place: int
    end: int
    gap: str = ""


def parts(text: str) -> list[Part]:
    """The parts of a formula. What is raised, as in x², stands between the signs RAISE and LOWER.

    Raises ExpressionError for what no formula has: other signs, and Python's keywords.
    """
    found: list[Part] = []
    gap = ""
    for part in _parts(text, "".join(_SAME.get(sign, sign) for sign in text), 0):
        if part.kind != "space":
            found.append(Part(part.kind, part.text, part.place, part.end, gap))
        gap = part.text if part.kind == "space" else ""
    return found


def _parts(text: str, plain: str, start: int) -> Iterator[Part]:
    """The parts of what is written plainly, and begins at `start` in the text."""
    place = 0
    while place < len(plain):
        match = _PART.match(plain, place)
        kind, found = (str(match.lastgroup), match[0]) if match else ("word", plain[place])
        here, place = start + place, place + len(found)
        end = start + place
        if kind == "word":
            yield from _words(text, found, here)
        elif kind == "fraction":
            yield Part("number", repr(numeric(found)), here, end)
        elif kind == "raised":
            yield Part("mark", RAISE, here, here)
            yield from _parts(text, normalize("NFKC", found).replace("−", "-"), here)
            yield Part("mark", LOWER, end - 1, end)
        else:
            yield Part(kind, found, here, end)


def _words(text: str, found: str, start: int) -> Iterator[Part]:
    """The names that stand together: π is one by itself, and an index such as that of w₁ ends one."""
    legal = next((end for end in range(len(found)) if not _is_name(found[: end + 1])), len(found))
    if legal < len(found):
        sign = found[legal]
        instead = f": write {_INSTEAD[sign]}" if sign in _INSTEAD else ""
        refuse(f"{spelled(text[start + legal])} has no meaning in a formula{instead}", text, start + legal)
    for match in _NAMES.finditer(found):
        word, place = match[0], start + match.start()
        if word != found and re.match("[_₀-₉0-9]|.*_$", word):
            refuse("π is a number: a name with an index does not contain it", text, place)
        if iskeyword(normalize("NFKC", word)):
            refuse(f"{spelled(word)} is a keyword of Python, and cannot be a name", text, place)
        yield Part("word", re.sub("[₀-₉]", lambda index: normalize("NFKC", index[0]), word), place, start + match.end())


def _is_name(word: str) -> bool:
    # Python reads xⁿ as xn.
    sign = word[-1]
    return (re.sub("(?<=.)[₀-₉]", "1", word).isidentifier() and sign not in _INSTEAD
            and not decomposition(sign).startswith("<super>"))
