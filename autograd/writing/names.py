"""What the nodes of a graph are called: the names that a user gave, for pictures and explanations alike, and one for
every node of an explanation. modules.py reads from such names which module of a network a node belongs to.
"""

import re
from collections.abc import Container, Sequence
from typing import Any

from autograd.recording.nodes import NodeDict
from autograd.value import Value
from autograd.writing.text import shortened

_LONGEST = 40


def given_names(names: Any) -> NodeDict[Value, str]:
    """What a user gave as `names`, as the names of Values: a Module, or a dict, or nothing.

    A Module is anything with `named_parameters()`. A dict maps names to Values and Modules, or Values to names. Raises
    TypeError for anything else.
    """
    if names is None:
        return NodeDict()
    if hasattr(names, "named_parameters"):
        return NodeDict((parameter, str(name)) for name, parameter in names.named_parameters())
    if not hasattr(names, "items"):
        raise TypeError(f"names is a Module or a dict of Values and Modules by name, not {type(names).__name__!r}")
    found = NodeDict[Value, str]()
    for key, item in names.items():
        if isinstance(key, Value):
            found[key] = str(item)
        elif isinstance(item, Value):
            found[item] = str(key)
        elif hasattr(item, "named_parameters"):
            found.update((parameter, f"{key}.{inner}") for inner, parameter in item.named_parameters())
        else:
            raise TypeError(f"names[{key!r}] is neither a Value nor a Module, but {type(item).__name__!r}")
    return found


def names_of(order: list[Value], given: NodeDict[Value, str], outputs: Sequence[Value]) -> NodeDict[Value, str]:
    """A name for each node but the constants, no two the same: the given one, the label, or v1, v2, ...

    An output that is the only one is called L if it has no label, or y if there is another L.
    """
    wanted = NodeDict((node, readable(given.get(node) or node.label or "")) for node in order if not node.constant)
    taken = set(wanted.values())
    if len(outputs) == 1 and not wanted.get(output := outputs[0]):
        wanted[output] = next(name for name in ("L", "y", "output", _free("L", taken, {})) if name not in taken)
        taken.add(wanted[output])
    names = NodeDict[Value, str]()
    used: set[str] = set()
    numbers: dict[str, int] = {}
    count = 0
    for node, name in wanted.items():
        while not name:
            count += 1
            name = f"v{count}" if f"v{count}" not in taken else ""
        if name in used:
            name = _free(name, taken, numbers)
            taken.add(name)
        used.add(name)
        names[node] = name
    return names


def readable(name: str) -> str:
    """A label on one line, of a length that can be read, and not to be mistaken for a number or for a use, a#2."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?|.*#\d+", name):
        name = f"“{name}”"
    return shortened(name, _LONGEST)


def _free(name: str, taken: Container[str], numbers: dict[str, int]) -> str:
    """The name with the first number that makes it a free one. `numbers`: by name, where it was left off looking."""
    number = numbers.get(name, 2)
    while f"{name}_{number}" in taken:
        number += 1
    numbers[name] = number
    return f"{name}_{number}"
