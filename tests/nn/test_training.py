"""fit(): the loop one would write by hand, with a history, and whole parameters whatever happens."""

import io
import itertools
import json
import math
import random
import signal
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch

import nn
from autograd import Value, constant, exp, log, no_grad, stop_gradient
from nn import MLP, SGD, Adam, History, TrainingError, cross_entropy, datasets, fit, hinge, mean_squared_error
from tests.support.screens import Clock, Screen, set_clock


def network(seed=0):
    return MLP(2, [4, 1], "tanh", seed=seed)


def numbers(model):
    return [p.data for p in model.parameters()]


# ---- Training ----------------------------------------------------------------------------------------------------


def test_fit_does_what_a_loop_in_pytorch_does():
    inputs, targets = datasets.moons(12, noise=0.1, seed=1)
    model = network()
    weights = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers(model)]
    history = fit(model, inputs, targets, mean_squared_error, Adam(model.parameters(), lr=0.05), epochs=50)

    optimizer = torch.optim.Adam(weights, lr=0.05)
    x, t = torch.tensor(inputs, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)
    expected = []
    for _ in range(50):
        hidden = [torch.tanh(x @ torch.stack(weights[i : i + 2]) + weights[i + 2]) for i in range(0, 12, 3)]
        loss = torch.nn.functional.mse_loss(sum(w * h for w, h in zip(weights[12:16], hidden)) + weights[16], t)
        expected.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert history.losses == pytest.approx(expected, rel=1e-10)
    assert numbers(model) == pytest.approx([w.item() for w in weights], rel=1e-9, abs=1e-10)
    assert (history.epochs, history.interrupted) == (50, False)
    assert history.seconds > 0


def test_batches_are_shuffled_by_a_seed_and_cover_all_samples_once_per_epoch():
    seen = []

    def remember(predictions, targets):
        seen.append(list(targets))
        return mean_squared_error(predictions, targets)

    def train(seed):
        seen.clear()
        model = network()
        before = random.getstate()
        fit(model, [[float(i), 0.0] for i in range(10)], range(10), remember, SGD(model.parameters(), 1e-4), 3,
            batch_size=4, seed=seed)
        assert random.getstate() == before
        return list(seen), numbers(model)

    batches, result = train(5)
    assert [len(batch) for batch in batches] == [4, 4, 2] * 3
    epochs = [list(itertools.chain(*batches[start : start + 3])) for start in (0, 3, 6)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(10))] * 3
    assert len({tuple(epoch) for epoch in [*epochs, range(10)]}) == 4
    assert train(5) == (batches, result)
    assert train(6)[0] != batches


def test_the_loss_of_an_epoch_is_the_mean_over_samples_not_over_batches():
    v = Value(0.0)
    history = fit(lambda x: v + x, [1.0, 2.0, 4.0, 8.0, 16.0], [0.0] * 5, mean_squared_error, SGD([v], 1e-30), 2,
                  batch_size=2, seed=0)
    assert history.losses == pytest.approx([(1 + 4 + 16 + 64 + 256) / 5] * 2, rel=1e-15)


def test_a_batch_may_be_larger_than_the_data():
    model = network()
    history = fit(model, *datasets.xor(), mean_squared_error, SGD(model.parameters(), 0.1), 2, batch_size=100, seed=0)
    other = network()
    assert history.losses == pytest.approx(
        fit(other, *datasets.xor(), mean_squared_error, SGD(other.parameters(), 0.1), 2).losses, rel=1e-14)


def test_arrays_of_inputs_and_rows_of_outputs_can_be_learned():
    model = MLP(2, [8, 2], "relu", seed=3)
    inputs, targets = datasets.moons(40, noise=0.05, seed=0)
    history = fit(model, np.array(inputs), np.array(targets), cross_entropy, Adam(model.parameters(), 0.05), 200)
    right = [(a.data < b.data) == bool(t) for (a, b), t in zip(map(model, inputs), targets, strict=True)]
    assert all(right)
    assert history.losses[-1] < history.losses[0] / 10


def test_the_parameters_of_the_best_epoch_give_its_loss():
    model = network()
    optimizer = SGD(model.parameters(), lr=0.9)  # too much: the loss goes up and down
    history = fit(model, *datasets.xor(), mean_squared_error, optimizer, epochs=8)
    best = min(history.losses)
    assert history.losses[history.best_epoch - 1] == best < history.losses[-1]
    model.load_state_dict(history.best_parameters)
    assert mean_squared_error(list(map(model, datasets.xor()[0])), datasets.xor()[1]).data == best


def test_parameters_that_are_not_trained_stay_and_are_in_the_best_ones():
    model = network()
    frozen = model.layers[0].neurons[0].b
    frozen.data = 0.125
    trained = [p for p in model.parameters() if p is not frozen]
    history = fit(model, *datasets.xor(), mean_squared_error, SGD(trained, 0.1), 3)
    assert frozen.data == history.best_parameters["layers.0.neurons.0.b"] == 0.125


def test_a_plain_function_can_be_fitted():
    slope, offset = Value(0.0), Value(0.0)
    history = fit(lambda x: slope * x + offset, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], mean_squared_error,
                  SGD([slope, offset], 0.1, momentum=0.9), epochs=400)
    assert (slope.data, offset.data) == pytest.approx((2.0, 1.0), abs=1e-6)
    assert list(history.best_parameters) == ["0", "1"]


# ---- History -----------------------------------------------------------------------------------------------------


def test_a_history_survives_json():
    model = network()
    history = fit(model, *datasets.xor(), mean_squared_error, SGD(model.parameters(), 0.1), 3)
    assert History(**json.loads(json.dumps(history.to_dict()))) == history


def test_a_history_reads_like_a_sentence():
    history = History([0.5, 0.125, 0.25], 1.25, 3, 2, {"w": 1.0})
    assert str(history) == "3 epochs in 1.2 s, loss 0.5 → 0.25, best 0.125 in epoch 2"
    history.interrupted = True
    assert str(history).endswith("in epoch 2 (interrupted)")
    assert str(History()) == "no epoch finished in 0.0 s"


# ---- When it goes wrong --------------------------------------------------------------------------------------------


def test_a_training_that_diverges_stops_with_the_last_parameters_that_gave_a_finite_loss():
    model = network()
    optimizer = SGD(model.parameters(), lr=10.0, momentum=0.5)
    with pytest.raises(TrainingError, match=r"^training stopped in epoch \d+, batch 1 of 1: .*overflows") as caught:
        fit(model, *datasets.xor(), mean_squared_error, optimizer, epochs=10_000)
    error = caught.value
    assert isinstance(error.__cause__, OverflowError)
    assert f"epoch {error.epoch}, batch {error.batch} " in str(error)
    assert error.epoch == error.history.epochs + 1 == len(error.history.losses) + 1 > 10
    loss = mean_squared_error(list(map(model, datasets.xor()[0])), datasets.xor()[1])
    assert loss.data == error.history.losses[-1]
    assert optimizer.count == error.history.epochs - 1


@pytest.mark.parametrize(("loss", "cause"), [
    (lambda p, t: log(p[0]), "log(x) needs x > 0; here x = -1.0"),
    (lambda p, t: (p[0] + 1) ** 0.5, "has no finite derivative"),
    (lambda p, t: exp(p[0] * -800), "overflows"),
    (lambda p, t: p[0] / 0, "a / b needs b != 0"),
    (lambda p, t: math.inf, "the loss is inf"),
    (lambda p, t: math.nan, "the loss is nan"),
    (lambda p, t: p[0] * math.exp(1000), "math range error"),
])
def test_an_error_from_the_table_names_epoch_and_batch_and_leaves_the_parameters(loss, cause):
    v = Value(3.0)
    optimizer = SGD([v], lr=1.0, momentum=0.5)
    calls = []

    def failing(predictions, targets):
        calls.append(v.data)
        if len(calls) == 5:
            v.data = -1.0  # as if the step before had led here
            return loss([v * 1.0], targets)
        return predictions[0] * predictions[0] * 0.01

    with pytest.raises(TrainingError, match=r"epoch 2, batch 2 of 3: ") as caught:
        fit(lambda x: v * x, [1.0, 1.0, 1.0], [0.0] * 3, failing, optimizer, epochs=4, batch_size=1, seed=0)
    assert cause in str(caught.value)
    assert (caught.value.epoch, caught.value.batch, caught.value.history.epochs) == (2, 2, 1)
    if "derivative" in cause:  # the loss itself was finite
        assert (v.data, optimizer.count) == (-1.0, 4)
    else:
        assert (v.data, optimizer.count) == (calls[3], 3)


def test_an_overflow_in_the_very_first_batch_changes_nothing():
    model = network()
    before = numbers(model)
    with pytest.raises(TrainingError, match="epoch 1, batch 1 of 1"):
        fit(model, [[1e308, 1e308]] * 2, [1e308, -1e308], mean_squared_error, SGD(model.parameters(), 0.1), 3)
    assert numbers(model) == before


@pytest.fixture
def ctrl_c_interrupts():
    """Python's own handler of Ctrl-C, which is missing where SIGINT is ignored, as in a job started with & or nohup."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_interrupts")
def test_ctrl_c_returns_the_history_so_far_with_whole_parameters():
    model = network()
    optimizer = SGD(model.parameters(), 0.1)
    calls = []

    def interrupted(predictions, targets):
        calls.append(numbers(model))
        if len(calls) == 6:
            signal.raise_signal(signal.SIGINT)
        return mean_squared_error(predictions, targets)

    history = fit(model, *datasets.xor(), interrupted, optimizer, epochs=100, batch_size=2, seed=0)
    assert history.interrupted
    assert (history.epochs, len(history.losses), optimizer.count) == (2, 2, 5)
    assert numbers(model) == calls[-1]


def test_ctrl_c_in_the_middle_of_a_step_undoes_that_step():
    class Struck(Value):
        __slots__ = ("times",)

        @property
        def data(self):
            return Value.data.fget(self)

        @data.setter
        def data(self, data):
            self.times = getattr(self, "times", 0) + 1
            if self.times == 3:
                raise KeyboardInterrupt
            Value.data.fset(self, data)

    a, b = Value(1.0), Struck(1.0)
    trail = []

    def loss(predictions, targets):
        trail.append((a.data, b.data))
        return predictions[0] * predictions[0]

    history = fit(lambda x: a + b * x, [1.0], [0.0], loss, SGD([a, b], 0.1), epochs=10)
    assert history.interrupted
    assert len(history.losses) == 2
    assert (a.data, b.data) == trail[2] != trail[1]


def test_ctrl_c_before_the_end_of_the_first_epoch_gives_an_empty_history():
    def loss(predictions, targets):
        raise KeyboardInterrupt

    model = network()
    history = fit(model, *datasets.xor(), loss, SGD(model.parameters(), 0.1), 3)
    assert (history.losses, history.epochs, history.best_epoch, history.best_parameters) == ([], 0, 0, {})
    assert history.interrupted


# ---- Data that does not fit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changed", "error", "message"), [
    ({"targets": [0, 1, 1]}, ValueError, "4 inputs need as many targets, not 3"),
    ({"inputs": [], "targets": []}, ValueError, "training needs at least 1 sample, not 0"),
    ({"epochs": 0}, ValueError, "epochs needs to be at least 1, not 0"),
    ({"epochs": 1.5}, TypeError, "epochs needs to be a whole number, not 1.5"),
    ({"batch_size": 0}, ValueError, "batch_size needs to be at least 1, not 0"),
    ({"inputs": [[0, 0], [0, 1], [1, 0], [1, 1, 1]]}, ValueError, "a Layer of 2 inputs was given 3"),
    ({"inputs": [[0, 0], [0, 1], [1, 0], [1, math.nan]]}, ValueError, "finite number, not nan"),
    ({"inputs": [[0, 0], [0, 1], [1, 0], [1, "1"]]}, TypeError, "a real number is needed, not 'str'"),
    ({"targets": [-1, 1, 1, 0], "loss": hinge}, ValueError, "target 0 is 0.0, where -1 or 1 is needed"),
    ({"loss": lambda p, t: 1.0}, TypeError, "the loss needs to be one Value, not 'float'"),
    ({"loss": lambda p, t: p}, TypeError, "the loss needs to be one Value, not 'list'"),
    ({"loss": no_grad(mean_squared_error)}, TypeError, "the loss has no history, as if it had been calculated inside "
                                                       "no_grad()"),
    ({"optimizer": SGD([Value(1.0)], 0.1)}, ValueError, "none of the 1 parameters of the optimizer is the model's"),
    ({"inputs": {(0, 0), (0, 1), (1, 0), (1, 1)}}, TypeError, "inputs: a list, tuple or array is needed, not 'set'"),
    ({"targets": {0: 0, 1: 1, 2: 1, 3: 0}}, TypeError, "targets: a list, tuple or array is needed, not 'dict'"),
    ({"inputs": [[0, 0], [0, 1], [1, 0], {0.5, 1}]}, TypeError, "input 3: a list, tuple or array is needed, not 'set'"),
    ({"inputs": [{"a": 0, "b": 0}] * 4}, TypeError, "input 0: a list, tuple or array is needed, not 'dict'"),
    ({"targets": [0, 1, frozenset({1}), 0]}, TypeError, "target 2: a list, tuple or array is needed, not 'frozenset'"),
])
def test_what_does_not_fit_is_refused_and_no_parameter_has_changed(changed, error, message):
    model = network()
    before = numbers(model)
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9)
    inputs, targets = datasets.xor()
    arguments = {"inputs": inputs, "targets": targets, "loss": mean_squared_error, "optimizer": optimizer, "epochs": 3,
                     "batch_size": 1, "seed": 1}
    with pytest.raises(error, match=message):
        fit(model, **{**arguments, **changed})
    assert numbers(model) == before
    assert (optimizer.count, optimizer.states) == (0, [(0.0,)] * 17)


def test_an_error_of_the_users_own_later_on_leaves_the_training_done_so_far():
    v = Value(1.0)

    def loss(predictions, targets):
        if v.data < 0.5:
            raise ValueError("enough")
        return predictions[0]

    with pytest.raises(ValueError, match="enough"):
        fit(lambda x: v * x, [1.0], [0.0], loss, SGD([v], 0.25), 10)
    assert v.data == 0.25


# ---- Training that trains nothing ------------------------------------------------------------------------------------

NONE = "the loss depends on none of the 17 parameters of the optimizer"
MODELS = {
    "returns data": lambda model: lambda x: model(x).data,
    "returns a number": lambda model: lambda x: 0.5,
    "depends on something else": lambda model: lambda x: Value(0.5, "q") * x[0] + Value(2.0) * x[1],
    "stops the gradient": lambda model: lambda x: stop_gradient(model(x)),
    "chooses by its output": lambda model: lambda x: model(x).step() * Value(2.0, "q"),
}


def refused(model, trained, loss, match, error=ValueError):
    """Fit refuses, and the parameters, their gradients and the optimizer are as before."""
    optimizer = Adam(trained, 0.1)
    for place, parameter in enumerate(trained):
        parameter.grad = float(place)
    before = [(p.data, p.grad) for p in trained], optimizer.snapshot()
    with pytest.raises(error, match=match):
        fit(model, *datasets.xor(), loss, optimizer, 3, batch_size=2, seed=0)
    assert ([(p.data, p.grad) for p in trained], optimizer.snapshot()) == before


@pytest.mark.parametrize(("model", "message"), [
    ("returns data", f"^{NONE}, but on constants alone: does the model return plain numbers, such as .data"),
    ("returns a number", f"^{NONE}, but on constants alone"),
    ("depends on something else", rf"^{NONE}, but on the leaves 'q', Value\(2.0\)$"),
    ("stops the gradient", "^no gradient of the loss reaches any of the 17 parameters of the optimizer: "
                           "17 of them are in its graph, but constant or behind stop_gradient$"),
    ("chooses by its output", "^no gradient .* 17 of them are in its graph, but constant or behind step$"),
])
def test_a_model_that_cannot_learn_is_refused_with_what_its_loss_depends_on(model, message):
    network_ = network()
    refused(MODELS[model](network_), network_.parameters(), mean_squared_error, message)


@pytest.mark.parametrize(("loss", "error", "message"), [
    (lambda p, t: constant(1.0), ValueError, f"^{NONE}, but on constants alone"),
    (lambda p, t: Value(1.0), TypeError, "the loss has no history, as if it had been calculated inside no_grad"),
    (lambda p, t: Value(1.0, "q") * 2, ValueError, f"^{NONE}, but on the leaves 'q'$"),
    (lambda p, t: mean_squared_error([y.data for y in p], t), ValueError, f"^{NONE}, but on constants alone"),
])
def test_a_loss_that_does_not_depend_on_the_model_is_refused(loss, error, message):
    model = network()
    refused(model, model.parameters(), loss, message, error)


def test_a_model_under_no_grad_is_refused():
    model = network()
    refused(no_grad(model), model.parameters(), mean_squared_error, NONE)


def test_parameters_of_the_model_that_are_not_in_the_optimizer_are_named():
    model = network()
    used = model.layers[1]
    message = (r"^the loss depends on none of the 3 parameters of the optimizer, but on the leaves "
               r"layers.1.neurons.0.b, layers.1.neurons.0.w.0, .*w.3$")

    class Half(nn.Module):
        def __init__(self):
            self.layers = model.layers

        def __call__(self, x):
            return used([*x, *x])

    refused(Half(), model.layers[0].neurons[0].parameters(), mean_squared_error, message)


def test_parameters_that_were_made_constants_are_not_trained():
    model = network()
    trained = model.parameters()
    optimizer = SGD(trained, 0.1)
    for parameter in trained:
        parameter.constant = True
    with pytest.raises(ValueError, match=r"^no gradient .* 17 of them are in its graph, but constant$"):
        fit(lambda x: model(x), *datasets.xor(), mean_squared_error, optimizer, 3)
    with pytest.raises(ValueError, match=r"^none of the 17 parameters of the optimizer is the model's$"):
        fit(model, *datasets.xor(), mean_squared_error, optimizer, 3)


def test_a_gradient_of_zero_is_no_reason_to_refuse():
    w = Value(-1.0)
    history = fit(lambda x: (w * x).relu(), [1.0, 2.0], [0.0, 0.0], mean_squared_error, SGD([w], 0.1), 2)
    assert (history.epochs, w.data) == (2, -1.0)


def test_a_model_may_use_a_part_of_its_parameters_and_others_in_other_batches():
    a, b, unused = Value(1.0), Value(1.0), Value(1.0)
    fit(lambda x: (a if x > 0 else b) * x, [1.0, -1.0], [0.0, 0.0], mean_squared_error, SGD([a, b, unused], 0.1), 1,
        batch_size=1, seed=0)
    assert (a.data, b.data, unused.data) == (0.8, 0.8, 1.0)


def test_a_loss_may_be_a_parameter_itself():
    w = Value(1.0)
    fit(lambda x: w, [1.0], [0.0], lambda p, t: p[0], SGD([w], 0.25), 2)
    assert w.data == 0.5


def test_a_later_batch_whose_loss_is_constant_changes_nothing():
    w = Value(1.0)
    losses = iter([w * w, constant(0.0), w * w])
    fit(lambda x: w, [1.0], [0.0], lambda p, t: next(losses), SGD([w], 0.25), 2)
    assert w.data == 0.5


def test_a_later_batch_whose_loss_has_no_history_is_refused():
    w = Value(1.0)
    losses = iter([w * w, Value(1.0)])
    with pytest.raises(TypeError, match="the loss has no history"):
        fit(lambda x: w, [1.0], [0.0], lambda p, t: next(losses), SGD([w], 0.25), 2)
    assert w.data == 0.5


# ---- Progress ------------------------------------------------------------------------------------------------------


def shown(monkeypatch, stream, epochs=20, slow=True, **options):
    monkeypatch.setattr(sys, "stderr", stream)
    set_clock(monkeypatch, Clock() if slow else lambda: 0.0)
    model = network()
    fit(model, *datasets.xor(), mean_squared_error, SGD(model.parameters(), 0.1), epochs, **options)
    return stream.getvalue()


def test_a_bar_is_shown_in_a_terminal_after_a_second(monkeypatch):
    text = shown(monkeypatch, Screen())
    assert "/20" in text
    assert "loss=" in text


@pytest.mark.parametrize(("stream", "options"), [
    (Screen, {"slow": False}), (io.StringIO, {}), (Screen, {"progress": False}), (Screen, {"epochs": 2})])
def test_no_bar_is_shown_for_a_short_training_without_a_terminal_or_when_not_wanted(monkeypatch, stream, options):
    assert shown(monkeypatch, stream(), **options) == ""


def test_a_bar_is_shown_in_a_notebook(monkeypatch):
    shell = types.SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert "/20" in shown(monkeypatch, io.StringIO())


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch):
    shell = types.SimpleNamespace(config={})
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert shown(monkeypatch, io.StringIO()) == ""


def test_the_bar_is_closed_when_training_fails(monkeypatch):
    stream = Screen()
    monkeypatch.setattr(sys, "stderr", stream)
    set_clock(monkeypatch, Clock())
    model = network()
    with pytest.raises(TrainingError):
        fit(model, *datasets.xor(), mean_squared_error, SGD(model.parameters(), 100.0), 10_000)
    assert stream.getvalue().endswith("\n")


def test_tqdm_is_not_imported_for_a_short_training():
    program = ("import sys; from nn import MLP, SGD, datasets, fit, mean_squared_error; m = MLP(2, [1]); "
               "fit(m, *datasets.xor(), mean_squared_error, SGD(m.parameters(), 0.1), 1); "
               "sys.exit('tqdm' in sys.modules or 'numpy' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(nn.__file__).parents[1]).returncode == 0
