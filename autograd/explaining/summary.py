"""What of an explanation is shown: all of a small one; of a large one the ends, and what it amounts to by module."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograd.explaining.flows import Ledger
from autograd.explaining.sentences import say
from autograd.explaining.steps import Equation, Step, results
from autograd.value import Value
from autograd.writing.modules import module_of
from autograd.writing.numbers import shown

if TYPE_CHECKING:
    from autograd.explaining.explanation import Explanation

MOST = 60  # steps of a phase that are shown; of a longer one only the first and the last few
_FIRST, _LAST, _MODULES = 12, 6, 20

Item = tuple[int, Step] | str  # a step with its number, or a remark


def outline(explanation: "Explanation") -> "Iterator[tuple[str, list[Item]]]":
    """The heading of each phase that there is, and its steps, with remarks in place of those that are left out."""
    for kind, places in explanation.phases.items():
        if not places:
            continue
        steps: list[Item] = []
        if len(places) <= MOST:
            steps += zip(places, explanation[places.start : places.stop], strict=True)
        else:
            first, last = places.start + _FIRST, places.stop - _LAST
            steps += zip(places, explanation[places.start : first])
            steps.append(say("left_out", explanation.lang, count=f"{last - first:,}", first=first, last=last))
            steps += _by_module(explanation, kind)
            steps += zip(range(last, places.stop), explanation[last : places.stop], strict=True)
        yield explanation.heading(kind), steps


def derivatives(explanation: "Explanation") -> tuple[str, list[Equation], bool]:
    """A heading, the derivatives that were asked for, and whether there are more of them."""
    found = results(explanation.ledger)
    return (say("results", explanation.lang), found if len(found) <= MOST else found[:_FIRST], len(found) > MOST)


def _by_module(explanation: "Explanation", kind: str) -> Iterator[str]:
    """A line for each module of the model that `names` names: how many numbers it has, and how large they are."""
    ledger = explanation.ledger
    if kind == "forward":
        for module, nodes in _grouped(ledger, ledger.forward).items():
            data = [node.data for node in nodes]
            yield say("module_forward", explanation.lang, module=module, count=f"{len(nodes):,}",
                      low=shown(min(data)), high=shown(max(data)))
    else:
        for module, nodes in _grouped(ledger, [node for node in ledger.parameters if node in ledger.given]).items():
            length = math.hypot(*(ledger.gradients.get(node, 0.0) for node in nodes))
            yield say("module_backward", explanation.lang, module=module, count=f"{len(nodes):,}",
                      length=shown(length))


def _grouped(ledger: Ledger, nodes: list[Value]) -> dict[str, list[Value]]:
    """The nodes by module, and by larger modules where there are too many."""
    within = {node: ledger.modules[node] for node in nodes}
    while len(set(within.values())) > _MODULES:
        deepest = max(module.count(".") for module in within.values())
        within = {node: module_of(module) if module.count(".") == deepest else module
                  for node, module in within.items()}
    groups: dict[str, list[Value]] = {}
    for node, module in within.items():
        if module:
            groups.setdefault(module, []).append(node)
    return groups
