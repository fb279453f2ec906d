"""compile: a function, or a graph, as machine code."""

import math
from collections.abc import Mapping, Sequence
from operator import index
from typing import Any

from autograd.calculus.structure import numbers_in
from autograd.compiling.c import c_source
from autograd.compiling.kernel import Kernel, Which, recorded_kernel
from autograd.compiling.listing import listing
from autograd.compiling.machine import has_llvm, layout
from autograd.compiling.python import python_source
from autograd.compiling.structures import key_of, sample_of
from autograd.recording.recorded import Recorded
from autograd.value import Value


def compile(function: Any, *, inputs: Sequence[Value] | None = None, argument: Which = 0,
            checks: bool = True) -> "Compiled":
    """A function of numbers as machine code, or a graph that there is already, as a function of its `inputs`.

    `function` takes numbers, or lists, tuples, dicts and NumPy arrays of numbers; it is called once for each structure
    of these, and what it did then is what is done from then on: it must not depend on random numbers, on what changes
    elsewhere, or have effects. Values that it reads from outside are read anew in every call. `argument`: the place of
    the argument, or several, that derivatives are taken with respect to. `checks`: whether numbers that are not finite,
    or outside of what an operation allows, raise what the function itself would raise; without llvmlite they always do.

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
            if len(set(map(id, given))) < len(given):
                raise ValueError("an input of a graph is given twice")
            kernel = recorded_kernel(lambda: function, given, (0.0,) * len(given), range(len(given)))
            self._kernels[key_of((0.0,) * len(given))] = kernel
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
        if out is not None and not hasattr(out, "dtype"):
            raise TypeError(f"out is a float64 array, not {type(out).__name__!r}")
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
        key = key_of(arguments, numbers)
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
        return recorded_kernel(lambda: function(*rebuild(leaves)), leaves, arguments, places, self.argument)

    def _samples(self, arrays: tuple[Any, ...]) -> "tuple[Kernel, Any]":
        import numpy

        parts: list[Any] = []
        sample = tuple(sample_of(array, parts) for array in arrays)
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
        """The program as one file of C99, with the Values that it reads from outside as they are now."""
        return c_source(self.kernel.program, [x.data for x in self.kernel.values])

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


def _text(kernels: Mapping[Any, Kernel]) -> str:
    return " or ".join(repr(kernel.arguments) for kernel in kernels.values())
