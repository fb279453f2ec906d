"""check_gradients: no false alarm, no wrong derivative overlooked, and words for what is special about a point."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Dual,
    GradientError,
    Value,
    absolute,
    check_gradients,
    exp,
    log,
    maximum,
    no_grad,
    operation,
    operations,
    power,
    relu,
    sin,
    sqrt,
    step,
    stop_gradient,
    sum,
    take,
    tanh,
)
from tests.support.smooth import smooth_functions


@pytest.fixture
def wrong():
    """Makes rows of the table whose partial derivative is wrong by a factor."""
    def make(factor, name="wrong_row"):
        return operation(name, lambda a, b: a * b + sin(a), (lambda y, a, b: (b + operations["cos"](a)) * factor,
                                                             lambda y, a, b: a))

    return make


def test_the_report_has_a_row_for_each_number_and_prints_as_a_table():
    report = check_gradients(lambda x, weights: x * weights[0] ** 2 + tanh(weights[1]), 2.0, [3.0, -0.5])
    assert report.agrees
    assert [row.argument for row in report.rows] == ["x", "weights[0]", "weights[1]"]
    for row, right in zip(report.rows, [9.0, 12.0, 1 - math.tanh(0.5) ** 2]):
        assert [row.reverse, row.forward] == pytest.approx([right] * 2, rel=1e-14)
        assert row.difference == pytest.approx(right, rel=1e-8)
        assert row.error == max(abs(row.reverse - row.difference), abs(row.forward - row.difference),
                                abs(row.reverse - row.forward))
        assert row.error <= row.tolerance < 1e-4
        assert row.note == ""
    lines = str(report).splitlines()
    assert lines[0].split() == ["argument", "reverse", "forward", "difference", "error"]
    assert [line.split()[0] for line in lines[1:]] == ["x", "weights[0]", "weights[1]"]
    assert lines[1].split()[1:4] == ["9", "9", "9"]
    ends = [[m for m in range(1, len(line)) if line[m - 1] != " " and (m == len(line) or line[m] == " ")]
            for line in lines[1:]]
    assert all(end[1:4] == ends[0][1:4] for end in ends)  # numbers are aligned to the right
    assert len({len(line) for line in lines}) == 1


@given(smooth_functions(2), st.lists(st.floats(-50.0, 50.0) | st.floats(-2.0, 2.0), min_size=2, max_size=2))
@settings(max_examples=60)
def test_no_false_alarm_on_smooth_functions(function, point):
    assert check_gradients(function, point).agrees


@given(st.sampled_from([-1, 1]), st.floats(-8, 8), st.floats(-6, 6))
@settings(max_examples=25)
def test_no_false_alarm_at_any_size_of_argument_and_value(sign, exponent, scale):
    x, factor = sign * 10 ** exponent, 10 ** scale
    size = 10 ** exponent
    for function in (lambda x: factor * x, lambda x: factor * x * x, lambda x: factor / x,
                     lambda x: factor * sin(x / size), lambda x: factor * sqrt(x * x),
                     lambda x: factor * x ** 3 - x, lambda x: log(x * x * factor)):
        report = check_gradients(function, x)
        assert report.rows[0].note == ""


@pytest.mark.parametrize(("function", "point"), [
    (lambda x: exp(1000 * x), 0.1), (lambda x: exp(100 * x), -3.0), (lambda x: sin(1e5 * x), 0.3),
    (lambda x: tanh(1e4 * x), 1e-5), (lambda x: 1e8 + x, 1.0), (lambda x: 1e8 + 1e-3 * x, 1.0),
    (lambda x: x * 1e-12, 1.0), (lambda x: x ** 3, 0.0), (lambda x: x ** 9, 0.0),
    (lambda x: x * 0.0 + 5.0, 3.0), (lambda x: 3.0, 1.0), (lambda x: x ** 0.5, 0.001), (lambda x: log(x), 1e-12),
    (lambda x: 1 / (x - 0.95), 1.0), (lambda x: 1 / (x - 0.999), 1.0), (lambda x: 1 / x, 1e-8),
    (lambda x: 1 / (x - 1.025), 1.0), (lambda x: exp(x), 700.0), (lambda x: x * x, 1e150), (lambda x: x, 1e308),
    (lambda x: (1e8 + x) - 1e8, 1e-8), (lambda x: (1e8 + x) - 1e8, 1.0), (lambda x: (1e6 + x) - 1e6, 1.0),
    (lambda x: sqrt((x - 1) * (x - 1.01)), 0.999995)])
def test_no_false_alarm_where_differences_are_hard(function, point):
    assert check_gradients(function, point).agrees


@pytest.mark.parametrize(("function", "point"), [
    (relu, 0.0), (absolute, 0.0), (lambda x: maximum(x, 2 * x - 1), 1.0), (step, 0.0),
    (lambda x: abs(x - 1e6), 1e6), (lambda x: x if x > 2 else x * x - 2, 2.0)])
def test_a_kink_is_called_one_and_not_wrong(function, point):
    report = check_gradients(function, point)
    assert report.rows[0].note == "kink"
    assert report.agrees
    assert str(report).endswith("kink")


@pytest.mark.parametrize("x", [1e5, -1e6, 1e8])
def test_a_function_that_changes_faster_than_a_large_argument_is_smooth_and_its_errors_are_found(x):
    assert [row.note for row in check_gradients(sin, x).rows] == [""]
    with pytest.raises(GradientError):
        check_gradients(lambda x: sin(x) + stop_gradient(sin(x)), x)


@pytest.mark.parametrize("x", [1e-3, -1e-3, 0.3, -5.0, 1e-9, -1e-200])
def test_beside_a_kink_it_is_no_kink(x):
    assert [row.note for row in check_gradients(relu, x).rows] == [""]


@pytest.mark.parametrize(("function", "point"), [
    (lambda x: x ** 1.5, 0.0), (lambda x: (1 - x) ** 1.5, 1.0), (lambda x: take(x - 1, [2.0, 3.0, 4.0]), 2.0)])
def test_the_edge_of_a_domain_is_called_so(function, point):
    report = check_gradients(function, point)
    assert report.rows[0].note == "edge of the domain"
    assert math.isnan(report.rows[0].difference)
    assert report.agrees


def test_a_point_between_two_gaps_is_at_the_edge_of_the_domain():
    """The finest steps end in the gaps, the coarsest beyond them."""
    assert check_gradients(lambda x: sqrt((x * x - 1e-14) * (x * x - 9e-5)), 0.0).rows[0].note == "edge of the domain"


@pytest.mark.parametrize("factor", [1.0001, 0.9999, 1.1, -1.0, 0.0])
@pytest.mark.parametrize("point", [(1.0, 2.0), (-3.0, 1e3), (1e-3, 1.0), (30.0, -7.0)])
def test_a_wrong_partial_is_found(wrong, factor, point):
    """Both modes read the same wrong partial: only the differences can tell."""
    row = wrong(factor)
    with pytest.raises(GradientError, match=r"^the derivatives with respect to a disagree by ") as caught:
        check_gradients(row, *point)
    first, second = caught.value.report.rows
    assert (first.agrees, second.agrees) == (False, True)
    assert first.reverse == first.forward
    assert first.difference == pytest.approx(first.reverse / factor if factor else first.difference, rel=1e-6)
    lines = str(caught.value).splitlines()
    assert lines[1:] == str(caught.value.report).splitlines()
    assert lines[2].endswith("disagrees")
    assert not lines[3].endswith("disagrees")


def test_the_same_row_with_a_right_partial_passes(wrong):
    assert check_gradients(wrong(1.0), 1.0, 2.0).agrees


def test_the_worst_argument_is_the_one_named(wrong):
    row = wrong(1.5)
    with pytest.raises(GradientError, match=r"with respect to x\[2\] disagree by 50"):
        check_gradients(lambda x: row(x[0], 1.0) + row(x[2], 100.0) + x[1], [0.1, 0.2, 0.3])


def test_modes_that_disagree_are_wrong_at_a_kink_too():
    """A function that is not the same for Dual and Value: no difference is needed to see that."""
    for x in (0.0, 1.0):
        with pytest.raises(GradientError, match="x disagree by 1") as caught:
            check_gradients(lambda x: relu(x) + (x if isinstance(x, Dual) else 0.0), x)
        assert not caught.value.report.rows[0].note


def test_arguments_are_named_as_the_function_names_them():
    def names(function, *point):
        return [row.argument for row in check_gradients(function, *point).rows]

    assert names(power, 2.0, 3.0) == ["a", "b"]
    assert names(sum, [2.0, 3.0]) == ["values[0]", "values[1]"]
    assert names(lambda x, *rest: x * rest[0] * rest[1], 1.0, 2.0, 3.0) == ["x", "x1", "x2"]
    assert names(lambda *rest: rest[0], 1.0) == ["x0"]
    assert names(max, 1.0, 2.0) == ["x0", "x1"]
    assert names(lambda x: x * 2, np.array(2.0)) == ["x"]
    assert names(lambda x: x.sum(), np.ones((1, 2))) == ["x[0]", "x[1]"]
    assert names(lambda x: x[0] * 2, [2.0]) == ["x[0]"]
    assert names(lambda p: p["a"] * p["b"], {"a": 1.0, "b": 2.0}) == ["p[0]", "p[1]"]
    assert names(lambda: 1.0) == []


def test_points_of_values_are_read_as_numbers_and_nothing_is_written_to_grad():
    x, w = Value(2.0), Value(3.0)
    x.grad, w.grad = 5.0, 7.0
    report = check_gradients(lambda x: w * x * x, x)
    assert report.rows[0].reverse == report.rows[0].forward == 12.0
    assert type(report.rows[0].difference) is float
    with no_grad():
        assert check_gradients(lambda x: w * x * x, 2.0).rows[0].reverse == 12.0
    assert (x.grad, w.grad) == (5.0, 7.0)


def test_what_is_no_function_of_one_number_is_refused():
    with pytest.raises(TypeError, match="one number"):
        check_gradients(lambda x: [x], 1.0)
    with pytest.raises(TypeError, match="a real number is needed"):
        check_gradients(lambda x: x, "1")
    with pytest.raises(ZeroDivisionError, match="sqrt"):
        check_gradients(sqrt, 0.0)
