"""How the outputs of a model are read as classes, and how sure of its class a model is. plots.py shows both."""

import math
from typing import NamedTuple

from autograd import logsumexp, sigmoid
from nn.checks import option


class Confidence(NamedTuple):
    """How sure a model is, as one number that a shade stands for.

    With one output it goes from `lowest`, sure of the first class, over `middle`, undecided, to `highest`, sure of the
    second; with several scores it is the probability of the class that wins, from `middle` to 1. `meaning`: what it is
    in words; `beyond`: which numbers go on beyond that, as matplotlib's bars call it.
    """

    lowest: float
    middle: float
    highest: float
    meaning: str
    squash: str  # sigmoid, softmax or ""
    beyond: str = "neither"

    def of(self, output: list[float]) -> float:
        """That of an output."""
        if len(output) > 1:
            shade = math.exp(max(output) - logsumexp(*output)) if self.squash else max(output)
            return min(max(shade, self.lowest), self.highest)
        (score,) = output
        shade: float = sigmoid(score) if self.squash else score
        return min(max(shade, self.lowest), self.highest)


class Classes(NamedTuple):
    """How outputs are read as classes. `threshold` is that of a single output."""

    targets: list[float]
    threshold: float | None
    confidence: Confidence

    def margins(self, output: list[float]) -> list[float]:
        """For each class by how much it wins; below 0, by how much it loses."""
        if self.threshold is not None:
            return [self.threshold - output[0], output[0] - self.threshold]
        return [score - max(output[:place] + output[place + 1 :]) for place, score in enumerate(output)]

    def best(self, output: list[float]) -> float:
        """The class that wins."""
        margins = self.margins(output)
        return self.targets[margins.index(max(margins))]


def classes_of(outputs: list[list[float]], goals: list[float], threshold: float | None) -> Classes | None:
    """The classes that outputs and targets stand for, or None if targets are numbers to predict.

    Raises ValueError for a threshold where there is none, and for targets that are no classes.
    """
    size = len(outputs[0])
    if size == 1:
        for low, high in ((0.0, 1.0), (-1.0, 1.0)):
            if {*goals} <= {low, high}:
                scores = any(not -0.5 <= output <= 1.5 for (output,) in outputs)
                if threshold is None:
                    threshold = 0.0 if low < 0 or scores else 0.5
                threshold = option("threshold", threshold, lambda x: True, "a number")
                return Classes([low, high], threshold, _of_one_output(low, threshold, not low and scores))
    if threshold is not None:
        raise ValueError("a threshold is for models with one output, and targets 0 and 1 or -1 and 1")
    if size == 1:
        return None
    for place, goal in enumerate(goals):
        if goal not in range(size):
            raise ValueError(f"the model gives {size} scores, so target {place} needs to be a whole number from 0 to "
                             f"{size - 1}, not {goal:g}")
    probabilities = all(min(output) >= 0 and math.isclose(sum(output), 1, rel_tol=1e-6) for output in outputs)
    how = "" if probabilities else " (softmax of the scores)"
    return Classes([float(place) for place in range(size)], None, Confidence(
        1 / size, 1 / size, 1.0, f"probability of the class{how}", "" if probabilities else "softmax"))


def _of_one_output(low: float, threshold: float, score: bool) -> Confidence:
    """`low`: the target of the first class; `score`: whether the output is one, whose sigmoid is a probability."""
    if score and 0 < sigmoid(threshold) < 1:
        return Confidence(0.0, sigmoid(threshold), 1.0, "probability of class 1 (sigmoid of the output)", "sigmoid")
    # A threshold that is no number between the targets has white around it all the same.
    lowest, highest = (low, 1.0) if low < threshold < 1 else (threshold - 1, threshold + 1)
    return Confidence(lowest, threshold, highest, "output of the model", "", "both")
