"""Functions between layers: activations, which take one number each, and softmax, which takes a vector."""

import difflib
from collections.abc import Callable
from operator import methodcaller
from typing import Any

from autograd import Operation, Reading, Value, exp, logsumexp, operations
from nn.architecture import described
from nn.module import Module
from nn.vectors import each

Choice = str | Callable[[Any], Any] | None


@described(lambda given: 0)
class Activation(Module):
    """A function of one number, applied to each number of a vector.

    `function`: the name of an operation on one number, the operation itself, any function from Value to Value, or
    "linear" (also None) for none.
    """

    def __init__(self, function: Choice) -> None:
        self.function = chosen(function)

    def __call__(self, x: Any) -> Any:
        """The vector of results; a bare number gives a bare one."""
        function = self.function
        return x if function is None else each(lambda items: _applied(function, items), x)

    def __repr__(self) -> str:
        return f"{title(self.function)}()"


def softmax(scores: Any) -> list[Any]:
    """e^xi / (e^x1 + ... + e^xn) for each number of a vector: probabilities. A list of vectors gives a list of these.

    Calculated as exp(x - logsumexp(scores)), which cannot overflow.
    """
    return each(_softmax, scores)


def _softmax(scores: Any) -> list[Any]:
    total = logsumexp(tuple(scores))
    if isinstance(total, Reading):
        return [(score - total).exp() for score in scores]
    return [exp(score - total) for score in scores]


def _applied(function: Callable[[Any], Any], items: Any) -> Any:
    if not isinstance(items, list):
        return function(items)
    if not isinstance(function, Operation):
        return [function(item) for item in items]  # pyright: ignore[reportUnknownVariableType]
    method = methodcaller(function.name)  # as a method it is faster than as a function
    return [method(item) if type(item) is Value else function(item) for item in items]  # pyright: ignore


def chosen(activation: Choice, used: bool = True) -> Operation | Callable[[Any], Any] | None:
    """The function, or None for none. A wrong one is refused even where it is not used."""
    if activation is None or activation == "linear":
        return None
    if isinstance(activation, str):
        if activation not in operations:
            near = difflib.get_close_matches(activation.lower(), ["linear", *operations], 1)
            suggestion = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"there is no activation {activation!r}{suggestion}")
        activation = operations[activation]
    if isinstance(activation, Operation) and (len(activation.partials) != 1 or activation.lists[0]):
        raise ValueError(f"an activation takes one number, which {activation.call} does not")
    if not callable(activation):
        raise TypeError(f"an activation is a name, an operation, a function or None, not {activation!r}")
    return activation if used else None


def title(activation: Any) -> str:
    """What an activation is called in front of a layer's name."""
    if activation is None:
        return "Linear"
    name: str = activation.symbol if isinstance(activation, Operation) else getattr(
        activation, "__name__", type(activation).__name__).strip("<>")
    return name[0].upper() + name[1:]
