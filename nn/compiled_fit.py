"""The steps of fit(compiled=True): in machine code, an epoch or what is left of it at a time."""

from collections.abc import Callable
from typing import Any

import numpy

from autograd import Batches, Value
from nn.checkpoints import Checkpoint
from nn.clipping import Clip
from nn.compiled import Training
from nn.epochs import Rates
from nn.history import TrainingError
from nn.optimizers import Optimizer
from nn.pictures.bar import Bar


class CompiledSteps:
    """Training in machine code. The last batch of an epoch, which may be smaller, goes by itself."""

    def __init__(self, model: Callable[[Any], Any], inputs: list[Any], targets: list[Any],
                 loss: Callable[[Any, Any], Any], optimizer: Optimizer, batch_size: int | None,
                 named: list[tuple[str, Value]], keep: Checkpoint, bar: Bar | None, clip: Clip, rates: Rates) -> None:
        self.inputs, self.targets = inputs, targets
        self._training, self._is_shuffled = Training(model, loss, optimizer, clip), batch_size is not None
        self._x, self._y = self._training._arrays(inputs, targets)
        samples = len(self._x)
        self._size = samples if batch_size is None else min(batch_size, samples)
        self._number = -(-samples // self._size)
        last = samples - self._size * (self._number - 1)
        self._weights = [self._size / samples] * (self._number - 1) + [last / samples]
        self._keep, self._bar, self._rates, self._losses = keep, bar, rates, numpy.zeros(self._number)

    def epoch(self, epoch: int) -> tuple[float, dict[int, float]]:
        keep, number, losses, training = self._keep, self._number, self._losses, self._training
        if training.is_outdated:  # a callback has set an option of the optimizer
            training._arrays(self.inputs, self.targets)
        if self._is_shuffled and not keep.batch:
            keep.shuffling.shuffle(keep.order)
        order: Any = numpy.array(keep.order)
        batch, mean = keep.batch, keep.loss
        known: dict[int, float] = {}
        while batch < number:
            is_last = batch == number - 1
            if is_last:  # what was known before it counts for the epoch
                known = training._known()
            steps = 1 if is_last else max(1, min(number - 1 - batch, keep.steps_left()))
            self._take(epoch, batch, steps, order)
            for place in range(batch, batch + steps):
                mean += losses.item(place) * self._weights[place]
            batch += steps
            if self._bar:
                self._bar.advance(losses.item(batch - 1), steps)
            if not is_last:
                keep.reached(epoch, batch, mean, steps)
        return mean, known

    def _take(self, epoch: int, batch: int, steps: int, order: Any) -> None:
        training, first = self._training, (epoch - 1) * self._number + batch
        rows = order[self._size * batch : self._size * (batch + steps)]
        batches = Batches(training._masks.beside(self._x, rows), self._y, rows, len(rows), min(self._size, len(rows)))
        rates: Any = None
        if self._rates.is_by_step:
            rates = numpy.array([self._rates.at(first + step) for step in range(steps)])
        self._rates.set(epoch, first)
        done = training._advance(training._descent.prepared(batches, self._losses[batch:]), steps, rates)
        if done < steps:
            try:
                training._refuse(batches, done)
            except TrainingError as error:
                error.epoch, error.batch, error.history = epoch, batch + done + 1, self._keep.history
                raise
        self._rates.set(epoch, first + steps - 1)

    def evaluate(self, inputs: list[Any], targets: list[Any], has_answers: bool) -> tuple[float, list[Any]]:
        loss = self._training.evaluate(inputs, targets)
        return loss, self._training.answers(inputs) if has_answers else []
