"""recalculate: a graph brought up to date after numbers in it were set."""

from typing import TypeVar

from autograd.graph import topological_order
from autograd.recording.modes import clock, lock, state
from autograd.recording.node import Node

Nodes = TypeVar("Nodes", bound=Node)


def recalculate(output: Nodes) -> Nodes:
    """Calculate a graph again after the data of some of its Values was set, and return its output.

    Every inner node gets the value that its row gives for its parents. Raises what recording would have raised; all
    data is then as before.
    """
    inner = [node for node in topological_order(output) if node.op is not None]
    before = [node.data for node in inner]
    with lock:
        try:
            for node in inner:
                assert node.op is not None
                node._data = node.op.calculate(node.operands, node.arguments)
        except BaseException:
            for node, data in zip(inner, before):
                node._data = data
            raise
        for node, data in zip(inner, before):
            if node.data != data or any(parent.time > node.time for parent in node.parents):
                node.time = state.changed = next(clock)  # whatever else was calculated from it is stale
    return output
