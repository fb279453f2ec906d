"""While a function is written down, its symbols stand for no number, and answer no question as if they did."""

import math
from contextlib import suppress

import numpy as np
import pytest

from autograd import Formula, Reading, Value, formula, operation, operations, power, tanh, where
from autograd.writing.formula import slopes, value_of
from autograd.writing.unknown import being_read

X = Formula("x")


def floor_or_itself(x):
    try:
        return math.floor(x)
    except TypeError:
        return x


QUESTIONS = {
    "==": lambda x: 7.0 if x == 1 else x,
    "!=": lambda x: 7.0 if x != 1 else x,
    "== from the other side": lambda x: 7.0 if 1 == x else x,  # noqa: SIM300 (the order is what is tested)
    "== of NumPy": lambda x: 7.0 if np.float64(1) == x else x,
    "== between formulas": lambda x: 7.0 if x * x == x else x,
    "a dict": lambda x: {1.0: 5.0}.get(x, x),
    "a set": lambda x: 7.0 if x in {1.0, 2.0} else x,
    "in": lambda x: 7.0 if x in [1.0, 2.0] else x,
    "index": lambda x: [1.0, 2.0].index(x),
    "if": lambda x: 7.0 if x else x,
    "if with <": lambda x: 7.0 if x < 1 else x,
    "max": lambda x: max(x, 0.0),
    "float": lambda x: float(x) * x,
    "int": lambda x: int(x) * x,
    "round": lambda x: round(x) * x,
    "round to digits": lambda x: round(x, 2) * x,
    "floor": lambda x: math.floor(x) * x,
    "ceil": lambda x: math.ceil(x) * x,
    "trunc": lambda x: math.trunc(x) * x,
    "a place in a list": lambda x: [1.0, 2.0][x],
    "a function of math": lambda x: math.sin(x) * x,
    "floor in a try": floor_or_itself,
}


@pytest.fixture
def asking():
    """A row of a user's own that asks, as its value does and as its partial does."""

    def add(question):
        return operation("asking", question, (lambda y, x: question(x),))

    yield add
    operations.pop("asking", None)
    with suppress(AttributeError):
        del Reading.asking
    with suppress(AttributeError):
        del Value.asking


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_function_that_asks_what_a_number_is_cannot_be_written_down(question, asking):
    row = asking(question)
    for read in (lambda: formula(question), lambda: formula(row, partial=0), lambda: formula(row, partial="x").text,
                 lambda: formula(lambda x: tanh(row(x))).python, lambda: value_of(row, (X,)),
                 lambda: slopes(row, Formula("y"), (X,))):
        with pytest.raises(TypeError, match=r"choose with where\(condition, a, b\)"):
            read()


def test_what_can_be_written_is_no_question():
    for function in (lambda x: np.float64(2) * x, lambda x: (np.array([1.0, 1.0]) * x).sum() / 1.0,
                     lambda x: where(x - 1, x, 7.0), lambda x: 7.0 if x is None else 2 * x):
        assert formula(function).text.count("x") >= 1
    written = []
    assert formula(lambda x: written.append(f"{x * x}, {power(x, 3.0)!r}") or x).text == "x"  # it may be printed
    assert written == ["x², Formula('x³')"]


def test_a_formula_is_never_equal_to_a_number_and_says_so():
    for number in (2, 2.0, True, np.float64(2), np.int8(2), Value(2.0)):
        for compare in (lambda n: n == X, lambda n: n == X, lambda n: n != X, lambda n: n in [X]):
            with pytest.raises(TypeError, match="== has no answer: choose with where"):
                compare(number)


def test_formulas_that_are_finished_are_compared_by_what_is_written():
    with pytest.raises(TypeError, match="looking it up has no answer"), being_read():
        hash(X)
    assert Formula("x") * 2 == X * 2
    assert {X * 2: "twice"}[Formula("x") * 2] == "twice"
    assert X * 2 != X
    with pytest.raises(ZeroDivisionError):
        formula(lambda x: 1 / 0)
    assert formula(tanh) == formula(lambda x: tanh(x))  # nothing is being read any more, whatever happened


def test_one_function_may_be_written_while_another_is_read():
    found = []

    def outer(x):
        found.append(formula(lambda y: y * y).text)
        return 1.0 if x == 1 else x

    with pytest.raises(TypeError, match="== has no answer"):
        formula(outer)
    assert found == ["y²"]


def test_a_comparison_that_is_a_value_is_the_number_0_or_1(asking):
    row = asking(lambda x: x > 0)
    assert eval(formula(row, "x").python, {"x": 3.0}) == 1.0
    assert type(eval(formula(row, "x").python, {"x": 3.0})) is float
