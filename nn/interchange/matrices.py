"""to_numpy(): the numbers of a model as arrays, and the names that scalars have together."""

from importlib.util import find_spec
from typing import Any

from nn.layers import Layer, Neuron
from nn.module import Module
from nn.storage import layout, packed


def to_numpy(model: Module) -> dict[str, Any]:
    """The parameters of any Module as NumPy arrays of float64, by name: matrices where a layer has a matrix.

    The names are those of `state_dict()` without the places in the arrays: `0.weight` for `0.weight.2.1` and the like.
    The weights of the neurons of a Layer are one matrix `weight`, with a row for each, and their biases a vector
    `bias`, as they are in PyTorch after `to_torch`. The arrays are copies. Raises ImportError without NumPy, TypeError
    for anything but a Module.
    """
    if not isinstance(model, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a Module is needed, not {type(model).__name__!r}")
    if find_spec("numpy") is None:
        raise ImportError('arrays need NumPy: pip install "glassgrad[save]"')
    named = model.named_parameters()
    renamed = _in_matrices(model, {id(value): name for name, value in named})
    state = {renamed.get(id(value), name): value.data for name, value in named}
    places, order = layout(state), {name: place for place, name in enumerate(state)}
    return packed(state, dict(sorted(places.items(), key=lambda item: order[item[1][1][0]])))


def _in_matrices(model: Module, names: dict[int, str]) -> dict[int, str]:
    """For the parameters of neurons, their names in the matrix and the vector of their layer."""
    found: dict[int, str] = {}
    taken = {*names.values()}
    for module in model.modules():
        rows: list[Any] = module.neurons if isinstance(module, Layer) else [module]
        if not all(isinstance(row, Neuron) for row in rows):
            continue
        inside = "neurons.{}." if isinstance(module, Layer) else ""
        for place, neuron in enumerate(rows):
            own = [(neuron.b, "b", f"bias.{place}"),
                   *((value, f"w.{column}", f"weight.{place}.{column}") for column, value in enumerate(neuron.w))]
            for value, last, together in own:
                name, ending = names.get(id(value), ""), inside.format(place) + last
                if name == ending or name.endswith(f".{ending}"):
                    renamed = name.removesuffix(ending) + together
                    if renamed not in taken:
                        found.setdefault(id(value), renamed)
    return found
