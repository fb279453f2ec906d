"""What Python itself calculates for a formula, on floats that refuse to be infinite; and the operations it takes."""

import ast
import builtins
import math
import operator
import re

from autograd import operations


class Finite(float):
    """A float whose operators and functions raise where IEEE arithmetic would go on with inf or nan."""


def finite(calculate):
    def calculated(*numbers):
        result = calculate(*map(float, numbers))
        if isinstance(result, complex) or not math.isfinite(result):
            raise ArithmeticError
        return Finite(result)

    return calculated


for calculate in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg):
    setattr(Finite, f"__{calculate.__name__}__", finite(calculate))
    setattr(Finite, f"__r{calculate.__name__}__", finite(lambda a, b, calculate=calculate: calculate(b, a)))


class Base(Finite):
    """The number e, whose powers are those of exp."""

    def __pow__(self, exponent):
        return finite(math.exp)(exponent)


ONE = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
       "erf", "abs"]
CALLS = dict.fromkeys(ONE, 1) | dict.fromkeys(["atan2", "pow", "max", "min"], 2)
KNOWN = {name: finite(getattr(builtins, name, None) or getattr(math, name)) for name in CALLS}
CONSTANTS = {"pi": Finite(math.pi), "π": Finite(math.pi), "e": Base(math.e)}
VALUES = {"x": 0.7, "y": -1.5, "w_1": 3.0, "θ": 0.1}


def python(text, values):
    """What Python calculates. Its whole numbers are taken as floats, and ^ as a power."""
    text = re.sub(r"(?<![\w.])(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", r"N('\g<0>')", " ".join(text.split()))
    names = KNOWN | CONSTANTS | {name: Finite(value) for name, value in values.items()} | {"N": finite(float)}
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, names))


ROWS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power",
        ast.USub: "negative"}
SAME = {"abs": "absolute", "pow": "power", "max": "maximum", "min": "minimum", "asin": "arcsin", "acos": "arccos",
        "atan": "arctan", "atan2": "arctan2"}


def steps(text):
    """The operations in the order in which Python calculates, with the numbers and names that they take."""
    def walk(node):
        match node:
            case ast.Constant(value=value):
                return [float(value)]
            case ast.Name(id=name):
                return [CONSTANTS.get(name, name)]
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return walk(operand)
            case ast.UnaryOp(op=op, operand=operand):
                return [*walk(operand), operations[ROWS[type(op)]]]
            case ast.BinOp(left=ast.Name(id="e"), op=ast.Pow(), right=right):
                return [*walk(right), operations["exp"]]
            case ast.BinOp(left=left, op=op, right=right):
                return [*walk(left), *walk(right), operations[ROWS[type(op)]]]
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return [step for argument in arguments for step in walk(argument)] + [operations[SAME.get(name, name)]]
        raise AssertionError(ast.dump(node))

    return walk(ast.parse(" ".join(text.split()).replace("^", "**"), mode="eval").body)
