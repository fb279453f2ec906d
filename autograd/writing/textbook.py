"""What a textbook calls the numbers of a network: w₁₂₁ is the weight in layer 1, neuron 2, for input 1; b₁₂ its bias.

What a neuron makes is h₁₂, and z₁₂ before the activation; what the network makes is ŷ. Numbers count from 1. All of it
is read from the dotted names of the parameters, `layers.0.neurons.1.w.0`, and from the modules of the operations.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from autograd.recording.nodes import NodeDict, NodeSet
from autograd.value import Value

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def textbook_names(order: Sequence[Value], given: Mapping[Value, str], of_modules: NodeSet[Value],
                   modules: Mapping[Value, str], outputs: Sequence[Value]) -> NodeDict[Value, str]:
    """What a user calls the Values; but parameters of Modules, and what their neurons make, as a textbook does.

    Where two would be called the same, the dotted names remain. Neurons that are called several times, as for a batch,
    get no names for their results.
    """
    found = NodeDict[Value, str]()
    for node in order:
        if node in of_modules and node in given:
            parts = given[node].split(".")
            found[node] = _indexed(next((part for part in reversed(parts) if not part.isdigit()), ""), _numbers(parts))
    found.update((node, name) for node, name in _results(order, modules, NodeSet(outputs)).items() if not (
        node.label or node in given))
    counts = Counter([*found.values(), *(node.label for node in order if node.label)])
    names = NodeDict(given.items())
    names.update((node, name) for node, name in found.items() if name and counts[name] == 1)
    return names


def _results(order: Sequence[Value], modules: Mapping[Value, str], outputs: NodeSet[Value]) -> NodeDict[Value, str]:
    """z, h and ŷ for the operations of the neurons, which are the modules with a number."""
    users = NodeDict[Value, list[Value]]()
    for node in order:
        for parent in node.parents:
            users.setdefault(parent, []).append(node)
    results: dict[str, list[Value]] = {}
    for node in order:
        module = modules.get(node, "")
        if node.op is not None and any(part.isdigit() for part in module.split(".")) and (
                node in outputs or any(modules.get(user, "") != module for user in users.get(node, ()))):
            results.setdefault(module, []).append(node)
    once = {module: made[0] for module, made in results.items() if len(made) == 1}
    last = [module for module, node in once.items() if not any(modules.get(user) for user in users.get(node, ()))]
    found = NodeDict[Value, str]()
    for module, node in once.items():
        numbers = _numbers(module.split("."))
        hidden = module not in last
        found[node] = _indexed("h" if hidden else "ŷ", numbers if hidden else numbers[-1:] if len(last) > 1 else [])
        before = [parent for parent in node.parents if parent.op is not None and modules.get(parent) == module]
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
