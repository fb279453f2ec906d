"""What is shown of an explanation: all of a small one; of a large one the ends, and what it amounts to by module.

Each way to write an explanation down begins here, and knows nothing else of it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from autograd.explaining.equations import Equation, equation
from autograd.explaining.flows import Graph
from autograd.explaining.sentences import say
from autograd.explaining.steps import Step, Steps
from autograd.recording.nodes import NodeDict
from autograd.value import Value
from autograd.writing.modules import module_of
from autograd.writing.numbers import Numeral, derivative, shown

MOST = 60  # steps of a phase that are shown; of a longer one only the first and the last few
_FIRST, _LAST, _MODULES = 12, 6, 20

Item = tuple[int, Step] | str  # a step with its place, or a remark


@dataclass(frozen=True)
class Summary:
    """An explanation as it is shown.

    - `phases`: the heading of each phase that there is, and its steps, with remarks in place of those left out.
    - `results`: the derivatives that were asked for, or the first few; `is_cut`: whether there are more.
    """

    lang: str
    title: str
    phases: list[tuple[str, list[Item]]]
    results_heading: str
    results: list[Equation]
    is_cut: bool


def summary_of(steps: Steps) -> Summary:
    """Raises DomainError where a derivative that is shown does not exist."""
    phases = [(steps.heading(kind), _items(steps, kind, places)) for kind, places in steps.phases.items() if places]
    graph, count = steps.graph, len(steps.graph.wrt)
    held = [equation(steps.symbol(node), steps.numeral(node)).text for node in graph.held[:_FIRST]]
    if held:
        held += ["…"] * (len(graph.held) > _FIRST)
        phases[0][1].insert(0, say("held_fixed", steps.lang, numbers=", ".join(held)))
    results = [_result(graph, node) for node in graph.wrt[: count if count <= MOST else _FIRST]]
    return Summary(steps.lang, steps.title, phases, say("results", steps.lang), results, count > MOST)


def _items(steps: Steps, kind: str, places: range) -> list[Item]:
    if len(places) <= MOST:
        return [(place, steps.at(place)) for place in places]
    first, last = places[:_FIRST], places[-_LAST:]
    left_out = say("left_out", steps.lang, count=f"{len(places) - _FIRST - _LAST:,}", first=first.stop, last=last.start)
    return [*((place, steps.at(place)) for place in first), left_out, *_by_module(steps, kind),
            *((place, steps.at(place)) for place in last)]


def _result(graph: Graph, node: Value) -> Equation:
    """`∂L/∂w = 1.0`"""
    return equation(derivative(graph.names[graph.output], graph.names[node]),
                    Numeral("gradient", graph.gradients.get(node, 0.0)))


def _by_module(steps: Steps, kind: str) -> Iterator[str]:
    """A line for each module of the model that `names` names: how many numbers it has, and how large they are."""
    graph = steps.graph
    if kind == "forward":
        for module, nodes in _grouped(graph, graph.forward).items():
            data = [node.data for node in nodes]
            yield say("module_forward", steps.lang, module=module, count=f"{len(nodes):,}",
                      low=shown(min(data)), high=shown(max(data)))
    else:
        for module, nodes in _grouped(graph, [node for node in graph.parameters if node in graph.given]).items():
            length = math.hypot(*(graph.gradients.get(node, 0.0) for node in nodes))
            yield say("module_backward", steps.lang, module=module, count=f"{len(nodes):,}", length=shown(length))


def _grouped(graph: Graph, nodes: list[Value]) -> dict[str, list[Value]]:
    """The nodes by module, and by larger modules where there are too many."""
    within = NodeDict((node, graph.modules[node]) for node in nodes)
    while len(set(within.values())) > _MODULES:
        deepest = max(module.count(".") for module in within.values())
        within = NodeDict((node, module_of(module) if module.count(".") == deepest else module)
                          for node, module in within.items())
    groups: dict[str, list[Value]] = {}
    for node, module in within.items():
        if module:
            groups.setdefault(module, []).append(node)
    return groups
