"""from_torch, layer by layer. The table at the end says what becomes of each class."""

# What PyTorch says of its types is full of gaps.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch

from autograd import Value, constant
from nn.activations import Activation, chosen, softmax
from nn.attention import CausalSelfAttention
from nn.checks import listed
from nn.containers import Residual, Sequential
from nn.dropout import Dropout
from nn.interchange import pytorch_layers as theirs
from nn.layers import MLP, Layer, Neuron
from nn.linear import Embedding, Linear
from nn.module import Module
from nn.normalization import LayerNorm, RMSNorm
from nn.recurrent import GRUCell, RNNCell


class Reader:
    """One model on its way back: what its tensors and its modules have become, each once."""

    def __init__(self, whole: torch.nn.Module) -> None:
        self.names = {id(tensor): name for name, tensor in whole.named_parameters()}
        self._made: dict[int, Any] = {}
        self._values: dict[int, Any] = {}
        self.draw = random.Random(0)  # for first numbers, which are replaced at once

    def whole(self, module: torch.nn.Module) -> Module:
        """The model. Raises ValueError if a parameter would be left behind."""
        made = self.module(module)
        lost = [name for tensor, name in self.names.items() if tensor not in self._values]
        if lost:
            raise ValueError(f"no layer uses these parameters of {type(module).__name__}: {listed(lost)}")
        return made if isinstance(made, Module) else Sequential(made)

    def module(self, module: torch.nn.Module) -> Any:
        if id(module) not in self._made:
            made = read(module)(self, module)
            if isinstance(made, Module):
                made.training = module.training
            self._made[id(module)] = made
        return self._made[id(module)]

    def values(self, tensor: Any) -> Any:
        """The numbers of a parameter as Values, row by row; as constants if it requires no gradient."""
        if tensor is None:
            return None
        if id(tensor) not in self._values:
            name = self.names.get(id(tensor), "a parameter")
            if not tensor.is_floating_point() or tensor.is_meta or not tensor.isfinite().all():
                raise ValueError(f"{name} is not made of finite real numbers")
            make = Value if tensor.requires_grad else constant
            numbers = tensor.detach().to("cpu", torch.float64).tolist()
            self._values[id(tensor)] = tuple(
                tuple(map(make, row)) if isinstance(row, list) else make(row) for row in numbers)
        return self._values[id(tensor)]

    def filled(self, made: Any, module: Any, *names: str) -> Any:
        """A layer with the parameters of these names, which it has in the same form."""
        for name in names:
            setattr(made, name, self.values(getattr(module, name)))
        return made


def read(module: torch.nn.Module) -> Callable[[Reader, Any], Any]:
    """What reads a module. Raises ValueError, which names it, if nothing does."""
    kind = type(module)
    if kind not in READERS:
        raise ValueError(f"{kind.__name__} has no counterpart in nn; what can be brought back is made of "
                         f"{', '.join(sorted({cls.__name__ for cls in READERS}))}")
    hooks = [*module._forward_pre_hooks.values(), *module._forward_hooks.values()]
    if "forward" in vars(module) or any(hook is not theirs.as_vectors for hook in hooks):
        raise ValueError(f"{kind.__name__} has been given a forward() or a hook of its own, which cannot be brought "
                         "back")
    return READERS[kind]


def usual(module: torch.nn.Module, **options: Any) -> None:
    """Raise ValueError if an option of a module is not what nn has."""
    for name, needed in options.items():
        found = getattr(module, name)
        if found != needed:
            raise ValueError(f"{type(module).__name__} with {name}={found!r} cannot be brought back: nn has only "
                             f"{name}={needed!r}")


def _linear(reader: Reader, module: torch.nn.Linear) -> Linear:
    made = Linear(module.in_features, module.out_features, _has(module.bias), seed=reader.draw)
    return reader.filled(made, module, "weight", "bias")


def _layer(reader: Reader, module: theirs.Layer) -> Layer:
    made = Layer(module.in_features, module.out_features, function(module.activation), init=lambda: 0.0)
    _fill_neurons(reader, made.neurons, module)
    return made


def _neuron(reader: Reader, module: theirs.Neuron) -> Neuron:
    made = Neuron(module.in_features, function(module.activation), init=lambda: 0.0)
    _fill_neurons(reader, [made], module)
    return made


def _mlp(reader: Reader, module: theirs.MLP) -> MLP:
    layers: list[theirs.Layer] = list(module.layers)  # pyright: ignore[reportAssignmentType]
    strange = [layer for layer in layers if type(layer) is not theirs.Layer]
    fits = all(a.out_features == b.in_features for a, b in pairwise(layers)) if not strange else False
    if type(module.layers) is not torch.nn.Sequential or strange or not layers or not fits:
        raise ValueError("the layers of an MLP are one or more of the class Layer, each taking what the last one gives")
    made = MLP(layers[0].in_features, [layer.out_features for layer in layers], function(layers[0].activation),
               init=lambda: 0.0)
    made.layers = [reader.module(layer) for layer in layers]
    return made


def _fill_neurons(reader: Reader, neurons: list[Neuron], module: theirs.Layer) -> None:
    if not _has(module.bias):
        raise ValueError(f"a {type(module).__name__} without a bias cannot be brought back")
    for neuron, w, b in zip(neurons, reader.values(module.weight), reader.values(module.bias), strict=True):
        neuron.w, neuron.b, neuron.training = list(w), b, module.training


def _embedding(reader: Reader, module: torch.nn.Embedding) -> Embedding:
    usual(module, padding_idx=None, max_norm=None, scale_grad_by_freq=False)
    return reader.filled(Embedding(module.num_embeddings, module.embedding_dim, seed=reader.draw), module, "weight")


def _layer_norm(reader: Reader, module: torch.nn.LayerNorm) -> LayerNorm:
    made = LayerNorm(module.normalized_shape, module.eps, _has(module.weight), _has(module.bias))
    return reader.filled(made, module, "weight", "bias")


def _rms_norm(reader: Reader, module: torch.nn.RMSNorm) -> RMSNorm:
    eps = module.eps
    if eps is None and _has(module.weight):
        eps = torch.finfo(module.weight.dtype).eps  # which is what PyTorch takes
    return reader.filled(RMSNorm(module.normalized_shape, eps, _has(module.weight)), module, "weight")


def _cell(reader: Reader, module: Any) -> RNNCell | GRUCell:
    if isinstance(module, torch.nn.GRUCell):
        made = GRUCell(module.input_size, module.hidden_size, module.bias, seed=reader.draw)
    else:
        made = RNNCell(module.input_size, module.hidden_size, module.bias, module.nonlinearity, seed=reader.draw)
    return reader.filled(made, module, "weight_ih", "weight_hh", "bias_ih", "bias_hh")


def _attention(reader: Reader, module: theirs.CausalSelfAttention) -> CausalSelfAttention:
    usual(module, bias_k=None, add_zero_attn=False, _qkv_same_embed_dim=True)
    made = CausalSelfAttention(module.embed_dim, module.num_heads, module.dropout, _has(module.in_proj_bias),
                               seed=random.Random(random.getrandbits(64)) if module.dropout else reader.draw)
    reader.filled(made, module, "in_proj_weight", "in_proj_bias")
    reader.filled(made.out_proj, module.out_proj, "weight", "bias")
    made.out_proj.training = module.out_proj.training
    if made.dropout is not None:
        made.dropout.training = module.training
    return made


def _sequential(reader: Reader, module: torch.nn.Sequential) -> Sequential:
    return Sequential(*map(reader.module, module))


def _residual(reader: Reader, module: theirs.Residual) -> Residual:
    return Residual(*map(reader.module, module))


def _softmax(reader: Reader, module: torch.nn.Softmax) -> Any:
    usual(module, dim=-1)
    return softmax


def _dropout(reader: Reader, module: torch.nn.Dropout) -> Dropout:
    return Dropout(module.p)


def _activation(reader: Reader, module: torch.nn.Module) -> Activation:
    return Activation(function(module))


def function(module: torch.nn.Module) -> Any:
    """The function of a number that an activation of PyTorch is. Raises ValueError if it is none of nn's."""
    read(module)
    if isinstance(module, theirs.Elementwise):
        return chosen(module.function)
    if type(module) not in theirs.ACTIVATIONS:
        raise ValueError(f"{type(module).__name__} is not a function of one number")
    name, options = theirs.ACTIVATIONS[type(module)]
    usual(module, **options)
    if isinstance(module, torch.nn.Softplus) and module.threshold < 20:
        raise ValueError(f"Softplus with threshold={module.threshold!r} cannot be brought back: below 20, it is "
                         "another function")
    return chosen(name)


def _has(tensor: Any) -> bool:
    return tensor is not None


READERS: dict[type[torch.nn.Module], Callable[[Reader, Any], Any]] = {
    torch.nn.Linear: _linear, torch.nn.Embedding: _embedding, torch.nn.LayerNorm: _layer_norm,
    torch.nn.RMSNorm: _rms_norm, torch.nn.Dropout: _dropout, torch.nn.Sequential: _sequential,
    torch.nn.Softmax: _softmax, torch.nn.RNNCell: _cell, torch.nn.GRUCell: _cell, theirs.Layer: _layer,
    theirs.Neuron: _neuron, theirs.MLP: _mlp, theirs.Residual: _residual, theirs.Elementwise: _activation,
    theirs.CausalSelfAttention: _attention, **dict.fromkeys(theirs.ACTIVATIONS, _activation)}
