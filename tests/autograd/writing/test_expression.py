"""A typed formula is either the number that Python would calculate, or refused in one line that shows the place."""

import math
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import (
    DomainError,
    ExpressionError,
    Value,
    check_gradients,
    formula,
    grad,
    operation,
    operations,
    read,
)
from autograd.writing.assignments import read_values
from autograd.writing.expression import LONGEST
from autograd.writing.vocabulary import functions
from tests.support.spelled import CALLS, VALUES, python, steps


def numbers():
    spelled = st.sampled_from([".5", "2.", "1e-3", "1E2", "00", "1.5e+1"])
    return st.one_of(st.integers(0, 20).map(str), st.floats(0, 1e3).map(repr), spelled)


def formulas():
    leaves = st.one_of(numbers(), st.sampled_from([*VALUES, "pi", "e"]))

    def larger(inner):
        pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "^", " + ", " *\n"]), inner).map("".join)
        calls = st.sampled_from(sorted(CALLS)).flatmap(
            lambda name: st.lists(inner, min_size=CALLS[name], max_size=CALLS[name])
            .map(lambda items: f"{name}({', '.join(items)})"))
        return st.one_of(pair, pair.map("({})".format), inner.map("-{}".format), inner.map("( {} )".format), calls)

    return st.recursive(leaves, larger, max_leaves=8)


def outcome(calculate, *allowed):
    """What comes out, or the error that does, if it is one of these."""
    try:
        return calculate()
    except allowed as error:
        return error


def refused(text):
    with pytest.raises(ExpressionError) as caught:
        read(text)
    return str(caught.value)


def is_one_line_and_a_caret(message):
    said, *below = message.split("\n")
    assert 0 < len(said.strip()) < 300
    assert all(sign.isprintable() for sign in said)
    if below:
        shown, caret = below
        assert len(shown) < 80
        assert re.fullmatch(r" +\^", caret)
    return True


# ---- Any text ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=3000)
@given(formulas())
def test_a_formula_gives_what_python_gives_and_is_refused_where_that_has_no_finite_number(text):
    right = outcome(lambda: python(text, VALUES), ArithmeticError, ValueError)
    for values in (VALUES, {name: Value(number, name) for name, number in VALUES.items()}):
        found = outcome(lambda values=values: read(text).evaluate(values), DomainError)
        if isinstance(found, DomainError):
            assert isinstance(right, Exception)
        else:
            assert getattr(found, "data", found) == right


PIECES = [
    "x", "y", "w_1", "pi", "e", "1", "2.5", ".", ",", "(", "(", ")", ")", "+", "-", "*", "/", "^", "**", "//", "%",
    "@", " ", "\n", "\t", "=", ":=", "==", "<", "~", "!", "'", '"', "[", "]", "{", "}", ";", ":", "\\", "#", "\0",
    "lambda ", " if ", " else ", " or ", "not ", "None", "1j", "0x", "_", "__class__", "sin(", "max(", "θ", "²", "·",
    "é", "\u0301", "|", "|", "√", "ˣ", "⁻", "⁽", "⁾", "½", "π", "₁", "ln", "×", "sin²(", "ln|", "f(x) =",
]


def holds(text):
    """The property itself, for any text whatever."""
    expression = outcome(lambda: read(text), ExpressionError)
    if isinstance(expression, ExpressionError):
        assert is_one_line_and_a_caret(str(expression))
        return
    values = dict.fromkeys(expression.names, 1.5)
    found = outcome(lambda: expression.evaluate(values), DomainError)
    # What only a blackboard has, 2x for instance, Python does not read, or it takes x·y for a name and x(2) for a call.
    right = outcome(lambda: python(text, values), ArithmeticError, ValueError, SyntaxError, NameError, TypeError)
    if not isinstance(right, SyntaxError | NameError | TypeError):
        assert isinstance(right, Exception) if isinstance(found, DomainError) else found == right


@settings(max_examples=300)
@given(formulas())
def test_a_formula_takes_the_steps_that_python_takes_in_that_order(text):
    assert [step.what for step in read(text).steps] == steps(text)


@pytest.mark.slow
@settings(max_examples=4000)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pieces_of_python_in_any_order_are_a_formula_or_refused(text):
    holds(text)


@pytest.mark.slow
@settings(max_examples=3000)
@given(st.text(max_size=30))
@example("\ud800")
@example("\u202ex")
def test_any_text_is_a_formula_or_refused(text):
    holds(text)


HOSTILE = [
    # what a program could do
    "__import__('os').system('id')", "__import__(os)", "eval(x)", "exec(x)", "open(x)", "print(x)", "exit()",
    "x.__class__", "(1).__class__", "().__class__.__bases__[0]", "x.real", "pi.hex()", "math.pi", "autograd.tanh(x)",
    "x[0]", "x[:]", "[1, 2][0]", "[1]", "{1}", "{1: 2}", "{}", "()", "(x,)", "x,", "1, 2", "lambda: 1", "lambda x: x",
    "(lambda: 1)()", "[i for i in x]", "{i for i in x}", "sum(i for i in x)", "(x := 2)", "x := 2", "x == 2",
    "x < 2", "x > 2", "x <= 2", "x != 2", "x is 2", "x in y", "x if y else 2", "x and y", "x or y", "not x", "~x",
    "!x", "x!", "x // 2", "x % 2", "x @ y", "x << 2", "x >> 2", "x & y", "x | y", "await x", "yield",
    "(yield x)", "import os", "del x", "pass", "return x", "x; y", "x # y", "x \\\n + 2", "@x", "x -> y", "`x`", "$x",
    "x?", "...", "Ellipsis()", "None", "True", "False", "__debug__()", "'x'", '"x"', "'''x'''", "b'x'", "f'{x}'",
    "f'{__import__(0)}'", "r'x'", "1_000", "0x1f", "0o7", "0b1", "007", "1e+", "1.2.3",
    "tanh(*x)", "tanh(**x)", "tanh(^x)", "tanh(x=2)", "tanh(x, *y)", "tanh(x, **y)", "tanh", "tanh()", "tanh(x, y)",
    "tanh tanh", "dot(x, y)", "max(x)", "sum()",
    "where(x)",
    # what is not there
    "", " ", "\n", "\t\r\f\v", "+", "-", "*x", "^", "x +", "x**", "x *** y", "x */ y", ")", "(", ")(", "(x", "x)",
    "((x)", "tanh(", "tanh(,)", "tanh(x,,y)", ",", ".", "-.",
    # what takes long, or grows
    "9" * 400, "1e400", "1e999999999", "9**9**9", "9^9^9^9^9", "2**1e308", "exp(exp(exp(9)))", "1e308*10", "(" * 1000,
    ")" * 1000, "(" * 250 + "x" + ")" * 250, "-" * 1000 + "x", "2**" * 600 + "2", "tanh(" * 150 + "x" + ")" * 150,
    "tanh(" * 300, "x*(" * 190 + "x y" + ")" * 190, "x+" * 10**6, "x" * 10**6, " " * 10**6, "1" * 10**6,
    "x" * (LONGEST + 1),
    "x" * (LONGEST - 3) + "(x)",
    # what looks like something else
    "\0", "x\0", "\ud800", "\udcff", "x\u200b", "\u200fx", "\u202ex", "\ufeffx",
    "∞", "٣", "ｌambda", "𝐢𝐟", "tａnh", "🙂", "𝟐", "x + \x1b[31m", "“x”",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_a_hostile_text_is_refused_in_one_line_that_shows_the_place(text):
    def calculate():
        expression = read(text)
        return expression(*[2.0] * len(expression.names))

    error = outcome(calculate, ExpressionError, DomainError)
    assert isinstance(error, ValueError)
    assert is_one_line_and_a_caret(str(error))


def test_there_are_more_than_a_hundred_of_these():
    assert len(set(HOSTILE)) == len(HOSTILE) > 100


# ---- Where it went wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "place", "message"), [
    ("1 + tahn(x)", 4, "there is no function 'tahn'; did you mean 'tan' or 'tanh' or 'atan'?"),
    ("x + [y]", 4, "'[' has no meaning in a formula: write ("),
    ("x + 'y'", 4, "\"'\" has no meaning in a formula"),
    ("x.y", 1, "'.' has no meaning in a formula"),
    ("\0", 0, "'<U+0000>' has no meaning in a formula"),
    ("1 + lambda", 4, "'lambda' is a keyword of Python, and cannot be a name"),
    ("1 + ｌambda", 4, "'ｌambda' is a keyword of Python, and cannot be a name"),
    ("1 + sin", 4, "'sin' is a function: give it arguments, or choose another name"),
    ("x // y", 0, "a formula has the operators + - * / and **, and no others"),
    ("1 + (x, y)", 4, "a comma stands only between the arguments of a function"),
    ("sin(*x)", 4, "this has no meaning in a formula"),
    ("x + ", 3, "a number, a name or a parenthesis is missing here"),
    ("x^^y", 2, "a number, a name or a parenthesis is missing here"),
    ("x^2^y^2 + 1e400", 10, "this number is too large"),
    ("2*(x + 1", 2, "'(' was never closed"),
    ("x + 1)", 5, "unmatched ')'"),
    ("1 + log(x, y)", 4, "log(x) needs 1 number, not 2"),
    ("arctan2(x)", 0, "arctan2(a, b) needs 2 numbers, not 1"),
    ("1 + sum()", 4, "sum(values) needs at least 1 number, not 0"),
    ("take(x)", 0, "take(index, values) needs at least 2 numbers, not 1"),
    ("dot(x, y)", 0, "dot(weights, inputs) needs 2 lists of numbers, which a formula does not have"),
])
def test_the_caret_is_below_the_place(text, place, message):
    shown = text.replace("\0", "�")
    assert refused(text) == f"{message}\n  {shown}\n  {' ' * place}^"


def test_the_caret_is_below_the_place_after_wide_letters_and_accents():
    assert refused("宽 + é + ?").splitlines()[1:] == ["  宽 + é + ?", "           ^"]
    assert refused("e\u0301 + ?").splitlines()[1:] == ["  e\u0301 + ?", "      ^"]
    assert refused("宽^高^2 + sin").splitlines()[1:] == ["  宽^高^2 + sin", "            ^"]


def test_of_a_long_formula_only_the_surroundings_of_the_place_are_shown():
    shown, caret = refused(" + ".join(["x"] * 100) + " + ? + " + " + ".join(["y"] * 100)).splitlines()[1:]
    assert shown.startswith("  …")
    assert shown.endswith("…")
    assert shown[len(caret) - 1] == "?"


@pytest.mark.parametrize(("text", "message"), [
    ("", "the formula is empty"),
    ("x" * 2001, "the formula is too long: it has 2001 characters, and 2000 are allowed"),
    ("-" * 200 + "x", "the formula is nested too deeply"),
    ("(x**" * 150 + "x" + ")" * 150, "the formula is nested too deeply"),
    ("-(-x**-" * 199 + "x" + ")" * 199, "the formula is nested too deeply"),
    ("(" * 300, "too many nested parentheses"),
])
def test_limits(text, message):
    assert refused(text).splitlines()[0] == message


def test_many_terms_are_not_deep():
    assert read("+".join(["x"] * 1000))(1.0) == 1000.0
    assert read("-".join(["1"] * 1000))() == -998.0
    assert read("(" * 150 + "x" + ")" * 150)(3.0) == 3.0


# ---- What a formula means ------------------------------------------------------------------------------------------


def test_names_are_in_the_order_in_which_they_appear():
    assert read("tanh(w*x + b) - x*pi").names == ("w", "x", "b")
    assert read("max(c, a - (b*c))").names == ("c", "a", "b")
    assert read("pi*e").names == ()


def test_names_are_compared_as_python_compares_them():
    assert read("𝐱 + ｘ + x").names == ("x",)
    assert read_values(["ｘ=3"], ["x"]) == {"x": 3.0}


@pytest.mark.parametrize("text", ["-x^2", "x^2 + 1", "2^x^2", "2^-x", "x^2*3"])
def test_a_caret_means_power_and_says_so(text):
    assert read(text)(3.0) == read(text.replace("^", "**"))(3.0) == eval(text.replace("^", "**"), {"x": 3.0})
    assert read(text).notes == ("^ means power, as ** does",)
    assert read(text.replace("^", "**")).notes == ()


def test_values_become_the_graph_that_the_same_program_records():
    w, x, b = Value(-3.0, "w"), Value(2.0, "x"), Value(6.88, "b")
    result = read("tanh(w*x + b)").evaluate({"w": w, "x": x, "b": b})
    total = result.parents[0]
    assert (result.op, total.op, total.parents[0].op) == (operations["tanh"], operations["add"], operations["multiply"])
    assert total.parents[0].parents == (w, x)
    assert total.parents[1] is b
    result.backward()
    assert w.grad == pytest.approx(2.0 * (1 - math.tanh(0.88) ** 2), rel=1e-14)


def test_an_expression_is_a_function_for_all_that_takes_functions():
    expression = read("w*sin(x)")
    assert expression(2.0, 0.5) == 2.0 * math.sin(0.5)
    assert grad(expression)(2.0, 0.5) == math.sin(0.5)
    assert [row.argument for row in check_gradients(expression, 2.0, 0.5).rows] == ["w", "x"]
    assert formula(expression).text == "w·sin(x)"
    assert formula(expression, partial="x").text == "w·cos(x)"


@pytest.mark.parametrize(("values", "place", "message"), [
    ({"w": 1.0}, 4, "'x' has no number: add x=2, for instance"),
    ({}, 0, "'w', 'x' have no number: add w=2, for instance"),
])
def test_a_missing_variable_is_named(values, place, message):
    with pytest.raises(ExpressionError) as caught:
        read("w + x*x").evaluate(values)
    assert str(caught.value) == f"{message}\n  w + x*x\n  {' ' * place}^"


def test_of_many_names_and_of_long_ones_the_first_are_told():
    with pytest.raises(ExpressionError) as caught:
        read("a + b + c + d + x + y + z").evaluate({})
    assert str(caught.value).startswith("'a', 'b', 'c', 'd', 'x', … have no number: add a=2, for instance\n")
    with pytest.raises(ExpressionError) as caught:
        read("n" * 60).evaluate({})
    assert str(caught.value).startswith(f"'{'n' * 39}…' has no number")
    with pytest.raises(ExpressionError, match=r"^'g=2': the formula has no variable 'g', only a, b, c, d, e, …$"):
        read_values(["g=2"], "abcdef")


def test_a_letter_that_looks_like_another_is_told_by_its_name():
    with pytest.raises(ExpressionError, match=r"'х' \(CYRILLIC SMALL LETTER HA\) has no number"):
        read("х + 1").evaluate({"x": 1.0})


# ---- Functions -----------------------------------------------------------------------------------------------------


def test_the_functions_are_those_of_the_table_by_all_their_names():
    known = functions()
    assert operations.items() <= known.items()
    assert set(known.values()) == set(operations.values())
    assert {"abs", "max", "min", "asin", "atan2", "pow", "ReLU"} <= known.keys()
    assert all(name.isidentifier() for name in known)


def test_an_operation_that_is_added_is_known_at_once():
    operation("thirds", lambda x: x / 3, (lambda y, x: 1 / 3,), symbol="third")
    assert read("thirds(x) + third(x)")(6.0) == 4.0
    assert "did you mean 'third' or 'thirds'?" in refused("thirsd(x)")


def test_a_function_of_a_list_takes_its_numbers_one_after_the_other():
    assert read("sum(x, 2, 3)")(1.0) == 6.0
    assert read("logsumexp(x, 0)")(0.0) == pytest.approx(math.log(2), rel=1e-15)
    assert read("take(1, x, 5*x, 9)")(2.0) == 10.0
    assert read("where(step(x), x, -x)")(-2.0) == 2.0


# ---- Numbers for the variables ------------------------------------------------------------------------------------


def test_numbers_may_be_calculated():
    found = read_values(["a=2", "b=-3", "c = 1e-3", "d=-pi/2", "g=2^3", "h=+1"], "abcdgh")
    assert read_values(["a＝−２", "b=2π", "c=½", "d=√4", "w₁=2"], ["a", "b", "c", "d", "w1"]) == {
        "a": -2.0, "b": 2 * math.pi, "c": 0.5, "d": 2.0, "w1": 2.0}
    assert found == {"a": 2.0, "b": -3.0, "c": 1e-3, "d": -math.pi / 2, "g": 8.0, "h": 1.0}


@pytest.mark.parametrize(("arguments", "message"), [
    (["x"], "'x' gives no number: write x=2, and the whole formula in quotes"),
    ([""], "'' gives no number: write x=2, and the whole formula in quotes"),
    (["=2"], "'=2' names no variable: write x=2"),
    (["2=x"], "'2=x' names no variable: write x=2"),
    (["if=2"], "'if=2' names no variable: write x=2"),
    (["x=2", "x=3"], "'x=3': x has a number already, 2"),
    (["x="], "'x=': the formula is empty"),
    (["x=abc"], "'x=abc': a finite number is needed, not 'abc'"),
    (["x=inf"], "'x=inf': a finite number is needed, not 'inf'"),
    (["x=nan"], "'x=nan': a finite number is needed, not 'nan'"),
    (["x=1/0"], "'x=1/0': a / b needs b != 0; here a = 1.0, b = 0.0"),
    (["x==2"], "'x==2': = stands only after a name for the result, as in y = 2x"),
    (["x=y=2"], "'x=y=2': a finite number is needed, not 'y=2'"),
    (["π=3"], "'π=3': π is the constant 3.14159; rename the variable"),
    (["z=2"], "'z=2': the formula has no variable 'z', only x, y"),
    (["e=2"], "'e=2': e is the constant 2.71828; rename the variable"),
    (["x\n=\0"], "'x<U+000A>=<U+0000>': '<U+0000>' has no meaning in a formula"),
])
def test_arguments_that_do_not_fit_are_quoted(arguments, message):
    with pytest.raises(ExpressionError) as caught:
        read_values(arguments, ["x", "y"])
    assert str(caught.value).splitlines()[0] == message


def test_a_formula_without_variables_needs_no_numbers():
    with pytest.raises(ExpressionError, match="'x=2': the formula has no variable 'x', and needs none"):
        read_values(["x=2"], [])


def test_the_result_is_given_no_number():
    with pytest.raises(ExpressionError, match=r"^'y=2': y is what the formula calculates$"):
        read_values(["y=2"], ["x"], "y")


def test_names_that_run_together_are_told_apart():
    with pytest.raises(ExpressionError) as caught:
        read_values(["w=2", "x=3"], ["wx", "b"])
    assert str(caught.value) == ("'w=2': the formula has no variable 'w', only wx, b; "
                                 "wx is one name: to multiply, write w·x")
    with pytest.raises(ExpressionError) as caught:
        read("2xy + x").evaluate({"x": 1.0, "y": 2.0})
    assert str(caught.value) == "'xy' is one name, which has no number: to multiply, write x·y\n  2xy + x\n   ^"
    with pytest.raises(ExpressionError, match=r"^'ex' is one name, which has no number: to multiply, write e·x\n"):
        read("ex").evaluate({"x": 1.0})
    for text, names in [("xy", ["x"]), ("xy", []), ("ee", ["x"]), ("x" * 100, ["x"])]:
        with pytest.raises(ExpressionError, match=rf"has no number: add {text[:39]}…?=2"):
            read(text).evaluate(dict.fromkeys(names, 1.0))
