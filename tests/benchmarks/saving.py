"""How long saving, loading and a checkpoint take, and whether 1,000 kills at random moments change any training."""

import json
import random
import tempfile
from pathlib import Path

import nn
from tests.benchmarks.measuring import Figure, Row, Table, progress, timed
from tests.support.processes import run_python

KILLS = 1_000


def run(rounds: int, quick: bool) -> Table:
    """Measure everything `rounds` times, and kill once; `quick` takes tiny sizes."""
    model = nn.MLP(4, [8, 1] if quick else [32, 64, 30, 1], "tanh", seed=0)
    optimizer = nn.Adam(model.parameters())
    size = f"{len(optimizer.parameters):,} parameters"
    with tempfile.TemporaryDirectory() as name:
        path, place = Path(name) / "model", Path(name) / "checkpoint"

        def train(steps: int) -> None:
            place.unlink(missing_ok=True)
            nn.fit(model, [[0.1, 0.2, 0.3, 0.4]], [0.5], nn.mean_squared_error, optimizer, steps, progress=False,
                   checkpoint=place, every=1)

        programs = {f"save, {size}": lambda: nn.save(model, path), f"load, {size}": lambda: nn.load(path)}
        rows = [Row(name, "ms", Figure.of([timed(program, 1) * 1e3 for _ in progress(range(rounds), name)]))
                for name, program in programs.items()]
        train(1)
        samples = [(timed(lambda: train(5), 1) - timed(lambda: train(1), 1)) / 4 * 1e3
                   for _ in progress(range(rounds), "checkpoint")]
        rows.append(Row(f"a step of training and a checkpoint with Adam, {size}", "ms", Figure.of(samples)))
        folder = Path(name) / "killed"
        folder.mkdir()
        result = run_python("-m", "tests.support.kills", 10 if quick else KILLS, random.randrange(10 ** 6), folder)
    if result.returncode:
        raise RuntimeError(result.stderr)
    remarks: list[str] = []
    for kind, found in json.loads(result.stdout).items():
        rows.append(Row(f"{kind}: trainings that ended otherwise than one that was never killed", "of "
                        f"{found['ends']}", Figure.of([found["wrong"]]), asked=0))
        remarks.append(f"{kind}: {found['kills']} kills, {found['in the middle of writing']} of them while a "
                       "checkpoint was written.")
    return Table("saving", rows, remarks, packages=("glassgrad", "safetensors", "numpy"))
