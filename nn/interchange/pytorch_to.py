"""to_torch, layer by layer. The table at the end says what becomes of each class."""

from collections.abc import Callable
from typing import Any

import torch

from autograd import Operation, Value
from nn.activations import Activation, softmax
from nn.architecture import stranger
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

# The layers that PyTorch has for rows of the table, by the names of these.
ACTIVATIONS = {name: (cls, options) for cls, (name, options) in theirs.ACTIVATIONS.items()}
FARTHER = {torch.nn.Softplus: {"threshold": 40}}  # beyond its usual 20 it would be wrong in the tenth digit


class Builder:
    """One model on its way: which tensor its Values are in, and what its modules have become.

    A Value may be in several places, as a whole tensor with others; then it is one tensor in all of them.
    """

    def __init__(self, model: Module, dtype: Any) -> None:
        self.dtype = dtype
        self.names = {id(value): name for name, value in model.named_parameters()}
        self._tensors: dict[tuple[Any, ...], torch.nn.Parameter] = {}
        self._owners: dict[int, tuple[Any, ...]] = {}  # of each Value, the key of its tensor
        self._made: dict[tuple[int, bool], tuple[torch.nn.Module, bool]] = {}

    def whole(self, model: Module) -> torch.nn.Module:
        """The model. Raises ValueError if a parameter would be left behind."""
        made, _ = self.module(model, False)
        lost = [name for value, name in self.names.items() if value not in self._owners]
        if lost:
            raise ValueError(f"no layer of nn uses these parameters, and PyTorch cannot either: {listed(lost)}")
        return made

    def module(self, module: Any, bare: bool) -> tuple[torch.nn.Module, bool]:
        """What becomes of a module, and whether its output is bare; `bare` is whether its input is."""
        if module is softmax:
            if bare:
                raise ValueError("there is no softmax of a bare number: it takes vectors")
            return torch.nn.Softmax(dim=-1), False
        make = MAKERS.get(type(module))  # pyright: ignore[reportUnknownArgumentType]
        if make is None:
            raise ValueError(stranger(module))
        key = id(module), bare
        if key not in self._made:
            made, is_bare = make(self, module, bare)
            made.training = module.training
            self._made[key] = made, is_bare
        return self._made[key]

    def tensor(self, rows: Any, name: str) -> torch.nn.Parameter:
        """A vector or matrix of Values as a parameter; one that requires no gradient if they are constants."""
        shape = (len(rows), len(rows[0])) if isinstance(rows[0], tuple | list) else (len(rows),)
        values: list[Value] = [value for row in rows for value in row] if len(shape) == 2 else list(rows)
        key = (*shape, *map(id, values))
        if key not in self._tensors:
            constants = [value.constant for value in values]
            if any(value.op is not None for value in values):
                raise ValueError(f"{name} is calculated from other numbers, which a parameter of PyTorch is not")
            if any(constants) and not all(constants):
                raise ValueError(f"a part of {name} is constant, and PyTorch trains all of a tensor or nothing")
            if len(set(key[len(shape):])) < len(values) or any(id(value) in self._owners for value in values):
                raise ValueError(f"{name} shares some of its numbers, and PyTorch shares all of a tensor or nothing")
            numbers = torch.tensor([value.data for value in values], dtype=torch.float64).to(self.dtype).reshape(shape)
            if not numbers.isfinite().all():
                raise ValueError(f"{name} has numbers too large for {self.dtype}")
            self._tensors[key] = torch.nn.Parameter(numbers, requires_grad=not any(constants))
            self._owners.update(dict.fromkeys(map(id, values), key))
        return self._tensors[key]

    def filled(self, made: torch.nn.Module, module: Module, **tensors: Any) -> torch.nn.Module:
        """A module with its parameters; those that are None it has not."""
        for name, rows in tensors.items():
            setattr(made, name, None if rows is None else self.tensor(rows, f"{name} of {module!r:.40}"))
        return made

    def function(self, function: Any) -> torch.nn.Module:
        """An activation. Raises ValueError if PyTorch cannot calculate it."""
        name = function.name if isinstance(function, Operation) else None
        if function is None or (name is not None and name in ACTIVATIONS):
            cls, options = ACTIVATIONS[name]
            return cls(**options, **FARTHER.get(cls, {}))
        made = theirs.Elementwise(function)
        try:
            made(torch.ones(2, dtype=self.dtype))
        except Exception as error:  # of any kind: the function is anyone's
            raise ValueError(f"PyTorch cannot calculate {made.extra_repr()}: {error}") from error
        return made


EMPTY: dict[str, Any] = {"device": "meta"}  # for modules whose parameters are put in later: nothing is drawn for them


def _neuron(builder: Builder, neuron: Neuron, bare: bool) -> tuple[torch.nn.Module, bool]:
    return _layer_of(builder, neuron, [neuron], theirs.Neuron, bare)


def _layer(builder: Builder, layer: Layer, bare: bool) -> tuple[torch.nn.Module, bool]:
    return _layer_of(builder, layer, layer.neurons, theirs.Layer, bare)


def _layer_of(builder: Builder, module: Module, neurons: list[Neuron], cls: Any, bare: bool) -> Any:
    strange = next((neuron for neuron in neurons if type(neuron) is not Neuron), None)
    if strange is not None:
        raise ValueError(stranger(strange))
    first = neurons[0]
    if any(neuron.activation is not first.activation for neuron in neurons):
        raise ValueError(f"the neurons of {module!r:.80} differ in their activation, which PyTorch has once for all")
    if any(len(neuron.w) != len(first.w) for neuron in neurons):
        raise ValueError(f"the neurons of {module!r:.80} differ in their number of weights, and so are no matrix")
    made = cls(len(first.w), len(neurons), builder.function(first.activation), **EMPTY)
    made.activation.training = module.training
    builder.filled(made, module, weight=[neuron.w for neuron in neurons], bias=[neuron.b for neuron in neurons])
    return _taking(made, bare), len(neurons) == 1


def _mlp(builder: Builder, mlp: MLP, bare: bool) -> tuple[torch.nn.Module, bool]:
    layers, bare = _chain(builder, torch.nn.Sequential(), mlp.layers, bare)
    layers.training = mlp.training
    return theirs.MLP(layers), bare


def _linear(builder: Builder, linear: Linear, bare: bool) -> tuple[torch.nn.Module, bool]:
    made = torch.nn.Linear(linear.in_features, linear.out_features, **EMPTY)
    return _taking(builder.filled(made, linear, weight=linear.weight, bias=linear.bias), bare), False


def _embedding(builder: Builder, embedding: Embedding, bare: bool) -> tuple[torch.nn.Module, bool]:
    made = torch.nn.Embedding(embedding.num_embeddings, embedding.embedding_dim, **EMPTY)
    return builder.filled(made, embedding, weight=embedding.weight), False


def _rms_norm(builder: Builder, norm: RMSNorm, bare: bool) -> tuple[torch.nn.Module, bool]:
    made = torch.nn.RMSNorm(norm.size, norm.eps, norm.weight is not None, **EMPTY)
    return _taking(builder.filled(made, norm, weight=norm.weight), bare), False


def _layer_norm(builder: Builder, norm: LayerNorm, bare: bool) -> tuple[torch.nn.Module, bool]:
    made = torch.nn.LayerNorm(norm.size, norm.eps, norm.weight is not None, norm.bias is not None, **EMPTY)
    return _taking(builder.filled(made, norm, weight=norm.weight, bias=norm.bias), bare), False


def _dropout(builder: Builder, dropout: Dropout, bare: bool) -> tuple[torch.nn.Module, bool]:
    return torch.nn.Dropout(dropout.p), bare


def _activation(builder: Builder, activation: Activation, bare: bool) -> tuple[torch.nn.Module, bool]:
    return builder.function(activation.function), bare


def _sequential(builder: Builder, sequential: Sequential, bare: bool) -> tuple[torch.nn.Module, bool]:
    return _chain(builder, torch.nn.Sequential(), sequential, bare)


def _residual(builder: Builder, residual: Residual, bare: bool) -> tuple[torch.nn.Module, bool]:
    made, after = _chain(builder, theirs.Residual(), residual, bare)
    if bare and not after:
        raise ValueError(f"{residual!r:.80} adds a bare number to a vector")
    return made, after


def _attention(builder: Builder, attention: CausalSelfAttention, bare: bool) -> tuple[torch.nn.Module, bool]:
    if bare:
        raise ValueError(f"{attention!r} needs sequences of vectors, not a bare number")
    dropout, out = attention.dropout, attention.out_proj
    made = theirs.CausalSelfAttention(
        attention.embed_dim, attention.num_heads, dropout=0.0 if dropout is None else dropout.p,
        bias=attention.in_proj_bias is not None, **EMPTY)
    builder.filled(made, attention, in_proj_weight=attention.in_proj_weight, in_proj_bias=attention.in_proj_bias)
    builder.filled(made.out_proj, out, weight=out.weight, bias=out.bias)
    made.out_proj.training = out.training
    return made, False


def _cell(builder: Builder, cell: Any, bare: bool) -> tuple[torch.nn.Module, bool]:
    options = {"bias": cell.bias_ih is not None, **EMPTY}
    made = torch.nn.GRUCell(cell.input_size, cell.hidden_size, **options) if isinstance(cell, GRUCell) else (
        torch.nn.RNNCell(cell.input_size, cell.hidden_size, nonlinearity=cell.nonlinearity, **options))
    names = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
    return _taking(builder.filled(made, cell, **{name: getattr(cell, name) for name in names}), bare), False


def _chain(builder: Builder, made: torch.nn.Sequential, parts: Any, bare: bool) -> tuple[torch.nn.Sequential, bool]:
    for part in parts:
        module, bare = builder.module(part, bare)
        made.append(module)
    return made, bare


def _taking(made: torch.nn.Module, bare: bool) -> torch.nn.Module:
    if bare:
        made.register_forward_pre_hook(theirs.as_vectors)
    return made


MAKERS: dict[type[Any], Callable[[Builder, Any, bool], tuple[torch.nn.Module, bool]]] = {
    MLP: _mlp, Layer: _layer, Neuron: _neuron, Linear: _linear, Embedding: _embedding, RMSNorm: _rms_norm,
    LayerNorm: _layer_norm, Dropout: _dropout, Activation: _activation, Sequential: _sequential, Residual: _residual,
    CausalSelfAttention: _attention, RNNCell: _cell, GRUCell: _cell}
