"""An explanation as plain data for JSON, for web pages and for programs in other languages.

SCHEMA says what each part means.
"""

from typing import Any

from autograd.explaining.equations import Equation, displayed
from autograd.explaining.sentences import LANGUAGES, say
from autograd.explaining.steps import Step, Steps
from autograd.recording.nodes import NodeDict, NodeSet
from autograd.value import Value
from autograd.writing.formula import Formula
from autograd.writing.learners import kind_of
from autograd.writing.numbers import shown

VERSION = 1


def data_of(steps: Steps, mathml: bool) -> dict[str, Any]:
    """All steps, and the graph that they are about. See SCHEMA."""
    graph, write = steps.graph, _Writer(steps, mathml)
    return {
        "schema": "glassgrad-explanation",
        "version": VERSION,
        "lang": steps.lang,
        "output": write.id(graph.output),
        "wrt": [write.id(node) for node in graph.wrt],
        "parameters": [write.id(node) for node in graph.parameters],
        "rate": steps.rate,
        "nodes": write.nodes(),
        "edges": write.edges(),
        "phases": [{"kind": kind, "first": places.start, "count": len(places), "title": write.heading(f"phase_{kind}")}
                   for kind, places in steps.phases.items() if places],
        "steps": [write.step(steps.at(place)) for place in range(len(steps))],
    }


class _Writer:
    def __init__(self, steps: Steps, mathml: bool) -> None:
        self.explained, self.graph = steps, steps.graph
        self.languages = ("text", "latex", "mathml") if mathml else ("text", "latex")

    def id(self, node: Value) -> str:
        return f"n{self.graph.place[node]}"

    def edge_id(self, child: Value, place: int) -> str:
        return f"e{self.graph.place[child]}-{place}"

    def heading(self, key: str) -> dict[str, str]:
        rate = self.explained.rate
        slots = {"output": self.graph.names[self.graph.output], "rate": "" if rate is None else shown(rate)}
        return {lang: say(key, lang, **slots) for lang in LANGUAGES}

    def formula(self, formula: Formula | Equation) -> dict[str, str]:
        whole = formula if isinstance(formula, Equation) else Equation(displayed(formula), ())
        return {language: getattr(whole, language) for language in self.languages}

    def nodes(self) -> list[dict[str, Any]]:
        graph = self.graph
        uses = NodeDict((edge.node, edge.uses) for edge in graph.edges)
        wanted, found = NodeSet(graph.wrt), list[dict[str, Any]]()
        for node in graph.order:
            formula, numbers = self.explained.formula(node)
            found.append({
                "id": self.id(node), "kind": kind_of(node, graph.learners),
                "name": self.formula(self.explained.symbol(node)),
                "label": node.label, "module": graph.modules[node],
                "value": node.data, "shown": shown(node.data),
                "gradient": graph.gradients.get(node, 0.0) if node in graph.moving else None,
                "wanted": node in wanted, "uses": uses.get(node, 0),
                "operation": node.op.name if node.op else None, "symbol": node.op.sign if node.op else None,
                "composite": node.op is not None and node.op.expansion is not None,
                "parents": [self.id(parent) for parent in node.parents],
                "formula": self.formula(formula) if formula.arguments else None,
                "numbers": self.formula(numbers) if formula.arguments else None,
            })
        return found

    def edges(self) -> list[dict[str, Any]]:
        local = {self.edge_id(edge.child, edge.place): flow.local
                 for edge, flow in zip(self.graph.edges, self.graph.flows, strict=True)}
        return [{"id": self.edge_id(child, place), "child": self.id(child), "parent": self.id(parent), "place": place,
                 "local": local.get(self.edge_id(child, place))}
                for child in self.graph.order for place, parent in enumerate(child.parents)]

    def step(self, step: Step) -> dict[str, Any]:
        edge, flow = step.edge, step.flow
        key, slots = step.words
        return {
            "kind": step.kind, "node": self.id(step.node), "name": step.name,
            "edge": self.edge_id(edge.child, edge.place) if edge else None,
            "formula": self.formula(step.formula), "numbers": self.formula(step.numbers),
            "equations": [self.formula(equation) for equation in step.equations],
            "result": step.result, "before": step.before,
            "local": flow.local if flow else None, "incoming": flow.incoming if flow else None,
            "contribution": flow.contribution if flow else None, "total": flow.total if flow else None,
            "use": edge.use if edge else None, "uses": edge.uses if edge else None,
            "sentence": {"key": key, "slots": dict(slots), **{lang: step.say(lang) for lang in LANGUAGES}},
        }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _either(kind: Any) -> dict[str, Any]:
    return {"anyOf": [kind, {"type": "null"}]}


_TEXT, _NUMBER, _COUNT = {"type": "string"}, {"type": "number"}, {"type": "integer", "exclusiveMinimum": -1}
_NODE = {"type": "string", "pattern": "^n[0-9]+$", "description": "place in topological_order(output)"}
_EDGE = {"type": "string", "pattern": "^e[0-9]+-[0-9]+$", "description": "place of the child, place among its parents"}
_WORDS = dict.fromkeys(LANGUAGES, _TEXT)
_FORMULA = {"type": "object", "properties": {"text": _TEXT, "latex": _TEXT, "mathml": _TEXT},
            "required": ["text", "latex"], "additionalProperties": False}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "An explanation of a computation graph by the chain rule",
    **_object({
        "schema": {"const": "glassgrad-explanation"},
        "version": {"const": VERSION},
        "lang": {"enum": list(LANGUAGES)},
        "output": _NODE,
        "wrt": {"type": "array", "items": _NODE, "description": "what derivatives are wanted for"},
        "parameters": {"type": "array", "items": _NODE, "description": "what the update changes"},
        "rate": _either({"type": "number", "exclusiveMinimum": 0}) | {"description": "of the update, if there is one"},
        "nodes": {"type": "array", "description": "in topological order", "items": _object({
            "id": _NODE,
            "kind": {"enum": ["input", "parameter", "constant", "operation"]},
            "name": _FORMULA,
            "label": _either(_TEXT),
            "module": {"type": "string", "description": "dotted name of the part of the model, or empty"},
            "value": _NUMBER,
            "shown": {"type": "string", "description": "the value in 4 digits"},
            "gradient": _either(_NUMBER) | {"description": "null where none is wanted"},
            "wanted": {"type": "boolean"},
            "uses": _COUNT | {"description": "how many edges bring it a gradient"},
            "operation": _either(_TEXT) | {"description": "name of the row of the table"},
            "symbol": _either(_TEXT),
            "composite": {"type": "boolean", "description": "whether it can be opened"},
            "parents": {"type": "array", "items": _NODE},
            "formula": _either(_FORMULA),
            "numbers": _either(_FORMULA),
        })},
        "edges": {"type": "array", "items": _object({
            "id": _EDGE, "child": _NODE, "parent": _NODE, "place": _COUNT,
            "local": _either(_NUMBER) | {"description": "local derivative; null where no gradient flows"},
        })},
        "phases": {"type": "array", "items": _object({
            "kind": {"enum": ["forward", "backward", "update"]}, "first": _COUNT, "count": _COUNT,
            "title": _object(_WORDS),
        })},
        "steps": {"type": "array", "items": _object({
            "kind": {"enum": ["given", "forward", "seed", "backward", "update", "loss"]},
            "node": _NODE | {"description": "backward: where the gradient arrives"},
            "name": _TEXT,
            "edge": _either(_EDGE),
            "formula": _FORMULA | {"description": "forward: the node; backward: the local derivative"},
            "numbers": _FORMULA | {"description": "the formula with the numbers put in"},
            "equations": {"type": "array", "items": _FORMULA, "description": "as it is written on paper"},
            "result": _NUMBER | {"description": "value, contribution, new parameter or new loss"},
            "before": _either(_NUMBER) | {"description": "update: the parameter or the loss before"},
            "local": _either(_NUMBER),
            "incoming": _either(_NUMBER),
            "contribution": _either(_NUMBER) | {"description": "local times incoming"},
            "total": _either(_NUMBER) | {"description": "running sum of the contributions"},
            "use": _either(_COUNT) | {"description": "which use of the node this is, from 1"},
            "uses": _either(_COUNT),
            "sentence": _object({
                "key": {"type": "string", "description": "the entry in sentences.SENTENCES"},
                "slots": {"type": "object", "additionalProperties": _TEXT},
                **_WORDS,
            }),
        })},
    }),
}
