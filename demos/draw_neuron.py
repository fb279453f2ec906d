"""One step of a neuron's learning, in four pictures.

The neuron is y = tanh(w1·x1 + w2·x2 + b). For one pair of inputs it should say 1, and the loss L = (y - 1)² is how far
it is from that. The pictures show what it calculates, how each step of that responds to its own inputs, how the
gradient comes back by the chain rule, and that a step against the gradient made the loss smaller.
"""

import argparse
import sys
from pathlib import Path

from autograd import Drawing, Value, draw, tanh

RATE = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  python demos/draw_neuron.py\n  python demos/draw_neuron.py slides --format png")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("pictures"),
                        help="where the pictures go; created if missing (default: %(default)s)")
    parser.add_argument("--format", choices=["svg", "png"], default="svg", help="(default: %(default)s)")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")
    try:
        for name, (drawing, text) in step().items():
            print(drawing.render(arguments.folder / f"neuron-{name}.{arguments.format}"), text, sep="\n  ")
    except OSError as error:
        parser.error(f"cannot write to {arguments.folder}: {error.strerror}")
    return 0


def step() -> dict[str, tuple[Drawing, str]]:
    """The four pictures by name, each with a sentence about it."""
    x1, x2 = Value(2.0, "x1"), Value(-1.0, "x2")
    parameters = {"w1": Value(-0.5, "w1"), "w2": Value(1.0, "w2"), "b": Value(1.5, "b")}
    w1, w2, b = parameters.values()

    loss = neuron(w1, w2, b, x1, x2)
    first = loss.data
    pictures = {
        "1-forward": (draw(loss, names=parameters, gradients=False, partials=False),
                      f"Forward: every box is calculated from the boxes before it. L = {first:.4f}"),
        "2-local-derivatives": (draw(loss, names=parameters, gradients=False),
                                "Local derivatives: how fast each box changes with each of its own inputs"),
    }
    loss.backward()
    gradients = ", ".join(f"{name}: {parameter.grad:.4f}" for name, parameter in parameters.items())
    pictures["3-gradients"] = (draw(loss, names=parameters),
                               f"Gradients: they flow back from L, times the derivative on each arrow. {gradients}")
    for parameter in parameters.values():
        parameter.data -= RATE * parameter.grad
        parameter.grad = 0.0
    loss = neuron(w1, w2, b, x1, x2)
    pictures["4-after-update"] = (draw(loss, names=parameters, gradients=False, partials=False),
                                  f"After a step of {RATE} against the gradient: L = {first:.4f} → {loss.data:.4f}")
    return pictures


def neuron(w1: Value, w2: Value, b: Value, x1: Value, x2: Value) -> Value:
    """The loss of the neuron, with names for what is on the way."""
    z = w1 * x1 + w2 * x2 + b
    y = tanh(z)
    loss = (y - 1) ** 2
    z.label, y.label, loss.label = "z", "y", "L"
    return loss


if __name__ == "__main__":
    sys.exit(main())
