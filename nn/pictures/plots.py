"""Plots with matplotlib: what a model says everywhere in the plane.

confidence.py says how outputs are read as classes, and how sure of them a model is.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import no_grad
from nn.checks import count, in_order, numbers
from nn.pictures.bar import Bar
from nn.pictures.confidence import Classes, classes_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which all kinds of colour vision tell apart. More classes take theirs from a rainbow. Two
# classes by one output are orange and blue: in a picture of the network, too, blue is above 0 and orange below.
COLORS = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"
TWO_COLORS = "#D55E00", "#0072B2"
MARKERS = "osD^vPX<>"
PALEST = 0.75  # how much of a class's colour is where the model is sure of it; so its samples stand out


def plot_decision_boundary(model: Callable[[Any], Any], inputs: Iterable[Any], targets: Iterable[Any], *,
                           threshold: float | None = None, resolution: int = 80, progress: bool = True) -> "Figure":
    """What a model of two inputs says everywhere around some samples, how sure it is, and the samples on top of it.

    `model`: any function of a row of 2 numbers. If it returns a row of scores, its class is that of the highest, and
    targets are the numbers of classes, from 0. If it returns one number and the targets are 0 and 1, or -1 and 1,
    there are two classes, with the boundary at `threshold`. All other targets are numbers to predict, and the
    predictions are shown as colours.

    The colour is that of the class, and the darker it is, the surer is the model; boundaries are lines. The bar says
    what the shade is: an output, from target to target and white at the threshold; its sigmoid, if it is a score; or
    the highest of several scores as a probability, by softmax if they are none, white where all are equal.

    `threshold`: without it, 0 for targets -1 and 1; 0.5 for targets 0 and 1, except that it is 0 if the output for a
    sample is below -0.5 or above 1.5: that is not a probability but a score, as trained with `from_logits`.
    `resolution`: how many points along each side the model is asked for. `progress`: whether to show a bar in a
    terminal or notebook once that takes over a second.

    Nothing is recorded. Raises ValueError or TypeError for what does not fit, ImportError without matplotlib.
    """
    rows = [numbers(f"input {place}", row, 2) for place, row in enumerate(in_order("inputs", inputs))]
    goals = [numbers(f"target {place}", target, 1)[0] for place, target in enumerate(in_order("targets", targets))]
    if len(rows) != len(goals) or not rows:
        raise ValueError(f"as many targets as inputs are needed, and at least 1, not {len(goals)} and {len(rows)}")
    side = count("resolution", resolution, least=2)
    figure = new_figure(6.4, 4.8)  # before all the work, in case matplotlib is missing
    xs, ys = (_ticks([row[place] for row in rows], side) for place in (0, 1))
    with no_grad():
        outputs = [numbers("the output of the model", model(row)) for row in rows]
        classes = classes_of(outputs, goals, threshold)
        points = _asked(model, [[x, y] for y in ys for x in xs], len(outputs[0]), progress)
    axes = figure.add_subplot(xlabel="$x_1$", ylabel="$x_2$")
    if classes is None:
        _draw_numbers(axes, _Grid(xs, ys, [output for (output,) in points]), rows, goals)
    else:
        _draw_classes(axes, points, xs, ys, classes, (rows, goals, outputs))
        figure.legend(loc="outside upper center", ncols=4, frameon=False)
    axes.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
    return figure


class _Grid(NamedTuple):
    """Numbers at the points of a grid, row by row."""

    xs: list[float]
    ys: list[float]
    numbers: list[float]

    def arguments(self) -> tuple[list[float], list[float], list[list[float]]]:
        """The same in the form that matplotlib takes."""
        width = len(self.xs)
        return self.xs, self.ys, [self.numbers[start : start + width] for start in range(0, len(self.numbers), width)]


def _asked(model: Callable[[Any], Any], rows: list[list[float]], size: int, progress: bool) -> list[list[float]]:
    bar = Bar(len(rows), "point") if progress else None
    outputs: list[list[float]] = []
    try:
        for row in rows:
            outputs.append(numbers("the output of the model", model(row), size))
            if bar:
                bar.advance()
    finally:
        if bar:
            bar.close()
    return outputs


def _draw_classes(axes: Any, points: list[list[float]], xs: list[float], ys: list[float], classes: Classes,
                  samples: tuple[list[list[float]], list[float], list[list[float]]]) -> None:
    """Draw shades, boundaries and samples. `points`: the outputs at the grid of `xs` and `ys`."""
    from matplotlib.patheffects import withStroke

    rows, goals, outputs = samples
    colors = TWO_COLORS if classes.threshold is not None else _colors(len(classes.targets))
    _draw_shades(axes, points, xs, ys, classes, colors)
    line, halo = {"color": "#222222", "linewidth": 1.8}, [withStroke(linewidth=4.5, foreground="white")]
    for place, target in enumerate(classes.targets):
        margins = _Grid(xs, ys, [classes.margins(output)[place] for output in points])
        if place and min(margins.numbers) < 0 < max(margins.numbers):  # every boundary is one of a later class
            axes.contour(*margins.arguments(), levels=[0], colors=line["color"], linewidths=line["linewidth"])
        there = [row for row, goal in zip(rows, goals, strict=True) if goal == target]
        axes.plot([x for x, _ in there], [y for _, y in there], MARKERS[place % len(MARKERS)], color=colors[place],
                  markeredgecolor="#222222", markersize=7, zorder=3, path_effects=halo, label=f"class {target:g}")
    if classes.threshold is not None:
        axes.plot([], [], **line, label=f"output = {classes.threshold:g}")
    right = sum(classes.best(output) == goal for output, goal in zip(outputs, goals, strict=True))
    axes.set_title(f"{right} of {len(rows)} samples are classified right", fontsize="medium")


def _draw_shades(axes: Any, points: list[list[float]], xs: list[float], ys: list[float], classes: Classes,
                 colors: Sequence[Any]) -> None:
    """Draw how sure a model is of which class, and the bar that says so."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm, to_rgb

    confidence = classes.confidence
    shades = [list(map(confidence.of, points))[start : start + len(xs)] for start in range(0, len(points), len(xs))]
    ends = [tuple(1 + PALEST * (channel - 1) for channel in to_rgb(color)) for color in colors]
    if classes.threshold is None:
        best = [classes.margins(output) for output in points]
        winners = [margins.index(max(margins)) for margins in best]
        part = [[(shade - confidence.middle) / (1 - confidence.middle) for shade in row] for row in shades]
        image: Any = [[tuple(1 + part[row][column] * (channel - 1) for channel in ends[winners[row * len(xs) + column]])
                       for column in range(len(xs))] for row in range(len(ys))]
        key = ScalarMappable(Normalize(confidence.middle, 1.0),
                             LinearSegmentedColormap.from_list("sure", ["white", "#555555"]))
    else:
        image = shades
        key = ScalarMappable(TwoSlopeNorm(confidence.middle, confidence.lowest, confidence.highest),
                             LinearSegmentedColormap.from_list("two classes", [ends[0], "white", ends[1]]))
    step, rise = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2  # a pixel is around its point
    axes.imshow(image, origin="lower", aspect="auto", interpolation="bilinear", norm=key.norm, cmap=key.cmap,
                extent=(xs[0] - step, xs[-1] + step, ys[0] - rise, ys[-1] + rise))
    axes.figure.colorbar(key, ax=axes, label=confidence.meaning, extend=confidence.beyond)


def _colors(count: int) -> Sequence[Any]:
    """A colour for each class."""
    if count <= len(COLORS):
        return COLORS
    from matplotlib import colormaps

    return [colormaps["turbo"]((place + 0.5) / count) for place in range(count)]


def _draw_numbers(axes: Any, grid: _Grid, rows: list[list[float]], goals: list[float]) -> None:
    lowest, highest = min(*grid.numbers, *goals), max(*grid.numbers, *goals)
    scale = {"cmap": "cividis", "vmin": lowest, "vmax": highest}
    surface = axes.pcolormesh(*grid.arguments(), shading="gouraud", **scale)
    across, up = [x for x, _ in rows], [y for _, y in rows]
    axes.plot(across, up, "o", color="black", markersize=10)  # a rim, so that white shows on every colour
    axes.scatter(across, up, s=50, c=goals, edgecolors="white", linewidths=1.2, zorder=3, **scale)
    axes.figure.colorbar(surface, ax=axes, label="prediction; in the circles: target")


def new_figure(width: float, height: float) -> Any:
    """A figure in inches that a notebook shows, and that nothing else knows: not `pyplot`, which would keep it."""
    try:
        from matplotlib import figure
    except ImportError:
        raise ImportError('plots need matplotlib: pip install "glassgrad[demos]"') from None
    made: Any = figure.Figure(figsize=(width, height), layout="constrained")
    made._repr_png_ = partial(_png, made)  # IPython itself shows a figure only after `pyplot` was imported
    return made


def _png(figure: Any) -> tuple[bytes, dict[str, Any]]:
    """A figure as IPython takes it: sharp on fine screens, in its natural size."""
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=144)
    width, height = figure.get_size_inches()
    return picture.getvalue(), {"width": round(width * 96), "height": round(height * 96)}


def _ticks(numbers: list[float], size: int) -> list[float]:
    """Evenly spaced numbers, beyond the given ones on both sides."""
    lowest, highest = min(numbers), max(numbers)
    margin = 0.15 * (highest - lowest) or 1.0
    return [lowest - margin + (highest - lowest + 2 * margin) * place / (size - 1) for place in range(size)]
