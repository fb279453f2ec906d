"""What is wrong with a text that was typed: one line says it, and below it the text has a caret at the place."""

from collections.abc import Iterable
from typing import NoReturn
from unicodedata import name as unicode_name

from autograd.errors import ExpressionError
from autograd.writing.text import columns, shortened

QUOTED = 40  # characters of a text that a message shows


def refuse(message: str, text: str, place: int) -> NoReturn:
    """Raise ExpressionError with the message, the text around the place, and a caret below the place."""
    start = max(0, place - 40)
    shown = "".join(" " if sign.isspace() else sign if sign.isprintable() else "�"
                    for sign in text[start : place + 30])
    before, line = "…" * (start > 0), "…" * (start > 0) + shown + "…" * (place + 30 < len(text))
    before += shown[: place - start]
    raise ExpressionError(f"{message}\n  {line}\n  {' ' * columns(before)}^")


def spelled(text: str) -> str:
    """A text as a message quotes it, in one line; a foreign letter with its name, since it may look like another."""
    shown = "".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in shortened(text, QUOTED))
    quote = '"' if "'" in shown else "'"
    name = unicode_name(text, "") if len(text) == 1 and not text.isascii() else ""
    return f"{quote}{shown}{quote}" + f" ({name})" * bool(name)


def listed(names: Iterable[str]) -> str:
    """The first names, and whether there are more."""
    first, *rest = (shortened(name, QUOTED) for name in names)
    return ", ".join([first, *rest[:4]]) + ", …" * (len(rest) > 4)
