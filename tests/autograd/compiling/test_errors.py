"""Where the graph would raise, what is compiled raises the same, in the same words; and nowhere else."""
# ruff: noqa: B023 (each function is called at once)

import math

import numpy as np
import pytest

import autograd
from autograd import (
    DomainError,
    NumberOverflowError,
    Value,
    arccos,
    arcsin,
    compile,
    cosh,
    dot,
    exp,
    expm1,
    grad,
    log,
    log1p,
    logsumexp,
    sqrt,
    tanh,
    value_and_grad,
    where,
)
from tests.support.compiling import needs_llvm, outcome

OUTSIDE = [
    (log, (0.0,)), (log, (-0.0,)), (log, (-1.0,)), (log1p, (-1.0,)), (log1p, (-3.0,)), (sqrt, (-1e-300,)),
    (arcsin, (1.0000001,)), (arccos, (-2.0,)), (lambda x: 1 / x, (0.0,)), (lambda x, y: x / y, (3.0, -0.0)),
    (lambda x: x ** 0.5, (-2.0,)), (lambda x, y: x ** y, (-2.0, 0.3)), (lambda x: x ** -1, (0.0,)),
    (lambda x: x ** -2.5, (-0.0,)), (lambda x, y: (x - y).sqrt(), (1.0, 2.0)), (lambda x: log(x * x - 1), (0.5,)),
    (lambda x: 2 * log(x) + sqrt(x), (-1.0,))]
TOO_LARGE = [
    (exp, (1000.0,)), (expm1, (710.0,)), (cosh, (-711.0,)), (lambda x: x.sinh(), (-800.0,)),
    (lambda x: x * x, (1e200,)),
    (lambda x: x + x, (1.7e308,)), (lambda x, y: x - y, (1.7e308, -1e308)), (lambda x: x ** 3, (1e110,)),
    (lambda x: 1 / x, (5e-324,)), (lambda x: autograd.sum([x, x, x]), (1e308,)),
    (lambda x: dot([x, 1.0], [x, x]), (1e155,)),
    (lambda x: exp(x) - exp(x), (1000.0,)), (lambda x: (x * 1e300) * 1e300, (1e10,))]
IN_THE_DERIVATIVE = [
    (sqrt, (0.0,)), (arcsin, (1.0,)), (arccos, (-1.0,)), (lambda x: x ** 0.5, (0.0,)), (log, (1e-310,)),
    (lambda x: sqrt(x * x), (0.0,)), (lambda x, y: x ** y, (-2.0, 3.0)),
    (lambda x, y: autograd.arctan2(x, y), (0.0, 0.0))]


@pytest.mark.parametrize(("function", "point"), OUTSIDE + TOO_LARGE)
def test_the_value_raises_what_the_graph_raises(function, point):
    places = tuple(range(len(point)))
    right = outcome(lambda: value_and_grad(function, argument=places)(*point))
    assert issubclass(right[0], DomainError)
    compiled = compile(function, argument=places)
    assert outcome(lambda: compiled(*point)) == right
    assert outcome(lambda: compiled.value_and_grad(*point)) == right
    batch = [np.array([x, x]) for x in point]
    named = right[0], right[1] + "\n  in row 0 of the batch"
    assert outcome(lambda: compiled.batch(*batch)) == named
    assert outcome(lambda: compiled.batch_gradients(*batch)) == named


@pytest.mark.parametrize(("function", "point"), IN_THE_DERIVATIVE)
def test_the_derivative_raises_what_the_graph_raises(function, point):
    places = tuple(range(len(point)))
    right = outcome(lambda: value_and_grad(function, argument=places)(*point))
    assert issubclass(right[0], DomainError)
    compiled = compile(function, argument=places)
    assert compiled(*point) == pytest.approx(float(function(*point)))
    assert outcome(lambda: compiled.grad(*point)) == right
    batch = [np.array([x, x]) for x in point]
    assert outcome(lambda: compiled.batch_gradients(*batch)) == (right[0], right[1] + "\n  in row 0 of the batch")


def test_a_slope_that_is_not_asked_for_does_not_matter():
    assert compile(lambda x, y: x ** y).value_and_grad(-2.0, 3.0) == (-8.0, 12.0)


def test_outer_values_are_checked_too():
    w = Value(2.0)
    compiled = compile(lambda x: log(w) * x)
    assert compiled(1.0) == math.log(2.0)
    w.data = -1.0
    with pytest.raises(DomainError, match=r"log\(x\) needs x > 0; here x = -1"):
        compiled(1.0)
    w.data = 1.0
    assert compiled(1.0) == 0.0


def test_after_an_error_all_goes_on():
    compiled = compile(log)
    for _ in range(3):
        with pytest.raises(DomainError):
            compiled(-1.0)
        assert compiled(1.0) == 0.0
        with pytest.raises(DomainError):
            compiled.batch(np.array([1.0, -1.0]))
        assert compiled.batch(np.array([1.0, 1.0])).tolist() == [0.0, 0.0]


GUARDED = [
    lambda x: where(x > 0, lambda: log(x), 0.0),
    lambda x: where(x > 0, lambda: sqrt(x), lambda: -x),
    lambda x: where(x, lambda: 1 / x, 7.0),
    lambda x: where(x < 700, lambda: exp(x), lambda: x),
    lambda x: where(x > 0, lambda: where(x > 1, lambda: log(x - 1), lambda: log(x)), lambda: x * x),
    lambda x: 3 * where(x > 0, lambda: log(x) * sqrt(x) + 1 / x, lambda: x) + x,
    lambda x: where(x > 1, lambda: logsumexp([log(x - 1), sqrt(x)]), 2.0 * x)]


@pytest.mark.parametrize("function", GUARDED)
def test_a_branch_that_is_not_chosen_need_not_exist(function):
    compiled = compile(function)
    points = [-1.0, 0.0, 0.5, 1.0, 2.0, 800.0, -800.0]
    for x in points:
        assert outcome(lambda: compiled(x)) == pytest.approx(outcome(lambda: float(function(x))), rel=1e-14)
        assert compare(outcome(lambda: compiled.value_and_grad(x)), outcome(lambda: value_and_grad(function)(x))), x


def compare(found, right):
    return found == right if isinstance(right[0], type) else found == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize(("function", "x"), [(GUARDED[4], 1.0), (lambda x: where(x > 0, lambda: log(x - 5), 0.0), 2.0)])
def test_a_branch_that_is_chosen_has_to_exist(function, x):
    right = outcome(lambda: value_and_grad(function)(x))
    assert compare(outcome(lambda: compile(function).value_and_grad(x)), right)


def test_what_is_guarded_in_one_place_and_needed_in_another():
    def function(x):
        y = log(x)
        return where(x > 0, y, 0.0) + y

    with pytest.raises(DomainError, match="log"):
        compile(function)(-1.0)


@pytest.mark.parametrize("function", [GUARDED[1], lambda x: where(x, lambda: log(x), 0.0)])
def test_the_derivative_of_a_branch_as_a_function(function):
    point = -1.0 if function is GUARDED[1] else 0.0
    assert compile(grad(function))(point) == grad(function)(point)


SWALLOWED = [(lambda x: tanh(exp(x)), 1.0), (lambda x: 1 / exp(x), 0.0), (lambda x: 1 / (1 + exp(x) * exp(x)), 0.0),
             (lambda x: exp(-exp(x)), 0.0)]


@pytest.mark.parametrize(("function", "value"), SWALLOWED)
def test_an_overflow_is_found_though_the_result_is_finite(function, value):
    compiled = compile(function)
    assert compiled(0.25) == pytest.approx(function(0.25), rel=1e-14)
    with pytest.raises(NumberOverflowError):
        compiled(1000.0)
    with pytest.raises(NumberOverflowError):
        compiled.grad(1000.0)
    with pytest.raises(NumberOverflowError, match="in row 2"):
        compiled.batch(np.array([0.0, 0.25, 1000.0]))
    with pytest.raises(NumberOverflowError, match="in row 17"):
        compiled.batch_gradients(np.array([0.25] * 17 + [1000.0, 0.25]))


def test_an_overflow_of_a_product_with_a_constant_is_found():
    with pytest.raises(NumberOverflowError):
        compile(lambda x: autograd.arctan(x * 1e306))(1000.0)


@needs_llvm
@pytest.mark.parametrize(("function", "value"), SWALLOWED)
def test_without_checks_it_is_not(function, value):
    compiled = compile(function, checks=False)
    assert compiled(1000.0) == pytest.approx(value, abs=1e-300)
    assert compiled.batch(np.array([0.25, 1000.0])) == pytest.approx([function(0.25), value], abs=1e-300)


@needs_llvm
@pytest.mark.parametrize(("function", "x", "value"), [
    (log, 0.0, -math.inf), (exp, 1000.0, math.inf), (lambda x: 1 / x, 0.0, math.inf),
    (lambda x: x * x, 1e200, math.inf)])
def test_without_checks_there_are_limits(function, x, value):
    assert compile(function, checks=False)(x) == value


@needs_llvm
def test_without_checks_there_is_nan():
    assert math.isnan(compile(log, checks=False)(-1.0))
    assert np.isnan(compile(sqrt, checks=False).batch(np.array([1.0, -1.0]))).tolist() == [False, True]
