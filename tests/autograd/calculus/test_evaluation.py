"""What a function that is differentiated reads from outside, keeps, and leaves behind."""

import itertools
import math

import pytest

from autograd import (
    StaleGraphError,
    Value,
    constant,
    expand,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    sin,
    tanh,
    topological_order,
    value_and_grad,
    vjp,
)
from tests.support.readings import MODES, forward


def test_the_derivative_of_a_closure_is_a_graph_over_the_values_it_reads():
    w = Value(3.0, label="w")
    slope = grad(lambda x: w * w * x * x)(2.0)  # 2·w²·x
    assert slope.data == 36.0
    again, = gradients(slope, [w])
    assert again.data == 24.0
    slope.backward()
    assert w.grad == 24.0
    value, slope = value_and_grad(lambda x: w * x)(2.0)
    assert (value.data, slope.data) == (6.0, 3.0)
    assert grad(lambda x: x * 2 + 0 * len(repr(w)))(1.0) == 2.0
    matrix = jacobian(lambda x: [w * x[0], x[1], x[0] * x[1] * w])([1.0, 2.0])
    assert [[getattr(x, "data", x) for x in row] for row in matrix] == [[3.0, 0.0], [0.0, 1.0], [6.0, 3.0]]
    assert gradients(matrix[2][0], [w])[0].data == 2.0
    second = hessian(lambda x: w * w * x ** 3)(2.0)
    assert (second.data, gradients(second, [w])[0].data) == (108.0, 72.0)
    assert gradients(hvp(lambda x: w * x ** 3, 2.0, 1.0), [w])[0].data == 12.0
    assert gradients(vjp(lambda x: w * x, 2.0)[1](w)[0], [w])[0].data == 6.0


def test_the_derivative_at_a_value_is_a_graph_over_it():
    x = Value(2.0)
    slope = grad(lambda x: x ** 3)(x)
    assert (slope.data, gradients(slope, [x])[0].data) == (12.0, 12.0)
    assert gradients(jvp(lambda x: x ** 3, x, 1.0)[1], [x])[0].data == 12.0
    assert gradients(hessian(lambda x: x ** 3)(x), [x])[0].data == 6.0
    both = grad(lambda p: p[0] * p[1] * p[0])([x, 3.0])
    assert [item.data for item in both] == [12.0, 4.0]
    inner = x * 3  # a calculated one
    assert gradients(grad(lambda y: y * y)(inner), [x])[0].data == 6.0


def test_closures_over_duals_of_outside():
    assert jvp(lambda w: grad(lambda x: w * w * x)(2.0), 3.0, 1.0) == (9.0, 6.0)
    assert jvp(lambda w: value_and_grad(lambda x: w * x * x)(2.0), 3.0, 1.0) == ((12.0, 12.0), (4.0, 4.0))
    assert jvp(lambda w: jacobian(lambda x: [w * x, x * x, w])(2.0), 3.0, 1.0) == ([3.0, 4.0, 0.0], [1.0, 0.0, 0.0])
    assert jvp(lambda w: vjp(lambda x: [w * x, w], 2.0)[1]([w, 1.0])[0], 3.0, 1.0) == (9.0, 6.0)


@pytest.mark.parametrize("of", [
    lambda f: grad(f)(2.0), lambda f: value_and_grad(f)(2.0)[1], lambda f: vjp(f, 2.0)[1](1.0)[0],
    lambda f: jacobian(lambda x: [f(x), x])(2.0)[0], lambda f: jacobian(lambda x: [f(x[0])])([2.0, 1.0])[0][0],
    lambda f: hessian(lambda x: f(x) * x)(2.0) / 2, lambda f: hvp(lambda x: f(x) * x, 2.0, 1.0) / 2])
def test_inside_no_grad_derivatives_are_right_and_plain(of):
    w = Value(3.0)
    with no_grad():
        found = of(lambda x: w * x)
        assert found == 3.0
        assert type(found) is float
    assert of(lambda x: w * x).data == 3.0
    with no_grad():
        assert grad(grad(lambda x: x ** 3))(2.0) == 12.0
        assert gradients(w, [w])[0].data == 1.0


def test_what_is_calculated_inside_no_grad_is_constant_for_the_derivative():
    def function(x):
        with no_grad():
            frozen = x * x
        return frozen * x

    for of in (lambda f, x: grad(f)(x), lambda f, x: jvp(f, x, 1.0)[1], lambda f, x: vjp(f, x)[1](1.0)[0],
               lambda f, x: jacobian(f)(x)):
        assert (of(function, 3.0), type(of(function, 3.0))) == (9.0, float)
    for of in (lambda f, x: hessian(f)(x), lambda f, x: hvp(f, x, 1.0), lambda f, x: grad(grad(f))(x),
               lambda f, x: jvp(grad(f), x, 1.0)[1], lambda f, x: grad(lambda x: jvp(f, x, 1.0)[1])(x),
               lambda f, x: jvp(lambda x: jvp(f, x, 1.0)[1], x, 1.0)[1]):
        assert (of(function, 3.0), type(of(function, 3.0))) == (0.0, float)
    w = Value(2.0)
    slope = grad(lambda x: w * function(x))(3.0)
    assert (slope.data, gradients(slope, [w])[0].data) == (18.0, 9.0)  # of Values, as w is read from outside


def test_a_derivative_taken_inside_no_grad_is_a_constant_for_the_outer_one():
    def function(x, inner):
        with no_grad():
            return inner(lambda y: x * y * y, 3.0)

    for mode in MODES:
        for inner in (lambda f, x: grad(f)(x), lambda f, x: jvp(f, x, 1.0)[1]):
            assert mode(lambda x, inner=inner: function(x, inner))(2.0) == 0.0
            assert mode(lambda x, inner=inner: x * function(x, inner))(2.0) == 12.0  # 2xy, as a number


def test_a_function_may_keep_and_change_its_values():
    kept = []

    def function(x):
        kept.append(x * x)
        return kept[0] * x if len(kept) > 1 else kept[-1]

    assert grad(function)(3.0) == 6.0
    assert grad(function)(5.0) == 9.0  # the x of the first call is a number by now
    assert kept[0].data == 9.0

    def setting(x):
        y = x * x
        x.data = 7.0
        return y

    with pytest.raises(StaleGraphError):
        grad(setting)(3.0)

    def early(x):
        x.data = 7.0
        return x * x

    assert grad(early)(3.0) == 14.0


@pytest.mark.parametrize("mode", MODES)
def test_a_branch_by_equality_or_truth_is_taken_by_the_number(mode):
    """As in PyTorch and JAX, whether the function gets Values or Duals."""
    five = lambda x: 5 * x if x == 2 else x
    assert (mode(five)(2.0), mode(five)(3.0)) == (5.0, 1.0)
    assert (mode(lambda x: x if x != 2 else 5 * x)(2.0), mode(lambda x: x if x != 2.0 else 5 * x)(2.0)) == (5.0, 5.0)
    assert mode(lambda x: 7 * x if x == x * x - 2 else x)(2.0) == 7.0
    sinc = lambda x: 1.0 if x == 0 else sin(x) / x
    assert (sinc(Value(0.0)), mode(sinc)(0.0)) == (1.0, 0.0)
    assert mode(sinc)(2.0) == pytest.approx((2 * math.cos(2.0) - math.sin(2.0)) / 4, rel=1e-14)
    either = lambda x: x * x if x else 3 * x
    assert [mode(either)(x) for x in (0.0, -0.0, 2.0)] == [3.0, 3.0, 4.0]
    assert mode(mode(lambda x: x ** 3 if x == 2 else x))(2.0) == 12.0
    assert mode(lambda x: x * 2 if x in [1.0, 2.0] else x)(2.0) == 2.0


def test_a_variable_of_an_inner_derivative_that_was_kept_is_a_number():
    def function(x, inner, kept):
        inner(lambda y: kept.append(x * y) or y)(1.0)
        return kept[0] * x  # x², once y is 1 and no more

    for outer, inner in itertools.product(MODES, repeat=2):
        assert outer(lambda x, inner=inner: function(x, inner, []))(2.0) == 4.0
        assert outer(outer(lambda x, inner=inner: function(x, inner, [])))(2.0) == 2.0
    assert jvp(lambda x: value_and_grad(lambda y: function(y, forward, []))(x), 2.0, 1.0) == ((4.0, 4.0), (4.0, 2.0))


def test_a_subclass_of_value_that_is_equal_to_all_others_keeps_its_own_gradient():
    class Alike(Value):
        def __eq__(self, other):
            return True

        def __hash__(self):
            return 1

    x, y = Alike(2.0), Alike(3.0)
    assert [g.data for g in gradients(x * x * y, [x, y])] == [12.0, 4.0]
    assert [g.data for g in gradients(x * x * y, [y])] == [4.0]
    assert expand(tanh(x) * y).data == pytest.approx(math.tanh(2.0) * 3.0, rel=1e-15)
    slope = grad(lambda z: x * x * y * z)(5.0)
    assert [g.data for g in gradients(slope, [x, y])] == [12.0, 4.0]


def test_an_iteration_that_chooses_by_comparison_is_differentiated_along_its_path():
    def newton(a):
        x = a
        while abs(x * x - a) > 1e-12:
            x = (x + a / x) / 2
        return x

    for mode in MODES:
        assert mode(newton)(2.0) == pytest.approx(0.5 / math.sqrt(2.0), rel=1e-12)
        assert mode(mode(newton))(2.0) == pytest.approx(-0.25 / 2 ** 1.5, rel=1e-9)


def test_nothing_writes_to_grad():
    w, c, x = Value(3.0), constant(2.0), Value(2.0)
    y = w * x * c + tanh(w)
    nodes = [*topological_order(y)]
    for place, node in enumerate(nodes):
        node.grad = place + 0.5
    before = [node.grad for node in nodes]
    function = lambda v: v * v * w * y * c + tanh(v)
    grad(function)(1.5)
    grad(function)(x)
    value_and_grad(function)(w)
    jacobian(lambda v: [function(v[0]), v[1]])([x, 2.0])
    jacobian(lambda v: function(v[0]))([x, 2.0])
    hessian(function)(w)
    hvp(function, w, x)
    jvp(function, w, x)
    vjp(function, w)[1](x)
    gradients(y, [w, x, y])
    gradients(gradients(y * y, [w])[0], [w, x])
    with no_grad():
        grad(function)(1.5)
        jacobian(function)(x)
    assert [node.grad for node in nodes] == before
