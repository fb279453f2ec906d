"""Of what repeats, the first and the last cell are shown in full, and one box stands for those between them.

repetition.py finds what repeats. Here is decided what of it is folded: as little as gets the picture small enough, and
first what saves most. Inputs, targets and constants of the cells in a box stay apart from them, in boxes of their own.
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from autograd.drawing.placing import ranks
from autograd.drawing.repetition import Loop, loops, recipes
from autograd.table.reading import is_tuple
from autograd.value import Value
from autograd.writing.modules import followed_by_parameters

FIRST_AND_LAST, FIRST = 1, 2  # the cells of a loop that are shown
LIST = 3  # so many leaves that are used for the same may share a box
ARROW = 0.5  # of a box, the room that an arrow takes
TALL = 12  # the boxes that fit one above another


class Together(NamedTuple):
    """Nodes that share a box."""

    places: list[int]
    title: str


class Cells:
    """Nodes are known by their places in the topological order, and operations by their times as well."""

    def __init__(self, order: Sequence[Value], parents: Sequence[Sequence[int]], kinds: Sequence[str],
                 names: Sequence[str], kept: Collection[int], lit: Collection[int]) -> None:
        """`lit`: the places on paths that are emphasised; they are unlike others."""
        self.order, self.parents, self.kinds, self.names, self.kept = order, parents, kinds, names, kept
        self.timeline = sorted((place for place, node in enumerate(order) if node.op), key=lambda p: order[p].time)
        self.sentences: list[str] = []  # what is folded, in plain words
        self.slim = False  # whether it is not too high
        self.steps: list[int] = []  # which of those that share a box are steps in time
        self.alike = recipes(parents, [(kind if node.op is None else node.op, place in lit)
                                        for place, (node, kind) in enumerate(zip(order, kinds, strict=True))])
        self.loops = sorted(loops(order, parents, self.timeline, self.alike),
                            key=lambda loop: (loop.starts[0], -loop.stop))
        self.kept_times = {time for time, place in enumerate(self.timeline) if place in kept}
        self.uses: dict[int, tuple[list[int], list[int]]] = {}  # of each leaf: the operations, and as which arguments
        for place in self.timeline:
            argued = [number for number, argument in enumerate(order[place].arguments)
                      for _ in (argument if is_tuple(argument) else (argument,))]
            for parent, number in zip(parents[place], argued, strict=True):
                if order[parent].op is None:
                    places, numbers = self.uses.setdefault(parent, ([], []))
                    places.append(place)
                    numbers.append(number)
        self.shown: dict[Hashable, int] = {}  # what is shown of each loop that is folded, by its recipe
        self.lists = len(order) + 1  # so many leaves, and more, share a box if they are used for the same
        self.sizes: set[int] = set()  # how many leaves are used for the same
        self.hidden: list[tuple[Loop, int, int]] = []  # cells with one box: of which loop, from which one up to which
        self.hides = [-1] * len(self.timeline)  # the number of that box, -1 for what is shown

    def fold(self, most: int, arrows: int) -> list[Together]:
        """What shares a box, so that there are no more boxes and arrows than these, if that is possible.

        Of all that are so small, the first that is not too high, or else the least high one.
        """
        tall = max(TALL, most * TALL // 40)
        best: tuple[int, list[Together], list[str], list[int]] | None = None
        while True:
            self._hide()
            if self.hides.count(-1) + len(self.hidden) <= most:
                together = self._together()
                high = self._height(together, most, arrows)
                if high and (best is None or high < best[0]):
                    best = high, together, self._sentences(), self._steps()
                if high and high <= tall:
                    break
            if not self._go_on():
                break
        self.slim = best is not None and best[0] <= tall
        _, together, self.sentences, self.steps = best or (0, self._together(), self._sentences(), self._steps())
        return together

    def _hide(self) -> None:
        """Put the cells that are not shown into boxes."""
        self.hidden, self.hides = [], [-1] * len(self.timeline)
        for loop in self.loops:
            if loop.recipe in self.shown and self.hides[loop.starts[0]] < 0:
                for first, stop in self._gaps(loop):
                    start, end = loop.starts[first], loop.starts[stop - 1] + loop.size
                    if end - start > 1:
                        self.hides[start:end] = [len(self.hidden)] * (end - start)
                        self.hidden.append((loop, first, stop))

    def _gaps(self, loop: Loop) -> Iterator[tuple[int, int]]:
        """The cells between those that are shown: the first one, the last one and those with something to be kept."""
        count = len(loop.starts)
        inner = {(time - loop.starts[0]) // loop.size for time in self.kept_times if time in range(
            loop.starts[0], loop.stop)}
        ends = {-1, count} if self.shown[loop.recipe] == FIRST else {count - 1}
        shown = sorted({0, *inner, *ends} - {-1})
        for before, after in pairwise(shown):
            if after - before > 1:
                yield before + 1, after

    def _go_on(self) -> bool:
        """Fold one kind of loop more, that which saves most; then leave out the last cells; then fold leaves, too."""
        savings = {FIRST_AND_LAST: Counter[Hashable](), FIRST: Counter[Hashable]()}
        for loop in self.loops:
            if self.hides[loop.starts[0]] < 0:
                level = self.shown.get(loop.recipe, 0) + 1
                if level == FIRST_AND_LAST:
                    savings[level][loop.recipe] += (len(loop.starts) - 2) * loop.size - 1
                elif level == FIRST and not loop.carried:
                    savings[level][loop.recipe] += loop.size
        if any(saved > 0 for saved in savings[FIRST_AND_LAST].values()):
            level = FIRST_AND_LAST
        else:
            smaller = [size for size in self.sizes if LIST <= size < self.lists]
            if smaller:
                self.lists = max(smaller)
                return True
            level = FIRST
        for recipe, saved in savings[level].most_common(1):
            self.shown[recipe] = level
            if level == FIRST:  # in all that is done for each sample, the same ones are shown
                count = max(len(loop.starts) for loop in self.loops if loop.recipe == recipe)
                self.shown.update((loop.recipe, level) for loop in self.loops
                                  if len(loop.starts) == count and not loop.carried and loop.recipe in self.shown)
            return saved > 0
        return False

    def _together(self) -> list[Together]:
        members: list[list[int]] = [[] for _ in self.hidden]
        box_of, made = list(range(len(self.order))), [-1] * len(self.order)
        for time, place in enumerate(self.timeline):
            made[place] = self._recipe(time)
            if self.hides[time] >= 0:
                members[self.hides[time]].append(place)
                box_of[place] = -1 - self.hides[time]
        found = [Together(places, f"{stop - first:,} more{self._noun(loop, ' ') or ', alike'}")
                 for places, (loop, first, stop) in zip(members, self.hidden, strict=True)]
        leaves: dict[tuple[str, frozenset[int], frozenset[tuple[int, int]]], list[int]] = {}
        for leaf, (places, numbers) in self.uses.items():
            if leaf not in self.kept:
                users = frozenset(map(box_of.__getitem__, places))
                how = frozenset(zip(map(made.__getitem__, places), numbers, strict=True))
                leaves.setdefault((self.kinds[leaf], users, how), []).append(leaf)
        self.sizes = set()
        for (_, users, _), places in leaves.items():
            if len(places) >= (2 if max(users) < 0 else self.lists):
                found.append(Together(places, self.title(places)))
            elif max(users) >= 0:
                self.sizes.add(len(places))
        return found

    def _recipe(self, time: int) -> int:
        """How an operation is made; in a cell that is not shown, how that of the middle one is made.

        For what there is at the beginning makes the first ones different.
        """
        if self.hides[time] >= 0:
            loop, *_ = self.hidden[self.hides[time]]
            time = loop.starts[len(loop.starts) // 2] + (time - loop.starts[0]) % loop.size
        return self.alike[self.timeline[time]]

    def _height(self, together: Sequence[Together], most: int, arrows: int) -> int:
        """The boxes one above another, or as many as arrows take the room of; 0 if there are more than allowed."""
        boxes = list(range(len(self.order)))
        for number, (places, _) in enumerate(together):
            for place in places:
                boxes[place] = -1 - number
        before: dict[int, set[int]] = {box: set() for box in boxes}
        for place, above in enumerate(self.parents):
            before[boxes[place]].update(boxes[parent] for parent in above)
        if len(before) > most or sum(map(len, before.values())) > arrows:
            return 0
        far = ranks(before)
        high: dict[int, float] = {**Counter(far.values())}
        for box in far:
            for other in before[box]:
                for rank in range(far[other], far[box]):
                    high[rank] = high.get(rank, 0) + ARROW
        return max(map(math.ceil, high.values()), default=1)

    def _steps(self) -> list[int]:
        return [number for number, (loop, *_) in enumerate(self.hidden) if loop.carried]

    def _sentences(self) -> list[str]:
        said: dict[str, None] = {}
        for loop, first, stop in self.hidden:
            count = len(loop.starts)
            which = "the first and the last are" if stop < count else "the first is"
            if stop - first < count - (2 if stop < count else 1):
                which = "some are"
            said[f"{count:,}{self._noun(loop, ' ') or ' parts'} are alike: {which} shown in full"] = None
        return list(said)

    def _noun(self, loop: Loop, before: str) -> str:
        """What the cells are in the words of a textbook, "" if that is not known."""
        one, other = (self._parameters(loop, cell) for cell in (0, 1))
        node = self.order[self.timeline[loop.starts[1] + loop.size - 1]]
        ends = {(loop.size - 1, loop.size - 1)}  # a sum: what is carried goes from its end to its end
        if loop.carried and not ({(inner, result) for inner, _, result in loop.carried} == ends
                                 and len(node.parents) > 1 and not any(parent.constant for parent in node.parents)):
            return before + "steps"
        if one and one == other:
            return before + "samples"
        if loop.carried:
            return before + "terms"
        return before + "neurons" if (one and one.isdisjoint(other)) else ""

    def _parameters(self, loop: Loop, cell: int) -> set[int]:
        start = loop.starts[cell]
        return {parent for place in self.timeline[start : start + loop.size] for parent in self.parents[place]
                if self.kinds[parent] == "parameter"}

    def role(self, leaf: int) -> Hashable:
        """What a leaf is used for, so that inputs, targets and constants can be told apart."""
        places, numbers = self.uses.get(leaf, ((), ()))
        return frozenset((self.order[place].op, number) for place, number in zip(places, numbers, strict=True))

    def title(self, places: Sequence[int]) -> str:
        """The names of leaves, or what they are for."""
        names = list(dict.fromkeys(self.names[place] for place in places))
        if all(names):
            return ", ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]}"
        kind = self.kinds[places[0]]
        numbers = {self.order[place].data for place in places}
        if kind == "parameter" or (kind == "constant" and len(numbers) == 1) or "parameter" not in self.kinds:
            return ""
        return "inputs" if any(self._before_parameters[place] for place in places) else "targets"

    @cached_property
    def _before_parameters(self) -> list[bool]:
        return followed_by_parameters(self.parents, {place for place, kind in enumerate(self.kinds)
                                                     if kind == "parameter"})
