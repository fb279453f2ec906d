"""The picture shows the graph: what is in it, between what, and with which numbers."""

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import (
    StaleGraphError,
    Value,
    constant,
    draw,
    expand,
    gradients,
    no_grad,
    operation,
    operations,
    sigmoid,
    sin,
    sqrt,
    stop_gradient,
    sum,
    tanh,
    topological_order,
    trace,
    where,
)
from autograd.table.stubs import EXPORTS, exports
from tests.support.alike import KINDS, graph_of
from tests.support.garbage import assert_freed_at_once
from tests.support.pictures import PROGRAMS, Picture, connections, number, use
from tests.support.random_graphs import labelled_graphs

ROOT = Path(__file__).parents[3]


def neuron() -> tuple[Value, Value, Value, Value]:
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.8813735870195432, "b")
    y = tanh(w * x + b)
    y.label = "y"
    return y, w, x, b


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    use(request.param, monkeypatch)
    return request.param


# ---- What is drawn -------------------------------------------------------------------------------------------------


def test_a_neuron_is_drawn_with_every_number(program: str) -> None:
    y, *_ = neuron()
    y.backward()
    picture = Picture(draw(y).svg())
    assert {name: shown.text for name, shown in picture.nodes.items()} == {
        "n0": "w −3.0 grad 1.0", "n1": "x 2.0 grad −1.5", "n2": "× v1 −6.0 grad 0.5", "n3": "b 6.881 grad 0.5",
        "n4": "+ v2 0.8814 grad 0.5", "n5": "tanh y 0.7071 grad 1.0"}
    assert {name: shown.text for name, shown in picture.edges.items()} == {
        "e2-0": "×2.0", "e2-1": "×−3.0", "e4-0": "×1.0", "e4-1": "×1.0", "e5-0": "×0.5"}
    assert picture.nodes["n5"].tooltip == "tanh y\ndata = 0.7071067811865477\ngrad = 1.0"
    assert picture.edges["e2-1"].tooltip == (
        f"local derivative = -3.0\ngradient along this edge = {-3.0 * y.parents[0].grad}")
    assert connections(draw(y)) == {"e2-0": ("n0", "n2"), "e2-1": ("n1", "n2"), "e4-0": ("n2", "n4"),
                                    "e4-1": ("n3", "n4"), "e5-0": ("n4", "n5")}
    picture.assert_harmless()


@settings(max_examples=15)
@given(labelled_graphs())
def test_every_value_and_every_use_is_there_with_the_derivative_that_pytorch_finds(output: Value) -> None:
    output.backward()
    order = topological_order(output)
    places = {node: place for place, node in enumerate(order)}
    drawing = draw(output)
    picture = Picture(drawing.svg())
    assert picture.nodes.keys() == {f"n{place}" for place in range(len(order))}
    for place, node in enumerate(order):
        shown = picture.nodes[f"n{place}"]
        assert f"data = {node.data!r}" in shown.tooltip
        assert node.constant or f"grad = {node.grad!r}" in shown.tooltip
    leads = connections(drawing)
    assert leads == {f"e{places[node]}-{k}": (f"n{places[parent]}", f"n{places[node]}")
                     for node in order for k, parent in enumerate(node.parents)}
    assert picture.edges.keys() == leads.keys()
    for node in order:
        for k, (parent, slope) in enumerate(zip(node.parents, slopes_by_pytorch(node), strict=True)):
            shown = picture.edges[f"e{places[node]}-{k}"]
            if parent.constant:
                assert shown.text == ""
                assert shown.styles()["stroke-dasharray"]
            else:
                assert number(shown.text) == pytest.approx(slope, rel=5.1e-4, abs=1e-12)  # in four digits
                first, second = shown.tooltip.split("\n")[:2] if "\n" in shown.tooltip else (shown.tooltip, "")
                assert float(first.removeprefix("local derivative = ")) == pytest.approx(slope, rel=1e-12, abs=1e-12)
                if second:
                    assert number(second) == pytest.approx(node.grad * slope, rel=1e-12, abs=1e-12)


def slopes_by_pytorch(node: Value) -> list[float]:
    """The partial derivative of the operation of this node alone with respect to each parent."""
    if node.op is None:
        return []
    tensors = [torch.tensor(parent.data, dtype=torch.float64, requires_grad=True) for parent in node.parents]
    ways: dict[str, Callable[..., torch.Tensor]] = {
        "add": torch.add, "subtract": torch.subtract, "multiply": torch.multiply, "maximum": torch.maximum,
        "tanh": torch.tanh, "sin": torch.sin, "sigmoid": torch.sigmoid, "relu": torch.relu,
        "dot": lambda a, b, c, d: a * c + b * d, "sum": lambda a, b, c: a + b + c}
    return [float(slope) for slope in torch.autograd.grad(ways[node.op.name](*tensors), tensors)]


@pytest.mark.parametrize("name", operations)
def test_every_row_of_the_table_can_be_drawn(name: str) -> None:
    row = operations[name]
    arguments: list[Any] = []
    for place, is_list in enumerate(row.lists):
        x = Value(0.0 if name == "take" and place == 0 else 0.5, f"p{place}")
        arguments.append([x, Value(0.25, "q")] if is_list else x)
    output = row(*arguments)
    picture = Picture(draw(output).svg())
    assert row.sign in picture.nodes[f"n{len(topological_order(output)) - 1}"].texts
    assert len(picture.edges) == len(output.parents)


def test_a_row_added_to_the_table_is_drawn_as_it_says() -> None:
    row = operation("cube_for_drawing", lambda x: x * x * x, partials=(lambda y, x: 3 * x * x,), symbol="<x³>")
    picture = Picture(draw(row(Value(2.0))).svg())
    assert picture.edges["e1-0"].text == "×12.0"
    assert picture.nodes["n1"].texts[0] == "<x³>"


def test_a_parent_used_twice_has_two_edges() -> None:
    x = Value(3.0, "x")
    assert connections(draw(x * x)) == {"e1-0": ("n0", "n1"), "e1-1": ("n0", "n1")}


def test_several_outputs_share_what_they_share() -> None:
    x = Value(1.0, "x")
    shared = sin(x)
    a, b = shared * 2, shared + 1
    picture = Picture(draw([a, b, a]).svg())
    assert len(picture.nodes) == 6
    assert sorted(name for name, shown in picture.nodes.items() if "output" in shown.classes) == ["n3", "n5"]


def test_a_gradient_that_is_a_graph_is_drawn_too() -> None:
    x = Value(3.0, "x")
    (slope,) = gradients(x**3 * sin(x), [x])
    picture = Picture(draw(slope).svg())
    assert len(picture.nodes) == len(topological_order(slope))
    assert number(picture.edges["e3-0"].text) == pytest.approx(-math.sin(3.0), rel=5e-4)


def test_a_single_value_is_a_picture() -> None:
    for value, kind in ((Value(1.0), "input"), (constant(1.0), "constant")):
        picture = Picture(draw(value).svg())
        assert picture.nodes["n0"].classes == [kind]
        assert picture.edges == {}


def test_kinds_differ_in_class_shape_and_brightness() -> None:
    w, x = Value(1.0, "w"), Value(2.0, "x")
    output = tanh(w * x + 1.0)
    picture = Picture(draw(output, names={"w": w}).svg())
    kinds = {" ".join(shown.classes): shown for shown in picture.nodes.values()}
    assert kinds.keys() == {"input", "parameter", "constant", "operation", "operation output"}
    outlines = {name: (kind.element.findall("*")[1].tag, len(kind.element.findall("*")),
                       kind.styles().get("stroke-dasharray", ""), kind.styles().get("points", "").count(","))
                for name, kind in kinds.items()}
    assert len(set(outlines.values())) == 5
    for kind in kinds.values():
        red, green, blue = (int(kind.styles()["fill"].lstrip("#").replace("white", "ffffff")[k : k + 2], 16)
                            for k in (0, 2, 4))
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue > 200  # dark text is read on it


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, from 0 to 1."""
    names = {"": "#000000", "white": "#ffffff", "black": "#000000"}
    shares = [int(names.get(color, color)[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_all_text_stands_out_from_what_it_is_written_on(program: str) -> None:
    """Success criterion 1.4.3 of WCAG 2.2: a contrast of 4.5 to 1."""
    w, x = Value(1.0, "w"), Value(2.0, "x")
    output = tanh(sin(w * x + 1.0))
    pictures = [Picture(draw(output, names={"part.w": w}, parameters=w, highlight=highlight, max_nodes=most).svg())
                for highlight in ((), w) for most in (500, 2)]
    kinds: set[str] = set()
    for picture in pictures:
        ground = [frame.styles()["fill"] for frame in picture.frames.values()]
        for shown in [*picture.nodes.values(), *picture.frames.values(), *picture.edges.values()]:
            kinds |= {*shown.classes}
            fills = [*ground, "white"] if "fill" not in shown.styles() or shown.styles()["fill"] == "none" else [
                shown.styles()["fill"]]
            for text in shown.element.findall("{*}text"):
                for fill in fills:
                    dark, light = sorted((luminance(text.get("fill", "")), luminance(fill)))
                    assert (light + 0.05) / (dark + 0.05) >= 4.5, (shown.classes, text.text)
    assert kinds >= {"input", "parameter", "constant", "operation", "output", "folded", "highlighted", "module", "use"}


def test_gradients_partials_and_widths_can_be_left_out() -> None:
    y, *_ = neuron()
    y.backward()
    assert "grad" not in draw(y, gradients=False).source
    assert {shown.text for shown in Picture(draw(y, partials=False).svg()).edges.values()} == {""}
    widths = re.findall(r"penwidth=([\d.]+)", draw(y).source)
    assert len(set(widths)) > 1
    assert set(re.findall(r"penwidth=([\d.]+)", draw(y, widths=False).source)) == {"1.00"}


def test_the_width_of_an_edge_follows_the_gradient_that_flows_along_it() -> None:
    y, *_ = neuron()
    y.backward()
    picture = Picture(draw(y).svg())
    flows = {name: abs(number(shown.tooltip)) for name, shown in picture.edges.items()}
    widths = {name: float(shown.styles().get("stroke-width", 1)) for name, shown in picture.edges.items()}
    assert sorted(flows, key=lambda name: (flows[name], name)) == sorted(
        flows, key=lambda name: (widths[name], flows[name], name))
    assert widths["e2-1"] == max(widths.values())


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_labels_are_on_white_and_beside_their_arrows_also_if_these_are_thick(direction: str, program: str) -> None:
    """In pixels as well, to which no halo of letters can be given."""
    x = Value(0.3, "x")
    y = sum([*(x * 1.5 for _ in range(3)), sin(x), x])
    y.backward()
    labelled = [shown for shown in Picture(draw(y, direction=direction).svg()).edges.values() if shown.text]
    assert len(labelled) == 9
    for shown in labelled:
        ground, text = list(shown.element)[-2:]
        assert ground.attrib["fill"] == "white"
        assert text.text == shown.text
        corners = [tuple(map(float, corner.split(","))) for corner in ground.attrib["points"].split()]
        (left, top), (right, bottom) = (tuple(map(extreme, zip(*corners, strict=True))) for extreme in (min, max))
        assert left <= float(text.attrib["x"]) < right
        assert top < float(text.attrib["y"]) < bottom
        half = float(shown.styles()["stroke-width"]) / 2
        for across, down in along(shown.styles()["d"]):
            assert not (left - half < across < right + half and top - half < down < bottom + half), shown.tooltip


def along(path: str) -> Iterator[tuple[float, float]]:
    """Points on a path of Bézier curves, "M0,0C1,0 2,1 2,2", close together."""
    numbers = list(map(float, re.findall(r"-?[\d.]+", path)))
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    for first in range(0, len(points) - 1, 3):
        for t in (step / 100 for step in range(101)):
            shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            xs, ys = zip(*points[first : first + 4], strict=True)
            yield float(torch.tensor(shares) @ torch.tensor(xs)), float(torch.tensor(shares) @ torch.tensor(ys))


def test_before_backward_no_gradient_flows_and_all_edges_are_alike() -> None:
    y, *_ = neuron()
    picture = Picture(draw(y).svg())
    assert {shown.tooltip.count("\n") for shown in picture.edges.values()} == {0}
    assert len({shown.styles().get("stroke-width", "1") for shown in picture.edges.values()}) == 1


def test_where_no_gradient_flows_and_where_there_is_none() -> None:
    x, y = Value(0.0, "x"), Value(1.0, "y")
    picture = Picture(draw(sqrt(x) + stop_gradient(y) + where(y, x, 1.0)).svg())
    undefined = [shown for shown in picture.edges.values() if shown.text == "undefined"]
    assert [shown.tooltip for shown in undefined] == [
        "sqrt(x) has no finite derivative with respect to x; here x = 0.0 (label 'x')"]
    stopped = [shown for shown in picture.edges.values() if "nothing-flows" in shown.classes]
    assert len(stopped) == 4  # sqrt at 0, stop_gradient, a condition and a constant
    assert all(shown.styles()["stroke-dasharray"] for shown in stopped)


def test_the_derivative_with_respect_to_a_constant_exponent_is_not_asked_for() -> None:
    assert Picture(draw(Value(-2.0) ** 2).svg()).edges["e2-0"].text == "×−4.0"


def test_where_one_argument_has_no_derivative_the_others_are_still_shown() -> None:
    def shown(power: Value) -> dict[str, str]:
        return {name[-1]: edge.text for name, edge in Picture(draw(power).svg()).edges.items()}

    x = Value(-2.0, "x")
    assert shown(x ** Value(2.0)) == {"0": "×−4.0", "1": "undefined"}
    assert shown(x**x) == {"0": "#1 ×0.25", "1": "undefined"}  # −2·(−2)^(−3)
    assert shown(Value(0.0) ** Value(0.5)) == {"0": "undefined", "1": "×0.0"}


def test_a_missing_derivative_is_told_on_one_line_also_if_it_was_traced() -> None:
    with trace():
        y = sqrt(Value(0.0))
    assert Picture(draw(y).svg()).edges["e1-0"].tooltip == (
        "sqrt(x) has no finite derivative with respect to x; here x = 0.0")


def test_opened_operations_have_their_gradients_though_other_derivatives_are_missing() -> None:
    """Gradients set by hand, since backward() refuses: what is opened hands them on all the same."""
    x, z = Value(0.5, "x"), Value(0.0, "z")
    y = tanh(x) + sqrt(z)
    y.grad = y.parents[0].grad = 3.0
    picture = Picture(draw(y, expand="tanh").svg())
    opened = expand(tanh(x))
    opened.backward(3.0)
    expected = {f"grad = {node.grad!r}" for node in topological_order(opened) if node.op}
    assert len(expected) > 3
    assert expected <= {line for shown in picture.nodes.values() for line in shown.tooltip.split("\n")}


def test_a_traced_value_tells_its_line() -> None:
    x = Value(1.0)
    with trace():
        y = sin(x)
    assert Picture(draw(y).svg()).nodes["n1"].tooltip.endswith(": y = sin(x)")


# ---- Names and modules ---------------------------------------------------------------------------------------------


def test_names_come_from_a_dict_a_module_or_a_dict_of_modules() -> None:
    w, x = Value(1.0, "old"), Value(2.0)
    y = w * x
    picture = Picture(draw(y, names={"weight": w, "product": y}).svg())
    assert picture.nodes["n0"].texts[0] == "weight"
    assert "product" in picture.nodes["n2"].text
    assert picture.nodes["n0"].classes == ["parameter"]
    model = nn.Neuron(2, seed=0)
    output = model([1.0, 2.0])
    assert "parameter w.1" in draw(output, names=model).source
    picture = Picture(draw(output, names={"net": model}).svg())
    assert list(picture.frames) == ["c-net"]
    assert {"parameter net.w.1\ndata" in shown.tooltip for shown in picture.nodes.values()} == {True, False}


# ---- Highlighted paths ---------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(labelled_graphs(), st.data())
def test_the_highlighted_edges_are_those_on_some_path(output: Value, data: st.DataObject) -> None:
    order = topological_order(output)
    chosen = data.draw(st.sampled_from(order))
    picture = Picture(draw(output, highlight=chosen).svg())
    found: list[list[str]] = []

    def walk(node: Value, edges: list[str]) -> None:
        if node is chosen:
            found.append(edges)
        for k, parent in enumerate(node.parents):
            walk(parent, [*edges, f"e{order.index(node)}-{k}"])

    walk(output, [])
    assert {name for name, shown in picture.edges.items() if "highlighted" in shown.classes} == {
        edge for path in found for edge in path}
    assert picture.caption == f"{len(found):,} {'path' if len(found) == 1 else 'paths'} highlighted"


def test_several_values_can_be_highlighted_and_paths_beyond_counting_are_counted() -> None:
    x = Value(0.5, "x")
    y = x
    for _ in range(2000):
        y = (y + y) * 0.5
    assert "more than a billion paths highlighted" in draw(y, highlight=[x], max_nodes=10).source
    a, b = Value(1.0), Value(2.0)
    assert "2 paths" in draw(a * b, highlight=[a, b]).source


# ---- Opened operations ---------------------------------------------------------------------------------------------


def test_opened_operations_are_what_expand_makes_of_them_with_gradients() -> None:
    y, *_ = neuron()
    y.backward()
    opened = expand(y)
    opened.backward()  # the leaves now have twice their gradient
    expected = sorted((node.data, node.grad) for node in topological_order(opened) if node.op)
    picture = Picture(draw(y, expand=True).svg())
    assert len(picture.nodes) == len(topological_order(opened))
    found = sorted(tuple(float(line.split(" = ")[1]) for line in shown.tooltip.split("\n")[1:])
                   for shown in picture.nodes.values() if "operation" in shown.classes)
    assert torch.allclose(torch.tensor(found), torch.tensor(expected), rtol=1e-12, atol=0)
    only = Picture(draw(y, expand="tanh").svg())
    assert len(only.nodes) == len(picture.nodes)
    assert len(Picture(draw(y, expand=["dot"]).svg()).nodes) == 6
    assert "grad = " not in draw(y, expand=True, gradients=False).source
    nothing: tuple[Any, ...] = (None, (), set[str]())
    assert {draw(y, expand=closed).source for closed in nothing} == {draw(y).source}
    with pytest.raises(LookupError, match="there is no operation 'tan_h'; did you mean 'tanh'"):
        draw(y, expand="tan_h")


def test_outputs_marks_and_names_survive_being_opened() -> None:
    x = Value(0.5, "x")
    inner = sigmoid(x)
    a, b = tanh(inner), inner * 2
    (a + b).backward()
    picture = Picture(draw([a, b], expand=True, highlight=inner, names={"hidden": inner}).svg())
    (hidden,) = [name for name, shown in picture.nodes.items() if "hidden" in shown.text]
    assert "highlighted" in picture.nodes[hidden].classes
    assert f"grad = {inner.grad!r}" in picture.nodes[hidden].tooltip  # once, though it is found anew
    assert not any("highlighted" in shown.classes for shown in picture.nodes.values() if "input" in shown.classes)
    assert len([shown for shown in picture.nodes.values() if "output" in shown.classes]) == 2
    assert len(picture.nodes) == len({*topological_order(autograd.calculus.expansion.expand_all([a, b]))})


# ---- The graph, and the program around it --------------------------------------------------------------------------


@pytest.mark.parametrize("backward", [False, True])
def test_the_graph_is_not_changed(backward: bool) -> None:
    y, *_ = neuron()
    if backward:
        y.backward()
    state = lambda: [(id(node), node.data, node.grad, node.label, node.op, [*map(id, node.parents)])
                     for node in topological_order(y)]
    before = state()
    for options in ({}, {"expand": True}, {"max_nodes": 2}, {"highlight": y}, {"names": {"y": y}}):
        draw(y, **options).svg()
    assert state() == before


@pytest.mark.parametrize("options", [{}, {"max_nodes": 4}, {"expand": True}, {"group": False, "direction": "TB"}])
def test_a_picture_is_freed_at_once(options: Any) -> None:
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    loss = model([1.0, 2.0])
    loss.backward()
    assert_freed_at_once(lambda: draw(loss, names=model, highlight=model.parameters()[0], **options).svg())


def test_the_same_graph_gives_the_same_bytes_and_new_numbers_keep_the_identifiers(program: str) -> None:
    y, w, *_ = neuron()
    assert draw(y).source == draw(y).source
    assert draw(y).svg() == draw(y).svg()
    assert draw(neuron()[0]).pipe("png") == draw(y).pipe("png")
    before = Picture(draw(y).svg())
    w.data = 0.25
    after = Picture(draw(autograd.recalculate(y)).svg())
    assert list(before.nodes) == list(after.nodes)
    assert list(before.edges) == list(after.edges)
    assert before.nodes["n0"].text != after.nodes["n0"].text


@pytest.mark.parametrize("options", [{}, {"gradients": False, "partials": False}, {"max_nodes": 2}, {"expand": True}])
def test_old_results_and_new_numbers_are_not_drawn_together(options: Any) -> None:
    y, w, *_ = neuron()
    w.data = 0.25
    with pytest.raises(StaleGraphError, match=r"^'w' was set to 0\.25 after the Value -6\.0 "):
        draw(y, **options)
    draw(autograd.recalculate(y), **options)


def test_the_order_of_sets_and_dicts_plays_no_part() -> None:
    program = ("import nn; from autograd import *; model = nn.MLP(2, [3, 1], seed=0)\n"
               "loss = nn.mean_squared_error([model([k, 1.0]) for k in range(4)], [1.0] * 4); loss.backward()\n"
               "for most in (500, 20): print(draw(loss, names=model, highlight=model.parameters()[0], max_nodes=most))")
    sources = {subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT,
                              env=os.environ | {"PYTHONHASHSEED": seed}).stdout for seed in ("1", "2", "3")}
    assert len(sources) == 1
    assert b"f0" in sources.pop()


@pytest.mark.parametrize("options", [{}, {"expand": True}, {"max_nodes": 3}, {"group": False}])
@pytest.mark.parametrize("kind", KINDS)
def test_nodes_are_told_apart_by_identity_whatever_a_subclass_says_of_equality(kind: type[Value], options: Any) -> None:
    def drawn(kind: type[Value]) -> str:
        output, a, b = graph_of(kind)
        names = {"net.a": a, "net.b": b}
        return draw([output, a, b], names=names, highlight=[b, a], **options).source

    assert drawn(kind) == drawn(Value)


def test_nothing_is_recorded_or_read_from_inside_of_no_grad() -> None:
    y, *_ = neuron()
    with no_grad():
        inside = draw(y, expand=True).source
    assert inside == draw(y, expand=True).source


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_the_direction_is_that_from_inputs_to_outputs(direction: str, program: str) -> None:
    y, *_ = neuron()
    picture = Picture(draw(y, direction=direction).svg())
    where = {name: (float(shape.attrib["x"]), float(shape.attrib["y"])) for name, shown in picture.nodes.items()
             for shape in shown.element if shape.tag.endswith("text")}
    (x0, y0), (x1, y1) = where["n0"], where["n5"]
    assert {"LR": x1 > x0, "RL": x1 < x0, "TB": y1 > y0, "BT": y1 < y0}[direction]


@pytest.mark.parametrize(("arguments", "options", "error", "message"), [
    ((3.0,), {}, TypeError, "draw needs a Value or a list of Values, not 'float'"),
    (([Value(1.0), 2],), {}, TypeError, "draw needs a Value or a list of Values, not 'int'"),
    (([],), {}, ValueError, "draw needs at least one Value"),
    ((Value(1.0),), {"direction": "left"}, ValueError, "direction is one of LR, RL, TB, BT, not 'left'"),
    ((Value(1.0),), {"max_nodes": 0}, ValueError, "max_nodes is a whole number from 1, not 0"),
    ((Value(1.0),), {"max_nodes": True}, ValueError, "max_nodes is a whole number from 1, not True"),
    ((Value(1.0),), {"max_nodes": 2.5}, ValueError, "max_nodes is a whole number from 1, not 2.5"),
    ((Value(1.0),), {"highlight": Value(2.0)}, ValueError, "the Value to highlight is not in the graph: Value("),
    ((Value(1.0),), {"highlight": "x"}, TypeError, "highlight needs a Value or a list of Values, not 'str'"),
    ((Value(1.0),), {"expand": 3}, TypeError, "expand takes an operation or its name, or a list of these, "
     "not 'int'"),
    ((Value(1.0),), {"names": ["w"]}, TypeError,
     "names is a Module or a dict of Values and Modules by name, not 'list'"),
    ((Value(1.0),), {"names": {"w": 1.0}}, TypeError, "names['w'] is neither a Value nor a Module, but 'float'"),
])
def test_what_cannot_be_drawn_is_refused(arguments: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match="^" + re.escape(message)):
        draw(*arguments, **options)


def test_import_autograd_does_not_import_graphviz() -> None:
    program = "import sys, autograd; assert callable(autograd.draw); print('graphviz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                          cwd=ROOT).stdout == "False\n"


def test_draw_is_exported() -> None:
    assert "draw" in autograd.__all__
    assert exports(EXPORTS.read_text(encoding="utf-8")) == EXPORTS.read_text(encoding="utf-8")


def test_a_network_and_its_loss_are_drawn_whole(program: str) -> None:
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    inputs, targets = nn.datasets.xor()
    loss = nn.mean_squared_error([model(x) for x in inputs], targets)
    loss.backward()
    drawing = draw(loss, names=model, fold=False)
    picture = Picture(drawing.svg())
    order = topological_order(loss)
    assert picture.nodes.keys() == {f"n{place}" for place in range(len(order))}
    assert len(picture.edges) == len([parent for node in order for parent in node.parents])
    assert {name for pair in connections(drawing).values() for name in pair} == picture.nodes.keys()
    picture.assert_harmless()
