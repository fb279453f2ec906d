"""Derivatives of functions, of any order and in any mix of reverse and forward mode; and gradients as graphs.

The functions of functions work as in JAX: they take a function of numbers, or of lists of numbers, and return one.
What an inner derivative is asked for may itself be a Value or a Dual of an outer one; that is how they nest.
"""

from collections.abc import Callable, Sequence
from operator import index
from typing import Any, Self

from autograd.calculus.dual import Dual, directional
from autograd.calculus.structure import Rebuild, is_number, numbers_in, numbers_like
from autograd.errors import DomainError
from autograd.graph import chain_rule, local_derivatives, refuse_stale, topological_order
from autograd.recording.modes import always_recording, is_recording
from autograd.recording.node import Node
from autograd.table.reading import Reading, is_tuple
from autograd.value import Value, constant

Which = int | Sequence[int]


def gradients(output: Value, inputs: Sequence[Value]) -> tuple[Value, ...]:
    """The derivative of a Value with respect to each input, as graphs: they can be differentiated again, or drawn.

    An input may be any Value, calculated ones included. No `grad` is touched. Raises as `backward()` does, and
    TypeError for what is not a Value.
    """
    inputs = tuple(inputs)
    for given in (output, *inputs):
        if not isinstance(given, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"gradients are those of a Value with respect to Values, not {type(given).__name__!r}")
    with always_recording():
        found = _adjoints(output, inputs)
    return tuple(g if isinstance(g, Value) else constant(g) for g in found)


def grad(function: Callable[..., Any], argument: Which = 0) -> Callable[..., Any]:
    """The function that gives the derivative with respect to an argument, by reverse mode.

    `argument`: its place, or several places for a tuple of derivatives; -1 is the last one. An argument that is a
    list (or tuple, dict, NumPy array) has a list of derivatives. The result is plain floats; where `function` reads
    Values from outside it is made of Values, as it depends on them. Raises TypeError if the function does not return
    one number, or has no such argument.
    """
    pair = value_and_grad(function, argument)
    return lambda *arguments, **keywords: pair(*arguments, **keywords)[1]


def value_and_grad(function: Callable[..., Any], argument: Which = 0) -> Callable[..., tuple[Any, Any]]:
    """Like `grad`, but what is returned is the pair of the function's value and its derivative."""

    def evaluate(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        with _Lifted(arguments, argument) as lifted:
            output = _one_number(lifted.call(function, keywords))
            return lifted.result(output), lifted.rebuild(lifted.reverse(output))

    return evaluate


def vjp(function: Callable[..., Any], *point: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value at a point, and the function that takes weights for the outputs to a derivative for each argument.

    The product of the weights (one number, or one per output) and the Jacobian matrix, by reverse mode. That
    function raises ValueError for weights that are not of the structure of the outputs.
    """
    with _Lifted(point, tuple(range(len(point)))) as lifted:
        output = lifted.call(function, {})
    outputs, rebuild = numbers_in(output)

    def pull_back(weights: Any) -> tuple[Any, ...]:
        given = numbers_like(output, weights)
        if all(isinstance(weight, float) for weight in given):
            with always_recording():
                weighted = sum((w * y for w, y in zip(given, outputs, strict=True)), 0.0)
            return lifted.rebuild(lifted.reverse(weighted))
        # Weights of an outer derivative may depend on this point, as the outputs do. That is not to be derived here.
        rows = [lifted.reverse(y) for y in outputs]
        return lifted.rebuild([sum((w * row[place] for w, row in zip(given, rows, strict=True)), 0.0)
                               for place in range(len(lifted.points))])

    return rebuild([lifted.result(y) for y in outputs]), pull_back


def jvp(function: Callable[..., Any], point: Any, direction: Any) -> tuple[Any, Any]:
    """The value at a point and the derivative in a direction, by forward mode.

    `point`: the tuple of arguments, or the only one, which a named tuple is; `direction` is of the same structure.
    Raises ValueError if not.
    """
    point, direction = (x if type(x) is tuple else (x,) for x in (point, direction))
    numbers, rebuild = numbers_in(point)
    changes = numbers_like(point, direction)
    shape: list[Rebuild] = []

    def outputs(*new: Any) -> list[Any]:
        found, rebuilt = numbers_in(function(*rebuild(list(new))))
        shape.append(rebuilt)
        return found

    values, slopes = directional(outputs, numbers, changes)
    return shape[0](values), shape[0](slopes)


def hvp(function: Callable[..., Any], point: Any, direction: Any) -> Any:
    """The product of the Hessian matrix at a point and a direction, forward over reverse, without the matrix."""
    arguments = point if type(point) is tuple else (point,)
    gradient = grad(function, tuple(range(len(arguments))))
    product = jvp(gradient, arguments, direction)[1]
    return product if type(point) is tuple else product[0]


def jacobian(function: Callable[..., Any], argument: Which = 0) -> Callable[..., Any]:
    """The function that gives the derivative of each output with respect to each number of an argument.

    For a list of m outputs and a list of n numbers: a list of m rows of n floats; a number in place of either list
    leaves that level out. Forward mode if n <= m, else reverse mode. `argument` may be several places, whose numbers
    then form each row together. With NumPy arrays, the shape is that of the outputs followed by that of the argument.
    """

    def evaluate(*arguments: Any, **keywords: Any) -> Any:
        with _Lifted(arguments, argument) as lifted:
            outputs, rebuild = numbers_in(lifted.call(function, keywords))
            if len(lifted.points) <= len(outputs):
                columns = [_column(function, arguments, keywords, argument, place)
                           for place in range(len(lifted.points))]
                rows = [[lifted.result(column[place]) for column in columns] for place in range(len(outputs))]
            else:
                rows = [lifted.reverse(y) for y in outputs]
            return rebuild([lifted.row(row) for row in rows])

    return evaluate


def hessian(function: Callable[..., Any], argument: Which = 0) -> Callable[..., Any]:
    """The function that gives the matrix of second derivatives, forward over reverse.

    For a list of n numbers: a list of n rows of n floats; for a number: one float. With several places, such as
    `argument=(0, 1)`, the matrix is that of all their numbers together.
    """

    def evaluate(*arguments: Any, **keywords: Any) -> Any:
        lifted = _Lifted(arguments, argument)
        gradient = grad(function, argument)
        # The matrix is symmetric: its columns are its rows.
        rows = [_column(gradient, arguments, keywords, argument, place) for place in range(len(lifted.points))]
        return lifted.row([lifted.row(row) for row in rows])

    return evaluate


def _column(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any], argument: Which,
            place: int) -> list[Any]:
    """The derivatives of all outputs with respect to one number, by forward mode."""
    chosen = _Chosen(arguments, argument)
    direction = [float(place == other) for other in range(len(chosen.points))]
    return directional(lambda *new: numbers_in(function(*chosen.put(list(new)), **keywords))[0],
                       chosen.points, direction)[1]


class _Chosen:
    """The numbers of those arguments of a call that a derivative is asked for."""

    def __init__(self, arguments: tuple[Any, ...], argument: Which) -> None:
        self.arguments = arguments
        self.several = isinstance(argument, Sequence)
        self.places: list[int] = []
        for place in argument if isinstance(argument, Sequence) else (argument,):
            if not -len(arguments) <= index(place) < len(arguments):
                raise TypeError(f"there is no argument {place}: the function was called with {len(arguments)}")
            self.places.append(index(place) % len(arguments))
        if len(set(self.places)) < len(self.places):
            raise ValueError(f"an argument is asked for twice: {argument}")
        selected = tuple(arguments[place] for place in self.places)
        self.points, self._rebuild = numbers_in(selected)
        self._keeps_shape = not self.several and (is_number(selected[0]) or hasattr(selected[0], "shape"))

    def rebuild(self, new: list[Any]) -> Any:
        """New numbers in the structure of the chosen argument, or of the tuple of them."""
        rebuilt = self._rebuild(new)
        return rebuilt if self.several else rebuilt[0]

    def put(self, new: list[Any]) -> list[Any]:
        """All the arguments, with new numbers in the chosen ones."""
        arguments = list(self.arguments)
        for place, replaced in zip(self.places, self._rebuild(new), strict=True):
            arguments[place] = replaced
        return arguments

    def row(self, new: list[Any]) -> Any:
        """One row of a matrix, of which a number has but one element; an array is an array again."""
        return self.rebuild(new) if self._keeps_shape else new


class _Lifted(_Chosen):
    """A call whose chosen numbers are made into new leaves, with respect to which the result is then derived.

    For everything else, in whose graphs they may stay behind, those leaves are constants once that is done.
    """

    def __init__(self, arguments: tuple[Any, ...], argument: Which) -> None:
        super().__init__(arguments, argument)
        self.recorded = is_recording()
        self.leaves: list[Value] = []
        self.closed = False
        self.variables = [self._lift(point) for point in self.points]

    def call(self, function: Callable[..., Any], keywords: dict[str, Any]) -> Any:
        with always_recording():
            return function(*self.put(self.variables), **keywords)

    def reverse(self, output: Any) -> list[Any]:
        """The derivatives of one output with respect to all the chosen numbers."""
        if isinstance(output, Dual):  # d(a + bε) = da + db·ε
            primals, tangents = self.reverse(output.primal), self.reverse(output.tangent)
            return [Dual(p, t, output.tag) for p, t in zip(primals, tangents, strict=True)]
        if not isinstance(output, Value):
            if isinstance(output, Reading):  # a Formula swallows the Values in it
                raise TypeError(f"a gradient needs a function that returns a number, not {type(output).__name__!r}")
            return [0.0 for _ in self.leaves]
        with always_recording():
            if not self.closed and not self._reaches_outside(output):
                for leaf in self.leaves:  # nothing but this call depends on these nodes: their grad is free to use
                    leaf.grad = 0.0
                try:
                    output.backward()
                    return [leaf.grad for leaf in self.leaves]
                except DomainError:  # perhaps on the way to a variable of an inner derivative, which is done with
                    pass
            adjoints = _adjoints(output, self.leaves)
        return [self.result(g) for g in adjoints]

    def result(self, output: Any) -> Any:
        """An output as the caller gets it: a float, unless something from outside is in it."""
        if isinstance(output, Dual):
            return Dual(self.result(output.primal), self.result(output.tangent), output.tag)
        if not isinstance(output, Value):
            return output
        return output if self.recorded and self._reaches_outside(output) else output.data

    def _reaches_outside(self, output: Value) -> bool:
        mine = set(map(id, self.leaves))
        return any(node.op is None and not node.constant and id(node) not in mine for node in topological_order(output))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """The leaves are constants from here on, in whatever graph they stay behind."""
        self.closed = True
        for leaf in self.leaves:
            if leaf.op is None:
                leaf.constant = True

    def _lift(self, x: Any) -> Any:
        if isinstance(x, Dual):
            return Dual(self._lift(x.primal), x.tangent, x.tag)
        # A Value of an outer derivative is seen through a copy: d(x + y)/dy is 1, also if y = x.
        if isinstance(x, Value):
            with always_recording():
                leaf = x * 1.0
        else:
            leaf = Value(x)
        self.leaves.append(leaf)
        return leaf


def _adjoints(output: Value, inputs: Sequence[Value]) -> list[Any]:
    """The chain rule as in backpropagate(), with Values in place of floats."""
    order = topological_order(output)
    refuse_stale(order)
    concerned = {id(x) for x in inputs}
    concerned.update(id(node) for node in order if any(id(parent) in concerned for parent in node.parents))

    def wanted(node: Node) -> bool:
        return id(node) in concerned

    def plain(argument: Any) -> Any:
        """Constants as the numbers they are, so that nothing is recorded about them alone, unless asked for."""
        if is_tuple(argument):
            return tuple(map(plain, argument))
        return argument.data if argument.constant and not wanted(argument) else argument

    found: dict[int, Any] = {id(output): 1.0}
    for flow in chain_rule(order, 1.0, lambda node: local_derivatives(node, node, plain(node.arguments), wanted)):
        found[id(flow.parent)] = flow.total
    return [found.get(id(x), 0.0) for x in inputs]


def _one_number(output: Any) -> Any:
    try:
        if is_number(output):
            return numbers_in(output)[0][0]
    except TypeError:
        pass
    raise TypeError(f"a gradient needs a function that returns one number, not {type(output).__name__!r}; "
                    f"for a list there is jacobian()")
