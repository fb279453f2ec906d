"""Expression: a formula as it is typed, `tanh(w*x + b)`, read safely into a function of numbers.

Python's own parser finds the structure, and none of it is ever run: numbers, names, + - * / ** (or ^), parentheses
and calls to the functions of the table are let through, anything else is refused. What comes out is a list of steps for
the rows of the table, so any reading can flow through it: plain floats, Values for a graph, Duals, Formulas.
"""

import ast
import math
import re
import sys
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import Parameter, Signature
from keyword import iskeyword
from types import BuiltinFunctionType
from typing import Any, NoReturn
from unicodedata import decomposition, normalize
from unicodedata import name as unicode_name

from autograd.errors import ExpressionError
from autograd.operations import add, divide, multiply, negative, power, subtract
from autograd.table.row import Operation, operations
from autograd.writing.text import columns, shortened

LONGEST = 2000  # characters
DEEPEST = 100  # levels of nesting; a sum of many terms is one level
_QUOTED = 40  # characters of a text that a message shows
CONSTANTS = {"pi": math.pi, "e": math.e}

_OPERATORS: dict[type[ast.AST], Operation] = {ast.Add: add, ast.Sub: subtract, ast.Mult: multiply, ast.Div: divide,
                                              ast.Pow: power, ast.USub: negative}
_PART = re.compile(r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<word>[^\s\-+*/^(),.]+)|"
                   r"(?P<sign>[-+*/^(),])|(?P<space>\s+)")
_INSTEAD = {"×": "*", "·": "*", "\u0387": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "²": "**2", "³": "**3",
            "[": "(", "]": ")", "{": "(", "}": ")", "|": "abs()", "√": "sqrt()"}
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

    `notes` are what whoever typed the formula should be told. The signature has the names of the variables, so that
    `check_gradients(read("x*y"), 2.0, 3.0)` and `formula(read("x*y"))` use them.
    """

    text: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

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
        return results.pop()

    def require(self, values: Container[str]) -> None:
        """Raise ExpressionError, which says how to give them, if values of variables are missing."""
        missing = [name for name in self.names if name not in values]
        if missing:
            place = next(step.place for step in self.steps if step.what == missing[0])
            what = f"{spelled(missing[0])} has" if len(missing) == 1 else f"{_listed(map(spelled, missing))} have"
            _refuse(f"{what} no number: add {shortened(missing[0], _QUOTED)}=2, for instance", self.text, place)

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
        _refuse(f"the formula is too long: it has {len(text)} characters, and {LONGEST} are allowed", text, LONGEST)
    if not text.strip():
        raise ExpressionError("the formula is empty")
    _scan(text)
    # In Python ^ is an operator that binds less tightly than +. So a different text is parsed, and `places` leads back
    # from there.
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    pieces = ["**" if sign == "^" else " " if sign.isspace() else sign for sign in text[start:end]]
    places = [place for place, piece in enumerate(pieces, start) for _ in piece] + [end]
    parsed = "".join(pieces)
    try:
        tree = ast.parse(parsed, mode="eval")
    except SyntaxError as error:
        message = error.msg if _SAID_WELL.search(error.msg) else "a number, a name or a parenthesis is missing here"
        _refuse(message, text, places[min(error.offset or 0, len(places)) - 1])
    except (MemoryError, RecursionError):
        _refuse("the formula is nested too deeply", text, start)
    steps: list[Step] = []
    for node, depth in _operands_first(tree.body):
        place = places[len(parsed.encode()[: node.col_offset].decode())]
        if depth > DEEPEST:
            _refuse("the formula is nested too deeply", text, place)
        steps += _steps(node, text, place)
    return Expression(text, tuple(steps), ("^ means power, as ** does",) if "^" in text else ())


def functions() -> dict[str, Operation]:
    """What a formula can call, by name: the rows of the table. Where they are free, a row's symbol and Python's name
    for its primitive are names too: `abs`, `max`, `asin`."""
    found = dict(operations)
    for row in operations.values():
        for name in (row.symbol, row.value.__name__ if isinstance(row.value, BuiltinFunctionType) else ""):
            if name.isidentifier():
                found.setdefault(name, row)
    return found


def read_values(arguments: Iterable[str], names: Iterable[str]) -> dict[str, float]:
    """The numbers that arguments such as `x=2` and `b=-pi/2` give to the variables `names` of a formula.

    Raises ExpressionError that quotes the argument: if it has another form, if what it gives is not a finite number,
    and if there is no such variable or it has a number already.
    """
    names, values = tuple(names), dict[str, float]()
    for argument in arguments:
        name, sign, text = (part.strip() for part in argument.partition("="))
        name, quoted = normalize("NFKC", name), spelled(argument)
        if not sign:
            raise ExpressionError(f"{quoted} gives no number: write x=2, and the whole formula in quotes")
        if not name.isidentifier() or iskeyword(name):
            raise ExpressionError(f"{quoted} names no variable: write x=2")
        if name in CONSTANTS:
            raise ExpressionError(f"{quoted}: {name} is the constant {CONSTANTS[name]:.6g}; rename the variable")
        if name not in names:
            known = f"only {_listed(names)}" if names else "and needs none"
            raise ExpressionError(f"{quoted}: the formula has no variable {spelled(name)}, {known}")
        if name in values:
            raise ExpressionError(f"{quoted}: {name} has a number already, {values[name]:.6g}")
        try:
            expression = read(text)
            if expression.names:
                raise ValueError(f"a finite number is needed, not {spelled(text)}")
            values[name] = expression.evaluate({})
        except ValueError as error:
            raise ExpressionError(f"{quoted}: {error}") from None
    return values


def _scan(text: str) -> None:
    """Refuse what no formula has: other signs, Python's keywords, and numbers with nothing between them."""
    place, operand = 0, ""  # the operand that has just ended, if one has
    while place < len(text):
        part = _PART.match(text, place)
        kind, found = (part.lastgroup, part[0]) if part else ("word", text[place])
        if kind == "word":
            legal = next((end for end in range(len(found)) if not _is_name(found[: end + 1])), len(found))
            if legal < len(found):
                instead = f": write {_INSTEAD[found[legal]]}" if found[legal] in _INSTEAD else ""
                _refuse(f"{spelled(found[legal])} has no meaning in a formula{instead}", text, place + legal)
            if iskeyword(normalize("NFKC", found)):
                _refuse(f"{spelled(found)} is a keyword of Python, and cannot be a name", text, place)
        if operand and (kind in ("number", "word") or (found == "(" and operand != "word")):
            _refuse("an operator is missing here: write * to multiply", text, place)
        if kind != "space":
            operand = str(kind) if kind in ("number", "word") or found == ")" else ""
        place += len(found)


def _is_name(word: str) -> bool:
    # Python reads xⁿ as xn.
    return word.isidentifier() and word[-1] not in _INSTEAD and not decomposition(word[-1]).startswith("<super>")


def _operands_first(tree: ast.expr) -> list[tuple[ast.expr, int]]:
    """All parts of a formula in the order of calculation, each with its depth of nesting."""
    waiting, found = [(tree, 0)], list[tuple[ast.expr, int]]()
    while waiting:
        node, depth = waiting.pop()
        found.append((node, depth))
        match node:
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
                _refuse("this number is too large", text, place)
            return [Step(float(value), place)]
        case ast.Name(id=name):
            if name in functions():
                _refuse(f"{spelled(name)} is a function: give it arguments, or choose another name", text, place)
            return [Step(CONSTANTS.get(name, name), place)]
        case ast.UnaryOp(op=ast.UAdd()):
            return []
        case ast.UnaryOp(op=op) if type(op) in _OPERATORS:
            return [Step(_OPERATORS[type(op)], place, 1)]
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            return [Step(_OPERATORS[type(op)], place, 2)]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return [Step(_function(name, len(arguments), text, place), place, len(arguments))]
        case ast.BinOp():
            _refuse("a formula has the operators + - * / and **, and no others", text, place)
        case ast.Tuple(elts=[_, *_]):
            _refuse("a comma stands only between the arguments of a function", text, place)
        case _:
            _refuse("this has no meaning in a formula", text, place)


def _function(name: str, count: int, text: str, place: int) -> Operation:
    """The row that is called by this name. A formula gives the numbers of a list one by one."""
    known = functions()
    if name not in known:
        near = [spelled(other) for other in get_close_matches(name, known, 3)]
        hint = f"did you mean {' or '.join(near)}?" if near else "to multiply, write *"
        _refuse(f"there is no function {spelled(name)}; {hint}", text, place)
    row = known[name]
    if sum(row.lists) > 1:
        _refuse(f"{row.call} needs {sum(row.lists)} lists of numbers, which a formula does not have", text, place)
    needed = len(row.parameters)
    if count < needed or (count > needed and not any(row.lists)):
        numbers = f"{needed} number{'s' * (needed > 1)}"
        _refuse(f"{row.call} needs {'at least ' * any(row.lists)}{numbers}, not {count}", text, place)
    return row


def spelled(text: str) -> str:
    """A text as a message quotes it, in one line; a foreign letter with its name, since it may look like another."""
    shown = "".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in shortened(text, _QUOTED))
    quote = '"' if "'" in shown else "'"
    name = unicode_name(text, "") if len(text) == 1 and not text.isascii() else ""
    return f"{quote}{shown}{quote}" + f" ({name})" * bool(name)


def _listed(names: Iterable[str]) -> str:
    first, *rest = (shortened(name, _QUOTED) for name in names)
    return ", ".join([first, *rest[:4]]) + ", …" * (len(rest) > 4)


def _refuse(message: str, text: str, place: int) -> NoReturn:
    """Raise ExpressionError with the message, the text around the place, and a caret below the place."""
    start = max(0, place - 40)
    shown = "".join(" " if sign.isspace() else sign if sign.isprintable() else "�"
                    for sign in text[start : place + 30])
    before, line = "…" * (start > 0), "…" * (start > 0) + shown + "…" * (place + 30 < len(text))
    before += shown[: place - start]
    raise ExpressionError(f"{message}\n  {line}\n  {' ' * columns(before)}^")
