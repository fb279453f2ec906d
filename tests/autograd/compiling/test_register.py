"""A row read by Registers: what the machine would do comes to what the row itself says."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import RecordingError, operations
from autograd.compiling.register import Loop, OneHot, Register, body, evaluate, instructions, register
from tests.support.compiling import outcome
from tests.support.oracle import NAMES, arguments

NAN = math.nan


def come_to(made, operands, y, k=0):
    """What a Register comes to, where of two branches the one that is not chosen need not exist."""
    if isinstance(made, Loop):
        return [come_to(made.item, operands, y, k) for k in range(made.length)]
    if made.instruction == "select":
        condition, a, b = made.operands
        return come_to(a if come_to(condition, operands, y, k) else b, operands, y, k)
    if made.instruction in ("total", "largest", "pick"):
        return evaluate(made, operands, y, k)
    return evaluate(Register(made.instruction, *(
        Register("constant", come_to(x, operands, y, k)) if isinstance(x, Register) else x for x in made.operands)),
        operands, y, k)


def lengths_of(row, point):
    return tuple(len(x) if is_list else None for x, is_list in zip(point, row.lists, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_row_comes_to_its_own_value_and_partials(name):
    row = operations[name]

    @given(arguments(name, max_length=4))
    @settings(max_examples=25)
    def check(given_arguments):
        point = [[float(x) for x in a] if isinstance(a, list) else float(a) for a in given_arguments]
        value, partials = body(row, lengths_of(row, point), (None,) * len(point))
        y = row.calculate(point, tuple(point))
        assert come_to(value, point, y) == pytest.approx(y, rel=1e-13, abs=1e-15)
        for place, partial in enumerate(partials):
            assert (partial is None) == (row.partials[place] is None)
            if partial is None or isinstance(partial, OneHot):
                continue
            right = outcome(lambda p=place: row.slope(p, y, point))
            if isinstance(right, tuple):
                continue  # there is none: then it does not matter what comes out
            found = [come_to(x, point, y) for x in partial] if isinstance(partial, list) else come_to(partial, point, y)
            assert found == pytest.approx(right, rel=1e-13, abs=1e-15)

    check()


@pytest.mark.parametrize("name", [name for name in NAMES if any(operations[name].lists)])
def test_the_instructions_of_a_row_of_lists_are_a_loop_as_short_for_1000_numbers_as_for_two(name):
    row = operations[name]

    def count(length):
        return instructions(body(row, tuple(length if is_list else None for is_list in row.lists),
                                 (None,) * len(row.lists)))

    assert count(1000) == count(2) < 20


@pytest.mark.parametrize("name", [name for name in NAMES if not any(operations[name].lists)])
def test_what_is_known_of_an_argument_does_not_change_what_comes_out(name):
    row = operations[name]

    @given(arguments(name))
    @settings(max_examples=10)
    def check(given_arguments):
        point = [float(x) for x in given_arguments]
        y = row.calculate(point, tuple(point))
        for place, x in enumerate(point):
            known = tuple(x if p == place else None for p in range(len(point)))
            value, partials = body(row, (None,) * len(point), known)
            others = [NAN if p == place else x for p, x in enumerate(point)]  # what is known is not looked up
            assert come_to(value, others, y) == pytest.approx(y, rel=1e-13, abs=1e-15)
            for other, partial in enumerate(partials):
                right = outcome(lambda p=other: row.slope(p, y, point)) if partial is not None else ()
                if not isinstance(right, tuple):
                    assert come_to(partial, others, y) == pytest.approx(right, rel=1e-13, abs=1e-15)

    check()


@pytest.mark.parametrize("question", [
    bool, float, int, round, math.trunc, math.floor, math.ceil, hash, math.sin, range, lambda x: x == 1,
    lambda x: x != 1, lambda x: x in [1.0],
    lambda x: x and 1, lambda x: not x, lambda x: 0 < x < 1, lambda x: [0.0, 1.0][x]])
def test_a_register_answers_no_question(question):
    with pytest.raises(RecordingError, match="where"):
        question(Register("argument", 0))


def test_arithmetic_on_constants_is_done_at_once():
    for found, right in [(register(2.0) * 3.0, 6.0), (register(1.0) - 4, -3.0), (-register(2.0), -2.0),
                         (register(9.0) ** 0.5, 3.0), (abs(register(-2.0)), 2.0), (1 / register(4.0), 0.25)]:
        assert found.instruction == "constant"
        assert found.operands == (right,)


def test_what_has_no_constant_result_is_left_to_the_machine():
    for left in (lambda: register(1.0) / 0.0, lambda: register(-2.0) ** 0.5, lambda: register(1e300) ** 2.5):
        assert left().instruction != "constant"


def test_times_one_and_to_the_power_of_one_are_no_instructions():
    x = Register("argument", 0)
    assert x * 1 is 1 * x is x ** 1 is x
    square = x ** 2
    assert square.instruction == "*"
    assert square.operands == (x, x)
    assert (x * 2).instruction == "*"
    assert (x ** 3).instruction == "**"


@pytest.mark.parametrize(("compare", "right"), [
    (lambda x, y: x < y, (1.0, 0.0, 0.0)), (lambda x, y: x <= y, (1.0, 1.0, 0.0)),
    (lambda x, y: x > y, (0.0, 0.0, 1.0)), (lambda x, y: x >= y, (0.0, 1.0, 1.0))])
def test_comparisons_choose(compare, right):
    x, y = Register("argument", 0), Register("argument", 1)
    chosen = compare(x, y).either(1.0, 0.0)
    assert chosen.instruction == "select"
    assert tuple(evaluate(chosen, [2.0, other]) for other in (3.0, 2.0, 1.0)) == right


def test_a_known_condition_needs_no_choice():
    x = Register("argument", 0)
    assert register(1.0).either(x, 2.0) is x
    assert register(0.0).either(2.0, x) is x


@given(st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=6))
def test_reductions(numbers):
    item = Register("item", 0)
    assert item.is_item
    assert (item * 2).is_item
    total, largest = Register("total", item * item), Loop(item, len(numbers), 0).largest()
    assert not total.is_item
    assert evaluate(total, [numbers]) == math.fsum(x * x for x in numbers)
    assert evaluate(largest, [numbers]) == max(numbers)
