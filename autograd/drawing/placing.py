"""Where boxes stand: how far from the beginning, in which line, and near which of its uses a leaf is drawn once more.

Layout programs find that out for themselves. But what they cannot know is that steps in time may go on in the next
line, as text does, and that a leaf may have several boxes where arrows from one would tie the picture into a knot.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple, TypeVar

Box = TypeVar("Box", str, int)

LONG = 10  # the boxes in a line, if it can be broken
KNOT = 100  # the boxes that arrows from leaves may pass in all
REACH = 3  # and that one may pass if there are more


class Placing(NamedTuple):
    lines: dict[str, int]  # of the boxes of operations; empty if there is one line
    copies: dict[int, list[list[int]]]  # of each leaf that has several boxes: for each box the operations it goes into


def placed(parents: Sequence[Sequence[int]], boxes: Sequence[str], leaves: Collection[int],
            breaks: Collection[str]) -> Placing:
    """Nodes are known by their places. `boxes`: that of each node; `breaks`: the boxes after which a line may end."""
    before: dict[str, set[str]] = {}
    uses: dict[int, list[int]] = {}
    for place, above in enumerate(parents):
        if above:
            before.setdefault(boxes[place], set()).update(boxes[parent] for parent in above if parents[parent])
        for parent in dict.fromkeys(above):
            if parent in leaves:
                uses.setdefault(parent, []).append(place)
    far = ranks(before)
    parts = _parts(before, far, breaks) if breaks else {}
    lines = _lines(parts, far)
    broken = any(parts.values())
    segment = (lines or parts) if broken else far
    near = {place: segment.get(boxes[place], 0) for places in uses.values() for place in places}
    if not broken:
        passed = 0
        for places in uses.values():
            first = min(near[place] for place in places)
            passed += sum({boxes[place]: near[place] - first for place in places}.values())
        if passed <= KNOT:
            return Placing({}, {})
    copies = {leaf: _together(places, near, 0 if broken else REACH) for leaf, places in uses.items()}
    return Placing(lines, {leaf: groups for leaf, groups in copies.items() if len(groups) > 1})


def ranks(before: Mapping[Box, set[Box]]) -> dict[Box, int]:
    """For each box how far from the beginning it stands, as near to what comes after it as it can.

    `before`: what leads to each box. Nothing is known, and the answer empty, where there is a circle.
    """
    order = _in_order(before)
    found: dict[Box, int] = {}
    for box in order:
        found[box] = max((found[other] + 1 for other in before.get(box, ()) if other != box), default=0)
    latest: dict[Box, int] = {}
    for box in reversed(order):
        found[box] = latest.get(box, found[box])
        for other in before.get(box, ()):
            if other != box:
                latest[other] = min(latest.get(other, found[box]), found[box] - 1)
    return found


def _in_order(before: Mapping[Box, set[Box]]) -> list[Box]:
    """The boxes, each behind those that lead to it; none if there is a circle, as there may be in folded graphs."""
    done: set[Box] = set()
    for box, above in before.items():
        if not done.issuperset(above - {box}):
            try:
                return list(TopologicalSorter({box: above - {box} for box, above in before.items()}).static_order())
            except CycleError:
                return []
        done.add(box)
    return list(before)


def _parts(before: Mapping[str, set[str]], far: Mapping[str, int], breaks: Collection[str]) -> dict[str, int]:
    """How many of the breaks lead to each box; what nothing leads to is where it is used."""
    parts: dict[str, int] = {}
    used: dict[str, int] = {}
    order = sorted(far, key=lambda box: far[box])
    for box in order:
        parts[box] = max((parts[other] + (other in breaks) for other in before.get(box, ()) if other != box), default=0)
    for box in reversed(order):
        if not before.get(box, set()) - {box}:
            parts[box] = used.get(box, 0)
        for other in before.get(box, ()):
            used[other] = min(used.get(other, parts[box]), parts[box])
    return parts


def _lines(parts: Mapping[str, int], far: Mapping[str, int]) -> dict[str, int]:
    """The parts in lines, so that none is too long if that can be helped."""
    if max(far.values(), default=0) < LONG or not any(parts.values()):
        return {}
    widths = Counter(part for part, _ in {(parts[box], far[box]) for box in parts})
    line, length = 0, 0
    line_of: dict[int, int] = {}
    for part in sorted(widths):
        if length and length + widths[part] > LONG:
            line, length = line + 1, 0
        line_of[part] = line
        length += widths[part]
    return {box: line_of[part] for box, part in parts.items()} if line else {}


def _together(places: Sequence[int], near: Mapping[int, int], reach: int) -> list[list[int]]:
    """The uses of a leaf, those together that are no further apart than this."""
    groups: list[list[int]] = []
    start = 0
    for place in sorted(places, key=lambda place: near[place]):
        if not groups or near[place] - start > reach:
            groups.append([])
            start = near[place]
        groups[-1].append(place)
    return groups
