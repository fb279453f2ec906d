"""Which module of a network each node of a graph belongs to, read off the graph and the names of the parameters."""

from collections.abc import Mapping, Sequence
from functools import cache

from autograd.value import Value


@cache
def module_of(name: str) -> str:
    """The module that a dotted name is in, "" if that is the whole: that of `layers.0.neurons.3.w.1` is
    `layers.0.neurons.3`, and that of this is `layers.0`. A number counts the items of a list, which is no module.
    """
    parts = name.split(".")
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


def members(order: Sequence[Value], places: Mapping[Value, int], parameters: Mapping[Value, str]) -> list[str]:
    """The module of each node of a topological order, "" where there is none.

    - A parameter belongs to the module that its name says.
    - An operation on parameters belongs to the innermost module that these are all in.
    - An operation on results of modules alone belongs there too if it goes on with one call of a module, as an
      activation does, or puts parts of one call together: parts that depend on different parameters. Behind the
      last parameter this is one step, on nothing but that result: what follows is not the network but its loss.
    - Results of different calls or modules, put together, belong to what these have in common, if parameters follow.
    - A constant belongs to where it is used.
    """
    inside = [module_of(parameters[node]) if node in parameters else "" for node in order]
    followed = _followed(order, places, parameters)
    bits: dict[Value, int] = {}  # a bit for each parameter
    call, depends, steps = [-1] * len(order), [0] * len(order), [0] * len(order)
    for place, node in enumerate(order):
        if node.op is None:
            continue
        own: list[str] = []
        inner: list[int] = []
        complete = True  # nothing but parameters, constants and results of modules
        constants = False
        for parent in node.parents:
            if parent in parameters:
                own.append(inside[places[parent]])
                depends[place] |= bits.setdefault(parent, 1 << len(bits))
            elif parent.op is not None:
                inner.append(places[parent])
                complete = complete and call[places[parent]] >= 0
            elif parent.constant:
                constants = True
            else:
                complete = False
        if own:
            inside[place], call[place] = common(own), place
            for parent in inner:
                if inside[parent] == inside[place]:
                    depends[place] |= depends[parent]
        elif inner and complete:
            _go_on(place, list(dict.fromkeys(inner)), inside, call, depends, steps,
                   followed[place], constants)
    _place_constants(order, places, inside)
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


def _followed(order: Sequence[Value], places: Mapping[Value, int], parameters: Mapping[Value, str]) -> list[bool]:
    """Whether the result of a node goes into an operation on parameters, at once or later."""
    followed = [False] * len(order)
    for place in range(len(order) - 1, -1, -1):
        parents = order[place].parents
        if followed[place] or any(parent in parameters for parent in parents):
            for parent in parents:
                followed[places[parent]] = True
    return followed


def _place_constants(order: Sequence[Value], places: Mapping[Value, int], inside: list[str]) -> None:
    users: dict[int, list[str]] = {}
    for place, node in enumerate(order):
        for parent in node.parents:
            if parent.constant:
                users.setdefault(places[parent], []).append(inside[place])
    for place, modules in users.items():
        inside[place] = common(modules)
