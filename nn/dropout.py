"""Dropout: while a network learns, it has to do without some of its numbers, drawn anew each time."""

import random
import struct
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from autograd import RecordingError, Value
from nn.architecture import described
from nn.checks import option
from nn.module import Module
from nn.vectors import each, generator

# Who says what a Dropout multiplies so many numbers by; None for nothing. It is the Dropout itself,
# unless a program is being recorded: what is drawn then would be the same ever after.
masks: ContextVar[Callable[["Dropout", int], Any] | None] = ContextVar("masks", default=None)


@described(lambda given: 0)
class Dropout(Module):
    """In training each number of a vector is replaced by 0 with the probability p, the rest divided by 1 - p.

    As PyTorch's (Srivastava et al. 2014). After eval() everything passes. `seed`: an int, or a `random.Random`, to draw
    with; without one, the `generator` is one of its own, seeded by Python's `random`.

    Trained in machine code by `nn.compile`, or by `fit(compiled=True)`, it draws what it would draw in eager training.
    Raises RecordingError where another compiled function would draw once and for all.
    """

    def __init__(self, p: float = 0.5, *, seed: Any = None) -> None:
        self.p = option("p", p, lambda p: 0 <= p <= 1, "from 0 to 1")
        self.generator: random.Random = generator(random.getrandbits(64) if seed is None else seed)

    def __call__(self, x: Any) -> Any:
        """The vector, or number, or list of vectors, with what was left out replaced by 0."""
        ask = masks.get()
        if ask is None:
            if not self.training or not self.p:
                return x
            _refuse_recording()
            ask = Dropout.factors

        def respond(items: Any) -> Any:
            is_vector = type(items) is list
            several: list[Any] = items if is_vector else [items]  # pyright: ignore[reportUnknownVariableType]
            factors = ask(self, len(several))
            if factors is None:
                return items
            found = [x * factor for x, factor in zip(several, factors, strict=True)]
            return found if is_vector else found[0]

        return each(respond, x)

    def factors(self, number: int) -> list[float]:
        """What so many numbers are multiplied by: each 0, or 1 / (1 - p). Where nothing is left out, 1, undrawn."""
        limit, factor = self.limit, self.factor
        return [0.0 if word < limit else factor for word in struct.unpack(f"<{number}I", self.words(number))]

    def words(self, number: int) -> bytes:
        """So many random numbers of 32 bits each; one below `limit` leaves something out."""
        if not self.limit:
            return bytes(4 * number)
        return self.generator.getrandbits(32 * number).to_bytes(4 * number, "little")

    @property
    def limit(self) -> float:
        """p, in units of 2⁻³²; 0 if nothing is left out."""
        return self.p * 2**32 if self.training else 0.0

    @property
    def factor(self) -> float:
        """What a number that stays is multiplied by."""
        return 1 / (1 - self.p) if self.training and self.p < 1 else 1.0

    def __repr__(self) -> str:
        return f"Dropout({self.p})"


def _refuse_recording() -> None:
    """Raise RecordingError if a function is being recorded here: then no Value tells its number."""
    try:
        _ = Value(0.0).data
    except RecordingError as error:
        error.args = ("Dropout in training would leave out the same numbers in every call of what is compiled: call "
                      "eval() of the model first, or train it with nn.compile or fit(compiled=True)",)
        error.asked = None  # not that Value is what the function depends on
        raise
