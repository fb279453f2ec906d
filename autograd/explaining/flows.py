"""What flows through a graph: numbers forward along its nodes, derivatives backward along its edges.

Everything is worked out when it is first asked for, and nothing is written into the graph.
"""

import math
from collections.abc import Iterator
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple

from autograd.calculus.expansion import expand, is_set_by_hand
from autograd.errors import DomainError, NumberOverflowError
from autograd.graph import chain_rule, local_derivatives, refuse_stale, topological_order
from autograd.recording.modes import state
from autograd.recording.node import Node
from autograd.recording.nodes import NodeDict, NodeSet
from autograd.table.reading import is_tuple
from autograd.value import Value
from autograd.writing.learners import Learners
from autograd.writing.modules import modules_of_nodes
from autograd.writing.names import names_of
from autograd.writing.textbook import textbook_names
from autograd.writing.uses import dependents, uses_along


class Edge(NamedTuple):
    """One use of `node`, as the parent of `child` at this `place`. It is use number `use` of `uses`."""

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


class Graph:
    """A graph to explain: its nodes and their names, the edges that a gradient flows along, and the numbers at both.

    It is worked out once and never brought up to date: when numbers are set, `renewed()` takes its place.

    - `wrt`: the Values with respect to which derivatives are wanted; all leaves that are not constants if None.
    - `opened`: False, True or the operations that are opened: see `expand`.
    - `given`: the names that the user gave; `said`: what the user said of the parameters.
    """

    def __init__(self, output: Value, wrt: tuple[Value, ...] | None, opened: Any, given: NodeDict[Value, str],
                 said: Learners) -> None:
        self._output, self._wrt, self._opened, self.given, self._said = output, wrt, opened, given, said

    def is_current(self) -> bool:
        """Whether no number was set since this was worked out."""
        return "_source" not in vars(self) or self._source[1] == state.changed

    def renewed(self) -> "Graph":
        """The same graph to explain, worked out anew."""
        return Graph(self._output, self._wrt, self._opened, self.given, self._said)

    def about(self, output: Value, wrt: tuple[Value, ...] | None) -> "Graph":
        """Another graph, with the same names and parameters."""
        return Graph(output, wrt, False, self.given, self._said)

    @cached_property
    def _source(self) -> tuple[list[Value], float]:
        """The nodes before anything is opened, and the time. Raises StaleGraphError as backward() does."""
        changed, order = state.changed, topological_order(self._output)
        refuse_stale(order)
        return order, changed

    @cached_property
    def output(self) -> Value:
        """What is explained; if operations are opened, the output of the opened graph."""
        output = self._source[0][-1]
        if self._opened is False:
            return output
        return expand(output) if self._opened is True else expand(output, self._opened)

    @cached_property
    def order(self) -> list[Value]:
        """All nodes, parents before children."""
        return self._source[0] if self.output is self._output else topological_order(self.output)

    @cached_property
    def place(self) -> NodeDict[Value, int]:
        return NodeDict((node, place) for place, node in enumerate(self.order))

    @cached_property
    def parents(self) -> list[list[int]]:
        """The places of the parents of each node."""
        places = {id(node): place for place, node in enumerate(self.order)}
        return [[places[id(parent)] for parent in node.parents] for node in self.order]

    @cached_property
    def fixed(self) -> NodeSet[Value]:
        """The nodes that were calculated, and whose number was then set by hand."""
        return NodeSet(node for node in self.order if is_set_by_hand(node))

    @cached_property
    def names(self) -> NodeDict[Value, str]:
        given = textbook_names(self.order, self.parents, self._inside, self.given, self._said.of_modules,
                               [self.place[self.output]])
        return names_of(self.order, given, [self.output])

    @cached_property
    def modules(self) -> NodeDict[Value, str]:
        """The module of the model that each node belongs to, "" for none."""
        return NodeDict(zip(self.order, self._inside, strict=True))

    @cached_property
    def _inside(self) -> list[str]:
        parameters = {self.place[node]: name for node, name in self.given.items()
                      if node in self.place and node.op is None}
        return modules_of_nodes(self.order, self.parents, parameters)

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
    def learners(self) -> NodeSet[Value]:
        """The leaves that are parameters, as the user said or by their names; see `Learners`."""
        return self._said.among(self.order, self.names)

    @cached_property
    def parameters(self) -> tuple[Value, ...]:
        """What gradient descent changes: the parameters; if there are none, all leaves that derivatives are wanted for.

        Raises ValueError for a chosen one that is not in the graph, or that no derivative is wanted for.
        """
        wanted = NodeSet(self.wrt)
        leaves = [node for node in self.order if node in wanted and node.op is None and not node.constant]
        learning = tuple(node for node in leaves if node in self.learners) or tuple(leaves)
        for node in self._said.one_by_one:
            if node not in wanted:
                raise ValueError(f"the parameter {self.names[node]} is not among the Values to find derivatives for")
        return learning

    @cached_property
    def moving(self) -> NodeSet[Value]:
        """The nodes that change when something in `wrt` does, as far as gradients flow; and the output."""
        return NodeSet(compress(self.order, self._moving))

    @cached_property
    def _moving(self) -> list[bool]:
        return dependents(self.order, self.parents, [self.place[node] for node in (*self.wrt, self.output)])

    @cached_property
    def forward(self) -> list[Value]:
        """The nodes that are explained going forward; with a choice of `wrt`, those on the way from there."""
        if self._wrt is None:
            return [node for node in self.order if not node.constant]
        return [node for node in self.order if node in self.moving]

    @cached_property
    def held(self) -> list[Value]:
        """With a choice of `wrt`: what goes into the steps, and is held fixed in them."""
        if self._wrt is None:
            return []
        forward = NodeSet(self.forward)
        used = NodeSet(parent for node in self.forward for parent in node.parents)
        return [node for node in self.order if node in used and node not in forward and not node.constant]

    @cached_property
    def edges(self) -> list[Edge]:
        """The edges in the order in which backward goes along them."""
        return [Edge(self.order[child], self.order[parent], place, use, uses) for child, parent, place, use, uses
                in uses_along(self.order, self.parents, [self.place[self.output]], self._moving)]

    @cached_property
    def flows(self) -> list[Flow]:
        """What flows along each of the edges. Raises DomainError where a derivative does not exist."""
        totals = NodeDict[Node, float]()
        flows: list[Flow] = []
        for flow in chain_rule(self.order, {id(self.order[-1]): 1.0}, self._local_derivatives):
            if not math.isfinite(flow.total):
                raise NumberOverflowError(f"the gradient of {self._called(flow.parent)} overflows")
            flows.append(Flow(flow.local, flow.incoming, flow.contribution, totals.get(flow.parent, 0.0), flow.total))
            totals[flow.parent] = flow.total
        return flows

    @cached_property
    def gradients(self) -> NodeDict[Value, float]:
        """The derivative of the output with respect to each node that a gradient reaches."""
        gradients = NodeDict([(self.output, 1.0)])
        for edge, flow in zip(self.edges, self.flows, strict=True):
            gradients[edge.node] = flow.total
        return gradients

    def _local_derivatives(self, node: Node) -> Iterator[tuple[int, Node, float]]:
        try:
            yield from local_derivatives(node, node.data, node.operands, self.moving.__contains__)
        except DomainError as error:
            raise type(error)(f"{error}, in {self._called(node)}") from None

    def _called(self, node: Any) -> str:
        return self.names[node]


def output_after(graph: Graph, changed: NodeDict[Value, float]) -> float:
    """The output once a step has changed some leaves; the graph stays as it is. Raises DomainError if there is none."""
    data = NodeDict[Value, float]()
    for node in graph.order:
        if node.op is None or node in graph.fixed:
            data[node] = changed.get(node, node.data)
            continue
        operands = [[data[item] for item in a] if is_tuple(a) else data[a] for a in node.arguments]
        try:
            data[node] = node.op.calculate(operands, tuple(operands))
        except DomainError as error:
            raise type(error)(f"{error}, in {graph.names[node]} after the step") from None
    return data[graph.output]
