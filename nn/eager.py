"""The steps of fit() as one would write them by hand: calculate, backward(), step()."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd import DomainError, Value, no_grad, topological_order
from nn.checkpoints import Checkpoint
from nn.checks import listed
from nn.clipping import Clip
from nn.epochs import Rates
from nn.evaluating import evaluating
from nn.history import TrainingError
from nn.metrics import plain
from nn.optimizers import Optimizer
from nn.pictures.bar import Bar


class EagerSteps:
    """Training by the engine, a batch of samples at a time."""

    def __init__(self, model: Callable[[Any], Any], inputs: list[Any], targets: list[Any],
                 loss: Callable[[Any, Any], Any], optimizer: Optimizer, batch_size: int | None,
                 named: list[tuple[str, Value]], keep: Checkpoint, bar: Bar | None, clip: Clip, rates: Rates) -> None:
        self.model, self.inputs, self.targets, self.loss, self.optimizer = model, inputs, targets, loss, optimizer
        self._is_shuffled, self._size = batch_size is not None, batch_size or len(inputs)
        self._named, self._keep, self._bar, self._clip, self._rates = named, keep, bar, clip, rates
        self._good = optimizer.snapshot()  # the last parameters that gave a finite loss
        self._learns = False  # whether any loss was found to depend on the parameters

    def epoch(self, epoch: int) -> tuple[float, dict[int, float]]:
        keep, optimizer, size, samples = self._keep, self.optimizer, self._size, len(self.inputs)
        batches = range(0, samples, size)
        if self._is_shuffled and not keep.batch:
            keep.shuffling.shuffle(keep.order)
        mean_loss, start = keep.loss, 0
        try:
            for start in batches[keep.batch:]:
                chosen = keep.order[start : start + size]
                output = self._loss_of(chosen)
                self._good = optimizer.snapshot()
                optimizer.zero_grad()
                output.backward()
                self._clip.apply(optimizer.parameters)
                self._rates.set(epoch, (epoch - 1) * len(batches) + start // size)
                optimizer.step()
                mean_loss += output.data * (len(chosen) / samples)
                if self._bar:
                    self._bar.advance(output.data)
                if start != batches[-1]:
                    keep.reached(epoch, start // size + 1, mean_loss)
        except (DomainError, ArithmeticError) as error:
            optimizer.restore(self._good)
            batch = start // size + 1
            raise TrainingError(f"training stopped in epoch {epoch}, batch {batch} of {len(batches)}: {error}\n  The "
                                "parameters are the last ones that gave a finite loss.", epoch, batch, keep.history
                                ) from error
        return mean_loss, dict(zip(map(id, optimizer.parameters), self._good[0], strict=True))

    def _loss_of(self, chosen: list[int]) -> Value:
        output = self.loss([self.model(self.inputs[place]) for place in chosen],
                           [self.targets[place] for place in chosen])
        if isinstance(output, float) and not math.isfinite(output):
            raise OverflowError(f"the loss is {output}")
        if not isinstance(output, Value):
            raise TypeError(f"the loss needs to be one Value, not {type(output).__name__!r}")
        if not self._learns or (output.op is None and not output.constant):
            _refuse_what_teaches_nothing(output, self.optimizer.parameters, self._named)
            self._learns = True
        return output

    def evaluate(self, inputs: list[Any], targets: list[Any], has_answers: bool) -> tuple[float, list[Any]]:
        with evaluating(self.model), no_grad():
            outputs = [self.model(x) for x in inputs]
            found = plain(self.loss(outputs, targets))
        if not isinstance(found, float):
            raise TypeError("the loss needs to be one Value, not several")
        return found, plain(outputs) if has_answers else []


def _refuse_what_teaches_nothing(loss: Value, parameters: Sequence[Value], named: list[tuple[str, Value]]) -> None:
    """Raise TypeError or ValueError, which says what the loss depends on, if no gradient can flow to a parameter.

    What counts is the way through the graph, not the number: a gradient may be 0.
    """
    order = topological_order(loss)
    reached, ends = {id(loss)}, dict[str, None]()
    for node in reversed(order):
        if node.op is not None and id(node) in reached:
            for argument, partial in zip(node.arguments, node.op.partials, strict=True):
                if partial is None:
                    ends[node.op.name] = None
                else:
                    reached.update(map(id, argument if isinstance(argument, tuple) else (argument,)))  # pyright: ignore
    if any(id(parameter) in reached and not parameter.constant for parameter in parameters):
        return
    if len(order) == 1 and not loss.constant:
        raise TypeError("the loss has no history, as if it had been calculated inside no_grad()")
    inside = {id(node) for node in order}.intersection(map(id, parameters))
    if inside:
        behind = f" or behind {', '.join(ends)}" if ends else ""
        raise ValueError(f"no gradient of the loss reaches any of the {len(parameters)} parameters of the optimizer: "
                         f"{len(inside)} of them are in its graph, but constant{behind}")
    names = {id(parameter): name for name, parameter in named}
    leaves = dict.fromkeys(names.get(id(leaf)) or (repr(leaf.label) if leaf.label else f"Value({leaf.data})")
                           for leaf in order if leaf.op is None and not leaf.constant)
    raise ValueError(f"the loss depends on none of the {len(parameters)} parameters of the optimizer, but on "
                     + (f"the leaves {listed([*leaves])}" if leaves else "constants alone: does the model return plain "
                        "numbers, such as .data of its result?"))
