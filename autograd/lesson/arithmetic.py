"""The arithmetic of a page: every operation in it as JavaScript, written by Formula from the rows of the table."""

import re
from collections.abc import Iterable
from typing import Any

from autograd.table.reading import is_tuple
from autograd.table.row import Operation
from autograd.value import Value
from autograd.writing.formula import Formula, slopes
from autograd.writing.javascript import javascript_library

Shape = tuple[Operation, tuple[int | None, ...]]  # a row, and for each argument the length of the list that it is


def shape(node: Value) -> Shape:
    """What decides which function calculates a node: nodes of the same shape share it."""
    assert node.op is not None
    return node.op, tuple(len(argument) if is_tuple(argument) else None for argument in node.arguments)


def javascript(shapes: Iterable[Shape]) -> str:
    """A script that defines `arithmetic`: for each shape its value and its partial derivatives.

    `$` is the list of a node's parents and `$y` its result. Raises ValueError for a row that is unknown in JavaScript.
    """
    functions: list[str] = []
    for row, lengths in shapes:
        value, partials = _formulas(row, lengths)
        listed = ", ".join("null" if partial is None else partial.javascript for partial in partials)
        functions.append(f"  {{ value: ($) => {value.javascript}, partials: ($, $y) => [{listed}] }},")
    library = javascript_library()
    _refuse_unknown("\n".join(functions), library)
    return "const arithmetic = (() => {\n" + library + "return [\n" + "\n".join(functions) + "\n];\n})();\n"


def _formulas(row: Operation, lengths: tuple[int | None, ...]) -> tuple[Formula, list[Formula | None]]:
    arguments: list[Any] = []
    place = 0
    for length in lengths:
        symbols = tuple(Formula(f"$[{number}]") for number in range(place, place + (1 if length is None else length)))
        arguments.append(symbols[0] if length is None else symbols)
        place += len(symbols)
    return Formula(row, tuple(arguments)), slopes(row, Formula("$y"), tuple(arguments))


def _refuse_unknown(script: str, library: str) -> None:
    """Raise ValueError if the script calls, even by way of another one, a function that the library does not know."""
    bodies: dict[str, str] = dict(re.findall(r"^(?:function|const) (\w+)(.*)$", library, re.MULTILINE))
    called: set[str] = set()
    waiting = [script]
    while waiting:
        names = set(re.findall(r"(?<![.\w])(?<!new )\w+(?=\()", waiting.pop())) - called
        called |= names
        waiting += [bodies[name] for name in names & bodies.keys()]
    for name in sorted(called):
        if name not in bodies or "{ throw new Error" in bodies[name]:
            raise ValueError("a page calculates in JavaScript, and an operation in this graph cannot be written in it: "
                             f"{name} is neither generic arithmetic nor a function of JavaScript's Math")
