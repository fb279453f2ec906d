"""Ten lessons, and how to see in a browser whether each of their steps can be seen."""

from collections.abc import Callable

import nn
from autograd import Explanation, Value, dot, exp, explain, log, sigmoid, softplus, tanh
from demos import lesson
from tests.support.graphs import generated

DEMOS = lesson.LESSONS
# What of a step is not inside of the window, or covered by what stands in front of it.
MISSING = """() => {
  const seen = [];
  const inside = (box, left, top, right, bottom) => box.left >= left - 1 && box.top >= top - 1 &&
      box.right <= right + 1 && box.bottom <= bottom + 1 && box.width > 0 && box.height > 0;
  const count = Number(document.getElementById("scrubber").max);
  for (let number = 0; number <= count; number++) {
    goTo(number);
    renderNow();
    const footer = document.getElementById("footer").getBoundingClientRect();
    const bottom = footer.height ? footer.top : innerHeight;
    for (const id of ["step-sentence", "step-formula"]) {
      const box = document.getElementById(id).getBoundingClientRect();
      if (!inside(box, 0, 0, innerWidth, bottom)) seen.push([number, id, box.top, box.bottom, bottom]);
    }
    const canvas = document.getElementById("canvas").getBoundingClientRect();
    if (!inside(canvas, 0, 0, innerWidth, bottom) || canvas.height < 90) seen.push([number, "canvas", canvas.height]);
    for (const group of document.querySelectorAll("#canvas .node:not([data-lit=''])")) {
      const box = group.firstElementChild.getBoundingClientRect();
      const seenWhole = inside(box, canvas.left, canvas.top, canvas.right, canvas.bottom);
      const scale = box.height / group.firstElementChild.getBBox().height;
      if (!seenWhole || scale < 0.65) seen.push([number, group.id, box.left, box.top, scale]); // it can be read
    }
    const told = document.getElementById("step");
    const cut = told.scrollHeight - told.clientHeight;
    if (cut > 1) seen.push([number, "the card is cut", cut]);
  }
  return seen;
}"""


def long_names() -> Explanation:
    weights = [Value(0.1 * place, f"the weight of input {place}") for place in range(1, 9)]
    y = sigmoid(dot(weights, [Value(1.0 / place, f"the input number {place}") for place in range(1, 9)]))
    y.label = "the probability of rain"
    return explain(-log(y), names={weight.label: weight for weight in weights}).update(0.1)


def recurrence() -> Explanation:
    h, wh, wx = Value(0.0, "h"), Value(0.9, "wh"), Value(0.3, "wx")
    for _ in range(8):
        h = tanh(wx * 0.1 + wh * h)
    return explain(h).update(0.1)


def many_uses() -> Explanation:
    x = Value(1.5, "x")
    return explain(x ** 3 - 2 * x * x + exp(-x) / x + softplus(x)).update(0.01)


def network() -> Explanation:
    model = nn.MLP(3, [4, 4, 1], "relu", seed=1)
    return explain(nn.mean_squared_error([model([0.5, -1.0, 2.0])], [1.0]), names=model).update(0.05)


LESSONS: dict[str, Callable[[], Explanation]] = {
    **{name: lambda make=make: make()[0].update(make()[1]) for name, (_, make) in DEMOS.items()},
    "long_names": long_names, "recurrence": recurrence, "many_uses": many_uses, "network": network,
    "generated": lambda: explain(generated(7)[0]),
}
