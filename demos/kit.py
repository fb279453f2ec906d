"""What the lessons of `python -m demos` share: telling, tables, figures that must be reached, pictures, progress."""

import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import matplotlib
from tqdm import tqdm

matplotlib.use("Agg")  # pictures go to files, on machines without a screen too

from matplotlib import pyplot
from matplotlib.figure import Figure

import nn

Item = TypeVar("Item")
WIDTH = 100


class Show:
    """One lesson while it runs. `quick`: whether it is the small run; `out`: the folder for what it makes."""

    def __init__(self, name: str, quick: bool, out: Path) -> None:
        self.name, self.quick, self.out = name, quick, out
        self.figures: dict[str, float] = {}
        self.missed: list[str] = []

    def title(self, text: str) -> None:
        print(f"\n---- {text} ".ljust(WIDTH + 1, "-"), "", sep="\n")

    def tell(self, text: str) -> None:
        """A paragraph, however it is broken into lines in the program."""
        print(textwrap.fill(" ".join(text.split()), WIDTH), "", sep="\n")

    def data(self, what: str, origin: str, licence: str) -> None:
        """Where the data is from."""
        print(*(textwrap.fill(f"{name + ':':9}{text}", WIDTH, subsequent_indent=" " * 9)
                for name, text in (("Data", what), ("Origin", origin), ("Licence", licence))), "", sep="\n")

    def six_steps(self, *, initialise: str, forward: str, error: str, backward: str, update: str, repeat: str) -> None:
        """The six steps of learning, and where in this lesson each one happens."""
        steps = {"initialise": initialise, "forward": forward, "error": error, "backward": backward, "update": update,
                 "repeat": repeat}
        for number, (step, text) in enumerate(steps.items(), 1):
            print(textwrap.fill(f"  {number} {step + ':':12}{' '.join(text.split())}", WIDTH,
                                subsequent_indent=" " * 16))
        print()

    def table(self, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Columns: the first of text, the others of numbers, which are shown to four digits."""
        cells = [[*map(_shown, row)] for row in (head, *rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            first, *others = (cell.rjust(width) if place else cell.ljust(width)
                              for place, (cell, width) in enumerate(zip(row, widths, strict=True)))
            print(" ", "   ".join([first, *others]).rstrip())
        print()

    def reach(self, what: str, figure: float, least: float, quick: float | None = None) -> None:
        """A figure that must be reached: at least so much, in the small run so much. Otherwise the lesson fails."""
        asked = quick if self.quick and quick is not None else least
        self.figures[what] = float(figure)
        is_reached = figure >= asked
        print(f"  {'✓' if is_reached else '✗'} {what}: {_shown(float(figure))} (asked: at least {_shown(asked)})\n")
        if not is_reached:
            self.missed.append(what)

    def agree(self, what: str, *runs: Iterable[float]) -> None:
        """The same numbers, found in several ways: they must be the same to 1e-9."""
        differences = [max(same) - min(same) for same in zip(*runs, strict=True)]
        difference = self.figures[f"{what}, largest difference"] = max(differences)
        is_reached = all(one <= 1e-9 for one in differences)  # which NaN is not
        print(f"  {'✓' if is_reached else '✗'} {what}: the same to {difference:.1e} (asked: to 1e-9)\n")
        if not is_reached:
            self.missed.append(what)

    def beside_eager(self, make: Callable[[], nn.Module], loss: Any, inputs: Any, targets: Any) -> None:
        """Three steps from a new model by the eager engine, and the same compiled."""
        runs = [nn.fit(model, inputs, targets, loss, nn.Adam(model.parameters()), 3, compiled=compiled).losses
                for compiled in (False, True) for model in [make()]]
        self.agree("losses of three steps, eager and compiled", *runs)

    def note(self, what: str, figure: float) -> None:
        """A figure that is kept beside the others, whatever it is."""
        self.figures[what] = float(figure)

    def axes(self, rows: int = 1, columns: int = 1, size: tuple[float, float] = (10, 4.5), **options: Any) -> Any:
        """A new figure, and its axes."""
        return pyplot.subplots(rows, columns, figsize=size, layout="constrained", **options)

    def picture(self, figure: Figure, name: str = "") -> None:
        """Save a figure as NAME.png, or NAME-name.png."""
        path = self.out / f"{self.name}{name and '-'}{name}.png"
        figure.savefig(path, dpi=120)
        pyplot.close(figure)
        print(f"  picture: {path}\n")

    def progress(self, items: Iterable[Item], what: str) -> Iterator[Item]:
        """The items, with a bar if they take more than a second."""
        return iter(tqdm(items, desc=what, delay=1, leave=False, dynamic_ncols=True))

    def next(self, text: str) -> None:
        """What to open next."""
        print(textwrap.fill(" ".join(f"Next: {text}".split()), WIDTH, subsequent_indent=" " * 6))

    def finish(self) -> int:
        """Save the figures, and give the exit code: 1 if one of them was not reached."""
        path = self.out / f"{self.name}.json"
        path.write_text(json.dumps({"quick": self.quick, "figures": self.figures}, indent=2) + "\n", encoding="utf-8")
        print(f"\nfigures: {path}")
        if self.missed:
            print(f"not reached: {', '.join(self.missed)}")
        return 1 if self.missed else 0


def _shown(thing: Any) -> str:
    if isinstance(thing, float):
        return f"{thing:,.0f}" if abs(thing) >= 1_000 else f"{thing:.4g}"
    return f"{thing:,}" if isinstance(thing, int) else str(thing)
