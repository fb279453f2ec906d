"""The network of the lesson `names`, its error, the names as numbers, and what else there is to learn them by."""

import random
import statistics
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import nn
from autograd import dot, mean

LETTERS, WIDTH, HEADS, CONTEXT = 27, 16, 4, 16  # letter 0 is where a name begins and ends
RATE, BETAS = 0.01, (0.9, 0.999)  # of Adam
LONGEST = 11  # letters in a name of the census


class GPT(nn.Module):
    """From a list of letters, as numbers, to a row of scores for each: how likely is what may follow it?"""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        self.letters = nn.Embedding(LETTERS, WIDTH, seed=draw)
        self.places = nn.Embedding(CONTEXT, WIDTH, seed=draw)
        self.attention = nn.CausalSelfAttention(WIDTH, HEADS, bias=False, seed=draw)
        self.widen = nn.Linear(WIDTH, 4 * WIDTH, bias=False, seed=draw)
        self.narrow = nn.Linear(4 * WIDTH, WIDTH, bias=False, seed=draw)
        self.answer = nn.Linear(WIDTH, LETTERS, bias=False, seed=draw)
        for parameter in self.parameters():  # so that no answer begins as a conviction
            parameter.data *= 0.5
        norm = nn.RMSNorm(WIDTH, eps=1e-5, elementwise_affine=False)
        self.body = nn.Sequential(nn.Residual(norm, self.attention),
                                  nn.Residual(norm, self.widen, "relu", self.narrow), self.answer)

    def __call__(self, text: Any) -> Any:
        pairs = zip(self.letters(text), self.places(range(len(text))), strict=True)
        return self.body([[a + b for a, b in zip(*pair, strict=True)] for pair in pairs])


def surprise(predictions: Any, targets: Any) -> Any:
    """The mean over a name of -log(probability) of each letter that did come, and the mean of these over names."""
    return mean([dot(nn.cross_entropy(scores, target[:LONGEST + 1], reduction="none"), target[LONGEST + 1:])
                 for scores, target in zip(predictions, targets, strict=True)])


def padded(names: Iterable[str]) -> tuple[Any, Any]:
    """Names as rows of one length, as compiled code wants them, and as targets what follows each letter.

    Behind these letters, targets have their weights: 1 / n for each of the n letters of a name, 0 for the padding.
    """
    texts = [tokens(name) for name in names]
    inputs, following, weights = (np.zeros((len(texts), LONGEST + 1)) for _ in range(3))
    for row, text in enumerate(texts):
        size = len(text) - 1
        inputs[row, :size], following[row, :size], weights[row, :size] = text[:-1], text[1:], 1 / size
    return inputs, np.hstack([following, weights])


def tokens(name: str) -> list[int]:
    return [0, *(ord(letter) - ord("a") + 1 for letter in name), 0]


def census_names() -> list[str]:
    """The first names that the package `names` brings, each once."""
    texts = [(files("names") / f"dist.{kind}.first").read_text(encoding="utf-8") for kind in ("female", "male")]
    return sorted({line.split()[0].lower() for text in texts for line in text.splitlines() if line.strip()})


def invented(training: nn.Training, count: int, seed: int) -> list[str]:
    """New names, letter by letter, each drawn with the probability that the network gives it."""
    draw, drawn = random.Random(seed), [""] * count
    for place in range(LONGEST):  # a letter of all names at a time, of those that go on
        scores = training.predict(padded(drawn)[0])[:, place]
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        letters = [draw.choices(range(LETTERS), row)[0] for row in chances]
        drawn = [name + chr(ord("a") + letter - 1) if letter and len(name) == place else name
                 for name, letter in zip(drawn, letters, strict=True)]
    return [name.capitalize() for name in drawn if name]


def surprise_of_pairs(names: list[str], held_out: list[str]) -> float:
    """Of the probability that a letter has had after the one before; each pair counts once more than it was seen."""
    counts = np.ones((LETTERS, LETTERS))
    for text in map(tokens, names):
        np.add.at(counts, (text[:-1], text[1:]), 1)
    chances = counts / counts.sum(axis=1, keepdims=True)
    return statistics.fmean(float(-np.log(chances[text[:-1], text[1:]]).mean()) for text in map(tokens, held_out))


def surprise_of_regression(names: list[str], held_out: list[str]) -> float:
    """Of scikit-learn's logistic regression, which is shown the last three letters."""
    def last_three(some: list[str]) -> tuple[list[list[int]], list[int], list[float]]:
        texts = [[0, 0, *tokens(name)] for name in some]
        places = [(text, place) for text in texts for place in range(3, len(text))]
        return ([text[place - 3 : place] for text, place in places], [text[place] for text, place in places],
                [1 / (len(text) - 3) for text, _ in places])

    model = make_pipeline(OneHotEncoder(categories=[range(LETTERS)] * 3), LogisticRegression(max_iter=300))
    windows, letters, _ = last_three(names)
    model.fit(windows, letters)
    windows, letters, weights = last_three(held_out)
    return float(log_loss(letters, model.predict_proba(windows), sample_weight=weights, labels=model.classes_))
