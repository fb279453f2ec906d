"""Where things go in the picture that `draw_network` makes: circles in columns, and the numbers on the lines between.

diagram.py draws them there. All lengths are inches, and the middle of each column is at height 0.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

DIAMETER, DOWN = 1.04, 1.14  # of a circle, and from one row to the next, at least
HEIGHT = 0.18  # of a number
AROUND = 0.04  # what is kept free around a number, half the width of the widest line included
ABOVE, BELOW, BESIDE = 0.75, 0.95, 0.4  # of the columns: the titles, the caption, the margin
# Letters of 12 points are 14 pixels high, and can be read, on a slide of 1280 by 720 that shows as much as this.
WIDEST, HIGHEST = 15.2, 8.55
# Where a number may be on its line, from 0 at the start to 1 at the end; the middle is tried first.
PARTS = sorted((place / 40 for place in range(5, 36)), key=lambda part: abs(part - 0.5))


class Circle(NamedTuple):
    """An input or a neuron: `name` is its identifier, `kind` is input, hidden or output, `x` and `y` its middle."""

    name: str
    kind: str
    x: float
    y: float


class Gap(NamedTuple):
    """What is between two columns of so many rows: lines, by the rows that they join, and how wide their numbers are.
    There are no widths if no numbers are shown."""

    rows: tuple[int, int]
    lines: list[tuple[int, int]]
    widths: list[float]


class Arrangement(NamedTuple):
    """`across`: from each column to the next; `down`: from one row to the next. `parts`: for each gap where on each
    line its number is, from 0 at the start to 1 at the end; None if not all of the numbers have room."""

    across: list[float]
    down: float
    parts: list[list[float]] | None

    def columns(self) -> list[float]:
        """Where the columns are."""
        return [0.0, *accumulate(self.across)]


def shown_of(size: int, most: int) -> Sequence[int | None]:
    """Which of a row of things are shown, by their numbers, in order. None stands for all the others."""
    if size <= most:
        return range(size)
    return [*range(most // 2), None, *range(size - (most - 1) // 2, size)]


def height_of(row: int, rows: int, down: float) -> float:
    """The height of a row in a column of so many."""
    return down * ((rows - 1) / 2 - row)


def arrange(gaps: list[Gap], rows: int, least: float) -> Arrangement:
    """The arrangement that is largest on a slide, with all numbers if they have room and can then still be read.

    `rows`: of the tallest column; `least`: from one column to the next.
    """
    plain = Arrangement([least] * len(gaps), DOWN, None)
    found = [one for step in range(5) if (one := _with_numbers(gaps, DOWN + step / 10, least)) is not None]
    best = max(found, key=lambda one: _scale(one, rows), default=plain)
    if _scale(best, rows) < min(1.0, _scale(plain, rows)):
        best = plain
    return _stretched(best, gaps, rows)


def _with_numbers(gaps: list[Gap], down: float, least: float) -> Arrangement | None:
    """Columns as near to each other as the numbers between them allow."""
    found: list[tuple[float, list[float]]] = []
    for gap in gaps:
        tried = [least + step / 5 for step in range(1 + int(5 * max(0.0, WIDEST - least)))]
        places = next(((across, parts) for across in tried
                       if (parts := number_parts(gap, across, down)) is not None), None)
        if places is None:
            return None
        found.append(places)
    return Arrangement([across for across, _ in found], down, [parts for _, parts in found])


def _size(arrangement: Arrangement, rows: int) -> tuple[float, float]:
    """The width and the height of a picture."""
    return sum(arrangement.across) + DIAMETER + 2 * BESIDE, rows * arrangement.down + ABOVE + BELOW


def _scale(arrangement: Arrangement, rows: int) -> float:
    """How large a picture is on a slide; at 1 its letters can just be read."""
    width, height = _size(arrangement, rows)
    return min(WIDEST / width, HIGHEST / height)


def _stretched(arrangement: Arrangement, gaps: list[Gap], rows: int) -> Arrangement:
    """The same as wide as a slide of this height is, as far as the numbers allow, and lines do not get too long."""
    width, height = _size(arrangement, rows)
    more = max(0.0, height * WIDEST / HIGHEST - width) / len(gaps)
    across, parts = list(arrangement.across), list(arrangement.parts or [])
    for place, gap in enumerate(gaps):
        wider = max(across[place], min(across[place] + more, max(3.4, 0.7 * rows * arrangement.down)))
        if not parts:
            across[place] = wider
        elif (places := number_parts(gap, wider, arrangement.down)) is not None:
            across[place], parts[place] = wider, places
    return Arrangement(across, arrangement.down, parts or None)


def number_parts(gap: Gap, across: float, down: float) -> list[float] | None:
    """Where on each line its number goes: not on a circle, another line or another number. None if there is no room,
    as there never is between two columns of more than 4 rows."""
    if min(gap.rows) > 4 or not gap.widths:
        return None if gap.lines else []
    ends = [(height_of(start, gap.rows[0], down), height_of(end, gap.rows[1], down)) for start, end in gap.lines]
    free = list[list[float]]()
    for place, (line, width) in enumerate(zip(ends, gap.widths, strict=True)):
        others = ends[:place] + ends[place + 1 :]
        margin = (DIAMETER + width) / 2 + AROUND  # from the middle of a circle
        parts = [part for part in PARTS if margin <= part * across <= across - margin
                 and not any(_meets(line, part, width, other, across) for other in others)]
        if not parts:
            return None
        free.append(parts)
    return _apart([[(part, *_point(line, part, across)) for part in parts]
                   for line, parts in zip(ends, free, strict=True)], gap.widths)


def _apart(free: list[list[tuple[float, float, float]]], widths: list[float]) -> list[float] | None:
    """One of the places for each number, so that no two are on each other: the fewest choices come first, and each
    takes the one that leaves the others the most. Places are parts of a line, with their points."""
    found: dict[int, float] = {}
    while len(found) < len(free):
        number = min((number for number in range(len(free)) if number not in found), key=lambda one: len(free[one]))
        taken: list[tuple[float, float, dict[int, list[tuple[float, float, float]]]]] = []
        for place in free[number]:
            left = {other: [there for there in places if abs(there[2] - place[2]) >= HEIGHT + AROUND
                            or abs(there[1] - place[1]) >= (widths[number] + widths[other]) / 2 + AROUND]
                    for other, places in enumerate(free) if other not in found and other != number}
            if all(left.values()):
                lost = sum(1 - len(places) / len(free[other]) for other, places in left.items())
                taken.append((lost, place[0], left))
        if not taken:
            return None
        _, found[number], left = min(taken, key=lambda one: one[0])
        for other, places in left.items():
            free[other] = places
    return [found[number] for number in range(len(free))]


def _point(line: tuple[float, float], part: float, across: float) -> tuple[float, float]:
    """The point at this part of a line, which is given by the heights of its ends."""
    return part * across, line[0] + part * (line[1] - line[0])


def _meets(line: tuple[float, float], part: float, width: float, other: tuple[float, float], across: float) -> bool:
    """Whether the number of a line would be on another line."""
    x, y = _point(line, part, across)
    heights = [_point(other, (x + side * (width / 2 + AROUND)) / across, across)[1] for side in (-1, 1)]
    return min(heights) < y + HEIGHT / 2 + AROUND and max(heights) > y - HEIGHT / 2 - AROUND
