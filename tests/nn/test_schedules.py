"""Schedules: PyTorch's learning rates, by epoch and by step, eager and compiled."""

import math
import pickle
import random
import warnings

import pytest
import torch

import nn
from nn import SGD, Adam, ConstantLR, CosineAnnealingLR, LinearLR, SequentialLR, StepLR
from tests.support.training import XOR, eager_step, moons, network, numbers, pair

theirs = torch.optim.lr_scheduler
PAIRS = [
    (ConstantLR(), theirs.ConstantLR), (ConstantLR(0.25, 3), lambda o: theirs.ConstantLR(o, 0.25, 3)),
    (StepLR(3), lambda o: theirs.StepLR(o, 3)), (StepLR(5, 0.5), lambda o: theirs.StepLR(o, 5, 0.5)),
    (CosineAnnealingLR(10), lambda o: theirs.CosineAnnealingLR(o, 10)),
    (CosineAnnealingLR(7, 0.01), lambda o: theirs.CosineAnnealingLR(o, 7, 0.01)),
    (LinearLR(), theirs.LinearLR), (LinearLR(0.1, 0.5, 8), lambda o: theirs.LinearLR(o, 0.1, 0.5, 8)),
    (LinearLR(1.0, 0.0, 30), lambda o: theirs.LinearLR(o, 1.0, 0.0, 30)),
    (SequentialLR([LinearLR(0.1), CosineAnnealingLR(20)], [5]), lambda o: theirs.SequentialLR(
        o, [theirs.LinearLR(o, 0.1), theirs.CosineAnnealingLR(o, 20)], [5])),
    (SequentialLR([ConstantLR(0.5, 3), StepLR(4), LinearLR(0.5)], [6, 15]), lambda o: theirs.SequentialLR(
        o, [theirs.ConstantLR(o, 0.5, 3), theirs.StepLR(o, 4), theirs.LinearLR(o, 0.5)], [6, 15])),
    (lambda lr, time: lr * 0.9**time, lambda o: theirs.LambdaLR(o, lambda time: 0.9**time)),
]


@pytest.mark.parametrize(("ours", "make"), PAIRS)
def test_the_learning_rates_are_those_of_pytorch(ours, make):
    optimizer = torch.optim.SGD([torch.ones((), requires_grad=True)], lr=0.2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SequentialLR uses what PyTorch itself deprecates
        scheduler = make(optimizer)
        for time in range(30):
            assert ours(0.2, time) == pytest.approx(scheduler.get_last_lr()[0], rel=1e-12, abs=1e-15), time
            optimizer.step()
            scheduler.step()


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("unit", ["epoch", "step"])
@pytest.mark.parametrize("compiled", [False, True])
def test_fit_trains_as_a_loop_that_sets_the_learning_rate(unit, batch_size, compiled):
    schedule = SequentialLR([LinearLR(0.1, total_iters=3), CosineAnnealingLR(6)], [3])
    (model, optimizer), (twin, eager) = pair(lambda p: Adam(p, 0.05))
    x, y = moons(10)
    history = nn.fit(model, x.tolist(), y.tolist(), nn.hinge, optimizer, 10, batch_size, seed=3, compiled=compiled,
                     schedule=schedule, schedule_by=unit)
    order, shuffle = list(range(10)), random.Random(3).shuffle
    losses, rates, steps = [], [], 0
    for epoch in range(10):
        if batch_size:
            shuffle(order)
        mean = 0.0
        for start in range(0, 10, batch_size or 10):
            rows = order[start : start + (batch_size or 10)]
            eager.lr = schedule(0.05, epoch if unit == "epoch" else steps)
            mean += eager_step(twin, nn.hinge, eager, x[rows], y[rows]) * len(rows) / 10
            steps += 1
        losses.append(mean)
        rates.append(eager.lr)
    assert history.losses == pytest.approx(losses, rel=1e-12)
    assert history.learning_rates == rates
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)
    assert optimizer.lr == 0.05  # so that more training begins as this did


def test_a_run_goes_by_a_schedule_from_step_to_step():
    (model, optimizer), (twin, eager) = pair(lambda p: SGD(p, 0.2))
    losses = nn.compile(model, nn.mean_squared_error, optimizer).run(
        *XOR, 25, progress=False, schedule=lambda lr, step: lr * (1 - step / 25))
    expected = []
    for step in range(25):
        eager.lr = 0.2 * (1 - step / 25)
        expected.append(eager_step(twin, nn.mean_squared_error, eager, *XOR))
    assert losses == pytest.approx(expected, rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)
    assert optimizer.lr == 0.2


@pytest.mark.parametrize("compiled", [False, True])
def test_without_a_schedule_the_learning_rate_is_that_of_the_optimizer_whoever_sets_it(compiled):
    model = network()
    optimizer = SGD(model.parameters(), 0.25)
    history = nn.fit(model, *nn.datasets.xor(), nn.mean_squared_error, optimizer, 4, compiled=compiled,
                     callbacks=[lambda history: setattr(optimizer, "lr", optimizer.lr / 2)])
    assert history.learning_rates == [0.25, 0.125, 0.0625, 0.03125]
    assert optimizer.lr == 0.015625


def test_a_schedule_is_a_value_that_can_be_printed_compared_and_pickled():
    schedule = SequentialLR([LinearLR(0.5), StepLR(3)], [5])
    assert pickle.loads(pickle.dumps(schedule)) == schedule != StepLR(3)
    assert repr(StepLR(3)) == "StepLR(step_size=3, gamma=0.1)"


OPTIMIZER = SGD([nn.MLP(1, [1]).parameters()[0]], 0.1)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: StepLR(OPTIMIZER, 3), TypeError, r"StepLR is not given the optimizer: hand it to fit\(schedule=...\)"),
    (lambda: LinearLR(OPTIMIZER), TypeError, "LinearLR is not given the optimizer"),
    (lambda: StepLR(0), ValueError, "step_size needs to be at least 1, not 0"),
    (lambda: StepLR(2.5), TypeError, "step_size needs to be a whole number, not 2.5"),
    (lambda: StepLR(2, -1), ValueError, "gamma needs to be finite and >= 0, not -1"),
    (lambda: ConstantLR(2), ValueError, "factor needs to be finite and from 0 to 1, not 2"),
    (lambda: ConstantLR(total_iters=-1), ValueError, "total_iters needs to be at least 0, not -1"),
    (lambda: CosineAnnealingLR(0), ValueError, "T_max needs to be at least 1, not 0"),
    (lambda: CosineAnnealingLR(3, -0.1), ValueError, "eta_min needs to be finite and >= 0"),
    (lambda: LinearLR(0), ValueError, "start_factor needs to be finite and > 0 and <= 1, not 0"),
    (lambda: LinearLR(end_factor=1.5), ValueError, "end_factor needs to be finite and from 0 to 1, not 1.5"),
    (lambda: SequentialLR([StepLR(3)], [3]), ValueError, "1 schedules need a milestone for each but the first, not 1"),
    (lambda: SequentialLR([StepLR(3), 2], [3]), TypeError, "schedule 1 is not a function but 'int'"),
    (lambda: SequentialLR([StepLR(3)] * 3, [5, 5]), ValueError, r"milestones need to increase: \[5, 5\] do not")])
def test_what_is_no_schedule_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"schedule": 0.5}, TypeError, "a schedule is a function of the learning rate and the epoch, not 'float'"),
    ({"schedule": StepLR(3), "schedule_by": "batch"}, ValueError, "schedule_by is 'epoch' or 'step', not 'batch'"),
    ({"schedule": lambda lr, time: -lr}, ValueError, "the learning rate of the schedule needs to be finite and >= 0"),
    ({"schedule": lambda lr, time: math.nan}, ValueError, "the learning rate of the schedule needs to be finite"),
    ({"schedule": lambda lr, time: None}, TypeError, "the learning rate of the schedule needs to be a number")])
@pytest.mark.parametrize("compiled", [False, True])
def test_a_schedule_that_gives_no_learning_rate_is_refused_and_nothing_changes(options, error, message, compiled):
    model = network()
    optimizer = SGD(model.parameters(), 0.1)
    with pytest.raises(error, match=message):
        nn.fit(model, *nn.datasets.xor(), nn.mean_squared_error, optimizer, 3, compiled=compiled, **options)
    assert (numbers(model), optimizer.lr, optimizer.count) == (numbers(network()), 0.1, 0)
