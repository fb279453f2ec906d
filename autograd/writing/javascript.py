"""The table in JavaScript: the functions that a formula in that language calls."""

from autograd.table.primitives import JAVASCRIPT, MATH, javascript_name
from autograd.table.row import Operation, operations
from autograd.writing.formula import Formula, value_of


def javascript_library() -> str:
    """The functions that a formula in JavaScript calls: a script, made from the values of the rows of the table.

    What is neither generic arithmetic nor in JavaScript's `Math` is in primitives.py. A user's own row that is none
    of these becomes a function that throws.
    """
    return "\n".join(map(_function, operations.values())) + "\n"


def _function(row: Operation) -> str:
    name, parameters = javascript_name(row.name), [javascript_name(parameter) for parameter in row.parameters]
    if row.name in JAVASCRIPT:
        return JAVASCRIPT[row.name]
    if getattr(row.value, "__module__", None) == "math" and row.value.__name__ in MATH:
        return f"const {name} = Math.{row.value.__name__};"
    try:
        body = f"return {_expression(row, name, parameters)};"
    except Exception:  # whatever a user's function says to symbols
        body = f'throw new Error("{row.name} is not known in JavaScript");'
    return f"function {name}({', '.join(parameters)}) {{ {body} }}"


def _expression(row: Operation, name: str, parameters: list[str]) -> str:
    """The row's own notation if it has one, or else what its value calculates. Raises an error if there is neither."""
    symbols = tuple(map(Formula, parameters))
    call = f"{name}({', '.join(parameters)})"
    for written in (lambda: Formula(row, symbols), lambda: value_of(row, symbols)):
        expression = written().javascript
        if expression != call:
            return expression
    raise ValueError("the function would call itself")
