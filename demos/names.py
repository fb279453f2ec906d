"""A small GPT on single numbers invents first names.

The network behind today's language models, at its smallest: it reads a name letter by letter and says how likely each
letter is to come next. One layer, width 16, 4 heads, context 16: 4,192 numbers to learn, each one a Value. Three
engines take the same steps, a name in each: one with a closure for each node, ours, and ours compiled.
"""

if __name__ == "__main__":  # before the imports, which need the folder above
    raise SystemExit("run it as python -m demos names")

import random
import time
from typing import TYPE_CHECKING

import numpy as np
from sklearn.decomposition import PCA

import nn
from demos.engines import three_engines
from demos.gpt import (
    BETAS,
    GPT,
    RATE,
    census_names,
    invented,
    padded,
    surprise,
    surprise_of_pairs,
    surprise_of_regression,
)

if TYPE_CHECKING:
    from demos.kit import Show

TIME = "40 s"


def run(show: "Show") -> None:
    show.data("5,163 first names of women and men", "US Census Bureau, census of 1990, frequently occurring names, as "
              "in the Python package names", "public domain, as a work of the US government; the package: MIT")
    show.six_steps(
        initialise="GPT() in demos/gpt.py draws 4,192 numbers", forward="GPT.__call__: from letters to scores",
        error="surprise(): how unlikely was each letter that came?", backward="loss.backward(), or in machine code",
        update="Adam, eager or in machine code", repeat="training.run(): a name in each step, 10,000 times")
    names = census_names()
    random.Random(1).shuffle(names)
    held_out, names = names[:500], names[500 : 1_000 if show.quick else None]
    show.title("A whole training, compiled")
    steps = 2_000 if show.quick else 10_000
    began = time.perf_counter()
    model = GPT(seed=2)
    training = nn.compile(model, surprise, nn.Adam(model.parameters(), RATE, BETAS))
    losses = training.run(*padded(names), steps, batch_size=1, seed=3, schedule=nn.LinearLR(1.0, 0.1, steps))
    seconds = time.perf_counter() - began
    show.tell(f"{steps:,} steps took {seconds:.1f} s, compiling included. How surprised is it by the letters of 500 "
              "names that it has never seen? To know nothing is a surprise of log(27) = 3.3 at each letter.")
    ours, pairs = training.evaluate(*padded(held_out)), surprise_of_pairs(names, held_out)
    regression = surprise_of_regression(names, held_out)
    show.table(["", "surprise"], [["counting which letter follows which", pairs],
                                  ["logistic regression on the last 3 letters, by scikit-learn", regression],
                                  ["our GPT", ours]])
    show.reach("surprise that it saves, against counting pairs", pairs - ours, 0.1, quick=-0.2)
    if not show.quick:
        show.reach("seconds that 10,000 steps left of 10", 10 - seconds, 0.0)
    known = {*names, *held_out}
    show.tell("It invents: " + ", ".join(f"{name}{'*' * (name.lower() in known)}" for name in invented(training, 24, 1))
              + ". A star marks a name that people have.")
    three_engines(show, names)
    picture(show, model, losses, {"counting pairs": pairs, "logistic regression": regression, "our GPT, unseen": ours})
    show.next("demos/gpt.py, the network in 20 lines, and demos/closures.py, the same without any of our engine; then "
              "docs/how-to/graduate.md, for when a network is too large to be made of single numbers.")


def picture(show: "Show", model: GPT, losses: list[float], levels: dict[str, float]) -> None:
    """What was learned: the losses, and where the letters came to lie."""
    figure, (left, right) = show.axes(1, 2, (12, 5))
    window = max(1, len(losses) // 50)
    means = np.convolve(losses, np.full(window, 1 / window), "valid")
    left.plot(np.arange(len(means)) + window, means, color="#1f4e9c", label=f"our GPT, mean of {window} steps")
    for (name, level), style in zip(levels.items(), ("--", ":", "-."), strict=True):
        left.axhline(level, color="#a65000", linestyle=style, label=f"{name}: {level:.2f}")
    left.set(title="How surprised it is by the next letter", xlabel="steps, a name in each", ylabel="surprise")
    left.legend()
    places = PCA(2).fit_transform([[w.data for w in row] for row in model.letters.weight])
    for letter, (x, y) in zip(".abcdefghijklmnopqrstuvwxyz", places, strict=True):
        right.text(x, y, letter, ha="center", va="center", fontsize=15, weight="bold",
                   color="#a65000" if letter in "aeiou" else "#1f4e9c")
    right.set(title="Where the letters came to lie (vowels orange, . is the end)", xticks=[], yticks=[],
              xlim=(min(places[:, 0]) - 0.3, max(places[:, 0]) + 0.3),
              ylim=(min(places[:, 1]) - 0.3, max(places[:, 1]) + 0.3))
    show.picture(figure)
