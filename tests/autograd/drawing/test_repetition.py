"""What repeats is drawn once: the first and the last in full, one box for the others, and nothing is lost or wrong."""

import math
import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import nn
from autograd import (
    Value,
    constant,
    cos,
    dot,
    draw,
    gradients,
    relu,
    sigmoid,
    sin,
    softplus,
    sum,
    tanh,
    topological_order,
)
from tests.support.pictures import PROGRAMS, Picture, Shown, number, use

MOST = 40
WIDE, HIGH = 2560, 1440  # in points, of which letters have 14: two on each pixel of a slide of 1280 by 720

UNARY = (tanh, sin, sigmoid, relu, cos, softplus)


def recurrence(steps: int) -> Value:
    h, wx, wh = Value(0.1, "h"), Value(0.5, "wx"), Value(0.9, "wh")
    for _ in range(steps):
        h = tanh(wx * 0.1 + wh * h)
    return h


def interest(steps: int) -> Value:
    y, x = Value(1.0, "y"), Value(2.0, "x")
    for _ in range(steps):
        y = y * 1.001 + x * 0.001
    return y


def descent(steps: int) -> Value:
    """Gradient descent, recorded: the loss after so many steps."""
    w, x, t = Value(0.3, "w"), Value(1.5, "x"), Value(2.0, "t")
    for _ in range(steps):
        (slope,) = gradients((w * x - t) ** 2, [w])
        w = w - slope * 0.05
    return (w * x - t) ** 2


def descent_by_hand(steps: int) -> Value:
    w, x, t = Value(0.3, "w"), Value(1.5, "x"), Value(2.0, "t")
    for _ in range(steps):
        w = w - 0.05 * (2 * (w * x - t) * x)
    return w


def slope_through_time(steps: int) -> Value:
    y, x = Value(1.0, "y"), Value(0.9, "x")
    last = y
    for _ in range(steps):
        last = sin(last) * x
    return gradients(last, [x])[0]


def chain_of_losses(samples: int) -> Value:
    w, b, total = Value(0.3, "w"), Value(0.1, "b"), constant(0.0)
    for k in range(samples):
        total = total + (tanh(w * Value(0.1 * k, f"x{k}") + b) - Value(k % 2, f"t{k}")) ** 2
    return total / samples


def rows_of_states(steps: int) -> Value:
    weights = [[Value(math.sin(3 * i + j), f"w{i},{j}") for j in range(8)] for i in range(8)]
    states = [Value(0.1 * i, f"h{i}") for i in range(8)]
    for _ in range(steps):
        states = [tanh(dot(row, states)) for row in weights]
    return sum(states)


def sequences(steps: int) -> Value:
    wx, wh = Value(0.5, "wx"), Value(0.8, "wh")
    losses: list[Value] = []
    for k in range(5):
        h = constant(0.0)
        for t in range(steps):
            h = tanh(wx * Value(0.1 * t - 0.2 * k) + wh * h)
        losses.append((h - Value(0.1 * k)) ** 2)
    return sum(losses) / 5


GRAPHS = (recurrence, interest, descent, descent_by_hand, slope_through_time, chain_of_losses, rows_of_states,
          sequences)


def folded(picture: Picture) -> list[Shown]:
    return [shown for name, shown in picture.nodes.items() if name.startswith("f")]


def counted(box: Shown) -> int:
    return int(math.fsum(int(line.split(" ")[0].replace(",", "")) for line in box.tooltip.split("\n")[1:]
                         if re.fullmatch(r"[\d,]+ \w+", line)))


def assert_whole(picture: Picture, order: Sequence[Value]) -> None:
    """Every node is in one box, and each further box of a leaf says that it is one."""
    single = {name for name in picture.nodes if re.fullmatch(r"n\d+", name)}
    assert len(single) + math.fsum(map(counted, folded(picture))) == len(order)
    for name, shown in picture.nodes.items():
        first, _, again = name.partition("_")
        if again:
            node = order[int(first[1:])]
            assert node.op is None
            assert node.constant or ("again" in shown.classes and "again" in shown.texts)
            assert shown.texts[0] == picture.nodes[first].texts[0]
            assert "grad" not in " ".join(shown.texts)
    assert all(shown.texts[0] for shown in picture.nodes.values())


def size(picture: Picture) -> tuple[float, float]:
    _, _, width, height = map(float, picture.root.attrib["viewBox"].split())
    return width, height


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("graph", GRAPHS)
def test_a_recurrence_of_any_length_is_a_picture_for_a_slide(
        graph: Callable[[int], Value], program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(program, monkeypatch)
    for steps in (60, 300 if graph is not rows_of_states else 80):
        output = graph(steps)
        output.backward()
        picture = Picture(draw(output).svg())
        assert_whole(picture, topological_order(output))
        assert len([name for name in picture.nodes if "_" not in name]) <= MOST
        width, height = size(picture)
        assert width <= WIDE
        assert height <= HIGH
        picture.assert_harmless()


def test_the_first_and_the_last_step_are_shown_and_the_others_counted() -> None:
    h, wx, wh = Value(0.1, "h"), Value(0.5, "wx"), Value(0.9, "wh")
    steps: list[list[Value]] = []
    for _ in range(60):
        made = [wx * 0.1, wh * h]
        made += [made[0] + made[1]]
        made += [tanh(made[2])]
        steps.append(made)
        h = made[-1]
    h.backward()
    order = topological_order(h)
    drawing = draw(h)
    picture = Picture(drawing.svg())
    assert {name for name in picture.nodes if order[int(name.strip("nf").split("_")[0])].op and name[0] == "n"} == {
        f"n{place}" for place, node in enumerate(order) if any(node is other for other in [*steps[0], *steps[-1]])}
    (box,) = [shown for shown in folded(picture) if shown.texts[0] == "58 more steps"]
    hidden = [node for made in steps[1:-1] for node in made]
    assert box.tooltip.split("\n")[:5] == [
        "58 more steps", "116 multiply", "58 add", "58 tanh",
        f"data from {min(node.data for node in hidden)!r} to {max(node.data for node in hidden)!r}"]
    assert number(box.tooltip) == pytest.approx(math.hypot(*(node.grad for node in hidden)), rel=1e-12)
    (constants,) = [shown for shown in folded(picture) if shown is not box]
    assert constants.texts == ["58 constants", "0.1"]
    assert picture.caption.startswith("303 values in 15 boxes 60 steps are alike: the first and the last are shown in "
                                      "full “again” (dashed): wh, wx, drawn near their uses")


@st.composite
def cells(pick: st.DrawFn) -> tuple[list[int], bool, bool]:
    """A step in time: operations in an order that does not repeat itself, with or without input and constant."""
    return pick(st.permutations(range(len(UNARY))))[: pick(st.integers(1, 5))], pick(st.booleans()), pick(st.booleans())


@settings(max_examples=25)
@given(cells(), st.integers(25, 120), st.booleans())
def test_any_cell_that_repeats_is_folded(cell: tuple[list[int], bool, bool], steps: int, backward: bool) -> None:
    operations, with_input, with_constant = cell
    w, h = Value(0.7, "w"), Value(0.3, "h")
    made: list[list[Value]] = []
    inputs: list[Value] = []
    for k in range(steps):
        result = [w * h]
        if with_input:
            inputs.append(Value(0.01 * k, f"x{k}"))
            result += [result[-1] + inputs[-1]]
        if with_constant:
            result += [result[-1] - 0.25]
        for place in operations:
            result += [UNARY[place](result[-1])]
        made.append(result)
        h = result[-1]
    if backward:
        h.backward()
    order = topological_order(h)
    picture = Picture(draw(h).svg())
    if len(order) <= MOST:
        assert not folded(picture)
        return
    assert_whole(picture, order)
    assert len(picture.nodes) <= MOST
    places = {id(node): f"n{place}" for place, node in enumerate(order)}
    assert {places[id(node)] for node in [*made[0], *made[-1]]} <= picture.nodes.keys()
    hidden = [node for result in made[1:-1] for node in result]
    assert not {places[id(node)] for node in hidden} & picture.nodes.keys()
    (box,) = [shown for shown in folded(picture) if shown.texts[0] == f"{steps - 2} more steps"]
    assert f"data from {min(node.data for node in hidden)!r} to {max(node.data for node in hidden)!r}" in box.tooltip
    if backward:
        assert number(box.tooltip) == pytest.approx(math.hypot(*(node.grad for node in hidden)), rel=1e-12, abs=1e-300)
    if with_input:
        (box,) = [shown for shown in folded(picture) if shown.texts[0] == f"x1 … x{steps - 2}"]
        assert f"data from {inputs[1].data!r} to {inputs[-2].data!r}" in box.tooltip


@settings(max_examples=15)
@given(st.integers(3, 40), st.integers(1, 4), st.integers(1, 10), st.booleans())
@example(4, 2, 4, True)
def test_any_batch_fits_a_slide_with_inputs_and_targets_apart(
        samples: int, inputs: int, neurons: int, with_names: bool) -> None:
    model = nn.MLP(inputs, [neurons, 1], "tanh", seed=0)
    points = [[math.sin(k + 7 * i) for i in range(inputs)] for k in range(samples)]
    targets = [math.cos(k) for k in range(samples)]
    loss = nn.mean_squared_error([model(point) for point in points], targets)
    loss.backward()
    order = topological_order(loss)
    picture = Picture(draw(loss, names=model if with_names else None).svg())
    if len(order) > MOST:
        assert_whole(picture, order)
        assert len(picture.nodes) <= MOST
        assert f"{len(order):,} values in {len(picture.nodes)} boxes" in picture.caption
        if with_names:
            of_targets = [shown for shown in folded(picture) if shown.texts[0] == "targets"]
            shown = [order[int(name[1:])].data for name in picture.nodes if name[0] == "n"]
            for box in of_targets:
                low, high = map(float, re.findall(r"data from (\S+) to (\S+)", box.tooltip)[0])
                assert {low, high} <= set(targets)
                assert all(low <= target <= high or target in shown for target in targets)
            assert of_targets or set(targets) <= set(shown)


def test_small_graphs_and_those_that_are_asked_for_are_shown_whole() -> None:
    output = recurrence(7)
    assert len(topological_order(output)) == 38
    assert not folded(Picture(draw(output).svg()))
    output = recurrence(60)
    for drawing in (draw(output, fold=False), draw(output, max_nodes=303)):
        picture = Picture(drawing.svg())
        assert not folded(picture)
        assert len({name.split("_")[0] for name in picture.nodes}) == 303
        assert_whole(picture, topological_order(output))


def test_a_marked_step_is_shown_among_those_that_are_folded() -> None:
    h, wx, wh = Value(0.1, "h"), Value(0.5, "wx"), Value(0.9, "wh")
    states: list[Value] = []
    for _ in range(60):
        h = tanh(wx * 0.1 + wh * h)
        states.append(h)
    order = topological_order(h)
    picture = Picture(draw(h, highlight=states[29]).svg())
    assert_whole(picture, order)
    assert "highlighted" in picture.nodes[f"n{[*map(id, order)].index(id(states[29]))}"].classes
    lit = {shown.texts[0]: "highlighted" in shown.classes for shown in folded(picture) if "steps" in shown.texts[0]}
    assert set(lit.values()) == {True, False}
    assert "1 path highlighted" in picture.caption


def test_many_arrows_between_two_boxes_are_one() -> None:
    x = Value(0.5, "x")
    picture = Picture(draw(sum([x] * 5000)).svg())
    assert len(picture.nodes) == 2
    assert [shown.text for shown in picture.edges.values()] == ["5,000 uses"]
    assert "folded" not in picture.caption


def test_a_graph_of_many_outputs_is_folded_too() -> None:
    x = Value(0.5, "x")
    outputs = [tanh(x * (0.1 * k)) for k in range(100)]
    picture = Picture(draw(outputs).svg())
    assert len(picture.nodes) <= MOST
    assert_whole(picture, topological_order(outputs))


def test_loops_in_loops_are_told_apart() -> None:
    """The neurons of all steps are alike, but they are neurons of one step, and then those of the next."""
    caption = Picture(draw(rows_of_states(30)).svg()).caption
    assert "30 steps are alike" in caption
    assert "8 neurons are alike" in caption  # their weights are parameters by their names
