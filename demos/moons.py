"""Two moons: a boundary that bends, learned twice, and sent off in C.

micrograd's own demo: 100 points of two moons that reach into each other, and a network with two hidden layers of 16
neurons that learns to tell them apart. It is trained twice from the same start, by the eager engine, a node for each
number, and compiled to machine code. In the end it becomes a file of C, as a microcontroller would run it.
"""

import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

import nn
from autograd import compile

if TYPE_CHECKING:
    from demos.kit import Show

TIME = "15 s"
SHAPE = 2, [16, 16, 1]


def run(show: "Show") -> None:
    show.data("100 points to learn from, 1,000 fresh ones to be tested with, noise 0.1",
              "drawn at random by nn.datasets.moons, after scikit-learn's make_moons", "none is needed")
    show.six_steps(
        initialise="nn.MLP draws 337 weights", forward="model(x): from a point to a score, above 0 for the upper moon",
        error="nn.hinge: how far is a score from the right side?", backward="loss.backward(), or machine code",
        update="nn.SGD: each weight a little downhill", repeat="once for each epoch, with all 100 points")
    inputs, targets = points(100, seed=1)
    fresh, answers = points(1_000, seed=2)

    show.title("Learned twice")
    epochs = 60 if show.quick else 300
    models, seconds, losses = {}, {}, {}
    for way in ("eager", "compiled"):
        model = nn.MLP(*SHAPE, seed=1)  # initialise
        optimizer = nn.SGD(model.parameters(), lr=0.1)
        began = time.perf_counter()
        # For each epoch: forward and error, backward, update; and repeat. demos/xor.py has this loop written out.
        history = nn.fit(model, inputs, targets, nn.hinge, optimizer, epochs, compiled=way == "compiled")
        models[way], seconds[way], losses[way] = model, time.perf_counter() - began, history.losses
    show.table(["", "seconds", "last loss"], [[way, seconds[way], f"{losses[way][-1]:.12f}"] for way in models])
    show.tell("The same numbers; only the clock tells them apart, and most of the compiled time went into compiling.")
    show.agree("losses of all epochs", *losses.values())

    show.title("Fresh points")
    scores = compile(models["compiled"]).batch(fresh)
    accuracy = float(np.mean((scores > 0) == (answers > 0)))
    others = {"a straight line, by scikit-learn's LogisticRegression": LogisticRegression(),
              "scikit-learn's MLPClassifier of the same shape": MLPClassifier((16, 16), max_iter=3_000, random_state=1)}
    show.table(["", "right"], [*([name, f"{other.fit(inputs, targets).score(fresh, answers):.1%}"]
                                 for name, other in others.items()), ["ours", f"{accuracy:.1%}"]])
    show.reach("accuracy on fresh points", accuracy, 0.99, quick=0.9)
    show.picture(nn.plot_decision_boundary(models["compiled"], inputs, targets))
    to_a_microcontroller(show, models["compiled"], fresh[:20])
    show.next("python -m demos digits, with images in place of points; or demos/compiled.ipynb, which shows what the "
              "machine code of a neuron looks like.")


def points(count: int, seed: int) -> tuple[Any, Any]:
    inputs, targets = nn.datasets.moons(count, noise=0.1, seed=seed)
    return np.array(inputs), np.where(np.array(targets) > 0, 1.0, -1.0)


MAIN = """
#include <stdio.h>

int main(void)
{
    double point[2], score;
    while (scanf("%lf %lf", &point[0], &point[1]) == 2) {
        evaluate(point, current_values, &score);
        printf("%.17g\\n", score);
    }
    return 0;
}
"""


def to_a_microcontroller(show: "Show", model: nn.MLP, some: Any) -> None:
    """The trained network as one file of C: no library but that of mathematics, and no memory but what it declares."""
    show.title("Sent off in C")
    compiled = compile(model)
    expected = [compiled(list(point)) for point in some]  # the first call records what is written down
    path, program = show.out / "moons.c", show.out / "moons"
    path.write_text(compiled.c_source + MAIN, encoding="ascii")
    show.tell(f"{path}: {len(compiled.c_source.splitlines())} lines of C have the network and its weights.")
    if shutil.which("gcc") is None:
        show.tell("There is no gcc here to try it with.")
        return
    subprocess.run(["gcc", "-std=c99", "-Os", "-ffunction-sections", "-Wl,--gc-sections", path, "-o", program, "-lm"],
                   check=True)
    lines = "\n".join(f"{x} {y}" for x, y in some.tolist())
    answers = subprocess.run([program.resolve()], input=lines, capture_output=True, text=True, check=True).stdout
    show.agree("scores of 20 fresh points, ours and those of gcc's program", expected, map(float, answers.split()))


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos moons")
