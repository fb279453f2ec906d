"""draw_network: a network as circles in layers, joined by lines that are its weights.

This is a picture of a model; for one of what a model calculates, see `autograd.draw`. Here the layers are found and
checked; diagram.py draws them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from autograd import no_grad
from nn.checks import count, numbers
from nn.layers import Layer, Neuron
from nn.module import Module
from nn.pictures.diagram import Diagram, NamedLayer, dotted

if TYPE_CHECKING:
    from autograd import Drawing


def draw_network(model: Any, inputs: Any = None, gradients: bool = False, *, max_units: int = 8) -> "Drawing":
    """A network as in a textbook: a circle for each input and each neuron, a line for each weight.

    A line is blue and solid for a weight above 0, orange and dashed for one below, and wider for a larger weight. A
    circle holds the neuron's bias. Where few lines meet, the numbers are written on them; all of them are in the
    tooltips. Layers of more than `max_units` units and networks of more than 10 layers are shown in part,
    and the picture says how much was left out.

    `model`: a Neuron, a Layer, an MLP, any Module with a list of `layers`, or a list of all of these.
    `inputs`: the numbers of one sample. The circles then hold what comes in and what each neuron makes of it.
    `gradients`: show the gradients that `backward()` left, in place of the weights and biases themselves.

    Raises TypeError for another kind of model and for inputs that are not numbers, ValueError for layers that do not
    fit together and for a wrong number of inputs.
    """
    layers = _layers(model, "")
    if not layers:
        raise ValueError("a network needs at least one layer, not 0")
    _check_sizes(layers)
    limit = count("max_units", max_units, least=3)
    outputs = None if inputs is None else _outputs(layers, inputs)
    return Diagram(layers, outputs, gradients, limit).drawn()


def _layers(model: Any, name: str) -> list[NamedLayer]:
    """The layers of a model in order, each with its dotted name."""
    if isinstance(model, Neuron):
        return [NamedLayer(name, model, [model])]
    if isinstance(model, Layer):
        return [NamedLayer(name, model, model.neurons)]
    parts: Any = model
    if isinstance(model, Module):
        parts, name = getattr(model, "layers", None), dotted(name, "layers")
    if not isinstance(parts, list | tuple):
        raise TypeError(f"draw_network draws a Neuron, a Layer, an MLP or a list of these, not "
                        f"{type(model).__name__!r}; what a model calculates is drawn by autograd.draw")
    return [layer for place, part in enumerate(cast("Sequence[Any]", parts))
            for layer in _layers(part, dotted(name, place))]


def _check_sizes(layers: list[NamedLayer]) -> None:
    for layer in layers:
        if not layer.neurons:
            raise ValueError(f"{layer.name or 'the layer'} has no neurons")
    size = len(layers[0].neurons[0].w)
    for layer in layers:
        for place, neuron in enumerate(layer.neurons):
            if len(neuron.w) != size:
                raise ValueError(f"{layer.neuron(place)} has {len(neuron.w)} inputs, where there are {size}")
        size = len(layer.neurons)


def _outputs(layers: list[NamedLayer], inputs: Any) -> list[list[float]]:
    """The inputs, and what comes out of each layer for them."""
    outputs = [numbers("inputs", inputs, len(layers[0].neurons[0].w))]
    with no_grad():
        for layer in layers:
            outputs.append(numbers(f"the output of {layer.name}", layer.layer(outputs[-1]), len(layer.neurons)))
    return outputs
