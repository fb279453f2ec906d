"""Value: a number that remembers how it was made, and backward(), which asks what it depends on.

Calculating with Values records a computation graph: each result points to the operation, a row of the table, and to
the Values that went into it, its parents. Nothing points from a parent to its children, so a graph is freed as soon
as the last result is dropped.
"""

import math
import operator
import warnings
import weakref
from copy import deepcopy
from functools import partial
from itertools import chain
from typing import Any, ClassVar, Self

from autograd.errors import DetachedWarning
from autograd.graph import backpropagate, topological_order
from autograd.recording import fast as specialization
from autograd.recording import pickling as capsule
from autograd.recording.modes import is_always_recording, is_recording, is_tracing, lock, program_line, state
from autograd.recording.walk import no_gradient
from autograd.table.reading import Reading, is_tuple, number
from autograd.table.row import Operation


class Value(Reading):
    """A real number, kept as a float, in a computation graph.

    `data`: any plain number. Setting it on a Value that was calculated changes that Value alone, not its parents.
    `grad`: the derivative of what `backward()` was called on with respect to this Value.
    `label`: a name for pictures and messages.

    Raises TypeError for what is not a real number, ValueError for one that is not finite.
    """

    # `_rule` hands a node's gradient on to its parents; all results of an operation share it (in micrograd each has a
    # closure of its own). It also tells the operation: `_rule.operation`. What a Value is can be told from three slots:
    #
    #                                            _rule          _a      _b
    #     a leaf                                 None           None    None
    #     a constant                             no_gradient    None    None
    #     f(a)                                   a rule         a       nothing
    #     f(a, b)                                a rule         a       b
    #     f of lists, or of more arguments       a rule         None    the tuple of its arguments, lists as tuples
    __slots__ = ("__weakref__", "_a", "_b", "_clock", "_data", "_rule", "grad", "label")
    generality: ClassVar[int] = 1

    _data: float
    grad: float
    label: str | None
    _rule: Any
    _a: Any
    _b: Any
    _clock: int

    def __init__(self, data: Any, label: str | None = None) -> None:
        self._data = _finite(data)
        self.grad = 0.0
        self.label = label
        self._rule = self._a = self._b = None
        self._clock = state.clock

    @property
    def data(self) -> float:
        """The number itself."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        new = _finite(data)
        if new != self._data or math.copysign(1.0, new) != math.copysign(1.0, self._data):  # -0.0 is not 0.0
            with lock:
                state.clock += 1
                self._data, self._clock = new, state.clock

    @property
    def op(self) -> Operation | None:
        """The row of the table that made this Value; None on a leaf."""
        return None if self._rule is None else self._rule.operation

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of the operation, in order: Values, and tuples of Values where it takes lists."""
        if self._b is None:
            return ()
        if self._a is None:
            return self._b
        return (self._a,) if self._b is nothing else (self._a, self._b)

    @property
    def parents(self) -> "tuple[Value, ...]":
        """The Values that the operation was applied to, in order, one that is used twice twice."""
        a, b = self._a, self._b
        if b is None:
            return ()
        if a is None:
            return tuple(chain.from_iterable(items if is_tuple(items) else (items,) for items in b))
        return (a,) if b is nothing else (a, b)

    @property
    def operands(self) -> list[Any]:
        """The data of the arguments, as a row calculates with it: floats and lists of floats."""
        return [[item._data for item in a] if is_tuple(a) else a._data for a in self.arguments]

    @property
    def constant(self) -> bool:
        """Whether this was a plain number in a calculation with Values. No gradient flows to it.

        May be set on a leaf, for the calculations that follow.
        """
        return self._rule is no_gradient

    @constant.setter
    def constant(self, constant: bool) -> None:
        if self.op is not None:
            raise ValueError("a Value that was calculated is not a constant: use stop_gradient")
        self._rule = no_gradient if constant else None

    @property
    def recorded_at(self) -> str | None:
        """The line of the program that calculated this Value, if that was inside of `with trace():`."""
        return _lines.get(self)

    def backward(self, gradient: float = 1.0) -> None:
        """Add to the `grad` of every leaf the derivative of this Value with respect to it, times `gradient`.

        On leaves the gradients of several calls add up until they are zeroed; a Value that was calculated holds the
        gradient of the last call. Raises StaleGraphError if a number in the graph was set after it had been used,
        DomainError where a derivative does not exist or overflows. Whatever is raised, leaves keep the gradients that
        they had, and Values that were calculated have none.
        """
        with lock:
            backpropagate(self, _finite(gradient), state.clock)

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> "Value":
        return record(operation, arguments)

    def truth(self) -> bool:
        return self._data != 0.0

    def __lt__(self, other: Any) -> bool:
        return _compared(operator.lt, self, other)

    def __le__(self, other: Any) -> bool:
        return _compared(operator.le, self, other)

    def __gt__(self, other: Any) -> bool:
        return _compared(operator.gt, self, other)

    def __ge__(self, other: Any) -> bool:
        return _compared(operator.ge, self, other)

    def __float__(self) -> float:
        # A leaf may be read at any time, but where a function is derived it is what the function depends on.
        ends = is_recording() if self.op is not None else is_always_recording() and not self.constant
        if ends:
            warnings.warn("float() of a Value ends its history: no gradient will flow back from here. "
                          "Use the function of autograd, not of math; or .data, if that is meant",
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

    def __copy__(self) -> Self:
        twin = object.__new__(type(self))
        for name, value in capsule.attributes(self).items():
            setattr(twin, name, value)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        for node in topological_order(self):  # parents first, so that nothing recurses
            if id(node) not in memo:
                twin = memo[id(node)] = node.__copy__()
                if node.op is not None:
                    twin._a, twin._b = (_twin(side, memo) for side in (node._a, node._b))
                if hasattr(node, "__dict__"):  # a subclass keeps more
                    twin.__dict__ = deepcopy(node.__dict__, memo)
        return memo[id(self)]

    def __reduce__(self) -> tuple[Any, ...]:
        return capsule.reduce(self)

    @classmethod
    def restored(cls, operation: Operation, arguments: tuple[Any, ...], data: float) -> "Value":
        """A node from its parts, without calculating anything."""
        node = _made(operation, arguments)
        node._data = data
        return node


def record(operation: Operation, arguments: tuple[Any, ...]) -> Value:
    """The result of an operation on Values and plain numbers, as a new node of the graph.

    This says how recording is done. For the usual case, one or two Values or floats, a faster function that does the
    same is made from the row when it is first used: see specialization.py.
    """
    arguments = tuple(_nodes(a) if is_tuple(a) else _node(a) for a in arguments)
    node = _made(operation, arguments)
    node._data = operation.calculate(node.operands, arguments)
    if not is_recording():
        return Value(node._data)
    if is_tracing():
        _lines[node] = program_line()
    return node


def _made(operation: Operation, arguments: tuple[Any, ...]) -> Value:
    pull = specialization.rules(operation, globals()).pull
    node = new()
    node.grad, node.label, node._clock = 0.0, None, state.clock
    if len(arguments) > 2 or any(operation.lists):
        node._a, node._b, node._rule = None, arguments, pull[True, True]
    else:
        node._a, node._b = (*arguments, nothing)[:2]
        node._rule = pull[not node._a.constant, not node._b.constant]
    return node


def constant(data: Any) -> Value:
    """A plain number as a Value that takes part in a graph and gets no gradient."""
    node = new()
    node._data = data if type(data) is float and data - data == 0.0 else _finite(data)
    node.grad = 0.0
    node.label = None
    node._rule = no_gradient
    node._a = node._b = None
    node._clock = state.clock
    return node


def _node(data: Any) -> Value:
    return data if isinstance(data, Value) else constant(data)


def _nodes(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same tuple if there are Values in it already: nodes that share one are differentiated faster."""
    return items if all(isinstance(item, Value) for item in items) else tuple(map(_node, items))


def _finite(data: Any) -> float:
    finite = number(data)
    if not math.isfinite(finite):
        raise ValueError(f"a Value holds a finite number, not {finite}")
    return finite


def _compared(comparison: Any, value: Value, other: Any) -> bool:
    try:
        return comparison(value._data, other._data if isinstance(other, Value) else number(other))
    except TypeError:
        return NotImplemented  # Python asks the other one, an array or a Dual for example


def _twin(argument: Any, memo: dict[int, Any]) -> Any:
    if not is_tuple(argument):
        return memo.get(id(argument), argument)
    if id(argument) not in memo:
        # Nodes that share a list will share its twin.
        memo[id(argument)] = tuple(_twin(item, memo) for item in argument)
    return memo[id(argument)]


new = partial(object.__new__, Value)  # a Value with nothing in it yet
nothing = constant(0.0)  # the second parent of a result that has only one
_lines: "weakref.WeakKeyDictionary[Value, str]" = weakref.WeakKeyDictionary()
