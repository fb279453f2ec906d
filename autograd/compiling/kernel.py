"""Kernel: a program for arguments of one structure, and the functions that were made of it."""

import ctypes
import struct
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain
from time import perf_counter
from typing import Any

from autograd.calculus.structure import is_number, numbers_in
from autograd.compiling.evaluation import evaluation
from autograd.compiling.machine import EVALUATION, LANES, TILE, Call, aligned, has_llvm, layout, machine
from autograd.compiling.program import Program, program
from autograd.compiling.python import python_source
from autograd.compiling.replay import Replay
from autograd.compiling.shared import Deferred
from autograd.compiling.structures import is_fit, with_leading_axis
from autograd.errors import RecordingError
from autograd.graph import topological_order
from autograd.recording.modes import lock
from autograd.recording.recorded import recording, without_numbers
from autograd.table.reading import Reading, finite
from autograd.value import Value, constant

Which = int | Sequence[int]  # the place of an argument, or several


class Kernel:
    """A program for arguments of one structure, and the functions made of it."""

    def __init__(self, program: Program, values: list[Value], arguments: Any, output: Any, argument: Which,
                 seconds: float = 0.0) -> None:
        self.program, self.values, self.seconds = program, values, seconds
        self.arguments, self.output, self.argument = arguments, output, argument
        self.is_number = is_number(output)
        self.constants = (ctypes.c_double * max(1, len(program.constants)))(*program.constants)
        self._threads = threading.local()

    # ---- One call ----

    def run(self, numbers: list[float], with_derivative: bool, checks: bool) -> tuple[list[float], list[float]]:
        """The outputs, and the derivatives of the first with respect to the wanted inputs."""
        if with_derivative and not self.is_number:
            raise TypeError("a gradient needs a function that returns one number, not " + type(self.output).__name__)
        values = [x.data for x in self.values] if self.values else ()
        if not has_llvm():
            return self._run_python(numbers, values, with_derivative, checks)
        try:
            memory = self._threads.memory
        except AttributeError:
            memory = self._threads.memory = _Memory(self)
        memory.pack(memory.inputs, 0, *numbers)
        if values:
            memory.values[:] = values
        rest = (memory.differentiate if with_derivative else memory.evaluate)()
        if checks and rest != 0.0:
            return self._replayed(numbers, values, with_derivative)
        return memory.outputs[:], memory.derivatives[:] if with_derivative else []

    def _replayed(self, numbers: Sequence[float], values: Sequence[float], with_derivative: bool) -> Any:
        for x in numbers:
            finite(x)
        replay = Replay(self.program, numbers, values)
        if not with_derivative:
            return replay.outputs, []
        found = replay.derivatives()["lanes"]
        return replay.outputs, [found[place] for place in self.program.wanted_inputs]

    def _run_python(self, numbers: Sequence[float], values: Any, with_derivative: bool, checks: bool) -> Any:
        program, scope = self.program, self._python
        lanes = [*numbers, *[0.0] * (program.lanes - program.inputs)]
        gradients = [0.0] * program.lanes
        arrays = {"constants": scope["constants"], "values": values, "lanes": lanes, "gradients": gradients}
        try:
            scope["forward"](scope["constants"], values, (), lanes, gradients, ())
            outputs = [arrays[array][place] for array, place in program.outputs]
            if with_derivative:
                array, place = program.outputs[0]
                if array == "lanes":
                    gradients[place] = 1.0
                scope["backward"](scope["constants"], values, (), lanes, gradients, ())
            derivatives = [gradients[place] for place in program.wanted_inputs] if with_derivative else []
            if any(x - x for x in chain(numbers, outputs, derivatives)):
                raise OverflowError
            return outputs, derivatives
        except (ArithmeticError, ValueError, TypeError, LookupError):
            return self._replayed(numbers, values, with_derivative)

    # ---- Many at once ----

    def batch(self, samples: Any, with_derivative: bool, checks: bool, out: Any) -> tuple[Any, Any]:
        import numpy

        if with_derivative and not self.is_number:
            raise TypeError("a gradient needs a function that returns one number, not " + type(self.output).__name__)
        count, program = len(samples), self.program
        shape = (count, len(program.outputs))
        outputs = out if is_fit(out, shape) and not numpy.may_share_memory(out, samples) else numpy.empty(shape)
        derivatives = numpy.empty((count, len(program.wanted_inputs) if with_derivative else 0))
        values = numpy.array([x.data for x in self.values])
        rows = not has_llvm()
        if not rows:
            lanes = LANES
            memory = aligned(layout(program, lanes).size)
            name = "differentiate" if with_derivative else "evaluate"
            width = samples.strides[0] // 8
            rest = Call(self.functions(lanes)[name], EVALUATION, constants=ctypes.addressof(self.constants),
                        inputs=samples.ctypes.data, width=width, count=count,
                        values=values.ctypes.data, memory=memory.ctypes.data, outputs=outputs.ctypes.data,
                        derivatives=derivatives.ctypes.data).run()
            rows = checks and rest != 0.0
        if rows:
            for row in range(count):
                try:
                    found = self.run([float(x) for x in samples[row]], with_derivative, checks)
                except ValueError as error:
                    raise type(error)(f"{error}\n  in row {row} of the batch") from None
                outputs[row] = found[0] if outputs.ndim > 1 else found[0][0]
                derivatives[row] = found[1]
        if out is not None and outputs is not out:
            out[...] = outputs.reshape(out.shape)
        return outputs, derivatives

    # ---- Structures ----

    @cached_property
    def _rebuild(self) -> Callable[[list[Any]], Any]:
        return numbers_in(self.output)[1]

    def rebuilt(self, outputs: list[float]) -> Any:
        return outputs[0] if self.is_number else self._rebuild(outputs)

    def rebuilt_batch(self, outputs: Any) -> Any:
        return with_leading_axis(self.output, iter(range(outputs.shape[1])), outputs)

    def derivative(self, found: list[float]) -> Any:
        rebuilt = self._rebuild_derivative(found)
        return rebuilt if isinstance(self.argument, Sequence) else rebuilt[0]

    def derivative_batch(self, found: Any) -> Any:
        rebuilt = with_leading_axis(self._chosen, iter(range(found.shape[1])), found)
        return rebuilt if isinstance(self.argument, Sequence) else rebuilt[0]

    @cached_property
    def _rebuild_derivative(self) -> Callable[[list[Any]], Any]:
        return numbers_in(self._chosen)[1]

    @property
    def _chosen(self) -> tuple[Any, ...]:
        """The arguments that derivatives are taken with respect to."""
        which = self.argument if isinstance(self.argument, Sequence) else (self.argument,)
        return tuple(self.arguments[place] for place in which)

    # ---- Code ----

    @cached_property
    def _python(self) -> dict[str, Any]:
        scope: dict[str, Any] = {"constants": list(self.program.constants)}
        exec(python_source(self.program), scope)
        return scope

    @cached_property
    def _functions(self) -> dict[int, dict[str, Any]]:
        return {}

    def functions(self, lanes: int) -> dict[str, Any]:
        """The native functions that take so many samples at once."""
        with lock:
            if lanes not in self._functions:
                made = machine(evaluation(self.program, lanes, TILE if lanes > 1 else 1), lanes == 1)
                self._functions[lanes] = {name: made.function(name, ctypes.c_double)
                                          for name in ("evaluate", "differentiate")} | {"machine": made}
            return self._functions[lanes]

    def __getstate__(self) -> dict[str, Any]:
        return {"program": self.program, "values": self.values, "arguments": self.arguments,
                "output": self.output, "argument": self.argument, "seconds": self.seconds}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)


class _Memory:
    """What one thread works in: nothing is shared while functions run."""

    def __init__(self, kernel: Kernel) -> None:
        program, functions = kernel.program, kernel.functions(1)
        self.inputs = (ctypes.c_double * max(1, program.inputs))()
        self.values = (ctypes.c_double * max(1, program.values))()
        self.outputs = (ctypes.c_double * len(program.outputs))()
        self.derivatives = (ctypes.c_double * len(program.wanted_inputs))()
        size = layout(program, 1).size
        self._work = (ctypes.c_double * (size + 8))()
        start = -(-ctypes.addressof(self._work) // 64) * 64
        place = {name: ctypes.addressof(getattr(self, name)) for name in ("inputs", "values", "outputs", "derivatives")}
        self.evaluate, self.differentiate = (
            Call(functions[name], EVALUATION, constants=ctypes.addressof(kernel.constants), count=1,
                 width=program.inputs, memory=start, **place).run
            for name in ("evaluate", "differentiate"))
        self.pack: Callable[..., None] = struct.Struct(f"{program.inputs}d").pack_into


def recorded_kernel(function: Callable[[], Any], leaves: Sequence[Value], arguments: Any, wanted: Any,
            argument: Which | None = None) -> Kernel:
    """Record a function of some leaves, and sort what was recorded."""
    began = perf_counter()
    found: Any = None
    standing: list[Value] = []  # Values from outside, once they are known: they stand for any number as well
    while True:
        try:
            found, values = _recorded(function, leaves, wanted, standing)
            more: list[Value] = values
        except RecordingError as error:
            asked: Any = error.asked
            more = [] if asked is None else topological_order(asked)
            found, values = None, []
        known = {id(x) for x in standing}
        more = [x for x in more if x.op is None and id(x) not in known and not x.constant and type(x) is Value]
        if not more:
            break
        standing += more
    if found is None:
        found, values = _recorded(function, leaves, wanted, standing)  # which says what is wrong
    which = tuple(range(len(leaves))) if argument is None else argument
    numbers, rebuild = numbers_in(arguments)
    return Kernel(found[0], values, rebuild([0.0] * len(numbers)), found[1], which, perf_counter() - began)  # pyright: ignore


def _recorded(function: Callable[[], Any], leaves: Sequence[Value], wanted: Any, values: Sequence[Value]) -> Any:
    with recording(), without_numbers([x for x in values if type(x) in (Value, Deferred)]):
        output = function()
        numbers, rebuild = numbers_in(output)
        for x in numbers:
            kind: Any = type(x)  # pyright: ignore
            if isinstance(x, Reading) and not isinstance(x, Value):
                raise TypeError(f"a function that returns numbers is needed, not {kind.__name__!r}")
        outputs = [x if isinstance(x, Value) else constant(x) for x in numbers]
        made, found, _ = program(outputs, leaves, [leaves[place] for place in wanted])  # pyright: ignore
    return (made, rebuild([0.0] * len(numbers))), found
