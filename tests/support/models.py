"""Random models of nn's layers, and their outputs beside those of what they have become elsewhere."""

import random
from typing import Any

import numpy as np
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value

NAMES = ["relu", "leaky_relu", "elu", "softplus", "sigmoid", "silu", "gelu", "tanh", "linear"]
OTHERS = ["sin", "cos", "erf", "arctan", "expm1", "sinh", "absolute", "step", "sign", "exp", "negative"]


def curved(x: Any) -> Any:
    """A function of one's own, with a kink and a choice."""
    return autograd.where(x > 0.5, autograd.tanh(x) * x, autograd.silu(x) / 2 + autograd.maximum(x, -0.25) ** 2)


def longer(x: Any) -> Any:
    """One that uses rows with lists."""
    return autograd.sum([x, autograd.dot([x, 2.0], [x, 0.5]), autograd.logsumexp([x, 0.25])])


activations = st.one_of(st.sampled_from(NAMES), st.sampled_from([*OTHERS, curved, longer]))


@st.composite
def layers(draw: Any, size: int, seeds: random.Random, depth: int) -> tuple[Any, int]:
    """A layer that takes so many numbers, and how many it gives: 0 for one that comes bare."""
    inputs, outputs = max(size, 1), draw(st.integers(1, 4))
    kind = draw(st.sampled_from(["Layer", "Neuron", "MLP", "Linear", "RMSNorm", "LayerNorm", "Activation", "Dropout",
                                 "softmax", "Residual", "Sequential", "RNNCell", "GRUCell"][: 13 if depth else 9]))
    if kind in ("Residual", "Sequential"):
        parts, given = draw(chains(size, seeds, depth - 1))
        if kind == "Residual" and (given != size or not parts):
            parts.append(nn.Linear(max(given, 1), inputs, seed=seeds))
            return nn.Residual(*parts) if size else nn.Sequential(*parts), inputs
        return (nn.Residual if kind == "Residual" else nn.Sequential)(*parts), given
    made: dict[str, Any] = {
        "Layer": lambda: (nn.Layer(inputs, outputs, draw(activations), seed=seeds), 0 if outputs == 1 else outputs),
        "Neuron": lambda: (nn.Neuron(inputs, draw(activations), seed=seeds), 0),
        "MLP": lambda: (nn.MLP(inputs, [*draw(st.lists(st.integers(1, 3), max_size=2)), outputs], draw(activations),
                               seed=seeds), 0 if outputs == 1 else outputs),
        "Linear": lambda: (nn.Linear(inputs, outputs, draw(st.booleans()), seed=seeds), outputs),
        "RMSNorm": lambda: (nn.RMSNorm(inputs, draw(st.sampled_from([None, 1e-3])), draw(st.booleans())), inputs),
        "LayerNorm": lambda: (nn.LayerNorm(inputs, 1e-2, draw(st.booleans()), draw(st.booleans())), inputs),
        "Activation": lambda: (nn.Activation(draw(activations)), size),
        "Dropout": lambda: (nn.Dropout(draw(st.sampled_from([0.0, 0.5])), seed=seeds), size),
        "softmax": lambda: (nn.softmax if size else nn.Activation(None), size),
        "RNNCell": lambda: (nn.RNNCell(inputs, outputs, draw(st.booleans()), draw(st.sampled_from(["tanh", "relu"])),
                                       seed=seeds), outputs),
        "GRUCell": lambda: (nn.GRUCell(inputs, outputs, draw(st.booleans()), seed=seeds), outputs)}
    return made[kind]()


@st.composite
def chains(draw: Any, size: int, seeds: random.Random, depth: int) -> tuple[list[Any], int]:
    parts: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        part, size = draw(layers(size, seeds, depth))
        parts.append(part)
    return parts, size


@st.composite
def models(draw: Any, size: int, depth: int = 2) -> nn.Sequential:
    """A model that takes vectors, in which no parameter is 0 or 1, and which leaves nothing out.

    Its cells stand where vectors come one by one; so the vectors may be the rows of a batch, but not of several.
    """
    seeds = random.Random(draw(st.integers(0, 10**6)))
    parts, _ = draw(chains(size, seeds, depth))
    model = nn.Sequential(*parts)
    for parameter in model.parameters():
        parameter.data += 0.1 * seeds.uniform(-1, 1)
    return model.eval()


def values(array: Any) -> Any:
    """An array of numbers as lists of Values."""
    return [values(item) for item in array] if np.ndim(array) else Value(float(array))


def numbers(structure: Any) -> Any:
    """The numbers in lists of Values, as an array."""
    return np.array([numbers(item) for item in structure] if isinstance(structure, list | tuple) else structure.data)


def slopes(structure: Any) -> Any:
    return np.array([slopes(item) for item in structure] if isinstance(structure, list | tuple) else structure.grad)


def random_numbers(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).normal(size=shape)
