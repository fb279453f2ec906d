"""Matrices of parameters: Linear multiplies a vector by one, Embedding looks up its rows."""

from typing import Any

from autograd import Value, affine, dot, take
from nn.architecture import described
from nn.checks import count, is_list
from nn.module import Module
from nn.vectors import Matrix, Row, each, generator, inputs, matrix, near_zero, row


@described(lambda given: count("out_features", given["out_features"]) * (
    count("in_features", given["in_features"]) + bool(given["bias"])))
class Linear(Module):
    """weight · x + bias, as PyTorch's: for a vector, or for each vector of a sequence.

    `weight` has a row for each output; all numbers are drawn between ±1 / √in_features. `seed`: an int, or a
    `random.Random`, to draw with; without one it is Python's `random` itself. What comes out is a list, even of one.
    Raises ValueError for another number of inputs.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *, seed: Any = None) -> None:
        self.in_features = count("in_features", in_features)
        self.out_features = count("out_features", out_features)
        draw = near_zero(self.in_features, seed)
        self.weight: Matrix = matrix(self.out_features, self.in_features, draw)
        self.bias: Row | None = row(self.out_features, draw) if bias else None

    def __call__(self, x: Any) -> list[Any]:
        return each(self._respond, x)

    def _respond(self, items: Any) -> list[Any]:
        return multiplied(self.weight, inputs(items, self.in_features, self), self.bias)

    def __repr__(self) -> str:
        return f"Linear({self.in_features}, {self.out_features}{'' if self.bias else ', bias=False'})"


@described(lambda given: count("num_embeddings", given["num_embeddings"]) * count(
    "embedding_dim", given["embedding_dim"]))
class Embedding(Module):
    """A vector of parameters for each index from 0, as PyTorch's: for one index, or for each in a list of them.

    An index is a whole number, or a Value where it is the input of a program that is compiled. The parameters are drawn
    from the normal distribution; `seed` as in Linear. Raises ValueError for an index that there is not, DomainError if
    that is a Value.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, *, seed: Any = None) -> None:
        self.num_embeddings = count("num_embeddings", num_embeddings)
        self.embedding_dim = count("embedding_dim", embedding_dim)
        draw = generator(seed).gauss
        self.weight: Matrix = matrix(self.num_embeddings, self.embedding_dim, lambda: draw(0, 1))

    def __call__(self, index: Any) -> list[Any]:
        """The vector of an index; of a list of them, nested at will, a list of vectors."""
        if not is_list(index):
            return self._of_one(index, None)
        indices = list(index)
        columns = list(zip(*self.weight, strict=True)) if any(isinstance(i, Value) for i in indices) else None
        return [self(i) if is_list(i) else self._of_one(i, columns) for i in indices]

    def _of_one(self, index: Any, columns: Any) -> list[Any]:
        if isinstance(index, Value):
            return [take(index, column) for column in columns or zip(*self.weight, strict=True)]
        if not hasattr(index, "__float__") and not hasattr(index, "__index__"):
            raise TypeError(f"an index is a whole number or a Value, not {type(index).__name__!r}")
        if index != int(index) or not 0 <= index < len(self.weight):
            raise ValueError(f"an Embedding of {len(self.weight)} vectors has none with the index {index}")
        return list(self.weight[int(index)])

    def __repr__(self) -> str:
        return f"Embedding({self.num_embeddings}, {self.embedding_dim})"


def multiplied(weight: Matrix, x: Row, bias: Row | None) -> list[Any]:
    """weight · x + bias, one node for each number."""
    if bias is None:
        return [dot(weights, x) for weights in weight]
    return [affine(b, weights, x) for b, weights in zip(bias, weight, strict=True)]
