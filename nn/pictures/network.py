"""draw_network: a network as circles in layers, joined by lines that are its weights.

This is a picture of a model; for one of what a model calculates, see `autograd.draw`. Here what is asked for is
checked; named.py finds the layers, diagram.py draws them.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value, no_grad
from nn.checks import count, in_order, is_list, numbers
from nn.pictures.diagram import Diagram, Shown
from nn.pictures.lettering import readable
from nn.pictures.named import NamedLayer, layers_of
from nn.pictures.words import words

if TYPE_CHECKING:
    from autograd import Drawing


def draw_network(model: Any, inputs: Any = None, gradients: bool = False, *, names: str = "textbook",
                 input_names: Sequence[str] | None = None, output_names: Sequence[str] | None = None, lang: str = "en",
                 max_units: int = 6) -> "Drawing":
    """A network as in a textbook: a circle for each input and each neuron, a line for each weight.

    A line is blue and solid for a weight above 0, orange and dashed for one below, and wider for a larger weight. A
    circle holds the neuron's bias. If all numbers have room beside each other, they are written on the lines;
    otherwise the caption says that they are in the tooltips. Layers that would have more than `max_units` circles
    and networks of more than 7 layers are shown in part, and the picture says how much was left out.

    - `model`: a Neuron, a Layer, an MLP, any Module with a list of `layers`, or a list of all of these.
    - `inputs`: the numbers of one sample. The circles then hold what comes in and what each neuron makes of it.
    - `gradients`: show the gradients of the weights that `backward()` left on the lines, in place of the weights, and
      those of the biases in the circles.
    - `names`: "textbook" for x₁, h₁₂ (layer 1, neuron 2), w₁₂₁ (from input 1), b₁₂ and ŷ; "code" for the names that
      `named_parameters()` has. The tooltips have both.
    - `input_names`, `output_names`: what inputs and outputs are called, in place of x₁ and ŷ. Without the former,
      inputs that are Values are called by their labels.
    - `lang`: the language of titles and caption, "en" or "zh".

    Raises TypeError for another kind of model and for inputs that are not numbers, ValueError for layers that do not
    fit together, a wrong number of inputs or names, and gradients that are not finite.
    """
    layers = layers_of(model)
    limit = count("max_units", max_units, least=3)
    said = words(lang)
    if names not in ("textbook", "code"):
        raise ValueError(f"names is 'textbook' or 'code', not {names!r}")
    outputs = None if inputs is None else _outputs(layers, inputs)
    called = [_names("input_names", input_names, len(layers[0].neurons[0].w)) or _labels(inputs),
              _names("output_names", output_names, len(layers[-1].neurons))]
    for layer in layers:
        for place, neuron in enumerate(layer.neurons):
            for name, parameter in (("b", neuron.b), *((f"w.{i}", weight) for i, weight in enumerate(neuron.w))):
                if gradients and not math.isfinite(parameter.grad):
                    raise ValueError(f"the gradient of {layer.parameter(place, name)} is {parameter.grad}")
    return Diagram(layers, Shown(outputs, gradients, names == "code", called[0], called[1], said, limit)).drawn()


def _outputs(layers: list[NamedLayer], inputs: Any) -> list[list[float]]:
    """The inputs, and what comes out of each layer for them."""
    outputs = [numbers("inputs", inputs, len(layers[0].neurons[0].w))]
    with no_grad():
        for layer in layers:
            outputs.append(numbers(f"the output of {layer.name}", layer.layer(outputs[-1]), len(layer.neurons)))
    return outputs


def _names(what: str, given: Any, size: int) -> list[str]:
    """The names that a user gave; none if there are none."""
    if given is None:
        return []
    names: list[Any] = list(in_order(what, given)) if not isinstance(given, str) else [given]
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{what}: a text is needed, not {type(name).__name__!r}")
    if len(names) != size:
        raise ValueError(f"{what}: {size} name{'s are' if size > 1 else ' is'} needed, not {len(names)}")
    return [readable(name) for name in names]


def _labels(inputs: Any) -> list[str]:
    """The labels of inputs, "" for those that have none; none if there are no inputs."""
    items: list[Any] = list(inputs) if is_list(inputs) else [] if inputs is None else [inputs]
    return [readable(item.label or "") if isinstance(item, Value) else "" for item in items]
