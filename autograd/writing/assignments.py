"""Assignments: the numbers that are typed for the variables of a formula, `x=2` and `b=-pi/2`."""

from collections.abc import Iterable
from keyword import iskeyword
from unicodedata import normalize

from autograd.errors import ExpressionError
from autograd.writing.expression import read
from autograd.writing.mistakes import listed, spelled
from autograd.writing.vocabulary import CONSTANTS, run_together


def read_values(arguments: Iterable[str], names: Iterable[str], result: str | None = None) -> dict[str, float]:
    """The numbers that arguments such as `x=2` and `b=-pi/2` give to the variables `names` of a formula.

    `result`: what the formula calls its result. Raises ExpressionError that quotes the argument: if it has another
    form, if what it gives is not a finite number, and if there is no such variable or it has a number already.
    """
    names, values = tuple(names), dict[str, float]()
    arguments = [argument.replace("＝", "=") for argument in arguments]  # as Chinese keyboards have it
    given = {_name(argument) for argument in arguments}
    for argument in arguments:
        name, quoted, (_, sign, text) = _name(argument), spelled(argument), argument.partition("=")
        if not sign:
            raise ExpressionError(f"{quoted} gives no number: write x=2, and the whole formula in quotes")
        if not name.isidentifier() or iskeyword(name):
            raise ExpressionError(f"{quoted} names no variable: write x=2")
        if name in CONSTANTS:
            raise ExpressionError(f"{quoted}: {name} is the constant {CONSTANTS[name]:.6g}; rename the variable")
        if name == result:
            raise ExpressionError(f"{quoted}: {name} is what the formula calculates")
        if name not in names:
            known = f"only {listed(names)}" if names else "and needs none"
            products = {other: run_together(other, given) for other in names if name in other}
            hint = next((f"; {other} is one name: to multiply, write {product}"
                         for other, product in products.items() if product), "")
            raise ExpressionError(f"{quoted}: the formula has no variable {spelled(name)}, {known}{hint}")
        if name in values:
            raise ExpressionError(f"{quoted}: {name} has a number already, {values[name]:.6g}")
        try:
            expression = read(text)
            if expression.names or expression.result:
                raise ValueError(f"a finite number is needed, not {spelled(text.strip())}")
            values[name] = expression.evaluate({})
        except ValueError as error:
            raise ExpressionError(f"{quoted}: {error}") from None
    return values


def _name(argument: str) -> str:
    """What an argument gives a number to, spelled as Python does: x for 𝐱, w1 for w₁."""
    return normalize("NFKC", argument.partition("=")[0].strip())
