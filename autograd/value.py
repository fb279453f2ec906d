"""Value: a number that remembers how it was made, and backward(), which asks it what it depends on.

Calculating with Values records a computation graph: each result points to the operation, a row of the table, and to
the Values that went into it, its parents. Nothing points from a parent to its children, so a graph is freed as soon
as its last result is dropped.
"""

import linecache
import math
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from pathlib import Path
from typing import Any, ClassVar, Self

from autograd import capsule, graph, specialization
from autograd.errors import DetachedWarning
from autograd.operations import Operation, Reading, number

Rule = Callable[["Value"], None]


class Value(Reading):
    """A real number, kept as a float, in a computation graph.

    `data`: any plain number. Setting it on a Value that was calculated changes that Value alone, not its parents.
    `grad`: the derivative of what `backward()` was called on with respect to this Value.
    `label`: a name for pictures and messages.

    Raises TypeError for what is not a real number, ValueError for one that is not finite.
    """

    # `_rule` hands a node's gradient on to its parents. All results of an operation share it (in micrograd each has
    # a closure of its own); it is None on a leaf. The parents are `_a` and `_b`; an operation on lists or on more
    # than two numbers has its tuple of arguments in `_b`, and None in `_a`.
    __slots__ = ("__weakref__", "_a", "_b", "_clock", "_data", "_rule", "grad", "label")
    generality: ClassVar[int] = 1

    def __init__(self, data: Any, label: str | None = None) -> None:
        self._data = _finite(data)
        self.grad = 0.0
        self.label = label
        self._rule: Rule | None = None
        self._a = self._b = None
        self._clock = clock

    @property
    def data(self) -> float:
        """The number itself."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        global clock
        new = _finite(data)
        if new != self._data:
            with lock:
                clock += 1
                self._data, self._clock = new, clock

    @property
    def op(self) -> Operation | None:
        """The row of the table that made this Value; None on a leaf."""
        return None if self._rule is None else self._rule.operation  # pyright: ignore

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of the operation, in order: Values, and tuples of Values where it takes lists."""
        if self.op is None:
            return ()
        if self._a is None:
            return self._b
        return (self._a,) if self._b is nothing else (self._a, self._b)

    @property
    def parents(self) -> "tuple[Value, ...]":
        """The Values that the operation was applied to, in order, one that is used twice twice."""
        return tuple(graph.flat(self.arguments))

    @property
    def constant(self) -> bool:
        """Whether this was a plain number in a calculation with Values. No gradient flows to it."""
        return self._rule is graph.no_gradient

    @property
    def recorded_at(self) -> str | None:
        """The line of the program that calculated this Value, if that was inside of `with trace():`."""
        return places.get(self)

    def backward(self, gradient: float = 1.0) -> None:
        """Add to the `grad` of every leaf the derivative of this Value with respect to it, times `gradient`.

        On leaves the gradients of several calls add up until they are zeroed; a Value that was calculated holds the
        gradient of the last call. Nothing has changed if this raises: StaleGraphError if a number in the graph was
        set after it had been used, DomainError where a derivative does not exist.
        """
        with lock:
            graph.backpropagate(self, _finite(gradient), clock)

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> "Value":
        return record(operation, arguments)

    def truth(self) -> bool:
        return self._data != 0.0

    def __lt__(self, other: Any) -> bool:
        return self._data < _comparable(other)

    def __le__(self, other: Any) -> bool:
        return self._data <= _comparable(other)

    def __gt__(self, other: Any) -> bool:
        return self._data > _comparable(other)

    def __ge__(self, other: Any) -> bool:
        return self._data >= _comparable(other)

    def __pos__(self) -> Self:
        return self

    def __float__(self) -> float:
        if self.op is not None and is_recording():
            warnings.warn("float() of a Value that was calculated ends its history: no gradient will flow back "
                          "from here. Use a function of autograd instead of one of math, or .data if that is meant",
                          DetachedWarning, stacklevel=2)
        return self._data

    def __repr__(self) -> str:
        return f"Value(data={self._data}, grad={self.grad})"

    @property
    def _prev(self) -> "set[Value]":  # micrograd's names
        return set(self.parents)

    @property
    def _op(self) -> str:
        return "" if self.op is None else self.op.symbol

    def __copy__(self) -> "Value":
        twin = new(type(self))
        for slot in Value.__slots__[1:]:
            setattr(twin, slot, getattr(self, slot))
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        for node in graph.topological_order(self):  # parents first, so that nothing recurses
            if id(node) not in memo:
                twin = memo[id(node)] = node.__copy__()
                if node.op is not None:
                    twin._a, twin._b = (_twin(side, memo) for side in (node._a, node._b))
        return memo[id(self)]

    def __reduce__(self) -> tuple[Any, ...]:
        return capsule.reduce(self)

    @classmethod
    def restored(cls, operation: Operation | None, arguments: tuple[Any, ...], data: float) -> "Value":
        """A node, or a constant, from its parts, as unpickling needs it."""
        return constant(data) if operation is None else _made(operation, arguments, data)


new = object.__new__
clock = 0  # how many times the data of any Value was set: a node older than one of its parents is stale
lock = threading.RLock()  # one backward() or change of the clock at a time, whatever the threads share
observed = 0  # how many no_grad() and trace() are active anywhere: in that case recording looks closer
recording: ContextVar[bool] = ContextVar("recording", default=True)
tracing: ContextVar[bool] = ContextVar("tracing", default=False)
places: "weakref.WeakKeyDictionary[Value, str]" = weakref.WeakKeyDictionary()


def record(operation: Operation, arguments: tuple[Any, ...]) -> Value:
    """The result of an operation on Values and plain numbers, as a new node of the graph.

    This says how recording is done. For the common case, one or two Values or floats and nothing unusual, a faster
    function that does the same is generated from the row (see specialization.py) the first time the row is used.
    """
    arguments = tuple(tuple(map(_node, a)) if isinstance(a, tuple) else _node(a) for a in arguments)
    data = operation.calculate(
        [[parent._data for parent in a] if isinstance(a, tuple) else a._data for a in arguments], arguments)
    if not is_recording():
        return Value(data)
    node = _made(operation, arguments, data)
    if tracing.get():
        places[node] = _place()
    return node


def _made(operation: Operation, arguments: tuple[Any, ...], data: float) -> Value:
    pull = specialization.rules(operation, globals()).pull
    node = new(Value)
    node._data, node.grad, node.label, node._clock = data, 0.0, None, clock
    if len(arguments) > 2 or any(operation.lists):
        node._a, node._b, node._rule = None, arguments, pull[True, True]
    else:
        node._a, node._b = arguments if len(arguments) == 2 else (arguments[0], nothing)
        node._rule = pull[not node._a.constant, not node._b.constant]
    return node


def constant(data: Any) -> Value:
    """A plain number as a Value that takes part in a graph and gets no gradient."""
    node = new(Value)
    node._data = _finite(data)
    node.grad, node.label, node._rule, node._a, node._b, node._clock = 0.0, None, graph.no_gradient, None, None, clock
    return node


@contextmanager
def _setting(variable: ContextVar[bool], value: bool) -> Iterator[None]:
    global observed
    token = variable.set(value)
    with lock:
        observed += 1
    try:
        yield
    finally:
        with lock:
            observed -= 1
        variable.reset(token)


class no_grad:  # noqa: N801: named and used as in PyTorch
    """Nothing is recorded inside: results are leaves. A context manager, and a decorator for functions, generators
    and coroutines. Only the thread or asyncio task that is inside is affected.
    """

    def __enter__(self) -> None:
        self._inside = _setting(recording, False)
        self._inside.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._inside.__exit__(*error)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if iscoroutinefunction(function):
            @wraps(function)
            async def wrapped(*arguments: Any, **keywords: Any) -> Any:
                with no_grad():
                    return await function(*arguments, **keywords)
        elif isgeneratorfunction(function):
            @wraps(function)
            def wrapped(*arguments: Any, **keywords: Any) -> Any:
                steps = function(*arguments, **keywords)
                proceed: Callable[..., Any] = steps.__next__
                given: tuple[Any, ...] = ()
                while True:
                    try:
                        with no_grad():  # only while the generator itself runs, not while its user does
                            result = proceed(*given)
                    except StopIteration as end:
                        return end.value
                    try:
                        proceed, given = steps.send, ((yield result),)
                    except GeneratorExit:
                        steps.close()
                        raise
                    except BaseException as error:
                        proceed, given = steps.throw, (error,)
        elif isasyncgenfunction(function):
            @wraps(function)
            async def wrapped(*arguments: Any, **keywords: Any) -> Any:
                steps = function(*arguments, **keywords)
                try:
                    while True:
                        try:
                            with no_grad():
                                result = await anext(steps)
                        except StopAsyncIteration:
                            return
                        yield result
                finally:
                    await steps.aclose()
        else:
            @wraps(function)
            def wrapped(*arguments: Any, **keywords: Any) -> Any:
                with no_grad():
                    return function(*arguments, **keywords)
        return wrapped


def always_recording() -> Any:
    """A context manager inside of which results are recorded, also inside of `no_grad()`."""
    return _setting(recording, True)


def trace() -> Any:
    """A context manager inside of which every node remembers the line of the program that calculated it.

    Errors about such a node, those in `backward()` included, name the line; see `Value.recorded_at`.
    """
    return _setting(tracing, True)


def is_recording() -> bool:
    return not observed or recording.get()


def _twin(argument: Any, memo: dict[int, Any]) -> Any:
    if isinstance(argument, tuple):
        if id(argument) not in memo:  # nodes that shared a list will share its twin
            memo[id(argument)] = tuple(_twin(item, memo) for item in argument)  # pyright: ignore
        return memo[id(argument)]
    return memo.get(id(argument), argument)


def _finite(data: Any) -> float:
    new = number(data)
    if not math.isfinite(new):
        raise ValueError(f"a Value holds a finite number, not {new}")
    return new


def _node(data: Any) -> Value:
    return data if isinstance(data, Value) else constant(data)


def _comparable(other: Any) -> float:
    return other._data if isinstance(other, Value) else number(other)


def _place() -> str:
    """The innermost line that is not of this engine or its networks."""
    frame = sys._getframe(1)
    homes = Path(__file__).parent, Path(__file__).parent.parent / "nn"
    while frame.f_back and any(Path(frame.f_code.co_filename).is_relative_to(home) for home in homes):
        frame = frame.f_back
    name, line = frame.f_code.co_filename, frame.f_lineno
    return f"{name}:{line}: {linecache.getline(name, line).strip()}"


nothing = constant(0.0)  # the second parent of a result that has only one
