"""Approximations of the functions that no processor has as an instruction, in arithmetic that every processor has.

Each function here is a formula over anything that offers + - * /, abs, comparisons, and what processors do beyond that:
`square_root`, `rounded`, `power_of_two`, `exponent`, `mantissa`, `with_sign_of`, `times_plus` (x a + b, rounded once).
Nothing branches: a comparison's `choose` takes one of two numbers, both calculated, and each of a vector for itself.

Reduce: an identity, such as e^x = 2ⁿ e^r, leads every argument back to a small one. Approximate: there a polynomial
does. It is not Taylor's, best at 0 and worst at the ends, but the one whose largest relative error is least (Remez's
exchange finds it); 1/2, 1/6, 1/24 can still be seen in it. Reconstruct: what is added last is small, and what it is
added to is exact or nearly so. Then this one rounding counts, and hardly any other.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple


class Approximation(NamedTuple):
    """A function, meant for |x| <= limit. Beyond that it must be calculated otherwise."""

    function: Callable[[Any], Any]
    limit: float


def _horner(x: Any, first: float, *rest: float) -> Any:
    return x.times_plus(_horner(x, *rest), first) if rest else first


def _polynomial(x: Any, *coefficients: float) -> Any:
    """c₀ + c₁x + c₂x² + ..., as E(x²) + x O(x²): the even and the odd half need not wait for each other."""
    square = x * x
    return x.times_plus(_horner(square, *coefficients[1::2]), _horner(square, *coefficients[::2]))


# ---- The exponential and its kin -------------------------------------------------------------------------------------

_LN2 = math.log(2)
_LN2_REST = 2.3190468138462996e-17  # ln 2 - _LN2: the digits that a float has no room for


def _exponential(x: Any, high: float) -> tuple[Any, Any, Any]:
    """n, r and q such that e^x = 2ⁿ (1 + r + q), |r| <= ln(2)/2, and q is small.

    n counts how often ln 2 goes into x, and r is what it leaves: x - n _LN2, which is exact when rounded once. What
    _LN2 lacks, too small to be taken from r without loss, goes into q, with r²/2 + r³/6 + ... Above `high`, n grows no
    more, and r and q go to infinity with x. NaN stays NaN.
    """
    n = ((x < high).choose(x, high) * (1 / _LN2)).rounded()
    r, lost = n.times_plus(-_LN2, x), n * _LN2_REST
    small = r - lost
    series = _polynomial(
        small, 0.5, 0.16666666666666677, 0.041666666666666685, 0.00833333333332201, 0.00138888888889009,
        0.00019841269882238464, 2.4801587186004347e-05, 2.7557249055525545e-06, 2.755751642801336e-07,
        2.5106804884604716e-08, 2.079768865787127e-09)
    return n, r, (small * small).times_plus(series, -lost)


def exp(x: Any) -> Any:
    """2ⁿ + 2ⁿ p, where 2ⁿ is two factors: from 2^-1076 to 2^1024 it may be, and not all of these are normal numbers."""
    x = (x < -746.0).choose(-746.0, x)
    n, r, q = _exponential(x, 710.0)
    tiny = x < -700.0
    scale = (n - tiny.choose(-64.0, 1.0)).power_of_two()
    return (r + q).times_plus(scale, scale) * tiny.choose(2.0**-64, 2.0)


def _half_less_one(x: Any, high: float) -> Any:
    """(e^x - 1) / 2 as 2ⁿ⁻¹ q + (2ⁿ⁻¹ r + (2ⁿ⁻¹ - 1/2)). Near 0, where n = 0, that is q/2 + r/2: nothing cancels."""
    n, r, q = _exponential(x, high)
    half = (n - 1.0).power_of_two()
    return q.times_plus(half, r.times_plus(half, half - 0.5))


def expm1(x: Any) -> Any:
    """Below -40, e^x is lost beside 1. Where x²/2 is lost beside x, the result is x, down to the sign of -0."""
    result = _half_less_one((x < -40.0).choose(-40.0, x), 710.0) * 2.0
    return (abs(x) < 2.0**-54).choose(x, result)


def tanh(x: Any) -> Any:
    """g / (1 + g) with g = (e^(2|x|) - 1) / 2, or 1 - 1 / (1 + g), where that is nearer to 1 than to 0.

    Both are a - a a / (1 + g): a = g gives the first, which is g less something smaller, and a = 1 the second.
    """
    g = _half_less_one(abs(x) * 2.0, 40.0)
    a = (g < 1.0).choose(g, 1.0)
    return (-a).times_plus(a / (g + 1.0), a).with_sign_of(x)


def erf(x: Any) -> Any:
    """x + x P(x²) below 1; beyond, 1 - e^(-P(|x| - 1)), where P says how fast the difference to 1 dies out."""
    size = abs(x)
    size = (size > 6.0).choose(6.0, size)  # from there on it is 1 to the last digit
    odd = size.times_plus(_polynomial(
        size * size, 0.12837916709551256, -0.37612638903183343, 0.1128379167093695, -0.02686617064195914,
        0.005223977596735902, -0.0008548325485002327, 0.0001205528049678781, -1.492446564616125e-05,
        1.6444150675051541e-06, -1.618399211068097e-07, 1.3616703621796577e-08, -7.607820420941618e-10), size)
    n, r, q = _exponential(-_polynomial(
        size - 1.0, 1.8496055099332482, 2.6389675142347757, 0.843107256359413, 0.04156109802507489,
        -0.010033825179080488, 0.001977901215635714, -0.0002373164344266681, -2.6296327206809723e-05,
        2.7198972497148233e-05, -9.67137637685252e-06, 2.1319393195374135e-06, -2.048118057381217e-07,
        -5.801148333095305e-08, 3.3391141863477264e-08, -8.518721477724253e-09, 1.3190907820547822e-09,
        -1.1932431059290572e-10, 4.864934450802716e-12), 0.0)
    scale = n.power_of_two()
    return (size < 1.0).choose(odd, 1.0 - (r + q).times_plus(scale, scale)).with_sign_of(x)


# ---- The logarithm ---------------------------------------------------------------------------------------------------


def _split(x: Any) -> tuple[Any, Any]:
    """k and f such that a normal x > 0 is 2^k (1 + f), with 1 + f between √½ and √2."""
    k, m = x.exponent(), x.mantissa()
    large = m > math.sqrt(2)
    return large.choose(k + 1.0, k), large.choose(m * 0.5, m) - 1.0


def _logarithm(k: Any, f: Any) -> Any:
    """k ln(2) + log(1 + f).

    With s = f / (2 + f), log(1 + f) = log(1 + s) - log(1 - s) = 2s + 2s³/3 + 2s⁵/5 + ... = 2s + sR. Here 2s has been
    rounded, but 2s = f - sf = f - (f²/2 - sf²/2), and so log(1 + f) = f - (f²/2 - s (f²/2 + R)) begins with f itself.
    """
    s = f / (f + 2.0)
    z, half_square = s * s, f * f * 0.5
    series = z * _polynomial(
        z, 0.6666666666666735, 0.39999999999409347, 0.28571428743688737, 0.2222219842869831, 0.18183572369300496,
        0.15313831864176558, 0.1479826052918893)
    small = s.times_plus(half_square + series, k * _LN2_REST)
    return k.times_plus(_LN2, f - (half_square - small))


def _with_limits(x: Any, logarithm: Any) -> Any:
    """The logarithm of x, if this is it where x is positive and finite."""
    positive = (x < math.inf).choose(logarithm, x)  # infinity and NaN are their own logarithms
    return (x <= 0.0).choose((x < 0.0).choose(math.nan, -math.inf), positive)


def log(x: Any) -> Any:
    """k ln(2) + log(1 + f); a subnormal x, which does not say its exponent, is multiplied by 2^54 first."""
    tiny = x < 2.0**-1022
    k, f = _split(x * tiny.choose(2.0**54, 1.0))
    return _with_limits(x, _logarithm(k - tiny.choose(54.0, 0.0), f))


def log1p(x: Any) -> Any:
    """The logarithm of u = 1 + x, with what rounding u has lost: it goes into f, which for small x is x again."""
    u = x + 1.0
    back = u - 1.0
    lost = (1.0 - (u - back)) + (x - back)
    k, f = _split(u)
    scale = (-(k < 64.0).choose(k, 64.0)).power_of_two()  # beyond 2^64, what was lost (at most 1) does not matter
    return _with_limits(u, _logarithm(k, lost.times_plus(scale, f))).with_sign_of(x)


# ---- Sine and cosine -------------------------------------------------------------------------------------------------

# π/2 in three parts. The second has 33 bits, so its product with a number of quarter turns, 20 bits, is exact.
_QUARTER, _QUARTER_2, _QUARTER_3 = math.pi / 2, 6.12323399538461e-17, 3.5215598651832e-27


def _wave(x: Any, ahead: float) -> Any:
    """The sine, some quarter turns ahead. The n quarter turns in x leave an angle r + rest between -π/4 and π/4.

    Its sine or its cosine is the result, with one sign or the other: it depends on the quarter that one ends in.
    """
    n = (x * (2 / math.pi)).rounded()
    first, second = n.times_plus(-_QUARTER, x), n * _QUARTER_2
    r = first - second
    rest = n.times_plus(-_QUARTER_3, (first - r) - second)
    z, half = r * r, r * -0.5  # sin(r + rest) is sin(r) + rest, nearly, and cos(r + rest) is cos(r)
    series = _polynomial(
        z, -0.16666666666666632, 0.008333333333322472, -0.0001984126982983565, 2.7557313697315183e-06,
        -2.5050758483380546e-08, 1.5896795881331703e-10)
    sine = r + (r * z).times_plus(series, rest)
    series = _polynomial(
        z, 0.0416666666666666, -0.0013888888888874457, 2.4801587289652868e-05, -2.7557314393874654e-07,
        2.0875728112278363e-09, -1.1359865092489576e-11)
    top = r.times_plus(half, 1.0)  # 1 - r²/2, and what rounding has taken from it
    lost = r.times_plus(half, 1.0 - top)
    cosine = top + (z * z).times_plus(series, lost)
    turn = (n + ahead) * 0.25
    turn = turn - turn.rounded()  # 0, ±1/4 or ±1/2
    value = (abs(abs(turn) - 0.25) < 0.125).choose(cosine, sine)
    return (abs(turn - 0.125) > 0.25).choose(-value, value)


def sin(x: Any) -> Any:
    """x itself where x³/6 is lost beside it: the steps above would lose the sign of -0."""
    return (abs(x) < 2.0**-27).choose(x, _wave(x, 0.0))


def cos(x: Any) -> Any:
    """The sine, one quarter turn ahead."""
    return _wave(x, 1.0)


def sqrt(x: Any) -> Any:
    """The one function that every processor has."""
    return x.square_root()


APPROXIMATIONS = {function.__name__: Approximation(function, 1e6 if function in (sin, cos) else math.inf)
                  for function in (exp, expm1, log, log1p, sqrt, tanh, sin, cos, erf)}
