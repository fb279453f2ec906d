"""Which leaves of a graph are parameters, so that training changes them, and which are inputs and targets."""

import re
from collections.abc import Container, Iterable, Mapping
from typing import Any, NamedTuple

from autograd.recording.nodes import NodeSet
from autograd.table.reading import is_list
from autograd.value import Value

# Textbooks have weights w, W, w₁, w_hidden, biases b, and parameters θ.
_LIKE_A_PARAMETER = re.compile("[wbθWBΘ]|weight|bias|theta")


class Learners(NamedTuple):
    """What a user said of the parameters: those that were chosen, if any were, and those of Modules in `names`.

    `one_by_one`: those that were chosen each by itself, which a graph has to have; of a Module it may have a part.
    """

    chosen: NodeSet[Value] | None
    one_by_one: NodeSet[Value]
    of_modules: NodeSet[Value]

    def among(self, order: Iterable[Value], names: Mapping[Value, str]) -> NodeSet[Value]:
        """The parameters in a graph: those that were chosen; if none were, those of Modules; if there are no Modules,
        the leaves whose names begin as names of parameters do, with w, b, θ, "weight" or "bias".

        Raises ValueError if one that was chosen, or all of a chosen Module, are not there.
        """
        free = NodeSet(leaf for leaf in order if leaf.op is None and not leaf.constant)
        for missing in (node for node in self.one_by_one if node not in free):
            raise ValueError(f"the parameter {missing.label or repr(missing)} is not in the graph")
        if self.chosen is not None:
            if self.chosen and free.isdisjoint(self.chosen):
                raise ValueError("none of the parameters is in the graph")
            return NodeSet(leaf for leaf in free if leaf in self.chosen)
        return (NodeSet(leaf for leaf in free if leaf in self.of_modules)
                or NodeSet(leaf for leaf in free if _LIKE_A_PARAMETER.match(names.get(leaf, ""))))


def kind_of(node: Value, parameters: Container[Value]) -> str:
    """What a node is to a reader: an "operation", or a leaf that is a "constant", a "parameter" or an "input"."""
    if node.op is not None:
        return "operation"
    return "constant" if node.constant else "parameter" if node in parameters else "input"


def learners(parameters: Any, names: Any) -> Learners:
    """From the arguments `parameters`, a Value, several, or a Module, and `names`, which may be or hold Modules.

    Raises TypeError for anything else, ValueError for Values that cannot learn and for none at all.
    """
    modules: list[Any] = [names, *(names.values() if hasattr(names, "values") else ())]
    of_modules = NodeSet[Value](parameter for module in modules for parameter in _of_module(module))
    if parameters is None:
        return Learners(None, NodeSet(), of_modules)
    whole = _of_module(parameters)
    found: list[Any] = whole or ([parameters] if isinstance(parameters, Value) or not is_list(parameters)
                                 else list(parameters))
    for parameter in found:
        if not isinstance(parameter, Value):
            raise TypeError(f"parameters is a Value, a list of Values or a Module, not {type(parameter).__name__!r}")
        if parameter.op is not None or parameter.constant:
            what = "a constant" if parameter.constant else "the result of a calculation"
            raise ValueError(f"{parameter.label or parameter!r} is {what}: it cannot be a parameter")
    if not found:
        raise ValueError("there are no parameters: leave `parameters` out, or name at least one Value")
    return Learners(NodeSet(found), NodeSet(() if whole else found), of_modules)


def _of_module(module: Any) -> list[Value]:
    return [parameter for _, parameter in module.named_parameters()] if hasattr(module, "named_parameters") else []
