"""Models handed over to PyTorch: the same names, outputs and gradients there."""

import pickle
import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, constant, operation, operations
from tests.support.models import curved, models, numbers, random_numbers, slopes, values

seeds = st.integers(0, 10**6)


def flattened(structure):
    return [y for item in structure for y in flattened(item)] if isinstance(structure, list | tuple) else [structure]


def assert_same(model, inputs, theirs=None):
    """Outputs, and the gradients of inputs and parameters, for a batch of samples."""
    theirs = theirs or nn.to_torch(model)
    leaves, tensor = values(inputs), torch.tensor(inputs, requires_grad=True)
    ours, expected = [model(x) for x in leaves], theirs(tensor)
    assert numbers(ours).shape == tuple(expected.shape)
    np.testing.assert_allclose(numbers(ours), expected.detach().numpy(), rtol=1e-12, atol=1e-12)
    model.zero_grad()
    autograd.sum([y * (0.5 + place % 7) for place, y in enumerate(flattened(ours))]).backward()
    weights = torch.tensor([0.5 + place % 7 for place in range(expected.numel())], dtype=torch.float64)
    if not expected.requires_grad:
        return
    (expected.reshape(-1) * weights).sum().backward()
    close = {"rtol": 1e-9, "atol": 1e-9}
    slope = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
    np.testing.assert_allclose(slopes(leaves), slope, **close)
    for name, array in by_name(model, "grad").items():
        grad = theirs.get_parameter(name).grad
        np.testing.assert_allclose(array, np.zeros_like(array) if grad is None else grad, **close)


def by_name(model, attribute):
    """What is said of the parameters, in arrays by their names in PyTorch. By hand, for layers with natural names."""
    found = {}
    def enter(name, thing):
        if isinstance(thing, nn.Neuron):
            found[f"{name}weight"], found[f"{name}bias"] = [[*thing.w]], [thing.b]
        elif isinstance(thing, nn.Layer):
            found[f"{name}weight"] = [neuron.w for neuron in thing.neurons]
            found[f"{name}bias"] = [neuron.b for neuron in thing.neurons]
        elif isinstance(thing, nn.Module):
            for part, item in vars(thing).items():
                if not part.startswith("_"):
                    enter(f"{name}{part}.", item)
        elif isinstance(thing, list):
            for place, item in enumerate(thing):
                enter(f"{name}{place}.", item)
        elif isinstance(thing, tuple):
            found[name.rstrip(".")] = thing
    enter("", model)
    def read(rows):
        return [read(row) for row in rows] if isinstance(rows, list | tuple) else getattr(rows, attribute)
    return {name: np.array(read(rows)) for name, rows in found.items()}


# ---- Every layer -------------------------------------------------------------------------------------------------


@given(st.data(), st.integers(1, 4), seeds)
@settings(max_examples=80)
def test_random_models_have_the_same_names_outputs_and_gradients_in_pytorch(data, size, seed):
    model = data.draw(models(size))
    theirs = nn.to_torch(model)
    state, expected = theirs.state_dict(), by_name(model, "data")
    assert state.keys() == expected.keys()
    for name, tensor in state.items():
        assert tensor.dtype == torch.float64
        np.testing.assert_array_equal(tensor.numpy(), expected[name])
    assert_same(model, random_numbers(seed, 3, size), theirs)


@given(st.data(), st.integers(1, 3), seeds)
@settings(max_examples=20)
def test_any_dimensions_may_come_before_that_of_the_vectors(data, size, seed):
    model = data.draw(models(size, depth=0))  # without cells, of which PyTorch's take at most a batch
    theirs, inputs = nn.to_torch(model), random_numbers(seed, 2, 1, 3, size)
    expected = numbers([[[model(x) for x in row] for row in rows] for rows in values(inputs)])
    for found, shape in ((theirs(torch.tensor(inputs)), expected.shape),
                         (theirs(torch.tensor(inputs[0, 0, 0])), expected.shape[3:])):
        assert tuple(found.shape) == shape
        np.testing.assert_allclose(found.detach().numpy(), expected if len(shape) > 2 else expected[0, 0, 0],
                                   rtol=1e-12, atol=1e-12)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 5), st.booleans(), seeds)
@settings(max_examples=20)
def test_attention(heads, share, length, bias, seed):
    model = nn.CausalSelfAttention(heads * share, heads, bias=bias, seed=seed).eval()
    assert_same(model, random_numbers(seed, 2, length, heads * share))
    with torch.no_grad():  # where PyTorch has another way
        theirs, x = nn.to_torch(model), random_numbers(seed, 2, 3, length, heads * share)
        np.testing.assert_allclose(theirs(torch.tensor(x)), numbers(model(x)), rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match="needs sequences of vectors"):
        theirs(torch.zeros(heads * share, dtype=torch.float64))


def test_embedding():
    model = nn.Sequential(nn.Embedding(5, 3, seed=1), nn.Linear(3, 2, seed=2))
    indices = [[0, 4], [2, 2]]
    found = nn.to_torch(model)(torch.tensor(indices))
    np.testing.assert_allclose(found.detach().numpy(), numbers(model(indices)), rtol=1e-12)


@pytest.mark.parametrize("cell", [nn.RNNCell(2, 3, seed=1), nn.GRUCell(2, 3, seed=1)])
def test_cells_take_a_state(cell):
    x, h = random_numbers(1, 2), random_numbers(2, 3)
    found = nn.to_torch(cell)(torch.tensor(x), torch.tensor(h))
    np.testing.assert_allclose(found.detach().numpy(), numbers(cell(list(x), list(h))), rtol=1e-12)


@pytest.mark.parametrize("name", [name for name, row in operations.items() if len(row.partials) == 1
                                  and not row.has_lists])
def test_every_operation_on_one_number_is_the_same_to_the_second_derivative(name):
    module = nn.to_torch(nn.Activation(name))
    for number in (-60.0, -30.5, -2.5, -0.75, -0.01, 0.0, 0.02, 0.5, 1.5, 19.5, 20.5, 45.0):
        try:
            value = Value(number)
            ours = [operations[name](value)]
            for _ in range(2 if number else 1):  # at a kink PyTorch's second derivative is anything
                ours += autograd.gradients(ours[-1], [value])
        except (ValueError, ArithmeticError):
            continue  # outside of where it is defined
        tensor = torch.tensor(number, dtype=torch.float64, requires_grad=True)
        theirs = [module(tensor)]
        for _ in ours[1:]:
            slope = torch.autograd.grad(theirs[-1], tensor, create_graph=True, allow_unused=True)[0] \
                if theirs[-1].requires_grad else None
            theirs.append(torch.zeros(()) if slope is None else slope)
        for our, their in zip(ours, theirs, strict=True):
            assert their.item() == pytest.approx(our.data, rel=1e-10, abs=1e-12)


def test_a_row_of_ones_own_keeps_its_derivative():
    row = operations.get("doubled_but_half") or operation(
        "doubled_but_half", lambda x: 2 * x, (lambda y, x: 0.5 + 0 * x,))
    x = torch.tensor([3.0, -1.0], dtype=torch.float64, requires_grad=True)
    y = nn.to_torch(nn.Activation(row))(x)
    y.sum().backward()
    assert (y.tolist(), x.grad.tolist()) == ([6.0, -2.0], [0.5, 0.5])


# ---- As it was ---------------------------------------------------------------------------------------------------


def test_the_names_are_natural():
    model = nn.MLP(2, [3, 1], seed=0)
    assert {name: tuple(tensor.shape) for name, tensor in nn.to_torch(model).state_dict().items()} == {
        "layers.0.weight": (3, 2), "layers.0.bias": (3,), "layers.1.weight": (1, 3), "layers.1.bias": (1,)}


def test_nothing_is_drawn_and_each_module_keeps_its_mode():
    model = nn.Sequential(nn.MLP(2, [3, 2], seed=0), nn.Dropout(1.0, seed=0), nn.Linear(2, 2, seed=1),
                          nn.CausalSelfAttention(2, 1, 0.5, seed=1))
    model[0].eval()
    before = torch.get_rng_state(), random.getstate()
    theirs = nn.to_torch(model)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert [module.training for module in theirs] == [False, True, True, True]
    assert not any(module.training for module in theirs[0].modules())
    assert torch.equal(theirs[1](torch.ones(3)), torch.zeros(3))
    assert not any(module.training for module in nn.to_torch(model.eval()).modules())


def test_shared_layers_and_shared_matrices_stay_shared():
    embedding, head, layer = nn.Embedding(3, 2, seed=1), nn.Linear(2, 3, False, seed=2), nn.Linear(2, 2, seed=3)
    head.weight = embedding.weight
    theirs = nn.to_torch(nn.Sequential(embedding, layer, layer, head))
    assert theirs[0].weight is theirs[3].weight
    assert theirs[1] is theirs[2]
    neuron = nn.Neuron(1, "tanh", seed=1)  # which takes a vector first, and then a bare number
    theirs = nn.to_torch(nn.Sequential(neuron, neuron))
    assert theirs[0].weight is theirs[1].weight
    assert_same(nn.Sequential(neuron, neuron), random_numbers(1, 3, 1), theirs)


def test_constants_require_no_gradient():
    layer = nn.Linear(2, 1, seed=1)
    layer.bias = (constant(3.0),)
    theirs = nn.to_torch(layer)
    assert (theirs.weight.requires_grad, theirs.bias.requires_grad, theirs.bias.item()) == (True, False, 3.0)


def test_dtype():
    layer = nn.Linear(2, 1, seed=1)
    assert nn.to_torch(layer, torch.float32).weight.dtype == torch.float32
    for wrong in ("float32", torch.int64, torch.complex128, 3):
        with pytest.raises(TypeError, match=r"such as torch\.float32"):
            nn.to_torch(layer, wrong)
    layer.weight[0][0].data = 1e300
    with pytest.raises(ValueError, match=r"weight of Linear\(2, 1\) has numbers too large for torch.float32"):
        nn.to_torch(layer, torch.float32)


def test_what_was_handed_over_can_be_pickled():
    model = nn.Sequential(nn.MLP(2, [3, 1], activation=curved, seed=1), nn.Linear(1, 2, seed=1)).eval()
    assert_same(model, random_numbers(1, 2, 2), pickle.loads(pickle.dumps(nn.to_torch(model))))


# ---- What cannot be handed over ----------------------------------------------------------------------------------


class Own(nn.Module):
    def __init__(self):
        self.w = Value(1.0)

    def __call__(self, x):
        return self.w * x


class OwnNeuron(nn.Neuron):
    pass


def with_neuron(neuron):
    layer = nn.Layer(2, 2, seed=1)
    layer.neurons[1] = neuron
    return layer


def changed(name, value, layer=None):
    layer = layer or nn.Linear(2, 2, seed=1)
    setattr(layer, name, value(layer))
    return layer


def branching(x):
    return x if x > 0 else -x


@pytest.mark.parametrize(("model", "reason"), [
    (Own(), "Own is not a layer of nn, so nobody but Python knows what it calculates; layers of nn are soft"),
    (nn.Sequential(Own()), "Own is not a layer of nn"),
    (nn.Sequential(lambda x: x), "<lambda> is not a layer of nn"),
    (nn.Sequential(nn.Neuron(2), nn.softmax), "no softmax of a bare number"),
    (with_neuron(OwnNeuron(2)), "OwnNeuron is not a layer"),
    (with_neuron(nn.Neuron(2, "tanh")), "differ in their activation"),
    (with_neuron(nn.Neuron(3)), "differ in their number of weights"),
    (nn.Activation(branching), "PyTorch cannot calculate branching: it asks Python what a number is"),
    (nn.Sequential(nn.Neuron(2), nn.Residual(nn.Linear(1, 1))), "adds a bare number to a vector"),
    (nn.Sequential(nn.Neuron(2), nn.CausalSelfAttention(1, 1)), "needs sequences of vectors, not a bare number"),
    (changed("extra", lambda _: Value(2.0)), "no layer of nn uses these parameters.*: extra"),
    (changed("bias", lambda layer: layer.weight[0]), "bias of Linear.* shares some of its numbers"),
    (changed("bias", lambda _: (Value(1.0),) * 2), "bias of Linear.* shares some of its numbers"),
    (changed("bias", lambda _: (Value(1.0), constant(2.0))), "a part of bias of Linear.* is constant"),
    (changed("bias", lambda _: (Value(1.0), 2 * Value(1.0))), "bias of Linear.* is calculated"),
])
def test_what_pytorch_cannot_have_is_refused_in_one_sentence(model, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        nn.to_torch(model)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 320


def test_only_modules_are_handed_over():
    with pytest.raises(TypeError, match="a Module is needed, not 'list'"):
        nn.to_torch([])


def test_a_residual_of_different_shapes_is_not_broadcast():
    model = nn.Residual(nn.Linear(3, 1, seed=1))
    with pytest.raises(ValueError, match=r"differ in shape: \(2, 3\) and \(2, 1\)"):
        nn.to_torch(model)(torch.zeros(2, 3, dtype=torch.float64))


def test_nn_does_not_import_pytorch_and_says_how_to_get_it():
    program = """
import sys, nn
assert "torch" not in sys.modules
sys.modules["torch"] = None
try:
    nn.to_torch(nn.Linear(1, 1))
except ImportError as error:
    print(error)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == 'models go to PyTorch and back where it is installed: pip install "glassgrad[torch]"\n'
