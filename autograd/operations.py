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

# The rows are generic: what flows through a lambda is whatever reads it, so it is given no type.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

import builtins
import math
import operator
from functools import reduce
from typing import Any

from autograd.table.notation import bars, cases, exponential, fraction, infix, minus, product, root, superscript, terms
from autograd.table.reading import Items, Reading, either, is_list, pick
from autograd.table.row import operation


def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, that is, where it is not 0, and `b` elsewhere.

    A branch may be a function without arguments, which is called only if it is chosen: that is how a partial
    derivative avoids what is not defined. Where the condition is not known yet, both branches are written down.
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
    values = (values, *more) if more or not is_list(values) else tuple(values)
    if not values:
        raise ValueError("mean needs at least one number")
    return sum(values) / len(values)


def _bell(x: Any) -> Any:
    """exp(-x²). Beyond ±30 it is too small for a float, and further out x² is too large for one."""
    return where(absolute(x) < 30, lambda: exp(-(x * x)), 0.0)


def _over_squares(a: Any, b: Any) -> Any:
    """a / (a² + b²), without the squares, which overflow and vanish long before it does."""
    return where(absolute(a) > absolute(b), lambda: 1 / a / (1 + (b / a) * (b / a)),
                 lambda: a / b / b / (1 + (a / b) * (a / b)))


def _softmax(y: Any, values: Any) -> list[Any]:
    """e^xi / (e^x1 + ... + e^xn), with y, their logsumexp, taken out of each; y need not be exact."""
    powers = [exp(x - y) for x in values]
    total = sum(powers)
    return [power / total for power in powers]


# ---- Arithmetic --------------------------------------------------------------------------------------------------

add = operation("add", operator.add, (lambda y, a, b: 1.0, lambda y, a, b: 1.0), symbol="+",
                notation=infix("+", associative=True))
subtract = operation("subtract", operator.sub, (lambda y, a, b: 1.0, lambda y, a, b: -1.0), symbol="-",
                     notation=infix("-"))
multiply = operation("multiply", operator.mul, (lambda y, a, b: b, lambda y, a, b: a), symbol="*", notation=product)
divide = operation("divide", operator.truediv, (lambda y, a, b: 1 / b, lambda y, a, b: -y / b), symbol="/",
                   notation=fraction, domain="b != 0")
negative = operation("negative", operator.neg, (lambda y, x: -1.0,), symbol="neg", notation=minus)

# At a = 0, a**0 and a**1 have the slopes 0 and 1, so a**2 is right in all orders, and 0**b is constant for b > 0. What
# stands in there for b·a^(b-1) and y·log(a) has infinite derivatives where they do: that of sqrt at 0, and those of a
# slightly smaller exponent. Where a < 0, a**b exists only for whole b: asking for its slope in b is the error.
power = operation("power", operator.pow,
                  (lambda y, a, b: where(where(b, b - 1, 0.0), lambda: b * a ** (b - 1), lambda: where(
                      a, lambda: b * a ** (b - 1), lambda: b + exp(a) * sqrt(b * (b - 1)))),
                   lambda y, a, b: where(a, lambda: y * log(a), lambda: where(
                       b, lambda: a ** (b - 1e-9), lambda: sqrt(a + b)))),
                  symbol="**", notation=superscript, domain="a > 0, or an integer b, positive if a = 0")

# ---- Elementary functions ----------------------------------------------------------------------------------------

exp = operation("exp", math.exp, (lambda y, x: y,), notation=exponential)
expm1 = operation("expm1", math.expm1, (lambda y, x: exp(x),))
log = operation("log", math.log, (lambda y, x: 1 / x,), domain="x > 0", latex=r"\log")
log1p = operation("log1p", math.log1p, (lambda y, x: 1 / (1 + x),), domain="x > -1")
sqrt = operation("sqrt", math.sqrt, (lambda y, x: 0.5 / y,), domain="x >= 0", notation=root)
sin = operation("sin", math.sin, (lambda y, x: cos(x),), domain="a finite x", latex=r"\sin")
cos = operation("cos", math.cos, (lambda y, x: -sin(x),), domain="a finite x", latex=r"\cos")
tan = operation("tan", math.tan, (lambda y, x: 1 + y * y,), domain="a finite x", latex=r"\tan",
                expansion=lambda x: sin(x) / cos(x))
arcsin = operation("arcsin", math.asin, (lambda y, x: 1 / sqrt((1 - x) * (1 + x)),), domain="-1 <= x <= 1",
                   latex=r"\arcsin")
arccos = operation("arccos", math.acos, (lambda y, x: -1 / sqrt((1 - x) * (1 + x)),), domain="-1 <= x <= 1",
                   latex=r"\arccos")
arctan = operation("arctan", math.atan, latex=r"\arctan", partials=(
    lambda y, x: where(absolute(x) < 1e9, lambda: 1 / (1 + x * x), lambda: 1 / x / x),))
arctan2 = operation("arctan2", math.atan2, (lambda y, a, b: _over_squares(b, a), lambda y, a, b: -_over_squares(a, b)))
# Where a textbook's form cancels digits, the expansion is one that does not.
sinh = operation("sinh", math.sinh, (lambda y, x: cosh(x),), latex=r"\sinh", expansion=lambda x: where(
    absolute(x) < 0.2, lambda: (expm1(x) - expm1(-x)) / 2, lambda: (exp(x) - exp(-x)) / 2))
cosh = operation("cosh", math.cosh, (lambda y, x: sinh(x),), latex=r"\cosh",
                 expansion=lambda x: (exp(x) + exp(-x)) / 2)
tanh = operation("tanh", math.tanh, (lambda y, x: 1 - y * y,), latex=r"\tanh", expansion=lambda x: where(
    absolute(x) < 0.1, lambda: (e := expm1(2 * x)) / (e + 2), lambda: ((e := exp(2 * x)) - 1) / (e + 1)))
erf = operation("erf", math.erf, (lambda y, x: 2 / math.sqrt(math.pi) * _bell(x),))

# ---- Choices: at a kink, the derivative is the one that PyTorch takes ----------------------------------------------

choose = operation("where", either,
                   (None, lambda y, c, a, b: choose(c, 1.0, 0.0), lambda y, c, a, b: choose(c, 0.0, 1.0)),
                   notation=cases)
step = operation("step", lambda x: where(x > 0, 1.0, 0.0), (None,))
sign = operation("sign", lambda x: where(x > 0, 1.0, where(x < 0, -1.0, 0.0)), (None,))
absolute = operation("absolute", operator.abs, (lambda y, x: sign(x),), symbol="abs", notation=bars)
maximum = operation("maximum", lambda a, b: where(a > b, a, b),
                    (lambda y, a, b: where(a > b, 1.0, where(a < b, 0.0, 0.5)),
                     lambda y, a, b: where(a > b, 0.0, where(a < b, 1.0, 0.5))), symbol="max")
minimum = operation("minimum", lambda a, b: where(a < b, a, b), maximum.partials[::-1], symbol="min")

# ---- Activations ---------------------------------------------------------------------------------------------------

relu = operation("relu", lambda x: where(x > 0, x, 0.0), (lambda y, x: step(x),), symbol="ReLU")
leaky_relu = operation("leaky_relu", lambda x: where(x > 0, x, 0.01 * x), (lambda y, x: where(x > 0, 1.0, 0.01),),
                       symbol="LeakyReLU")
elu = operation("elu", lambda x: where(x > 0, x, lambda: expm1(x)),
                (lambda y, x: where(x > 0, 1.0, lambda: exp(x)),), symbol="ELU")
# exp is only ever given a number <= 0 here, so neither of these two can overflow.
sigmoid = operation("sigmoid", lambda x: where(x > 0, lambda: 1 / (1 + exp(-x)), lambda: exp(x) / (1 + exp(x))),
                    (lambda y, x: y * (1 - y),), expansion=lambda x: 1 / (1 + exp(-x)))
softplus = operation("softplus", lambda x: where(x > 0, x, 0.0) + log1p(exp(-absolute(x))),
                     (lambda y, x: sigmoid(x),), expansion=lambda x: where(
                         x > -1, lambda: log(1 + exp(x)), lambda: log1p(exp(x))))
silu = operation("silu", lambda x: x * sigmoid(x), (lambda y, x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),),
                 expansion=lambda x: x * sigmoid(x), symbol="SiLU")
# x * Φ(x), Φ the standard normal distribution function (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016)
gelu = operation("gelu", lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
                 (lambda y, x: (1 + erf(x / math.sqrt(2))) / 2 + x * _bell(x / math.sqrt(2)) / math.sqrt(2 * math.pi),),
                 expansion=lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))), symbol="GELU")

# ---- Many numbers at once --------------------------------------------------------------------------------------------


def _logsumexp(values: Any) -> Any:
    """log(e^x1 + ... + e^xn), with the largest number taken out first so that no power overflows."""
    largest = values.largest() if isinstance(values, Items) else reduce(maximum, values)
    return largest + log(sum([exp(x - largest) for x in values]))


def _one_hot(index: Any, values: Any) -> Any:
    """1 at the index, and 0 everywhere else."""
    return values.one_hot(index) if isinstance(values, Items) else [
        where(absolute(index - place) < 0.5, 1.0, 0.0) for place in range(len(values))]


def _logsumexp_of_floats(values: list[float]) -> float:
    largest = max(values)
    return largest + math.log(builtins.sum(math.exp(0.0 if x == largest else x - largest) for x in values))


sum = operation("sum", builtins.sum, (lambda y, values: [1.0 for _ in values],), lists=("values",),
                notation=terms("{0:1}"), expansion=lambda values: reduce(add, values) if values else 0.0)
dot = operation("dot", lambda weights, inputs: builtins.sum(map(operator.mul, weights, inputs)),
                (lambda y, weights, inputs: inputs, lambda y, weights, inputs: weights), lists=("weights", "inputs"),
                notation=terms("{0:2}·{1:2}"),
                expansion=lambda weights, inputs: reduce(add, list(map(multiply, weights, inputs))) if weights else 0.0)
affine = operation("affine", lambda b, w, x: builtins.sum(map(operator.mul, w, x), b), lists=("w", "x"), partials=(
    lambda y, b, w, x: 1.0, lambda y, b, w, x: x, lambda y, b, w, x: w), notation=terms("{1:2}·{2:2}", first="{0:1}"),
                   expansion=lambda b, w, x: reduce(add, list(map(multiply, w, x)), b))
logsumexp = operation("logsumexp", _logsumexp_of_floats, (_softmax,), lists=("values",),
                      expansion=_logsumexp, domain="at least one number")
take = operation("take", pick, (None, lambda y, index, values: _one_hot(index, values)),
                 lists=("values",), domain="a whole index that counts one of the values from 0")

# The value, but a constant as far as any derivative is concerned.
stop_gradient = operation("stop_gradient", lambda x: x, (None,))
