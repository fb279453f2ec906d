"""draw: a computation graph as a picture.

Each Value is a box that shows the operation, the name, the number and the gradient. An arrow leads to it from each of
its parents, with the local derivative, which the row of the table gives. All of it is read off the graph itself; the
number of a node in the picture is its place in the topological order.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.boxes import Slope, arrow, box, folded_arrow, folded_box, kind_of, local_derivatives
from autograd.expansion import expand_all
from autograd.folding import fold
from autograd.graph import topological_order
from autograd.lettering import FONT, html, quoted, roomy, shortened
from autograd.membership import common, counting, lineage, members
from autograd.reading import is_list
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.rendering import Drawing

SHADES = ("#FFFFFF", "#F5F5F5")  # of frames in frames
DIRECTIONS = ("LR", "RL", "TB", "BT")


def draw(value: Value | Iterable[Value], *, direction: str = "LR", gradients: bool = True, partials: bool = True,
         names: Any = None, group: bool = True, highlight: Value | Iterable[Value] | None = None,
         expand: bool | str | Iterable[str] = False, max_nodes: int = 500, widths: bool = True) -> "Drawing":
    """The graph of a Value, or of several, as a picture: in a notebook it shows itself, elsewhere `.render()` it.

    - `direction`: where to, from inputs to outputs: "LR" for left to right, or "RL", "TB", "BT".
    - `gradients`, `partials`: whether to show the gradient of each Value, and the local derivative on each arrow.
    - `names`: a Module, or a dict of Values and Modules by name, that says which leaves are parameters, and their
      names. Operations stand in a frame for the module that they belong to, unless `group` is False.
    - `highlight`: one or more Values; all paths from there to the outputs are emphasised.
    - `expand`: True to open composite operations, or the names of those to open; see `expand`.
    - `max_nodes`: a graph of more is folded until it has no more boxes than that, and the caption says what was.
    - `widths`: whether the width of an arrow tells how large a gradient flows back along it, after `backward()`.

    The graph is not changed. Raises TypeError and ValueError for arguments that are none of these.
    """
    from autograd.rendering import Drawing

    outputs, marked, named = _values("draw", value), _values("highlight", highlight or ()), _named(names)
    if not outputs:
        raise ValueError("draw needs at least one Value")
    if direction not in DIRECTIONS:
        raise ValueError(f"direction is one of {', '.join(DIRECTIONS)}, not {direction!r}")
    if isinstance(max_nodes, bool) or not isinstance(max_nodes, int) or max_nodes < 1:  # pyright: ignore
        raise ValueError(f"max_nodes is a whole number from 1, not {max_nodes!r}")
    if expand is not False:
        outputs, marked, named = _opened(outputs, marked, named, None if expand is True else expand, gradients)
    picture = _Picture(outputs, marked, named, gradients, partials, widths, group)
    picture.fold(max_nodes)
    return Drawing("computation", body=[f"\t{line}\n" for line in picture.statements()],
                   graph_attr={"rankdir": direction, "fontname": FONT, "fontsize": "13", "nodesep": "0.3",
                               "ranksep": "0.6", "id": "computation"},
                   node_attr={"fontname": FONT, "fontsize": "14", "fontcolor": "#111111", "style": "filled"},
                   edge_attr={"fontname": FONT, "fontsize": "12", "fontcolor": "#333333", "color": "#555555",
                              "arrowsize": "0.7"}, format="svg")


class _Picture:
    """What is to be drawn. Nodes are told apart by their places in the topological order."""

    def __init__(self, outputs: list[Value], marked: list[Value], named: dict[Value, str], gradients: bool,
                 partials: bool, widths: bool, group: bool) -> None:
        self.named, self.gradients, self.partials, self.widths, self.group = named, gradients, partials, widths, group
        self.order = topological_order(outputs)
        self.places = {node: place for place, node in enumerate(self.order)}
        self.outputs = [self.places[output] for output in outputs]
        for value in marked:
            if value not in self.places:
                raise ValueError(f"the Value to highlight is not in the graph: {value!r}")
        self.marked = [self.places[value] for value in marked]
        self.emphasised = self._after(self.marked)
        parameters = {node: named[node] for node in self.order if node in named and node.op is None}
        self.inside = members(self.order, self.places, parameters)
        # The modules in which each constant is used, by the outermost module.
        self.users: dict[int, dict[tuple[str, ...], list[str]]] = {}
        for place, node in enumerate(self.order):
            for parent in node.parents:
                if parent.constant:
                    module = self.inside[place]
                    users = self.users.setdefault(self.places[parent], {})
                    users.setdefault(lineage(module)[:1], []).append(module)
        self.kinds = [kind_of(node, node in parameters, False) for node in self.order]
        for place in self.outputs:
            if self.order[place].op is not None:
                self.kinds[place] = "output"
        self.cells = [f"n{place}" for place in range(len(self.order))]  # the box of each node
        self.groups: dict[str, list[int]] = {}  # the nodes of each box that stands for several
        self.folded_as: dict[str, str] = {}  # the module that such a box is, or ""

    def fold(self, most: int) -> None:
        if len(self.order) <= most:
            return
        marks = [(kind, self.named.get(node) or node.label, place in self.emphasised)
                 for place, (node, kind) in enumerate(zip(self.order, self.kinds, strict=True))]
        units, modules = fold(self.order, self.places, self.inside, marks, {*self.outputs, *self.marked}, most)
        sizes = Counter(units)
        numbers: dict[int, str] = {}
        for place, unit in enumerate(units):
            if sizes[unit] > 1:
                cell = self.cells[place] = numbers.setdefault(unit, f"f{len(numbers)}")
                self.groups.setdefault(cell, []).append(place)
                self.folded_as[cell] = modules[place]

    def statements(self) -> Iterable[str]:
        frames: dict[str, list[str]] = {"": []}
        for place, node in enumerate(self.order):
            if self.cells[place] not in self.groups:
                for cell, module in self._copies(place):
                    frames.setdefault(module, []).append(
                        box(cell, node, self.kinds[place], self.named.get(node) or node.label or "", module,
                            self.gradients, place in self.emphasised))
        for cell, places in self.groups.items():
            module = self.folded_as[cell]
            around = lineage(module)[-2] if self.group and len(lineage(module)) > 1 else ""
            frames.setdefault(around, []).append(
                folded_box(cell, [self.order[place] for place in places], [self.kinds[place] for place in places],
                           module, self.gradients, not self.emphasised.isdisjoint(places)))
        if self.groups or self.marked:
            yield f"label=<{self._caption()}> labelloc=b labeljust=l"
        yield from _framed(frames)
        yield from self._arrows()

    def _copies(self, place: int) -> Iterable[tuple[str, str]]:
        """The boxes of a Value, each with the module whose frame it is in.

        There is one box; but a constant that is used in several of the outermost modules has one in each. Networks
        share the 1 that biases are multiplied by, and arrows from one box to all neurons would hide the rest.
        """
        if not self.group:
            return [(self.cells[place], "")]
        users = self.users.get(place)
        if users is None or self.groups:
            return [(self.cells[place], self.inside[place])]
        return [(self._cell(place, modules[0]), common(modules)) for modules in users.values()]

    def _cell(self, place: int, user: str) -> str:
        """The box from which a Value goes into an operation of this module."""
        users = self.users.get(place)
        number = list(users).index(lineage(user)[:1]) if users and self.group and not self.groups else 0
        return self.cells[place] + (f"_{number + 1}" if number else "")

    def _arrows(self) -> Iterable[str]:
        uses: Counter[tuple[str, str]] = Counter()
        emphasised: set[tuple[str, str]] = set()
        single: list[tuple[int, int, int, Slope, float | None]] = []
        for place, node in enumerate(self.order):
            if node.op is None:
                continue
            parents = [self.places[parent] for parent in node.parents]
            head = self.cells[place]
            folded = head in self.groups
            slopes = [None] * len(parents) if folded else local_derivatives(node)
            for k, (parent, slope) in enumerate(zip(parents, slopes, strict=True)):
                tail = self.cells[parent]
                if not folded and tail not in self.groups:
                    flow = node.grad * slope if self.gradients and isinstance(slope, float) else None
                    single.append((parent, place, k, slope, flow))
                elif tail != head:
                    uses[tail, head] += 1
                    if parent in self.emphasised:
                        emphasised.add((tail, head))
        flows = [abs(flow) for *_, flow in single if flow is not None and math.isfinite(flow)]
        largest = max(flows, default=0.0)
        known = largest > 0.0
        for parent, place, k, slope, flow in single:
            # What comes into a frame from the inputs starts to the left of it.
            longer = self.group and self.kinds[parent] == "input" and bool(self.inside[place])
            yield arrow(self._cell(parent, self.inside[place]), self.cells[place], f"e{place}-{k}", slope,
                        flow if known else None, largest if self.widths else 0.0, self.partials,
                        parent in self.emphasised, longer)
        for (tail, head), count in uses.items():
            yield folded_arrow(tail, head, count, (tail, head) in emphasised)

    def _after(self, marked: Sequence[int]) -> set[int]:
        """The places from which all paths to the outputs are emphasised: the marked ones, and what depends on them."""
        after = set(marked)
        if after:
            for place, node in enumerate(self.order):
                if any(self.places[parent] in after for parent in node.parents):
                    after.add(place)
        return after

    def _caption(self) -> str:
        lines: list[str] = []
        if self.groups:
            boxes = len(set(self.cells))
            lines.append(f"{len(self.order):,} values in {boxes:,} boxes")
            folded = sorted((counting(module), module, cell) for cell, module in self.folded_as.items() if module)
            modules = [f"{html(shortened(module))} ({len(self.groups[cell]):,})" for _, module, cell in folded]
            others = [len(self.groups[cell]) for cell, module in self.folded_as.items() if not module]
            if modules:
                more = f" and {len(modules) - 8} more" if len(modules) > 8 else ""
                lines.append(f"folded by module: {', '.join(modules[:8])}{more}")
            if others:
                lines.append(f"folded by structure: {sum(others):,} values into {len(others):,} "
                             f"{'boxes' if len(others) > 1 else 'box'}")
        if self.marked:
            lines.append(self._paths())
        return '<BR ALIGN="LEFT"/>'.join([" ", *lines, ""])

    def _paths(self) -> str:
        """How many paths are emphasised, each of which is a product in the sum that the chain rule makes."""
        paths = [0] * len(self.order)
        for place, node in enumerate(self.order):
            paths[place] = (place in self.marked) + sum(paths[self.places[parent]] for parent in node.parents)
        count = sum(paths[place] for place in set(self.outputs))
        many = f"{count:,}" if count < 10**9 else f"about 10^{int(math.log10(count))}"
        return f"{many} {'path' if count == 1 else 'paths'} highlighted"


def _framed(frames: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """The boxes, those of a module in a cluster, which is in the cluster of the module around it."""
    modules = sorted({outer for module in frames for outer in lineage(module)}, key=counting)
    slugs: Counter[str] = Counter()
    names: dict[str, str] = {}
    for module in modules:
        slug = re.sub(r"[^0-9A-Za-z]+", "-", module).strip("-")
        slugs[slug] += 1
        names[module] = f"c-{slug}" + (f"-{slugs[slug]}" if slugs[slug] > 1 else "")
    yield from frames.get("", ())

    def cluster(module: str) -> Iterable[str]:
        yield f'subgraph "cluster-{names[module]}" {{'
        shade = SHADES[len(lineage(module)) % 2]
        yield (f'id="{names[module]}" class=module label=<{roomy(shortened(module), 13)}> tooltip={quoted(module)} '
               f'labelloc=t labeljust=l style="rounded,filled" color="#B8B8B8" fillcolor="{shade}" fontcolor="#444444" margin=12')
        yield from frames.get(module, ())
        for inner in modules:
            if len(lineage(inner)) > 1 and lineage(inner)[-2] == module:
                yield from cluster(inner)
        yield "}"

    for module in modules:
        if len(lineage(module)) == 1:
            yield from cluster(module)


def _values(what: str, value: Any) -> list[Value]:
    """One Value, or several, as a list, each once."""
    if isinstance(value, Value):
        return [value]
    items: list[Any] = list(value) if is_list(value) else [value]
    for item in items:
        if not isinstance(item, Value):
            raise TypeError(f"{what} needs a Value or a list of Values, not {type(item).__name__!r}")
    return list(dict.fromkeys(items))


def _named(names: Any) -> dict[Value, str]:
    """The names of Values, from a module or a dict of Values and modules."""
    if names is None:
        return {}
    if hasattr(names, "named_parameters"):
        return {parameter: str(name) for name, parameter in names.named_parameters()}
    if not isinstance(names, Mapping):
        raise TypeError(f"names is a Module or a dict of Values and Modules by name, not {type(names).__name__!r}")  # pyright: ignore
    found: dict[Value, str] = {}
    items: Iterable[tuple[Any, Any]] = names.items()  # pyright: ignore[reportUnknownVariableType]
    for name, item in items:
        if isinstance(item, Value):
            found[item] = str(name)
        elif hasattr(item, "named_parameters"):
            found |= {parameter: f"{name}.{inner}" for inner, parameter in item.named_parameters()}
        else:
            raise TypeError(f"names[{name!r}] is neither a Value nor a Module, but {type(item).__name__!r}")
    return found


def _opened(outputs: list[Value], marked: list[Value], named: dict[Value, str], only: str | Iterable[str] | None,
            gradients: bool) -> tuple[list[Value], list[Value], dict[Value, str]]:
    """The same with composite operations opened, the new nodes with the gradients that they would have."""
    there = set(topological_order(outputs))
    inner = [value for value in dict.fromkeys([*marked, *named]) if value in there and value.op is not None]
    twins = dict(zip([*outputs, *inner], expand_all([*outputs, *inner], only), strict=True))
    opened = [twins[output] for output in outputs]
    if gradients:
        known = {twin: value.grad for value, twin in twins.items()}
        found = dict(known)
        for node in reversed(topological_order(opened)):
            if node not in there:
                node.grad = found.get(node, 0.0)
            if node.op is not None:
                for parent, slope in zip(node.parents, local_derivatives(node), strict=True):
                    if isinstance(slope, float) and parent not in known:
                        found[parent] = found.get(parent, 0.0) + node.grad * slope
    return opened, [twins.get(value, value) for value in marked], {twins.get(value, value): name
                                                                   for value, name in named.items()}
