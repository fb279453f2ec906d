"""Derivatives of functions, of any order and in any mix of reverse and forward mode.

These functions of functions work as in JAX: they take a function of numbers, or of lists of numbers, and return one.
An inner derivative may be taken at Values or Duals of an outer one; that is how they nest. Each evaluates the function
once; whatever the function calculates inside `no_grad()` is constant.
"""

from collections.abc import Callable
from typing import Any

from autograd.calculus.dual import directional
from autograd.calculus.evaluation import Evaluation, Which
from autograd.calculus.structure import Rebuild, is_number, numbers_in, numbers_like
from autograd.recording.modes import always_recording
from autograd.table.reading import is_tuple


def grad(function: Callable[..., Any], argument: Which = 0) -> Callable[..., Any]:
    """The function that gives the derivative with respect to an argument, by reverse mode.

    `argument`: its place, or several places for a tuple of derivatives; -1 is the last one. An argument that is a
    list (or tuple, dict, NumPy array) has a list of derivatives. The result is plain floats; where `function` reads
    Values from outside, it is made of Values, since it depends on them. Raises TypeError if the function does not
    return one number, or has no such argument.
    """
    def evaluate(*arguments: Any, **keywords: Any) -> Any:
        evaluation = Evaluation(function, arguments, keywords, argument)
        return evaluation.rebuild(evaluation.derivatives(_one_number(evaluation.output)))

    return evaluate


def value_and_grad(function: Callable[..., Any], argument: Which = 0) -> Callable[..., tuple[Any, Any]]:
    """Like `grad`, but the result is the pair of the function's value and its derivative."""

    def evaluate(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        evaluation = Evaluation(function, arguments, keywords, argument)
        y = _one_number(evaluation.output)
        return evaluation.result(y), evaluation.rebuild(evaluation.derivatives(y))

    return evaluate


def vjp(function: Callable[..., Any], *point: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value at a point, and a function that turns weights on the outputs into a derivative for each argument.

    It multiplies the weights (one number, or one per output) by the Jacobian matrix, in reverse mode, and raises
    ValueError for weights that do not have the structure of the outputs.
    """
    evaluation = Evaluation(function, point, {}, tuple(range(len(point))))
    outputs, rebuild = numbers_in(evaluation.output)

    def pull_back(weights: Any) -> tuple[Any, ...]:
        given = numbers_like(evaluation.output, weights)
        if all(isinstance(weight, float) for weight in given):
            with always_recording():
                weighted = sum((w * y for w, y in zip(given, outputs, strict=True)), 0.0)
            return evaluation.rebuild(evaluation.derivatives(weighted))
        # Weights of an outer derivative may depend on this point, as the outputs do. That is not differentiated here.
        columns = zip(*(evaluation.derivatives(y) for y in outputs), strict=True)
        return evaluation.rebuild([sum((w * slope for w, slope in zip(given, column, strict=True)), 0.0)
                                   for column in columns])

    return rebuild([evaluation.result(y) for y in outputs]), pull_back


def jvp(function: Callable[..., Any], point: Any, direction: Any) -> tuple[Any, Any]:
    """The value at a point and the derivative in a direction, by forward mode.

    `point`: the tuple of arguments, or the only argument; a named tuple is one argument. `direction` has the same
    structure. Raises ValueError if it does not.
    """
    point, direction = _arguments(point), _arguments(direction)
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
    arguments = _arguments(point)
    gradient = grad(function, tuple(range(len(arguments))))
    product = jvp(gradient, arguments, direction)[1]
    return product if arguments is point else product[0]


def jacobian(function: Callable[..., Any], argument: Which = 0) -> Callable[..., Any]:
    """The function that gives the derivative of each output with respect to each number of an argument.

    For a list of m outputs and a list of n numbers: a list of m rows of n floats; a number in place of either list
    leaves that level out. Reverse mode, once for each output. `argument` may be several places, whose numbers then
    make up each row together. With NumPy arrays, the shape is that of the outputs followed by that of the argument.
    """

    def evaluate(*arguments: Any, **keywords: Any) -> Any:
        evaluation = Evaluation(function, arguments, keywords, argument)
        outputs, rebuild = numbers_in(evaluation.output)
        return rebuild([evaluation.row(evaluation.derivatives(y)) for y in outputs])

    return evaluate


def hessian(function: Callable[..., Any], argument: Which = 0) -> Callable[..., Any]:
    """The function that gives the matrix of second derivatives, by reverse mode over the graph of the gradient.

    For a list of n numbers: a list of n rows of n floats; for a number: one float. With several places, such as
    `argument=(0, 1)`, the matrix is that of all their numbers together.
    """

    def evaluate(*arguments: Any, **keywords: Any) -> Any:
        evaluation = Evaluation(function, arguments, keywords, argument)
        gradient = evaluation.derivatives(_one_number(evaluation.output), as_graphs=True)
        return evaluation.row([evaluation.row(evaluation.derivatives(slope)) for slope in gradient])

    return evaluate


def _arguments(point: Any) -> tuple[Any, ...]:
    """The arguments of a function: those of a tuple, or the only one."""
    return point if is_tuple(point) and type(point) is tuple else (point,)


def _one_number(output: Any) -> Any:
    try:
        if is_number(output):
            return numbers_in(output)[0][0]
    except TypeError:
        pass
    raise TypeError(f"a gradient needs a function that returns one number, not {type(output).__name__!r}; "
                    f"for a list there is jacobian()")
