"""draw_network: the picture says what the network is. Each one is parsed and compared with the model and PyTorch."""

import re
import subprocess
import sys
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Drawing, Value
from nn import MLP, Layer, Module, Neuron, draw_network, mean_squared_error
from tests.support.networks import Picture, number

BLUE, ORANGE = "#0072b2", "#d55e00"

# ---- What is there ---------------------------------------------------------------------------------------------------


def subscripts(*numbers):
    return "".join(map(str, numbers)).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


@settings(max_examples=15)
@given(st.integers(1, 5), st.lists(st.integers(1, 5), min_size=1, max_size=3), st.integers(0, 1000))
def test_every_unit_is_a_circle_and_every_weight_a_line_between_its_two_units(nin, nouts, seed):
    model = MLP(nin, nouts, "tanh", seed=seed)
    picture = Picture(draw_network(model))
    sizes = [nin, *nouts]
    names = [[f"input.{i}" for i in range(nin)],
             *([f"layers.{k}.neurons.{i}" for i in range(size)] for k, size in enumerate(nouts))]
    assert sorted(picture.circles) == sorted(chain(*names))
    weights = {name: weight for name, weight in model.named_parameters() if ".w." in name}
    assert picture.lines.keys() == weights.keys()
    assert len(weights) == sum(a * b for a, b in pairwise(sizes))
    for name, line in picture.lines.items():
        layer, neuron, source = map(int, re.findall(r"\d+", name))
        for (x, y), unit in zip(line.ends, (names[layer][source], names[layer + 1][neuron])):
            circle = picture.circles[unit]
            # neato clips lines a little off the ring, and aims at the middle
            assert np.hypot(x - circle.x, y - circle.y) == pytest.approx(circle.radius, abs=3)
        assert line.tooltip == [f"w{subscripts(layer + 1, neuron + 1, source + 1)} = {weights[name].data!r}", name]
    for layer, column in enumerate(names):  # in a column, and from the top to the bottom
        assert len({picture.circles[name].x for name in column}) == 1
        heights = [picture.circles[name].y for name in column]
        assert heights == sorted(heights)
        kind = "input" if not layer else "output" if layer == len(nouts) else "hidden"
        assert {picture.circles[name].kind for name in column} == {kind}
    assert len({picture.circles[column[0]].x for column in names}) == len(names)


@settings(max_examples=15)
@given(st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=6))
def test_sign_is_colour_and_dashes_and_magnitude_is_width(numbers):
    layer = Layer(3, 2)
    weights = dict(layer.named_parameters())
    weights = {name: weights[name] for name in weights if ".w." in name}
    for weight, data in zip(weights.values(), numbers):
        weight.data = data
    lines = Picture(draw_network(layer)).lines
    for name, weight in weights.items():
        line, sign = lines[name], np.sign(weight.data)
        assert line.sign == {1: "positive", -1: "negative", 0: "zero"}[sign]
        assert line.color == {1: BLUE, -1: ORANGE, 0: "#767676"}[sign]
        assert (line.dashes is None) == (sign > 0)
    largest = max(map(abs, numbers))
    if largest:  # what width there is above the thinnest is in proportion
        thin, thick = widths()
        for name, weight in weights.items():
            expected = thin + (thick - thin) * abs(weight.data) / largest
            assert lines[name].width == pytest.approx(expected, abs=0.011)


@cache
def widths():
    """Those of the lines for a weight of 0 and for the largest one."""
    neuron = Neuron(2)
    neuron.w[0].data, neuron.w[1].data = 0.0, 1.0
    return [line.width for line in Picture(draw_network(neuron)).lines.values()]


def test_for_inputs_the_circles_hold_what_pytorch_calculates():
    model = MLP(2, [3, 2], "tanh", seed=4)
    inputs = [0.75, -1.5]
    for layer in model.layers:
        for place, neuron in enumerate(layer.neurons):
            neuron.b.data = 0.1 * place - 0.05
    column = torch.tensor(inputs, dtype=torch.float64)
    expected = [column.tolist()]
    for place, layer in enumerate(model.layers):
        weights = torch.tensor([[w.data for w in neuron.w] for neuron in layer.neurons], dtype=torch.float64)
        column = weights @ column + torch.tensor([neuron.b.data for neuron in layer.neurons], dtype=torch.float64)
        column = torch.tanh(column) if place == 0 else column
        expected.append(column.tolist())
    picture = Picture(draw_network(model, np.array(inputs)))
    for place, outputs in enumerate(expected):
        for unit, output in enumerate(outputs):
            circle = picture.circles[f"layers.{place - 1}.neurons.{unit}" if place else f"input.{unit}"]
            name = f"{'x' if not place else 'h₁' if place == 1 else 'ŷ'}{subscripts(unit + 1)}"
            said = re.fullmatch(rf"{name} ([=≈]) (\S+)( b.*)?", circle.text)
            assert number(said[2]) == pytest.approx(output, rel=5e-3)
            assert (said[1] == "=") == (number(said[2]) == pytest.approx(output, rel=1e-12))
            assert len(re.sub(r"^−?(0\.0*)?", "", said[2]).replace(".", "")) <= 3  # significant digits
            (exact,) = (line for line in circle.tooltip if line.startswith(f"{name} = "))
            assert float(exact.split(" = ")[1]) == pytest.approx(output, rel=1e-14)
            blue, red = int(circle.fill[5:], 16), int(circle.fill[1:3], 16)
            assert (blue > red) if output > 0 else (red > blue)
            bias = 0.1 * unit - 0.05
            assert not place or f"b{subscripts(place, unit + 1)} = {bias:g}".replace("-", "−") in circle.text


def test_without_inputs_the_circles_hold_names_and_biases():
    model = MLP(2, [2, 1], "relu", seed=1)
    model.layers[0].neurons[0].b.data, model.layers[0].neurons[1].b.data = -0.0, -1.25e-7
    picture = Picture(draw_network(model))
    assert [picture.circles[name].text for name in (
        "input.0", "input.1", "layers.0.neurons.0", "layers.0.neurons.1", "layers.1.neurons.0")] == [
        "x₁", "x₂", "h₁₁ b₁₁ = 0", "h₁₂ b₁₂ = −1.25e−7", "ŷ b₂₁ = 0"]
    assert "in the circles: b, the bias of each neuron" in picture.said
    assert picture.circles["layers.0.neurons.1"].tooltip == [
        "h₁₂ (layers.0.neurons.1), relu", "b₁₂ = -1.25e-07", "layers.0.neurons.1.b"]
    assert [picture.texts[f"column-{place}"] for place in range(3)] == [
        "input 2 numbers", "hidden layer 1 2 neurons, relu", "output 1 neuron, linear"]


def test_gradients_take_the_place_of_weights_and_are_those_of_pytorch():
    model = MLP(2, [3, 1], "tanh", seed=2)
    mean_squared_error(model([0.5, -1.0]), 1.0).backward()
    hidden, last = ([torch.tensor([neuron.b.data, *(w.data for w in neuron.w)], dtype=torch.float64,
                                  requires_grad=True) for neuron in layer.neurons] for layer in model.layers)
    row = torch.tensor([1.0, 0.5, -1.0], dtype=torch.float64)
    outputs = torch.stack([torch.tensor(1.0, dtype=torch.float64), *(torch.tanh(row @ w) for w in hidden)])
    ((outputs @ last[0] - 1) ** 2).backward()
    picture = Picture(draw_network(model, gradients=True))
    expected = {f"layers.{place}.neurons.{unit}.{'w.' * bool(k)}{k - 1 if k else 'b'}": gradient
                for place, layer in enumerate((hidden, last)) for unit, weights in enumerate(layer)
                for k, gradient in enumerate(weights.grad.tolist())}
    assert len(expected) == 13
    for name, gradient in expected.items():
        if name.endswith(".b"):
            circle = picture.circles[name[:-2]]
            assert number(circle.text) == pytest.approx(gradient, rel=5e-3)
            assert " = 0 grad " in circle.text  # the bias itself
            assert float(circle.tooltip[2].removeprefix("grad ")) == pytest.approx(gradient, rel=1e-12)
        else:
            line = picture.lines[name]
            assert line.sign == ("positive" if gradient > 0 else "negative")
            assert number(picture.texts[f"{name}-number"]) == pytest.approx(gradient, rel=5e-3)
            assert float(line.tooltip[1].removeprefix("grad ")) == pytest.approx(gradient, rel=1e-12)
    by_width = sorted(picture.lines, key=lambda name: picture.lines[name].width)
    sizes = [abs(expected[name]) for name in by_width]
    assert sizes == sorted(sizes)
    assert {"grad of the weights:", "grad in a circle is that of the bias b"} <= {*picture.said}


def test_gradients_that_are_all_0_are_not_shown_and_what_that_may_mean_is_said():
    model = MLP(2, [3, 1], "relu", seed=0)
    untouched = draw_network(model, gradients=True)
    said = " ".join(Picture(untouched).said)
    assert "all gradients are 0: backward() was not called since they were last set to 0, or it was, and" in said
    assert "grad " not in said
    assert "numbers on them" not in said
    for neuron in model.layers[0].neurons:
        neuron.b.data = -5.0  # dead for these inputs
    prediction = model([1.0, 1.0])
    assert prediction.data == 0.0
    mean_squared_error(prediction, 0.0).backward()
    flat = Picture(draw_network(model, gradients=True))
    assert {*Picture(untouched).said[-4:]} <= {*flat.said}
    assert not any("grad" in line for unit in flat.circles.values() for line in unit.tooltip)
    mean_squared_error(model([1.0, 1.0]), 1.0).backward()  # all are dead, and the output's bias alone learns
    dead = Picture(draw_network(model, gradients=True))
    assert dead.circles["layers.1.neurons.0"].text == "ŷ b₂₁ = 0 grad −2"
    assert dead.circles["layers.0.neurons.1"].text == "h₁₂ b₁₂ = −5 grad 0"
    assert "all gradients of the weights are 0" in dead.said
    assert {text for name, text in dead.texts.items() if name.endswith("-number")} == {"0"}


def test_that_all_weights_are_0_is_said():
    neuron = Neuron(2)
    for weight in neuron.w:
        weight.data = 0.0
    assert "all weights are 0" in Picture(draw_network(neuron, [0, 0])).said
    assert Picture(draw_network(neuron, [0, 0])).circles["input.0"].fill == "#ffffff"


# ---- Models of all kinds ---------------------------------------------------------------------------------------------


def test_a_neuron_a_layer_a_list_and_a_module_of_layers_can_be_drawn():
    neuron = Picture(draw_network(Neuron(3)))
    assert neuron.circles.keys() == {"input.0", "input.1", "input.2", "neuron"}
    assert neuron.lines.keys() == {"w.0", "w.1", "w.2"}
    layer = Picture(draw_network(Layer(1, 2)))
    assert layer.lines.keys() == {"neurons.0.w.0", "neurons.1.w.0"}
    together = Picture(draw_network((Layer(2, 3), [Layer(3, 2)], Neuron(2)), [1, 2]))
    assert {"0.neurons.2.w.1", "1.0.neurons.1.w.2", "2.w.1"} <= together.lines.keys()
    assert {"2", "1.0.neurons.1"} <= together.circles.keys()

    class Tower(Module):
        def __init__(self):
            self.layers = [Layer(2, 2), MLP(2, [2, 1])]

    tower = Tower()
    picture = Picture(draw_network(tower))
    assert picture.lines.keys() == {name for name, _ in tower.named_parameters() if ".w." in name}


def test_a_single_input_may_come_bare_and_values_are_numbers():
    bare, value = (Picture(draw_network(Neuron(1, seed=1), x)) for x in (2.0, [Value(2.0)]))
    assert bare.circles == value.circles


def test_thick_layers_are_shown_in_part_and_counted():
    model = MLP(3, [100, 2], seed=1)
    picture = Picture(draw_network(model))
    hidden = [int(name.rsplit(".", 1)[1]) for name in picture.circles if name.startswith("layers.0")]
    assert hidden == [0, 1, 2, 98, 99]
    assert picture.texts["column-1-left-out"] == "• • • 95 more"
    assert picture.texts["column-1"] == "hidden layer 1 100 neurons, relu"
    assert len(picture.lines) == 5 * (3 + 2)
    assert "layers.1.neurons.1.w.99" in picture.lines
    wide = Picture(draw_network(MLP(9, [1]), max_units=3))
    assert [name for name in wide.circles if "input" in name] == ["input.0", "input.8"]
    assert wide.texts["column-0-left-out"] == "• • • 7 more"
    assert len(Picture(draw_network(model, max_units=100)).lines) == 500


def test_deep_networks_are_shown_in_part_and_counted():
    model = MLP(2, [2] * 30 + [1], "tanh", seed=1)
    picture = Picture(draw_network(model, [1, 2]))
    shown = {int(name.split(".")[1]) for name in picture.circles if name.startswith("layers")}
    assert shown == {*range(3), *range(28, 31)}
    assert picture.texts["layers-left-out"] == "• • • 25 more layers"  # 31 there are, and 6 are shown
    assert not any(name.startswith("layers.28.") for name in picture.lines)  # what they come from is not there
    last = picture.circles["layers.30.neurons.0"].text.removesuffix(" b₃₁,₁ = 0")
    assert number(last) == pytest.approx(model([1, 2]).data, rel=5e-3)
    assert "layers-left-out" not in Picture(draw_network(MLP(1, [1] * 7))).texts


def test_a_layer_of_several_activations_says_so_and_each_neuron_has_its_own():
    layer = Layer(1, 2, "tanh")
    layer.neurons[1].activation = None
    picture = Picture(draw_network(layer))
    assert picture.texts["column-1"] == "output 2 neurons, mixed"
    assert [picture.circles[f"neurons.{k}"].tooltip[0] for k in (0, 1)] == [
        "ŷ₁ (neurons.0), tanh", "ŷ₂ (neurons.1), linear"]


def test_names_of_activations_are_data_and_not_markup():
    def activation(x):
        return x

    for name in ("<b>bold</b>", 'a"\\N\\l&lt;|{x}', "<script>"):
        activation.__name__ = name
        picture = Picture(draw_network(Layer(1, 1, activation)))
        assert picture.texts["column-1"] == f"output 1 neuron, {name.strip('<>')}"


# ---- It is only a picture --------------------------------------------------------------------------------------------


def test_the_model_stays_as_it_is_and_the_same_model_gives_the_same_picture():
    model = MLP(2, [3, 1], "tanh", seed=0)
    model([1, 2]).backward()
    before = [(p.data, p.grad) for p in model.parameters()]
    first, second = (draw_network(model, [Value(1.0), 2.0]) for _ in range(2))
    assert first.source == second.source
    assert [(p.data, p.grad) for p in model.parameters()] == before
    assert isinstance(first, Drawing)
    recorded = []
    draw_network(Layer(2, 2, lambda x: recorded.append(x.op) or x), [1, 2])
    assert recorded == [None, None]
    other = MLP(2, [3, 1], "tanh", seed=1)
    assert Picture(draw_network(other)).lines.keys() == Picture(first).lines.keys()


@pytest.mark.parametrize(("model", "error", "message"), [
    ("tanh", TypeError, "draw_network draws a Neuron, a Layer, an MLP or a list of these, not 'str'"),
    (None, TypeError, "not 'NoneType'"),
    (Value(1.0), TypeError, "not 'Value'; what a model calculates is drawn by autograd.draw"),
    (Module(), TypeError, "not 'Module'"),
    ([Layer(2, 2), 3], TypeError, "not 'int'"),
    ([], ValueError, "a network needs at least one layer, not 0"),
    ([Layer(2, 3), Layer(2, 1)], ValueError, r"1\.neurons\.0 has 2 inputs, where there are 3"),
    ([Layer(2, 3), Neuron(2)], ValueError, "1 has 2 inputs, where there are 3"),
])
def test_what_is_no_network_is_refused(model, error, message):
    with pytest.raises(error, match=message):
        draw_network(model)


def test_a_layer_that_has_lost_its_neurons_is_refused():
    layer = Layer(2, 1)
    layer.neurons = []
    with pytest.raises(ValueError, match="the layer has no neurons"):
        draw_network(layer)


@pytest.mark.parametrize(("inputs", "error", "message"), [
    ([1.0], ValueError, "inputs: 2 numbers are needed, not 1"),
    ([1.0, 2.0, 3.0], ValueError, "inputs: 2 numbers are needed, not 3"),
    (1.0, ValueError, "inputs: 2 numbers are needed, not 1"),
    ([], ValueError, "inputs: 2 numbers are needed, not 0"),
    ("ab", TypeError, "inputs: a real number is needed, not 'str'"),
    ([1.0, None], TypeError, "inputs: a real number is needed, not 'NoneType'"),
    ([[1.0, 2.0]], TypeError, "inputs: a real number is needed, not 'list'"),
    ([1.0, float("nan")], ValueError, "inputs: .*finite number, not nan"),
])
def test_bad_inputs_are_refused(inputs, error, message):
    with pytest.raises(error, match=message):
        draw_network(MLP(2, [2, 1]), inputs)


@pytest.mark.parametrize(("units", "error"), [(2, ValueError), (2.5, TypeError)])
def test_a_column_shows_at_least_three_things(units, error):
    with pytest.raises(error, match="max_units needs to be"):
        draw_network(Neuron(2), max_units=units)


def test_drawing_is_imported_only_when_it_is_used():
    program = ("import sys, autograd, nn; assert not {'graphviz', 'matplotlib', 'numpy'} & sys.modules.keys(); "
               "autograd.Drawing; assert 'graphviz' in sys.modules")
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(autograd.__file__).parents[1])
    with pytest.raises(AttributeError, match="module 'autograd' has no attribute 'drawings'"):
        autograd.drawings  # noqa: B018 (to read it is what raises)
