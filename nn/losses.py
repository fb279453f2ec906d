"""Loss functions: how wrong predictions are, as one Value, the mean over the batch.

Predictions and targets have the same shape: one number each, or lists, tuples or arrays of numbers and Values. In
rows of several outputs, all numbers count alike. All losses raise ValueError for an empty batch, for shapes
that differ, and for a target (or probability) that is not one of the allowed numbers; TypeError for what is not a
number, and for sets and dicts, whose order means nothing.
"""

from collections.abc import Callable
from typing import Any, Literal

from autograd import Reading, Value, constant, log, log1p, logsumexp, mean, relu, softplus, sum, take
from nn.checks import in_order, is_list, numbers, option

Reduction = Literal["mean", "sum", "none"]


def mean_squared_error(predictions: Any, targets: Any) -> Any:
    """The mean of (p - t)²."""
    differences = [p - t for p, t in _pairs(predictions, targets)]
    return _mean([difference * difference for difference in differences])


def hinge(predictions: Any, targets: Any) -> Any:
    """The mean of max(0, 1 - t p), for targets -1 and 1: 0 where p is on its target's side, by a margin of 1."""
    pairs = _pairs(predictions, targets)
    _check("target", (t for _, t in pairs), lambda t: t in (-1, 1), "-1 or 1")
    return _mean([relu(1 - t * p) for p, t in pairs])


def binary_cross_entropy(predictions: Any, targets: Any, from_logits: bool = False, pos_weight: float | None = None, *,
                         reduction: Reduction = "mean") -> Any:
    """The mean of -t log(p) - (1 - t) log(1 - p), for targets from 0 to 1.

    Predictions are probabilities, or with `from_logits` any numbers, whose sigmoid is the probability. That is
    calculated as softplus(p) - t p, which is right however certain the model is; a probability that was rounded to 0
    or 1 has no finite loss where it is wrong, and raises DomainError. `pos_weight`: what the first term is multiplied
    by, which is the weight of the class 1. `reduction`: "mean", "sum", or "none" for the list of losses.
    """
    weight = 1.0 if pos_weight is None else option("pos_weight", pos_weight, lambda x: x >= 0, ">= 0")
    pairs = _pairs(predictions, targets)
    _check("target", (t for _, t in pairs), lambda t: 0 <= t <= 1, "from 0 to 1")
    if from_logits and weight == 1:
        losses = [softplus(p) - t * p for p, t in pairs]
    elif from_logits:
        losses = [(1 + (weight - 1) * t) * softplus(-p) + (1 - t) * p for p, t in pairs]
    else:
        _check("probability", (p for p, _ in pairs), lambda p: 0 <= p <= 1, "from 0 to 1")
        losses = [_cross_entropy_of_two(p, t, weight) for p, t in pairs]
    return _reduced(losses, None, reduction, is_list(predictions))


def cross_entropy(predictions: Any, targets: Any, weight: Any = None, *, reduction: Reduction = "mean") -> Any:
    """The mean of -log(softmax(scores)[target]): each prediction is a row of scores, each target a class, from 0.

    Calculated as logsumexp(scores) - scores[target]. Sequences of predictions, with sequences of targets, count as if
    they stood in one list. `weight`: a number for each class; as in PyTorch, the loss of a target of the class c is
    multiplied by weight[c], and the mean is divided by the sum of these weights. `reduction`: "mean", "sum", or "none"
    for the list of losses. Compiled training takes the plain mean over samples, so it wants
    `autograd.mean(cross_entropy(p, t, weight, reduction="none"))`.
    """
    is_batch = is_list(targets)
    rows, classes = _flattened(predictions, targets) if is_batch else ([predictions], [targets])
    _same_length(len(rows), len(classes))
    scores = [tuple(row) if is_list(row) else (row,) for row in rows]
    size = len(scores[0])
    for place, row in enumerate(scores):
        if len(row) < 2 or len(row) != size:
            raise ValueError(f"every row needs the same number of scores, 2 or more; row 0 has {size}, "
                             f"row {place} has {len(row)}")
    _check("class", classes, lambda t: t == int(t) and 0 <= t < size, f"a whole number from 0 to {size - 1}")
    losses = [logsumexp(row) - take(target, row) for row, target in zip(scores, classes, strict=True)]
    weights = None
    if weight is not None:
        of_classes = numbers("weight", weight, size)
        if min(of_classes) < 0:
            raise ValueError(f"the weight of class {of_classes.index(min(of_classes))} is {min(of_classes)}, where one "
                             ">= 0 is needed")
        weights = [take(target, of_classes) for target in classes]
        losses = [loss * weight for loss, weight in zip(losses, weights, strict=True)]
    return _reduced(losses, weights, reduction, is_batch)


def _cross_entropy_of_two(p: Any, t: Any, weight: float) -> Any:
    if not isinstance(t, Reading) and t in (0, 1):  # the other term is 0, even where its logarithm is infinite
        return -log(p) * weight if t == 1 and weight != 1 else -log(p) if t == 1 else -log1p(-p)
    return -((t * weight if weight != 1 else t) * log(p) + (1 - t) * log1p(-p))


def _flattened(predictions: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    """Rows of scores and their targets, out of the sequences that they stand in."""
    rows, classes = list(in_order("predictions", predictions)), list(targets)
    if not any(map(is_list, classes)):
        return rows, classes
    _same_length(len(rows), len(classes))
    if not all(map(is_list, classes)):
        raise ValueError("targets are classes, or sequences of classes, not both")
    parts = [_flattened(row, target) for row, target in zip(rows, classes, strict=True)]
    for some, answers in parts:
        _same_length(len(some), len(answers))
    return [row for some, _ in parts for row in some], [answer for _, answers in parts for answer in answers]


def _pairs(predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
    """Each prediction with its target."""
    kinds = ["a list" if is_list(x) else "a number" for x in (predictions, targets)]
    if kinds[0] != kinds[1]:
        raise ValueError(f"predictions and targets of the same shape are needed, not {' and '.join(kinds)}")
    if not is_list(predictions):
        return [(predictions, targets)]
    rows, answers = list(predictions), list(targets)
    _same_length(len(rows), len(answers))
    return [pair for row, answer in zip(rows, answers, strict=True) for pair in _pairs(row, answer)]


def _same_length(predictions: int, targets: int) -> None:
    if predictions != targets:
        raise ValueError(f"{predictions} predictions need as many targets, not {targets}")
    if not predictions:
        raise ValueError("a loss needs at least 1 prediction, not 0")


def _check(what: str, given: Any, allowed: Callable[[float], bool], description: str) -> None:
    for place, x in enumerate(given):
        known = _known(x)
        if known is not None and not allowed(known):
            raise ValueError(f"{what} {place} is {known}, where {description} is needed")


def _known(x: Any) -> float | None:
    """The number, unless it is a reading that has none yet, such as a formula."""
    if isinstance(x, Reading) and type(x) is not Value:
        return None
    return constant(x).data if type(x) is not Value else x.data


def _mean(losses: list[Any]) -> Any:
    loss = mean(tuple(losses)) if len(losses) > 1 else losses[0]
    return loss if isinstance(loss, Reading) else constant(loss)


def _reduced(losses: list[Any], weights: list[Any] | None, reduction: Reduction, is_batch: bool) -> Any:
    """The losses as one Value, or as they are."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is 'mean', 'sum' or 'none', not {reduction!r}")
    if reduction == "none":
        return losses if is_batch else losses[0]
    if reduction == "mean" and weights is None:
        return _mean(losses)
    total = sum(tuple(losses))
    if reduction == "mean":
        share = sum(tuple(weights or ()))
        if not isinstance(share, Reading) and share == 0:
            raise ValueError("the weights of the classes of all targets are 0")
        total = total / share
    return total if isinstance(total, Reading) else constant(total)
