"""Clipped gradients: PyTorch's, by hand, in fit, and in machine code."""

import math

import numpy as np
import pytest
import torch

import nn
from autograd import Value
from nn import Adam
from tests.support.processes import run_python
from tests.support.training import OPTIMIZERS, XOR, eager_step, network, numbers, pair

GRADIENTS = [3.0, -4.0, 0.5, 0.0, -1e-3]


def both(gradients=GRADIENTS):
    ours, theirs = [Value(1.0) for _ in gradients], [torch.ones((), dtype=torch.float64) for _ in gradients]
    for parameter, tensor, gradient in zip(ours, theirs, gradients, strict=True):
        parameter.grad = gradient
        tensor.grad = None if gradient is None else torch.tensor(gradient, dtype=torch.float64)
    return ours, theirs


def grads(parameters):
    return [math.nan if p.grad is None else float(p.grad) for p in parameters]


# ---- By hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [2, 2.0, 1, 1.5, 3, math.inf])
@pytest.mark.parametrize("most", [0.1, 1, 5.0, 100])
@pytest.mark.parametrize("gradients", [GRADIENTS, [0.0, 0.0], [2.0], [None, 3.0, None, -4.0]])
def test_a_norm_is_clipped_as_pytorch_does_it(p, most, gradients):
    ours, theirs = both(gradients)
    norm = nn.clip_grad_norm(ours, most, p)
    assert norm == pytest.approx(torch.nn.utils.clip_grad_norm_(theirs, most, p).item(), rel=1e-14)
    assert grads(ours) == pytest.approx(grads(theirs), rel=1e-14, nan_ok=True)


@pytest.mark.parametrize("most", [1e-4, 0.5, 3.5, 10])
@pytest.mark.parametrize("gradients", [GRADIENTS, [None, 3.0, -4.0]])
def test_values_are_clipped_as_pytorch_does_it(most, gradients):
    ours, theirs = both(gradients)
    nn.clip_grad_value(ours, most)
    torch.nn.utils.clip_grad_value_(theirs, most)
    assert grads(ours) == pytest.approx(grads(theirs), rel=0, abs=0, nan_ok=True)


def test_a_single_parameter_and_one_given_twice_are_taken_as_one():
    a, b = Value(1.0), Value(1.0)
    a.grad, b.grad = 3.0, 4.0
    assert nn.clip_grad_norm([a, b, a], 1.0) == 5.0
    a.grad = 3.0
    assert nn.clip_grad_norm(a, 10.0) == 3.0
    nn.clip_grad_value(a, 0.5)
    assert a.grad == 0.5


@pytest.mark.parametrize("gradients", [[math.inf, 1.0], [math.nan, 1.0], [1e200, 1e200]])
def test_a_norm_that_is_not_finite_is_refused_and_changes_nothing(gradients):
    ours, _ = both(gradients)
    with pytest.raises(OverflowError, match=r"the norm of the gradients of 2 parameters is (inf|nan)"):
        nn.clip_grad_norm(ours, 1.0)
    assert grads(ours) == pytest.approx(gradients, nan_ok=True)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda p: nn.clip_grad_norm(p, 0), ValueError, "max_norm needs to be finite and > 0, not 0"),
    (lambda p: nn.clip_grad_norm(p, None), TypeError, "max_norm needs to be a number, not 'NoneType'"),
    (lambda p: nn.clip_grad_norm(p, 1.0, 0), ValueError, "norm_type needs to be finite and > 0, or math.inf, not 0"),
    (lambda p: nn.clip_grad_value(p, -1), ValueError, "clip_value needs to be finite and > 0"),
    (lambda p: nn.clip_grad_value([1.0], 1), TypeError, "parameter 0 is not a Value but 'float'"),
    (lambda p: nn.clip_grad_value({*p}, 1), TypeError, "parameters: a list, tuple or array is needed"),
    (lambda p: nn.fit(p[0].__mul__, [1.0], [1.0], nn.hinge, nn.SGD(p, 0.1), 1, clip_grad_norm=1, clip_grad_value=1),
     ValueError, "by their norm or by value, not both"),
    (lambda p: nn.compile(p[0].__mul__, nn.hinge, nn.SGD(p, 0.1), clip_grad_norm="1"), TypeError,
     "clip_grad_norm needs to be a number, not 'str'")])
def test_what_cannot_be_clipped_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call([Value(1.0)])


# ---- In training -----------------------------------------------------------------------------------------------------

CLIPS = [{"clip_grad_norm": 0.05}, {"clip_grad_norm": 0.6}, {"clip_grad_value": 0.02}]


@pytest.mark.parametrize("options", CLIPS)
@pytest.mark.parametrize("compiled", [False, True])
def test_fit_clips_as_a_loop_in_pytorch_does(options, compiled):
    model = network()
    weights = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers(model)]
    x, t = torch.tensor(XOR[0]), torch.tensor(XOR[1])
    history = nn.fit(model, XOR[0].tolist(), XOR[1].tolist(), nn.mean_squared_error, Adam(model.parameters(), 0.05),
                     epochs=40, compiled=compiled, **options)
    optimizer, expected, norms = torch.optim.Adam(weights, lr=0.05), [], []
    for _ in range(40):
        hidden = [torch.tanh(x @ torch.stack(weights[i : i + 2]) + weights[i + 2]) for i in range(0, 12, 3)]
        loss = torch.nn.functional.mse_loss(sum(w * h for w, h in zip(weights[12:16], hidden)) + weights[16], t)
        expected.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if "clip_grad_norm" in options:
            norms.append(torch.nn.utils.clip_grad_norm_(weights, options["clip_grad_norm"]).item())
        else:
            torch.nn.utils.clip_grad_value_(weights, options["clip_grad_value"])
        optimizer.step()
    assert history.losses == pytest.approx(expected, rel=1e-10)
    assert numbers(model) == pytest.approx([w.item() for w in weights], rel=1e-9, abs=1e-10)
    assert not norms or max(norms) > options["clip_grad_norm"]  # something was clipped


@pytest.mark.parametrize("sizes", [(4, 1), (9, 1), (1,)])  # more parameters and fewer than lanes
@pytest.mark.parametrize("options", CLIPS)
def test_compiled_steps_clip_whatever_the_size_of_a_batch(options, sizes):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["momentum"], sizes=sizes)
    training = nn.compile(model, nn.mean_squared_error, optimizer, **options)
    rng = np.random.default_rng(1)
    for count in (1, 3, 8, 20):
        x, y = rng.normal(size=(count, 2)), rng.normal(size=count)
        value = nn.mean_squared_error([twin(row) for row in x.tolist()], y.tolist())
        eager.zero_grad()
        value.backward()
        if "clip_grad_norm" in options:
            nn.clip_grad_norm(twin.parameters(), options["clip_grad_norm"])
        else:
            nn.clip_grad_value(twin.parameters(), options["clip_grad_value"])
        eager.step()
        assert training.step(x, y) == pytest.approx(value.data, rel=1e-12)
        assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_norm_that_overflows_ends_training_and_changes_nothing(compiled):
    w = Value(1.0)
    with pytest.raises(nn.TrainingError):
        nn.fit(lambda x: w * x, [1e200], [0.0], lambda p, t: p[0], nn.SGD([w], 0.1), 3, clip_grad_norm=1.0,
               compiled=compiled)
    assert w.data == 1.0


def test_without_a_compiler_gradients_are_clipped_and_rates_scheduled_as_well():
    program = """
import sys, warnings
sys.modules["llvmlite"] = None
warnings.simplefilter("ignore")
import nn
for options in ({"clip_grad_norm": 0.05}, {"clip_grad_value": 0.02}):
    found = []
    for compiled in (False, True):
        model = nn.MLP(2, [4, 1], "tanh", seed=0)
        found.append(nn.fit(model, *nn.datasets.xor(), nn.mean_squared_error, nn.Adam(model.parameters(), 0.05), 8,
                            batch_size=3, seed=1, schedule=nn.StepLR(5, 0.5), schedule_by="step", compiled=compiled,
                            **options).losses)
    print(max(abs(a - b) for a, b in zip(*found, strict=True)) < 1e-13)
"""
    result = run_python("-c", program)
    assert (result.stdout, result.stderr) == ("True\nTrue\n", "")


def test_a_step_that_does_not_clip_is_as_it_was():
    (model, optimizer), (twin, eager) = pair()
    training = nn.compile(model, nn.mean_squared_error, optimizer, clip_grad_norm=1e6)
    for _ in range(3):
        assert training.step(*XOR) == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)
