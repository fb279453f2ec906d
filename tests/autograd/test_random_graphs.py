"""Random graphs over the whole table have the derivatives that PyTorch finds, in every mode; and calculus holds."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, gradients, hvp, jvp, operations
from tests.support.oracle import NAMES, derivatives, slopes, tensor
from tests.support.random_graphs import graphs, in_pytorch


def sizes(graph, place):
    """The sums of the absolute values of all paths that contribute to the first derivatives, and to the row of second
    derivatives that begins with one number.

    The chain rule forward and backward as for the derivatives themselves, with the absolute value of each slope. To
    this the error of a derivative is compared, so that it is not blamed for the cancellation of paths.
    """
    tensors = graph.in_pytorch(*map(tensor, graph.numbers))
    moved = [float(other == place) for other in range(len(graph.numbers))]
    local = []
    for name, arguments in graph.steps:
        flat = [p for a in arguments for p in (a if isinstance(a, list) else [a]) if isinstance(p, int)]

        def step(*new, name=name, arguments=arguments):
            rest = iter(new)
            return in_pytorch(name, [[next(rest) for _ in a] if isinstance(a, list) else
                                      next(rest) if isinstance(a, int) else a for a in arguments])

        _, first, second = derivatives(step, [tensors[p].item() for p in flat])
        local.append((flat, [abs(x) for x in first], [[abs(x) for x in row] for row in second]))
        moved.append(sum(x * moved[p] for p, x in zip(flat, local[-1][1])))
    adjoint, curved = [0.0] * len(moved), [0.0] * len(moved)
    adjoint[-1] = 1.0
    for node in range(len(moved) - 1, len(graph.numbers) - 1, -1):
        flat, first, second = local[node - len(graph.numbers)]
        for p, slope, row in zip(flat, first, second):
            adjoint[p] += adjoint[node] * slope
            curved[p] += curved[node] * slope + adjoint[node] * sum(x * moved[q] for q, x in zip(flat, row))
    return adjoint[: len(graph.numbers)], curved[: len(graph.numbers)]


def assert_close(found, right, size, tolerance):
    for x, y, scale in zip(found, right, size, strict=True):
        assert abs(x - y) <= tolerance * scale + 1e-300, (x, y, scale)


@pytest.mark.slow
def test_random_graphs_have_the_derivatives_of_pytorch_in_every_mode():
    graphs_with, count = Counter(), 0

    @settings(max_examples=60)
    @given(graphs(), st.integers(0, 2))
    def check(graph, chosen):
        nonlocal count
        count += 1
        assert len(graph.steps) <= 200
        graphs_with.update({name for name, _ in graph.steps})
        numbers, place = graph.numbers, chosen % len(graph.numbers)
        tensors = [tensor(x) for x in numbers]
        output = graph.in_pytorch(*tensors)[-1]
        right = slopes(output, tensors)
        right_second = [x.item() for x in slopes(right[place], tensors)]
        right_first = [x.item() for x in right]
        first_size, second_size = sizes(graph, place)
        unit = tuple(float(other == place) for other in range(len(numbers)))

        leaves = [Value(x) for x in numbers]
        y = graph(*leaves)
        assert y.data == pytest.approx(output.item(), rel=1e-10, abs=1e-10)
        y.backward()
        assert_close([leaf.grad for leaf in leaves], right_first, first_size, 1e-10)
        found = gradients(y, leaves)
        assert_close([x.data for x in found], right_first, first_size, 1e-10)
        forward = jvp(graph, tuple(numbers), unit)[1]
        assert_close([forward], [right_first[place]], [first_size[place]], 1e-10)
        assert_close([forward], [found[place].data], [first_size[place]], 1e-10)

        assert_close([x.data for x in gradients(found[place], leaves)], right_second, second_size, 1e-8)
        assert_close(hvp(graph, tuple(numbers), unit), right_second, second_size, 1e-8)
        for leaf in leaves:
            leaf.grad = 0.0
        slope = jvp(graph, tuple(leaves), unit)[1]
        if isinstance(slope, Value):
            slope.backward()
        assert_close([leaf.grad for leaf in leaves], right_second, second_size, 1e-8)

    check()
    for name in NAMES:
        assert graphs_with[name] >= 0.05 * count, name


@given(graphs(max_size=60))
@settings(max_examples=20)
def test_parents_are_the_arguments_in_their_order(graph):
    leaves = [Value(x) for x in graph.numbers]
    results = graph.run(lambda name, arguments: operations[name](*arguments), leaves)
    for node, (name, arguments) in zip(results[len(leaves):], graph.steps, strict=True):
        assert node.op is operations[name]
        flat = [p for a in arguments for p in (a if isinstance(a, list) else [a])]
        assert len(node.parents) == len(flat)
        for parent, argument in zip(node.parents, flat):
            if isinstance(argument, int):
                assert parent is results[argument]
            else:
                assert parent.constant
                assert parent.data == argument


def slope_in_reverse(function, x):
    leaf = Value(x)
    y = function(leaf)
    y.backward()
    return y.data, leaf.grad


def slope_forward(function, x):
    return jvp(function, x, 1.0)


@st.composite
def pairs(draw):
    """Two functions of one number, both made for the same number."""
    x = [draw(st.floats(-3.0, 3.0))]
    return (*(draw(graphs(numbers=x, min_size=28, max_size=60)) for _ in range(2)), x[0])


@pytest.mark.parametrize("differentiate", [slope_in_reverse, slope_forward])
@given(pairs(), st.floats(-10.0, 10.0), st.floats(-10.0, 10.0))
@settings(max_examples=25)
def test_linearity_and_product_rule(differentiate, functions, a, b):
    f, g, x = functions
    (fx, df), (gx, dg) = differentiate(f, x), differentiate(g, x)
    together = sizes(f, 0)[0][0] * max(abs(a), abs(gx)) + sizes(g, 0)[0][0] * max(abs(b), abs(fx))
    assert_close([differentiate(lambda x: a * f(x) + b * g(x), x)[1]], [a * df + b * dg], [together], 1e-13)
    assert_close([differentiate(lambda x: f(x) * g(x), x)[1]], [df * gx + fx * dg], [together], 1e-13)


@pytest.mark.parametrize("differentiate", [slope_in_reverse, slope_forward])
@given(graphs(numbers=[0.7], min_size=28, max_size=60), st.data())
@settings(max_examples=25)
def test_chain_rule(differentiate, inner, data):
    y, slope = differentiate(inner, 0.7)
    outer = data.draw(graphs(numbers=[y], min_size=28, max_size=60))
    _, outer_slope = differentiate(outer, y)
    size = sizes(inner, 0)[0][0] * sizes(outer, 0)[0][0]
    assert_close([differentiate(lambda x: outer(inner(x)), 0.7)[1]], [outer_slope * slope], [size], 1e-13)
