"""Small random programs, run both with Values and with PyTorch's tensors.

A program is a list of leaves and a list of calls; a call is the name of an operation and the places of its operands
among the leaves and the results before it. Only operations that are defined everywhere take part.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from torch import Tensor

from autograd import Value, operations
from tests.support.oracle import EXPECTED, tensor

ONE = ["negative", "sin", "cos", "arctan", "tanh", "sigmoid", "softplus", "silu", "gelu", "relu", "leaky_relu", "elu",
       "absolute", "erf"]
TWO = ["add", "subtract", "multiply", "maximum", "minimum"]
LISTS = ["sum", "dot", "logsumexp"]


@dataclass(frozen=True)
class Program:
    leaves: tuple[float, ...]
    calls: tuple[tuple[str, tuple[int, ...]], ...]

    def values(self) -> list[Value]:
        """The leaves and the results, the last of which is the output."""
        made = [Value(x, f"x{place}") for place, x in enumerate(self.leaves)]
        for name, places in self.calls:
            made.append(operations[name](*arguments(name, [made[place] for place in places])))
        return made

    def tensors(self) -> list[Tensor]:
        made = [tensor(x) for x in self.leaves]
        for name, places in self.calls:
            made.append(EXPECTED[name].function(*arguments(name, [made[place] for place in places])))
            made[-1].retain_grad()
        return made


def arguments(name: str, operands: list[Any]) -> list[Any]:
    """Operands as an operation takes them: for `dot` the first half and the second half of them, as lists."""
    count = sum(operations[name].lists)
    size = len(operands) // count if count else 0
    return [operands[k * size : (k + 1) * size] for k in range(count)] if count else operands


@st.composite
def programs(draw: st.DrawFn, most: int = 6) -> Program:
    leaves = draw(st.lists(st.floats(-2.0, 2.0) | st.sampled_from([0.5, 1.0, -1.5, 2.0]), min_size=1, max_size=3))
    calls: list[tuple[str, tuple[int, ...]]] = []
    for _ in range(draw(st.integers(1, most))):
        places = st.integers(max(0, len(leaves) + len(calls) - 4), len(leaves) + len(calls) - 1)
        name = draw(st.sampled_from(ONE) | st.sampled_from(TWO) | st.sampled_from(LISTS))
        size = 1 if name in ONE else 2 if name in TWO else 2 * draw(st.integers(1, 2))
        calls.append((name, tuple(draw(places) for _ in range(size))))
    return Program(tuple(leaves), tuple(calls))
