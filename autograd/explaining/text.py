"""An explanation in a terminal: aligned columns of equations, in 80 columns."""

import os
import sys

from autograd.explaining.equations import Equation, written
from autograd.explaining.summary import Summary
from autograd.writing.text import columns

WIDTH = 80
_COLUMN = 28  # the most that a column may take of that, so that one long formula does not push the others aside
_BOLD, _PLAIN = "\033[1m", "\033[0m"


def text_of(summary: Summary) -> str:
    """The phases, then the derivatives that were asked for. In colour on a terminal, unless NO_COLOR is set."""
    blocks: list[tuple[str, list[str | list[Equation]]]] = []
    for heading, items in summary.phases:
        blocks.append((heading, [item if isinstance(item, str) else [*item[1].equations] for item in items]))
    blocks.append((summary.results_heading,
                   [*([equation] for equation in summary.results), *["…"] * summary.is_cut]))
    lines: list[str] = []
    for heading, items in blocks:
        if items:
            lines += ["", *(f"{_BOLD}{line}{_PLAIN}" for line in folded(heading.split(" "), 0, " ")), *_aligned(items)]
    text = "\n".join(lines[1:])
    return text if _has_colour() else text.replace(_BOLD, "").replace(_PLAIN, "")


def _aligned(items: list[str | list[Equation]]) -> list[str]:
    """One or more lines for each equation; all but the first of a step are indented."""
    rows = [(2 + 2 * (place > 0), cells_of(equation)) for item in items if not isinstance(item, str)
            for place, equation in enumerate(item)]
    widths = [0] * 8
    for indent, cells in rows:
        for place, cell in enumerate(cells[:-1]):
            size = columns(cell) + (indent if place == 0 else 0)
            if size <= _COLUMN:
                widths[place] = max(widths[place], size)
    lines: list[str] = []
    rest = iter(rows)
    for item in items:
        if isinstance(item, str):
            lines += folded(item.split(" "), 2, " ")
            continue
        for _ in item:
            indent, cells = next(rest)
            padded = [_padded(cell, width - (indent if place == 0 else 0))
                      for place, (cell, width) in enumerate(zip(cells, widths))]
            line = " " * indent + "  ".join([*padded[:-1], cells[-1]])
            if columns(line) > WIDTH:
                lines += folded([padded[0], *cells[1:]], indent, "  ")
            else:
                lines.append(line)
    return lines


def folded(parts: list[str], indent: int, between: str) -> list[str]:
    """Parts one after another, on as many lines as they need."""
    lines = [" " * indent]
    for part in parts:
        part = _shortened(part, WIDTH - indent - 4)
        if lines[-1].strip() and columns(lines[-1] + part) > WIDTH:
            lines.append(" " * (indent + 4))
        lines[-1] += part + between
    return [line.rstrip() for line in lines]


def cells_of(equation: Equation) -> list[str]:
    return [written(equation.left, "text"), *(f"{sign} {written(part, 'text')}" for sign, part in equation.right)]


def _shortened(text: str, width: int) -> str:
    """The text without its middle, if it is too wide. What is left is whole words, where there are any."""
    if columns(text) <= width:
        return text
    ends = [text[: width // 2], text[-(width // 2) :]]
    while columns("".join(ends)) > width - 3:
        ends = [ends[0][:-1], ends[1][1:]]
    return f"{ends[0].rpartition(' ')[0] or ends[0]} … {ends[1].partition(' ')[2] or ends[1]}"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _has_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
