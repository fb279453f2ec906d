"""Optimizers: how parameters change with their gradients.

What an optimizer does to one parameter is a function, `update`, in plain arithmetic: it reads like the formula in a
book, and can be tried on numbers or recorded like any other calculation. `step` applies it to all parameters.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from autograd import NumberOverflowError, Value, constant, maximum, sqrt
from nn import checks
from nn.checks import flag, option
from nn.module import Module

State = tuple[Any, ...]
Snapshot = tuple[list[float], list[State], int]


class Optimizer:
    """What all optimizers have in common: the parameters, the learning rate `lr`, and step().

    `count` is the number of steps done; `states` is what update() left, for each parameter, for the next one. Raises
    TypeError for anything but a list of Values and for options that are not numbers; ValueError if there are no
    parameters, if one is a constant or was calculated, and for an option outside its range.
    """

    initial_state: State = ()  # the state that update() is given at the first step
    RUNNING = "_parameters", "lr", "_lr", "count", "states", "_states", "deferred", "changes"  # what is no option
    changes = 0  # how often an option was set
    # Where compiled training keeps the states, until somebody looks at them here.
    deferred: Callable[[], Any] | None = None

    def __init__(self, parameters: Iterable[Value], lr: float) -> None:
        given: Any = parameters
        if isinstance(given, Module | Value) or not hasattr(given, "__iter__"):
            raise TypeError(f"an optimizer takes a list of Values, and a {type(given).__name__!r} object is not "
                            f"iterable: give {_instead(given)}")
        self._parameters = tuple({id(x): x for x in checks.in_order("parameters", given)}.values())
        if not self.parameters:
            raise ValueError("an optimizer needs at least 1 parameter, not 0")
        for place, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"parameter {place} is not a Value but {type(parameter).__name__!r}: "
                                f"give {_instead(parameter)}")
            if parameter.op is not None or parameter.constant:
                what = "a constant" if parameter.constant else "the result of a calculation"
                raise ValueError(f"parameter {place} is {what}: it cannot be learned")
        self.lr = option("lr", lr, lambda x: x > 0, "> 0")
        self.count = 0
        self.states = [self.initial_state] * len(self.parameters)

    @property
    def parameters(self) -> tuple[Value, ...]:
        """What is optimized. It stays the same: each parameter has a state."""
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: Any) -> NoReturn:
        raise AttributeError("the parameters of an optimizer stay the same: make a new one for others")

    @property
    def states(self) -> list[State]:
        """What update() left for each parameter."""
        if self.deferred is not None:
            self.states = self.deferred()
        return self._states

    @states.setter
    def states(self, states: list[State]) -> None:
        self._states, self.deferred = states, None

    @property
    def lr(self) -> float:
        """The learning rate; it may be set between steps, to 0 as well, where a schedule ends."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = option("lr", lr, lambda x: x >= 0, ">= 0")

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name not in self.RUNNING:
            self.changes += 1

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_states": self.states, "deferred": None}

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, count: Any) -> tuple[Any, State]:
        """The new parameter and the new state, for step number `count`, which begins at 1. Changes nothing itself.

        Every optimizer has one of its own.
        """
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter by its gradient. One whose `grad` is None is skipped, as in PyTorch.

        `count` goes on for it all the same, which shows in Adam's first steps: PyTorch counts for each parameter.
        Raises NumberOverflowError if a number would not be finite. Either all parameters change, or none.
        """
        before = self.snapshot()
        numbers, states, count = [*before[0]], [*self.states], self.count + 1
        for place, (old, state, parameter) in enumerate(zip(numbers, states, self.parameters, strict=True)):
            gradient: Any = parameter.grad
            if gradient is None:
                continue
            new, state = self.update(old, gradient, state, self.lr, count)
            if not all(map(math.isfinite, (new, *state))):
                raise NumberOverflowError(f"step {count} overflows at parameter {place}, which is {old} and has the "
                                          f"gradient {gradient}, with lr = {self.lr}")
            numbers[place], states[place] = new, state
        try:
            self.restore((numbers, states, count))
        except BaseException:  # Ctrl-C, for one
            self.restore(before)
            raise

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as must be done before each backward()."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def snapshot(self) -> Snapshot:
        """Everything step() changes, to go back to in the same program; state_dict() is what to keep in a file."""
        return [parameter.data for parameter in self.parameters], self.states, self.count

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of this optimizer."""
        numbers, self.states, self.count = snapshot
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number

    def state_dict(self) -> dict[str, Any]:
        """What to keep, besides the parameters themselves, to go on later: `lr`, `count` and `states`."""
        return {"lr": self.lr, "count": self.count, "states": [list(state) for state in self.states]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict()`. Raises TypeError or ValueError, before anything has changed, if it does not fit.
        """
        state = checks.state(state)
        if state.keys() != self.state_dict().keys():
            raise ValueError(f"the state of an optimizer has {', '.join(self.state_dict())}, "
                             f"not {', '.join(map(str, state))}")
        rows = state["states"]
        if not all(isinstance(row, list | tuple) for row in (rows, *(rows or ()))):
            raise TypeError(f"states: a list of lists of numbers is needed, not {rows!r}")
        states: list[State] = [tuple(constant(x).data for x in row) for row in rows]
        if [len(row) for row in states] != [len(self.initial_state)] * len(self.parameters):
            raise ValueError(f"{type(self).__name__} with {len(self.parameters)} parameters needs a state of "
                             f"{len(self.initial_state)} numbers for each of them")
        count = option("count", state["count"], lambda x: x >= 0 and x == int(x), "whole and >= 0")
        self.lr = state["lr"]
        self.states, self.count = states, int(count)


def _instead(given: Any) -> str:
    """What to give an optimizer in place of something else."""
    if isinstance(given, Mapping):
        return "the parameters alone: a group with options of its own needs an optimizer of its own"
    return ("model.parameters()" if isinstance(given, Module) else "[value]" if isinstance(given, Value) else
            "a list of Values, such as model.parameters()")


class SGD(Optimizer):
    """Gradient descent: w - lr g, as PyTorch's SGD does it.

    `momentum`: the part of the last direction that is kept, >= 0 and < 1; `dampening`: the part of the gradient that
    is then left out, except in the first step; `weight_decay`: the factor of the weight that is added to its gradient;
    `nesterov`: look ahead along the last direction (Sutskever et al. 2013); `maximize`: go uphill.
    """

    def __init__(self, parameters: Iterable[Value], lr: float = 1e-3, momentum: float = 0.0, dampening: float = 0.0,
                 weight_decay: float = 0.0, nesterov: bool = False, *, maximize: bool = False) -> None:
        self.momentum = option("momentum", momentum, lambda x: 0 <= x < 1, ">= 0 and < 1")
        self.dampening = option("dampening", dampening, lambda x: 0 <= x <= 1, "from 0 to 1")
        self.weight_decay = option("weight_decay", weight_decay, lambda x: x >= 0, ">= 0")
        self.nesterov, self.maximize = flag("nesterov", nesterov), flag("maximize", maximize)
        if nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum > 0, not 0")
        if nesterov and self.dampening:
            raise ValueError(f"nesterov needs a dampening of 0, not {dampening}")
        if self.momentum:
            self.initial_state = (0.0, 0.0) if self.dampening else (0.0,)
        super().__init__(parameters, lr)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, count: Any) -> tuple[Any, State]:
        if self.maximize:
            gradient = -gradient
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        if not self.momentum:
            return parameter - lr * gradient, state
        velocity = self.momentum * _kept(state, 0, "momentum")
        if not self.dampening:
            velocity = velocity + gradient
            direction = gradient + self.momentum * velocity if self.nesterov else velocity
            return parameter - lr * direction, (velocity, *state[1:])
        # 0 before a parameter's first step, 1 from then on
        velocity = velocity + (1 - self.dampening * _kept(state, 1, "dampening")) * gradient
        return parameter - lr * velocity, (velocity, 1.0)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), as PyTorch does it: steps of about lr, whatever the size of the gradient.

    `betas`: how much is kept of the running means of the gradient and of its square, each >= 0 and < 1; `eps`: what
    keeps the division finite, > 0; `weight_decay`: the factor of the weight that is added to its gradient;
    `amsgrad`: divide by the largest mean square so far (Reddi et al. 2018); `maximize`: go uphill;
    `decoupled_weight_decay`: shrink weights by lr * weight_decay instead, which the means do not see: AdamW.
    """

    initial_state = (0.0, 0.0)

    def __init__(self, parameters: Iterable[Value], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0.0, amsgrad: bool = False, *, maximize: bool = False,
                 decoupled_weight_decay: bool = False) -> None:
        if len(betas) != 2:
            raise ValueError(f"Adam has 2 betas, not {len(betas)}")
        first, second = (option("each of betas", beta, lambda x: 0 <= x < 1, ">= 0 and < 1") for beta in betas)
        self.betas = first, second
        self.eps = option("eps", eps, lambda x: x > 0, "> 0")
        self.weight_decay = option("weight_decay", weight_decay, lambda x: x >= 0, ">= 0")
        self.amsgrad, self.maximize = flag("amsgrad", amsgrad), flag("maximize", maximize)
        self.decoupled_weight_decay = flag("decoupled_weight_decay", decoupled_weight_decay)
        if amsgrad:
            self.initial_state = (0.0, 0.0, 0.0)
        super().__init__(parameters, lr)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, count: Any) -> tuple[Any, State]:
        (first, second), (mean, square, *rest) = self.betas, state
        if self.maximize:
            gradient = -gradient
        if self.weight_decay and self.decoupled_weight_decay:
            parameter = parameter * (1 - lr * self.weight_decay)
        elif self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        mean = first * mean + (1 - first) * gradient
        square = second * square + (1 - second) * gradient * gradient
        largest = square
        if self.amsgrad:
            largest = maximum(_kept(state, 2, "amsgrad"), square)
            rest = [largest]
        # Both started at 0; divided by these, they are means of the gradients so far and of nothing else.
        unbiased = mean / (1 - first ** count)
        spread = sqrt(largest / (1 - second ** count))
        return parameter - lr * unbiased / (spread + self.eps), (mean, square, *rest)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch does it."""

    def __init__(self, parameters: Iterable[Value], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 1e-2, amsgrad: bool = False, *, maximize: bool = False
                 ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay, amsgrad, maximize=maximize,
                         decoupled_weight_decay=True)


def _kept(state: State, place: int, option: str) -> Any:
    """A number of a state. Raises ValueError if there is none, as the option that needs it was set too late."""
    if place >= len(state):
        raise ValueError(f"{option} needs a state that is kept from the first step on: give it when the optimizer is "
                         "made")
    return state[place]
