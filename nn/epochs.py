"""What training does around its steps: the learning rate before them, and what is measured after an epoch.

training.py runs the epochs, eager.py and compiled_fit.py take the steps.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, Protocol

from autograd import DomainError, Value
from nn.checks import in_order, option
from nn.history import History, TrainingError
from nn.metrics import Metric, measured, named_metrics
from nn.optimizers import Optimizer
from nn.schedules import Schedule

Unit = Literal["epoch", "step"]
Samples = tuple[list[Any], list[Any]]  # inputs and targets
Callback = Callable[[History], Any]


class Steps(Protocol):
    """What takes the steps of an epoch, and asks the model as it is."""

    def epoch(self, epoch: int) -> tuple[float, dict[int, float]]:
        """One epoch, or the rest of it. Its mean loss, and the parameters, by identity, that go with this."""
        ...

    def evaluate(self, inputs: list[Any], targets: list[Any], has_answers: bool) -> tuple[float, list[Any]]:
        """The mean loss of samples, and the outputs of the model as plain numbers, if they are wanted."""
        ...


class Rates:
    """The learning rates of a training, by a schedule, if there is one."""

    def __init__(self, optimizer: Optimizer, schedule: Schedule | None, unit: Unit) -> None:
        if schedule is not None and not callable(schedule):
            raise TypeError(f"a schedule is a function of the learning rate and the epoch, not "
                            f"{type(schedule).__name__!r}")
        if unit not in ("epoch", "step"):
            raise ValueError(f"schedule_by is 'epoch' or 'step', not {unit!r}")
        self.optimizer, self.schedule = optimizer, schedule
        self.is_by_step = schedule is not None and unit == "step"
        self._first = optimizer.lr

    def at(self, time: int) -> float:
        """The learning rate after so many epochs, or steps."""
        if self.schedule is None:
            return self.optimizer.lr
        return option("the learning rate of the schedule", self.schedule(self._first, time), lambda x: x >= 0, ">= 0")

    def set(self, epoch: int, step: int) -> None:
        """Set that of a step. `epoch` is counted from 1, `step` over all epochs, from 0."""
        if self.schedule is not None:
            self.optimizer.lr = self.at(step if self.is_by_step else epoch - 1)

    def reset(self) -> None:
        """Back to what it was before, so that more training begins as this one did."""
        if self.schedule is not None:
            self.optimizer.lr = self._first


class Measures:
    """What is measured after each epoch, and goes into the History."""

    def __init__(self, named: list[tuple[str, Value]], training: Samples, validation: Samples | None,
                 metrics: Mapping[str, Metric] | Iterable[Metric] | None, callbacks: Iterable[Callback]) -> None:
        self._named, self._training, self._validation = named, training, validation
        self.metrics = named_metrics(metrics)
        if callable(callbacks):
            raise TypeError("callbacks are a list of functions, not one function")
        self._callbacks = list(callbacks)
        for place, callback in enumerate(self._callbacks):
            if not callable(callback):
                raise TypeError(f"callback {place} is not a function but {type(callback).__name__!r}")

    def take(self, history: History, steps: Steps, epoch: int, loss: float, known: dict[int, float], lr: float) -> None:
        """Measure, and remember what came out. Raises TrainingError, with the History as it was, if that fails."""
        validation_loss, found = loss, dict[str, float]()
        inputs, targets = self._validation or self._training
        try:
            if self._validation is not None or self.metrics:
                validation_loss, answers = steps.evaluate(inputs, targets, bool(self.metrics))
                found = {name: measured(name, metric, answers, targets) for name, metric in self.metrics.items()}
        except (DomainError, ArithmeticError) as error:
            raise TrainingError(f"training stopped in the validation after epoch {epoch}: {error}\n  The parameters "
                                "are those of the end of this epoch.", epoch, 0, history) from error
        before, score = history.losses, loss
        if self._validation is not None:
            before, score, known = history.validation_losses, validation_loss, {}  # it is that of the parameters now
        if not before or score < min(before):
            history.best_parameters = {name: known.get(id(value), value.data) for name, value in self._named}
            history.best_epoch = epoch
        history.losses.append(loss)
        if self._validation is not None:
            history.validation_losses.append(validation_loss)
        for name, number in found.items():
            history.metrics.setdefault(name, []).append(number)
        history.learning_rates.append(lr)
        history.epochs = epoch

    def call_back(self, history: History) -> None:
        """Call the callbacks. If one of them, or several, return True, training is over."""
        for callback in self._callbacks:
            found = callback(history)
            if type(found).__name__ in ("bool", "bool_") and found:  # of Python or NumPy; another number means nothing
                history.stopped = True


def held_out(inputs: list[Any], targets: list[Any], data: Any, split: float | None, seed: int | None
             ) -> tuple[Samples, Samples | None]:
    """The samples to train with, and those to validate with, if any: `data`, or a part of the samples, drawn."""
    if data is not None and split is not None:
        raise ValueError("give validation_data or validation_split, not both")
    if data is not None:
        try:
            given, answers = data
        except (TypeError, ValueError):
            raise TypeError("validation_data is a pair of inputs and targets") from None
        rows, goals = list(in_order("inputs", given)), list(in_order("targets", answers))
        if len(rows) != len(goals) or not rows:
            raise ValueError(f"validation_data: {len(rows)} inputs need as many targets, at least 1, not {len(goals)}")
        return (inputs, targets), (rows, goals)
    if split is None:
        return (inputs, targets), None
    part = option("validation_split", split, lambda x: 0 < x < 1, "> 0 and < 1")
    count = max(1, round(part * len(inputs)))
    if count == len(inputs):
        raise ValueError(f"{len(inputs)} samples are too few for a validation_split of {split:g}")
    chosen = {*random.Random(0 if seed is None else seed).sample(range(len(inputs)), count)}

    def picked(is_chosen: bool) -> Samples:
        places = [place for place in range(len(inputs)) if (place in chosen) == is_chosen]
        return [inputs[place] for place in places], [targets[place] for place in places]

    return picked(False), picked(True)
