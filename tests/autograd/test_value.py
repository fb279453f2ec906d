"""What a Value is: the numbers it accepts, its attributes, its operators, and how it acts beside other numbers."""

import copy
import math
import operator
import subprocess
import sys
import warnings
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import DetachedWarning, Value, constant, grad, no_grad, operation, operations, trace

record = Value.read
finite = st.floats(-1e100, 1e100)


class WithFloat:
    def __float__(self) -> float:
        return 2.5


class WithIndex:
    def __index__(self) -> int:
        return 7


@pytest.mark.parametrize(("data", "kept"), [
    (3, 3.0), (-2.5, -2.5), (True, 1.0), (Fraction(1, 4), 0.25), (Decimal("1.5"), 1.5), (WithFloat(), 2.5),
    (WithIndex(), 7.0), (np.float64(0.1), 0.1), (np.float32(0.5), 0.5), (np.float16(0.5), 0.5), (np.int8(-3), -3.0),
    (np.uint64(9), 9.0), (np.bool_(True), 1.0), (np.longdouble(2), 2.0), (np.array(4.0), 4.0), (10**300, 1e300),
])
def test_any_real_number_is_kept_as_a_float(data, kept):
    for found in (Value(data).data, constant(data).data):
        assert type(found) is float
        assert found == kept
    value = Value(0)
    value.data = data
    assert type(value.data) is float
    assert value.data == kept


NOT_NUMBERS = ["3", b"3", None, 1j, [1.0], (1.0,), {}, object(), Value(1.0), np.array([1.0]), np.complex64(1),
               np.str_("3"), np.bytes_(b"3"), np.array("3"), np.array("3", dtype=object), np.datetime64("2020-01-01"),
               np.timedelta64(3, "s"), autograd.Dual(1.0, 1.0, 0)]


@pytest.mark.parametrize("data", NOT_NUMBERS, ids=lambda data: type(data).__name__)
def test_what_is_not_a_real_number_is_refused_everywhere_and_changes_nothing(data):
    message = f"^a real number is needed, not {type(data).__name__!r}$"
    value = Value(2.0)
    for enter in (Value, constant, value.backward, lambda new: setattr(value, "data", new)):
        with pytest.raises(TypeError, match=message):
            enter(data)
    assert (value.data, value.grad) == (2.0, 0.0)


@pytest.mark.parametrize("data", [math.inf, -math.inf, math.nan, np.float32("inf"), Decimal("NaN")])
def test_what_is_not_finite_is_refused_everywhere_and_changes_nothing(data):
    message = f"^a Value holds a finite number, not {float(data)}$"
    value = Value(2.0)
    for enter in (Value, constant, value.backward, lambda new: setattr(value, "data", new), lambda new: value * new):
        with pytest.raises(ValueError, match=message):
            enter(data)
    assert (value.data, value.grad) == (2.0, 0.0)


@pytest.mark.parametrize("data", [10**400, -(10**400), Fraction(10**400)])
def test_a_number_too_large_for_a_float_is_an_overflow(data):
    message = f"^a number that a float can hold is needed; this {type(data).__name__!r} is too large$"
    for enter in (Value, constant, Value(1.0).__mul__, Value(1.0).__rsub__, autograd.tanh):
        with pytest.raises(autograd.NumberOverflowError, match=message):
            enter(data)


def test_a_new_value_is_a_leaf_and_reads_like_one_of_micrograd():
    value = Value(3, "x")
    assert (value.data, value.grad, value.label, value.op, value.parents) == (3.0, 0.0, "x", None, ())
    assert (value.arguments, value.operands, value.constant, value.recorded_at) == ((), [], False, None)
    assert (value._prev, value._op) == (set(), "")
    assert repr(value) == "Value(data=3.0, grad=0.0)"
    assert Value(1.0).label is None
    with pytest.raises(AttributeError):
        value.something = 1


def test_a_result_knows_its_operation_and_its_parents_in_order():
    a, b = Value(6.0), Value(2.0)
    for result, name, symbol, parents in [
            (a - b, "subtract", "-", (a, b)), (b - a, "subtract", "-", (b, a)), (a / b, "divide", "/", (a, b)),
            (a * a, "multiply", "*", (a, a)), (-a, "negative", "neg", (a,)), (abs(a), "absolute", "abs", (a,)),
            (a**b, "power", "**", (a, b)), (a.relu(), "relu", "ReLU", (a,)),
            (autograd.sum([a, b, a]), "sum", "sum", (a, b, a)),
            (autograd.dot([a, b], [b, a]), "dot", "dot", (a, b, b, a)),
            (autograd.where(a, a, b), "where", "where", (a, a, b))]:
        assert result.op is operations[name]
        assert result._op == symbol
        assert result.parents == parents
        assert result._prev == set(parents)
    assert (a * b).operands == [6.0, 2.0]
    assert autograd.dot([a, b], [b, a]).operands == [[6.0, 2.0], [2.0, 6.0]]
    assert autograd.dot([a, b], [b, a]).arguments == ((a, b), (b, a))


def test_a_new_result_has_neither_gradient_nor_label():
    x = Value(2.0, "x")
    x.grad = 3.0
    for row, arguments in [("add", (x, 1.0)), ("tanh", (x,)), ("sum", ([x, x],)), ("where", (x, x, x))]:
        for result in (operations[row](*arguments), record(operations[row], tuple(
                tuple(a) if isinstance(a, list) else a for a in arguments))):
            assert (result.grad, result.label) == (0.0, None)
            assert all((parent.grad, parent.label) == (0.0, None) for parent in result.parents if parent is not x)
    assert (constant(1.0).grad, constant(1.0).label) == (0.0, None)


def test_what_is_not_0_holds_as_a_condition():
    assert [autograd.where(Value(x), 1.0, 2.0).data for x in (0.0, -0.0, 1.0, -1.0, 1e-300)] == [2, 2, 1, 1, 1]
    assert [Value(x).truth() for x in (0.0, -0.0, 1.0, -1.0)] == [False, False, True, True]


def test_setting_data_of_a_result_changes_that_value_alone():
    x = Value(3.0)
    y = x * x
    y.data = 1
    assert (y.data, x.data) == (1.0, 3.0)


def test_the_sign_of_zero_can_be_set():
    value = Value(0.0)
    value.data = -0.0
    assert math.copysign(1.0, value.data) == -1.0
    value.data = 0.0
    assert math.copysign(1.0, value.data) == 1.0


close = finite | st.sampled_from([0.0, -0.0, 1.0])


@given(close, close)
def test_values_are_compared_by_data_and_hashed_by_identity(x, y):
    a, b = Value(x), Value(y)
    for left, right in [(a, b), (a, y), (x, b), (a, np.float64(y)), (np.float64(x), b)]:
        assert [left < right, left <= right, left > right, left >= right] == [x < y, x <= y, x > y, x >= y]
        assert [bool(left == right), bool(left != right)] == [x == y, x != y]
    assert bool(a) == bool(x)
    twin = Value(x)
    assert a == twin
    assert hash(a) != hash(twin)
    assert len({a, b, a, twin}) == 3
    assert {a: 1, twin: 2}[a] == 1
    assert x not in {a: 1}


def test_what_is_no_number_is_equal_to_no_value():
    for other in ("a", None, 1j, [1.0], object()):
        assert Value(1.0) != other
        assert not other == Value(1.0)  # noqa: SIM201
    assert list(Value(1.0) == np.array([1.0, 2.0])) == [True, False]


def test_a_branch_by_equality_or_truth_is_the_one_that_python_takes():
    x = Value(2.0)
    y = 5 * x if x == 2 else x
    y.backward()
    assert x.grad == 5.0
    assert (x if x else 3 * x) is x
    zero = Value(0.0)
    assert (zero if zero else 3 * zero) is not zero


@pytest.mark.parametrize("label", [5, 1.0, b"x", ["x"], Value(1.0)])
def test_a_label_that_is_no_string_is_refused_where_it_enters(label):
    x = Value(1.0, "x")
    for enter in (lambda: Value(1.0, label), lambda: Value(1.0, label=label), lambda: setattr(x, "label", label)):
        with pytest.raises(TypeError, match=f"^a label is a string, not {type(label).__name__!r}$"):
            enter()
    assert x.label == "x"
    x.label = None
    assert x.label is None


def test_formatting_shows_the_data_and_ends_no_history():
    y = Value(2.0) / 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert f"{y:.3f} {y:>8.2e}" == "0.667 6.67e-01"
        assert "%.2f|%g" % (y, y) == "0.67|0.666667"  # noqa: UP031 (this spelling is what is tested)
        assert "%.2f" % y == "0.67"  # noqa: UP031 (this spelling is what is tested)
        assert format(y, "g") == "0.666667"
        assert (round(y, 2), round(y)) == (0.67, 1)
        assert (type(round(y, 2)), type(round(y))) == (float, int)
    assert f"{y}" == str(y) == "Value(data=0.6666666666666666, grad=0.0)"


def test_numpy_takes_the_mean_variance_and_deviation_of_values():
    values = [Value(x) for x in (1.0, 2.0, 4.0)]
    plain = np.array([1.0, 2.0, 4.0])
    for function in (np.mean, np.var, np.std):
        found = function(np.array(values))
        assert found.data == pytest.approx(function(plain), rel=1e-15)
    found.backward()
    spread = np.std(plain)
    assert [value.grad for value in values] == pytest.approx(list((plain - plain.mean()) / (3 * spread)), rel=1e-14)


def test_comparing_with_an_array_goes_item_by_item_and_with_what_is_no_number_is_refused():
    assert list(Value(1.0) < np.array([0.0, 2.0])) == [False, True]
    assert list(Value(1.0) >= np.array([0.0, 2.0])) == [True, False]
    for other in ("a", None, 1j):
        with pytest.raises(TypeError, match=r"not supported between instances of 'Value'"):
            Value(1.0) < other  # noqa: B015 (to compare is what raises)


def test_float_of_a_result_warns_once_per_place_and_not_where_nothing_is_recorded():
    result = Value(2.0) * 3
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        for _ in range(3):
            assert math.sqrt(result) == math.sqrt(6.0)
        assert float(result) == 6.0
        assert float(Value(2.0)) == 2.0
        assert result.data == 6.0
        with no_grad():
            assert float(result) == 6.0
    assert [warning.category for warning in seen] == [DetachedWarning, DetachedWarning]
    assert {warning.filename for warning in seen} == {__file__}
    assert str(seen[0].message) == (
        "float() of a Value ends its history: no gradient will flow back from here. "
        "Use the function of autograd, not of math; or .data, if that is meant")


def test_float_of_the_argument_of_a_derivative_warns_and_of_a_constant_does_not():
    with pytest.warns(DetachedWarning, match="ends its history"):
        assert grad(math.sin)(1.0) == 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(lambda x: x * math.sin(constant(1.0)))(1.0) == math.sin(1.0)
        assert grad(no_grad(math.sin))(1.0) == 0.0


@given(finite.filter(lambda x: abs(x) > 1e-100), st.integers(-3, 3))
def test_operators_take_numbers_on_either_side(x, number):
    a = Value(x)
    for kind in (int, float, np.float64, np.float32, np.int64, Fraction, Decimal, Value):
        n = kind(number)
        for result, right in [(a + n, x + number), (n + a, number + x), (a - n, x - number), (n - a, number - x),
                              (a * n, x * number), (n * a, number * x), (n / a, number / x)]:
            assert type(result) is Value
            assert result.data == right
            assert len(result.parents) == 2
    assert (+a) is a
    assert (-a).data == -x
    assert abs(a).data == abs(x)
    assert (2 ** Value(3)).data == 8.0
    assert (np.float32(2) ** Value(3)).data == 8.0


@pytest.mark.parametrize("make", [lambda v: np.float64(2) * v, lambda v: np.float32(2) * v, lambda v: v * np.int64(2)])
def test_a_gradient_flows_past_numpy_scalars(make):
    v = Value(3.0)
    make(v).backward()
    assert v.grad == 2.0


def test_arrays_work_item_by_item():
    v = Value(3.0)
    for found in (np.array([1.0, 2.0]) * v, v * np.array([1.0, 2.0])):
        assert found.dtype == object
        assert [item.data for item in found] == [3.0, 6.0]
        assert all(type(item) is Value for item in found)
    assert [item.data for item in 1 - np.array([v, v])] == [-2.0, -2.0]
    assert (v * np.array(2.0)).data == (np.array(2.0) * v).data == 6.0
    total = np.dot(np.array([v, v]), np.array([1, 2]))
    total.backward()
    assert (total.data, v.grad) == (9.0, 3.0)


def test_the_builtin_sum_adds_values():
    values = [Value(x) for x in (1.0, 2.0, 3.0)]
    total = sum(values)
    total.backward()
    assert total.data == 6.0
    assert [value.grad for value in values] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("other", ["a", None, 1j, [1], {}, object()])
def test_operators_refuse_what_is_no_number_in_the_words_of_python(other):
    for calculate in (lambda: Value(1.0) + other, lambda: other - Value(1.0), lambda: Value(1.0) / other):
        with pytest.raises(TypeError, match=r"operand|concatenate"):
            calculate()


def test_plain_numbers_become_constants_to_which_no_gradient_flows():
    x = Value(3.0)
    for result in (x * 2, 2 * x, x * np.float32(2), autograd.dot([x], [2.0]), autograd.where(1.0, x, 2.0)):
        marks = [parent.constant for parent in result.parents if parent is not x]
        assert marks
        assert all(marks)
        result.backward()
        assert all(parent.grad == 0.0 for parent in result.parents if parent is not x)
    x.grad = 0.0
    (x.stop_gradient() * x).backward()
    assert x.grad == 3.0


def test_no_partial_is_called_for_a_constant():
    """The derivative of (-2)**2 by the exponent, of 0**0.5 by the base, and of sqrt(0), do not exist."""
    def powers(base, exponent):
        return [make(base, exponent) for make in (operator.pow, autograd.power, record_power)]

    def record_power(base, exponent):
        return record(operations["power"], (base, exponent))

    for exponent in (constant(2.0), 2.0, 2):
        for result in powers(Value(-2.0), exponent):
            base, power = result.parents
            base.grad = 0.0
            result.backward()
            assert (base.grad, power.grad) == (-4.0, 0.0)
    for result in powers(constant(0.0), Value(0.5)):
        result.backward()
        assert [parent.grad for parent in result.parents] == [0.0, 0.0]
    for result in (*powers(constant(0.0), constant(0.5)), constant(0.0) ** 0.5, (-2.0) ** constant(2.0),
                   constant(0.0).sqrt()):
        result.backward()
        assert [parent.grad for parent in result.parents] == [0.0] * len(result.parents)


def test_the_mark_of_a_constant_can_be_set_on_a_leaf_only():
    x = Value(3.0)
    x.constant = True
    (x * Value(2.0)).backward()
    assert (x.constant, x.grad) == (True, 0.0)
    x.constant = False
    (x * 2).backward()
    assert (x.constant, x.grad) == (False, 2.0)
    with pytest.raises(ValueError, match=r"^a Value that was calculated is not a constant: use stop_gradient$"):
        (x * 2).constant = True


@pytest.mark.parametrize("row", operations.values(), ids=lambda row: row.name)
def test_every_row_is_a_method_that_does_what_the_call_does(row):
    sample: list = [[Value(0.5), Value(0.25)] if is_list else Value(0.5) for is_list in row.lists]
    if row.lists == (False, True):
        sample[0] = Value(1.0)
    first, *rest = sample
    if not isinstance(first, list):
        by_method, by_call = getattr(first, row.name)(*rest), row(first, *rest)
    elif not rest:  # the items of the only list may be given one by one
        by_method, by_call = getattr(first[0], row.name)(*first[1:]), row(first)
    else:  # a list has no methods
        return
    assert by_method.data == by_call.data
    assert by_method.op is by_call.op is row


def test_a_new_row_is_a_method_at_once():
    name = "doubled_for_this_test"
    row = operation(name, lambda x: x + x, (lambda y, x: 2.0,))
    x = Value(3.0)
    y = getattr(x, name)()
    y.backward()
    assert (y.data, x.grad, y.op) == (6.0, 2.0, row)


def after_backward(node):
    """The gradients that it hands to its parents, or why there are none."""
    for parent in node.parents:
        parent.grad = 0.0
    try:
        node.backward()
    except ValueError as error:
        return str(error)
    return [parent.grad for parent in node.parents]


numbers = st.sampled_from([0.0, 1.0, 2.0, -2.0, 0.5]) | st.floats(-3, 3)


@given(numbers, numbers)
def test_what_was_generated_records_what_the_table_says(x, y):
    """`record` and the functions that are made from a row give the same node."""
    for row in operations.values():
        if any(row.lists) or len(row.partials) > 2:
            continue
        for left, right in product((Value, constant, float), repeat=2):
            operands = (left(x), right(y))[: len(row.partials)]
            if all(isinstance(operand, float) for operand in operands):
                continue
            try:
                usual = row(*operands)
            except ValueError:
                continue
            slow = record(row, operands)
            methods = [] if left is float else [getattr(operands[0], row.name)(*operands[1:])]
            for made in (usual, *methods):
                assert (made.data, made.op, after_backward(made)) == (slow.data, slow.op, after_backward(slow))
                assert [parent.data for parent in made.parents] == [parent.data for parent in slow.parents]
                assert [parent.constant for parent in made.parents] == [parent.constant for parent in slow.parents]


def test_errors_of_a_row_name_the_label():
    for message, calculate in [
            (r"^log\(x\) needs x > 0; here x = -1.0 \(label 'p'\)$", lambda p: p.log()),
            (r"^a / b needs b != 0; here a = -1.0 \(label 'p'\), b = 0.0$", lambda p: p / 0),
            (r"^exp\(x\) overflows; here x = 1000.0$", lambda p: (p * -1000).exp())]:
        with pytest.raises(autograd.DomainError, match=message):
            calculate(Value(-1.0, "p"))
    with pytest.raises(ZeroDivisionError):
        Value(1.0) / 0
    with pytest.raises(OverflowError):
        Value(1e300) * 1e300


def test_a_copy_is_a_value_of_its_own_with_the_same_parents():
    x = Value(2.0, "x")
    y = x * 3
    y.backward()
    twin = copy.copy(y)
    assert twin is not y
    assert (twin.data, twin.grad, twin.op, twin.parents) == (6.0, 1.0, y.op, y.parents)
    leaf = copy.copy(x)
    leaf.data = 5.0
    assert (x.data, leaf.label, leaf.grad) == (2.0, "x", 3.0)


def test_inside_of_no_grad_every_result_is_a_leaf():
    x = Value(2.0)
    with no_grad():
        for result in (x * 2, 2 - x, x.tanh(), autograd.dot([x], [x]), autograd.sum([x, 1.0]), autograd.where(x, x, 1)):
            assert (type(result), result.op, result.parents, result.constant) == (Value, None, (), False)


def test_a_result_remembers_its_line_inside_of_trace():
    x = Value(2.0)
    with trace():
        y = x * 2
        z = autograd.sum([x, y])
    assert y.recorded_at.startswith(__file__)
    assert y.recorded_at.endswith(": y = x * 2")
    assert z.recorded_at.endswith(": z = autograd.sum([x, y])")
    assert (x * 2).recorded_at is None


def test_importing_the_engine_loads_nothing_heavy():
    program = "import sys, autograd; print([m for m in ('numpy', 'graphviz', 'tqdm', 'torch') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
