"""The arithmetic of a page: every operation in it as JavaScript, written by Formula from the rows of the table."""

from collections.abc import Iterable
from typing import Any

from autograd.formula import Formula, javascript_library
from autograd.lesson.notation import slopes
from autograd.reading import is_tuple
from autograd.row import Operation
from autograd.value import Value

Shape = tuple[Operation, tuple[int | None, ...]]  # a row, and for each argument the length of the list that it is


def shape(node: Value) -> Shape:
    """What decides which function calculates a node: nodes of the same shape share it."""
    assert node.op is not None
    return node.op, tuple(len(argument) if is_tuple(argument) else None for argument in node.arguments)


def javascript(shapes: Iterable[Shape]) -> str:
    """A script that defines `arithmetic`: for each shape its value and its partial derivatives.

    `$` is the list of a node's parents and `$y` its result. Raises ValueError for a row that cannot be written down.
    """
    functions: list[str] = []
    formulas: list[Formula] = []
    for row, lengths in shapes:
        value, partials = _formulas(row, lengths)
        formulas += [value, *(partial for partial in partials if partial is not None)]
        listed = ", ".join("null" if partial is None else partial.javascript for partial in partials)
        functions.append(f"  {{ value: ($) => {value.javascript}, partials: ($, $y) => [{listed}] }},")
    try:
        library = javascript_library(*formulas) if formulas else ""
    except (TypeError, AttributeError) as error:
        raise ValueError(f"a page calculates in JavaScript, and an operation in this graph cannot be written in it: "
                         f"{error}") from error
    return "const arithmetic = (() => {\n" + library + "return [\n" + "\n".join(functions) + "\n];\n})();\n"


def _formulas(row: Operation, lengths: tuple[int | None, ...]) -> tuple[Formula, list[Formula | None]]:
    arguments: list[Any] = []
    place = 0
    for length in lengths:
        symbols = tuple(Formula(f"$[{number}]") for number in range(place, place + (1 if length is None else length)))
        arguments.append(symbols[0] if length is None else symbols)
        place += len(symbols)
    if not place:  # an operation on empty lists is a plain number
        return Formula(row(*arguments)), []
    return row(*arguments), slopes(row, Formula("$y"), tuple(arguments))
