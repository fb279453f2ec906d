"""The drawing of a graph as the page needs it: boxes and arrows where the layout put them, with places for numbers."""

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

from autograd.drawing import draw
from autograd.value import Value

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SHAPES = ("polygon", "ellipse", "path", "polyline")
_USABLE = {"ellipse": 0.86, "polygon": 0.98, "path": 0.98}  # of a box's width, for text


def picture(output: Value, names: dict[Value, str] | None = None, identified: bool = True) -> str:
    """The graph as SVG without colours, numbers and names: these are the page's. Its direction is left to right.

    Each box says which node it is, by its place in the topological order, and each arrow which child and argument.
    """
    drawing = draw(output, names={name: value for value, name in (names or {}).items()}, max_nodes=10**9, widths=False)
    drawing.node_attr["width"] = "1.35"  # inches: room for any number of 4 digits
    svg = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", drawing.svg()))
    (graph,) = (child for child in svg if _tag(child) == "g")
    parts: dict[str, list[str]] = {"cluster": [], "edge": [], "node": []}
    for group in graph:
        kind = group.get("class", "").split(" ")[0]
        if _tag(group) == "g" and kind in parts:
            parts[kind].append(_WRITERS[kind](group, identified))
    box = [float(number) for number in svg.get("viewBox", "").split()]
    shift = [float(number) for number in _NUMBER.findall(graph.get("transform", "").partition("translate")[2])]
    return (f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box[2]:.0f} {box[3]:.0f}" '
            f'width="{box[2]:.0f}" height="{box[3]:.0f}">'
            f'<g transform="translate({shift[0]:.1f} {shift[1]:.1f})">'
            + "".join(parts["cluster"] + parts["edge"] + parts["node"]) + "</g></svg>")


def _node(group: ElementTree.Element, identified: bool) -> str:
    name = group.get("id", "")
    shapes = [child for child in group if _tag(child) in _SHAPES]
    left, top, right, bottom = _bounds(shapes[0])
    x, y = (left + right) / 2, (top + bottom) / 2
    kind = next(kind for kind in ("output", "operation", "parameter", "constant", "input")
                if kind in group.get("class", "").split())
    # A pill for what was calculated, the shape of the drawing for the rest.
    width = (right - left) * (0.84 if kind in ("input", "parameter") else 0.98)
    lines = [("name", y - 11, 13), ("value", y + (5 if kind != "constant" else 5), 15), ("gradient", y + 20, 12)]
    texts = " ".join(f'<text class="{role}" x="{x:.1f}" y="{line:.1f}" data-size="{size}" font-size="{size}"/>'
                    for role, line, size in lines)
    identity = f' id="{name}"' if identified else ""
    return (f'<g{identity} class="node {kind}" data-node="{name[1:]}" data-width="{width:.0f}">'
            + "".join(map(_shape, shapes)) + texts + "</g>")


def _edge(group: ElementTree.Element, identified: bool) -> str:
    name = group.get("id", "")
    shapes = [child for child in group if _tag(child) in _SHAPES]
    labels = [child for child in group if _tag(child) == "text"]
    label = ""
    if labels:
        x, y = float(labels[0].get("x", "0")), float(labels[0].get("y", "0"))
        label = f'<text class="partial" x="{x:.1f}" y="{y:.1f}" data-size="12" font-size="12"/>'
    identity = f' id="{name}"' if identified else ""
    return f'<g{identity} class="edge" data-edge="{name[1:]}">' + "".join(map(_shape, shapes)) + label + "</g>"


def _cluster(group: ElementTree.Element, _identified: bool) -> str:
    shapes = [child for child in group if _tag(child) in _SHAPES]
    texts = [child for child in group if _tag(child) == "text"]
    written = ElementTree.Element("text", {"class": "module", "x": texts[0].get("x", "0"), "y": texts[0].get("y", "0")}
                                  ) if texts else None
    if written is not None:
        written.text = "".join(text.text or "" for text in texts)
    return ('<g class="module">' + "".join(map(_shape, shapes))
            + (ElementTree.tostring(written, encoding="unicode") if written is not None else "") + "</g>")


def _shape(shape: ElementTree.Element) -> str:
    """A shape without its colours; its coordinates with one digit."""
    kept = {name: _NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), value)
            for name, value in shape.attrib.items() if name in ("d", "points", "cx", "cy", "rx", "ry")}
    attributes = "".join(f' {name}="{value}"' for name, value in kept.items())
    return f"<{_tag(shape)}{attributes}/>"


def _bounds(shape: ElementTree.Element) -> tuple[float, float, float, float]:
    if _tag(shape) == "ellipse":
        x, y, rx, ry = (float(shape.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
        return x - rx, y - ry, x + rx, y + ry
    numbers = [float(number) for number in _NUMBER.findall(shape.get("d") or shape.get("points") or "")]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


_WRITERS: dict[str, Any] = {"node": _node, "edge": _edge, "cluster": _cluster}
