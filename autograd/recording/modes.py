"""What is recorded at the moment, and where: no_grad() and trace().

Both are context variables, so they hold for the thread or asyncio task that entered them, and for no other.
"""

import itertools
import linecache
import sys
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from pathlib import Path
from typing import Any, Self, TypeVar, overload

Function = TypeVar("Function", bound=Callable[..., Any])


class State:
    """What holds for all graphs at once.

    `changed`: the time at which the data of any Value was last set: a graph that is younger cannot be stale.
    `observed`: how many no_grad() and trace() are active anywhere; only if any is does recording look closer.
    `asked`: who is told when the number of a Value is asked for, while a function is recorded for all numbers.
    """

    __slots__ = ("asked", "changed", "observed")

    def __init__(self) -> None:
        self.changed = 0.0
        self.observed = 0
        self.asked: Callable[[Any], None] | None = None


state = State()
clock = itertools.count(1.0, 1.0)  # the one counter that all Values draw their times from; floats take the least room
lines: "weakref.WeakKeyDictionary[Any, str]" = weakref.WeakKeyDictionary()  # where results were calculated: trace()
lock = threading.RLock()  # held during backward() and while the state changes, whatever threads share
# The settings in force, the innermost last.
_recording: ContextVar[tuple[bool, ...]] = ContextVar("recording", default=(True,))
_tracing: ContextVar[tuple[bool, ...]] = ContextVar("tracing", default=(False,))


class _Setting:
    """A context manager that sets a context variable inside. It may be entered again, by several threads at once."""

    def __init__(self, variable: ContextVar[tuple[bool, ...]], value: bool) -> None:
        self._variable, self._value = variable, value

    def __enter__(self) -> None:
        with lock:
            state.observed += 1
        self._variable.set((*self._variable.get(), self._value))

    def __exit__(self, *error: object) -> None:
        outer = self._variable.get()[:-1]
        if outer:  # empty when a generator is closed in a context other than the one it was started in
            self._variable.set(outer)
        with lock:
            state.observed -= 1


class no_grad(_Setting):
    """Nothing is recorded inside: results are leaves. A context manager, and a decorator for functions, generators
    and coroutines, with parentheses or without.
    """

    @overload
    def __new__(cls) -> Self: ...
    @overload
    def __new__(cls, function: Function) -> Function: ...
    def __new__(cls, function: Any = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)

    def __init__(self, function: object = None) -> None:
        super().__init__(_recording, False)

    def __call__(self, function: Function) -> Function:
        for is_kind, wrap in ((isgeneratorfunction, _generator), (isasyncgenfunction, _async_generator),
                              (iscoroutinefunction, _coroutine)):
            if is_kind(function):
                return wrap(function)

        @wraps(function)
        def wrapped(*arguments: Any, **keywords: Any) -> Any:
            with no_grad():
                return function(*arguments, **keywords)

        return wrapped  # pyright: ignore[reportReturnType]


def trace() -> AbstractContextManager[None]:
    """A context manager in which every node remembers the line of the program that calculated it.

    Errors about such a node, those in `backward()` included, name the line; see `Value.recorded_at`.
    """
    return _Setting(_tracing, True)


def always_recording() -> AbstractContextManager[None]:
    """A context manager in which results are recorded, even inside `no_grad()`."""
    return _Setting(_recording, True)


def is_recording() -> bool:
    """Whether results are recorded here and now."""
    return not state.observed or _recording.get()[-1]


def is_always_recording() -> bool:
    """Whether that was asked for here and now, as it is where a function is differentiated."""
    settings = _recording.get()
    return len(settings) > 1 and settings[-1]


def is_tracing() -> bool:
    """Whether nodes remember their line here and now."""
    return _tracing.get()[-1]


def program_line() -> str:
    """The innermost running line that belongs to neither this engine nor its networks."""
    frame = sys._getframe(1)
    homes = Path(__file__).parents[1], Path(__file__).parents[2] / "nn"
    while frame.f_back and (frame.f_code.co_filename.startswith("<glassgrad") or
                            any(Path(frame.f_code.co_filename).is_relative_to(home) for home in homes)):
        frame = frame.f_back
    name, line = frame.f_code.co_filename, frame.f_lineno
    return f"{name}:{line}: {linecache.getline(name, line).strip()}"


def _coroutine(function: Callable[..., Any]) -> Any:
    @wraps(function)
    async def wrapped(*arguments: Any, **keywords: Any) -> Any:
        with no_grad():
            return await function(*arguments, **keywords)

    return wrapped


def _generator(function: Callable[..., Any]) -> Any:
    """Nothing is recorded while the generator itself runs; while its user runs, recording goes on."""

    @wraps(function)
    def wrapped(*arguments: Any, **keywords: Any) -> Generator[Any, Any, Any]:
        steps = function(*arguments, **keywords)
        proceed: Callable[..., Any] = steps.__next__
        given: tuple[Any, ...] = ()
        while True:
            try:
                with no_grad():
                    result = proceed(*given)
            except StopIteration as end:
                return end.value
            try:
                sent: Any = yield result
                proceed, given = steps.send, (sent,)
            except GeneratorExit:
                with no_grad():
                    steps.close()
                raise
            except BaseException as error:
                proceed, given = steps.throw, (error,)

    return wrapped


def _async_generator(function: Callable[..., Any]) -> Any:
    @wraps(function)
    async def wrapped(*arguments: Any, **keywords: Any) -> AsyncGenerator[Any, Any]:
        steps = function(*arguments, **keywords)
        proceed: Callable[..., Any] = steps.__anext__
        given: tuple[Any, ...] = ()
        while True:
            try:
                with no_grad():
                    result = await proceed(*given)
            except StopAsyncIteration:
                return
            try:
                sent: Any = yield result
                proceed, given = steps.asend, (sent,)
            except GeneratorExit:
                with no_grad():
                    await steps.aclose()
                raise
            except BaseException as error:
                proceed, given = steps.athrow, (error,)

    return wrapped
