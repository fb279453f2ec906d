"""Which module of a network each node of a graph belongs to, read off the graph and the names of the parameters."""

from collections.abc import Mapping, Sequence
from functools import cache

from autograd.value import Value

DEEPEST = 30  # the levels of the names that are taken apart


@cache
def module_of(name: str) -> str:
    """The module that a dotted name is in, "" if that is the whole: that of `layers.0.neurons.3.w.1` is
    `layers.0.neurons.3`, and that of this is `layers.0`. A number counts the items of a list, which is no module.
    """
    parts = name.split(".")
    if "" in parts or len(parts) > DEEPEST:  # no dotted name, but dots in a name
        return ""
    ends = [end for end in range(len(parts)) if not parts[end].isdigit()]
    return ".".join(parts[: ends[-1]]) if ends else ""


@cache
def lineage(module: str) -> tuple[str, ...]:
    """The modules from the outermost one to this one."""
    return (*lineage(module_of(module)), module) if module else ()


def common(modules: Sequence[str]) -> str:
    """The innermost module that all of these are in, or are."""
    first = modules[0]
    if all(module == first for module in modules):
        return first
    together = [level[0] for level in zip(*map(lineage, modules)) if len(set(level)) == 1]
    return together[-1] if together else ""


def counting(module: str) -> list[tuple[bool, int, str]]:
    """The key that sorts modules as one counts: `layers.2` comes before `layers.10`."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in module.split(".")]


def members(order: Sequence[Value], parents: Sequence[Sequence[int]], parameters: Mapping[int, str]) -> list[str]:
    """The module of each node of a topological order, "" where there is none. Nodes are given by their places.

    - A parameter belongs to the module that its name says.
    - An operation on parameters belongs to the innermost module that these are all in.
    - An operation on results of modules alone belongs there too if it goes on with one call of a module, as an
      activation does, or puts parts of one call together: parts that depend on different parameters. Behind the
      last parameter this is one step, on nothing but that result: what follows is not the network but its loss.
    - Results of different calls or modules, put together, belong to what these have in common, if parameters follow.
    - A constant belongs to where it is used.
    """
    inside = [module_of(parameters[place]) if place in parameters else "" for place in range(len(order))]
    if not any(inside):
        return inside
    followed = _followed(parents, parameters)
    bits = {parameter: 1 << number for number, parameter in enumerate(parameters)}
    call, depends, steps = [-1] * len(order), [0] * len(order), [0] * len(order)
    users: dict[int, list[str]] = {}  # the modules in which each constant is used
    for place, above in enumerate(parents):
        own: list[str] = []
        inner: list[int] = []
        constants: list[int] = []
        complete = True  # nothing but parameters, constants and results of modules
        for parent in above:
            if parent in parameters:
                own.append(inside[parent])
                depends[place] |= bits[parent]
            elif parents[parent]:
                inner.append(parent)
                complete = complete and call[parent] >= 0
            elif order[parent].constant:
                constants.append(parent)
            else:
                complete = False
        if own:
            inside[place], call[place] = common(own), place
            for parent in inner:
                if inside[parent] == inside[place]:
                    depends[place] |= depends[parent]
        elif inner and complete:
            _go_on(place, list(dict.fromkeys(inner)), inside, call, depends, steps, followed[place], bool(constants))
        for constant in constants:
            users.setdefault(constant, []).append(inside[place])
    for place, modules in users.items():
        inside[place] = common(modules)
    return inside


def _go_on(place: int, inner: list[int], inside: list[str], call: list[int], depends: list[int], steps: list[int],
           followed: bool, constants: bool) -> None:
    """Let a node that has no parameters belong to where its parents do, if it should."""
    one_call = len({call[parent] for parent in inner}) == 1
    one_module = len({inside[parent] for parent in inner}) == 1
    union = total = 0
    for parent in inner:
        union |= depends[parent]
        total += depends[parent].bit_count()
    parts = one_module and union.bit_count() == total
    steps[place] = 0 if parts and not one_call else 1 + max(steps[parent] for parent in inner)
    if followed or (parts and not one_call) or (one_call and not constants and steps[place] == 1):
        inside[place] = common([inside[parent] for parent in inner])
        call[place] = call[inner[0]] if one_call else place
        depends[place] = union


def _followed(parents: Sequence[Sequence[int]], parameters: Mapping[int, str]) -> list[bool]:
    """Whether the result of a node goes into an operation on parameters, at once or later."""
    followed = [False] * len(parents)
    for place in range(len(parents) - 1, -1, -1):
        if followed[place] or not parameters.keys().isdisjoint(parents[place]):
            for parent in parents[place]:
                followed[parent] = True
    return followed
