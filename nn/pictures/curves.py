"""Curves with matplotlib: how training went, epoch by epoch."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from nn.pictures.plots import COLORS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLES = "-", "--", ":", "-."  # of curves that share a colour


def plot_history(losses: Sequence[float], validation_losses: Sequence[float], metrics: Mapping[str, Sequence[float]],
                 learning_rates: Sequence[float]) -> "Figure":
    """The figure of `History.plot`."""
    if not losses:
        raise ValueError("there is nothing to plot: no epoch was finished")
    changes = len({*learning_rates}) > 1
    rows = 1 + bool(metrics) + changes
    figure = new_figure(6.4, 4.0 + 1.6 * (rows - 1))
    grid = figure.add_gridspec(rows, 1, height_ratios=[2.2] + [1.0] * (rows - 1) if rows > 1 else [1])
    axes = figure.add_subplot(grid[0], ylabel="loss")
    every = [axes]
    _draw(axes, losses, COLORS[0], "loss")
    if validation_losses:
        _draw(axes, validation_losses, COLORS[1], "validation loss", "--")
    _scale(axes, [*losses, *validation_losses])
    judged = validation_losses or losses
    best = min(judged)
    epoch = judged.index(best) + 1
    axes.plot([epoch], [best], "*", color=COLORS[5], markeredgecolor="white", markersize=16, zorder=3,
              label=f"best: {best:.4g} in epoch {epoch}")
    if metrics:
        every.append(figure.add_subplot(grid[1], sharex=axes))
        for place, ((name, found), style) in enumerate(zip(metrics.items(), cycle(_STYLES))):
            _draw(every[-1], found, COLORS[2 + place % 5], name, style)
        _name(every[-1], list(metrics))
    if changes:
        every.append(figure.add_subplot(grid[-1], sharex=axes, ylabel="learning rate"))
        _draw(every[-1], learning_rates, "#555555", "")
        _scale(every[-1], learning_rates)
    for lower in every:
        lower.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)  # there is no epoch 2.5
        lower.grid(alpha=0.3)
        lower.tick_params(labelbottom=lower is every[-1])
    every[-1].set_xlabel("epoch")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    return figure


def _draw(axes: Any, numbers: Sequence[float], color: str, label: str, style: str = "-") -> None:
    axes.plot(range(1, len(numbers) + 1), numbers, style, marker="o" if len(numbers) < 20 else "", color=color,
              label=label)


def _scale(axes: Any, numbers: Sequence[float]) -> None:
    axes.set_yscale("log" if 0 < 100 * min(numbers) < max(numbers) else "linear")


def _name(axes: Any, names: list[str]) -> None:
    """Say what the curves are: beside the axis, if there is but one."""
    if len(names) == 1:
        axes.set_ylabel(names[0])
    else:
        axes.legend(frameon=False, fontsize="small")
