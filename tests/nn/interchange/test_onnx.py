"""Models in files of ONNX: onnxruntime gives what they give, in double precision, whatever the batch."""

import os
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, operation, operations, where
from nn.architecture import CLASSES
from nn.interchange import onnx_layers, pytorch_to
from tests.support.models import curved, longer, models, numbers, random_numbers, values

seeds = st.integers(0, 10**6)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


def run(path, *inputs):
    """The answer of onnxruntime. Its complaints about nodes that it will not merge are of no interest."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads, options.inter_op_num_threads = 3, 1, 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    found, = session.run(["output"], dict(zip([x.name for x in session.get_inputs()], inputs, strict=True)))
    return found


def assert_same(model, path, inputs, tolerance=1e-12):
    expected = numbers([model(x) for x in values(inputs)])
    found = run(path, inputs)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@given(st.data(), st.integers(1, 4), st.integers(1, 4), seeds)
@settings(max_examples=60)
def test_random_models_give_the_same_in_onnxruntime(tmp_path_factory, data, size, batch, seed):
    model, path = data.draw(models(size)), tmp_path_factory.getbasetemp() / "random.onnx"
    nn.to_onnx(model, path)
    inputs = random_numbers(seed, batch, size)
    assert_same(model, path, inputs)
    assert_same(model, path, inputs[:1])


@given(st.data(), st.integers(1, 3), seeds)
@settings(max_examples=15)
def test_more_dimensions_may_come_before_that_of_the_vectors(tmp_path_factory, data, size, seed):
    model, path = data.draw(models(size, depth=0)), tmp_path_factory.getbasetemp() / "dimensions.onnx"
    nn.to_onnx(model, path, leading=("batch", "row", "column"))
    inputs = random_numbers(seed, 2, 1, 3, size)
    expected = numbers([[[model(x) for x in row] for row in rows] for rows in values(inputs)])
    np.testing.assert_allclose(run(path, inputs), expected, rtol=1e-12, atol=1e-12)


@given(st.integers(1, 3), st.integers(1, 3), st.booleans(), seeds)
@settings(max_examples=15)
def test_attention_over_sequences_of_any_length(tmp_path_factory, heads, share, bias, seed):
    size, path = heads * share, tmp_path_factory.getbasetemp() / "attention.onnx"
    model = nn.Sequential(nn.Residual(nn.RMSNorm(size), nn.CausalSelfAttention(size, heads, bias=bias, seed=seed)))
    nn.to_onnx(model, path)
    for shape in ((1, 1), (2, 5)):
        assert_same(model, path, random_numbers(seed, *shape, size))
    nn.to_onnx(model, path, leading=["length"])
    x = random_numbers(seed, 4, size)
    np.testing.assert_allclose(run(path, x), numbers(model(values(x))), rtol=1e-12, atol=1e-12)


def test_embedding_takes_indices(path):
    model = nn.Sequential(nn.Embedding(5, 3, seed=1), nn.Linear(3, 2, seed=2))
    nn.to_onnx(model, path)
    np.testing.assert_allclose(run(path, np.array([0, 4, 4])), numbers(model([0, 4, 4])), rtol=1e-12)
    nn.to_onnx(model, path, leading=("batch", "length"))
    np.testing.assert_allclose(run(path, np.array([[0, 4], [1, 2]])), numbers(model([[0, 4], [1, 2]])), rtol=1e-12)


@pytest.mark.parametrize("cell", [nn.RNNCell(2, 3, seed=1), nn.RNNCell(2, 3, False, "relu", seed=1),
                                  nn.GRUCell(2, 3, seed=1), nn.GRUCell(2, 3, False, seed=1)])
def test_a_cell_takes_its_state(cell, path):
    x, state = random_numbers(1, 4, 2), random_numbers(2, 4, 3)
    nn.to_onnx(cell, path)
    expected = numbers([cell(a, b) for a, b in zip(values(x), values(state), strict=True)])
    np.testing.assert_allclose(run(path, x, state), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("function", [curved, longer, *(name for name, row in operations.items()
                                                        if len(row.partials) == 1 and not row.has_lists)])
def test_every_operation_on_one_number(function, path):
    model = nn.Activation(function)
    nn.to_onnx(model, path)
    numbers_ = np.array([*np.linspace(-40, 40, 81), *np.geomspace(1e-17, 30, 80), *-np.geomspace(1e-17, 30, 80),
                         0.999999, -0.999999, 1.0, -1.0, 300.0, -300.0, 1000.0, -1000.0])
    expected = {}
    for number in numbers_:
        try:
            expected[number] = model(Value(number)).data
        except (ValueError, ArithmeticError):
            continue  # outside of where it is defined
    assert len(expected) > 20
    found = run(path, np.array([[*expected]]))
    np.testing.assert_allclose(found[0], [*expected.values()], rtol=1e-12,
                               atol={"erf": 2e-15, "gelu": 1e-14}.get(function, 1e-300))


def test_comparisons_are_right_where_both_sides_are_equal(path):
    def compared(x):
        return where(x < 0.5, 1.0, 2.0) + where(x <= 0.5, 4.0, 8.0) + where(x > 0.5, 16.0, 32.0) + where(
            x >= 0.5, 64.0, 128.0) + where(x, 256.0, 512.0)

    model, x = nn.Activation(compared), np.array([[0.0, 0.25, 0.5, 0.75]])
    nn.to_onnx(model, path)
    expected = numbers(model(values(x)))
    np.testing.assert_array_equal(run(path, x), expected)
    np.testing.assert_array_equal(nn.to_torch(model)(torch.tensor(x)), expected)


def test_the_functions_that_onnxruntime_has_in_single_precision_only_are_said_rightly(path):
    for name, node in (("Erf", "erf"), ("Atan", "arctan"), ("Asin", "arcsin"), ("Acos", "arccos"), ("Tan", "tan"),
                       ("Sinh", "sinh"), ("Cosh", "cosh")):
        x = np.linspace(-0.9, 0.9, 7)[None]
        nn.to_onnx(nn.Activation(node), path, dtype="float32")
        assert name in [found.op_type for found in onnx.load(path).graph.node]
        np.testing.assert_allclose(run(path, x.astype(np.float32)), numbers(nn.Activation(node)(values(x))), atol=2e-6)


def test_single_precision(path):
    model = nn.MLP(3, [4, 4, 2], "gelu", seed=1)
    nn.to_onnx(model, path, dtype="float32")
    x = random_numbers(1, 5, 3)
    found = run(path, x.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, numbers([model(row) for row in values(x)]), rtol=1e-4, atol=1e-5)
    model.layers[0].neurons[0].b.data = 1e300
    with pytest.raises(ValueError, match=r"layers\.0\.bias has numbers too large for float32"):
        nn.to_onnx(model, path, dtype="float32")


def test_dropout_is_left_out_and_the_model_keeps_its_mode(path):
    model = nn.Sequential(nn.Linear(2, 2, seed=1), nn.Dropout(0.5))
    nn.to_onnx(model, path)
    assert model.training
    assert_same(model.eval(), path, random_numbers(1, 3, 2))


def test_names_and_shapes_are_those_of_the_layers_and_the_file_says_its_opset(path):
    nn.to_onnx(nn.Sequential(nn.MLP(2, [3, 1], "tanh", seed=1), nn.Linear(1, 4, seed=1)), path)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [(x.domain, x.version) for x in model.opset_import] == [("", 17)]
    arrays = {x.name: tuple(x.dims) for x in model.graph.initializer}
    assert {name: shape for name, shape in arrays.items() if "." in name} == {
        "0.layers.0.weight": (3, 2), "0.layers.0.bias": (3,), "0.layers.1.weight": (1, 3), "0.layers.1.bias": (1,),
        "1.weight": (4, 1), "1.bias": (4,)}
    shapes = [[d.dim_param or d.dim_value for d in x.type.tensor_type.shape.dim]
              for x in (*model.graph.input, *model.graph.output)]
    assert shapes == [["batch", 2], ["batch", 4]]


def test_shared_matrices_are_in_the_file_once(path):
    layer = nn.Linear(2, 2, seed=1)
    model = nn.Sequential(layer, "tanh", layer)
    nn.to_onnx(model, path)
    assert sorted(x.name for x in onnx.load(path).graph.initializer) == ["0.bias", "0.weight"]
    assert_same(model, path, random_numbers(1, 3, 2))


# ---- What cannot be exported -------------------------------------------------------------------------------------


class Own(nn.Module):
    def __call__(self, x):
        return x


def branching(x):
    return x if x > 0 else -x


def with_neuron(neuron):
    layer = nn.Layer(2, 2, seed=1)
    layer.neurons[1] = neuron
    return layer


@pytest.mark.parametrize(("model", "reason"), [
    (Own(), "Own is not a layer of nn, so nobody but Python knows what it calculates; layers of nn are softmax, Act"),
    (nn.Sequential(lambda x: x), "<lambda> is not a layer of nn"),
    (nn.Sequential(nn.Neuron(2), nn.softmax), "no softmax of a bare number"),
    (with_neuron(nn.Neuron(2, "tanh")), "not of one kind"),
    (with_neuron(nn.Neuron(3)), "not of one kind"),
    (nn.Activation(branching), "ONNX cannot calculate branching: it asks Python what a number is"),
    (nn.Residual(nn.Linear(3, 1)), "differ in size"),
    (nn.Sequential(nn.Neuron(2), nn.CausalSelfAttention(1, 1)), "needs sequences of vectors"),
    (nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 3)), r"Linear\(2, 3\) takes 2 numbers, and what comes before gives 3"),
    (nn.Sequential(nn.Linear(2, 3), nn.Embedding(2, 3)), "has to come first"),
])
def test_what_onnx_cannot_have_is_refused_in_one_sentence_and_no_file_is_written(model, reason, path):
    path.write_bytes(b"before")
    with pytest.raises(ValueError, match=reason) as caught:
        nn.to_onnx(model, path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 320
    assert path.read_bytes() == b"before"
    assert os.listdir(path.parent) == [path.name]


def test_a_row_that_python_alone_can_calculate_is_refused(path):
    import math
    row = operations.get("gamma_of") or operation("gamma_of", math.gamma, (lambda y, x: 0 * x,))
    with pytest.raises(ValueError, match="ONNX cannot calculate gamma_of: Python's gamma is nothing that ONNX knows"):
        nn.to_onnx(nn.Activation(row), path)
    with pytest.raises(ValueError, match=r"PyTorch cannot calculate gamma_of: Python's gamma is nothing that PyTorch"):
        nn.to_torch(nn.Activation(row))


def test_every_layer_of_nn_can_be_exported_and_handed_over():
    classes = {cls for cls, _ in CLASSES.values()}
    assert classes == set(onnx_layers.MAKERS) == set(pytorch_to.MAKERS)


def test_arguments_are_checked(path):
    model = nn.Linear(1, 1, seed=1)
    with pytest.raises(TypeError, match="a Module is needed, not 'list'"):
        nn.to_onnx([], path)
    with pytest.raises(ValueError, match="dtype needs to be 'float64' or 'float32', not 'int8'"):
        nn.to_onnx(model, path, dtype="int8")
    for wrong in ((), "batch", (1,), ("",)):
        with pytest.raises(ValueError, match="leading needs to be names of dimensions"):
            nn.to_onnx(model, path, leading=wrong)
    with pytest.raises(OSError, match="No such file"):
        nn.to_onnx(model, path / "missing")


def test_nn_does_not_import_onnx_and_says_how_to_get_it():
    program = """
import sys, nn
assert "onnx" not in sys.modules
sys.modules["onnx"] = None
try:
    nn.to_onnx(nn.Linear(1, 1), "model.onnx")
except ImportError as error:
    print(error)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == 'files of ONNX need a package: pip install "glassgrad[onnx]"\n'
