"""The race in the lesson `names`: a closure for each node, this engine, and this engine compiled."""

import statistics
import time
from typing import TYPE_CHECKING

import nn
from demos import closures
from demos.gpt import BETAS, GPT, HEADS, RATE, padded, surprise, tokens

if TYPE_CHECKING:
    from demos.kit import Show


def three_engines(show: "Show", names: list[str]) -> None:
    """The same steps by each engine, in turn: what slows the machine down then slows down all of them."""
    show.title("Three engines, the same steps")
    ours, model = GPT(seed=2), GPT(seed=2)  # initialise
    training = nn.compile(model, surprise, nn.Adam(model.parameters(), RATE, BETAS))
    optimizer, plain = nn.Adam(ours.parameters(), RATE, BETAS), closures.copied(ours)
    adam = closures.Adam(plain, RATE, BETAS)
    chosen = names[: 2 if show.quick else 12]
    def by_closures(name: str) -> float:
        loss = closures.loss(plain, tokens(name), HEADS)
        loss.backward()
        adam.step()
        return loss.data

    def eagerly(name: str) -> float:
        text = tokens(name)
        loss = nn.cross_entropy(ours(text[:-1]), text[1:])  # forward, error
        optimizer.zero_grad()
        loss.backward()  # backward
        optimizer.step()  # update
        return loss.data

    engines = {"a closure for each node": by_closures, "ours": eagerly,
               "ours, compiled": lambda name: training.step(*padded([name]))}
    losses: dict[str, list[float]] = {engine: [] for engine in engines}
    times: dict[str, list[float]] = {engine: [] for engine in engines}
    for name in show.progress(chosen, "three engines"):  # repeat
        for engine, step in engines.items():
            began = time.perf_counter()
            losses[engine].append(step(name))
            times[engine].append(time.perf_counter() - began)
    data = padded(names)
    training.run(*data, 100, batch_size=1, seed=4)  # once, all targets are looked at
    began = time.perf_counter()
    training.run(*data, 2_000, batch_size=1, seed=5)  # a single step is over too soon to be timed
    times["ours, compiled"] = [(time.perf_counter() - began) / 2_000]
    slow, eager, fast = (statistics.median(seconds) for seconds in times.values())
    show.table(["", "ms a step", "times as fast", "loss of the last step"],
               [[engine, seconds * 1e3, round(slow / seconds), f"{losses[engine][-1]:.12f}"]
                for engine, seconds in zip(engines, (slow, eager, fast), strict=True)])
    show.agree("losses of all steps", *losses.values())
    if not show.quick:
        show.reach("times as fast, ours", slow / eager, 12.0)
        show.reach("times as fast, ours compiled", slow / fast, 4_000.0)
