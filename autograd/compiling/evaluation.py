"""What a compiled function calls: the outputs and the derivatives of one sample or many, as LLVM's instructions."""

from autograd.compiling.llvm import Llvm
from autograd.compiling.machine import EVALUATION
from autograd.compiling.program import Program
from autograd.compiling.samples import (
    arrays,
    call,
    check_samples,
    clear,
    load_samples,
    module,
    seed,
    store_samples,
    total,
    unpack,
)


def evaluation(program: Program, lanes: int, tile: int) -> str:
    """@evaluate: the outputs of each sample. @differentiate: these, and the derivative of the first for each input."""
    llvm = Llvm(lanes, tile)
    llvm.pieces(program)
    for name in ("evaluate", "differentiate"):
        with llvm.function(f"double @{name}(ptr %call)"):
            unpack(llvm, EVALUATION)
            arrays(llvm, program)
            llvm.line("%parameters = getelementptr double, ptr %values, i64 0")  # there are none
            clear(llvm, "check", lanes)
            with llvm.loop("%count", lanes) as first:
                load_samples(llvm, first, "%count", None, [("inputs", "%width", program.inputs)])
                check_samples(llvm, [("lanes", n) for n in range(program.inputs)])
                call(llvm, "forward")
                store_samples(llvm, first, "outputs", program.outputs)
                if name == "differentiate":
                    clear(llvm, "gradients", program.lanes * lanes)
                    seed(llvm, program, llvm.constant(1.0))
                    call(llvm, "backward")
                    slopes = [("gradients", n) for n in program.wanted_inputs]
                    store_samples(llvm, first, "derivatives", slopes)
                    check_samples(llvm, slopes)
            llvm.line(f"ret double {total(llvm, llvm.load('check', 0))}")
    return module(llvm)
