"""Questions that a number cannot answer while a function is written down: is it 1, is it positive, what is its floor?

A function is written down by letting symbols flow through it. While that goes on, `being_read` says so, and a symbol
refuses each question, since whatever it answered would be written down for all numbers alike.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

_asked: ContextVar[list[TypeError] | None] = ContextVar("questions to symbols", default=None)


@contextmanager
def being_read() -> Generator[None]:
    """While a function is read. Raises TypeError if it asked such a question, even in a `try` of its own."""
    refusals: list[TypeError] = []
    token = _asked.set(refusals)
    try:
        yield
    finally:
        _asked.reset(token)
    if refusals:
        raise refusals[0]


@contextmanager
def not_being_read() -> Generator[None]:
    """While a formula is put into words, which may happen while a function is read."""
    token = _asked.set(None)
    try:
        yield
    finally:
        _asked.reset(token)


def is_being_read() -> bool:
    return _asked.get() is not None


def refuse(question: str) -> NoReturn:
    """Raise TypeError, which names the question and what to do in its place."""
    error = TypeError(f"a formula is neither true nor false: choose with where(condition, a, b), not with {question}"
                      if question == "`if`" else
                      f"a formula stands for no number yet, so {question} has no answer: choose with "
                      "where(condition, a, b), where a difference such as x - 1 holds as a condition unless it is 0")
    refusals = _asked.get()
    if refusals is not None:
        refusals.append(error)
    raise error


class Unknown:
    """What stands for no number yet, and so refuses to be taken for one."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        refuse("`if`")

    def __float__(self) -> NoReturn:
        refuse("float()")

    def __int__(self) -> NoReturn:
        refuse("int()")

    def __index__(self) -> NoReturn:
        refuse("counting with it")

    def __round__(self, digits: Any = None) -> NoReturn:
        refuse("round()")

    def __trunc__(self) -> NoReturn:
        refuse("math.trunc()")

    def __floor__(self) -> NoReturn:
        refuse("math.floor()")

    def __ceil__(self) -> NoReturn:
        refuse("math.ceil()")
