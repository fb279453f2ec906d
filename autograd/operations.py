"""The table: every operation of the engine, each written once.

A row says what an operation is: its value, its partial derivatives and, where it is built from simpler
operations, what it expands to. Partial derivatives are written in ordinary arithmetic over anything that behaves
like a number, so that one row serves every reading of it:

    float     calculate                    Dual      carry a directional derivative along
    Value     record a graph; in the       Formula   write it down
              partials, record once more

In a partial, `y` is the operation's own result, which often makes it short: tanh has the derivative 1 - y * y.
An argument through which no gradient flows has None for its partial. This file knows no reading by name: the type
of the arguments says which one reads the row.
"""

import builtins
import math
import operator
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any, ClassVar

from autograd.errors import DivisionByZeroError, DomainError, NumberOverflowError

if TYPE_CHECKING:  # the methods that the table gives to every reading, spelled out for type checkers
    from autograd._methods import Methods
else:
    Methods = object

# A notation is a template and how tightly it holds together. `{0:2}` is the first operand, in parentheses if it
# holds less tightly than a PRODUCT. A function of the operands may choose the notation.
Notation = tuple[int, str] | Callable[..., tuple[int, str]]
CHOICE, SUM, PRODUCT, POWER, ATOM = range(5)

operations: dict[str, "Operation"] = {}


class Reading(Methods):
    """Anything but a plain number that flows through a row: Value, Dual, Formula, and what may come."""

    __slots__ = ()
    generality: ClassVar[int]  # among different readings in one call, the most general one reads the row

    @classmethod
    def read(cls, operation: "Operation", arguments: tuple[Any, ...]) -> Any:
        """Read a row with these arguments, of which at least one is of this reading."""
        raise NotImplementedError

    def truth(self) -> "bool | Reading":
        """Whether this number is not 0: what holds as a condition. Where that cannot be told yet, the condition."""
        raise NotImplementedError


class Operation:
    """One row of the table. Calling it reads the row as the arguments ask for: `tanh(0.5)` is a float."""

    def __init__(self, name: str, value: Callable[..., Any], partials: tuple[Callable[..., Any] | None, ...],
                 expansion: Callable[..., Any] | None, symbol: str, domain: str | None, lists: tuple[str, ...],
                 notation: dict[str, Notation]) -> None:
        self.name, self.value, self.partials, self.expansion = name, value, partials, expansion
        self.symbol, self.domain, self.notation = symbol, domain, notation
        self.shortcut: Callable[..., Any] | None = None  # a reading may put a faster way here, for what it knows best
        formulas = [partial for partial in partials if partial is not None]
        if formulas:
            self.parameters = formulas[0].__code__.co_varnames[1 : len(partials) + 1]
        else:
            self.parameters = value.__code__.co_varnames[: len(partials)]
        self.lists = tuple(parameter in lists for parameter in self.parameters)

    def __call__(self, *arguments: Any) -> Any:
        if self.shortcut is not None and len(arguments) == len(self.partials):
            result = self.shortcut(*arguments)
            if result is not NotImplemented:
                return result
        if True in self.lists:
            arguments = self._gather(arguments)
        if len(arguments) != len(self.partials):
            raise TypeError(f"{self.name} takes {len(self.partials)} arguments "
                            f"({', '.join(self.parameters)}), not {len(arguments)}")
        reading: type[Reading] | None = None
        for argument in arguments:
            for item in argument if type(argument) is tuple else (argument,):
                if isinstance(item, Reading) and (reading is None or item.generality > reading.generality):
                    reading = type(item)
        if reading is not None:
            return reading.read(self, arguments)
        return self.calculate([[number(item) for item in argument] if type(argument) is tuple else number(argument)
                               for argument in arguments], arguments)

    def calculate(self, operands: list[Any], arguments: tuple[Any, ...]) -> float:
        """The value on floats and lists of floats. `arguments` are what they stand for: an error tells their labels.

        Raises DomainError outside of the domain, and for a result that is not finite though the operands are.
        """
        try:
            result = self.value(*operands)
            if isinstance(result, complex):  # Python's answer to (-1) ** 0.5
                raise ValueError
        except ZeroDivisionError:
            raise DivisionByZeroError(self.complaint(arguments)) from None
        except OverflowError:
            raise NumberOverflowError(self.complaint(arguments, "overflows")) from None
        except ValueError as error:
            raise DomainError(self.complaint(arguments, None if self.domain else str(error))) from None
        result = float(result)
        if not math.isfinite(result) and all(map(math.isfinite, _flat(operands))):
            raise NumberOverflowError(self.complaint(arguments, "overflows"))
        return result

    def slope(self, place: int, y: Any, arguments: Iterable[Any]) -> Any:
        """The partial derivative with respect to one argument, or a list of them for a list, read as they ask for.

        Raises DomainError where there is none, which may be so although the operation has a value there.
        """
        partial = self.partials[place]
        assert partial is not None, "no gradient flows through this argument"
        try:
            slopes = partial(y, *arguments)
            if not all(math.isfinite(slope) for slope in _flat([slopes]) if isinstance(slope, float)):
                raise OverflowError
            return slopes
        except (ArithmeticError, ValueError) as error:
            kind = DivisionByZeroError if isinstance(error, ZeroDivisionError) else DomainError
            what = f"has no finite derivative with respect to {self.parameters[place]}"
            raise kind(self.complaint(arguments, what)) from None

    def complaint(self, arguments: Iterable[Any], what: str | None = None) -> str:
        """`log(x) needs x > 0; here x = -1.0 (label 'p')`"""
        here = ", ".join(f"{name} = {_shown(argument)}" for name, argument in zip(self.parameters, arguments))
        return f"{self.call} {what or 'needs ' + (self.domain or 'other numbers')}; here {here}"

    @property
    def call(self) -> str:
        """The operation as it is written with the names of its parameters: `a / b`, `log(x)`."""
        notation = self.notation["text"]
        template = (notation(*self.parameters) if callable(notation) else notation)[1]
        for level in "1234":
            template = template.replace(f":{level}", "")
        return template.format(*self.parameters)

    def _gather(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Lists of any kind become tuples; the last one may also be given number by number."""
        fixed = len(self.partials) - 1
        if self.lists[fixed] and len(arguments) != len(self.partials) or not _is_list(arguments[fixed]):
            arguments = (*arguments[:fixed], arguments[fixed:])
        gathered: list[Any] = []
        for argument, is_list in zip(arguments, self.lists):
            if is_list and not _is_list(argument):
                raise TypeError(f"{self.call} needs lists of numbers, not {type(argument).__name__!r}")
            gathered.append(argument if not is_list or type(argument) is tuple else tuple(argument))
        lengths = [len(argument) for argument, is_list in zip(gathered, self.lists) if is_list]
        if builtins.min(lengths) != builtins.max(lengths):
            raise ValueError(f"{self.call} needs lists of the same length, not of {' and '.join(map(str, lengths))}")
        return tuple(gathered)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find, (self.name,)


def operation(name: str, value: Callable[..., Any], partials: tuple[Callable[..., Any] | None, ...], *,
              expansion: Callable[..., Any] | None = None, symbol: str | None = None, domain: str | None = None,
              lists: tuple[str, ...] = (), text: Notation | None = None, latex: Notation | str | None = None,
              javascript: Notation | None = None, python: Notation | None = None) -> Operation:
    """Add a row to the table; that is all that a new operation needs.

    - `value`: a primitive such as `math.tanh`, or generic arithmetic: a function of the arguments.
    - `partials`: for each argument the derivative with respect to it, a function of `y`, the result, and the
      arguments; a list of them for an argument that is a list; None where no gradient flows.
    - `expansion`: the same value from simpler operations.
    - `domain`: what the arguments have to fulfil, in words.
    - `lists`: the names of the arguments that are lists of numbers; they are of the same length.
    - the notations, where `name(x)` is not the one. Without one for Python, `value` says how to calculate.

    Raises ValueError for a name that is taken or that is not a name.
    """
    if not name.isidentifier() or any(hasattr(reading, name) for reading in (Reading, *Reading.__subclasses__())):
        raise ValueError(f"an operation cannot be called {name!r}: the name is taken, or is none")
    places = ", ".join(f"{{{place}}}" for place in range(len(partials)))
    function = latex if isinstance(latex, str) else rf"\operatorname{{{name.replace('_', ' ')}}}"
    notation: dict[str, Notation] = {
        "text": text or (ATOM, f"{name}({places})"),
        "latex": latex if latex and not isinstance(latex, str) else (ATOM, rf"{function}\left({places}\right)"),
        "javascript": javascript or (ATOM, f"{name}({places})"),
    }
    if isinstance(value, BuiltinFunctionType) or lists:
        python = python or (ATOM, f"{name}({places})")
    if python:
        notation["python"] = python
    row = operations[name] = Operation(name, value, partials, expansion, symbol or name, domain, lists, notation)
    setattr(Reading, name, lambda *arguments: row(*arguments))
    if getattr(value, "__module__", None) == "_operator":  # a Python operator is that operator for every reading
        setattr(Reading, f"__{value.__name__}__", _operator(row, 1))
        setattr(Reading, f"__r{value.__name__}__", _operator(row, -1))
    return row


def number(data: Any) -> float:
    """A plain real number as a float: int, float, a NumPy scalar, anything with `__float__` or `__index__`.

    Raises TypeError for all else, a Value or Dual included.
    """
    if type(data) is float:
        return data
    kind = type(data)
    scalar = getattr(data, "shape", ()) == () and getattr(getattr(data, "dtype", None), "kind", "f") != "c"
    if isinstance(data, Reading) or not scalar or not (hasattr(kind, "__float__") or hasattr(kind, "__index__")):
        raise TypeError(f"a real number is needed, not {kind.__name__!r}")
    return float(data)


def find(name: str) -> Operation:
    """The row of this name. Raises LookupError that suggests the nearest one."""
    if name not in operations:
        import difflib  # slow to import, and seldom needed

        near = difflib.get_close_matches(name, operations, 1)
        raise LookupError(f"there is no operation {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return operations[name]


def _operator(row: Operation, direction: int) -> Callable[[Any, Any], Any]:
    def method(*arguments: Any) -> Any:
        for argument in arguments[1:]:
            if not isinstance(argument, Reading):
                try:
                    number(argument)
                except TypeError:
                    return NotImplemented  # Python asks the other operand, then complains in its own words
        return row(*arguments[::direction])

    return method


def _is_list(argument: Any) -> bool:
    return not isinstance(argument, str) and hasattr(argument, "__iter__") and getattr(argument, "shape", None) != ()


def _flat(arguments: Iterable[Any]) -> list[Any]:
    return [item for argument in arguments
            for item in (argument if isinstance(argument, list | tuple) else (argument,))]  # pyright: ignore


def _shown(argument: Any) -> str:
    if isinstance(argument, list | tuple):
        return "[" + ", ".join(_shown(item) for item in argument) + "]"  # pyright: ignore
    label = getattr(argument, "label", None)
    shown = getattr(argument, "data", argument)
    return f"{shown}" + (f" (label {label!r})" if label else "")


def _superscript(exponent: Any) -> str:
    digits = str(exponent)
    return digits.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")) if digits.isdigit() else f"^{{1:{ATOM}}}"


def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, that is where it is not 0, and `b` elsewhere.

    A branch may be a function without arguments, which is then called only if it is chosen: a partial derivative
    can so avoid what is not defined. Where the condition is not known yet, both branches are written down.
    """
    truth = condition.truth() if isinstance(condition, Reading) else bool(condition)
    if isinstance(truth, Reading):
        return choose(truth, a() if callable(a) else a, b() if callable(b) else b)
    if callable(a) or callable(b):
        chosen = a if truth else b
        return chosen() if callable(chosen) else chosen
    return choose(condition, a, b)


def mean(values: Any, *more: Any) -> Any:
    """The arithmetic mean of a list, or of any number of arguments."""
    values = (values, *more) if more or not _is_list(values) else tuple(values)
    if not values:
        raise ValueError("mean needs at least one number")
    return sum(values) / len(values)


# ---- Arithmetic --------------------------------------------------------------------------------------------------

add = operation("add", operator.add, (lambda y, a, b: 1.0, lambda y, a, b: 1.0), symbol="+",
                text=(SUM, "{0:1} + {1:1}"), latex=(SUM, "{0:1} + {1:1}"),
                javascript=(SUM, "{0:1} + {1:2}"), python=(SUM, "{0:1} + {1:2}"))
subtract = operation("subtract", operator.sub, (lambda y, a, b: 1.0, lambda y, a, b: -1.0), symbol="-",
                     text=(SUM, "{0:1} - {1:2}"), latex=(SUM, "{0:1} - {1:2}"),
                     javascript=(SUM, "{0:1} - {1:2}"), python=(SUM, "{0:1} - {1:2}"))
multiply = operation("multiply", operator.mul, (lambda y, a, b: b, lambda y, a, b: a), symbol="*",
                     text=lambda a, b: (POWER, "{0:4}²") if a == b else (PRODUCT, "{0:2}·{1:2}"),
                     latex=lambda a, b: (POWER, "{0:4}^{{2}}") if a == b else (PRODUCT, r"{0:2} \cdot {1:2}"),
                     javascript=(PRODUCT, "{0:2} * {1:3}"), python=(PRODUCT, "{0:2} * {1:3}"))
divide = operation("divide", operator.truediv, (lambda y, a, b: 1 / b, lambda y, a, b: -y / b), symbol="/",
                   domain="b != 0", text=(PRODUCT, "{0:2} / {1:3}"), latex=(POWER, r"\frac{{{0}}}{{{1}}}"),
                   javascript=(PRODUCT, "{0:2} / {1:3}"), python=(PRODUCT, "{0:2} / {1:3}"))
negative = operation("negative", operator.neg, (lambda y, x: -1.0,), symbol="neg", text=(PRODUCT, "-{0:2}"),
                     latex=(PRODUCT, "-{0:2}"), javascript=(PRODUCT, "-{0:2}"), python=(PRODUCT, "-{0:2}"))

# b * a**(b - 1) is 0 for b = 0, also at a = 0, where a**(b - 1) does not exist; so x**2 is right at 0 in all orders.
# With respect to the exponent, 0**b is constant for b > 0. Where a < 0, a**b exists for whole b alone and has no
# derivative with respect to b: asking for that one, and nothing else, is the error.
power = operation("power", operator.pow,
                  (lambda y, a, b: where(b, lambda: b * a ** (b - 1), 0.0),
                   lambda y, a, b: where(a, lambda: y * log(a), 0.0)),
                  symbol="**", domain="a > 0, or a whole b, positive if a = 0",
                  text=lambda a, b: (POWER, "{0:4}" + _superscript(b)), latex=(POWER, "{0:4}^{{{1}}}"),
                  javascript=(ATOM, "Math.pow({0}, {1})"), python=(ATOM, "math.pow({0}, {1})"))

# ---- Elementary functions ----------------------------------------------------------------------------------------

exp = operation("exp", math.exp, (lambda y, x: y,), latex=(POWER, "e^{{{0}}}"))
expm1 = operation("expm1", math.expm1, (lambda y, x: exp(x),))
log = operation("log", math.log, (lambda y, x: 1 / x,), domain="x > 0", latex=r"\log")
log1p = operation("log1p", math.log1p, (lambda y, x: 1 / (1 + x),), domain="x > -1")
sqrt = operation("sqrt", math.sqrt, (lambda y, x: 0.5 / y,), domain="x >= 0", latex=(POWER, r"\sqrt{{{0}}}"))
sin = operation("sin", math.sin, (lambda y, x: cos(x),), latex=r"\sin")
cos = operation("cos", math.cos, (lambda y, x: -sin(x),), latex=r"\cos")
tan = operation("tan", math.tan, (lambda y, x: 1 + y * y,), expansion=lambda x: sin(x) / cos(x), latex=r"\tan")
arcsin = operation("arcsin", math.asin, (lambda y, x: 1 / sqrt(1 - x * x),), domain="-1 <= x <= 1", latex=r"\arcsin")
arccos = operation("arccos", math.acos, (lambda y, x: -1 / sqrt(1 - x * x),), domain="-1 <= x <= 1",
                   latex=r"\arccos")
arctan = operation("arctan", math.atan, (lambda y, x: 1 / (1 + x * x),), latex=r"\arctan")
arctan2 = operation("arctan2", math.atan2, (lambda y, a, b: b / (a * a + b * b), lambda y, a, b: -a / (a * a + b * b)))
sinh = operation("sinh", math.sinh, (lambda y, x: cosh(x),), latex=r"\sinh",
                 expansion=lambda x: (expm1(x) + expm1(x) / (expm1(x) + 1)) / 2)
cosh = operation("cosh", math.cosh, (lambda y, x: sinh(x),), latex=r"\cosh",
                 expansion=lambda x: (exp(x) + exp(-x)) / 2)
tanh = operation("tanh", math.tanh, (lambda y, x: 1 - y * y,), latex=r"\tanh",
                 expansion=lambda x: expm1(2 * x) / (expm1(2 * x) + 2))
erf = operation("erf", math.erf, (lambda y, x: 2 / math.sqrt(math.pi) * exp(-(x * x)),))

# ---- Choices: at a kink, the derivative is the one that PyTorch takes ----------------------------------------------

choose = operation("where", lambda condition, a, b: a if condition else b,
                   (None, lambda y, c, a, b: choose(c, 1.0, 0.0), lambda y, c, a, b: choose(c, 0.0, 1.0)),
                   text=(CHOICE, "{1:1} if {0:1} else {2}"), python=(CHOICE, "{1:1} if {0:1} else {2}"),
                   javascript=(CHOICE, "{0:1} ? {1:1} : {2}"),
                   latex=(ATOM, r"\begin{{cases}}{1}&\text{{if }}{0}\\{2}&\text{{otherwise}}\end{{cases}}"))
step = operation("step", lambda x: where(x > 0, 1.0, 0.0), (None,))
absolute = operation("absolute", operator.abs, (lambda y, x: step(x) - step(-x),), symbol="abs", text=(ATOM, "|{0}|"),
                     latex=(ATOM, r"\left|{0}\right|"), javascript=(ATOM, "Math.abs({0})"),
                     python=(ATOM, "abs({0})"))
maximum = operation("maximum", lambda a, b: where(a > b, a, b),
                    (lambda y, a, b: where(a > b, 1.0, where(a < b, 0.0, 0.5)),
                     lambda y, a, b: where(a > b, 0.0, where(a < b, 1.0, 0.5))), symbol="max")
minimum = operation("minimum", lambda a, b: where(a < b, a, b),
                    (lambda y, a, b: where(a < b, 1.0, where(a > b, 0.0, 0.5)),
                     lambda y, a, b: where(a < b, 0.0, where(a > b, 1.0, 0.5))), symbol="min")

# ---- Activations ---------------------------------------------------------------------------------------------------

relu = operation("relu", lambda x: where(x > 0, x, 0.0), (lambda y, x: step(x),), symbol="ReLU")
leaky_relu = operation("leaky_relu", lambda x: where(x > 0, x, 0.01 * x), (lambda y, x: where(x > 0, 1.0, 0.01),),
                       symbol="LeakyReLU")
elu = operation("elu", lambda x: where(x > 0, x, lambda: expm1(x)),
                (lambda y, x: where(x > 0, 1.0, lambda: exp(x)),), symbol="ELU")
# exp is only ever taken of a number <= 0 here, so neither of these two can overflow.
sigmoid = operation("sigmoid", lambda x: where(x > 0, lambda: 1 / (1 + exp(-x)), lambda: exp(x) / (1 + exp(x))),
                    (lambda y, x: y * (1 - y),), expansion=lambda x: 1 / (1 + exp(-x)))
softplus = operation("softplus", lambda x: where(x > 0, x, 0.0) + log1p(exp(-absolute(x))),
                     (lambda y, x: sigmoid(x),), expansion=lambda x: log1p(exp(x)))
silu = operation("silu", lambda x: x * sigmoid(x), (lambda y, x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),),
                 expansion=lambda x: x * sigmoid(x), symbol="SiLU")
# x * Φ(x), Φ the standard normal distribution function (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016)
gelu = operation("gelu", lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
                 (lambda y, x: 0.5 * (1 + erf(x / math.sqrt(2))) + x * exp(-0.5 * x * x) / math.sqrt(2 * math.pi),),
                 expansion=lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))), symbol="GELU")

# ---- Many numbers at once --------------------------------------------------------------------------------------------


def _fold(combine: Callable[[Any, Any], Any], values: Any) -> Any:
    total = values[0]
    for value in values[1:]:
        total = combine(total, value)
    return total


def _logsumexp(values: Any) -> Any:
    """log(e^x1 + ... + e^xn), with the largest number taken out first so that no power overflows."""
    largest = _fold(maximum, values)
    return largest + log(sum([exp(x - largest) for x in values]))


def _largest_out(values: list[float]) -> float:
    if not values:
        raise ValueError
    largest = max(values)
    return largest + math.log(builtins.sum(math.exp(x - largest) for x in values))


def _pick(index: float, values: list[float]) -> float:
    if index != int(index) or not 0 <= index < len(values):
        raise ValueError
    return values[int(index)]


sum = operation("sum", builtins.sum, (lambda y, values: [1.0 for _ in values],), lists=("values",),
                expansion=lambda values: _fold(add, values) if values else 0.0)
dot = operation("dot", lambda weights, inputs: builtins.sum(map(operator.mul, weights, inputs)),
                (lambda y, weights, inputs: inputs, lambda y, weights, inputs: weights), lists=("weights", "inputs"),
                expansion=lambda weights, inputs: _fold(add, list(map(multiply, weights, inputs))) if weights else 0.0)
logsumexp = operation("logsumexp", _largest_out, (lambda y, values: [exp(x - y) for x in values],), lists=("values",),
                      expansion=_logsumexp, domain="at least one number")
take = operation("take", _pick,
                 (None, lambda y, index, values: [where(absolute(index - place) < 0.5, 1.0, 0.0)
                                                  for place in range(len(values))]),
                 lists=("values",), domain="a whole index that counts one of the values from 0")

# The value, but a constant as far as any derivative is concerned.
stop_gradient = operation("stop_gradient", lambda x: x, (None,))
