"""Explanations in LaTeX: a parser takes them without complaint, and so does a LaTeX program if there is one."""

import re
import shutil
import subprocess

import pytest
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMathNode, LatexWalker

from autograd import Value, absolute, erf, explain, leaky_relu, logsumexp, sqrt, where
from tests.support.calculus import EXAMPLES, LATEX, lines, used_twice
from tests.support.explanations import hostile


def parsed(latex):
    return LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()[0]


def formulas(nodes):
    for node in nodes:
        if isinstance(node, LatexMathNode):
            yield node.latex_verbatim().strip("$").removeprefix(r"\displaystyle ")
        elif isinstance(node, LatexEnvironmentNode):
            yield from formulas(node.nodelist)


def varied():
    x = Value(1.5, "x")
    return logsumexp([x / 3, sqrt(x), absolute(-x), erf(x), leaky_relu(x), where(x > 1, x, 2), 1e-9 * x, x**-0.5])


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_fragment_has_all_the_formulas(example):
    latex = explain(example()).to_latex()
    written = [re.sub(r"\\frac\{\\partial ((?:[^{}]|\{[^{}]*\})*)\}\{\\partial ((?:[^{}]|\{[^{}]*\})*)\}",
                      r"d{\1}{\2}", formula) for formula in formulas(parsed(latex))]
    rest = iter(written)
    assert all(line in rest for line in lines(LATEX[example]))  # in this order, with those of the sentences between
    assert latex.count(r"\item[") == len(explain(example()))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("output", [used_twice, varied, hostile])
def test_a_parser_takes_the_document(output, lang):
    explanation = explain(output(), lang=lang)
    document = explanation.to_latex(standalone=True)
    nodes = parsed(document)
    assert [node.environmentname for node in nodes if isinstance(node, LatexEnvironmentNode)] == ["document"]
    assert explanation.to_latex() in document
    assert ("ctex" in document) == (lang == "zh" or output is hostile)


@pytest.mark.skipif(not (shutil.which("pdflatex") or shutil.which("tectonic")),
                    reason="no package brings all of LaTeX: install pdflatex (with ctex) or tectonic")
@pytest.mark.parametrize("output", [used_twice, varied, hostile])
def test_a_latex_program_makes_a_document_of_it(output, tmp_path):
    (tmp_path / "chain.tex").write_text(explain(output()).update(1e-3).to_latex(standalone=True), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error"] if shutil.which("pdflatex") else ["tectonic"]
    run = subprocess.run([*command, "chain.tex"], cwd=tmp_path, capture_output=True, encoding="latin-1")
    assert run.returncode == 0, run.stdout[-2000:]
    assert (tmp_path / "chain.pdf").read_bytes().startswith(b"%PDF")
