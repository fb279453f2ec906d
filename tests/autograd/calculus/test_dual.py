"""Dual numbers: arithmetic with ε² = 0, one ε for each differentiation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    DivisionByZeroError,
    DomainError,
    Dual,
    Formula,
    Value,
    dot,
    gradients,
    jvp,
    logsumexp,
    maximum,
    mean,
    no_grad,
    operations,
    sqrt,
    stop_gradient,
    sum,
    take,
    tanh,
    where,
)
from autograd.calculus.dual import directional
from tests.support.oracle import EXPECTED, NAMES, arguments, expected

FINITE = st.floats(-1e3, 1e3)
NONZERO = st.floats(0.1, 1e3) | st.floats(-1e3, -0.1)


def dual(primal, tangent=1.0, tag=1):
    return Dual(primal, tangent, tag)


def parts(x):
    return x.primal, x.tangent


@given(FINITE, FINITE, NONZERO, FINITE)
def test_arithmetic_is_that_of_a_plus_b_epsilon(a, da, b, db):
    x, y = dual(a, da), dual(b, db)
    assert parts(x + y) == (a + b, da + db)
    assert parts(x - y) == (a - b, da - db)
    assert parts(x * y) == (a * b, pytest.approx(b * da + a * db, rel=1e-12, abs=1e-9))
    assert parts(x / y) == (a / b, pytest.approx((da * b - a * db) / b ** 2, rel=1e-9, abs=1e-9))
    assert parts(-x) == (-a, -da)
    assert +x is x
    assert parts(abs(y)) == (abs(b), math.copysign(1, b) * db)
    assert parts(x ** 2) == (a ** 2, pytest.approx(2 * a * da, rel=1e-12))
    assert parts(tanh(x)) == (math.tanh(a), pytest.approx((1 - math.tanh(a) ** 2) * da, rel=1e-12))
    assert tanh(x).tag == (x * y).tag == x.tag


@pytest.mark.parametrize("two", [2, 2.0, np.float64(2), np.int32(2), np.float32(2), True + 1])
def test_numbers_of_any_kind_stand_on_either_side(two):
    x = dual(3.0)
    assert [parts(z) for z in (x + two, two + x, x - two, two - x, x * two, two * x, x / two, x ** two)] == [
        (5.0, 1.0), (5.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (6.0, 2.0), (6.0, 2.0), (1.5, 0.5), (9.0, 6.0)]
    assert parts(two / x) == (pytest.approx(2 / 3), pytest.approx(-2 / 9))
    assert parts(two ** x) == (8.0, pytest.approx(8 * math.log(2)))
    assert all(isinstance(z, Dual) for z in np.array([1.0, 2.0]) * x)


@pytest.mark.parametrize("name", [name for name in NAMES if EXPECTED[name].domain[0] and not operations[name].lists[0]])
@settings(max_examples=10)
@given(data=st.data(), tangent=FINITE)
def test_every_function_of_the_table_is_a_method(name, data, tangent):
    x, *others = data.draw(arguments(name))
    value, (slope, *_), _ = expected(name, (x, *others))
    found = getattr(dual(x, tangent), name)(*others)
    right = (pytest.approx(value, rel=1e-12), pytest.approx(slope * tangent, rel=1e-9, abs=1e-9))
    # What does not move at all, as the condition of `where`, leaves a plain number.
    assert (parts(found) if isinstance(found, Dual) else (found, 0.0)) == right


def test_comparisons_look_at_the_number():
    x = dual(2.0, 5.0)
    for other in (1.0, 1, np.float64(1), Value(1.0), dual(1.0, 9.0), dual(1.0, 9.0, tag=2), dual(dual(1.0), 9.0, 2)):
        assert x > other
        assert x >= other
        assert other < x
        assert other <= x
        assert not x < other
        assert not x <= other
        assert not other > x
        assert not other >= x
    assert x >= dual(2.0, 0.0)
    assert x <= dual(2.0, 0.0)
    assert x == dual(2.0, 0.0)
    assert (x < Formula("a")).text == "2 < a" or (x < Formula("a")).text == "a > 2"
    assert max(dual(1.0), dual(3.0), 2.0).primal == 3.0


def test_equality_and_truth_are_those_of_the_number_and_hash_is_identity():
    x, twin = dual(2.0, 5.0), dual(2.0, 1.0, tag=2)
    for other in (2, 2.0, np.float64(2), Value(2.0), x, twin, dual(dual(2.0), 9.0, 2)):
        assert x == other
        assert other == x
        assert not x != other  # noqa: SIM202 (this operator is what is tested)
        assert not other != x  # noqa: SIM202 (this operator is what is tested)
    for other in (3, Value(3.0), dual(3.0, 5.0), None, "2", [2.0]):
        assert x != other
        assert other != x
        assert not x == other  # noqa: SIM201 (this operator is what is tested)
        assert not other == x  # noqa: SIM201 (this operator is what is tested)
    assert dual(Value(2.0)) == 2.0
    assert {x: "x", twin: "twin"}[twin] == "twin"
    assert len({x, x, twin}) == 2
    assert [bool(number) for number in (x, dual(0.0, 1.0), dual(-0.0), dual(Value(0.0)), dual(dual(0.0), 1.0, 2))] == [
        True, False, False, False, False]
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(dual(Formula("x")))


def test_no_dual_is_infinite_or_nan():
    for number in (math.inf, -math.inf, math.nan):
        for call in (lambda: dual(number), lambda: dual(1.0, number), lambda: dual(1.0) * number,  # noqa: B023 (called at once)
                     lambda: dual(1.0).minimum(number), lambda: logsumexp([dual(1.0), number]),  # noqa: B023 (called at once)
                     lambda: jvp(tanh, number, 1.0), lambda: jvp(tanh, 1.0, number)):  # noqa: B023 (called at once)
            with pytest.raises(ValueError, match=f"a derivative is taken at finite numbers, not at {number}"):
                call()
    assert dual(1.0) < math.inf
    with pytest.raises(TypeError, match="a real number is needed, not 'str'"):
        dual("1")


def test_inside_no_grad_an_operation_gives_the_number_alone():
    x, v = dual(3.0), Value(2.0)
    nested = dual(x, 1.0, tag=2)
    with no_grad():
        assert [type(y) for y in (x * x, nested * x, sum([x, nested]), sqrt(x))] == [float] * 4
        assert ((x * v).data, nested * nested) == (6.0, 9.0)
    assert parts(x * x) == (9.0, 6.0)


def test_truth_for_where_is_that_of_the_number():
    assert dual(0.0, 1.0).truth() is False
    assert dual(2.0, 0.0).truth() is True
    assert dual(Value(0.0)).truth() is False
    assert dual(Value(0.5)).truth() is True
    assert dual(dual(0.0), 1.0, 2).truth() is False
    assert where(dual(0.0), 1.0, 2.0).primal == 2.0
    assert where(dual(3.0) > 2, 1.0, 2.0) == 1.0
    chosen = where(dual(Formula("c")), dual(3.0, 1.0), 2.0)
    assert (chosen.primal.text, chosen.tangent.text) == ("3 if c ≠ 0; 2 otherwise", "1 if c ≠ 0; 0 otherwise")


def test_repr_shows_number_and_derivative():
    assert repr(dual(2.0, 3.0)) == "Dual(2.0, 3.0)"
    assert repr(dual(dual(1.0, 2.0), 3.0, 2)) == "Dual(Dual(1.0, 2.0), 3.0)"


def test_a_dual_is_no_plain_number():
    for convert in (float, math.sin, int, Value, lambda x: Formula(x)):
        with pytest.raises(TypeError):
            convert(dual(1.0))
    with pytest.raises(TypeError):
        dual(1.0) + "1"
    with pytest.raises(AttributeError):
        dual(1.0).other = 3


def test_lists_move_where_their_items_do():
    x, y = dual(2.0, 1.0), dual(3.0, 10.0)
    assert parts(sum([x, 1.0, y])) == (6.0, 11.0)
    assert parts(dot([x, 2.0], [y, x])) == (10.0, 3.0 + 20.0 + 2.0)
    assert parts(mean([x, y])) == (2.5, 5.5)
    assert parts(take(1, [x, y])) == (3.0, 10.0)
    assert parts(maximum(x, y)) == (3.0, 10.0)
    value, slope = parts(logsumexp([x, 0.0]))
    assert value == pytest.approx(math.log(math.exp(2) + 1))
    assert slope == pytest.approx(math.exp(2) / (math.exp(2) + 1))
    assert parts(stop_gradient(x)) == (2.0, 0.0)


def test_of_two_kinds_of_dual_the_younger_is_outside():
    x, y = dual(2.0, 1.0, tag=1), dual(3.0, 1.0, tag=2)
    for product in (x * y, y * x):
        assert product.tag == 2
        assert parts(product.primal) == (6.0, 3.0)
        assert parts(product.tangent) == (2.0, 1.0)  # ∂²(xy)/∂x∂y = 1
    total = x + y
    assert parts(total.primal) == (5.0, 1.0)
    assert total.tangent == 1.0  # the ε of x has no part in it
    nested = dual(x, 1.0, tag=2) ** 3
    assert parts(nested.primal) == (8.0, 12.0)
    assert parts(nested.tangent) == (12.0, 12.0)


def test_duals_of_values_record_both_parts():
    v = Value(3.0)
    y = dual(v) ** 2 * v
    assert isinstance(y.primal, Value)
    assert (y.primal.data, y.tangent.data) == (27.0, 18.0)  # v fixed in the last factor: 2·v·v
    assert gradients(y.tangent, [v])[0].data == 12.0
    for mixed in (dual(2.0) * v, v * dual(2.0), v.multiply(dual(2.0))):
        assert (mixed.primal.data, mixed.tangent.data) == (6.0, 3.0)
    assert v.grad == 0.0


def test_duals_of_formulas_write_the_chain_rule():
    x = dual(Formula("x"), Formula("dx"))
    y = tanh(x * 2)
    assert (y.primal.text, y.tangent.text) == ("tanh(x·2)", "(1 - tanh(x·2)²)·2·dx")


def test_a_partial_is_asked_for_only_where_something_moves():
    assert parts(dual(-2.0) ** 2) == (4.0, -4.0)  # log(-2) is not needed
    assert parts(sqrt(dual(0.0, 0.0))) == (0.0, 0.0)
    with pytest.raises(DivisionByZeroError, match=r"sqrt\(x\) has no finite derivative .* x = 0.0"):
        sqrt(dual(0.0, 1.0))
    with pytest.raises(DomainError, match=r"sqrt\(x\) needs x >= 0"):
        sqrt(dual(-1.0))
    with pytest.raises(DomainError, match=r"\*\* ?|\^"):
        dual(-2.0) ** dual(2.0)


def test_directional_takes_numbers_and_gives_what_did_not_move_as_constant():
    assert directional(lambda x, y: x * y, [2.0, 3.0], [1.0, 10.0]) == (6.0, 23.0)
    assert directional(lambda x: [x, 5.0, x * x], [2.0], [3.0]) == ([2.0, 5.0, 4.0], [3.0, 0.0, 12.0])
    assert directional(lambda: 5.0, [], []) == (5.0, 0.0)
    kept = []
    directional(lambda x: kept.append(x) or x, [2.0], [1.0])
    assert directional(lambda x: kept[0] * x, [3.0], [1.0])[1].primal == 2.0  # one of an earlier call is another ε
    with pytest.raises(ValueError, match="zip"):
        directional(lambda x: x, [1.0], [1.0, 2.0])


def test_what_an_inner_derivative_leaves_behind_has_lost_the_inner_variable_alone():
    def function(x, kept):
        directional(lambda y: kept.append(x * y) or y, [1.0], [1.0])
        return kept[0] * x  # x², once y is 1 and no more

    assert directional(lambda x: function(x, []), [2.0], [1.0]) == (4.0, 4.0)
    assert directional(lambda x: [x, function(x, [])], [2.0], [1.0]) == ([2.0, 4.0], [1.0, 4.0])
    twice = lambda x: directional(lambda x: function(x, []), [x], [1.0])[1]
    assert directional(twice, [2.0], [1.0]) == (4.0, 2.0)
    assert directional(lambda x: directional(lambda y: directional(lambda z: x * y * z, [1.0], [1.0])[1] * y,
                                             [3.0], [1.0])[1], [5.0], [1.0]) == (30.0, 6.0)
