"""What fit() does around its steps: validation, metrics, callbacks, and when to stop; the same in machine code."""

import json
import math
import random
import signal

import numpy as np
import pytest
import sklearn.metrics

import nn
from autograd import Value, log
from nn import SGD, Adam, EarlyStopping, History
from tests.support.training import OPTIMIZERS, moons, network, numbers, pair

BOTH = pytest.mark.parametrize("compiled", [False, True])
INPUTS, TARGETS = (array.tolist() for array in moons(30))
FRESH = tuple(array.tolist() for array in moons(50))


class Stop(BaseException):
    """What ends a training as suddenly as a kill."""


def train(model=None, optimizer=OPTIMIZERS["Adam"], epochs=6, inputs=INPUTS, targets=TARGETS, **options):
    model = model or network()
    options = {"batch_size": 8, "seed": 3, "progress": False, **options}
    history = nn.fit(model, inputs, targets, nn.hinge, optimizer(model.parameters()), epochs, **options)
    return model, history


# ---- Validation ------------------------------------------------------------------------------------------------------


@BOTH
def test_the_validation_loss_is_that_of_the_parameters_after_each_epoch(compiled):
    kept = []
    model = network()
    _, history = train(model, validation_data=FRESH, compiled=compiled,
                       callbacks=[lambda history: kept.append(model.state_dict())])
    expected = []
    for state in kept:
        twin = network(7)
        twin.load_state_dict(state)
        expected.append(nn.hinge([twin(x) for x in FRESH[0]], FRESH[1]).data)
    assert history.validation_losses == pytest.approx(expected, rel=1e-12)
    assert history.best_epoch == 1 + expected.index(min(expected))
    assert history.best_parameters == kept[history.best_epoch - 1]
    _, plain = train(compiled=compiled)
    assert history.losses == plain.losses  # nobody is taught by what is only looked at


def test_eager_and_compiled_training_give_the_same_history():
    options = {"validation_split": 0.3, "metrics": [nn.accuracy, nn.mean_squared_error], "epochs": 12,
               "schedule": nn.StepLR(4, 0.5), "clip_grad_norm": 0.3, "callbacks": [EarlyStopping(9)]}
    (_, history), (_, compiled) = (train(compiled=compiled, **options) for compiled in (False, True))
    assert history.epochs == compiled.epochs > 4
    for one, other in ((history.losses, compiled.losses), (history.validation_losses, compiled.validation_losses),
                       (history.metrics["mean_squared_error"], compiled.metrics["mean_squared_error"])):
        assert one == pytest.approx(other, rel=1e-12)
    assert history.metrics["accuracy"] == compiled.metrics["accuracy"]
    assert history.learning_rates == compiled.learning_rates
    assert history.best_parameters == pytest.approx(compiled.best_parameters, rel=1e-11)


@pytest.mark.parametrize("seed", [None, 0, 5])
@BOTH
def test_a_split_is_drawn_by_the_seed_and_never_trained_with(seed, compiled):
    seen = []
    _, history = train(seed=seed, validation_split=0.2, compiled=compiled,
                       metrics={"seen": lambda p, t: seen.append([*t]) or 0.0})
    held_out = seen[0]
    assert [len(held_out)] * 6 == [*map(len, seen)] == [6] * 6
    generator = random.Random(seed or 0)
    places = sorted(generator.sample(range(30), 6))
    rest = [place for place in range(30) if place not in places]
    assert held_out == [TARGETS[place] for place in places]
    _, expected = train(inputs=[INPUTS[place] for place in rest], targets=[TARGETS[place] for place in rest],
                        seed=seed, compiled=compiled,
                        validation_data=([INPUTS[p] for p in places], [TARGETS[p] for p in places]))
    if seed is not None:
        assert (history.losses, history.validation_losses) == (expected.losses, expected.validation_losses)


@BOTH
def test_a_model_is_validated_as_after_eval_and_then_goes_on_as_before(compiled):
    class Doubled(nn.Module):
        def __init__(self):
            self.inner, self.dropout = nn.Linear(2, 1, seed=1), nn.Dropout(0.5, seed=2)

        def __call__(self, x):
            y = self.inner(self.dropout(x))[0]
            return y if self.training else 2 * y

    model = Doubled()
    kept = []
    _, history = train(model, validation_data=FRESH, epochs=3, compiled=compiled,
                       callbacks=[lambda history: kept.append(model.state_dict())])
    twin = Doubled().eval()
    for state, loss in zip(kept, history.validation_losses, strict=True):
        twin.load_state_dict(state)
        assert loss == pytest.approx(nn.hinge([twin(x) for x in FRESH[0]], FRESH[1]).data, rel=1e-12)
    assert [module.training for module in model.modules()] == [True] * 3
    assert "training" not in vars(model)
    assert train(Doubled(), epochs=3, compiled=compiled)[1].losses == history.losses


@BOTH
@pytest.mark.parametrize(("options", "error", "message"), [
    ({"validation_data": FRESH, "validation_split": 0.5}, ValueError, "validation_data or validation_split, not both"),
    ({"validation_data": FRESH[0]}, TypeError, "validation_data is a pair of inputs and targets"),
    ({"validation_data": 5}, TypeError, "validation_data is a pair of inputs and targets"),
    ({"validation_data": ([], [])}, ValueError, "0 inputs need as many targets, at least 1, not 0"),
    ({"validation_data": (FRESH[0], FRESH[1][:3])}, ValueError, "50 inputs need as many targets, at least 1, not 3"),
    ({"validation_data": ([[1.0]], [1.0])}, ValueError, "inputs"),
    ({"validation_data": ([[1.0, 2.0]], [0.5])}, ValueError, "-1 or 1"),
    ({"validation_split": 1.0}, ValueError, "validation_split needs to be finite and > 0 and < 1, not 1.0"),
    ({"validation_split": 0.99}, ValueError, "30 samples are too few for a validation_split of 0.99"),
    ({"metrics": nn.accuracy}, TypeError, "metrics are a list of functions, or a dict of these by name"),
    ({"metrics": [5]}, TypeError, "metric 'int' is not a function but 'int'"),
    ({"metrics": [lambda p, t: 1.0]}, ValueError, "metrics need names that differ: give them as a dict"),
    ({"metrics": [nn.accuracy, nn.accuracy]}, ValueError, "metrics need names that differ"),
    ({"metrics": {"area": lambda p, t: math.nan}}, ValueError, "metric 'area': .*finite number, not nan"),
    ({"metrics": {"area": lambda p, t: "good"}}, TypeError, "metric 'area': a real number is needed, not 'str'"),
    ({"callbacks": print}, TypeError, "callbacks are a list of functions, not one function"),
    ({"callbacks": [1]}, TypeError, "callback 0 is not a function but 'int'")])
def test_what_does_not_fit_is_refused_and_nothing_has_changed(options, error, message, compiled):
    model = network()
    optimizer = Adam(model.parameters(), 0.01)
    before = optimizer.snapshot()
    with pytest.raises(error, match=message):
        train(model, lambda parameters: optimizer, compiled=compiled, **options)
    assert optimizer.snapshot() == before
    assert numbers(model) == numbers(network())


@BOTH
def test_a_validation_that_has_no_finite_loss_ends_training_and_says_so(compiled):
    w = Value(1.0)
    with pytest.raises(nn.TrainingError, match=r"in the validation after epoch 1: log\(x\) needs x > 0") as caught:
        nn.fit(lambda x: w * log(x), [1.0, 2.0], [0.0, 1.0], nn.mean_squared_error, SGD([w], 0.125), 3,
               validation_data=([1.0, -1.0], [0.0, 0.0]), compiled=compiled)
    assert (caught.value.epoch, caught.value.history.epochs) == (1, 0)
    assert w.data != 1.0  # the epoch itself was right


# ---- Metrics ---------------------------------------------------------------------------------------------------------


@BOTH
def test_metrics_are_given_plain_numbers_and_are_those_of_scikit_learn(compiled):
    model = network()
    states = []
    options = {"callbacks": [lambda history: states.append(model.state_dict())], "compiled": compiled}
    metrics = {"area": lambda p, t: sklearn.metrics.roc_auc_score(t, p), "accuracy": nn.accuracy}
    _, history = train(model, metrics=metrics, validation_data=FRESH, **options)
    for place, state in enumerate(states):
        twin = network(5)
        twin.load_state_dict(state)
        found = np.array([twin(x).data for x in FRESH[0]])
        assert history.metrics["area"][place] == pytest.approx(sklearn.metrics.roc_auc_score(FRESH[1], found))
        assert history.metrics["accuracy"][place] == sklearn.metrics.accuracy_score(np.array(FRESH[1]) > 0, found > 0)
    assert list(history.metrics) == ["area", "accuracy"]


@BOTH
def test_without_validation_data_metrics_are_those_of_the_training_data(compiled):
    model, history = train(metrics=[nn.accuracy], compiled=compiled)
    assert history.metrics["accuracy"][-1] == nn.accuracy([model(x) for x in INPUTS], TARGETS)
    assert history.validation_losses == []


@BOTH
def test_rows_and_sequences_of_scores_come_as_lists(compiled):
    seen = []
    texts, following = [[0, 1, 2], [1, 2, 0], [2, 0, 1]], [[1, 2, 0], [2, 0, 1], [0, 1, 2]]
    model = nn.Sequential(nn.Embedding(3, 4, seed=1), nn.Linear(4, 3, seed=2))
    history = nn.fit(model, texts, following, nn.cross_entropy, Adam(model.parameters(), 0.1), 30, progress=False,
                     compiled=compiled, metrics={"seen": lambda p, t: seen.append(p) or 1.0, "accuracy": nn.accuracy})
    assert np.array(seen[-1]) == pytest.approx(np.array([[[y.data for y in row] for row in model(x)] for x in texts]))
    assert type(seen[-1]) is type(seen[-1][0]) is type(seen[-1][0][0]) is list
    assert type(seen[-1][0][0][0]) is float
    assert history.metrics["accuracy"][-1] == 1.0
    if compiled:
        training = nn.compile(model, nn.cross_entropy, SGD(model.parameters(), 0.1))
        training.step(texts, following)
        assert training.predict(texts) == pytest.approx(np.array(
            [[[y.data for y in row] for row in model(x)] for x in texts]))


@pytest.mark.parametrize(("predictions", "targets", "options", "expected"), [
    ([0.2, 0.7, 0.5], [0, 1, 1], {}, 2 / 3), ([-0.2, 0.7, 0.1], [-1, 1, -1], {}, 2 / 3),
    ([-3.0, 0.7, 5.0], [0, 1, 0], {"threshold": 0}, 2 / 3), ([[1, 3, 2], [5, 1, 1]], [1, 2], {}, 0.5),
    (np.array([[1.0, 3.0], [5.0, 1.0]]), np.array([1, 0]), {}, 1.0),
    ([[[1, 2], [2, 1]], [[3, 4], [3, 2]]], [[1, 1], [1, 0]], {}, 0.75), (Value(0.7), 0, {}, 0.0),
    ([0.5, 1.0], [1, 1], {"threshold": 0.75}, 0.5), ([[1, 2]], [Value(1.0)], {}, 1.0)])
def test_an_accuracy_is_the_part_that_is_right(predictions, targets, options, expected):
    assert nn.accuracy(predictions, targets, **options) == expected


@pytest.mark.parametrize(("predictions", "targets", "options", "message"), [
    ([], [], {}, "at least 1 prediction"), ([0.5], [0, 1], {}, "1 predictions need as many targets, not 2"),
    ([0.5, 2.0], [0, 1], {}, "the targets are 0 and 1, and not all predictions between: say above which threshold"),
    ([0.5, 2.0], [1, 1], {}, "all targets are 1: say above which threshold"),
    ([0.5, 2.0], [1, 2], {}, "targets are 0 and 1, or -1 and 1, not 1, 2"),
    ([[1, 2]], [2], {}, "target 0 is 2, where a whole number from 0 to 1 is needed"),
    ([[1, 2]], [1], {"threshold": 0}, "a threshold is for predictions of one number")])
def test_an_accuracy_that_has_no_meaning_is_refused(predictions, targets, options, message):
    with pytest.raises(ValueError, match=message):
        nn.accuracy(predictions, targets, **options)


# ---- Callbacks -------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(("answer", "epochs"), [
    (True, 3), (np.True_, 3), (False, 6), (None, 6), (1, 6), ("yes", 6), (np.False_, 6)])
def test_training_ends_when_a_callback_says_true_and_all_are_asked(answer, epochs, compiled):
    calls = []
    _, history = train(compiled=compiled, callbacks=[
        lambda history: answer if history.epochs == 3 else None, lambda history: calls.append(history.epochs)])
    assert (history.epochs, history.stopped) == (epochs, epochs == 3)
    assert calls == list(range(1, epochs + 1))
    assert ("(stopped early)" in str(history)) == (epochs == 3)


@BOTH
@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError, RuntimeError])
def test_what_a_callback_raises_is_raised_and_training_stays_as_it_is(error, compiled):
    def failing(history):
        raise error("mine")

    model = network()
    with pytest.raises(error, match=r"^mine$"):
        train(model, callbacks=[failing], compiled=compiled)
    twin, _ = train(epochs=1, compiled=compiled)
    assert numbers(model) == numbers(twin)


@BOTH
def test_ctrl_c_in_a_callback_ends_training_with_the_history(compiled):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _, history = train(compiled=compiled, callbacks=[
            lambda history: signal.raise_signal(signal.SIGINT) if history.epochs == 2 else None])
    finally:
        signal.signal(signal.SIGINT, before)
    assert (history.epochs, history.interrupted, history.stopped) == (2, True, False)


def test_an_option_that_a_callback_sets_takes_effect():
    results = []
    for compiled in (False, True):
        model = network()
        optimizer = SGD(model.parameters(), 0.05, momentum=0.9)
        _, history = train(model, lambda parameters, optimizer=optimizer: optimizer, compiled=compiled, callbacks=[
            lambda history, optimizer=optimizer: setattr(optimizer, "momentum", 0.9 / history.epochs)])
        results.append(history.losses)
    assert results[0] == pytest.approx(results[1], rel=1e-11)
    assert results[0] != pytest.approx(train(optimizer=OPTIMIZERS["momentum"])[1].losses, rel=1e-6)


@pytest.mark.parametrize(("losses", "options", "epochs"), [
    ([5, 4, 3, 3.5, 3.2, 1], {"patience": 2}, 5), ([5, 4, 3, 3.5, 2, 1], {"patience": 2}, None),
    ([5, 4, 3, 2, 1], {"patience": 1}, None), ([5, 5], {"patience": 1}, 2), ([5, 4.9, 4.8, 4.7], {"patience": 3,
     "min_delta": 1}, 4), ([5, 4.9, 4.8, 3.9, 3.8], {"patience": 3, "min_delta": 1}, None)])
@pytest.mark.parametrize("is_validation", [False, True])
def test_early_stopping_waits_for_a_lower_loss(losses, options, epochs, is_validation):
    stopping, history = EarlyStopping(**options), History()
    for epoch, loss in enumerate(losses, 1):
        history.losses.append(-epoch if is_validation else loss)
        if is_validation:
            history.validation_losses.append(loss)
        judged = history.validation_losses or history.losses
        history.epochs, history.best_epoch = epoch, 1 + judged.index(min(judged))
        if stopping(history):
            assert epoch == epochs
            return
    assert epochs is None


@pytest.mark.parametrize(("options", "message"), [
    ({"patience": 0}, "patience needs to be at least 1"), ({"patience": 1, "min_delta": -1}, "min_delta needs")])
def test_early_stopping_refuses_what_it_cannot_do(options, message):
    with pytest.raises(ValueError, match=message):
        EarlyStopping(**options)


# ---- Kept and shown --------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("stop", [1, 2, 4])
def test_all_of_it_is_resumed_as_if_it_had_never_stopped(stop, compiled, tmp_path):
    def options(callbacks=()):
        return {"compiled": compiled, "validation_split": 0.3, "metrics": [nn.accuracy, nn.mean_squared_error],
                "schedule": nn.CosineAnnealingLR(20), "schedule_by": "step", "clip_grad_norm": 0.2,
                "callbacks": [*callbacks, EarlyStopping(4)]}

    def struck(history):
        if history.epochs == stop:
            raise Stop

    path = tmp_path / "checkpoint"
    with pytest.raises(Stop):
        train(checkpoint=path, every=1, **options([struck]))
    model, history = train(checkpoint=path, every=1, resume=True, **options())
    twin, expected = train(**options())
    assert numbers(model) == numbers(twin)
    assert {**history.to_dict(), "seconds": 0} == {**expected.to_dict(), "seconds": 0}


@pytest.mark.parametrize(("changed", "message"), [
    ({"metrics": []}, "metrics is None here, and .'accuracy'. there"), ({"seed": 4}, "validation is .9, 4. here"),
    ({"validation_split": 0.5}, "is 15 here, and 21 there"), ({"validation_split": None}, "is 30 here, and 21 there")])
def test_a_checkpoint_of_another_validation_is_refused(changed, message, tmp_path):
    options = {"checkpoint": tmp_path / "checkpoint", "validation_split": 0.3, "metrics": [nn.accuracy], "epochs": 2}
    train(**options)
    with pytest.raises(ValueError, match=message):
        train(resume=True, **{**options, "epochs": 4, **changed})


@BOTH
def test_a_training_that_was_stopped_is_over_when_it_is_resumed(compiled, tmp_path):
    options = {"checkpoint": tmp_path / "checkpoint", "compiled": compiled, "callbacks": [lambda h: h.epochs == 2]}
    model, history = train(**options)
    again, resumed = train(resume=True, **options)
    assert history.stopped
    assert resumed.stopped
    assert (resumed.epochs, numbers(again)) == (2, numbers(model))


def test_a_history_with_all_of_it_survives_json_and_reads_like_a_sentence():
    _, history = train(validation_data=FRESH, metrics=[nn.accuracy], schedule=nn.StepLR(2))
    assert History(**json.loads(json.dumps(history.to_dict()))) == history
    history = History([0.5, 0.125], 1.25, 2, 1, {}, False, True, [0.75, 1.0], {"accuracy": [0.5, 0.875]}, [0.1, 0.1])
    assert str(history) == ("2 epochs in 1.2 s, loss 0.5 → 0.125, validation 0.75 → 1, accuracy 0.5 → 0.875, "
                            "best 0.75 in epoch 1 (stopped early)")


def test_two_models_of_the_same_seed_agree_whether_or_not_a_bar_is_shown():
    (model, optimizer), (twin, other) = pair()
    for m, o, progress in ((model, optimizer, True), (twin, other, False)):
        nn.fit(m, INPUTS, TARGETS, nn.hinge, o, 2, validation_split=0.5, progress=progress)
    assert numbers(model) == numbers(twin)
