"""Gradients as graphs: with respect to any Values, to be differentiated again."""

import sys

import pytest

from autograd import (
    DivisionByZeroError,
    Dual,
    NumberOverflowError,
    StaleGraphError,
    Value,
    constant,
    dot,
    grad,
    gradients,
    jvp,
    logsumexp,
    sqrt,
    stop_gradient,
    sum,
    tanh,
    topological_order,
    trace,
)
from tests.support.oracle import slopes, tensor


def test_gradients_with_respect_to_any_value():
    x, unconnected = Value(2.0), Value(5.0)
    square = x * x
    output = square * x + square
    found = gradients(output, [x, square, x, unconnected, output])
    assert [g.data for g in found] == [16.0, 3.0, 16.0, 0.0, 1.0]
    assert all(isinstance(g, Value) for g in found)
    assert gradients(output, []) == ()
    assert [g.data for g in gradients(output, (v for v in (x, square)))] == [16.0, 3.0]
    assert gradients(x, [x])[0].data == 1.0
    assert gradients(x * constant(3.0), [x])[0].data == 3.0


def test_gradients_of_a_node_used_in_a_list_twice():
    x, y = Value(2.0), Value(3.0)
    assert [g.data for g in gradients(dot([x, y, x], [y, y, x]), [x, y])] == [3.0 + 4.0, 2.0 + 6.0]
    assert [g.data for g in gradients(dot([x, y, x], [y, y, x]), [y])] == [2.0 + 6.0]
    assert [g.data for g in gradients(sum([x, x, y]), [x, y])] == [2.0, 1.0]
    assert gradients(logsumexp([x, x]), [x])[0].data == pytest.approx(1.0, rel=1e-15)


def test_gradients_with_respect_to_a_constant_are_right_where_it_is_asked_for():
    c, x = constant(3.0), Value(2.0)
    assert gradients(x * c, [c])[0].data == 2.0
    first = gradients(x * c * c * c, [c])[0]
    assert (first.data, gradients(first, [c])[0].data) == (54.0, 36.0)
    assert gradients(gradients(c ** x, [c])[0], [c])[0].data == 2.0


def test_gradients_can_be_differentiated_again():
    x, y = Value(0.7), Value(1.3)
    tensors = [tensor(0.7), tensor(1.3)]
    found, right = (v[0].tanh() * v[1].sin() * v[0] for v in ((x, y), tensors))
    for order in range(3):
        found, right = gradients(found, [x, y])[order % 2], slopes(right, tensors)[order % 2]
        assert found.data == pytest.approx(right.item(), rel=1e-13)


@pytest.mark.parametrize(("output", "inputs"), [(3.0, [Value(1.0)]), (Value(1.0), [2.0]), ("y", []),
                                                (Value(1.0), ["x"]), (Dual(1.0, 1.0, 1), [])])
def test_gradients_refuse_what_is_not_a_value(output, inputs):
    with pytest.raises(TypeError, match=r"gradients\(\) takes one Value and a list of Values, not '"):
        gradients(output, inputs)
    with pytest.raises(TypeError, match="not iterable"):
        gradients(Value(1.0), Value(1.0))


def test_stale_graphs_are_refused():
    x, w = Value(2.0, label="x"), Value(3.0)
    y = x * x * w
    w.data = 4.0
    with pytest.raises(StaleGraphError, match=r"was set to 4.0 after"):
        gradients(y, [x])
    with pytest.raises(StaleGraphError):
        grad(lambda z: z * y)(1.0)
    assert (x.grad, w.grad) == (0.0, 0.0)


def test_gradients_that_do_not_exist_raise_as_backward_does():
    x, y = Value(0.0, label="p"), Value(1.0)
    with trace():
        root = sqrt(x)  # this line
    output = root * y
    for ask in (lambda: output.backward(), lambda: gradients(output, [x])):
        with pytest.raises(DivisionByZeroError, match=r"x = 0.0 \(label 'p'\)\n.*# this line"):
            ask()
    assert gradients(output, [y])[0].data == 0.0  # the other one exists
    with pytest.raises(NumberOverflowError):
        gradients(Value(1e200) * (big := Value(1e-200)) * 1e300 * 1e200, [big])


def test_depth_needs_no_recursion():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.00001
    slope, = gradients(y, [x])
    assert slope.data == pytest.approx(1.00001 ** 20_000, rel=1e-9)
    assert gradients(gradients(y * x, [x])[0], [x])[0].data == pytest.approx(2 * slope.data, rel=1e-9)

    def deep(x):
        for _ in range(20_000):
            x = x * 1.00001
        return x

    assert grad(deep)(1.0) == pytest.approx(slope.data, rel=1e-14)
    assert jvp(deep, 1.0, 1.0)[1] == pytest.approx(slope.data, rel=1e-14)
    assert sys.getrecursionlimit() < 20_000


def test_a_derivative_of_one_makes_no_node():
    x, w = Value(2.0), Value(3.0)
    assert gradients((x + 1) * w, [x])[0] is w


def test_nothing_flows_through_stop_gradient():
    x = Value(3.0)
    assert gradients(stop_gradient(x * x) * x, [x])[0].data == 9.0
    assert grad(lambda x: stop_gradient(x * x) * x)(3.0) == 9.0
    assert gradients(stop_gradient(x * x), [x])[0].data == 0.0


def test_only_what_depends_on_an_input_is_derived():
    x, w = Value(2.0), Value(3.0)
    y = w
    for _ in range(50):
        y = tanh(y)
    assert len(topological_order(gradients(x * y, [x])[0])) == 51  # the graph of y itself, nothing new
