"""A model leaves for PyTorch, trains on in two processes at once, and comes back.

Two moons, 60 steps here; then the model becomes one of PyTorch, and two processes train it on, each with half of the
points, as two machines would (DistributedDataParallel, which takes the mean of their gradients). Then it comes back for
40 more steps here. A model that stayed at home the whole time has the same losses: it is one curve.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nn

POINTS, RATE = 100, 0.5


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=(
            "examples:\n  python demos/graduate.py\n  python demos/graduate.py --quick --out slides\n\n"
            'needs pip install -e ".[torch,demos]"; in the middle it starts, in your place,\n'
            "  torchrun --nproc-per-node 2 demos/graduate.py --away FOLDER"))
    parser.add_argument("--quick", action="store_true", help="fewer steps, to see whether everything works")
    parser.add_argument("--out", type=Path, default=Path("pictures"), metavar="FOLDER",
                        help="where the picture and the model go; created if missing (default: %(default)s)")
    parser.add_argument("--away", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    try:
        import torch.distributed  # noqa: F401  (to say at once what is missing)
    except ImportError:
        print('this needs PyTorch: pip install -e ".[torch,demos]"', file=sys.stderr)
        return 2
    if arguments.away is not None:
        return away(arguments.away)
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"cannot write to {arguments.out}: {error.strerror}")
    with tempfile.TemporaryDirectory() as folder:
        return there_and_back(Path(folder), arguments.out, (12, 12, 8) if arguments.quick else (60, 100, 40))


def there_and_back(folder: Path, out: Path, steps: tuple[int, int, int]) -> int:
    before, between, after = steps
    model, stayed = network(), network()
    at_home = train(stayed, sum(steps))

    print(f"{before} steps here ...")
    losses = train(model, before)
    nn.save(model, folder / "model.safetensors")
    (folder / "steps.json").write_text(json.dumps(between), encoding="utf-8")
    print(f"{between} steps in two processes of PyTorch ...")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", __file__]
    done = subprocess.run([*command, "--away", str(folder)], capture_output=True, text=True)  # this is torchrun
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return done.returncode
    losses += json.loads((folder / "losses.json").read_text(encoding="utf-8"))
    print(f"{after} steps here again ...\n")
    model = nn.load(folder / "back.safetensors")
    losses += train(model, after)
    nn.save(model, out / "graduate.safetensors")

    difference = max(abs(a - b) for a, b in zip(losses, at_home, strict=True))
    inputs, targets = moons()
    right = sum((model(x).data > 0) == (target > 0) for x, target in zip(inputs, targets, strict=True))
    print(f"{right} of {POINTS} points are right; the loss went from {losses[0]:.3f} to {losses[-1]:.3f}.\n"
          f"The losses of the model that stayed at home differ by {difference:.1e} at most (asked: 1e-9).")
    picture(losses, at_home, steps, out / "graduate.png")
    print(f"\npicture: {out / 'graduate.png'}\nmodel:   {out / 'graduate.safetensors'}")
    return 0 if difference <= 1e-9 else 1


def network() -> nn.MLP:
    return nn.MLP(2, [16, 16, 1], activation="tanh", init="xavier", seed=1)


def moons() -> tuple[Any, Any]:
    return nn.datasets.moons(POINTS, noise=0.1, seed=1)


def loss(predictions: Any, targets: Any) -> Any:
    return nn.binary_cross_entropy(predictions, targets, from_logits=True)


def train(model: Any, steps: int) -> list[float]:
    """Steps here, each with all points."""
    return nn.fit(model, *moons(), loss, nn.SGD(model.parameters(), RATE), steps, compiled=True).losses


def away(folder: Path) -> int:
    """What each of the two processes does. Their halves are of one size, so the mean of their means is the mean."""
    import torch
    from torch.nn.parallel import DistributedDataParallel

    torch.distributed.init_process_group("gloo")  # on graphics cards: "nccl"
    rank, size = torch.distributed.get_rank(), torch.distributed.get_world_size()
    model = nn.to_torch(nn.load(folder / "model.safetensors"))  # the door, one line
    shared = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(shared.parameters(), RATE)
    inputs, targets = (torch.tensor(some, dtype=torch.float64)[rank::size] for some in moons())
    losses: list[float] = []
    for _ in range(json.loads((folder / "steps.json").read_text(encoding="utf-8"))):
        mine = torch.nn.functional.binary_cross_entropy_with_logits(shared(inputs), targets)
        optimizer.zero_grad()
        mine.backward()  # and the gradients of both processes become their mean
        optimizer.step()
        both = mine.detach().clone()
        torch.distributed.all_reduce(both)
        losses.append(both.item() / size)
    if rank == 0:
        nn.save(nn.from_torch(model), folder / "back.safetensors")  # the way back
        (folder / "losses.json").write_text(json.dumps(losses), encoding="utf-8")
    torch.distributed.destroy_process_group()
    return 0


def picture(losses: list[float], at_home: list[float], steps: tuple[int, int, int], path: Path) -> None:
    try:
        import matplotlib
    except ImportError:
        print('no picture: pip install -e ".[demos]" brings matplotlib')
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    first = 0
    for count, color, place in zip(steps, ("#1f4e9c", "#a65000", "#1f4e9c"), ("here", "in PyTorch, two processes",
                                                                              "here again"), strict=True):
        axis.plot(range(first, first + count), losses[first : first + count], color=color, linewidth=4, alpha=0.6,
                  label=place)
        first += count
    axis.plot(at_home, color="black", linewidth=1, label="the model that stayed at home")
    axis.set(title="One curve: a model leaves for PyTorch and comes back", xlabel="step", ylabel="loss", ylim=(0, None))
    axis.legend()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


if __name__ == "__main__":
    sys.exit(main())
