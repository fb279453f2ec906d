"""A network that learns XOR, in pictures from before and after.

Before and after the training there are five pictures: the network as in a textbook, with what it makes of one
sample; the gradients of its weights; the graph of its loss over all four samples, collapsed to one box per layer; the
graph of the loss of one sample, opened; and what the network says everywhere in the plane. The last one shows the
loss in every epoch.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nn
from autograd import Value, draw

EPOCHS = 300


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  python demos/draw_network.py\n  python demos/draw_network.py slides --format png")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("pictures"),
                        help="where the pictures go; created if missing (default: %(default)s)")
    parser.add_argument("--format", choices=["svg", "png"], default="svg", help="(default: %(default)s)")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")
    try:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for name, write in pictures():
            path = arguments.folder / f"{name}.{arguments.format}"
            write(path)
            print(path)
    except OSError as error:
        parser.error(f"cannot write to {arguments.folder}: {error.strerror}")
    except ImportError as error:
        parser.error(str(error))
    return 0


def pictures() -> Iterator[tuple[str, Callable[[Path], Any]]]:
    """The pictures in order: of each its name, and what writes it to a file."""
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    yield from pictures_of("network-before", model)
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    history = nn.fit(model, *nn.datasets.xor(), nn.mean_squared_error, optimizer, epochs=EPOCHS)
    yield from pictures_of("network-after", model)
    yield "network-losses", history.plot().savefig


def pictures_of(name: str, model: nn.MLP) -> Iterator[tuple[str, Callable[[Path], Any]]]:
    inputs, targets = nn.datasets.xor()
    yield name, nn.draw_network(model, inputs[1]).render

    loss = nn.mean_squared_error([model(row) for row in inputs], targets)
    model.zero_grad()
    loss.backward()
    yield f"{name}-gradients", nn.draw_network(model, gradients=True).render
    yield f"{name}-collapsed", draw(loss, names=model, max_nodes=12).render

    x = [Value(number, f"x{place}") for place, number in enumerate(inputs[1], 1)]
    loss = (model(x) - targets[1]) ** 2
    model.zero_grad()
    loss.backward()
    yield f"{name}-opened", draw(loss, names=model).render
    yield f"{name}-boundary", nn.plot_decision_boundary(model, inputs, targets).savefig


if __name__ == "__main__":
    sys.exit(main())
