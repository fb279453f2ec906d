"""compile(): training as machine code, by changing one line."""

import random
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy

import autograd
from autograd import Batches, Descent, DomainError
from nn.checks import count, in_order
from nn.clipping import Clip
from nn.compiled_checks import check_targets, refuse_other_means
from nn.epochs import Rates
from nn.evaluating import evaluating
from nn.history import TrainingError
from nn.masks import Masks
from nn.optimizers import Optimizer
from nn.pictures.bar import Bar
from nn.schedules import Schedule

_MOST, _MOST_BYTES = 256, 2**26  # of the batches that are kept ready, in number and in bytes
_CHUNK = 0.05  # seconds of machine code at a time: between chunks Ctrl-C is heard


def compile(model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], optimizer: Optimizer, *,
            clip_grad_norm: float | None = None, clip_grad_value: float | None = None) -> "Training":
    """Training of a model, or of any function of one sample's inputs, in machine code.

    The model and the loss are recorded for one sample when data is first seen, and the optimizer's `update` with them;
    the loss of a batch is the mean over its samples. The model stays the truth: its parameters can be read, set, saved
    and trained in between as ever. Raises as `autograd.compile` does for a model whose path depends on numbers.
    `clip_grad_norm`, `clip_grad_value`: what the functions of that name would be called with before each step.
    """
    return Training(model, loss, optimizer, Clip(clip_grad_norm, clip_grad_value))


class Training:
    """A model, a loss and an optimizer that were compiled together.

    Inputs and targets are arrays, or lists, with one row for each sample; targets may be numbers.
    """

    def __init__(self, model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], optimizer: Optimizer,
                 clip: Clip | None = None) -> None:
        if not isinstance(optimizer, Optimizer):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"an optimizer is needed, such as nn.SGD(...), not {type(optimizer).__name__!r}")
        if type(optimizer).step is not Optimizer.step:
            raise TypeError("compiled training applies update(), and would ignore the step() of "
                            f"{type(optimizer).__name__}")
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self._clip, self._running = clip or None, vars(optimizer)
        self._takes_lists = False  # whether samples come as lists, not as arrays
        self._predict = autograd.compile(self.answer)
        self._evaluate = autograd.compile(self._loss_of_one)
        self._descent: Any = None
        self._masks = Masks()
        self._shapes: Any = None
        self._states: Callable[[], Any] = self._fetch_states  # one object, to be recognized
        self._ready = _Ready()  # of the last step
        self._all_ready: dict[tuple[int, int], _Ready] = {}  # by the identity of the arrays
        self.checked: set[float | bytes] = set()  # the targets that the loss was asked about,
        self.tried: Any = None  # and the prediction that came with them
        self._options: Any = None
        self._changes = 0

    def step(self, inputs: Any, targets: Any) -> float:
        """One step on a batch. Returns its mean loss. Raises TrainingError, with nothing changed, as `run` does."""
        ready = self._ready
        if inputs is not ready.inputs or targets is not ready.targets or self.optimizer.changes != self._changes:
            ready = self._made_ready(inputs, targets)
        if self._advance(ready.prepared, 1) != 1:
            self._refuse(ready.batch, 0)
        return ready.losses.item()

    def run(self, inputs: Any, targets: Any, steps: int, batch_size: int | None = None, seed: int | None = None,
            progress: bool = True, schedule: Schedule | None = None) -> list[float]:
        """Many steps. Returns the loss of each.

        `batch_size`: how many samples a step takes: all of them, in order, unless it is given; then they are shuffled
        whenever all have been seen, always in the same way for the same `seed`, which is that of `fit`. `progress`:
        whether to show a bar once this takes over a second. `schedule`: a function of the optimizer's learning rate and
        of how many steps of this run are over, to the learning rate of the next one; `optimizer.lr` itself stays as it
        is. Ctrl-C ends it early, with the steps that were done. Raises TrainingError for a number that is not finite,
        or outside of what an operation allows; the parameters are then those of the last step that was right.
        """
        x, y = self._arrays(inputs, targets)
        steps, samples = count("steps", steps, 0), len(x)
        size = samples if batch_size is None else min(count("batch_size", batch_size), samples)
        per_epoch = -(-samples // size)
        order, shuffle = list(range(samples)), random.Random(seed).shuffle
        losses = numpy.zeros(steps)
        bar, rates = Bar(steps) if progress else None, Rates(self.optimizer, schedule, "step")
        done, chunk, first = 0, per_epoch, self.optimizer.count
        try:
            while done < steps:
                epochs = 1 if self._masks.size else max(1, chunk // per_epoch)
                rows: list[int] = []
                for _ in range(epochs if batch_size is not None else 1):
                    if batch_size is not None:
                        shuffle(order)
                    rows += order
                began, wanted = perf_counter(), min(epochs * per_epoch, steps - done)
                batches = Batches(self._masks.beside(x, rows[: wanted * size]), y, numpy.array(rows), samples, size,
                                  0 if batch_size is None else samples)
                paces = numpy.array([rates.at(done + step) for step in range(wanted)]) if schedule is not None else None
                taken = self._advance(self._descent.prepared(batches, losses[done:]), wanted, paces)
                done += taken
                if taken < wanted:
                    self._refuse(batches, taken)
                chunk = int(min(taken * _CHUNK / max(perf_counter() - began, 1e-6), 4 * chunk)) + 1
                if bar:
                    bar.advance(float(losses[done - 1]), taken)
        except KeyboardInterrupt:
            pass
        finally:
            if bar:
                bar.close()
        return losses[: self.optimizer.count - first].tolist()

    def predict(self, inputs: Any) -> Any:
        """The model's outputs for every row of the inputs, as an array, or a list of them for several outputs."""
        return _stacked(self._predict.batch(_array("inputs", inputs)))

    def answers(self, inputs: Any) -> list[Any]:
        """The same in lists, with a row for each sample."""
        return _rows(self._predict.batch(_array("inputs", inputs)))

    def evaluate(self, inputs: Any, targets: Any) -> float:
        """The mean loss of the samples."""
        x, y = self._arrays(inputs, targets)
        samples = (array.reshape(len(array), *shape) for array, shape in zip((x, y), self._shapes, strict=True))
        return float(self._evaluate.batch(*samples).mean())

    def _advance(self, prepared: Any, steps: int, rates: Any = None) -> int:
        optimizer = self.optimizer
        if optimizer.deferred is not self._states:
            self._take_states()
        # `count` is no option, whose setting would be counted
        return prepared.run(steps, optimizer._lr, self._running, rates)

    def _refuse(self, batches: Batches, step: int) -> None:
        """Raise TrainingError for a step that could not be taken."""
        reason: BaseException | None = None
        message = f"step {self.optimizer.count + 1} overflows"
        try:
            self._descent.explain(batches, step)
        except DomainError as error:
            reason, message = error, str(error)
        raise TrainingError(f"training stopped in step {self.optimizer.count + 1}: {message}\n  The parameters are "
                            "those after the last step in which all was finite.") from reason

    def _arrays(self, inputs: Any, targets: Any) -> tuple[Any, Any]:
        """Both as float64, a row for each sample; what was recorded has to fit them."""
        x, y = _array("inputs", inputs), _array("targets", targets)
        if len(x) != len(y):
            raise ValueError(f"{len(x)} inputs need as many targets, not {len(y)}; the shapes are {x.shape} and "
                             f"{y.shape}")
        if not len(x):
            raise ValueError("training needs at least 1 sample, not 0")
        shapes, self._changes = (x.shape[1:], y.shape[1:]), self.optimizer.changes
        if self._descent is None or self._options != _options(self.optimizer):
            self._takes_lists = not isinstance(inputs, numpy.ndarray)
            self._record(shapes)
            refuse_other_means(self, x, y)
        elif shapes != self._shapes:
            raise ValueError(f"this was compiled for inputs and targets of the shapes {_text(self._shapes)}, "
                             f"not {_text(shapes)}")
        check_targets(self, x, y)
        return x.reshape(len(x), -1), y.reshape(len(y), -1)

    @property
    def is_outdated(self) -> bool:
        """Whether an option of the optimizer was set since it was last asked about."""
        return self.optimizer.changes != self._changes

    def _record(self, shapes: Any) -> None:
        optimizer = self.optimizer
        optimizer.states = optimizer.states  # those of an earlier recording come back first
        x, y = (numpy.zeros(shape) if shape else 0.0 for shape in shapes)
        self._masks, self.tried = Masks(), None
        self._descent = self._masks.recorded(x, lambda inputs: Descent(
            self._loss_in_training, inputs, y, optimizer.parameters, optimizer.update, optimizer.initial_state,
            self._clip))
        self._shapes, self._options = shapes, _options(optimizer)
        self._all_ready, self._ready = {}, _Ready()

    def answer(self, inputs: Any) -> Any:
        """What the model itself says of one sample."""
        with evaluating(self.model):
            return self.model(self.as_given(inputs))

    def as_given(self, x: Any) -> Any:
        """A sample in the form in which they were given: as a list or an array."""
        return x.tolist() if self._takes_lists and hasattr(x, "tolist") else x

    def _loss_of_one(self, inputs: Any, target: Any) -> Any:
        return self.loss([self.answer(inputs)], [self.as_given(target)])

    def _loss_in_training(self, inputs: Any, target: Any) -> Any:
        with self._masks.taken(inputs) as x:
            return self.loss([self.model(self.as_given(x))], [self.as_given(target)])

    def _made_ready(self, inputs: Any, targets: Any) -> "_Ready":
        """What a step on a batch needs. That of arrays is kept, as they come back in the next epoch."""
        if self.is_outdated:
            self._all_ready = {}
        ready = self._all_ready.get((id(inputs), id(targets)))
        if ready is None:
            batch, losses = self._whole(*self._arrays(inputs, targets)), numpy.zeros(1)
            ready = _Ready(inputs, targets, batch, losses, self._descent.prepared(batch, losses))
            if not all(isinstance(given, numpy.ndarray) and numpy.may_share_memory(used, given)  # pyright: ignore
                       for given, used in ((inputs, batch.inputs), (targets, batch.targets))):
                return ready  # a list may change without being another one
            kept = self._all_ready
            kept[id(inputs), id(targets)] = ready
            while len(kept) > 1 and (len(kept) > _MOST or len(kept) * inputs.nbytes > _MOST_BYTES):
                del kept[next(iter(kept))]
        self._ready = ready
        return ready

    def _whole(self, inputs: Any, targets: Any) -> Batches:
        order: Any = numpy.arange(len(inputs))
        return Batches(self._masks.beside(inputs, order), targets, order, len(inputs), len(inputs))

    def _take_states(self) -> None:
        if self.optimizer.initial_state:
            self._descent.set_states(self.optimizer.parameters, self.optimizer.states)
        self._running["deferred"] = self._states

    def _known(self) -> dict[int, float]:
        """The parameters by the identity of their Values, which are not made to fetch them."""
        shared = self._descent.shared
        shared.refresh()
        return dict(zip(map(id, shared.values), shared.array.tolist(), strict=True))

    def _fetch_states(self) -> Any:
        return self._descent.get_states(self.optimizer.parameters)


class _Ready:
    """A batch with all that a step on it needs. It keeps the arrays alive, so that they are known by their identity."""

    __slots__ = "batch", "inputs", "losses", "prepared", "targets"

    def __init__(self, inputs: Any = None, targets: Any = None, batch: Any = None, losses: Any = None,
                 prepared: Any = None) -> None:
        self.inputs, self.targets, self.batch, self.losses, self.prepared = inputs, targets, batch, losses, prepared


def _stacked(found: Any) -> Any:
    """The numbers of several outputs, each of which has the samples along its first axis, in one array."""
    return numpy.stack([_stacked(part) for part in found], axis=1) if isinstance(found, list | tuple) else found  # pyright: ignore


def _rows(found: Any) -> list[Any]:
    if isinstance(found, list | tuple):
        return [list(row) for row in zip(*map(_rows, found), strict=True)]  # pyright: ignore
    return found.tolist()


def _options(optimizer: Optimizer) -> dict[str, Any]:
    """What an optimizer was made with, apart from what changes from step to step."""
    return {name: value for name, value in vars(optimizer).items() if name not in Optimizer.RUNNING}


def _array(name: str, given: Any) -> Any:
    try:
        array = numpy.asarray(in_order(name, given), dtype=float)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: rows of the same number of plain numbers are needed ({error})") from None
    if array.ndim == 0:
        raise TypeError(f"{name}: a row for each sample is needed, not one number")
    if not numpy.isfinite(array).all():
        raise ValueError(f"{name}: finite numbers are needed")
    return numpy.ascontiguousarray(array)


def _text(shapes: Any) -> str:
    return " and ".join(str(shape) for shape in shapes)
