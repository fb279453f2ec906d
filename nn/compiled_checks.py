"""What a loss is asked before it is compiled: whether it takes the targets, and whether it is a mean over samples.

Each of these is given the Training, and asks its model and its loss.
"""

import math
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy

from autograd import DomainError, no_grad

_MOST = 10  # samples that the mean is tried with


def check_targets(training: Any, inputs: Any, targets: Any) -> None:
    """Ask the loss itself about each target that is new, as it cannot be asked while it is recorded."""
    flat = targets.reshape(len(targets), -1)
    keys = flat.ravel().tolist() if flat.shape[1] == 1 else [row.tobytes() for row in flat]
    if training.checked.issuperset(keys):
        return
    new = {key: target for key, target in zip(keys, targets, strict=True) if key not in training.checked}
    with no_grad():
        for x in inputs if training.tried is None else ():  # any sample will do that the model has an answer to
            with suppress(DomainError):
                training.tried = training.answer(_sample(x))
                break
        if training.tried is None:
            return
        for target in new.values():
            with suppress(DomainError):
                training.loss([training.tried], [training.as_given(_sample(target))])
    training.checked.update(new)


def refuse_other_means(training: Any, inputs: Any, targets: Any) -> None:
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
