"""Measuring: runs in turn, medians with their spread, a table for people and JSON for programs."""

import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm


@dataclass(frozen=True)
class Figure:
    """The median of several measurements, and the quartiles: half of the measurements lie between `low` and `high`."""

    median: float
    low: float
    high: float
    measurements: int

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Figure":
        low, median, high = statistics.quantiles(samples, n=4, method="inclusive") if samples[1:] else [samples[0]] * 3
        return cls(median, low, high, len(samples))

    def __str__(self) -> str:
        spread = f" [{_shown(self.low)}, {_shown(self.high)}]" if self.measurements > 1 else ""
        return _shown(self.median) + spread


@dataclass(frozen=True)
class Row:
    """One line of a table. What is asked of it, and its goal, are lower limits of the ratio where there is one (how
    many times better than the peer), and upper limits of our own figure where there is none.
    """

    name: str
    unit: str
    ours: Figure
    peer: Figure | None = None
    ratio: Figure | None = None
    asked: float | None = None
    goal: float | None = None

    def reaches(self, limit: float) -> bool:
        return self.ratio.median >= limit if self.ratio else self.ours.median <= limit

    def cells(self) -> list[str]:
        limits = [f"{'≥' if self.ratio else '≤'} {limit:g} {'yes' if self.reaches(limit) else 'NO'}"
                  if limit is not None else "" for limit in (self.asked, self.goal)]
        figures = [str(figure or "") for figure in (self.ours, self.peer, self.ratio)]
        return [self.name, self.unit, *figures, *limits]


@dataclass(frozen=True)
class Table:
    """What a benchmark found; `remarks` are sentences that go below the table."""

    name: str
    rows: list[Row]
    remarks: list[str]
    peer: str = "micrograd"  # what the column of the others is called
    packages: tuple[str, ...] = ("glassgrad", "micrograd")

    def __str__(self) -> str:
        head = ["", "unit", "glassgrad", self.peer, "ratio", "asked", "goal"]
        lines = [head, *(row.cells() for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
                for line in lines]
        rows.insert(1, "-" * max(map(len, rows)))
        here = machine()
        return "\n".join([f"{self.name}: medians [quartiles]; Python {here['python']}, {here['processor']}, "
                          f"{here['cores']} cores", "", *rows, "", *self.remarks])

    def json(self) -> str:
        rows = [asdict(row) | {"asked_reached": row.asked is None or row.reaches(row.asked),
                               "goal_reached": row.goal is None or row.reaches(row.goal)} for row in self.rows]
        return json.dumps({"benchmark": self.name, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                           "machine": machine(), "versions": versions(*self.packages), "rows": rows,
                           "remarks": self.remarks}, indent=1, ensure_ascii=False) + "\n"


def alternately(*programs: Callable[[], object], rounds: int, name: str, shortest: float,
                alone: bool = False) -> list[list[float]]:
    """Seconds per call of each program in each round. In a round all have their turn, one after the other, so that a
    slow minute of the machine strikes all of them; in its turn a program is repeated for `shortest` seconds.
    `alone`: see `timed`.
    """
    # The first call warms up, and may compile: only the second one says how long they take.
    repetitions = [max(1, round(shortest / [timed(program, 1) for _ in range(2)][1])) for program in programs]
    seconds: list[list[float]] = [[] for _ in programs]
    for _ in progress(range(rounds), name):
        for program, times, found in zip(programs, repetitions, seconds, strict=True):
            found.append(timed(program, times, alone))
    return seconds


class Peer(NamedTuple):
    """Another's program for the same work, what is asked of the ratio, and how often a call does that work."""

    program: Callable[[], object]
    asked: float | None = None
    per_call: int = 1


def against(name: str, ours: Callable[[], object], peers: dict[str, Peer], rounds: int, shortest: float,
            unit: str = "µs", scale: float = 1e6, per_call: int = 1) -> list[Row]:
    """A row for each peer. All run in turn, so that the ratios are those of the same minutes."""
    seconds = alternately(ours, *(peer.program for peer in peers.values()), rounds=rounds, name=name, shortest=shortest)
    mine, *theirs = [[s * scale / times for s in found] for found, times in
                     zip(seconds, (per_call, *(peer.per_call for peer in peers.values())), strict=True)]
    return [Row(f"{name} / {title}", unit, Figure.of(mine), Figure.of(other),
                Figure.of([b / a for a, b in zip(mine, other, strict=True)]), peer.asked)
            for (title, peer), other in zip(peers.items(), theirs, strict=True)]


def timed(program: Callable[[], object], times: int, alone: bool = False) -> float:
    """Seconds per call, the collector in whatever state it is.

    Before that, and outside the timing, what others left behind is collected: micrograd's graphs are reference
    cycles, and the collector would otherwise come upon them in the turn of the next program, and charge it for them.
    `alone`: collect before every single call, so that a program is not charged for its own garbage either.
    """
    seconds = 0.0
    calls = [1] * times if alone else [times]
    for count in calls:
        gc.collect()
        start = time.perf_counter()
        for _ in range(count):
            program()
        seconds += time.perf_counter() - start
    return seconds / times


def progress(steps: Iterable[int], name: str) -> Iterable[int]:
    """A bar on stderr, if that is a terminal and it takes over a second."""
    return tqdm(steps, desc=name, file=sys.stderr, delay=1, leave=False, disable=None)


def machine() -> dict[str, str | int | None]:
    return {"python": platform.python_version(), "implementation": platform.python_implementation(),
            "system": platform.system(), "processor": _processor(), "cores": os.cpu_count()}


def versions(*packages: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from its folder, not installed
            found[package] = None
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _shown(x: float) -> str:
    return f"{x:,.0f}" if abs(x) >= 100 else f"{x:#.3g}"
