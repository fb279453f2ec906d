"""MathML says what the LaTeX of the same formula says, as latex2mathml reads it."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert

from autograd import Formula, absolute, arctan2, dot, exp, formula, operation, operations, relu, sqrt, sum, tanh, where
from autograd.lesson.notation import _Place, _tree
from autograd.writing.latex import latex_name
from autograd.writing.mathml import math, name_in_mathml
from autograd.writing.numbers import Numeral, derivative
from tests.support.formulas import FORMULAS
from tests.support.oracle import NAMES

X, Y, Z = map(Formula, "xyz")


def structure(element):
    """What there is to be seen: texts, and the elements that are more than a row of others."""
    tag = element.tag.rpartition("}")[2]
    if tag in ("mi", "mn", "mo", "mtext"):
        return [(element.text or "").replace("\u00a0", " ")]
    parts = [structure(child) for child in element]
    if tag in ("mrow", "math"):
        return [item for part in parts for item in part]
    if tag == "msup":  # LaTeX hangs the exponent of sin(x)² on the parentheses alone
        return [*parts[0], ("above", parts[1])]
    if tag in ("msqrt", "mtd"):
        parts = [[item for part in parts for item in part]]
    return [(tag, parts)]


def same(written, latex):
    return structure(ElementTree.fromstring(written)) == structure(ElementTree.fromstring(convert(latex)))


@given(FORMULAS)
def test_any_formula_is_in_mathml_what_it_is_in_latex(written):
    latex = re.sub(r"\\operatorname\{(\w+)\}", r"\\text{\1}", written.latex)
    assert same(written.write("mathml"), latex)


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_in_mathml_what_it_is_in_latex(name):
    row = operations[name]
    written = row(*([Formula(f"{p[0]}_{i}") for i in range(2)] if is_list else Formula(p[0])
                    for p, is_list in zip(row.parameters, row.lists)))
    latex = re.sub(r"\\(?:operatorname|mathrm)\{([\w\\]+)\}", lambda found: rf"\text{{{found[1]}}}", written.latex)
    latex = latex.replace(r"\_", "_")
    assert same(written.write("mathml"), latex)


@pytest.mark.parametrize("name", ["w", "w12", "w_3", "loss", "a b", "100%", "π", "größe_2"])
def test_names_and_derivatives_are_those_of_latex(name):
    plain = latex_name(name).replace(r"\%", "%")
    assert same(name_in_mathml(name), plain)
    for use in (None, 2):
        symbol = derivative("L", name, use)
        assert same(symbol.write("mathml"), symbol.latex.replace(r"\%", "%").replace(r"\#", "#"))


@pytest.mark.parametrize(("number", "latex"), [(2.5, "2.5"), (-0.5, "-0.5"), (1.5e-7, r"1.5 \cdot 10^{-7}"),
                                               (-1e20, r"-1 \cdot 10^{20}")])
def test_numbers_are_those_of_latex(number, latex):
    assert Formula(number).latex == latex
    assert same(Formula(number).write("mathml"), latex)
    assert same(Numeral("x", number).write("mathml"), Numeral("x", number).latex)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=6)
       | st.text("\\{}$%&#_^~ '\"<>|`ab1", min_size=1, max_size=6))
def test_no_name_breaks_out_of_its_element(name):
    tree = ElementTree.fromstring(math((Formula(name) * X).write("mathml")))
    name = name.replace("\u00a0", " ")
    assert "".join(tree.itertext()).replace("\u00a0", " ") in (f"{name}·x", f"{name.replace('_', '')}·x")
    assert {item.tag.rpartition("}")[2] for item in tree.iter()} <= {"math", "mrow", "mi", "mn", "mo", "mtext", "msub"}


def test_templates_of_a_users_own_are_read_from_their_text():

    operation("modulo_of_test", lambda a, b: a - b, (None, None), text=(2, "{0:2} mod {1:3} < 10"))
    written = Formula(operations["modulo_of_test"], (X + 1, Y * Z))
    assert written.text == "(x + 1) mod (y·z) < 10"
    assert "".join(ElementTree.fromstring(written.write("mathml")).itertext()) == "(x+1)mod(y·z)<10"


# ---- Trees for the page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "tree"), [
    (_Place(0) + _Place(1), ["mrow", [0, 0], ["mo", "+"], [1, 1]]),
    (_Place(0) * _Place(0), ["msup", [1, 0], ["mn", "2"]]),
    (tanh(_Place(0)), ["mrow", ["mi", "tanh"], ["mo", "("], [0, 0], ["mo", ")"]]),
    (_Place(-1) / 2, ["mfrac", [0, -1], ["mn", "2"]]),
    (-_Place(3), ["mrow", ["mo", "−"], [1, 3]]),
    (absolute(_Place(0)), ["mrow", ["mo", "|"], [0, 0], ["mo", "|"]]),
    (2 * exp(_Place(0)), ["mrow", ["mn", "2"], ["mo", "·"], ["msup", ["mi", "e"], [0, 0]]]),
    (sqrt(_Place(0)), ["msqrt", [0, 0]]),
    (where(_Place(0) > 1, _Place(1), 0), ["mrow", ["mo", "{"], ["mtable", *(
        ["mtr", ["mtd", one], ["mtd", other]] for one, other in (
            ([0, 1], ["mrow", ["mtext", "if\u00a0"], ["mrow", [0, 0], ["mo", ">"], ["mn", "1"]]]),
            (["mn", "0"], ["mtext", "otherwise"])))]]),
])
def test_a_place_has_parentheses_where_a_negative_number_would(written, tree):
    assert _tree(written) == tree


def test_a_list_is_in_brackets():
    assert _tree(operations["take"](X, [Y, Z])) == [
        "mrow", ["mi", "take"], ["mo", "("], ["mi", "x"], ["mo", ","],
        ["mrow", ["mo", "["], ["mi", "y"], ["mo", ","], ["mi", "z"], ["mo", "]"]], ["mo", ")"]]


def test_long_formulas_need_no_recursion():
    assert sum([X] * 5000).write("mathml").count("<mi>x</mi>") == 5000
    assert dot([X, relu(Y)], [Y, Z]).write("mathml").count("<mo>·</mo>") == 2
    deep = X
    for _ in range(5000):
        deep = arctan2(deep, 1.0)
    assert deep.write("mathml").count("<mi>arctan2</mi>") == 5000
    assert formula(lambda x: x).write("mathml") == "<mi>x</mi>"
