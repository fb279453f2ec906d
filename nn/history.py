"""How training went: the History that fit() returns, and the error that tells where it stopped."""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nn.pictures.curves import plot_history

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass
class History:
    """How training went. `History(**history.to_dict())` is equal to the history.

    `losses`: for each finished epoch the mean loss of the samples; `epochs`: how many there are; `best_epoch`: the
    one with the lowest loss, counted from 1, or 0 if none was finished; `best_parameters`: the state of the model in
    it, for `model.load_state_dict()`; `interrupted`: whether Ctrl-C ended the training, `stopped`: whether a callback.
    `validation_losses`: those of the validation data, if any, after each epoch; `best_epoch` then goes by these;
    `metrics`: by name, what each came to after each epoch; `learning_rates`: those that the epochs ended with.

    Parameters change during an epoch. The parameters of an epoch are those with which the loss of its last batch was
    calculated; where one batch holds all the data, the loss of the epoch is exactly theirs. Those that go with a
    validation loss are the ones at the end of the epoch.
    """

    losses: list[float] = field(default_factory=list[float])
    seconds: float = 0.0
    epochs: int = 0
    best_epoch: int = 0
    best_parameters: dict[str, float] = field(default_factory=dict[str, float])
    interrupted: bool = False
    stopped: bool = False
    validation_losses: list[float] = field(default_factory=list[float])
    metrics: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    learning_rates: list[float] = field(default_factory=list[float])

    def to_dict(self) -> dict[str, Any]:
        """The history as lists, dicts and numbers, ready for JSON."""
        return asdict(self)

    def plot(self) -> "Figure":
        """The losses by epoch, as a matplotlib figure in which the best one is marked.

        Below them are the metrics, if there are any, and the learning rate, if it changes. A scale is logarithmic if
        the largest number is over 100 times the smallest, and all are above 0. Raises ValueError if no epoch was
        finished, ImportError without matplotlib.
        """
        return plot_history(self.losses, self.validation_losses, self.metrics, self.learning_rates)

    def __str__(self) -> str:
        if not self.losses:
            return f"no epoch finished in {self.seconds:.1f} s"
        curves = {"loss": self.losses, "validation": self.validation_losses, **self.metrics}
        shown = ", ".join(f"{name} {found[0]:.4g} → {found[-1]:.4g}" for name, found in curves.items() if found)
        return (f"{self.epochs} epochs in {self.seconds:.1f} s, {shown}, "
                f"best {min(self.validation_losses or self.losses):.4g} in epoch {self.best_epoch}"
                + (" (stopped early)" if self.stopped else "") + (" (interrupted)" if self.interrupted else ""))


class TrainingError(RuntimeError):
    """Training that cannot go on. `epoch` and `batch`, counted from 1, say where; `history` is what came before."""

    def __init__(self, message: str, epoch: int = 0, batch: int = 0, history: History | None = None) -> None:
        super().__init__(message)
        self.epoch, self.batch, self.history = epoch, batch, history
