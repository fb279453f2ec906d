"""Plots with matplotlib: a training's losses, and what a model says everywhere in the plane."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import no_grad
from nn.checks import count, in_order, numbers, option
from nn.pictures.bar import Bar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which all kinds of colour vision tell apart. More classes take theirs from a rainbow.
COLORS = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"
MARKERS = "osD^vPX<>"


def plot_losses(losses: Sequence[float]) -> "Figure":
    """The figure of `History.plot`."""
    if not losses:
        raise ValueError("there is nothing to plot: no epoch was finished")
    best = min(losses)
    epoch = losses.index(best) + 1
    figure = _figure(6.4, 4.0)
    axes = figure.add_subplot(xlabel="epoch", ylabel="loss", yscale="log" if 0 < 100 * best < max(losses) else "linear")
    axes.plot(range(1, len(losses) + 1), losses, marker="o" if len(losses) < 20 else "", color=COLORS[0], label="loss")
    axes.plot([epoch], [best], "*", color=COLORS[5], markeredgecolor="white", markersize=16, zorder=3,
              label=f"best: {best:.4g} in epoch {epoch}")
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)  # there is no epoch 2.5
    axes.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def plot_decision_boundary(model: Callable[[Any], Any], inputs: Iterable[Any], targets: Iterable[Any], *,
                           threshold: float | None = None, resolution: int = 80, progress: bool = True) -> "Figure":
    """What a model of two inputs says everywhere around some samples, and the samples on top of it.

    `model`: any function of a row of 2 numbers. If it returns a row of scores, its class is that of the highest, and
    targets are the numbers of classes, from 0. If it returns one number and the targets are 0 and 1, or -1 and 1,
    there are two classes, with the boundary at `threshold`. All other targets are numbers to predict, and the
    predictions are shown as colours.
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
    figure = _figure(6.4, 4.8)  # before all the work, in case matplotlib is missing
    xs, ys = (_ticks([row[place] for row in rows], side) for place in (0, 1))
    with no_grad():
        outputs = [numbers("the output of the model", model(row)) for row in rows]
        classes = _classes(outputs, goals, threshold)
        points = _asked(model, [[x, y] for y in ys for x in xs], len(outputs[0]), progress)
    axes = figure.add_subplot(xlabel="$x_1$", ylabel="$x_2$")
    if classes is None:
        _draw_numbers(axes, _Grid(xs, ys, [output for (output,) in points]), rows, goals)
    else:
        margins = zip(*map(classes.margins, points), strict=True)
        _draw_classes(axes, [_Grid(xs, ys, list(margin)) for margin in margins], classes, rows, goals, outputs)
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


class _Classes(NamedTuple):
    """How outputs are read as classes. `threshold` is that of a single output."""

    targets: list[float]
    threshold: float | None

    def margins(self, output: list[float]) -> list[float]:
        """For each class by how much it wins; below 0, by how much it loses."""
        if self.threshold is not None:
            return [self.threshold - output[0], output[0] - self.threshold]
        return [score - max(output[:place] + output[place + 1 :]) for place, score in enumerate(output)]

    def best(self, output: list[float]) -> float:
        margins = self.margins(output)
        return self.targets[margins.index(max(margins))]


def _classes(outputs: list[list[float]], goals: list[float], threshold: float | None) -> _Classes | None:
    """The classes that outputs and targets stand for, or None if targets are numbers to predict."""
    size = len(outputs[0])
    if size == 1:
        for targets in ([0.0, 1.0], [-1.0, 1.0]):
            if set(goals) <= {*targets}:
                if threshold is None:
                    scores = targets[0] < 0 or any(not -0.5 <= output <= 1.5 for (output,) in outputs)
                    threshold = 0.0 if scores else 0.5
                return _Classes(targets, option("threshold", threshold, lambda x: True, "a number"))
    if threshold is not None:
        raise ValueError("a threshold is for models with one output, and targets 0 and 1 or -1 and 1")
    if size == 1:
        return None
    for place, goal in enumerate(goals):
        if goal not in range(size):
            raise ValueError(f"the model gives {size} scores, so target {place} needs to be a whole number from 0 to "
                             f"{size - 1}, not {goal:g}")
    return _Classes([float(place) for place in range(size)], None)


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


def _draw_classes(axes: Any, grids: list[_Grid], classes: _Classes, rows: list[list[float]], goals: list[float],
                  outputs: list[list[float]]) -> None:
    line, colors = {"color": "#333333", "linewidth": 1.5}, _colors(len(grids))
    for place, (grid, target) in enumerate(zip(grids, classes.targets, strict=True)):
        color, marker = colors[place], MARKERS[place % len(MARKERS)]
        if max(grid.numbers) > 0:
            axes.contourf(*grid.arguments(), levels=[0, max(grid.numbers)], colors=[color], alpha=0.25)
        if place and min(grid.numbers) < 0 < max(grid.numbers):  # every boundary is one of a later class
            axes.contour(*grid.arguments(), levels=[0], colors=line["color"], linewidths=line["linewidth"])
        samples = [row for row, goal in zip(rows, goals, strict=True) if goal == target]
        axes.plot([x for x, _ in samples], [y for _, y in samples], marker, color=color, markeredgecolor="#222222",
                  markersize=7, label=f"class {target:g}")
    if classes.threshold is not None:
        axes.plot([], [], **line, label=f"output = {classes.threshold:g}")
    right = sum(classes.best(output) == goal for output, goal in zip(outputs, goals, strict=True))
    axes.set_title(f"{right} of {len(rows)} samples are classified right", fontsize="medium")


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


def _figure(width: float, height: float) -> Any:
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
