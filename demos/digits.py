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
from autograd import Value, compile, take

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
    for seed in show.progress(range(seeds), "seeds"):
        x, fresh, y, answers = train_test_split(pixels, digits, test_size=0.2, stratify=digits, random_state=seed)
        model = nn.MLP(*SHAPE, init="he", seed=seed)  # initialise
        optimizer = nn.Adam(model.parameters(), RATE)
        began = time.perf_counter()
        # For each batch: forward and error, backward, update; and repeat
        nn.fit(model, x, y, nn.cross_entropy, optimizer, epochs, BATCH, seed=seed, compiled=True, progress=False)
        seconds = time.perf_counter() - began
        scores = np.stack(compile(model).batch(fresh), axis=1)
        rows.append([f"seed {seed}", float(np.mean(scores.argmax(axis=1) == answers)), seconds])
        for other in (MLPClassifier(SHAPE[1][:1], learning_rate_init=RATE, batch_size=BATCH, random_state=seed),
                      LogisticRegression(max_iter=1_000)):
            began = time.perf_counter()
            other.fit(x, y)
            seconds = time.perf_counter() - began
            rows[-1] += other.score(fresh, answers), seconds
    means = [float(np.mean(column)) for column in list(zip(*rows, strict=True))[1:]]
    show.table(["share that is right", "ours", "s", "MLPClassifier", "s", "LogisticRegression", "s"],
               [*rows, ["mean", *means]] if seeds > 1 else rows)
    show.tell("s: seconds to learn. MLPClassifier is scikit-learn's network of the same shape, which decides by itself "
              "when to stop; LogisticRegression has no hidden layer. One image is 0.3 % of a test, and by chance alone "
              "a result is wrong by almost 1 %: do not call a winner by one seed.")
    show.reach("mean accuracy on images not seen", means[0], 0.96, quick=0.9)
    show.beside_eager(lambda: nn.MLP(*SHAPE, seed=0), nn.cross_entropy, x[:BATCH], y[:BATCH])
    mistakes(show, fresh, answers, scores)
    saliency(show, model, fresh, scores.argmax(axis=1))
    show.next("python -m demos speakers, where the order of things counts: sounds, one after the other.")


def mistakes(show: "Show", fresh: Any, answers: Any, scores: Any) -> None:
    wrong = np.flatnonzero(scores.argmax(axis=1) != answers)
    show.tell(f"Of the last {len(fresh)} images it misreads {len(wrong)}. Many of them would give you pause, too.")
    rows = min(3, max(1, -(-len(wrong) // 6)))
    figure, axes = show.axes(rows, 6, (11, 2.3 * rows + 0.3), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, place in zip(axes.flat, wrong, strict=False):
        axis.imshow(fresh[place].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        axis.set_title(f"a {answers[place]}, read as {scores[place].argmax()}", fontsize=11)
    figure.suptitle("What it gets wrong")
    show.picture(figure, "mistakes")


def saliency(show: "Show", model: nn.MLP, fresh: Any, winners: Any) -> None:
    """The gradient of the score that wins with respect to each pixel: of one image by backward(), of all compiled."""
    show.title("Which pixels say so")
    every = compile(lambda digit, image: take(digit, *model(image)), argument=1).batch_gradients(winners, fresh)
    figure, axes = show.axes(3, 10, (14, 5.4))
    pairs: list[tuple[Any, Any]] = []
    for digit, (top, middle, bottom) in enumerate(axes.T):
        first = np.flatnonzero(winners == digit)[0]
        inputs = [Value(pixel) for pixel in fresh[first]]  # not the weights are asked about, but the image
        model(inputs)[digit].backward()
        slopes = [pixel.grad for pixel in inputs]
        pairs += zip(slopes, every[first], strict=True)
        top.set_title(f"read as {digit}")
        top.imshow(fresh[first].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        for axis, shown in ((middle, np.array(slopes)), (bottom, every[winners == digit].mean(axis=0))):
            most = abs(shown).max()
            axis.imshow(shown.reshape(8, 8), cmap="PuOr", vmin=-most, vmax=most)
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[])
    for axis, name in zip(axes[:, 0], ("an image", "its slopes", "mean slopes\nof all such images"), strict=True):
        axis.set_ylabel(name)
    figure.suptitle("Which pixels speak for a digit? Violet: more ink there raises its score. Orange: it lowers it.")
    show.agree("slopes of ten images, by backward() and compiled", *zip(*pairs, strict=True))
    show.tell("Many are what you would say yourself: ink in the hole speaks against a 0. But a slope only says what a "
              "little more ink would do to this score, not why the network decided as it did. Where paper is white in "
              "nearly every image, such as at the edge, weights have hardly learned, and colours mean little.")
    show.picture(figure, "saliency")


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos digits")
