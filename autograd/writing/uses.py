"""The uses of a Value, counted alike wherever they are shown: in pictures, explanations and pages.

A Value that goes into several operations, or into one of them twice, gets its gradient through each of these uses. They
are numbered in the order in which backpropagation meets them, and written a#1, a#2, ...

Nodes are known by their places in a topological order, as in modules.py; `parents` has those of each node's parents.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from autograd.table.reading import is_tuple
from autograd.value import Value


class Use(NamedTuple):
    """A use of `parent` in `child`, as what stands at this `place` among its parents: number `use` of `uses`."""

    child: int
    parent: int
    place: int
    use: int
    uses: int


def uses_along(order: Sequence[Value], parents: Sequence[Sequence[int]], outputs: Iterable[int],
               moving: Sequence[bool], of: Collection[int] | None = None) -> list[Use]:
    """The uses that a gradient flows back along, from the outputs to what is moving, as backpropagation meets them.

    `moving`: see `dependents`; `of`: only the uses of these nodes.
    """
    reached, counted = [False] * len(order), [of is None] * len(order)
    for place in outputs:
        reached[place] = True
    for place in of or ():
        counted[place] = True
    count = [0] * len(order)
    found: list[tuple[int, int, int, int]] = []
    for child in range(len(order) - 1, -1, -1):
        if reached[child]:
            flows = _flows(order[child])
            for place, parent in enumerate(parents[child]):
                if moving[parent] and (flows is None or flows[place]):
                    reached[parent] = True
                    if counted[parent]:
                        count[parent] += 1
                        found.append((child, parent, place, count[parent]))
    return [Use(child, parent, place, use, count[parent]) for child, parent, place, use in found]


def dependents(order: Sequence[Value], parents: Sequence[Sequence[int]], start: Iterable[int]) -> list[bool]:
    """For each node whether it changes with something at the start, as far as gradients flow, or is there itself."""
    moving = [False] * len(order)
    for place in start:
        moving[place] = True
    for place, above in enumerate(parents):
        if above and not moving[place]:
            flows = _flows(order[place])
            moving[place] = any(moving[parent] for k, parent in enumerate(above) if flows is None or flows[k])
    return moving


def _flows(node: Value) -> list[bool] | None:
    """For each parent whether the row has a derivative for it; None if it has all of them."""
    row = node.op
    if row is None or None not in row.partials:
        return None
    return [partial is not None for partial, argument in zip(row.partials, node.arguments, strict=True)
            for _ in (argument if is_tuple(argument) else (argument,))]
