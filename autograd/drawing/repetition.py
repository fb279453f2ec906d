"""What repeats in a graph: the loops of the program that recorded it, read off the order in which its nodes were made.

A loop records the same operations again and again: for the steps in time of a recurrence, the samples of a batch, the
neurons of a layer, the terms of a sum. So a graph repeats where a stretch of it, in the order of time, is followed by
stretches like it; and loops may stand in loops. folding.py decides which of them a picture has to say only once.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from autograd.value import Value

FEWEST = 3  # the cells of a loop: a first, a last, and one to be folded
DEPTH = 3  # how far back two nodes have to be made in the same way to be alike
AHEAD = 4  # how many later nodes that are like a node may be the one a turn later
TRIALS = 60  # how many lengths of a cell are tried at a time, the most promising ones


class Loop(NamedTuple):
    """A stretch of the operations, in order of time, that consists of cells that are alike."""

    recipe: Hashable  # loops with the same one are alike themselves
    starts: range  # where each cell starts
    carried: frozenset[tuple[int, int, int]]  # what goes from one cell to the next: see `_carried`

    @property
    def size(self) -> int:
        """The operations of a cell."""
        return self.starts.step

    @property
    def stop(self) -> int:
        """Where what follows the last cell starts."""
        return self.starts.stop


class _Token(NamedTuple):
    """An operation, or a whole loop: an item of the sequence in which larger loops are looked for."""

    start: int
    stop: int
    plain: int  # of tokens with the same one, the operations are the same
    rich: int  # and of tokens with the same one, what these operations are applied to is alike, too


def recipes(parents: Sequence[Sequence[int]], marks: Sequence[Hashable]) -> list[int]:
    """For each node a number that tells how it was made, down to a certain depth: alike nodes have the same.

    `marks`: what makes nodes different of themselves.
    """
    numbers: dict[Hashable, int] = {}
    own = [numbers.setdefault(mark, len(numbers)) for mark in marks]
    found = own
    for _ in range(DEPTH):
        found = [numbers.setdefault((mine, *[found[parent] for parent in above]), len(numbers)) if above else mine
                 for mine, above in zip(own, parents, strict=True)]
    return found


def loops(order: Sequence[Value], parents: Sequence[Sequence[int]], timeline: Sequence[int],
          alike: Sequence[int]) -> list[Loop]:
    """All loops, inner ones before those around them. `timeline`: the places of all operations, in order of time;
    `alike`: the recipe of each node.
    """
    return _Search(order, parents, timeline).loops([alike[place] for place in timeline])


class _Search:
    """Operations are known by their places in time."""

    def __init__(self, order: Sequence[Value], parents: Sequence[Sequence[int]], timeline: Sequence[int]) -> None:
        times = {place: time for time, place in enumerate(timeline)}
        # Of each operation the results that it takes, and as which operand.
        self.taken = [[(operand, times[parent]) for operand, parent in enumerate(parents[place]) if parent in times]
                      for place in timeline]
        self.numbers: dict[Hashable, int] = {}
        self.plain = [self._number(order[place].op) for place in timeline]
        self.alive = self._alive()
        self.found: list[Loop] = []

    def loops(self, rich: Sequence[int]) -> list[Loop]:
        """Short loops first. What is found becomes one token, and the search begins anew."""
        tokens = [_Token(time, time + 1, plain, self._number(("node", alike)))
                  for time, (plain, alike) in enumerate(zip(self.plain, rich, strict=True))]
        again = True
        while again:
            again = False
            for period in _periods(tokens):
                rolled = self._rolled(tokens, period)
                if len(rolled) < len(tokens):
                    tokens, again = rolled, True
                    break
        return self.found

    def _rolled(self, tokens: list[_Token], period: int) -> list[_Token]:
        """The tokens with every loop whose cells are so many tokens long as one token."""
        done: list[_Token] = []
        copied = 0
        for start, stop in _runs(tokens, period):
            shift = min(range(min(period, stop - start - 2 * period + 1)), key=lambda shift: (
                # Cells begin where the least is carried on, then so that they are many, and end where the run does.
                self.alive[tokens[start + (stop - start) // 2 // period * period + shift].start],
                -((stop - start - shift) // period), (stop - start - shift) % period))
            first = start + shift
            last = first + (stop - first) // period * period
            done += tokens[copied:first]
            cells = [tokens[first + k : first + k + period] for k in range(0, last - first, period)]
            copied = last
            while (before := self._before(done, cells)):
                cells.insert(0, before)
                del done[-period:]
            for stretch in self._even(cells):
                if len(stretch) >= FEWEST:
                    done.append(self._token(stretch))
                else:
                    done += [token for cell in stretch for token in cell]
        return done + tokens[copied:]

    def _before(self, done: list[_Token], cells: list[list[_Token]]) -> list[_Token] | None:
        """The cell before the first one, if there is one.

        It may look different, since it comes from no other cell, but it does the same, and hands on the same.
        """
        period = len(cells[0])
        cell = done[-period:]
        if len(cell) < period or [token.plain for token in cell] != [token.plain for token in cells[0]]:
            return None
        size = cells[0][-1].stop - cells[0][0].start
        carried = self._carried(cells[1][0].start, size)
        return cell if carried and carried == self._carried(cells[0][0].start, size) else None

    def _even(self, cells: list[list[_Token]]) -> Iterator[list[list[_Token]]]:
        """The cells, parted where something else is carried on: the neurons of one layer do not go on in the next."""
        size = cells[0][-1].stop - cells[0][0].start
        carried = [self._carried(cell[0].start, size) for cell in cells]
        first = 0
        for place in range(2, len(cells)):
            if place - first >= 2 and carried[place] != carried[first + 1]:
                yield cells[first:place]
                first = place
        yield cells[first:]

    def _carried(self, start: int, size: int) -> frozenset[tuple[int, int, int]]:
        """What a cell takes from the cell before: which of its operations, as which operand, takes which result."""
        return frozenset((inner, operand, time - start + size) for inner in range(size)
                         for operand, time in self.taken[start + inner] if max(0, start - size) <= time < start)

    def _token(self, cells: list[list[_Token]]) -> _Token:
        start, stop = cells[0][0].start, cells[-1][-1].stop
        size, middle = (stop - start) // len(cells), cells[len(cells) // 2]
        recipe = self._number((len(cells), *[token.rich for token in middle]))
        self.found.append(Loop(recipe, range(start, stop, size), self._carried(middle[0].start, size)))
        return _Token(start, stop, self._number((len(cells), "of", *[token.plain for token in middle])), recipe)

    def _alive(self) -> list[int]:
        """How many results from before each point in time are used at it or later."""
        last = list(range(len(self.taken)))
        for time, taken in enumerate(self.taken):
            for _, before in taken:
                last[before] = time
        ended = Counter(last)
        alive, now = [0] * (len(last) + 1), 0
        for time in range(len(last)):
            alive[time] = now
            now += 1 - ended[time]
        return alive

    def _number(self, what: Hashable) -> int:
        return self.numbers.setdefault(what, len(self.numbers))


def _periods(tokens: Sequence[_Token]) -> list[int]:
    """The lengths that a cell may have, short ones first: distances between tokens that are alike."""
    where: dict[int, list[int]] = {}
    for place, token in enumerate(tokens):
        where.setdefault(token.rich, []).append(place)
    counts = Counter(later - sooner for places in where.values() for ahead in range(1, AHEAD + 1)
                     for sooner, later in zip(places, places[ahead:]))
    likely = [(count, period) for period, count in counts.items() if count >= period]
    return sorted(period for _, period in sorted(likely, reverse=True)[:TRIALS])


def _runs(tokens: Sequence[_Token], period: int) -> Iterator[tuple[int, int]]:
    """The stretches in which every token is like the one a period later, of two periods and more."""
    start = 0
    for place in range(len(tokens) - period + 1):
        if place == len(tokens) - period or tokens[place].rich != tokens[place + period].rich:
            if place - start >= period:
                yield start, place + period
            start = place + 1
