"""One evaluation of a function, recorded, and what its results depend on: what all functions of reverse mode share."""

import math
from collections.abc import Callable, Sequence
from operator import index
from typing import Any

from autograd.calculus.dual import Dual, new_tag, without_younger
from autograd.calculus.gradients import derivatives
from autograd.calculus.structure import is_number, numbers_in
from autograd.graph import topological_order
from autograd.recording.modes import always_recording, clock, is_recording
from autograd.table.reading import Reading
from autograd.value import Value

Which = int | Sequence[int]


class Evaluation:
    """A function called with new leaves in place of the numbers that it is differentiated with respect to.

    `output` is what it returned. From then on the leaves are constants: they may stay behind in other graphs.
    What it was given, and what it returned, may contain Values and Duals of an outer derivative.
    """

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any],
                 argument: Which) -> None:
        places = _places(arguments, argument)
        chosen = tuple(arguments[place] for place in places)
        points, self._rebuild = numbers_in(chosen)
        self._several = isinstance(argument, Sequence)
        self._keeps_shape = not self._several and (is_number(chosen[0]) or hasattr(chosen[0], "shape"))
        self._recorded = is_recording()
        # Inside no_grad(), derivatives that were under way are suspended.
        self._tag: float = new_tag() if self._recorded else -math.inf
        self._leaves: list[Value] = []
        inputs = list(arguments)
        for place, lifted in zip(places, self._rebuild([self._lift(point) for point in points]), strict=True):
            inputs[place] = lifted
        self._began = next(clock)
        try:
            with always_recording():
                self.output = function(*inputs, **keywords)
        finally:
            for leaf in self._leaves:
                if leaf.op is None:
                    leaf.constant = True

    def derivatives(self, y: Any, as_graphs: bool = False) -> list[Any]:
        """The derivatives of one number of the output with respect to all that were chosen.

        As graphs they may be differentiated again; otherwise they are as the caller gets them.
        """
        y = without_younger(y, self._tag)
        if isinstance(y, Dual):  # d(a + bε) = da + db·ε
            primals, tangents = (self.derivatives(part, as_graphs) for part in (y.primal, y.tangent))
            return [Dual(p, t, y.tag) for p, t in zip(primals, tangents, strict=True)]
        if not isinstance(y, Value):
            if isinstance(y, Reading):  # a Formula swallows the Values in it
                raise TypeError(f"a gradient needs a function that returns a number, not {type(y).__name__!r}")
            return [0.0 for _ in self._leaves]
        order = topological_order(y)
        if as_graphs:
            return derivatives(order, self._leaves, as_graphs=True)
        if all(node.constant if node.op is None else node.time > self._began for node in order):
            try:
                return self._by_backward(y)
            except (ArithmeticError, ValueError):  # perhaps from a derivative that nobody asked for
                pass
        return [self.result(g) for g in derivatives(order, self._leaves, as_graphs=self._is_kept(order))]

    def _by_backward(self, y: Value) -> list[float]:
        """The same, where nobody else holds any part of the graph, so that its nodes may hold the gradients."""
        try:
            for leaf in self._leaves:
                leaf._constant, leaf.grad = leaf.op is not None, 0.0
            y.backward()
            return [leaf.grad for leaf in self._leaves]
        finally:
            for leaf in self._leaves:
                leaf._constant, leaf.grad = leaf.op is None, 0.0

    def result(self, y: Any) -> Any:
        """One number of the output as the caller gets it: a float, unless it depends on Values from outside."""
        y = without_younger(y, self._tag)
        if isinstance(y, Dual):
            return Dual(self.result(y.primal), self.result(y.tangent), y.tag)
        return y._data if isinstance(y, Value) and not self._is_kept(topological_order(y)) else y

    def rebuild(self, new: list[Any]) -> Any:
        """A number for each that was chosen, in the structure of the chosen argument, or of the tuple of them."""
        rebuilt = self._rebuild(new)
        return rebuilt if self._several else rebuilt[0]

    def row(self, new: list[Any]) -> Any:
        """The same as a row of a matrix, of which a number has only one element; an array is an array again."""
        return self.rebuild(new) if self._keeps_shape else new

    def _is_kept(self, order: list[Value]) -> bool:
        """Whether the caller gets a graph: there is a leaf in it that was there before the function was called."""
        return self._recorded and any(node.op is None and not node.constant and node.time < self._began
                                      for node in order)

    def _lift(self, x: Any) -> Any:
        if isinstance(x, Dual):
            return Dual(self._lift(x.primal), x.tangent, x.tag)
        # A Value of an outer derivative is seen through a copy: d(x + y)/dy is 1, even if y is x.
        if isinstance(x, Value):
            with always_recording():
                leaf = x * 1.0
        else:
            leaf = Value(x)
        self._leaves.append(leaf)
        return leaf


def _places(arguments: tuple[Any, ...], argument: Which) -> list[int]:
    """The places of the arguments that were chosen, from 0. Raises TypeError for one that does not exist."""
    places: list[int] = []
    for place in argument if isinstance(argument, Sequence) else (argument,):
        if not -len(arguments) <= index(place) < len(arguments):
            raise TypeError(f"there is no argument {place}: the function was called with {len(arguments)}")
        places.append(index(place) % len(arguments))
    if len(set(places)) < len(places):
        raise ValueError(f"an argument is asked for twice: {argument}")
    return places
