"""Derivatives of derivatives inside of what is compiled: Newton's method, and products with the Hessian."""

import math
import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Value,
    compile,
    cos,
    dot,
    exp,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    sin,
    sum,
    tanh,
    value_and_grad,
    vjp,
)
from tests.support.compiling import assert_near, recorded
from tests.support.smooth import smooth_functions

pytestmark = pytest.mark.slow  # a program is compiled in each test

POINTS = st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3)


def valley(v):
    """Rosenbrock's, whose minimum is 0 at (1, 1)."""
    return (1 - v[0]) ** 2 + 100 * (v[1] - v[0] * v[0]) ** 2


def newton(v):
    """One step of Newton's method: the gradient over the Hessian, by Cramer's rule."""
    (a, b), (c, d) = hessian(valley)(v)
    g, h = grad(valley)(v)
    determinant = a * d - b * c
    return [v[0] - (d * g - b * h) / determinant, v[1] - (a * h - c * g) / determinant]


def test_a_step_of_newton():
    step, point = compile(newton), [-1.2, 1.0]
    for _ in range(10):
        x = torch.tensor(point, dtype=torch.float64)
        right = x - torch.linalg.solve(torch.autograd.functional.hessian(valley, x),
                                       torch.autograd.functional.jacobian(valley, x))
        point = step(point)
        assert point == pytest.approx(right.tolist(), rel=1e-9, abs=1e-12)
    assert point == pytest.approx([1.0, 1.0], abs=1e-12)


def test_steps_of_newton_for_many_points_at_once():
    points = np.random.default_rng(0).uniform(-2.0, 2.0, (19, 2))
    found = np.stack(compile(newton).batch(points), axis=1)
    for row, point in zip(found, points, strict=True):
        assert row == pytest.approx(newton(point.tolist()), rel=1e-10)


def test_a_step_of_newton_on_one_number():
    step = compile(lambda x: x - grad(cos)(x) / grad(grad(cos))(x))
    x = 3.0
    for _ in range(5):
        x = step(x)
    assert x == pytest.approx(math.pi, abs=1e-15)


@given(smooth_functions(3), POINTS, POINTS)
@settings(max_examples=8)
def test_a_product_with_the_hessian(function, point, direction):
    leaves = [Value(x) for x in point]
    first = gradients(function(leaves), leaves)
    right = gradients(dot(list(first), direction), leaves)
    found = compile(lambda v, d: hvp(function, v, d))(point, direction)
    for x, y in zip(found, right, strict=True):
        assert_near(x, y)


@given(smooth_functions(3), POINTS, POINTS)
@settings(max_examples=8)
def test_forward_and_reverse_mode_agree(function, point, direction):
    y, slopes = recorded(lambda *v: function(v), point)
    value, along = compile(lambda v, d: jvp(function, v, d))(point, direction)
    assert_near(value, y)
    assert_near(along, sum([slope * d for slope, d in zip(slopes, direction, strict=True)]))
    value, found = compile(lambda v: value_and_grad(function)(v))(point)
    assert_near(value, y)
    for x, right in zip(found, slopes, strict=True):
        assert_near(x, right)


@given(smooth_functions(2), st.lists(st.floats(-1.5, 1.5), min_size=2, max_size=2))
@settings(max_examples=6)
def test_the_gradient_of_a_gradient_is_that_of_pytorch(function, point):
    def slope(v):
        return sum([g * g for g in grad(function)(v)])

    x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    y = function(x)
    right = torch.zeros(2, dtype=torch.float64)
    if y.requires_grad:
        [g] = torch.autograd.grad(y, x, create_graph=True)
        if g.requires_grad:
            [right] = torch.autograd.grad((g * g).sum(), x)
    assert compile(slope).grad(point) == pytest.approx(right.tolist(), rel=1e-8, abs=1e-9)


def curve(v):
    return [v[0] * v[1], sin(v[0]), exp(v[1] - v[0])]


def test_a_jacobian_and_what_is_pulled_back_by_it():
    x, y = 0.5, -0.25
    right = [[y, x], [math.cos(x), 0.0], [-math.exp(y - x), math.exp(y - x)]]
    assert np.array(compile(lambda v: jacobian(curve)(v))([x, y])) == pytest.approx(np.array(right), rel=1e-15)
    [pulled] = compile(lambda v: vjp(curve, v)[1]([1.0, 2.0, -1.0]))([x, y])
    assert pulled == pytest.approx((np.array([1.0, 2.0, -1.0]) @ np.array(right)).tolist(), rel=1e-15)


def test_derivatives_of_the_fifth_order():
    function = sin
    for _ in range(5):
        function = grad(function)
    assert compile(function)(0.3) == pytest.approx(math.cos(0.3), rel=1e-14)
    assert compile(function).grad(0.3) == pytest.approx(-math.sin(0.3), rel=1e-14)


def test_a_thousand_nodes_of_a_few_kinds():
    generator = random.Random(0)
    weights = [[generator.uniform(-1.0, 1.0) for _ in range(20)] for _ in range(16)]

    def network(v):
        for _ in range(30):
            v = [tanh(dot(row, v[:20])) for row in weights] + v[:4]
        return sum(v)

    point = [generator.uniform(-1.0, 1.0) for _ in range(20)]
    compiled = compile(network)
    value, slopes = compiled.value_and_grad(point)
    right, expected = value_and_grad(network)(point)
    assert compiled.report()["nodes"] == 30 * 32 + 1
    assert value == pytest.approx(right, rel=1e-12)
    assert slopes == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.slow
def test_a_thousand_nodes_one_after_another():
    def chain(x):
        y = x
        for n in range(250):
            y = (sin(y) * 0.9 + x) * (1.0 if n % 3 else 0.5) - exp(-y * y)
        return y

    compiled = compile(chain)
    value, slope = compiled.value_and_grad(0.4)
    y, [right] = recorded(chain, [0.4])
    assert compiled.report()["nodes"] > 1000
    assert_near(value, y)
    assert_near(slope, right)
