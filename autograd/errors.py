"""The errors that the engine raises. Each is also the built-in error a Python user would expect."""

from typing import Any


class DomainError(ValueError):
    """A number outside what an operation, or its derivative, allows."""


class DivisionByZeroError(DomainError, ZeroDivisionError):
    """A division by zero, or a negative power of zero."""


class NumberOverflowError(DomainError, OverflowError):
    """A result too large for a float, from operands that are not."""


class ExpressionError(ValueError):
    """A typed formula that cannot be read, or numbers for its variables that do not fit."""


class GradientError(AssertionError):
    """Ways to compute one gradient that disagree. `report` holds the table of `check_gradients`."""

    report: object = None


class StaleGraphError(RuntimeError):
    """A graph that was recorded before one of its numbers was changed."""


class RecordingError(TypeError):
    """A function that cannot be recorded once for all numbers, as its path depends on them.

    `asked`: the Value whose number was asked for, if that was one from outside the function.
    """

    asked: Any = None


class DetachedWarning(UserWarning):
    """A recorded Value was turned into a plain float, which ends its history."""
