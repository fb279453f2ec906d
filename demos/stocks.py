"""Tomorrow's stock prices: how to measure honestly, and what comes out.

Ten shares, five years, and the question that everyone asks: can a network tell from the last days how the market will
move tomorrow? The network is easy. What takes care is the test: it may learn from the past alone, and has to beat those
who know nothing. No figure has to be reached here but an honest one.
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

TIME = "15 s"
DAYS = 3  # that a forecast looks back


def run(show: "Show") -> None:
    show.data("daily returns in percent of Apple, Amazon, IBM, Intel, Johnson & Johnson, JPMorgan, Coca-Cola, "
              "Microsoft, Walmart and ExxonMobil, February 2013 to February 2018", "S&P 500 stock data by C. Nugent, "
              "Kaggle, as in the package river", "the package names none for the data; it is BSD-3-Clause itself")
    show.six_steps(
        initialise="nn.MLP, anew in each window", forward=f"model(30 returns of {DAYS} days): tomorrow's return",
        error="nn.mean_squared_error", backward="the chain rule, as machine code",
        update="nn.AdamW, which also pulls weights to 0: against learning noise by heart",
        repeat="30 epochs in each window, then the window moves on")
    returns, tomorrow = days()
    windows = list(TimeSeriesSplit(n_splits=2 if show.quick else 6, test_size=125).split(returns))

    show.title(f"Walking forward: {len(windows)} windows of half a year")
    names = "always 0", "always the mean so far", "today's once more", "linear regression (scikit-learn)", "our network"
    forecasts: dict[str, list[Any]] = {name: [] for name in names}
    for seed, (past, future) in enumerate(show.progress(windows, "windows")):
        scaler = StandardScaler().fit(returns[past])  # what is usual is learned from the past, too
        x, y, ahead = scaler.transform(returns[past]), tomorrow[past], scaler.transform(returns[future])
        line = LinearRegression().fit(x, y)
        found = (np.zeros(len(future)), np.full(len(future), y.mean()), returns[future][:, -10:].mean(axis=1),
                 line.predict(ahead), network(x, y, seed, show.quick, ahead))
        for name, forecast in zip(names, found, strict=True):
            forecasts[name].append(forecast)
    truth = tomorrow[np.concatenate([future for _, future in windows])]
    errors = {name: np.concatenate(parts) - truth for name, parts in forecasts.items()}
    usual = errors["always 0"]
    show.table(["forecast", "root mean squared error", "R² against always 0", "right about up or down"],
               [[name, float(np.sqrt(np.mean(error**2))), float(1 - np.sum(error**2) / np.sum(usual**2)),
                 f"{np.mean(np.sign(error + truth) == np.sign(truth)):.1%}" if np.any(error + truth) else "-"]
                for name, error in errors.items()])
    verdict(show, usual**2 - errors["our network"] ** 2)
    show.reach("days from the last one that was learned from to the first forecast",
               min(int(future[0] - past[-1]) for past, future in windows), 1)
    show.reach("share of windows where all that was learned from is past",
               float(np.mean([past.max() < future.min() for past, future in windows])), 1.0)
    show.beside_eager(lambda: nn.MLP(10 * DAYS, [8, 1], "tanh", seed=1), nn.mean_squared_error, x[:40], y[:40])
    picture(show, errors, truth, len(windows))
    show.next("python -m demos diagnosis, where there is something to be learned; or docs/how-to/train.md, on data that "
              "is held out.")


def days() -> tuple[Any, Any]:
    """For each day the returns of the last days, the oldest first, and the mean return of the day after."""
    table = pd.read_csv(SP500Stocks().path)
    returns, tomorrow = table.drop(columns=["date", "next_day_return"]).to_numpy(), table["next_day_return"].to_numpy()
    rows = [returns[day - DAYS + 1 : day + 1].ravel() for day in range(DAYS - 1, len(returns))]
    return np.array(rows), tomorrow[DAYS - 1 :]


def network(x: Any, y: Any, seed: int, quick: bool, ahead: Any) -> Any:
    model = nn.MLP(x.shape[1], [8, 1], "tanh", init="xavier", seed=seed)  # initialise
    optimizer = nn.AdamW(model.parameters(), 0.003, weight_decay=0.3)
    # For each batch: forward and error, backward, update; and repeat
    nn.fit(model, x, y, nn.mean_squared_error, optimizer, 5 if quick else 30, 32, seed=seed, compiled=True)
    return compile(model).batch(ahead)


def verdict(show: "Show", saved: Any) -> None:
    """What a beginner needs to hear. `saved`: what our network saved of the squared error of each day."""
    mean, uncertain = float(saved.mean()), float(saved.std(ddof=1) / np.sqrt(len(saved)))
    show.note("squared error that our network saved a day, against always 0", mean)
    show.note("standard error of that", uncertain)
    outcome = ("does not beat saying 0 every day" if mean <= 0 else
               "beats saying 0 every day, by no more than chance explains" if mean < 2 * uncertain else
               "beats saying 0 every day by more than chance explains, which is a reason to look for a mistake")
    show.tell(f"Our network {outcome}: it saves {mean:+.3f} of the squared error a day, give or take {uncertain:.3f}.")
    show.tell("Do not be disappointed, and do not turn the knobs until it wins: if you try often enough, something "
              "wins by luck. What is known about tomorrow is in today's prices already, as others have seen it too. A "
              "result that looks good here has most often seen the future: a scaler that was fitted on all days, days "
              "that were shuffled, a target among the inputs.")


def picture(show: "Show", errors: dict[str, Any], truth: Any, windows: int) -> None:
    figure, (left, right) = show.axes(1, 2, (12, 4.8))
    colors = "#444444", "#999999", "#d0a070", "#a65000", "#1f4e9c"
    for place, (name, error) in enumerate(errors.items()):
        sizes = np.sqrt(np.mean(error.reshape(windows, -1) ** 2, axis=1))
        left.bar(np.arange(1, windows + 1) + 0.16 * (place - 2), sizes, 0.16, color=colors[place], label=name)
    left.set(title="Errors in each half year", xlabel="window", ylabel="root mean squared error, in percent",
             ylim=(0, 1.45 * max(np.sqrt(np.mean(e.reshape(windows, -1) ** 2, axis=1)).max() for e in errors.values())))
    left.legend(fontsize=9, ncols=2)
    ours = errors["our network"] + truth
    right.scatter(truth, ours, s=8, color=colors[-1], alpha=0.5)
    right.plot([-4, 4], [-4, 4], color=colors[0], linewidth=1, label="where a perfect forecast would be")
    right.set(title="What our network said, and what came", xlabel="the return that came, in percent", xlim=(-4, 4),
              ylabel="the forecast, in percent", ylim=(-4, 4))
    right.legend(loc="upper left", fontsize=9)
    show.picture(figure)


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos stocks")
