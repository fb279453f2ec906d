"""The approximations of exp and its kin are right to about one unit in the last place, wherever they are asked."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.table.approximations import APPROXIMATIONS

Array = Any  # of floats; NumPy's own types would say no more here
NAN, INF = math.nan, math.inf
SMALLEST, NORMAL, LARGEST = 5e-324, 2.0**-1022, 1.7976931348623157e308

# The largest errors that are allowed, in units in the last place.
WORST = {"exp": 0.95, "expm1": 1.6, "log": 0.9, "log1p": 1.4, "tanh": 1.75, "sin": 1.0, "cos": 1.0, "erf": 1.2}


# ---- A processor of NumPy's ------------------------------------------------------------------------------------------


class Numbers:
    """Many numbers at once, with the instructions that the approximations ask of a processor."""

    __array_ufunc__ = None

    def __init__(self, data: Array) -> None:
        self.data = np.asarray(data, dtype=np.float64)

    def __neg__(self) -> "Numbers":
        return Numbers(-self.data)

    def __abs__(self) -> "Numbers":
        return Numbers(abs(self.data))

    def choose(self, a: Any, b: Any) -> "Numbers":
        return Numbers(np.where(self.data != 0, plain(a), plain(b)))

    def square_root(self) -> "Numbers":
        return Numbers(np.sqrt(self.data))

    def rounded(self) -> "Numbers":
        return Numbers(np.rint(self.data))

    # Of these three, more is promised of no other numbers; NaN shows whether anybody relies on what comes out there.

    def power_of_two(self) -> "Numbers":
        known = (self.data == np.rint(self.data)) & (self.data >= -1022) & (self.data <= 1023)
        bits = (np.where(known, self.data, 0.0).astype(np.int64) + 1023) << 52
        return Numbers(np.where(known, bits.view(np.float64), NAN))

    def exponent(self) -> "Numbers":
        return Numbers(np.where(self.is_positive_and_normal(), (self.data.view(np.int64) >> 52) - 1023.0, NAN))

    def mantissa(self) -> "Numbers":
        bits = self.data.view(np.int64) & (1 << 52) - 1 | 1023 << 52
        return Numbers(np.where(self.is_positive_and_normal(), bits.view(np.float64), NAN))

    def is_positive_and_normal(self) -> Array:
        return (self.data >= NORMAL) & (self.data <= LARGEST)

    def times_plus(self, a: Any, b: Any) -> "Numbers":
        return Numbers(fused(*np.broadcast_arrays(self.data, plain(a), plain(b))))

    def with_sign_of(self, other: "Numbers") -> "Numbers":
        return Numbers(np.copysign(self.data, other.data))


def plain(x: Any) -> Array:
    return x.data if isinstance(x, Numbers) else np.float64(x)


def instruction(operation: Callable[[Array, Array], Array]) -> Callable[[Any, Any], Numbers]:
    return lambda x, y: Numbers(operation(plain(x), plain(y)))


for _name, _operation in {"add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide}.items():
    setattr(Numbers, f"__{_name}__", instruction(_operation))
    setattr(Numbers, f"__r{_name}__", instruction(lambda x, y, operation=_operation: operation(y, x)))
for _name, _operation in {"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}.items():
    setattr(Numbers, f"__{_name}__", instruction(_operation))


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """The rounded sum, and exactly what rounding took (Knuth)."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """The rounded product, and exactly what rounding took: by halves of 26 digits (Dekker, Veltkamp)."""
    product = a * b
    (a1, a2), (b1, b2) = ((high, number - high) for number in (a, b)
                          for high in [number * 134217729.0 - (number * 134217729.0 - number)])
    return product, a2 * b2 - (((product - a1 * b1) - a2 * b1) - a1 * b2)


def fused(x: Array, a: Array, b: Array) -> Array:
    """x * a + b, rounded once (Boldo and Melquiond): the sum of all that is lost is rounded to odd, and added last.

    Only a subnormal result is rounded twice, the second time when it is scaled back.
    """
    (x1, i), (a1, j) = np.frexp(x), np.frexp(a)
    high, low = two_product(x1, a1)  # between 1/4 and 1, so nothing overflows
    scaled = np.ldexp(b, -(i + j))
    middle, least = two_sum(scaled, low)
    first, second = two_sum(high, middle)
    rest, lost = two_sum(second, least)
    bits = rest.view(np.int64)
    away = (lost > 0) == (rest > 0)  # the odd one of the two neighbours is farther from 0
    odd = np.where((lost != 0) & (bits & 1 == 0), bits + np.where(away, 1, -1), bits).view(np.float64)
    usual = np.isfinite(x * a) & np.isfinite(scaled) & (x != 0) & (a != 0)
    return np.where(usual, np.ldexp(first + odd, i + j), x * a + b)


def approximate(name: str, x: Array) -> Array:
    with np.errstate(all="ignore"):
        return APPROXIMATIONS[name].function(Numbers(x)).data


def test_the_processor_rounds_x_a_plus_b_once() -> None:
    generator = np.random.default_rng(1)
    x, a, b = (generator.uniform(-1, 1, 3000) * 2.0**generator.integers(-200, 200, 3000) for _ in range(3))
    b[:1000] = -x[:1000] * a[:1000]  # what is left is what the product's own rounding has lost
    b[1000:2000] *= abs(x * a / b)[1000:2000]
    b[2000:2200] = (x * a)[2000:2200] * 2.0**-53  # near the middle between two floats
    once = [float(Fraction(float(i)) * Fraction(float(j)) + Fraction(float(k))) for i, j, k in zip(x, a, b)]
    assert fused(x, a, b).tolist() == once
    assert (x * a + b).tolist() != once


# ---- What is right ---------------------------------------------------------------------------------------------------


def units_off(name: str, x: float, y: float) -> float:
    """How far y is from the function of x, in units in the last place of what is right."""
    with mpmath.workprec(240):
        right = getattr(mpmath, name)(mpmath.mpf(x))
        if abs(right) >= mpmath.ldexp(1 - mpmath.ldexp(1, -54), 1024):  # which rounds to infinity
            return 0.0 if y == math.copysign(INF, right) else INF
        return float(abs(mpmath.mpf(y) - right) / math.ulp(float(right)))


def long_erf(x: Array) -> Array:
    """2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·5···(2n+1)), where nothing cancels."""
    x = np.clip(x, -6.5, 6.5)
    term, total = x, x
    for n in range(1, 160):
        term = term * (x * x * 2 / (2 * n + 1))
        total = total + term
    return total * np.exp(-x * x) * 2 / np.sqrt(np.longdouble("3.14159265358979323846264338327950288"))


def suspects(name: str, x: Array, y: Array, count: int = 10) -> list[int]:
    """The places that seem worst beside what NumPy calculates, which has more digits on most machines."""
    with np.errstate(all="ignore"):
        right = (long_erf if name == "erf" else getattr(np, name))(x.astype(np.longdouble))
        nearest = right.astype(np.float64)
        off = np.where(np.isfinite(y) & np.isfinite(nearest), abs(y - right) / abs(np.spacing(nearest)),
                       np.where(y == nearest, 0.0, INF))
    return np.argsort(off)[-count:].tolist()


def kinks(name: str) -> Array:
    """Where one formula gives way to another, and where a result is nearly 0."""
    if name in ("sin", "cos"):
        return np.arange(1, 1e6 / (math.pi / 4)) * (np.longdouble("3.14159265358979323846264338327950288") / 4)
    halves, doubles = np.arange(-2150.0, 2050.0) * (math.log(2) / 2), 2.0 ** np.arange(-1074, 1024)
    return {
        "exp": np.concatenate([halves, [-708.3964185322641, -700, -746, 709.782712893384, 710]]),
        "expm1": np.concatenate([halves[halves > -45], [-40, 2.0**-54, 709.782712893384, 710]]),
        "log": np.concatenate([doubles, doubles * math.sqrt(2)]),
        "log1p": np.concatenate([doubles, doubles * math.sqrt(2) - 1, 1 / doubles[1074:1127] - 1]),
        "tanh": np.concatenate([halves[abs(halves) < 50] / 2, [math.log(3) / 2, 20]]),
        "erf": np.array([1, 5.9215871957945065, 6]),
    }[name]


RANGES = {
    "exp": [(-746, 710), (-1, 1)], "expm1": [(-45, 710), (-2, 2), (-0.6, 0.6)], "log": [(0, 3), (0.6, 1.6)],
    "log1p": [(-1, 3), (-0.6, 0.6)], "tanh": [(-20, 20), (-1, 1)], "sin": [(-1e6, 1e6), (-8, 8), (-1, 1)],
    "cos": [(-1e6, 1e6), (-8, 8), (-1, 1)], "erf": [(-6.1, 6.1), (-1.5, 1.5), (0.8, 1.2)],
}


def arguments(name: str, count: int, generator: np.random.Generator) -> Array:
    """From all magnitudes, of both signs; from the ranges where most happens; and around the kinks."""
    limit = min(APPROXIMATIONS[name].limit, LARGEST)
    share = count // (len(RANGES[name]) + 3)
    sizes = [2.0 ** generator.uniform(low, min(high, math.log2(limit)), share)
             for low, high in ((-1074, 1024), (-60, 10))]
    near = generator.choice(kinks(name), share).astype(np.float64)
    near += np.spacing(near) * generator.integers(-3, 4, share)
    drawn = [*(size * generator.choice([-1, 1], share) for size in sizes), near,
             *(generator.uniform(low, high, share) for low, high in RANGES[name])]
    x = np.concatenate(drawn)
    return x[{"log": x > 0, "log1p": x > -1}.get(name, abs(x) <= limit)]


@pytest.mark.parametrize("count", [20_000, pytest.param(200_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", WORST)
def test_no_result_is_far_from_what_is_right(name: str, count: int) -> None:
    generator = np.random.default_rng(count)
    for _ in range(count // 20_000):
        x = arguments(name, 20_000, generator)
        y = approximate(name, x)
        for place in [*suspects(name, x, y), *range(0, len(x), 400)]:  # these whatever NumPy says of them
            assert units_off(name, float(x[place]), float(y[place])) <= WORST[name], x[place]


@pytest.mark.parametrize("name", WORST)
@given(x=st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_will_do(name: str, x: float) -> None:
    if abs(x) <= APPROXIMATIONS[name].limit and x > {"log": 0, "log1p": -1}.get(name, -INF):
        assert units_off(name, x, float(approximate(name, np.array([x]))[0])) <= WORST[name]


ODD = ("expm1", "log1p", "tanh", "sin", "erf")
AT_THE_ENDS = [
    *((name, NAN, NAN) for name in APPROXIMATIONS), *((name, zero, zero) for name in ODD for zero in (0.0, -0.0)),
    *((name, x, x) for name in ("expm1", "log1p", "tanh", "sin") for x in (SMALLEST, -SMALLEST, -NORMAL, NORMAL)),
    *((name, zero, 1.0) for name in ("exp", "cos") for zero in (0.0, -0.0, SMALLEST, -SMALLEST)),
    *((name, math.copysign(size, sign), sign) for name in ("tanh", "erf") for size in (6, 40, LARGEST, INF)
      for sign in (1.0, -1.0) if (name, size) != ("tanh", 6)),
    ("exp", INF, INF), ("exp", -INF, 0.0), ("exp", LARGEST, INF), ("exp", -LARGEST, 0.0), ("exp", 709.79, INF),
    ("exp", -745.13, SMALLEST), ("exp", -745.14, 0.0), ("exp", 711.0, INF), ("exp", 1024.0, INF),
    ("expm1", INF, INF), ("expm1", -INF, -1.0), ("expm1", LARGEST, INF), ("expm1", -LARGEST, -1.0),
    ("expm1", 709.79, INF), ("expm1", 711.0, INF), ("expm1", 1024.0, INF),
    *((name, x, y) for name, one in (("log", 0.0), ("log1p", 1.0))
      for x, y in ((-one, -INF), (-1.5, NAN), (-LARGEST, NAN), (-INF, NAN), (INF, INF))),
    ("log", 0.0, -INF), ("log", -SMALLEST, NAN), ("log", 1.0, 0.0), ("log1p", math.nextafter(-1, -2), NAN),
    *((name, x, NAN) for name in ("sin", "cos") for x in (INF, -INF)),
]


@pytest.mark.parametrize(("name", "x", "expected"), AT_THE_ENDS)
def test_what_comes_out_at_the_ends(name: str, x: float, expected: float) -> None:
    y = float(approximate(name, np.array([x]))[0])
    assert math.isnan(y) == math.isnan(expected)
    assert math.isnan(y) or (y, math.copysign(1, y)) == (expected, math.copysign(1, expected))


@pytest.mark.parametrize("name", APPROXIMATIONS)
def test_the_numbers_of_a_vector_do_not_know_of_each_other(name: str) -> None:
    x = np.array([0.0, 0.7, NAN, INF, -3.0, 1e5, SMALLEST, -INF, 1.0])
    alone = [approximate(name, x[place:place + 1])[0] for place in range(len(x))]
    np.testing.assert_array_equal(approximate(name, x), alone)


def test_only_sine_and_cosine_have_a_limit() -> None:
    # up to which the number of quarter turns has 20 bits
    assert {name: limit for name, (_, limit) in APPROXIMATIONS.items() if limit < INF} == {"sin": 1e6, "cos": 1e6}
