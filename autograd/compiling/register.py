"""Register: a row of the table as instructions for a machine.

A Register flows through a row's value and partials like a number, and remembers which instruction made it out of which
others. So the row itself says what the machine has to do, and nothing is said here about any one operation. A list
flows through as one item that stands for all of them: what is done to it becomes the body of a loop.
"""

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from types import BuiltinFunctionType
from typing import Any, ClassVar, NoReturn

from autograd.errors import RecordingError
from autograd.table.reading import Items, Reading, either, is_tuple, number
from autograd.table.row import Operation

REDUCTIONS = {"total": math.fsum, "largest": max}  # from the items of a list to one number
OPERATORS: dict[Any, str] = {  # Python's own, as instructions
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.pow: "**",  # pyright: ignore
    operator.neg: "negated", operator.abs: "size", operator.lt: "<", operator.le: "<=", operator.gt: ">",
    operator.ge: ">=", operator.ne: "!="}
_FUNCTIONS = {instruction: function for function, instruction in OPERATORS.items()}
_GIVEN = "constant", "argument", "item", "entry", "result"  # what is there before any instruction
Body = tuple["Register", tuple[Any, ...]]  # a row's value, and its partials: Registers, Loops, or None


class Register(Reading):
    """The result of one instruction.

    `instruction`: "constant", "argument", "item", "entry", "result", "gradient" for what is there before; "call" for a
    function of `math`; "select"; "pick"; "total" and "largest" of all items; else one of Python's operators.
    `is_item`: whether it is another number for each item of a list.
    """

    __slots__ = ("instruction", "is_item", "operands")
    generality: ClassVar[int] = 6

    def __init__(self, instruction: str, *operands: Any) -> None:
        self.instruction: str = instruction
        self.operands: tuple[Any, ...] = operands
        self.is_item: bool = instruction == "item" or (instruction not in REDUCTIONS and any(
            isinstance(operand, Register) and operand.is_item for operand in operands))

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        operands = [_list(argument) if is_tuple(argument) or isinstance(argument, Loop) else register(argument)
                    for argument in arguments]
        value: Any = operation.value
        if isinstance(value, BuiltinFunctionType) and not any(operation.lists):
            if value.__module__ == "math":
                return Register("call", value.__name__, *operands)
            # Python's sum() begins with the int 0: so it shows that all items are added up.
            if value is operator.add and type(arguments[0]) is int and arguments[0] == 0 and operands[1].is_item:
                return Register("total", operands[1])
            if value not in OPERATORS:
                raise RecordingError(f"Python's {value.__name__} is no instruction of a machine")
            return _simplified(value, operands)
        return value(*operands)

    def truth(self) -> "bool | Register":
        if self.instruction == "constant":
            return bool(self.operands[0])
        return self if self.instruction in ("<", "<=", ">", ">=", "!=") else Register("!=", self, register(0.0))

    def either(self, a: Any, b: Any) -> Any:
        condition = self.truth()
        if isinstance(condition, bool):
            return a if condition else b
        return Register("select", condition, register(a), register(b))

    choose = either
    # What the approximations in the table ask of a machine beyond arithmetic.

    def square_root(self) -> "Register":
        return Register("square_root", self)

    def rounded(self) -> "Register":
        return Register("rounded", self)

    def power_of_two(self) -> "Register":
        return Register("power_of_two", self)

    def exponent(self) -> "Register":
        return Register("exponent", self)

    def mantissa(self) -> "Register":
        return Register("mantissa", self)

    def times_plus(self, factor: Any, more: Any) -> "Register":
        return Register("times_plus", self, register(factor), register(more))

    def with_sign_of(self, other: Any) -> "Register":
        return Register("with_sign_of", self, register(other))

    def __lt__(self, other: Any) -> Any:
        return Register("<", self, register(other))

    def __le__(self, other: Any) -> Any:
        return Register("<=", self, register(other))

    def __gt__(self, other: Any) -> Any:
        return Register(">", self, register(other))

    def __ge__(self, other: Any) -> Any:
        return Register(">=", self, register(other))

    def _refuse(self, *_: Any) -> NoReturn:
        raise RecordingError("it asks Python what a number is: let it choose with where(condition, a, b)")

    __bool__ = __float__ = __int__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse
    __eq__ = __ne__ = __hash__ = _refuse  # pyright: ignore


class Loop(Items):
    """A list of `length` numbers of which `item` is any one, and `place` the place of that list in a call."""

    def __init__(self, item: Any, length: int, place: int | None = None) -> None:
        self.item, self.length, self.place = item, length, place

    def __iter__(self) -> Iterator[Any]:
        yield self.item

    def __len__(self) -> int:
        return self.length

    def largest(self) -> Register:
        return Register("largest", self.item)

    def pick(self, index: Any) -> Register:
        if self.place is None:
            raise RecordingError("it picks from a list that was calculated")
        return Register("pick", register(index), self.place)

    def one_hot(self, index: Any) -> "OneHot":
        return OneHot(register(index))


class OneHot:
    """The partial of what picks an item of a list: 1 for the one of that index."""

    def __init__(self, index: Register) -> None:
        self.index = index


def register(x: Any) -> Register:
    return x if isinstance(x, Register) else Register("constant", number(x))


def body(row: Operation, lengths: tuple[int | None, ...], known: tuple[float | None, ...]) -> Body:
    """A row as instructions: its value, and for each argument its partial.

    `lengths`: of each list among the arguments; `known`: the arguments that are the same constant in every call.
    Raises RecordingError for a row that asks what a number is.
    """
    return _body(row, lengths, tuple(None if x is None else repr(x) for x in known))


@lru_cache(maxsize=4096)
def _body(row: Operation, lengths: tuple[int | None, ...], digits: tuple[str | None, ...]) -> Body:
    """The same; by their digits, 0.0 and -0.0 are two numbers."""
    known = tuple(None if x is None else float(x) for x in digits)
    try:
        if not any(row.lists) or _is_loop(row):
            return _read(row, _arguments(lengths, known))
        return _read(row, [tuple(Register("entry", place, k) for k in range(length)) if length is not None else x
                           for place, (length, x) in enumerate(zip(lengths, _arguments(lengths, known)))])
    except RecordingError as error:
        raise RecordingError(f"{row.name} cannot be compiled: {error}") from None


def instructions(body: Body) -> int:
    """How many different instructions a row takes."""
    seen: set[int] = set()

    def count(x: Any) -> int:
        if isinstance(x, Loop):
            return count(x.item)
        if isinstance(x, OneHot):
            return count(x.index)
        if isinstance(x, list | tuple):
            return sum(map(count, x))  # pyright: ignore
        if not isinstance(x, Register) or id(x) in seen or x.instruction in _GIVEN:
            return 0
        seen.add(id(x))
        return 1 + sum(map(count, x.operands))

    return count(list(body))


def evaluate(register: Any, arguments: Sequence[Any], y: float = math.nan, k: int = 0) -> Any:
    """What a Register comes to for given numbers and lists: what a machine would do, done by Python."""
    if isinstance(register, Loop):
        return [evaluate(register.item, arguments, y, k) for k in range(register.length)]
    instruction, operands = register.instruction, register.operands
    if instruction in REDUCTIONS:
        lists: list[list[float]] = [a for a in arguments if isinstance(a, list)]
        length = len(lists[0])
        return REDUCTIONS[instruction]([evaluate(operands[0], arguments, y, k) for k in range(length)])
    if instruction in _GIVEN:
        return (operands[0] if instruction == "constant" else y if instruction == "result" else
                arguments[operands[0]][k] if instruction == "item" else
                arguments[operands[0]][operands[1]] if instruction == "entry" else arguments[operands[0]])
    if instruction == "pick":
        return arguments[operands[1]][int(evaluate(operands[0], arguments, y, k))]
    function: Any = (getattr(math, operands[0]) if instruction == "call" else either if instruction == "select" else
                     _FUNCTIONS[instruction])
    return function(*(evaluate(x, arguments, y, k) for x in operands if isinstance(x, Register)))


def _read(row: Operation, arguments: list[Any]) -> Body:
    y = Register("result")
    try:
        value = register(row.value(*arguments) if any(row.lists) else Register.read(row, tuple(arguments)))
        if value.is_item and value.instruction == "+" and not value.operands[0].is_item:
            # sum(items, start) shows its first addition alone; `_is_loop` finds out if it was not one.
            value = Register("+", value.operands[0], Register("total", value.operands[1]))
        if value.is_item:
            raise RecordingError("it takes one item of a list for all of them")
    except (RecordingError, TypeError):
        if row.expansion is None or not any(row.lists):
            raise
        value = register(row.expansion(*arguments))
    return value, tuple(None if partial is None else _partial(partial(y, *arguments), argument)
                        for partial, argument in zip(row.partials, arguments))


def _partial(slope: Any, argument: Any) -> Any:
    """A partial: a Register for a number; for a list, as that is read, a Loop or the Registers of its items."""
    if isinstance(argument, Register):
        return register(slope)
    if isinstance(slope, Loop | OneHot):
        return slope
    slopes = list(map(register, slope))
    return Loop(slopes[0], len(argument)) if isinstance(argument, Loop) and len(slopes) == 1 else slopes


def _arguments(lengths: tuple[int | None, ...], known: tuple[float | None, ...]) -> list[Any]:
    return [Loop(Register("item", place), length, place) if length is not None else
            Register("argument", place) if constant is None else Register("constant", constant)
            for place, (length, constant) in enumerate(zip(lengths, known))]


def _list(argument: Any) -> Any:
    """A list with an item that stands for all of them is a loop."""
    if isinstance(argument, Loop):
        return argument
    items = list(map(register, argument))
    if any(item.is_item for item in items):
        if len(items) > 1:
            raise RecordingError("it puts an item beside a list")
        return Loop(items[0], 0)
    return items


def _simplified(function: Callable[..., Any], operands: list[Register]) -> Register:
    """One instruction, or less: what is known of constants is true of all numbers."""
    constants = [x.operands[0] if x.instruction == "constant" else None for x in operands]
    if None not in constants:
        try:
            return Register("constant", float(function(*constants)))
        except (ArithmeticError, ValueError, TypeError):
            pass
    if function is operator.mul and 1.0 in constants:
        return operands[1 - constants.index(1.0)]
    power: Any = operator.pow  # pyright: ignore
    if function is power and constants[1] in (1.0, 2.0):
        return operands[0] if constants[1] == 1.0 else Register("*", operands[0], operands[0])
    return Register(OPERATORS[function], *operands)


@lru_cache(maxsize=1024)
def _is_loop(row: Operation) -> bool:
    """Whether the row, read with one item for all, says the same as the row itself does for lists of three."""
    lengths = tuple(3 if is_list else None for is_list in row.lists)
    try:
        value, partials = _read(row, _arguments(lengths, (None,) * len(lengths)))
        for numbers in ([0.25, -1.5, 1.0], [2.0, 0.5, -0.75]):
            point = [[x + place for x in numbers] if is_list else 1.0 for place, is_list in enumerate(row.lists)]
            y = row.calculate(point, tuple(point))
            pairs = [([y], [evaluate(value, point)])]
            for place, partial in enumerate(partials):
                if partial is not None and not isinstance(partial, OneHot):
                    slope = row.slope(place, y, point)
                    found = evaluate(partial, point, y)
                    pairs.append((slope, found) if row.lists[place] else ([slope], [found]))
            if not all(len(a) == len(b) and all(map(_is_close, a, b)) for a, b in pairs):
                return False
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError):
        return False
    return True


def _is_close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
