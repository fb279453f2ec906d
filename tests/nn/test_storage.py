"""Networks in files: what is saved comes back to the last bit, and what is damaged or hostile loads nothing.

The oracle for the format is the reader of safetensors itself, for NumPy and for PyTorch.
"""

import inspect
import json
import math
import os
import random
import stat
import struct
import subprocess
import sys

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, constant, tanh
from nn.architecture import CLASSES
from nn.storage import Contents, decoded, encoded, layout
from tests.support.processes import run_python

FINITE = st.floats(allow_nan=False, allow_infinity=False)


class Wave(nn.Module):
    """A module of a user's own."""

    def __init__(self):
        self.height, self.grid = Value(1.5), [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]

    def __call__(self, x):
        return self.height * tanh(x)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def network(**options):
    return nn.MLP(2, [3, 1], **{"activation": "tanh", "seed": 0, **options})


def bits(state):
    return {name: struct.pack("<d", number) for name, number in state.items()}


def written(path, about, arrays=None, kind="model"):
    """A file whose checksum is right, whatever it says."""
    path.write_bytes(encoded(Contents(kind, about, arrays or {"w": np.ones(2)})))
    return path


def refused(path, reason, model=None):
    """Loading raises ValueError, says why in one sentence that names the file, and has changed nothing."""
    before = model and bits(model.state_dict())
    drawn = random.getstate()
    with pytest.raises(ValueError, match=reason) as caught:
        nn.load(path, model)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < 400
    assert before == (model and bits(model.state_dict()))
    assert random.getstate() == drawn


# ---- What is saved comes back ------------------------------------------------------------------------------------


@given(st.lists(FINITE, min_size=13, max_size=13))
def test_every_number_comes_back_to_the_last_bit(tmp_path_factory, numbers):
    path = tmp_path_factory.getbasetemp() / "numbers.safetensors"
    model = network()
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    nn.save(model, path)
    again, other = nn.load(path), nn.MLP(2, [3, 1], "tanh")
    other.load_state_dict(model.state_dict())
    assert bits(again.state_dict()) == bits(other.state_dict()) == bits(model.state_dict())
    assert list(again.state_dict()) == list(model.state_dict())


@pytest.mark.parametrize("model", [
    network(), network(activation=tanh), network(activation="linear"), network(activation=None), network(init="he"),
    network(init=lambda: 0.25), network(seed=random.Random(3)), nn.MLP(np.int64(2), (3, 2)), nn.MLP(1, range(2, 4)),
    nn.Layer(3, 2, nonlin=False), nn.Layer(2, 1, "silu"), nn.Neuron(4), nn.Neuron(nin=1, activation="sigmoid")])
def test_the_network_that_is_loaded_is_the_one_that_was_saved(model, path):
    nn.save(model, path)
    again = nn.load(path)
    inputs = [0.5, -1.25, 2.0, 0.75][: len(getattr(model, "layers", [model])[0].neurons[0].w
                                          if not isinstance(model, nn.Neuron) else model.w)]
    assert repr(again) == repr(model)
    assert type(again) is type(model)
    assert again(inputs) == model(inputs)
    assert not {*map(id, again.parameters())} & {*map(id, model.parameters())}


def shared():
    """The same parts in several places."""
    dropout, linear = nn.Dropout(0.25), nn.Linear(3, 3)
    return nn.Sequential(linear, dropout, nn.Residual("tanh", linear, dropout), nn.Linear(3, 1))


def appended():
    model = nn.Sequential()
    for _ in range(2):
        model.append(nn.Linear(3, 3)).append("relu")
    return model


LAYERS = {  # each with something to give it
    "Activation": (lambda: nn.Activation("gelu"), [1.0, -2.0]), "Linear": (lambda: nn.Linear(2, 3), [1.0, -2.0]),
    "Linear without bias": (lambda: nn.Linear(2, 3, bias=False, seed=4), [1.0, -2.0]),
    "Embedding": (lambda: nn.Embedding(5, 2), [3, 1]), "RMSNorm": (lambda: nn.RMSNorm(2, eps=0.1), [1.0, -2.0]),
    "RMSNorm without weight": (lambda: nn.RMSNorm([2], elementwise_affine=False), [1.0, -2.0]),
    "LayerNorm": (lambda: nn.LayerNorm((2,)), [1.0, -2.0]),
    "LayerNorm without bias": (lambda: nn.LayerNorm(2, bias=False), [1.0, -2.0]),
    "LayerNorm without weight": (lambda: nn.LayerNorm(2, elementwise_affine=False), [1.0, -2.0]),
    "CausalSelfAttention": (lambda: nn.CausalSelfAttention(4, 2), [[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, -1.0]]),
    "CausalSelfAttention without bias": (lambda: nn.CausalSelfAttention(2, 1, 0.5, bias=False), [[1.0, 2.0]]),
    "RNNCell": (lambda: nn.RNNCell(2, 3, nonlinearity="relu"), [1.0, -2.0]),
    "GRUCell": (lambda: nn.GRUCell(2, 3), [1.0, -2.0]),
    "GRUCell without bias": (lambda: nn.GRUCell(2, 3, False), [1.0, 2.0]),
    "Dropout": (lambda: nn.Dropout(0.25, seed=random.Random(1)), [1.0, 2.0]), "Sequential": (nn.Sequential, [1.0]),
    "Residual": (lambda: nn.Residual(nn.Linear(2, 2), "tanh"), [1.0, 2.0]), "shared": (shared, [1.0, 2.0, 3.0]),
    "appended": (appended, [1.0, 2.0, 3.0]),
    "Neuron": (lambda: nn.Neuron(2), [1.0, 2.0]), "Layer": (lambda: nn.Layer(2, 3), [1.0, 2.0]),
    "MLP": (lambda: nn.Sequential(nn.MLP(2, [3, 2]), nn.Sequential(nn.Layer(2, 1))), [1.0, 2.0]),
}


def test_every_class_that_can_be_described_is_tried_here():
    assert CLASSES.keys() <= LAYERS.keys()
    modules = {name for name in nn.__all__ if isinstance(getattr(nn, name), type)
               and issubclass(getattr(nn, name), nn.Module)}
    assert modules - {"Module"} == CLASSES.keys()


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_comes_back(name, path):
    make, inputs = LAYERS[name]
    model = make().eval()
    nn.save(model, path)
    again = nn.load(path)
    assert again(inputs) == model(inputs)
    assert repr(again) == repr(model)
    assert bits(again.state_dict()) == bits(model.state_dict())
    assert {type(part) for part in again.modules()} == {type(part) for part in model.modules()}
    assert not any(part.training for part in again.modules())


@pytest.mark.parametrize("name", CLASSES)
def test_how_weights_begin_is_said_by_keyword_and_so_can_be_left_out(name):
    parameters = inspect.signature(CLASSES[name][0]).parameters
    assert all(parameters[key].kind is inspect.Parameter.KEYWORD_ONLY for key in ("init", "seed") if key in parameters)


def test_a_part_that_is_in_two_places_is_so_again(path):
    model = shared()
    nn.save(model, path)
    again = nn.load(path)
    assert again[0] is again[2][1]
    assert again[1] is again[2][2]
    assert again.training


def test_a_part_that_is_no_module_has_to_be_given(path):
    nn.save(nn.Sequential(nn.Linear(2, 1), math.tanh), path)
    refused(path, "parts of Sequential is a builtin_function_or_method, which cannot be written down")


def test_nothing_is_drawn_from_pythons_generator(path):
    nn.save(nn.MLP(2, [2]), path)
    before = random.getstate()
    nn.load(path)
    assert random.getstate() == before


def test_other_tools_find_the_weights_in_arrays(path):
    model = network()
    nn.save(model, path)
    weights = safetensors.torch.load_file(path)
    assert {name: tuple(array.shape) for name, array in weights.items()} == {
        **{f"layers.0.neurons.{n}.{w}": shape for n in range(3) for w, shape in (("w", (2,)), ("b", ()))},
        "layers.1.neurons.0.w": (3,), "layers.1.neurons.0.b": ()}
    assert weights["layers.1.neurons.0.w"].tolist() == [w.data for w in model.layers[1].neurons[0].w]
    assert safetensors.numpy.load_file(path)["layers.0.neurons.2.w"].dtype == np.float64


def test_one_model_makes_one_file(path):
    nn.save(network(), path)
    first = path.read_bytes()
    nn.save(network(), path)
    assert path.read_bytes() == first


def test_a_module_of_ones_own_is_loaded_into_an_instance(path):
    model, again = Wave(), Wave()
    model.height.data, model.grid[1][0].data = math.pi, -0.0
    nn.save(model, path)
    assert safetensors.numpy.load_file(path)["grid"].shape == (2, 2)
    assert nn.load(path, again) is again
    assert bits(again.state_dict()) == bits(model.state_dict())
    refused(path, "parameters of a Wave, but not what it is made of, since Wave is not a class of nn: make one")


def test_a_subclass_is_not_taken_for_its_parent(path):
    class Custom(nn.MLP):
        def __call__(self, x):
            return -super().__call__(x)

    nn.save(Custom(2, [1], seed=0), path)
    refused(path, "Custom is not a class of nn")
    assert nn.load(path, Custom(2, [1]))([1.0, 2.0]) == Custom(2, [1], seed=0)([1.0, 2.0])


def change_activation(model):
    model.layers[0].neurons[1].activation = None


def add_layer(model):
    model.layers.append(nn.Layer(1, 1))


def replace_layer(model):
    model.layers[1] = nn.Neuron(3)


def tie_weights(model):
    model.layers[0].neurons[0].w[0] = model.layers[0].neurons[0].w[1]


def fix_weight(model):
    model.layers[0].neurons[0].b = constant(0.0)


def add_attribute(model):
    model.temperature = Value(1.0)


@pytest.mark.parametrize("change", [change_activation, add_layer, replace_layer, tie_weights, fix_weight,
                                    add_attribute])
def test_a_network_that_was_changed_is_not_loaded_as_what_it_was(change, path):
    model, again = network(), network()
    change(model)
    change(again)
    nn.save(model, path)
    refused(path, "changed after it was made")
    assert bits(nn.load(path, again).state_dict()) == bits(model.state_dict())


@pytest.mark.parametrize("activation", [lambda x: x * x, math.tanh])
def test_a_function_is_not_written_down(activation, path):
    model = network()
    model = nn.MLP(2, [3, 1], activation)
    nn.save(model, path)
    refused(path, "activation of MLP is a .*function.*, which cannot be written down")
    assert bits(nn.load(path, nn.MLP(2, [3, 1], activation)).state_dict()) == bits(model.state_dict())


# ---- What does not fit -------------------------------------------------------------------------------------------


def test_a_model_that_the_file_does_not_fit_is_left_as_it_is(path):
    nn.save(network(), path)
    refused(path, r"does not fit the model; missing: layers.0.neurons.3.b, layers.0.neurons.3.w; of another shape: "
                  r"layers.1.neurons.0.w, \(3,\) for \(4,\)$", nn.MLP(2, [4, 1]))
    refused(path, "surplus: layers.0.neurons.2.b, layers.0.neurons.2.w; of", nn.MLP(2, [2, 1]))


def test_only_modules_are_saved_and_loaded(path):
    with pytest.raises(TypeError, match="a Module is needed to be saved, not 'dict'"):
        nn.save(network().state_dict(), path)
    with pytest.raises(TypeError, match="a Module is needed to load into, not 'function'"):
        nn.load(path, lambda x: x)
    assert not path.exists()


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_number_that_could_not_be_loaded_is_not_saved(number, path):
    class Counting(Wave):
        count = 0.0

        def state_dict(self):
            return super().state_dict() | {"count.0": self.count}

    model = Counting()
    nn.save(model, path)
    before = path.read_bytes()
    model.count = number
    with pytest.raises(ValueError, match="only finite numbers can be saved, which those in count are not"):
        nn.save(model, path)
    assert path.read_bytes() == before


def test_a_file_that_is_not_there(path):
    with pytest.raises(FileNotFoundError):
        nn.load(path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        nn.save(network(), path.parent / "nowhere" / "file")
    with pytest.raises(IsADirectoryError):
        nn.load(path.parent)
    os.mkfifo(path)
    refused(path, "is not a file")


def test_without_safetensors_the_error_says_how_to_install_it(tmp_path):
    code = ("import sys; sys.modules['safetensors'] = None\nimport nn\n"
            f"for call in (lambda: nn.save(nn.MLP(2, [1]), r'{tmp_path / 'file'}'), lambda: nn.load(r'{__file__}')):\n"
            "    try: call()\n    except ImportError as error: print(error)")
    result = run_python("-c", code)
    assert result.stdout == 2 * 'saving and loading need safetensors: pip install "glassgrad[save]"\n', result.stderr
    assert not any(tmp_path.iterdir())


def test_importing_nn_brings_neither_numpy_nor_safetensors():
    code = "import nn, sys; nn.save, nn.load, nn.fit; print({'numpy', 'safetensors'} & {*sys.modules})"
    assert run_python("-c", code).stdout == "set()\n"


# ---- What is damaged ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def content():
    return encoded(Contents("model", {"architecture": {"class": "Neuron", "arguments": {"nin": 2}}},
                            {"w": np.array([1.0, 2.0]), "b": np.array(3.0)}))


def test_a_file_whose_end_is_missing_is_refused(content):
    assert decoded(content, "file").kind == "model"
    for length in range(len(content)):
        with pytest.raises(ValueError, match=r"^file is damaged, or not a safetensors file"):
            decoded(content[:length], "file")
    with pytest.raises(ValueError, match=r"^file is damaged"):
        decoded(content + b"\0", "file")


def test_a_file_with_any_bit_flipped_is_refused(content):
    for place in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(ValueError, match=r"^file (is damaged|was written by a later|is a safetensors file, but)"):
            decoded(bytes(flipped), "file")


def test_a_file_with_bytes_in_other_places_is_refused(content):
    draw = random.Random(0)
    for _ in range(500):
        a, b = sorted(draw.sample(range(len(content) + 1), 2))
        moved = content[b:] + content[a:b] + content[:a] if draw.random() < 0.5 else content[:a] + content[b:]
        if moved != content:
            with pytest.raises(ValueError, match=r"^file "):
                decoded(moved, "file")


@pytest.mark.parametrize("foreign", [
    b"", b"PK\x03\x04", b"\x80\x04]q\x00.", b'{"layers.0.b": 1.0}', bytes(10_000), b"\xff" * 100,
    safetensors.numpy.save({"w": np.ones(2)})])
def test_a_file_of_another_kind_is_refused(foreign, path):
    path.write_bytes(foreign)
    refused(path, "not a safetensors file|not one of glassgrad's")
    refused(path, "not a safetensors file|not one of glassgrad's", network())


def test_a_file_of_a_later_version_is_refused_by_that_name(path):
    later = {"glassgrad": json.dumps({"format": 2, "what": ["nobody", "knows"]})}
    path.write_bytes(safetensors.numpy.save({"w": np.ones(2)}, later))
    refused(path, "was written by a later version of glassgrad, in format 2; this one reads 1")


@pytest.mark.parametrize("format_", [None, 0, -1, "1", 1.0, True, [1], 10 ** 400])
def test_a_version_that_is_none_is_refused(format_, path):
    path.write_bytes(safetensors.numpy.save({"w": np.ones(2)}, {"glassgrad": json.dumps({"format": format_})}))
    refused(path, "is damaged|was written by a later version")


# ---- What is hostile ---------------------------------------------------------------------------------------------


def raw(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def array(shape, begin, end, dtype="F64"):
    return {"w": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}}


@pytest.mark.parametrize("hostile", [
    struct.pack("<Q", 2 ** 64 - 1) + b"{}", struct.pack("<Q", 10 ** 12) + b"{}", raw(b"[" * 100_000),
    raw(b'{"a":' * 100_000), raw(array([2], 0, 1000), bytes(16)), raw(array([2], 8, 24), bytes(24)),
    raw(array([2], -8, 8), bytes(16)), raw(array([2 ** 62, 2 ** 62], 0, 16), bytes(16)),
    raw(array([10 ** 15, 0], 0, 0)), raw(array([1] * 1000, 0, 8), bytes(8)), raw(array([1], 0, 8, "PICKLE"), bytes(8)),
    raw(array([2], 0, 8, "F32"), bytes(8)), raw(array([8], 0, 8, "BF16"), bytes(16)), raw({"__metadata__": {"a": 1}}),
    raw({"__metadata__": {"glassgrad": "["}}), raw({"__metadata__": {"glassgrad": "[" * 100_000}}),
    raw({"__metadata__": {"glassgrad": "9" * 10_000}}), raw({"__metadata__": {"glassgrad": "null"}}),
    raw({"__metadata__": {"glassgrad": '{"format": 1, "checksum": 5}'}}),
    raw({"__metadata__": {"glassgrad": '{"format": 1, "checksum": "' + "\\ud800" * 64 + '"}'}})])
def test_a_hostile_header_is_refused(hostile, path):
    path.write_bytes(hostile)
    refused(path, "damaged|not a safetensors file|not one of glassgrad's")


@pytest.mark.parametrize("numbers", [np.array([1.0, math.nan]), np.array([math.inf]), np.zeros((0, 5)),
                                     np.array([1.0], dtype=np.float32), np.array([True])])
def test_arrays_of_anything_but_finite_numbers_are_refused(numbers, path):
    refused(written(path, {"architecture": None}, {"w": numbers}), "'w' does not hold finite numbers")


def neuron(nin=1):
    return {"class": "Neuron", "arguments": {"nin": nin}}


@pytest.mark.parametrize(("architecture", "reason"), [
    ({"class": "os.system", "arguments": {"command": "true"}}, "there is no class 'os.system' in nn"),
    ({"class": "Module", "arguments": {}}, "there is no class 'Module'"),
    ({"class": "builtins.eval", "arguments": {}}, "there is no class"),
    ({"class": ["Neuron"], "arguments": {}}, "there is no class"),
    ({"class": "Neuron"}, "a module has a class and arguments"),
    ({"class": "Neuron", "arguments": [1]}, "arguments have names"),
    ({"class": "Neuron", "arguments": {"nin": 1, "nout": 2}}, "Neuron has no argument 'nout'"),
    ({"class": "Neuron", "arguments": {"self": 1, "nin": 1}}, "has no argument 'self'"),
    ({"class": "Neuron", "arguments": {}}, "Neuron needs its argument nin"),
    (neuron(2), "it has 3 parameters, not 2"), (neuron(10 ** 12), "parameters, not 2"),
    (neuron(int("9" * 4000)), "parameters, not 2"), (neuron(-5), "at least 1, not -5"), (neuron(0), "at least 1"),
    (neuron(1.0), "whole number"), (neuron("1"), "whole number"), (neuron([1]), "whole number"),
    (neuron(True) | {"arguments": {"nin": neuron()}}, "whole number"), (neuron(None), "whole number"),
    ({"class": "Neuron", "arguments": {"nin": 1, "activation": "exec"}}, "no activation 'exec'"),
    ({"class": "Neuron", "arguments": {"nin": 1, "activation": neuron()}}, "it has 4 parameters"),
    ({"class": "Neuron", "arguments": {"nin": 1, "init": "evil"}}, "weights are initialised by"),
    ({"class": "Neuron", "arguments": {"nin": 1, "seed": {"again": 0}}}, "a module cannot be inside itself"),
    ({"class": "Neuron", "arguments": {"nin": 1, "seed": {"again": 1}}}, "there is no module 1 to use again"),
    ({"class": "Neuron", "arguments": {"nin": 1, "seed": {"again": -1}}}, "there is no module -1"),
    ({"class": "Layer", "arguments": {"nin": 10 ** 9, "nout": 10 ** 9}}, "parameters, not 2"),
    ({"class": "Layer", "arguments": {"nin": [0], "nout": 10 ** 11}}, "whole number"),
    ({"class": "MLP", "arguments": {"nin": 1, "nouts": [10 ** 9, 10 ** 9]}}, "parameters, not 2"),
    ({"class": "MLP", "arguments": {"nin": 1, "nouts": [10 ** 9, -10 ** 9]}}, "at least 1"),
    ({"class": "MLP", "arguments": {"nin": 1, "nouts": "11"}}, "whole number"),
    ({"class": "MLP", "arguments": {"nin": 1, "nouts": 1}}, "not iterable"),
    *[({"class": name, "arguments": dict.fromkeys(arguments, 10 ** 9)}, "parameters, not 2") for name, arguments in [
        ("Linear", ["in_features", "out_features"]), ("Embedding", ["num_embeddings", "embedding_dim"]),
        ("RMSNorm", ["normalized_shape"]), ("LayerNorm", ["normalized_shape"]),
        ("CausalSelfAttention", ["embed_dim", "num_heads"]), ("RNNCell", ["input_size", "hidden_size"]),
        ("GRUCell", ["input_size", "hidden_size"])]],
    ({"class": "Sequential", "arguments": {"parts": neuron()}}, "parts of Sequential is a list"),
    ({"class": "Sequential", "arguments": {"parts": ["eval"]}}, "it has 0 parameters, not 2"),
    ({"class": "Sequential", "arguments": {"parts": ["eval", neuron()]}}, "there is no activation 'eval'"),
    ({"class": "Sequential", "arguments": {"parts": [{"again": 0}, neuron()]}}, "a module cannot be inside itself"),
    ({"class": "Sequential", "arguments": {"parts": [{"again": 1}, neuron()]}}, "there is no module 1 to use again"),
    ({"class": "Sequential", "arguments": {"parts": [neuron(), 5]}}, "a part of a Sequential is a module"),
    ([neuron()], "a module is needed"), (7, "a module is needed"), ("Neuron", "a module is needed"),
])
def test_an_architecture_that_cannot_be_built_is_refused(architecture, reason, path):
    refused(written(path, {"architecture": architecture}), f"describes no model that can be built: .*{reason}")


def test_an_architecture_that_is_nested_too_deep_is_refused(path):
    architecture = neuron()
    for _ in range(60):
        architecture = {"class": "Neuron", "arguments": {"nin": 1, "activation": architecture}}
    refused(written(path, {"architecture": architecture}), "more than 50 modules are nested")
    for text in ("[" * 800 + "]" * 800, '{"class": "MLP", "arguments": {"nin": 1, "nouts": ' + "[" * 700 + "]" * 700
                 + "}}"):
        refused(written(path, {"architecture": json.loads(text)}), "describes no model that can be built")


def test_parameters_of_another_architecture_are_refused(path):
    refused(written(path, {"architecture": neuron()}, {"w": np.ones(1), "c": np.array(2.0)}),
            "does not fit the model; missing: b; surplus: c")


@pytest.mark.parametrize(("kind", "about"), [("model", {}), ("checkpoint", {}), ("something", {"architecture": None}),
                                             (None, {"architecture": None})])
def test_a_file_without_a_model_is_refused(kind, about, path):
    refused(written(path, about, kind=kind), "holds no model")


def test_little_memory_is_enough_to_refuse_what_claims_to_be_huge(tmp_path):
    files = [written(tmp_path / str(place), {"architecture": architecture}) for place, architecture in enumerate([
        {"class": "Layer", "arguments": {"nin": 10 ** 5, "nout": 10 ** 5}}, neuron(10 ** 10),
        {"class": "MLP", "arguments": {"nin": 1, "nouts": [1] * 10 ** 5}}])]
    code = ("import resource, sys, nn, nn.storage, safetensors.numpy\n"
            "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
            "for path in sys.argv[1:]:\n    try: nn.load(path)\n    except ValueError as error: print(error)")
    result = run_python("-c", code, *files, environment={"OPENBLAS_NUM_THREADS": "1"})
    assert result.stdout.count("describes no model that can be built: it has") == 3, result.stderr


# ---- How names become arrays -------------------------------------------------------------------------------------

NAMES = st.lists(st.lists(st.sampled_from(["0", "1", "2", "00", "١", "w", "", "a b"]), min_size=1, max_size=4).map(
    ".".join), unique=True)


@given(NAMES)
def test_every_name_has_one_place_in_one_array_whatever_the_order(names):
    places = layout(names)
    assert sorted(name for _, inside in places.values() for name in inside) == sorted(names)
    assert all(math.prod(shape) == len(inside) for shape, inside in places.values())
    assert layout(reversed(names)) == places


def test_arrays_are_made_of_names_that_count_from_0():
    assert layout(["w.1", "w.0", "b", "m.0.0", "m.0.1", "m.1.0", "m.1.1", "r.0.0", "r.1.0", "r.1.1", "s.1", "0", "1"]
                  ) == {"w": ((2,), ["w.0", "w.1"]), "b": ((), ["b"]),
                        "m": ((2, 2), ["m.0.0", "m.0.1", "m.1.0", "m.1.1"]), "r.0": ((1,), ["r.0.0"]),
                        "r.1": ((2,), ["r.1.0", "r.1.1"]), "s.1": ((), ["s.1"]), "0": ((), ["0"]), "1": ((), ["1"])}
    assert [*layout(["x", "x.0", "x.1"])] == ["x", "x.0", "x.1"]


# ---- How it is written -------------------------------------------------------------------------------------------


def test_a_file_that_nobody_else_may_read_stays_so(path):
    nn.save(network(), path)
    path.chmod(0o600)
    nn.save(network(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_link_leads_to_is_replaced(path):
    link = path.parent / "link"
    link.symlink_to(path)
    nn.save(network(), link)
    assert link.is_symlink()
    assert nn.load(path)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_a_disk_that_is_full_leaves_the_old_file(tmp_path, path):
    nn.save(network(), path)
    before = path.read_bytes()
    code = ("import resource, sys, nn\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
            "try: nn.save(nn.MLP(9, [9]), sys.argv[1])\nexcept OSError as error: print(error)")
    result = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert f"File too large: '{path}'" in result.stdout, result.stderr
    assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [before]
