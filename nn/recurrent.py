"""Cells: what a network that reads a sequence does at each of its vectors, with what it remembers of those before."""

from typing import Any

from autograd import affine, constant, dot, relu, sigmoid, tanh
from nn.architecture import described
from nn.checks import count
from nn.linear import multiplied
from nn.module import Module
from nn.vectors import Matrix, Row, inputs, matrix, near_zero, row


def _numbers(given: dict[str, Any], sums: int) -> int:
    """How many parameters a cell has."""
    width, height = count("input_size", given["input_size"]), count("hidden_size", given["hidden_size"])
    return sums * height * (width + height + 2 * bool(given["bias"]))


class _Cell(Module):
    """What cells have in common: the parameters of so many sums for each number of the state, and these sums."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool, sums: int, seed: Any) -> None:
        self.input_size, self.hidden_size = count("input_size", input_size), count("hidden_size", hidden_size)
        draw, rows = near_zero(self.hidden_size, seed), sums * self.hidden_size
        self.weight_ih: Matrix = matrix(rows, self.input_size, draw)
        self.weight_hh: Matrix = matrix(rows, self.hidden_size, draw)
        self.bias_ih: Row | None = row(rows, draw) if bias else None
        self.bias_hh: Row | None = row(rows, draw) if bias else None

    def read(self, x: Any, state: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The vector and the state, as Values."""
        if state is None:
            state = [constant(0.0)] * self.hidden_size
        return inputs(x, self.input_size, self), inputs(state, self.hidden_size, self)

    def sums(self, x: tuple[Any, ...], state: tuple[Any, ...], number: int) -> list[Any]:
        """The first so many rows of weight_ih · x + bias_ih + weight_hh · state + bias_hh."""
        weights = zip(self.weight_ih[:number], self.weight_hh[:number], strict=True)
        if self.bias_ih is None or self.bias_hh is None:
            return [affine(dot(of_x, x), of_state, state) for of_x, of_state in weights]
        return [affine(affine(b + c, of_x, x), of_state, state) for (of_x, of_state), b, c in zip(
            weights, self.bias_ih[:number], self.bias_hh[:number], strict=True)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size})"


@described(lambda given: _numbers(given, 1))
class RNNCell(_Cell):
    """tanh(weight_ih · x + bias_ih + weight_hh · h + bias_hh), as PyTorch's: from a vector and the state h to the next.

    `nonlinearity`: "tanh" or "relu". All parameters are drawn between ±1 / √hidden_size. `seed`: an int, or a
    `random.Random`, to draw with; without one it is Python's `random` itself. Without a state, one of zeros is taken.
    Raises ValueError for vectors of another size.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", *,
                 seed: Any = None) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"nonlinearity needs to be 'tanh' or 'relu', not {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias, 1, seed)

    def __call__(self, x: Any, state: Any = None) -> list[Any]:
        """The next state."""
        x, state = self.read(x, state)
        function = tanh if self.nonlinearity == "tanh" else relu
        return [function(y) for y in self.sums(x, state, self.hidden_size)]


@described(lambda given: _numbers(given, 3))
class GRUCell(_Cell):
    """A cell whose gates say what of its state it keeps (Cho et al. 2014), as PyTorch's.

        r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)          what of the state the candidate sees
        z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)          what of the state stays
        n = tanh(W_in x + b_in + r (W_hn h + b_hn))         the candidate
        the next state: (1 - z) n + z h

    `weight_ih` has the rows of W_ir, W_iz and W_in, one below the other, and the others likewise. The keywords, what is
    drawn and what is raised are as in RNNCell.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, *, seed: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, 3, seed)

    def __call__(self, x: Any, state: Any = None) -> list[Any]:
        """The next state."""
        x, state = self.read(x, state)
        size = self.hidden_size
        gates = [sigmoid(y) for y in self.sums(x, state, 2 * size)]
        places = slice(2 * size, 3 * size)
        seen = multiplied(self.weight_ih[places], x, self.bias_ih and self.bias_ih[places])
        kept = multiplied(self.weight_hh[places], state, self.bias_hh and self.bias_hh[places])
        found: list[Any] = []
        for place, h in enumerate(state):
            candidate = tanh(seen[place] + gates[place] * kept[place])
            found.append(candidate + gates[size + place] * (h - candidate))
        return found
