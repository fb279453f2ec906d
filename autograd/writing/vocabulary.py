"""The words that a typed formula knows: the functions of the table, and the constants. All others are variables."""

import math
import re
from collections.abc import Iterable
from difflib import get_close_matches
from types import BuiltinFunctionType
from unicodedata import combining, normalize

from autograd.operations import log
from autograd.table.row import Operation, operations
from autograd.writing.mistakes import QUOTED, refuse, spelled

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}


def functions() -> dict[str, Operation]:
    """What a formula can call, by name: the rows of the table. Where they are free, a row's symbol, Python's name
    for its primitive and the blackboard's `ln` are names too: `abs`, `max`, `asin`."""
    found = dict(operations)
    for row in operations.values():
        for name in (row.symbol, row.value.__name__ if isinstance(row.value, BuiltinFunctionType) else ""):
            if name.isidentifier():
                found.setdefault(name, row)
    found.setdefault("ln", log)
    return found


def function_called(name: str, count: int, text: str, place: int) -> Operation:
    """The row that is called by this name with `count` numbers. A formula gives the numbers of a list one by one.

    Raises ExpressionError if there is none, or if it needs another count.
    """
    known = functions()
    if name not in known:
        near = [spelled(other) for other in get_close_matches(name, known, 3)]
        if name[1:] in known and is_letter(name[0]) and name[0] != "a":  # atanh is not a·tanh
            near.append(f"{name[0]}·{name[1:]}")
        hint = f"did you mean {' or '.join(near)}?" if near else "to multiply, write *"
        refuse(f"there is no function {spelled(name)}; {hint}", text, place)
    row = known[name]
    if sum(row.lists) > 1:
        refuse(f"{row.call} needs {sum(row.lists)} lists of numbers, which a formula does not have", text, place)
    needed = len(row.parameters)
    if count < needed or (count > needed and not any(row.lists)):
        numbers = f"{needed} number{'s' * (needed > 1)}"
        refuse(f"{row.call} needs {'at least ' * any(row.lists)}{numbers}, not {count}", text, place)
    return row


def is_letter(name: str) -> bool:
    """Whether a name is what a blackboard has for a number: one letter, with an index or an accent if need be."""
    plain = "".join(sign for sign in normalize("NFKD", name) if not combining(sign))
    return re.fullmatch(r"[^\W\d_](\d*|_\w+)", plain) is not None


def run_together(name: str, known: Iterable[str]) -> str:
    """The product that a name looks like, such as `x·y` for xy if x and y are known; nothing if it looks like none."""
    known = set(known)
    if len(name) > QUOTED:
        return ""
    ways: list[tuple[str, ...] | None] = [()]  # to write the first 0, 1, 2, ... letters as a product
    for end in range(1, len(name) + 1):
        ways.append(next(((*before, word) for word in sorted(known | CONSTANTS.keys())
                          if name[:end].endswith(word) and (before := ways[end - len(word)]) is not None), None))
    found = ways[-1] or ()
    return "·".join(found) if len(found) > 1 and not known.isdisjoint(found) else ""
