"""How the estimators train: the objective, the batches and the Adam of scikit-learn, an epoch at a time.

This is not `fit`, which draws batches with Python's generator and takes plain means over samples: here the generator is
NumPy's, and weights and penalty are divided by what the samples of a batch weigh. So the numbers are scikit-learn's.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from autograd import DomainError, Value, dot, mean, sqrt
from nn.compiled import Training
from nn.history import TrainingError
from nn.layers import MLP
from nn.optimizers import Adam, Optimizer, State

Loss = Callable[[Any, Any], Any]  # of the scores of one sample, and its target


class Epochs:
    """Training of an MLP, as far as it is wanted.

    The objective of a batch is the mean of the losses, each with the weight of its sample, plus alpha / 2 times the
    squares of all weights of the network, biases aside, over the sum of the weights of the samples.
    """

    def __init__(self, model: MLP, loss: Loss, optimizer: Optimizer, alpha: float, is_compiled: bool) -> None:
        self._model, self._loss, self._optimizer, self._alpha = model, loss, optimizer, alpha
        self._weights = tuple([w for layer in model.layers for neuron in layer.neurons for w in neuron.w])
        self._squares: Any = None  # of these, for the whole batch, where it is calculated at once
        self._step = Training(self._answer, self._mean, optimizer).step if is_compiled else self._eager_step

    def losses(self, inputs: Any, targets: Any, weights: Any, batch_size: int, shuffle: Callable[[Any], None] | None
               ) -> Iterator[float]:
        """The mean loss of one epoch after the other, without end.

        `weights`: those of the samples, all above 0, or None; `shuffle`: what shuffles an array of row numbers.
        Raises TrainingError for a number that is not finite.
        """
        order = numpy.arange(len(inputs))
        for epoch in itertools.count(1):
            if shuffle is not None:
                shuffle(order)
            total = 0.0
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                shares = numpy.ones(len(rows)) if weights is None else weights[rows]
                weight = shares.sum()
                beside = shares * (len(rows) / weight), numpy.full(len(rows), self._alpha / weight)
                try:
                    loss = self._step(numpy.column_stack([inputs[rows], *beside]), targets[rows])
                except (TrainingError, DomainError, ArithmeticError) as error:
                    reason = error.__cause__ or (error if isinstance(error, DomainError) else "a number overflows")
                    line = str(reason).partition("\n")[0]
                    raise TrainingError(f"training stopped in epoch {epoch}: {line}\n  Are the inputs scaled, as by "
                                        "StandardScaler, the targets too, and is learning_rate_init not too high?",
                                        epoch) from error
                total += loss * len(rows)
            yield total / len(order)

    def _answer(self, row: Any) -> list[Any]:
        """The scores of a sample, its share in the mean, and the penalty, from its inputs and two more numbers."""
        scores = self._model(row[:-2])
        penalty: Any = 0.0
        if self._alpha:
            penalty = row[-1] / 2 * (dot(self._weights, self._weights) if self._squares is None else self._squares)
        return [*(scores if isinstance(scores, list) else [scores]), row[-2], penalty]  # pyright: ignore

    def _mean(self, answers: Any, targets: Any) -> Any:
        losses: list[Any] = []
        for (*scores, share, penalty), target in zip(answers, targets, strict=True):
            losses.append(share * self._loss(scores if len(scores) > 1 else scores[0], target) + penalty)
        return mean(tuple(losses))

    def _eager_step(self, inputs: Any, targets: Any) -> float:
        self._squares = dot(self._weights, self._weights) if self._alpha else None
        loss: Value = self._mean(map(self._answer, inputs.tolist()), targets.tolist())
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return loss.data


class ScikitAdam(Adam):
    """Adam as scikit-learn has it, in the order that its authors call more efficient (Kingma and Ba 2015, section 2).

    `eps` is added to the root of the mean square while that is still biased, so it counts for more in the first steps.
    """

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, count: Any) -> tuple[Any, State]:
        (first, second), (mean, square) = self.betas, state
        mean = first * mean + (1 - first) * gradient
        square = second * square + (1 - second) * gradient * gradient
        rate = lr * sqrt(1 - second ** count) / (1 - first ** count)
        return parameter - rate * mean / (sqrt(square) + self.eps), (mean, square)
