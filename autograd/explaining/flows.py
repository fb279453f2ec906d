"""The books of a graph: which numbers flow through it, forward along its nodes and backward along its edges.

Everything is worked out when it is first asked for, and nothing is written into the graph.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from autograd.calculus.expansion import expand
from autograd.errors import DomainError, NumberOverflowError
from autograd.graph import topological_order
from autograd.recording.causes import refuse_stale
from autograd.recording.modes import state
from autograd.table.reading import is_tuple
from autograd.value import Value
from autograd.writing.modules import modules_of_nodes
from autograd.writing.names import names_of


class Edge(NamedTuple):
    """One use of a node: `place` counts the parents of `child`. It is use number `use` of the `uses` of `node`."""

    child: Value
    node: Value
    place: int
    use: int
    uses: int


class Flow(NamedTuple):
    """What flows back along an edge: `local` times `incoming`; added to what came `before` it makes `total`."""

    local: float
    incoming: float
    contribution: float
    before: float
    total: float


class Ledger:
    """The nodes of a graph, the edges that a gradient flows along, and the numbers at both.

    `wrt`: the Values with respect to which derivatives are wanted; all leaves that are not constants if None.
    `opened`: False, True or the operations that are opened: see `expand`.
    """

    def __init__(self, output: Value, wrt: tuple[Value, ...] | None, opened: Any, given: Mapping[Value, str]) -> None:
        self._output, self._wrt, self._opened, self.given = output, wrt, opened, given
        self.clock = state.clock

    def refresh(self) -> None:
        """Forget what was worked out if numbers were set since. Raises StaleGraphError as backward() does."""
        if self.clock != state.clock:
            for name, kind in vars(Ledger).items():
                if isinstance(kind, cached_property) and (self._opened is not False or name in ("flows", "gradients")):
                    vars(self).pop(name, None)
            refuse_stale(topological_order(self._output))
            self.clock = state.clock

    @cached_property
    def output(self) -> Value:
        if self._opened is False:
            return self._output
        return expand(self._output) if self._opened is True else expand(self._output, self._opened)

    @cached_property
    def order(self) -> list[Value]:
        """All nodes, parents before children."""
        order = topological_order(self.output)
        refuse_stale(order)
        return order

    @cached_property
    def place(self) -> dict[Value, int]:
        return {node: place for place, node in enumerate(self.order)}

    @cached_property
    def names(self) -> dict[Value, str]:
        return names_of(self.order, self.given)

    @cached_property
    def modules(self) -> dict[Value, str]:
        """The module of the model that each node belongs to, "" for none."""
        parents = [[self.place[parent] for parent in node.parents] for node in self.order]
        parameters = {self.place[node]: name for node, name in self.given.items()
                      if node in self.place and node.op is None}
        return dict(zip(self.order, modules_of_nodes(self.order, parents, parameters), strict=True))

    @cached_property
    def wrt(self) -> tuple[Value, ...]:
        """What derivatives are wanted for. Raises ValueError for a Value that is not in the graph."""
        if self._wrt is None:
            return tuple(node for node in self.order if node.op is None and not node.constant)
        for value in self._wrt:
            if value not in self.place:
                raise ValueError(f"{value.label or value!r} is not in the graph that is explained")
        return self._wrt

    @cached_property
    def parameters(self) -> tuple[Value, ...]:
        """What gradient descent changes: what was given names, or else all that derivatives are wanted for."""
        leaves = [node for node in self.wrt if node.op is None and not node.constant]
        return tuple(node for node in leaves if node in self.given) or tuple(leaves)

    @cached_property
    def moving(self) -> set[Value]:
        """The nodes that change when something in `wrt` does, as far as gradients flow."""
        moving = {*self.wrt, self.output}
        for node, ways in self._ways.items():
            if any(parent in moving for _, parent in ways):
                moving.add(node)
        return moving

    @cached_property
    def _ways(self) -> dict[Value, list[tuple[int, Value]]]:
        """For each node that was calculated, the parents that a gradient can flow to, with their places."""
        return {node: _differentiable(node) for node in self.order if node.op is not None}

    @cached_property
    def forward(self) -> list[Value]:
        """The nodes that are explained going forward; with a choice of `wrt`, those on the way from there."""
        if self._wrt is None:
            return [node for node in self.order if not node.constant]
        return [node for node in self.order if node in self.moving]

    @cached_property
    def edges(self) -> list[Edge]:
        """The edges in the order in which backward goes along them."""
        reached, found = {self.output}, list[tuple[Value, Value, int]]()
        for child in reversed(self.order):
            if child in reached:
                for place, node in self._ways.get(child, ()):
                    if node in self.moving:
                        reached.add(node)
                        found.append((child, node, place))
        uses: dict[Value, int] = {}
        for _, node, _ in found:
            uses[node] = uses.get(node, 0) + 1
        count = dict.fromkeys(uses, 0)
        edges: list[Edge] = []
        for child, node, place in found:
            count[node] += 1
            edges.append(Edge(child, node, place, count[node], uses[node]))
        return edges

    @cached_property
    def flows(self) -> list[Flow]:
        """What flows along each of the edges. Raises DomainError where a derivative does not exist."""
        gradients: dict[Value, float] = {self.output: 1.0}
        flows: list[Flow] = []
        slopes: list[float | None] = []
        child: Value | None = None
        for edge in self.edges:
            if edge.child is not child:
                child = edge.child
                slopes = self._slopes(child)
            local, incoming = slopes[edge.place], gradients[edge.child]
            assert local is not None
            contribution, before = local * incoming, gradients.get(edge.node, 0.0)
            total = gradients[edge.node] = before + contribution
            if total - total:
                raise NumberOverflowError(f"the gradient of {self.names[edge.node]} overflows")
            flows.append(Flow(local, incoming, contribution, before, total))
        return flows

    @cached_property
    def gradients(self) -> dict[Value, float]:
        """The derivative of the output with respect to each node that a gradient reaches."""
        gradients: dict[Value, float] = {self.output: 1.0}
        for edge, flow in zip(self.edges, self.flows, strict=True):
            gradients[edge.node] = flow.total
        return gradients

    def _slopes(self, node: Value) -> list[float | None]:
        """The partial derivatives by the place of the parent; None where none is needed."""
        row, found = node.op, list[float | None]()
        assert row is not None
        for place, argument in enumerate(node.arguments):
            parents: tuple[Value, ...] = argument if is_tuple(argument) else (argument,)
            if row.partials[place] is None or not any(parent in self.moving for parent in parents):
                found += [None] * len(parents)
                continue
            try:
                slopes = row.slope(place, node.data, node.operands, node.arguments)
            except DomainError as error:
                raise type(error)(f"{error}, in {self.names[node]}") from None
            found += slopes if is_tuple(argument) else [slopes]
        return found


def after_step(ledger: Ledger, changed: Mapping[Value, float]) -> float:
    """The output if some leaves had other numbers; the graph stays as it is. Raises DomainError if there is none."""
    data: dict[Value, float] = {}
    for node in ledger.order:
        if node.op is None:
            data[node] = changed.get(node, node.data)
            continue
        operands = [[data[item] for item in a] if is_tuple(a) else data[a] for a in node.arguments]
        try:
            data[node] = node.op.calculate(operands, tuple(operands))
        except DomainError as error:
            raise type(error)(f"{error}, in {ledger.names[node]} after the step") from None
    return data[ledger.output]


def flat(arguments: Iterable[Any]) -> "chain[Any]":
    """The items of arguments of which some are tuples."""
    return chain.from_iterable(a if is_tuple(a) else (a,) for a in arguments)


def _differentiable(node: Value) -> list[tuple[int, Value]]:
    """The parents that gradient can flow to, with their places among all parents."""
    row, found, place = node.op, list[tuple[int, Value]](), 0
    assert row is not None
    for partial, argument in zip(row.partials, node.arguments, strict=True):
        for parent in argument if is_tuple(argument) else (argument,):
            if partial is not None and not parent.constant:
                found.append((place, parent))
            place += 1
    return found
