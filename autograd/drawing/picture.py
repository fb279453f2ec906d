"""Picture: a graph as statements of DOT, the language of layout programs: boxes in the frames of their modules, arrows,
and a caption. What one box or arrow looks like is said in boxes.py; which nodes share a box in cells.py and folding.py.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from autograd.drawing.boxes import Slope, arrow, box, folded_arrow, folded_box, slopes_of
from autograd.drawing.cells import Cells
from autograd.drawing.folding import fold
from autograd.drawing.frames import around, framed
from autograd.drawing.placing import Placing, placed
from autograd.drawing.text import html
from autograd.graph import topological_order
from autograd.recording.nodes import NodeDict
from autograd.value import Value
from autograd.writing.learners import Learners, kind_of
from autograd.writing.modules import common_module, lineage, modules_of_nodes, natural_order
from autograd.writing.names import names_of, readable
from autograd.writing.text import shortened
from autograd.writing.textbook import module_title, textbook_names
from autograd.writing.uses import dependents, uses_along

ARROWS = 6  # for each box; and between two boxes
UNCOUNTED = 10**9  # paths; their number may have thousands of digits


class Picture:
    """Nodes are known by their places in the topological order, which name their boxes: n0, n1, ..."""

    def __init__(self, outputs: list[Value], marked: list[Value], named: NodeDict[Value, str], said: Learners,
                 gradients: bool, partials: bool, widths: bool, group: bool) -> None:
        self.named, self.gradients, self.partials, self.widths = named, gradients, partials, widths
        self.group = group
        self.order = topological_order(outputs)
        self.places = NodeDict((node, place) for place, node in enumerate(self.order))
        self.outputs = [self.places[output] for output in outputs]
        for value in marked:
            if value not in self.places:
                raise ValueError(f"the Value to highlight is not in the graph: {value!r}")
        self.marked = [self.places[value] for value in marked]
        by_id = {id(node): place for place, node in enumerate(self.order)}
        self.parents = [[by_id[id(parent)] for parent in node.parents] for node in self.order]
        self.emphasised = self._after(self.marked)
        known = [output for output in outputs if output.grad] if gradients else []
        before = self.order if len(known) == len(outputs) else topological_order(known)
        self.has_gradient = [False] * len(self.order)
        for node in before:
            self.has_gradient[by_id[id(node)]] = True
        parameters = {place: named[node] for place, node in enumerate(self.order) if node.op is None and node in named}
        self.inside = modules_of_nodes(self.order, self.parents, parameters)
        given = textbook_names(self.order, self.parents, self.inside, named, said.of_modules, self.outputs)
        self.names = names_of(self.order, given, outputs)
        shown = set(self.outputs)
        learning = said.among(self.order, self.names)
        self.kinds = ["output" if node.op and place in shown else kind_of(node, learning)
                      for place, node in enumerate(self.order)]
        self.boxes = [f"n{place}" for place in range(len(self.order))]  # the box of each node
        self.groups: dict[str, list[int]] = {}  # the nodes of each box that stands for several
        self.folded_as: dict[str, str] = {}  # the module that such a box is, or ""
        self.folding = False
        self.titles: dict[str, str] = {}  # what such a box is called if it is no module
        self.repeated: list[str] = []  # what is said of repetitions in the caption
        self.steps: set[str] = set()  # the boxes that are steps in time
        self.copy_for: dict[int, dict[int, int]] = {}  # for a leaf with several boxes, the number of one by its user

    def fold(self, most: int) -> None:
        """Show several nodes as one box, f0, f1, ..., so that there are no more than `most` boxes.

        First what repeats is said only once; if that is not enough, it is folded by module and by structure.
        """
        kept = {*self.outputs, *self.marked}
        if len(kept) > most // 4:
            kept = set(self.marked if len(self.marked) <= most // 4 else ())
        self.folding = True
        called = [self._name(node)[0] if typed else "" for node, typed in zip(self.order, self._typed(), strict=True)]
        cells = Cells(self.order, self.parents, self.kinds, called, kept, self.emphasised)
        together = cells.fold(most, ARROWS * most)
        boxes = len(self.order) + len(together) - sum(len(places) for places, _ in together)
        if boxes <= most and (cells.slim or not any(self.inside)):
            self.repeated = cells.sentences
            self.steps = {f"f{number}" for number in cells.steps}
            for number, (places, title) in enumerate(together):
                self.titles[f"f{number}"] = title
                for place in places:
                    self.put(place, f"f{number}", "")
        else:
            self._fold_by_structure(most, cells)

    def _fold_by_structure(self, most: int, cells: Cells) -> None:
        roles = [(kind, cells.role(place)) for place, kind in enumerate(self.kinds)]
        marks = [(role, name, place in self.emphasised)
                 for place, (name, role) in enumerate(zip(self._typed(), roles, strict=True))]
        inside = ["" if node.constant else module for node, module in zip(self.order, self.inside, strict=True)]
        units, modules = fold(self.order, self.parents, inside, marks, roles, {*self.outputs, *self.marked}, most)
        sizes = Counter(units)
        numbers: dict[int, str] = {}
        for place, unit in enumerate(units):
            if sizes[unit] > 1:
                self.put(place, numbers.setdefault(unit, f"f{len(numbers)}"), modules[place])
        for name, places in self.groups.items():
            if not any(self.parents[place] or modules[place] for place in places):
                self.titles[name] = cells.title(places)

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
                for number, users in enumerate(self.placing.copies.get(place, [[]])):
                    module = common_module([self.inside[user] for user in users]) if users else self.inside[place]
                    # A node kept apart from a module that is a box goes beside that box, without a frame of its name.
                    if folded:
                        module = next((around(outer) for outer in lineage(module) if outer in folded), module)
                    again = number > 0 and not node.constant
                    frames.setdefault(module if self.group else "", []).append(
                        box(_numbered(self.boxes[place], number), node, self.kinds[place], *self._name(node),
                            module if self.group else "", self.has_gradient[place], place in self.emphasised, again))
        for name, places in self.groups.items():
            module, title = self.folded_as[name], self.titles.get(name, "")
            inside = [self.inside[place] for place in places] if self.repeated else [""]
            frame = (around(module) or common_module(inside)) if self.group else ""
            frames.setdefault(frame, []).append(
                folded_box(name, [self.order[place] for place in places], [self.kinds[place] for place in places],
                           module, title or module_title(module), all(self.has_gradient[place] for place in places),
                           not self.emphasised.isdisjoint(places)))
        lines = self._lines()
        if lines:  # layout programs put first what they read first
            for boxes in frames.values():
                boxes.sort(key=lambda box: lines.get(box.partition(" ")[0], 0))
        yield from framed(frames)
        yield from self._arrows()

    def _lines(self) -> dict[str, int]:
        """The line of each box, also of those of leaves; empty if there is one line."""
        lines = dict(self.placing.lines)
        for place, above in enumerate(self.parents if lines else ()):
            for parent in above:
                if not self.parents[parent]:
                    leaf, line = self._box_for(parent, place), self.placing.lines.get(self.boxes[place], 0)
                    lines[leaf] = min(line, lines.get(leaf, line))
        return lines

    @cached_property
    def placing(self) -> Placing:
        """The lines of the picture, and the boxes of the leaves that have several."""
        leaves = {place for place, node in enumerate(self.order)
                  if node.op is None and self.boxes[place] not in self.groups}
        return placed(self.parents, self.boxes, leaves, self.steps)

    def _box_for(self, place: int, user: int) -> str:
        """The box from which a Value goes into this operation."""
        if place not in self.placing.copies:
            return self.boxes[place]
        if place not in self.copy_for:
            self.copy_for[place] = {user: number for number, users in enumerate(self.placing.copies[place])
                                    for user in users}
        return _numbered(self.boxes[place], self.copy_for[place][user])

    def _arrows(self) -> Iterable[str]:
        uses: Counter[tuple[str, str]] = Counter()
        emphasised: set[tuple[str, str]] = set()
        flowing: set[tuple[str, str]] = set()  # not from constants alone
        single: list[tuple[int, int, int, Slope, float | None]] = []
        copies = self.placing.copies

        def add(parent: int, place: int, head: str) -> None:
            tail = self._box_for(parent, place) if parent in copies else self.boxes[parent]
            if tail != head:
                uses[tail, head] += 1
                if parent in self.emphasised:
                    emphasised.add((tail, head))
                if not self.order[parent].constant:
                    flowing.add((tail, head))

        for place, node in enumerate(self.order):
            if node.op is None:
                continue
            parents = self.parents[place]
            head = self.boxes[place]
            if head in self.groups or (self.folding and len(parents) > ARROWS * len(set(parents))):
                for parent in parents:
                    add(parent, place, head)
                continue
            for k, (parent, slope) in enumerate(zip(parents, slopes_of(node), strict=True)):
                if self.boxes[parent] in self.groups:
                    add(parent, place, head)
                else:
                    flow = node.grad * slope if self.has_gradient[place] and isinstance(slope, float) else None
                    single.append((parent, place, k, slope, flow))
        flows = [abs(flow) for *_, flow in single if flow is not None and math.isfinite(flow)]
        largest = max(flows, default=0.0)
        known = largest > 0.0
        uses_of = self._numbered_uses({parent for parent, *_ in single}) if self.partials else {}
        for parent, place, k, slope, flow in single:
            # What comes into a frame from the inputs starts to the left of it.
            longer = self.group and self.kinds[parent] == "input" and bool(self.inside[place])
            head = self.boxes[place]
            yield self._across(arrow(self._box_for(parent, place), head, f"e{place}-{k}", slope,
                                     uses_of.get((place, k), 0), flow if known else None,
                                     largest if self.widths else 0.0, self.partials, parent in self.emphasised, longer),
                               self.boxes[parent], head)
        for (tail, head), count in uses.items():
            yield self._across(folded_arrow(tail, head, count, (tail, head) in flowing, (tail, head) in emphasised),
                               tail, head)

    def _across(self, arrow: str, tail: str, head: str) -> str:
        """An arrow, which does not keep boxes apart if it leads into another line."""
        lines = self.placing.lines
        if not lines:
            return arrow
        across = tail in lines and lines[tail] != lines.get(head, lines[tail])
        return arrow.removesuffix("]") + " constraint=false]" if across else arrow

    def _typed(self) -> list[str]:
        """What the user calls each node."""
        return [str(self.named.get(node) or node.label or "") for node in self.order]

    def _name(self, node: Value) -> tuple[str, str]:
        """What a node is called, and what the user calls it; that is shown as it was typed, but told apart from others.
        """
        name, typed = self.names.get(node, ""), str(self.named.get(node) or node.label or "")
        if node.constant:
            return typed, typed
        as_read = readable(typed)
        return typed + name[len(as_read) :] if as_read and name.startswith(as_read) else name, typed

    def _numbered_uses(self, of: Collection[int]) -> dict[tuple[int, int], int]:
        """The number of each use, as explanations count them, of those of these that have several: by child and place.
        """
        leaves = [place for place, node in enumerate(self.order) if node.op is None and not node.constant]
        moving = dependents(self.order, self.parents, [*leaves, *self.outputs])
        return {(use.child, use.place): use.use
                for use in uses_along(self.order, self.parents, self.outputs, moving, of) if use.uses > 1}

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
            modules = [f"{html(shortened(module_title(module)))} ({len(self.groups[name]):,})"
                       for _, module, name in folded]
            lines += self.repeated
            again = sorted({self._name(self.order[leaf])[0] for leaf in self.placing.copies
                            if not self.order[leaf].constant}, key=natural_order)
            if again:
                these = ", ".join(html(shortened(name)) for name in again[:8]) + ", …" * (len(again) > 8)
                lines.append(f"“again” (dashed): {these}, drawn near {'its' if len(again) == 1 else 'their'} uses; "
                             "the gradient is in the first box")
            others = [len(self.groups[name]) for name, module in self.folded_as.items()
                      if not module and not self.repeated]
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


def _numbered(box: str, number: int) -> str:
    return f"{box}_{number + 1}" if number else box
