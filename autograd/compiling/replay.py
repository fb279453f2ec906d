"""A program once more, row by row: where machine code found a number that is not finite, this says why.

It raises what the graph itself would have raised. A branch that is not chosen need not exist: what is wrong there is
kept until a choice falls on it.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from autograd.compiling.program import CONSTANTS, LANES, PARAMETERS, VALUES, Group, Program
from autograd.errors import DomainError, NumberOverflowError
from autograd.table.reading import either


class Replay:
    """One sample, forward; `derivatives()` is the way back. Raises DomainError as the rows do."""

    def __init__(self, program: Program, inputs: Sequence[float], values: Sequence[float] = (),
                 parameters: Sequence[float] = ()) -> None:
        self.program = program
        self.arrays: dict[str, list[float]] = {
            CONSTANTS: list(program.constants), VALUES: list(values), PARAMETERS: list(parameters), LANES: [*inputs]}
        self.arrays[LANES] += [0.0] * (program.lanes - program.inputs)
        self._errors: dict[int, DomainError] = {}
        members = [(time, group, m) for group in program.groups for m, time in enumerate(group.times)]
        self._members = sorted(members, key=itemgetter(0))  # so that the first error is the first one here, too
        for _, group, m in self._members:
            self.arrays[LANES][group.start + m] = self._value(group, m)
        self.outputs = [self.arrays[array][place] for array, place in program.outputs]

    def derivatives(self) -> dict[str, list[float]]:
        """The derivative of the first output with respect to all that lies in each array."""
        found = {name: [0.0] * len(numbers) for name, numbers in self.arrays.items()}
        array, place = self.program.outputs[0]
        found[array][place] = 1.0
        for _, group, m in reversed(self._members):
            g = found[LANES][group.start + m]
            if not group.is_wanted or (g == 0.0 and group.is_guarded):
                continue
            y, (operands, places) = self.arrays[LANES][group.start + m], self._arguments(group, m)
            for number, (partial, segments) in enumerate(zip(group.row.partials, group.arguments)):
                if partial is None or not any(segment.is_wanted for segment in segments):
                    continue
                slopes = group.row.slope(number, y, operands, tuple(operands))
                for (name, where, is_wanted), slope in zip(
                        places[number], slopes if group.row.lists[number] else [slopes], strict=True):
                    if is_wanted:
                        found[name][where] += g * slope
                        if found[name][where] - found[name][where]:
                            raise NumberOverflowError(f"the gradient of {self._called(name, where)} overflows")
        return found

    def _called(self, array: str, place: int) -> str:
        """What the graph itself would call a number."""
        maker = next((group.row.name for group in self.program.groups if array == LANES
                      and group.start <= place < group.start + group.count), "a leaf")
        return f"the Value {self.arrays[array][place]} ({maker})"

    def _value(self, group: Group, m: int) -> float:
        operands, places = self._arguments(group, m)
        if group.row.value is either:
            places = [places[0], places[1 if operands[0] else 2]]
        try:
            for name, where, _ in (place for argument in places for place in argument):
                if name == LANES and where in self._errors:
                    raise self._errors[where]
            return group.row.calculate(operands, tuple(operands))
        except DomainError as error:
            if not group.is_guarded:
                raise
            self._errors[group.start + m] = error
            return 0.0

    def _arguments(self, group: Group, m: int) -> tuple[list[Any], list[list[tuple[str, int, bool]]]]:
        """The operands of a member, and where each of the numbers lies."""
        places = [[(s.array, s.places.at(m, k, s.length), s.is_wanted) for s in segments for k in range(s.length)]
                  for segments in group.arguments]
        numbers = [[self.arrays[name][where] for name, where, _ in argument] for argument in places]
        return [x if is_list else x[0] for x, is_list in zip(numbers, group.row.lists)], places


