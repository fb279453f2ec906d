"""Training that is killed by SIGKILL again and again, each time in a process forked from this warm one.

`python -m tests.support.kills KILLS SEED FOLDER` prints what it found as JSON. The truth is the same training that was
never killed and never kept.
"""

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nn
from nn.storage import read

EPOCHS = 5


class Noisy(nn.Module):
    """A network with a random generator of its own: whether an input is seen is a matter of chance."""

    def __init__(self) -> None:
        self.network = nn.MLP(2, [4, 1], "tanh", seed=1)
        self._generator = random.Random(2)

    def __call__(self, inputs: Any) -> Any:
        return self.network([x * (self._generator.random() < 0.8) for x in inputs])


def eager(**options: Any) -> Any:
    return trained(Noisy(), **options)


def compiled(**options: Any) -> Any:
    return trained(nn.Sequential(nn.MLP(2, [4, 1], "tanh", seed=1), nn.Dropout(0.2, seed=2)), compiled=True, **options)


def trained(model: nn.Module, **options: Any) -> Any:
    """What a training ends with, to the last bit."""
    inputs, targets = nn.datasets.moons(14, noise=0.1, seed=1)
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    history = nn.fit(model, inputs, targets, nn.mean_squared_error, optimizer, EPOCHS, batch_size=4, seed=3,
                     progress=False, **options)
    return json.loads(json.dumps([model.state_dict(), optimizer.state_dict(), {**history.to_dict(), "seconds": 0}]))


def killed(train: Callable[..., Any], kills: int, seed: int, folder: Path) -> dict[str, Any]:
    """Begin a training, kill it, resume it; and when it has come to its end, begin another one, until there were so
    many kills."""
    draw, path = random.Random(seed), folder / "checkpoint"
    right = [train() for _ in range(2)][-1]  # the first is slower: all kinds of things are imported in it
    began = time.perf_counter()
    train(checkpoint=path, every=1)
    seconds = time.perf_counter() - began
    path.unlink()
    found = {"kills": 0, "ends": 0, "wrong": 0, "in the middle of writing": 0, "before the end": 0}
    while found["kills"] < kills or path.exists():
        reader, writer = os.pipe()
        process = os.fork()
        if not process:
            try:
                os.write(writer, json.dumps(train(checkpoint=path, every=1, resume=True)).encode())
            finally:
                os._exit(0)
        os.close(writer)
        patience = draw.uniform(0, 0.8 * seconds) if found["kills"] < kills else 60
        is_done = bool(select.select([reader], [], [], patience)[0])
        if not is_done:
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        with os.fdopen(reader, "rb") as pipe:
            result = pipe.read()
        if is_done:
            found["ends"] += 1
            found["wrong"] += not result or json.loads(result) != right
            found["wrong"] += [entry.name for entry in folder.iterdir()] != [path.name]
            path.unlink(missing_ok=True)
            continue
        found["kills"] += 1
        found["in the middle of writing"] += any(entry != path for entry in folder.iterdir())
        if path.exists():
            found["before the end"] += read(path).about["epoch"] <= EPOCHS
    return found


if __name__ == "__main__":
    _, how_many, beginning, where = sys.argv
    print(json.dumps({train.__name__: killed(train, int(how_many) // 2, int(beginning), Path(where))
                      for train in (eager, compiled)}))
