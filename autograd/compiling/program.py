"""Program: a recorded graph, sorted into loops.

A graph has thousands of nodes and few kinds of them. Nodes of the same operation at the same depth, whose arguments lie
in the same arrays, can be calculated in one loop: they are a group. Which node reads which is data, and nearly always
an arithmetic progression of places. So code grows with the kinds of nodes, not with their number.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from autograd.compiling.register import Body, Register, body, instructions
from autograd.graph import topological_order
from autograd.recording.node import Node
from autograd.table.reading import is_tuple
from autograd.table.row import Operation

# The arrays. Three hold numbers that are the same in every sample: constants, what is read anew in every call, and what
# is learned. In the last one each sample has numbers of its own: its inputs, then all results.
CONSTANTS, VALUES, PARAMETERS, LANES = "constants", "values", "parameters", "lanes"


class Places(NamedTuple):
    """Where member m of a group finds item k of one of its arguments: at start + m·stride + k·step, or in a table.

    With a table of bases, at bases[m] + k·step; with a full one, at bases[m·length + k].
    """

    start: int
    stride: int = 0
    step: int = 0
    bases: "array[int] | None" = None
    is_full: bool = False

    @classmethod
    def of(cls, places: Sequence[Sequence[int]]) -> "Places":
        """The shortest way to say a matrix of places, of members and items."""
        first = places[0]
        step = first[1] - first[0] if len(first) > 1 else 0
        stride = places[1][0] - first[0] if len(places) > 1 else 0
        if any(p != row[0] + k * step for row in places for k, p in enumerate(row)):
            return cls(0, bases=array("i", [p for row in places for p in row]), is_full=True)
        if any(row[0] != first[0] + m * stride for m, row in enumerate(places)):
            return cls(0, step=step, bases=array("i", [row[0] for row in places]))
        return cls(first[0], stride, step)

    def at(self, m: int, k: int, length: int) -> int:
        if self.bases is None:
            return self.start + m * self.stride + k * self.step
        return self.bases[m * length + k] if self.is_full else self.bases[m] + k * self.step


class Segment(NamedTuple):
    """A part of an argument that lies in one array: all of it for a number, a run of items for a list."""

    array: str
    is_wanted: bool  # whether its gradient is
    length: int
    places: Places


@dataclass
class Group:
    """Nodes that one loop calculates: `count` of them, whose results lie side by side from `start` on."""

    row: Operation
    start: int
    count: int
    arguments: tuple[tuple[Segment, ...], ...]
    known: tuple[float | None, ...]  # arguments that are the same constant in all of them
    is_wanted: bool
    is_guarded: bool  # whether these are branches, which need not exist where they are not chosen
    times: list[float]  # when each of them was recorded

    @property
    def lengths(self) -> tuple[int | None, ...]:
        return tuple(sum(s.length for s in segments) if is_list else None
                     for segments, is_list in zip(self.arguments, self.row.lists))

    @property
    def body(self) -> Body:
        return body(self.row, self.lengths, self.known)


@dataclass
class Program:
    """The groups in order, and where the numbers lie. `outputs`: an array and a place for each."""

    groups: list[Group]
    constants: "array[float]"
    inputs: int
    lanes: int  # inputs and results
    wanted_inputs: list[int]
    values: int
    parameters: int
    outputs: list[tuple[str, int]]
    nodes: int
    edges: int

    @property
    def flops(self) -> int:
        """About how many operations on numbers the value takes, and three times as many the derivatives with it."""
        return 3 * sum(group.count * sum(2 * length if length is not None else 1 for length in group.lengths)
                       for group in self.groups)


def program(outputs: Sequence[Node], inputs: Sequence[Node], wanted: Sequence[Node],
            ) -> tuple[Program, list[Any], list[Any]]:
    """Sort the graph of some outputs. Returns the program, and what lies in its values and parameters, in order.

    `inputs`: leaves that each sample has for its own. `wanted`: the leaves whose gradient will be asked for: inputs, or
    else parameters. All other leaves are values, or constants.
    """
    order = topological_order(outputs)
    depth, concerned = _depths(order), _concerned(order, wanted)
    guarded = _branches(order, outputs)
    array_of = {id(x): PARAMETERS for x in wanted} | {id(x): LANES for x in inputs}
    for node in order:
        leaf = CONSTANTS if node.constant else VALUES
        array_of.setdefault(id(node), leaf if node.op is None else LANES)

    def kind(node: Any) -> tuple[str, bool]:
        return array_of[id(node)], id(node) in concerned

    grouped: dict[Any, list[Any]] = {}
    for node in order:
        if node.op is not None:
            key = (depth[id(node)], node.op, kind(node), id(node) in guarded, *(
                tuple(_runs(list(zip(*(map(kind, a) for a in node.arguments if is_tuple(a))))))
                if is_tuple(argument) else kind(argument) for argument in node.arguments))
            grouped.setdefault(key, []).append(node)
    found: dict[str, list[Any]] = {CONSTANTS: [], VALUES: [], PARAMETERS: [], LANES: list(inputs)}
    places = {name: {id(x): n for n, x in enumerate(nodes)} for name, nodes in found.items()}

    def place(node: Any) -> int:
        name = array_of[id(node)]
        if id(node) not in places[name]:
            places[name][id(node)] = len(found[name])
            found[name].append(node)
        return places[name][id(node)]

    groups: list[Group] = []
    for key in sorted(grouped, key=lambda key: key[0]):
        members = grouped[key]
        for node in members:  # what is met in order lies in order
            for parent in node.parents:
                place(parent)
        start = len(found[LANES])
        for node in members:
            place(node)
        arguments, known = _arguments(members, key[4:], place)
        group = Group(key[1], start, len(members), arguments, known, key[2][1], key[3], [x.time for x in members])
        unknown = body(group.row, group.lengths, (None,) * len(known))
        if instructions(group.body) >= instructions(unknown):  # then it is better to have one program for all constants
            group.known = (None,) * len(known)
        groups.append(group)
    ends = [(array_of[id(x)], place(x)) for x in outputs]
    for x in wanted:  # also what nothing depends on
        place(x)
    return Program(groups, array("d", [node.data for node in found[CONSTANTS]]), len(inputs), len(found[LANES]),
                   [places[LANES][id(x)] for x in wanted if id(x) in places[LANES]], len(found[VALUES]),
                   len(found[PARAMETERS]), ends, sum(g.count for g in groups),
                   sum(len(node.parents) for node in order)), found[VALUES], found[PARAMETERS]


def _arguments(members: list[Any], kinds: Sequence[Any], place: Any) -> tuple[Any, Any]:
    """The segments of each argument of a group, and the constants among them that all members share."""
    arguments: list[tuple[Segment, ...]] = []
    known: list[float | None] = []
    number_of_list = 0
    for number in range(len(kinds)):
        kind: Any = kinds[number]
        of_members = [node.arguments[number] for node in members]
        if is_tuple(of_members[0]):
            segments, begin = list[Segment](), 0
            for run, length in kind:
                rows = [[place(x) for x in items[begin : begin + length]] for items in of_members]
                array, is_wanted = run[number_of_list]
                segments.append(Segment(array, is_wanted, length, Places.of(rows)))
                begin += length
            arguments.append(tuple(segments))
            known.append(None)
            number_of_list += 1
        else:
            array, is_wanted = kind
            arguments.append((Segment(array, is_wanted, 1, Places.of([[place(x)] for x in of_members])),))
            same = array == CONSTANTS and len({repr(x.data) for x in of_members}) == 1
            known.append(of_members[0].data if same else None)
    return tuple(arguments), tuple(known)


def _runs(kinds: list[Any]) -> list[tuple[Any, int]]:
    """Items of lists, as runs of those that lie in the same arrays."""
    return [(kind, len(list(run))) for kind, run in groupby(kinds)]


def _depths(order: Sequence[Any]) -> dict[int, int]:
    """How many operations lie below each node. Those of one depth do not depend on one another."""
    depth: dict[int, int] = {}
    for node in order:
        depth[id(node)] = 0 if node.op is None else 1 + max((depth[id(x)] for x in node.parents), default=0)
    return depth


def _concerned(order: Sequence[Any], wanted: Iterable[Any]) -> set[int]:
    """The nodes that a gradient flows through."""
    concerned = {id(x) for x in wanted}
    for node in order:
        if not node.constant and any(id(parent) in concerned for parent in node.parents):
            concerned.add(id(node))
    return concerned


def _branches(order: Sequence[Any], outputs: Iterable[Any]) -> set[int]:
    """The nodes that only matter where a choice falls on them."""
    certain = {id(x) for x in outputs}
    for node in reversed(order):
        if id(node) in certain and node.op is not None:
            chosen = _is_choice(node.op)
            certain |= {id(parent) for parent in (node.parents[:1] if chosen else node.parents)}
    return {id(node) for node in order} - certain


def _is_choice(row: Operation) -> bool:
    """Whether an operation is the choice between two numbers, and so needs only one of them."""
    if any(row.lists):
        return False
    value = body(row, (None,) * len(row.partials), (None,) * len(row.partials))[0]
    return value.instruction == "select" and [x.instruction for x in value.operands] == ["!=", "argument", "argument"]


def select_is_bare(register: Register) -> bool:
    """Whether a result is one of the operands, perhaps with another sign: then it is as finite as they are.

    Not so the choice between two branches, of which only the one that is chosen has to exist.
    """
    if register.instruction == "select" and register.operands[0].instruction == "!=":
        return False
    if register.instruction in ("argument", "constant"):
        return True
    operands = register.operands[1:] if register.instruction == "select" else register.operands
    return register.instruction in ("select", "negated", "size") and all(map(select_is_bare, operands))
