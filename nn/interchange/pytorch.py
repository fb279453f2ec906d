"""to_torch() and from_torch(): models to PyTorch, for GPUs and many machines, and back."""

from typing import Any

from nn.module import Module


def to_torch(model: Module, dtype: Any = None) -> Any:
    """A `torch.nn.Module` with the same parameters and outputs, made of PyTorch's own layers where it has them.

    Tensors come with any dimensions in front of those of one sample, as PyTorch has it. What is a bare number here has
    no dimension of its own there. `dtype`: of the parameters, `torch.float64` unless it is given, in which outputs are
    the same to rounding. A tensor stands for what are scalars here: the weights of the neurons `layers.0.neurons.*.w`
    are `layers.0.weight` in its `state_dict()`, and `layers.0.neurons.*.b` are `layers.0.bias`; all else keeps its
    name. Modules are in training, or not, as those of the model are; shared parameters stay shared, and constants
    require no gradient. Dropout draws from PyTorch's generator. Where an operation refuses a number here, PyTorch
    gives nan or inf. Raises ImportError without the extra `torch`, TypeError for anything but a Module, and ValueError
    for what is not made of layers of nn.
    """
    if not isinstance(model, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a Module is needed, not {type(model).__name__!r}")
    torch = _torch()
    dtype = torch.float64 if dtype is None else dtype
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"dtype needs to be one of PyTorch's for real numbers, such as torch.float32, not {dtype!r}")
    from nn.interchange.pytorch_to import Builder

    return Builder(model, dtype).whole(model)


def from_torch(module: Any) -> Module:
    """A model of nn with the parameters and outputs of a `torch.nn.Module`: the way back from `to_torch`.

    It takes PyTorch's Linear, Sequential, Embedding, LayerNorm, RMSNorm, Dropout, RNNCell, GRUCell, Softmax over the
    last dimension and activations, and all that `to_torch` makes, on any device and in any precision. Parts of a
    Sequential are called by their numbers. Modules are in training, or not, as those of the module are; shared
    parameters stay shared, and those that require no gradient are constants. PyTorch's Softplus gives up precision
    above its threshold of 20, which ours keeps: they differ by up to 2e-9. Raises ImportError without the extra
    `torch`, TypeError for anything but a module of PyTorch, and ValueError, which names it, for one with no
    counterpart here.
    """
    torch = _torch()
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"a torch.nn.Module is needed, not {type(module).__name__!r}")
    from nn.interchange.pytorch_from import Reader

    return Reader(module).whole(module)


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise ImportError('models go to PyTorch and back where it is installed: pip install "glassgrad[torch]"'
                          ) from None
    return torch
