"""What surrounds compiled training: frozen Values, copies, several optimizers, learning rates, data of any kind."""

import copy
import pickle
import threading
import weakref

import numpy as np
import pytest

import nn
from autograd import StaleGraphError, Value, compile, gradients, recalculate, relu, where
from nn import SGD, Adam
from tests.support.training import OPTIMIZERS, XOR, eager_step, moons, network, numbers, pair

pytestmark = pytest.mark.slow  # a program is compiled in each test


class Named(Value):
    """A kind of Value of one's own."""


@pytest.mark.parametrize("samples", [63, 1000])
def test_many_samples(samples):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["Adam"])
    x, y = moons(samples)
    assert nn.compile(model, nn.hinge, optimizer).step(x, y) == pytest.approx(
        eager_step(twin, nn.hinge, eager, x, y), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_last_batch_of_an_epoch_is_smaller(name):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS[name])
    x, y = moons(17)
    options = {"batch_size": 8, "seed": 11, "progress": False}
    losses = nn.compile(model, nn.hinge, optimizer).run(x, y, 12, **options)
    history = nn.fit(twin, x.tolist(), y.tolist(), nn.hinge, eager, epochs=4, **options)
    means = [(8 * a + 8 * b + c) / 17 for a, b, c in zip(losses[::3], losses[1::3], losses[2::3], strict=True)]
    assert means == pytest.approx(history.losses, rel=1e-11)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-10)


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
def test_run_takes_so_many_steps(steps):
    (model, optimizer), (twin, eager) = pair()
    losses = nn.compile(model, nn.mean_squared_error, optimizer).run(*XOR, steps, progress=False)
    assert losses == pytest.approx([eager_step(twin, nn.mean_squared_error, eager, *XOR) for _ in range(steps)])
    assert optimizer.count == steps


def test_only_the_parameters_of_the_optimizer_change():
    (model, _), (twin, _) = pair(sizes=(3, 2, 1))
    last = [[p for name, p in m.named_parameters() if name.startswith("layers.2")] for m in (model, twin)]
    optimizer, eager = (SGD(p, 0.1, momentum=0.5) for p in last)
    training, start = nn.compile(model, nn.mean_squared_error, optimizer), numbers(model)
    for _ in range(4):
        assert training.step(*XOR) == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-12)
    assert sum(a != b for a, b in zip(numbers(model), start, strict=True)) == len(last[0])


def test_two_optimizers_that_share_a_parameter():
    def build():
        a, b, c = Value(0.5), Value(-0.25), Value(1.0)
        return (lambda x: a * x[0] + b * x[1] + c), [SGD([a, b], 0.1, momentum=0.9), Adam([b, c], 0.05)], [a, b, c]

    (model, optimizers, parameters), (twin, others, right) = build(), build()
    trainings = [nn.compile(model, nn.mean_squared_error, optimizer) for optimizer in optimizers]
    for step in range(10):
        which = step // 2 % 2
        assert trainings[which].step(*XOR) == pytest.approx(
            eager_step(twin, nn.mean_squared_error, others[which], *XOR), rel=1e-12)
        if step == 6:
            parameters[1].data = right[1].data = 0.75
    assert [p.data for p in parameters] == pytest.approx([p.data for p in right], rel=1e-12)


def test_a_learning_rate_that_changes_in_each_step():
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["Adam"])
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    for step in range(8):
        optimizer.lr = eager.lr = 0.1 / (1 + step)
        assert training.step(*XOR) == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)


def test_the_state_of_an_optimizer_is_kept_and_taken_up_elsewhere():
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["Adam"])
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    training.run(*XOR, 5, progress=False)
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    expected = training.run(*XOR, 5, progress=False)
    twin.load_state_dict(kept[0])
    eager.load_state_dict(kept[1])
    assert eager.count == 5
    assert nn.compile(twin, nn.mean_squared_error, eager).run(*XOR, 5, progress=False) == expected
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    assert training.run(*XOR, 5, progress=False) == expected


def test_a_model_that_was_pickled_between_steps_goes_on_alone():
    (model, optimizer), _ = pair()
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    training.step(*XOR)
    other, before = pickle.loads(pickle.dumps(model)), numbers(model)
    training.step(*XOR)
    assert numbers(other) == before
    assert numbers(model) != before
    eager_step(other, nn.mean_squared_error, SGD(other.parameters(), 0.1), *XOR)
    assert numbers(other) == pytest.approx(numbers(model), rel=1e-12)


def test_gradients_and_flags_of_parameters_stay():
    model = network()
    training = nn.compile(model, nn.mean_squared_error, SGD(model.parameters(), 0.1))
    first = model.parameters()[0]
    first.grad, first.label = 7.0, "first"
    training.step(*XOR)
    assert (first.grad, first.label) == (7.0, "first")
    assert first.op is None
    assert not first.constant
    assert first in {*model.parameters()}


@pytest.mark.parametrize("use", [
    lambda y, p: y.backward(), lambda y, p: gradients(y, p)], ids=["backward", "gradients"])
def test_a_graph_from_before_is_stale_until_it_is_calculated_again(use):
    model = network()
    training = nn.compile(model, nn.mean_squared_error, SGD(model.parameters(), 0.1))
    y = model([1.0, 0.5])
    training.step(*XOR)
    with pytest.raises(StaleGraphError):
        use(y, model.parameters())
    recalculate(y)
    assert y.data == model([1.0, 0.5]).data
    use(y, model.parameters())


def test_a_compiled_function_sees_the_parameters_of_a_training():
    model = network()
    predict = compile(model)
    training = nn.compile(model, nn.mean_squared_error, SGD(model.parameters(), 0.1))
    for _ in range(3):
        training.step(*XOR)
        found = predict([1.0, 0.5])
        assert found == pytest.approx(model([1.0, 0.5]).data, rel=1e-14)
        training.step(*XOR)
        assert predict.batch(XOR[0]) == pytest.approx([model(x).data for x in XOR[0].tolist()], rel=1e-14)


def test_values_of_a_subclass_stay_what_they_are():
    w, twin = Named(0.5, "w"), Value(0.5)
    training = nn.compile(lambda x: w * x, nn.mean_squared_error, SGD([w], 0.1))
    for _ in range(3):
        training.step([1.0, 2.0], [0.0, 1.0])
        eager = SGD([twin], 0.1)
        eager.zero_grad()
        nn.mean_squared_error([twin * 1.0, twin * 2.0], [0.0, 1.0]).backward()
        eager.step()
        assert w.data == pytest.approx(twin.data, rel=1e-14)
    assert type(w) is Named
    w.data = twin.data = -1.0
    assert training.evaluate(np.array([1.0]), [0.0]) == 1.0


def test_kinks_in_training_are_those_of_eager_training():
    def build():
        a, b = Value(1.0), Value(0.0)
        return (lambda x: relu(a * x[0]) + abs(b * x[1]) + where(a > 1, a, b)), SGD([a, b], 0.25), [a, b]

    (model, optimizer, parameters), (twin, eager, right) = build(), build()
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    for _ in range(4):
        assert training.step(*XOR) == pytest.approx(eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-14)
        assert [p.data for p in parameters] == pytest.approx([p.data for p in right], rel=1e-14)


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda x: np.array(x, dtype="f4"),
                                  lambda x: np.array(x, dtype="i8"),
                                  np.asfortranarray, lambda x: np.repeat(np.array(x), 2, axis=0)[::2]])
def test_data_of_any_kind(kind):
    (model, optimizer), (twin, eager) = pair()
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    for _ in range(2):
        assert training.step(kind(XOR[0].tolist()), kind(XOR[1].tolist())) == pytest.approx(
            eager_step(twin, nn.mean_squared_error, eager, *XOR), rel=1e-12)


@pytest.mark.parametrize(("model", "x"), [
    (lambda w: lambda x: w * x, [1.0, 2.0, -1.0]), (lambda w: lambda x: w * x[0] * x[1], [[1.0, 2.0], [3.0, 4.0]]),
    (lambda w: lambda x: w * (x[0][1] - x[1][0]), np.arange(8.0).reshape(2, 2, 2) / 3)])
def test_samples_of_any_number_of_axes_are_predicted_and_evaluated(model, x):
    w, y = Value(0.5), [0.25 * n for n in range(len(x))]
    training = nn.compile(model(w), nn.mean_squared_error, SGD([w], 0.01))
    for _ in range(2):
        predictions = [model(w)(sample) for sample in x]
        assert training.predict(x) == pytest.approx([p.data for p in predictions], rel=1e-14)
        right = nn.mean_squared_error(predictions, y).data
        assert training.evaluate(x, y) == pytest.approx(right, rel=1e-14)
        assert training.step(x, y) == pytest.approx(right, rel=1e-14)


def test_batches_that_come_back_are_prepared_once(monkeypatch):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["momentum"])
    training, (x, y) = nn.compile(model, nn.hinge, optimizer), moons(40)
    batches = [(x[start : start + 8], y[start : start + 8]) for start in range(0, 40, 8)]
    training.step(*batches[0])
    eager_step(twin, nn.hinge, eager, *batches[0])
    prepared, original = [], type(training._descent).prepared
    monkeypatch.setattr(type(training._descent), "prepared", lambda *a: prepared.append(1) or original(*a))
    for epoch in range(3):
        x[epoch] = 1.0 + epoch  # what changes in place is seen
        for batch in batches:
            assert training.step(*batch) == pytest.approx(eager_step(twin, nn.hinge, eager, *batch), rel=1e-12)
        optimizer.lr = eager.lr = 0.01
    assert len(prepared) == len(batches) - 1
    optimizer.weight_decay = eager.weight_decay = 0.5
    for batch in batches:
        assert training.step(*batch) == pytest.approx(eager_step(twin, nn.hinge, eager, *batch), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)


@pytest.mark.parametrize(("samples", "steps"), [(2, 300), (2**18, 40)])
def test_batches_that_do_not_come_back_are_not_kept_for_ever(samples, steps):
    w = Value(0.5)
    training = nn.compile(lambda x: w * x, nn.mean_squared_error, SGD([w], 0.01))
    first = np.ones(samples)
    there = weakref.ref(first)
    training.step(first, np.zeros(samples))
    del first
    for _ in range(steps):
        training.step(np.ones(samples), np.zeros(samples))
    assert there() is None


def test_threads_that_take_steps_of_one_training_lose_none():
    w = Value(0.0)
    optimizer = SGD([w], 1.0)
    training = nn.compile(lambda x: w * x, lambda p, t: -p[0], optimizer)
    data = [(np.ones(n), np.zeros(n)) for n in (1, 2, 3)]
    threads = [threading.Thread(target=lambda batch=batch: [training.step(*batch) for _ in range(3000)])
               for batch in data]
    training.step(*data[0])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert w.data == optimizer.count == 9001


@pytest.mark.parametrize("other", [0, 3])
def test_what_was_ready_before_an_option_was_set_is_not_used_though_run_was_called_since(other):
    (model, optimizer), (twin, eager) = pair(OPTIMIZERS["momentum"])
    training, (x, y) = nn.compile(model, nn.hinge, optimizer), moons(8)
    batches = [(x[start : start + 2], y[start : start + 2]) for start in range(0, 8, 2)]
    for batch in batches:
        training.step(*batch)
        eager_step(twin, nn.hinge, eager, *batch)
    optimizer.weight_decay = eager.weight_decay = 0.5
    training.run(x, y, 1, progress=False)
    eager_step(twin, nn.hinge, eager, x, y)
    for batch in (batches[other], *batches):
        assert training.step(*batch) == pytest.approx(eager_step(twin, nn.hinge, eager, *batch), rel=1e-12)
    assert numbers(model) == pytest.approx(numbers(twin), rel=1e-11)
