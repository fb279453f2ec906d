"""Optimizers: how parameters change with their gradients.

What an optimizer does to one parameter is a function, `update`, in plain arithmetic: it can be read like the
formula in a book, tried out on numbers, and recorded like any other calculation. `step` applies it to all parameters.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from autograd import NumberOverflowError, Value, constant, sqrt
from nn.validation import option

State = tuple[Any, ...]
Snapshot = tuple[list[float], list[State], int]


class Optimizer:
    """What all optimizers have in common: the parameters, the learning rate `lr`, and step().

    `count` is the number of steps done; `states` is what update() left, for each parameter, for the next one. Raises
    TypeError for a parameter that is not a Value and for options that are not numbers; ValueError if there are no
    parameters, if one is a constant or was calculated, and for an option outside of its range.
    """

    initial_state: State = ()  # what update() is to be given as the state at the first step

    def __init__(self, parameters: Iterable[Value], lr: float) -> None:
        self.parameters = list(dict.fromkeys(parameters))
        if not self.parameters:
            raise ValueError("an optimizer needs at least 1 parameter, not 0")
        for place, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"parameter {place} is not a Value but {type(parameter).__name__!r}")
            if parameter.op is not None or parameter.constant:
                what = "a constant" if parameter.constant else "the result of a calculation"
                raise ValueError(f"parameter {place} is {what}: it cannot be learned")
        self.lr = lr
        self.count = 0
        self.states = [self.initial_state] * len(self.parameters)

    @property
    def lr(self) -> float:
        """The learning rate; it may be set between steps."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = option("lr", lr, lambda x: x > 0, "> 0")

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, count: Any) -> tuple[Any, State]:
        """The new parameter and the new state, for step number `count`, which begins at 1. Changes nothing itself."""
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter by its gradient.

        Raises NumberOverflowError if a number would not be finite. Either all parameters change, or none.
        """
        before = self.snapshot()
        count = self.count + 1
        updated: list[float] = []
        states: list[State] = []
        for place, (old, state, parameter) in enumerate(zip(before[0], self.states, self.parameters, strict=True)):
            new, state = self.update(old, parameter.grad, state, self.lr, count)
            if not all(map(math.isfinite, (new, *state))):
                raise NumberOverflowError(f"step {count} overflows at parameter {place}, which is {old} and has the "
                                          f"gradient {parameter.grad}, with lr = {self.lr}")
            updated.append(new)
            states.append(state)
        try:
            self.restore((updated, states, count))
        except BaseException:  # Ctrl-C, for one
            self.restore(before)
            raise

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is needed before each backward()."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def snapshot(self) -> Snapshot:
        """All that step() changes: the numbers in the parameters, the states, and the count of steps."""
        return [parameter.data for parameter in self.parameters], self.states, self.count

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of this optimizer."""
        numbers, self.states, self.count = snapshot
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number

    def state_dict(self) -> dict[str, Any]:
        """What is to be kept, beside the parameters themselves, to go on later: `lr`, `count` and `states`."""
        return {"lr": self.lr, "count": self.count, "states": [list(state) for state in self.states]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict()`. Raises ValueError, before anything has changed, if it does not fit."""
        if state.keys() != self.state_dict().keys():
            raise ValueError(f"the state of an optimizer has {', '.join(self.state_dict())}, not {', '.join(state)}")
        states: list[State] = [tuple(constant(x).data for x in numbers) for numbers in state["states"]]
        if [len(numbers) for numbers in states] != [len(self.initial_state)] * len(self.parameters):
            raise ValueError(f"{type(self).__name__} with {len(self.parameters)} parameters needs a state of "
                             f"{len(self.initial_state)} numbers for each of them")
        count = option("count", state["count"], lambda x: x >= 0 and x == int(x), "whole and >= 0")
        self.lr = state["lr"]
        self.states, self.count = states, int(count)


class SGD(Optimizer):
    """Gradient descent: w - lr g, as PyTorch's SGD does it.

    `momentum`: the part of the last direction that is kept, from 0 up to but not including 1; `nesterov`: look ahead
    along it (Sutskever et al. 2013); `weight_decay`: the factor of the weight that is added to its gradient.
    """

    def __init__(self, parameters: Iterable[Value], lr: float, momentum: float = 0.0, nesterov: bool = False,
                 weight_decay: float = 0.0) -> None:
        self.momentum = option("momentum", momentum, lambda x: 0 <= x < 1, ">= 0 and < 1")
        self.nesterov = nesterov
        self.weight_decay = option("weight_decay", weight_decay, lambda x: x >= 0, ">= 0")
        if nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum > 0, not 0")
        if self.momentum:
            self.initial_state = (0.0,)
        super().__init__(parameters, lr)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, count: Any) -> tuple[Any, State]:
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        if not self.momentum:
            return parameter - lr * gradient, ()
        velocity = self.momentum * state[0] + gradient
        direction = gradient + self.momentum * velocity if self.nesterov else velocity
        return parameter - lr * direction, (velocity,)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), as PyTorch does it: steps of about lr, whatever the size of the gradient.

    `betas`: how much is kept of the running means of the gradient and of its square, each >= 0 and < 1; `eps`: what
    keeps the division finite, > 0; `weight_decay`: the factor of the weight that is added to its gradient.
    """

    initial_state = (0.0, 0.0)

    def __init__(self, parameters: Iterable[Value], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0.0) -> None:
        if len(betas) != 2:
            raise ValueError(f"Adam has 2 betas, not {len(betas)}")
        first, second = (option("each of betas", beta, lambda x: 0 <= x < 1, ">= 0 and < 1") for beta in betas)
        self.betas = first, second
        self.eps = option("eps", eps, lambda x: x > 0, "> 0")
        self.weight_decay = option("weight_decay", weight_decay, lambda x: x >= 0, ">= 0")
        super().__init__(parameters, lr)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, count: Any) -> tuple[Any, State]:
        (first, second), (mean, square) = self.betas, state
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        mean = first * mean + (1 - first) * gradient
        square = second * square + (1 - second) * gradient * gradient
        # Both began at 0; divided by these, they are means of the gradients so far alone.
        unbiased = mean / (1 - first ** count)
        spread = sqrt(square / (1 - second ** count))
        return parameter - lr * unbiased / (spread + self.eps), (mean, square)
