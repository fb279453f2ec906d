"""The paths from a Value to the output: along each, local derivatives multiply; over all of them, products add up."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from autograd.explaining.equations import Equation, equation, joined
from autograd.explaining.flows import Edge, Graph
from autograd.explaining.text import cells_of, folded
from autograd.recording.nodes import NodeDict
from autograd.value import Value
from autograd.writing.numbers import Numeral, derivative

MOST = 1000  # paths that are listed; if there are more, they are counted


@dataclass(frozen=True)
class Path:
    """One way from a Value to the output: the nodes on it, both ends included, and the local derivative of each edge.

    `product`: of the local derivatives; 1 for the way from the output to itself.
    """

    nodes: tuple[Value, ...]
    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    locals: tuple[float, ...]
    product: float

    @property
    def equation(self) -> Equation:
        """The product along the path: `∂c/∂a·∂L/∂c = 2.0 × 4.0 = 8.0`."""
        if not self.edges:
            return equation(derivative(self.names[0], self.names[0]), Numeral("1", 1.0))
        symbols = [derivative(child, name, edge.use if edge.uses > 1 else None)
                   for edge, name, child in zip(self.edges, self.names, self.names[1:])]
        factors = [Numeral(f"factor {place}", local) for place, local in enumerate(self.locals)]
        return equation(joined(operator.mul, symbols), joined(operator.mul, factors), self.product)

    def __str__(self) -> str:
        return "\n".join(folded([" → ".join(self.names) + ":", *cells_of(self.equation)], 0, " "))


class Paths:
    """All paths from a Value to the output, as a sequence; an empty one if there are more than 1,000.

    - `count`: how many there are, however many that is.
    - `total`: the sum of the products along all of them, which is the derivative with respect to the Value.
    """

    def __init__(self, graph: Graph, x: Value) -> None:
        if x not in graph.place:
            raise ValueError(f"{x.label or x!r} is not in the graph that is explained")
        self._graph, self.start = graph, x
        self._after = NodeDict[Value, list[tuple[Edge, float]]]()
        for edge, flow in zip(graph.edges, graph.flows, strict=True):
            self._after.setdefault(edge.node, []).append((edge, flow.local))

    @cached_property
    def count(self) -> int:
        counts = NodeDict[Value, int]([(self._graph.output, 1)])
        for node in reversed(self._graph.order):
            if node in self._after:
                counts[node] = sum(counts[edge.child] for edge, _ in self._after[node])
        return counts.get(self.start, 0)

    @property
    def total(self) -> float:
        return self._graph.gradients.get(self.start, 0.0)

    @cached_property
    def _paths(self) -> list[Path]:
        if self.count > MOST:
            return []
        found: list[Path] = []
        names, output = self._graph.names, self._graph.output
        waiting: list[tuple[tuple[Value, ...], tuple[Edge, ...], tuple[float, ...], float]] = [
            ((self.start,), (), (), 1.0)]
        while waiting:
            nodes, edges, factors, product = waiting.pop()
            if nodes[-1] is output:
                found.append(Path(nodes, tuple(names[node] for node in nodes), edges, factors, product))
            waiting += [((*nodes, edge.child), (*edges, edge), (*factors, local), product * local)
                        for edge, local in reversed(self._after.get(nodes[-1], ()))]
        return found if self.count else []

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[Path]:
        return iter(self._paths)

    def __getitem__(self, index: int) -> Path:
        return self._paths[index]

    @property
    def equation(self) -> Equation:
        """The sum over all paths: `∂L/∂a = 8.0 + 2.0 = 10.0`."""
        whole = derivative(self._graph.names[self._graph.output], self._graph.names[self.start])
        terms = [Numeral(f"path {place}", path.product) for place, path in enumerate(self._paths)]
        return equation(whole, joined(operator.add, terms) if terms else Numeral("total", self.total), self.total)

    def __str__(self) -> str:
        graph = self._graph
        ends = f"from {graph.names[self.start]} to {graph.names[graph.output]}"
        if self.count > MOST:
            head = f"{self.count:,} paths {ends}, too many to list"
        else:
            head = f"{self.count} path{'s' * (self.count != 1)} {ends}"
        whole = folded(cells_of(self.equation), 0, " ")
        return "\n  ".join([head, *(line for path in self for line in str(path).split("\n")), *whole])
