"""Derivatives of functions: right to any order, in any nesting of forward and reverse, and without a trace."""

import itertools
import math
import random
from collections import namedtuple

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import (
    DivisionByZeroError,
    DomainError,
    Formula,
    NumberOverflowError,
    constant,
    exp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    mean,
    relu,
    sin,
    sqrt,
    sum,
    tanh,
    value_and_grad,
    vjp,
)
from tests.support.oracle import derivatives, slopes, tensor
from tests.support.readings import MODES, forward
from tests.support.smooth import smooth_functions

POINTS = st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3)


NAMES = {grad: "reverse", forward: "forward"}


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] * x[0]) ** 2


# ---- The derivative itself -------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(smooth_functions(3), POINTS)
def test_forward_reverse_and_pytorch_agree_up_to_the_second_derivative(function, point):
    value, first, second = derivatives(lambda *x: function(x), point)
    size = max(1.0, *map(abs, first), *(abs(s) for row in second for s in row))
    close = lambda right: pytest.approx(right, rel=1e-9, abs=1e-10 * size)
    found = value_and_grad(function)(point)
    assert found == (pytest.approx(value, rel=1e-12, abs=1e-12), close(first))
    assert np.array(hessian(function)(point)) == close(np.array(second))
    for place in range(3):
        unit = [float(place == other) for other in range(3)]
        assert jvp(function, point, unit)[1] == close(first[place])
        assert hvp(function, point, unit) == close(second[place])
        assert vjp(grad(function), point)[1](unit)[0] == close(second[place])


@settings(max_examples=60)
@given(smooth_functions(3), POINTS)
def test_differences_agree_with_forward_and_reverse(function, point):
    """Central differences with the step 1e-4 are wrong by about 1e-8 times the third derivative."""
    first = grad(function)(point)
    third = [jvp(lambda *x, i=i: jvp(lambda *x: jvp(lambda *x: function(x), x, unit(i))[1], x, unit(i))[1],
                 tuple(point), unit(i))[1] for i in range(3)]
    assume(max(map(abs, third)) < 1e2)
    plain = lambda x: function([constant(item) for item in x]).data
    for i in range(3):
        up, down = ([x + side * 1e-4 * (place == i) for place, x in enumerate(point)] for side in (1, -1))
        difference = (plain(up) - plain(down)) / 2e-4
        assert difference == pytest.approx(first[i], rel=1e-5, abs=1e-6)
        assert jvp(lambda *x: function(x), tuple(point), unit(i))[1] == pytest.approx(first[i], rel=1e-10, abs=1e-10)


def unit(place):
    return tuple(float(place == other) for other in range(3))


@pytest.mark.parametrize("modes", list(itertools.product(MODES, repeat=3)), ids=lambda m: "-".join(NAMES[x] for x in m))
def test_third_derivatives_in_all_eight_nestings(modes):
    outer, middle, inner = modes
    for x in (-1.3, 0.0, 0.7, 2.0):
        t = tensor(x)
        expected = torch.tanh(t * t) * torch.sin(t)
        for _ in range(3):
            expected, = slopes(expected, [t])
        found = outer(middle(inner(lambda x: tanh(x * x) * sin(x))))(x)
        assert type(found) is float
        assert found == pytest.approx(expected.item(), rel=1e-10, abs=1e-10)
        assert outer(middle(inner(lambda x: x ** 5)))(x) == pytest.approx(60 * x * x, rel=1e-14, abs=1e-14)
        assert outer(middle(inner(lambda x: exp(2 * x))))(x) == pytest.approx(8 * math.exp(2 * x), rel=1e-14)


def test_the_tenth_derivative_of_exp_by_mixed_modes():
    function = exp
    for mode in [grad, forward] * 5:
        function = mode(function)
    assert function(0.3) == pytest.approx(math.exp(0.3), rel=1e-14)


# ---- Perturbation confusion ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outer", "inner"), list(itertools.product(MODES, repeat=2)))
def test_the_inner_derivative_does_not_take_the_outer_variable_for_its_own(outer, inner):
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
    assert outer(lambda x: x * inner(lambda y: x)(2.0))(3.0) == 0.0
    # at the point x itself: y = x, yet d(x + y)/dy = 1
    assert outer(lambda x: x * inner(lambda y: x + y)(x))(5.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y * y)(x))(2.0) == 4 * 3 * 2.0 ** 2 / 2  # d(2x³)/dx = 6x²
    assert outer(lambda x: inner(lambda y: x * (x + y))(x))(2.0) == 1.0


@pytest.mark.parametrize(("first", "second", "third"), list(itertools.product(MODES, repeat=3)))
def test_nor_does_it_in_any_triple(first, second, third):
    def outer(x):
        return x * second(lambda y: y * third(lambda z: x * y * z + x + y + z)(x * y))(x)

    # third: x·y + 1; times y, ∂/∂y of it: 2·x·y + 1, at y = x: 2x² + 1; times x: 2x³ + x; d/dx of it: 6x² + 1
    assert first(outer)(2.0) == 25.0
    assert first(lambda x: x * second(lambda y: y * third(lambda z: x + y + z)(1.0))(1.0))(1.0) == 1.0


@pytest.mark.parametrize("mode", MODES)
def test_an_inner_derivative_of_the_outer_variable_alone_is_a_constant_zero(mode):
    assert mode(lambda x: jvp(lambda y: x * x, 1.0, 1.0)[1] + x)(3.0) == 1.0
    assert mode(lambda x: grad(lambda y: x * x)(1.0) + x)(3.0) == 1.0


def test_two_levels_of_vjp_and_hvp_nest_as_well():
    assert grad(lambda x: vjp(lambda y: y * y * x, x)[1](x)[0])(2.0) == 24.0  # x·2xx = 2x³, 6x²
    assert jvp(lambda x: vjp(lambda y: y * y * x, x)[1](x)[0], 2.0, 1.0) == (16.0, 24.0)
    assert grad(lambda x: hvp(lambda y: x * y ** 3, x, x))(2.0) == 18 * 2.0 ** 2  # x·6x·x = 6x³
    assert jacobian(lambda x: hessian(lambda y: x * y ** 4)(x))(2.0) == 36 * 2.0 ** 2  # 12x³
    assert hessian(lambda x: jacobian(lambda y: x * y ** 4)(x))(2.0) == 48 * 2.0 ** 2  # 4x⁴


@pytest.mark.parametrize("mode", MODES)
def test_the_weights_of_an_inner_vjp_are_not_derived_though_they_depend_on_its_point(mode):
    def function(x):
        y, pull_back = vjp(lambda y: [y * x, y * y], 3.0)
        return pull_back([x, y[0]])[0]  # x·x + 3x·2·3

    assert mode(function)(2.0) == 4.0 + 18.0
    assert mode(lambda x: vjp(lambda y, z: [y * z, y * x], x, 5.0)[1]((x, 1.0))[1])(3.0) == 6.0  # y·x = x²


# ---- Structures of arguments and results -----------------------------------------------------------------------------


def test_the_derivative_has_the_structure_of_the_argument():
    nested = {"w": [1.0, (2.0, 3)], "b": 4.0}

    def function(p, x):
        return p["w"][0] * x + p["w"][1][0] * x * x + p["w"][1][1] ** 2 * p["b"]

    assert grad(function)(nested, 2.0) == {"w": [2.0, (4.0, 24.0)], "b": 9.0}
    assert grad(function, 1)(nested, 2.0) == 1.0 + 2 * 2.0 * 2.0
    assert grad(function, (1, 0))(nested, 2.0) == (9.0, {"w": [2.0, (4.0, 24.0)], "b": 9.0})
    assert grad(lambda x: x[0] * x[1])((3.0, 4.0)) == (4.0, 3.0)
    assert grad(lambda x: 0.0)([]) == []


@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_arrays_have_arrays_of_derivatives(shape):
    array = np.arange(math.prod(shape), dtype=float).reshape(shape) + 0.5
    function = lambda x: (x ** 3).sum() if shape else x ** 3
    slope = grad(function)(array)
    assert np.asarray(slope).dtype == float
    np.testing.assert_allclose(slope, 3 * array ** 2, rtol=1e-14)
    value, along = jvp(function, (array,), (np.ones(shape),))
    assert (value, along) == (pytest.approx((array ** 3).sum()), pytest.approx((3 * array ** 2).sum()))


def test_numpy_functions_work_on_arrays_of_values():
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    np.testing.assert_allclose(grad(lambda x: x @ a @ x)(np.array([1.0, -2.0])), 2 * a @ [1.0, -2.0])
    np.testing.assert_allclose(hessian(lambda x: x @ a @ x)(np.array([1.0, -2.0])), 2 * a)
    np.testing.assert_allclose(jacobian(lambda x: a @ x)(np.array([1.0, -2.0])), a)
    assert grad(lambda x: mean(x))(np.ones((4,))).tolist() == [0.25] * 4
    assert grad(lambda x: np.array(x * 2))(3.0) == 2.0  # an array of no dimension


def test_jacobians_of_arrays_have_the_shape_of_the_outputs_then_that_of_the_argument():
    x = np.arange(1.0, 5.0).reshape(2, 2)
    functions = [lambda m: m.T * 2.0, lambda m: np.array([m[0, 0] * m[1, 1]]), lambda m: m.sum(), lambda m: m[:, :1]]
    for function in functions:
        found = jacobian(function)(x)
        output = np.array(function(x))
        assert found.shape == (*output.shape, 2, 2)
        np.testing.assert_allclose((found * np.ones((2, 2))).sum((-1, -2)), jvp(function, x, np.ones((2, 2)))[1])
    assert hessian(lambda m: (m ** 2).sum())(x).tolist() == (2 * np.eye(4).reshape(2, 2, 2, 2)).tolist()
    rows = jacobian(lambda m: [m[0, 0], m[1, 1]])(x)  # a list of outputs: a list of gradients
    assert isinstance(rows, list)
    assert [row.tolist() for row in rows] == [[[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]]


@pytest.mark.parametrize(("argument", "expected"), [
    (0, 12.0), (1, 8.0), (2, 6.0), (-1, 6.0), (-3, 12.0), ((2, 0), (6.0, 12.0)), ([0, 1], (12.0, 8.0)), ((), ()),
    (np.int64(1), 8.0), ((-1,), (6.0,)), (True, 8.0)])
def test_the_argument_is_chosen_by_its_place(argument, expected):
    assert grad(lambda a, b, c: a * b * c, argument)(2.0, 3.0, 4.0) == expected
    assert grad(lambda a, b, c: a * b * c, argument=argument)(2.0, 3.0, 4.0) == expected


def test_without_a_choice_it_is_the_first_argument():
    function = lambda a, b: a ** 3 * b
    assert grad(function)(2.0, 5.0) == value_and_grad(function)(2.0, 5.0)[1] == jacobian(function)(2.0, 5.0) == 60.0
    assert hessian(function)(2.0, 5.0) == 60.0


@pytest.mark.parametrize("of", [grad, value_and_grad, jacobian, hessian])
@pytest.mark.parametrize(("argument", "error", "message"), [
    (2, TypeError, "no argument 2: the function was called with 2"), (-3, TypeError, "no argument -3"),
    ((0, 5), TypeError, "no argument 5"), ((1, -1), ValueError, r"an argument is asked for twice: \(1, -1\)"),
    ("x", TypeError, "integer"), (1.0, TypeError, "integer"), (None, TypeError, "integer")])
def test_places_that_are_none_are_refused(of, argument, error, message):
    with pytest.raises(error, match=message):
        of(lambda x, y: x * y, argument)(1.0, 2.0)


def test_keywords_are_passed_on_and_get_no_derivative():
    function = lambda x, power=1: x ** power
    assert grad(function)(3.0, power=2) == 6.0
    assert value_and_grad(function)(3.0, power=2) == (9.0, 6.0)
    assert jacobian(lambda x, n: [x ** n, x], 0)(3.0, n=2) == [6.0, 1.0]
    assert hessian(function)(3.0, power=3) == 18.0
    with pytest.raises(TypeError, match="there is no argument 0: the function was called with 0"):
        grad(function)(x=3.0)


def test_a_jacobian_of_lists_is_a_list_of_rows():
    function = lambda x: [x[0] * x[1], x[1] ** 2, sin(x[0])]
    assert jacobian(function)([0.0, 3.0]) == [[3.0, 0.0], [0.0, 6.0], [1.0, 0.0]]
    assert jacobian(lambda x: x[0] * x[1])([2.0, 3.0]) == [3.0, 2.0]
    assert jacobian(lambda x: [x, x * x])(3.0) == [1.0, 6.0]
    assert jacobian(lambda x: (x, 5.0))(3.0) == (1.0, 0.0)
    assert jacobian(lambda x: x * x)(3.0) == 6.0
    assert jacobian(lambda x: {"a": x[0] * 2, "b": x[1]})([1.0, 2.0]) == {"a": [2.0, 0.0], "b": [0.0, 1.0]}
    assert jacobian(lambda x, y: [x * y, x, y[0] if isinstance(y, list) else y], (0, 1))(2.0, 3.0) == [
        [3.0, 2.0], [1.0, 0.0], [0.0, 1.0]]
    assert jacobian(lambda x: [1.0, 2.0])([]) == [[], []]
    assert jacobian(lambda x: [])([1.0, 2.0]) == []
    assert jacobian(lambda x: [])(np.ones(2)) == []


def test_a_hessian_of_several_places_is_that_of_all_their_numbers():
    function = lambda x, y: x * x * y[0] + y[1] ** 3
    assert hessian(function, (0, 1))(2.0, [3.0, 4.0]) == [[6.0, 4.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 24.0]]
    assert hessian(function, 1)(2.0, [3.0, 4.0]) == [[0.0, 0.0], [0.0, 24.0]]
    assert hessian(function)(2.0, [3.0, 4.0]) == 6.0
    assert hessian(lambda x: 1.0)([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]


@given(st.floats(-2, 2), st.floats(-2, 2))
@settings(max_examples=40)
def test_hessian_and_jacobian_are_those_of_pytorch(a, b):
    point = torch.tensor([a, b], dtype=torch.float64)
    found = hessian(rosenbrock)([a, b])
    assert np.array(found) == pytest.approx(
        torch.autograd.functional.hessian(rosenbrock, point).numpy(), rel=1e-12, abs=1e-9)
    assert found[0][1] == pytest.approx(found[1][0], rel=1e-14, abs=1e-12)
    many = lambda x: [rosenbrock(x), (x[0] * x[1]).sin(), x[1] * 2, x[0].exp()]
    for count in (1, 4):  # reverse mode, and forward mode; both functions are called before the count changes
        right = torch.autograd.functional.jacobian(lambda x: torch.stack(many(x)[:count]), point)  # noqa: B023 (called at once)
        found = jacobian(lambda x: many(x)[:count])([a, b])  # noqa: B023 (called at once)
        assert np.array(found) == pytest.approx(right.numpy(), rel=1e-12, abs=1e-10)


@given(smooth_functions(3), smooth_functions(3), POINTS, st.lists(st.floats(-2, 2), min_size=2, max_size=2))
@settings(max_examples=30)
def test_vjp_and_jvp_are_the_products_with_the_jacobian(one, other, point, weights):
    both = lambda x: [one(x), other(x)]
    matrix = np.array(jacobian(both)(point))
    direction = [0.5, -1.5, 2.0]
    close = lambda right: pytest.approx(right, rel=1e-9, abs=1e-9)
    values, pull_back = vjp(both, point)
    assert values == jvp(both, point, direction)[0]
    assert pull_back(weights)[0] == close(np.array(weights) @ matrix)
    assert jvp(both, point, direction)[1] == close(matrix @ direction)


@pytest.mark.parametrize(("inputs", "outputs"), [(5, 2), (2, 5), (3, 3), (4, 1)])
def test_jacobian_evaluates_the_function_once(inputs, outputs):
    seen = []

    def function(x):
        seen.append(type(x[0]))
        return [sum(x) ** (i + 1) for i in range(outputs)]

    matrix = jacobian(function)([0.1] * inputs)
    assert len(seen) == 1
    assert [len(row) for row in matrix] == [inputs] * outputs
    assert [row[0] for row in matrix] == pytest.approx([(i + 1) * (0.1 * inputs) ** i for i in range(outputs)])


def test_hessian_evaluates_the_function_once_and_hvp_needs_no_matrix():
    seen = []

    def function(x):
        seen.append(type(x[0]))
        return sum([item ** 3 for item in x])

    assert hessian(function)([1.0, 2.0, 3.0]) == [[6.0, 0.0, 0.0], [0.0, 12.0, 0.0], [0.0, 0.0, 18.0]]
    assert len(seen) == 1
    assert hvp(function, [1.0, 2.0, 3.0], [1.0, 0.0, 1.0]) == [6.0, 0.0, 18.0]
    assert len(seen) == 2


def test_a_random_function_is_derived_as_it_was_drawn():
    draws = []

    def function(x):
        draws.append(random.random())
        return draws[-1] * x[0] * x[1] * x[2]

    for of, expected in (
            (hessian(function), lambda r: [[0.0, 3 * r, 2 * r], [3 * r, 0.0, r], [2 * r, r, 0.0]]),
            (jacobian(lambda x: [function(x)] * 4), lambda r: [[6 * r, 3 * r, 2 * r]] * 4),
            (grad(function), lambda r: [6 * r, 3 * r, 2 * r]),
            (lambda x: jvp(function, x, [1.0, 0.0, 0.0])[1], lambda r: 6 * r),
            (lambda x: hvp(function, x, [1.0, 0.0, 0.0]), lambda r: [0.0, 3 * r, 2 * r])):
        draws.clear()
        np.testing.assert_allclose(of([1.0, 2.0, 3.0]), expected(draws[0]), rtol=1e-14)
        assert len(draws) == 1


def test_point_and_direction_of_jvp_and_hvp():
    assert jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0)) == (6.0, 23.0)
    assert jvp(lambda x: x[0] * x[1], [2.0, 3.0], [1.0, 10.0]) == (6.0, 23.0)
    assert jvp(lambda x: x[0] * x[1], ((2.0, 3.0),), ((1.0, 10.0),)) == (6.0, 23.0)
    assert jvp(lambda p: p["a"] * 2 + p["b"], {"a": 1.0, "b": 2.0}, {"b": 0.0, "a": 1.0}) == (4.0, 2.0)
    assert jvp(lambda x: {"y": x, "z": [5.0]}, 2, 3) == ({"y": 2.0, "z": [5.0]}, {"y": 3.0, "z": [0.0]})
    assert type(jvp(lambda x: x, 2, 1)[1]) is float
    assert hvp(lambda x, y: x * x * y, (1.0, 2.0), (1.0, 0.5)) == (5.0, 2.0)
    assert hvp(lambda x: x ** 3, 2.0, 1.0) == 12.0
    assert hvp(lambda x: x["a"] ** 3, {"a": 2.0}, {"a": 1.0}) == {"a": 12.0}
    pair = namedtuple("pair", "a b")  # one argument, as it is for grad
    assert jvp(lambda p: p.a * p.b, pair(2.0, 3.0), pair(1.0, 10.0)) == (6.0, 23.0)
    assert hvp(lambda p: p.a * p.a * p.b, pair(1.0, 2.0), pair(1.0, 0.5)) == pair(5.0, 2.0)
    with pytest.raises(ValueError, match="2 numbers are needed, not 1"):
        jvp(lambda x: x[0], [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="1 numbers are needed, not 2"):
        hvp(lambda x: x, 1.0, (1.0, 2.0))


def test_vjp_gives_a_derivative_for_each_argument():
    value, pull_back = vjp(lambda x, y: {"a": x * y[0], "b": y[1]}, 2.0, [3.0, 4.0])
    assert value == {"a": 6.0, "b": 4.0}
    assert pull_back({"b": 10.0, "a": 1.0}) == (3.0, [2.0, 10.0])
    assert pull_back({"a": 0.0, "b": 1.0}) == (0.0, [0.0, 1.0])  # it may be called again
    assert vjp(lambda x: 3.0, 2.0)[1](1.0) == (0.0,)
    with pytest.raises(ValueError, match="2 numbers are needed, not 3"):
        vjp(lambda x: [x, x], 1.0)[1]([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="keys"):
        pull_back({"a": 1.0, "c": 1.0})


# ---- What functions may return -------------------------------------------------------------------------------------


def test_constants_have_the_derivative_zero_and_the_argument_one():
    assert value_and_grad(lambda x: 3)(1.0) == (3.0, 0.0)
    assert value_and_grad(lambda x: x)(2) == (2.0, 1.0)
    assert value_and_grad(lambda x: True)(2) == (1.0, 0.0)
    assert value_and_grad(lambda x: constant(3.0))(1.0) == (3.0, 0.0)
    assert value_and_grad(lambda x: np.float64(3.0))(1.0) == (3.0, 0.0)
    assert jvp(lambda x: 3, 1.0, 1.0) == (3.0, 0.0)
    for found in (*value_and_grad(lambda x: 3)(1), *value_and_grad(lambda x: x)(np.int64(1)),
                  *value_and_grad(lambda x: np.array(x * 2))(1), *jvp(lambda x: np.float32(2), 1, 1)):
        assert type(found) is float


@pytest.mark.parametrize("output", [[1.0], (), None, "1", 1j, {"a": 1.0}, np.ones(1)])
def test_a_gradient_is_that_of_one_number(output):
    for of in (grad, value_and_grad, hessian):
        with pytest.raises(TypeError, match=f"a gradient needs a function that returns one number, not "
                                            f"'{type(output).__name__}'; for a list there is jacobian"):
            of(lambda x: output)(1.0)


@pytest.mark.parametrize("of", [grad, value_and_grad, hessian])
def test_a_formula_has_no_gradient_and_not_the_gradient_zero(of):
    with pytest.raises(TypeError, match="a gradient needs a function that returns a number, not 'Formula'"):
        of(lambda x: x * Formula("a"))(2.0)


@pytest.mark.parametrize("point", [None, "1", 1j, [1.0, None], {"a": "b"}])
def test_points_that_are_no_numbers_are_refused(point):
    for of in (grad, jacobian, hessian):
        with pytest.raises(TypeError, match="a real number is needed, not "):
            of(lambda x: 1.0)(point)
    with pytest.raises(TypeError, match="a real number is needed, not "):
        jvp(lambda x: 1.0, point, point)


def test_errors_of_the_table_come_through():
    with pytest.raises(DivisionByZeroError, match=r"sqrt\(x\) has no finite derivative .* x = 0.0"):
        grad(sqrt)(0.0)
    with pytest.raises(DomainError, match=r"log\(x\) needs x > 0; here x = -1.0"):
        grad(log)(-1.0)
    with pytest.raises(ValueError, match="finite"):
        grad(log)(math.nan)
    with pytest.raises(ZeroDivisionError, match="sqrt"):
        jvp(sqrt, 0.0, 1.0)
    for of in (grad, jacobian, forward):
        with pytest.raises(NumberOverflowError, match="overflows"):
            of(lambda x: x * 1e200 * 1e200)(1e-200)
    assert jvp(sqrt, 0.0, 0.0) == (0.0, 0.0)
    assert grad(lambda x: relu(x) + x)(0.0) == 1.0


def test_an_error_inside_leaves_the_arguments_constant_and_recording_as_it_was():
    kept = []

    def failing(x):
        kept.append(x)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        grad(failing)(1.0)
    assert kept[0].constant
    assert grad(lambda x: x * kept[0])(3.0) == 1.0
