"""Compiled training refuses what does not fit, and stops before anything is lost; and it needs no compiler."""

import math
import re
import textwrap
import threading

import numpy as np
import pytest

import nn
from autograd import RecordingError, Value, log, mean
from nn import SGD
from tests.support.processes import run_python
from tests.support.training import XOR, eager_step, network, numbers, pair

# ---- What is refused, and what stops ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "y", "error", "message"), [
    (XOR[0][:, :1], XOR[1], ValueError, r"\(2,\) and \(\), not \(1,\) and \(\)"),
    (XOR[0], XOR[0], ValueError, r"not \(2,\) and \(2,\)"),
    (XOR[0], XOR[1][:3], ValueError, "4 inputs need as many targets, not 3"),
    (XOR[0][:0], XOR[1][:0], ValueError, "at least 1 sample"),
    (np.full((4, 2), math.nan), XOR[1], ValueError, "inputs: finite numbers"),
    (XOR[0], np.full(4, math.inf), ValueError, "targets: finite numbers"),
    ([[0, 1], [1]], [0, 1], ValueError, "inputs: rows of the same number"),
    ({1, 2}, [0, 1], TypeError, "inputs"), (XOR[0], ["a"] * 4, ValueError, "targets")])
def test_data_that_does_not_fit_is_refused_and_nothing_changes(x, y, error, message):
    model = network()
    training = nn.compile(model, nn.mean_squared_error, SGD(model.parameters(), 0.1))
    training.step(*XOR)
    before = numbers(model)
    with pytest.raises(error, match=message):
        training.step(x, y)
    with pytest.raises(error, match=message):
        training.run(x, y, 3, progress=False)
    assert numbers(model) == before


@pytest.mark.parametrize(("loss", "target", "message"), [
    (nn.hinge, 0.5, "-1 or 1"), (nn.cross_entropy, 7.0, "from 0 to 1"), (nn.cross_entropy, 0.5, "from 0 to 1")])
def test_a_target_that_the_loss_refuses_is_refused(loss, target, message):
    model = network(sizes=(2, 1 if loss is nn.hinge else 2))
    training = nn.compile(model, loss, SGD(model.parameters(), 0.1))
    with pytest.raises(ValueError, match=message):
        training.step(XOR[0], [1, 1, 1, target])


def test_a_loss_that_no_parameter_reaches_is_refused():
    model = network()
    for function in (lambda x: x[0] * 2.0, lambda x: 1.0):
        with pytest.raises((TypeError, ValueError), match="loss"):
            nn.compile(function, nn.mean_squared_error, SGD(model.parameters(), 0.1)).step(*XOR)
    with pytest.raises(RecordingError, match="test_compiled"):
        nn.compile(lambda x: model(x).data, nn.mean_squared_error, SGD(model.parameters(), 0.1)).step(*XOR)
    with pytest.raises(RecordingError, match="where"):
        nn.compile(lambda x: model(x) if model.parameters()[0] > 0 else model(x) * 2.0, nn.mean_squared_error,
                   SGD(model.parameters(), 0.1)).step(*XOR)
    assert numbers(model) == numbers(network())


def test_a_training_that_diverges_stops_before_anything_is_lost():
    model, optimizer = (found := network(activation="relu", sizes=(8, 8, 1))), SGD(found.parameters(), 50.0)
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    with pytest.raises(nn.TrainingError, match="The parameters are those after the last step"):
        training.run(*XOR, 1000, progress=False)
    kept, count = numbers(model), optimizer.count
    assert 0 < count < 1000
    assert all(map(math.isfinite, kept))
    with pytest.raises(nn.TrainingError):
        training.step(*XOR)
    assert (numbers(model), optimizer.count) == (kept, count)


def test_a_domain_error_names_the_sample():
    w = Value(1.0)
    training = nn.compile(lambda x: w * log(x), nn.mean_squared_error, SGD([w], 0.1))
    with pytest.raises(nn.TrainingError, match=r"log\(x\) needs x > 0; here x = -2.0\n  for sample 1"):
        training.step([1.0, -2.0, 3.0], [0.0, 0.0, 0.0])
    assert w.data == 1.0


@pytest.mark.slow
def test_ctrl_c_ends_a_run_with_whole_parameters():
    result = run_python("-c", textwrap.dedent("""
        import os, signal, threading, time
        signal.signal(signal.SIGINT, signal.default_int_handler)
        import nn
        model = nn.MLP(2, [4, 1], "tanh", seed=0)
        optimizer = nn.SGD(model.parameters(), 0.1)
        training = nn.compile(model, nn.mean_squared_error, optimizer)
        data = [[0.0, 0], [0, 1], [1, 0], [1, 1]], [0.0, 1, 1, 0]
        training.step(*data)
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        began = time.perf_counter()
        losses = training.run(*data, 10**9 // 5, progress=False)
        taken = time.perf_counter() - began
        assert len(losses) == optimizer.count - 1 > 0, (len(losses), optimizer.count)
        twin = nn.MLP(2, [4, 1], "tanh", seed=0)
        again = nn.compile(twin, nn.mean_squared_error, nn.SGD(twin.parameters(), 0.1))
        again.run(*data, optimizer.count, progress=False)
        assert [p.data for p in twin.parameters()] == [p.data for p in model.parameters()]
        print(taken < 5)
    """))
    assert (result.stdout, result.stderr) == ("True\n", "")


def test_two_threads_train_two_models():
    pairs = [pair() for _ in range(2)]
    trainings = [nn.compile(model, nn.mean_squared_error, optimizer) for (model, optimizer), _ in pairs]
    threads = [threading.Thread(target=training.run, args=(*XOR, 200), kwargs={"progress": False})
               for training in trainings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for (model, _), (twin, eager) in pairs:
        for _ in range(200):
            eager_step(twin, nn.mean_squared_error, eager, *XOR)
        assert numbers(model) == pytest.approx(numbers(twin), rel=1e-9)


def test_without_a_compiler_the_numbers_are_the_same():
    program = textwrap.dedent("""
        import sys, warnings
        if sys.argv[1] == "python":
            sys.modules["llvmlite"] = None
            warnings.simplefilter("ignore")
        import nn
        model = nn.MLP(2, [4, 1], "tanh", seed=0)
        training = nn.compile(model, nn.mean_squared_error, nn.Adam(model.parameters(), 0.01))
        losses = training.run([[0.0, 0], [0, 1], [1, 0], [1, 1]], [0.0, 1, 1, 0], 30, batch_size=3, seed=1)
        print(losses, [p.data for p in model.parameters()])
    """)
    native, plain = (run_python("-c", program, kind) for kind in ("native", "python"))
    assert native.stderr == plain.stderr == ""
    found, expected = ([float(x) for x in re.findall(r"-?\d[\d.e-]*", result.stdout)] for result in (native, plain))
    assert found == pytest.approx(expected, rel=1e-11)


def test_a_loss_that_adds_up_where_it_should_take_the_mean_is_refused():
    model = network()
    total = lambda predictions, targets: sum((p - t) * (p - t) for p, t in zip(predictions, targets, strict=True))
    with pytest.raises(TypeError, match=r"has to be the mean"):
        nn.compile(model, total, SGD(model.parameters(), 0.1)).step(*XOR)
    assert numbers(model) == numbers(network())


def test_an_optimizer_whose_step_would_be_ignored_is_refused():
    class Twice(SGD):
        def step(self):
            super().step()
            super().step()

    model = network()
    with pytest.raises(TypeError, match=r"ignore the step\(\) of Twice"):
        nn.compile(model, nn.mean_squared_error, Twice(model.parameters(), 0.1))


def test_a_mean_in_which_some_samples_weigh_more_is_refused_and_its_plain_form_is_not():
    x, y, weight = np.random.default_rng(1).normal(size=(12, 2)), np.array([0.0, 1, 2] * 4), [1.0, 2.0, 5.0]
    model, twin = (nn.Linear(2, 3, seed=1) for _ in range(2))
    optimizer, other = nn.SGD(model.parameters(), 0.1), nn.SGD(twin.parameters(), 0.1)
    with pytest.raises(TypeError, match=r"has to be the mean .* two samples have .* and alone they have"):
        nn.compile(model, lambda p, t: nn.cross_entropy(p, t, weight), optimizer).step(x, y)

    def loss(p, t):
        return mean(nn.cross_entropy(p, t, weight, reduction="none"))

    assert nn.compile(model, loss, optimizer).step(x, y) == pytest.approx(
        eager_step(twin, loss, other, x, y), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)
