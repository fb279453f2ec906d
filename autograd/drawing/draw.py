"""draw: a computation graph as a picture.

Each Value is a box that shows the operation, the name, the number and the gradient. An arrow leads to it from each of
its parents, with the local derivative, which the row of the table gives. All of it is read off the graph itself.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from autograd.calculus.expansion import expand_all
from autograd.drawing.boxes import slopes_of
from autograd.drawing.picture import ARROWS, Picture
from autograd.drawing.text import FONT
from autograd.graph import chain_rule, refuse_stale, topological_order
from autograd.recording.node import Node
from autograd.recording.nodes import NodeDict, NodeSet
from autograd.table.reading import is_list
from autograd.table.row import Operation
from autograd.value import Value
from autograd.writing.learners import learners
from autograd.writing.names import given_names

if TYPE_CHECKING:
    from autograd.drawing.rendering import Drawing

GRAPH = {"id": "computation", "fontname": FONT, "fontsize": "13", "nodesep": "0.3", "ranksep": "0.6"}
NODES = {"fontname": FONT, "fontsize": "14", "fontcolor": "#111111", "style": "filled"}
EDGES = {"fontname": FONT, "fontsize": "12", "fontcolor": "#333333", "color": "#555555", "arrowsize": "0.7"}
# It is edges rather than nodes that make layout programs slow; where there are many, a rougher layout has to do.
MANY_EDGES = 500
SLIDE = 40  # the boxes that can be read on a slide
DENSE = {"nodesep": "0.2", "ranksep": "0.3"}  # of a folded picture, which has to fit a slide
HASTY = {"nslimit": "2", "nslimit1": "2", "mclimit": "0.3"}
Name = str | Operation
DIRECTIONS = ("LR", "RL", "TB", "BT")


def draw(value: Value | Iterable[Value], *, direction: str = "LR", gradients: bool = True, partials: bool = True,
         names: Any = None, group: bool = True, highlight: Value | Iterable[Value] | None = None,
         parameters: Any = None, expand: bool | Name | Iterable[Name] = False, fold: bool = True,
         max_nodes: int = SLIDE, widths: bool = True) -> "Drawing":
    """The graph of a Value, or of several, as a picture: in a notebook it shows itself, elsewhere `.render()` it.

    - `direction`: which way inputs lead to outputs: "LR" for left to right, or "RL", "TB", "BT".
    - `gradients`, `partials`: whether to show the gradient of each Value, and the local derivative on each arrow.
    - `names`: a Module, or a dict of names and Values or Modules, that says what they are called. Operations stand
      in a frame for the module that they belong to, unless `group` is False.
    - `parameters`: the Values that learn, or a Module. Without it, they are the parameters of Modules in `names`, or
      else the leaves whose names begin with w, b, θ, "weight" or "bias".
    - `highlight`: one or more Values; all paths from there to the outputs are emphasised.
    - `expand`: True to open composite operations, or only those to open, by name if you like; see `expand`.
    - `max_nodes`: a graph of more nodes, or of more arrows than anyone could follow, is folded until it has no more
      boxes than that, and the caption says what was folded: first what repeats, such as steps in time, samples and
      neurons, of which the first and the last are shown in full. `fold=False`: the whole graph, however large.
    - `widths`: whether, after `backward()`, the width of an arrow tells how large a gradient flows back along it.

    The graph is not changed. Raises TypeError and ValueError for arguments that are none of these, StaleGraphError for
    a graph whose numbers were set after it was calculated, as `backward()` does.
    """
    outputs, named = _values("draw", value), given_names(names)
    marked = _values("highlight", () if highlight is None else highlight)
    if not outputs:
        raise ValueError("draw needs at least one Value")
    if direction not in DIRECTIONS:
        raise ValueError(f"direction is one of {', '.join(DIRECTIONS)}, not {direction!r}")
    if isinstance(max_nodes, bool) or not isinstance(max_nodes, int) or max_nodes < 1:  # pyright: ignore
        raise ValueError(f"max_nodes is a whole number from 1, not {max_nodes!r}")
    if expand:
        outputs, marked, named = _opened(outputs, marked, named, None if expand is True else expand, gradients)
    picture = Picture(outputs, marked, named, learners(parameters, names), gradients, partials, widths, group)
    refuse_stale(picture.order)
    edges = sum(map(len, picture.parents))
    if fold and (len(picture.order) > max_nodes or edges > ARROWS * max(SLIDE, max_nodes)):
        picture.fold(max_nodes)
    return drawing_of([*picture.caption(), *picture.statements()], edges, direction, bool(picture.groups))


def drawing_of(statements: Iterable[str], edges: int, direction: str = "LR", dense: bool = False,
               **nodes: str) -> "Drawing":
    """Statements of DOT as a drawing. `nodes`: attributes that all boxes have."""
    from autograd.drawing.rendering import Drawing

    attributes = (HASTY if edges > MANY_EDGES else {}) | (DENSE if dense else {})
    return Drawing("computation", body=[f"\t{line}\n" for line in statements], format="svg",
                   graph_attr=GRAPH | {"rankdir": direction} | attributes, node_attr=NODES | nodes, edge_attr=EDGES)


def _values(what: str, value: Any) -> list[Value]:
    """One Value, or several, as a list, each once."""
    if isinstance(value, Value):
        return [value]
    items: list[Any] = list(value) if is_list(value) else [value]
    for item in items:
        if not isinstance(item, Value):
            raise TypeError(f"{what} needs a Value or a list of Values, not {type(item).__name__!r}")
    return list(NodeSet[Value](items))


def _opened(outputs: list[Value], marked: list[Value], named: NodeDict[Value, str], only: Name | Iterable[Name] | None,
            gradients: bool) -> tuple[list[Value], list[Value], NodeDict[Value, str]]:
    """The same with composite operations opened, and in the new nodes the gradients that they would have."""
    there = NodeSet(topological_order(outputs))
    inner = [value for value in NodeSet([*marked, *named]) if value in there and value.op is not None]
    twins = NodeDict(zip([*outputs, *inner], expand_all([*outputs, *inner], only), strict=True))
    opened = [twins[output] for output in outputs]
    if gradients:
        known = {id(twin): value.grad for value, twin in twins.items()}
        order = topological_order(opened)
        for node in order:
            if node not in there:
                node.grad = known.get(id(node), 0.0)

        def to_new_nodes(node: Any) -> Iterator[tuple[int, Node, float]]:
            for place, (parent, slope) in enumerate(zip(node.parents, slopes_of(node), strict=True)):
                if isinstance(slope, float) and id(parent) not in known:
                    yield place, parent, slope

        for flow in chain_rule(order, known, to_new_nodes):
            if flow.parent not in there:
                flow.parent.grad = flow.total
    return opened, [twins.get(value, value) for value in marked], NodeDict(
        (twins.get(value, value), name) for value, name in named.items())
