"""Blackboard: a formula as it is written by hand, `2x`, `|x|`, `sin²(x)`, spelled out as Python's grammar has it.

On a blackboard a product needs no sign, bars are parentheses, and raised letters are a power. Each has one meaning
here. Where it could have two, as in 1/2x, the formula is refused, and the message says what to write.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NoReturn
from unicodedata import normalize

from autograd.operations import absolute, sqrt
from autograd.writing.mistakes import refuse, spelled
from autograd.writing.signs import LOWER, OVER, RAISE, TIMES, Part, parts
from autograd.writing.text import shortened
from autograd.writing.vocabulary import CONSTANTS, functions, is_letter

_QUOTED = 20  # characters of the text that a message repeats
_MISSING = "an operator is missing here: write * to multiply"
_UNPAIRED = "this | has no partner: bars stand on both sides, as in |x|"
_TWO_BARS = "it is not clear which of the bars belong together: write abs(x) for |x|"
_TWO_POWERS = "a power of a power can be read in two ways: write (x²)^3, or x^(2^3)"
_SHOWN = {"(": "(…)", "|": "|…|", "√": "√…"}
_ENDS = {"(": ")", "|": "|", RAISE: LOWER}
_PYTHON = {TIMES: " * ", OVER: " / ", "^": "**"}  # with spaces, so that ×* does not become the sign of a power


@dataclass(frozen=True)
class Spelled:
    """A formula in Python's grammar; where in the text each of its characters comes from, and where the text ends; the
    name of what is calculated, if it has one; and notes on how it was read."""

    python: str
    places: Sequence[int]
    result: str | None
    notes: tuple[str, ...]


def spelled_out(text: str) -> Spelled:
    """A formula as Python's grammar has it. Raises ExpressionError if it has no meaning, or more than one."""
    found = parts(text)
    equals = next((index for index, part in enumerate(found) if part.text == "="), -1)
    result = _result(text, found[: equals + 1]) if equals >= 0 else None
    for part in found[equals + 1 :]:
        if result and part.kind == "word" and normalize("NFKC", part.text) == result:
            refuse(f"{spelled(result)} stands on both sides of =", text, part.place)
    writer = _Writer(text, found[equals + 1 :])
    writer.write_all()
    return Spelled("".join(writer.python), [*writer.places, len(text.rstrip())], result, tuple(writer.notes))


def _result(text: str, left: list[Part]) -> str:
    """The name in what ends in `=`: `y =`, or `f(x, w) =`."""
    name, sign = left[0], left[-1]
    if not re.fullmatch(r"w(\(w(,w)*\))?=", "".join("w" if part.kind == "word" else part.text for part in left)):
        refuse("= stands only after a name for the result, as in y = 2x", text, sign.place)
    word = normalize("NFKC", name.text)
    if word in CONSTANTS or word in functions():
        refuse(f"{spelled(word)} has a meaning already: choose another name for the result", text, name.place)
    return word


@dataclass
class _Level:
    """What stands in parentheses or between bars, or is raised, as far as it has been read."""

    sign: str = ""
    place: int = 0
    closing: str = ""
    ends: str = ""  # what kind of operand it is when it is closed
    opener: Part | None = None  # √, or the function, that it belongs to
    is_exponent: bool = False
    over: Part | None = None  # the / whose divisor is being read
    power: Part | None = None  # the ^ whose exponent is being read
    doubtful: bool = False  # whether |a|b was read: in |a|b|c| the bars can be paired in two ways


class _Writer:
    """Reads the parts from left to right, and writes them for Python.

    `operand` is the kind of the operand that has just ended, or empty if one must follow: a "number", a "name", a
    "group" in parentheses or bars, "raised" as in x², an "exponent" in parentheses as in 2^(x), a "root" with
    parentheses, to which a power cannot be given, or "open" as √x is, by which nothing more can be multiplied.
    """

    def __init__(self, text: str, found: list[Part]) -> None:
        self.text, self.parts = text, found
        self.python, self.places, self.notes = list[str](), list[int](), list[str]()
        self.levels, self.known = [_Level()], functions()
        self.operand = ""
        self.last: Part | None = None
        self.called = False  # whether a function was named, so that its parentheses follow
        self.closing = ""  # what is to be written after the next operand, for the sake of
        self.opener: Part | None = None  # √, or a function whose parentheses are bars: the last of these,
        self.waiting = False  # and whether its operand is still to come
        self.is_exponent = False  # whether ^ was read last, or ^-

    def write_all(self) -> None:
        position = 0
        while position < len(self.parts):
            part = self.parts[position]
            if part.gap and self.last:
                self.write(" ", part.place - 1)
            position += 1
            if part.kind == "number":
                self.number(part)
            elif part.kind == "word":
                position += self.word(part, self.parts[position:])
            else:
                self.sign(part)
            self.last = self.parts[position - 1]
        self.require_operand()
        for level in self.levels:
            if level.sign == "|":
                refuse(_UNPAIRED, self.text, level.place)

    def write(self, python: str, place: int) -> None:
        self.python.append(python)
        self.places += [place] * len(python)

    def quote(self, start: int, end: int) -> str:
        """What stands between two places, in one line."""
        return shortened(" ".join(self.text[start:end].split()), _QUOTED)

    # ---- Numbers, names and functions ------------------------------------------------------------------------------

    def number(self, part: Part) -> None:
        if self.operand:
            refuse(_MISSING, self.text, part.place)
        self.write(part.text, part.place)
        self.end("number")

    def word(self, part: Part, rest: list[Part]) -> int:
        """Read a name, or that of a function with its power. Returns how many of the parts after it were read."""
        if self.operand:
            self.multiply(part)
        self.write(part.text, part.place)
        self.is_exponent = False
        read, following = 0, rest[0] if rest else None
        if normalize("NFKC", part.text) not in self.known:
            self.called = following is not None and following.text == "(" and not is_letter(part.text)
            if not self.called:
                self.end("name")
            return read
        if following and following.text == RAISE:
            read = self.power_of_function(part, rest)
            following = rest[read] if len(rest) > read else None
        if following and following.text == "(":
            self.called = True
        elif following and following.text == "|":
            self.write("(", part.place)
            self.closing, self.opener, self.waiting = f"){self.closing}", part, True
        elif read or (following and (following.kind != "mark" or following.text in ("√", "^", "**"))):
            self.refuse_call(part, rest, read)
        else:
            self.end("name")  # whoever reads this says that it needs arguments
        return read

    def end(self, kind: str) -> None:
        """End an operand that is not in parentheses."""
        self.operand = "open" if self.waiting else kind
        self.write(self.closing, self.places[-1])
        self.closing, self.waiting, self.is_exponent = "", False, False

    def power_of_function(self, part: Part, rest: list[Part]) -> int:
        """Remember the power of sin²(x) until its parentheses are closed. Returns how many parts it has."""
        power = list(takewhile(lambda other: other.text != LOWER, rest))[1:]
        exponent, name = "".join(other.text for other in power), part.text
        if exponent == "-1":
            inverse = f"arc{name}(x)" if f"arc{name}" in self.known else "the inverse by its name"
            refuse(f"{name}⁻¹ can be read in two ways: write {inverse}, or 1/{name}(x)", self.text, part.place)
        if not exponent.isdecimal():
            refuse(f"write {name}(x)^…: only a whole number stands before the parentheses", self.text, part.place)
        self.closing = f"**{exponent}{self.closing}"
        return len(power) + 2

    def refuse_call(self, part: Part, rest: list[Part], read: int) -> NoReturn:
        """Refuse `sin x`, since it is not said where x ends, and `sin^2(x)`."""
        name = self.quote(part.place, rest[read - 1].end if read else part.end)
        inside = list(takewhile(lambda other: other.text not in self.known and (
            other.kind != "mark" or other.text in ("√", RAISE, LOWER)), rest[read:]))
        argument = self.quote(inside[0].place, inside[-1].end) if inside else "x"
        power = "^2" if rest[read:] and rest[read].text in ("^", "**") else ""
        refuse(f"{name} needs parentheses: write {name}({argument}){power}", self.text, part.place)

    def multiply(self, part: Part) -> None:
        """Write the sign of a product that has none."""
        level, last = self.levels[-1], self.last
        assert last is not None
        joined = self.operand == "number" and part.kind == "word" and not part.gap
        if len(f"x{part.gap}x".splitlines()) > 1 or (joined and (  # 0x1, 2.x, 1_000
                not last.text.strip("0.") or last.text.endswith(".") or part.text.startswith("_"))):
            refuse(_MISSING, self.text, part.place)
        if self.operand == "open":
            self.refuse_open(part)
        for sign in (level.power, level.over):
            if sign:
                first = self.quote(sign.end, last.end)
                second = _SHOWN.get(part.text, shortened(part.text, _QUOTED)) + "(…)" * (part.text in self.known)
                product, sign = f"{first}{part.gap and ' '}{second}", self.text[sign.place : sign.end]
                ways = f"{sign}({product}), or {sign}{first}·{second}"
                refuse(f"'{sign}{product}' can be read in two ways: write {ways}", self.text, part.place)
        if last.text == "|" and part.text != "|":
            level.doubtful = True
        if self.operand == "number" and "e" in last.text.lower():
            self.notes.append(f"{last.text} is the number {float(last.text):g}")
        self.write("*", part.place)
        self.operand = ""

    # ---- Signs -----------------------------------------------------------------------------------------------------

    def sign(self, part: Part) -> None:
        level, sign = self.levels[-1], part.text
        closes = sign in (")", LOWER) or (sign == level.sign == "|" and self.operand)
        if sign in ("(", "|", "√") and not closes:
            self.open(part)
            return
        self.require_operand()
        if closes:
            self.close(part)
            return
        if sign in ("^", "**", RAISE):
            self.require_base(part)
        if sign == RAISE:
            self.write("**(", part.place)
            self.levels.append(_Level(RAISE, part.place, ")", "raised"))
        else:
            self.operator(part)
        self.operand = ""

    def open(self, part: Part) -> None:
        """Begin what is in parentheses, between bars, or below √."""
        sign = part.text
        if self.operand:
            if sign == "|" and self.levels[-1].doubtful:
                refuse(_TWO_BARS, self.text, part.place)
            self.multiply(part)
        if sign == "√":
            self.write(f"{sqrt.name}(", part.place)
            self.closing, self.opener, self.waiting = f"){self.closing}", part, True
        else:
            self.write("(" if sign == "(" else f"{absolute.name}(", part.place)
            ends = ("open" if self.called or sign == "|" else "root") if self.waiting else (
                "raised" if self.closing else "group")
            self.levels.append(_Level(sign, part.place, f"){self.closing}", ends, self.opener, self.is_exponent))
            self.closing, self.waiting = "", False
        self.called = self.is_exponent = False

    def close(self, part: Part) -> None:
        level = self.levels[-1]
        if part.text != _ENDS.get(level.sign):
            if level.sign == "|":
                refuse(_UNPAIRED, self.text, level.place)
            refuse("'(' was never closed" if part.text == LOWER else "unmatched ')'", self.text,
                   level.place if part.text == LOWER else part.place)
        self.levels.pop()
        self.write(level.closing, part.place)
        self.operand, self.opener = level.ends, level.opener
        if level.is_exponent:
            self.levels[-1].power = None
            self.operand = "exponent" if level.ends == "group" else level.ends

    def operator(self, part: Part) -> None:
        level, sign = self.levels[-1], part.text
        is_power = sign in ("^", "**")
        if sign == "," and level.sign == "|":
            refuse(_UNPAIRED, self.text, level.place)
        if sign == "=":
            refuse("= stands only once, after a name for the result, as in y = 2x", self.text, part.place)
        if sign == ",":
            level.doubtful = False
        if is_power:
            level.power = part
        elif sign not in ("+", "-") or self.operand:
            level.power, level.over = None, part if sign in ("/", OVER) else None
        self.is_exponent = is_power or (self.is_exponent and not self.operand)
        self.write(_PYTHON.get(sign, sign), part.place)

    def require_operand(self) -> None:
        """Refuse what cannot be below a root, if one has just begun."""
        if self.waiting and self.opener:
            refuse("√ needs parentheses here: write √(…)", self.text, self.opener.place)

    def require_base(self, part: Part) -> None:
        """Refuse a power of what is one already, or of what may end before."""
        if not self.operand and part.text == RAISE:
            refuse("there is nothing here to raise to a power", self.text, part.place)
        if self.operand in ("root", "open"):
            self.refuse_open(part)
        if self.operand == "raised" or (self.operand == "exponent" and part.text == RAISE):
            refuse(_TWO_POWERS, self.text, part.place)

    def refuse_open(self, part: Part) -> NoReturn:
        """Refuse a factor or a power after √x or ln|x|, which may belong to what is inside."""
        opener = self.opener.text if self.opener else ""
        refuse(f"this can be read in two ways: put all that belongs to {opener} in parentheses", self.text, part.place)
