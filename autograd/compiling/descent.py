"""Descent: steps of an optimizer in machine code, forward, backward and the update of all parameters in one call."""

import ctypes
import math
import threading
import weakref
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy

from autograd.calculus.structure import numbers_in
from autograd.compiling.machine import LANES, TILE, TRAINING, Call, aligned, has_llvm, layout, machine
from autograd.compiling.program import program
from autograd.compiling.python import python_source
from autograd.compiling.register import Register, register
from autograd.compiling.replay import Replay
from autograd.compiling.shared import Shared
from autograd.compiling.training import Update, training
from autograd.errors import DomainError
from autograd.graph import topological_order
from autograd.recording.modes import lock, state
from autograd.recording.recorded import Recorded, recording, without_numbers
from autograd.table.reading import is_tuple
from autograd.value import Value

_FEWER = 1, 4  # lanes for batches of no more samples than that


class Batches(NamedTuple):
    """Samples, and the order to take them in: `batch` at a time, and again, `moved` places further on."""

    inputs: Any  # float64 arrays with a row for each sample
    targets: Any
    order: Any  # int64
    samples: int
    batch: int
    moved: int = 0


class Descent:
    """A loss of one sample and an optimizer's update, recorded once.

    `loss`: from the inputs and the targets of a sample, in the structures of `inputs` and `targets`, to one Value.
    `update`: from a parameter, its gradient, its state, the learning rate and the number of the step to the new
    parameter and state. The mean of the losses of a batch is what decreases. `clip`: what `update` is given in place of
    a gradient, from that and from the norm of the gradients of all parameters.
    """

    def __init__(self, loss: Callable[[Any, Any], Any], inputs: Any, targets: Any, parameters: Sequence[Value],
                 update: Callable[..., Any], initial_state: Sequence[float],
                 clip: Callable[[Any, Any], Any] | None = None) -> None:
        (numbers, rebuild), (answers, rebuild_answers) = numbers_in(inputs), numbers_in(targets)
        given, expected = [Recorded() for _ in numbers], [Recorded() for _ in answers]
        with lock, recording(), without_numbers([x for x in parameters if type(x) is Value]):
            output: Any = loss(rebuild(given), rebuild_answers(expected))
            if not isinstance(output, Value):
                raise TypeError(f"the loss needs to be one Value, not {type(output).__name__!r}")
            self.program, self.values, learned = program([output], [*given, *expected], parameters)
        if not _is_reached(output, parameters):
            raise ValueError("no gradient of the loss reaches any of the parameters: nothing can be learned from it")
        self.targets, self.size = len(expected), len(learned)
        parameter, gradient, lr, count, norm, *state = (
            Register("argument", place) for place in range(5 + len(initial_state)))
        new, state = update(parameter, clip(gradient, norm) if clip else gradient, tuple(state), lr, count)
        self.update = Update(register(new), tuple(map(register, state)))
        self._update, self._clip = update, clip
        self.numbers, self.states = aligned(self.size), aligned(self.size * len(initial_state))
        self.states.reshape(len(initial_state), self.size)[:] = [[x] for x in initial_state] or 0.0
        self.constants = numpy.array(self.program.constants)
        self.shared = Shared(learned, self.numbers)
        weakref.finalize(self, self.shared.fetch)  # whatever is dropped first, the numbers come back
        self.lock = threading.RLock()
        self.new = aligned(self.size * (1 + len(initial_state)))
        self._numbers_outside = numpy.zeros(len(self.values))
        self._functions: dict[int, tuple[Any, dict[str, int], Any]] = {}

    def prepared(self, batches: Batches, losses: Any) -> "Prepared":
        """What takes steps on these batches, and puts the loss of each into an array."""
        return Prepared(self, batches, losses)

    def set_states(self, values: Sequence[Value], states: Sequence[Sequence[float]]) -> None:
        """Take over the optimizer's states of some parameters."""
        of = {id(value): state for value, state in zip(values, states, strict=True)}
        rows = [of[id(value)] for value in self.shared.values]
        self.states.reshape(-1, self.size)[:] = numpy.array(rows).T

    def get_states(self, values: Sequence[Value]) -> list[tuple[float, ...]]:
        rows: list[list[float]] = self.states.reshape(len(self.update.state), self.size).T.tolist()
        of = {id(value): tuple(row) for value, row in zip(self.shared.values, rows, strict=True)}
        return [of[id(value)] for value in values]

    def explain(self, batches: Batches, step: int) -> None:
        """Raise what is wrong with a step that was not taken. Nothing if that was the update."""
        per_epoch = -(-batches.samples // batches.batch)
        epoch, place = divmod(step, per_epoch)
        start = epoch * batches.moved + place * batches.batch
        for row in batches.order[start : start + min(batches.batch, batches.samples - place * batches.batch)]:
            try:
                numbers = [x.data for x in self.values], self.numbers.tolist()
                Replay(self.program, self._sample(batches, row), *numbers).derivatives()
            except DomainError as error:
                raise type(error)(f"{error}\n  for sample {row}") from None

    def step_python(self, batches: Batches, losses: Any, step: int, lr: float, number: int) -> bool:
        """One step without a compiler. False, with nothing changed, if a number is not finite."""
        program, scope, size, states = self.program, self._python, self.size, len(self.update.state)
        values, numbers = [x.data for x in self.values], self.numbers.tolist()
        output, per_epoch = program.outputs[0][1], -(-batches.samples // batches.batch)
        epoch, place = divmod(step, per_epoch)
        start = epoch * batches.moved + place * batches.batch
        rows = batches.order[start : start + min(batches.batch, batches.samples - place * batches.batch)]
        slopes, loss = [0.0] * size, 0.0
        try:
            for row in rows:
                lanes = [*self._sample(batches, row), *[0.0] * (program.lanes - program.inputs)]
                gradients = [0.0] * program.lanes
                scope["forward"](scope["constants"], values, numbers, lanes, gradients, slopes)
                loss += lanes[output] / len(rows)
                gradients[output] = 1.0 / len(rows)
                scope["backward"](scope["constants"], values, numbers, lanes, gradients, slopes)
            before = self.states.reshape(states, size).T.tolist()
            norm = math.sqrt(sum(slope * slope for slope in slopes)) if self._clip else 0.0
            if self._clip:
                slopes = [self._clip(slope, norm) for slope in slopes]
            new = [self._update(x, slope, tuple(state), lr, number)
                   for x, slope, state in zip(numbers, slopes, before, strict=True)]
            if not all(map(math.isfinite, [loss, norm, *(x for row in new for x in (row[0], *row[1]))])):
                return False
        except (ArithmeticError, ValueError, TypeError, LookupError):
            return False
        self.numbers[:] = [x for x, _ in new]
        self.states.reshape(states, size)[:] = numpy.array([state for _, state in new]).T
        losses[step] = loss
        return True

    @cached_property
    def _python(self) -> dict[str, Any]:
        scope: dict[str, Any] = {"constants": list(self.program.constants)}
        exec(python_source(self.program), scope)
        return scope

    def _sample(self, batches: Batches, row: int) -> list[float]:
        return [*batches.inputs[row].tolist(), *batches.targets[row].tolist()]

    def refresh(self) -> None:
        """Take over the numbers of Values that do not learn."""
        self._numbers_outside[:] = [x.data for x in self.values]

    def function(self, lanes: int) -> tuple[Any, dict[str, int]]:
        """The machine code for so many samples at once, and the addresses of all that it works on but the samples."""
        if lanes not in self._functions:
            text = training(self.program, self.update, self.targets, lanes, TILE if lanes > 1 else 1)
            function: Any = machine(text, lanes == 1).function("train", ctypes.c_int64)
            memory = aligned(layout(self.program, lanes).size)
            arrays = {"constants": self.constants, "values": self._numbers_outside, "parameters": self.numbers,
                      "states": self.states, "memory": memory, "new": self.new}
            addresses: dict[str, int] = {name: array.ctypes.data for name, array in arrays.items()}
            self._functions[lanes] = function, addresses, memory
        return self._functions[lanes][:2]


def _is_reached(output: Value, parameters: Sequence[Value]) -> bool:
    """Whether a gradient can flow from an output to any of the parameters, whatever the numbers are."""
    reached = {id(output)}
    for node in reversed(topological_order(output)):
        if node.op is not None and id(node) in reached and not node.constant:
            for argument, partial in zip(node.arguments, node.op.partials, strict=True):
                if partial is not None:
                    reached.update(map(id, argument if is_tuple(argument) else (argument,)))
    return not reached.isdisjoint(map(id, parameters))


class Prepared:
    """Steps on the same batches: all that does not change from call to call is at its place."""

    def __init__(self, descent: Descent, batches: Batches, losses: Any) -> None:
        self._descent, self._batches, self._losses = descent, batches, losses
        self._shared, self._lock = descent.shared, descent.lock
        self._call: Call | None = None
        self._steps, self._lr, self._rates = 0, 0.0, None
        if has_llvm():
            size = min(batches.batch, batches.samples)
            function, addresses = descent.function(next((lanes for lanes in _FEWER if size <= lanes), LANES))
            arrays = {"inputs": batches.inputs, "targets": batches.targets, "order": batches.order, "losses": losses}
            self._call = call = Call(function, TRAINING, **addresses,
                                     **{name: array.ctypes.data for name, array in arrays.items()},
                                     width=batches.inputs.strides[0] // 8, height=batches.targets.strides[0] // 8,
                                     samples=batches.samples, batch=batches.batch, moved=batches.moved)
            call.whole[_RATES] = call.address + 8 * _LR
            self._numbers, self._function, self._address = call.numbers, call.function, call.address

    def run(self, steps: int, lr: float, counter: dict[str, Any], rates: Any = None) -> int:
        """Take steps. Returns how many were taken.

        These are fewer if one would not have been finite: all is then as it was before that one. `counter`: has the
        `count` of all steps, which goes on by those that were taken, whatever interrupts them; `rates`: an array of
        learning rates, one for each step, in place of `lr`.
        """
        # A step of a small network takes a quarter of a microsecond: nothing is said here that need not be.
        with self._lock:
            shared, count = self._shared, counter["count"]
            if shared.time != state.changed:
                shared.refresh()
            if self._descent.values:
                self._descent.refresh()
            if self._call is None:
                return self._run_python(steps, lr, counter, rates)
            numbers = self._numbers
            if steps != self._steps or lr != self._lr or rates is not self._rates:
                self._set(self._call, steps, lr, rates)
            if numbers[_COUNT] != count:
                numbers[_COUNT] = count
            try:
                self._function(self._address)
            finally:  # Ctrl-C is heard when the machine has come to an end: what was done is done
                now = int(numbers[_COUNT])
                if now != count:
                    counter["count"] = now
                    if not shared.is_known_as_deferred or shared.time != state.changed:
                        shared.defer()
            return now - count

    def _set(self, call: Call, steps: int, lr: float, rates: Any) -> None:
        self._steps = 0  # if this is interrupted, it is done once more
        call.numbers[_LR] = self._lr = lr
        call.whole[_PACED] = rates is not None
        call.whole[_RATES] = call.address + 8 * _LR if rates is None else rates.ctypes.data
        self._rates = rates
        call.whole[_STEPS] = self._steps = steps

    def _run_python(self, steps: int, lr: float, counter: dict[str, Any], rates: Any) -> int:
        before = counter["count"]
        try:
            for step in range(steps):
                rate = lr if rates is None else float(rates[step])
                if not self._descent.step_python(self._batches, self._losses, step, rate, counter["count"] + 1):
                    break
                counter["count"] += 1
        finally:
            if counter["count"] != before:
                self._shared.defer()
        return counter["count"] - before


_STEPS, _RATES, _PACED, _LR, _COUNT = (list(TRAINING).index(name) for name in (
    "steps", "rates", "paced", "lr", "count"))
