"""The steps of an explanation. Each is read from the graph and the table when it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograd.explaining.equations import Equation, displayed, equation, written
from autograd.explaining.flows import Edge, Flow, Graph, output_after
from autograd.explaining.sentences import say
from autograd.recording.nodes import NodeDict
from autograd.table.reading import each
from autograd.value import Value
from autograd.writing.formula import Formula, slopes
from autograd.writing.latex import latex_name
from autograd.writing.mathml import name_in_mathml
from autograd.writing.numbers import Coefficient, Named, Numeral, Symbol, derivative, shown


@dataclass(frozen=True)
class Step:
    """One step of an explanation.

    - `kind`: "given", "forward", "seed", "backward", "update" or "loss".
    - `node`, `name`: the Value that the step is about. Of a step backward, this is where the gradient arrives.
    - `formula`: going forward, what the node is; backward, the local derivative; of an update, the new number.
    - `numbers`: the same with the numbers put in.
    - `result`: the number that comes out: a value, a contribution to a gradient, a new parameter, the new loss.
    - `equations`: all of it, as you would write it on paper.
    - `words`: the entry of sentences.SENTENCES that says it, and what goes into its slots; `lang`: the language.
    - `edge`, `flow`: of a step backward, the edge that it goes along, and what flows there.
    - `before`: of an update and the loss, the number before.
    """

    kind: str
    node: Value
    name: str
    formula: Formula
    numbers: Formula
    result: float
    equations: tuple[Equation, ...]
    words: tuple[str, Mapping[str, str]]
    lang: str = "en"
    edge: Edge | None = None
    flow: Flow | None = None
    before: float | None = None

    @property
    def sentence(self) -> str:
        """What happens, in words."""
        return self.say(self.lang)

    def say(self, lang: str) -> str:
        """What happens, in the words of another language."""
        return say(self.words[0], lang, **self.words[1])

    def __str__(self) -> str:
        return "\n".join(equation.text for equation in self.equations)


class Steps:
    """All steps about a graph. Each is made when it is asked for, by its place.

    `rate`: the learning rate of the update at the end; None if there is none.
    """

    def __init__(self, graph: Graph, rate: float | None, lang: str) -> None:
        self.graph, self.rate, self.lang = graph, rate, lang
        self._partials_of: tuple[Value | None, list[Any], list[Any]] = None, [], []  # of the node asked for last

    def __len__(self) -> int:
        return sum(map(len, self.phases.values()))

    @property
    def phases(self) -> dict[str, range]:
        """The places of the steps forward, backward and of the update."""
        forward = len(self.graph.forward)
        backward = forward + 1 + len(self.graph.edges)
        update = 0 if self.rate is None else len(self.graph.parameters) + 1
        return {"forward": range(forward), "backward": range(forward, backward),
                "update": range(backward, backward + update)}

    def at(self, place: int) -> Step:
        """One step. Raises DomainError where a derivative that it needs does not exist."""
        graph = self.graph
        if place < len(graph.forward):  # before anything backward has to be worked out
            return self._forward(graph.forward[place])
        _, backward, update = self.phases.values()
        if place in backward:
            index = place - backward.start - 1
            return self._seed() if index < 0 else self._backward(graph.edges[index], graph.flows[index])
        return self._loss() if place == update[-1] else self._update(graph.parameters[place - update.start])

    @property
    def title(self) -> str:
        """What is explained, in words."""
        return say("title", self.lang, output=self.graph.names[self.graph.output])

    def heading(self, phase: str) -> str:
        """What happens in one of the phases, in words."""
        rate = "" if self.rate is None else shown(self.rate)
        return say(f"phase_{phase}", self.lang, output=self.graph.names[self.graph.output], rate=rate)

    def symbol(self, node: Value) -> Formula:
        return Coefficient(node.data) if node.constant else Named(self.graph.names[node], node.data)

    def numeral(self, node: Value) -> Formula:
        return Coefficient(node.data) if node.constant else Numeral(self.graph.names[node], node.data)

    def formula(self, node: Value) -> tuple[Formula, Formula]:
        """What a node is, in symbols and in numbers, as its row has it: nothing is simplified."""
        if node.op is None or node in self.graph.fixed:
            return self.symbol(node), self.numeral(node)
        return (Formula(node.op, each(self.symbol, node.arguments)),
                Formula(node.op, each(self.numeral, node.arguments)))

    def local(self, edge: Edge) -> tuple[Formula, Formula]:
        """The local derivative of an edge, in symbols and in numbers."""
        child = edge.child
        if self._partials_of[0] is not child:  # the edges of a node with many parents follow one another
            self._partials_of = child, self._partials(child, Named), self._partials(child, Numeral)
        return self._partials_of[1][edge.place], self._partials_of[2][edge.place]

    def _partials(self, node: Value, kind: type[Named]) -> list[Any]:
        """The row's partial derivatives with respect to each parent. Constants flow as plain numbers."""
        assert node.op is not None

        def operand(parent: Value) -> Any:
            return parent.data if parent.constant else kind(self.graph.names[parent], parent.data)

        return slopes(node.op, kind(self.graph.names[node], node.data), each(operand, node.arguments))

    def _forward(self, node: Value) -> Step:
        name, (formula, numbers) = self.graph.names[node], self.formula(node)
        left = Named(name, node.data)
        if not formula.arguments:
            key = "given" if node.op is None else "set"
            return self._step("given", node, formula, numbers, node.data, [equation(left, numbers)], key)
        return self._step("forward", node, formula, numbers, node.data, [equation(left, formula, numbers, node.data)],
                          "forward", {"formula": written(displayed(formula), "text")})

    def _seed(self) -> Step:
        output = self.graph.output
        name, one = self.graph.names[output], Formula(1.0)
        return self._step("seed", output, one, one, 1.0, [Equation(derivative(name, name), (("=", one),))], "seed")

    def _backward(self, edge: Edge, flow: Flow) -> Step:
        output, child, name = (self.graph.names[node] for node in (self.graph.output, edge.child, edge.node))
        formula, numbers = self.local(edge)
        use = edge.use if edge.uses > 1 else None
        inner, outer, whole = derivative(child, name, use), derivative(output, child), derivative(output, name, use)
        factors = Numeral("incoming", flow.incoming) * Numeral("local", flow.local)
        symbols = [] if edge.child is self.graph.output else [outer * inner]
        equations = [equation(inner, formula, numbers, flow.local),
                     equation(whole, *symbols, factors, flow.contribution)]
        key = "backward_first" if edge.uses > 1 else "backward" if symbols else "backward_output"
        if edge.use > 1:
            key = "backward_last" if edge.use == edge.uses else "backward_next"
            equations.append(self._sum(edge, flow))
        equal = equations[1].right[-1][0]
        slots = {"child": child, "output": output, "local": shown(flow.local), "incoming": shown(flow.incoming),
                 "equal": equal, "contribution": shown(flow.contribution), "use": str(edge.use),
                 "uses": str(edge.uses), "total": shown(flow.total)}
        return self._step("backward", edge.node, formula, numbers, flow.contribution, equations, key, slots,
                          edge=edge, flow=flow)

    def _sum(self, edge: Edge, flow: Flow) -> Equation:
        """The running sum of the gradient of a node that is used several times."""
        output, name = self.graph.names[self.graph.output], self.graph.names[edge.node]
        uses = [derivative(output, name, use) for use in (1, edge.use)]
        if edge.use > 2:
            uses.insert(1, Symbol("…", r"\cdots"))
        summed = Symbol(" + ".join(use.text for use in uses), " + ".join(use.latex for use in uses),
                        f"<mrow>{'<mo>+</mo>'.join(use.write('mathml') for use in uses)}</mrow>")
        terms = Numeral("before", flow.before) + Numeral("contribution", flow.contribution)
        if edge.use < edge.uses:
            return equation(summed, terms, flow.total)
        return equation(derivative(output, name), *([summed] if edge.uses == 2 else []), terms, flow.total)

    def _update(self, node: Value) -> Step:
        assert self.rate is not None
        graph, rate = self.graph, self.rate
        name, output = graph.names[node], graph.names[graph.output]
        gradient = graph.gradients.get(node, 0.0)
        formula = Named(name, node.data) - Symbol("η", r"\eta") * derivative(output, name)
        numbers = Numeral(name, node.data) - Numeral("η", rate) * Numeral("gradient", gradient)
        result = node.data - rate * gradient
        return self._step("update", node, formula, numbers, result, [equation(_new(name), formula, numbers, result)],
                          "update" if gradient else "update_stays",
                          {"rate": shown(rate), "gradient": shown(gradient)}, before=node.data)

    def _loss(self) -> Step:
        assert self.rate is not None
        graph, rate = self.graph, self.rate
        output, before = graph.output, graph.output.data
        name = graph.names[output]
        after = output_after(graph, NodeDict((node, node.data - rate * graph.gradients.get(node, 0.0))
                                             for node in graph.parameters))
        formula, numbers = _new(name) - Named(name, before), Numeral("after", after) - Numeral("before", before)
        equations = [equation(_new(name), Numeral("after", after)),
                     equation(_new(name) - Named(name, before), numbers, after - before)]
        key = "loss_same" if after == before else "loss_lower" if after < before else "loss_higher"
        return self._step("loss", output, formula, numbers, after, equations, key, before=before)

    def _step(self, kind: str, node: Value, formula: Formula, numbers: Formula, result: float,
              equations: list[Equation], key: str, slots: dict[str, str] | None = None, *, edge: Edge | None = None,
              flow: Flow | None = None, before: float | None = None) -> Step:
        name = self.graph.names[node]
        slots = (slots or {}) | {"node": name, "result": shown(result)}
        if before is not None:
            slots["before"] = shown(before)
        return Step(kind, node, name, formula, numbers, result, tuple(equations), (key, slots), self.lang, edge, flow,
                    before)


def _new(name: str) -> Symbol:
    return Symbol(f"{name}′", f"{latex_name(name)}'", name_in_mathml(name, "<mo>′</mo>"))
