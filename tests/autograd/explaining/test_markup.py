"""Explanations as Markdown and as HTML for notebooks."""

import re

import pytest

from autograd import Value, dot, explain, tanh
from autograd.writing.formula import Formula
from autograd.writing.mathml import math as element
from tests.support.calculus import EXAMPLES, TEXT, lines, used_twice
from tests.support.explanations import hostile, tree_of


@pytest.mark.parametrize("example", EXAMPLES)
def test_html_has_a_row_for_each_step_with_its_formulas_in_mathml(example):
    explanation = explain(example())
    tree = tree_of(explanation)
    rows = tree.findall(".//tr")
    steps = rows[: len(explanation)]
    assert [row.find("td").text for row in steps] == [str(place + 1) for place in range(len(explanation))]
    assert ["".join(row.findall("td")[2].itertext()) for row in steps] == [step.sentence for step in explanation]
    maths = [math for row in steps for math in row.iter("{http://www.w3.org/1998/Math/MathML}math")]
    assert len(maths) == len(lines(TEXT[example]))
    for math, text in zip(maths, lines(TEXT[example]), strict=True):
        # Numbers are there in the order in which they are on paper.
        numbers = [float(mn.text) for mn in math.iter("{http://www.w3.org/1998/Math/MathML}mn") if "." in mn.text]
        assert numbers == [abs(float(number)) for number in re.findall(r"\d+\.\d+", text)]


def test_a_sign_is_set_as_a_sign():
    tree = tree_of(explain(Value(-2.0, "a") * -1.5))
    groups = [[part.text for part in row] for row in tree.iter("{http://www.w3.org/1998/Math/MathML}mrow")]
    assert ["−", "2.0"] in groups
    assert ["−", "1.5"] in groups


def test_only_parentheses_around_something_high_grow():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    call = explain(tanh(x) * y)[1].equations[0].mathml
    assert re.findall('stretchy="(true|false)"', call) == ["false"] * 4
    a, b = Formula("a"), Formula("b")
    assert re.findall('stretchy="(true|false)"', element(tanh((a + b) * (a / b)).write("mathml"))) == [
        "true", "false", "false", "true"]


def test_labels_are_text_in_html():
    explanation = explain(hostile())
    tree = tree_of(explanation)
    assert {element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}") for element in tree.iter()} <= {
        "div", "strong", "table", "caption", "tbody", "tr", "td", "br", "math", "mrow", "mi", "mo", "mn", "mfrac",
        "msub", "msup", "msubsup", "mtext", "mspace"}
    assert "onerror" not in {name for element in tree.iter() for name in element.attrib}
    assert "</script> is given: it is 1.5." in "".join(tree.itertext())


def test_markdown_numbers_the_steps_and_writes_formulas_in_latex():
    explanation = explain(used_twice())
    text = explanation.to_markdown()
    assert text.startswith("# The chain rule of f, step by step\n\n## Forward: each number from the ones before it\n\n"
                           "1. x is given: it is 2.0.\n\n   $x = 2.0$\n")
    assert "4. f is s + t. With the numbers put in, that is 10.0.\n\n   $f = s + t = 4.0 + 6.0 = 10.0$\n" in text
    assert text.endswith("\n## The derivatives\n\n- $\\frac{\\partial f}{\\partial x} = 7.0$\n")
    assert [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)] == list(range(1, 10))


def test_labels_are_text_in_markdown():
    text = explain(hostile()).to_markdown()
    outside = re.sub(r"^ *(- )?\$.*\$$", "", text, flags=re.MULTILINE)
    assert not re.search(r"[<>`*|$~{}\[\]]", outside)
    assert not re.search(r"<\S", text)
    assert "&#60;/script&#62; is given: it is 1.5." in outside
    assert re.search(r"^\d+\. &#45; x is given", outside, re.MULTILINE)


def test_a_large_graph_says_in_each_form_what_is_left_out():
    x = Value(1.0, "x")
    y = x
    for _ in range(100):
        y = y * 0.5
    explanation = explain(y)
    assert len(explanation) == 202
    for text in (explanation.to_markdown(), explanation._repr_html_(), explanation.to_latex()):
        assert text.count("83 steps left out") == 2  # of 101 each: 12 first and 6 last are there
    assert re.findall(r"^(\d+)\. ", explanation.to_markdown(), re.MULTILINE)[11:19] == [
        "12", "96", "97", "98", "99", "100", "101", "102"]


def test_many_derivatives_are_cut_in_each_form():
    explanation = explain(dot([Value(1.0) for _ in range(70)], [Value(1.0) for _ in range(70)]))
    assert explanation.to_markdown().endswith("\n- …\n")
    assert "<td>…</td>" in explanation._repr_html_()
    assert "\\item \\dots" in explanation.to_latex()


def test_both_languages_have_their_own_headings_and_sentences():
    explanation = explain(used_twice()).translated("zh")
    assert "前向" in explanation.to_markdown()
    assert tree_of(explanation).get("lang") == "zh"
    assert explanation[0].sentence == "x 是已知数，它的值是 2.0。"
