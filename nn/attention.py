"""Attention: each vector of a sequence asks those before it, and itself, and takes up what they answer."""

import math
from typing import Any

from autograd import dot
from nn.activations import softmax
from nn.architecture import described
from nn.checks import count, in_order, is_list
from nn.dropout import Dropout
from nn.linear import Linear, multiplied
from nn.module import Module
from nn.vectors import Matrix, Row, generator, inputs, matrix, row, uniform


@described(lambda given: 4 * count("embed_dim", given["embed_dim"]) * (given["embed_dim"] + bool(given["bias"])))
class CausalSelfAttention(Module):
    """Multi-head attention of a sequence to itself, and for each vector to those up to it: none sees what comes later.

    What PyTorch's MultiheadAttention(embed_dim, num_heads) calculates with a causal mask, with its parameters:
    `in_proj_weight` has the rows of the queries, of the keys and of the values, one below the other; `out_proj` is a
    Linear. In each of the heads, which share the numbers of a vector among them, the weights of the values are
    softmax(query · key / √(embed_dim / num_heads)) (Vaswani et al. 2017).

    `dropout`: the part of these weights that is left out in training. `seed`: an int, or a `random.Random`, to draw
    with; without one it is Python's `random` itself. Takes a list of vectors and gives as many, or a list of such
    lists. Raises ValueError for heads that do not share evenly.
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, *,
                 seed: Any = None) -> None:
        self.embed_dim, self.num_heads = count("embed_dim", embed_dim), count("num_heads", num_heads)
        if self.embed_dim % self.num_heads:
            raise ValueError(f"{num_heads} heads cannot share {embed_dim} numbers evenly")
        source = generator(seed)
        draw = uniform(math.sqrt(6 / (4 * self.embed_dim)), source)  # Glorot and Bengio 2010
        self.in_proj_weight: Matrix = matrix(3 * self.embed_dim, self.embed_dim, draw)
        self.in_proj_bias: Row | None = row(3 * self.embed_dim, lambda: 0.0) if bias else None
        self.out_proj = Linear(self.embed_dim, self.embed_dim, bias, seed=source)
        for parameter in self.out_proj.bias or ():
            parameter.data = 0.0
        self.dropout = Dropout(dropout, seed=None if seed is None else source) if dropout else None

    def __call__(self, x: Any) -> list[Any]:
        vectors = list(in_order("x", x)) if is_list(x) else [x]
        if vectors and is_list(vectors[0]) and len(vectors[0]) and is_list(vectors[0][0]):
            return [self(sequence) for sequence in vectors]
        size = self.embed_dim
        scale = math.sqrt(self.num_heads / size)
        keys: list[tuple[Any, ...]] = []
        values: list[tuple[Any, ...]] = []
        answers: list[Any] = []
        for vector in vectors:
            found = multiplied(self.in_proj_weight, inputs(vector, size, self), self.in_proj_bias)
            keys.append(tuple(found[size : 2 * size]))
            values.append(tuple(found[2 * size :]))
            heard = self._heard([number * scale for number in found[:size]], keys, values)
            answers.append(multiplied(self.out_proj.weight, heard, self.out_proj.bias))
        return answers

    def _heard(self, query: list[Any], keys: list[tuple[Any, ...]], values: list[tuple[Any, ...]]) -> tuple[Any, ...]:
        """What one vector takes up from those up to it, head by head."""
        size = self.embed_dim // self.num_heads
        columns = list(zip(*values, strict=True))
        heard: list[Any] = []
        for start in range(0, self.embed_dim, size):
            end = start + size
            question = tuple(query[start:end])
            weights = softmax([dot(question, key[start:end]) for key in keys])
            weights = tuple(weights if self.dropout is None else self.dropout(weights))
            heard += [dot(weights, column) for column in columns[start:end]]
        return tuple(heard)

    def __repr__(self) -> str:
        return f"CausalSelfAttention({self.embed_dim}, {self.num_heads})"
