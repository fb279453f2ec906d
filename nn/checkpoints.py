"""Checkpoints: where training stands, in a file, so that what was killed goes on as if it had not been.

fit() goes by a Checkpoint even where none is written: it says in which epoch and batch to begin.
"""

import json
import math
import os
import random
import sys
import warnings
from time import perf_counter
from typing import Any

from autograd import Value
from nn.checks import count
from nn.generators import generators, set_states, states
from nn.history import History, TrainingError
from nn.module import Module
from nn.optimizers import Optimizer
from nn.storage import Contents, FilePath, Layout, architecture, inside, layout, packed, read, unpacked, within, write

SECONDS = 10.0  # between two checkpoints, unless the user says after how many steps


class Checkpoint:
    """The place in a training that comes next, with all that it depends on, and the file that keeps it."""

    def __init__(self, path: FilePath | None, every: int | None, resume: FilePath | bool, unsaved: str, model: Any,
                 loss: Any, optimizer: Optimizer, named: list[tuple[str, Value]], samples: int, epochs: int,
                 batch_size: int | None, seed: int | None, more: dict[str, Any] | None = None) -> None:
        self.path, self.model, self.optimizer, self.named = path, model, optimizer, named
        if path is None and (resume is True or every is not None):
            raise ValueError("resume=True and every=... need a checkpoint=path")
        if unsaved not in ("stop", "warn"):
            raise ValueError(f"unsaved is 'stop' or 'warn', not {unsaved!r}")
        self.epochs = epochs
        self.every = None if every is None else count("every", every)
        self.stops = unsaved == "stop"
        self.history, self.order, self.shuffling = History(), list(range(samples)), random.Random(seed)
        self.epoch, self.batch, self.loss = 1, 0, 0.0  # the last is the part of the epoch's loss that is known
        self.run: dict[str, Any] = {"samples": samples, "batch_size": batch_size, "optimizer": type(optimizer).__name__,
                                    **(more or {})}
        options = {name: x for name, x in vars(optimizer).items() if name not in Optimizer.RUNNING}
        self._parts = {"model": getattr(model, "__self__", model), "loss": loss, "optimizer": options}
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._steps = self._all_steps = 0  # since the last checkpoint, and since the beginning
        self._seconds = 0.0  # of earlier sessions
        self._architecture = architecture(model) if isinstance(model, Module) else dict[str, Any]()
        source = path if resume is True else resume or None
        is_there = source is not None and (resume is not True or os.path.exists(source))
        if source is not None and is_there:
            self._resume(source)
        self._began = self._saved = perf_counter()
        self._pause = SECONDS
        if path is not None and not (is_there and os.path.realpath(source or "") == os.path.realpath(path)):
            self._begin(path)

    def reached(self, epoch: int, batch: int, loss: float, steps: int = 1) -> None:
        """Some steps are done. `epoch`, `batch`: what comes next, where batches are counted from 0.

        Raises TrainingError if a checkpoint is due that cannot be written, unless the user has chosen otherwise.
        """
        self.epoch, self.batch, self.loss = epoch, batch, loss
        self._steps += steps
        self._all_steps += steps
        if self.path is not None and not self.steps_left():
            self._try_to_save(self.path)

    def steps_left(self) -> int:
        """How many steps there may be until a checkpoint is due; an estimate, if that goes by time."""
        if self.path is None:
            return sys.maxsize
        if self.every is not None:
            return max(self.every - self._steps, 0)
        now = perf_counter()
        if now - self._saved >= self._pause:
            return 0
        return 1 + int((self._pause - (now - self._saved)) * self._all_steps / (now - self._began))

    def finish(self) -> None:
        """Training is over: the last step is kept too."""
        if self.path is not None and self._steps:
            self._try_to_save(self.path)

    def seconds(self) -> float:
        """How long training has taken, with what came before it was resumed."""
        return self._seconds + perf_counter() - self._began

    def _begin(self, path: FilePath) -> None:
        """Find out right now whether a checkpoint can be written. One that somebody may still want is not replaced."""
        if os.path.exists(path) and not _is_of_the_beginning(path):
            raise FileExistsError(f"{os.fspath(path)} is there already: resume=True goes on from it; to begin anew, "
                                  "delete it or choose another name")
        try:
            self._save(path)
        except OSError as error:
            if self.stops:
                raise
            self._warn(error)

    def _try_to_save(self, path: FilePath) -> None:
        try:
            self._save(path)
        except OSError as error:
            if not self.stops:
                self._warn(error)
                return
            before = (self.epoch, self.batch) if self.batch else (self.epoch - 1, self.batches)
            raise TrainingError(f"training stopped after epoch {before[0]}, batch {before[1]}, since the checkpoint "
                                f"cannot be written: {error}\n  The parameters are those of now; the last checkpoint "
                                "is as it was.", *before, self.history) from error

    def _warn(self, error: OSError) -> None:
        warnings.warn(f"training goes on, but the checkpoint cannot be written: {error}", RuntimeWarning, stacklevel=5)
        self._steps, self._saved = 0, perf_counter()

    @property
    def batches(self) -> int:
        """How many there are in an epoch."""
        return -(-self.run["samples"] // (self.run["batch_size"] or self.run["samples"]))

    # ---- Writing -------------------------------------------------------------------------------------------------

    def _save(self, path: FilePath) -> None:
        import numpy

        began = perf_counter()
        optimizer = dict(self.optimizer.state_dict())
        history: dict[str, Any] = {**vars(self.history), "seconds": self.seconds()}
        arrays = {
            "optimizer/parameters": _numbers(self.optimizer.snapshot()[0]),
            "optimizer/states": _numbers(optimizer.pop("states")),
            "order": numpy.array(self.order),
            **inside({name: _numbers(history.pop(name)) for name in _LISTS}, "history"),
            **inside({name: _numbers(found) for name, found in history.pop("metrics").items()}, "metrics"),
            **inside(self._packed(history.pop("best_parameters")), "best"),
        }
        if isinstance(self.model, Module):
            arrays |= inside(self._packed(self.model.state_dict()), "model")
        about = {
            "run": self.run, "epoch": self.epoch, "batch": self.batch, "loss": self.loss, "history": history,
            "optimizer": optimizer, "options": _options(self.optimizer),
            "shuffling": states({"": self.shuffling}), "generators": states(generators(self._parts)),
            **self._architecture,
        }
        arrays = {name: array for name, array in arrays.items() if array.size}
        write(path, Contents("checkpoint", about, arrays), alone=True)
        self._steps, self._saved = 0, perf_counter()
        self._pause = max(SECONDS, 20 * (self._saved - began))  # or large models would do little else

    def _packed(self, state: dict[str, float]) -> dict[str, Any]:
        return packed(state, self._layout(state))

    def _layout(self, state: Any) -> Layout:
        names = tuple(state)
        if names not in self._layouts:
            self._layouts[names] = layout(names)
        return self._layouts[names]

    # ---- Reading -------------------------------------------------------------------------------------------------

    def _resume(self, path: FilePath) -> None:
        """Go on from a file. Raises ValueError, before anything has changed, if it does not belong to this training."""
        contents, name = read(path), os.fspath(path)
        if contents.kind != "checkpoint":
            raise ValueError(f"{name} is no checkpoint, but what nn.save() writes: nn.load() reads it")
        before = self.optimizer.snapshot(), self.optimizer.state_dict()
        model = self.model.state_dict() if isinstance(self.model, Module) else None
        try:
            self._take(path, contents.about, contents.arrays)
        except BaseException as error:
            if model is not None:
                self.model.load_state_dict(model)
            self.optimizer.load_state_dict(before[1])
            self.optimizer.restore(before[0])
            if not isinstance(error, Exception):  # Ctrl-C
                raise
            reason = str(error) or type(error).__name__
            raise ValueError(f"{name} is not a checkpoint of this training: {reason:.200}") from error

    def _take(self, path: FilePath, about: Any, arrays: dict[str, Any]) -> None:
        _refuse_another("", self.run, about["run"])
        _refuse_another(" of the optimizer", _options(self.optimizer), about["options"])
        order = arrays["order"].tolist()
        epoch, batch, loss = about["epoch"], about["batch"], about["loss"]
        if sorted(order) != self.order or type(epoch) is not int or epoch < 1 or (
                type(batch) is not int or not 0 <= batch < self.batches or not math.isfinite(loss)):
            raise ValueError("it does not say where training stood")
        if epoch > self.epochs + (not batch):
            raise ValueError(f"epochs is {self.epochs}, and it stands in epoch {epoch} already")
        self.history = self._history(path, about["history"], arrays)
        if isinstance(self.model, Module):
            places = self._layout(self.model.state_dict())
            self.model.load_state_dict(unpacked(path, within(arrays, "model"), places))
        parameters = arrays["optimizer/parameters"].tolist()
        rows: list[Any] = [[] for _ in parameters]  # of an optimizer that keeps nothing
        if "optimizer/states" in arrays:
            rows = arrays["optimizer/states"].tolist()
        self.optimizer.load_state_dict({**about["optimizer"], "states": rows})
        for parameter, number in zip(self.optimizer.parameters, parameters, strict=True):
            parameter.data = float(number)
        set_states({"": self.shuffling}, about["shuffling"])
        set_states(generators(self._parts), about["generators"])
        self.order, self.epoch, self.batch, self.loss = order, epoch, batch, loss
        self._seconds = self.history.seconds

    def _history(self, path: FilePath, fields: dict[str, Any], arrays: dict[str, Any]) -> History:
        lists: dict[str, Any] = {name: found.tolist() for name, found in within(arrays, "history").items()}
        metrics = {name: found.tolist() for name, found in within(arrays, "metrics").items()}
        best = within(arrays, "best")
        parameters = unpacked(path, best, self._layout([name for name, _ in self.named])) if best else {}
        empty = History().to_dict()
        if {*fields, *_LISTS, "metrics", "best_parameters"} != {*empty} or {*lists} - {*_LISTS}:
            raise ValueError("it has no history")
        metrics = {name: metrics.get(name, []) for name in self.run.get("metrics", [])}  # in the order of this run
        history = History(**fields, **lists, metrics=metrics, best_parameters=parameters)
        wanted = history.epochs if "validation" in self.run else 0
        numbers = [len(history.losses), len(history.learning_rates), *map(len, metrics.values())]
        if {*numbers} != {history.epochs} or len(history.validation_losses) != wanted:
            raise ValueError("it has no history")
        for name, default in empty.items():
            found = getattr(history, name)
            if not isinstance(found, int | float if isinstance(default, float) else type(default)):
                raise ValueError(f"{name} of its history is {found!r:.50}")
        return history


_LISTS = "losses", "validation_losses", "learning_rates"  # of a History, by epoch


def _is_of_the_beginning(path: FilePath) -> bool:
    """Whether a file is a checkpoint before the first step, such as a program leaves that fails in it."""
    try:
        contents = read(path)
    except (OSError, ValueError):
        return False
    return contents.kind == "checkpoint" and (contents.about.get("epoch"), contents.about.get("batch")) == (1, 0)


def _refuse_another(whose: str, here: dict[str, Any], there: dict[str, Any]) -> None:
    for key in {**here, **there}:
        if here.get(key) != there.get(key):
            raise ValueError(f"{key}{whose} is {here.get(key)!r:.50} here, and {there.get(key)!r:.50} there")


def _numbers(given: Any) -> Any:
    import numpy

    return numpy.array(given, dtype=numpy.float64)


def _options(optimizer: Optimizer) -> dict[str, Any]:
    """What an optimizer was made with, as JSON gives it back, apart from what its state has."""
    options: dict[str, Any] = {}
    state = optimizer.state_dict()
    for name, value in vars(optimizer).items():
        if name not in Optimizer.RUNNING and name not in state:
            try:
                options[name] = json.loads(json.dumps(value))
            except (TypeError, ValueError):
                continue
    return options
