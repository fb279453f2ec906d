"""Picture: a graph as statements of DOT, the language of layout programs: boxes in the frames of their modules, arrows,
and a caption. What one box or arrow looks like stands in boxes.py; which nodes share a box is found by folding.py.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from autograd.drawing.boxes import Slope, arrow, box, folded_arrow, folded_box, kind_of, slopes_of
from autograd.drawing.folding import fold
from autograd.drawing.text import html, quoted, wide_html
from autograd.graph import topological_order
from autograd.recording.nodes import NodeDict
from autograd.value import Value
from autograd.writing.modules import common_module, lineage, modules_of_nodes, natural_order
from autograd.writing.names import names_of, readable
from autograd.writing.text import shortened
from autograd.writing.uses import dependents, edges_of

UNCOUNTED = 10**9  # paths; their number may have thousands of digits
SHADES = ("#FFFFFF", "#F5F5F5")  # of frames in frames


class Picture:
    """Nodes are known by their places in the topological order, which name their boxes: n0, n1, ..."""

    def __init__(self, outputs: list[Value], marked: list[Value], named: NodeDict[Value, str], gradients: bool,
                 partials: bool, widths: bool, group: bool) -> None:
        self.named, self.gradients, self.partials, self.widths = named, gradients, partials, widths
        self.group = group
        self.order = topological_order(outputs)
        self.names = names_of(self.order, named, outputs)
        self.places = NodeDict((node, place) for place, node in enumerate(self.order))
        self.outputs = [self.places[output] for output in outputs]
        for value in marked:
            if value not in self.places:
                raise ValueError(f"the Value to highlight is not in the graph: {value!r}")
        self.marked = [self.places[value] for value in marked]
        self.parents = [[self.places[parent] for parent in node.parents] for node in self.order]
        self.emphasised = self._after(self.marked)
        known = set(self._before([self.places[output] for output in outputs if output.grad])) if gradients else ()
        self.has_gradient = [place in known for place in range(len(self.order))]
        parameters = {place: named[node] for place, node in enumerate(self.order) if node.op is None and node in named}
        self.inside = modules_of_nodes(self.order, self.parents, parameters)
        framed = group and any(self.inside)
        # The modules in which each constant is used, by the outermost module.
        self.users: dict[int, dict[tuple[str, ...], list[str]]] = {}
        for place, above in enumerate(self.parents):
            for parent in above if framed else ():
                if self.order[parent].constant:
                    module = self.inside[place]
                    self.users.setdefault(parent, {}).setdefault(lineage(module)[:1], []).append(module)
        shown = set(self.outputs)
        self.kinds = [kind_of(node, place in parameters, place in shown) for place, node in enumerate(self.order)]
        self.boxes = [f"n{place}" for place in range(len(self.order))]  # the box of each node
        self.groups: dict[str, list[int]] = {}  # the nodes of each box that stands for several
        self.folded_as: dict[str, str] = {}  # the module that such a box is, or ""

    def fold(self, most: int) -> None:
        """Show several nodes as one box, f0, f1, ..., so that there are no more than `most` boxes."""
        marks = [(kind, self.named.get(node) or node.label, place in self.emphasised)
                 for place, (node, kind) in enumerate(zip(self.order, self.kinds, strict=True))]
        units, modules = fold(self.order, self.parents, self.inside, marks, {*self.outputs, *self.marked}, most)
        sizes = Counter(units)
        numbers: dict[int, str] = {}
        for place, unit in enumerate(units):
            if sizes[unit] > 1:
                self.put(place, numbers.setdefault(unit, f"f{len(numbers)}"), modules[place])

    def put(self, place: int, name: str, module: str) -> None:
        """Put a node into the box of this name, which stands for several, and for this module if there is one."""
        self.boxes[place] = name
        self.groups.setdefault(name, []).append(place)
        self.folded_as[name] = module

    def statements(self) -> Iterable[str]:
        """The boxes in their frames, and the arrows, in DOT."""
        frames: dict[str, list[str]] = {"": []}
        folded = set(self.folded_as.values()) - {""}
        for place, node in enumerate(self.order):
            if self.boxes[place] not in self.groups:
                for name, module in self._copies(place):
                    # A node kept apart from a module that is a box goes beside that box, without a frame of its name.
                    module = next((_around(outer) for outer in lineage(module) if outer in folded), module)
                    frames.setdefault(module, []).append(
                        box(name, node, self.kinds[place], *self._name(node), module, self.has_gradient[place],
                            place in self.emphasised))
        for name, places in self.groups.items():
            module = self.folded_as[name]
            frames.setdefault(_around(module) if self.group else "", []).append(
                folded_box(name, [self.order[place] for place in places], [self.kinds[place] for place in places],
                           module, all(self.has_gradient[place] for place in places),
                           not self.emphasised.isdisjoint(places)))
        yield from _framed(frames)
        yield from self._arrows()

    def _copies(self, place: int) -> Iterable[tuple[str, str]]:
        """The boxes of a Value, each with the module whose frame it is in.

        There is one box; but a constant that is used in several of the outermost modules has one in each. Networks
        share the 1 that biases are multiplied by, and arrows from one box to all neurons would hide the rest.
        """
        if not self.group:
            return [(self.boxes[place], "")]
        users = self.users.get(place)
        if users is None or self.groups:
            return [(self.boxes[place], self.inside[place])]
        return [(self._box_for(place, modules[0]), common_module(modules)) for modules in users.values()]

    def _box_for(self, place: int, user: str) -> str:
        """The box from which a Value goes into an operation of this module."""
        users = self.users.get(place)
        number = list(users).index(lineage(user)[:1]) if users and self.group and not self.groups else 0
        return self.boxes[place] + (f"_{number + 1}" if number else "")

    def _arrows(self) -> Iterable[str]:
        uses: Counter[tuple[str, str]] = Counter()
        emphasised: set[tuple[str, str]] = set()
        flowing: set[tuple[str, str]] = set()  # not from constants alone
        single: list[tuple[int, int, int, Slope, float | None]] = []
        for place, node in enumerate(self.order):
            if node.op is None:
                continue
            parents = self.parents[place]
            head = self.boxes[place]
            folded = head in self.groups
            slopes = [None] * len(parents) if folded else slopes_of(node)
            for k, (parent, slope) in enumerate(zip(parents, slopes, strict=True)):
                tail = self.boxes[parent]
                if not folded and tail not in self.groups:
                    flow = node.grad * slope if self.has_gradient[place] and isinstance(slope, float) else None
                    single.append((parent, place, k, slope, flow))
                elif tail != head:
                    uses[tail, head] += 1
                    if parent in self.emphasised:
                        emphasised.add((tail, head))
                    if not self.order[parent].constant:
                        flowing.add((tail, head))
        flows = [abs(flow) for *_, flow in single if flow is not None and math.isfinite(flow)]
        largest = max(flows, default=0.0)
        known = largest > 0.0
        uses_of = self._numbered_uses()
        for parent, place, k, slope, flow in single:
            # What comes into a frame from the inputs starts to the left of it.
            longer = self.group and self.kinds[parent] == "input" and bool(self.inside[place])
            yield arrow(self._box_for(parent, self.inside[place]), self.boxes[place], f"e{place}-{k}", slope,
                        uses_of.get((place, k), 0), flow if known else None, largest if self.widths else 0.0,
                        self.partials, parent in self.emphasised, longer)
        for (tail, head), count in uses.items():
            yield folded_arrow(tail, head, count, (tail, head) in flowing, (tail, head) in emphasised)

    def _name(self, node: Value) -> tuple[str, bool]:
        """What a node is called, and whether the user calls it so: then as it was typed, but told apart from others."""
        name, typed = self.names.get(node, ""), str(self.named.get(node) or node.label or "")
        if node.constant:
            return typed, True
        as_read = readable(typed)
        return (typed + name[len(as_read) :], True) if as_read and name.startswith(as_read) else (name, bool(typed))

    def _numbered_uses(self) -> dict[tuple[int, int], int]:
        """The number of each use, as explanations count them, of Values that have several: by child and place."""
        leaves = [node for node in self.order if node.op is None and not node.constant]
        outputs = [self.order[place] for place in self.outputs]
        moving = dependents(self.order, [*leaves, *outputs])
        return {(self.places[edge.child], edge.place): edge.use
                for edge in edges_of(self.order, outputs, moving.__contains__) if edge.uses > 1}

    def _before(self, places: list[int]) -> list[int]:
        """These places, and all that they were calculated from."""
        return [self.places[node] for node in topological_order([self.order[place] for place in places])]

    def _after(self, marked: Sequence[int]) -> set[int]:
        """The places from which all paths to the outputs are emphasised: the marked ones, and what depends on them."""
        after = set(marked)
        if after:
            for place, parents in enumerate(self.parents):
                if not after.isdisjoint(parents):
                    after.add(place)
        return after

    def caption(self) -> Iterable[str]:
        """What was folded and how many paths are emphasised, as a statement of DOT, if there is any of that."""
        lines: list[str] = []
        if self.groups:
            boxes = len(set(self.boxes))
            lines.append(f"{len(self.order):,} values in {boxes:,} boxes")
            folded = sorted((natural_order(module), module, name) for name, module in self.folded_as.items() if module)
            modules = [f"{html(shortened(module))} ({len(self.groups[name]):,})" for _, module, name in folded]
            others = [len(self.groups[name]) for name, module in self.folded_as.items() if not module]
            if modules:
                more = f" and {len(modules) - 8} more" if len(modules) > 8 else ""
                lines.append(f"folded by module: {', '.join(modules[:8])}{more}")
            if others:
                lines.append(f"folded by structure: {sum(others):,} values into {len(others):,} "
                             f"{'boxes' if len(others) > 1 else 'box'}")
        if self.marked:
            lines.append(self._paths())
        if lines:
            text = '<BR ALIGN="LEFT"/>'.join([" ", *lines, ""])
            yield f"label=<{text}> labelloc=b labeljust=l"

    def _paths(self) -> str:
        """How many paths are emphasised, each of which is a product in the sum that the chain rule makes."""
        paths = [0] * len(self.order)
        for place, parents in enumerate(self.parents):
            paths[place] = min(UNCOUNTED, (place in self.marked) + sum(paths[parent] for parent in parents))
        count = sum(paths[place] for place in set(self.outputs))
        many = f"{count:,}" if count < UNCOUNTED else "more than a billion"
        return f"{many} {'path' if count == 1 else 'paths'} highlighted"


def _around(module: str) -> str:
    """The module that this one is in, "" if there is none."""
    return ("", "", *lineage(module))[-2]


def _framed(frames: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """The boxes, those of a module in a cluster, which is in the cluster of the module around it."""
    modules = sorted({outer for module in frames for outer in lineage(module)}, key=natural_order)
    slugs: Counter[str] = Counter()
    names: dict[str, str] = {}
    inner: dict[str, list[str]] = {}
    for module in modules:
        slug = re.sub(r"[^0-9A-Za-z]+", "-", module).strip("-")
        slugs[slug] += 1
        names[module] = f"c-{slug}" + (f"-{slugs[slug]}" if slugs[slug] > 1 else "")
        inner.setdefault(_around(module), []).append(module)
    return _contents("", frames, inner, names)


def _contents(module: str, frames: Mapping[str, Sequence[str]], inner: Mapping[str, Sequence[str]],
              names: Mapping[str, str]) -> Iterable[str]:
    """The boxes of a module, and the clusters of the modules in it."""
    yield from frames.get(module, ())
    for part in inner.get(module, ()):
        shade = SHADES[len(lineage(part)) % 2]
        yield f'subgraph "cluster-{names[part]}" {{'
        yield (f'id="{names[part]}" class=module label=<{wide_html(shortened(part), 13)}> tooltip={quoted(part)} '
               f'labelloc=t labeljust=l style="rounded,filled" color="#B8B8B8" fillcolor="{shade}" '
               'fontcolor="#444444" margin=12')
        yield from _contents(part, frames, inner, names)
        yield "}"
