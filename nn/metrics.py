"""Metrics: what training is judged by, in numbers that one can read, and when it is time to stop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd import Value, constant
from nn.checks import count, is_list, listed, numbers, option
from nn.history import History

Metric = Callable[[Any, Any], Any]


def accuracy(predictions: Any, targets: Any, threshold: float | None = None) -> float:
    """The part of the targets that predictions have right.

    A prediction that is a row of scores means the class of the highest, from 0. A single number means the larger of
    two classes if it is above `threshold`: by default 0 for targets -1 and 1, and 0.5 for targets 0 and 1, whose
    predictions have to be probabilities. Sequences of predictions take sequences of targets. Raises ValueError for an
    empty batch, for other targets, and where only a threshold can tell what is meant.
    """
    rows, goals = _flattened(predictions, targets)
    if not rows:
        raise ValueError("an accuracy needs at least 1 prediction, not 0")
    if len(rows[0]) > 1:
        if threshold is not None:
            raise ValueError("a threshold is for predictions of one number")
        for place, (row, goal) in enumerate(zip(rows, goals, strict=True)):
            if goal not in range(len(row)):
                raise ValueError(f"target {place} is {goal:g}, where a whole number from 0 to {len(row) - 1} is needed")
        return sum(row.index(max(row)) == goal for row, goal in zip(rows, goals, strict=True)) / len(rows)
    kinds = {*goals}
    if not (kinds <= {0.0, 1.0} or kinds <= {-1.0, 1.0}):
        raise ValueError(f"targets are 0 and 1, or -1 and 1, not {listed([f'{goal:g}' for goal in sorted(kinds)])}")
    if threshold is None:
        if kinds == {1.0} or (0.0 in kinds and not all(0 <= row[0] <= 1 for row in rows)):
            why = "all targets are 1" if kinds == {1.0} else "the targets are 0 and 1, and not all predictions between"
            raise ValueError(f"{why}: say above which threshold=... a prediction means 1; it is 0 for scores")
        threshold = 0.5 if 0.0 in kinds else 0.0
    limit = option("threshold", threshold, lambda _: True, "a number")
    return sum((row[0] > limit) == (goal > 0) for row, goal in zip(rows, goals, strict=True)) / len(rows)


@dataclass(frozen=True)
class EarlyStopping:
    """A callback of `fit` that ends training when the loss has not become lower for `patience` epochs.

    It is the loss of the validation data, if there are any. `min_delta`: how much lower it has to be to count as
    lower. The best parameters are in the History.
    """

    patience: int
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        count("patience", self.patience)
        option("min_delta", self.min_delta, lambda x: x >= 0, ">= 0")

    def __call__(self, history: History) -> bool:
        if not self.min_delta:
            return history.epochs - history.best_epoch >= self.patience
        losses = history.validation_losses or history.losses
        best, place = losses[0], 0
        for epoch, loss in enumerate(losses):
            if loss < best - self.min_delta:
                best, place = loss, epoch
        return len(losses) - 1 - place >= self.patience


def named_metrics(metrics: Any) -> dict[str, Metric]:
    """Metrics by name: those that they were given by, or those of the functions themselves."""
    if metrics is None:
        return {}
    named: dict[str, Any]
    if isinstance(metrics, Mapping):
        named = {str(name): metric for name, metric in metrics.items()}  # pyright: ignore
    else:
        if callable(metrics):
            raise TypeError("metrics are a list of functions, or a dict of these by name, not one function")
        given: list[Any] = list(metrics)
        named = {getattr(metric, "__name__", type(metric).__name__): metric for metric in given}
        if len(named) < len(given) or "<lambda>" in named:
            raise ValueError("metrics need names that differ: give them as a dict, {name: function}")
    for name, metric in named.items():
        if not callable(metric):
            raise TypeError(f"metric {name!r} is not a function but {type(metric).__name__!r}")
    return named


def measured(name: str, metric: Metric, predictions: Any, targets: Any) -> float:
    """A metric as a number. Raises TypeError or ValueError for one that is none, or not finite."""
    found = metric(predictions, targets)
    try:
        return found.data if isinstance(found, Value) else constant(found).data
    except (TypeError, ValueError) as error:
        raise type(error)(f"metric {name!r}: {error}") from None


def plain(given: Any) -> Any:
    """What a model returned, as plain numbers in lists."""
    if isinstance(given, Value):
        return given.data
    return [plain(item) for item in given] if is_list(given) else constant(given).data


def _flattened(predictions: Any, targets: Any) -> tuple[list[list[float]], list[float]]:
    """Rows of scores, or single numbers as rows of one, and their targets, out of the sequences that they stand in."""
    if not is_list(targets):
        return [numbers("a prediction", predictions)], numbers("a target", targets)
    given, answers = list(predictions) if is_list(predictions) else [predictions], list(targets)
    if len(given) != len(answers):
        raise ValueError(f"{len(given)} predictions need as many targets, not {len(answers)}")
    parts = [_flattened(prediction, answer) for prediction, answer in zip(given, answers, strict=True)]
    return [row for rows, _ in parts for row in rows], [goal for _, goals in parts for goal in goals]
