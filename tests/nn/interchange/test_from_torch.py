"""Models brought back from PyTorch: the same numbers to the last bit, and the same outputs."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from tests.support.models import curved, models, numbers, values

seeds = st.integers(0, 10**6)
ACTIVATIONS = (torch.nn.ReLU, torch.nn.LeakyReLU, torch.nn.ELU, torch.nn.GELU, torch.nn.SiLU, torch.nn.Sigmoid,
               torch.nn.Tanh, torch.nn.Identity, lambda: torch.nn.Softplus(threshold=30),
               lambda: torch.nn.Softmax(-1), lambda: torch.nn.Dropout(0.25))


def outputs(model, inputs):
    return numbers([model(x) for x in values(inputs)])


@st.composite
def modules(draw, size):
    """A module made of PyTorch's own layers, and how many numbers it gives."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        given_size = draw(st.integers(1, 4))
        kind = draw(st.sampled_from(["linear", "layer norm", "rms norm", "activation", "cell", "sequential"]))
        if kind == "linear":
            parts.append(torch.nn.Linear(size, given_size, draw(st.booleans())))
            size = given_size
        elif kind == "layer norm":
            parts.append(torch.nn.LayerNorm(size, 1e-3, draw(st.booleans()), draw(st.booleans())))
        elif kind == "rms norm":
            parts.append(torch.nn.RMSNorm(size, draw(st.sampled_from([None, 1e-3])), draw(st.booleans())))
        elif kind == "activation":
            parts.append(draw(st.sampled_from(ACTIVATIONS))())
        elif kind == "cell":
            cell = draw(st.sampled_from([torch.nn.RNNCell, torch.nn.GRUCell]))
            parts.append(cell(size, given_size, draw(st.booleans())))
            size = given_size
        else:
            inner, size = draw(modules(size))
            parts.append(inner)
    return torch.nn.Sequential(*parts), size


@given(st.data(), st.integers(1, 4), seeds)
@settings(max_examples=40)
def test_modules_of_pytorch_have_the_same_outputs_here(data, size, seed):
    torch.manual_seed(seed)
    module, _ = data.draw(modules(size))
    module = module.double().eval()
    for parameter in module.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    inputs = torch.randn(3, size, dtype=torch.float64)
    model = nn.from_torch(module)
    np.testing.assert_allclose(outputs(model, inputs.tolist()), module(inputs).detach().numpy(), rtol=1e-11, atol=1e-11)
    assert not any(part.training for part in model.modules())


@given(st.data(), st.integers(1, 4))
@settings(max_examples=40)
def test_what_was_handed_over_comes_back_as_it_was(data, size):
    model = data.draw(models(size))
    drawn = random.getstate()
    again = nn.from_torch(nn.to_torch(model))
    assert repr(again) == repr(model)
    assert again.state_dict() == model.state_dict()
    assert [module.training for module in again.modules()] == [module.training for module in model.modules()]
    if not any(isinstance(module, nn.Dropout) for module in model.modules()):
        assert random.getstate() == drawn


@pytest.mark.parametrize("model", [
    nn.Neuron(2, "tanh", seed=1), nn.Layer(2, 1, "relu", seed=1), nn.Layer(2, 3, None, seed=1), nn.Embedding(3, 2),
    nn.MLP(2, [1], seed=1), nn.MLP(2, [3, 1, 2], curved, seed=1), nn.CausalSelfAttention(4, 2, 0.5, seed=1).eval(),
    nn.CausalSelfAttention(4, 2, bias=False, seed=1), nn.Activation("sin"), nn.Activation(None), nn.Dropout(0.25)])
def test_each_layer_comes_back_as_it_was(model):
    again = nn.from_torch(nn.to_torch(model))
    assert type(again) is type(model)
    assert repr(again) == repr(model)
    assert again.state_dict() == model.state_dict()
    assert [module.training for module in again.modules()] == [module.training for module in model.modules()]


def test_what_comes_back_can_be_saved_and_loaded(tmp_path):
    for model in (nn.MLP(2, [3, 1], "tanh", seed=1), nn.Sequential(nn.Linear(2, 3), "relu", nn.Dropout(0.5))):
        again = nn.from_torch(nn.to_torch(model))
        nn.save(again, tmp_path / "model")
        loaded = nn.load(tmp_path / "model")
        assert (repr(loaded), loaded.state_dict()) == (repr(model), model.state_dict())


def test_embedding_and_single_precision_are_exact():
    module = torch.nn.Sequential(torch.nn.Embedding(4, 3), torch.nn.Linear(3, 2)).to(torch.bfloat16)
    model = nn.from_torch(module)
    assert numbers(model[0].weight).tolist() == module[0].weight.tolist()
    assert numbers(model[1].weight).tolist() == module[1].weight.tolist()


def test_the_epsilon_of_rms_norm_is_that_of_its_precision():
    assert nn.from_torch(torch.nn.RMSNorm(2)).eps == torch.finfo(torch.float32).eps


def test_what_is_shared_stays_shared_and_what_is_frozen_constant():
    layer, module = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    module.weight = layer.weight
    module.bias.requires_grad_(False)
    model = nn.from_torch(torch.nn.Sequential(layer, torch.nn.Tanh(), layer, module))
    assert model[0] is model[2]
    assert model[0].weight[1][0] is model[3].weight[1][0]
    assert all(value.constant for value in model[3].bias)
    assert len(model.parameters()) == 6


def test_training_goes_on_after_the_way_there_and_back():
    model = nn.MLP(2, [3, 1], "tanh", seed=1)
    theirs = nn.to_torch(model)
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1)
    own = nn.SGD(model.parameters(), lr=0.1)
    inputs, targets = nn.datasets.moons(20, noise=0.1, seed=1)
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(theirs(torch.tensor(inputs, dtype=torch.float64)),
                                     torch.tensor(targets, dtype=torch.float64)).backward()
        optimizer.step()
        own.zero_grad()
        nn.mean_squared_error([model(x) for x in inputs], targets).backward()
        own.step()
    assert nn.from_torch(theirs).state_dict() == pytest.approx(model.state_dict(), rel=1e-12)


class Own(torch.nn.Linear):
    pass


def with_parameter(value, module=None):
    module = module or torch.nn.Linear(1, 1)
    module.extra = torch.nn.Parameter(value)
    return module


def hooked(module):
    module.register_forward_hook(lambda module, inputs, output: 2 * output)
    return module


def patched(module):
    module.forward = lambda x: x
    return module


@pytest.mark.parametrize(("module", "reason"), [
    (torch.nn.Conv2d(1, 1, 1), "Conv2d has no counterpart in nn; what can be brought back is made of CausalSelfAtten"),
    (torch.nn.Sequential(torch.nn.LSTM(1, 1)), "LSTM has no counterpart"),
    (torch.nn.MultiheadAttention(2, 1), "MultiheadAttention has no counterpart"),
    (Own(1, 1), "Own has no counterpart"),
    (torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(1, 1)), "ParametrizedLinear has no counterpart"),
    (hooked(torch.nn.Linear(1, 1)), r"Linear has been given a forward\(\) or a hook"),
    (patched(torch.nn.Tanh()), r"Tanh has been given a forward\(\) or a hook"),
    (torch.nn.Embedding(2, 2, padding_idx=1), "Embedding with padding_idx=1 cannot be .*nn has only padding_idx=None"),
    (torch.nn.Embedding(2, 2, max_norm=1.0), "Embedding with max_norm=1.0"),
    (torch.nn.LeakyReLU(0.2), "LeakyReLU with negative_slope=0.2 .* only negative_slope=0.01"),
    (torch.nn.ELU(2.0), "ELU with alpha=2.0"),
    (torch.nn.GELU("tanh"), "GELU with approximate='tanh'"),
    (torch.nn.Softplus(threshold=5), "Softplus with threshold=5"),
    (torch.nn.Softmax(dim=1), "Softmax with dim=1 .* only dim=-1"),
    (torch.nn.LayerNorm((2, 2)), "normalized_shape: vectors have one dimension"),
    (with_parameter(torch.ones(1)), "no layer uses these parameters of Linear: extra"),
    (torch.nn.Linear(1, 1, device="meta"), "weight is not made of finite real numbers"),
    (torch.nn.Linear(1, 1, dtype=torch.complex64), "weight is not made of finite real numbers"),
])
def test_what_has_no_counterpart_is_refused_by_name_in_one_sentence(module, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        nn.from_torch(module)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 320


def test_numbers_that_are_not_finite_are_refused():
    module = torch.nn.Sequential(torch.nn.Linear(1, 1))
    module[0].bias.data[0] = torch.nan
    with pytest.raises(ValueError, match=r"0\.bias is not made of finite real numbers"):
        nn.from_torch(module)


def test_changes_that_a_layer_of_ours_cannot_follow_are_refused():
    theirs = nn.to_torch(nn.MLP(2, [3, 1], seed=1))
    theirs.layers[1] = torch.nn.Linear(3, 1)
    with pytest.raises(ValueError, match="the layers of an MLP are"):
        nn.from_torch(theirs)
    layer = nn.to_torch(nn.Layer(2, 3, seed=1))
    layer.bias = None
    with pytest.raises(ValueError, match="a Layer without a bias"):
        nn.from_torch(layer)
    layer = nn.to_torch(nn.Layer(2, 3, seed=1))
    layer.activation = torch.nn.Softmax(-1)
    with pytest.raises(ValueError, match="Softmax is not a function of one number"):
        nn.from_torch(layer)


def test_only_modules_of_pytorch_are_brought_back():
    for wrong in (nn.Linear(1, 1), {}, Value(1.0)):
        with pytest.raises(TypeError, match=r"a torch\.nn\.Module is needed, not"):
            nn.from_torch(wrong)
