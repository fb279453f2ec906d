"""What a function asks while it is recorded is refused where it asks; and what is frozen stays as it was."""

import copy
import decimal
import inspect
import math
import pickle
import random
import threading
from contextlib import suppress

import numpy as np
import pytest

from autograd import RecordingError, Value, compile, no_grad, sin, trace, where

ANYTHING = [1.0, 2.0]
SETTINGS = {"factor": 2.0}


def if_greater(x):
    return x if x > 0 else -x  # asked


def if_less(x):
    if x < 0:  # asked
        return x


def at_least(x):
    return 1.0 if x >= 0 else x  # asked


def at_most(x):
    while x <= 10:  # asked
        x = x * 2
    return x


def equal(x):
    return x == 1.0  # asked


def equal_from_the_left(x):
    return x == 1.0  # asked


def unequal(x):
    return x != 1.0  # asked


def within(x):
    return x in ANYTHING  # asked


def index_of(x):
    return ANYTHING.index(x)  # asked


def truth(x):
    return bool(x)  # asked


def negation(x):
    return not x  # asked


def and_(x):
    return x and 1.0  # asked


def chained(x):
    return 0 < x < 1  # asked


def to_float(x):
    return float(x)  # asked


def to_int(x):
    return int(x)  # asked


def rounded(x):
    return round(x)  # asked


def rounded_to_digits(x):
    return round(x, 2)  # asked


def truncated(x):
    return math.trunc(x)  # asked


def floor(x):
    return math.floor(x)  # asked


def ceil(x):
    return math.ceil(x)  # asked


def of_math(x):
    return math.sin(x)  # asked


def finite(x):
    return math.isfinite(x)  # asked


def of_numpy(x):
    return np.float64(x)  # asked


def number(x):
    return x.data  # asked


def set_number(x):
    x.data = 3.0  # asked
    return x


def formatted(x):
    return f"{x}"  # asked


def formatted_with_digits(x):
    return f"{x:.2f}"  # asked


def percent(x):
    return "%.2f" % x  # asked  # noqa: UP031 (this spelling is what is tested)


def place(x):
    return ANYTHING[x]  # asked


def counted(x):
    return range(x)  # asked


def largest(x):
    return max(x, 1.0)  # asked


def in_order(x):
    return sorted([x, 1.0])  # asked


def pickled(x):
    return pickle.dumps(x)  # asked


def of_a_result(x):
    y = sin(x) * 2
    return y if y > 0 else x  # asked


def anything(x):
    return any([x])  # asked


def assertion(x):
    assert x > 0  # asked
    return x


def in_a_loop(x):
    return [y for y in [x, 2 * x] if y > 0]  # asked


def decimal_number(x):
    return decimal.Decimal(float(x))  # asked


QUESTIONS = [if_greater, if_less, at_least, at_most, equal, equal_from_the_left, unequal, within, index_of, truth,
             negation, and_, chained, to_float, to_int, rounded, rounded_to_digits, truncated, floor, ceil, of_math,
             finite, of_numpy, number, set_number, formatted, formatted_with_digits, percent, place, counted, largest,
             in_order, pickled, of_a_result, anything, assertion, in_a_loop, decimal_number]


def line_that_asks(function):
    lines, first = inspect.getsourcelines(function)
    [line] = [first + n for n, text in enumerate(lines) if "# asked" in text]
    return line


@pytest.mark.parametrize("function", QUESTIONS)
def test_a_question_is_refused_and_its_line_is_named(function):
    with pytest.raises(RecordingError) as caught:
        compile(function)(1.0)
    assert f"{__file__}:{line_that_asks(function)}: " in str(caught.value)
    assert "where(condition, a, b)" in str(caught.value)


@pytest.mark.parametrize("function", QUESTIONS)
def test_it_is_refused_even_if_the_function_catches_it(function):
    def careless(x):
        with suppress(Exception):
            function(x)
        return x * 2

    with pytest.raises(RecordingError) as caught:
        compile(careless)(1.0)
    assert f"{__file__}:{line_that_asks(function)}: " in str(caught.value)


@pytest.mark.parametrize("function", [copy.copy, copy.deepcopy])
def test_a_copy_would_have_no_number(function):
    with pytest.raises(RecordingError, match="copying a Value"):
        compile(lambda x: function(x))(1.0)


def test_the_first_question_is_the_one_that_is_named():
    def twice(x):
        for function in (to_int, equal):
            try:
                function(x)
            except TypeError:
                continue
        return x

    with pytest.raises(RecordingError, match=f":{line_that_asks(to_int)}: "):
        compile(twice)(1.0)


@pytest.mark.parametrize("function", [equal, to_float, number, if_greater, rounded])
def test_outer_values_may_not_be_asked_either_where_they_take_part(function):
    w = Value(2.0)
    with pytest.raises(RecordingError, match=f":{line_that_asks(function)}: "):
        compile(lambda x: w * x if function(w) else x * w)(1.0)
    assert type(w) is Value
    assert w.data == 2.0


def test_after_a_refusal_all_is_as_before():
    w = Value(2.0)
    compiled = compile(lambda x: w * x if w > 0 else x)
    for _ in range(2):
        with pytest.raises(RecordingError):
            compiled(1.0)
    assert (type(w), w.data, bool(w), w > 1) == (Value, 2.0, True, True)
    (w * 3.0).backward()
    assert w.grad == 3.0
    assert compile(lambda x: w * x)(3.0) == 6.0


def test_another_error_of_the_function_passes_through():
    w = Value(2.0)

    def function(x):
        return (w * x) / ANYTHING[7]

    with pytest.raises(IndexError):
        compile(function)(1.0)
    assert type(w) is Value


def test_comparisons_are_recorded_for_where():
    compiled = compile(lambda x, y: [where(x > y, 1, 0), where(x >= y, 1, 0), where(x < y, 1, 0), where(x <= y, 1, 0),
                                     where(x > 2, 1, 0), where(x, 1, 0)])
    for x in (0.0, -0.0, 1.0, 2.0, 3.0, 5e-324, -5e-324):
        for y in (0.0, 2.0, 5e-324, -1.0):
            assert compiled(x, y) == [x > y, x >= y, x < y, x <= y, x > 2, bool(x)], (x, y)


def test_branches_are_both_recorded():
    called = []
    compiled = compile(lambda x: where(x > 0, lambda: called.append("a") or x, lambda: called.append("b") or -x))
    assert [compiled(3.0), compiled(-3.0)] == [3.0, 3.0]
    assert called == ["a", "b"]


def test_its_representation_shows_no_number():
    shown = []
    compile(lambda x: shown.append((repr(x), repr(sin(x)))) or x)(2.0)
    assert shown == [("Recorded(None)", "Recorded(sin)")]


def test_values_can_be_keys_while_recording():
    assert compile(lambda x: {x: 3.0}[x] * x)(2.0) == 6.0


class TestFrozen:
    """What the function did when it was recorded is done from then on."""

    def test_random_numbers(self):
        compiled = compile(lambda x: x * random.random())
        assert len({compiled(2.0) for _ in range(5)}) == 1

    def test_what_is_global(self, monkeypatch):
        compiled = compile(lambda x: x * SETTINGS["factor"])
        assert compiled(3.0) == 6.0
        monkeypatch.setitem(SETTINGS, "factor", 5.0)
        assert compiled(3.0) == 6.0
        assert compile(lambda x: x * SETTINGS["factor"])(3.0) == 15.0

    def test_effects_happen_when_it_is_recorded(self):
        heard = []
        compiled = compile(lambda x: heard.append(1) or x)
        assert [compiled(x) for x in (1.0, 2.0, 3.0)] == [1.0, 2.0, 3.0]
        assert heard == [1]
        compiled.batch(np.ones(3))
        compiled.grad(1.0)
        assert heard == [1]

    def test_python_branches_on_plain_numbers(self):
        flags = [True]
        compiled = compile(lambda x: x if flags[0] else -x)
        assert compiled(2.0) == 2.0
        flags[0] = False
        assert compiled(2.0) == 2.0

    def test_another_structure_is_recorded_anew(self):
        factor = [2.0]
        compiled = compile(lambda v: factor[0] * v[0])
        assert compiled([3.0]) == 6.0
        factor[0] = 5.0
        assert compiled([3.0]) == 6.0
        assert compiled((3.0,)) == 15.0

    def test_without_gradients_there_is_none(self):
        def function(x):
            with no_grad():
                factor = x * x
            return factor * x

        assert compile(function).value_and_grad(3.0) == (27.0, 9.0)

    def test_tracing_is_no_hindrance(self):
        with trace():
            assert compile(lambda x: sin(x) * x)(0.0) == 0.0


def test_other_threads_may_calculate_while_one_records():
    w, found, go, done = Value(2.0), [], threading.Event(), threading.Event()

    def slowly(x):
        go.set()
        done.wait(0.3)
        return w * x

    def other():
        go.wait(5)
        found.append((Value(3.0) * 2).data)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    assert compile(slowly)(4.0) == 8.0
    thread.join()
    assert found == [6.0]
