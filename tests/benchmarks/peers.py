"""The same training steps by others: PyTorch, JAX, CasADi, and straightforward C. Double precision, one thread each.

Each function makes a program without arguments that takes one step, called from Python as its users would call it.
"""

import ctypes
import itertools
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

Program = Callable[[], object]


def torch_step(sizes: list[int], activation: str, loss: str, adam: bool, x: Any, y: Any) -> Program:
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    layers: list[Any] = []
    for place, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        layers.append(torch.nn.Linear(inputs, outputs, dtype=torch.float64))
        if place < len(sizes) - 2:
            layers.append(torch.nn.ReLU() if activation == "relu" else torch.nn.Tanh())
    model = torch.nn.Sequential(*layers)
    kind = torch.optim.Adam if adam else torch.optim.SGD
    optimizer = kind(model.parameters(), lr=1e-3 if adam else 0.1)
    inputs = torch.tensor(x)
    targets = torch.tensor(y, dtype=torch.int64 if loss == "cross_entropy" else torch.float64)

    def step() -> None:
        outputs = model(inputs)
        if loss == "cross_entropy":
            value = torch.nn.functional.cross_entropy(outputs, targets)
        elif loss == "hinge":
            value = (1 - targets * outputs[:, 0]).relu().mean()
        else:
            value = ((outputs[:, 0] - targets) ** 2).mean()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        value.item()

    return step


def jax_step(sizes: list[int], activation: str, loss: str, adam: bool, x: Any, y: Any, steps: int = 1) -> Program:
    """With several steps, these are one call."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    rng = np.random.default_rng(1)
    weights = [(jnp.array(rng.uniform(-1, 1, (b, a)) / a**0.5), jnp.zeros(b)) for a, b in itertools.pairwise(sizes)]
    inputs, targets = jnp.array(x), jnp.array(y, dtype=jnp.int64 if loss == "cross_entropy" else None)

    def value(weights: Any) -> Any:
        h = inputs
        for place, (w, b) in enumerate(weights):
            h = h @ w.T + b
            if place < len(weights) - 1:
                h = jax.nn.relu(h) if activation == "relu" else jnp.tanh(h)
        if loss == "cross_entropy":
            rows = jnp.arange(len(targets))
            return (jax.nn.logsumexp(h, axis=1) - h[rows, targets]).mean()
        h = h[:, 0]
        return jax.nn.relu(1 - targets * h).mean() if loss == "hinge" else ((h - targets) ** 2).mean()

    def one(state: Any) -> Any:
        weights, means, squares, count = state
        gradient = jax.grad(value)(weights)
        if not adam:
            return jax.tree.map(lambda w, g: w - 0.1 * g, weights, gradient), means, squares, count
        count = count + 1
        means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradient)
        squares = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, squares, gradient)
        weights = jax.tree.map(lambda w, m, s: w - 1e-3 * (m / (1 - 0.9**count)) / (
            jnp.sqrt(s / (1 - 0.999**count)) + 1e-8), weights, means, squares)
        return weights, means, squares, count

    many = (lambda state: one(state)) if steps == 1 else (
        lambda state: jax.lax.fori_loop(0, steps, lambda _, s: one(s), state))
    compiled = jax.jit(many, donate_argnums=0)
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = weights, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.array(0.0)

    def step() -> None:
        nonlocal state
        state = compiled(state)
        jax.block_until_ready(state)

    return step


def casadi_step(sizes: list[int], x: Any, y: Any) -> Program:
    """Hinge loss and relu, in CasADi's virtual machine: a graph of matrices, as its manual recommends."""
    import casadi

    shapes = [(b, a) for a, b in itertools.pairwise(sizes)]
    symbols = [(casadi.MX.sym("w", b, a), casadi.MX.sym("b", b)) for b, a in shapes]
    h = casadi.DM(np.ascontiguousarray(x.T))
    for place, (w, b) in enumerate(symbols):
        h = w @ h + casadi.repmat(b, 1, x.shape[0])
        if place < len(symbols) - 1:
            h = casadi.fmax(h, 0)
    value = casadi.sum2(casadi.fmax(1 - casadi.DM(y).T * h, 0)) / len(y)
    flat = [part for pair in symbols for part in pair]
    update = casadi.Function("step", flat, [value, *(p - 0.1 * casadi.gradient(value, p) for p in flat)])
    rng = np.random.default_rng(1)
    state = [casadi.DM(rng.uniform(-1, 1, part.shape)) for part in flat]

    def step() -> None:
        nonlocal state
        _, *state = update(*state)

    return step


def casadi_numbers_step(sizes: list[int], x: Any, y: Any) -> Program:
    """The same network of single numbers, as here: one sample's graph, mapped over the samples."""
    import casadi

    shapes = [(b, a) for a, b in itertools.pairwise(sizes)]
    weights = casadi.SX.sym("w", sum(b * (a + 1) for b, a in shapes))
    point, target = casadi.SX.sym("x", sizes[0]), casadi.SX.sym("y")
    h, start = [point[place] for place in range(sizes[0])], 0
    for place, (b, a) in enumerate(shapes):
        rows = [weights[start + row * (a + 1) : start + (row + 1) * (a + 1)] for row in range(b)]
        h = [row[0] + sum(row[1 + k] * h[k] for k in range(a)) for row in rows]
        h = [casadi.fmax(z, 0) for z in h] if place < len(shapes) - 1 else h
        start += b * (a + 1)
    value = casadi.fmax(1 - target * h[0], 0)
    one = casadi.Function("one", [weights, point, target], [value, casadi.gradient(value, weights)])
    many = one.map(len(y))
    inputs, targets = casadi.DM(np.ascontiguousarray(x.T)), casadi.DM(y).T
    state = casadi.DM(np.random.default_rng(1).uniform(-1, 1, start))

    def step() -> None:
        nonlocal state
        _, slopes = many(casadi.repmat(state, 1, len(y)), inputs, targets)
        state = state - 0.1 / len(y) * casadi.sum2(slopes)

    return step


_C = """
#include <math.h>
#define N %(samples)d
static const int sizes[] = {%(sizes)s};
static double w[%(weights)d], g[%(weights)d];
double *weights(void) { return w; }
double step(const double *x, const double *y)
{
    double loss = 0;
    for (int i = 0; i < %(weights)d; i++) g[i] = 0;
    for (int n = 0; n < N; n++) {
        double h[%(layers)d + 1][%(widest)d], d[%(layers)d + 1][%(widest)d];
        for (int i = 0; i < sizes[0]; i++) h[0][i] = x[n * sizes[0] + i];
        const double *p = w;
        for (int l = 0; l < %(layers)d; l++)
            for (int j = 0; j < sizes[l + 1]; j++) {
                double s = *p++;
                for (int i = 0; i < sizes[l]; i++) s += *p++ * h[l][i];
                h[l + 1][j] = l < %(layers)d - 1 && s < 0 ? 0 : s;
            }
        double margin = 1 - y[n] * h[%(layers)d][0];
        d[%(layers)d][0] = margin > 0 ? -y[n] / N : 0;
        if (margin > 0) loss += margin / N;
        double *q = g + %(weights)d;
        p = w + %(weights)d;
        for (int l = %(layers)d - 1; l >= 0; l--) {
            for (int i = 0; i < sizes[l]; i++) d[l][i] = 0;
            p -= sizes[l + 1] * (sizes[l] + 1);
            q -= sizes[l + 1] * (sizes[l] + 1);
            for (int j = 0; j < sizes[l + 1]; j++) {
                double e = d[l + 1][j];
                if (l < %(layers)d - 1 && h[l + 1][j] <= 0) e = 0;
                q[j * (sizes[l] + 1)] += e;
                for (int i = 0; i < sizes[l]; i++) {
                    q[j * (sizes[l] + 1) + 1 + i] += e * h[l][i];
                    d[l][i] += e * p[j * (sizes[l] + 1) + 1 + i];
                }
            }
        }
    }
    for (int i = 0; i < %(weights)d; i++) w[i] -= 0.1 * g[i];
    return loss;
}
double peak(int times)
{
    double a[64];
    for (int i = 0; i < 64; i++) a[i] = i;
    for (int t = 0; t < times; t++)
        for (int i = 0; i < 64; i++) a[i] = a[i] * 0.999 + 0.001;
    double s = 0;
    for (int i = 0; i < 64; i++) s += a[i];
    return s;
}
"""


def c_library(sizes: list[int], samples: int) -> Any:
    """Hinge loss and relu in plain loops over samples, layers, neurons and inputs; and `peak`, multiply-adds alone."""
    weights = sum(b * (a + 1) for a, b in itertools.pairwise(sizes))
    text = _C % {"samples": samples, "sizes": ", ".join(map(str, sizes)), "weights": weights,
                 "layers": len(sizes) - 1, "widest": max(sizes)}
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "step.c"), Path(folder, "step.so")
        source.write_text(text)
        subprocess.run(["gcc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-o", library, source, "-lm"],
                       check=True)
        found: Any = ctypes.CDLL(str(library))
    found.step.restype = found.peak.restype = ctypes.c_double
    found.step.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    found.weights.restype = ctypes.POINTER(ctypes.c_double)
    for place, x in enumerate(np.random.default_rng(1).uniform(-1, 1, weights) / 4):
        found.weights()[place] = x
    return found


def c_step(sizes: list[int], x: Any, y: Any) -> Program:
    function, inputs, targets = c_library(sizes, len(x)).step, x.ctypes.data, y.ctypes.data
    return lambda: function(inputs, targets)
