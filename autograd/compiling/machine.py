"""Machine code: LLVM's text made into functions that Python calls, on the machine that it finds."""

import ctypes
from time import perf_counter
from typing import Any


class Machine:
    """The functions of a module. Their code is freed with this object; while they run, other threads do, too."""

    def __init__(self, text: str, makes_vectors: bool) -> None:
        """`makes_vectors`: whether LLVM is to make vectors of loops over single numbers."""
        import llvmlite.binding as llvm

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
        found = ctypes.CFUNCTYPE(result, ctypes.c_void_p)(self._engine.get_function_address(name))
        found.machine = self  # the code lives as long as what calls it
        return found

    @property
    def assembly(self) -> str:
        return str(self._target.emit_assembly(self._module))

    @property
    def optimized(self) -> str:
        return str(self._module)
