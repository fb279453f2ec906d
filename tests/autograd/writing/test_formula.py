"""Formulas: right in text, LaTeX, JavaScript and Python, with no more parentheses than that takes."""

import ast
import builtins
import copy
import json
import math
import operator
import re
import sys
from random import Random
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latex2mathml.commands import FUNCTIONS as LATEX_FUNCTIONS
from latex2mathml.converter import convert
from pylatexenc.latexwalker import LatexWalker

from autograd import (
    Dual,
    Formula,
    Value,
    arctan2,
    dot,
    exp,
    formula,
    grad,
    javascript_library,
    log,
    logsumexp,
    mean,
    operation,
    operations,
    power,
    relu,
    sigmoid,
    sin,
    sqrt,
    sum,
    take,
    tanh,
    where,
)
from autograd.table.primitives import MATH
from autograd.writing import layout
from tests.support.formulas import FORMULAS, LEAVES, X, Y, Z, larger
from tests.support.javascript import run_javascript
from tests.support.oracle import EXPECTED, NAMES

MINUS_X = -X


# ---- By hand: what is to be read -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "text", "latex", "javascript"), [
    (X + Y - Z, "x + y - z", "x + y - z", "x + y - z"),
    (X - (Y - Z), "x - (y - z)", r"x - \left(y - z\right)", "x - (y - z)"),
    (X - (Y + Z), "x - (y + z)", r"x - \left(y + z\right)", "x - (y + z)"),
    (X + (Y + Z), "x + y + z", "x + y + z", "x + (y + z)"),
    (X * (Y + Z), "x·(y + z)", r"x \cdot \left(y + z\right)", "x * (y + z)"),
    (X * (Y * Z), "x·y·z", r"x \cdot y \cdot z", "x * (y * z)"),
    (X / (Y * Z), "x / (y·z)", r"\frac{x}{y \cdot z}", "x / (y * z)"),
    (X / (Y / Z), "x / (y / z)", r"\frac{x}{\frac{y}{z}}", "x / (y / z)"),
    (X / Y / Z, "x / y / z", r"\frac{\frac{x}{y}}{z}", "x / y / z"),
    ((X + 1) / (Y - 1), "(x + 1) / (y - 1)", r"\frac{x + 1}{y - 1}", "(x + 1.0) / (y - 1.0)"),
    ((X / Y) ** 2, "(x / y)²", r"\left(\frac{x}{y}\right)^{2}", "Math.pow(x / y, 2.0)"),
    (-(X ** 2), "-x²", "-x^{2}", "-Math.pow(x, 2.0)"),
    ((-X) ** 2, "(-x)²", r"\left(-x\right)^{2}", "Math.pow(-x, 2.0)"),
    (-(X * X), "-x²", "-x^{2}", "-x * x"),
    ((-X) * (-X), "(-x)²", r"\left(-x\right)^{2}", "-x * (-x)"),
    (-(X + Y), "-(x + y)", r"-\left(x + y\right)", "-(x + y)"),
    (X - (-Y), "x - (-y)", r"x - \left(-y\right)", "x - (-y)"),
    (-X - Y, "-x - y", "-x - y", "-x - y"),
    (X * (-Y), "x·(-y)", r"x \cdot \left(-y\right)", "x * (-y)"),
    (-X * Y, "-x·y", r"-x \cdot y", "-x * y"),
    (X + Formula(-2), "x + (-2)", r"x + \left(-2\right)", "x + (-2.0)"),
    (2 ** X, "2^x", "2^{x}", "Math.pow(2.0, x)"),
    (X ** -3, "x⁻³", "x^{-3}", "Math.pow(x, -3.0)"),
    (Formula(-3) ** X, "(-3)^x", r"\left(-3\right)^{x}", "Math.pow(-3.0, x)"),
    (X ** 0.5, "x^0.5", "x^{0.5}", "Math.pow(x, 0.5)"),
    (X ** -Y, "x^(-y)", "x^{-y}", "Math.pow(x, -y)"),
    (X ** (Y + 1), "x^(y + 1)", "x^{y + 1}", "Math.pow(x, y + 1.0)"),
    ((X ** Y) ** Z, "(x^y)^z", r"\left(x^{y}\right)^{z}", "Math.pow(Math.pow(x, y), z)"),
    (X ** (Y ** Z), "x^(y^z)", "x^{y^{z}}", "Math.pow(x, Math.pow(y, z))"),
    (X ** 12, "x¹²", "x^{12}", "Math.pow(x, 12.0)"),
    (exp(X) ** 2, "exp(x)²", r"\left(e^{x}\right)^{2}", "Math.pow(exp(x), 2.0)"),
    (exp(-X * X), "exp(-x·x)", r"e^{-x \cdot x}", "exp(-x * x)"),
    (sqrt(X + 1), "sqrt(x + 1)", r"\sqrt{x + 1}", "sqrt(x + 1.0)"),
    (abs(X - Y), "|x - y|", r"\left|x - y\right|", "Math.abs(x - y)"),
    (sin(X) ** 2, "sin(x)²", r"\sin\left(x\right)^{2}", "Math.pow(sin(x), 2.0)"),
    (where(X > -Y, -X, 1), "-x if x > -y; 1 otherwise",
     r"\begin{cases}-x&\text{if }x > -y\\1&\text{otherwise}\end{cases}", "x > -y ? -x : 1.0"),
    (1 + where(X, Y, 0), "1 + (y if x ≠ 0; 0 otherwise)",
     r"1 + \begin{cases}y&\text{if }x \ne 0\\0&\text{otherwise}\end{cases}", "1.0 + (x != 0.0 ? y : 0.0)"),
    (where(X <= 1, where(X >= 0, X, 0), 1), "(x if x ≥ 0; 0 otherwise) if x ≤ 1; 1 otherwise",
     r"\begin{cases}\begin{cases}x&\text{if }x \ge 0\\0&\text{otherwise}\end{cases}&\text{if }x \le 1\\"
     r"1&\text{otherwise}\end{cases}", "x <= 1.0 ? (x >= 0.0 ? x : 0.0) : 1.0"),
    (where(X < 0, -1, where(X > 0, 1, 0)), "-1 if x < 0; 1 if x > 0; 0 otherwise",
     r"\begin{cases}-1&\text{if }x < 0\\1&\text{if }x > 0\\0&\text{otherwise}\end{cases}", None),
    ((X > 0) - (X < 0), "(x > 0) - (x < 0)", r"\left(x > 0\right) - \left(x < 0\right)", "(x > 0.0) - (x < 0.0)"),
    ((X > 0) + 1, "(x > 0) + 1", r"\left(x > 0\right) + 1", "(x > 0.0) + 1.0"),
    ((X > 0) < Y, "(x > 0) < y", r"\left(x > 0\right) < y", "(x > 0.0) < y"),
    (sum([X, -Y]), "x + (-y)", r"x + \left(-y\right)", "sum([x, -y])"),
    (dot([X, 2], [Y, Z]), "x·y + 2·z", r"x \cdot y + 2 \cdot z", "dot([x, 2.0], [y, z])"),
    (2 * sum([X, Y]), "2·(x + y)", r"2 \cdot \left(x + y\right)", "2.0 * sum([x, y])"),
    (Formula(operations["sum"], ((),)), "0", "0", "sum([])"),
    (dot([X - 1], [Y]) ** 2, "((x - 1)·y)²", r"\left(\left(x - 1\right) \cdot y\right)^{2}",
     "Math.pow(dot([x - 1.0], [y]), 2.0)"),
    (1e-5 * X, "1e-05·x", r"1 \cdot 10^{-5} \cdot x", "1e-05 * x"),
    (Formula(-2.5e20) ** X, "(-2.5e+20)^x", r"\left(-2.5 \cdot 10^{20}\right)^{x}", "Math.pow(-2.5e+20, x)"),
], ids=str)
def test_formulas_are_written_with_the_parentheses_they_need(written, text, latex, javascript):
    assert written.text == str(written) == text
    assert latex is None or written.latex == latex
    assert javascript is None or written.javascript == javascript


@pytest.mark.parametrize(("simplified", "text"), [
    (1 * X, "x"), (X * 1, "x"), (X * 1.0 * 1, "x"), (X + 0, "x"), (0 + X, "x"), (0 * X, "0"), (X * 0.0, "0"),
    (MINUS_X.negative(), "x"), (MINUS_X.negative().negative(), "-x"), (+X, "x"), (X ** 1, "x")])
def test_simplified_is_what_says_nothing(simplified, text):
    assert simplified.text == text


@pytest.mark.parametrize(("shown", "kept", "text"), [
    (0 * sin(X), "0.0 * sin(x)", "0"), (X + 0, "x + 0.0", "x"),
    (0.0 * power(X, -1.0) + Y, "0.0 * math.pow(x, -1.0) + y", "y"),
    (1 * (0 * X + 1) * Y, "(0.0 * x + 1.0) * y", "y"), (tanh(0 * X), "tanh(0.0 * x)", "tanh(0)"),
    (-(-X + 0), "-(-x + 0.0)", "x"), ((X + 0) * X, "(x + 0.0) * x", "x²")])
def test_what_calculates_is_simplified_only_where_that_is_the_same_for_all_numbers(shown, kept, text):
    """0 * log(x) has no value where log has none, and -0 + 0 is not -0; for people it is shorter all the same."""
    assert (shown.python, shown.text) == (kept, text)
    assert shown.javascript == kept.replace("math.", "Math.")


@given(st.floats(-2.0, 2.0), st.sampled_from([
    lambda x: 0.0 * log(x) + x, lambda x: x + log(x) * 0, lambda x: arctan2(x + 0.0, -1.0),
    lambda x: arctan2(0 * x, -1.0), lambda x: 1 * x / (x * 1), lambda x: 0.0 / x + sqrt(x) * 0]))
def test_what_is_written_calculates_what_the_function_does_where_it_is_defined_and_where_it_is_not(x, function):
    written = eval(f"lambda x: {formula(function).python}", dict(SCOPE))
    assert repr(attempt(lambda: written(x))) == repr(attempt(lambda: function(x)))


def test_a_product_with_0_is_undefined_in_javascript_where_its_factor_is():
    found = calculated([{"parameters": ["x"], "expression": formula(lambda x: 0 * log(x) + x).javascript,
                             "points": [[-1.0], [2.0]]}])
    assert found == [[None, 2.0]]  # NaN, in JSON


@pytest.mark.parametrize(("kept", "text"), [
    (X - 0, "x - 0"), (X / 1, "x / 1"), (0 / X, "0 / x"), (X - X, "x - x"), (X + X, "x + x"),
    (2 * X * 3, "2·x·3"), (Formula(2) + 3, "2 + 3"), (-(0 - X), "-(0 - x)"), (2 * (X * 3), "2·x·3")])
def test_there_is_no_computer_algebra(kept, text):
    assert kept.text == text


# ---- formula() -------------------------------------------------------------------------------------------------------


def test_an_operation_is_written_with_the_names_of_its_arguments():
    assert formula(tanh).text == "tanh(x)"
    assert formula(power).text == "a^b"
    assert formula(arctan2, "y", "x").text == "arctan2(y, x)"
    assert repr(formula(tanh)) == "Formula('tanh(x)')"
    assert formula(sigmoid)._repr_latex_() == r"$\operatorname{sigmoid}\left(x\right)$"


def test_a_partial_is_written_by_the_result_or_by_the_arguments():
    assert formula(tanh, partial=0).text == "1 - y²"
    assert formula(tanh, partial="x").latex == "1 - y^{2}"
    assert formula(tanh, partial=0, result="t").text == "1 - t²"
    assert formula(tanh, partial=0, result=None).text == "1 - tanh(x)²"
    assert formula(tanh, "u", partial="u", result=None).text == "1 - tanh(u)²"
    assert formula(power, partial="b").text == "y·log(a) if a ≠ 0; a^(b - 1e-09) if b ≠ 0; sqrt(a + b) otherwise"
    assert formula(power, partial=0).text == (
        "b·a^(b - 1) if (b - 1 if b ≠ 0; 0 otherwise) ≠ 0; b·a^(b - 1) if a ≠ 0; b + exp(a)·sqrt(b·(b - 1)) otherwise")
    assert formula(operations["where"], partial="c").text == "0"
    assert formula(operations["where"], partial=1).text == "1 if c; 0 otherwise"


def test_a_function_of_several_arguments_and_its_derivatives_by_the_chain_rule():
    def error(weight, x, target):
        return (tanh(weight * x) - target) ** 2

    assert formula(error).text == "(tanh(weight·x) - target)²"
    assert formula(error, "w", "x", "t").text == "(tanh(w·x) - t)²"
    slope = formula(error, "w", "x", "t", partial="w")
    scope = {"math": math, "tanh": math.tanh, "w": 0.3, "x": 1.5, "t": 0.2}
    assert eval(slope.python, scope) == pytest.approx(grad(error)(0.3, 1.5, 0.2), rel=1e-14)
    assert formula(error, partial=2).text.count("tanh") == 1
    assert formula(lambda x, y: 3.0).text == "3"
    assert formula(lambda x, y: x, partial="y").text == "0"
    assert formula(lambda a, b: mean([a, b])).text == "(a + b) / 2"
    assert formula(lambda a, b: dot([a, 2], [b, a]), partial="a").text == "b + 2"


TERM_BY_TERM = {
    "sum": ("values_0 + values_1 + values_2",
            r"\mathrm{values}_{0} + \mathrm{values}_{1} + \mathrm{values}_{2}"),
    "dot": ("weights_0·inputs_0 + weights_1·inputs_1 + weights_2·inputs_2",
            r"\mathrm{weights}_{0} \cdot \mathrm{inputs}_{0} + \mathrm{weights}_{1} \cdot \mathrm{inputs}_{1} + "
            r"\mathrm{weights}_{2} \cdot \mathrm{inputs}_{2}")}


@pytest.mark.parametrize("name", ["sum", "dot", "logsumexp", "take"])
def test_rows_with_lists_are_written_from_lists(name):
    row = operations[name]
    with pytest.raises(TypeError, match=re.escape(f"{row.call} is written down from lists: formula(lambda a, b: ")):
        formula(row)
    lists = [[Formula(f"{p}_{i}") for i in range(3)] if is_list else Formula(p)
             for p, is_list in zip(row.parameters, row.lists)]
    written = row(*lists)
    inside = ", ".join(f"[{p}_0, {p}_1, {p}_2]" if is_list else p for p, is_list in zip(row.parameters, row.lists))
    assert written.javascript == written.python == f"{name}({inside})"
    if name in TERM_BY_TERM:
        assert (written.text, written.latex) == TERM_BY_TERM[name]
        return
    assert written.text == f"{name}({inside})"
    latex = re.sub("_(.)", r"_{\1}", inside).replace("index", "i")
    for word in {*row.parameters} - {"index"}:
        latex = latex.replace(word, rf"\mathrm{{{word}}}")
    assert written.latex.replace(r"\mathrm{index}", "i") == rf"\operatorname{{{name}}}\left({latex}\right)"
    assert row(*[copy.copy(a) for a in lists]) == written


def test_the_derivatives_of_take_are_written_as_numbers_and_not_as_comparisons():
    """A bare comparison would be True in Python and in JavaScript, and in a book no number at all."""
    for index in range(3):
        slopes = operations["take"].slope(1, Formula("y"), [X, (X, Y, Z)])
        found = [eval(slope.python, {"x": float(index)}) for slope in slopes]
        assert found == [float(place == index) for place in range(3)]
        assert {type(slope) for slope in found} == {float}


@pytest.mark.parametrize(("partial", "message"), [
    (1, "there is no argument 1, only x"), (-1, "no argument -1"), ("y", "there is no argument 'y', only x")])
def test_partials_that_there_are_not(partial, message):
    for function in (tanh, lambda x: tanh(x)):
        with pytest.raises(ValueError, match=message):
            formula(function, partial=partial)


# ---- A formula among other things ------------------------------------------------------------------------------------


def test_formulas_mixed_with_numbers_values_and_duals():
    assert (Value(2.0, label="w") * X).text == "w·x"
    assert (X / Value(2.5)).text == "x / 2.5"
    assert (np.float64(2) * X).text == "2·x"
    assert (X - np.int64(3)).text == "x - 3"
    assert [item.text for item in np.array([1.0, 2.0]) * X] == ["x", "2·x"]
    assert where(Value(1.0) < X, X, 0).text == "x if x > 1; 0 otherwise"
    assert where(Value(1.0, label="w") <= X, X, 0).text == "x if x ≥ w; 0 otherwise"
    assert str(np.float64(2) < X) == "x > 2"

    class Weight(Value):
        pass

    assert (Weight(2.0) * X + Weight(1.0, label="b")).text == "2·x + b"
    for comparison in (X.__lt__(2.0), operator.lt(X, Dual(2.0, 1.0, 1)), Dual(2.0, 1.0, 1) > X):
        assert comparison.text in ("x < 2", "2 > x")
    product = Dual(X, Formula("dx"), 1) * Y
    assert (product.primal.text, product.tangent.text) == ("x·y", "y·dx")


def test_a_formula_is_no_number_and_no_truth():
    with pytest.raises(TypeError, match="neither true nor false: choose with where"):
        bool(X > 0)
    with pytest.raises(TypeError):
        float(X)
    with pytest.raises(TypeError, match="a real number is needed, not 'NoneType'"):
        Formula(None)
    with pytest.raises(TypeError):
        X + "y"
    for infinite in (math.inf, math.nan):
        with pytest.raises(ValueError, match="finite numbers, not"):
            Formula(infinite)
        with pytest.raises(ValueError, match="finite numbers, not"):
            X + infinite


def test_a_condition_that_is_known_chooses():
    assert where(Formula(2.0), lambda: X, lambda: 1 / 0) is X
    assert where(Formula(0.0), X, lambda: Y) is Y
    assert where(Formula(2.0), X, Y).text == "x if 2; y otherwise"
    assert relu(Formula(2.0)).python == "2.0 if 2.0 > 0.0 else 0.0"


def test_equality_and_hash_are_those_of_what_is_written():
    written = X * Y + 2
    assert written == Formula("x") * Formula("y") + 2
    assert hash(written) == hash(Formula("x") * Formula("y") + 2)
    assert len({X + Y, X + Y, Y + X, sum([X, Y]), sum([X, Y]), sum([X])}) == 4
    for other in (X * Y + 3, X * Y - 2, Y * X + 2, "x·y + 2", None):
        assert written != other
    assert take(0, [X, Y]) != take(0, [X])
    assert dot([X], [Y]) != dot([Y], [X])


@pytest.mark.slow
def test_depth_needs_no_recursion_and_no_more_room_than_the_text():
    def chain(depth):
        written = Formula("x")
        for i in range(depth):
            written = 1 - written if i % 3 else written * 2 + 1
        return written

    deep = chain(30_000)
    assert len(deep.text) > 30_000
    del deep  # nor does it take recursion to forget it
    one, other = chain(5_000), chain(5_000)
    for language in ("text", "latex", "javascript", "python"):
        assert getattr(one, language) == getattr(other, language)
    assert one == other
    assert hash(one) == hash(other)
    assert one != other + 1
    assert (one * other).text.endswith(")²")
    tower = X
    for _ in range(10_000):
        tower = X ** tower
    assert tower.text == "x^(" * 9_999 + "x^x" + ")" * 9_999
    assert sys.getrecursionlimit() < 5_000


@pytest.mark.parametrize("language", ["text", "latex"])
def test_a_sum_is_written_in_time_that_grows_with_its_length_alone(language, monkeypatch):
    """The search for a sign before an operand is all that looks back at what has been written."""
    looked_at = []

    class Search:
        def search(self, text):
            looked_at.append(len(text))
            return sign.search(text)

    sign = layout._AFTER_SIGN
    monkeypatch.setattr(layout, "_AFTER_SIGN", Search())
    lengths = {}
    for count in (100, 1000):
        symbols = [-Formula(f"x{place}") for place in range(count)]
        looked_at.clear()
        written = getattr(dot(symbols, symbols[::-1]), language)
        assert len(re.findall(r"·|\\cdot", written)) == count
        lengths[count] = builtins.sum(looked_at)
    assert 0 < lengths[1000] <= 11 * lengths[100]


# ---- Properties of random formulas -----------------------------------------------------------------------------------
ARITHMETIC = st.recursive(LEAVES, lambda inner: larger(inner, functions=False), max_leaves=10)


def evaluate(written: Formula, names: dict[str, float]) -> float:
    """The value of a formula from the table itself: its operations called on numbers."""
    if isinstance(written.head, str):
        if not written.arguments:
            return names[written.head]
        a, b = (evaluate(part, names) for part in written.arguments)
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "!=": a != b}[written.head]
    if isinstance(written.head, float):
        return written.head
    return written.head.value(*([evaluate(item, names) for item in a] if isinstance(a, tuple) else evaluate(a, names)
                                for a in written.arguments))


def attempt(calculate):
    try:
        return calculate()
    except (ArithmeticError, ValueError):
        return None


POINT = {"x": 0.75, "y": -1.3, "z": 2.1}
SCOPE = {"math": math, **POINT, **{name: row.value for name, row in operations.items() if "python" in row.notation}}


@given(FORMULAS)
def test_python_text_calculates_what_the_table_does(written):
    assert attempt(lambda: eval(written.python, dict(SCOPE))) == attempt(lambda: evaluate(written, POINT))


@given(FORMULAS)
def test_plain_text_read_by_the_rules_of_mathematics_is_the_same(written):
    """Text becomes Python by a change of signs; sums and products may have been regrouped, so not to the last bit."""
    text = re.sub(r"\|", "|", written.text)
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    python = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda digits: "**" + digits[0].translate(raised), text)
    python = python.replace("·", "*").replace("^", "**").replace("≠", "!=")
    python = python.replace("; ", " else ").replace(" otherwise", "")
    while "|" in python:  # the innermost ones first: a bar that opens stands at the start or after a sign
        new = re.sub(r"(^|[-+*/(\[> ])\|((?:[^|])*?[\w)])\|", r"\1abs(\2)", python)
        if new == python:
            return
        python = new
    scope = SCOPE | operations
    found, right = attempt(lambda: eval(python, scope)), attempt(lambda: evaluate(written, POINT))
    if found is not None and right is not None and 1e-6 < abs(right) < 1e12:
        assert found == pytest.approx(right, rel=1e-6)


@given(ARITHMETIC)
def test_no_pair_of_parentheses_is_too_many(written):
    """Without any one pair the text means something else. Around a sign that follows another sign they are a custom,
    as in a·(-b), and stay out of this."""
    for text in (written.python, written.javascript):
        tree = ast.dump(ast.parse(text, mode="eval"))
        for start, end in pairs_of_parentheses(text):
            if text[start + 1] != "-" or not re.search(r"[-+*/] $|-$", text[:start]):
                bare = text[:start] + text[start + 1 : end] + text[end + 1:]
                assert ast.dump(ast.parse(bare, mode="eval")) != tree, text


@given(ARITHMETIC)
def test_in_text_and_latex_as_well_but_for_what_is_associative(written):
    """In text, and in LaTeX, a pair may go where the value stays the same; there is none."""
    text = written.text.replace("·", "*").replace("²", "**2")
    for start, end in pairs_of_parentheses(text):
        bare = text[:start] + text[start + 1 : end] + text[end + 1:]
        after_sign = re.search(r"[-+*/] ?$", text[:start]) and text[start + 1] == "-"
        assert after_sign or ast.dump(ast.parse(bare, mode="eval")) != ast.dump(ast.parse(text, mode="eval")), text
    assert written.latex.count(r"\left(") <= text.count("(")


def pairs_of_parentheses(text):
    opened = []
    for place, sign in enumerate(text):
        if sign == "(":
            opened.append(place)
        elif sign == ")":
            yield opened.pop(), place


# ---- LaTeX -----------------------------------------------------------------------------------------------------------


def mathml(latex: str) -> ElementTree.Element:
    """The formula as MathML, once a strict parser has read the LaTeX."""
    nodes, _, length = LatexWalker(f"${latex}$", tolerant_parsing=False).get_latex_nodes()
    assert len(nodes) == 1
    assert length == len(latex) + 2
    return ElementTree.fromstring(convert(latex))


def letters(latex: str) -> str:
    return "".join(mathml(latex).itertext()).replace("\xa0", " ")


@given(FORMULAS)
@settings(max_examples=50)
def test_latex_of_any_formula_can_be_read(written):
    tree = mathml(written.latex)
    assert len(tree.findall(".//{*}mfrac")) == written.latex.count(r"\frac")
    assert all(item.text for item in tree.iter() if item.tag.endswith(("}mo", "}mi", "}mn")))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_and_its_partials_become_mathml(name):
    row = operations[name]
    given = [tuple(Formula(f"{p}_{i}") for i in range(2)) if is_list else Formula(p)
             for p, is_list in zip(row.parameters, row.lists)]
    parts = [row(*given)]
    for place, partial in enumerate(row.partials):
        if partial:
            slopes = row.slope(place, Formula("y"), given)
            parts += [Formula(0.0) + part for part in (slopes if row.lists[place] else [slopes])]
    for part in parts:
        tree = mathml(part.latex)
        assert all(item.text for item in tree.iter() if item.tag.endswith(("}mo", "}mi", "}mn")))
        assert "\\" not in "".join(tree.itertext())
    if r"\operatorname" in parts[0].latex:
        assert letters(parts[0].latex).startswith(f"{row.symbol if row.symbol.isidentifier() else name}(")


@pytest.mark.parametrize("name", [name for name in NAMES if rf"\{name}" in LATEX_FUNCTIONS])
def test_a_function_that_latex_has_a_name_for_is_called_that(name):
    """Which sets it as books do; `e^x` is what they have for exp(x)."""
    assert operations[name](X).latex == ("e^{x}" if name == "exp" else rf"\{name}\left(x\right)")


def test_mathml_has_the_structure_of_the_formula():
    def tags(latex):
        return [item.tag.split("}")[1] for item in mathml(latex).iter()]

    assert {"mfrac", "msqrt", "msup"} <= set(tags((sqrt(X) / Y ** 2).latex))
    assert letters(abs(X).latex) == "|x|"
    assert letters(relu(X).latex) == "ReLU(x)"
    assert letters(operations["leaky_relu"](X).latex) == "LeakyReLU(x)"
    assert arctan2(X, Y).latex == r"\mathrm{arctan2}\left(x, y\right)"
    assert letters(arctan2(X, Y).latex) == "arctan2(x,y)"
    assert letters(logsumexp([X, Y]).latex) == "logsumexp([x,y])"
    cases = mathml(where(X > 0, X, 0).latex)
    assert len(cases.findall(".//{*}mtr")) == 2
    assert letters(where(X > 0, X, 0).latex) == "{xif x>00otherwise"
    assert letters(where(X <= 0, X, 0).latex) == "{xif x≤00otherwise"


@pytest.mark.parametrize(("name", "latex"), [
    ("x", "x"), ("w1", "w_{1}"), ("w_12", "w_{12}"), ("bias", r"\mathrm{bias}"), ("bias_3", r"\mathrm{bias}_{3}"),
    ("α", "α"), ("θ0", "θ_{0}"), ("größe", r"\mathrm{größe}"), ("learning_rate", r"\mathrm{learning\_rate}"),
    ("x_", "x"), ("_x", r"\mathrm{\_x}"), ("a_b_1", r"\mathrm{a\_b\_1}"), ("x'", r"\mathrm{x'}"),
    ("layers.0.w.1", r"\mathrm{layers.0.w.1}"), ("v[3]", r"\mathrm{v[3]}"), ("my weight", r"\mathrm{my\ weight}"),
    ("100%", r"\mathrm{100\%}"), ("a&b", r"\mathrm{a\&b}"), ("$x$", r"\mathrm{\$x\$}"), ("#1", r"\mathrm{\#1}"),
    ("{x}", r"\mathrm{\{x\}}"), ("}", r"\mathrm{\}}"), ("a^b", r"\mathrm{a\wedge b}"), ("a~b", r"\mathrm{a\sim b}"),
    ("\\input{x}", r"\mathrm{\backslash input\{x\}}")])
def test_names_in_latex(name, latex):
    assert Formula(name).latex == latex
    assert Formula(name).text == name
    mathml(latex)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=6)
       | st.text("\\{}$%&#_^~ '\"<>|`ab1\n", min_size=1, max_size=6))
def test_no_name_breaks_out_of_its_formula(name):
    latex = (Formula(name) * X).latex
    assert letters(latex).endswith("·x")
    assert not re.search(r"(?<!\\)(\\\\)*[$%&#~^]", latex.replace(r"_{", ""))
    assert latex.count("\n") == 0
    if name.strip():
        mathml((1 / Formula(name)).latex)


# ---- JavaScript, run by Node -----------------------------------------------------------------------------------------

SCRIPT = """
console.log(JSON.stringify(cases.map(({parameters, expression, points}) => {
  const calculate = eval(`(${parameters.join(", ")}) => ${expression}`);
  return points.map(point => calculate(...point));
})));
"""


def calculated(cases):
    return run_javascript(f"{javascript_library()}const cases = {json.dumps(cases)};{SCRIPT}")


def random_points(name, count):
    """Arguments of an operation, from all over its intervals; lists of two or three numbers where it takes lists."""
    random = Random(name)

    def one(interval):
        if interval.special and random.random() < 0.1:
            return random.choice(interval.special)
        return random.uniform(interval.low, interval.high)

    for _ in range(count):
        length = random.choice((2, 3))
        yield tuple(random.randrange(length) if interval is None else [one(interval) for _ in range(length)] if is_list
                    else one(interval) for interval, is_list in zip(EXPECTED[name].domain, operations[name].lists))


@pytest.mark.slow
def test_javascript_calculates_every_row_and_every_partial_as_python_does():
    cases, expected, names = [], [], []
    for name, row in operations.items():
        points = list(random_points(name, 500))
        lengths = {len(a) for point in points for a in point if isinstance(a, list)} or {0}
        for length in sorted(lengths):
            mine = [p for p in points if all(not isinstance(a, list) or len(a) == length for a in p)]
            symbols = [tuple(Formula(f"{p}_{i}") for i in range(length)) if is_list else Formula(p)
                       for p, is_list in zip(row.parameters, row.lists)]
            parameters = [item.text for s in symbols for item in (s if isinstance(s, tuple) else (s,))]
            flat = [[float(x) for a in point for x in (a if isinstance(a, list) else [a])] for point in mine]
            tupled = [[tuple(a) if isinstance(a, list) else float(a) for a in point] for point in mine]
            values = [row(*point) for point in mine]
            parts = [(f"{name}", row(*symbols), values), (f"{name} called", None, values)]
            for place, partial in enumerate(row.partials):
                if partial is None:
                    continue
                slopes = [row.slope(place, y, point) for y, point in zip(values, tupled)]
                written = row.slope(place, Formula("y"), symbols)
                for item in range(length) if row.lists[place] else [None]:
                    pick = (lambda s: s) if item is None else (lambda s, item=item: s[item])
                    parts.append((f"{name}' {place} {item}", pick(written), [pick(s) for s in slopes]))
            for label, part, right in parts:
                # The library's own function, on lists where the row takes lists; or the formula, with y the result.
                call = ", ".join(f"[{', '.join(map(str, s))}]" if isinstance(s, tuple) else str(s) for s in symbols)
                text = f"{name}({call})" if part is None else (Formula(0.0) + part).javascript
                cases.append({"parameters": [*parameters, "y"], "expression": text,
                              "points": [[*point, y] for point, y in zip(flat, values)]})
                expected.append(right)
                names.append(label)
    counts = dict.fromkeys(operations, 0)
    for label, found, right in zip(names, calculated(cases), expected):
        assert all(math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-300) for x, y in zip(found, right, strict=True)), label
        counts[label.split("'")[0].split()[0]] += len(found) if label in operations else 0
    assert min(counts.values()) >= 500


def test_javascript_of_random_formulas_calculates_what_python_does():
    cases, expected = [], []

    @given(FORMULAS)
    @settings(max_examples=200)
    def draw(written):
        right = attempt(lambda: evaluate(written, POINT))
        if right is not None and math.isfinite(right):
            cases.append({"parameters": list(POINT), "expression": written.javascript,
                          "points": [list(POINT.values())]})
            expected.append(right)

    draw()
    assert len(cases) > 100
    for case, (found,), right in zip(cases, calculated(cases), expected):
        assert found == pytest.approx(right, rel=1e-9, abs=1e-12), case["expression"]


def test_a_row_of_a_users_own_gets_its_javascript_or_a_function_that_throws():
    operation("softsign_of_test", lambda x: x / (1 + abs(x)), (lambda y, x: 1 / (1 + abs(x)) ** 2,))
    operation("table_of_test", lambda x: [3.0, 4.0][int(x)], (None,))
    found = calculated([{"parameters": ["x"], "expression": "softsign_of_test(x)", "points": [[1.0], [-3.0]]}])
    assert found == [[0.5, -0.75]]
    with pytest.raises(AssertionError, match="Error: table_of_test is not known in JavaScript"):
        calculated([{"parameters": ["x"], "expression": "table_of_test(x)", "points": [[1.0]]}])


@pytest.mark.parametrize(("value", "options"), [
    (math.fmod, {}), (operator.mod, {}), (lambda x, y: 7.0 if x == 1 else y, {}),
    (lambda x, y: x // y, {"python": (2, "{0:2} // {1:3}")})])
def test_a_row_that_javascript_cannot_calculate_throws_and_says_its_name(value, options):
    operation("foreign_of_test", value, (None, None), **options)
    with pytest.raises(AssertionError, match="Error: foreign_of_test is not known in JavaScript"):
        calculated([{"parameters": ["x"], "expression": "foreign_of_test(x, 2)", "points": [[1.0]]}])


def test_a_row_with_python_of_its_own_calculates_in_javascript_too():
    operation("twice_of_test", lambda x: 2 * x, (lambda y, x: 2.0,), python=(2, "2.0 * {0:3}"))
    case = {"parameters": ["x"], "expression": "twice_of_test(x)", "points": [[1.5]]}
    assert calculated([case]) == [[3.0]]


def test_functions_of_math_are_called_in_javascript_only_where_it_has_them():
    found = calculated([{"parameters": ["name"], "expression": "typeof Math[name]", "points": [[n] for n in MATH]}])
    assert found == [["function"] * len(MATH)]
    assert {row.value.__name__ for row in operations.values() if row.value.__module__ == "math"} <= MATH | {"erf"}


def test_a_row_may_have_names_that_javascript_keeps_for_itself():
    row = operation("var", lambda new: new * new, (lambda y, new: 2 * new,))
    case = {"parameters": ["x"], "expression": formula(row, "x").javascript, "points": [[3.0]]}
    assert calculated([case]) == [[9.0]]
    assert str(formula(row)) == "var(new)"


def test_take_in_javascript_refuses_an_index_that_counts_nothing():
    for index in (2, -1, 0.5):
        with pytest.raises(AssertionError, match=f"RangeError: no value {index}"):
            calculated([{"parameters": ["x"], "expression": "take(x, [5, 6])", "points": [[index]]}])
