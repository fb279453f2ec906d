"""Handwritten digits: which one is it, and which pixels say so.

1,797 images of 8 by 8 pixels. A network with one hidden layer learns to read them, from four fifths; the last fifth is
for the test. Then we look at what it gets wrong, and ask backward() a question that is seldom asked: not how the answer
changes with the weights, but how it changes with each pixel.
"""

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import nn
from autograd import Value, compile

if TYPE_CHECKING:
    from demos.kit import Show

TIME = "20 s"
SHAPE, RATE, BATCH = (64, [48, 10]), 0.005, 32


def run(show: "Show") -> None:
    show.data("1,797 images of handwritten digits, 8 by 8 pixels with 17 levels of grey", "E. Alpaydin and C. Kaynak, "
              "Optical Recognition of Handwritten Digits, UCI, 1998, as in scikit-learn", "CC BY 4.0")
    show.six_steps(
        initialise="nn.MLP draws 3,610 weights", forward="model(pixels): a score for each of the ten digits",
        error="nn.cross_entropy: how unlikely did it find the right digit?", backward="the chain rule, as machine code",
        update="nn.Adam, which gives each weight a pace of its own", repeat="32 images a step, all of them in an epoch")
    pixels, digits = load_digits(return_X_y=True)
    pixels = pixels / 16  # to between 0 and 1
    seeds, epochs = (1, 8) if show.quick else (5, 40)

    show.title(f"Learned {seeds} times, each time tested on another fifth" if seeds > 1 else "Learned once")
    rows: list[list[Any]] = []
    accuracies: list[float] = []
    for seed in show.progress(range(seeds), "seeds"):
        x, fresh, y, answers = train_test_split(pixels, digits, test_size=0.2, stratify=digits, random_state=seed)
        began = time.perf_counter()
        model = nn.MLP(*SHAPE, init="he", seed=seed)  # initialise
        optimizer = nn.Adam(model.parameters(), RATE)
        # For each batch: forward and error, backward, update; and repeat
        nn.fit(model, x, y, nn.cross_entropy, optimizer, epochs, BATCH, seed=seed, compiled=True, progress=False)
        seconds = time.perf_counter() - began
        scores = np.stack(compile(model).batch(fresh), axis=1)
        accuracies.append(float(np.mean(scores.argmax(axis=1) == answers)))
        line = LogisticRegression(max_iter=1_000).fit(x, y).score(fresh, answers)
        network = MLPClassifier(SHAPE[1][:1], learning_rate_init=RATE, batch_size=BATCH, random_state=seed).fit(x, y)
        figures = accuracies[-1], network.score(fresh, answers), line
        rows.append([f"seed {seed}", *(f"{figure:.1%}" for figure in figures), seconds])
    show.table(["", "ours", "MLPClassifier", "LogisticRegression", "our seconds"], rows)
    show.reach("mean accuracy on images not seen", float(np.mean(accuracies)), 0.96, quick=0.9)
    show.beside_eager(lambda: nn.MLP(*SHAPE, seed=0), nn.cross_entropy, x[:BATCH], y[:BATCH])
    mistakes(show, fresh, answers, scores)
    saliency(show, model, fresh, answers)
    show.next("python -m demos speakers, where the order of things counts: sounds, one after the other.")


def mistakes(show: "Show", fresh: Any, answers: Any, scores: Any) -> None:
    wrong = np.flatnonzero(scores.argmax(axis=1) != answers)
    show.tell(f"Of the last {len(fresh)} images it misreads {len(wrong)}. Many of them would give you pause, too.")
    rows = min(3, max(1, -(-len(wrong) // 6)))
    figure, axes = show.axes(rows, 6, (11, 2.3 * rows + 0.3), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, place in zip(axes.flat, wrong, strict=False):
        axis.imshow(fresh[place].reshape(8, 8), cmap="gray_r")
        axis.set_title(f"a {answers[place]}, read as {scores[place].argmax()}", fontsize=11)
    figure.suptitle("What it gets wrong")
    show.picture(figure, "mistakes")


def saliency(show: "Show", model: nn.MLP, fresh: Any, answers: Any) -> None:
    """The gradient of an answer with respect to each pixel, for the first image of each digit."""
    figure, axes = show.axes(2, 10, (14, 3.6))
    for digit in range(10):
        image = fresh[np.flatnonzero(answers == digit)[0]]
        inputs = [Value(pixel) for pixel in image]  # not the weights are asked about, but the image
        model(inputs)[digit].backward()
        slopes = np.array([pixel.grad for pixel in inputs]).reshape(8, 8)
        most = abs(slopes).max()
        axes[0, digit].set_title(f"a {digit}")
        axes[0, digit].imshow(image.reshape(8, 8), cmap="gray_r")
        axes[1, digit].imshow(slopes, cmap="PuOr", vmin=-most, vmax=most)
        for axis in axes[:, digit]:
            axis.axis("off")
    figure.suptitle("Which pixels speak for a digit? Violet: more ink there raises its score. Orange: it lowers it.")
    show.picture(figure, "saliency")


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos digits")
