"""What a loss is asked before it is compiled: whether it takes the targets, and whether it is a mean over samples."""

import math
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy

from autograd import DomainError, no_grad

if TYPE_CHECKING:
    from nn.compiled import Training

_MOST = 10  # samples that the mean is tried with


def check_targets(training: "Training", inputs: Any, targets: Any) -> None:
    """Ask the loss itself about each target that is new, as it cannot be asked while it is recorded."""
    flat = targets.reshape(len(targets), -1)
    if flat.shape[1] == 1 and training.checked.issuperset(flat.ravel().tolist()):
        return
    with no_grad():
        for x in inputs:  # any sample will do that the model has an answer to
            with suppress(DomainError):
                prediction = training.answer(_sample(x))
                break
        else:
            return
        for target in numpy.unique(targets, axis=0):
            with suppress(DomainError):
                training.loss([prediction], [training.as_given(_sample(target))])
    if flat.shape[1] == 1:
        training.checked.update(flat.ravel().tolist())


def refuse_other_means(training: "Training", inputs: Any, targets: Any) -> None:
    """What is compiled is the mean of the losses of the samples: that has to be the loss of a batch.

    Raises TypeError for a sum, say, or for a mean in which some samples weigh more.
    """
    different = numpy.unique(targets, axis=0, return_index=True)[1][:_MOST].tolist()
    tried: list[tuple[Any, Any, float]] = []  # predictions, answers, and the loss of each alone
    with no_grad():
        for place in list(dict.fromkeys([*different, *range(len(inputs))[:_MOST]]))[:_MOST]:
            with suppress(DomainError):
                prediction, answer = training.answer(_sample(inputs[place])), training.as_given(_sample(targets[place]))
                tried.append((prediction, answer, float(training.loss([prediction], [answer]).data)))
        for (p, t, one), (q, u, two) in [*zip(tried, tried, strict=True), *pairwise(tried)]:
            with suppress(DomainError):
                both = float(training.loss([p, q], [t, u]).data)
                if not math.isclose(both, (one + two) / 2, rel_tol=1e-9, abs_tol=1e-12):
                    raise TypeError("the loss of a batch has to be the mean of the losses of its samples: two samples "
                                    + (f"that are the same have {both}, and one of them {one}" if p is q else
                                       f"have {both}, and alone they have {one} and {two}"))


def _sample(x: Any) -> Any:
    """One number as a float, several as they are."""
    return float(x) if x.ndim == 0 else x
