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
from autograd import Value

sizes = st.integers(1, 5)
seeds = st.integers(0, 10**6)


def random_numbers(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def values(array: Any) -> Any:
    """An array of numbers as lists of Values."""
    return [values(item) for item in array] if np.ndim(array) else Value(float(array))


def numbers(structure: Any) -> Any:
    """The numbers in lists of Values, as an array."""
    return np.array([numbers(item) for item in structure] if isinstance(structure, list | tuple) else structure.data)


def slopes(structure: Any) -> Any:
    return np.array([slopes(item) for item in structure] if isinstance(structure, list | tuple) else structure.grad)


def total(outputs: Any) -> Any:
    """All numbers, each times another one, added up: its gradient has all there is to know about theirs."""
    flat = flattened(outputs)
    return autograd.sum([y * (0.5 + place % 7) for place, y in enumerate(flat)])


def flattened(structure: Any) -> list[Any]:
    return [y for item in structure for y in flattened(item)] if isinstance(structure, list) else [structure]


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
    for parameter in module.parameters():
        parameter.data += 0.1 * random.Random(str(parameter.data)).uniform(-1, 1)  # biases and weights of 0 and 1 too
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
