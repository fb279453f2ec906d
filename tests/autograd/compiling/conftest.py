"""The same tests run with llvmlite and, in a process of their own, without it."""

import sys
from typing import Any

from tests.support.compiling import IS_WITHOUT_LLVM

if IS_WITHOUT_LLVM:
    modules: dict[str, Any] = sys.modules
    modules["llvmlite"] = None  # to Python: there is no such module
