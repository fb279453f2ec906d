"""The training step of the same network by others. Double precision, one thread each.

Each function makes a program without arguments that takes one step, called from Python as its users would call it, and
returns the loss before that step. All begin with the same weights, so that all find the same losses: a test compares.
"""

import itertools
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.problems import Problem

# It is read when jax is imported.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

Program = Callable[[], Any]


def torch_step(problem: Problem) -> Program:
    """Eager, with the layers, losses and optimizers that come with PyTorch."""
    import torch

    torch.set_num_threads(1)
    layers: list[Any] = []
    for place, (inputs, outputs) in enumerate(itertools.pairwise(problem.sizes)):
        layers.append(torch.nn.Linear(inputs, outputs, dtype=torch.float64))
        for parameter, numbers in zip(layers[-1].parameters(), problem.weights[place], strict=True):
            parameter.data[:] = torch.tensor(numbers)
        if place < len(problem.sizes) - 2:
            layers.append(torch.nn.ReLU() if problem.activation == "relu" else torch.nn.Tanh())
    model = torch.nn.Sequential(*layers)
    kind = torch.optim.Adam if problem.adam else torch.optim.SGD
    optimizer = kind(model.parameters(), lr=problem.rate)
    inputs = torch.tensor(problem.x)
    targets = torch.tensor(problem.y, dtype=torch.int64 if problem.classes else torch.float64)
    losses: dict[str, Callable[[Any], Any]] = {
        "cross_entropy": lambda outputs: torch.nn.functional.cross_entropy(outputs, targets),
        "hinge": lambda outputs: (1 - targets * outputs[:, 0]).relu().mean(),
        "mean_squared_error": lambda outputs: torch.nn.functional.mse_loss(outputs[:, 0], targets)}
    loss_of = losses[problem.loss]

    def step() -> Any:
        loss = loss_of(model(inputs))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def jax_step(problem: Problem, synchronous: bool = False, steps: int = 1, keeps_losses: bool = True) -> Program:
    """Gradient and update in one jitted function, to which the weights are donated.

    `synchronous`: whether it is calculated in the thread that calls, which JAX can be asked for, and which is faster
    for what is small; left to itself it asks another thread. Several steps are one call, with all losses (`lax.scan`)
    or without (`lax.fori_loop`).
    """
    import jax
    import jax.extend
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", not synchronous)
    jax.extend.backend.clear_backends()  # the next one is as asked; programs that are compiled already keep theirs
    inputs = jnp.array(problem.x)
    targets = jnp.array(problem.y, dtype=jnp.int64 if problem.classes else jnp.float64)

    def loss_of(weights: Any, inputs: Any, targets: Any) -> Any:
        h = inputs
        for place, (w, b) in enumerate(weights):
            h = h @ w.T + b
            if place < len(weights) - 1:
                h = jax.nn.relu(h) if problem.activation == "relu" else jnp.tanh(h)
        if problem.classes:
            return (jax.nn.logsumexp(h, axis=1) - h[jnp.arange(len(targets)), targets]).mean()
        h = h[:, 0]
        return jax.nn.relu(1 - targets * h).mean() if problem.loss == "hinge" else ((h - targets) ** 2).mean()

    def one(state: Any, inputs: Any, targets: Any) -> Any:
        weights, *rest = state
        loss, slopes = jax.value_and_grad(loss_of)(weights, inputs, targets)
        if not rest:
            return (jax.tree.map(lambda w, g: w - problem.rate * g, weights, slopes),), loss
        means, squares, count = rest
        count = count + 1
        means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, slopes)
        squares = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, squares, slopes)
        weights = jax.tree.map(lambda w, m, s: w - problem.rate * (m / (1 - 0.9**count)) / (
            jnp.sqrt(s / (1 - 0.999**count)) + 1e-8), weights, means, squares)
        return (weights, means, squares, count), loss

    def many(state: Any, inputs: Any, targets: Any) -> Any:
        if keeps_losses:
            return jax.lax.scan(lambda s, _: one(s, inputs, targets), state, length=steps)
        return jax.lax.fori_loop(0, steps, lambda _, s: one(s, inputs, targets)[0], state), 0.0

    weights = [(jnp.array(w), jnp.array(b)) for w, b in problem.weights]
    state: Any = (weights,)
    if problem.adam:
        state = weights, *(jax.tree.map(jnp.zeros_like, weights) for _ in range(2)), jnp.array(0.0)
    compiled = jax.jit(one if steps == 1 else many, donate_argnums=0).lower(state, inputs, targets).compile()

    def step() -> Any:
        nonlocal state
        state, loss = compiled(state, inputs, targets)
        jax.block_until_ready((state, loss))
        return loss

    return step


def casadi_matrices_step(problem: Problem) -> Program:
    """Hinge loss and relu in CasADi's virtual machine, vectorised: a graph of matrices, the batch being one."""
    import casadi

    samples = len(problem.x)
    inputs, targets = casadi.MX.sym("x", problem.sizes[0], samples), casadi.MX.sym("y", 1, samples)
    symbols = [casadi.MX.sym("w", *part.shape) for pair in problem.weights for part in pair]
    h = inputs
    for place in range(0, len(symbols), 2):
        h = symbols[place] @ h + casadi.repmat(symbols[place + 1], 1, samples)
        if place < len(symbols) - 2:
            h = casadi.fmax(h, 0)
    loss = casadi.sum2(casadi.fmax(1 - targets * h, 0)) / samples
    new = [symbol - problem.rate * casadi.gradient(loss, symbol) for symbol in symbols]
    function = casadi.Function("step", [*symbols, inputs, targets], [loss, *new])
    state = [casadi.DM(part) for pair in problem.weights for part in pair]
    x, y = casadi.DM(np.ascontiguousarray(problem.x.T)), casadi.DM(problem.y).T

    def step() -> Any:
        nonlocal state
        loss, *state = function(*state, x, y)
        return loss

    return step


def casadi_numbers_step(problem: Problem) -> Program:
    """The same network of single numbers, as here: the graph of one sample, mapped over the samples and summed."""
    import casadi

    shapes, samples = [matrix.shape for matrix, _ in problem.weights], len(problem.x)
    weights = casadi.SX.sym("w", sum(rows * (columns + 1) for rows, columns in shapes))
    point, target = casadi.SX.sym("x", problem.sizes[0]), casadi.SX.sym("y")
    h, start = [point[place] for place in range(problem.sizes[0])], 0
    for place, (rows, columns) in enumerate(shapes):
        neurons = [weights[start + row * (columns + 1) : start + (row + 1) * (columns + 1)] for row in range(rows)]
        h = [neuron[0] + sum(neuron[1 + k] * h[k] for k in range(columns)) for neuron in neurons]
        h = [casadi.fmax(z, 0) for z in h] if place < len(shapes) - 1 else h
        start += rows * (columns + 1)
    loss = casadi.fmax(1 - target * h[0], 0)
    one = casadi.Function("one", [weights, point, target], [loss, casadi.gradient(loss, weights)])
    summed = one.map("summed", "serial", samples, [0], [0, 1])  # the weights are one for all, both results are summed
    w, x, y = casadi.MX.sym("w", start), casadi.MX.sym("x", *problem.x.T.shape), casadi.MX.sym("y", 1, samples)
    total, slopes = summed(w, x, y)
    function = casadi.Function("step", [w, x, y], [total / samples, w - problem.rate / samples * slopes])
    state = casadi.DM(np.concatenate([np.column_stack([b, matrix]).ravel() for matrix, b in problem.weights]))
    inputs, targets = casadi.DM(np.ascontiguousarray(problem.x.T)), casadi.DM(problem.y).T

    def step() -> Any:
        nonlocal state
        loss, state = function(state, inputs, targets)
        return loss

    return step


def micrograd_step(problem: Problem) -> Program:
    """Hinge loss and relu, as in micrograd's demo."""
    import micrograd.engine
    import micrograd.nn

    model: Any = micrograd.nn.MLP(problem.sizes[0], problem.sizes[1:])
    for layer, (matrix, biases) in zip(model.layers, problem.weights, strict=True):
        for neuron, row, bias in zip(layer.neurons, matrix.tolist(), biases.tolist(), strict=True):
            neuron.b.data = bias
            for weight, number in zip(neuron.w, row, strict=True):
                weight.data = number
    points, targets = problem.x.tolist(), problem.y.tolist()

    def step() -> Any:
        scores = [model([micrograd.engine.Value(x) for x in row]) for row in points]
        loss: Any = sum((1 + -y * score).relu() for y, score in zip(targets, scores, strict=True)) * (1 / len(scores))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= problem.rate * p.grad
        return loss.data

    return step
