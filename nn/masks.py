"""What Dropout leaves out of a program that is compiled: these numbers are inputs of each step, beside the sample's."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy

from nn.dropout import Dropout, masks


class Masks:
    """Which Dropouts are asked, in order, and for how many numbers each, when a model is given one sample.

    A model is recorded twice, if there are any: first to see who asks, and then with the numbers as inputs.
    """

    def __init__(self) -> None:
        self._asked: list[tuple[Dropout, int]] = []

    @property
    def size(self) -> int:
        """How many numbers belong to a sample."""
        return sum(number for _, number in self._asked)

    def recorded(self, inputs: Any, record: Callable[[Any], Any]) -> Any:
        """What `record` makes of the inputs of a sample, or of the pair of these and of the numbers of the Dropouts."""
        found = record(inputs)
        return record((inputs, [1.0] * self.size)) if self._asked else found

    @contextmanager
    def taken(self, inputs: Any) -> Generator[Any]:
        """For the time in which `record` calls the model: gives what that takes, and hands the numbers to Dropouts."""
        if self._asked:
            inputs, factors = inputs
            rest: Iterator[Any] = iter(factors)
            token = masks.set(lambda _, number: [next(rest) for _ in range(number)])
        else:
            token = masks.set(lambda dropout, number: self._asked.append((dropout, number)))
        try:
            yield inputs
        finally:
            masks.reset(token)

    def beside(self, inputs: Any, order: Sequence[int]) -> Any:
        """An array of samples, with what is drawn for each, in this order, in more columns."""
        if not self._asked:
            return inputs
        words = b"".join([dropout.words(number) for _ in order for dropout, number in self._asked])
        numbers = [number for _, number in self._asked]
        limits = numpy.repeat([dropout.limit for dropout, _ in self._asked], numbers)
        factors = numpy.repeat([dropout.factor for dropout, _ in self._asked], numbers)
        drawn = numpy.zeros((len(inputs), self.size))
        drawn[order] = numpy.where(numpy.frombuffer(words, "<u4").reshape(len(order), -1) < limits, 0.0, factors)
        return numpy.concatenate([inputs, drawn], axis=1)
