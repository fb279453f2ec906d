"""Models as NumPy arrays: the numbers, names and shapes that PyTorch has for them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from tests.support.models import models
from tests.support.processes import run_python


@settings(max_examples=40)
@given(st.data())
def test_arrays_are_those_of_the_model_in_pytorch(data):
    model = data.draw(models(3))
    arrays, tensors = nn.to_numpy(model), nn.to_torch(model).state_dict()
    assert arrays.keys() <= tensors.keys()  # what is shared has one name here, and several there
    for name, array in arrays.items():
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, tensors[name].numpy())
    assert sum(array.size for array in arrays.values()) == len(model.parameters())


def test_a_layer_of_neurons_is_a_matrix_and_a_vector():
    model = nn.MLP(2, [3, 1], seed=1)
    arrays = nn.to_numpy(model)
    assert {name: array.shape for name, array in arrays.items()} == {
        "layers.0.weight": (3, 2), "layers.0.bias": (3,), "layers.1.weight": (1, 3), "layers.1.bias": (1,)}
    assert arrays["layers.0.weight"][2, 1] == model.layers[0].neurons[2].w[1].data
    x = np.array([0.5, -1.0])
    hidden = np.maximum(arrays["layers.0.weight"] @ x + arrays["layers.0.bias"], 0)
    [y] = arrays["layers.1.weight"] @ hidden + arrays["layers.1.bias"]
    assert y == pytest.approx(model([0.5, -1.0]).data, rel=1e-14)


def test_a_module_of_ones_own_keeps_its_names():
    class Wave(nn.Module):
        def __init__(self):
            self.w, self.b, self.neurons = [Value(1.0), Value(2.0)], Value(3.0), [Value(4.0)]

    assert {name: array.tolist() for name, array in nn.to_numpy(Wave()).items()} == {
        "w": [1.0, 2.0], "b": 3.0, "neurons": [4.0]}


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match="a Module is needed, not 'list'"):
        nn.to_numpy([1.0])


def test_without_numpy_it_says_what_to_install():
    done = run_python("-c", "import sys; sys.modules['numpy'] = None; import nn\n"
                            "try: nn.to_numpy(nn.Neuron(2))\nexcept ImportError as error: print(error)")
    assert done.stdout == 'arrays need NumPy: pip install "glassgrad[save]"\n', done.stderr
