"""Networks, data and optimizers to train in two ways, and the eager step that everything else has to agree with."""

import numpy as np

from nn import MLP, SGD, Adam, AdamW, datasets

XOR = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1, 0])
OPTIMIZERS = {
    "SGD": lambda p: SGD(p, 0.1), "momentum": lambda p: SGD(p, 0.05, momentum=0.9, weight_decay=1e-3),
    "Nesterov": lambda p: SGD(p, 0.05, momentum=0.9, nesterov=True), "Adam": lambda p: Adam(p, 0.01),
    "Adam with decay": lambda p: Adam(p, 0.01, weight_decay=0.01), "AdamW": lambda p: AdamW(p, 0.01),
    "dampening": lambda p: SGD(p, 0.05, momentum=0.9, dampening=0.3),
    "AMSGrad": lambda p: Adam(p, 0.01, (0.5, 0.6), amsgrad=True)}


def moons(count=30):
    inputs, targets = datasets.moons(count, noise=0.1, seed=1)
    return np.array(inputs), np.array([1.0 if target > 0 else -1.0 for target in targets])


def network(seed=0, sizes=(4, 1), inputs=2, activation="tanh"):
    return MLP(inputs, list(sizes), activation, seed=seed)


def numbers(model):
    return [p.data for p in model.parameters()]


def eager_step(model, loss, optimizer, inputs, targets):
    value = loss([model(list(map(float, row))) for row in inputs], [t if np.ndim(t) else float(t) for t in targets])
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.data


def pair(optimizer=OPTIMIZERS["SGD"], **options):
    """Two equal models with an optimizer each."""
    models = network(**options), network(**options)
    return [(model, optimizer(model.parameters())) for model in models]
