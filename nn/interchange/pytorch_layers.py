"""Layers of nn that PyTorch has not, or has in another form, as modules of PyTorch, with PyTorch's names inside.

In a tensor the numbers of a vector are the last dimension. What comes out bare here, the output of a single neuron, has
no such dimension there: a batch of N points gives N numbers, not a column of them.
"""

# What PyTorch says of its types is full of gaps.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from collections.abc import Callable
from typing import Any

import torch

from nn.interchange.pytorch_rows import Tensors


class Layer(torch.nn.Linear):
    """A Linear with its activation; see nn.Layer."""

    def __init__(self, in_features: int, out_features: int, activation: torch.nn.Module, **options: Any) -> None:
        super().__init__(in_features, out_features, **options)
        self.activation = activation

    def forward(self, input: Any) -> Any:
        y = self.activation(super().forward(input))
        return y.squeeze(-1) if self.out_features == 1 else y


class Neuron(Layer):
    """A Layer of one; see nn.Neuron."""


class MLP(torch.nn.Module):
    """Layers one after the other; see nn.MLP."""

    def __init__(self, layers: torch.nn.Sequential) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, input: Any) -> Any:
        return self.layers(input)


class Residual(torch.nn.Sequential):
    """x + parts(x); see nn.Residual."""

    def forward(self, input: Any) -> Any:
        y = super().forward(input)
        if y.shape != input.shape:
            raise ValueError("a Residual adds up what goes in and what comes out, which differ in shape: "
                             f"{tuple(input.shape)} and {tuple(y.shape)}")
        return input + y


class CausalSelfAttention(torch.nn.MultiheadAttention):
    """Attention of a sequence to what came before; see nn.CausalSelfAttention. Any dimensions may come before it."""

    def __init__(self, embed_dim: int, num_heads: int, **options: Any) -> None:
        super().__init__(embed_dim, num_heads, batch_first=True, **options)

    def forward(self, input: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        if input.dim() < 2:
            raise ValueError(f"a CausalSelfAttention needs sequences of vectors, not the shape {tuple(input.shape)}")
        sequences = input.reshape(-1, *input.shape[-2:])
        length = input.shape[-2]
        later = torch.ones(length, length, dtype=torch.bool, device=input.device).triu(1)
        found, _ = super().forward(sequences, sequences, sequences, attn_mask=later, need_weights=False)
        return found.reshape(input.shape)


class Elementwise(torch.nn.Module):
    """A row of the table, or any function from Value to Value, of each number; see nn.Activation."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, input: Any) -> Any:
        found = self.function(Tensors(input))
        return found.tensor if isinstance(found, Tensors) else torch.full_like(input, float(found))

    def extra_repr(self) -> str:
        return getattr(self.function, "name", getattr(self.function, "__name__", repr(self.function)))


ACTIVATIONS: dict[type[Any], tuple[str | None, dict[str, Any]]] = {  # rows, with the options that they have here
    torch.nn.ELU: ("elu", {"alpha": 1.0}),
    torch.nn.GELU: ("gelu", {"approximate": "none"}),
    torch.nn.Identity: (None, {}),
    torch.nn.LeakyReLU: ("leaky_relu", {"negative_slope": 0.01}),
    torch.nn.ReLU: ("relu", {}),
    torch.nn.Sigmoid: ("sigmoid", {}),
    torch.nn.SiLU: ("silu", {}),
    torch.nn.Softplus: ("softplus", {"beta": 1.0}),
    torch.nn.Tanh: ("tanh", {}),
}


def as_vectors(module: torch.nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a layer of one input has to do where its input comes bare: a hook before its forward()."""
    return inputs[0].unsqueeze(-1), *inputs[1:]
