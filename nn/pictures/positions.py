"""Where things go in the picture that `draw_network` makes: circles in columns, and the numbers on the lines between.

diagram.py draws them there. All lengths are inches, and the middle of each column is at height 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

DIAMETER, DOWN = 0.75, 0.95  # of a circle, and from one circle to the next
HEIGHT = 0.2  # of a number
# Where a number may be on its line, from 0 at the start to 1 at the end; the middle is tried first.
PARTS = sorted((place / 20 for place in range(5, 16)), key=lambda part: abs(part - 0.5))


class Circle(NamedTuple):
    """An input or a neuron: `name` is its identifier, `kind` is input, hidden or output, `x` and `y` its middle."""

    name: str
    kind: str
    x: float
    y: float


class Line(NamedTuple):
    """A weight from one circle to another, and the number it shows, also as `text`."""

    name: str
    start: Circle
    end: Circle
    number: float
    text: str

    @property
    def text_width(self) -> float:
        """How wide the number is, with some space around it."""
        return 0.085 * len(self.text) + 0.08

    def at(self, part: float) -> tuple[float, float]:
        """The point at this part of the line, from 0 to 1."""
        return (self.start.x + part * (self.end.x - self.start.x), self.start.y + part * (self.end.y - self.start.y))


def shown_of(size: int, most: int) -> Sequence[int | None]:
    """Which of a row of things are shown, by their numbers, in order. None stands for all the others."""
    if size <= most:
        return range(size)
    return [*range(most // 2), None, *range(size - (most - 1) // 2, size)]


def column_width(tallest: int) -> float:
    """From one column to the next: the more circles the tallest one has, the steeper the lines would be."""
    return 1.4 + 0.2 * max(tallest, 7)


def number_parts(lines: list[Line]) -> list[tuple[Line, float]]:
    """Where on each line its number goes: not over another number, and over as few other lines as possible.

    Empty if there is no room for all of them.
    """
    found: list[tuple[Line, float]] = []
    for line in lines:
        free = [part for part in PARTS if not any(_overlap(line, part, *taken) for taken in found)]
        if not free:
            return []
        found.append((line, min(free, key=lambda part: sum(_hides(line, part, other) for other in lines))))
    return found


def _overlap(line: Line, part: float, other: Line, other_part: float) -> bool:
    """Whether the numbers of two lines would overlap."""
    (x, y), (a, b) = line.at(part), other.at(other_part)
    return abs(x - a) < (line.text_width + other.text_width) / 2 and abs(y - b) < HEIGHT


def _hides(line: Line, part: float, other: Line) -> bool:
    """Whether the number of a line would hide a piece of another line."""
    x, y = line.at(part)
    slope = (other.end.y - other.start.y) / (other.end.x - other.start.x)
    heights = [other.start.y + slope * (x + side * line.text_width / 2 - other.start.x) for side in (-1, 1)]
    return min(heights) < y + HEIGHT / 2 and max(heights) > y - HEIGHT / 2
