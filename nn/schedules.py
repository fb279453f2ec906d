"""Schedules: how the learning rate changes while a network is trained.

A schedule is any function of the learning rate that the optimizer was made with, and of how many epochs, or steps, are
over: `lambda lr, epoch: lr * 0.9**epoch` is one. These are PyTorch's, by its names and with its numbers; they are not
given the optimizer, as it is `fit` that applies them: `fit(..., schedule=StepLR(30))`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from nn.checks import count, option
from nn.optimizers import Optimizer

Schedule = Callable[[float, int], float]


class _Schedule:
    """What these have in common: they say so if they are given an optimizer."""

    def __post_init__(self) -> None:
        for field in fields(self):  # pyright: ignore[reportArgumentType]
            if isinstance(getattr(self, field.name), Optimizer):
                raise TypeError(f"{type(self).__name__} is not given the optimizer: hand it to fit(schedule=...), or "
                                "set optimizer.lr to what it returns")
        self.check()

    def check(self) -> None:
        """Raise TypeError or ValueError for an option that is not allowed. Every schedule has options of its own."""
        raise NotImplementedError

    def __call__(self, lr: float, time: int) -> float:
        """The learning rate after so many epochs, or steps. `lr`: that of the beginning."""
        raise NotImplementedError


@dataclass(frozen=True)
class ConstantLR(_Schedule):
    """The learning rate times `factor`, until `total_iters` epochs are over."""

    factor: float = 1 / 3
    total_iters: int = 5

    def check(self) -> None:
        option("factor", self.factor, lambda x: 0 <= x <= 1, "from 0 to 1")
        count("total_iters", self.total_iters, 0)

    def __call__(self, lr: float, time: int) -> float:
        return lr * self.factor if time < self.total_iters else lr


@dataclass(frozen=True)
class StepLR(_Schedule):
    """The learning rate times `gamma` after `step_size` epochs, and again after as many more."""

    step_size: int
    gamma: float = 0.1

    def check(self) -> None:
        count("step_size", self.step_size)
        option("gamma", self.gamma, lambda x: x >= 0, ">= 0")

    def __call__(self, lr: float, time: int) -> float:
        return lr * self.gamma ** (time // self.step_size)


@dataclass(frozen=True)
class CosineAnnealingLR(_Schedule):
    """From the learning rate down to `eta_min` in `T_max` epochs, along half a wave of the cosine, and up again.

    Loshchilov and Hutter 2017, without restarts.
    """

    T_max: int
    eta_min: float = 0.0

    def check(self) -> None:
        count("T_max", self.T_max)
        option("eta_min", self.eta_min, lambda x: x >= 0, ">= 0")

    def __call__(self, lr: float, time: int) -> float:
        return self.eta_min + (lr - self.eta_min) * (1 + math.cos(math.pi * time / self.T_max)) / 2


@dataclass(frozen=True)
class LinearLR(_Schedule):
    """From the learning rate times `start_factor` to that times `end_factor` in `total_iters` epochs: a warm-up."""

    start_factor: float = 1 / 3
    end_factor: float = 1.0
    total_iters: int = 5

    def check(self) -> None:
        option("start_factor", self.start_factor, lambda x: 0 < x <= 1, "> 0 and <= 1")
        option("end_factor", self.end_factor, lambda x: 0 <= x <= 1, "from 0 to 1")
        count("total_iters", self.total_iters)

    def __call__(self, lr: float, time: int) -> float:
        part = min(time, self.total_iters) / self.total_iters
        return lr * (self.start_factor + (self.end_factor - self.start_factor) * part)


@dataclass(frozen=True)
class SequentialLR(_Schedule):
    """One schedule after the other; each begins at its milestone, and counts from there.

    A warm-up and a cosine: `SequentialLR([LinearLR(0.1), CosineAnnealingLR(95)], milestones=[5])`.
    """

    schedulers: Sequence[Schedule]
    milestones: Sequence[int]

    def check(self) -> None:
        if len(self.schedulers) != len(self.milestones) + 1:
            raise ValueError(f"{len(self.schedulers)} schedules need a milestone for each but the first, not "
                             f"{len(self.milestones)}")
        for place, scheduler in enumerate(self.schedulers):
            if not callable(scheduler):
                raise TypeError(f"schedule {place} is not a function but {type(scheduler).__name__!r}")
        milestones = [count("a milestone", milestone) for milestone in self.milestones]
        if milestones != sorted({*milestones}):
            raise ValueError(f"milestones need to increase: {milestones} do not")

    def __call__(self, lr: float, time: int) -> float:
        begun = [0, *(milestone for milestone in self.milestones if milestone <= time)]
        return self.schedulers[len(begun) - 1](lr, time - begun[-1])
