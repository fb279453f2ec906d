"""expand() opens composite operations: same value, same gradients, elementary nodes."""

import builtins
import gc
import math
import warnings
import weakref

import pytest
from hypothesis import given

from autograd import (
    Dual,
    StaleGraphError,
    Value,
    affine,
    constant,
    dot,
    exp,
    expand,
    formula,
    gradients,
    hessian,
    logsumexp,
    no_grad,
    operations,
    recalculate,
    sigmoid,
    silu,
    sin,
    sinh,
    softplus,
    sum,
    tan,
    tanh,
    topological_order,
)
from tests.support.oracle import EXPECTED, NAMES, arguments, flat, ulps

COMPOSITE = sorted(name for name, row in operations.items() if row.expansion)


def names(value):
    return [node.op.name for node in topological_order(value) if node.op]


def test_the_composite_operations_are_those_that_say_what_they_expand_to():
    assert {"sinh", "cosh", "tanh", "sigmoid", "dot", "softplus", "sum", "logsumexp", "silu", "gelu",
            "tan"} <= set(COMPOSITE)
    assert not {"add", "exp", "log", "relu", "erf", "maximum"} & set(COMPOSITE)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPOSITE)
def test_value_and_derivatives_stay_the_same(name):
    row = operations[name]

    @given(arguments(name))
    def check(point):
        numbers, rebuild = flat(name, point)
        leaves = [Value(x) for x in numbers]
        closed = row(*rebuild(*leaves))
        opened = expand(closed)
        assert not set(names(opened)) & set(COMPOSITE)
        leaves_of_opened = {node for node in topological_order(opened) if node.op is None and not node.constant}
        assert leaves_of_opened <= set(leaves)
        # To a few units in the last place of the largest number on the way.
        scale = max(abs(node.data) for node in topological_order(opened))
        assert abs(opened.data - closed.data) <= 8 * math.ulp(scale)
        before = gradients(closed, leaves)
        after = gradients(opened, leaves)
        assert [g.data for g in after] == pytest.approx([g.data for g in before], rel=1e-9, abs=1e-9)
        for g, h in zip(before, after):
            assert [s.data for s in gradients(h, leaves)] == pytest.approx(
                [s.data for s in gradients(g, leaves)], rel=1e-7, abs=1e-7)

    check()


@pytest.mark.parametrize(("function", "points"), [
    (tanh, (-300.0, -3.0, -1e-5, 1e-300, 0.3, 18.0, 350.0)),
    (sinh, (-30.0, -1e-9, 1e-5, 0.3, 700.0)),
    (sigmoid, (-700.0, -30.0, 0.0, 0.3, 700.0)),
    (softplus, (-700.0, -30.0, 0.0, 0.3, 30.0, 700.0)),
    (silu, (-700.0, -30.0, 0.3, 30.0)),
    (tan, (-1.5, 1e-9, 0.3, 1.57)),
])
def test_the_value_stays_the_same_to_a_few_units_in_its_last_place(function, points):
    for x in points:
        assert ulps(expand(function(Value(x))).data, function(x)) <= 4


def test_what_an_expansion_holds_is_opened_too():
    opened = expand(silu(Value(0.5)))
    assert names(opened) == ["negative", "exp", "add", "divide", "multiply"]
    assert names(expand(silu(Value(0.5)), only="silu")) == ["sigmoid", "multiply"]


@pytest.mark.parametrize("only", ["tanh", tanh, ["tanh"], {"tanh", "gelu"}, (tanh,), iter([tanh, "sum"])])
def test_only_what_is_named_is_opened(only):
    x = Value(0.5)
    y = sigmoid(tanh(x)) * 2
    opened = expand(y, only=only)
    assert names(opened) == ["multiply", "exp", "subtract", "add", "divide", "sigmoid", "multiply"]
    assert opened.data == pytest.approx(y.data, rel=1e-15)


def test_names_that_open_nothing():
    y = tanh(Value(0.5)) + 1
    assert expand(y, only="exp") is y  # it is elementary
    assert expand(y, only=()) is y
    assert expand(y, only="dot") is y


@pytest.mark.parametrize("only", ["tahn", ["tanh", "tahn"]])
def test_a_name_that_is_none_is_refused(only):
    with pytest.raises(LookupError, match="there is no operation 'tahn'; did you mean 'tan'"):
        expand(tanh(Value(0.5)), only=only)


@pytest.mark.parametrize("only", [3, 0.5, [3], ["tanh", None], math.tanh])
def test_what_names_no_operation_is_refused(only):
    with pytest.raises(TypeError, match="expand takes an operation or its name, or a list"):
        expand(tanh(Value(0.5)), only=only)


@pytest.mark.parametrize("bad", [1.0, None, [Value(1.0)], Dual(Value(1.0), 1.0, 1), tanh])
def test_only_values_are_opened(bad):
    with pytest.raises(TypeError, match=f"^only a Value has a graph to open, not '{type(bad).__name__}'$"):
        expand(bad)


def test_leaves_and_what_is_elementary_stay_the_same_objects():
    x, y = Value(0.5, "x"), Value(2.0, "y")
    elementary = exp(x) * y
    output = elementary + tanh(y)
    opened = expand(output)
    assert expand(x) is x
    assert expand(elementary) is elementary
    assert opened is not output
    assert opened.parents[0] is elementary
    assert {node for node in topological_order(opened) if node.op is None and not node.constant} == {x, y}
    assert names(output) == ["exp", "multiply", "tanh", "add"]  # which was not changed


def test_labels_stay_on_the_nodes_that_take_their_place():
    x = Value(0.5, "x")
    hidden = tanh(x)
    hidden.label = "h"
    output = hidden * 2
    output.label = "out"
    opened = expand(output)
    assert {node.label: node.op.name for node in topological_order(opened) if node.op and node.label} == {
        "h": "divide", "out": "multiply"}
    assert x.label == "x"


def test_a_label_is_not_put_on_a_parent_or_over_another_label():
    x = Value(0.5, "x")
    total = sum([x])
    total.label = "total"
    assert expand(total) is x  # a sum of one number is that number
    assert x.label == "x"
    inner = x * 2
    whole = sum([inner])
    whole.label = "whole"
    assert expand(whole) is inner
    assert inner.label is None


def test_a_shared_node_is_opened_once():
    x = Value(0.5)
    hidden = tanh(x)
    opened = expand(hidden * hidden + hidden)
    assert names(opened).count("divide") == 1
    opened.backward()
    t = math.tanh(0.5)
    assert x.grad == pytest.approx((2 * t + 1) * (1 - t * t), rel=1e-14)


def test_no_gradient_is_written():
    x = Value(0.5)
    y = tanh(x) * 3
    y.backward()
    before = [(node, node.grad) for node in topological_order(y)]
    expand(y)
    assert [(node, node.grad) for node in topological_order(y)] == before


def test_a_node_whose_expansion_has_no_value_stays_closed_and_says_so():
    x = Value(400.0, "x")
    y = tanh(x) + tanh(Value(0.5)) + softplus(Value(800.0))
    with pytest.warns(UserWarning, match="stays closed") as caught:
        opened = expand(y)
    assert [str(warning.message) for warning in caught] == [
        "softplus(x) stays closed, since its expansion has no value here: exp(x) overflows; here x = 800.0",
        "tanh(x) stays closed, since its expansion has no value here: exp(x) overflows; here x = 800.0"]
    assert caught[0].filename == __file__
    assert opened.data == y.data
    assert names(opened).count("tanh") == 1
    opened.backward()
    assert x.grad == 0.0


def test_empty_lists_and_lists_of_one():
    x = Value(3.0)
    assert sum([x, *[]]).op.name == "sum"
    for y in (Value.read(operations["sum"], ((),)), Value.read(operations["dot"], ((), ()))):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            opened = expand(y + x)
        assert opened.data == 3.0
        assert names(opened) == ["add"]
    assert names(expand(dot([x], [2.0]))) == ["multiply"]
    assert names(expand(logsumexp([x]))) == ["subtract", "exp", "log", "add"]


def test_inside_of_no_grad_it_is_opened_all_the_same():
    y = tanh(Value(0.5))
    with no_grad():
        assert len(names(expand(y))) == 5


def test_subclasses_constants_and_gradients_of_gradients():
    class Weight(Value):
        __slots__ = ()

    w, c = Weight(0.5, "w"), constant(2.0)
    opened = expand(tanh(w) * c)
    leaves = {node for node in topological_order(opened) if node.op is None and node.constant is False}
    assert leaves == {w}
    assert c in opened.parents
    (slope,) = gradients(silu(w), [w])
    again = expand(slope)
    assert again.data == pytest.approx(slope.data, rel=1e-15)
    assert "sigmoid" not in names(again)
    assert gradients(again, [w])[0].data == pytest.approx(hessian(silu)(0.5), rel=1e-12)


def test_data_that_was_set_by_hand_is_kept():
    x = Value(0.5)
    y, z = sin(x), tanh(sigmoid(x))
    y.data, z.data = 3.0, 0.25
    output = tanh(x) * z + y
    with pytest.warns(UserWarning, match=r"^tanh\(x\) stays closed, since its value was set by hand$"):
        opened = expand(output)
    assert opened.data == pytest.approx(output.data, rel=1e-15)
    assert opened.parents[1] is y
    assert (opened.parents[0].parents[1].op, opened.parents[0].parents[1].data) == (tanh, 0.25)
    assert "sigmoid" not in names(opened)  # which is opened below it


def test_a_graph_opened_one_operation_after_the_other_has_nothing_set_by_hand():
    for point in range(1, 100):
        output = sigmoid(tanh(Value(point / 37)))
        with warnings.catch_warnings(action="error"):
            opened = expand(expand(output, "tanh"), "sigmoid")
        assert not {"tanh", "sigmoid"} & set(names(opened))


def test_what_stays_closed_is_said_once_and_for_the_right_reason():
    y = tanh(300 * tanh(Value(3.0)) + 200)  # whose operand will be another one by the last digit
    with pytest.warns(UserWarning, match="stays closed") as caught:
        opened = expand(y)
    assert len(caught) == 1
    assert "expansion has no value here: exp(x) overflows" in str(caught[0].message)
    assert names(opened).count("tanh") == 1


def test_a_graph_whose_leaves_have_changed_is_refused():
    x = Value(0.5, "x")
    y = x * x + tanh(x)
    x.data = 2.0
    with pytest.raises(StaleGraphError, match=r"'x' was set to 2\.0 after"):
        expand(y)
    assert expand(recalculate(y)).data == pytest.approx(4 + math.tanh(2.0), rel=1e-15)


def test_a_deep_graph_needs_no_recursion():
    x = Value(0.5)
    y = x
    for _ in range(3_000):
        y = tanh(y) + 0.4
    opened = expand(y)
    assert opened.data == pytest.approx(y.data, rel=1e-12)
    assert names(opened).count("divide") == 3_000


def test_every_row_with_an_expansion_is_an_operation_the_oracle_knows():
    assert set(COMPOSITE) <= set(NAMES) == set(EXPECTED)


def test_graphs_are_freed_at_once_whether_opened_or_made_by_opening():
    gc.disable()
    try:
        y = tanh(dot([Value(0.5)], [2.0]))
        opened = expand(y)
        references = [weakref.ref(node) for node in (*topological_order(y), *topological_order(opened))]
        del y, opened
        assert [reference() for reference in references] == [None] * len(references)
    finally:
        gc.enable()


def test_empty_lists_expand_to_nothing_at_all():
    assert operations["sum"].expansion(()) == 0.0
    assert operations["dot"].expansion((), ()) == 0.0


def test_an_affine_sum_opens_in_the_order_of_micrograd_and_gives_the_same_number_to_the_last_bit():
    b, w, x = Value(0.1, "b"), [Value(0.3, "w1"), Value(-0.7, "w2")], [0.9, 1.1]
    closed = affine(b, w, x)
    assert closed.data == builtins.sum((wi * xi for wi, xi in zip(w, x, strict=True)), b).data  # micrograd's own line
    opened = expand(closed)
    assert names(opened) == ["multiply", "add", "multiply", "add"]
    assert opened.data == closed.data
    assert formula(lambda b, w1, w2, x: affine(b, [w1, w2], [x, 3])).text == "b + w1·x + w2·3"


def test_tanh_opens_as_in_a_book_with_its_power_made_once_and_keeps_its_digits_where_those_would_cancel():
    assert names(expand(tanh(Value(1.5)))) == ["multiply", "exp", "subtract", "add", "divide"]
    assert names(expand(tanh(Value(1e-9)))) == ["multiply", "expm1", "add", "divide"]
