"""Dropout: what is left out, and how often; in machine code the same as in eager training, never once and for all."""

import math
import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import RecordingError, Value


def network(p=0.4, seed=1):
    return nn.Sequential(nn.Dropout(p / 2, seed=seed), nn.Linear(3, 6, seed=seed), "tanh", nn.Dropout(p, seed=seed + 1),
                         nn.Linear(6, 1, seed=seed), lambda outputs: outputs[0])


INPUTS = np.random.default_rng(1).normal(size=(11, 3)).tolist()
TARGETS = [sum(row) for row in INPUTS]


@given(st.floats(0, 1), st.integers(0, 1000))
def test_a_number_is_replaced_by_0_or_divided_by_what_is_left(p, seed):
    x = [Value(k + 1.0) for k in range(8)]
    y = nn.Dropout(p, seed=seed)(x)
    assert {type(item) for item in y} == {Value}
    scale = 1 / (1 - p) if p < 1 else 0.0
    assert all(b.data in (0.0, a.data * scale) for a, b in zip(x, y, strict=True))
    autograd.sum(y).backward()
    assert [a.grad for a in x] == [scale if b.data else 0.0 for b in y]


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_it_leaves_out_as_much_as_that_of_pytorch(p):
    """Both are means of n draws, so they lie within five standard deviations of p, and their means of 1."""
    n = 20_000
    ours = np.array([y.data for y in nn.Dropout(p, seed=1)([Value(1.0)] * n)])
    torch.manual_seed(1)
    theirs = torch.nn.Dropout(p)(torch.ones(n)).numpy()
    for drawn in (ours, theirs):
        assert (drawn == 0).mean() == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / n))
    assert ours.max() == pytest.approx(theirs.max(), rel=1e-6)


@pytest.mark.parametrize(("p", "left"), [(0.0, 1.0), (1.0, 0.0)])
def test_at_its_ends_nothing_or_everything_is_left_out(p, left):
    assert [y.data for y in nn.Dropout(p)([Value(1.0)] * 20)] == [left] * 20


def test_each_call_draws_anew_and_the_same_seed_the_same():
    one, other = nn.Dropout(seed=3), nn.Dropout(seed=3)
    drawn = [[y.data for y in one([Value(1.0)] * 20)] for _ in range(3)]
    assert drawn == [[y.data for y in other([Value(1.0)] * 20)] for _ in range(3)]
    assert len(set(map(tuple, drawn))) == 3


def test_its_generator_is_its_own_and_stands_where_python_says_without_a_seed():
    random.seed(1)
    dropout = nn.Dropout()
    first = [y.data for y in dropout([Value(1.0)] * 20)]
    before = random.getstate()
    dropout([Value(1.0)] * 20)
    assert random.getstate() == before
    random.seed(1)
    assert [y.data for y in nn.Dropout()([Value(1.0)] * 20)] == first


def test_after_eval_everything_passes_and_after_train_it_does_not():
    model = network()
    assert model.eval() is model
    assert [part.training for part in model.modules()] == [False] * 6
    answers = {model(INPUTS[0]).data for _ in range(5)}
    assert len(answers) == 1
    assert model.train()[3].training
    assert len({model(INPUTS[0]).data for _ in range(5)}) == 5


def test_it_takes_numbers_and_sequences():
    dropout = nn.Dropout(0.5, seed=1)
    assert dropout(Value(3.0)).data in (0.0, 6.0)
    x = [[Value(1.0)] * 4] * 3
    assert np.array([[y.data for y in row] for row in dropout(x)]).shape == (3, 4)


# ---- In machine code -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [None, 1, 4, 100])
def test_fit_gives_the_same_history(batch_size):
    histories = []
    for compiled in (True, False):
        model = network()
        optimizer = nn.Adam(model.parameters(), 0.01)
        histories.append(nn.fit(model, INPUTS, TARGETS, nn.mean_squared_error, optimizer, epochs=5, seed=2,
                                batch_size=batch_size, progress=False, compiled=compiled))
    assert histories[0].losses == pytest.approx(histories[1].losses, rel=1e-11)
    assert histories[0].best_parameters == pytest.approx(histories[1].best_parameters, rel=1e-9)


def test_attention_that_leaves_out_weights_too():
    sequences = np.random.default_rng(1).normal(size=(4, 3, 2)).tolist()
    losses = []
    for compiled in (True, False):
        model = nn.Sequential(nn.CausalSelfAttention(2, 2, 0.5, seed=1), lambda y: [x for row in y for x in row])
        history = nn.fit(model, sequences, [[0.0] * 6] * 4, nn.mean_squared_error, nn.SGD(model.parameters(), 0.1), 4,
                         progress=False, compiled=compiled)
        losses.append(history.losses)
    assert losses[0] == pytest.approx(losses[1], rel=1e-11)


def eager(model, optimizer):
    loss = nn.mean_squared_error([model(row) for row in INPUTS], TARGETS)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.data


def test_steps_draw_what_eager_steps_draw_in_either_mode():
    model, twin = network(), network()
    optimizer, other = nn.SGD(model.parameters(), 0.01), nn.SGD(twin.parameters(), 0.01)
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    arrays = np.array(INPUTS), np.array(TARGETS)
    found = [*(training.step(*arrays) for _ in range(3)), *training.run(*arrays, 4, progress=False)]
    assert found == pytest.approx([eager(twin, other) for _ in range(7)], rel=1e-12)
    for mode in (False, True):  # nothing of this was frozen when the step was recorded
        model.train(mode)
        twin.train(mode)
        assert training.step(*arrays) == pytest.approx(eager(twin, other), rel=1e-12)
    model[3].p = twin[3].p = 0.9
    assert training.step(*arrays) == pytest.approx(eager(twin, other), rel=1e-12)
    assert [model[place].generator.getstate() == twin[place].generator.getstate() for place in (0, 3)] == [True, True]


def test_answers_are_those_of_eval_and_draw_nothing():
    model = network()
    training = nn.compile(model, nn.mean_squared_error, nn.SGD(model.parameters(), 0.01))
    before = model[0].generator.getstate()
    predictions, loss = training.predict(INPUTS), training.evaluate(INPUTS, TARGETS)
    assert model[0].generator.getstate() == before
    model.eval()
    answers = [model(row) for row in INPUTS]
    assert predictions.tolist() == pytest.approx([y.data for y in answers], rel=1e-12)
    assert loss == pytest.approx(nn.mean_squared_error(answers, TARGETS).data, rel=1e-12)


def test_an_error_names_the_sample():
    model = nn.Sequential(nn.Dropout(0.0), lambda x: autograd.log(x[0] + w))
    w = Value(0.0)
    training = nn.compile(model, nn.mean_squared_error, nn.SGD([w], 0.1))
    with pytest.raises(nn.TrainingError, match="for sample 2"):
        training.run([[1.0], [2.0], [-1.0], [1.0]], [0.0] * 4, 5, batch_size=2, seed=1, progress=False)


@pytest.mark.parametrize("x", [[Value(1.0), Value(2.0)], None])
def test_a_compiled_function_that_would_draw_once_and_for_all_is_refused(x):
    model = nn.Dropout(seed=1)

    def function(y):
        return autograd.sum(model(x or [y, y])) * y

    fast = autograd.compile(function)
    with pytest.raises(RecordingError, match=r"Dropout in training .* call eval\(\) of the model first"):
        fast(1.0)
    model.eval()
    assert fast(2.0) == (6.0 if x else 8.0)
