"""Sequential, Residual and activations as modules; train() and eval() reach all that is in them."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, formula


def data(outputs):
    if isinstance(outputs, list | np.ndarray):
        return [data(y) for y in outputs]
    return outputs.data if isinstance(outputs, Value) else float(outputs)


X = [0.5, -1.25, 2.0]


def test_a_sequential_gives_to_each_part_what_the_one_before_gave():
    first, last = nn.Linear(3, 4, seed=1), nn.Linear(4, 2, seed=2)
    model = nn.Sequential(first, autograd.tanh, last, nn.softmax)
    assert data(model(X)) == data(nn.softmax(last([y.tanh() for y in first(X)])))
    assert data(nn.Sequential()(X)) == X


def test_it_is_a_list_of_its_parts():
    parts = [nn.Linear(2, 3), nn.Dropout(), nn.Linear(3, 1)]
    model = nn.Sequential(*parts[:2])
    assert model.append(parts[2]) is model
    assert list(model) == parts
    assert (len(model), model[0], model[-1]) == (3, parts[0], parts[2])
    assert type(model[:2]) is nn.Sequential
    assert list(model[1:]) == parts[1:]
    assert repr(model) == "Sequential(Linear(2, 3), Dropout(0.5), Linear(3, 1))"
    with pytest.raises(IndexError):
        model[3]


@pytest.mark.parametrize("part", [3, None, [nn.Linear(1, 1)]])
def test_a_part_that_cannot_be_called_is_refused(part):
    with pytest.raises(TypeError, match="a part of a Sequential is a module, a function or the name of an activation"):
        nn.Sequential(part)


def test_a_name_that_is_no_activation_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="there is no activation 'tanhh'; did you mean 'tanh'"):
        nn.Sequential("tanhh")


@pytest.mark.parametrize("x", [X, [X, X[::-1]], [[X], [X]]])
def test_a_residual_adds_what_goes_in_to_what_comes_out(x):
    inner = nn.Linear(3, 3, seed=1)
    assert np.array(data(nn.Residual(inner, "tanh")(x))) == pytest.approx(
        np.array(x) + np.tanh(np.array(data(inner(x)))), rel=1e-15)


def test_a_residual_of_other_sizes_is_refused():
    with pytest.raises(ValueError, match="differ in size: 3 and 2"):
        nn.Residual(nn.Linear(3, 2))(X)


@pytest.mark.parametrize(("name", "theirs"), [
    ("relu", torch.nn.ReLU()), ("tanh", torch.nn.Tanh()), ("gelu", torch.nn.GELU()), ("silu", torch.nn.SiLU()),
    ("sigmoid", torch.nn.Sigmoid()), ("leaky_relu", torch.nn.LeakyReLU()), ("elu", torch.nn.ELU())])
def test_an_activation_is_that_of_pytorch_for_each_number(name, theirs):
    expected = theirs(torch.tensor([X, X[::-1]], dtype=torch.float64)).tolist()
    for function in (name, autograd.operations[name], lambda y: getattr(y, name)()):
        found = nn.Activation(function)([[Value(x) for x in row] for row in (X, X[::-1])])
        assert np.array(data(found)) == pytest.approx(np.array(expected), rel=1e-14)


@pytest.mark.parametrize("x", [1.5, [1.5], [1.5, Value(-2.0)], np.array([1.5, -2.0]), [[1.5], [2.0]]])
def test_an_activation_takes_numbers_and_values_bare_and_in_lists(x):
    found = nn.Activation("tanh")(x)
    assert np.array(data(found)) == pytest.approx(np.tanh(np.array(x, dtype=float)), rel=1e-15)


def test_a_linear_activation_is_none():
    assert nn.Activation("linear")(X) is X
    assert repr(nn.Sequential("linear", "relu")) == "Sequential(Linear(), ReLU())"


@given(st.lists(st.floats(-800, 800), min_size=1, max_size=6), st.booleans())
def test_softmax_is_that_of_pytorch(scores, is_sequence):
    leaves = [Value(x) for x in scores]
    tensor = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    found = nn.softmax([leaves])[0] if is_sequence else nn.softmax(leaves)
    expected = torch.softmax(tensor, 0)
    assert data(found) == pytest.approx(expected.tolist(), rel=1e-10, abs=1e-15)
    found[0].backward()
    expected[0].backward()
    assert [x.grad for x in leaves] == pytest.approx(tensor.grad.tolist(), rel=1e-10, abs=1e-15)


def test_softmax_of_plain_numbers_is_plain_numbers_and_can_be_written_down():
    assert nn.softmax([0.0, 0.0]) == [0.5, 0.5]
    assert nn.softmax(np.zeros((2, 2))) == [[0.5, 0.5], [0.5, 0.5]]
    assert "logsumexp" in str(formula(lambda x, y: nn.softmax([x, y])[0]))


def test_modules_lists_all_that_is_inside_each_once():
    shared = nn.Linear(2, 2)
    model = nn.Residual(shared, nn.Sequential(shared, "relu"), nn.MLP(2, [3, 2]))
    kinds = [type(part).__name__ for part in model.modules()]
    assert kinds == ["Residual", "Linear", "Sequential", "Activation", "MLP", "Layer", *["Neuron"] * 3, "Layer",
                     *["Neuron"] * 2]


def test_the_mode_reaches_modules_in_lists_dicts_and_modules_that_name_their_own_parameters():
    class Whole(nn.Module):
        def __init__(self):
            self.parts = [nn.Dropout(), {"a": nn.Dropout()}]

        def __call__(self, x):
            return x

        def parameters(self):
            return []

    model = nn.Sequential(Whole())
    assert model.training
    model.eval()
    assert [model.training, model[0].parts[0].training, model[0].parts[1]["a"].training] == [False] * 3
    assert [model.train().training, model[0].parts[1]["a"].training] == [True] * 2


def test_a_model_can_be_copied_and_pickled():
    model = nn.Sequential(nn.Embedding(3, 4, seed=1), nn.Residual(nn.LayerNorm(4), nn.Dropout(seed=2)), nn.Linear(4, 1))
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin.state_dict() == model.state_dict()
        assert not {id(p) for p in twin.parameters()} & {id(p) for p in model.parameters()}
        assert data(twin(2)) == data(copy.deepcopy(model)(2))
