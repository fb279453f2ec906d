"""Checking gradients: reverse mode, forward mode and finite differences side by side.

The difference is the judge, so most of this is about finding one that can be trusted: with a step that is neither too
coarse nor lost in rounding errors, inside the domain on both sides, and not across a kink.
"""

import inspect
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.calculus.derivatives import grad
from autograd.calculus.dual import directional, plain
from autograd.calculus.structure import is_number, numbers_in
from autograd.errors import GradientError
from autograd.recording.modes import no_grad
from autograd.table.reading import number
from autograd.table.row import Operation
from autograd.value import Value

_EPSILON = sys.float_info.epsilon
_STEPS = 2**15  # the finest step of a difference is this much smaller than the coarsest


@dataclass(frozen=True)
class Row:
    """One argument: its derivative found in three ways, and how far apart they are.

    `tolerance` allows for what finite differences cannot resolve; `note` says what is special about the point.
    """

    argument: str
    reverse: float
    forward: float
    difference: float
    error: float
    tolerance: float
    note: str = ""

    @property
    def agrees(self) -> bool:
        return bool(self.note) or self.error <= self.tolerance


@dataclass(frozen=True)
class Report:
    """What `check_gradients` found, a row for each number that the function takes. Prints as a table."""

    rows: list[Row] = field(default_factory=list[Row])

    @property
    def agrees(self) -> bool:
        """Whether the three ways agree; at a kink, whether reverse and forward mode do."""
        return all(row.agrees for row in self.rows)

    def __str__(self) -> str:
        head = ("argument", "reverse", "forward", "difference", "error", "")
        lines = [(row.argument, *(f"{x:.10g}" for x in (row.reverse, row.forward, row.difference)),
                  f"{row.error:.1e}", row.note or ("" if row.agrees else "disagrees")) for row in self.rows]
        widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
        return "\n".join("  ".join(cell.ljust(width) if column in (0, 5) else cell.rjust(width)
                                   for column, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
                         for line in [head, *lines])


def check_gradients(function: Callable[..., Any], *point: Any) -> Report:
    """Compare reverse mode, forward mode and central differences of a function at a point.

    The arguments may be numbers or lists of numbers. The steps of the differences scale with each argument and
    shrink until they are at their best. At a kink, where differences mean nothing, the row says so. The function is
    called many times, and has to return the same for the same numbers. Raises GradientError, which holds the report
    and names the argument where the three are furthest apart.
    """
    given, rebuild = numbers_in(point)
    numbers = [number(plain(x)) for x in given]
    reverse, _ = numbers_in(grad(function, tuple(range(len(point))))(*rebuild(numbers)))

    @no_grad()
    def value(place: int, moved: float) -> float:
        new: list[Any] = [Value(x) for x in numbers]  # so that the table says where the domain ends
        new[place] = Value(moved)
        return number(plain(function(*rebuild(new))))

    rows: list[Row] = []
    for place, name in enumerate(_names(function, point)):
        direction = [float(place == other) for other in range(len(numbers))]
        forward = directional(lambda *new: function(*rebuild(list(new))), numbers, direction)[1]
        rows.append(_row(name, plain(reverse[place]), plain(forward), lambda x, i=place: value(i, x),
                         numbers[place]))
    report = Report(rows)
    if not report.agrees:
        worst = max((row for row in rows if not row.agrees), key=lambda row: row.error - row.tolerance)
        error = GradientError(f"the derivatives with respect to {worst.argument} disagree by {worst.error:.3g}:\n"
                              f"{report}")
        error.report = report
        raise error
    return report


def _row(name: str, reverse: float, forward: float, value: Callable[[float], float], x: float) -> Row:
    difference, uncertainty, note = _difference(value, x, reverse)
    exact = abs(reverse - forward)
    size = max(abs(reverse), abs(forward), abs(difference))
    rounding = 1e-9 * size + 100 * _EPSILON * abs(value(x)) / max(abs(x), 1.0)
    if exact > rounding:
        note = ""  # this is wrong at a kink, too
    error = exact if note else max(exact, abs(reverse - difference), abs(forward - difference))
    return Row(name, reverse, forward, difference, error, rounding if exact > rounding else
               rounding + 1e-6 * size + 10 * uncertainty, note)


def _difference(value: Callable[[float], float], x: float, expected: float) -> tuple[float, float, str]:
    """The derivative by central differences, its uncertainty, and a note if the point is special.

    Steps of about 0.01 may be too coarse for a small x, and steps that scale with x too fine; a large x may need steps
    that do not scale with it. Where the two differ, both are tried, and the result nearer to the expected one counts.
    """
    step = 0.1 * max(abs(x), 0.1)
    while True:  # a step must stay inside the domain, and its smallest fraction must still change x
        if step < 2 * _STEPS * math.ulp(x):
            return math.nan, math.inf, "edge of the domain"
        try:
            _ = value(x + step), value(x - step)
            break
        except (ArithmeticError, ValueError):
            step /= 2
    finer = 0.1 * min(abs(x), 1.0)
    steps = [step, finer] if 2 * _STEPS * math.ulp(x) <= finer < step else [step]
    if _is_kink(value, x, steps[-1]):
        return (value(x + step * 1e-6) - value(x - step * 1e-6)) / (2e-6 * step), math.inf, "kink"
    found = [estimate for step in steps for estimate in _extrapolated(value, x, step)]
    if not found:
        return math.nan, math.inf, "edge of the domain"
    return *min(found, key=lambda estimate: abs(estimate[0] - expected)), ""


def _extrapolated(value: Callable[[float], float], x: float, step: float) -> list[tuple[float, float]]:
    """The derivative and its uncertainty by Ridders' method (1982); nothing where the function has no values.

    Central differences with ever smaller steps, extrapolated to the step 0. The estimate taken is the most certain
    one that those with smaller steps do not contradict.
    """
    estimates: list[tuple[float, float]] = []
    row: list[float] = []
    noise = _noise(value, x, step / _STEPS)
    for shrink in range(_STEPS.bit_length()):
        h = step / 2**shrink
        try:
            up, down = value(x + h), value(x - h)
        except (ArithmeticError, ValueError):  # a pole between the point and the first step
            row = []
            estimates.clear()
            continue
        new = [(up - down) / ((x + h) - (x - h))]
        best, uncertainty = new[0], math.inf
        for order, earlier in enumerate(row, 1):
            new.append(new[-1] + (new[-1] - earlier) / (4**order - 1))
            rounding = max(noise, _EPSILON * max(abs(up), abs(down))) / h
            change = max(abs(new[-1] - new[-2]), abs(new[-1] - earlier)) + rounding
            if change < uncertainty:
                best, uncertainty = new[-1], change
        estimates.append((best, uncertainty))
        row = new
    if not estimates:
        return []
    best, uncertainty = estimates.pop()
    for coarser, certain in reversed(estimates):
        if certain < uncertainty and abs(coarser - best) <= 10 * uncertainty:
            best, uncertainty = coarser, certain
    return [(best, uncertainty)]


def _noise(value: Callable[[float], float], x: float, h: float) -> float:
    """How far the values scatter: what cancelled inside the function leaves rounding errors behind.

    In fourth differences a smooth function all but vanishes, and its rounding errors do not (Hamming, "Numerical
    Methods for Scientists and Engineers", 1973).
    """
    try:
        values = [value(x + place * h) for place in range(5)]  # on one side: on two, errors may cancel
    except (ArithmeticError, ValueError):
        return 0.0
    return abs(sum(weight * y for weight, y in zip((1, -4, 6, -4, 1), values, strict=True)))


def _is_kink(value: Callable[[float], float], x: float, step: float) -> bool:
    """Whether the slopes on both sides stay apart however close one looks; at a smooth point they meet."""
    middle = value(x)
    jumps: list[float] = []
    for h in (step * 1e-3, step * 1e-5):
        try:
            up, down = value(x + h), value(x - h)
        except (ArithmeticError, ValueError):  # a gap in the domain close by: nothing can be said
            return False
        right, left = (up - middle) / ((x + h) - x), (middle - down) / (x - (x - h))
        noise = 8 * _EPSILON * max(abs(middle), abs(up), abs(down)) / h
        if abs(right - left) <= max(noise, 1e-6 * (abs(right) + abs(left))):
            return False
        jumps.append(abs(right - left))
    return jumps[1] > 0.5 * jumps[0]


def _names(function: Callable[..., Any], point: tuple[Any, ...]) -> list[str]:
    """`x` for a number, `x[0]`, `x[1]` ... for a list."""
    if isinstance(function, Operation):
        names = list(function.parameters)
    else:
        try:
            named = inspect.signature(function).parameters.values()
        except ValueError:  # a built-in function such as max
            named = ()
        names = [parameter.name for parameter in named if parameter.kind != parameter.VAR_POSITIONAL]
    labels: list[str] = []
    for place, argument in enumerate(point):
        name = names[place] if place < len(names) else f"x{place}"
        count = len(numbers_in(argument)[0])
        labels += [name] if is_number(argument) else [f"{name}[{i}]" for i in range(count)]
    return labels
