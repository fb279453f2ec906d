"""Neural networks on top of the engine's public names: layers, losses, optimizers, data sets, and a training loop.

Read module.py, which finds parameters, then layers.py, losses.py and optimizers.py; training.py puts them together.
storage.py and checkpoints.py keep networks and their training in files; checks.py says what is wrong with what users
pass in. Rooms of their own have the pictures, the ways to PyTorch, ONNX and NumPy (interchange), and scikit-learn's
conventions (scikit).
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nn import datasets
from nn.activations import Activation, softmax
from nn.attention import CausalSelfAttention
from nn.clipping import clip_grad_norm, clip_grad_value
from nn.containers import Residual, Sequential
from nn.dropout import Dropout
from nn.history import History, TrainingError
from nn.interchange.matrices import to_numpy
from nn.interchange.onnx import to_onnx
from nn.interchange.pytorch import from_torch, to_torch
from nn.layers import MLP, Layer, Neuron
from nn.linear import Embedding, Linear
from nn.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error
from nn.metrics import EarlyStopping, accuracy
from nn.module import Module
from nn.normalization import LayerNorm, RMSNorm
from nn.optimizers import SGD, Adam, AdamW, Optimizer
from nn.pictures.network import draw_network
from nn.pictures.plots import plot_decision_boundary
from nn.recurrent import GRUCell, RNNCell
from nn.schedules import ConstantLR, CosineAnnealingLR, LinearLR, SequentialLR, StepLR
from nn.storage import load, save
from nn.training import fit

if TYPE_CHECKING:
    from nn.compiled import Training, compile
    from nn.scikit.estimators import (
        MLPClassifier as MLPClassifier,  # not in __all__, as `import *` would need scikit-learn
    )
    from nn.scikit.estimators import MLPRegressor as MLPRegressor

__all__ = [
    "MLP",
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "CausalSelfAttention",
    "ConstantLR",
    "CosineAnnealingLR",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "GRUCell",
    "History",
    "Layer",
    "LayerNorm",
    "Linear",
    "LinearLR",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSNorm",
    "RNNCell",
    "Residual",
    "Sequential",
    "SequentialLR",
    "StepLR",
    "Training",
    "TrainingError",
    "accuracy",
    "binary_cross_entropy",
    "clip_grad_norm",
    "clip_grad_value",
    "compile",
    "cross_entropy",
    "datasets",
    "draw_network",
    "fit",
    "from_torch",
    "hinge",
    "load",
    "mean_squared_error",
    "plot_decision_boundary",
    "save",
    "softmax",
    "to_numpy",
    "to_onnx",
    "to_torch",
]


def __getattr__(name: str) -> Any:
    if name in ("Training", "compile"):
        return getattr(import_module("nn.compiled"), name)  # which needs NumPy: it is slow to import
    if name not in ("MLPClassifier", "MLPRegressor"):
        raise AttributeError(f"module 'nn' has no attribute {name!r}")
    if find_spec("sklearn") is None:
        raise ImportError(f'nn.{name} needs scikit-learn: pip install "glassgrad[sklearn]"')
    return getattr(import_module("nn.scikit.estimators"), name)
