"""Values and derivatives of very large and very small numbers, and beside the edges of a domain."""

import math
from itertools import product

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Value,
    arccos,
    arcsin,
    arctan,
    arctan2,
    divide,
    elu,
    erf,
    expand,
    expm1,
    gelu,
    grad,
    gradients,
    jvp,
    log1p,
    logsumexp,
    relu,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from tests.support.oracle import ulps
from tests.support.readings import first, second

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


# Squares of these overflow or vanish, though the derivatives are there.
EXTREMES = [sign * 10.0 ** power for power in (-300, -200, -160, -100, 100, 160, 200, 300) for sign in (1, -1)]


def right(formula, *point):
    """A closed form in 60 digits, as a float; None where a float is too small or too large for it."""
    with mpmath.workdps(60):
        found = formula(*map(mpmath.mpf, point))
        return float(found) if found == 0 or 1e-305 < abs(found) < 1e305 else 0.0 if abs(found) < 1 else None


def near(x):
    """A number that the normal distribution cannot tell from x."""
    return max(-1e4, min(1e4, x))


@pytest.mark.parametrize(("function", "slope", "curvature"), [
    (arctan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    (erf, lambda x: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x),
     lambda x: -4 * x / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x)),
    (gelu, lambda x: mpmath.ncdf(near(x)) + near(x) * mpmath.npdf(near(x)),
     lambda x: (2 - near(x) ** 2) * mpmath.npdf(near(x))),
])
def test_slopes_do_not_overflow_on_the_way(function, slope, curvature):
    for x in (*EXTREMES, 0.5, -29.9, 30.0, -42.4, 42.5, 1e8, -1e9, 1e10):
        for found in first(function, x):
            assert found == pytest.approx([right(slope, x)], rel=1e-12, abs=1e-16), x
        for found in second(function, x):
            assert found == pytest.approx([right(curvature, x)], rel=1e-11, abs=1e-15), x


@pytest.mark.parametrize("x", [1e8, -9.9e8, 1e9, -1e9, 1e10, -1e20, 1e80, -1e100])
def test_the_slopes_of_arctan_keep_their_digits_however_small_they_are(x):
    for found in first(arctan, x):
        assert found == pytest.approx([right(lambda x: 1 / (1 + x * x), x)], rel=1e-14, abs=0.0)
    for found in second(arctan, x):
        assert found == pytest.approx([right(lambda x: -2 * x / (1 + x * x) ** 2, x)], rel=1e-14, abs=0.0)


@pytest.mark.parametrize(("function", "slopes"), [
    (arctan2, (lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b))),
    (divide, (lambda a, b: 1 / b, lambda a, b: -a / b / b)),
])
def test_slopes_of_two_extreme_numbers(function, slopes):
    checked = 0
    for a, b in product((*EXTREMES, 3.0), repeat=2):
        if function is divide and right(lambda a, b: a / b, a, b) is None:
            continue
        for place, formula in enumerate(slopes):
            slope = right(formula, a, b)
            if slope is not None:
                one_sided = lambda x, p=place: function(*[x if i == p else (a, b)[i] for i in range(2)])  # noqa: B023
                assert first(one_sided, (a, b)[place]) == [[pytest.approx(slope, rel=1e-14, abs=1e-305)]] * 3
                checked += 1
    assert checked > 300


def test_second_derivatives_of_arctan2_at_extreme_numbers():
    """∂²/∂a² = -2ab / (a² + b²)², and so on."""
    for a, b in ((1e-100, 1e-100), (1e-160, 1e-300), (1e-300, 1e-160), (1e160, 1e160), (1e300, -1e200), (1e-3, 1e5)):
        with mpmath.workdps(60):
            x, y = mpmath.mpf(a), mpmath.mpf(b)
            square = x * x + y * y
            mixed = (x * x - y * y) / square ** 2
            expected = {(0, 0): -2 * x * y / square ** 2, (0, 1): mixed, (1, 0): mixed, (1, 1): 2 * x * y / square ** 2}
        for (i, j), exact in expected.items():
            if abs(exact) < 1e300 and (abs(a) != abs(b) or i == j):  # what cancels is lost in its rounding errors
                assert grad(grad(arctan2, i), j)(a, b) == pytest.approx(float(exact), rel=1e-13, abs=1e-305)


@pytest.mark.parametrize("distance", [1e-15, 1e-12, 1e-9, 1e-3])
@pytest.mark.parametrize("side", [1, -1])
def test_slopes_at_the_edge_of_the_domain_of_arcsin_and_arccos(side, distance):
    x = side * (1 - distance)
    with mpmath.workdps(60):
        exact = mpmath.mpf(x)
        slope = 1 / mpmath.sqrt(1 - exact * exact)
        curvature = exact * slope ** 3
    for function, sign in ((arcsin, 1), (arccos, -1)):
        for found in first(function, x):
            assert found == pytest.approx([sign * float(slope)], rel=1e-14)
        for found in second(function, x):
            assert found == pytest.approx([sign * float(curvature)], rel=1e-14)


@pytest.mark.parametrize("large", [1e17, -1e17, 1e300])
def test_slopes_of_logsumexp_do_not_come_from_its_rounded_result(large):
    """log 2 is lost in 1e17 + log 2; a softmax is not, with curvatures p (1 - p) and -p p."""
    def f(*x):
        return logsumexp(x)

    for found in first(f, large, large):
        assert found == [0.5, 0.5]
    for found in second(f, large, large):
        assert found == [0.25, -0.25, -0.25, 0.25]
    third = 1 / 3
    for found in first(f, large, large, large):
        assert found == pytest.approx([third] * 3, rel=1e-15)
    assert grad(grad(grad(lambda x: logsumexp([x, large]))))(large) == 0.0  # p (1 - p) (1 - 2p)
    assert first(lambda x: logsumexp([x, 0.0]), 1e17) == [[1.0]] * 3


def test_nor_do_those_of_its_expansion():
    x, y = Value(1e17), Value(1e17)
    assert [slope.data for slope in gradients(expand(logsumexp([x, y])), [x, y])] == [0.5, 0.5]
