"""The steps of an explanation: each is read from the graph and the table at the moment when it is asked for."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd.explaining.flows import Edge, Flow, Ledger, after_step, flat
from autograd.explaining.sentences import say
from autograd.table.reading import is_tuple
from autograd.value import Value
from autograd.writing.formula import Formula
from autograd.writing.numbers import (
    Coefficient,
    Named,
    Numeral,
    Symbol,
    derivative,
    has_rounded,
    is_equal,
    latex_name,
    rounded,
    shown,
)


@dataclass(frozen=True)
class Equation:
    """`left = first = second ...`: what stands left, and the rest, each with its sign, which is = or ≈."""

    left: Formula
    right: tuple[tuple[str, Formula], ...]

    @property
    def text(self) -> str:
        return written(self.left, "text") + "".join(f" {sign} {written(part, 'text')}" for sign, part in self.right)

    @property
    def latex(self) -> str:
        return written(self.left, "latex") + "".join(
            f" {'=' if sign == '=' else _APPROXIMATELY} {written(part, 'latex')}" for sign, part in self.right)


@dataclass(frozen=True)
class Step:
    """One step of an explanation.

    - `kind`: "given", "forward", "seed", "backward", "update" or "loss".
    - `node`, `name`: the Value that the step is about. Of a step backward, this is where the gradient arrives.
    - `formula`: going forward, what the node is; backward, the local derivative; of an update, the new number.
    - `numbers`: the same with the numbers put in.
    - `result`: the number that comes out: a value, a contribution to a gradient, a new parameter, the new loss.
    - `equations`: all of it as it is written on paper.
    - `words`: the entry of narration.SENTENCES that tells it, and what goes into its slots; `lang`: the language.
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


class Narrator:
    """Makes the steps of a ledger. `rate`: the learning rate of the update that follows, None for none."""

    def __init__(self, ledger: Ledger, rate: float | None, lang: str) -> None:
        self.ledger, self.rate, self.lang = ledger, rate, lang
        self._last: tuple[Value | None, int, list[Any], list[Any]] = None, 0, [], []

    @property
    def phases(self) -> dict[str, range]:
        """The places of the steps forward, backward and of the update."""
        forward = len(self.ledger.forward)
        backward = forward + 1 + len(self.ledger.edges)
        update = 0 if self.rate is None else len(self.ledger.parameters) + 1
        return {"forward": range(forward), "backward": range(forward, backward),
                "update": range(backward, backward + update)}

    def step(self, place: int) -> Step:
        self.ledger.refresh()
        if place < len(self.ledger.forward):  # before anything backward has to be worked out
            return self._forward(self.ledger.forward[place])
        _, backward, update = self.phases.values()
        if place in backward:
            index = place - backward.start - 1
            return self._seed() if index < 0 else self._backward(self.ledger.edges[index], self.ledger.flows[index])
        if place == update[-1]:
            return self._loss()
        return self._update(self.ledger.parameters[place - update.start])

    def symbol(self, node: Value) -> Formula:
        return Coefficient(node.data) if node.constant else Named(self.ledger.names[node], node.data)

    def numeral(self, node: Value) -> Formula:
        return Coefficient(node.data) if node.constant else Numeral(self.ledger.names[node], node.data)

    def formula(self, node: Value) -> tuple[Formula, Formula]:
        """What a node is, in symbols and in numbers. As its row has it, nothing is simplified."""
        if node.op is None or self._is_set(node):
            return self.symbol(node), self.numeral(node)
        return (Formula(node.op, _each(self.symbol, node.arguments)),
                Formula(node.op, _each(self.numeral, node.arguments)))

    def local(self, edge: Edge) -> tuple[Formula, Formula]:
        """The local derivative of an edge, in symbols and in numbers."""
        child, clock = edge.child, self.ledger.clock
        if self._last[:2] != (child, clock):  # the edges of a node with many parents come one after the other
            self._last = child, clock, self._partials(child, Named), self._partials(child, Numeral)
        return self._last[2][edge.place], self._last[3][edge.place]

    def _partials(self, node: Value, kind: type[Named]) -> list[Any]:
        """The row's partial derivatives with respect to each parent. Constants flow as the numbers they are."""
        row, found = node.op, list[Any]()
        assert row is not None

        def operand(parent: Value) -> Any:
            return parent.data if parent.constant else kind(self.ledger.names[parent], parent.data)

        y, operands = kind(self.ledger.names[node], node.data), _each(operand, node.arguments)
        for partial, argument in zip(row.partials, node.arguments, strict=True):
            parents: tuple[Value, ...] = argument if is_tuple(argument) else (argument,)
            if partial is None or self.ledger.moving.isdisjoint(parents):
                found += [None] * len(parents)
            else:
                slopes = partial(y, *operands)
                found += [slope if isinstance(slope, Formula) else Formula(slope)
                          for slope in (slopes if is_tuple(argument) else [slopes])]
        return found

    def _is_set(self, node: Value) -> bool:
        """Whether the number of a calculated node is not its own; expansions have it right to the last few digits."""
        assert node.op is not None
        own = node.op.calculate(node.operands, node.arguments)
        return not math.isclose(own, node.data, rel_tol=1e-9, abs_tol=1e-12)

    def _forward(self, node: Value) -> Step:
        name, (formula, numbers) = self.ledger.names[node], self.formula(node)
        left = Named(name, node.data)
        if not formula.arguments:
            key = "given" if node.op is None else "set"
            return self._step("given", node, formula, numbers, node.data, [chain(left, numbers)], key)
        return self._step("forward", node, formula, numbers, node.data, [chain(left, formula, numbers, node.data)],
                          "forward", {"formula": written(rounded(formula), "text")})

    def _seed(self) -> Step:
        output = self.ledger.output
        name, one = self.ledger.names[output], Formula(1.0)
        return self._step("seed", output, one, one, 1.0, [Equation(derivative(name, name), (("=", one),))], "seed")

    def _backward(self, edge: Edge, flow: Flow) -> Step:
        output, child, name = (self.ledger.names[node] for node in (self.ledger.output, edge.child, edge.node))
        formula, numbers = self.local(edge)
        use = edge.use if edge.uses > 1 else None
        inner, outer, whole = derivative(child, name, use), derivative(output, child), derivative(output, name, use)
        factors = Numeral("incoming", flow.incoming) * Numeral("local", flow.local)
        symbols = [] if edge.child is self.ledger.output else [outer * inner]
        equations = [chain(inner, formula, numbers, flow.local), chain(whole, *symbols, factors, flow.contribution)]
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
        output, name = self.ledger.names[self.ledger.output], self.ledger.names[edge.node]
        uses = [derivative(output, name, use) for use in (1, edge.use)]
        if edge.use > 2:
            uses.insert(1, Symbol("…", r"\cdots"))
        summed = Symbol(" + ".join(use.text for use in uses), " + ".join(use.latex for use in uses))
        terms = Numeral("before", flow.before) + Numeral("contribution", flow.contribution)
        if edge.use < edge.uses:
            return chain(summed, terms, flow.total)
        return chain(derivative(output, name), *([summed] if edge.uses == 2 else []), terms, flow.total)

    def _update(self, node: Value) -> Step:
        assert self.rate is not None
        ledger, rate = self.ledger, self.rate
        name, output = ledger.names[node], ledger.names[ledger.output]
        gradient = ledger.gradients.get(node, 0.0)
        formula = Named(name, node.data) - Symbol("η", r"\eta") * derivative(output, name)
        numbers = Numeral(name, node.data) - Numeral("η", rate) * Numeral("gradient", gradient)
        result = node.data - rate * gradient
        return self._step("update", node, formula, numbers, result, [chain(_new(name), formula, numbers, result)],
                          "update", {"rate": shown(rate), "gradient": shown(gradient)}, before=node.data)

    def _loss(self) -> Step:
        assert self.rate is not None
        ledger, rate = self.ledger, self.rate
        output, before = ledger.output, ledger.output.data
        name = ledger.names[output]
        after = after_step(ledger, {node: node.data - rate * ledger.gradients.get(node, 0.0)
                                    for node in ledger.parameters})
        formula, numbers = _new(name) - Named(name, before), Numeral("after", after) - Numeral("before", before)
        equations = [chain(_new(name), Numeral("after", after)),
                     chain(_new(name) - Named(name, before), numbers, after - before)]
        key = "loss_same" if after == before else "loss_lower" if after < before else "loss_higher"
        return self._step("loss", output, formula, numbers, after, equations, key, before=before)

    def _step(self, kind: str, node: Value, formula: Formula, numbers: Formula, result: float,
              equations: list[Equation], key: str, slots: dict[str, str] | None = None, *, edge: Edge | None = None,
              flow: Flow | None = None, before: float | None = None) -> Step:
        name = self.ledger.names[node]
        slots = (slots or {}) | {"node": name, "result": shown(result)}
        if before is not None:
            slots["before"] = shown(before)
        return Step(kind, node, name, formula, numbers, result, tuple(equations), (key, slots), self.lang, edge, flow,
                    before)


def results(ledger: Ledger) -> list[Equation]:
    """The derivatives that were asked for, in the end: `∂L/∂w = 1.0`."""
    output = ledger.names[ledger.output]
    return [chain(derivative(output, ledger.names[node]), Numeral("gradient", ledger.gradients.get(node, 0.0)))
            for node in ledger.wrt]


def written(formula: Formula, language: str) -> str:
    """A formula as text or LaTeX. Between numbers stands a ×: a dot there could be a decimal point."""
    line: str = getattr(formula, language)
    if not _has_numeral(formula):
        return line
    return line.replace("·", " × ") if language == "text" else line.replace(r"\cdot", r"\times")


def chain(left: Formula, *parts: Formula | float) -> Equation:
    """left = part = ... = number, with ≈ where digits are lost, and without what would stand there twice."""
    right: list[tuple[str, Formula]] = []
    last = ""
    for part in parts:
        if not isinstance(part, Formula):
            if not right[-1][1].arguments:
                continue
            sign, new = "=" if is_equal(right[-1][1], part) else "≈", Numeral("result", part)
        else:
            new = rounded(part)
            sign = "≈" if has_rounded(new) else "="
        if written(new, "text") != last:
            right.append((sign, new))
            last = written(new, "text")
    return Equation(left, tuple(right))


def _new(name: str) -> Symbol:
    return Symbol(f"{name}′", f"{latex_name(name)}'")


def _each(symbol: Callable[[Value], Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(map(symbol, argument)) if is_tuple(argument) else symbol(argument) for argument in arguments)


def _has_numeral(formula: Formula) -> bool:
    return type(formula) is Numeral or any(map(_has_numeral, flat(formula.arguments)))


_APPROXIMATELY = r"\approx"
