"""Two moons, and a network that graduates: it begins here, goes on in PyTorch on two processes, and comes home.

It is trained by glassgrad, a node for each number, and handed over to PyTorch. There torch.distributed trains it on:
two processes with half of the points each, whose gradients PyTorch averages (DistributedDataParallel, over gloo). Then
it comes back. Meanwhile glassgrad trains on as well, alone: the two go down the same curve, loss for loss.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nn

SIZES, RATE, AGREED = (2, [16, 16, 1]), 0.2, 1e-9
POINTS, ANSWERS = nn.datasets.moons(100, noise=0.1, seed=1)


def main() -> int | str:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=(
        "examples:\n  python demos/graduate.py\n  python demos/graduate.py --quick --out /tmp/graduate"))
    parser.add_argument("--out", type=Path, default=Path("graduate"), metavar="FOLDER",
                        help="where weights, losses and the picture go; created if missing (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)  # what torchrun starts
    arguments = parser.parse_args()
    steps, folder = 15 if arguments.quick else 150, arguments.out
    try:
        import torch
    except ImportError:
        parser.error('PyTorch is needed: pip install -e ".[torch,demos]"')
    if arguments.worker:
        work(folder, steps)
    sys.stdout.reconfigure(errors="replace")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"cannot write to {folder}: {error.strerror}")

    model = nn.MLP(*SIZES, activation="tanh", seed=1)
    print(f"1. Here, alone: {steps} steps of a network with {len(model.parameters())} parameters.")
    first = train(model, steps)
    print(f"   The loss fell from {first[0]:.6f} to {first[-1]:.6f}.")
    handed = nn.to_torch(model)
    torch.save(handed.state_dict(), folder / "handed-over.pt")
    print("   Handed over: " + ", ".join(f"{name} {[*x.shape]}" for name, x in handed.state_dict().items()))

    print(f"2. In PyTorch, in two processes: {steps} steps more.")
    if launch(folder, arguments.quick):
        return "torchrun failed; what it said stands above"
    theirs = json.loads((folder / "losses.json").read_text(encoding="utf-8"))
    print(f"   The loss fell on, from {theirs[0]:.6f} to {theirs[-1]:.6f}.")

    print("3. Back here, and beside it the one that never left.")
    handed.load_state_dict(torch.load(folder / "brought-back.pt", weights_only=True))
    back, ours = nn.from_torch(handed), train(model, steps)
    pairs = zip(back.state_dict().values(), model.state_dict().values(), strict=True)
    agreed = [check("losses", max(abs(a - b) for a, b in zip(theirs, ours, strict=True))),
              check("parameters", max(abs(a - b) for a, b in pairs))]
    last = train(back, steps // 3)
    print(f"   {steps // 3} steps more, here again: the loss is {last[-1]:.6f}.")
    draw(folder / "graduate.png", first, theirs, ours, last)
    return 0 if all(agreed) else 1


def train(model: nn.Module, steps: int) -> list[float]:
    """Steps of glassgrad with all points. Returns the losses."""
    optimizer = nn.SGD(model.parameters(), lr=RATE)
    return nn.fit(model, POINTS, ANSWERS, lambda p, t: nn.binary_cross_entropy(p, t, from_logits=True), optimizer,
                  steps).losses


def launch(folder: Path, quick: bool) -> int:
    """Start this program in two processes, as `torchrun --standalone --nproc-per-node 2` does."""
    root = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    surroundings = {"OMP_NUM_THREADS": "1", **os.environ, "PYTHONPATH": paths}
    return subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", __file__, "--worker",
         "--out", folder, *["--quick"] * quick], env=surroundings).returncode


def work(folder: Path, steps: int) -> None:
    """One of the two processes: PyTorch, and nothing else, trains with half of the points."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits
    from torch.nn.parallel import DistributedDataParallel

    torch.distributed.init_process_group("gloo")
    rank, processes = torch.distributed.get_rank(), torch.distributed.get_world_size()
    model = nn.to_torch(nn.MLP(*SIZES, activation="tanh"))
    model.load_state_dict(torch.load(folder / "handed-over.pt", weights_only=True))
    copies = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(copies.parameters(), lr=RATE)
    inputs, targets = (torch.tensor(x[rank::processes], dtype=torch.float64) for x in (POINTS, ANSWERS))
    losses: list[float] = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(copies(inputs), targets)
        loss.backward()  # which averages the gradients of the processes
        optimizer.step()
        mean = loss.detach() / processes
        torch.distributed.all_reduce(mean)
        losses.append(mean.item())
    if not rank:
        torch.save(model.state_dict(), folder / "brought-back.pt")
        (folder / "losses.json").write_text(json.dumps(losses), encoding="utf-8")
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
    os._exit(0)  # now and then a thread of PyTorch's gloo aborts the process while Python tidies up


def check(what: str, difference: float) -> bool:
    """Say whether both ways led to the same numbers."""
    agree = difference <= AGREED
    print(f"   {'✓' if agree else '✗'} {what} of both ways: the same to {difference:.1e} (asked: to {AGREED:.0e})")
    return agree


def draw(path: Path, first: Any, theirs: Any, ours: Any, last: Any) -> None:
    """The one curve, and the other one on top of it."""
    try:
        import matplotlib
    except ImportError:
        print('   No picture: pip install "glassgrad[demos]" brings matplotlib.')
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot
    begin, end = len(first), len(first) + len(theirs)
    figure, axes = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    axes.plot(range(begin), first, color="#1f4e9c", linewidth=2, label="glassgrad, a node for each number")
    axes.plot(range(begin, end), theirs, color="#d9480f", linewidth=2, label="PyTorch, two processes")
    axes.plot(range(end, end + len(last)), last, color="#1f4e9c", linewidth=2)
    axes.plot(range(begin, end, 5), ours[::5], "o", color="black", fillstyle="none", label="glassgrad, gone on alone")
    for place, text in ((begin, " handed over"), (end, " brought back")):
        axes.axvline(place, color="gray", linestyle=":")
        axes.text(place, max(first), text, va="top", color="gray")
    axes.set(xlabel="step", ylabel="loss", title="One training: here, in PyTorch, and here again")
    axes.legend(loc="center right", framealpha=1)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    print(f"   The curve: {path}")


if __name__ == "__main__":
    sys.exit(main())
