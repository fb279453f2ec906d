"""A user's own rows are never frozen: what a row asks of Python is asked at every call, unless it is pure."""

import math
import random

import pytest

from autograd import Reading, Value, exp, operation, operations
from autograd.recording.fast import source
from tests.support.switch import needs_fast_functions

NAME = "row_of_this_test"


@pytest.fixture(autouse=True)
def forget_the_row():
    yield
    operations.pop(NAME, None)
    for owner in (Reading, Value):
        if NAME in vars(owner):
            delattr(owner, NAME)


def floor_or_zero(x):
    try:
        return float(math.floor(x))
    except TypeError:
        return 0.0


ASKING = [
    (lambda x: 7.0 if x == 1 else x, lambda y, x: 0.0 if x == 1 else 1.0, lambda x: 7.0 if x == 1 else x),
    (lambda x: {1.0: 5.0}.get(x, x), lambda y, x: {1.0: 0.0}.get(x, 1.0), lambda x: 5.0 if x == 1 else x),
    (lambda x: 2 * x if isinstance(x, float) else x, lambda y, x: 2.0, lambda x: 2 * x),
    (floor_or_zero, lambda y, x: 0.0, lambda x: float(math.floor(x))),
]


@pytest.mark.parametrize(("value", "partial", "right"), ASKING)
def test_a_row_that_asks_python_something_is_right_at_every_call(value, partial, right):
    row = operation(NAME, value, (partial,))
    for x in (1.0, 2.0, 1.0, -0.5, 2.0):
        leaf = Value(x)
        y = row(leaf)
        y.backward()
        assert (y.data, leaf.grad) == (right(x), partial(y.data, x))


def test_a_row_that_reads_what_changes_is_right_at_every_call():
    factor = 2.0
    row = operation(NAME, lambda x: factor * x, (lambda y, x: factor,))
    for factor in (2.0, 3.0, -1.0):
        leaf = Value(5.0)
        y = row(leaf)
        y.backward()
        assert (y.data, leaf.grad) == (factor * 5.0, factor)


def test_a_row_that_draws_at_random_draws_at_every_call():
    row = operation(NAME, lambda x: x + random.random(), (lambda y, x: 1.0,))
    assert len({row(Value(1.0)).data for _ in range(20)}) == 20


@needs_fast_functions
def test_a_row_that_is_said_to_be_pure_and_is_has_a_fast_function_with_the_same_numbers():
    row = operation(NAME, lambda x: exp(x) * x, (lambda y, x: exp(x) * (x + 1),), pure=True)
    x = Value(0.5)
    y = row(x)
    y.backward()
    assert source(row)
    assert (y.data, x.grad) == (math.exp(0.5) * 0.5, math.exp(0.5) * 1.5)


@needs_fast_functions
@pytest.mark.parametrize("value", [lambda x: 7.0 if x == 1 else x, lambda x: {1.0: 5.0}.get(x, x), floor_or_zero,
                                   lambda x: 2 * x if x > 0 else x, lambda x: round(x, 2)])
def test_a_row_that_asks_a_question_is_not_pure_and_is_refused_at_its_first_use(value):
    row = operation(NAME, value, (lambda y, x: 1.0,), pure=True)
    with pytest.raises(TypeError, match=f"^{NAME} is said to be pure, but cannot be written down: "):
        row(Value(0.5))


@needs_fast_functions
@pytest.mark.parametrize("value", [lambda x: x + random.random(), lambda x: 2 * x if isinstance(x, float) else x])
def test_a_row_that_gives_other_numbers_than_what_was_read_from_it_is_refused(value):
    row = operation(NAME, value, (lambda y, x: 1.0,), pure=True)
    with pytest.raises(ValueError, match=f"^{NAME} is said to be pure, but at .* its value and partials are "):
        row(Value(0.5))
