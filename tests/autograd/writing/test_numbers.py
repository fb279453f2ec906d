"""Numbers in four digits, and = only where it is right for what is shown."""

import builtins
import math
import operator
import re
from collections import Counter
from contextlib import suppress

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Formula,
    Value,
    cos,
    dot,
    erf,
    exp,
    explain,
    log1p,
    logsumexp,
    operation,
    operations,
    relu,
    sin,
    sqrt,
    sum,
    tanh,
    where,
)
from autograd.writing.latex import latex_name
from autograd.writing.numbers import Named, Numeral, Symbol, abridged, is_equal, rounded, shown
from tests.support.oracle import NAMES, arguments, flat
from tests.support.programs import programs

mpmath.mp.dps = 60


@pytest.mark.parametrize(("x", "text"), [
    (-3.0, "-3.0"), (0.0, "0.0"), (-0.0, "0.0"), (2 / 3, "0.6667"), (9999.6, "1e4"), (123456.0, "1.235e5"),
    (-0.00001234567, "-1.235e-5"), (0.0001, "0.0001"), (1e300, "1e300"), (math.inf, "inf"), (math.nan, "nan")])
def test_a_number_has_four_significant_digits(x, text):
    assert shown(x) == text


@pytest.mark.parametrize(("x", "text"), [
    (1234.0, "1234.0"), (1234.5, "1234"), (-1234.5, "-1234"), (0.99996, "1"), (-99.999, "-100"), (2 + 1e-9, "2"),
    (3 * 0.1 + 0.7, "1.0"), (0.9999999999999998, "1.0")])
def test_only_a_whole_number_is_shown_with_a_zero_behind_its_point(x, text):
    assert shown(x) == text


# ---- = and ≈ -----------------------------------------------------------------------------------------------------

FUNCTIONS = {
    **{name: getattr(mpmath, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh",
                                                "cosh", "tanh", "erf")},
    "arcsin": mpmath.asin, "arccos": mpmath.acos, "arctan": mpmath.atan, "arctan2": mpmath.atan2,
    "maximum": max, "minimum": min, "max": max, "min": min, "abs": abs,
    "step": lambda x: mpmath.mpf(x > 0), "sign": mpmath.sign, "relu": lambda x: max(x, mpmath.mpf(0)),
    "leaky_relu": lambda x: x if x > 0 else x / 100, "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)), "gelu": lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2,
    "logsumexp": lambda values: mpmath.log(builtins.sum(map(mpmath.exp, values))),
    "affine": lambda b, w, x: b + builtins.sum(map(operator.mul, w, x)),
    "take": lambda index, values: values[int(index)], "stop_gradient": lambda x: x, "M": mpmath.mpf,
}
FUNCTIONS |= {row.symbol: FUNCTIONS[name] for name, row in operations.items() if row.symbol and name in FUNCTIONS}
_SMALL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def number_of(text):
    """What a part of an equation is in the arithmetic of 60 digits; None if there are names in it."""
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda digits: f"**{digits[0].translate(_SMALL)}", text)
    text = text.replace("×", "*").replace("·", "*").replace("^", "**").replace("≠", "!=")
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"(?<![\w.])\d+(\.\d+)?(e-?\d+)?", r"M('\g<0>')", text)
    try:
        return eval(text, {"__builtins__": {}}, FUNCTIONS)
    except (NameError, SyntaxError):
        return None


def signs_in(explanation):
    """How often each sign stands between two numbers; and every = is checked, with all that is shown."""
    seen = Counter()
    for step in explanation:
        for equation in step.equations:
            left, *rest = re.split(" (=|≈) ", equation.text)
            for sign, right in zip(rest[::2], rest[1::2], strict=True):
                one, other = number_of(left), number_of(right)
                if one is not None and other is not None:
                    seen[sign] += 1
                    assert sign == "≈" or one == other or abs(one - other) < abs(other) * mpmath.mpf(10) ** -45, (
                        equation.text)
                left = right
    return seen


def test_the_check_of_signs_finds_what_is_wrong():
    class Step:
        class Equation:
            text = "∂L/∂a = 0.1 × 0.3 = 0.031"

        equations = (Equation,)

    with pytest.raises(AssertionError, match=r"0\.031"):
        signs_in([Step])


TIDY = st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, -3.0, 0.25, 4.0, 0.1, 1e-9, 20.0, 1e3])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_equality_is_right_in_decimal_for_the_digits_that_are_shown(name):
    seen = Counter()

    @given(arguments(name, max_length=2), st.lists(TIDY, min_size=5, max_size=5), st.booleans())
    @settings(max_examples=15)
    def check(point, tidy, is_tidy):
        numbers, rebuild = flat(name, point)
        leaves = [Value(x) for x in (tidy[: len(numbers)] if is_tidy else numbers)]
        with suppress(ValueError):  # tidy numbers are not always in the domain
            seen.update(signs_in(explain(operations[name](*rebuild(*leaves)))))

    check()
    assert seen["="] + seen["≈"] > 10


@given(programs())
@settings(max_examples=40)
def test_sums_and_products_of_any_graph_are_right_or_say_that_they_are_not(program):
    assert builtins.sum(signs_in(explain(program.values()[-1]).update(0.25)).values()) > 0


@given(st.lists(st.floats(-1e6, 1e6) | st.floats(-1e-6, 1e-6), min_size=2, max_size=2), st.sampled_from("+-*/"))
@settings(max_examples=100)
def test_numbers_of_very_different_size_keep_the_signs_right(numbers, sign):
    a, b = (Value(x) for x in numbers)
    with suppress(ValueError):  # a quotient, or its derivative, that does not exist
        signs_in(explain({"+": a.add, "-": a.subtract, "*": a.multiply, "/": a.divide}[sign](b)))


@pytest.mark.parametrize(("function", "x", "equation"), [
    (sqrt, 9.0, "sqrt(9.0) = 3.0"), (exp, 0.0, "exp(0.0) = 1.0"), (relu, 1.5, "ReLU(1.5) = 1.5"),
    (relu, -1.5, "ReLU(-1.5) = 0.0"), (sqrt, 2.0, "sqrt(2.0) ≈ 1.414"),
    # These are 1 and x for a float, and for nobody else.
    (tanh, 20.0, "tanh(20.0) ≈ 1.0"), (erf, 7.0, "erf(7.0) ≈ 1.0"), (sin, 1e-9, "sin(1e-9) ≈ 1e-9"),
    (log1p, 1e-17, "log1p(1e-17) ≈ 1e-17"), (cos, 1e-9, "cos(1e-9) ≈ 1.0")])
def test_a_function_is_equal_to_a_short_number_only_where_that_is_no_accident_of_floats(function, x, equation):
    assert explain(function(Value(x, "x")))[1].equations[0].text.endswith(f" = {equation}")


@pytest.fixture
def clip():
    """A row of one's own, which chooses in every way there is."""
    return operation("clip", lambda x: where(x <= -1, -1.0, where(x >= 1, 1.0, where(x, x, 0.0))),
                    partials=(lambda y, x: where(x * x < 1, 1.0, 0.0),))


def test_choices_are_made_without_rounding(clip):
    for x, y in ((-3.0, "-1.0"), (0.1, "0.1"), (0.0, "0.0"), (2.5, "1.0")):
        assert explain(clip(Value(x, "x")))[1].equations[0].text == f"L = clip(x) = clip({x}) = {y}"


def test_a_value_that_asks_which_number_it_has_is_told_the_digits_that_are_shown():
    operation("hat", lambda x: 7.0 if x == 1 else x, (lambda y, x: 1.0,))
    for x, shown_as in ((1.0, "hat(1.0) = 7.0"), (0.5, "hat(0.5) = 0.5"), (1 + 1e-9, "hat(1) ≈ 1")):
        assert explain(operations["hat"](Value(x, "x")))[1].equations[0].text.endswith(shown_as)


def test_what_is_rounded_is_without_what_says_nothing():
    x, y = Formula("x"), Formula("y")
    assert rounded(0 * x + y * 0.123456).text == "y·0.1235"


def test_formulas_may_go_on_with_the_names_and_signs_of_an_explanation():
    named, sign = Named("a", 2.0), Symbol("η", r"\eta")
    assert (named * sign + named).text == "a·η + a"
    assert (sign * named).latex == r"\eta \cdot a"
    assert Numeral("a", 0.1).javascript == Numeral("a", 0.1).python == "0.1"


def test_floats_that_miss_a_decimal_by_their_last_bit_are_that_decimal():
    a, b = Value(0.1, "a"), Value(0.2, "b")
    assert explain(a + b)[2].equations[0].text == "L = a + b = 0.1 + 0.2 = 0.3"


def test_a_symbol_is_not_equal_to_digits_that_leave_some_of_it_out():
    x = Value(1.23456, "x")
    assert explain(x)[0].equations[0].text == "x ≈ 1.235"
    assert explain(0.123456 * x)[1].equations[0].text.startswith("L ≈ 0.1235·x ≈ 0.1235 × 1.235 ")


def test_equal_numbers_are_not_taken_for_the_same_one():
    a, b = Value(3.0, "a"), Value(3.0, "b")
    assert explain(a * b)[2].equations[0].text == "L = a·b = 3.0 × 3.0 = 9.0"
    assert explain(a * a)[1].equations[0].text == "L = a² = 3.0² = 9.0"


def test_the_middle_of_a_long_list_is_an_ellipsis():
    x, w = ([Formula(f"{name}{place}") for place in range(1, 101)] for name in "xw")
    assert abridged(sum(x), 4).text == "x1 + x2 + … + x100"
    assert abridged(sum(x), 4).latex == r"x_{1} + x_{2} + \cdots + x_{100}"
    assert abridged(dot(w, x), 3).text == "w1·x1 + … + w100·x100"
    assert abridged(logsumexp(x), 4).text == "logsumexp([x1, x2, …, x100])"
    for whole in (sum(x[:4]), x[0] * x[1], x[0]):
        assert abridged(whole, 4).text == whole.text
    assert dot([Formula("…"), w[0]], x[:2]).text == "…·x1 + w1·x2"  # a label of a user's own
    assert not is_equal(abridged(sum([Numeral("x", 1.0)] * 10), 4), 10.0)  # nobody can add up what is not shown


@pytest.mark.parametrize(("name", "latex"), [
    ("a", "a"), ("w12", "w_{12}"), ("α", r"\alpha"), ("λ2", r"\lambda_{2}"), ("loss", r"\text{loss}"), ("ο", "ο"),
    ("ς", "ς"), ("50 %", r"\text{50 \%}"), ("a\\b", r"\text{a\textbackslash{}b}")])
def test_names_in_latex(name, latex):
    assert latex_name(name) == latex
