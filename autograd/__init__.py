"""glassgrad: scalar automatic differentiation you can see through."""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.calculus.checking import check_gradients
from autograd.calculus.derivatives import (
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from autograd.calculus.dual import Dual
from autograd.calculus.expansion import expand
from autograd.calculus.gradients import gradients
from autograd.drawing.draw import draw
from autograd.errors import (
    DetachedWarning,
    DivisionByZeroError,
    DomainError,
    ExpressionError,
    GradientError,
    NumberOverflowError,
    RecordingError,
    StaleGraphError,
)
from autograd.explaining.explanation import Explanation, explain
from autograd.explaining.steps import Step
from autograd.graph import topological_order
from autograd.operations import (
    absolute,
    add,
    affine,
    arccos,
    arcsin,
    arctan,
    arctan2,
    cos,
    cosh,
    divide,
    dot,
    elu,
    erf,
    exp,
    expm1,
    gelu,
    leaky_relu,
    log,
    log1p,
    logsumexp,
    maximum,
    mean,
    minimum,
    multiply,
    negative,
    power,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    step,
    stop_gradient,
    subtract,
    sum,
    take,
    tan,
    tanh,
    where,
)
from autograd.recording.modes import no_grad, trace
from autograd.recording.recalculation import recalculate
from autograd.table.reading import Reading
from autograd.table.row import Operation, find, operation, operations
from autograd.value import Value, constant
from autograd.writing.expression import Expression, read
from autograd.writing.formula import Formula, formula
from autograd.writing.javascript import javascript_library

if TYPE_CHECKING:
    from autograd.compiling.compiled import Compiled, compile
    from autograd.compiling.descent import Batches, Descent
    from autograd.drawing.rendering import Drawing
    from autograd.writing.saving import replace_file

__all__ = [
    "Batches",
    "Compiled",
    "Descent",
    "DetachedWarning",
    "DivisionByZeroError",
    "DomainError",
    "Drawing",
    "Dual",
    "Explanation",
    "Expression",
    "ExpressionError",
    "Formula",
    "GradientError",
    "NumberOverflowError",
    "Operation",
    "Reading",
    "RecordingError",
    "StaleGraphError",
    "Step",
    "Value",
    "absolute",
    "add",
    "affine",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "check_gradients",
    "compile",
    "constant",
    "cos",
    "cosh",
    "divide",
    "dot",
    "draw",
    "elu",
    "erf",
    "exp",
    "expand",
    "explain",
    "expm1",
    "find",
    "formula",
    "gelu",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "javascript_library",
    "jvp",
    "leaky_relu",
    "log",
    "log1p",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "multiply",
    "negative",
    "no_grad",
    "operation",
    "operations",
    "power",
    "read",
    "recalculate",
    "relu",
    "replace_file",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "step",
    "stop_gradient",
    "subtract",
    "sum",
    "take",
    "tan",
    "tanh",
    "topological_order",
    "trace",
    "value_and_grad",
    "vjp",
    "where",
]


if not os.environ.get("GLASSGRAD_PLAIN"):
    import_module("autograd.recording.fast").install()


def __getattr__(name: str) -> Any:
    # What takes a while to import, and is not always needed.
    if name == "Drawing":
        return getattr(import_module("autograd.drawing.rendering"), name)
    if name in ("Compiled", "compile"):
        return getattr(import_module("autograd.compiling.compiled"), name)
    if name in ("Batches", "Descent"):
        return getattr(import_module("autograd.compiling.descent"), name)
    if name == "replace_file":
        return getattr(import_module("autograd.writing.saving"), name)
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
