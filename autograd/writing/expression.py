"""Expression: a formula as it is typed, `tanh(w*x + b)`, read safely into a function of numbers.

blackboard.py spells out what is written by hand. Then Python's own parser finds the structure, and none of it is ever
run: numbers, names, + - * / **, parentheses and calls to the functions of the table are let through, anything else is
refused. What comes out is a list of steps for the rows of the table, so any reading can flow through it: plain floats,
Values for a graph, Duals, Formulas.
"""

import ast
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from autograd.errors import ExpressionError
from autograd.operations import add, divide, exp, multiply, negative, power, subtract
from autograd.table.row import Operation
from autograd.value import Value
from autograd.writing.blackboard import spelled_out
from autograd.writing.mistakes import QUOTED, listed, refuse, spelled
from autograd.writing.text import shortened
from autograd.writing.vocabulary import CONSTANTS, function_called, functions, run_together

LONGEST = 2000  # characters
DEEPEST = 100  # levels of nesting; a sum of many terms is one level

_OPERATORS: dict[type[ast.AST], Operation] = {ast.Add: add, ast.Sub: subtract, ast.Mult: multiply, ast.Div: divide,
                                              ast.Pow: power, ast.USub: negative}
_SAID_WELL = re.compile("was never closed|unmatched|too many nested parentheses")  # by Python's parser


@dataclass(frozen=True)
class Step:
    """A name, a number, or a row of the table that is applied to the last `count` results; and where it stands."""

    what: Operation | str | float
    place: int
    count: int = 0


@dataclass(frozen=True)
class Expression:
    """A formula that was read: a function of its variables, in the order in which they appear.

    `notes` are what whoever typed the formula should be told. `result` is what the formula calls its result, as in
    `y = w*x`: the label of the Value that it calculates. The signature has the names of the variables, so that
    `check_gradients(read("x*y"), 2.0, 3.0)` and `formula(read("x*y"))` use them.
    """

    text: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    result: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in the order in which they appear."""
        return tuple(dict.fromkeys(step.what for step in self.steps if isinstance(step.what, str)))

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The result for these values of the variables: a Value if there are Values, a float for plain numbers.

        Raises ExpressionError for a variable without a value, DomainError as the operations do.
        """
        self.require(values)
        results: list[Any] = []
        for step in self.steps:
            if isinstance(step.what, Operation):
                start = len(results) - step.count
                results[start:] = [step.what(*results[start:])]
            else:
                results.append(values[step.what] if isinstance(step.what, str) else step.what)
        result = results.pop()
        if self.result and isinstance(result, Value) and not any(result is given for given in values.values()):
            result.label = self.result
        return result

    def missing(self, values: Collection[str]) -> list[str]:
        """The variables without a value."""
        return [name for name in self.names if name not in values]

    def product(self, name: str, values: Collection[str]) -> str:
        """`x·y` for the variable xy, if x and y are known from these values or the formula; otherwise nothing."""
        return run_together(name, {*values, *self.names} - {name})

    def require(self, values: Collection[str]) -> None:
        """Raise ExpressionError, which says how to give them, if values of variables are missing."""
        missing = self.missing(values)
        if not missing:
            return
        first, product = missing[0], self.product(missing[0], values)
        what = f"{spelled(first)} has" if len(missing) == 1 else f"{listed(map(spelled, missing))} have"
        says = f"{what} no number: add {shortened(first, QUOTED)}=2, for instance"
        if product:
            says = f"{spelled(first)} is one name, which has no number: to multiply, write {product}"
        refuse(says, self.text, next(step.place for step in self.steps if step.what == first))

    def __call__(self, *numbers: Any) -> Any:
        return self.evaluate(dict(zip(self.names, numbers, strict=True)))

    @property
    def __signature__(self) -> Signature:
        return Signature([Parameter(name, Parameter.POSITIONAL_ONLY) for name in self.names])


def read(text: str) -> Expression:
    """The expression that a text stands for.

    Takes a fraction of a second for any text. Raises ExpressionError for one that is not such a formula: one line that
    says what is wrong, and below it the text, with a caret at the place.
    """
    if len(text) > LONGEST:
        refuse(f"the formula is too long: it has {len(text)} characters, and {LONGEST} are allowed", text, LONGEST)
    if not text.strip():
        raise ExpressionError("the formula is empty")
    written = spelled_out(text)
    parsed, places = written.python, written.places
    try:
        tree = ast.parse(parsed, mode="eval")
    except SyntaxError as error:
        message = error.msg if _SAID_WELL.search(error.msg) else "a number, a name or a parenthesis is missing here"
        refuse(message, text, places[min(error.offset or 0, len(places)) - 1])
    except (MemoryError, RecursionError):
        refuse("the formula is nested too deeply", text, places[0])
    steps: list[Step] = []
    for node, depth in _operands_first(tree.body):
        place = places[len(parsed.encode()[: node.col_offset].decode())]
        if depth > DEEPEST:
            refuse("the formula is nested too deeply", text, place)
        steps += _steps(node, text, place)
    notes = ("^ means power, as ** does",) if "^" in text else ()
    return Expression(text, tuple(steps), tuple(dict.fromkeys(notes + written.notes)), written.result)


def _operands_first(tree: ast.expr) -> list[tuple[ast.expr, int]]:
    """All parts of a formula in the order of calculation, each with its depth of nesting."""
    waiting, found = [(tree, 0)], list[tuple[ast.expr, int]]()
    while waiting:
        node, depth = waiting.pop()
        found.append((node, depth))
        match node:
            case ast.BinOp(left=ast.Name(id="e"), op=ast.Pow(), right=right):
                waiting.append((right, depth + 1))
            case ast.BinOp(left=left, right=right):
                waiting += [(left, depth), (right, depth + 1)]
            case ast.UnaryOp(operand=operand):
                waiting.append((operand, depth + 1))
            case ast.Call(args=arguments):
                waiting += [(argument, depth + 1) for argument in arguments]
            case _:
                pass
    return found[::-1]


def _steps(node: ast.expr, text: str, place: int) -> list[Step]:
    """The step for a part of a formula. What is not listed here is not allowed."""
    match node:
        case ast.Constant(value=int() | float() as value):
            if value > sys.float_info.max:
                refuse("this number is too large", text, place)
            return [Step(float(value), place)]
        case ast.Name(id=name):
            if name in functions():
                refuse(f"{spelled(name)} is a function: give it arguments, or choose another name", text, place)
            return [Step(CONSTANTS.get(name, name), place)]
        case ast.UnaryOp(op=ast.UAdd()):
            return []
        case ast.UnaryOp(op=op) if type(op) in _OPERATORS:
            return [Step(_OPERATORS[type(op)], place, 1)]
        case ast.BinOp(left=ast.Name(id="e"), op=ast.Pow()):
            return [Step(exp, place, 1)]
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            return [Step(_OPERATORS[type(op)], place, 2)]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return [Step(function_called(name, len(arguments), text, place), place, len(arguments))]
        case ast.BinOp():
            refuse("a formula has the operators + - * / and **, and no others", text, place)
        case ast.Tuple(elts=[_, *_]):
            refuse("a comma stands only between the arguments of a function", text, place)
        case _:
            refuse("this has no meaning in a formula", text, place)
