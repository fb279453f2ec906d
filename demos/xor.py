"""XOR in three acts: what one neuron cannot learn, what a hidden layer can, and where the gradient comes from.

Run it and read. Every line that begins with a tick was checked when it was printed; if one of them does not hold,
the program ends with the exit code 1.
"""

import argparse
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from autograd import Value, dot, jvp, no_grad, sigmoid
from nn import MLP, SGD, datasets, fit, mean_squared_error

REFERENCE = json.loads(Path(__file__).with_name("article_example.json").read_text(encoding="utf-8"))
EPOCHS = 300

failed: list[str] = []


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.stdout.reconfigure(errors="replace")
    one_neuron()
    hidden_layer()
    gradient_in_several_ways()
    print()
    if failed:
        print(f"{len(failed)} of the claims above do not hold:", *failed, sep="\n  ✗ ")
        return 1
    tell("All claims above were checked, and hold.")
    return 0


# ---- Act 1 -----------------------------------------------------------------------------------------------------------


def one_neuron() -> None:
    """Gradient descent with a single sigmoid neuron, against the numbers of the reference file."""
    title("Act 1. One neuron")
    inputs, targets = datasets.article()
    rate = REFERENCE["learning_rate"]
    weights = [Value(w, f"w{place}") for place, w in enumerate(REFERENCE["initial_weights"], 1)]
    tell("""XOR is 1 if one of two inputs is 1, but not both. We ask a single neuron to learn it: three weights, one
        for each input and one for a third input that is always 1, and the sigmoid σ(z) = 1 / (1 + e⁻ᶻ), which turns
        any number into one between 0 and 1. The loss is half the sum of the squared errors.""")
    print(f"\n  prediction y = σ(z),  z = w1·x1 + w2·x2 + w3·x3        weights: {numbers(weights)}\n")

    predictions = [sigmoid(dot(weights, row)) for row in inputs]
    print("  Forward. Each row of the table gives a prediction, and the prediction an error:\n")
    print("    x1 x2 x3   target        z        y    y - t    δ = (y - t) · y · (1 - y)")
    deltas: list[float] = []
    for row, target, y in zip(inputs, targets, predictions):
        z, error = y.parents[0].data, y.data - target
        deltas.append(error * y.data * (1 - y.data))
        print(f"     {row[0]:.0f}  {row[1]:.0f}  {row[2]:.0f}     {target}    {z:9.5f}{y.data:9.5f}{error:9.5f}"
              f"    {deltas[-1]:9.5f}")
    print()
    tell("""Backward, by the chain rule. The loss changes with y as fast as the error y - t; y changes with z as fast
        as y · (1 - y); their product is δ. And z changes with a weight as fast as that weight's input. So the
        gradient of a weight is the sum over all rows of δ · x:""")
    print()
    by_hand = [sum(delta * row[place] for delta, row in zip(deltas, inputs)) for place in range(3)]
    loss_of(predictions, targets).backward()
    for place in range(3):
        terms = " + ".join(f"({delta:.5f})·{row[place]:.0f}" for delta, row in zip(deltas, inputs))
        print(f"    ∂L/∂w{place + 1} = {terms} = {by_hand[place]:.5f}")
    claim("backward() on the recorded graph finds the same three gradients to 1e-15",
          all(abs(weight.grad - g) <= 1e-15 for weight, g in zip(weights, by_hand)))
    print(f"\n  Update. Every weight moves against its gradient, by the learning rate {rate} times that gradient:\n")
    for weight in weights:
        print(f"    {weight.label} = {weight.data:.5f} - {rate} · ({weight.grad:.5f}) = "
              f"{weight.data - rate * weight.grad:.5f}")

    print("\n  That was one step. Now 10,000 of them, against the reference weights on the way:\n")
    print("     steps           w1           w2           w3       loss   largest difference")
    optimizer = SGD(weights, lr=rate)
    agree = True
    for count in range(1, 10_001):
        optimizer.zero_grad()
        loss_of([sigmoid(dot(weights, row)) for row in inputs], targets).backward()
        optimizer.step()
        if str(count) in REFERENCE["weights_after"]:
            loss = loss_of([sigmoid(dot(weights, row)) for row in inputs], targets).data
            expected = REFERENCE["weights_after"][str(count)]
            difference = max(abs(weight.data - w) for weight, w in zip(weights, expected))
            agree = agree and difference <= 1e-12
            print(f"    {count:6d} {weights[0].data:12.8f} {weights[1].data:12.8f} {weights[2].data:12.8f} "
                  f"{loss:10.6f}   {difference:.1e}")
    claim("after 1, 2, 10, 100, 1000 and 10000 steps the weights are those of the reference to 1e-12",
          agree and sorted(map(int, REFERENCE["weights_after"])) == [1, 2, 10, 100, 1000, 10_000])

    predictions = [sigmoid(dot(weights, row)).data for row in inputs]
    print("\n  And what does it predict?\n")
    table(inputs, targets, predictions)
    claim("every prediction is 0.5 to 1e-12: the neuron has learned nothing",
          all(abs(y - 0.5) <= 1e-12 for y in predictions))
    print()
    tell("""Why? The neuron says "1" where z > 0, and that is one side of a straight line. For XOR it would need
        w3 < 0 (row 1), w2 + w3 > 0 (row 2), w1 + w3 > 0 (row 3) and w1 + w2 + w3 < 0 (row 4). Rows 2 and 3 together
        say w1 + w2 + 2·w3 > 0, so w1 + w2 + w3 > -w3, and that is > 0 by row 1: row 4 is impossible. No line
        separates XOR. The best that is left is to be equally wrong everywhere, and the errors of the four rows
        cancel in every gradient:""")
    optimizer.zero_grad()
    loss_of([sigmoid(dot(weights, row)) for row in inputs], targets).backward()
    claim(f"all three gradients are now 0 to 1e-15, at a loss of {loss:.6f}",
          all(abs(weight.grad) <= 1e-15 for weight in weights) and abs(loss - 0.5) <= 1e-12)


def loss_of(predictions: list[Value], targets: list[int]) -> Value:
    return 0.5 * sum((y - t) * (y - t) for y, t in zip(predictions, targets))


# ---- Act 2 -----------------------------------------------------------------------------------------------------------


def hidden_layer() -> None:
    """The same task with four hidden neurons, from ten different starts."""
    title("Act 2. A hidden layer")
    inputs, targets = datasets.xor()
    tell(f"""Four tanh neurons are put in between. Each of them draws a line of its own, and the neuron behind them
        weighs what they say: MLP(2, [4, 1], activation="tanh"), {len(MLP(2, [4, 1]).parameters())} parameters with
        their biases. Trained with SGD (learning rate 0.1, momentum 0.9) on the mean squared error:""")
    print("\n    epoch           loss")
    model, history = learn(seed=0)
    for epoch in (1, 2, 5, 10, 20, 50, 100, 200, EPOCHS):
        print(f"    {epoch:5d}   {history.losses[epoch - 1]:.6e}")
    predictions = [model(row).data for row in inputs]
    print()
    table(inputs, targets, predictions)
    claim("the network has learned XOR: every prediction is within 0.001 of its target",
          learned(predictions, targets))
    print("\n  Was that luck? The same from ten different initial weights:\n")
    lucky = 0
    for seed in range(10):
        model, history = learn(seed)
        predictions = [model(row).data for row in inputs]
        lucky += learned(predictions, targets)
        print(f"    seed {seed}: loss {history.losses[0]:.4f} → {history.losses[-1]:.1e}, predictions "
              + " ".join(f"{abs(y) if abs(y) < 5e-5 else y:.4f}" for y in predictions)
              + ("  learned" if learned(predictions, targets) else "  NOT learned"))
    claim("all ten have learned XOR", lucky == 10)


def learn(seed: int) -> tuple[MLP, Any]:
    model = MLP(2, [4, 1], activation="tanh", seed=seed)
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, fit(model, *datasets.xor(), mean_squared_error, optimizer, epochs=EPOCHS)


def learned(predictions: list[float], targets: list[int]) -> bool:
    return all(abs(y - t) <= 1e-3 for y, t in zip(predictions, targets))


# ---- Act 3 -----------------------------------------------------------------------------------------------------------


def gradient_in_several_ways() -> None:
    """The gradient of the loss with respect to all parameters of a new network, by unrelated methods."""
    title("Act 3. The gradient, three ways")
    inputs, targets = datasets.xor()
    model = MLP(2, [4, 1], activation="tanh", seed=0)
    named = model.named_parameters()
    point = [parameter.data for _, parameter in named]

    def loss_at(new: list[Any]) -> Any:
        put(model, new)
        return mean_squared_error([model(row) for row in inputs], targets)

    mean_squared_error([model(row) for row in inputs], targets).backward()
    reverse = [parameter.grad for _, parameter in named]
    forward: list[float] = []
    differences: list[float] = []
    with no_grad():  # neither of these two needs the graph
        for place in range(len(point)):
            direction = [float(place == other) for other in range(len(point))]
            forward.append(float(jvp(loss_at, point, direction)[1]))
            h = 6e-6  # about the cube root of the rounding error, where both errors of the difference are small
            higher, lower = ([x + sign * h * d for x, d in zip(point, direction)] for sign in (1, -1))
            differences.append(float(loss_at(higher) - loss_at(lower)) / (2 * h))
    torch_gradient = gradient_by_pytorch(point, inputs, targets)

    tell("""backward() walks the graph once, from the loss to all parameters. Forward mode goes through the network
        once per parameter and carries a derivative along. Central differences know no calculus: they move a parameter
        a little up, a little down, and look at the loss. """
         + ("PyTorch is the fourth opinion." if torch_gradient else "(With PyTorch installed, it is a fourth column.)"))
    columns = {"backward()": reverse, "forward mode": forward, "differences": differences}
    if torch_gradient:
        columns["PyTorch"] = torch_gradient
    print(f"\n    {'parameter':<23}" + "".join(f"{name:>18}" for name in columns))
    for place, (name, _) in enumerate(named):
        print(f"    {name:<23}" + "".join(f"{column[place]:18.12f}" for column in columns.values()))
    largest = max(map(abs, reverse))

    def agree(other: list[float], tolerance: float) -> bool:
        return len(other) == 17 and all(abs(a - b) <= tolerance * largest for a, b in zip(reverse, other, strict=True))

    claim("backward() and forward mode agree for all 17 parameters, to 1e-14 of the largest gradient",
          agree(forward, 1e-14))
    claim("backward() and central differences agree for all 17, as far as those can be trusted: to 1e-9",
          agree(differences, 1e-9))
    if torch_gradient:
        claim("backward() and PyTorch agree for all 17, to 1e-14", agree(torch_gradient, 1e-14))


def put(model: MLP, new: list[Any]) -> None:
    """Put numbers of any kind in the places of the model's parameters, in the order of `parameters()`."""
    rest = iter(new)
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.w = [next(rest) for _ in neuron.w]
            neuron.b = next(rest)


def gradient_by_pytorch(point: list[float], inputs: list[list[float]], targets: list[int]) -> list[float] | None:
    try:
        import torch
    except ImportError:
        return None
    p = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    x, t = torch.tensor(inputs, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)
    hidden = torch.tanh(x @ p[:12].reshape(4, 3)[:, :2].T + p[:12].reshape(4, 3)[:, 2])
    torch.nn.functional.mse_loss(hidden @ p[12:16] + p[16], t).backward()
    return p.grad.tolist()


# ---- Telling ---------------------------------------------------------------------------------------------------------


def claim(text: str, holds: bool) -> None:
    """Print what is claimed, and remember if it does not hold."""
    print(f"\n  {'✓' if holds else '✗ DOES NOT HOLD:'} {text}")
    if not holds:
        failed.append(text)


def title(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}\n")


def tell(text: str) -> None:
    print(textwrap.fill(" ".join(text.split()), 98, initial_indent="  ", subsequent_indent="  "))


def table(inputs: list[list[float]], targets: list[int], predictions: list[float]) -> None:
    print("    x1 x2   target   prediction")
    for row, target, y in zip(inputs, targets, predictions):
        print(f"     {row[0]:.0f}  {row[1]:.0f}      {target}      {y:10.6f}")


def numbers(values: list[Value]) -> str:
    return ", ".join(f"{value.data:.5f}" for value in values)


if __name__ == "__main__":
    sys.exit(main())
