"""An explanation in LaTeX: a fragment to put into a text, or a whole document."""

import re

from autograd.explaining.equations import displayed, written
from autograd.explaining.sentences import say
from autograd.explaining.steps import Step
from autograd.explaining.summary import Summary
from autograd.writing.latex import escaped, latex_name

_NAMES = ("node", "child", "output")


def latex_of(summary: Summary, standalone: bool) -> str:
    """A section for each phase, the steps as items with their equations. It needs the package amsmath."""
    lines: list[str] = []
    for heading, items in summary.phases:
        lines += [rf"\subsection*{{{_literal(heading)}}}", r"\begin{enumerate}"]
        for item in items:
            if isinstance(item, str):
                lines.append(rf"\item[] {_literal(item)}")
                continue
            lines.append(rf"\item[{item[0] + 1}.] {_sentence(item[1], summary.lang)}")
            lines += [rf"  \par\noindent$\displaystyle {equation.latex}$" for equation in item[1].equations]
        lines.append(r"\end{enumerate}")
    if summary.results:
        lines += [rf"\subsection*{{{_literal(summary.results_heading)}}}", r"\begin{itemize}"]
        lines += [rf"\item $\displaystyle {equation.latex}$" for equation in summary.results]
        lines += [r"\item \dots"] * summary.is_cut + [r"\end{itemize}"]
    fragment = "\n".join(lines) + "\n"
    return _document(_literal(summary.title), fragment) if standalone else fragment


def _sentence(step: Step, lang: str) -> str:
    """The sentence with its names, formulas and numbers as mathematics."""
    key, slots = step.words
    signs: list[str] = []

    def mark(latex: str) -> str:
        signs.append(f"${latex}$")
        return f"\0{len(signs) - 1}\0"

    marked: dict[str, str] = {}
    for slot, text in slots.items():
        if slot in _NAMES:
            marked[slot] = mark(latex_name(text))
        elif slot == "formula":
            marked[slot] = mark(written(displayed(step.formula), "latex"))
        else:
            marked[slot] = mark(_number(text))
    pieces = say(key, lang, slots, **marked).split("\0")
    sentence = "".join(signs[int(piece)] if place % 2 else _literal(piece) for place, piece in enumerate(pieces))
    return re.sub(r"(\$\\times\$ )\$(-[^$]*)\$", r"\1$(\2)$", sentence)


def _number(text: str) -> str:
    """A number, or a sign, of a sentence."""
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \times 10^{{{exponent}}}" if exponent else text.replace("≈", r"\approx")


def _literal(text: str) -> str:
    return escaped(text).replace("×", r"$\times$")


def _document(title: str, body: str) -> str:
    chinese = any("\u2e80" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or "\uff00" <= c <= "\uffef"
                  for c in title + body)
    unusual = sorted({c for c in title + body if c > "\u017f"})
    declared = [rf"  \DeclareUnicodeCharacter{{{ord(c):04X}}}{{[U+{ord(c):04X}]}}" for c in unusual]
    return "\n".join([
        r"\documentclass{article}", r"\usepackage{amsmath}", r"\usepackage{iftex}",
        r"\ifPDFTeX  % does not have all letters: the others are shown by their numbers", r"  \usepackage[T1]{fontenc}",
        *declared,
        r"\else", *([r"  \usepackage[UTF8]{ctex}"] if chinese else []), r"\fi",
        r"\setlength{\parindent}{0pt}", rf"\title{{{title}}}", r"\date{}", r"\begin{document}", r"\maketitle", body
        + r"\end{document}", ""])
