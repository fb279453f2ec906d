"""What a page is about, as plain data: the graph, its formulas, what its nodes open into, and the steps."""

from collections.abc import Hashable, Iterable
from typing import Any

from autograd.errors import DomainError
from autograd.explaining.flows import Graph
from autograd.explaining.steps import Steps
from autograd.graph import topological_order
from autograd.lesson.arithmetic import Shape, shape
from autograd.lesson.notation import pattern, written
from autograd.lesson.phrases import PHRASES
from autograd.recording.modes import always_recording
from autograd.recording.nodes import NodeDict, NodeSet
from autograd.table.reading import each
from autograd.value import Value, constant
from autograd.writing.learners import kind_of
from autograd.writing.modules import lineage, module_of, natural_order

_LARGEST_EXPANSION = 100  # nodes; inside another picture, nobody would read more
_MOST_BOXES = 40  # in a graph of more, modules are folded


class Content:
    """The data of a page, gathered from the steps of an explanation.

    - `shapes`: the functions that it calculates with.
    - `expansions`: the graphs that composite nodes open into.
    - `folded`: the modules that are drawn as one box each, with their nodes.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps, self.explained = steps, steps.graph
        self.shapes: dict[Shape, int] = {}
        self.expansions: list[Value] = []
        self._formulas: dict[Hashable, int] = {}
        self._trees: list[dict[str, Any]] = []
        self._expansion_numbers: dict[Hashable, int] = {}
        self._graphs: list[dict[str, Any]] = []
        self.graph = self._graph()
        self.folded = _folded(self.explained)

    def data(self) -> dict[str, Any]:
        """All of it, for JSON; `content.js` says what each part means."""
        graph = self.explained
        return {
            "graph": self.graph,
            "shapes": [_described(*shape) for shape in self.shapes],
            "formulas": self._trees,
            "expansions": self._graphs,
            "groups": [{"name": module, "nodes": [graph.place[node] for node in nodes]}
                       for module, nodes in self.folded.items()],
            "steps": self._steps(),
            "learning": [graph.place[node] for node in graph.parameters],
        }

    def _steps(self) -> list[dict[str, Any]]:
        """The steps of the explanation. Their numbers are left to the page, where they change."""
        graph, place, phases = self.explained, self.explained.place, self.steps.phases
        found: list[dict[str, Any]] = []
        for step in map(self.steps.at, phases["forward"]):
            found.append({"kind": step.kind, "node": place[step.node]})
            if "formula" in step.words[1]:
                found[-1]["formula"] = step.words[1]["formula"]
        found.append({"kind": "seed", "node": place[graph.output]})
        for edge in graph.edges:
            found.append({"kind": "backward", "node": place[edge.node], "child": place[edge.child], "place": edge.place,
                          "use": edge.use, "uses": edge.uses})
        if phases["update"]:
            found += [{"kind": "update", "node": place[node]} for node in graph.parameters]
            found.append({"kind": "loss", "node": place[graph.output]})
        return found

    def _graph(self) -> dict[str, Any]:
        """The nodes of the graph that is explained."""
        graph, nodes = self.explained, list[dict[str, Any]]()
        for node in graph.order:
            kind = "output" if node.op and node is graph.output else kind_of(node, graph.learners)
            found = self._node(node, graph.place) | {"kind": kind, "name": graph.names.get(node, "")}
            module = module_of(found["name"]) if node.op is None else ""
            if module:
                found["short"] = found["name"][len(module) + 1 :]
            if node.label and node.label != found["name"]:
                found["label"] = node.label
            if node in graph.moving and not node.constant:
                found["moves"] = True
            if node.op is not None:
                if node in graph.fixed:
                    found["fixed"] = True
                elif node.op.expansion is not None:
                    number = self._expansion(node)
                    if number is not None:
                        found["expansion"] = number
            nodes.append(found)
        return {"nodes": nodes, "output": graph.place[graph.output]}

    def _node(self, node: Value, place: NodeDict[Value, int]) -> dict[str, Any]:
        found: dict[str, Any] = {"value": node.data, "parents": [place[parent] for parent in node.parents]}
        if node.op is not None:
            found["shape"] = self.shapes.setdefault(shape(node), len(self.shapes))
            key = pattern(node)
            if key not in self._formulas:
                self._formulas[key] = len(self._trees)
                value, partials = written(node)
                self._trees.append({"value": value, "partials": partials})
            found["formula"] = self._formulas[key]
        return found

    def _expansion(self, node: Value) -> int | None:
        """The number of the graph that a composite node opens into; nodes that open alike share it."""
        parents = node.parents
        first = NodeDict((parent, place) for place, parent in reversed(list(enumerate(parents))))
        key = shape(node), tuple((first[parent], parent.constant) for parent in parents), tuple(
            parent.data for parent in parents if parent.constant)
        number = self._expansion_numbers.get(key)
        if number is None:
            number = self._opened(node, first)
            if number is not None:
                self._expansion_numbers[key] = number
        return number

    def _opened(self, node: Value, first: NodeDict[Value, int]) -> int | None:
        assert node.op is not None
        assert node.op.expansion is not None
        leaves = NodeDict((parent, constant(parent.data) if parent.constant else Value(parent.data))
                          for parent in node.parents)
        try:
            with always_recording():
                output = node.op.expansion(*each(leaves.__getitem__, node.arguments))
        except (DomainError, ArithmeticError):
            return None  # its numbers are too large to be opened
        if not isinstance(output, Value) or output.op is None:
            return None
        order = topological_order(output)
        if len(order) > _LARGEST_EXPANSION:
            return None
        places = NodeDict((node, place) for place, node in enumerate(order))
        leaf_of = NodeDict((leaf, first[parent]) for parent, leaf in leaves.items())
        moving = NodeSet(leaf for leaf in leaf_of if not leaf.constant)
        nodes: list[dict[str, Any]] = []
        names = (f"u{count}" for count in range(1, len(order) + 1))
        for inner in order:
            if any(parent in moving for parent in inner.parents):
                moving.add(inner)
            kind = "output" if inner is output else kind_of(inner, ())
            found = self._node(inner, places) | {"kind": kind, "name": "" if inner.op is None else next(names)}
            if inner in moving:
                found["moves"] = True
            if inner in leaf_of:
                found["leaf"] = leaf_of[inner]
            nodes.append(found)
        self.expansions.append(output)
        self._graphs.append({"nodes": nodes, "output": places[output]})
        return len(self._graphs) - 1


def _folded(graph: Graph) -> dict[str, list[Value]]:
    """The modules to fold, in the order of their names: where there are too many boxes, all the innermost ones.

    A network of which some neurons are boxes and others are not would look like another one.
    """
    modules: dict[str, list[Value]] = {}
    for node in graph.order:
        modules.setdefault(graph.modules[node], []).append(node)
    if len(graph.order) <= _MOST_BOXES:
        return {}
    around = {outer for module in modules for outer in lineage(module)[:-1]}
    kept = {"", graph.modules[graph.output], *around}
    return {module: modules[module] for module in sorted(modules, key=natural_order)
            if module not in kept and len(modules[module]) > 1}


def _described(row: Any, lengths: Iterable[int | None]) -> dict[str, Any]:
    """A shape: for each of the numbers among its arguments the name of the parameter, whether a gradient flows, and the
    textbook's rule for the derivative."""
    parameters: list[str] = []
    flows: list[bool] = []
    rules: list[str] = []
    named = row.notation.get("rule", (0, "function"))[1].split()
    for place, (parameter, partial, length) in enumerate(zip(row.parameters, row.partials, lengths)):
        parameters += [parameter] if length is None else [f"{parameter}[{number}]" for number in range(length)]
        flows += [partial is not None] * (1 if length is None else length)
        rule = named[min(place, len(named) - 1)]
        rules += [rule if f"rule_{rule}" in PHRASES else "function"] * (1 if length is None else length)
    return {"symbol": row.sign, "call": row.call, "domain": row.domain or "", "parameters": parameters,
            "flows": flows, "rules": rules}
