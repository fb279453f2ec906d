"""Who is speaking? Nine voices, told apart by two vowels.

Nine men say the vowels "ae" again and again. Each recording is a row of frames, moments of a few milliseconds, and each
frame twelve numbers that say how the sound is shaped. First a plain network, which is given four frames at once. Then
two networks that hear one frame after the other and remember: and we see how far back the gradient reaches in each.
"""

import random
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.neural_network import MLPClassifier
from sktime.datasets import load_japanese_vowels

import nn
from autograd import Value, compile

if TYPE_CHECKING:
    from demos.kit import Show

TIME = "20 s"
SPEAKERS, COEFFICIENTS, FRAMES = 9, 12, 4


class Listener(nn.Module):
    """Hears one frame after the other. What it remembers after the last one decides."""

    def __init__(self, cell: Any, seed: int) -> None:
        draw = random.Random(seed)  # initialise
        self.cell, self.answer = cell(COEFFICIENTS, 16, seed=draw), nn.Linear(16, SPEAKERS, seed=draw)

    def __call__(self, frames: Any) -> Any:  # forward: the same cell, unrolled through time
        memory = None
        for frame in frames:
            memory = self.cell(frame, memory)
        return self.answer(memory)


def run(show: "Show") -> None:
    show.data("640 recordings of 9 speakers: 270 to learn from, 370 for the test, as the authors split them",
              "M. Kudo, J. Toyama, M. Shimbo: Japanese Vowels, UCI, 1999, as in the package sktime", "CC BY 4.0")
    show.six_steps(
        initialise="MLP and Listener draw their weights", forward="model(frames): a score for each speaker",
        error="nn.cross_entropy: how unlikely is the right one?", backward="the chain rule, back through all frames",
        update="nn.AdamW and nn.Adam", repeat="27 recordings a step, all of them in an epoch")
    x, speakers, fresh, answers = recordings(FRAMES)
    x, fresh = x.reshape(len(x), -1), fresh.reshape(len(fresh), -1)

    show.title(f"Four frames at once, {FRAMES * COEFFICIENTS} numbers")
    rows: list[Any] = []
    for seed in show.progress(range(1 if show.quick else 5), "seeds"):
        model = nn.MLP(FRAMES * COEFFICIENTS, [32, SPEAKERS], "tanh", init="xavier", seed=seed)  # initialise
        optimizer = nn.AdamW(model.parameters(), 0.01, weight_decay=0.1)
        # For each batch: forward and error, backward, update; and repeat
        history = nn.fit(model, x, speakers, nn.cross_entropy, optimizer, 60, 27, seed=seed, compiled=True)
        theirs = MLPClassifier(32, max_iter=1_000, random_state=seed).fit(x, speakers).score(fresh, answers)
        rows.append([f"seed {seed}", accuracy(model, fresh, answers), theirs, history.seconds])
    show.table(["share that is right", "ours", "MLPClassifier", "our seconds"], rows)
    show.reach("mean accuracy on the test file", float(np.mean([row[1] for row in rows])), 0.97, quick=0.95)
    vanishing(show, 5 if show.quick else 14)
    show.next("python -m demos names: attention, which needs no memory, as it looks back at all that came before.")


def recordings(frames: int) -> tuple[Any, ...]:
    """Those to learn from, as so many frames of coefficients, and who spoke; and those for the test."""
    found: list[Any] = []
    for split in ("train", "test"):
        table, speakers = load_japanese_vowels(split=split, return_type="nested_univ", return_X_y=True)
        rows = [[np.interp(np.linspace(0, len(series) - 1, frames), np.arange(len(series)), series) for series in row]
                for row in table.itertuples(index=False)]  # they last 7 to 29 frames: straight lines lie between these
        found += [np.array(rows).swapaxes(1, 2), speakers.astype(int) - 1]
    usual, spread = found[0].mean(axis=(0, 1)), found[0].std(axis=(0, 1))  # of those to learn from alone
    return (found[0] - usual) / spread, found[1], (found[2] - usual) / spread, found[3]


def accuracy(model: Any, inputs: Any, answers: Any) -> float:
    return float(np.mean(np.stack(compile(model).batch(inputs), axis=1).argmax(axis=1) == answers))


def vanishing(show: "Show", moments: int) -> None:
    """Two networks with memory, and how large the gradient is at each frame."""
    show.title(f"One frame after the other, {moments} of them")
    x, speakers, fresh, answers = recordings(moments)
    figure, axis = show.axes(size=(9, 5))
    rows: list[Any] = []
    for name, cell, color in (("tanh", nn.RNNCell, "#a65000"), ("gated (GRU)", nn.GRUCell, "#1f4e9c")):
        model = Listener(cell, seed=1)
        optimizer = nn.Adam(model.parameters(), 0.01)
        before = gradient_sizes(model, fresh, answers)
        nn.fit(model, x, speakers, nn.cross_entropy, optimizer, 30, 27, seed=1, compiled=True)
        after = gradient_sizes(model, fresh, answers)
        rows.append([name, accuracy(model, fresh, answers), after[0], before[0]])
        axis.semilogy(range(1, moments + 1), after, "o-", color=color, label=f"{name}, after it has learned")
        axis.semilogy(range(1, moments + 1), before, "o:", color=color, alpha=0.6, label=f"{name}, before")
    show.table(["cell", "share that is right", "gradient at frame 1, of that at the last", "before learning"], rows)
    show.beside_eager(lambda: Listener(nn.RNNCell, seed=1), nn.cross_entropy, x[::90], speakers[::90])
    show.reach("times that the gradient at frame 1 is larger with gates", rows[1][2] / rows[0][2], 3.0, quick=0.5)
    show.tell("Back through time, the chain rule multiplies: one factor for each frame. In a tanh cell most are "
              "small, and the first frames hardly count: the gradient vanishes. A gate can keep a number as it is, "
              "with a factor near 1: it begins half open, and learns to. Yet four frames at once did better here.")
    axis.set(title="How far back does the gradient reach?", xlabel="frame", xticks=range(1, moments + 1),
             ylabel="size of the gradient, that of the last frame being 1")
    axis.legend()
    show.picture(figure)


def gradient_sizes(model: Listener, inputs: Any, answers: Any) -> Any:
    """|∂loss/∂frame| for each frame, the geometric mean over ten recordings, relative to the last frame."""
    logarithms: list[Any] = []
    for frames, answer in zip(inputs[::37], answers[::37], strict=True):
        heard = [[Value(number) for number in frame] for frame in frames]
        nn.cross_entropy([model(heard)], [answer]).backward()  # backward, to the sound itself
        logarithms.append(np.log([np.linalg.norm([number.grad for number in frame]) for frame in heard]))
    mean = np.mean(logarithms, axis=0)
    return np.exp(mean - mean[-1])


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos speakers")
