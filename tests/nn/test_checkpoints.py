"""Training that is resumed ends as if it had never stopped, and a checkpoint is whole or as it was before."""

import json
import math
import os
import random
import resource
import subprocess
import warnings
from contextlib import nullcontext, suppress

import numpy as np
import pytest
import safetensors.numpy

import nn
from autograd import Value
from nn.storage import Contents, read, write
from tests.support.kills import Noisy
from tests.support.processes import run_python

INPUTS, TARGETS = nn.datasets.moons(14, noise=0.1, seed=1)


class Stop(BaseException):
    """What ends a training as suddenly as a kill, but leaves the tests running."""


class Decaying(nn.SGD):
    """An optimizer of a user's own, with a state of its own."""

    def __init__(self, parameters, lr, factor=0.99):
        super().__init__(parameters, lr, momentum=0.5)
        self.factor, self.rounds = factor, 0

    def step(self):
        super().step()
        self.rounds += 1
        self.lr *= self.factor

    def state_dict(self):
        return super().state_dict() | {"rounds": self.rounds}

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.rounds = state["rounds"]


class Chance(nn.Module):
    """Generators of all kinds, where a module may have them."""

    def __init__(self):
        self.w = Value(0.5)
        self.numpy = {"a": np.random.default_rng(1), "b": [np.random.RandomState(2)]}
        self._python = random.Random(3)
        self.again = self._python

    def __call__(self, x):
        noise = self.numpy["a"].normal() + self.numpy["b"][0].normal() + self._python.gauss(0, 1)
        return self.w * (x[0] + float(noise))


OPTIMIZERS = {
    "SGD": lambda p: nn.SGD(p, 0.1), "momentum": lambda p: nn.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "Adam": lambda p: nn.Adam(p, 0.02), "a subclass": lambda p: Decaying(p, 0.1)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint"


def network():
    return nn.MLP(2, [3, 1], "tanh", seed=1)


def train(model=None, optimizer=OPTIMIZERS["Adam"], epochs=5, stop=None, loss=nn.mean_squared_error, **options):
    """Train, and return everything that comes out of it. `stop`: after so many batches."""
    model, seen = model or network(), []
    optimizer = optimizer(model.parameters())

    def observed(predictions, targets):
        if stop is not None and len(seen) == stop:
            raise Stop
        seen.append(1)
        return loss(predictions, targets)

    options = {"batch_size": 4, "seed": 3, "progress": False, **options}
    history = nn.fit(model, INPUTS, TARGETS, loss if options.get("compiled") else observed, optimizer, epochs,
                     **options)
    return model.state_dict(), optimizer.state_dict(), {**history.to_dict(), "seconds": 0.0}


def interrupt(**options):
    with pytest.raises(Stop):
        train(**options)


# ---- As if it had never stopped ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("model", [network, Noisy])
@pytest.mark.parametrize(("stop", "every"), [(0, 1), (1, 1), (3, 2), (4, 4), (5, 1), (7, 3), (18, 4), (19, 1)])
def test_what_is_resumed_ends_as_if_it_had_never_stopped(name, model, stop, every, path):
    optimizer = OPTIMIZERS[name]
    interrupt(model=model(), optimizer=optimizer, stop=stop, checkpoint=path, every=every)
    assert train(model(), optimizer, checkpoint=path, every=every, resume=True) == train(model(), optimizer)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("options", [{"batch_size": None}, {"batch_size": 100}, {"batch_size": 1}, {"seed": None}])
def test_batches_of_any_size_are_resumed(options, path):
    if options.get("seed", 0) is None:
        options["seed"] = random.randrange(1000)  # what is drawn without a seed is kept too; here it has to be known
    interrupt(stop=3, checkpoint=path, every=1, **options)
    assert train(checkpoint=path, resume=True, **options) == train(**options)


def test_without_a_seed_the_generator_goes_on_from_where_it_stood(path):
    orders = []

    def loss(predictions, targets):
        orders.append([*map(float, targets)])
        return nn.mean_squared_error(predictions, targets)

    interrupt(stop=6, checkpoint=path, every=1, seed=None, loss=loss)
    copy = path.read_bytes()
    ends = []
    for _ in range(2):
        path.write_bytes(copy)
        ends.append(train(checkpoint=path, resume=True, seed=None, loss=loss))
    assert ends[0] == ends[1]


def test_generators_of_all_kinds_go_on(path):
    interrupt(model=Chance(), stop=9, checkpoint=path, every=2)
    assert train(Chance(), checkpoint=path, resume=True) == train(Chance())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SGD", "momentum", "Adam"])
@pytest.mark.parametrize("batch_size", [4, None])
def test_compiled_training_is_resumed(name, batch_size, path, monkeypatch):
    options = {"optimizer": OPTIMIZERS[name], "compiled": True, "batch_size": batch_size}
    right = train(**options)
    for steps in (1, 2, 3, 4, 7):
        path.unlink(missing_ok=True)
        with monkeypatch.context() as patched:
            original, count = nn.checkpoints.Checkpoint.reached, iter(range(steps))

            def reached(self, *arguments, original=original, count=count):
                original(self, *arguments)
                if next(count, None) is None:
                    raise Stop

            patched.setattr(nn.checkpoints.Checkpoint, "reached", reached)
            with pytest.raises(Stop) if steps < 5 or batch_size else nullcontext():
                train(checkpoint=path, every=1, **options)
        assert train(checkpoint=path, every=2, resume=True, **options) == right
    assert train(checkpoint=path.parent / "by time", **options) == right


@pytest.mark.slow
def test_compiled_training_goes_on_where_eager_training_stopped(path):
    interrupt(stop=7, checkpoint=path, every=1)
    state, _, history = train(checkpoint=path, resume=True, compiled=True)
    right, _, losses = train()
    assert [*state.values()] == pytest.approx([*right.values()], rel=1e-10)
    assert history["losses"] == pytest.approx(losses["losses"], rel=1e-10)


@pytest.mark.slow
def test_fifty_random_kills_change_nothing(tmp_path):
    result = run_python("-m", "tests.support.kills", 50, random.randrange(10 ** 6), tmp_path)
    assert result.returncode == 0, result.stderr
    for name, found in json.loads(result.stdout).items():
        assert found["kills"] == 25, name
        assert found["wrong"] == 0, name
        assert found["ends"] >= 1
        assert found["before the end"] + found["ends"] > 5  # they did not all strike before anything had happened


def test_parameters_that_are_not_the_models_are_kept_too(path):
    def run(**options):
        model, scale = network(), Value(1.0)
        optimizer = nn.Adam([*model.parameters()[:5], scale], 0.05)
        stop, count = options.pop("stop", None), []

        def loss(predictions, targets):
            count.append(1)
            if len(count) == stop:
                raise Stop
            return nn.mean_squared_error([scale * p for p in predictions], targets)

        nn.fit(model, INPUTS, TARGETS, loss, optimizer, 4, progress=False, **options)
        return model.state_dict(), scale.data, optimizer.state_dict()

    with pytest.raises(Stop):
        run(stop=3, checkpoint=path, every=1)
    assert run(checkpoint=path, resume=True) == run()


def test_a_plain_function_is_resumed(path):
    def run(epochs, **options):
        slope, offset = Value(0.0), Value(0.0)
        history = nn.fit(lambda x: slope * x + offset, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], nn.mean_squared_error,
                         nn.SGD([slope, offset], 0.1, momentum=0.9), epochs, progress=False, **options)
        return slope.data, offset.data, history.losses, history.best_parameters

    run(7, checkpoint=path)
    assert run(20, checkpoint=path, resume=True) == run(20)
    with pytest.raises(ValueError, match="holds no model"):
        nn.load(path)


# ---- When and where it is written --------------------------------------------------------------------------------


def written(monkeypatch):
    """Notes where training stood whenever a checkpoint was written."""
    places = []
    monkeypatch.setattr(nn.checkpoints, "write", lambda path, contents, alone: (
        places.append((contents.about["epoch"], contents.about["batch"])), write(path, contents, alone=alone)))
    return places


@pytest.mark.parametrize(("every", "places"), [
    (1, [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0)]),
    (3, [(1, 0), (1, 3), (2, 2), (3, 0)]), (4, [(1, 0), (2, 0), (3, 0)]), (100, [(1, 0), (3, 0)]),
    (None, [(1, 0), (3, 0)])])
def test_it_is_written_at_the_beginning_every_so_many_steps_and_at_the_end(every, places, path, monkeypatch):
    found = written(monkeypatch)
    train(epochs=2, checkpoint=path, every=every)
    assert found == places


def test_without_a_number_of_steps_it_goes_by_time(path, monkeypatch):
    found, now = written(monkeypatch), [0.0]
    monkeypatch.setattr(nn.checkpoints, "perf_counter", lambda: now[0])

    def loss(predictions, targets):
        now[0] += 4.0
        return nn.mean_squared_error(predictions, targets)

    train(epochs=2, checkpoint=path, loss=loss)
    assert found == [(1, 0), (1, 3), (2, 2), (3, 0)]


def test_the_model_in_it_can_be_loaded(path):
    state, _, _ = train(checkpoint=path)
    assert nn.load(path).state_dict() == state
    assert repr(nn.load(path)) == repr(network())
    again = nn.MLP(2, [3, 1], "tanh")
    nn.load(path, again)
    assert again.state_dict() == state
    assert safetensors.numpy.load_file(path)["model/layers.1.neurons.0.w"].shape == (3,)


def test_the_history_of_all_sessions_is_one(path):
    train(epochs=2, checkpoint=path)
    seconds = read(path).about["history"]["seconds"]
    model = network()
    history = nn.fit(model, INPUTS, TARGETS, nn.mean_squared_error, OPTIMIZERS["Adam"](model.parameters()), 5,
                     batch_size=4, seed=8, progress=False, resume=path)
    assert (history.epochs, len(history.losses), history.seconds > seconds > 0) == (5, 5, True)
    assert len(read(path).arrays["history/losses"]) == 2  # a file that is only read stays as it is


def test_what_is_at_its_end_is_not_trained_on(path):
    right = train(checkpoint=path)
    content = path.read_bytes()
    assert train(checkpoint=path, resume=True) == right
    assert path.read_bytes() == content


def test_ctrl_c_leaves_the_last_checkpoint_to_go_on_from(path):
    def loss(predictions, targets):
        if len(calls) == 7:
            calls.append(0)
            raise KeyboardInterrupt
        calls.append(1)
        return nn.mean_squared_error(predictions, targets)

    calls = []
    assert train(checkpoint=path, every=2, loss=loss)[2]["interrupted"]
    assert train(checkpoint=path, resume=True) == train()


# ---- What is not lost --------------------------------------------------------------------------------------------


def test_a_checkpoint_that_nobody_has_resumed_is_not_replaced(path):
    train(epochs=2, checkpoint=path)
    content = path.read_bytes()
    with pytest.raises(FileExistsError, match="is there already: resume=True goes on from it"):
        train(checkpoint=path)
    other = path.parent / "other"
    other.write_text("something of the user's")
    with pytest.raises(FileExistsError):
        train(checkpoint=other, resume=path)
    assert path.read_bytes() == content
    assert other.read_text() == "something of the user's"


def test_one_in_which_nothing_was_trained_is(path):
    with pytest.raises(TypeError):
        train(checkpoint=path, loss=lambda predictions, targets: predictions + "x")
    assert train(checkpoint=path) == train()


def test_resume_true_begins_where_there_is_no_checkpoint_and_a_path_has_to_be_there(path):
    assert train(checkpoint=path, resume=True) == train()
    with pytest.raises(FileNotFoundError):
        train(resume=path.parent / "nowhere")


@pytest.mark.parametrize(("options", "error"), [
    ({"resume": True}, "need a checkpoint=path"), ({"every": 2}, "need a checkpoint=path"),
    ({"checkpoint": "file", "every": 0}, "every needs to be at least 1"),
    ({"checkpoint": "file", "unsaved": "ignore"}, "unsaved is 'stop' or 'warn', not 'ignore'")])
def test_options_that_make_no_sense_are_refused(options, error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=error):
        train(**options)
    assert not any(tmp_path.iterdir())


# ---- What does not belong together -------------------------------------------------------------------------------


def refused(path, reason, model=None, optimizer=OPTIMIZERS["Adam"], **options):
    """Nothing has changed when ValueError says why this cannot be resumed."""
    model = model or network()
    optimizer = optimizer(model.parameters())
    before, content = (model.state_dict(), optimizer.state_dict()), path.read_bytes()
    options = {"epochs": 9, "batch_size": 4, "inputs": INPUTS, "targets": TARGETS, **options}
    with pytest.raises(ValueError, match=reason) as caught:
        nn.fit(model, loss=nn.mean_squared_error, optimizer=optimizer, progress=False, checkpoint=path, resume=True,
               **options)
    assert len(str(caught.value)) < 400
    assert (model.state_dict(), optimizer.state_dict()) == before
    assert path.read_bytes() == content


@pytest.mark.parametrize(("options", "reason"), [
    ({"batch_size": 5}, "batch_size is 5 here, and 4 there"),
    ({"inputs": INPUTS[1:], "targets": TARGETS[1:]}, "samples is 13 here, and 14 there"),
    ({"epochs": 2}, "epochs is 2, and it stands in epoch 6 already"),
    ({"optimizer": OPTIMIZERS["SGD"]}, "optimizer is 'SGD' here, and 'Adam' there"),
    ({"optimizer": lambda p: nn.Adam(p, 0.02, betas=(0.5, 0.9))}, "betas of the optimizer"),
    ({"optimizer": lambda p: nn.Adam(p[1:], 0.02)}, "Adam with 12 parameters"),
    ({"model": nn.MLP(2, [4, 1], "tanh")}, "does not fit the model"),
    ({"model": Noisy()}, "does not fit the model")])
def test_a_checkpoint_of_another_training_is_refused(options, reason, path):
    train(checkpoint=path)
    refused(path, f"is not a checkpoint of this training: .*{reason}", **options)


def test_other_generators_are_refused(path):
    train(Noisy(), checkpoint=path)
    model = Noisy()
    del model._generator
    refused(path, "states of other random generators than none", model)
    model._generator = np.random.default_rng(0)
    refused(path, "none of a random generator", model)


def test_when_one_generator_is_refused_all_stay_where_they_stood(path):
    train(Chance(), checkpoint=path)
    contents = read(path)
    contents.about["generators"]["model._python"][1][0] = "x"
    write(path, contents)
    model, other = Chance(), Chance()
    refused(path, "none of a random generator", model)
    assert model([0.0]) == other([0.0])


def test_parameters_that_are_not_the_models_stay_too(path):
    slope = Value(1.0)
    arguments = (lambda x: slope * x, [1.0], [2.0], nn.mean_squared_error)
    nn.fit(*arguments, nn.SGD([slope], 0.1), 1, checkpoint=path)
    contents = read(path)
    write(path, contents._replace(about=contents.about | {"generators": {"model": 1}}))
    slope.data = 0.25
    with pytest.raises(ValueError, match="states of other random generators"):
        nn.fit(*arguments, nn.SGD([slope], 0.1), 2, checkpoint=path, resume=True)
    assert slope.data == 0.25


def test_a_saved_model_is_no_checkpoint(path):
    nn.save(network(), path)
    refused(path, r"is no checkpoint, but what nn.save\(\) writes")


def test_a_damaged_checkpoint_is_refused(path):
    train(checkpoint=path)
    content = path.read_bytes()
    draw = random.Random(1)
    for _ in range(60):
        flipped = bytearray(content)
        place = draw.randrange(8 * len(content))
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        refused(path, "damaged|later version|not one of glassgrad")
    for length in (0, 7, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        refused(path, "damaged")


@pytest.mark.parametrize(("entry", "value"), [
    ("epoch", 0), ("epoch", 1.5), ("epoch", None), ("batch", 4), ("batch", -1), ("batch", True), ("loss", math.nan),
    ("loss", "1"), ("history", None), ("history", {}), ("history", {"losses": [1.0]}), ("history", {"evil": 1}),
    *[("history", {"seconds": 1.0, "epochs": 5, "best_epoch": 1, "interrupted": False} | {name: value})
      for name, value in [("seconds", "long"), ("epochs", 4), ("epochs", "5"), ("interrupted", 3.5), ("x", 1)]],
    ("run", []), ("run", None), ("options", 3),
    ("optimizer", {}), ("optimizer", {"lr": -1, "count": 1}), ("optimizer", {"lr": 0.1, "count": 0.5}),
    ("optimizer", None), ("shuffling", {}), ("shuffling", {"": [3, [1] * 7, None]}), ("shuffling", {"": "x"}),
    ("shuffling", {"": [3, [2 ** 70] * 625, None]}), ("generators", None), ("generators", {"model": 1})])
def test_a_hostile_checkpoint_is_refused(entry, value, path):
    train(checkpoint=path)
    contents = read(path)
    write(path, contents._replace(about={**contents.about, entry: value}))
    refused(path, "is not a checkpoint of this training")
    del contents.about[entry]
    write(path, contents)
    refused(path, "is not a checkpoint of this training")


@pytest.mark.parametrize(("name", "array"), [
    ("order", np.zeros(14, dtype=np.int64)), ("order", np.arange(13)), ("order", np.arange(14).reshape(2, 7)),
    ("optimizer/parameters", np.ones(12)), ("optimizer/parameters", np.array(1.0)), ("history/losses", np.array(1.0)),
    ("history/losses", np.ones(4)), ("history/validation_losses", np.ones(5)), ("history/evil", np.ones(5)),
    ("optimizer/states", np.ones(26)), ("optimizer/states", np.ones((13, 3))), ("best/w", np.ones(2)),
    ("model/layers.0.neurons.0.b", np.ones(1)), ("model/evil", np.ones(1))])
def test_arrays_that_do_not_belong_there_are_refused(name, array, path):
    train(checkpoint=path)
    contents = read(path)
    write(path, Contents("checkpoint", contents.about, {**contents.arrays, name: array}))
    refused(path, "is not a checkpoint of this training")


# ---- Where it cannot be written ----------------------------------------------------------------------------------


def resumed(path):
    assert train(checkpoint=path, resume=True) == train()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def full_by_limit(path):
    """From now on, files may have only 1,000 bytes. Returns what lifts that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)


def full_disk(path):
    """A file takes all the room that is left."""
    rest = path.parent / "rest"
    with suppress(OSError), rest.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))
    return rest.unlink


def read_only(path):
    """The folder is closed. Who is root has to be somebody else to notice."""
    path.parent.chmod(0o555)
    user = os.geteuid()
    os.seteuid(user or 65534)

    def open_again():
        os.seteuid(user)
        path.parent.chmod(0o755)

    return open_again


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own, where this may be mounted."""
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", tmp_path], check=False,
                                      capture_output=True).returncode:
        pytest.skip("a disk can only be mounted by root, and not in every container")
    yield
    subprocess.run(["umount", tmp_path], check=True)


def break_after(steps, breaking, path):
    """A loss that breaks the disk after so many batches, and what mends it."""
    count, mend = iter(range(steps)), []

    def loss(predictions, targets):
        if next(count, None) is None and not mend:
            mend.append(breaking(path))
        return nn.mean_squared_error(predictions, targets)

    return loss, lambda: mend[0]()


@pytest.mark.parametrize("breaking", [full_by_limit, full_disk, read_only])
@pytest.mark.parametrize("unsaved", ["stop", "warn"])
def test_where_it_cannot_be_written_the_old_one_stays_and_the_user_has_chosen(breaking, unsaved, path, request):
    if breaking is full_disk:
        request.getfixturevalue("disk")
    loss, mend = break_after(6, breaking, path)
    model = network()
    arguments = (model, INPUTS, TARGETS, loss, OPTIMIZERS["Adam"](model.parameters()), 5)
    options = {"batch_size": 4, "seed": 3, "progress": False, "checkpoint": path, "every": 2, "unsaved": unsaved}
    reason = r"\[Errno \d+\] (File too large|No space left on device|Permission denied): '.*checkpoint'"
    try:
        if unsaved == "stop":
            with pytest.raises(nn.TrainingError, match=f"stopped after epoch 2, batch 4.*written: {reason}") as caught:
                nn.fit(*arguments, **options)
            assert (caught.value.epoch, caught.value.batch, caught.value.history.epochs) == (2, 4, 2)
        else:
            with pytest.warns(RuntimeWarning, match=f"training goes on, but .*: {reason}") as warned:
                history = nn.fit(*arguments, **options)
            assert warned[0].filename == __file__
            assert history.losses == train()[2]["losses"]
            assert model.state_dict() == train()[0]
    finally:
        mend()
    assert (read(path).about["epoch"], read(path).about["batch"]) == (2, 2)
    resumed(path)


@pytest.mark.parametrize("unsaved", ["stop", "warn"])
def test_a_folder_that_cannot_be_written_shows_before_training_begins(unsaved, tmp_path):
    path = tmp_path / "nowhere" / "checkpoint"
    seen = []

    def loss(predictions, targets):
        seen.append(1)
        return nn.mean_squared_error(predictions, targets)

    if unsaved == "stop":
        with pytest.raises(FileNotFoundError, match="nowhere"):
            train(checkpoint=path, loss=loss)
        assert not seen
    else:
        with pytest.warns(RuntimeWarning, match="training goes on, but the checkpoint cannot be written"):
            assert train(checkpoint=path, loss=loss, unsaved="warn") == train()


def test_what_can_be_written_again_is(path):
    loss, mend = break_after(3, full_by_limit, path)
    mended = []

    def observed(predictions, targets):
        result = loss(predictions, targets)
        if len(mended) == 9:
            mend()
        mended.append(1)
        return result

    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        train(checkpoint=path, every=1, loss=observed, unsaved="warn")
    assert nn.load(path).state_dict() == train()[0]
