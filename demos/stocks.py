"""Tomorrow's stock prices: how to measure honestly, and what comes out.

Ten shares, five years, and the question that everyone asks: can a network tell from the last days how prices will move
tomorrow? What takes care is the test: it may learn from the past alone, and has to beat those who know nothing.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from river.datasets import SP500Stocks
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import TimeSeriesSplit
from sklearn.preprocessing import StandardScaler

import nn
from autograd import compile

if TYPE_CHECKING:
    from demos.kit import Show

TIME = "10 s"
DAYS = 3  # that a forecast looks back
COLORS = "#444444", "#999999", "#d0a070", "#a65000", "#1f4e9c"


def run(show: "Show") -> None:
    show.data("daily returns in percent of Apple, Amazon, IBM, Intel, Johnson & Johnson, JPMorgan, Coca-Cola, "
              "Microsoft, Walmart and ExxonMobil, February 2013 to February 2018", "S&P 500 stock data by C. Nugent, "
              "Kaggle, as in the package river", "the package names none for the data; it is BSD-3-Clause itself")
    show.six_steps(
        initialise="nn.MLP, anew in each window", forward=f"model(30 returns of {DAYS} days): tomorrow's return",
        error="nn.mean_squared_error", backward="the chain rule, as machine code",
        update="nn.AdamW, which also pulls weights to 0", repeat="30 epochs in each window, then the window moves on")
    table = pd.read_csv(SP500Stocks().path).drop(columns="date").to_numpy()
    rows, tomorrow = days(table)
    windows = list(TimeSeriesSplit(n_splits=2 if show.quick else 6, test_size=125).split(rows))

    show.title(f"Walking forward: {len(windows)} windows of half a year")
    said = [forecasts(show, rows, tomorrow, *window) for window in show.progress(windows, "windows")]
    truth = tomorrow[np.concatenate([future for _, future in windows])]
    errors = {name: np.concatenate([window[name] for window in said]) - truth for name in said[0]}
    show.table(["forecast", "root mean squared error", "right about up or down"],
               [[name, float(np.sqrt(np.mean(error**2))), f"{np.mean((error + truth > 0) == (truth > 0)):.1%}"
                 if np.any(error + truth) else "-"] for name, error in errors.items()])
    verdict(show, truth, truth**2 - errors["our network"] ** 2)
    honesty(show, table, windows, said, truth)
    show.beside_eager(lambda: nn.MLP(10 * DAYS, [8, 1], seed=1), nn.mean_squared_error, rows[:40], tomorrow[:40])
    picture(show, errors, truth, len(windows))
    show.next("docs/how-to/train.md, on data that is held out.")


def days(table: Any) -> tuple[Any, Any]:
    """For each day the returns of the last days, the oldest first, and the mean return of the day after."""
    rows = np.array([table[day - DAYS + 1 : day + 1, :10].ravel() for day in range(DAYS - 1, len(table))])
    return rows, table[DAYS - 1 :, 10]


def forecasts(show: "Show", rows: Any, tomorrow: Any, past: Any, future: Any) -> dict[str, Any]:
    """What each of them says about the days of a window, of which it has seen the past alone."""
    scaler = StandardScaler().fit(rows[past])  # what is usual is learned from the past, too
    x, y, ahead = scaler.transform(rows[past]), tomorrow[past], scaler.transform(rows[future])
    model = nn.MLP(10 * DAYS, [8, 1], "tanh", init="xavier", seed=len(past))  # initialise
    optimizer = nn.AdamW(model.parameters(), 0.003, weight_decay=0.3)
    # For each batch: forward and error, backward, update; and repeat
    nn.fit(model, x, y, nn.mean_squared_error, optimizer, 5 if show.quick else 30, 32, seed=1, compiled=True)
    return {"always 0": np.zeros(len(future)), "always the mean so far": np.full(len(future), y.mean()),
            "today's once more": rows[future][:, -10:].mean(axis=1),
            "linear regression (scikit-learn)": LinearRegression().fit(x, y).predict(ahead),
            "our network": compile(model).batch(ahead)}


def verdict(show: "Show", truth: Any, saved: Any) -> None:
    mean, uncertain = float(saved.mean()), float(saved.std(ddof=1) / np.sqrt(len(saved)))
    show.note("squared error that our network saved a day, against always 0", mean)
    outcome = ("does not beat always 0: what it learned was noise, which never comes again" if mean <= 0 else
               "beats always 0, by no more than chance explains" if mean < 2 * uncertain else
               "beats always 0 by more than chance explains, which is a reason to look for a mistake")
    show.tell(f"Our network {outcome}. Its squared error minus that of always 0 is {-mean:+.3f} a day, give or take "
              f"{uncertain:.3f}. Do not be disappointed, and do not turn the knobs until it wins: if you try often "
              "enough, something wins by luck. What can be known of tomorrow is mostly in today's prices already: "
              f'others saw it, too. To say "up" each day was right on {np.mean(truth > 0):.1%} of the days: no skill, '
              "but good years.")


def honesty(show: "Show", table: Any, windows: Any, first: Any, truth: Any) -> None:
    show.title("Is the test honest? Does nothing come from the future, and would we notice?")
    same: list[bool] = []
    for window, before in zip(windows, first, strict=True):
        made_up, day = table.copy(), window[1][0] + DAYS - 1  # on its evening the first forecast is made
        made_up[day + 1 :, :10], made_up[day:, 10] = 9.0, -9.0
        same += [said[0] == before[name][0] for name, said in forecasts(show, *days(made_up), *window).items()]
    show.reach("share of first forecasts that stay when all later days are made up", float(np.mean(same)), 1.0)
    rows, tomorrow = days(table)  # and now a mistake: each row ends a day too late
    leaked = [forecasts(show, np.roll(rows, -1, axis=0), tomorrow, *window)["our network"] for window in windows]
    show.reach("part of the squared error that our network saves if it is shown tomorrow by mistake",
               1 - float(np.mean((np.concatenate(leaked) - truth) ** 2) / np.mean(truth**2)), 0.5)
    show.tell("One row too far, and it seems a prophet. Where a forecast of prices looks good, look for the mistake "
              "first. Smaller ones, such as a scaler that was fitted on all days, hardly change an error; to make up "
              "the future, and see whether a forecast moves, finds them as well.")


def picture(show: "Show", errors: dict[str, Any], truth: Any, windows: int) -> None:
    figure, (left, right) = show.axes(1, 2, (12, 4.8))
    for place, (name, error) in enumerate(errors.items()):
        sizes = np.sqrt(np.mean(error.reshape(windows, -1) ** 2, axis=1))
        left.bar(np.arange(1, windows + 1) + 0.16 * (place - 2), sizes, 0.16, color=COLORS[place], label=name)
    left.set(title="Errors in each half year", xlabel="window", ylabel="root mean squared error, %", ymargin=0.4)
    left.legend(fontsize=9, ncols=2)
    right.scatter(truth, errors["our network"] + truth, s=8, color=COLORS[-1], alpha=0.5)
    right.axline((0, 0), slope=1, color=COLORS[0], linewidth=1, label="where a perfect forecast would be")
    right.set(title="What our network said, and what came", xlabel="the return that came, in percent",
              ylabel="the forecast, in percent", ylim=right.get_xlim())
    right.legend(loc="upper left", fontsize=9)
    show.picture(figure)


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos stocks")
