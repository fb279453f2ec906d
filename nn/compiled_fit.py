"""fit(compiled=True): the training loop in machine code, an epoch or what is left of it at a time."""

from collections.abc import Callable
from typing import Any

import numpy

from autograd import Batches, Value
from nn.checkpoints import Checkpoint
from nn.compiled import compile
from nn.history import History, TrainingError
from nn.optimizers import Optimizer
from nn.pictures.bar import Bar


def fit_compiled(model: Callable[[Any], Any], inputs: Any, targets: Any, loss: Callable[[Any, Any], Any],
                 optimizer: Optimizer, epochs: int, batch_size: int | None, progress: bool,
                 named: list[tuple[str, Value]], keep: Checkpoint) -> History:
    """fit(), in machine code, from where the checkpoint stands."""
    history = keep.history
    training = compile(model, loss, optimizer)
    x, y = training._arrays(inputs, targets)
    samples = len(x)
    size = samples if batch_size is None else min(batch_size, samples)
    number = -(-samples // size)
    weights = [size / samples] * (number - 1) + [(samples - size * (number - 1)) / samples]
    bar = Bar((epochs + 1 - keep.epoch) * number - keep.batch) if progress else None
    losses = numpy.zeros(number)
    try:
        for epoch in range(keep.epoch, epochs + 1):
            if batch_size is not None and not keep.batch:
                keep.shuffling.shuffle(keep.order)
            order: Any = numpy.array(keep.order)
            batch, mean = keep.batch, keep.loss
            known: dict[int, float] = {}
            while batch < number:
                is_last = batch == number - 1
                if is_last:  # it may be smaller, and what was known before it counts for the epoch
                    known = training._known()
                steps = 1 if is_last else max(1, min(number - 1 - batch, keep.steps_left()))
                rows = order[size * batch : size * (batch + steps)]
                batches = Batches(training._masks.beside(x, rows), y, rows, len(rows), min(size, len(rows)))
                done = training._advance(training._descent.prepared(batches, losses[batch:]), steps)
                if done < steps:
                    try:
                        training._refuse(batches, done)
                    except TrainingError as error:
                        error.epoch, error.batch, error.history = epoch, batch + done + 1, history
                        raise
                for place in range(batch, batch + steps):
                    mean += losses.item(place) * weights[place]
                batch += steps
                if bar:
                    bar.advance(losses.item(batch - 1), steps)
                if not is_last:
                    keep.reached(epoch, batch, mean, steps)
            if not history.losses or mean < min(history.losses):
                history.best_parameters = {name: known.get(id(value), value.data) for name, value in named}
                history.best_epoch = epoch
            history.losses.append(mean)
            history.epochs = epoch
            keep.reached(epoch + 1, 0, 0.0)
        keep.finish()
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        history.seconds = keep.seconds()
        if bar:
            bar.close()
    return history
