"""What is written as on a blackboard is the same function as what Python would be told in so many words; or refused."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import DomainError, ExpressionError, Value, draw, explain, formula, grad, operations, read
from tests.support.spelled import python, steps

VALUES = {"x": 0.7, "y": -1.5, "w1": 3.0, "θ": 0.1, "rate": 2.5}

# ---- The same formula twice: in Python, each step in parentheses, and by hand, as tersely as it can be said ----------


class Hand:
    """Writes formulas down at random. Each method returns the two texts, and what the second one is.

    A "sum" and a "negative" need parentheses in a product; a "quotient" and what ends with an exponent behind a caret
    may be followed by no factor without a sign; a "root" √x neither, and a "number" cannot follow another factor.
    A "letter" is a name of one letter; "bars" and "word" are no others; an "atom" is what is in parentheses, of which
    all can be said; a "raised" one has a power already, as has a "rooted" one, √(x), for the sake of clarity.
    """

    def __init__(self, random, barred=False):
        self.random = random

    def formula(self, depth):
        kinds = ["number", "name"] if depth == 0 else [
            "number", "name", "sum", "sum", "negative", "product", "product", "product", "quotient", "power", "power",
            "exponential", "bars", "root", "function", "function"]
        kind = self.random.choice(kinds)
        return getattr(self, f"write_{kind}")(depth - 1)

    def pick(self, *choices):
        return self.random.choice(choices)

    def within(self, item, *kinds):
        """A part of a larger formula, in parentheses unless it is of one of these kinds, and sometimes even then."""
        text, written, kind = item
        if kind in kinds and self.random.random() < 0.9:
            return item
        return text, self.pick(f"({written})", f"( {written} )", f"（{written}）"), "atom"

    def write_number(self, depth):
        text, *others = self.pick(["2"], ["3"], ["10"], ["0.5", "½", ".5"], ["2.5"], ["1e-2", "0.01"], ["0.75", "¾"])
        return text, self.pick(text, *others), "number"

    def write_name(self, depth):
        name, *others = self.pick(["x", "𝐱"], ["y"], ["w1", "w₁"], ["θ"], ["rate"], ["pi", "π"], ["e"])
        return name, self.pick(name, *others), "word" if name in ("rate", "pi") else "letter"

    def write_sum(self, depth):
        (left, a, _), right = self.formula(depth), self.formula(depth)
        right, b, _ = self.within(right, "product", "quotient", "power", "root", "number", "letter", "word", "bars",
                                  "atom", "raised", "rooted")
        python, sign = self.pick(("+", "+"), ("+", " + "), ("+", " ＋ "), ("-", "-"), ("-", " − "), ("-", "–"))
        return f"({left} {python} {right})", f"{a}{sign}{b}", "sum"

    def write_negative(self, depth):
        inner, a, _ = self.within(self.formula(depth), "power", "letter", "word", "number", "atom", "raised", "rooted")
        return f"(-{inner})", self.pick("-", "−", "- ") + a, "negative"

    def write_product(self, depth):
        left, right = self.formula(depth), self.formula(depth)
        if self.random.random() < 0.3:  # with a sign
            left, a, _ = self.within(left, "product", "quotient", "power", "root", "number", "letter", "word", "bars",
                                     "atom", "raised", "rooted")
            right, b, kind = self.within(right, "power", "root", "number", "letter", "word", "bars", "atom", "raised")
            sign = self.pick("*", " * ", "·", " · ", "×", "⋅", "\u0387")
            return f"({left}*{right})", f"{a}{sign}{b}", "quotient" if kind in ("power", "root", "bars") else "product"
        left, a, before = self.within(left, "product", "number", "letter", "word", "atom", "raised", "rooted")
        right, b, after = self.within(right, "root", "letter", "word", "bars", "atom", "raised", "rooted")
        if b[0] in ".0123456789½¾" or (before == "product" and after == "bars") or (
                before in ("product", "word") and b[0] in "(（"):  # rate(x) would be a function
            b, after = f"·{b}", "quotient" if after in ("root", "bars") else "product"
        elif (a[-1].isalnum() and a[-1] != "₁" and b[0].isalpha() and b[0] != "π" and (
                before != "number" or b[0] in "eE")) or self.random.random() < 0.2:
            b = f" {b}"
        return f"({left}*{right})", a + b, "quotient" if after in ("root", "bars") else "product"

    def write_quotient(self, depth):
        left, a, _ = self.within(self.formula(depth), "product", "quotient", "power", "root", "number", "letter",
                                 "word", "bars", "atom", "raised", "rooted")
        right, b, _ = self.within(self.formula(depth), "power", "root", "number", "letter", "word", "bars", "atom",
                                  "raised", "rooted")
        return f"({left}/{right})", a + self.pick("/", " / ", "÷") + b, "quotient"

    def exponent(self, depth):
        """Python's exponent, and that of a blackboard, raised or behind a caret."""
        if self.random.random() < 0.6:
            text, raised = self.pick(("2", "²"), ("3", "³"), ("10", "¹⁰"), ("-1", "⁻¹"), ("-2", "⁻²"), ("x", "ˣ"),
                                     ("(2*x)", "²ˣ"), ("-x", "⁻ˣ"), ("(x+1)", "ˣ⁺¹"), ("(x*(2+x))", "ˣ⁽²⁺ˣ⁾"))
            return text, raised, "raised"
        inner, a, kind = self.within(self.formula(depth), "power", "root", "number", "letter", "word", "bars",
                                     "negative", "raised", "atom")
        if kind != "atom" and a.lstrip("-− ")[0] in "(（|":  # e^(x)² could be a power of a power
            a = f"({a})"
        return inner, self.pick("^", "**", " ^ ") + a, "power"

    def write_power(self, depth):
        base, a, _ = self.within(self.formula(depth), "number", "letter", "word", "atom")
        exponent, b, kind = self.exponent(depth)
        if a == "½" or a == "¾":
            a = f"({a})"
        return (f"exp({exponent})" if base == "e" else f"(({base})**({exponent}))"), a + b, kind

    def write_exponential(self, depth):
        exponent, b, kind = self.exponent(depth)
        return f"exp({exponent})", f"e{b}", kind

    def write_bars(self, depth):
        inner, a, _ = self.formula(depth)
        if "|" in a:
            return f"abs({inner})", f"abs({a})", "atom"
        ln = self.pick(False, False, True)
        return (f"log(abs({inner}))", f"ln|{a}|", "root") if ln else (f"abs({inner})", f"|{a}|", "bars")

    def write_root(self, depth):
        inner, a, kind = self.within(self.formula(depth), "number", "letter", "word", "root")
        return f"sqrt({inner})", f"√{a}", "rooted" if kind == "atom" else "root"

    def write_function(self, depth):
        inner, a, _ = self.formula(depth)
        name, *others = self.pick(["sin"], ["cos"], ["tanh"], ["log", "ln"], ["sqrt"], ["exp"], ["atan", "arctan"])
        written = self.pick(name, *others)
        power, raised = self.pick(("", ""), ("", ""), ("", ""), ("**2", "²"), ("**3", "³"))
        return f"({name}({inner}){power})", f"{written}{raised}({a})", "raised" if power else "atom"


def outcome(calculate, *allowed):
    try:
        return calculate()
    except allowed as error:
        return error


@settings(max_examples=1500)
@given(st.randoms(use_true_random=False), st.integers(0, 4))
def test_what_is_written_by_hand_is_what_python_calculates(random, depth):
    text, written, _ = Hand(random).formula(depth)
    right = outcome(lambda: python(text, VALUES), ArithmeticError, ValueError)
    for values in (VALUES, {name: Value(number, name) for name, number in VALUES.items()}):
        found = outcome(lambda values=values: read(written).evaluate(values), DomainError)
        if isinstance(found, DomainError):
            assert isinstance(right, Exception), written
        else:
            assert getattr(found, "data", found) == right, (text, written)


@settings(max_examples=300)
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_what_the_project_writes_it_reads(random, depth):
    expression = read(Hand(random).formula(depth)[1])
    right = outcome(lambda: expression.evaluate(VALUES), DomainError)
    text = outcome(lambda: formula(expression).text, DomainError)
    if not isinstance(right, Exception) and not isinstance(text, Exception):
        assert math.isclose(read(text).evaluate(VALUES), right, rel_tol=1e-9, abs_tol=1e-9), text


# ---- One by one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "python"), [
    ("2x", "2*x"), ("2 x", "2*x"), ("3(x+1)", "3*(x + 1)"), ("(x+1)(x-1)", "(x + 1)*(x - 1)"), ("x(x+1)", "x*(x + 1)"),
    ("x y", "x*y"), ("x_1(y)", "x_1*y"), ("x_in(y)", "x_in*y"), ("ŷ(y)", "ŷ*y"), ("x(2)", "x*2"), ("2e", "2*e"),
    ("2sin(x)", "2*sin(x)"), ("sin(x)cos(y)", "sin(x)*cos(y)"), ("x sin(y)", "x*sin(y)"), ("(x)y", "x*y"),
    ("x·y", "x*y"), ("x×y", "x*y"), ("x÷y", "x/y"), ("x−y", "x - y"), ("x–y", "x - y"), ("−x", "-x"), ("x∗y", "x*y"),
    ("（x＋１）", "(x + 1)"), ("max（x，y）", "max(x, y)"), ("½x", "0.5*x"), ("⅓", repr(1 / 3)),
    ("x²", "x**2"), ("x³", "x**3"), ("x⁻¹", "x**-1"), ("x²²", "x**22"), ("(x+1)²", "(x + 1)**2"), ("2²", "2**2"),
    ("-x²", "-(x**2)"), ("x²y²", "x**2 * y**2"), ("xⁿ", "x**n"), ("2²ˣ", "2**(2*x)"), ("xⁿ⁺¹", "x**(n + 1)"),
    ("x²/y²", "x**2 / y**2"), ("2^x²", "2**(x**2)"), ("sin(x)²", "sin(x)**2"), ("tanh²(x)", "tanh(x)**2"),
    ("-sin²(x)cos(x)", "-(sin(x)**2)*cos(x)"), ("2^sin²(x)", "2**(sin(x)**2)"), ("sin² (x)", "sin(x)**2"),
    ("-x^2", "-(x**2)"), ("2^-x", "2**(-x)"), ("x^y^2", "x**(y**2)"), ("2^(x)y", "2**x * y"), ("2^-(x)y", "2**(-x)*y"),
    ("2^|x|y", "2**abs(x) * y"), ("2^(x)^y", "2**(x**y)"), ("1/2*3x", "1/2*3*x"), ("1/2 + 3x", "1/2 + 3*x"),
    ("x^2 + 3x", "x**2 + 3*x"), ("1/(2x)", "1/(2*x)"), ("(1/2)x", "(1/2)*x"), ("2x/3", "2*x/3"), ("x/2·y", "x/2*y"),
    ("1/-x", "1/-x"), ("x/y/2", "x/y/2"), ("max(1/2, 3x)", "max(1/2, 3*x)"), ("max(2^x, 3x)", "max(2^x, 3*x)"),
    ("|x|", "abs(x)"), ("2|x|", "2*abs(x)"), ("|x||y|", "abs(x)*abs(y)"), ("||x|-1|", "abs(abs(x) - 1)"),
    ("||x||", "abs(abs(x))"), ("|x - |y||", "abs(x - abs(y))"), ("|x|-|y|", "abs(x) - abs(y)"), ("|-x|", "abs(-x)"),
    ("|x| - 2|y|", "abs(x) - 2*abs(y)"), ("2|-x|", "2*abs(-x)"), ("|x|²", "abs(x)**2"), ("|x|y", "abs(x)*y"),
    ("max(|x|, |y|)", "max(abs(x), abs(y))"), ("|(|x|)|", "abs(abs(x))"),
    ("|max(|x|, y|y|)|", "abs(max(abs(x), y*abs(y)))"),
    ("max(|x|y, y|x|)", "max(abs(x)*y, y*abs(x))"), ("ln|x|", "log(abs(x))"), ("ln²|x|", "log(abs(x))**2"),
    ("ln(x)", "log(x)"), ("e^x", "exp(x)"), ("e**x", "exp(x)"), ("e^-x", "exp(-x)"), ("eˣ", "exp(x)"),
    ("e²ˣ", "exp(2*x)"),
    ("-e^x", "-exp(x)"), ("e^x^2", "exp(x**2)"), ("2e^x", "2*exp(x)"), ("2^e", "2**e"), ("e(x)", "e*x"),
    ("√x", "sqrt(x)"), ("√(x+1)", "sqrt(x + 1)"), ("√√x", "sqrt(sqrt(x))"), ("√2", "sqrt(2)"), ("2√x", "2*sqrt(x)"),
    ("√(2)x", "sqrt(2)*x"), ("√|x|", "sqrt(abs(x))"), ("√sin(x)", "sqrt(sin(x))"), ("√x + 1", "sqrt(x) + 1"),
    ("√sin²(x)", "sqrt(sin(x)**2)"), ("√((x))", "sqrt(x)"), ("√x·y", "sqrt(x)*y"), ("x^√y", "x**sqrt(y)"),
    ("2π", "2*pi"), ("πr²", "pi*r**2"), ("2πx", "2*pi*x"), ("xπ", "x*pi"), ("ππ", "pi*pi"), ("𝜋", "pi"),
    ("w₁x₁ + w₁₂x", "w1*x1 + w12*x"), ("x₁²", "x1**2"), ("x₁(y)", "x1*y"), ("2θφ", "2*θφ"),
    ("y = 2x", "2*x"), ("f(x) = x²", "x**2"), ("f( x , w ) = w x", "w*x"), ("ŷ=x", "x"), ("y₁ = x", "x"),
])
def test_what_each_means(written, python):
    assert [step.what for step in read(written).steps] == steps(python)


@pytest.mark.parametrize(("text", "place", "message"), [
    ("1/2x", 3, "'/2x' can be read in two ways: write /(2x), or /2·x"),
    ("1/2(x + 1)", 3, "'/2(…)' can be read in two ways: write /(2(…)), or /2·(…)"),
    ("a/b c", 4, "'/b c' can be read in two ways: write /(b c), or /b·c"),
    ("1÷2|x|", 3, "'÷2|…|' can be read in two ways: write ÷(2|…|), or ÷2·|…|"),
    ("1/x²y", 4, "'/x²y' can be read in two ways: write /(x²y), or /x²·y"),
    ("1/-x sin(x)", 5, "'/-x sin(…)' can be read in two ways: write /(-x sin(…)), or /-x·sin(…)"),
    ("1/(2)x", 5, "'/(2)x' can be read in two ways: write /((2)x), or /(2)·x"),
    ("1/x(x+1)", 3, "'/x(…)' can be read in two ways: write /(x(…)), or /x·(…)"),
    ("e^2x", 3, "'^2x' can be read in two ways: write ^(2x), or ^2·x"),
    ("2**-x√y", 5, "'**-x√…' can be read in two ways: write **(-x√…), or **-x·√…"),
    ("2^x²y", 4, "'^x²y' can be read in two ways: write ^(x²y), or ^x²·y"),
    ("2^sin(x)y", 8, "'^sin(x)y' can be read in two ways: write ^(sin(x)y), or ^sin(x)·y"),
    ("√2x", 2, "this can be read in two ways: put all that belongs to √ in parentheses"),
    ("√x²", 2, "this can be read in two ways: put all that belongs to √ in parentheses"),
    ("√(x)^2", 4, "this can be read in two ways: put all that belongs to √ in parentheses"),
    ("√(ln|x|)²", 8, "this can be read in two ways: put all that belongs to √ in parentheses"),
    ("√sin(x)y", 7, "this can be read in two ways: put all that belongs to √ in parentheses"),
    ("ln|x|y", 5, "this can be read in two ways: put all that belongs to ln in parentheses"),
    ("ln|x|²", 5, "this can be read in two ways: put all that belongs to ln in parentheses"),
    ("√-x", 0, "√ needs parentheses here: write √(…)"),
    ("2√", 1, "√ needs parentheses here: write √(…)"),
    ("(√)", 1, "√ needs parentheses here: write √(…)"),
    ("x²^3", 2, "a power of a power can be read in two ways: write (x²)^3, or x^(2^3)"),
    ("x² ²", 3, "a power of a power can be read in two ways: write (x²)^3, or x^(2^3)"),
    ("2^(x)²", 5, "a power of a power can be read in two ways: write (x²)^3, or x^(2^3)"),
    ("sin²(x)²", 7, "a power of a power can be read in two ways: write (x²)^3, or x^(2^3)"),
    ("²", 0, "there is nothing here to raise to a power"),
    ("x + ²", 4, "there is nothing here to raise to a power"),
    ("1 + sin x", 4, "sin needs parentheses: write sin(x)"),
    ("sin 2πx²cos(x)", 0, "sin needs parentheses: write sin(2πx²)"),
    ("sin √x + 1", 0, "sin needs parentheses: write sin(√x)"),
    ("ln x", 0, "ln needs parentheses: write ln(x)"),
    ("sin^2(x)", 0, "sin needs parentheses: write sin(x)^2"),
    ("sin²x", 0, "sin² needs parentheses: write sin²(x)"),
    ("sin²", 0, "sin² needs parentheses: write sin²(x)"),
    ("sin⁻¹(x)", 0, "sin⁻¹ can be read in two ways: write arcsin(x), or 1/sin(x)"),
    ("ln⁻¹(x)", 0, "ln⁻¹ can be read in two ways: write the inverse by its name, or 1/ln(x)"),
    ("sinⁿ(x)", 0, "write sin(x)^…: only a whole number stands before the parentheses"),
    ("ln x\ny", 0, "ln needs parentheses: write ln(x y)"),
    ("1 + ln", 4, "'ln' is a function: give it arguments, or choose another name"),
    ("xsin(x)", 0, "there is no function 'xsin'; did you mean 'sin' or 'sinh' or 'sign' or x·sin?"),
    ("atanh(x)", 0, "there is no function 'atanh'; did you mean 'tanh' or 'atan' or 'atan2'?"),
    ("rate(x)", 0, "there is no function 'rate'; to multiply, write *"),
    ("|2|x|+1|", 4, "it is not clear which of the bars belong together: write abs(x) for |x|"),
    ("|x - 2|y| + 1|", 8, "it is not clear which of the bars belong together: write abs(x) for |x|"),
    ("|x|y + z|x|", 8, "it is not clear which of the bars belong together: write abs(x) for |x|"),
    ("|x", 0, "this | has no partner: bars stand on both sides, as in |x|"),
    ("x + y|", 5, "this | has no partner: bars stand on both sides, as in |x|"),
    ("(|x)|", 1, "this | has no partner: bars stand on both sides, as in |x|"),
    ("max(|x, y|)", 4, "this | has no partner: bars stand on both sides, as in |x|"),
    ("||", 0, "this | has no partner: bars stand on both sides, as in |x|"),
    ("x⁽²", 1, "'(' was never closed"),
    ("x⁾", 1, "unmatched ')'"),
    ("(x²⁾)", 3, "unmatched ')'"),
    ("x⁻", 1, "a number, a name or a parenthesis is missing here"),
    ("2 3", 2, "an operator is missing here: write * to multiply"),
    ("x 2", 2, "an operator is missing here: write * to multiply"),
    ("2½", 1, "an operator is missing here: write * to multiply"),
    ("x\ny", 2, "an operator is missing here: write * to multiply"),
    ("0x1f", 1, "an operator is missing here: write * to multiply"),
    ("2.x", 2, "an operator is missing here: write * to multiply"),
    ("1_000", 1, "an operator is missing here: write * to multiply"),
    ("x×*y", 2, "a number, a name or a parenthesis is missing here"),
    ("x·*y", 2, "a number, a name or a parenthesis is missing here"),
    ("x÷/y", 2, "a number, a name or a parenthesis is missing here"),
    ("x + π₁", 5, "π is a number: a name with an index does not contain it"),
    ("π_1", 1, "π is a number: a name with an index does not contain it"),
    ("x_π", 0, "π is a number: a name with an index does not contain it"),
    ("₁x", 0, "'₁' (SUBSCRIPT ONE) has no meaning in a formula"),
    ("sin(30°)", 6, "'°' (DEGREE SIGN) has no meaning in a formula: write ·π/180"),
    ("x:y", 1, "':' has no meaning in a formula: write /"),
    ("∛x", 0, "'∛' (CUBE ROOT) has no meaning in a formula: write ^(1/3)"),
    ("x + 1 = 3", 6, "= stands only after a name for the result, as in y = 2x"),
    ("f(2) = x", 5, "= stands only after a name for the result, as in y = 2x"),
    ("= x", 0, "= stands only after a name for the result, as in y = 2x"),
    ("a = b = c", 6, "= stands only once, after a name for the result, as in y = 2x"),
    ("x == 2", 3, "= stands only once, after a name for the result, as in y = 2x"),
    ("y =", 3, "a number, a name or a parenthesis is missing here"),
    ("y = x + y", 8, "'y' stands on both sides of ="),
    ("e = 2x", 0, "'e' has a meaning already: choose another name for the result"),
    ("sin = 2x", 0, "'sin' has a meaning already: choose another name for the result"),
])
def test_what_could_mean_two_things_or_nothing_is_refused_where_it_is(text, place, message):
    with pytest.raises(ExpressionError) as caught:
        read(text)
    assert str(caught.value) == f"{message}\n  {' '.join(text.splitlines())}\n  {' ' * place}^"


def test_of_a_long_part_the_beginning_is_repeated():
    with pytest.raises(ExpressionError, match=r"^'/aaaaaaaaaaaaaaaaaaa… b' can be read"):
        read("1/" + "a" * 300 + " b")
    with pytest.raises(ExpressionError, match=r"^sin needs parentheses: write sin\(a{19}…\)\n"):
        read("sin " + "a" * 300)


def test_what_is_read_as_a_number_is_noted():
    assert read("2e3x").notes == ("2e3 is the number 2000",)
    assert read("2e3x + 2E3(x) + 1e-2x").notes == (
        "2e3 is the number 2000", "2E3 is the number 2000", "1e-2 is the number 0.01")
    assert read("2e3*x + 2x^2").notes == ("^ means power, as ** does",)


# ---- The name of the result ------------------------------------------------------------------------------------------


def test_the_result_is_called_what_it_is_called():
    expression = read("ŷ = w·x")
    assert (expression.result, expression.names, expression(2.0, 3.0)) == ("ŷ", ("w", "x"), 6.0)
    result = expression(Value(2.0, "w"), Value(3.0, "x"))
    assert result.label == "ŷ"
    assert "∂ŷ/∂w" in str(explain(result))
    assert "ŷ" in draw(result).source
    assert grad(expression)(2.0, 3.0) == 3.0


def test_what_was_given_keeps_its_name():
    x = Value(2.0, "x")
    assert read("y = x")(x) is x
    assert x.label == "x"
    assert read("y = 3")() == 3.0


def test_bars_and_roots_are_those_of_the_table():
    assert [step.what for step in read("|x|").steps] == ["x", operations["absolute"]]
    assert [step.what for step in read("√x").steps] == ["x", operations["sqrt"]]
    assert [(step.what, step.place) for step in read("1 + e^2").steps] == [
        (1.0, 0), (2.0, 6), (operations["exp"], 4), (operations["add"], 0)]
