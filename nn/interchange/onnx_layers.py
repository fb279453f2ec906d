"""to_onnx, layer by layer. The table at the end says which nodes a layer is; activations are read through the table."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from onnx import TensorProto, helper

from nn.activations import Activation, softmax
from nn.architecture import stranger
from nn.attention import CausalSelfAttention
from nn.containers import Residual, Sequential
from nn.dropout import Dropout
from nn.interchange.onnx_graph import Graph
from nn.interchange.onnx_rows import Output
from nn.layers import MLP, Layer, Neuron
from nn.linear import Embedding, Linear
from nn.module import Module
from nn.normalization import LayerNorm, RMSNorm
from nn.recurrent import GRUCell, RNNCell


class Flow(NamedTuple):
    """What flows from layer to layer: vectors of a size, bare numbers if that is 0, and anything if it is None."""

    output: Output
    size: int | None


class Walk:
    """The way through a model."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def module(self, module: Any, name: str, flow: Flow) -> Flow:
        if module is softmax:
            if flow.size == 0:
                raise ValueError("there is no softmax of a bare number: it takes vectors")
            return Flow(self.graph.node("Softmax", flow.output, axis=-1), flow.size)
        make = MAKERS.get(cast(Any, type(module)))
        if make is None:
            raise ValueError(stranger(module))
        return make(self, module, name and f"{name}.", flow)

    def taken(self, module: Module, size: int, flow: Flow) -> Output:
        """The vectors that a layer takes; one number may be bare. Raises ValueError if they are of another size."""
        if flow.size == 0 and size == 1:
            return self.graph.node("Unsqueeze", flow.output, self.graph.indices([-1]))
        if flow.size not in (None, size):
            raise ValueError(f"{module!r:.80} takes {size} numbers, and what comes before gives {flow.size or 1}")
        return flow.output

    def function(self, function: Any, output: Output) -> Output:
        """A function of one number, applied to each."""
        if function is None:
            return output
        try:
            found = function(output)
            return found if isinstance(found, Output) else (output > 0).either(found, found)
        except Exception as error:  # of any kind: the function is anyone's
            name = getattr(function, "name", getattr(function, "__name__", repr(function)))
            raise ValueError(f"ONNX cannot calculate {name}: {error}") from error

    def affine(self, x: Output, name: str, weight: Any, bias: Any, suffix: str = "") -> Output:
        """weight · x + bias, for parameters of these names."""
        return self.graph.product(x, self.graph.matrix(weight, f"{name}weight{suffix}"),
                                  None if bias is None else self.graph.matrix(bias, f"{name}bias{suffix}"))


def size_of_input(module: Any) -> int | str | None:
    """How many numbers a model takes; "index" if these are whole; None if any number of them will do."""
    if isinstance(module, MLP):
        return size_of_input(module.layers[0])
    if isinstance(module, Sequential):
        return next((size for size in map(size_of_input, module) if size is not None), None)
    if isinstance(module, Layer):
        return size_of_input(module.neurons[0])
    if isinstance(module, Embedding):
        return "index"
    sizes = {Neuron: lambda: len(module.w), Linear: lambda: module.in_features, RMSNorm: lambda: module.size,
             LayerNorm: lambda: module.size, CausalSelfAttention: lambda: module.embed_dim,
             RNNCell: lambda: module.input_size, GRUCell: lambda: module.input_size}
    return sizes.get(cast(Any, type(module)), lambda: None)()


def _neuron(walk: Walk, neuron: Neuron, name: str, flow: Flow) -> Flow:
    return _neurons(walk, neuron, [neuron], name, flow)


def _layer(walk: Walk, layer: Layer, name: str, flow: Flow) -> Flow:
    return _neurons(walk, layer, layer.neurons, name, flow)


def _neurons(walk: Walk, module: Module, neurons: list[Neuron], name: str, flow: Flow) -> Flow:
    first = neurons[0]
    if any(type(neuron) is not Neuron or neuron.activation is not first.activation or len(neuron.w) != len(first.w)
           for neuron in neurons):
        raise ValueError(f"the neurons of {module!r:.80} are not of one kind, as those of a matrix are")
    x = walk.affine(walk.taken(module, len(first.w), flow), name, [neuron.w for neuron in neurons],
                    [neuron.b for neuron in neurons])
    y = walk.function(first.activation, x)
    if len(neurons) > 1:
        return Flow(y, len(neurons))
    return Flow(walk.graph.node("Squeeze", y, walk.graph.indices([-1])), 0)


def _mlp(walk: Walk, mlp: MLP, name: str, flow: Flow) -> Flow:
    for place, layer in enumerate(mlp.layers):
        flow = walk.module(layer, f"{name}layers.{place}", flow)
    return flow


def _sequential(walk: Walk, sequential: Sequential, name: str, flow: Flow) -> Flow:
    for place, part in enumerate(sequential):
        flow = walk.module(part, f"{name}{place}", flow)
    return flow


def _residual(walk: Walk, residual: Residual, name: str, flow: Flow) -> Flow:
    found = _sequential(walk, residual, name, flow)
    if flow.size != found.size:
        raise ValueError(f"{residual!r:.80} adds up what goes in and what comes out, which differ in size")
    return Flow(walk.graph.node("Add", flow.output, found.output), found.size)


def _linear(walk: Walk, linear: Linear, name: str, flow: Flow) -> Flow:
    x = walk.taken(linear, linear.in_features, flow)
    return Flow(walk.affine(x, name, linear.weight, linear.bias), linear.out_features)


def _embedding(walk: Walk, embedding: Embedding, name: str, flow: Flow) -> Flow:
    if flow.output.name != "input":
        raise ValueError(f"{embedding!r} takes whole numbers, which nothing calculates: it has to come first")
    rows = walk.graph.matrix(embedding.weight, f"{name}weight")
    return Flow(walk.graph.node("Gather", rows, flow.output, axis=0), embedding.embedding_dim)


def _rms_norm(walk: Walk, norm: RMSNorm, name: str, flow: Flow) -> Flow:
    return Flow(_scaled(walk, walk.taken(norm, norm.size, flow), norm.eps, norm.weight, None, name), norm.size)


def _layer_norm(walk: Walk, norm: LayerNorm, name: str, flow: Flow) -> Flow:
    x = walk.taken(norm, norm.size, flow)
    x = walk.graph.node("Sub", x, walk.graph.node("ReduceMean", x, axes=[-1], keepdims=1))
    return Flow(_scaled(walk, x, norm.eps, norm.weight, norm.bias, name), norm.size)


def _scaled(walk: Walk, x: Output, eps: float, weight: Any, bias: Any, name: str) -> Output:
    """x / √(mean of x² + eps) · weight + bias."""
    node = walk.graph.node
    mean = node("ReduceMean", node("Mul", x, x), axes=[-1], keepdims=1)
    y = node("Div", x, node("Sqrt", node("Add", mean, eps)))
    if weight is not None:
        y = node("Mul", y, walk.graph.matrix(weight, f"{name}weight"))
    return y if bias is None else node("Add", y, walk.graph.matrix(bias, f"{name}bias"))


def _attention(walk: Walk, attention: CausalSelfAttention, name: str, flow: Flow) -> Flow:
    graph, node = walk.graph, walk.graph.node
    size, heads, rank = attention.embed_dim, attention.num_heads, len(graph.leading)
    if flow.size == 0 or not rank:
        raise ValueError(f"{attention!r} needs sequences of vectors")
    found = walk.affine(walk.taken(attention, size, flow), f"{name}in_proj_", attention.in_proj_weight,
                        attention.in_proj_bias)
    swapped = [*range(rank - 1), rank, rank - 1, rank + 1]  # the heads before the places in a sequence, and back
    parts: list[Output] = []
    for place in range(3):
        part = node("Slice", found, graph.indices([place * size]), graph.indices([(place + 1) * size]),
                    graph.indices([-1]))
        shape = graph.indices([*[0] * rank, heads, size // heads])
        parts.append(node("Transpose", node("Reshape", part, shape), perm=swapped))
    queries, keys, values = parts
    scores = node("MatMul", node("Mul", queries, math.sqrt(heads / size)),
                  node("Transpose", keys, perm=[*range(rank), rank + 1, rank]))
    length = node("Gather", node("Shape", scores), graph.indices(-1))
    places = node("Range", graph.indices(0), length, graph.indices(1))
    later = node("Greater", node("Unsqueeze", places, graph.indices([0])),
                 node("Unsqueeze", places, graph.indices([1])), condition=True)
    weights = node("Softmax", node("Where", later, graph.array(-math.inf), scores), axis=-1)
    heard = node("Transpose", node("MatMul", weights, values), perm=swapped)
    heard = node("Reshape", heard, graph.indices([*[0] * rank, size]))
    return _linear(walk, attention.out_proj, f"{name}out_proj.", Flow(heard, size))


def _passed(walk: Walk, dropout: Dropout, name: str, flow: Flow) -> Flow:
    return flow


def _activation(walk: Walk, activation: Activation, name: str, flow: Flow) -> Flow:
    return Flow(walk.function(activation.function, flow.output), flow.size)


def _cell(walk: Walk, cell: Any, name: str, flow: Flow, state: Output | None = None) -> Flow:
    node, size = walk.graph.node, cell.hidden_size
    if state is None:
        state = node("Expand", 0.0, walk.graph.indices([*[1] * len(walk.graph.leading), size]))
    seen = walk.affine(walk.taken(cell, cell.input_size, flow), name, cell.weight_ih, cell.bias_ih, "_ih")
    kept = walk.affine(state, name, cell.weight_hh, cell.bias_hh, "_hh")
    if isinstance(cell, RNNCell):
        return Flow(node("Tanh" if cell.nonlinearity == "tanh" else "Relu", node("Add", seen, kept)), size)
    ends = [walk.graph.indices([place * size]) for place in range(4)]
    (r, z, n), (r_kept, z_kept, n_kept) = ([
        node("Slice", x, ends[place], ends[place + 1], walk.graph.indices([-1])) for place in range(3)]
        for x in (seen, kept))
    reset, update = (node("Sigmoid", node("Add", a, b)) for a, b in ((r, r_kept), (z, z_kept)))
    candidate = node("Tanh", node("Add", n, node("Mul", reset, n_kept)))
    return Flow(node("Add", candidate, node("Mul", update, node("Sub", state, candidate))), size)


MAKERS: dict[type[Any], Callable[[Walk, Any, str, Flow], Flow]] = {
    MLP: _mlp, Layer: _layer, Neuron: _neuron, Linear: _linear, Embedding: _embedding, RMSNorm: _rms_norm,
    LayerNorm: _layer_norm, Dropout: _passed, Activation: _activation, Sequential: _sequential, Residual: _residual,
    CausalSelfAttention: _attention, RNNCell: _cell, GRUCell: _cell}


def export(model: Module, dtype: str, leading: tuple[str, ...]) -> bytes:
    """A model as the content of an ONNX file."""
    graph = Graph(dtype, leading)
    size = size_of_input(model)
    ends: list[Any] = [] if size == "index" else ["features" if size is None else size]
    kind = TensorProto.INT64 if size == "index" else graph.kind
    inputs = [helper.make_tensor_value_info("input", kind, [*leading, *ends])]
    flow = Flow(Output(graph, "input"), size if isinstance(size, int) else None)
    walk = Walk(graph)
    if isinstance(model, RNNCell | GRUCell):
        inputs.append(helper.make_tensor_value_info("state", graph.kind, [*leading, model.hidden_size]))
        found = _cell(walk, model, "", flow, Output(graph, "state"))
    else:
        found = walk.module(model, "", flow)
    return graph.model(inputs, found.output, found.size, type(model).__name__)
