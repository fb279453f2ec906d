"""compile: a function, or a graph, as machine code."""

import ctypes
import math
import struct
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import chain
from operator import index
from time import perf_counter
from typing import Any

from autograd.calculus.structure import is_number, numbers_in
from autograd.compiling.c import c_source
from autograd.compiling.kernels import EVALUATION, Call, evaluation, layout
from autograd.compiling.listing import listing
from autograd.compiling.program import Program, program
from autograd.compiling.python import python_source
from autograd.compiling.replay import Replay
from autograd.errors import DomainError
from autograd.recording.modes import lock
from autograd.recording.recorded import Recorded, recording, without_numbers
from autograd.table.reading import Reading
from autograd.value import Value, constant

LANES, TILE = 16, 4
Which = int | Sequence[int]


def compile(function: Any, *, inputs: Sequence[Value] | None = None, argument: Which = 0,
            checks: bool = True) -> "Compiled":
    """A function of numbers as machine code, or a graph that there is already, as a function of its `inputs`.

    `function` takes numbers, or lists, tuples, dicts and NumPy arrays of numbers; it is called once for each structure
    of these, and what it did then is what is done from then on: it must not depend on random numbers, on what changes
    elsewhere, or have effects. Values that it reads from outside are read anew in every call. `argument`: the place of
    the argument, or several, that derivatives are taken with respect to. `checks`: whether numbers that are not finite,
    or outside of what an operation allows, raise what the function itself would raise.

    Raises RecordingError for a function that asks what a number is, as `if x > 0` does. Without llvmlite, it warns and
    makes Python in place of machine code.
    """
    return Compiled(function, inputs, argument, checks)


class Compiled:
    """A compiled function: called, it gives floats in the structure that the function returns."""

    def __init__(self, function: Any, inputs: Sequence[Value] | None, argument: Which, checks: bool) -> None:
        self.argument, self.checks = argument, checks
        self._function: Any = function
        self._kernels: dict[Any, Kernel] = {}
        self._last: tuple[Any, Kernel] | None = None
        self.__name__: str = getattr(function, "__name__", "compiled")
        if inputs is not None:
            given = tuple(inputs)
            if not all(isinstance(x, Value) and x.op is None for x in given):  # pyright: ignore
                raise TypeError("the inputs of a graph are those of its Values that were not calculated")
            kernel = _kernel(lambda: function, given, (0.0,) * len(given), range(len(given)))
            self._kernels[_key((0.0,) * len(given))] = kernel
            self._function = None
        elif not callable(function):
            raise TypeError("compile() takes a function, or a Value together with inputs=[...]")

    def __call__(self, *arguments: Any) -> Any:
        kernel, numbers = self._read(arguments)
        return kernel.rebuilt(kernel.run(numbers, False, self.checks)[0])

    def value_and_grad(self, *arguments: Any) -> tuple[float, Any]:
        """The value, which must be one number, and its derivative with respect to `argument`, in its structure."""
        kernel, numbers = self._read(arguments)
        outputs, found = kernel.run(numbers, True, self.checks)
        return outputs[0], kernel.derivative(found)

    def grad(self, *arguments: Any) -> Any:
        """The derivative alone."""
        return self.value_and_grad(*arguments)[1]

    def batch(self, *arrays: Any, out: Any = None) -> Any:
        """The function of every sample: the leading axis of all arrays counts them, the rest is one sample.

        A sample of one axis or more is a NumPy array; arrays may stand in lists, tuples and dicts. What comes out has
        the samples as its leading axis, too, and is written into `out` if that is given: a float64 array.
        """
        kernel, samples = self._samples(arrays)
        outputs, _ = kernel.batch(samples, False, self.checks, out if kernel.is_number else None)
        if kernel.is_number:
            return outputs.reshape(-1) if out is None else out
        found = kernel.rebuilt_batch(outputs)
        if out is None:
            return found
        out[...] = found
        return out

    def batch_gradients(self, *arrays: Any) -> Any:
        """The derivative of every sample, each with respect to its own `argument`: the leading axis counts samples."""
        kernel, samples = self._samples(arrays)
        return kernel.derivative_batch(kernel.batch(samples, True, self.checks, None)[1])

    def _read(self, arguments: tuple[Any, ...]) -> "tuple[Kernel, list[float]]":
        numbers: list[Any] = []
        key = _key(arguments, numbers)
        last = self._last
        if last is not None and last[0] == key:
            return last[1], numbers
        kernel = self._kernels.get(key)
        if kernel is None:
            kernel = self._kernels[key] = self._record(arguments)
        self._last = key, kernel
        return kernel, numbers

    def _record(self, arguments: tuple[Any, ...]) -> "Kernel":
        function = self._function
        if function is None:
            raise TypeError(f"this was compiled for arguments of another structure: {_text(self._kernels)}")
        chosen = [self.argument] if not isinstance(self.argument, Sequence) else self.argument
        counts = [len(numbers_in(x)[0]) for x in arguments]
        places: list[int] = []
        for place in chosen:
            if not -len(arguments) <= index(place) < len(arguments) and arguments:
                raise TypeError(f"there is no argument {place}: the function was called with {len(arguments)}")
            place %= len(arguments) or 1
            places += range(sum(counts[:place]), sum(counts[: place + 1]))
        numbers, rebuild = numbers_in(arguments)
        leaves = [Recorded() for _ in numbers]
        return _kernel(lambda: function(*rebuild(leaves)), leaves, arguments, places, self.argument)

    def _samples(self, arrays: tuple[Any, ...]) -> "tuple[Kernel, Any]":
        import numpy

        parts: list[Any] = []
        sample = tuple(_sample(array, parts) for array in arrays)
        counts = {len(part) for part in parts}
        if len(counts) != 1:
            raise ValueError("arrays of the same number of samples are needed, not of " + " and ".join(
                map(str, sorted(counts))) if counts else "a batch needs at least one array")
        kernel, _ = self._read(sample)
        flat = [part.reshape(len(part), math.prod(part.shape[1:])) for part in parts]
        joined = flat[0] if len(flat) == 1 else numpy.concatenate(flat, axis=1)
        if (joined.strides[1:] != (8,) and joined.shape[1] > 1) or joined.strides[0] % 8 or joined.strides[0] < 0:
            joined = numpy.ascontiguousarray(joined)
        return kernel, joined

    @property
    def kernel(self) -> "Kernel":
        """What was compiled last. Raises ValueError if nothing was as yet."""
        if self._last is None:
            if len(self._kernels) == 1:
                return next(iter(self._kernels.values()))
            raise ValueError("call the function first: it is recorded when the structure of its arguments is known")
        return self._last[1]

    # ---- To be looked at: what was compiled last ----

    @property
    def listing(self) -> str:
        """The program as a student reads it: a line for each loop."""
        return listing(self.kernel.program)

    @property
    def c_source(self) -> str:
        """The program as one file of C99."""
        return c_source(self.kernel.program)

    @property
    def python_source(self) -> str:
        """The program as Python."""
        return python_source(self.kernel.program)

    @property
    def llvm_ir(self) -> str:
        """The program as LLVM's instructions, for one sample at a time. Raises ImportError without llvmlite."""
        return self.kernel.functions(1)["machine"].text

    @property
    def assembly(self) -> str:
        """The instructions of this machine. Raises ImportError without llvmlite."""
        return self.kernel.functions(1)["machine"].assembly

    def report(self) -> dict[str, Any]:
        """How large the program is, and what it took to make it: counts, bytes, and seconds.

        `flops` are the operations on numbers of one value and its derivatives, a list of n counting as 2n.
        """
        kernel = self.kernel
        program, machine = kernel.program, kernel.functions(1)["machine"] if has_llvm() else None
        return {"nodes": program.nodes, "arguments": program.edges, "loops": len(program.groups),
                "constants": len(program.constants), "values": program.values, "inputs": program.inputs,
                "bytes": 8 * layout(program, 1).size, "flops": program.flops, "record_seconds": kernel.seconds,
                "compile_seconds": machine.seconds if machine else 0.0}

    def __getstate__(self) -> dict[str, Any]:
        if not self._kernels:
            raise ValueError("call the function before it is pickled: what is kept is what was recorded")
        return {**self.__dict__, "_function": None, "_last": None}

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}>"


class Kernel:
    """A program for arguments of one structure, and the functions made of it."""

    def __init__(self, program: Program, values: list[Value], arguments: Any, output: Any, argument: Which,
                 seconds: float = 0.0) -> None:
        self.program, self.values, self.seconds = program, values, seconds
        self.arguments, self.output, self.argument = arguments, output, argument
        self.is_number = is_number(output)
        self._threads = threading.local()

    # ---- One call -----------------------------------------------------------------------------------------------------

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
            if any(x - x for x in chain(outputs, derivatives)):
                raise OverflowError
            return outputs, derivatives
        except (ArithmeticError, ValueError, TypeError, LookupError):
            return self._replayed(numbers, values, with_derivative)

    # ---- Many at once -------------------------------------------------------------------------------------------------

    def batch(self, samples: Any, with_derivative: bool, checks: bool, out: Any) -> tuple[Any, Any]:
        import numpy

        if with_derivative and not self.is_number:
            raise TypeError("a gradient needs a function that returns one number, not " + type(self.output).__name__)
        count, program = len(samples), self.program
        shape = (count, len(program.outputs))
        outputs = out if _is_fit(out, shape) else numpy.empty(shape)
        derivatives = numpy.empty((count, len(program.wanted_inputs) if with_derivative else 0))
        values = numpy.array([x.data for x in self.values])
        rows = not has_llvm()
        if not rows:
            lanes = LANES
            memory = aligned(layout(program, lanes).size)
            name = "differentiate" if with_derivative else "evaluate"
            width = samples.strides[0] // 8
            rest = Call(self.functions(lanes)[name], EVALUATION, inputs=samples.ctypes.data, width=width, count=count,
                        values=values.ctypes.data, memory=memory.ctypes.data, outputs=outputs.ctypes.data,
                        derivatives=derivatives.ctypes.data).run()
            finite = numpy.isfinite(derivatives).all() and numpy.isfinite(outputs).all()
            rows = checks and (rest != 0.0 or not finite)
        if rows:
            for row in range(count):
                try:
                    found = self.run([float(x) for x in samples[row]], with_derivative, checks)
                except DomainError as error:
                    raise type(error)(f"{error}\n  in row {row} of the batch") from None
                outputs[row] = found[0] if outputs.ndim > 1 else found[0][0]
                derivatives[row] = found[1]
        if out is not None and outputs is not out:
            out[...] = outputs.reshape(out.shape)
        return outputs, derivatives

    # ---- Structures -----------------------------------------------------------------------------------------------------

    @cached_property
    def _rebuild(self) -> Callable[[list[Any]], Any]:
        return numbers_in(self.output)[1]

    def rebuilt(self, outputs: list[float]) -> Any:
        return outputs[0] if self.is_number else self._rebuild(outputs)

    def rebuilt_batch(self, outputs: Any) -> Any:
        return _with_leading_axis(self.output, iter(range(outputs.shape[1])), outputs)

    def derivative(self, found: list[float]) -> Any:
        several = isinstance(self.argument, Sequence)
        chosen = tuple(self.arguments[place] for place in (self.argument if several else (self.argument,)))
        rebuilt = numbers_in(chosen)[1](found)
        return rebuilt if several else rebuilt[0]

    def derivative_batch(self, found: Any) -> Any:
        several = isinstance(self.argument, Sequence)
        chosen = tuple(self.arguments[place] for place in (self.argument if several else (self.argument,)))
        rebuilt = _with_leading_axis(chosen, iter(range(found.shape[1])), found)
        return rebuilt if several else rebuilt[0]

    # ---- Code -----------------------------------------------------------------------------------------------------------

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
                from autograd.compiling.machine import Machine

                machine = Machine(evaluation(self.program, lanes, TILE if lanes > 1 else 1), lanes == 1)
                self._functions[lanes] = {name: machine.function(name, ctypes.c_double)
                                          for name in ("evaluate", "differentiate")} | {"machine": machine}
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
            Call(functions[name], EVALUATION, count=1, width=program.inputs, memory=start, **place).run
            for name in ("evaluate", "differentiate"))
        self.pack: Callable[..., None] = struct.Struct(f"{program.inputs}d").pack_into


def aligned(size: int) -> Any:
    """An array of zeros for vectors: it begins at a multiple of 64 bytes."""
    import numpy

    whole = numpy.zeros(size + 8)
    start = -whole.ctypes.data // 8 % 8
    return whole[start : start + size]


def has_llvm() -> bool:
    """Whether there is a compiler. Where there is none, says once how to get it."""
    global _has_llvm
    if _has_llvm is None:
        _has_llvm = find_spec("llvmlite") is not None
        if not _has_llvm:
            warnings.warn('compiled to Python, not to machine code: for that, pip install "glassgrad[compile]"',
                          stacklevel=4)
    return _has_llvm


_has_llvm: bool | None = None


def _kernel(function: Callable[[], Any], leaves: Sequence[Value], arguments: Any, wanted: Any,
            argument: Which | None = None) -> Kernel:
    """Record a function of some leaves, and sort what was recorded."""
    began = perf_counter()
    with lock:
        found, values = _recorded(function, leaves, wanted, ())
        if values:  # once more, with these standing for any number as well
            found, values = _recorded(function, leaves, wanted, values)
    which = tuple(range(len(leaves))) if argument is None else argument
    numbers, rebuild = numbers_in(arguments)
    return Kernel(found[0], values, rebuild([0.0] * len(numbers)), found[1], which, perf_counter() - began)


def _recorded(function: Callable[[], Any], leaves: Sequence[Value], wanted: Any, values: Sequence[Value]) -> Any:
    with recording(), without_numbers([x for x in values if type(x) is Value]):
        output = function()
        numbers, rebuild = numbers_in(output)
        for x in numbers:
            if isinstance(x, Reading) and not isinstance(x, Value):
                raise TypeError(f"a function that returns numbers is needed, not {type(x).__name__!r}")
        outputs = [x if isinstance(x, Value) else constant(x) for x in numbers]
        made, found, _ = program(outputs, leaves, [leaves[place] for place in wanted])
    return (made, rebuild([0.0] * len(numbers))), found


def _key(structure: Any, numbers: list[Any] | None = None) -> Any:
    """What a structure is apart from its numbers, which are added to a list."""
    kind = type(structure)
    if kind is float or kind is int:
        if numbers is not None:
            numbers.append(structure)
        return float
    if kind is tuple or kind is list:
        return kind, *[_key(item, numbers) for item in structure]
    if isinstance(structure, Mapping):
        return kind, tuple(structure), *[_key(item, numbers) for item in structure.values()]  # pyright: ignore
    found = numbers_in(structure)[0]
    if any(isinstance(x, Reading) for x in found):
        raise TypeError("a compiled function takes plain numbers, not Values: it has no graph")
    if numbers is not None:
        numbers += found
    if isinstance(structure, list | tuple):
        return kind, *[_key(item) for item in structure]  # pyright: ignore
    return (kind, structure.shape) if getattr(structure, "shape", ()) else float


def _text(kernels: Mapping[Any, Kernel]) -> str:
    return " or ".join(repr(kernel.arguments) for kernel in kernels.values())


def _sample(structure: Any, parts: list[Any]) -> Any:
    """One sample of a structure of arrays; the arrays themselves are added to a list, as float64."""
    import numpy

    if isinstance(structure, Mapping):
        return {key: _sample(item, parts) for key, item in structure.items()}  # pyright: ignore
    if isinstance(structure, list | tuple) and any(isinstance(x, numpy.ndarray | Mapping) for x in structure):  # pyright: ignore
        return type(structure)(_sample(item, parts) for item in structure)  # pyright: ignore
    array = numpy.asarray(structure, dtype=float)
    if array.ndim == 0:
        raise ValueError("an array whose leading axis counts the samples is needed, not one number")
    parts.append(array)
    return numpy.zeros(array.shape[1:]) if array.ndim > 1 else 0.0


def _with_leading_axis(structure: Any, columns: Any, found: Any) -> Any:
    """The columns of a matrix in a structure, whose numbers become arrays of all samples."""
    if isinstance(structure, Mapping):
        return {key: _with_leading_axis(item, columns, found) for key, item in structure.items()}  # pyright: ignore
    if isinstance(structure, list | tuple):
        items = [_with_leading_axis(item, columns, found) for item in structure]  # pyright: ignore
        return getattr(structure, "_make", type(structure))(items)  # pyright: ignore
    shape = getattr(structure, "shape", ())
    chosen = [next(columns) for _ in range(math.prod(shape))]
    first = found[:, chosen[0] : chosen[0] + len(chosen)] if chosen else found[:, :0]
    return first.reshape(len(found), *shape)


def _is_fit(out: Any, shape: tuple[int, int]) -> bool:
    """Whether native code can write into an array as it is."""
    return out is not None and out.dtype == float and out.flags.c_contiguous and out.size == math.prod(shape)
