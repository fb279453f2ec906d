"""Large graphs become small pictures that leave nothing out and say what they folded."""

import math
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, cos, dot, draw, gelu, maximum, sigmoid, sin, softplus, sum, tanh, topological_order
from tests.support.pictures import PROGRAMS, Picture, connections, number, use
from tests.support.random_graphs import labelled_graphs


def counts(text: str) -> list[int]:
    return [int(count.replace(",", "")) for count in re.findall(r"(?<![\w.])(\d[\d,]*) [a-z]", text)]


def network(samples: int) -> tuple[nn.MLP, Value]:
    model = nn.MLP(2, [4, 4, 1], "tanh", seed=0)
    inputs, targets = nn.datasets.moons(samples, noise=0.1, seed=0)
    loss = nn.mean_squared_error([model(x) for x in inputs], targets)
    loss.backward()
    return model, loss


def irregular(value: Value) -> Value:
    """Two operations, in no order that repeats."""
    for choice in random.Random(value.data).choices((tanh, sin, sigmoid, softplus, cos, gelu), k=2):
        value = choice(value)
    return value


def assert_complete(picture: Picture, order: list[Value]) -> None:
    """Every node is counted in one box, and the boxes are those that the caption says."""
    folded = [shown for name, shown in picture.nodes.items() if name.startswith("f")]
    inside = [line for shown in folded for line in shown.tooltip.split("\n")[1:]
              if re.fullmatch(r"[\d,]+ \w+", line)]
    assert len(picture.nodes) - len(folded) + math.fsum(int(line.split(" ")[0].replace(",", "")) for line in inside) \
        == len(order)
    assert f"{len(order):,} values in {len(picture.nodes):,} boxes" in picture.caption


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    use(request.param, monkeypatch)
    return request.param


def test_a_network_is_folded_by_layer(program: str) -> None:
    model, loss = network(30)
    drawing = draw(loss, names=model)
    picture = Picture(drawing.svg())
    order = topological_order(loss)
    assert_complete(picture, order)
    layers = {shown.texts[0]: shown for name, shown in picture.nodes.items() if shown.texts[0].startswith("layers")}
    assert layers.keys() == {"layers.0", "layers.1", "layers.2"}
    assert "120 affine" in layers["layers.0"].tooltip.split("\n")
    assert "120 tanh" in layers["layers.0"].tooltip.split("\n")
    assert "12 parameters" in layers["layers.0"].tooltip.split("\n")
    last = set(model.layers[2].parameters())
    results = [node.data for node in order if node.op and not last.isdisjoint(node.parents)]
    assert f"data from {min(results)!r} to {max(results)!r}" in layers["layers.2"].tooltip
    for name, layer in zip(sorted(layers), model.layers, strict=True):
        norm = math.sqrt(math.fsum(p.grad**2 for p in layer.parameters()))
        assert number(layers[name].tooltip) == pytest.approx(norm, rel=1e-12)
        assert number(layers[name].text) == pytest.approx(norm, rel=5e-4)
    for name in layers:
        assert f"{name} (" in picture.caption
    names = {shown.texts[0]: box for box, shown in picture.nodes.items()}
    assert (names["layers.0"], names["layers.1"]) in connections(drawing).values()
    assert picture.frames == {}


def test_more_modules_than_boxes_are_folded_further() -> None:
    values = [Value(0.01 * k) for k in range(300)]
    names = {f"block{k // 10}.part{k % 10}.w": value for k, value in enumerate(values)}
    loss = sum([irregular(value) for value in values])
    for most in (100, 31, 12, 3):
        picture = Picture(draw(loss, names=names, max_nodes=most).svg())
        assert len(picture.nodes) <= most
        assert_complete(picture, topological_order(loss))
    titles = {shown.texts[0] for shown in Picture(draw(loss, names=names, max_nodes=100).svg()).nodes.values()}
    assert {f"block{k}" for k in range(30)} <= titles


def test_modules_are_folded_into_larger_ones_until_they_leave_half_of_the_boxes_to_the_rest() -> None:
    values = [Value(0.01 * k) for k in range(20)]
    names = {f"net{k // 10}.block{k // 2}.part{k % 2}.w": value for k, value in enumerate(values)}
    loss = sum([irregular(value) for value in values])
    for most, titles in ((30, {f"net{k // 5}.block{k}" for k in range(10)}), (14, {"net0", "net1"})):
        shown = Picture(draw(loss, names=names, max_nodes=most).svg()).nodes.values()
        assert {node.texts[0] for node in shown if node.texts[0].startswith("net")} == titles


def test_a_network_is_folded_by_layer_also_as_a_part_of_something_larger() -> None:
    model, loss = network(30)
    picture = Picture(draw(loss, names={"teacher": model}).svg())
    assert_complete(picture, topological_order(loss))
    layers = {f"teacher.layers.{layer}" for layer in range(3)}
    assert {shown.texts[0] for shown in picture.nodes.values() if shown.texts[0].startswith("teacher")} == layers


def test_a_wide_fan_is_counted() -> None:
    x = Value(0.5, "x")
    loss = sum([sin(x * (0.001 * k)) for k in range(1000)])
    picture = Picture(draw(loss).svg())
    assert_complete(picture, topological_order(loss))
    assert sorted(shown.texts[0] for shown in picture.nodes.values()) == [
        "0.0", "0.999", "998 constants", "998 more, alike", "sin", "sin", "sum", "x", "×", "×"]
    uses = {shown.text for shown in picture.edges.values() if "folded" in shown.classes}
    assert uses == {"998 uses"}
    assert "1,000 parts are alike: the first and the last are shown in full" in picture.caption


def test_a_long_chain_is_counted() -> None:
    x = Value(0.5, "x")
    y = x
    for _ in range(3000):
        y = sin(y)
    picture = Picture(draw(y).svg())
    assert_complete(picture, topological_order(y))
    assert sorted(shown.texts[0] for shown in picture.nodes.values()) == ["2,998 more steps", "sin", "sin", "x"]
    for _ in range(1000):
        y = tanh(sin(y) * 1.01)
    picture = Picture(draw(y).svg())
    assert_complete(picture, topological_order(y))
    assert len(picture.nodes) <= 20


def test_arrows_beyond_following_are_folded_too() -> None:
    values = [Value(0.01 * k) for k in range(60)]
    loss = sum([dot(values, values) for _ in range(30)])
    assert len(topological_order(loss)) == 91
    drawing = draw(loss)
    assert sorted(shown.texts[0] for shown in Picture(drawing.svg()).nodes.values()) == [
        "28 more, alike", "60 inputs", "dot", "dot", "sum"]
    assert "3,360 uses" in drawing.source


def test_what_has_a_label_stays_to_be_seen_while_there_is_room() -> None:
    x, z = Value(0.5, "x"), Value(0.25, "z")
    loss = sum([sin(x * k) + sin(z * k) for k in range(200)])
    picture = Picture(draw(loss).svg())
    assert {"x", "z"} <= {shown.texts[0] for shown in picture.nodes.values()}
    labelled = sum([sin(Value(0.001 * k, f"x{k}")) for k in range(600)])
    assert sorted(shown.texts[0] for shown in Picture(draw(labelled).svg()).nodes.values()) == [
        "598 more, alike", "sin", "sin", "sum", "x0", "x1 … x598", "x599"]


def test_highlighted_paths_are_seen_in_a_folded_picture() -> None:
    x, z = Value(0.5, "x"), Value(0.25, "z")
    loss = sum([sin(x * k) for k in range(300)] + [sin(z * k) for k in range(300)])
    picture = Picture(draw(loss, highlight=x).svg())
    lit = sorted(shown.texts[0] for shown in picture.nodes.values() if "highlighted" in shown.classes)
    assert lit == ["298 more, alike", "sin", "sin", "sum", "x", "×", "×"]
    assert len([edge for edge in picture.edges.values() if "highlighted" in edge.classes]) == 8
    assert "300 paths highlighted" in picture.caption


@pytest.mark.parametrize("prefix", ["", "teacher."])
def test_what_is_kept_of_a_folded_module_has_its_whole_name_and_no_frame_of_its_own(prefix: str, program: str) -> None:
    model, loss = network(30)
    names = {"teacher": model} if prefix else model
    kept = model.layers[0].neurons[0].w[0]
    drawing = draw(loss, names=names, highlight=kept, max_nodes=20)
    picture = Picture(drawing.svg())
    assert_complete(picture, topological_order(loss))
    (lit,) = [shown for shown in picture.nodes.values() if "parameter" in shown.classes]
    assert lit.texts[0] == "layers.0.neurons.0.w.0"
    titles = [shown.texts[0] for shown in picture.nodes.values()]
    assert titles.count(f"{prefix}layers.0") == 1
    assert [frame.text for frame in picture.frames.values()] == (["teacher"] if prefix else [])


def test_arrows_from_constants_are_dashed_in_a_folded_picture_too(program: str) -> None:
    x = Value(0.5, "x")
    loss = sum([sin(x * (0.001 * k)) for k in range(300)])
    drawing = draw(loss)
    picture, leads = Picture(drawing.svg()), connections(drawing)
    dashed = {picture.nodes[leads[name][0]].texts[0] for name, shown in picture.edges.items()
              if shown.styles().get("stroke-dasharray")}
    assert dashed == {"0.0", "298 constants", "0.299"}
    assert {picture.nodes[leads[name][0]].texts[0] for name, shown in picture.edges.items()
            if "nothing-flows" in shown.classes} == dashed


@settings(max_examples=25)
@given(labelled_graphs(), st.integers(1, 12))
def test_any_graph_gets_as_small_as_it_is_asked_to(output: Value, most: int) -> None:
    order = topological_order(output)
    picture = Picture(draw(output, max_nodes=most).svg())
    assert len(picture.nodes) <= most
    if len(order) > most:
        assert_complete(picture, order)
    else:
        assert len(picture.nodes) == len(order)
        assert picture.caption == ""


def test_a_graph_without_any_pattern_is_folded_by_depth() -> None:
    nodes = [Value(0.1), Value(0.2)]
    state = 1
    for _ in range(3000):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        a, b = nodes[-1 - state % min(40, len(nodes))], nodes[-1 - state // 64 % min(40, len(nodes))]
        nodes.append(maximum(a, sin(b)) if state // 4096 % 2 else tanh(a + b))
    order = topological_order(nodes[-1])
    for most in (500, 40, 1):
        drawing = draw(nodes[-1], max_nodes=most)
        boxes = set(re.findall(r"^\t([nf]\d+) \[", drawing.source, re.MULTILINE))
        assert 0 < len(boxes) <= most
        assert f"{len(order):,} values in {len(boxes):,} box" in drawing.source
