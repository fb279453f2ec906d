"""glassgrad: scalar automatic differentiation that one can see through."""

from typing import TYPE_CHECKING, Any

from autograd.checking import check_gradients
from autograd.derivatives import (
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from autograd.drawing import draw
from autograd.dual import Dual
from autograd.errors import (
    DetachedWarning,
    DivisionByZeroError,
    DomainError,
    ExpressionError,
    GradientError,
    NumberOverflowError,
    StaleGraphError,
)
from autograd.expansion import expand
from autograd.explanation import Explanation, explain
from autograd.explanation_steps import Step
from autograd.expression import Expression, read
from autograd.formula import Formula, formula, javascript_library
from autograd.graph import recalculate, topological_order
from autograd.operations import (
    absolute,
    add,
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
from autograd.reading import Reading
from autograd.recording import no_grad, trace
from autograd.row import Operation, find, operation, operations
from autograd.value import Value, constant

if TYPE_CHECKING:
    from autograd.rendering import Drawing

__all__ = [
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
    "StaleGraphError",
    "Step",
    "Value",
    "absolute",
    "add",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "check_gradients",
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
    "sigmoid",
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


def __getattr__(name: str) -> Any:
    if name != "Drawing":
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    from autograd.rendering import Drawing

    return Drawing  # graphviz, which it is made of, is slow to import
