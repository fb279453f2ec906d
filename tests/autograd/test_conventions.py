"""What operations do where it matters how they are written: at kinks, at powers of 0, far out, outside of a domain."""

import math
from contextlib import nullcontext

import mpmath
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from autograd import (
    DivisionByZeroError,
    DomainError,
    Dual,
    NumberOverflowError,
    Value,
    absolute,
    add,
    arccos,
    arcsin,
    arctan2,
    cos,
    cosh,
    divide,
    dot,
    elu,
    exp,
    expm1,
    formula,
    gelu,
    grad,
    gradients,
    hessian,
    jvp,
    leaky_relu,
    log,
    log1p,
    logsumexp,
    maximum,
    minimum,
    multiply,
    no_grad,
    power,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    step,
    stop_gradient,
    subtract,
    sum,
    take,
    tan,
    tanh,
    trace,
    where,
)
from tests.support.oracle import derivatives, ulps


def unit(place, count):
    return tuple(float(place == other) for other in range(count))


def first(function, *point):
    """The gradient by reverse mode with floats, by reverse mode with Values, and by forward mode."""
    leaves = [Value(x) for x in point]
    function(*leaves).backward()
    return [[leaf.grad for leaf in leaves],
            [slope.data for slope in gradients(function(*leaves), leaves)],
            [jvp(function, point, unit(place, len(point)))[1] for place in range(len(point))]]


def second(function, *point):
    """All second derivatives in a row, by reverse over reverse, forward over reverse, and forward over forward."""
    count = len(point)
    leaves = [Value(x) for x in point]
    slopes = gradients(function(*leaves), leaves)

    def directional(place):
        return lambda *new: jvp(function, new, unit(place, count))[1]

    return [[again.data for slope in slopes for again in gradients(slope, leaves)],
            [again for row in hessian(function, tuple(range(count)))(*point) for again in row],
            [jvp(directional(i), point, unit(j, count))[1] for i in range(count) for j in range(count)]]


def readings(*numbers):
    """The same arguments for every reading: floats, Values, Values and floats, Duals, Duals of both, nested Duals."""
    def each(change):
        return tuple([change(x) for x in a] if isinstance(a, list) else change(a) for a in numbers)

    lifted = {"float": float, "Value": Value, "Dual": lambda x: Dual(x, 1.0, 1),
              "Dual of Values": lambda x: Dual(Value(x), Value(1.0), 1),
              "Dual of Duals": lambda x: Dual(Dual(x, 1.0, 1), 1.0, 2)}
    found = {name: each(change) for name, change in lifted.items()}
    if len(numbers) == 2:
        found["Value and float"] = (each(Value)[0], numbers[1])
        found["float and Value"] = (numbers[0], each(Value)[1])
        found["Dual and Value"] = (each(lifted["Dual"])[0], each(Value)[1])
    return found


# ---- Kinks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "theirs", "point"), [
    (relu, torch.relu, (0.0,)),
    (relu, torch.relu, (-0.0,)),
    (absolute, torch.abs, (0.0,)),
    (absolute, torch.abs, (-0.0,)),
    (leaky_relu, functional.leaky_relu, (0.0,)),
    (elu, functional.elu, (0.0,)),
    (maximum, torch.maximum, (2.0, 2.0)),
    (minimum, torch.minimum, (2.0, 2.0)),
    (maximum, torch.maximum, (0.0, -0.0)),
    (lambda x: maximum(x, x), lambda x: torch.maximum(x, x), (3.0,)),
    (lambda x: minimum(x * x, x), lambda x: torch.minimum(x * x, x), (1.0,)),
])
def test_derivatives_at_kinks_are_those_of_pytorch(ours, theirs, point):
    value, slopes, _ = derivatives(theirs, point)
    assert ours(*point) == value
    assert first(ours, *point) == [slopes] * 3


@pytest.mark.parametrize(("function", "point"), [
    (relu, (0.0,)), (absolute, (0.0,)), (leaky_relu, (0.0,)), (step, (0.0,)), (maximum, (2.0, 2.0)),
    (minimum, (2.0, 2.0)),
])
def test_second_derivatives_at_kinks_are_zero(function, point):
    assert second(function, *point) == [[0.0] * len(point) ** 2] * 3


def test_step_is_0_up_to_0_and_1_above_with_no_slope():
    assert [step(x) for x in (-1e-300, -0.0, 0.0, 5e-324)] == [0.0, 0.0, 0.0, 1.0]
    points = [-1.0, 0.0, 1.0]
    assert [step(x) for x in points] == torch.heaviside(torch.tensor(points), torch.zeros(3)).tolist()
    for x in points:
        assert first(step, x) == [[0.0]] * 3


def test_the_second_derivative_of_elu_at_0_is_the_one_from_the_left():
    right = float(mpmath.diff(mpmath.expm1, 0, 2, direction=-1))
    assert right == 1.0
    assert second(elu, 0.0) == [[right]] * 3
    assert second(elu, 1e-9) == [[0.0]] * 3


# ---- Powers ----------------------------------------------------------------------------------------------------------


def by_order(function, x, orders):
    """The derivatives of order 0, 1, 2 ... in reverse mode and in forward mode."""
    reverse, forward = function, function
    found = []
    for _ in range(orders + 1):
        found.append((reverse(x), forward(x)))
        reverse, forward = grad(reverse), (lambda inner: lambda z: jvp(inner, z, 1.0)[1])(forward)
    return found


@pytest.mark.parametrize("exponent_is_value", [False, True])
@pytest.mark.parametrize("x", [0.0, -0.0, -2.0, 3.0])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
def test_whole_powers_have_derivatives_of_every_order_at_0_and_below(x, n, exponent_is_value):
    """The derivative of order k is n (n-1) ... (n-k+1) x^(n-k), and 0 for k > n."""
    exponent = Value(float(n)) if exponent_is_value else n

    for k, found in enumerate(by_order(lambda x: x ** exponent, x, 6)):
        right = 0.0 if k > n else float(math.perm(n, k)) * x ** (n - k)
        assert [float(getattr(y, "data", y)) for y in found] == [right, right]


def test_negative_whole_powers_of_negative_numbers():
    assert [y for y, _ in by_order(lambda x: x ** -2, -2.0, 2)] == [0.25, 0.25, 0.375]
    with pytest.raises(DivisionByZeroError):
        Value(0.0) ** -1


def test_0_to_the_power_0_is_1_and_constant():
    assert power(0.0, 0.0) == 1.0
    assert first(power, 0.0, 0.0) == [[0.0, 0.0]] * 3
    _, slopes, _ = derivatives(torch.pow, (0.0, 0.0))
    assert slopes[0] == 0.0


def test_the_exponent_0_has_mixed_derivatives():
    """∂²a^b/∂a∂b = a^(b-1) (1 + b log a), which is 1/a."""
    for found in second(power, 2.0, 0.0):
        assert found == pytest.approx([0.0, 0.5, 0.5, math.log(2) ** 2], rel=1e-15)


def test_the_exponent_of_0_has_the_derivative_0_while_it_is_positive():
    value, slopes, _ = derivatives(torch.pow, (0.0, 2.0))
    assert (value, slopes) == (0.0, [0.0, 0.0])
    assert first(power, 0.0, 2.0) == [slopes] * 3


def test_a_fractional_power_has_no_slope_at_0():
    x = Value(0.0, "x")
    y = x ** 0.5
    with pytest.raises(DivisionByZeroError) as error:
        y.backward()
    assert str(error.value) == "a^b has no finite derivative with respect to a; here a = 0.0 (label 'x'), b = 0.5"
    assert first(lambda x: x ** 1.5, 0.0) == [[0.0]] * 3


def test_an_exponent_that_is_a_value_is_only_refused_where_its_own_derivative_is_asked_for():
    x, n = Value(-2.0, "x"), Value(2.0, "n")
    y = x ** n
    assert y.data == 4.0
    assert gradients(y, [x])[0].data == -4.0
    assert gradients(gradients(y, [x])[0], [x])[0].data == 2.0
    assert jvp(lambda x: x ** n, -2.0, 1.0)[1].data == -4.0
    assert grad(lambda a, b: a ** b)(-2.0, 2.0) == -4.0
    message = "a^b has no finite derivative with respect to b; here a = -2.0 (label 'x'), b = 2.0 (label 'n')"
    for ask in (y.backward, lambda: gradients(y, [n])):
        with pytest.raises(DomainError) as error:
            ask()
        assert str(error.value) == message
    assert (x.grad, n.grad) == (0.0, 0.0)
    for ask in (lambda: jvp(power, (-2.0, 2.0), (0.0, 1.0)), lambda: grad(power, 1)(-2.0, 2.0)):
        with pytest.raises(DomainError, match=r"with respect to b; here a = -2\.0, b = 2\.0"):
            ask()


def test_a_plain_exponent_needs_no_logarithm():
    """(-2)² would raise if log(-2) were ever evaluated."""
    assert first(lambda x: x ** 2, -2.0) == [[-4.0]] * 3
    assert second(lambda x: x ** 2, -2.0) == [[2.0]] * 3
    assert grad(lambda b: 2 ** b)(3.0) == pytest.approx(8 * math.log(2), rel=1e-15)


# ---- Far out ---------------------------------------------------------------------------------------------------------

FAR = (-1e4, -745.5, -710.0, -40.0, -37.0, -5.0, 0.0, 5.0, 37.0, 40.0, 710.0, 745.5, 1e4)


def exactly(function, x, order):
    """A derivative with so many digits that none of those that matter cancel."""
    with mpmath.workdps(60):
        return float(mpmath.diff(function, mpmath.mpf(x), order) if order else function(mpmath.mpf(x)))


@pytest.mark.parametrize("x", FAR)
@pytest.mark.parametrize(("function", "right"), [
    (sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
    (softplus, lambda x: mpmath.log1p(mpmath.exp(x))),
    (tanh, mpmath.tanh),
    (silu, lambda x: x / (1 + mpmath.exp(-x))),
    (gelu, lambda x: x * mpmath.ncdf(x)),
    (relu, lambda x: mpmath.mpf(max(x, 0))),
    (elu, lambda x: x if x > 0 else mpmath.expm1(x)),
])
def test_values_and_derivatives_far_out_neither_overflow_nor_get_lost(function, right, x):
    """To the last digits of the largest term in them; PyTorch, too, has 1 - tanh(x)² to so many digits after 0."""
    value = exactly(right, x, 0)
    assert function(x) == pytest.approx(value, rel=1e-15, abs=1e-15)
    assert function(Value(x)).data == jvp(function, x, 1.0)[0] == function(x)
    if x != 0.0:  # where two of them have a kink
        for found in first(function, x):
            assert found == pytest.approx([exactly(right, x, 1)], rel=1e-14, abs=1e-15)
        for found in second(function, x):
            assert found == pytest.approx([exactly(right, x, 2)], rel=1e-14, abs=2.3e-16 * max(abs(x), 10.0))


@pytest.mark.parametrize("x", [-700.0, -100.0, -37.0])
def test_the_small_tails_keep_their_digits(x):
    """Where a function itself tends to 0, so do its derivatives, and each is e^x times a factor close to 1."""
    for function, right in ((sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
                            (softplus, lambda x: mpmath.log1p(mpmath.exp(x)))):
        assert function(x) == pytest.approx(exactly(right, x, 0), rel=1e-15)
        for found in (*first(function, x), *second(function, x)):
            assert found == pytest.approx([math.exp(x)], rel=1e-14)


@pytest.mark.parametrize("values", [
    [1e4, -1e4, 0.0], [1e4, 1e4], [-1e4, -1e4, -1e4 + 1], [-1e4], [710.0, 709.0, 3.0], [0.0, -40.0],
])
def test_logsumexp_far_out(values):
    """With pᵢ = e^xᵢ / Σ e^xⱼ, the derivatives are pᵢ, and pᵢ δᵢⱼ - pᵢ pⱼ."""
    with mpmath.workdps(60):
        total = mpmath.fsum(mpmath.exp(mpmath.mpf(x)) for x in values)
        value, p = mpmath.log(total), [mpmath.exp(mpmath.mpf(x)) / total for x in values]
        curvature = [float(a * (i == j) - a * b) for i, a in enumerate(p) for j, b in enumerate(p)]

    def f(*x):
        return logsumexp(x)

    assert f(*values) == pytest.approx(float(value), rel=1e-15)
    for found in first(f, *values):
        assert found == pytest.approx([float(x) for x in p], rel=1e-11, abs=1e-15)
    for found in second(f, *values):
        assert found == pytest.approx(curvature, rel=1e-11, abs=1e-11)


def precisely(function, x):
    with mpmath.workprec(200):
        return float(function(mpmath.mpf(x)))


@given(st.floats(-1.0, 1.7e308, exclude_min=True) | st.floats(-0.9, 0.9) | st.floats(-1e-5, 1e-5))
def test_log1p_is_right_to_2_ulp(x):
    right = precisely(mpmath.log1p, x)
    assert ulps(log1p(x), right) <= 2
    assert log1p(Value(x)).data == log1p(x)


@given(st.floats(-1.7e308, 709.0) | st.floats(-40.0, 40.0) | st.floats(-1e-5, 1e-5))
def test_expm1_is_right_to_2_ulp(x):
    right = precisely(mpmath.expm1, x)
    assert ulps(expm1(x), right) <= 2
    assert expm1(Value(x)).data == expm1(x)
    assert first(expm1, x) == [[math.exp(x)]] * 3


# ---- Outside of a domain ---------------------------------------------------------------------------------------------


def test_the_slope_of_sqrt_at_0_is_an_error_in_every_mode():
    """PyTorch has inf there."""
    assert derivatives(torch.sqrt, [0.0])[1] == [math.inf]
    x = Value(0.0, "x")
    y = sqrt(x)
    assert y.data == 0.0
    for ask in (y.backward, lambda: gradients(y, [x])):
        with pytest.raises(DivisionByZeroError) as error:
            ask()
        assert str(error.value) == "sqrt(x) has no finite derivative with respect to x; here x = 0.0 (label 'x')"
    assert (x.grad, y.grad) == (0.0, 0.0)
    for ask in (lambda: jvp(sqrt, 0.0, 1.0), lambda: grad(sqrt)(0.0), lambda: hessian(sqrt)(0.0)):
        with pytest.raises(DivisionByZeroError, match=r"^sqrt\(x\) has no finite derivative .* x = 0.0$"):
            ask()
    z = Value(3.0)
    (z * sqrt(0.0)).backward()  # nobody asks for that slope
    assert z.grad == 0.0
    assert jvp(lambda z: z * sqrt(Dual(0.0, 0.0, 0)), 3.0, 1.0)[1].primal == 0.0


@pytest.mark.parametrize(("function", "arguments", "error", "message"), [
    (log, (-1.0,), DomainError, "log(x) needs x > 0; here x = -1.0"),
    (log, (0.0,), DomainError, "log(x) needs x > 0; here x = 0.0"),
    (log1p, (-1.0,), DomainError, "log1p(x) needs x > -1; here x = -1.0"),
    (sqrt, (-4.0,), DomainError, "sqrt(x) needs x >= 0; here x = -4.0"),
    (arcsin, (1.5,), DomainError, "arcsin(x) needs -1 <= x <= 1; here x = 1.5"),
    (arccos, (-1.5,), DomainError, "arccos(x) needs -1 <= x <= 1; here x = -1.5"),
    (power, (-2.0, 0.5), DomainError, "a^b needs a > 0, or a whole b, positive if a = 0; here a = -2.0, b = 0.5"),
    (power, (0.0, -1.0), DivisionByZeroError,
     "a^b needs a > 0, or a whole b, positive if a = 0; here a = 0.0, b = -1.0"),
    (divide, (3.0, 0.0), DivisionByZeroError, "a / b needs b != 0; here a = 3.0, b = 0.0"),
    (divide, (1e308, 1e-10), NumberOverflowError, "a / b overflows; here a = 1e+308, b = 1e-10"),
    (add, (1e308, 1e308), NumberOverflowError, "a + b overflows; here a = 1e+308, b = 1e+308"),
    (subtract, (-1e308, 1e308), NumberOverflowError, "a - b overflows; here a = -1e+308, b = 1e+308"),
    (multiply, (1e200, -1e200), NumberOverflowError, "a·b overflows; here a = 1e+200, b = -1e+200"),
    (power, (10.0, 400.0), NumberOverflowError, "a^b overflows; here a = 10.0, b = 400.0"),
    (exp, (1000.0,), NumberOverflowError, "exp(x) overflows; here x = 1000.0"),
    (expm1, (1000.0,), NumberOverflowError, "expm1(x) overflows; here x = 1000.0"),
    (sinh, (-1000.0,), NumberOverflowError, "sinh(x) overflows; here x = -1000.0"),
    (cosh, (1000.0,), NumberOverflowError, "cosh(x) overflows; here x = 1000.0"),
    (sum, ([1e308, 1e308],), NumberOverflowError, "sum(values) overflows; here values = [1e+308, 1e+308]"),
    (dot, ([1e200], [1e200]), NumberOverflowError,
     "dot(weights, inputs) overflows; here weights = [1e+200], inputs = [1e+200]"),
])
def test_no_reading_goes_on_with_what_is_not_finite(function, arguments, error, message):
    contexts = (no_grad, trace, nullcontext)
    for name, operands in readings(*arguments).items():
        for context in contexts:
            with pytest.raises(error) as raised, context():
                function(*operands)
            assert type(raised.value) is error, name
            assert str(raised.value) == message, name
    assert issubclass(error, DomainError)


def test_plain_infinity_goes_through_floats_as_in_python():
    assert (exp(math.inf), log(math.inf), multiply(-2.0, math.inf), tanh(-math.inf)) == (
        math.inf, math.inf, -math.inf, -1.0)
    assert math.isnan(tanh(math.nan))


def test_the_errors_are_those_of_python_too():
    with pytest.raises(ValueError, match="needs x > 0"):
        log(Value(-1.0))
    with pytest.raises(ZeroDivisionError, match="needs b != 0"):
        1 / Value(0.0)
    with pytest.raises(OverflowError, match="overflows"):
        exp(Value(1000.0))


def test_operands_are_named_by_their_labels():
    p, q = Value(-1.0, label="p"), Value(0.0, label="q")
    for call, message in (
            (lambda: log(p), "log(x) needs x > 0; here x = -1.0 (label 'p')"),
            (lambda: p / q, "a / b needs b != 0; here a = -1.0 (label 'p'), b = 0.0 (label 'q')"),
            (lambda: 2 / q, "a / b needs b != 0; here a = 2.0, b = 0.0 (label 'q')"),
            (lambda: Dual(p, 1.0, 1) / q, "a / b needs b != 0; here a = -1.0 (label 'p'), b = 0.0 (label 'q')"),
            (lambda: dot([p, 1e308], [1e308, 10.0]), "dot(weights, inputs) overflows; here "
                                                     "weights = [-1.0 (label 'p'), 1e+308], inputs = [1e+308, 10.0]")):
        with pytest.raises(DomainError) as error:
            call()
        assert str(error.value) == message


@pytest.mark.parametrize("function", [sin, cos, tan])
def test_an_infinite_angle_is_refused(function):
    with pytest.raises(DomainError) as error:
        function(math.inf)
    assert str(error.value) == f"{function.name}(x) needs a finite x; here x = inf"


def test_slopes_that_are_not_finite_are_refused_where_the_value_is():
    for function, x in ((arcsin, 1.0), (arccos, -1.0), (lambda x: x ** 0.5, 0.0), (lambda x: 1e300 * x * x, 1e4)):
        for ask in (lambda f, x: grad(f)(x), lambda f, x: jvp(f, x, 1.0), lambda f, x: f(Value(x)).backward()):
            with pytest.raises(DomainError):
                ask(lambda x, f=function: f(x) * 1e6, x)
    for ask in (lambda: jvp(lambda a: a / 5e-324, 0.0, 1.0), lambda: grad(lambda a: a / 5e-324)(0.0)):
        with pytest.raises(DomainError, match=r"has no finite derivative with respect to a; here a = 0\.0"):
            ask()
    with pytest.raises(DivisionByZeroError, match=r"with respect to a; here a = 0\.0, b = 0\.0"):
        arctan2(Value(0.0), Value(0.0)).backward()


# ---- Choices ---------------------------------------------------------------------------------------------------------


def never():
    raise AssertionError("this branch was not chosen")


def test_where_calls_only_the_branch_that_it_chooses():
    for yes, no in ((True, False), (3, 0), (-0.5, 0.0), (Value(2.0), Value(0.0)),
                    (Dual(1.0, 1.0, 1), Dual(0.0, 1.0, 1)), (Dual(Value(1.0), 1.0, 1), Dual(Value(0.0), 1.0, 1))):
        assert where(yes, lambda: 5.0, never) == 5.0
        assert where(no, never, lambda: 6.0) == 6.0
        assert where(yes, 7.0, never) == 7.0
        assert where(no, never, 8.0) == 8.0


def test_where_is_one_node_through_which_the_gradient_flows_to_the_chosen_side():
    c, a, b = Value(1.0), Value(2.0), Value(3.0)
    y = where(c, a, b)
    assert y.parents == (c, a, b)
    y.backward()
    assert (y.data, c.grad, a.grad, b.grad) == (2.0, 0.0, 1.0, 0.0)
    assert first(lambda c, a, b: where(c, a * a, b), 0.0, 2.0, 3.0) == [[0.0, 0.0, 1.0]] * 3
    assert second(lambda c, a, b: where(c, a * a, b), 1.0, 2.0, 3.0) == [[0.0] * 4 + [2.0] + [0.0] * 4] * 3
    assert grad(lambda x: where(x > 1, x ** 3, lambda: log(x)))(2.0) == 12.0
    assert grad(lambda x: where(x > 1, lambda: x ** 3, lambda: log(x)))(0.5) == 2.0


def test_where_writes_both_branches_down():
    assert formula(lambda c, x: where(c, lambda: x * 2, lambda: x)).text == "x·2 if c ≠ 0 else x"
    assert formula(lambda x: where(x > 0, lambda: exp(x), 1.0)).text == "exp(x) if x > 0 else 1"


@pytest.mark.parametrize("index", [0.5, -1.0, 3.0, math.nan, math.inf, 1e300, -0.1, 2.9999999])
def test_take_checks_its_index_in_every_reading(index):
    lifted = [index, Value(index), Dual(index, 0.0, 1)] if math.isfinite(index) else [index]
    for values in readings([1.0, 2.0, 3.0]).values():
        for operands in lifted if math.isfinite(index) or isinstance(values[0][0], float) else []:
            with pytest.raises(DomainError) as error:
                take(operands, *values)
            assert str(error.value) == ("take(index, values) needs a whole index that counts one of the values from 0; "
                                        f"here index = {index}, values = [1.0, 2.0, 3.0]")


def test_take_has_a_gradient_for_the_one_value_it_takes():
    for index in (1, 1.0, True, Value(1.0)):
        assert first(lambda *x, i=index: take(i, [x[0] * x[1], x[1] * x[2], x[2]]), 2.0, 3.0, 5.0) == [
            [0.0, 5.0, 3.0]] * 3
    assert second(lambda x, y: take(0, x * y, y), 2.0, 3.0) == [[0.0, 1.0, 1.0, 0.0]] * 3
    index = Value(1.0)
    take(index, [Value(2.0), Value(3.0)]).backward()
    assert index.grad == 0.0
    assert grad(take)(1.0, [2.0, 3.0]) == 0.0


def test_stop_gradient_is_a_constant_for_every_derivative():
    x = Value(3.0)
    y = x * stop_gradient(x) + stop_gradient(x * x)
    y.backward()
    assert (y.data, x.grad) == (18.0, 3.0)
    assert first(lambda x: x * stop_gradient(x * x), 3.0) == [[9.0]] * 3
    assert second(lambda x: x * x * stop_gradient(x), 3.0) == [[6.0]] * 3
    assert stop_gradient(2) == 2.0
    (slope,) = gradients(y, [x])
    assert gradients(slope, [x])[0].data == 0.0
