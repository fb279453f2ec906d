"""The picture of how compiling works: `python docs/hooks/compiling.py` writes docs/compiling.svg.

On the left the first layer of MLP(2, [16, 16, 1]) as nodes, in the middle the two groups that they are sorted into, on
the right the loops that these become, and what a number in them is: a vector with a lane for each sample. The places
are those of the listing in docs/compiling.md.
"""

import sys
from pathlib import Path

PICTURE = Path(__file__).parents[1] / "compiling.svg"
FONT = "Helvetica,Arial,sans-serif"
WIDTH, HEIGHT = 1000, 370
INK, LINE = "#1b1f24", "#5b6570"
GRAY, BLUE, YELLOW, GREEN = "#f4f6f8", "#e3efff", "#ffefd0", "#e6f4ea"
INPUTS, NEURONS = (140, 210), (80, 130, 180, 270)  # how far down the boxes are
LANES = 16
DOT = ("for m in 0..15:", "  y = w[3m]", "  for k in 0..1:", "    y += w[3m + 1 + k] · lanes[k]", "  lanes[m + 2] = y")
RELU = ("for m in 0..15:", "  lanes[m + 18] = relu(lanes[m + 2])")


def main(path: str | Path = PICTURE) -> int:
    Path(path).write_text(picture(), encoding="utf-8")
    print(path)
    return 0


def picture() -> str:
    """All of it as SVG, on white, so that it can be read on any page."""
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff"/>', *graph(), arrow(295, 175, 340),
             *groups(), arrow(600, 175, 645), *loops()]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
            "<title>The nodes of a layer become two groups, and these two loops over vectors of samples</title>"
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0,0 L8,4 L0,8 z" fill="{LINE}"/></marker></defs>' + "".join(parts) + "</svg>\n")


def graph() -> list[str]:
    """Each neuron is a dot product of both inputs and a ReLU."""
    parts = [text(155, 34, "the graph: many nodes", 16)]
    for y in NEURONS:
        parts += [arrow(60, start, 120, y + (4 if start > y else -4), 1) for start in INPUTS]
        parts += [arrow(172, y, 210, y, 1), box(120, y, 52, "dot", BLUE), box(210, y, 58, "relu", YELLOW)]
    parts += [box(26, y, 34, f"x{place}", GRAY) for place, y in enumerate(INPUTS)]
    return [*parts, *(text(x, 230, "⋮", 20) for x in (146, 239)), text(193, 318, "16 neurons", 13)]


def groups() -> list[str]:
    """What a group is: how many there are of what, and where their arguments and results are."""
    parts = [text(470, 34, "groups: few kinds", 16)]
    for y, fill, title, lines in (
            (72, BLUE, "16 × dot", ("weights at 3m + 1, two of them", "inputs at 0, two of them", "results at m + 2")),
            (202, YELLOW, "16 × relu", ("argument at m + 2", "result at m + 18"))):
        parts.append(frame(348, y, 244, 38 + 22 * len(lines), fill))
        parts.append(text(470, y + 24, title, 15))
        parts += [text(470, y + 48 + 21 * place, line, 13) for place, line in enumerate(lines)]
    return [*parts, text(470, 318, "where things are is data:", 13), text(470, 336, "m counts the members", 13)]


def loops() -> list[str]:
    """The code, and one of the numbers in it."""
    parts = [text(818, 34, "loops: one for each group", 16)]
    for y, fill, lines in ((54, BLUE, DOT), (182, YELLOW, RELU)):
        parts.append(frame(655, y, 326, 16 + 21 * len(lines), fill))
        for place, line in enumerate(lines):
            shown = line.replace(" ", "\u00a0")
            parts.append(f'<text x="669" y="{y + 22 + 21 * place}" font-family="monospace" font-size="14" fill="{INK}">'
                         f"{shown}</text>")
    parts.append(text(818, 276, "lanes[2]", 14))
    for lane in range(LANES):
        x = 658 + 20 * lane
        parts.append(f'<rect x="{x}" y="284" width="20" height="26" fill="{GREEN}" stroke="#2e7d32"/>')
        parts.append(text(x + 10, 302, str(lane + 1), 12))
    return [*parts, text(818, 331, "each number has a lane for each of 16 samples:", 13),
            text(818, 349, "an instruction works on several at once", 13)]


def text(x: float, y: float, words: str, size: int) -> str:
    return (f'<text x="{x}" y="{y}" text-anchor="middle" font-family="{FONT}" font-size="{size}" fill="{INK}">'
            f"{words}</text>")


def frame(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{LINE}"/>'


def box(x: float, middle: float, width: float, words: str, fill: str) -> str:
    return frame(x, middle - 14, width, 28, fill) + text(x + width / 2, middle + 5, words, 14)


def arrow(x1: float, y1: float, x2: float, y2: float | None = None, width: float = 2.5) -> str:
    return (f'<line x1="{x1}" y1="{y1}" x2="{x2 - 1}" y2="{y1 if y2 is None else y2}" stroke="{LINE}" '
            f'stroke-width="{width}" marker-end="url(#tip)"/>')


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
