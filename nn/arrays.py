"""to_numpy(): the parameters of a model as NumPy arrays."""

import re
from typing import Any

from nn.layers import Neuron
from nn.module import Module
from nn.storage import layout, packed

_NEURON = re.compile(r"(?P<front>.*?)(?:neurons\.(?P<row>\d+)\.)?(?:w\.(?P<column>\d+)|b)")


def to_numpy(model: Module) -> dict[str, Any]:
    """The parameters as arrays of float64, by name, with the names and shapes that they have after `to_torch`.

    A layer of neurons has a `weight`, with a row for each neuron, and a `bias`. Raises TypeError for anything but a
    Module, and ImportError without NumPy.
    """
    if not isinstance(model, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a Module is needed, not {type(model).__name__!r}")
    try:
        import numpy  # noqa: F401  (storage.py takes it for granted)
    except ImportError:
        raise ImportError('arrays need NumPy: pip install "glassgrad[save]"') from None
    of_neurons = {id(parameter) for module in model.modules() if isinstance(module, Neuron)
                  for parameter in (*module.w, module.b)}
    state = {_in_matrices(name) if id(parameter) in of_neurons else name: parameter.data
             for name, parameter in model.named_parameters()}
    return packed(state, layout(state))


def _in_matrices(name: str) -> str:
    """`layers.0.neurons.3.w.1` as `layers.0.weight.3.1`; a neuron by itself is the only row."""
    found = _NEURON.fullmatch(name)
    if found is None:
        return name
    front, row, column = found["front"], found["row"] or "0", found["column"]
    return f"{front}bias.{row}" if column is None else f"{front}weight.{row}.{column}"
