"""fit(): the training loop."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from autograd import DomainError, Value, topological_order
from nn.checkpoints import Checkpoint
from nn.checks import count, in_order, listed
from nn.history import History, TrainingError
from nn.module import Module
from nn.optimizers import Optimizer
from nn.pictures.bar import Bar
from nn.storage import FilePath


def fit(model: Callable[[Any], Any], inputs: Iterable[Any], targets: Iterable[Any], loss: Callable[[Any, Any], Value],
        optimizer: Optimizer, epochs: int, batch_size: int | None = None, seed: int | None = None,
        progress: bool = True, compiled: bool = False, checkpoint: FilePath | None = None, every: int | None = None,
        resume: FilePath | bool = False, unsaved: Literal["stop", "warn"] = "stop") -> History:
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

    Ctrl-C ends training early. Raises TrainingError if a number is not finite or beyond what an operation allows; the
    parameters are then the last ones that gave a finite loss. Raises ValueError or TypeError for data that does not
    fit, which shows in the first epoch, and for a loss that no parameter of the optimizer can learn from, which shows
    in the first batch; the parameters are then what they were before.
    """
    rows, answers = list(in_order("inputs", inputs)), list(in_order("targets", targets))
    for kind, samples in (("input", rows), ("target", answers)):
        for place, sample in enumerate(samples):
            in_order(f"{kind} {place}", sample)
    if len(rows) != len(answers):
        raise ValueError(f"{len(rows)} inputs need as many targets, not {len(answers)}")
    if not rows:
        raise ValueError("training needs at least 1 sample, not 0")
    epochs = count("epochs", epochs)
    size = len(rows) if batch_size is None else count("batch_size", batch_size)
    named = _named_parameters(model, optimizer)
    if {id(parameter) for _, parameter in named}.isdisjoint(map(id, optimizer.parameters)):
        raise ValueError(f"none of the {len(optimizer.parameters)} parameters of the optimizer is the model's")

    keep = Checkpoint(checkpoint, every, resume, unsaved, model, loss, optimizer, named, len(rows), epochs, batch_size,
                      seed)
    if compiled:
        from nn.compiled_fit import fit_compiled

        return fit_compiled(model, rows, answers, loss, optimizer, epochs, batch_size, progress, named, keep)
    history, order = keep.history, keep.order
    batches = range(0, len(rows), size)
    bar = Bar((epochs + 1 - keep.epoch) * len(batches) - keep.batch) if progress else None
    first = good = optimizer.snapshot()
    epoch = start = 0
    new = keep.epoch  # the epoch in which data is seen for the first time
    learns = False  # whether any loss was found to depend on the parameters
    try:
        for epoch in range(keep.epoch, epochs + 1):
            if batch_size is not None and not keep.batch:
                keep.shuffling.shuffle(order)
            mean_loss = keep.loss
            for start in batches[keep.batch:]:
                chosen = order[start : start + size]
                output = loss([model(rows[place]) for place in chosen], [answers[place] for place in chosen])
                if isinstance(output, float) and not math.isfinite(output):
                    raise OverflowError(f"the loss is {output}")
                if not isinstance(output, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
                    raise TypeError(f"the loss needs to be one Value, not {type(output).__name__!r}")
                if not learns or (output.op is None and not output.constant):
                    _refuse_what_teaches_nothing(output, optimizer.parameters, named)
                    learns = True
                good = optimizer.snapshot()
                optimizer.zero_grad()
                output.backward()
                optimizer.step()
                mean_loss += output.data * (len(chosen) / len(rows))
                if bar:
                    bar.advance(output.data)
                if start != batches[-1]:
                    keep.reached(epoch, start // size + 1, mean_loss)
            if not history.losses or mean_loss < min(history.losses):
                known = dict(zip(map(id, optimizer.parameters), good[0], strict=True))
                history.best_parameters = {name: known.get(id(parameter), parameter.data) for name, parameter in named}
                history.best_epoch = epoch
            history.losses.append(mean_loss)
            history.epochs = epoch
            keep.reached(epoch + 1, 0, 0.0)
        keep.finish()
    except KeyboardInterrupt:
        history.interrupted = True
    except (DomainError, ArithmeticError) as error:
        optimizer.restore(good)
        batch = start // size + 1
        raise TrainingError(f"training stopped in epoch {epoch}, batch {batch} of {len(batches)}: {error}\n  The "
                            f"parameters are the last ones that gave a finite loss.", epoch, batch, history) from error
    except (TypeError, ValueError):
        if epoch == new:
            optimizer.restore(first)
        raise
    finally:
        history.seconds = keep.seconds()
        if bar:
            bar.close()
    return history


def _named_parameters(model: Any, optimizer: Optimizer) -> list[tuple[str, Value]]:
    if isinstance(model, Module):
        return model.named_parameters()
    return [(str(place), parameter) for place, parameter in enumerate(optimizer.parameters)]


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
