"""What a textbook calls the numbers of a network: w₁₂₁ is the weight in layer 1, neuron 2, for input 1; b₁₂ its bias.

What a neuron makes is h₁₂, and z₁₂ before the activation; what the network makes is ŷ. Numbers count from 1. All of it
is read from the dotted names of the parameters, `layers.0.neurons.1.w.0`, and from the modules of the operations.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from autograd.recording.nodes import NodeDict, NodeSet
from autograd.table.notation import SUBSCRIPTS
from autograd.value import Value


def textbook_names(order: Sequence[Value], parents: Sequence[Sequence[int]], modules: Sequence[str],
                   given: Mapping[Value, str], of_modules: NodeSet[Value], outputs: Collection[int],
                   ) -> NodeDict[Value, str]:
    """What a user calls the Values; but parameters of Modules, and what their neurons make, as a textbook does.

    `modules`: the module of each node, by its place, as are `parents` and `outputs`. Where two would be called the
    same, the dotted names remain. Neurons that are called several times, as for a batch, get no names for their
    results.
    """
    names = NodeDict(given.items())
    if not of_modules:
        return names
    found: dict[int, str] = {}
    for place, node in enumerate(order):
        if node.op is None and node in of_modules and node in given:
            parts = given[node].split(".")
            found[place] = _indexed(next((part for part in reversed(parts) if not part.isdigit()), ""), _numbers(parts))
    found.update((place, name) for place, name in _results(order, parents, modules, outputs).items() if not (
        order[place].label or order[place] in given))
    counts = Counter([*found.values(), *(node.label for node in order if node.label)])
    names.update((order[place], name) for place, name in found.items() if name and counts[name] == 1)
    return names


def _results(order: Sequence[Value], parents: Sequence[Sequence[int]], modules: Sequence[str],
             outputs: Collection[int]) -> dict[int, str]:
    """z, h and ŷ for the operations of the neurons, which are the modules with a number."""
    leaving = set(outputs)  # what goes on to another module, or is the output
    hidden: set[int] = set()  # what goes on to another module
    for module, above in zip(modules, parents, strict=True):
        for parent in above:
            if modules[parent] != module:
                leaving.add(parent)
                if module:
                    hidden.add(parent)
    results: dict[str, list[int]] = {}
    for place in sorted(leaving):
        if order[place].op is not None and _numbers(modules[place].split(".")):
            results.setdefault(modules[place], []).append(place)
    once = {module: made[0] for module, made in results.items() if len(made) == 1}
    several = len(once.keys() - {module for module, place in once.items() if place in hidden}) > 1
    found: dict[int, str] = {}
    for module, place in once.items():
        numbers = _numbers(module.split("."))
        found[place] = _indexed("h", numbers) if place in hidden else _indexed("ŷ", numbers[-1:] if several else [])
        before = [parent for parent in parents[place] if parents[parent] and modules[parent] == module]
        if len(before) == 1:
            found[before[0]] = _indexed("z", numbers)
    return found


def _numbers(parts: Sequence[str]) -> list[int]:
    return [int(part) + 1 for part in parts if part.isdigit()]


def _indexed(letter: str, numbers: Sequence[int]) -> str:
    between = "," if any(number > 9 for number in numbers) else ""
    return letter + between.join(map(str, numbers)).translate(SUBSCRIPTS) if letter else ""


def module_title(module: str, inside: str = "") -> str:
    """A module in a textbook's words: `layers.0.neurons.1` is "layer 1, neuron 2"; inside of `layers.0`, "neuron 2"."""
    rest = module.removeprefix(inside).strip(".") or module
    parts = rest.split(".")
    if not any(part.isdigit() for part in parts[1:]):
        return rest
    words: list[str] = []
    for place, part in enumerate(parts):
        if part.isdigit() and place and not parts[place - 1].isdigit():
            words[-1] = f"{words[-1].removesuffix('s')} {int(part) + 1}"
        else:
            words.append(part)
    return ", ".join(words)
