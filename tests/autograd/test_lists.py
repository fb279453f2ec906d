"""Operations on lists take any kind of list, of numbers and Values mixed, and say what is wrong with one."""

import math
import re

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    DomainError,
    Dual,
    NumberOverflowError,
    Value,
    dot,
    formula,
    grad,
    gradients,
    hessian,
    jvp,
    logsumexp,
    mean,
    operations,
    sum,
    take,
    topological_order,
)

numbers = st.floats(-100, 100)


def kinds(items):
    """The same items as every kind of list."""
    yield list(items)
    yield tuple(items)
    yield iter(items)
    yield (item for item in items)
    yield dict.fromkeys(items).keys()
    yield numpy.array(items)
    yield numpy.array(items, dtype=object)


TOTALS = [(sum, math.fsum), (mean, lambda values: math.fsum(values) / len(values)),
          (logsumexp, lambda values: max(values) + math.log(math.fsum(math.exp(x - max(values)) for x in values)))]


@pytest.mark.parametrize(("function", "right"), TOTALS)
def test_one_list_of_any_kind_or_any_number_of_arguments(function, right):
    plain = [1.0, 2.5, -3.0]
    value = pytest.approx(right(plain), rel=1e-14)
    values = [Value(x) for x in plain]
    mixed = [1, Value(2.5), numpy.float32(-3.0)]
    for items in kinds(plain):
        found = function(items)
        assert (type(found), found) == (float, value)
    for items in (*kinds(values), mixed, numpy.array(mixed)):
        found = function(items)
        assert (type(found), found.data) == (Value, value)
    assert function(*plain) == value
    assert function(*values).data == value
    assert function(*mixed).data == value
    assert function(4.0) == function([4.0]) == 4.0
    assert type(function(*plain)) is float


@pytest.mark.parametrize(("function", "right"), TOTALS)
@given(values=st.lists(numbers, min_size=1, max_size=6))
def test_they_are_what_they_are_called(function, right, values):
    assert function(values) == pytest.approx(right(values), rel=1e-12, abs=1e-12)
    leaves = [Value(x) for x in values]
    assert function(leaves).data == function(values)
    assert function([Dual(x, 1.0, 1) for x in values]).primal == function(values)


def test_dot_takes_two_lists_of_any_kind():
    for weights in kinds([1.0, 2.0, -1.0]):
        assert dot(weights, [3.0, 5.0, 7.0]) == 6.0
    for inputs in kinds([3.0, 5.0, 7.0]):
        assert dot([1.0, 2.0, -1.0], inputs) == 6.0
    for inputs in (*kinds([Value(3.0), 5.0, Value(7.0)]), [3, numpy.float32(5.0), Value(7.0)]):
        assert dot((1.0, 2.0, -1.0), inputs).data == 6.0
    mixed = dot([1.0, Value(2.0), -1], [Dual(3.0, 4.0, 1), 5.0, Value(7.0)])
    assert (mixed.primal.data, mixed.tangent) == (6.0, 4.0)
    assert dot([1.0, 2.0], 3.0, 4.0) == 11.0  # the last list number by number
    assert type(dot([1, 2], [3, 4])) is float


def test_dot_is_one_node_whose_gradients_are_the_other_list():
    weights, inputs = [Value(1.0), Value(2.0)], [Value(3.0), Value(5.0)]
    y = dot(weights, inputs)
    assert y.parents == (*weights, *inputs)
    assert y.arguments == (tuple(weights), tuple(inputs))
    y.backward(2.0)
    assert [x.grad for x in (*weights, *inputs)] == [6.0, 10.0, 2.0, 4.0]


def test_lists_with_plain_numbers_in_them_have_gradients_for_the_rest():
    w, x = Value(2.0), Value(7.0)
    y = dot([w, 3.0], [5, x])
    y.backward()
    assert (y.data, w.grad, x.grad) == (31.0, 5.0, 3.0)
    assert [parent.constant for parent in y.parents] == [False, True, True, False]
    for function, slope in ((sum, 1.0), (mean, 0.5), (logsumexp, 1 / (1 + math.exp(-1)))):
        x = Value(3.0)
        function([2, x]).backward()
        assert x.grad == pytest.approx(slope, rel=1e-15)
        assert jvp(lambda z, f=function: f([z, 2]), 3.0, 1.0)[1] == pytest.approx(slope, rel=1e-15)


def test_one_value_at_several_places_of_lists():
    x = Value(3.0)
    dot([x, x], [x, 2.0]).backward()
    assert x.grad == 8.0
    assert gradients(sum([x, x, x]), [x])[0].data == 3.0
    assert hessian(lambda x: dot([x, x], [x, 2.0]))(3.0) == 2.0
    assert grad(lambda p: dot(p, p))([1.0, 2.0]) == [2.0, 4.0]
    assert hessian(lambda p: dot(p, p))([1.0, 2.0]) == [[2.0, 0.0], [0.0, 2.0]]


def test_lists_of_numpy_arrays_in_derivatives():
    p = numpy.array([1.0, 2.0])
    assert grad(lambda p: dot(p, [3.0, 4.0]) + sum(p * p))(p).tolist() == [5.0, 8.0]
    assert sum(numpy.array([Value(1.0), Value(2.0)]) * 2).data == 6.0


def test_a_list_is_not_changed_and_may_be_changed_afterwards():
    values = [Value(1.0), 2.0]
    y = sum(values)
    values.append(Value(9.0))
    assert len(y.parents) == 2
    assert values[1] == 2.0


def test_methods_take_the_rest_number_by_number():
    x = Value(1.0)
    assert x.sum(2.0, Value(3.0)).data == 6.0
    assert x.logsumexp(1.0).data == pytest.approx(1 + math.log(2))
    assert Value(1.0).take([5.0, 6.0]).data == 6.0


@pytest.mark.parametrize("empty", [[], (), iter([]), numpy.array([])])
def test_what_empty_lists_are(empty):
    assert sum(empty) == 0.0
    assert type(sum(empty)) is float
    assert dot(empty, empty) == 0.0
    for function, message in (
            (logsumexp, "logsumexp(values) needs at least one number; here values = []"),
            (mean, "mean needs at least one number"),
            (lambda values: take(0, values), "take(index, values) needs a whole index that counts one of the values "
                                             "from 0; here index = 0, values = []")):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            function(empty)
    assert issubclass(DomainError, ValueError)


def test_no_arguments_at_all():
    assert sum() == 0.0
    with pytest.raises(DomainError, match="at least one number"):
        logsumexp()


@pytest.mark.parametrize(("weights", "inputs"), [
    ([1.0, 2.0], [3.0]), ((1.0, 2.0), (Value(3.0),)), ([Value(1.0), Value(2.0)], (Value(3.0),)),
    ((Value(1.0), Value(2.0)), (Value(3.0),)), (numpy.array([1.0, 2.0]), iter([Dual(3.0, 1.0, 1)])),
])
def test_lists_of_different_lengths_are_refused_with_both(weights, inputs):
    with pytest.raises(ValueError, match=r"^dot\(weights, inputs\) needs lists of the same length, not of 2 and 1$"):
        dot(weights, inputs)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: dot(1.0, 2.0), "dot(weights, inputs) needs lists of numbers, not 'float'"),
    (lambda: dot("ab", [1.0, 2.0]), "dot(weights, inputs) needs lists of numbers, not 'str'"),
    (lambda: Value(1.0).dot([1.0]), "dot(weights, inputs) needs lists of numbers, not 'Value'"),
    (lambda: sum(["a"]), "a real number is needed, not 'str'"),
    (lambda: sum("12"), "a real number is needed, not 'str'"),
    (lambda: sum([Value(1.0), None]), "a real number is needed, not 'NoneType'"),
    (lambda: sum([[1.0, 2.0], [3.0]]), "a real number is needed, not 'list'"),
    (lambda: sum([1.0], [2.0]), "a real number is needed, not 'list'"),
    (lambda: sum(numpy.ones((2, 2))), "a real number is needed, not 'ndarray'"),
    (lambda: sum((Value(1.0), "x")), "a real number is needed, not 'str'"),
    (lambda: mean(None), "a real number is needed, not 'NoneType'"),
    (lambda: mean([1.0, 2.0], 3.0), "a real number is needed, not 'list'"),
    (lambda: take(0, [1.0], [2.0]), "a real number is needed, not 'list'"),
    (lambda: take([0], [1.0]), "a real number is needed, not 'list'"),
])
def test_what_is_no_list_of_numbers_is_refused(call, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        call()


def test_mean_is_built_from_a_sum_and_a_division():
    y = mean([Value(1.0), Value(3.0)])
    assert [node.op.name for node in topological_order(y) if node.op] == ["sum", "divide"]
    assert "mean" not in operations
    assert formula(lambda a, b: mean(a, b)).text == "(a + b) / 2"


def test_a_long_list():
    leaves = [Value(1.0) for _ in range(20_000)]
    y = sum(leaves)
    y.backward()
    assert y.data == 20_000.0
    assert {leaf.grad for leaf in leaves} == {1.0}


def test_a_message_about_a_long_list_shows_its_first_numbers():
    with pytest.raises(NumberOverflowError) as error:
        sum([1e308] * 784)
    assert str(error.value).endswith("here values = [" + ", ".join(["1e+308"] * 10) + " and 774 more]")
