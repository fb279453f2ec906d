"""A training step as straightforward C: plain loops, samples outermost, nothing blocked; and the core's peak."""

import ctypes
import itertools
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

STEP = """
#define SAMPLES %(samples)d
#define LAYERS %(layers)d
#define WIDEST %(widest)d
#define WEIGHTS %(weights)d
static const int sizes[] = {%(sizes)s};
static double weights[WEIGHTS], slopes[WEIGHTS];  /* of each neuron the bias, then what its inputs count */

double *all_weights(void) { return weights; }

double step(const double *x, const double *y)
{
    double loss = 0;
    for (int i = 0; i < WEIGHTS; i++) slopes[i] = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
        double h[LAYERS + 1][WIDEST], d[LAYERS + 1][WIDEST];
        for (int i = 0; i < sizes[0]; i++) h[0][i] = x[sample * sizes[0] + i];
        const double *w = weights;
        for (int layer = 0; layer < LAYERS; layer++)
            for (int j = 0; j < sizes[layer + 1]; j++) {
                double sum = *w++;
                for (int i = 0; i < sizes[layer]; i++) sum += *w++ * h[layer][i];
                h[layer + 1][j] = layer < LAYERS - 1 && sum < 0 ? 0 : sum;
            }
        double margin = 1 - y[sample] * h[LAYERS][0];
        d[LAYERS][0] = margin > 0 ? -y[sample] / SAMPLES : 0;
        if (margin > 0) loss += margin / SAMPLES;
        double *s = slopes + WEIGHTS;
        for (int layer = LAYERS - 1; layer >= 0; layer--) {
            const int inputs = sizes[layer];
            w -= sizes[layer + 1] * (inputs + 1);
            s -= sizes[layer + 1] * (inputs + 1);
            for (int i = 0; i < inputs; i++) d[layer][i] = 0;
            for (int j = 0; j < sizes[layer + 1]; j++) {
                double slope = d[layer + 1][j];
                if (layer < LAYERS - 1 && h[layer + 1][j] <= 0) slope = 0;
                s[j * (inputs + 1)] += slope;
                for (int i = 0; i < inputs; i++) s[j * (inputs + 1) + 1 + i] += slope * h[layer][i];
                if (layer > 0)
                    for (int i = 0; i < inputs; i++) d[layer][i] += slope * w[j * (inputs + 1) + 1 + i];
            }
        }
    }
    for (int i = 0; i < WEIGHTS; i++) weights[i] -= RATE * slopes[i];
    return loss;
}
"""
PEAK = """
#ifdef __AVX512F__
#define WIDE 64  /* eight vectors of eight: none waits for another, and all stay in registers */
#else
#define WIDE 48
#endif
int wide(void) { return WIDE; }
double peak(long times)
{
    double a[WIDE], sum = 0;
    for (int i = 0; i < WIDE; i++) a[i] = i;
    for (long t = 0; t < times; t++)
        for (int i = 0; i < WIDE; i++) a[i] = a[i] * 0.999 + 0.001;
    for (int i = 0; i < WIDE; i++) sum += a[i];
    return sum;
}
"""


def step(problem: Any, *options: str) -> Any:
    """A step of a network with relu and the hinge loss. `options` are further ones for the compiler."""
    sizes = problem.sizes
    flat = np.concatenate([np.column_stack([biases, matrix]).ravel() for matrix, biases in problem.weights])
    library = _built(STEP % {"samples": len(problem.x), "layers": len(sizes) - 1, "widest": max(sizes),
                             "weights": len(flat), "sizes": ", ".join(map(str, sizes))},
                     f"-DRATE={problem.rate}", *options)
    library.step.restype = ctypes.c_double
    library.step.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.all_weights.restype = ctypes.POINTER(ctypes.c_double)
    np.ctypeslib.as_array(library.all_weights(), flat.shape)[:] = flat
    x, y = problem.x, problem.y
    inputs, targets, function = x.ctypes.data, y.ctypes.data, library.step

    def taken(keep: Any = (x, y)) -> float:  # what the addresses are of stays as long as this
        return function(inputs, targets)

    return taken


def multiply_adds(times: int) -> tuple[Any, int]:
    """A program of nothing but independent multiply-adds, and how many of them there are."""
    library = _built(PEAK)
    library.peak.restype, library.peak.argtypes = ctypes.c_double, [ctypes.c_long]
    return lambda: library.peak(times), library.wide() * times


def _built(text: str, *options: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "source.c"), Path(folder, "library.so")
        source.write_text(text, encoding="utf-8")
        subprocess.run(["gcc", "-O3", "-march=native", *options, "-shared", "-fPIC", "-o", library, source], check=True)
        return ctypes.CDLL(str(library))


def multiply_adds_of(sizes: list[int], samples: int) -> int:
    """Those of a training step: forward, for the weights' slopes, and for the slopes of what is not an input."""
    numbers = [a * b for a, b in itertools.pairwise(sizes)]
    return samples * (3 * sum(numbers) - numbers[0])
