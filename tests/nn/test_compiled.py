"""Compiled training does what eager training does, and the model stays the truth."""

import copy
import gc
import pickle
import random
import re
import weakref

import numpy as np
import pytest

import nn
from autograd import StaleGraphError, Value, sqrt, tanh
from nn import SGD, Adam
from tests.support.training import OPTIMIZERS, XOR, eager_step, moons, network, numbers, pair

# ---- The same numbers as in eager training -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_thousand_steps_are_those_of_eager_training(name):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS[name])
    losses = nn.compile(model, nn.mean_squared_error, optimizer).run(*XOR, steps=1000, progress=False)
    expected = [eager_step(twin, nn.mean_squared_error, eager, *XOR) for _ in range(1000)]
    assert losses == pytest.approx(expected, rel=1e-10)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-10)
    assert optimizer.count == eager.count == 1000
    assert np.array(optimizer.states) == pytest.approx(np.array(eager.states), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("samples", [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33])
def test_a_batch_may_be_of_any_size(samples):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["momentum"])
    training = nn.compile(model, nn.hinge, optimizer)
    x, y = moons(40)
    for start in (0, 5):
        rows = slice(start, start + samples)
        assert training.step(x[rows], y[rows]) == pytest.approx(
            eager_step(twin, nn.hinge, eager, x[rows], y[rows]), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)


@pytest.mark.parametrize(("loss", "outputs", "targets"), [
    (nn.mean_squared_error, 2, [[0.5, 1], [0, -1], [2, 3]]), (nn.hinge, 1, [1, -1, 1]),
    (lambda p, t: nn.binary_cross_entropy(p, t, from_logits=True), 1, [0, 1, 0.25]),
    (lambda p, t: nn.binary_cross_entropy([1 / (1 + (-x).exp()) for x in p], t), 1, [0.125, 0.75, 0.25]),
    (nn.cross_entropy, 3, [2, 0, 1])])
def test_each_loss_is_that_of_the_batch(loss, outputs, targets):
    (model, optimizer), (twin, eager) = pair(sizes=(3, outputs))
    training = nn.compile(model, loss, optimizer)
    x = moons(3)[0]
    for _ in range(3):
        assert training.step(x, targets) == pytest.approx(eager_step(twin, loss, eager, x, targets), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)


@pytest.mark.parametrize("batch_size", [None, 1, 7, 30, 100])
def test_fit_gives_the_same_history(batch_size):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["momentum"])
    x, y = moons(30)
    options = {"epochs": 12, "batch_size": batch_size, "seed": 3, "progress": False}
    history = nn.fit(model, x.tolist(), y.tolist(), nn.hinge, optimizer, compiled=True, **options)
    expected = nn.fit(twin, x.tolist(), y.tolist(), nn.hinge, eager, **options)
    assert history.losses == pytest.approx(expected.losses, rel=1e-11)
    assert (history.best_epoch, history.epochs) == (expected.best_epoch, expected.epochs)
    assert history.best_parameters == pytest.approx(expected.best_parameters, rel=1e-10)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-10)


def test_run_takes_the_batches_that_fit_takes():
    (model, optimizer), (twin, eager) = pair()
    x, y = moons(10)
    losses = nn.compile(model, nn.hinge, optimizer).run(x, y, 7, batch_size=4, seed=5, progress=False)
    order, shuffle, expected = list(range(10)), random.Random(5).shuffle, []
    for _ in range(3):
        shuffle(order)
        expected += [eager_step(twin, nn.hinge, eager, x[rows], y[rows])
                     for rows in (order[:4], order[4:8], order[8:])]
        if len(expected) == 6:  # the seventh step is the first of the third epoch
            shuffle(order)
            expected.append(eager_step(twin, nn.hinge, eager, x[order[:4]], y[order[:4]]))
            break
    assert losses == pytest.approx(expected, rel=1e-12)


def test_networks_of_any_shape_compile():
    def build():
        generator = random.Random(1)
        first, gate, last = (nn.Layer(2, 2, "tanh", seed=generator), nn.Layer(2, 2, "sigmoid", seed=generator),
                             nn.Layer(4, 1, nonlin=False, seed=generator))
        alone = Value(0.5)
        parameters = [*first.parameters(), *gate.parameters(), *last.parameters(), alone]

        def model(x):
            shared = first(first(x))  # the same weights twice, a product of neurons, a skip connection
            products = [a * b for a, b in zip(shared, gate(x), strict=True)]
            return last([*products, *x]) + alone * x[0] * alone

        return model, parameters, Adam(parameters, 0.01)

    (model, parameters, optimizer), (twin, others, eager) = build(), build()
    training = nn.compile(model, nn.hinge, optimizer)
    x, y = moons(20)
    for _ in range(5):
        assert training.step(x, y) == pytest.approx(eager_step(twin, nn.hinge, eager, x, y), rel=1e-12)
    assert [p.data for p in parameters] == pytest.approx([p.data for p in others], rel=1e-12)


def test_an_optimizer_of_ones_own_compiles():
    class Signed(nn.Optimizer):
        initial_state = (1.0,)

        def update(self, parameter, gradient, state, lr, count):
            scale = 0.5 * state[0] + gradient * gradient
            return parameter - lr * tanh(gradient) / sqrt(scale + 1e-3) / count, (scale,)

    (model, optimizer), (twin, eager) = pair(lambda p: Signed(p, 0.1))
    losses = nn.compile(model, nn.mean_squared_error, optimizer).run(*XOR, steps=20, progress=False)
    assert losses == pytest.approx([eager_step(twin, nn.mean_squared_error, eager, *XOR) for _ in range(20)], rel=1e-11)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)


def test_parameters_that_the_loss_does_not_reach_decay_and_those_of_nobody_stay():
    used, unused, frozen = Value(0.5), Value(2.0), Value(3.0)
    twin, idle = Value(0.5), Value(2.0)
    training = nn.compile(lambda x: used * x + frozen, nn.mean_squared_error,
                          SGD([unused, used], 0.1, weight_decay=0.5))
    eager = SGD([idle, twin], 0.1, weight_decay=0.5)
    for number in (3.0, -1.0):
        frozen.data = number  # read anew in each step
        training.step([1.0, 2.0], [0.0, 1.0])
        eager.zero_grad()
        nn.mean_squared_error([twin * x + number for x in (1.0, 2.0)], [0.0, 1.0]).backward()
        eager.step()
    assert (used.data, unused.data) == pytest.approx((twin.data, idle.data), rel=1e-12)
    assert frozen.data == -1.0


# ---- The model stays the truth ---------------------------------------------------------------------------------------


def test_eager_and_compiled_steps_alternate():
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["Adam"])
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    for step in range(12):
        loss = training.step(*XOR) if step % 3 else eager_step(model, nn.mean_squared_error, optimizer, *XOR)
        assert loss == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)
        if step == 5:
            optimizer.lr = eager.lr = 0.05
    assert optimizer.states == [pytest.approx(state, rel=1e-10) for state in eager.states]
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-10)


@pytest.mark.parametrize("look", [
    lambda model: [p.data for p in model.parameters()], lambda model: [float(p) for p in model.parameters()],
    lambda model: [(p * 1.0).data for p in model.parameters()], lambda model: list(model.state_dict().values()),
    lambda model: [p.data for p in pickle.loads(pickle.dumps(model)).parameters()],
    lambda model: [p.data for p in copy.deepcopy(model).parameters()],
    lambda model: [copy.copy(p).data for p in model.parameters()],
    lambda model: [float(re.search(r"data=([^,]*)", repr(p))[1]) for p in model.parameters()]])
def test_a_parameter_is_never_old_however_it_is_looked_at(look):
    (model, optimizer), (twin, eager) = pair()
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    for _ in range(3):
        training.step(*XOR)
        eager_step(twin, nn.mean_squared_error, eager, *XOR)
        assert look(model) == pytest.approx(numbers(twin), rel=1e-12)
    assert all(type(p) is Value for p in model.parameters())


def test_a_parameter_that_is_set_between_steps_is_taken_over():
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["momentum"])
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    start = {id(o): o.snapshot() for o in (optimizer, eager)}
    for change in (lambda m, o: None, lambda m, o: setattr(m.parameters()[3], "data", 0.25),
                   lambda m, o: m.load_state_dict(network(7).state_dict()), lambda m, o: o.restore(start[id(o)])):
        for m, o in ((model, optimizer), (twin, eager)):
            change(m, o)
        assert training.step(*XOR) == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)


def test_a_graph_from_before_a_step_is_stale():
    model = network()
    training = nn.compile(model, nn.mean_squared_error, SGD(model.parameters(), 0.1))
    for _ in range(2):  # the second time, the parameters had been looked at in between
        output = model([1.0, 0.5])
        training.step(*XOR)
        with pytest.raises(StaleGraphError):
            output.backward()
    model([1.0, 0.5]).backward()


def test_two_trainings_of_one_model_take_turns():
    (model, optimizer), (twin, eager) = pair()
    one, other = (nn.compile(model, nn.mean_squared_error, optimizer) for _ in range(2))
    for step in range(6):
        loss = (one, other)[step % 2].step(*XOR)
        assert loss == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)


def test_a_training_that_is_dropped_leaves_its_numbers_and_nothing_else():
    (model, optimizer), (twin, eager) = pair()
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    training.step(*XOR)
    eager_step(twin, nn.mean_squared_error, eager, *XOR)
    reference = weakref.ref(training)
    del training
    gc.collect()
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)
    del optimizer
    gc.collect()
    assert reference() is None


def test_predict_and_evaluate_are_those_of_the_model_as_it_is():
    model = network(sizes=(4, 3))
    training = nn.compile(model, nn.cross_entropy, SGD(model.parameters(), 0.1))
    x, y = moons(6)[0], [0, 1, 2, 0, 1, 2]
    for _ in range(2):
        expected = [[output.data for output in model(list(row))] for row in x]
        assert training.predict(x) == pytest.approx(np.array(expected), rel=1e-12)
        loss = nn.cross_entropy([model(list(row)) for row in x], y).data
        assert training.evaluate(x, y) == pytest.approx(loss, rel=1e-12)
        training.step(x, y)


def test_data_that_changes_in_place_is_seen():
    for kind in (list, np.array):
        (model, optimizer), (twin, eager) = pair()
        training = nn.compile(model, nn.mean_squared_error, optimizer)
        x, y = kind([[0.0, 1.0], [1.0, 1.0]]), kind([0.0, 1.0])
        for number in (1.0, 0.25, -3.0):
            x[1][0], y[0] = number, number
            assert training.step(x, y) == pytest.approx(
                eager_step(twin, nn.mean_squared_error, eager, x, y), rel=1e-12)


def test_an_option_of_the_optimizer_that_is_set_between_steps_takes_effect():
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["momentum"])
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    for momentum in (0.9, 0.5, 0.5, 0.0):
        optimizer.momentum = eager.momentum = momentum
        assert training.step(*XOR) == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)


def test_a_model_gets_lists_where_lists_are_given():
    def build():
        w = [Value(0.5), Value(-0.25), Value(0.125)]
        return w, SGD(w, 0.1)

    (w, optimizer), (v, eager) = build(), build()
    rows, targets = XOR[0].tolist(), XOR[1].tolist()
    nn.fit(lambda x: sum(a * b for a, b in zip(w, [*x, 1.0], strict=True)), rows, targets, nn.mean_squared_error,
           optimizer, 5, progress=False, compiled=True)
    nn.fit(lambda x: sum(a * b for a, b in zip(v, [*x, 1.0], strict=True)), rows, targets, nn.mean_squared_error,
           eager, 5, progress=False)
    assert [x.data for x in w] == pytest.approx([x.data for x in v], rel=1e-12)
