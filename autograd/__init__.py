"""glassgrad: scalar automatic differentiation that one can see through."""

from autograd.derivatives import (
    grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp,
)
from autograd.dual import Dual
from autograd.errors import (
    DetachedWarning, DivisionByZeroError, DomainError, GradientError, NumberOverflowError, StaleGraphError,
)
from autograd.expansion import expand
from autograd.formula import Formula, formula, javascript_library
from autograd.graph import recalculate, topological_order
from autograd.operations import (
    Operation, Reading, absolute, add, arccos, arcsin, arctan, arctan2, cos, cosh, divide, dot, elu, erf, exp, expm1,
    find, gelu, leaky_relu, log, log1p, logsumexp, maximum, mean, minimum, multiply, negative, operation, operations,
    power, relu, sigmoid, silu, sin, sinh, softplus, sqrt, step, stop_gradient, subtract, sum, take, tan, tanh, where,
)
from autograd.value import Value, constant, no_grad, trace
