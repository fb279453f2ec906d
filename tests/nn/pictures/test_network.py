"""draw_network: the picture says what the network is. Each one is parsed and compared with the model and PyTorch."""

import re
import subprocess
import sys
from functools import cache
from itertools import chain, combinations, pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Drawing, Value
from nn import MLP, Layer, Module, Neuron, draw_network, mean_squared_error

BLUE, ORANGE = "#0072b2", "#d55e00"
SVG = "{http://www.w3.org/2000/svg}"


class Circle(NamedTuple):
    kind: str
    x: float
    y: float
    radius: float
    fill: str
    text: str
    tooltip: list[str]


class Line(NamedTuple):
    sign: str
    color: str
    dashes: str | None
    width: float
    ends: list[tuple[float, float]]
    tooltip: list[str]


class Picture:
    """What a reader sees."""

    def __init__(self, drawing):
        root = ElementTree.fromstring(drawing.svg())
        self.size = [float(side) for side in root.get("viewBox").split()[2:]]
        self.circles, self.lines, self.texts, self.boxes = {}, {}, {}, {}
        self.said = [text.text for text in root.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g"):
            kinds = group.get("class").split()
            title = group.findtext(f"{SVG}title", "").split("\n")
            texts = [text.text for text in group.iter(f"{SVG}text")]
            if "unit" in kinds:
                (ring,) = group.iter(f"{SVG}ellipse")
                x, y, r, other = (float(ring.get(name)) for name in ("cx", "cy", "rx", "ry"))
                assert r == other
                self.circles[group.get("id")] = Circle(kinds[-1], x, y, r, ring.get("fill"), " ".join(texts), title)
            elif "weight" in kinds:
                (path,) = group.iter(f"{SVG}path")
                points = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))]
                ends = [(points[0], points[1]), (points[-2], points[-1])]
                self.lines[group.get("id")] = Line(kinds[-1], path.get("stroke").lower(), path.get("stroke-dasharray"),
                                                   float(path.get("stroke-width", 1)), ends, title)
            elif "text" in kinds:
                self.texts[group.get("id")] = " ".join(filter(None, (text and text.strip() for text in texts)))
                for polygon in group.iter(f"{SVG}polygon"):
                    points = [tuple(map(float, point.split(","))) for point in polygon.get("points").split()]
                    self.boxes[group.get("id")] = [*map(min, zip(*points)), *map(max, zip(*points))]


def number(text):
    return float(text.replace("−", "-"))


# ---- What is there ---------------------------------------------------------------------------------------------------


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
        assert f"{name} = {weights[name].data!r}" == line.tooltip[0]
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
        assert line.color == {1: BLUE, -1: ORANGE, 0: "#999999"}[sign]
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
            assert number(circle.text) == pytest.approx(output, rel=5e-3)
            assert len(re.sub(r"^−?(0\.0*)?", "", circle.text).replace(".", "")) <= 3  # significant digits
            assert float(circle.tooltip[-1].split(" = ")[1]) == pytest.approx(output, rel=1e-14)
            blue, red = int(circle.fill[5:], 16), int(circle.fill[1:3], 16)
            assert (blue > red) if output > 0 else (red > blue)
    assert [picture.texts[f"{name}-name"] for name in ("input.0", "input.1")] == ["x₁", "x₂"]
    assert [picture.texts[f"layers.1.neurons.{unit}-name"] for unit in (0, 1)] == ["y₁", "y₂"]
    assert "in the circles: activations" in picture.said


def test_without_inputs_the_circles_hold_names_and_biases():
    model = MLP(2, [2, 1], "relu", seed=1)
    model.layers[0].neurons[0].b.data, model.layers[0].neurons[1].b.data = -0.0, -1.25e-7
    picture = Picture(draw_network(model))
    assert [picture.circles[name].text for name in (
        "input.0", "input.1", "layers.0.neurons.0", "layers.0.neurons.1")] == ["x₁", "x₂", "0", "−1.25e−7"]
    assert "in the circles: biases" in picture.said
    assert "b = -1.25e-07" in picture.circles["layers.0.neurons.1"].tooltip
    assert picture.texts["column-0"] == "2 inputs"
    assert picture.texts["column-1"] == "layers.0 2 relu"
    assert picture.texts["column-2"] == "layers.1 1 linear"


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
            assert float(circle.tooltip[2].removeprefix("gradient = ")) == pytest.approx(gradient, rel=1e-12)
        else:
            line = picture.lines[name]
            assert line.sign == ("positive" if gradient > 0 else "negative")
            assert number(picture.texts[f"{name}-number"]) == pytest.approx(gradient, rel=5e-3)
            assert float(line.tooltip[1].removeprefix("gradient = ")) == pytest.approx(gradient, rel=1e-12)
    by_width = sorted(picture.lines, key=lambda name: picture.lines[name].width)
    sizes = [abs(expected[name]) for name in by_width]
    assert sizes == sorted(sizes)
    assert "in the circles: gradients of the biases" in picture.said


def test_that_backward_was_not_called_is_said():
    picture = Picture(draw_network(Neuron(2), gradients=True))
    assert "all gradients are 0: call backward() first" in picture.said
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
    assert hidden == [0, 1, 2, 3, 97, 98, 99]
    assert picture.texts["column-1-left-out"] == "• • • 93 more"
    assert picture.texts["column-1"] == "layers.0 100 relu"
    assert len(picture.lines) == 7 * (3 + 2)
    assert "layers.1.neurons.1.w.99" in picture.lines
    wide = Picture(draw_network(MLP(9, [1]), max_units=3))
    assert [name for name in wide.circles if "input" in name] == ["input.0", "input.8"]
    assert wide.texts["column-0-left-out"] == "• • • 7 more"
    assert len(Picture(draw_network(model, max_units=100)).lines) == 500


def test_deep_networks_are_shown_in_part_and_counted():
    model = MLP(2, [2] * 30 + [1], "tanh", seed=1)
    picture = Picture(draw_network(model, [1, 2]))
    shown = {int(name.split(".")[1]) for name in picture.circles if name.startswith("layers")}
    assert shown == {*range(4), *range(26, 31)}
    assert picture.texts["layers-left-out"] == "• • • 22 more layers"  # 31 there are, and 9 are shown
    assert not any(name.startswith("layers.26.") for name in picture.lines)  # what they come from is not there
    assert number(picture.circles["layers.30.neurons.0"].text) == pytest.approx(model([1, 2]).data, rel=5e-3)
    assert "layers-left-out" not in Picture(draw_network(MLP(1, [1] * 10))).texts


def test_a_layer_of_several_activations_says_so_and_each_neuron_has_its_own():
    layer = Layer(1, 2, "tanh")
    layer.neurons[1].activation = None
    picture = Picture(draw_network(layer))
    assert picture.texts["column-1"] == "2 mixed"
    assert [picture.circles[f"neurons.{k}"].tooltip[0] for k in (0, 1)] == ["neurons.0 (tanh)", "neurons.1 (linear)"]


def test_names_of_activations_are_data_and_not_markup():
    def activation(x):
        return x

    for name in ("<b>bold</b>", 'a"\\N\\l&lt;|{x}', "<script>"):
        activation.__name__ = name
        picture = Picture(draw_network(Layer(1, 1, activation)))
        assert picture.texts["column-1"] == f"1 {name.strip('<>')}"


# ---- It can be read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [
    *(Layer(a, b, seed=a) for a in range(1, 7) for b in range(1, 7) if 6 <= a * b <= 12), Neuron(12, seed=0),
    MLP(2, [4, 1], seed=0), MLP(2, [16, 16, 1], seed=0), MLP(3, [100, 2], seed=0)], ids=str)
def test_nothing_overlaps_and_nothing_is_clipped(model):
    drawing = draw_network(model)
    picture = Picture(drawing)
    for one, other in combinations(picture.circles.values(), 2):
        assert np.hypot(one.x - other.x, one.y - other.y) > one.radius + other.radius + 5
    for one, other in combinations(picture.boxes.values(), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    for left, top, right, bottom in picture.boxes.values():
        assert right - left < 60
        for circle in picture.circles.values():
            x, y = np.clip(circle.x, left, right), np.clip(circle.y, top, bottom)
            assert np.hypot(x - circle.x, y - circle.y) > circle.radius
    if len(picture.lines) <= 12:
        assert len(picture.boxes) == len(picture.lines)
    width, height = picture.size
    for circle in picture.circles.values():
        assert circle.radius < circle.x + 14.4 < width - circle.radius
        assert circle.radius < -circle.y + 14.4 < height - circle.radius


def test_numbers_that_have_no_room_are_in_the_tooltips_alone(monkeypatch):
    layer = Layer(3, 4, seed=1)
    assert len(Picture(draw_network(layer)).boxes) == 12
    monkeypatch.setattr("nn.pictures.positions.HEIGHT", 2.0)
    assert Picture(draw_network(layer)).boxes == {}


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
