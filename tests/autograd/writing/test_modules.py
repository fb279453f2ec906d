"""Operations stand in the frame of the neuron, layer or block that they belong to; the loss in none."""

from collections.abc import Callable
from typing import Any

import pytest

import nn
from autograd import Value, draw, exp, log, sigmoid, sum, tanh, topological_order
from autograd.writing.modules import common_module, lineage, module_of, modules_of_nodes, natural_order
from tests.support.pictures import PROGRAMS, Picture, boxes_in_frames, use


def modules_in_order(order: list[Value], model: Any) -> list[str]:
    places = {node: place for place, node in enumerate(order)}
    parameters = {places[value]: name for name, value in model.named_parameters() if value in places}
    return modules_of_nodes(order, [[places[parent] for parent in node.parents] for node in order], parameters)


def modules(output: Value, model: Any) -> dict[str, list[str]]:
    """The symbols, labels and numbers of what is in each module."""
    order = topological_order(output)
    parameters = {value: name for name, value in model.named_parameters()}
    found: dict[str, list[str]] = {}
    inside = modules_in_order(order, model)
    for node, module in zip(order, inside, strict=True):
        what = node.op.symbol if node.op else parameters.get(node) or node.label or "constant"
        found.setdefault(module, []).append(what)
    return {module: sorted(items) for module, items in found.items()}


@pytest.mark.parametrize(("name", "module"), [
    ("b", ""), ("w.0", ""), ("layers.0.neurons.3.w.1", "layers.0.neurons.3"), ("layers.0.neurons.3", "layers.0"),
    ("layers.0", ""), ("parameters.3", ""), ("blocks.2.parameters.7", "blocks.2"), ("net.b", "net"), ("0.1", ""),
    ("so far so good...", ""), (".hidden", ""), ("a." * 5000 + "b", "")])
def test_a_number_counts_the_items_of_a_list(name: str, module: str) -> None:
    assert module_of(name) == module


def test_modules_are_in_modules() -> None:
    assert lineage("layers.0.neurons.3") == ("layers.0", "layers.0.neurons.3")
    assert common_module(["layers.0.neurons.3", "layers.0.neurons.1"]) == "layers.0"
    assert common_module(["layers.0", "layers.1"]) == common_module(["", "layers.1"]) == ""
    assert sorted(["layers.10", "layers.9.b", "layers.9"], key=natural_order) == ["layers.9", "layers.9.b", "layers.10"]


@pytest.mark.parametrize("samples", [1, 2, 5])
def test_each_neuron_has_its_nodes_for_every_sample_and_the_loss_is_in_none(samples: int) -> None:
    model = nn.MLP(2, [3, 2, 1], "tanh", seed=0)
    outputs = [model([Value(k, "x"), Value(1.0, "x")]) for k in range(samples)]
    found = modules(nn.mean_squared_error(outputs, [1.0] * samples), model)
    for layer, (inputs, neurons) in enumerate([(2, 3), (3, 2), (2, 1)]):
        for k in range(neurons):
            name = f"layers.{layer}.neurons.{k}"
            own = sorted([f"{name}.b", *(f"{name}.w.{j}" for j in range(inputs))])
            assert found[name] == sorted(own + ["affine"] * samples + ["tanh"] * (samples if layer < 2 else 0))
    assert set(found[""]) <= {"x", "constant", "-", "*", "**", "sum", "/", "+"}
    assert found[""].count("x") == 2 * samples


class Weighted(nn.Module):
    """A neuron as micrograd has it: one node for each product and each sum."""

    def __init__(self, inputs: int, activation: Callable[[Any], Any]) -> None:
        self.w = [Value(0.1 * k + 0.1) for k in range(inputs)]
        self.b = Value(0.0)
        self.activation = activation

    def __call__(self, x: list[Any]) -> Any:
        total = sum([w * x for w, x in zip(self.w, x, strict=True)])
        return self.activation(total + self.b)


class Residual(nn.Module):
    def __init__(self, activation: Callable[[Any], Any] = tanh) -> None:
        self.left, self.right, self.last = Weighted(1, activation), Weighted(1, activation), Weighted(1, activation)

    def __call__(self, x: Any) -> Any:
        return self.last([self.left([x]) + self.right([x])])


class Net(nn.Module):
    def __init__(self, activation: Callable[[Any], Any] = tanh) -> None:
        self.block, self.out = Residual(activation), Weighted(1, activation)

    def __call__(self, x: Any) -> Any:
        return self.out([self.block(x)])


def test_blocks_hold_what_puts_their_parts_together() -> None:
    model = Net()
    found = modules(model(Value(0.5, "x")), model)
    assert found["block.left"] == ["*", "+", "block.left.b", "block.left.w.0", "sum", "tanh"]
    assert found["block"] == ["+"]
    assert found["out"] == ["*", "+", "out.b", "out.w.0", "sum", "tanh"]
    assert found[""] == ["x"]


def test_a_neuron_of_many_products_and_an_activation_of_many_steps() -> None:
    model = Net(lambda v: v * sigmoid(2 * v))
    found = modules(log(model(Value(0.5, "x"))) + 1, model)
    assert found["block.left"] == ["*", "*", "*", "+", "block.left.b", "block.left.w.0", "constant", "sigmoid", "sum"]
    assert "log" in found[""]
    parts = Weighted(3, tanh)
    model = nn.Module()
    model.parts = parts  # pyright: ignore
    output = tanh(parts.w[0] * 2 + (parts.w[1] * 3 + parts.w[2] * 4))
    assert modules(output, model)["parts"].count("+") == 2


def test_behind_a_network_one_operation_may_be_its_activation_and_the_next_is_not() -> None:
    model = nn.MLP(1, [1], seed=0)
    found = modules(log(sigmoid(model([Value(0.5, "x")]))), model)
    assert found["layers.0.neurons.0"] == [
        "affine", "layers.0.neurons.0.b", "layers.0.neurons.0.w.0", "sigmoid"]
    assert "log" in found[""]


def test_the_same_module_called_twice_does_not_hold_what_compares_the_calls() -> None:
    model = Net()
    difference = model(Value(1.0, "x")) - model(Value(2.0, "x"))
    assert "-" in modules(difference, model)[""]


def test_a_penalty_on_weights_is_in_no_module_but_its_squares_are() -> None:
    model = nn.MLP(1, [2, 1], seed=0)
    found = modules(sum([p * p for p in model.parameters()]), model)
    assert found["layers.0.neurons.1"].count("*") == 2
    assert found[""] == ["sum"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_frames_are_nested_and_hold_the_boxes_of_their_modules(
        program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(program, monkeypatch)
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    loss = exp(model([Value(1.0, "x"), Value(2.0, "z")])) * 2
    drawing = draw(loss, names=model)
    order = topological_order(loss)
    inside = modules_in_order(order, model)
    frames = boxes_in_frames(drawing)
    assert frames.keys() == {"c-layers-0", "c-layers-0-neurons-0", "c-layers-0-neurons-1", "c-layers-1",
                             "c-layers-1-neurons-0"}
    for frame, boxes in frames.items():
        expected = {f"n{place}" for place, module in enumerate(inside)
                    if f"c-{module.replace('.', '-')}".startswith(frame) and not order[place].constant}
        assert {box for box in boxes if not order[int(box[1:].split("_")[0])].constant} == expected
    picture = Picture(drawing.svg())
    assert {frame.text for frame in picture.frames.values()} == {
        "layer 1", "neuron 1", "neuron 2", "layer 2"}
    assert {frame.tooltip for frame in picture.frames.values()} == {
        "layers.0", "layers.0.neurons.0", "layers.0.neurons.1", "layers.1", "layers.1.neurons.0"}
    assert picture.nodes["n0"].texts[0] == "b₂₁"
    plain = Picture(draw(loss, names=model, group=False).svg())
    assert plain.frames == {}
    assert plain.nodes["n0"].texts[0] == "b₂₁"
    assert "layers.1.neurons.0.b" in plain.nodes["n0"].tooltip
    assert len(plain.nodes) == len(order)
