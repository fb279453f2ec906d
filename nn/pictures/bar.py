"""A progress bar that appears after a second, where somebody can see it.

tqdm has this as its `delay`; but importing tqdm takes a tenth of a second, and most training is over in less.
"""

import sys
from time import perf_counter
from typing import Any


class Bar:
    """`steps`: how many there will be; `unit`: what they are called."""

    def __init__(self, steps: int, unit: str = "step") -> None:
        self.steps, self.unit, self.done, self.began = steps, unit, 0, perf_counter()
        self.visible = sys.stderr.isatty() or _in_notebook()
        self.bar: Any = None

    def advance(self, loss: float | None = None, steps: int = 1) -> None:
        """So many more steps are done; `loss` is shown beside them."""
        self.done += steps
        if self.bar is not None:
            if loss is not None:
                self.bar.set_postfix(loss=f"{loss:.4g}", refresh=False)
            self.bar.update(steps)
        elif self.visible and perf_counter() - self.began > 1:
            from tqdm.auto import tqdm  # pyright: ignore

            self.bar = tqdm(total=self.steps, initial=self.done, unit=self.unit)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return "IPKernelApp" in getattr(shell, "config", ())
