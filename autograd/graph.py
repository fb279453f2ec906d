"""The computation graph, and the chain rule walked backwards over it.

Every Value has a time, which comes from one counter and is drawn when the Value is made and whenever its number is set.
So a Value is younger than all that it was calculated from. To go back in time is to go from results to arguments:
that is the order of backpropagation. And where an argument is younger than its result, the graph is stale.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from autograd.errors import DomainError, NumberOverflowError, StaleGraphError
from autograd.recording.node import Node, calculated_in, called
from autograd.table.reading import is_tuple

Nodes = TypeVar("Nodes", bound=Node)


class Flow(NamedTuple):
    """What flows back along one edge of the graph, from a result to one of the Values it was calculated from."""

    child: Node
    parent: Node
    place: int  # of the parent among the parents of the child
    local: Any  # ∂child/∂parent
    incoming: Any  # ∂output/∂child, all uses of the child taken together
    contribution: Any  # incoming · local, by the chain rule
    total: Any  # what has come to the parent so far: ∂output/∂parent in the end


def chain_rule(order: Sequence[Node], seeds: dict[int, Any], derivatives_of: Callable[[Node], Any]) -> Iterator[Flow]:
    """The chain rule, walked backwards: what flows along each edge of a graph, results before their arguments.

    A Value changes the output through each of its uses, and the changes add up:

        ∂output/∂parent = Σ ∂output/∂child · ∂child/∂parent    over all uses of the parent

    `order`: the nodes, arguments before results. `seeds`: what flows into the output, by its id; or into several nodes.
    `derivatives_of`: for a node, triples of a place, the parent there, and ∂node/∂parent. What flows may be floats,
    or Values, and then the gradients are graphs themselves.
    """
    reached = dict(seeds)
    for child in reversed(order):
        if id(child) not in reached:
            continue
        incoming = reached[id(child)]
        for place, parent, local in derivatives_of(child):
            contribution = _product(incoming, local)
            total = reached[id(parent)] + contribution if id(parent) in reached else contribution
            reached[id(parent)] = total
            yield Flow(child, parent, place, local, incoming, contribution, total)


def local_derivatives(node: Node, y: Any, operands: Sequence[Any], wanted: Callable[[Node], bool],
                      ) -> Iterator[tuple[int, Node, Any]]:
    """For each parent that a gradient is wanted for: its place, itself, and the partial derivative, as the row has it.

    `y`, `operands`: node and arguments as it reads them, floats or Values. Raises DomainError where it does not exist.
    """
    end = 0
    for number, argument in enumerate(node.arguments):
        parents: tuple[Node, ...] = argument if is_tuple(argument) else (argument,)
        start, end = end, end + len(parents)
        assert node.op is not None
        if node.op.partials[number] is None or not any(map(wanted, parents)):
            continue
        try:
            slopes = node.op.slope(number, y, operands, node.arguments)
        except DomainError as error:
            raise type(error)(f"{error}{calculated_in(node)}") from None
        for place, parent, slope in zip(range(start, end), parents, slopes if is_tuple(argument) else [slopes]):
            if wanted(parent):
                yield place, parent, slope


def backpropagate(output: Node, seed: float) -> None:
    """Reverse mode: set the `grad` of all results that `output` depends on, and add to that of all leaves.

    Nothing is written before all is known: an error, or Ctrl-C, leaves the gradients of leaves as they were.
    """
    order = sorted(topological_order(output), key=lambda node: node.time)
    refuse_stale(order)
    before = [node.grad if node.op is None and not node.constant else 0.0 for node in order]
    try:
        gradients = {id(node): 0.0 for node in order} | {id(output): 0.0 if output.constant else seed}
        for flow in chain_rule(order, {id(output): seed}, numbers_of):
            if not math.isfinite(flow.total):
                raise NumberOverflowError(
                    f"the gradient of {called(flow.parent)} overflows{calculated_in(flow.child)}")
            gradients[id(flow.parent)] = flow.total
        totals = [(earlier or 0.0) + gradients[id(node)] for node, earlier in zip(order, before)]
        if not all(map(math.isfinite, totals)):
            raise NumberOverflowError("the gradient overflows when it is added to that of an earlier backward()")
        for node, total in zip(order, totals):
            node.grad = total
    except BaseException:
        for node, earlier in zip(order, before):
            node.grad = earlier
        raise


def numbers_of(node: Node) -> Iterator[tuple[int, Node, float]]:
    """The local derivatives of a node as floats; none of them with respect to a constant."""
    return local_derivatives(node, node.data, node.operands, lambda parent: not parent.constant)


def topological_order(output: Nodes | Iterable[Nodes]) -> list[Nodes]:
    """All Values that the output, or a list of outputs, was calculated from, itself included, parents before children.

    Depth first, without recursion, so that it is also right for a stale graph. Raises TypeError for other things.
    """
    outputs = list(output) if isinstance(output, Iterable) else [output]
    for node in outputs:
        if not isinstance(node, Node):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a graph is made of Values, not of {type(node).__name__!r}")
    order: list[Nodes] = []
    seen: set[int] = set()
    stack: list[Any] = outputs[::-1]
    while stack:
        node = stack.pop()
        if node is None:  # all that the next one depends on is in the list by then
            order.append(stack.pop())
        elif id(node) not in seen:
            seen.add(id(node))
            stack += (node, None, *reversed(node.parents))
    return order


def refuse_stale(order: Iterable[Node]) -> None:
    """Raise StaleGraphError if a number was set after a node had been calculated from it."""
    for node in order:
        for parent in node.parents:
            if parent.time > node.time:
                raise StaleGraphError(f"{called(parent)} was set to {parent.data} after {called(node)} had been "
                                      "calculated from it: calculate again, or call recalculate(output)")


def _product(a: Any, b: Any) -> Any:
    """a · b, without a node where one of them is 1."""
    if isinstance(b, float) and b == 1.0:
        return a
    return b if isinstance(a, float) and a == 1.0 else a * b
