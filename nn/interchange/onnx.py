"""to_onnx(): a model in a file that onnxruntime runs, and with it phones, browsers and servers without Python."""

from importlib.util import find_spec
from typing import Any

from autograd import replace_file
from nn.attention import CausalSelfAttention
from nn.module import Module
from nn.storage import FilePath


def to_onnx(model: Module, path: FilePath, *, dtype: str = "float64", leading: tuple[str, ...] | None = None) -> None:
    """Write a model to a file of ONNX, opset 17, which onnxruntime reads since its version 1.12.

    Its `input` has a vector for each sample of a batch, or an index where an Embedding comes first, and its `output`
    what the model gives, as it does after eval(); that of a single neuron has no dimension of its own. A cell takes its
    `state`, too. Parameters have the names that they have in PyTorch after `to_torch`. `leading`: the names of the
    dimensions before that of a vector, all of any length: `("batch",)`, and with attention `("batch", "length")`,
    unless they are given. `dtype`: "float64", in which outputs are the same to rounding, or "float32", which more
    runtimes are made for. The file is replaced in one step, or left as it was.

    onnxruntime has no kernels in float64 for erf, arctan, arcsin and arccos, which are written as integrals there, to
    about 2e-15, nor for tan, sinh, cosh, elu, softplus and gelu, which are written in what it has. Where an operation
    refuses a number here, onnxruntime gives nan or inf.

    Raises ImportError without the extra `onnx`, TypeError for anything but a Module, ValueError for what is not made of
    layers of nn, and OSError.
    """
    if not isinstance(model, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a Module is needed, not {type(model).__name__!r}")
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype needs to be 'float64' or 'float32', not {dtype!r}")
    if leading is None:
        has_attention = any(isinstance(module, CausalSelfAttention) for module in model.modules())
        leading = ("batch", "length") if has_attention else ("batch",)
    names: Any = leading
    if not isinstance(names, tuple | list) or not names or not all(isinstance(x, str) and x for x in names):  # pyright: ignore
        raise ValueError(f"leading needs to be names of dimensions, such as ('batch', 'length'), not {leading!r}")
    if find_spec("numpy") is None or find_spec("onnx") is None:
        raise ImportError('files of ONNX need a package: pip install "glassgrad[onnx]"')
    from nn.interchange.onnx_layers import export

    replace_file(path, export(model, dtype, tuple(leading)))
