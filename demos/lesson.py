"""Five lessons on the chain rule, each a web page of its own to step through, to change, to open and to be quizzed on.

    python demos/lesson.py                     writes them into the folder pictures/
    python demos/lesson.py lessons --lang zh   into the folder lessons/, in Chinese
    python demos/lesson.py --open              and shows the first one in the browser

The pages need no network: they can be copied to a USB stick or mailed.
"""

import argparse
import json
import sys
import webbrowser
from pathlib import Path
from typing import Any

from autograd import Value, dot, explain, sigmoid, tanh
from nn import MLP, datasets, mean_squared_error

REFERENCE = json.loads(Path(__file__).with_name("article_example.json").read_text(encoding="utf-8"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("pictures"),
                        help="where the pages go (default: pictures)")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="the language that the pages begin with")
    parser.add_argument("--open", action="store_true", help="show the first page in the browser")
    arguments = parser.parse_args()
    try:
        arguments.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"no folder can be made at {arguments.folder}: {error.strerror}")
    paths: list[Path] = []
    for name, (title, lesson) in LESSONS.items():
        path = arguments.folder / f"lesson_{name}.html"
        explanation, rate = lesson()
        explanation.to_html(path, title=title, lr=rate, lang=arguments.lang, **WORDS.get(name, {}))
        paths.append(path)
        print(path)
    if arguments.open:
        webbrowser.open(paths[0].resolve().as_uri())
    return 0


def product() -> tuple[Any, float]:
    """The smallest graph that has something to multiply."""
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    c.label = "c"
    return explain(c), 0.1


def neuron() -> tuple[Any, float]:
    """Two inputs, two weights, a bias and an activation."""
    w1, w2, b = Value(-3.0, "w1"), Value(1.0, "w2"), Value(6.88, "b")
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    y = tanh(w1 * x1 + w2 * x2 + b)
    y.label = "y"
    return explain(y, names={"w1": w1, "w2": w2, "b": b}), 0.1


def shared_variable() -> tuple[Any, float]:
    """A number that is used more than once: its gradient is a sum over all its uses."""
    a, b = Value(2.0, "a"), Value(3.0, "b")
    c = a * b
    c.label = "c"
    d = c + a ** 2
    d.label = "d"
    return explain(d * a), 0.01


def xor_step() -> tuple[Any, float]:
    """One step of training on XOR. The neurons of the hidden layer are folded: a click opens one."""
    model = MLP(2, [4, 1], activation="tanh", seed=0)
    inputs, targets = datasets.xor()
    loss = mean_squared_error([model(row) for row in inputs], targets)
    loss.label = "loss"
    return explain(loss, names=model), 0.2


def article() -> tuple[Any, float]:
    """The sigmoid neuron of the article, on one row of its table: half the squared error and its gradient."""
    weights = [Value(w, f"w{place}") for place, w in enumerate(REFERENCE["initial_weights"], 1)]
    inputs, target = REFERENCE["inputs"][2], REFERENCE["targets"][2]
    z = dot(weights, [Value(x, f"x{place}") for place, x in enumerate(inputs, 1)])
    z.label = "z"
    y = sigmoid(z)
    y.label = "y"
    error = y - Value(target, "t")
    error.label = "e"
    loss = 0.5 * error * error
    loss.label = "L"
    return explain(loss, names={f"w{place}": w for place, w in enumerate(weights, 1)}), REFERENCE["learning_rate"]


LESSONS = {
    "product": ({"en": "A product", "zh": "一个乘积"}, product),
    "neuron": ({"en": "A neuron", "zh": "一个神经元"}, neuron),
    "shared_variable": ({"en": "A variable that is used several times", "zh": "被多次使用的变量"}, shared_variable),
    "xor_step": ({"en": "One training step on XOR", "zh": "XOR 的一步训练"}, xor_step),
    "article": ({"en": "The neuron of the article", "zh": "文章中的神经元"}, article),
}

# What a teacher may add: an introduction, notes to steps or to numbers, and questions, in one language or in both.
WORDS: dict[str, dict[str, Any]] = {
    "shared_variable": {
        "introduction": {"en": "Look for **a**: how many arrows leave it? Each brings a part of its gradient back.",
                         "zh": "找到 **a**：从它出发有几条箭头？每一条都会传回它的一部分梯度。"},
        "notes": {"d": {"en": "Here *two* ways from `a` meet.", "zh": "从 `a` 出发的*两条*路在这里汇合。"}},
        "questions": [{
            "question": {"en": "If `a` were used once more, in `L + a`, what would its gradient be?",
                         "zh": "如果再使用一次 `a`，即 `L + a`，它的梯度会是多少？"},
            "answer": 25,
            "hint": {"en": "Each use adds its own part.", "zh": "每一次使用都增加一部分。"},
            "reason": {"en": "The new use adds 1, the slope of a sum, to 24.", "zh": "新的一次使用加上 1：24 + 1。"},
        }],
    },
}

if __name__ == "__main__":
    sys.exit(main())
