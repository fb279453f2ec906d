"""Random smooth functions that can be read by the engine and by PyTorch alike: all is operators and methods."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Smooth = Callable[[Sequence[Any]], Any]

UNARY = (lambda x: x.sin(), lambda x: x.cos(), lambda x: x.tanh(), lambda x: x.sigmoid(), lambda x: -x,
         lambda x: x.tanh().exp(), lambda x: (x * x + 1).sqrt(), lambda x: (x * x + 1).log(), lambda x: 1.5 * x - 0.5)
BINARY = (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1))


def smooth_functions(count: int) -> st.SearchStrategy[Smooth]:
    """Functions of a list of so many numbers, smooth everywhere."""
    variables = st.integers(0, count - 1).map(lambda place: lambda x: x[place])

    def larger(inner: st.SearchStrategy[Smooth]) -> st.SearchStrategy[Smooth]:
        return (st.tuples(st.sampled_from(UNARY), inner).map(lambda p: lambda x: p[0](p[1](x)))
                | st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda p: lambda x: p[0](p[1](x), p[2](x))))

    return st.recursive(variables, larger, max_leaves=8)
