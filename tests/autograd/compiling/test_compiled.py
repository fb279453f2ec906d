"""What is compiled gives what the graph itself gives: values and derivatives of any order, in any structure."""
# ruff: noqa: B023 (each function is called at once)

import math
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import (
    Value,
    compile,
    constant,
    dot,
    exp,
    grad,
    gradients,
    hessian,
    jvp,
    logsumexp,
    maximum,
    operations,
    sin,
    sqrt,
    tanh,
    value_and_grad,
)
from tests.support.compiling import assert_near, outcome, recorded
from tests.support.oracle import EXPECTED, NAMES, arguments, expected, flat
from tests.support.random_graphs import graphs

Point = namedtuple("Point", "x y")
SPECIAL = [0.0, -0.0, 5e-324, -5e-324, 1e-310, -1e-310, 2.0**-1022, 1e-9, -1e-9, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 3.0,
           30.0, -30.0, 800.0, -800.0, 1e10, -1e10, 1e200, -1e200]


def check_first_order(graph):
    y, slopes = recorded(graph, graph.numbers)
    compiled = compile(graph, argument=range(len(graph.numbers)))
    assert_near(compiled(*graph.numbers), y)
    value, found = compiled.value_and_grad(*graph.numbers)
    assert value == compiled(*graph.numbers)
    for x, right in zip(found, slopes, strict=True):
        assert_near(x, right)


def check_second_order(graph):
    places = range(len(graph.numbers))
    leaves = [Value(x) for x in graph.numbers]
    first = gradients(graph(*leaves), leaves)
    right = [gradients(slope, leaves) for slope in first]
    rows = compile(lambda *x: [jvp(grad(graph, argument=place), x, [float(p == place) for p in places])[0]
                               for place in places])
    for x, y in zip(rows(*graph.numbers), first, strict=True):
        assert_near(x, y)
    curved = compile(lambda x: hessian(lambda v: graph(*v))(x))(graph.numbers)
    for row, right_row in zip(curved, right, strict=True):
        for x, y in zip(row, right_row, strict=True):
            assert_near(x, y)


@given(graphs(max_size=45))
@settings(max_examples=12)
def test_random_graphs_have_the_value_and_the_gradient_of_the_engine(graph):
    check_first_order(graph)


@given(graphs(max_size=30))
@settings(max_examples=3)
def test_random_graphs_have_the_second_derivatives_of_the_engine(graph):
    check_second_order(graph)


@pytest.mark.slow
@given(graphs())
@settings(max_examples=25)
def test_large_random_graphs_have_the_value_and_the_gradient_of_the_engine(graph):
    check_first_order(graph)


@pytest.mark.slow
@given(graphs(max_size=40))
@settings(max_examples=10)
def test_more_random_graphs_have_the_second_derivatives_of_the_engine(graph):
    check_second_order(graph)



@pytest.mark.parametrize("name", NAMES)
def test_every_operation_has_the_value_and_the_derivatives_of_pytorch(name):
    kept = {}

    @given(arguments(name, max_length=3))
    @settings(max_examples=12)
    def check(given_arguments):
        numbers, rebuild = flat(name, given_arguments)
        value, slopes, second = expected(name, given_arguments)
        key = [len(a) if isinstance(a, list) else a if free is None else 0
               for a, free in zip(given_arguments, EXPECTED[name].domain)]
        function = lambda x: operations[name](*rebuild(*x))
        if str(key) not in kept:
            kept[str(key)] = compile(function), compile(hessian(function))
        first, curved = kept[str(key)]
        found = first.value_and_grad(numbers)
        assert found[0] == pytest.approx(value, rel=1e-13, abs=1e-14)
        assert found[1] == pytest.approx(slopes, rel=1e-11, abs=1e-12)
        assert np.array(curved(numbers)) == pytest.approx(np.array(second), rel=1e-10, abs=1e-10)

    check()


def same(found, right):
    """The same error, or numbers that differ in the last digits alone; zeros have the same sign."""
    if isinstance(right, tuple) and isinstance(right[0], type):
        return found == right
    if isinstance(right, tuple | list):
        return isinstance(found, tuple | list) and len(found) == len(right) and all(map(same, found, right))
    if not isinstance(found, float):
        return False
    return math.isclose(found, right, rel_tol=1e-14, abs_tol=5e-324) and (
        found != 0.0 or right != 0.0 or math.copysign(1.0, found) == math.copysign(1.0, right))


@pytest.mark.parametrize("name", [name for name in NAMES if not any(operations[name].lists)])
def test_kinks_signed_zeros_and_the_edges_of_the_range(name):
    row = operations[name]
    count = len(row.partials)
    function = lambda *x: row(*x)
    places = tuple(range(count))
    compiled = compile(function, argument=places)
    points = [(x,) for x in SPECIAL] if count == 1 else [(x, y, -2.0)[:count] for x in SPECIAL for y in SPECIAL[::2]]
    differing = []
    for point in points:
        right = outcome(lambda: function(*point))
        found = outcome(lambda: compiled(*point))
        if not same(found, right):
            differing.append((point, found, right))
        right = outcome(lambda: value_and_grad(function, argument=places)(*point))
        found = outcome(lambda: compiled.value_and_grad(*point))
        if not same(found, right):
            differing.append(("gradient", point, found, right))
    assert not differing, differing[:4]


@pytest.mark.parametrize("name", ["maximum", "minimum", "absolute", "relu", "leaky_relu", "elu", "step"])
def test_at_a_kink_the_slope_is_that_of_pytorch(name):
    row = operations[name]
    given_arguments = (1.0, 1.0) if len(row.partials) == 2 else (0.0,)
    _, slopes, _ = expected(name, given_arguments)
    assert list(compile(row, argument=range(len(row.partials))).grad(*given_arguments)) == slopes


def test_derivatives_of_derivatives_are_compiled():
    wave = lambda x: sin(x) * x
    assert compile(lambda x: grad(grad(wave))(x))(0.5) == pytest.approx(2 * math.cos(0.5) - 0.5 * math.sin(0.5))
    assert compile(grad(wave)).grad(0.5) == pytest.approx(2 * math.cos(0.5) - 0.5 * math.sin(0.5))
    assert compile(lambda x: hessian(lambda v: v[0] * v[1] ** 2)(x))([1.0, 2.0]) == [[0.0, 4.0], [4.0, 2.0]]
    assert compile(lambda x: jvp(lambda z: z * z * z, x, 1.0))(2.0) == (8.0, 12.0)


def test_a_power_is_right_at_zero_in_all_orders():
    orders = [lambda x: x ** 2]
    for _ in range(3):
        orders.append(grad(orders[-1]))
    assert [compile(f)(0.0) for f in orders] == [0.0, 0.0, 2.0, 0.0]


class TestStructures:
    """Arguments and results, as numbers and as what holds numbers."""

    @pytest.mark.parametrize(("function", "arguments", "value", "slope"), [
        (lambda x: x * x, (3,), 9.0, 6.0),
        (lambda x, y: x * y, (3.0, 5), 15.0, 5.0),
        (lambda v: v[0] * v[1], ([2.0, 3.0],), 6.0, [3.0, 2.0]),
        (lambda v: v[0] * v[1], ((2.0, 3.0),), 6.0, (3.0, 2.0)),
        (lambda d: d["a"] * d["b"], ({"a": 2.0, "b": 3.0},), 6.0, {"a": 3.0, "b": 2.0}),
        (lambda p: p.x * p.y, (Point(2.0, 3.0),), 6.0, Point(3.0, 2.0)),
        (lambda d: d["w"][0] * d["b"][1] + d["p"].x, ({"w": [2.0], "b": (4.0, 3.0), "p": Point(1.0, 9.0)},), 7.0,
         {"w": [3.0], "b": (0.0, 2.0), "p": Point(1.0, 0.0)}),
        (lambda v, w: dot(v, w), ([1.0, 2.0], [3.0, 4.0]), 11.0, [3.0, 4.0]),
        (lambda x: 7.0, (3.0,), 7.0, 0.0),
        (lambda x: x, (3.0,), 3.0, 1.0),
        (lambda v: v[1], ([3.0, 4.0],), 4.0, [0.0, 1.0])])
    def test_a_gradient_has_the_structure_of_its_argument(self, function, arguments, value, slope):
        compiled = compile(function)
        assert compiled(*arguments) == value
        found = compiled.value_and_grad(*arguments)
        assert found == (value, slope)
        assert type(found[1]) is type(slope)
        assert compiled.grad(*arguments) == slope

    @pytest.mark.parametrize("result", [
        lambda x, y: [x, y], lambda x, y: (x, y * 2), lambda x, y: {"sum": x + y, "list": [x, (y, 1.0)]},
        lambda x, y: Point(x * y, Point(x, 2)), lambda x, y: [[], [x]], lambda x, y: [],
        lambda x, y: {},
        lambda x, y: [x, x, 5, y, x * y], lambda x, y: x - y])
    def test_what_is_returned_keeps_its_structure(self, result):
        right, found = result(2.0, 3.0), compile(result)(2.0, 3.0)
        assert found == right
        assert type(found) is type(right)
        assert repr(found) == repr(compile(result)(2.0, 3.0))

    def test_arrays_come_in_and_go_out(self):
        compiled = compile(lambda a: (a * a).sum())
        matrix = np.array([[1.0, 2.0], [3.0, 4.0]])
        value, slope = compiled.value_and_grad(matrix)
        assert value == 30.0
        assert isinstance(slope, np.ndarray)
        assert slope.dtype == float
        assert (slope == 2 * matrix).all()
        outer = compile(lambda a: a @ a.T)(matrix)
        assert isinstance(outer, np.ndarray)
        assert (outer == matrix @ matrix.T).all()

    @pytest.mark.parametrize("kind", ["f4", "i8", "u1", "?", ">f8"])
    def test_arrays_of_any_real_numbers(self, kind):
        numbers = np.array([1, 0, 1], dtype=kind)
        assert compile(lambda a: a[0] + 2 * a[1] + 3 * a[2])(numbers) == 4.0

    @pytest.mark.parametrize("x", [np.float64(2.0), np.float32(2.0), np.int64(2), np.array(2.0), 2])
    def test_numbers_of_any_kind(self, x):
        assert compile(lambda x: x * 3)(x) == 6.0

    def test_each_structure_is_recorded_once(self):
        calls = []

        def function(v):
            calls.append(len(v))
            return dot(v, v)

        compiled = compile(function)
        for v in ([1.0, 2.0], [3.0, 4.0], (1.0, 2.0), [1.0], [2.0], [1.0, 2.0], [1, 2], np.ones(3), np.zeros(3)):
            assert compiled(v) == sum(x * x for x in v)
        assert calls == [2, 2, 1, 3]

    def test_an_array_of_another_shape_is_another_structure(self):
        compiled = compile(lambda a: a.shape[0] * a.sum())
        assert compiled(np.ones((2, 3))) == 12.0
        assert compiled(np.ones((3, 2))) == 18.0

    def test_keys_of_a_dict_in_another_order(self):
        compiled = compile(lambda d: d["a"] - d["b"])
        assert compiled({"a": 1.0, "b": 2.0}) == compiled({"b": 2.0, "a": 1.0}) == -1.0
        assert compiled.grad({"b": 2.0, "a": 1.0}) == {"a": 1.0, "b": -1.0}

    def test_several_arguments_are_differentiated_together(self):
        function = lambda x, v, d: x * v[0] + v[1] * d["c"]
        point = 2.0, [3.0, 4.0], {"c": 5.0}
        assert compile(function, argument=1).grad(*point) == [2.0, 5.0]
        assert compile(function, argument=-1).grad(*point) == {"c": 4.0}
        assert compile(function, argument=[0, 1, 2]).grad(*point) == (3.0, [2.0, 5.0], {"c": 4.0})
        assert compile(function, argument=(1,)).grad(*point) == ([2.0, 5.0],)

    def test_several_arguments_in_any_order(self):
        assert compile(lambda x, y: x * y * y, argument=(1, 0)).grad(2.0, 3.0) == (12.0, 9.0)
        found = compile(lambda x, y: x * y * y, argument=(1, 0)).batch_gradients(np.array([2.0]), np.array([3.0]))
        assert [slopes.tolist() for slopes in found] == [[12.0], [9.0]]

    def test_the_same_argument_twice(self):
        assert compile(lambda x, y: x * y * y, argument=(1, 1)).grad(2.0, 3.0) == (12.0, 12.0)

    @pytest.mark.parametrize("argument", [2, -3, (0, 2)])
    def test_an_argument_that_is_not_there(self, argument):
        with pytest.raises(TypeError, match="there is no argument"):
            compile(lambda x, y: x * y, argument=argument)(1.0, 2.0)

    @pytest.mark.parametrize("result", [lambda x: [x], lambda x: (x, x), lambda x: {"a": x}])
    def test_a_gradient_needs_one_number(self, result):
        compiled = compile(result)
        compiled(1.0)
        with pytest.raises(TypeError, match="one number"):
            compiled.value_and_grad(1.0)
        with pytest.raises(TypeError, match="one number"):
            compiled.batch_gradients(np.ones(3))

    @pytest.mark.parametrize("x", ["2", None, 1j, {1.0}, [1.0, "2"]])
    def test_what_is_no_number_is_refused(self, x):
        with pytest.raises(TypeError, match="number"):
            compile(lambda x: x)(x)

    def test_a_value_is_refused_as_an_argument(self):
        with pytest.raises(TypeError, match="plain numbers, not Values"):
            compile(lambda x: x)(Value(1.0))

    def test_what_is_no_function_is_refused(self):
        with pytest.raises(TypeError, match="takes a function"):
            compile(3.0)

    @pytest.mark.parametrize("result", [None, "x", 1j, object()])
    def test_a_function_that_returns_no_number_is_refused(self, result):
        with pytest.raises(TypeError, match="number"):
            compile(lambda x: result)(1.0)

    def test_it_has_the_name_of_the_function(self):
        def wave(x):
            return sin(x)

        assert compile(wave).__name__ == "wave"
        assert repr(compile(wave)) == "<compiled wave>"


class TestOuterValues:
    """Values that a function reads from outside are read anew in every call."""

    def test_their_numbers_are_read_anew(self):
        w, b = Value(2.0), Value(1.0)
        compiled = compile(lambda x: w * x + b)
        for weight, bias in [(2.0, 1.0), (3.0, -1.0), (-0.5, 0.0)]:
            w.data, b.data = weight, bias
            assert compiled(4.0) == 4.0 * weight + bias
            assert compiled.value_and_grad(4.0) == (4.0 * weight + bias, weight)
            assert (compiled.batch(np.array([4.0, 5.0])) == [4.0 * weight + bias, 5.0 * weight + bias]).all()
            assert (compiled.batch_gradients(np.array([4.0, 5.0])) == weight).all()
        assert w.grad == b.grad == 0.0

    def test_what_was_calculated_outside_is_calculated_again(self):
        w = Value(2.0)
        double = 2 * w
        compiled = compile(lambda x: double * x)
        assert compiled(3.0) == 12.0
        w.data = 5.0
        assert compiled(3.0) == 30.0

    def test_they_stay_as_they_were(self):
        w = Value(2.0, "w")
        compiled = compile(lambda x: w * x)
        compiled(3.0)
        assert type(w) is Value
        assert (w.data, w.label, w.op) == (2.0, "w", None)
        (w * 3.0).backward()
        assert w.grad == 3.0

    def test_a_constant_takes_part(self):
        c = constant(3.0)
        assert compile(lambda x: c * x).value_and_grad(2.0) == (6.0, 3.0)

    def test_a_value_that_does_not_depend_on_the_input_may_be_returned(self):
        w = Value(2.0)
        compiled = compile(lambda x: w)
        assert compiled.value_and_grad(1.0) == (2.0, 0.0)
        w.data = 3.0
        assert compiled(1.0) == 3.0
        assert (compiled.batch(np.zeros(3)) == 3.0).all()

    def test_a_function_of_nothing(self):
        w = Value(2.0)
        compiled = compile(lambda: w * w)
        assert compiled() == 4.0
        w.data = 3.0
        assert compiled() == 9.0


class TestGraphs:
    """A graph that there is already, as a function of some of its leaves."""

    def test_it_is_a_function_of_its_inputs(self):
        x, y, w = Value(2.0, "x"), Value(3.0, "y"), Value(5.0, "w")
        z = tanh(x * w) + exp(-y)
        compiled = compile(z, inputs=[x, y])
        assert compiled(2.0, 3.0) == pytest.approx(z.data, rel=1e-15)
        right = recorded(lambda a, b: tanh(a * 5.0) + exp(-b), (0.25, -1.0))
        value, slope = compiled.value_and_grad(0.25, -1.0)
        assert value == pytest.approx(right[0].data, rel=1e-15)
        assert list(slope) == pytest.approx([s.data for s in right[1]], rel=1e-14)
        w.data = 7.0
        assert compiled(0.25, -1.0) == pytest.approx(math.tanh(1.75) + math.e, rel=1e-15)
        assert (x.data, y.data, x.grad, y.grad) == (2.0, 3.0, 0.0, 0.0)

    def test_batches_of_it(self):
        x, y = Value(2.0), Value(3.0)
        compiled = compile(x * y, inputs=[x, y])
        first, second = np.arange(5.0), np.arange(5.0) + 1
        assert (compiled.batch(first, second) == first * second).all()
        slopes = compiled.batch_gradients(first, second)
        assert (slopes[0] == second).all()
        assert (slopes[1] == first).all()

    def test_several_outputs(self):
        x = Value(2.0)
        assert compile([x * x, {"a": x + 1}], inputs=[x])(3.0) == [9.0, {"a": 4.0}]

    def test_an_input_that_the_graph_does_not_have(self):
        x, y = Value(2.0), Value(3.0)
        assert compile(x * x, inputs=[x, y]).value_and_grad(3.0, 1.0) == (9.0, (6.0, 0.0))

    @pytest.mark.parametrize("inputs", [lambda x: [x * 2], lambda x: [2.0], lambda x: [x, "y"]])
    def test_inputs_are_leaves(self, inputs):
        x = Value(2.0)
        with pytest.raises(TypeError, match="inputs"):
            compile(x * 2, inputs=inputs(x))

    def test_another_number_of_arguments_is_refused(self):
        x = Value(2.0)
        with pytest.raises(TypeError, match="another structure"):
            compile(x * 2, inputs=[x])(1.0, 2.0)


PICKED = [lambda i, x, y: autograd.take(i, [x, y, x * y]),
          lambda i, x, y: autograd.take(i, [1.0, x, 2.5, y]),
          lambda i, x, y: autograd.take(i, [x, OUTER, 2.5, y * 2, OUTER * x]),
          lambda i, x, y: autograd.take(i, [x, x, x]) * y,
          lambda i, x, y: logsumexp([x, y, 1.0]) - autograd.take(i, [x, y, 1.0]),
          lambda i, x, y: autograd.take(i, [OUTER, OUTER * 2, 3.0]) * x]
OUTER = Value(7.0)


def eager(function, i, x, y):
    y, slopes = recorded(lambda x, y: function(i, x, y), (x, y))
    return y.data, tuple(slope.data for slope in slopes)


@pytest.mark.parametrize("function", PICKED)
def test_an_index_that_is_an_input(function):
    compiled = compile(function, argument=(1, 2))
    indices = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, -1.0, -0.0, 0.5, 1.5, 2.0000001, 1e300, -1e300, 2.0**63, 2.0**32, 5e-324]
    for i in indices:
        right = outcome(lambda: eager(function, i, 2.0, 3.0))
        found = outcome(lambda: compiled.value_and_grad(i, 2.0, 3.0))
        assert same(found, right), (i, found, right)
        assert same(outcome(lambda: compiled(i, 2.0, 3.0)), right if isinstance(right[0], type) else right[0])


@pytest.mark.parametrize("function", PICKED)
def test_an_index_that_is_an_input_in_a_batch(function):
    rows = np.array([0.0, 1.0, 2.0, 1.0, 0.0, 2.0, 2.0, 1.0, 0.0] * 2)
    x, y = np.linspace(-1.0, 1.0, 18), np.linspace(2.0, 3.0, 18)
    right = [eager(function, *point) for point in zip(rows, x, y)]
    compiled = compile(function, argument=(1, 2))
    assert compiled.batch(rows, x, y) == pytest.approx([value for value, _ in right], rel=1e-14)
    for found, place in zip(compiled.batch_gradients(rows, x, y), (0, 1)):
        assert found == pytest.approx([slopes[place] for _, slopes in right], rel=1e-13, abs=1e-15)


@given(st.lists(st.floats(-5.0, 5.0), min_size=3, max_size=3), st.lists(st.floats(0.1, 5.0), min_size=3, max_size=3))
@settings(max_examples=30)
def test_one_compiled_object_serves_all_numbers(a, b):
    x, y = [*a], [*b]
    right, slopes = recorded(lambda *v: mixed(v[:3], v[3:]), [*x, *y])
    value, found = MIXED.value_and_grad(x, y)
    assert_near(value, right)
    for place, slope in zip([*found[0], *found[1]], slopes, strict=True):
        assert_near(place, slope)


def mixed(v, w):
    return dot(v, w) + sqrt(maximum(v[0], w[0])) * logsumexp(v) / w[1] + w[2] ** v[2]


MIXED = compile(mixed, argument=(0, 1))
