"""The pictures that the README and the book show. After a change of what pictures look like, run this again.

Their numbers are all exact in binary and the layout is always made by graphviz-pure, so that they are the same, byte
for byte, on every machine.
"""

import argparse
import os
import sys
from pathlib import Path

from autograd import Drawing, Value, draw, relu
from nn import MLP, draw_network

FOLDER = Path(__file__).parents[1] / "docs"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  python demos/readme_pictures.py\n  python demos/readme_pictures.py pictures")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER,
                        help="where the pictures go; created if missing (default: docs, beside demos)")
    folder = parser.parse_args().folder
    os.environ["PATH"] = ""  # on which there may be another layout program
    try:
        for name, make in PICTURES.items():
            print(make().render(folder / f"{name}.svg"))
    except OSError as error:
        parser.error(f"cannot write to {folder}: {error.strerror}")
    return 0


def neuron() -> Drawing:
    """A neuron of one input and the gradients of its loss."""
    w, x, b = Value(0.75, "w"), Value(2.0, "x"), Value(0.5, "b")
    loss = (relu(w * x + b) - 1) ** 2
    loss.label = "L"
    loss.backward()
    return draw(loss, names={"w": w, "b": b})


def network() -> Drawing:
    """The smallest network that knows XOR: how many inputs are 1, less 2 if that is more than one."""
    model = MLP(2, [2, 1], activation="relu")
    for parameter, number in zip(model.parameters(), [1, 1, 0, 1, 1, -1, 1, -2, 0]):
        parameter.data = number
    return draw_network(model, inputs=[1, 1])


def graph() -> Drawing:
    """The graph that the tutorial begins with."""
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b + a ** 2
    c.label = "c"
    return draw(c)


def paths() -> Drawing:
    """A number that is used twice, with both of its paths to the output."""
    w, x = Value(-3.0, "w"), Value(2.0, "x")
    loss = (w * x + x) ** 2
    loss.label = "L"
    loss.backward()
    return draw(loss, highlight=x)


PICTURES = {"neuron": neuron, "network": network, "graph": graph, "paths": paths}

if __name__ == "__main__":
    sys.exit(main())
