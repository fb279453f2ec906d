"""An explanation as Markdown, and as HTML for notebooks."""

import html
import re
from collections.abc import Callable

from autograd.explaining.steps import Step
from autograd.explaining.summary import Summary


def markdown_of(summary: Summary) -> str:
    """The steps as numbered lists with LaTeX formulas, as GitHub, Jupyter and pandoc show them."""
    lines = [f"# {_literal(summary.title)}"]
    for heading, items in summary.phases:
        lines += ["", f"## {_literal(heading)}"]
        for item in items:
            lines.append("")
            if isinstance(item, str):
                lines.append(_literal(item))
                continue
            number = f"{item[0] + 1}. "
            lines.append(number + _literal(item[1].sentence))
            for equation in item[1].equations:
                lines += ["", f"{' ' * len(number)}${_safe(equation.latex)}$"]
    results = [f"- ${_safe(equation.latex)}$" for equation in summary.results]
    lines += ["", f"## {summary.results_heading}", "", *results, *["- …"] * summary.is_cut]
    return "\n".join(lines) + "\n"


def html_of(summary: Summary) -> str:
    """Tables of formulas in MathML with their sentences, for a notebook."""
    parts = [f"<strong>{html.escape(summary.title)}</strong>"]
    for heading, items in summary.phases:
        rows: list[str] = []
        for item in items:
            if isinstance(item, str):
                rows.append(f'<tr><td colspan="3" style="text-align:left">{html.escape(item)}</td></tr>')
            else:
                rows.append(_row(*item))
        parts.append(_table(heading, rows))
    rows = [f"<tr>{_cell(_block(equation.mathml))}</tr>" for equation in summary.results]
    parts.append(_table(summary.results_heading, rows + ["<tr><td>…</td></tr>"] * summary.is_cut))
    return f'<div lang="{summary.lang}">{"".join(parts)}</div>'


def _row(place: int, step: Step) -> str:
    formulas = "".join(_block(equation.mathml) for equation in step.equations)
    return f"<tr>{_cell(str(place + 1))}{_cell(formulas)}{_cell(html.escape(step.sentence))}</tr>"


def _block(mathml: str) -> str:
    """A formula on a line of its own, as tall as its fractions are: the style sheets of notebooks leave no room."""
    large = mathml.replace("<math ", '<math displaystyle="true" ', 1)
    return f'<div style="margin:.1em 0 .5em;font-size:1.15em;line-height:1.4;white-space:nowrap">{large}</div>'


def _cell(content: str) -> str:
    return f'<td style="text-align:left;vertical-align:top">{content}</td>'


def _table(caption: str, rows: list[str]) -> str:
    style = "text-align:left;caption-side:top;font-weight:bold;white-space:nowrap"
    return f'<table><caption style="{style}">{html.escape(caption)}</caption><tbody>{"".join(rows)}</tbody></table>'


def _safe(latex: str) -> str:
    """LaTeX in which Markdown cannot mistake a label for an HTML tag."""
    return re.sub(r"<(?=\S)", "＜", latex)


def _literal(text: str) -> str:
    """Text that Markdown, and HTML in it, does not take for markup."""
    return _MARKUP.sub(_escaped, text)


_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|$~&]|^[-+]|^\d+(?=[.)])")
_escaped: Callable[[re.Match[str]], str] = lambda sign: f"&#{ord(sign[0][0])};{sign[0][1:]}"
