"""Two moons: a boundary that bends, learned twice, and sent off in C.

micrograd's own demo: 100 points of two moons that reach into each other, and a network with two hidden layers of 16
neurons that learns to tell them apart. It is trained twice from the same start: step by step with a node for each
number, as you would write it, and compiled to machine code. In the end it becomes a file of C for a microcontroller.
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

TIME = "10 s"


def run(show: "Show") -> None:
    show.data("100 points to learn from, 1,000 fresh ones to be tested with, noise 0.1",
              "drawn at random by nn.datasets.moons, after scikit-learn's make_moons", "none is needed")
    show.six_steps(
        initialise="nn.MLP draws 337 weights", forward="model(point): a score, above 0 for the moon that hangs below",
        error="nn.hinge: how far is a score from the right side?", backward="loss.backward(), or machine code",
        update="nn.SGD: each weight a step downhill, and a little towards 0", repeat="100 times, with all 100 points")
    inputs, targets = points(100, seed=1)
    fresh, answers = points(1_000, seed=2)
    epochs = 25 if show.quick else 100
    pace = nn.LinearLR(1.0, 0.1, total_iters=epochs)  # as in micrograd: large steps first, small ones in the end

    def start() -> tuple[nn.MLP, nn.SGD]:
        model = nn.MLP(2, [16, 16, 1], seed=1)  # initialise
        # micrograd adds 0.0001 · w² for each weight w to the loss. Its slope is 0.0002 · w: a decay of each weight.
        return model, nn.SGD(model.parameters(), lr=1.0, weight_decay=0.0002)

    show.title("Learned twice")
    by_hand: list[float] = []
    began = time.perf_counter()
    model, optimizer = start()
    for epoch in show.progress(range(epochs), "eager"):  # repeat
        scores = [model(point) for point in inputs]  # forward
        loss = nn.hinge(scores, targets)  # error
        optimizer.zero_grad()
        loss.backward()  # backward
        optimizer.lr = pace(1.0, epoch)
        optimizer.step()  # update
        by_hand.append(loss.data)
    seconds = [time.perf_counter() - began]
    model, optimizer = start()
    compiled = nn.fit(model, inputs, targets, nn.hinge, optimizer, epochs, schedule=pace, compiled=True).losses
    seconds.append(time.perf_counter() - began - seconds[0])
    show.table(["", "seconds", "last loss"], [["eager, the loop in demos/moons.py", seconds[0], by_hand[-1]],
                                              ["nn.fit(..., compiled=True)", seconds[1], compiled[-1]]])
    show.tell("The same numbers; only the clock tells them apart, and most of the compiled time went into compiling.")
    show.agree("losses of all epochs", by_hand, compiled)

    show.title("Fresh points")
    answer = compile(model)
    scores = answer.batch(fresh)
    accuracy = float(np.mean((scores > 0) == (answers > 0)))
    rows: list[list[Any]] = [["ours, compiled", f"{accuracy:.1%}", seconds[1]]]
    for other in (MLPClassifier((16, 16), max_iter=3_000, random_state=1), LogisticRegression()):
        began, right = time.perf_counter(), other.fit(inputs, targets).score(fresh, answers)
        rows.append([f"scikit-learn's {type(other).__name__}", f"{right:.1%}", time.perf_counter() - began])
    show.table(["", "right", "seconds to learn"], rows)
    show.tell("MLPClassifier is a network of the same shape; LogisticRegression can only draw a straight line.")
    show.reach("accuracy on fresh points", accuracy, 0.99, quick=0.85)
    show.picture(nn.plot_decision_boundary(model, inputs, targets))
    to_a_microcontroller(show, answer, fresh, scores)
    show.next("python -m demos digits, with images in place of points; or demos/compiled.ipynb, which shows what the "
              "machine code of a neuron looks like.")


def points(count: int, seed: int) -> tuple[Any, Any]:
    inputs, targets = nn.datasets.moons(count, noise=0.1, seed=seed)
    return np.array(inputs), np.where(np.array(targets) > 0, 1.0, -1.0)


MAIN = r"""#include <stdio.h>
#include "moons.c"

int main(void)
{
    for (double point[2], score; scanf("%lf %lf", &point[0], &point[1]) == 2; printf("%.17g\n", score))
        evaluate(point, current_values, &score);
}
"""


def to_a_microcontroller(show: "Show", answer: Any, fresh: Any, scores: Any) -> None:
    """The trained network as one file of C: no library but that of mathematics, and no memory but what it declares."""
    show.title("Sent off in C")
    network, main, program = (show.out / name for name in ("moons.c", "moons_main.c", "moons"))
    network.write_text(answer.c_source, encoding="ascii")
    main.write_text(MAIN, encoding="ascii")
    show.tell(f"{network} has the network and its weights; {main} asks it about the points that it is given.")
    if not shutil.which("cc") or not shutil.which("size"):
        return show.tell("There is no C compiler here (cc, and size) to try them with.")
    subprocess.run(["cc", "-std=c99", "-Os", main, "-o", program, "-lm"], check=True)
    lines = "\n".join(f"{x} {y}" for x, y in fresh.tolist())
    said = subprocess.check_output([program.resolve()], input=lines, text=True)
    show.agree("scores of all fresh points, ours and those of C", scores, map(float, said.split()))
    subprocess.run(["cc", "-std=c99", "-Os", "-c", network, "-o", show.out / "moons.o"], check=True)
    size = subprocess.check_output(["size", show.out / "moons.o"], text=True).split()[6]
    show.tell(f"""For this machine that is {int(size):,} bytes of code and numbers, and {8 * 337:,} of them
        are the 337 weights. Where a double has four bytes, as on an Arduino Uno, weights take half as much, and about
        six digits of a score are right, which is plenty: what counts is its sign.""")


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos moons")
