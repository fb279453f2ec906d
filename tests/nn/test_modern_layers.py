"""Layers of today's networks: outputs and gradients are PyTorch's, in double precision, whatever their sizes."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import DomainError, Value
from tests.support.models import numbers, random_numbers, slopes, values

sizes = st.integers(1, 5)
seeds = st.integers(0, 10**6)


def total(outputs: Any) -> Any:
    """All numbers, each times another one, added up: its gradient has all there is to know about theirs."""
    flat = flattened(outputs)
    return autograd.sum([y * (0.5 + place % 7) for place, y in enumerate(flat)])


def flattened(structure: Any) -> list[Any]:
    if not isinstance(structure, list | np.ndarray):
        return [structure]
    return [y for item in structure for y in flattened(item)]


def total_of_tensor(outputs: torch.Tensor) -> torch.Tensor:
    weights = torch.tensor([0.5 + place % 7 for place in range(outputs.numel())], dtype=torch.float64)
    return (outputs.reshape(-1) * weights).sum()


def take_over(module: nn.Module, theirs: torch.nn.Module) -> None:
    """Give PyTorch's module the parameters of ours, which have to be of the same names and shapes."""
    own = {name: numbers(of(module, name)) for name, _ in theirs.named_parameters()}
    assert sum(array.size for array in own.values()) == len(module.parameters())
    theirs.load_state_dict({name: torch.tensor(array) for name, array in own.items()})


def of(module: Any, name: str) -> Any:
    for part in name.split("."):
        module = getattr(module, part)
    return module


def assert_same(module: nn.Module, theirs: torch.nn.Module, inputs: list[Any],
                call: Callable[..., torch.Tensor] | None = None) -> None:
    """Outputs, the gradients of inputs, and those of parameters, are PyTorch's."""
    draw = random.Random(1)
    for parameter in module.parameters():
        parameter.data += 0.1 * draw.uniform(-1, 1)  # those that begin at 0 and 1 too
    theirs.double()
    take_over(module, theirs)
    leaves, tensors = [values(x) for x in inputs], [torch.tensor(x, requires_grad=True) for x in inputs]
    outputs, expected = module(*leaves), (call or theirs)(*tensors)
    assert numbers(outputs) == pytest.approx(expected.detach().numpy(), rel=1e-10, abs=1e-10)
    total(outputs).backward()
    total_of_tensor(expected).backward()
    for leaf, tensor in zip(leaves, tensors, strict=True):
        assert slopes(leaf) == pytest.approx(tensor.grad.numpy(), rel=1e-10, abs=1e-10)
    for name, tensor in theirs.named_parameters():
        assert slopes(of(module, name)) == pytest.approx(tensor.grad.numpy(), rel=1e-10, abs=1e-10)


@given(sizes, sizes, st.booleans(), seeds, st.sampled_from([(), (1,), (3,), (2, 2)]))
@settings(max_examples=30)
def test_linear_is_that_of_pytorch_for_vectors_sequences_and_lists_of_these(inputs, outputs, bias, seed, leading):
    assert_same(nn.Linear(inputs, outputs, bias, seed=seed), torch.nn.Linear(inputs, outputs, bias),
                [random_numbers(seed, *leading, inputs)])


@given(sizes, st.booleans(), st.sampled_from([None, 1e-5, 0.1]), seeds, st.sampled_from([(), (3,), (2, 2)]))
@settings(max_examples=30)
def test_rms_norm_is_that_of_pytorch(size, affine, eps, seed, leading):
    assert_same(nn.RMSNorm(size, eps, affine), torch.nn.RMSNorm(size, eps, affine),
                [random_numbers(seed, *leading, size)])


@given(st.integers(2, 6), st.booleans(), st.booleans(), st.sampled_from([1e-5, 0.1]), seeds,
       st.sampled_from([(), (3,), (2, 2)]))
@settings(max_examples=30)
def test_layer_norm_is_that_of_pytorch(size, affine, bias, eps, seed, leading):
    assert_same(nn.LayerNorm(size, eps, affine, bias), torch.nn.LayerNorm(size, eps, affine, bias),
                [random_numbers(seed, *leading, size)])


@given(sizes, sizes, st.booleans(), st.sampled_from(["tanh", "relu"]), seeds)
@settings(max_examples=30)
def test_a_recurrent_cell_is_that_of_pytorch(inputs, hidden, bias, nonlinearity, seed):
    assert_same(nn.RNNCell(inputs, hidden, bias, nonlinearity, seed=seed),
                torch.nn.RNNCell(inputs, hidden, bias, nonlinearity),
                [random_numbers(seed, inputs), random_numbers(seed + 1, hidden)])


@given(sizes, sizes, st.booleans(), seeds)
@settings(max_examples=30)
def test_a_gated_cell_is_that_of_pytorch(inputs, hidden, bias, seed):
    assert_same(nn.GRUCell(inputs, hidden, bias, seed=seed), torch.nn.GRUCell(inputs, hidden, bias),
                [random_numbers(seed, inputs), random_numbers(seed + 1, hidden)])


@pytest.mark.parametrize(("cell", "theirs"), [(nn.RNNCell, torch.nn.RNNCell), (nn.GRUCell, torch.nn.GRUCell)])
def test_cells_unrolled_through_time_from_a_state_of_zeros_are_those_of_pytorch(cell, theirs):
    ours, reference = cell(3, 4, seed=1), theirs(3, 4).double()
    take_over(ours, reference)
    frames = random_numbers(1, 6, 3)
    state, expected = None, None
    for frame in frames:
        state = ours(frame.tolist(), state)
        expected = reference(torch.tensor(frame), expected)
    assert numbers(state) == pytest.approx(expected.detach().numpy(), rel=1e-10)
    total(state).backward()
    total_of_tensor(expected).backward()
    for name, tensor in reference.named_parameters():
        assert slopes(of(ours, name)) == pytest.approx(tensor.grad.numpy(), rel=1e-10, abs=1e-12)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 5), st.booleans(), seeds)
@settings(max_examples=30)
def test_attention_is_pytorchs_with_a_causal_mask(heads, share, length, bias, seed):
    width = heads * share
    theirs = torch.nn.MultiheadAttention(width, heads, bias=bias)
    mask = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
    assert_same(nn.CausalSelfAttention(width, heads, bias=bias, seed=seed), theirs,
                [random_numbers(seed, length, width)], lambda x: theirs(x, x, x, attn_mask=mask)[0])


def test_attention_takes_a_list_of_sequences():
    attention = nn.CausalSelfAttention(4, 2, seed=1)
    sequences = random_numbers(1, 3, 2, 4).tolist()
    assert numbers(attention(sequences)).tolist() == [numbers(attention(sequence)).tolist() for sequence in sequences]


def test_nothing_that_comes_later_changes_what_attention_gives():
    attention = nn.CausalSelfAttention(6, 3, seed=1)
    sequence = random_numbers(2, 4, 6).tolist()
    assert numbers(attention(sequence))[:3].tolist() == numbers(attention(sequence[:3])).tolist()


@given(st.integers(1, 6), st.integers(1, 4), seeds, st.sampled_from([(), (3,), (2, 2)]))
@settings(max_examples=30)
def test_an_embedding_is_that_of_pytorch(count, size, seed, shape):
    ours, theirs = nn.Embedding(count, size, seed=seed), torch.nn.Embedding(count, size).double()
    take_over(ours, theirs)
    indices = np.random.default_rng(seed).integers(0, count, shape)
    for given_indices in (indices.tolist(), indices, indices.astype(float).tolist(), values(indices)):
        ours.zero_grad()
        theirs.zero_grad()
        outputs, expected = ours(given_indices), theirs(torch.tensor(indices))
        assert numbers(outputs) == pytest.approx(expected.detach().numpy(), rel=1e-15)
        total(outputs).backward()
        total_of_tensor(expected).backward()
        assert slopes(ours.weight) == pytest.approx(theirs.weight.grad.numpy(), rel=1e-12)


# ---- How parameters begin ------------------------------------------------------------------------------------------

LAYERS = {
    "Linear": lambda seed: nn.Linear(3, 4, seed=seed), "Embedding": lambda seed: nn.Embedding(3, 4, seed=seed),
    "RNNCell": lambda seed: nn.RNNCell(3, 4, seed=seed), "GRUCell": lambda seed: nn.GRUCell(3, 4, seed=seed),
    "attention": lambda seed: nn.CausalSelfAttention(4, 2, seed=seed)}


@pytest.mark.parametrize(("ours", "theirs"), [
    (lambda: nn.Linear(5, 400, seed=1), lambda: torch.nn.Linear(5, 400)),
    (lambda: nn.Embedding(40, 50, seed=1), lambda: torch.nn.Embedding(40, 50)),
    (lambda: nn.RNNCell(20, 25, seed=1), lambda: torch.nn.RNNCell(20, 25)),
    (lambda: nn.GRUCell(20, 25, seed=1), lambda: torch.nn.GRUCell(20, 25)),
    (lambda: nn.CausalSelfAttention(24, 2, seed=1), lambda: torch.nn.MultiheadAttention(24, 2)),
    (lambda: nn.RMSNorm(3), lambda: torch.nn.RMSNorm(3)), (lambda: nn.LayerNorm(3), lambda: torch.nn.LayerNorm(3))])
def test_parameters_are_drawn_from_the_distribution_that_pytorch_draws_from(ours, theirs):
    """Each matrix and each vector has the same spread, and the same range where that is limited."""
    torch.manual_seed(1)
    module, reference = ours(), theirs()
    for name, tensor in reference.named_parameters():
        array, expected = numbers(of(module, name)), tensor.detach().numpy()
        assert array.shape == expected.shape
        if array.size >= 200:
            assert array.std() == pytest.approx(expected.std(), rel=0.15)
            assert len(set(array.ravel().tolist())) == array.size
        if not isinstance(module, nn.Embedding):  # whose normal distribution has no limits
            assert abs(array).max() == pytest.approx(abs(expected).max(), rel=0.15)


@pytest.mark.parametrize("name", LAYERS)
def test_the_same_seed_gives_the_same_parameters_and_leaves_pythons_generator_alone(name):
    before = random.getstate()
    first, second, third = (LAYERS[name](seed).state_dict() for seed in (1, 1, 2))
    assert random.getstate() == before
    assert first == second != third
    random.seed(1)
    unseeded = LAYERS[name](None).state_dict()
    random.seed(1)
    assert LAYERS[name](None).state_dict() == unseeded


def test_one_generator_draws_for_all_layers():
    shared = random.Random(1)
    first, second = nn.Linear(3, 3, seed=shared).state_dict(), nn.Linear(3, 3, seed=shared).state_dict()
    assert set(first.values()).isdisjoint(second.values())
    attention = nn.CausalSelfAttention(4, 2, seed=1)
    assert not {abs(w) for w in numbers(attention.out_proj.weight).ravel().tolist()} & {
        abs(w) for w in numbers(attention.in_proj_weight).ravel().tolist()}


def test_names_are_those_of_pytorch_and_a_state_goes_from_one_to_the_other():
    model, twin = (nn.Sequential(nn.Linear(2, 3, seed=seed), "tanh", nn.LayerNorm(3), nn.Linear(3, 1, seed=seed))
                   for seed in (1, 2))
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.LayerNorm(3), torch.nn.Linear(3, 1))
    assert [name for name, _ in model.named_parameters()] == [
        ".".join([name, *map(str, place)]) for name, tensor in theirs.named_parameters()
        for place in np.ndindex(tensor.shape)]
    twin.load_state_dict(model.state_dict())
    assert twin([0.5, -1.0])[0].data == model([0.5, -1.0])[0].data


# ---- What is cheap -------------------------------------------------------------------------------------------------


def inner(outputs: Any) -> int:
    """How many nodes were calculated."""
    return sum(node.op is not None for node in autograd.topological_order(flattened(outputs)))


@pytest.mark.parametrize(("module", "shape", "nodes"), [
    (nn.Linear(8, 5), (8,), 5), (nn.Linear(8, 5, False), (3, 8), 15), (nn.RMSNorm(8), (8,), 3 + 2 * 8),
    (nn.RMSNorm(8, None, False), (8,), 3 + 8), (nn.LayerNorm(8), (8,), 2 + 8 + 3 + 3 * 8),
    (nn.RNNCell(8, 5), (8,), 5 * 4), (nn.Dropout(), (8,), 8)])
def test_a_layer_has_one_node_for_each_sum_of_products(module, shape, nodes):
    assert inner(module(values(np.ones(shape) * 0.5))) == nodes


def test_looking_up_an_index_that_is_known_makes_no_nodes():
    embedding = nn.Embedding(5, 3)
    assert embedding(2) == list(embedding.weight[2])


# ---- In machine code -----------------------------------------------------------------------------------------------

COMPILED = {
    "Linear": (lambda: nn.Linear(3, 4, seed=1), (3,)), "sequence": (lambda: nn.Linear(3, 4, seed=1), (2, 3)),
    "RMSNorm": (lambda: nn.RMSNorm(3), (2, 3)), "LayerNorm": (lambda: nn.LayerNorm(3), (2, 3)),
    "Dropout": (lambda: nn.Dropout(0.5).eval(), (3,)), "RNNCell": (lambda: nn.RNNCell(3, 4, seed=1), (3,)),
    "GRUCell": (lambda: nn.GRUCell(3, 4, seed=1), (3,)), "softmax": (lambda: nn.softmax, (2, 3)),
    "attention": (lambda: nn.CausalSelfAttention(4, 2, seed=1), (3, 4)),
    "Residual": (lambda: nn.Residual(nn.RMSNorm(3), nn.Linear(3, 3, seed=1), "gelu"), (2, 3))}


@pytest.mark.parametrize("name", COMPILED)
def test_it_compiles_as_it_is(name):
    make, shape = COMPILED[name]
    layer = make()

    def function(x: Any) -> Any:
        return total(layer(x))

    fast = autograd.compile(function)
    for seed in (1, 2):
        for x in (random_numbers(seed, *shape), random_numbers(seed, *shape).tolist()):
            leaves = values(x)
            expected = function(leaves)
            expected.backward()
            found, gradient = fast.value_and_grad(x)
            assert found == pytest.approx(expected.data, rel=1e-12, abs=1e-13)
            assert np.array(gradient) == pytest.approx(slopes(leaves), rel=1e-11, abs=1e-13)


class GPT(nn.Module):
    """A very small one, whose tokens are inputs of the program."""

    def __init__(self):
        self.tokens, self.places = nn.Embedding(5, 4, seed=1), nn.Embedding(3, 4, seed=2)
        self.body = nn.Sequential(nn.Residual(nn.RMSNorm(4), nn.CausalSelfAttention(4, 2, seed=3)),
                                  nn.Residual(nn.LayerNorm(4), nn.Linear(4, 8, seed=4), "relu",
                                              nn.Linear(8, 4, seed=5)),
                                  nn.Linear(4, 5, seed=6))

    def __call__(self, tokens):
        pairs = zip(self.tokens(tokens), self.places(range(len(tokens))), strict=True)
        return self.body([[a + b for a, b in zip(*pair, strict=True)] for pair in pairs])


class Reader(nn.Module):
    """A gated cell over the frames of a recording."""

    def __init__(self):
        self.cell, self.out = nn.GRUCell(2, 3, seed=1), nn.Linear(3, 3, seed=2)

    def __call__(self, frames):
        state = None
        for frame in frames:
            state = self.cell(frame, state)
        return self.out(state)


@pytest.mark.parametrize(("kind", "inputs", "targets"), [
    (GPT, [[0, 1, 2], [2, 4, 4], [3, 0, 1], [1, 1, 0]], [[1, 2, 0], [4, 4, 1], [0, 1, 3], [1, 0, 2]]),
    (Reader, random_numbers(1, 5, 4, 2).tolist(), [0, 2, 1, 1, 0])])
def test_training_in_machine_code_is_eager_training(kind, inputs, targets):
    (model, optimizer), (twin, eager) = ((m, nn.SGD(m.parameters(), 0.5, momentum=0.5)) for m in (kind(), kind()))
    options: Any = {"epochs": 8, "batch_size": 3, "seed": 1, "progress": False}
    found = nn.fit(model, inputs, targets, nn.cross_entropy, optimizer, compiled=True, **options)
    expected = nn.fit(twin, inputs, targets, nn.cross_entropy, eager, **options)
    assert found.losses == pytest.approx(expected.losses, rel=1e-10)
    assert found.losses[-1] < 0.9 * found.losses[0]
    assert list(model.state_dict().values()) == pytest.approx(
        list(twin.state_dict().values()), rel=1e-8, abs=1e-10)


def test_an_index_that_there_is_not_is_refused_in_machine_code_too():
    embedding = nn.Embedding(3, 2, seed=1)
    fast = autograd.compile(lambda index: embedding(index))
    assert fast(2) == [w.data for w in embedding.weight[2]]
    for index in (3.0, -1.0, 0.5):
        with pytest.raises(DomainError, match="whole index"):
            fast(index)


# ---- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("make", "message"), [
    (lambda: nn.Linear(0, 1), "in_features needs to be at least 1, not 0"),
    (lambda: nn.Linear(1, 0), "out_features needs to be at least 1"), (lambda: nn.Embedding(0, 2), "num_embeddings"),
    (lambda: nn.RMSNorm((2, 3)), "vectors have one dimension, not 2"), (lambda: nn.LayerNorm(2, -1.0), "eps"),
    (lambda: nn.RNNCell(2, 3, nonlinearity="gelu"), "'tanh' or 'relu', not 'gelu'"),
    (lambda: nn.CausalSelfAttention(6, 4), "4 heads cannot share 6 numbers evenly"),
    (lambda: nn.Dropout(1.5), "p needs to be finite and from 0 to 1, not 1.5"),
    (lambda: nn.Linear(2, 1)([1.0]), "a Linear of 2 inputs was given 1"),
    (lambda: nn.Linear(2, 1)([[1.0, 2.0], [3.0]]), "a Linear of 2 inputs was given 1"),
    (lambda: nn.RMSNorm(2)([1.0, 2.0, 3.0]), "a RMSNorm of 2 inputs was given 3"),
    (lambda: nn.GRUCell(2, 3)([1.0, 2.0], [0.0]), "a GRUCell of 3 inputs was given 1"),
    (lambda: nn.CausalSelfAttention(4, 2)([[1.0]]), "a CausalSelfAttention of 4 inputs was given 1"),
    (lambda: nn.Embedding(3, 2)(3), "an Embedding of 3 vectors has none with the index 3"),
    (lambda: nn.Embedding(3, 2)([0, -1]), "has none with the index -1"),
    (lambda: nn.Embedding(3, 2)(0.5), "has none with the index 0.5"),
    (lambda: nn.Embedding(3, 2)(Value(3.0)), "take.* needs a whole index")])
def test_what_does_not_fit_is_refused_with_a_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make", [lambda: nn.Linear(1.5, 2), lambda: nn.Embedding(3, 2)("a"),  # pyright: ignore
                                  lambda: nn.Linear(1, 1)({1.0}), lambda: nn.RMSNorm("2"),
                                  lambda: nn.Embedding(3, 2)({0, 1}), lambda: nn.Linear(2, 1)(["a", "b"])])
def test_what_is_no_number_is_a_type_error(make):
    with pytest.raises(TypeError):
        make()
