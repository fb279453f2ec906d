"""A picture of a network can be read: a browser measures its texts, and none is on another, on a line or cut off."""

from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograd import Value
from nn import MLP, Layer, Neuron, draw_network, mean_squared_error
from nn.pictures.diagram import SIGNS, _tint
from tests.support.browser import browser as browser  # a fixture
from tests.support.networks import Picture, number

MEASURE = """svg => {
    document.body.innerHTML = svg;
    const root = document.querySelector("svg");
    const page = root.getBoundingClientRect();
    const boxOf = element => {
        const {left, top, right, bottom} = element.getBoundingClientRect();
        return [left - page.left, top - page.top, right - page.left, bottom - page.top];
    };
    const ends = path => [0, path.getTotalLength()].map(length => {
        const {x, y} = path.getPointAtLength(length).matrixTransform(path.getScreenCTM());
        return [x - page.left, y - page.top];
    });
    const groups = kind => [...root.querySelectorAll(`g.${kind}`)];
    return {
        size: [page.width, page.height],
        texts: [...root.querySelectorAll("text")].map(text => [text.closest("g[id]").id, boxOf(text),
            text.closest("g[class]").getAttribute("class"), Number(text.getAttribute("font-size"))]),
        circles: groups("unit").map(group => [group.id, boxOf(group.querySelector("ellipse"))]),
        lines: [...groups("weight"), ...groups("legend")].map(
            group => [group.id, ends(group.querySelector("path")), Number(group.querySelector("path")
                .getAttribute("stroke-width") || 1) * page.width / root.viewBox.baseVal.width]),
        scale: page.width / root.viewBox.baseVal.width,
    };
}"""


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other):
        return (self.left < other.right and other.left < self.right
                and self.top < other.bottom and other.top < self.bottom)

    def is_crossed(self, ends, around=0.0):
        """Whether a line comes into the box, found by cutting it into short pieces."""
        (x, y), (a, b) = ends
        points = ((x + (a - x) * part / 400, y + (b - y) * part / 400) for part in range(401))
        return any(self.left - around < x < self.right + around and self.top - around < y < self.bottom + around
                   for x, y in points)

    def letters(self):
        """The box of a line of text without the empty space above and below its letters."""
        space = (self.bottom - self.top) * 0.17
        return Box(self.left, self.top + space, self.right, self.bottom - space)


def measured(browser, drawing):
    page = browser.pages[0] if browser.pages else browser.new_page()
    return page.evaluate(MEASURE, drawing.svg())


def check(browser, model, inputs=None, gradients=False, least=11.0, **options):
    """Whether there are numbers on the lines, which have room. `least`: pixels of letters in circles, on a slide."""
    drawing = draw_network(model, inputs, gradients, **options)
    sizes, picture = measured(browser, drawing), Picture(drawing)
    texts = [(name, Box(*box).letters(), kind, points) for name, box, kind, points in sizes["texts"]]
    circles = {name: Box(*box) for name, box in sizes["circles"]}
    numbers = [text for text in texts if text[0].endswith("-number")]
    for (name, box, *_), (other, another, *_) in combinations(texts, 2):
        assert not box.meets(another), (name, other)
    width, height = sizes["size"]
    for name, box, kind, points in texts:
        assert box.left >= 0 <= box.top, name
        assert box.right <= width, name
        assert box.bottom <= height, name
        for unit, circle in circles.items():
            middle, radius = (circle.left + circle.right) / 2, (circle.right - circle.left) / 2
            level = (circle.top + circle.bottom) / 2
            corners = [((x - middle) ** 2 + (y - level) ** 2) ** 0.5 for x in (box.left, box.right)
                       for y in (box.top, box.bottom)]
            if unit == name:
                assert max(corners) < radius, name
            elif box.meets(circle):
                assert min(corners) > radius, (name, unit)
        for line, ends, thick in sizes["lines"]:
            if "unit" not in kind and line != name.removesuffix("-number"):
                assert not box.is_crossed(ends, thick / 2), (name, line)
        large = points * sizes["scale"] * min(1280 / width, 720 / height)
        assert large > (least if "unit" in kind else 13.0), (name, large)
    # The numbers: all or none, on their own lines, and those of the parameters.
    parameters = dict(model.named_parameters())
    assert {name for name, *_ in numbers} in (set(), {f"{name}-number" for name in picture.lines})
    for name, box, *_ in numbers:
        (ends,) = (ends for line, ends, _ in sizes["lines"] if f"{line}-number" == name)
        middle = Box(*[(box.left + box.right) / 2, (box.top + box.bottom) / 2] * 2)
        assert middle.is_crossed(ends, 2.0), name
        weight = parameters[name.removesuffix("-number")]
        assert number(picture.texts[name]) == pytest.approx(weight.grad if gradients else weight.data, rel=5e-3)
    known = not gradients or any(parameter.grad for parameter in parameters.values())
    assert any("to write their numbers on them" in text for text in picture.said) == (not numbers and known)
    assert "nan" not in picture.source
    return bool(numbers)


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 7), st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(0, 999),
       st.sampled_from(["tanh", "leaky_relu"]), st.booleans(), st.booleans(), st.sampled_from(["textbook", "code"]))
def test_nothing_is_on_anything_else(browser, nin, nouts, seed, activation, given_inputs, gradients, names):
    model = MLP(nin, nouts, activation, seed=seed)
    for place, parameter in enumerate(model.parameters()):
        parameter.data *= 10.0 ** (place % 5 - 3)
    inputs = [0.5 - 0.7 * place for place in range(nin)] if given_inputs else None
    if gradients:
        outputs = model([1.0] * nin)
        mean_squared_error(outputs, [0.5] * nouts[-1] if nouts[-1] > 1 else 0.5).backward()
    check(browser, model, inputs, gradients, least=9.0, names=names)


@pytest.mark.parametrize(("model", "has_numbers"), [
    (MLP(2, [1], seed=0), True), (MLP(3, [4, 4, 1], "tanh", seed=0), True), (MLP(2, [2, 1], seed=0), True),
    (MLP(2, [4, 1], seed=0), True), (MLP(4, [3, 2], seed=0), True), (MLP(2, [6, 1], seed=0), True),
    (MLP(2, [16, 16, 1], seed=0), False), (MLP(10, [32, 3], seed=0), False), (Layer(6, 1, seed=0), True),
    (Layer(3, 2, seed=0), True), (Neuron(3, seed=0), True), (Neuron(1, seed=0), True),
    (MLP(2, [3] * 12 + [1], seed=0), False)], ids=str)
def test_the_networks_of_a_lesson(browser, model, has_numbers):
    size = len((model.layers[0].neurons[0] if isinstance(model, MLP) else
                model.neurons[0] if isinstance(model, Layer) else model).w)
    assert check(browser, model) == has_numbers
    check(browser, model, [1.0, -0.25, 2 / 3, 0.0, 1e-9, 12345.678, -3.0, 0.1, 0.2, 0.3][:size])
    check(browser, model, gradients=True)


def test_names_in_chinese_have_room(browser):
    inputs = [Value(170.0, "身高（厘米）"), Value(62.5, "体重"), Value(0.1, "一个非常长的标签" * 5)]
    for options in ({}, {"lang": "zh"}, {"lang": "zh", "names": "code"}):
        drawing = draw_network(MLP(3, [4, 3], "tanh", seed=0), inputs, output_names=["猫", "长颈鹿", "犬"], **options)
        sizes = measured(browser, drawing)
        boxes = [(name, Box(*box).letters()) for name, box, *_ in sizes["texts"]]
        for (name, box), (other, another) in combinations(boxes, 2):
            assert not box.meets(another), (name, other)
        for name, box in boxes:
            assert box.left >= 0 <= box.top, name
            assert box.right <= sizes["size"][0], name
            assert box.bottom <= sizes["size"][1], name
            for unit, circle in sizes["circles"]:
                assert name == unit or not box.meets(Box(*circle)) or not name.endswith("-name")


def luminance(color):
    """As WCAG 2 defines it."""
    channels = [int(color[start:start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_are_dark_enough_on_white_and_letters_on_their_tints():
    for line, text, _ in SIGNS.values():
        assert 1.05 / (luminance(line) + 0.05) > 3
        assert 1.05 / (luminance(text) + 0.05) > 4.5
    for part in (-1.0, -0.5, 0.5, 1.0):
        assert (luminance(_tint(part)) + 0.05) / 0.05 > 7  # under black letters
    assert _tint(0.0) == "#FFFFFF"


def test_more_circles_than_fit_are_drawn_if_asked_for(browser):
    sizes = measured(browser, draw_network(MLP(9, [8, 1], seed=0), max_units=9))
    assert len(sizes["circles"]) == 18
