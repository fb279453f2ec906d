"""What operations do where it matters how they are written: at kinks, at powers of 0, outside a domain."""

import itertools
import math
from contextlib import nullcontext

import mpmath
import pytest
import torch
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
    operations,
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
from tests.support.oracle import derivatives
from tests.support.readings import MODES, first, readings, second

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


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 1), (0, 0, 1)])
def test_whoever_asks_how_0_to_the_power_0_changes_with_the_exponent_is_refused(order):
    """a^(b-1) (1 + b log a) and a^b log² a are infinite there."""
    for mode in MODES:
        function = power
        for place in order:
            function = mode(function, place)
        with pytest.raises(DivisionByZeroError):
            function(0.0, 0.0)


def test_the_exponent_0_has_mixed_derivatives():
    """∂²a^b/∂a∂b = a^(b-1) (1 + b log a), which is 1/a."""
    for found in second(power, 2.0, 0.0):
        assert found == pytest.approx([0.0, 0.5, 0.5, math.log(2) ** 2], rel=1e-15)


def test_the_exponent_of_0_has_the_derivative_0_while_it_is_positive():
    value, slopes, _ = derivatives(torch.pow, (0.0, 2.0))
    assert (value, slopes) == (0.0, [0.0, 0.0])
    assert first(power, 0.0, 2.0) == [slopes] * 3


ORDERS = [order for length in (1, 2, 3) for order in itertools.product((0, 1), repeat=length)]


@pytest.mark.parametrize("b", [0.5, 1.0, 1.25, 2.0, 2.5, 3.0, 4.0])
@pytest.mark.parametrize("order", ORDERS)
def test_derivatives_of_a_power_at_0_are_limits_and_errors_where_these_are_infinite(order, b):
    """The derivative of order m in a and n in b is a^(b-m) times a polynomial in log a, which is 0 for some m > b."""
    def derivative(a):
        with mpmath.workdps(400):
            h = mpmath.mpf(10) ** -20
            in_b = lambda b: b ** 0 * mpmath.fprod(b - k for k in range(order.count(0))) * a ** (b - order.count(0))
            n = order.count(1)
            return mpmath.fsum((-1) ** k * math.comb(n, k) * in_b(b + (n / 2 - k) * h) for k in range(n + 1)) / h ** n

    near, nearer = (abs(derivative(mpmath.mpf(10) ** power)) for power in (-5000, -10000))
    for mode in MODES:
        function = power
        for place in order:
            function = mode(function, place)
        if nearer > 2 * near > 0 or nearer > 1e3:
            with pytest.raises(DivisionByZeroError):
                function(0.0, b)
        else:
            limit = 0.0 if nearer < 1e-300 else float(nearer)
            assert function(0.0, b) == limit


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
    (power, (-2.0, 0.5), DomainError, "a^b needs a > 0, or an integer b, positive if a = 0; here a = -2.0, b = 0.5"),
    (power, (0.0, -1.0), DivisionByZeroError,
     "a^b needs a > 0, or an integer b, positive if a = 0; here a = 0.0, b = -1.0"),
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


@pytest.mark.parametrize("name", sorted({*operations} - {"take"}))
def test_nan_in_gives_nan_out(name):
    row = operations[name]
    for place in range(len(row.partials)):
        operands = [[2.0, 0.5] if is_list else 0.5 for is_list in row.lists]
        operands[place] = [2.0, math.nan] if row.lists[place] else math.nan
        assert math.isnan(row(*operands))


def test_infinity_gives_a_limit_or_nan():
    inf, nan = math.inf, math.nan
    for values, expected in (([inf, 0.0], inf), ([0.0, -inf], 0.0), ([-inf, -inf], -inf), ([inf, -inf], inf),
                             ([inf, inf], inf), ([nan, inf], nan), ([inf, nan], nan), ([1.0, nan], nan)):
        right = torch.logsumexp(torch.tensor(values, dtype=torch.float64), 0).item()
        assert logsumexp(values) == pytest.approx(expected, nan_ok=True) == pytest.approx(right, nan_ok=True)
    assert [f(-inf) for f in (relu, elu, sigmoid, softplus, step)] == [0.0, -1.0, 0.0, 0.0, 0.0]
    assert [f(inf) for f in (relu, elu, sigmoid, softplus, silu, gelu, step)] == [inf, inf, 1.0, inf, inf, inf, 1.0]
    assert (maximum(1.0, inf), minimum(-inf, 1.0), power(0.5, inf)) == (inf, -inf, 0.0)
    assert all(map(math.isnan, (subtract(inf, inf), multiply(0.0, inf), dot([inf], [0.0]), divide(inf, inf))))


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
    assert formula(lambda c, x: where(c, lambda: x * 2, lambda: x)).text == "x·2 if c ≠ 0; x otherwise"
    assert formula(lambda x: where(x > 0, lambda: exp(x), 1.0)).text == "exp(x) if x > 0; 1 otherwise"


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
