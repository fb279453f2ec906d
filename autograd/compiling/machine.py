"""Machine code: LLVM's text made into functions that Python calls, on the machine that it finds."""

import ctypes
import warnings
from functools import lru_cache
from importlib.util import find_spec
from time import perf_counter
from typing import Any, NamedTuple

from autograd.compiling.program import Program

LANES, TILE = 16, 4  # how many samples, and how many members of a group, are worked on at once

@lru_cache(maxsize=32)
def machine(text: str, makes_vectors: bool) -> "Machine":
    """The machine for a module; that of the last ones is kept, as programs that differ in numbers alone have the same.

    `makes_vectors`: whether LLVM is to make vectors of loops over single numbers.
    """
    return Machine(text, makes_vectors)


class Machine:
    """The functions of a module. Their code is freed with this object; while they run, other threads do, too."""

    def __init__(self, text: str, makes_vectors: bool) -> None:
        import llvmlite.binding as binding  # pyright: ignore[reportMissingTypeStubs]

        llvm: Any = binding

        began = perf_counter()
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.text = text
        self._target = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=1, jit=True)
        module = llvm.parse_assembly(text)
        module.triple, module.data_layout = llvm.get_default_triple(), str(self._target.target_data)
        # More than this takes LLVM far longer, and the code is no faster.
        options = llvm.create_pipeline_tuning_options(speed_level=2 if makes_vectors else 1)
        options.loop_vectorization, options.slp_vectorization = makes_vectors, False
        builder = llvm.create_pass_builder(self._target, options)
        builder.getModulePassManager().run(module, builder)
        self._module = module
        self._engine = llvm.create_mcjit_compiler(module, self._target)
        self._engine.finalize_object()
        self.seconds = perf_counter() - began

    def function(self, name: str, result: Any) -> Any:
        """A function of one address."""
        found: Any = ctypes.CFUNCTYPE(result, ctypes.c_void_p)(self._engine.get_function_address(name))
        setattr(found, "machine", self)  # noqa: B010, the code lives as long as what calls it
        return found

    @property
    def assembly(self) -> str:
        return str(self._target.emit_assembly(self._module))

    @property
    def optimized(self) -> str:
        return str(self._module)


# What a call is made of: pointers to float64 and int64, whole numbers and numbers, eight bytes each. `width`
# and `height` say how far apart samples lie; `moved`, how far the order moves on when all of them were seen; `paced`,
# how far the learning rates of two steps are apart: 0, if they are the same. `count` goes on with each step taken.
EVALUATION = {"constants": "ptr", "inputs": "ptr", "width": "i64", "count": "i64", "values": "ptr", "memory": "ptr",
              "outputs": "ptr", "derivatives": "ptr"}
TRAINING = {"constants": "ptr", "inputs": "ptr", "width": "i64", "targets": "ptr", "height": "i64", "order": "ptr",
            "samples": "i64", "batch": "i64", "moved": "i64", "steps": "i64", "values": "ptr", "parameters": "ptr",
            "states": "ptr", "rates": "ptr", "paced": "i64", "lr": "double", "count": "double", "memory": "ptr",
            "new": "ptr", "losses": "ptr"}


class Call:
    """The numbers that one call is made of, side by side: the machine gets their address alone."""

    def __init__(self, function: Any, fields: dict[str, str], **numbers: Any) -> None:
        self.whole = (ctypes.c_int64 * len(fields))()
        self.numbers = (ctypes.c_double * len(fields)).from_buffer(self.whole)
        for place, (name, kind) in enumerate(fields.items()):
            (self.numbers if kind == "double" else self.whole)[place] = numbers.get(name, 0)
        self.function: Any = function
        self.address = ctypes.addressof(self.whole)

    def run(self) -> Any:
        return self.function(self.address)


class Layout(NamedTuple):
    """Where the arrays of a program lie in the memory that its functions work in, in numbers from its beginning."""

    gradients: int
    slopes: int
    check: int
    size: int


def layout(program: Program, lanes: int) -> Layout:
    ends = [program.lanes * lanes, program.lanes * lanes, program.parameters * min(lanes, 8), lanes]
    places = [0]
    for size in ends:
        places.append(-(-(places[-1] + size) // 8) * 8)
    return Layout(*places[1:])


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
