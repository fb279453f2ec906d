"""The picture of how compiling works: `python docs/hooks/compiling.py` writes docs/compiling.svg.

On the left a layer of a network as nodes, in the middle the two loops that it becomes, on the right a number with a
lane for each sample.
"""

import sys
from pathlib import Path

PICTURE = Path(__file__).parents[1] / "compiling.svg"
FONT = "Helvetica,Arial,sans-serif"
WIDTH, HEIGHT = 960, 330


def main(path: str | Path = PICTURE) -> int:
    Path(path).write_text(picture(), encoding="utf-8")
    print(path)
    return 0


def picture() -> str:
    """All of it as SVG, on white, so that it can be read on any page."""
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff"/>']
    parts += [text(150, 30, "a graph: many nodes, few kinds", 16), text(480, 30, "one loop for each kind", 16),
              text(815, 30, "one number, many samples", 16)]
    for row in range(4):
        y = 75 + 52 * row + (30 if row == 3 else 0)
        parts += [box(45, y - 14, 34, 28, "x", "#f4f6f8"), box(125, y - 14, 52, 28, "dot", "#e3efff"),
                  box(215, y - 14, 58, 28, "ReLU", "#ffefd0"),
                  line(79, y, 125, y), line(177, y, 215, y)]
    parts += [text(x, 214, "⋮", 20) + text(x, 315, "16 of them", 13) for x in (151, 244)]
    parts += [line(290, 150, 350, 150, True)]
    loops = ("for m in 0..15:", "  y = w[17m]", "  for k in 0..15:", "    y += w[17m + 1 + k] · x[k]",
             "  results[m] = y", "", "for m in 0..15:", "  active[m] = ReLU(results[m])")
    parts.append('<rect x="355" y="58" width="285" height="206" rx="6" fill="#f4f6f8" stroke="#5b6570"/>')
    for place, loop in enumerate(loops):
        shown = loop.replace(" ", "\u00a0")
        parts.append(f'<text x="370" y="{86 + 24 * place}" font-family="monospace" font-size="14" fill="#1b1f24">'
                     f"{shown}</text>")
    parts += [text(497, 290, "the places are data:", 13), text(497, 308, "the code is the same for any width", 13),
              line(645, 150, 700, 150, True)]
    for lane in range(8):
        x = 712 + 26 * lane
        parts.append(f'<rect x="{x}" y="132" width="26" height="36" fill="#e6f4ea" stroke="#2e7d32"/>')
        parts.append(text(x + 13, 155, str(lane + 1), 13))
    parts += [text(816, 120, "results[m]", 14), text(816, 192, "a lane for each sample:", 13),
              text(816, 210, "one instruction works on all of them", 13)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
            "<title>A layer becomes two loops, and each number a vector of samples</title>"
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" fill="#5b6570"/></marker></defs>' + "".join(parts) + "</svg>\n")


def text(x: float, y: float, words: str, size: int) -> str:
    return (f'<text x="{x}" y="{y}" text-anchor="middle" font-family="{FONT}" font-size="{size}" fill="#1b1f24">'
            f"{words}</text>")


def box(x: float, y: float, width: float, height: float, words: str, fill: str) -> str:
    return (f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="{fill}" stroke="#5b6570"/>'
            + text(x + width / 2, y + height / 2 + 5, words, 14))


def line(x1: float, y1: float, x2: float, y2: float, is_bold: bool = False) -> str:
    width = 2.5 if is_bold else 1.2
    return (f'<line x1="{x1}" y1="{y1}" x2="{x2 - 1}" y2="{y2}" stroke="#5b6570" stroke-width="{width}" '
            'marker-end="url(#tip)"/>')


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
