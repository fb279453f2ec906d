"""Faster ways to do what value.py and graph.py say: an optimisation, which a reader may skip.

A row's value and partials, read as Formulas, are put into templates of Python. `a * b` becomes a method that multiplies
two floats and makes a node, and `pull`, which hands the gradient of that node on, becomes `a.grad += g * x1;
b.grad += g * x0`: no dispatch, no loop, no call of a partial. fast_backward.py walks from node to node with these.

Results are the same to the last bit. With the environment variable GLASSGRAD_PLAIN set, none of this is used.
"""

import math
import re
from functools import partial, update_wrapper
from itertools import product
from typing import Any

from autograd.recording.fast_backward import backward
from autograd.recording.modes import clock, state
from autograd.table.reading import Reading
from autograd.table.row import Operation, added, operations
from autograd.value import Value, constant
from autograd.writing.formula import Formula, slopes

_RECORD = """
def {name}({parameters}):
    time = next(clock)
    try:
        {operands}
        y = {value}
    except (ArithmeticError, ValueError, AttributeError, TypeError, LookupError):
        return {plain}  # which also says what is wrong
    if y - y or state.observed{unusual}:  # y is not finite, or no_grad() or trace() is active somewhere
        return {plain}
    node = new()
    node._data = y
    node._label = None
    node._constant = False
    node.grad = 0.0
    node.op = operation
    node.arguments = ({arguments},)
    node.time = time
    return node
"""
_ONE = "x0 = a._data"
_TWO = """kind = type({other})
        if kind is not Value:
            if kind is not float and kind is not int:
                return {anything}
            {other} = constant({other})
        x0 = a._data; x1 = b._data"""
_SEND_TO_LIST = """
    for item in list{place}:
        if not item._constant:  # not all of them are constants
            for item, slope in zip(list{place}, partial{place}(y, {operands}), strict=True):
                item.grad += g * slope
            break"""
_SEND_TO_NUMBER = """
    if not number{place}._constant:
        number{place}.grad += g * partial{place}(y, {operands})"""
_sources: dict[Operation, str] = {}


def install() -> None:
    """Put faster functions in the place of methods of Value, and of calls of the existing rows.

    A row that is added later keeps to the plain way, unless its author says that it is pure: whatever it asks of
    Python, or reads from elsewhere, would be frozen as it was when the function was made.
    """
    Value.backward = update_wrapper(backward, Value.backward)
    for row in operations.values():
        row.shortcut = partial(_first_use, row)
    added.append(lambda row: setattr(row, "shortcut", partial(_first_use, row, is_checked=True)))


def source(operation: Operation) -> str:
    """The Python source generated for an operation that was used before; empty where none was."""
    return _sources.get(operation, "")


def _first_use(row: Operation, *arguments: Any, is_checked: bool = False) -> Any:
    """Make the functions of a row, and call it. `is_checked`: whether they are compared with the row first."""
    row.shortcut = None
    if row.has_lists:
        _of_lists(row)
    elif len(row.partials) <= 2:
        _of_numbers(row, is_checked)
    return row(*arguments)


def _of_numbers(row: Operation, is_checked: bool) -> None:
    """For a row of one or two numbers: a method that records, and `pull`."""
    symbols = [Formula(name) for name in ("x0", "x1")[: len(row.partials)]]
    try:
        value = Formula(row, tuple(symbols)).python
        partials = slopes(row, Formula("y"), tuple(symbols))
    except Exception as error:
        raise TypeError(f"{row.name} is said to be pure, but cannot be written down: {error}") from None
    flows = {name: (Formula("g") * slope).python for name, slope in zip("ab", partials)
             if slope is not None and slope.head != 0.0}
    called = set(re.findall(r"(?<![\w.])\w+(?=\()", " ".join([value, *flows.values()])))
    primitives = {name: other.value for name, other in operations.items()
                  if "python" in other.notation and name in called}
    if not called.isdisjoint(re.findall(r"\w+", _RECORD + _TWO)):  # a row of a user's own may be called `state`
        return
    if is_checked:
        _compare(row, value, ["0.0" if slope is None else slope.python for slope in partials], primitives)
    # Only what divides, or calls a function, can fail: then no partial may be taken with respect to a constant.
    guard = "if not {0}._constant: " if any(re.search(r"/|\w\(", flow) for flow in flows.values()) else ""
    names = ["a", "b"][: len(symbols)]
    way = {"value": value, "arguments": ", ".join(names), "plain": f"plain({', '.join(names)})",
           "unusual": ""}
    operands = _ONE if len(symbols) == 1 else _TWO.format(other="b", anything="anything(a, b)")
    text = _RECORD.format(name="forward", parameters=", ".join(names), operands=operands, **way)
    text += _RECORD.format(name="reflected", parameters="b, a", operands=_TWO.format(
        other="a", anything="anything_reflected(b, a)"), **way)
    loads = {"x0": "a._data", "x1": "b._data", "y": "node._data", "g": "node.grad"}
    text += f"\ndef pull(node):\n    {', '.join(names)}, = node.arguments\n" + "".join(
        f"    {name} = {load}\n" for name, load in loads.items() if re.search(rf"\b{name}\b", str(flows))) + "".join(
        f"    {guard.format(name)}{name}.grad += {flow}\n" for name, flow in flows.items())
    is_operator = getattr(row.value, "__module__", "") == "_operator"
    name = f"__{row.value.__name__}__" if is_operator else row.name
    methods = {"forward": name, "reflected": name.replace("__", "__r", 1)}
    functions = _run(row, text, **primitives, anything=getattr(Reading, name), anything_reflected=getattr(
        Reading, methods["reflected"], None))
    for kind in ("forward", "reflected") if is_operator and len(symbols) == 2 else ("forward",):
        functions[kind].__qualname__ = f"Value.{methods[kind]}"  # for messages
        setattr(Value, methods[kind], functions[kind])
    forward, row.pull = functions["forward"], functions["pull"]
    row.shortcut = lambda *a: forward(*a) if type(a[0]) is type(a[-1]) is Value else NotImplemented


def _of_lists(row: Operation) -> None:
    """For a row of lists, and of numbers beside them: a faster call, and `pull`, around the row's own functions."""
    places = range(len(row.partials))
    names = [f"list{place}" if row.lists[place] else f"number{place}" for place in places]
    lists = [name for name in names if name.startswith("list")]
    data = ", ".join(f"[item._data for item in {name}]" if name in lists else f"{name}._data" for name in names)
    tests = " or ".join(f"type({name}) is not {'tuple' if name in lists else 'Value'}" for name in names)
    text = _RECORD.format(name="shortcut", parameters=", ".join(names), arguments=", ".join(names),
                          operands=f"if {tests}: return NotImplemented", value=f"value({data})", plain="NotImplemented",
                          unusual=f" or not {lists[0]}" + "".join(f" or len({name}) != len({lists[0]})"
                                                                  for name in lists[1:]))
    operands = ", ".join(f"x{place}" for place in places)
    sends = [(_SEND_TO_LIST if row.lists[place] else _SEND_TO_NUMBER).format(place=place, operands=operands)
             for place in places if row.partials[place]]
    text += (f"\ndef pull(node):\n    g = node.grad\n    if g == 0.0: return  # an inactive neuron: nothing flows\n"
             f"    {', '.join(names)}, = node.arguments\n    {operands}, = {data},\n    y = node._data{''.join(sends)}")
    functions = _run(row, text, value=row.value, **{f"partial{place}": rule for place, rule in enumerate(row.partials)})
    row.shortcut, row.pull = functions["shortcut"], functions["pull"]


def _run(row: Operation, text: str, **names: Any) -> dict[str, Any]:
    """The functions that a text defines."""
    scope: dict[str, Any] = {"operation": row, "plain": row.apply, "new": _new, "Value": Value,
                             "clock": clock, "state": state, "constant": _constant, "math": math, **names}
    exec(compile(text, f"<glassgrad {row.name}>", "exec"), scope)
    _sources[row] = text
    return scope


def _compare(row: Operation, value: str, partials: list[str], primitives: dict[str, Any]) -> None:
    """Refuse a row that is said to be pure, and gives other numbers than what was read from it."""
    written = eval(f"lambda y, x0, x1=None: [{', '.join([value, *partials])}]", {"math": math, **primitives})
    for point in product((0.5, -1.25, 1.0, 0.0, 2.0, 3.75), repeat=len(partials)):
        try:
            y = row.calculate([*point], point)
            plain = [y, *(row.slope(place, y, point) if rule else 0.0 for place, rule in enumerate(row.partials))]
            found = written(y, *point)
        except (ArithmeticError, ValueError):
            continue
        if plain != found:
            raise ValueError(f"{row.name} is said to be pure, but at {', '.join(map(str, point))} its value and "
                             f"partials are {plain}, where what was read from it gives {found}")


def _constant(data: Any) -> Value:
    """constant(), for a float or an int."""
    if not -1e308 < data < 1e308:
        return constant(data)  # which says what is wrong
    node = _new()
    node._data = data if type(data) is float else float(data)
    node._label = None
    node._constant = True
    node.grad = node.time = 0.0
    node.op = None
    node.arguments = ()
    return node


_new = partial(object.__new__, Value)  # a Value with nothing in it yet
