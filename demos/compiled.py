"""Two moons three times: trained eagerly, compiled step by step, and compiled in one go.

All three start from the same weights and end at the same loss; only the clock tells them apart. Then one neuron is
shown three times: as loops over places, as C, and as the instructions of this machine.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import compile, relu


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=(
        "examples:\n  python demos/compiled.py\n  python demos/compiled.py --steps 50 --picture none"))
    parser.add_argument("--steps", type=int, default=300, metavar="N", help="steps of training (default: %(default)s)")
    parser.add_argument("--picture", default="compiled.png", metavar="FILE",
                        help="where the boundary is drawn as it is learned; 'none' for no picture")
    arguments = parser.parse_args()
    if arguments.steps < 1:
        parser.error(f"--steps is at least 1, not {arguments.steps}")
    sys.stdout.reconfigure(errors="replace")
    inputs, targets = nn.datasets.moons(100, noise=0.1, seed=1)
    targets = [1.0 if target > 0 else -1.0 for target in targets]
    train(inputs, targets, arguments.steps)
    if arguments.picture != "none":
        draw(inputs, targets, arguments.steps, Path(arguments.picture))
    look_inside()
    return 0


def train(inputs: Any, targets: Any, steps: int) -> None:
    """The same training three times, with its times and its last loss."""
    def eager(model: Any, optimizer: Any) -> float:
        loss = 0.0
        for _ in range(steps):
            output = nn.hinge([model(x) for x in inputs], targets)
            optimizer.zero_grad()
            output.backward()
            optimizer.step()
            loss = output.data
        return loss

    def stepwise(model: Any, optimizer: Any) -> float:
        training = nn.compile(model, nn.hinge, optimizer)
        arrays = np.array(inputs), np.array(targets)  # lists would be copied in every step
        return [training.step(*arrays) for _ in range(steps)][-1]

    def at_once(model: Any, optimizer: Any) -> float:
        return nn.compile(model, nn.hinge, optimizer).run(inputs, targets, steps, progress=False)[-1]

    print(f"MLP(2, [16, 16, 1]) on 100 points of two moons, {steps} steps. Compiling is part of the time; what was\n"
          "compiled once is kept, so the last one has no need to wait for it.\n")
    print("                        time     last loss")
    ways: dict[str, Callable[[Any, Any], float]] = {
        "eager": eager, "compiled, each step": stepwise, "compiled, in run": at_once}
    for name, way in ways.items():
        model, optimizer = beginning()
        began = time.perf_counter()
        loss = way(model, optimizer)
        print(f"  {name:20} {time.perf_counter() - began:7.3f} s  {loss:.10f}")


def draw(inputs: Any, targets: Any, steps: int, path: Path) -> None:
    """The boundary between the moons, at four moments of the training."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        print('\nno picture: pip install "glassgrad[demos]" brings matplotlib')
        return
    model, optimizer = beginning()
    training = nn.compile(model, nn.hinge, optimizer)
    across, up = np.meshgrid(np.linspace(-1.6, 2.6, 160), np.linspace(-1.2, 1.7, 120))
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.2), sharex=True, sharey=True, layout="constrained")
    done = 0
    for axis, moment in zip(axes, (0, steps // 10, steps // 3, steps), strict=True):
        training.run(inputs, targets, moment - done, progress=False)
        done = moment
        scores = training.predict(np.column_stack([across.ravel(), up.ravel()])).reshape(across.shape)
        axis.contourf(across, up, scores, levels=[-1e9, 0, 1e9], colors=["#cfe2ff", "#ffe0b2"])
        for sign, color in ((-1, "#1f4e9c"), (1, "#a65000")):
            points = np.array([x for x, target in zip(inputs, targets, strict=True) if target == sign])
            axis.scatter(points[:, 0], points[:, 1], s=14, color=color)
        axis.set_title(f"after {moment} steps")
    figure.savefig(path, dpi=110)
    plt.close(figure)
    print(f"\nThe boundary as it is learned: {path}")


def look_inside() -> None:
    """One neuron as a listing, as C, and as machine code."""
    neuron = compile(lambda w, x: relu(w[0] * x[0] + w[1] * x[1] + w[2]))
    print(f"\nOne neuron, relu(w0·x0 + w1·x1 + w2): at (1, 2) with the weights 3, -1, 0.5 it is "
          f"{neuron([3.0, -1.0, 0.5], [1.0, 2.0])}\n")
    for title, shown in (("as loops over places", neuron.listing), ("in C", forward_of(neuron.c_source)),
                         ("as instructions of this machine", instructions(neuron))):
        print(f"---- {title} ".ljust(100, "-"), shown, "", sep="\n")


def forward_of(source: str) -> str:
    """The part of the C file that calculates."""
    start = source.index("static void forward")
    return source[start : source.index("\n}\n", start) + 2]


def instructions(neuron: Any) -> str:
    """The instructions of the same part; without a compiler, why there are none."""
    try:
        lines = neuron.assembly.splitlines()
    except ImportError:
        return 'pip install "glassgrad[compile]" brings the compiler'
    start = next(place for place, line in enumerate(lines) if line.startswith(("forward.0:", '"forward.0":')))
    end = next(place for place, line in enumerate(lines[start:], start) if line.strip().startswith("ret"))
    return "\n".join(line.expandtabs(4) for line in lines[start : end + 1] if not line.strip().startswith("."))


def beginning() -> tuple[Any, Any]:
    """A new network, always with the same weights, and its optimizer."""
    model = nn.MLP(2, [16, 16, 1], seed=1)
    return model, nn.SGD(model.parameters(), lr=0.1)


if __name__ == "__main__":
    sys.exit(main())
