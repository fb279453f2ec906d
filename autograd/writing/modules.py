"""Which module of a network each node of a graph belongs to, read off the graph and the names of its parameters.

Modules are dotted names here, as names.py gets them from `named_parameters()`. Pictures have a frame for each module,
and what is too large to be shown whole is summed up by module.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache, reduce
from typing import NamedTuple

from autograd.value import Value

DEEPEST = 30  # the levels of the names that are taken apart


@cache
def module_of(name: str) -> str:
    """The module that a dotted name is in, "" if that is the whole: that of `layers.0.neurons.3.w.1` is
    `layers.0.neurons.3`, and that of this is `layers.0`. A number counts the items of a list, which is not a module.
    """
    parts = name.split(".")
    if "" in parts or len(parts) > DEEPEST:  # not a dotted name, but a name with dots in it
        return ""
    ends = [end for end in range(len(parts)) if not parts[end].isdigit()]
    return ".".join(parts[: ends[-1]]) if ends else ""


@cache
def lineage(module: str) -> tuple[str, ...]:
    """The modules from the outermost one to this one."""
    return (*lineage(module_of(module)), module) if module else ()


def common_module(modules: Sequence[str]) -> str:
    """The innermost module that all of these are in, or are."""
    first = modules[0]
    if all(module == first for module in modules):
        return first
    together = [level[0] for level in zip(*map(lineage, modules)) if len(set(level)) == 1]
    return together[-1] if together else ""


def natural_order(module: str) -> list[tuple[bool, int, str]]:
    """The key to sort modules by, so that `layers.2` comes before `layers.10`."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in module.split(".")]


class _Result(NamedTuple):
    """What a module made: by which call, from which parameters, and how many operations ago it used one."""

    call: int  # the place of the node that the call began with
    parameters: int  # one bit for each
    steps: int  # 0 even where parts of one call are put together


def modules_of_nodes(order: Sequence[Value], parents: Sequence[Sequence[int]],
                     parameters: Mapping[int, str]) -> list[str]:
    """The module of each node of a topological order, "" where there is none. Nodes are given by their places.

    - A parameter belongs to the module that its name says.
    - An operation on parameters belongs to the innermost module that these are all in.
    - An operation on results of modules alone belongs there too if it goes on with one call of a module, as an
      activation does, or puts parts of one call together: parts that depend on different parameters. After the
      last parameter this is one step, on nothing but that result: what follows is not the network but its loss.
    - Results of different calls or modules, put together, belong to what these have in common, if parameters follow.
    - A constant belongs to where it is used.
    """
    modules = [module_of(parameters[place]) if place in parameters else "" for place in range(len(order))]
    if not any(modules):
        return modules
    followed = followed_by_parameters(parents, parameters)
    is_constant = [node.constant and place not in parameters for place, node in enumerate(order)]
    bits = {parameter: 1 << number for number, parameter in enumerate(parameters)}
    results: dict[int, _Result] = {}
    users: dict[int, list[str]] = {}  # the modules in which each constant is used
    for place, above in enumerate(parents):
        own = [parent for parent in above if parent in parameters]
        inner = [parent for parent in dict.fromkeys(above) if parents[parent]]
        constants = [parent for parent in above if is_constant[parent]]
        if own:
            module = modules[place] = common_module([modules[parent] for parent in own])
            before = [results[parent].parameters for parent in inner if parent in results and modules[parent] == module]
            results[place] = _Result(place, reduce(int.__or__, [*before, *(bits[parent] for parent in own)]), 0)
        elif inner and all(parent in results or is_constant[parent] for parent in above):
            around = [modules[parent] for parent in inner]
            result = _continued(place, [results[parent] for parent in inner], len(set(around)) == 1, followed[place],
                                bool(constants))
            if result:
                modules[place], results[place] = common_module(around), result
        for constant in constants:
            users.setdefault(constant, []).append(modules[place])
    for place, used_in in users.items():
        modules[place] = common_module(used_in)
    return modules


def _continued(place: int, parts: list[_Result], one_module: bool, followed: bool, constants: bool) -> _Result | None:
    """What an operation on results of modules makes of them, None if it belongs to no module.

    `one_module`: whether all are from one; `followed`: whether parameters follow; `constants`: whether it has other
    operands as well.
    """
    one_call = len({part.call for part in parts}) == 1
    together = reduce(int.__or__, [part.parameters for part in parts])
    separate = together.bit_count() == sum(part.parameters.bit_count() for part in parts)
    assembled = one_module and separate and not one_call
    steps = 0 if assembled else 1 + max(part.steps for part in parts)
    if followed or assembled or (one_call and not constants and steps == 1):
        return _Result(parts[0].call if one_call else place, together, steps)
    return None


def followed_by_parameters(parents: Sequence[Sequence[int]], parameters: Collection[int]) -> list[bool]:
    """Whether the result of a node goes into an operation on parameters, directly or later."""
    followed = [False] * len(parents)
    for place in range(len(parents) - 1, -1, -1):
        if followed[place] or any(parent in parameters for parent in parents[place]):
            for parent in parents[place]:
                followed[parent] = True
    return followed
