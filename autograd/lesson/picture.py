"""The drawing of a graph as the page needs it: boxes and arrows where the layout put them, with places for numbers."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from typing import Any

from autograd.drawing.draw import drawing_of
from autograd.drawing.picture import Picture
from autograd.graph import topological_order
from autograd.recording.nodes import NodeDict, NodeSet
from autograd.table.reading import each
from autograd.value import Value, constant
from autograd.writing.learners import Learners
from autograd.writing.modules import lineage

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SHAPES = ("polygon", "ellipse", "path", "polyline")
_KINDS = ("output", "operation", "parameter", "constant", "input", "folded")
# What draw shows as a list of what is in it, is round here, and has the size of other boxes.
_FOLDED = re.compile(r"^(f\d+ \[.*?)label=<.*?> shape=box3d margin=\S+(.*?)(?: width=\S+)?( tooltip=)", re.DOTALL)
_NEURON = r'\1label="" shape=ellipse width=1.5 height=0.85\2\3'
# The lines of text in a box: what it is for, how far below the middle it is, and its size.
_LINES = (("name", -11, 13), ("value", 5, 15), ("gradient", 20, 12))


def picture(output: Value, names: NodeDict[Value, str], parameters: NodeSet[Value],
            folded: Mapping[str, Sequence[Value]]) -> str:
    """The graph as SVG, from left to right, without the colours, numbers and names, which the page puts in.

    Each box says which node it is, by its place in the topological order, and each arrow which child and argument.
    `folded`: the modules that are one box each, with their nodes.
    """
    return _svg([output], names, parameters, None, folded)


def picture_of_part(part: Sequence[Value], places: NodeDict[Value, int], names: NodeDict[Value, str],
                    parameters: NodeSet[Value]) -> str:
    """Some nodes of a graph, in topological order, with what they come from, each by its place in the whole graph."""
    twins = NodeDict[Value, Value]()
    for node in part:
        for parent in node.parents:
            if parent not in twins:
                twins[parent] = _leaf(parent)  # it is not in the part itself
        if node.op is None:
            twins[node] = _leaf(node)
        else:
            twins[node] = Value.restored(node.op, each(twins.__getitem__, node.arguments), node.data)
    used = NodeSet[Value](parent for node in part for parent in node.parents)
    outputs = [twins[node] for node in part if node not in used and node.op is not None]
    place_of = NodeDict((twin, places[node]) for node, twin in twins.items())
    named = NodeDict((twins[node], name) for node, name in names.items() if node in twins)
    learning = NodeSet(twins[node] for node in parameters if node in twins)
    return _svg(outputs, named, learning, [place_of[twin] for twin in topological_order(outputs)], {})


def _leaf(node: Value) -> Value:
    return constant(node.data) if node.constant else Value(node.data, node.label)


def _svg(outputs: list[Value], names: NodeDict[Value, str], parameters: NodeSet[Value], places: Sequence[int] | None,
         folded: Mapping[str, Sequence[Value]]) -> str:
    """`places`: the numbers of the nodes on the page, in topological order; None if they are what the drawing has."""
    drawn = Picture(outputs, [], names, Learners(parameters, NodeSet(), NodeSet()), True, True, False, places is None)
    for number, (module, nodes) in enumerate(folded.items()):
        for node in nodes:
            drawn.put(drawn.places[node], f"f{number}", module)
    drawn.has_gradient = [True for _ in drawn.order]  # each box has room for one
    edges = sum(map(len, drawn.parents))
    statements = (_FOLDED.sub(_NEURON, statement) for statement in drawn.statements())
    drawing = drawing_of(statements, edges, width="1.35")  # inches: room for any number of 4 digits
    svg = ElementTree.fromstring(drawing.svg())
    (graph,) = (child for child in svg if _tag(child) == "g")
    _put_in_order(graph, list(folded))
    parts: dict[str, list[str]] = {"cluster": [], "edge": [], "node": []}
    for group in graph:
        kind = group.get("class", "").split(" ")[0]
        if _tag(group) == "g" and kind in parts:
            write = {"cluster": _cluster, "edge": _edge, "node": _node}[kind]
            parts[kind].append(write(group, places))
    *_, width, height = (float(number) for number in svg.get("viewBox", "").split())
    across, down = (float(number) for number in _NUMBER.findall(graph.get("transform", "").partition("translate")[2]))
    return (f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}"><g transform="translate({across:.1f} {down:.1f})">'
            + "".join(parts["cluster"] + parts["edge"] + parts["node"]) + "</g></svg>")


def _put_in_order(graph: ElementTree.Element, folded: Sequence[str]) -> None:
    """The neurons of a layer from top to bottom. No layout program can be asked for that; but where they all have the
    same neighbours, each of their boxes may stand for any of them.
    """
    middles: dict[str, float] = {}
    neighbours: dict[str, set[tuple[str, ...]]] = {f"f{number}": set() for number in range(len(folded))}
    for group in graph:
        name = group.get("id", "")
        if name in neighbours:
            _, top, _, bottom = _bounds(next(child for child in group if _tag(child) in _SHAPES))
            middles[name] = (top + bottom) / 2
        elif name.startswith("e-"):
            _, tail, head = name.split("-")
            for box, key in ((tail, ("to", head)), (head, ("from", tail))):
                neighbours.get(box, set()).add(key)
    alike: dict[Any, list[str]] = {}
    for number, module in enumerate(folded):
        alike.setdefault((lineage(module)[:-1], frozenset(neighbours[f"f{number}"])), []).append(f"f{number}")
    renamed = {drawn: box for boxes in alike.values()
               for drawn, box in zip(sorted(boxes, key=middles.__getitem__), boxes, strict=True)}
    for group in graph:
        parts = group.get("id", "").split("-")
        if parts[-1] in renamed or parts[0] == "e":
            group.set("id", "-".join(renamed.get(part, part) for part in parts))


def _node(group: ElementTree.Element, places: Sequence[int] | None) -> str:
    name = group.get("id", "")
    shapes = [child for child in group if _tag(child) in _SHAPES]
    left, top, right, bottom = _bounds(shapes[0])
    x, y = (left + right) / 2, (top + bottom) / 2
    kind = next(kind for kind in _KINDS if kind in group.get("class", "").split())
    width = (right - left) * (0.84 if kind in ("input", "parameter") else 0.98)  # without the corners
    # Spaces between the lines keep them apart for a screen reader.
    texts = " ".join(f'<text class="{role}" x="{x:.1f}" y="{y + below:.1f}" data-size="{size}" font-size="{size}"/>'
                     for role, below, size in _LINES)
    if kind == "folded":
        identity = f' data-group="{name[1:]}"'
    else:  # a constant may have several boxes: n5, n5_2
        place = int(name[1:].partition("_")[0])
        identity = f' id="{name}" data-node="{place}"' if places is None else f' data-node="{places[place]}"'
    return f'<g{identity} class="node {kind}" data-width="{width:.0f}">' + "".join(map(_shape, shapes)) + texts + "</g>"


def _edge(group: ElementTree.Element, places: Sequence[int] | None) -> str:
    name = group.get("id", "")
    shapes = [child for child in group if _tag(child) in _SHAPES]
    labels = [child for child in group if _tag(child) == "text"]
    label = ""
    if labels:
        left, _, right, _ = _bounds(shapes.pop())  # what the label is written on
        x, y = (left + right) / 2, float(labels[0].get("y", "0"))
        label = f'<text class="partial" x="{x:.1f}" y="{y:.1f}" data-size="12" font-size="12"/>'
    lines = "".join(map(_shape, shapes))
    if name.startswith("e-"):  # between two boxes, one of them folded: e-f0-n5
        return f'<g class="edge" data-between="{name[2:].replace("-", " ")}">{lines}</g>'
    child, _, argument = name[1:].partition("-")
    edge = f"{child if places is None else places[int(child)]}-{argument}"
    identity = f' id="{name}"' if places is None else ""
    return f'<g{identity} class="edge" data-edge="{edge}">{lines}{label}</g>'


def _cluster(group: ElementTree.Element, _places: Sequence[int] | None) -> str:
    shapes = "".join(_shape(child) for child in group if _tag(child) in _SHAPES)
    texts = [child for child in group if _tag(child) == "text"]
    name = ElementTree.Element("text", {"x": texts[0].get("x", "0"), "y": texts[0].get("y", "0")})
    name.text = "".join(part.text or "" for part in texts)
    name.set("data-module", next((part.text or "" for part in group if _tag(part) == "title"), name.text))
    return f'<g class="module">{shapes}{ElementTree.tostring(name, encoding="unicode")}</g>'


def _shape(shape: ElementTree.Element) -> str:
    """A shape without its colours; its coordinates with one digit."""
    attributes = "".join(f' {name}="{_NUMBER.sub(_shorter, value)}"' for name, value in shape.attrib.items()
                         if name in ("d", "points", "cx", "cy", "rx", "ry"))
    return f"<{_tag(shape)}{attributes}/>"


def _shorter(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _bounds(shape: ElementTree.Element) -> tuple[float, float, float, float]:
    if _tag(shape) == "ellipse":
        x, y, rx, ry = (float(shape.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
        return x - rx, y - ry, x + rx, y + ry
    numbers = [float(number) for number in _NUMBER.findall(shape.get("d") or shape.get("points") or "")]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
