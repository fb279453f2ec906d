"""Large graphs made small: many nodes shown as one, by the module they belong to or by their structure.

The answer is a list that has, for each node of a topological order, the number of its unit: nodes of one unit share a
box. Nothing is left out, and every graph gets as small as it is asked to. picture.py turns units into boxes.
"""

from collections.abc import Hashable, Sequence
from typing import Any

from autograd.value import Value
from autograd.writing.modules import lineage

Units = list[int]
DEPTHS = 3
SEVERAL = -1  # in place of the number of a unit
Marks = Sequence[Hashable]


def fold(order: Sequence[Value], parents: Sequence[Sequence[int]], inside: Sequence[str], marks: Marks, roles: Marks,
         kept: set[int], most: int) -> tuple[Units, list[str]]:
    """The unit of each node, such that there are no more than `most`, and the module that it is part of, or "".

    First each layer becomes one unit, the innermost module that contains others; where there are still too many,
    the modules around them. What belongs to no module is folded by its structure: nodes that were made in the same
    way (a fan), nodes that follow one another (a chain), and as a last resort nodes of like depth. Nodes with different
    `marks`, or at least with different `roles`, are not folded together, and the places in `kept` stay by themselves,
    as long as that is possible.
    """
    by_module = _modules(inside, most)
    for marked in (marks, roles, ["" for _ in order]):
        units = _fans(order, parents, by_module, marked, kept)
        for of_one_operation in (True, False):
            units = _chains(order, parents, units, by_module, kept, of_one_operation)
            if len(set(units)) <= most:
                return units, by_module
    most = max(1, most // DEPTHS)  # they stand one behind another, which makes pictures wide
    return _depths(parents, kept if len(kept) < most else set(), roles, most), ["" for _ in order]


def _modules(inside: Sequence[str], most: int) -> list[str]:
    """For each node the module that it is shown as, "" for none."""
    named = set(inside) - {""}
    every = {outer for module in named for outer in lineage(module)}
    height: dict[str, int] = {}
    for module in sorted(every, key=lambda module: -len(lineage(module))):
        height.setdefault(module, 0)
        for outer in lineage(module)[-2:-1]:
            height[outer] = max(height.get(outer, 0), height[module] + 1)
    shown: dict[str, str] = {"": ""}
    for level in range(1, max(height.values(), default=0) + 2):
        for module in named:
            shown[module] = next((outer for outer in lineage(module) if height[outer] <= level), module)
        if len(set(shown.values())) <= (most + 1) // 2:
            break
    return [shown[module] for module in inside]


def _fans(order: Sequence[Value], parents: Sequence[Sequence[int]], by_module: Sequence[str], marks: Marks,
          kept: set[int]) -> Units:
    """Nodes of the same operation on nodes of the same units are one unit; so are leaves of one kind."""
    numbers: dict[Hashable, int] = {}
    units: Units = []
    for place, node in enumerate(order):
        signature: Hashable
        if place in kept:
            signature = place
        elif by_module[place]:
            signature = by_module[place]
        else:
            ancestry = tuple([units[parent] for parent in parents[place]])
            signature = (node.op, node.constant, marks[place], ancestry)
        units.append(numbers.setdefault(signature, len(numbers)))
    return units


def _chains(order: Sequence[Value], parents: Sequence[Sequence[int]], units: Units, by_module: Sequence[str],
            kept: set[int], of_one_operation: bool) -> Units:
    """Units that go into only one other are one with it, if it is the same operation, or is made of nothing else."""
    child_of: dict[int, int] = {}  # the one unit that a unit goes into, or that there are several
    made_of: dict[int, int] = {}  # the one unit, leaves aside, that it is made of, or that there are several
    for place, unit in enumerate(units):
        for parent in parents[place]:
            above = units[parent]
            if above != unit:
                if child_of.setdefault(above, unit) != unit:
                    child_of[above] = SEVERAL
                if order[parent].op is not None and made_of.setdefault(unit, above) != above:
                    made_of[unit] = SEVERAL
    operations: dict[int, Any] = {}
    fixed: set[int] = set()
    for place, unit in enumerate(units):
        operations[unit] = order[place].op
        if by_module[place] or place in kept or order[place].op is None:
            fixed.add(unit)
    joined: dict[int, int] = {}
    for unit in sorted(operations, reverse=True):  # a child has a higher number than what it is made of
        joined[unit] = unit
        child = child_of.get(unit, SEVERAL)
        if child != SEVERAL and unit not in fixed and child not in fixed and (
                operations[child] is operations[unit] if of_one_operation else made_of.get(child) == unit):
            joined[unit] = joined.get(child, child)
    return [joined[unit] for unit in units]


def _depths(parents: Sequence[Sequence[int]], kept: set[int], roles: Marks, most: int) -> Units:
    """As many units as allowed, each of nodes at about the same distance from the leaves, which are apart."""
    depth = [0] * len(parents)
    for place, above in enumerate(parents):
        if above:
            depth[place] = 1 + max(depth[parent] for parent in above)
    leaves = {role: -1 - len(parents) - number for number, role in enumerate(dict.fromkeys(
        role for place, role in enumerate(roles) if not parents[place] and place not in kept))}
    apart = len(leaves) if len(leaves) + len(kept) < most else 0
    slices = max(1, most - len(kept) - apart)
    deepest = max(depth) + 1
    return [-1 - place if place in kept else leaves[roles[place]] if apart and not parents[place] else
            depth[place] * slices // deepest for place in range(len(parents))]
