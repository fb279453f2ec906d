"""The layers of a network, and what they, their neurons and their parameters are called in a textbook and in the code.

A textbook counts from 1: w₁₂₁ is the weight in layer 1, to neuron 2, from input 1. The code calls it
`layers.0.neurons.1.w.0`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from nn.layers import Layer, Neuron
from nn.module import Module
from nn.pictures.lettering import dotted, symbol


class NamedLayer(NamedTuple):
    """A layer, or a neuron alone: its name in the code, and its number in the network, from 1.

    The number is 0 if there is no list of layers that it is in.
    """

    name: str
    number: int
    layer: Any
    neurons: list[Neuron]

    def neuron(self, place: int) -> str:
        """The name of a neuron in the code."""
        return self.name or "neuron" if self.layer is self.neurons[0] else dotted(self.name, "neurons", place)

    def parameter(self, place: int, name: str) -> str:
        """The name of a neuron's parameter in the code, where it is `w.1` or `b`."""
        return dotted(self.name, name) if self.layer is self.neurons[0] else f"{self.neuron(place)}.{name}"

    def symbol(self, letter: str, place: int, *more: int) -> str:
        """A letter with the indices of a neuron, and those of `more`: w₁₂₁."""
        which = [] if self.layer is self.neurons[0] and not self.number else [place + 1]
        return symbol(letter, [*([self.number] if self.number else []), *which, *(index + 1 for index in more)])

    def activation(self, place: int) -> str:
        """The name of a neuron's activation, "" if it has none."""
        activation: Any = self.neurons[place].activation
        if activation is None:
            return ""
        name: str = getattr(activation, "name", None) or getattr(activation, "__name__", type(activation).__name__)
        return name.strip("<>")[:20]


def layers_of(model: Any) -> list[NamedLayer]:
    """The layers of a model in order.

    Raises TypeError for what is no network, ValueError for layers that do not fit together.
    """
    layers = [NamedLayer(name, number if name else 0, layer, neurons)
              for number, (name, layer, neurons) in enumerate(_layers(model, ""), 1)]
    if not layers:
        raise ValueError("a network needs at least one layer, not 0")
    for layer in layers:
        if not layer.neurons:
            raise ValueError(f"{layer.name or 'the layer'} has no neurons")
    size = len(layers[0].neurons[0].w)
    for layer in layers:
        for place, neuron in enumerate(layer.neurons):
            if len(neuron.w) != size:
                raise ValueError(f"{layer.neuron(place)} has {len(neuron.w)} inputs, where there are {size}")
        size = len(layer.neurons)
    return layers


def _layers(model: Any, name: str) -> list[tuple[str, Any, list[Neuron]]]:
    """The layers with their names in the code, and their neurons."""
    if isinstance(model, Neuron):
        return [(name, model, [model])]
    if isinstance(model, Layer):
        return [(name, model, model.neurons)]
    parts: Any = model
    if isinstance(model, Module):
        parts, name = getattr(model, "layers", None), dotted(name, "layers")
    if not isinstance(parts, list | tuple):
        raise TypeError(f"draw_network draws a Neuron, a Layer, an MLP or a list of these, not "
                        f"{type(model).__name__!r}; what a model calculates is drawn by autograd.draw")
    return [layer for place, part in enumerate(cast("Sequence[Any]", parts))
            for layer in _layers(part, dotted(name, place))]
