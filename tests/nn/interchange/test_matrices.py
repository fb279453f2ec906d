"""The numbers of a model as arrays: those of `state_dict()`, by the names that PyTorch has for them."""

import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from tests.support.models import models


@given(st.data(), st.integers(1, 4))
@settings(max_examples=30)
def test_names_and_arrays_are_those_of_pytorch(data, size):
    model = data.draw(models(size))
    found, expected = nn.to_numpy(model), nn.to_torch(model).state_dict()
    assert [*found] == [*expected]
    for name, array in found.items():
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, expected[name].numpy())


@pytest.mark.parametrize(("model", "shapes"), [
    (nn.Neuron(2), {"weight": (1, 2), "bias": (1,)}),
    (nn.Embedding(3, 2), {"weight": (3, 2)}),
    (nn.CausalSelfAttention(2, 1), {"in_proj_weight": (6, 2), "in_proj_bias": (6,), "out_proj.weight": (2, 2),
                                    "out_proj.bias": (2,)}),
])
def test_a_matrix_is_where_a_layer_has_one(model, shapes):
    assert {name: array.shape for name, array in nn.to_numpy(model).items()} == shapes


class Own(nn.Module):
    """A module of a user's own, with layers in a list and a dict."""

    def __init__(self):
        self.height, self.table = Value(1.5), [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
        self.blocks = [nn.Layer(2, 3, seed=1), nn.Layer(3, 1, seed=2)]
        self.others = {"head": nn.MLP(1, [2], seed=3)}
        self.bias = [Value(0.5)]


def test_modules_of_ones_own_have_arrays_too():
    model = Own()
    found = nn.to_numpy(model)
    assert {name: array.shape for name, array in found.items()} == {
        "height": (), "table": (2, 2), "blocks.0.weight": (3, 2), "blocks.0.bias": (3,), "blocks.1.weight": (1, 3),
        "blocks.1.bias": (1,), "others.head.layers.0.weight": (2, 1), "others.head.layers.0.bias": (2,), "bias": (1,)}
    assert found["table"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert found["blocks.0.weight"][2, 1] == model.blocks[0].neurons[2].w[1].data
    assert sorted(number for array in found.values() for number in array.ravel()) == sorted(model.state_dict().values())


def test_neurons_that_are_no_matrix_keep_all_their_numbers():
    layer, shared = nn.Layer(2, 2, seed=1), Value(7.0)
    layer.neurons[0].w = [Value(1.0)]
    layer.neurons[0].b = layer.neurons[1].b = shared
    found = nn.to_numpy(layer)
    assert sorted(x for array in found.values() for x in array.ravel()) == sorted(layer.state_dict().values())


def test_no_number_is_lost_where_a_layer_has_been_given_a_bias_of_its_own():
    layer = nn.Layer(2, 1, seed=1)
    layer.bias = [Value(9.0)]
    found = nn.to_numpy(layer)
    assert sorted(x for array in found.values() for x in array.ravel()) == sorted(layer.state_dict().values())


def test_the_arrays_are_copies_and_nothing_is_drawn():
    model, before = nn.MLP(2, [3, 1], seed=1), random.getstate()
    nn.to_numpy(model)["layers.0.weight"][:] = 0
    assert model.layers[0].neurons[0].w[0].data
    assert random.getstate() == before


def test_only_modules_have_arrays():
    with pytest.raises(TypeError, match="a Module is needed, not 'dict'"):
        nn.to_numpy({})


def test_without_numpy_it_says_how_to_get_it():
    program = """
import sys
sys.modules["numpy"] = None
import nn
try:
    nn.to_numpy(nn.Linear(1, 1))
except ImportError as error:
    print(error)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == 'arrays need NumPy: pip install "glassgrad[save]"\n'
