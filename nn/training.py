"""fit(): the training loop."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from autograd import Value
from nn.checkpoints import Checkpoint
from nn.checks import count, in_order
from nn.clipping import Clip
from nn.eager import EagerSteps
from nn.epochs import Callback, Measures, Rates, Steps, Unit, held_out
from nn.history import History
from nn.metrics import Metric
from nn.module import Module
from nn.optimizers import Optimizer
from nn.pictures.bar import Bar
from nn.schedules import Schedule
from nn.storage import FilePath


def fit(model: Callable[[Any], Any], inputs: Iterable[Any], targets: Iterable[Any], loss: Callable[[Any, Any], Value],
        optimizer: Optimizer, epochs: int, batch_size: int | None = None, seed: int | None = None,
        progress: bool = True, compiled: bool = False, checkpoint: FilePath | None = None, every: int | None = None,
        resume: FilePath | bool = False, unsaved: Literal["stop", "warn"] = "stop", *,
        validation_data: tuple[Iterable[Any], Iterable[Any]] | None = None, validation_split: float | None = None,
        metrics: Mapping[str, Metric] | Iterable[Metric] | None = None, callbacks: Iterable[Callback] = (),
        schedule: Schedule | None = None, schedule_by: Unit = "epoch", clip_grad_norm: float | None = None,
        clip_grad_value: float | None = None) -> History:
    """Train a model, or any function of one sample's inputs, and return how it went.

    `inputs`, `targets`: one entry per sample; `loss`: a function of the lists of predictions and targets of a batch;
    `batch_size`: how many samples an optimizer step takes: all of them, in order, unless it is given; then they are
    shuffled in every epoch, always in the same way for the same `seed`. `progress`: whether to show a bar in a
    terminal or notebook once training takes over a second. `compiled`: whether to train in machine code, with the same
    History; a model whose path depends on numbers is then refused, and inputs and targets have to be plain numbers.

    `checkpoint`: a file that keeps where training stands: the model, the optimizer, random generators, the place in the
    data and the history. It is written `every` so many steps, or else about every 10 seconds, and at the end, but not
    by Ctrl-C; `nn.load` reads the model in it. `resume`: such a file to go on from, as if training had never stopped,
    or True for the checkpoint itself, if it is there. `unsaved`: whether to "stop", with TrainingError, or to go on
    and "warn" where a checkpoint cannot be written: the last one then stays as it was.

    `validation_data`: inputs and targets that are not trained with; or `validation_split`: the part of the samples to
    hold out, drawn by the `seed`, and without one always the same. The loss of these goes into the History after each
    epoch, and the best epoch is the one where it is lowest. `metrics`: functions of predictions and targets, as a list,
    or a dict by name, such as `[nn.accuracy]`, of the validation data or, without any, of the training data. Models
    are as after `eval()` for this. `callbacks`: functions that are called with the History after each epoch; if one
    returns True, training ends, as with `nn.EarlyStopping`.

    `schedule`: a function of the optimizer's learning rate and of how many epochs are over, or steps if it goes
    `schedule_by` these: the learning rate until the next one; see schedules.py. Afterwards `lr` is what it was.
    `clip_grad_norm`, `clip_grad_value`: what the functions of that name are called with before each step.

    Ctrl-C ends training early. Raises TrainingError if a number is not finite or beyond what an operation allows; the
    parameters are then the last ones that gave a finite loss. Raises ValueError or TypeError for data that does not
    fit, which shows in the first epoch, and for a loss that no parameter of the optimizer can learn from, which shows
    in the first batch; the parameters are then what they were before.
    """
    rows, answers = _samples(inputs, targets)
    epochs, clip = count("epochs", epochs), Clip(clip_grad_norm, clip_grad_value)
    batch_size = None if batch_size is None else count("batch_size", batch_size)
    training, validation = held_out(rows, answers, validation_data, validation_split, seed)
    named = _named_parameters(model, optimizer)
    if {id(parameter) for _, parameter in named}.isdisjoint(map(id, optimizer.parameters)):
        raise ValueError(f"none of the {len(optimizer.parameters)} parameters of the optimizer is the model's")
    rates = Rates(optimizer, schedule, schedule_by)
    measures = Measures(named, training, validation, metrics, callbacks)
    measured = {"validation": validation and [len(validation[0]), validation_split and seed],
                "metrics": list(measures.metrics)}
    keep = Checkpoint(checkpoint, every, resume, unsaved, model, loss, optimizer, named, len(training[0]), epochs,
                      batch_size, seed, {name: what for name, what in measured.items() if what})
    history, first, new = keep.history, optimizer.snapshot(), keep.epoch  # the epoch in which data is new
    bar = Bar((epochs + 1 - keep.epoch) * keep.batches - keep.batch) if progress else None
    make: Any = EagerSteps
    if compiled:
        from nn.compiled_fit import CompiledSteps  # which needs NumPy

        make = CompiledSteps
    steps: Steps = make(model, *training, loss, optimizer, batch_size, named, keep, bar, clip, rates)
    try:
        for epoch in range(keep.epoch, epochs + 1):
            if history.stopped:  # before it was resumed
                break
            try:
                mean_loss, known = steps.epoch(epoch)
                measures.take(history, steps, epoch, mean_loss, known, optimizer.lr)
            except (TypeError, ValueError):
                if epoch == new:
                    optimizer.restore(first)
                raise
            measures.call_back(history)
            keep.reached(epoch + 1, 0, 0.0)
            if history.stopped:
                break
        keep.finish()
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        rates.reset()
        history.seconds = keep.seconds()
        if bar:
            bar.close()
    return history


def _samples(inputs: Iterable[Any], targets: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    rows, answers = list(in_order("inputs", inputs)), list(in_order("targets", targets))
    for kind, samples in (("input", rows), ("target", answers)):
        for place, sample in enumerate(samples):
            in_order(f"{kind} {place}", sample)
    if len(rows) != len(answers):
        raise ValueError(f"{len(rows)} inputs need as many targets, not {len(answers)}")
    if not rows:
        raise ValueError("training needs at least 1 sample, not 0")
    return rows, answers


def _named_parameters(model: Any, optimizer: Optimizer) -> list[tuple[str, Value]]:
    if isinstance(model, Module):
        return model.named_parameters()
    return [(str(place), parameter) for place, parameter in enumerate(optimizer.parameters)]
