"""The walk over a program: forward through its groups and backward, as loops that a writer puts into a language.

What a loop does is what the row's own value and partials say. Several members of a group are worked on at once, so that
what they share is read only once. A writer knows how its language says a loop, a place in an array and an instruction.
"""

import math
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

from autograd.compiling.program import CONSTANTS, LANES, PARAMETERS, VALUES, Group, Places, Segment, select_is_bare
from autograd.compiling.register import REDUCTIONS, Loop, OneHot, Register

GRADIENTS = {LANES: "gradients", PARAMETERS: "slopes"}  # the arrays of the gradients of what lies in each array
_FIRST = {"total": 0.0, "largest": -math.inf}
Index = Any  # a number known now, or what the language calls one that will be


class Writer(Protocol):
    """A language that loops can be written in. What it returns are names of numbers, or of indices."""

    tile: int  # how many members of a group are worked on at once

    def loop(self, count: int, step: int = 1, start: int = 0) -> AbstractContextManager[Index]: ...
    def place(self, places: Places, m: Index, k: Index, length: int) -> Index: ...
    def sum_of_indices(self, index: Index, more: int) -> Index: ...
    def constant(self, x: float) -> Any: ...
    def load(self, array: str, index: Index) -> Any: ...
    def store(self, array: str, index: Index, x: Any) -> None: ...
    def add(self, array: str, index: Index, x: Any) -> None: ...
    def operate(self, instruction: str, *operands: Any) -> Any: ...
    def variable(self, x: float) -> Any: ...
    def combine(self, variable: Any, instruction: str, x: Any) -> None: ...
    def read(self, variable: Any) -> Any: ...
    def check(self, x: Any) -> None: ...
    def check_at(self, array: str, index: Index) -> None: ...
    def pick(self, segment: Segment, m: Index, index: Any) -> Any: ...
    def add_at(self, segment: Segment, m: Index, index: Any, x: Any) -> None: ...


def forward(writer: Writer, group: Group) -> None:
    """Calculate all members of a group."""
    value = group.body[0]
    for members in _tiles(writer, group.count):
        walk = _Walk(writer, group, members)
        walk.prepare(value)
        for j, m in enumerate(members):
            y = walk.name(value, j)
            writer.store(LANES, writer.sum_of_indices(m, group.start), y)
            if not group.is_guarded and not select_is_bare(value):
                writer.check(y)


def backward(writer: Writer, group: Group) -> None:
    """Hand the gradient of each member on to its arguments: the chain rule."""
    if not group.is_wanted:
        return
    partials = group.body[1]
    if not any(slope is not None and any(s.is_wanted for s in segments)
               for segments, slope in zip(group.arguments, partials)):
        for members in _tiles(writer, group.count):  # nothing flows on from here, so what is wrong has to be seen here
            for m in members:
                writer.check_at(GRADIENTS[LANES], writer.sum_of_indices(m, group.start))
        return
    numbers = [(segments[0], slope) for segments, slope in zip(group.arguments, partials)
               if isinstance(slope, Register) and segments[0].is_wanted]
    for members in _tiles(writer, group.count) if numbers else ():
        walk = _Walk(writer, group, members)
        for j, m in enumerate(members):
            for segment, slope in numbers:
                index = writer.place(segment.places, m, 0, 1)
                writer.add(GRADIENTS[segment.array], index, walk.contribution(slope, j))
    for number, (segments, slope) in enumerate(zip(group.arguments, partials)):
        if slope is None or isinstance(slope, Register) or not any(segment.is_wanted for segment in segments):
            continue
        if isinstance(slope, OneHot):
            _to_one(writer, group, number, slope)
        elif isinstance(slope, Loop):
            _to_items(writer, group, number, slope.item)
        else:
            _to_entries(writer, group, segments, slope)


def _to_items(writer: Writer, group: Group, number: int, slope: Register) -> None:
    """The contributions to a list, item by item."""
    has_reductions = any(True for _ in _reductions(slope))
    for place, segment in enumerate(group.arguments[number]):
        if not segment.is_wanted:
            continue
        gradients, places, length = GRADIENTS[segment.array], segment.places, segment.length
        if group.count > 1 and not places.stride and places.bases is None and not has_reductions:
            # All members have the same items, as the neurons of a layer have inputs: first add up, then store.
            for items in _tiles(writer, length):
                totals = [writer.variable(0.0) for _ in items]
                with writer.loop(group.count) as m:
                    walk = _Walk(writer, group, [m])
                    for k, total in zip(items, totals):
                        writer.combine(total, "total", walk.at(place, k).contribution(slope, 0))
                for k, total in zip(items, totals):
                    writer.add(gradients, writer.place(places, 0, k, length), writer.read(total))
            continue
        for members in _tiles(writer, group.count):
            walk = _Walk(writer, group, members)
            walk.prepare(slope)
            with writer.loop(length) as k:
                inner = walk.at(place, k)
                for j, m in enumerate(members):
                    writer.add(gradients, writer.place(places, m, k, length), inner.contribution(slope, j))


def _to_entries(writer: Writer, group: Group, segments: tuple[Segment, ...], slopes: list[Register]) -> None:
    """The contributions to a list whose items each have a slope of their own."""
    for members in _tiles(writer, group.count):
        walk = _Walk(writer, group, members)
        for j, m in enumerate(members):
            for k, slope in enumerate(slopes):
                segment, k = _segment_of(segments, k)
                if segment.is_wanted:
                    index = writer.place(segment.places, m, k, segment.length)
                    writer.add(GRADIENTS[segment.array], index, walk.contribution(slope, j))


def _to_one(writer: Writer, group: Group, number: int, slope: OneHot) -> None:
    """The contribution to that item of a list which was picked."""
    segments = group.arguments[number]
    for members in _tiles(writer, group.count):
        walk = _Walk(writer, group, members)
        for j, m in enumerate(members):
            index, g = walk.name(slope.index, j), walk.gradient(j)
            writer.check(g)  # it may be taken to a constant, where nobody would see what is wrong with it
            if len(segments) == 1:
                writer.add_at(segments[0], m, index, g)
                continue
            for k in range(sum(segment.length for segment in segments)):
                segment, place = _segment_of(segments, k)
                if segment.is_wanted:
                    is_it = writer.operate("<", writer.operate("size", writer.operate(
                        "-", index, writer.constant(float(k)))), writer.constant(0.5))
                    writer.add(GRADIENTS[segment.array], writer.place(segment.places, m, place, segment.length),
                               writer.operate("select", is_it, g, writer.constant(0.0)))


class _Walk:
    """What has been calculated of some members of a group, by name; `item`: a segment and a place in it."""

    def __init__(self, writer: Writer, group: Group, members: list[Index], item: tuple[int, Index] | None = None,
                 outer: "_Walk | None" = None) -> None:
        self.writer, self.group, self.members, self.item = writer, group, members, item
        self._names: dict[Any, Any] = dict(outer._names) if outer else {}

    def at(self, segment: int, k: Index) -> "_Walk":
        return _Walk(self.writer, self.group, self.members, (segment, k), self)

    def gradient(self, j: int) -> Any:
        return self.name(Register("gradient"), j)

    def contribution(self, slope: Register, j: int) -> Any:
        """gradient · slope, by the chain rule."""
        g = self.gradient(j)
        if slope.instruction == "constant" and slope.operands[0] in (1.0, -1.0):
            return g if slope.operands[0] == 1.0 else self.writer.operate("negated", g)
        product = self._made(("*", g, self.name(slope, j)))
        if not self.group.is_guarded:
            return product
        zero = self.writer.constant(0.0)  # to a branch that is not chosen nothing flows, and it need not have a slope
        return self._made(("select", self._made(("!=", g, zero)), product, zero))

    def prepare(self, register: Register) -> None:
        """Calculate what a register needs that runs over all items of the lists."""
        for reduction in _reductions(register):
            instruction, item = reduction.instruction, reduction.operands[0]
            totals = [self.writer.variable(_FIRST[instruction]) for _ in self.members]
            group = self.group
            lists = [segments for segments, is_list in zip(group.arguments, group.row.lists) if is_list]
            for place, segment in enumerate(lists[0]):
                self._keep(item)
                with self.writer.loop(segment.length) as k:
                    inner = self.at(place, k)
                    for j, total in enumerate(totals):
                        self.writer.combine(total, instruction, inner.name(item, j))
            for j, total in enumerate(totals):
                self._names[id(reduction), j] = self.writer.read(total)

    def name(self, register: Register, j: int) -> Any:
        """What a register comes to for member j."""
        instruction, operands = register.instruction, register.operands
        if (id(register), j) in self._names:
            return self._names[id(register), j]
        m, arguments, writer = self.members[j], self.group.arguments, self.writer
        if instruction == "constant":
            return writer.constant(operands[0])
        if instruction in ("result", "gradient"):
            array = LANES if instruction == "result" else GRADIENTS[LANES]
            return self._made((array, writer.sum_of_indices(m, self.group.start)))
        if instruction == "argument":
            return self._loaded(arguments[operands[0]][0], m, 0)  # pyright: ignore
        if instruction == "item":
            assert self.item is not None
            return self._loaded(arguments[operands[0]][self.item[0]], m, self.item[1])  # pyright: ignore
        if instruction == "entry":
            return self._loaded(*_segment_of(arguments[operands[0]], operands[1], m))  # pyright: ignore
        if instruction == "pick":
            return self._picked(arguments[operands[1]], m, self.name(operands[0], j))  # pyright: ignore
        names = [self.name(x, j) if isinstance(x, Register) else x for x in operands]
        found = self._made((instruction, *names))
        self._names[id(register), j] = found
        return found

    def _loaded(self, segment: Segment, m: Index, k: Index) -> Any:
        return self._made((segment.array, self.writer.place(segment.places, m, k, segment.length)))

    def _made(self, key: tuple[Any, ...]) -> Any:
        """A number that is loaded or calculated once, however often it is needed."""
        if key not in self._names:
            is_array = key[0] in (CONSTANTS, VALUES, PARAMETERS, LANES, *GRADIENTS.values())
            self._names[key] = self.writer.load(*key) if is_array else self.writer.operate(*key)
        return self._names[key]

    def _picked(self, segments: tuple[Segment, ...], m: Index, index: Any) -> Any:
        if len(segments) == 1:
            return self.writer.pick(segments[0], m, index)
        found = self.writer.constant(math.nan)
        for k in range(sum(segment.length for segment in segments)):
            distance = self.writer.operate("-", index, self.writer.constant(float(k)))
            found = self.writer.operate("select", self.writer.operate("!=", distance, self.writer.constant(0.0)), found,
                                        self._loaded(*_segment_of(segments, k, m)))
        return found

    def _keep(self, register: Register) -> None:
        """Calculate before a loop what does not change in it."""
        if not register.is_item and register.instruction != "constant":
            for j in range(len(self.members)):
                self.name(register, j)
        elif register.is_item:
            for operand in register.operands:
                if isinstance(operand, Register):
                    self._keep(operand)


def _reductions(register: Register, seen: set[int] | None = None) -> Iterator[Register]:
    """What a register needs that runs over all items, the innermost first."""
    seen = set() if seen is None else seen
    if id(register) not in seen:
        seen.add(id(register))
        for operand in register.operands:
            if isinstance(operand, Register):
                yield from _reductions(operand, seen)
        if register.instruction in REDUCTIONS:
            yield register


def _segment_of(segments: tuple[Segment, ...], k: int, *between: Index) -> Any:
    """The segment that item k of a list lies in, and its place there."""
    for segment in segments:
        if k < segment.length:
            return (segment, *between, k)
        k -= segment.length
    raise IndexError(k)


def _tiles(writer: Writer, count: int) -> Generator[list[Index]]:
    """The members of a group, as many at once as the writer likes. A loop is open until the next ones are asked for."""
    tile = writer.tile
    whole = count - count % tile
    if whole:
        with writer.loop(whole, tile) as m:
            yield [writer.sum_of_indices(m, j) for j in range(tile)]
    if whole < count:
        with writer.loop(count, 1, whole) as m:
            yield [m]
