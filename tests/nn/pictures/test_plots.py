"""Plots: the numbers in the figures are those of the training and of the model."""

import gc
import importlib
import io
import struct
import subprocess
import sys
import weakref
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

import nn
from autograd import Value
from nn import MLP, History, Layer, plot_decision_boundary
from tests.support.screens import Clock, Screen, set_clock

MISSING = r'^plots need matplotlib: pip install "glassgrad\[demos\]"$'


# ---- Losses ----------------------------------------------------------------------------------------------------------


def curve(losses):
    history = History(losses, 1.0, len(losses), losses.index(min(losses)) + 1)
    figure = history.plot()
    (axes,) = figure.axes
    return axes, *axes.lines


@pytest.mark.parametrize(("losses", "scale"), [
    ([1.0, 0.5, 0.25], "linear"), ([1.0, 0.011], "linear"), ([1.0, 0.01], "linear"), ([1.0, 0.0099], "log"),
    ([1e-9, 1e-3, 1.0], "log"), ([1.0, 0.0], "linear"), ([100.0, -1.0], "linear"), ([3.0], "linear"),
    ([0.0, 0.0], "linear"), ([2.0**-place for place in range(200)], "log")])
def test_losses_by_epoch_and_the_best_are_drawn_and_two_decades_take_a_logarithmic_scale(losses, scale):
    axes, line, star = curve(losses)
    assert list(line.get_xdata()) == list(range(1, len(losses) + 1))
    assert list(line.get_ydata()) == losses
    assert (list(star.get_xdata()), list(star.get_ydata())) == ([np.argmin(losses) + 1], [min(losses)])
    assert star.get_label() == f"best: {min(losses):.4g} in epoch {np.argmin(losses) + 1}"
    assert star.get_marker() == "*"
    assert axes.get_yscale() == scale
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")


@pytest.mark.parametrize("count", [1, 2, 3, 70])
def test_epochs_are_whole_numbers(count):
    axes, *_ = curve([1.0] * count)
    assert all(tick == int(tick) for tick in axes.get_xticks())


def test_a_single_epoch_can_be_seen():
    _, line, _ = curve([3.0])
    assert line.get_marker() == "o"


def test_a_history_without_epochs_is_refused():
    with pytest.raises(ValueError, match="there is nothing to plot: no epoch was finished"):
        History().plot()


def test_validation_losses_metrics_and_changing_learning_rates_are_drawn_below_each_other():
    losses, validation, rates = [1.0, 0.5, 0.004], [0.75, 1.5, 2.5], [0.1, 0.1, 0.0005]
    metrics = {"accuracy": [0.5, 0.75, 1.0], "error": [0.25, 0.5, 0.125]}
    figure = History(losses, 1.0, 3, 1, validation_losses=validation, metrics=metrics, learning_rates=rates).plot()
    top, middle, bottom = figure.axes
    assert {line.get_label(): list(line.get_ydata()) for line in top.lines} == {
        "loss": losses, "validation loss": validation, "best: 0.75 in epoch 1": [0.75]}
    assert {line.get_label(): list(line.get_ydata()) for line in middle.lines} == metrics
    assert [text.get_text() for text in middle.get_legend().get_texts()] == ["accuracy", "error"]
    assert [list(line.get_ydata()) for line in bottom.lines] == [rates]
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear", "log"]
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "", "epoch"]
    assert (top.get_ylabel(), bottom.get_ylabel()) == ("loss", "learning rate")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [line.get_label() for line in top.lines]
    assert len({line.get_color() for line in top.lines}) == 3


@pytest.mark.parametrize(("options", "labels"), [
    ({"learning_rates": [0.1, 0.1]}, ["loss"]), ({"metrics": {"accuracy": [0.5, 1.0]}}, ["loss", "accuracy"]),
    ({"learning_rates": [0.1, 0.2]}, ["loss", "learning rate"])])
def test_only_what_there_is_to_see_is_drawn(options, labels):
    figure = History([2.0, 1.0], 1.0, 2, 2, **options).plot()
    assert [axes.get_ylabel() for axes in figure.axes] == labels


# ---- Figures ---------------------------------------------------------------------------------------------------------


def test_a_figure_shows_itself_in_a_notebook_in_its_natural_size():
    figure = History([3.0, 1.0], 1.0, 2, 2).plot()
    picture, size = figure._repr_png_()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert (width / height) == pytest.approx(size["width"] / size["height"], rel=0.01)
    assert width >= 1.4 * size["width"]  # sharp on fine screens
    assert isinstance(figure, Figure)


def test_nobody_keeps_a_figure_and_pyplot_is_left_alone():
    figure = weakref.ref(History([3.0, 1.0], 1.0, 2, 2).plot())
    gc.collect()
    assert figure() is None
    program = ("import sys, nn; assert 'matplotlib' not in sys.modules; nn.History([3., 1.], 1., 2, 2).plot(); "
               "nn.plot_decision_boundary(lambda row: row[0], [[0, 0]], [1], resolution=2); "
               "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules")
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(nn.__file__).parents[1])


def test_without_matplotlib_one_sentence_says_how_to_get_it_before_any_work_is_done(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=MISSING):
        History([3.0, 1.0], 1.0, 2, 2).plot()
    calls = []
    with pytest.raises(ImportError, match=MISSING):
        plot_decision_boundary(calls.append, [[0, 0]], [1])
    assert calls == []
    monkeypatch.undo()
    assert importlib.import_module("matplotlib")
    assert History([3.0, 1.0], 1.0, 2, 2).plot()


# ---- Classes ---------------------------------------------------------------------------------------------------------

SQUARE = [[0.0, 0.0], [4.0, 0.0], [0.0, 2.0], [4.0, 2.0]]


class Plot:
    """What is in a figure of classes."""

    def __init__(self, figure):
        self.axes, self.bar = figure.axes
        self.boundaries = [c for c in self.axes.collections if hasattr(c, "levels")]
        (self.image,) = self.axes.images
        self.samples = {line.get_label(): line for line in self.axes.lines if line.get_linestyle() == "None"}
        self.names = [line.get_label() for line in self.axes.lines]

    def shade_at(self, x, y):
        """The colour of the pixel that is there, as red, green and blue from 0 to 1."""
        pixels = np.asarray(self.image.get_array())
        left, right, bottom, top = self.image.get_extent()
        pixel = pixels[int((y - bottom) / (top - bottom) * pixels.shape[0]),
                       int((x - left) / (right - left) * pixels.shape[1])]
        return np.array(pixel if pixel.ndim else self.image.cmap(self.image.norm(pixel))[:3])

    def sureness_at(self, x, y, name):
        """How far from white to the colour of a class, and how far off that way."""
        far = 1 - np.array(to_rgb(self.color_of(name)))
        shade = 1 - self.shade_at(x, y)
        part = shade @ far / (far @ far)
        return part, np.abs(shade - part * far).max()

    def color_of(self, name):
        return to_hex(self.samples[f"class {name}"].get_color())


def plane(x, y, offset=0.0):
    return lambda row: x * row[0] + y * row[1] + offset


@pytest.mark.parametrize(("targets", "offset", "at"), [
    ([-1, -1, 1, 1], -0.1, 0.0), ([0, 0, 1, 1], 0.0, 0.5), ([False, False, True, True], 0.0, 0.5)])
def test_two_classes_are_parted_where_the_output_is_in_the_middle(targets, offset, at):
    # between -0.5 and 1.5 at the samples, as a probability or a prediction of 0 and 1 is
    figure = plot_decision_boundary(plane(0.1, 0.5, offset), SQUARE, targets, resolution=20)
    plot = Plot(figure)
    assert f"output = {at:g}" in plot.names
    (boundary,) = plot.boundaries
    points = np.concatenate([path.vertices for path in boundary.get_paths()])
    assert len(points) > 10
    assert 0.1 * points[:, 0] + 0.5 * points[:, 1] + offset == pytest.approx(at, abs=1e-12)
    low, high = map(plot.color_of, (int(targets[0]), int(targets[-1])))
    assert low != high
    assert {low, high} == {"#d55e00", "#0072b2"}
    assert low == "#d55e00"  # as in the picture of a network: blue is above, orange below
    xs, ys = np.linspace(-0.6, 4.6, 20), np.linspace(-0.3, 2.3, 20)
    outputs = 0.1 * xs + 0.5 * ys[:, None] + offset
    assert np.asarray(plot.image.get_array()) == pytest.approx(np.clip(outputs, targets[0], 1), abs=1e-12)
    for x in xs:
        for y in ys:
            difference = 0.1 * x + 0.5 * y + offset - at
            part, off = plot.sureness_at(x, y, int(targets[-1] if difference > 0 else targets[0]))
            assert off < 0.01
            expected = 0.75 * min(1.0, abs(difference) / (1 - at))  # both targets are as far from the boundary
            assert part == pytest.approx(expected, abs=0.01)
    assert plot.bar.get_ylabel() == "output of the model"
    assert plot.bar.get_ylim() == (targets[0], 1)


@pytest.mark.parametrize("threshold", [None, 0.5, -2.0, 100.0])
def test_the_shade_of_a_score_is_its_probability(threshold):
    figure = plot_decision_boundary(plane(0, 10, -8), SQUARE, [0, 0, 1, 1], threshold=threshold, resolution=30)
    plot = Plot(figure)
    heights = np.linspace(-0.3, 2.3, 30)
    shades = np.asarray(plot.image.get_array())
    if threshold == 100.0:  # there a probability would be 1.0 on either side
        assert plot.bar.get_ylabel() == "output of the model"
        return
    assert shades == pytest.approx(np.repeat(1 / (1 + np.exp(8 - 10 * heights)), 30).reshape(30, 30), abs=1e-12)
    assert plot.bar.get_ylabel() == "probability of class 1 (sigmoid of the output)"
    assert plot.bar.get_ylim() == (0, 1)
    white = 1 / (1 + np.exp(-(threshold or 0.0)))
    assert plot.image.cmap(plot.image.norm(white))[:3] == pytest.approx((1, 1, 1), abs=0.01)


@pytest.mark.parametrize(("targets", "threshold", "limits"), [
    ([0, 0, 1, 1], 0.25, (0, 1)), ([-1, -1, 1, 1], 3.0, (2, 4)), ([-1, -1, 1, 1], -1.0, (-2, 0))])
def test_a_shade_is_white_at_the_threshold_wherever_that_is(targets, threshold, limits):
    plot = Plot(plot_decision_boundary(plane(0, 0.5), SQUARE, targets, threshold=threshold, resolution=3))
    assert plot.bar.get_ylim() == limits
    assert plot.image.cmap(plot.image.norm(threshold))[:3] == pytest.approx((1, 1, 1), abs=0.01)
    assert plot.image.get_clim() == limits


def test_samples_have_a_halo_that_parts_them_from_their_colour():
    plot = Plot(plot_decision_boundary(plane(1, 1), SQUARE, [0, 0, 1, 1], resolution=3))
    for line in plot.samples.values():
        (halo,) = line.get_path_effects()
        assert halo._gc["foreground"] == "white"
        assert halo._gc["linewidth"] > 2 * line.get_markeredgewidth()
    assert all(line.get_zorder() > max(c.get_zorder() for c in plot.boundaries) for line in plot.samples.values())


@pytest.mark.parametrize(("targets", "scale", "threshold", "at"), [
    ([0, 0, 1, 1], 1.0, None, 0.5), ([0, 0, 1, 1], 10.0, None, 0.0), ([0, 0, 1, 1], -10.0, None, 0.0),
    ([-1, -1, 1, 1], 1.0, None, 0.0), ([-1, -1, 1, 1], 10.0, None, 0.0), ([0, 0, 0, 0], 1.0, None, 0.5),
    ([1, 1, 1, 1], 1.0, None, 0.5), ([-1] * 4, 1.0, None, 0.0), ([0, 0, 1, 1], 10.0, 0.5, 0.5),
    ([0, 0, 1, 1], 1.0, 0, 0.0), ([-1, -1, 1, 1], 1.0, 0.25, 0.25)])
def test_the_threshold_is_that_of_a_probability_or_of_a_score_or_the_given_one(targets, scale, threshold, at):
    figure = plot_decision_boundary(plane(0, scale * 0.5), SQUARE, targets, threshold=threshold, resolution=3)
    assert f"output = {at:g}" in Plot(figure).names
    right = sum((scale * 0.5 * y > at) == (target == 1) for (_, y), target in zip(SQUARE, targets))
    assert figure.axes[0].get_title() == f"{right} of 4 samples are classified right"


def test_rows_of_scores_are_parted_where_the_two_highest_are_equal():
    centres = np.array([[0.0, 0.0], [3.0, 0.0], [1.0, 2.0], [4.0, 3.0]])

    def model(row):
        x, y = row
        return [Value(2 * a * x + 2 * b * y - a * a - b * b) for a, b in centres]  # the nearest has the highest

    targets = [0, 1, 2, 3]
    plot = Plot(plot_decision_boundary(model, centres, np.array(targets), resolution=60))
    colors = [plot.color_of(target) for target in targets]
    assert len(set(colors)) == 4
    assert "4 of 4" in plot.axes.get_title()
    generator = np.random.default_rng(1)
    seen = 0
    for x, y in zip(generator.uniform(-0.5, 4.5, 100), generator.uniform(-0.4, 3.4, 100)):
        distances = np.hypot(*(centres - (x, y)).T)
        nearest, second = np.sort(distances)[:2]
        if second - nearest > 0.2:  # far from the corners, which a grid of points cuts
            scores = np.exp(-(distances**2) + nearest**2)
            expected = 0.75 * (1 / scores.sum() - 0.25) / 0.75
            part, off = plot.sureness_at(x, y, np.argmin(distances))
            assert off < 0.02
            assert part == pytest.approx(expected, abs=0.1)  # somewhere in the pixel
            seen += 1
    assert seen > 70
    assert plot.bar.get_ylabel() == "probability of the class (softmax of the scores)"
    assert plot.bar.get_ylim() == (0.25, 1)


def test_probabilities_are_shades_as_they_are():
    def model(row):
        part = 1 / (1 + np.exp(-row[1]))
        return [0.6 * part, 0.4 * part, 1 - part]

    plot = Plot(plot_decision_boundary(model, SQUARE, [0, 1, 2, 0], resolution=9))
    assert plot.bar.get_ylabel() == "probability of the class"
    for y in np.linspace(-0.3, 2.3, 9):
        scores = model([0, y])
        part, _ = plot.sureness_at(1.0, y, int(np.argmax(scores)))
        assert part == pytest.approx(0.75 * (max(scores) - 1 / 3) / (2 / 3), abs=1e-6)


def test_classes_differ_by_marker_and_by_colour_and_samples_are_where_they_are():
    rows = [[float(place), float(place % 3)] for place in range(20)]
    targets = [place % 10 for place in range(20)]
    plot = Plot(plot_decision_boundary(lambda row: [row[0] * place for place in range(10)], rows, targets,
                                       resolution=4))
    assert len({line.get_marker() for line in plot.samples.values()}) >= 9
    assert len({(line.get_marker(), line.get_color()) for line in plot.samples.values()}) == 10
    for target in range(10):
        line = plot.samples[f"class {target}"]
        assert list(zip(line.get_xdata(), line.get_ydata())) == [tuple(rows[target]), tuple(rows[target + 10])]


@pytest.mark.parametrize("count", [2, 7, 8, 20])
def test_no_two_classes_have_areas_of_the_same_colour(count):
    # Scores are tangents of the parabola above x: that which touches it at k is the highest there.
    plot = Plot(plot_decision_boundary(lambda row: [2 * row[0] * k - k * k for k in range(count)],
                                       [[float(k), 0.0] for k in range(count)], range(count), resolution=2 * count))
    seen = [np.array(to_rgb(plot.color_of(k))) for k in range(count)]
    for k in range(count):
        part, off = plot.sureness_at(k, 0.0, k)
        assert off < 0.06
        assert part > 0.2
        assert all(np.abs(seen[k] - other).max() > 0.9 / count for other in seen[:k])


def test_colours_of_neighbouring_classes_differ_for_every_colour_vision():
    """Full protanopia and deuteranopia by the matrices of Machado, Oliveira and Fernandes (2009), on linear RGB."""
    protan = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    deutan = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    for matrix in (np.eye(3), np.array(protan), np.array(deutan)):
        for colors in (nn.pictures.plots.COLORS, nn.pictures.plots.TWO_COLORS):
            seen = [np.clip(matrix @ np.array(to_rgb(color)) ** 2.2, 0, 1) ** (1 / 2.2) for color in colors]
            for one, other in pairwise(seen):
                assert np.linalg.norm(one - other) > 0.2


def test_one_class_all_around_has_no_boundary(recwarn):
    plot = Plot(plot_decision_boundary(lambda row: 0.9, SQUARE, [1] * 4, resolution=3))
    assert plot.boundaries == []
    part, off = plot.sureness_at(1, 1, 1)
    assert (part, off) == (pytest.approx(0.75 * 0.8, abs=0.01), pytest.approx(0, abs=0.01))
    plot_decision_boundary(lambda row: 0.5, SQUARE, [1] * 4, resolution=3)  # undecided everywhere
    assert not recwarn.list


# ---- Numbers ---------------------------------------------------------------------------------------------------------


def test_numbers_to_be_predicted_share_their_colours_with_the_targets():
    targets = [0.5, 1.25, 30.0, 3.0]
    figure = plot_decision_boundary(plane(1, 2), SQUARE, [[target] for target in targets], resolution=5)
    axes, bar = figure.axes
    surface, samples = axes.collections
    xs, ys = surface.get_coordinates()[..., 0], surface.get_coordinates()[..., 1]
    assert np.array(surface.get_array()).reshape(5, 5) == pytest.approx(xs + 2 * ys)
    assert xs.shape == (5, 5)
    assert samples.get_array().tolist() == targets
    assert samples.get_offsets().tolist() == SQUARE
    assert surface.get_clim() == samples.get_clim() == (xs.min() + 2 * ys.min(), 30.0)
    assert surface.get_cmap() == samples.get_cmap()
    assert bar.get_ylabel() == "prediction; in the circles: target"
    figure.savefig(io.BytesIO())


@pytest.mark.parametrize("targets", [[2, 5, 2, 5], [0, 1, 2, 1], [0.0, 1.0, 0.5, 1.0], [-1, 0, 1, 0]])
def test_targets_that_are_not_two_classes_are_numbers(targets):
    figure = plot_decision_boundary(plane(1, 2), SQUARE, targets, resolution=2)
    assert figure.axes[1].get_ylabel() == "prediction; in the circles: target"


# ---- In general ------------------------------------------------------------------------------------------------------


def test_the_grid_goes_beyond_the_samples_on_all_sides():
    asked = []

    def model(row):
        asked.append(tuple(row))
        return row[0]

    figure = plot_decision_boundary(model, SQUARE, [0, 1, 0, 1], resolution=7)
    axes = figure.axes[0]
    grid = asked[4:]
    assert asked[:4] == [tuple(row) for row in SQUARE]
    assert len(grid) == len(set(grid)) == 49
    xs, ys = sorted({x for x, _ in grid}), sorted({y for _, y in grid})
    assert (xs[0] < 0, xs[-1] > 4, ys[0] < 0, ys[-1] > 2) == (True,) * 4
    assert np.diff(xs) == pytest.approx(np.diff(xs)[0])
    assert (axes.get_xlim(), axes.get_ylim()) == ((xs[0], xs[-1]), (ys[0], ys[-1]))


def test_a_single_sample_has_room_around_it():
    figure = plot_decision_boundary(lambda row: row[0], [[3.0, 3.0]], [1], resolution=3)
    assert figure.axes[0].get_xlim() == (2.0, 4.0)


def test_nothing_is_recorded_and_a_network_stays_as_it_is():
    model = MLP(2, [3, 1], "tanh", seed=0)
    model([1, 2]).backward()
    before = [(p.data, p.grad) for p in model.parameters()]
    outputs = []

    def remember(row):
        outputs.append(model(row))
        return outputs[-1]

    plot_decision_boundary(remember, *nn.datasets.xor(), resolution=3)
    assert len(outputs) == 13
    assert all(output.op is None for output in outputs)
    assert [(p.data, p.grad) for p in model.parameters()] == before


@pytest.mark.parametrize(("changed", "error", "message"), [
    ({"inputs": [[0, 0, 1]] * 4}, ValueError, "input 0: 2 numbers are needed, not 3"),
    ({"inputs": [[0, 0]] * 3 + [[1]]}, ValueError, "input 3: 2 numbers are needed, not 1"),
    ({"inputs": [[0, 0], [0, "1"]]}, TypeError, "input 1: a real number is needed, not 'str'"),
    ({"inputs": [[0, float("inf")]]}, ValueError, "input 0: .*not inf"),
    ({"inputs": []}, ValueError, "as many targets as inputs are needed, and at least 1, not 4 and 0"),
    ({"inputs": {(0, 0), (0, 1), (1, 0), (1, 1)}}, TypeError, "inputs: a list, tuple or array is needed, not 'set'"),
    ({"inputs": [{0, 1}] * 4}, TypeError, "input 0: a list, tuple or array is needed, not 'set'"),
    ({"targets": {0: 0, 1: 1, 2: 1, 3: 0}}, TypeError, "targets: a list, tuple or array is needed, not 'dict'"),
    ({"targets": [0, 1, 1]}, ValueError, "as many targets as inputs are needed, and at least 1, not 3 and 4"),
    ({"targets": [0, 1, 1, None]}, TypeError, "target 3: a real number is needed"),
    ({"targets": [[0, 1]] * 4}, ValueError, "target 0: 1 number is needed, not 2"),
    ({"resolution": 1}, ValueError, "resolution needs to be at least 2, not 1"),
    ({"threshold": "0"}, TypeError, "threshold needs to be a number, not 'str'"),
    ({"threshold": 0, "targets": [0, 1, 2, 3]}, ValueError, "a threshold is for models with one output, and targets"),
    ({"threshold": 0, "model": Layer(2, 2)}, ValueError, "a threshold is for models with one output"),
    ({"model": Layer(2, 3), "targets": [0, 1, 2, 3]}, ValueError,
     "the model gives 3 scores, so target 3 needs to be a whole number from 0 to 2, not 3"),
    ({"model": Layer(2, 2), "targets": [0, 1, 0.5, 1]}, ValueError, "target 2 needs to be a whole number"),
    ({"model": Layer(3, 1)}, ValueError, "a Layer of 3 inputs was given 2"),
    ({"model": lambda row: "1"}, TypeError, "the output of the model: a real number is needed, not 'str'"),
    ({"model": lambda row: []}, ValueError, "the output of the model: numbers are needed, not 0"),
    ({"model": lambda row: [1.0] * (2 if row == [0, 0] else 3)}, ValueError,
     "the output of the model: 2 numbers are needed, not 3"),
])
def test_what_does_not_fit_is_refused(changed, error, message):
    inputs, targets = nn.datasets.xor()
    arguments = {"model": MLP(2, [2, 1]), "inputs": inputs, "targets": targets, "resolution": 3, **changed}
    with pytest.raises(error, match=message):
        plot_decision_boundary(**arguments)


@pytest.mark.parametrize(("options", "shown"), [({}, True), ({"progress": False}, False)])
def test_a_bar_is_shown_in_a_terminal_after_a_second(monkeypatch, options, shown):
    stream = Screen()
    monkeypatch.setattr(sys, "stderr", stream)
    set_clock(monkeypatch, Clock())
    plot_decision_boundary(lambda row: 1.0, [[0, 0]], [1], resolution=5, **options)
    assert ("/25" in stream.getvalue()) == shown
    assert not shown or stream.getvalue().endswith("\n")
