"""What is trained in the benchmarks of compiled training, by us and by others."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd
import nn
from nn import datasets
from tests.benchmarks import gpt


@dataclass(frozen=True)
class Problem:
    """A network of dense layers, the last one linear, with all that a step needs. The optimizer is SGD, or Adam."""

    sizes: list[int]
    activation: str  # relu or tanh
    loss: str  # hinge, mean_squared_error or cross_entropy
    adam: bool
    x: Any
    y: Any
    weights: list[tuple[Any, Any]]  # of each layer the matrix, with a row for each neuron, and the biases

    @property
    def rate(self) -> float:
        return 1e-3 if self.adam else 0.1

    @property
    def classes(self) -> bool:
        """Whether targets are numbers of classes."""
        return self.loss == "cross_entropy"


def trained(sizes: list[int], activation: str, loss: str, x: Any, y: Any) -> tuple[Any, Problem]:
    """Compiled training of a network that has taken its first step, and the same problem for others."""
    random.seed(1)
    model = nn.MLP(sizes[0], sizes[1:], activation)
    weights = [(np.array([[w.data for w in neuron.w] for neuron in layer.neurons]),
                np.array([neuron.b.data for neuron in layer.neurons])) for layer in model.layers]
    problem = Problem(sizes, activation, loss, loss == "cross_entropy", x, y, weights)
    optimizer = (nn.Adam if problem.adam else nn.SGD)(model.parameters(), problem.rate)
    return nn.compile(model, getattr(nn, loss), optimizer), problem


def moons(quick: bool) -> tuple[Any, Problem]:
    points, targets = datasets.moons(10 if quick else 100, noise=0.1, seed=1)
    signs = np.array([1.0 if target > 0 else -1.0 for target in targets])
    return trained([2, 16, 16, 1], "relu", "hinge", np.array(points), signs)


def xor() -> tuple[Any, Problem]:
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1, 0])
    return trained([2, 4, 1], "tanh", "mean_squared_error", x, y)


def digits(quick: bool) -> tuple[Any, Problem]:
    samples = 8 if quick else 256
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        rng = np.random.default_rng(1)
        x, y = rng.random((samples, 64)), rng.integers(0, 10, samples)
    else:
        x, y = load_digits(return_X_y=True)
        x, y = x[:samples] / 16, y[:samples]
    return trained([64, 32, 10], "relu", "cross_entropy", np.ascontiguousarray(x), y.astype(float))


def gpt_training(text: list[int]) -> Callable[[], float]:
    """A step of the GPT, its tokens being inputs."""
    weights = gpt.parameters(autograd.Value)
    training = nn.compile(lambda tokens: gpt.loss(weights, list(tokens), gpt.OursOfAnyTokens),
                          lambda losses, _: losses[0], nn.Adam(gpt.flat(weights), 1e-3))
    tokens, none = np.array([text], dtype=float), np.zeros(1)
    return lambda: training.step(tokens, none)
