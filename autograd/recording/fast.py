"""The rows of the table as fast Python functions for Values: what value.record() does, written out per row.

A row's value and partials, read as Formulas, are put into a template of Python source. `a * b` becomes one function
that multiplies two floats and makes a node, and the rule of that node becomes `a.grad += g * b; b.grad += g * a`: no
dispatch, no loop, no call of a partial. Nothing is said here about any particular operation.

`source(operation)` shows what was generated.
"""

import math
import re
from collections.abc import Callable
from itertools import product
from typing import Any

from autograd.recording.walk import no_gradient
from autograd.table.reading import Reading
from autograd.table.row import Operation, operations
from autograd.writing.formula import Formula, slopes

# The body of a function that records. It runs among the globals of value.py, where the names come from.
_RECORD = """
    def {name}({signature}):
        {operands}
        try:
            y = {value}
        except (ArithmeticError, ValueError):
            return record(operation, ({arguments}))  # which says what is wrong
        if y - y or state.observed:  # y is not finite, or no_grad() or trace() is active somewhere
            return record(operation, ({arguments}))
        node = new()
        node._data = y
        node.grad = 0.0
        node.label = None
        node._rule = rule
        node._a = a
        node._b = {b}
        node._clock = state.clock
        return node
"""
# The lines about no_gradient see to it that no partial is called for a Value that is a constant. They are left out of
# rows whose partials always exist: there it does no harm, and to ask takes a tenth of the time.
_ONE_OPERAND = """x0 = a._data
        rule = pull_first
        if a._rule is no_gradient: rule = pull_none"""
_TWO_OPERANDS = """x0 = a._data
        if type(b) is Value:
            x1 = b._data
            rule = pull_both
            if a._rule is no_gradient or b._rule is no_gradient: rule = rules[not a.constant, not b.constant]
        elif type(b) is float or type(b) is int:
            b = constant(b)
            x1 = b._data
            rule = pull_first
            if a._rule is no_gradient: rule = pull_none
        else:
            return anything(a, b)"""
_REFLECTED = """x1 = b._data
        if type(a) is float or type(a) is int:
            a = constant(a)
            x0 = a._data
            rule = pull_second
            if b._rule is no_gradient: rule = pull_none
        else:
            return anything_reflected(b, a)"""

# The names that the templates above use; a row of a user's own may well be called `state`.
_TAKEN = set(re.findall(r"\w+", _RECORD + _ONE_OPERAND + _TWO_OPERANDS + _REFLECTED + "operations math"))

_LISTS = """
def make(value, no_gradient, {partials}):
    def shortcut({lists}):
        if {not_tuples}:
            return NotImplemented
        try:  # an item that is not a Value has no _data; all that is unusual is left to the long way
            {loads}
            y = value({operands})
        except (AttributeError, TypeError, ArithmeticError, ValueError):
            return NotImplemented
        if y - y or state.observed or not x0 or len(x0) != len({last}):
            return NotImplemented
        node = new()
        node._data = y
        node.grad = 0.0
        node.label = None
        node._rule = pull
        node._a = None
        node._b = ({lists},)
        node._clock = state.clock
        return node

    def pull(node):
        g = node.grad
        if g == 0.0:  # an inactive neuron, say: nothing flows
            return
        {lists}, = node._b
        {loads}
        y = node._data
{sends}
    return shortcut, pull
"""
_SEND = """
        for item in list{place}:
            if item._rule is not no_gradient:  # not all of them are constants
                for item, slope in zip(list{place}, partial{place}(y, {operands}), strict=True):
                    item.grad += g * slope
                break
"""


class Rules:
    """The functions of one row: `pull[needed]` hands the gradient of a result on to those of its one or two parents
    that need it; `source` is the Python text they come from, empty where the row's own partials are called instead.
    """

    def __init__(self, operation: Operation) -> None:
        general = _pull_by_partials(operation)
        self.pull = dict.fromkeys(product((True, False), repeat=2), general)
        self.source = ""


def rules(operation: Operation, namespace: dict[str, Any]) -> Rules:
    """The functions of a row, made when it is first used; from then on it also has a fast method and call.

    `namespace`: the globals of value.py.
    """
    if operation.rules is None:
        made = operation.rules = Rules(operation)
        if all(operation.lists):
            _specialize_lists(operation, made, namespace)
        elif len(operation.partials) <= 2 and not any(operation.lists):
            _specialize(operation, made, namespace)
    return operation.rules


def source(operation: Operation) -> str:
    """The Python source generated for an operation that was used before; empty where none was."""
    return operation.rules.source if operation.rules else ""


def _specialize(operation: Operation, made: Rules, namespace: dict[str, Any]) -> None:
    try:
        source = _source(operation)
        code = compile(source, f"<glassgrad {operation.name}>", "exec")
    except Exception:  # a row of a user's own that is not generic arithmetic: it works, but no faster
        return
    scope: dict[str, Any] = {}
    exec(code, namespace, scope)
    python_operator = getattr(operation.value, "__module__", "") == "_operator"
    name = f"__{operation.value.__name__}__" if python_operator else operation.name
    reflected_name = name.replace("__", "__r", 1)
    functions = scope["make"](operation, made.pull, operations, math, getattr(Reading, name),
                              getattr(Reading, reflected_name, None))
    for function in functions.values():
        function.operation = operation
        function.__qualname__ = f"Value.{name}"  # for messages
    made.source = source
    made.pull.update({(True, True): functions["pull_both"], (True, False): functions["pull_first"],
                      (False, True): functions["pull_second"], (False, False): functions["pull_none"]})
    value_class, forward = namespace["Value"], functions["forward"]
    setattr(value_class, name, forward)
    if len(operation.partials) == 1:
        operation.shortcut = lambda *a: forward(*a) if type(a[0]) is value_class else NotImplemented
        return
    if python_operator:
        setattr(value_class, reflected_name, functions["reflected"])
    operation.shortcut = lambda *a: forward(*a) if type(a[0]) is type(a[-1]) is value_class else NotImplemented


def _source(operation: Operation) -> str:
    count = len(operation.partials)
    symbols = [Formula("x0"), Formula("x1")][:count]
    value = Formula(operation, tuple(symbols)).python
    formulas = [value]
    parts: list[str] = []
    for name, needed in (("pull_both", (True, True)), ("pull_first", (True, False)), ("pull_second", (False, True)),
                         ("pull_none", (False, False))):
        sends = _sends(operation, symbols, needed)
        formulas += sends
        loads = ["a = node._a", "b = node._b", "x0 = a._data", "x1 = b._data", "y = node._data", "g = node.grad"]
        body = [*_used(loads, sends), *sends] or ["pass"]
        parts.append(f"\n    def {name}(node):\n" + "".join(f"        {line}\n" for line in body))
    # Only what divides, or calls a function, can raise.
    may_fail = any(re.search(r"/|\w\(", send) for send in _sends(operation, symbols, (True, True)))

    def operands(lines: str) -> str:
        return "\n".join(line for line in lines.splitlines() if may_fail or "no_gradient" not in line)

    names = ["pull_both", "pull_first", "pull_second", "pull_none", "forward"]
    if count == 1:
        parts.append(_RECORD.format(name="forward", signature="a", operands=operands(_ONE_OPERAND), value=value,
                                    arguments="a,", b="nothing"))
    else:
        parts.append(_RECORD.format(name="forward", signature="a, b", operands=operands(_TWO_OPERANDS), value=value,
                                    arguments="a, b", b="b"))
        parts.append(_RECORD.format(name="reflected", signature="b, a", operands=operands(_REFLECTED), value=value,
                                    arguments="a, b", b="b"))
        names.append("reflected")
    primitives = "".join(f"\n    {name} = operations[{name!r}].value" for name in _primitives(formulas))
    return (f"def make(operation, rules, operations, math, anything, anything_reflected):{primitives}"
            f"{''.join(parts)}\n    return dict({', '.join(f'{name}={name}' for name in names)})\n")


def _sends(operation: Operation, symbols: list[Formula], needed: tuple[bool, bool]) -> list[str]:
    """For each parent that needs it, the line that adds `g * partial` to its gradient."""
    lines: list[str] = []
    for parent, slope, is_needed in zip("ab", slopes(operation, Formula("y"), tuple(symbols)), needed, strict=False):
        if is_needed and slope is not None and slope.head != 0.0:
            lines.append(f"{parent}.grad += {(Formula('g') * slope).python}")
    return lines


def _primitives(formulas: list[str]) -> list[str]:
    """The names of the rows that formulas in Python call. Raises ValueError for one that means something else here."""
    called = set(re.findall(r"(?<![\w.])\w+(?=\()", " ".join(formulas)))
    found = [name for name, row in operations.items() if "python" in row.notation and name in called]
    if not _TAKEN.isdisjoint(found):
        raise ValueError
    return found


def _used(loads: list[str], sends: list[str]) -> list[str]:
    """Those assignments whose name occurs further down."""
    used: list[str] = []
    for load in reversed(loads):
        if re.search(rf"\b{load.split()[0]}\b", " ".join([*sends, *(line.split("=")[1] for line in used)])):
            used.append(load)
    return used[::-1]


def _specialize_lists(operation: Operation, made: Rules, namespace: dict[str, Any]) -> None:
    places = range(len(operation.partials))
    operands = ", ".join(f"x{place}" for place in places)
    made.source = _LISTS.format(
        partials=", ".join(f"partial{place}" for place in places),
        lists=", ".join(f"list{place}" for place in places),
        not_tuples=" or ".join(f"type(list{place}) is not tuple" for place in places),
        loads="; ".join(f"x{place} = [item._data for item in list{place}]" for place in places),
        operands=operands, last=f"x{places[-1]}",
        sends="".join(_SEND.format(place=place, operands=operands) for place in places
                      if operation.partials[place] is not None))
    scope: dict[str, Any] = {}
    exec(compile(made.source, f"<glassgrad {operation.name}>", "exec"), namespace, scope)
    operation.shortcut, pull = scope["make"](operation.value, no_gradient, *operation.partials)
    pull.operation = operation
    for needed in made.pull:
        made.pull[needed] = pull


def _pull_by_partials(operation: Operation) -> Callable[[Any], None]:
    """The rule as it follows from the row alone: call each partial that is needed, with floats and lists of floats."""

    def pull(node: Any) -> None:
        arguments, operands = node.arguments, node.operands
        y, g = node._data, node.grad
        for argument, is_list, partial in zip(arguments, operation.lists, operation.partials):
            if partial is None:
                continue
            if not is_list:
                if argument._rule is not no_gradient:
                    argument.grad += g * partial(y, *operands)
                continue
            for parent in argument:
                if parent._rule is not no_gradient:
                    break
            else:
                continue
            for parent, slope in zip(argument, partial(y, *operands), strict=True):
                parent.grad += g * slope

    pull.operation = operation  # pyright: ignore[reportFunctionMemberAccess]
    return pull
