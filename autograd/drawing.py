"""draw: a computation graph as a picture.

A Value is a box that shows the operation, the name, the number and the gradient; an arrow leads to it from each of its
parents, with the local derivative that the row of the table has there. All of it is read off the graph.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograd.errors import DomainError
from autograd.expansion import expand as expanded
from autograd.graph import topological_order
from autograd.lettering import decimal, html, quoted, shortened, width
from autograd.reading import is_tuple
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.rendering import Drawing

FONT = "Helvetica"
# Okabe and Ito's colours, which all kinds of colour vision tell apart, as light tints under dark text; in grey, the
# shapes and the borders still differ.
STYLES = {
    "input": 'shape=ellipse fillcolor="#D6ECFA" color="#0072B2"',
    "parameter": 'shape=hexagon fillcolor="#FBE3B5" color="#B26B00"',
    "constant": 'shape=box style="filled,dashed" fillcolor="#F4F4F4" color="#777777"',
    "operation": 'shape=box style="filled,rounded" fillcolor="#FFFFFF" color="#444444"',
    "output": 'shape=box style="filled,rounded" peripheries=2 fillcolor="#CDEBE1" color="#00664B"',
}


def draw(value: Value | Iterable[Value], *, direction: str = "LR", gradients: bool = True, partials: bool = True,
         names: Any = None, group: bool = True, highlight: Any = None, expand: bool | str | Iterable[str] = False,
         max_nodes: int = 500, widths: bool = True) -> "Drawing":
    """The graph of a Value, or of several, as a picture."""
    from autograd.rendering import Drawing

    outputs = [value] if isinstance(value, Value) else list(value)
    if expand:
        outputs = [expanded(output, None if expand is True else expand) for output in outputs]
    order = topological_order(outputs)
    drawing = Drawing("computation", graph_attr={"rankdir": direction, "fontname": FONT, "id": "computation"},
                      node_attr={"fontname": FONT, "fontsize": "14", "style": "filled"},
                      edge_attr={"fontname": FONT, "fontsize": "12"}, format="svg")
    names_of = _names(names)
    places = {node: place for place, node in enumerate(order)}
    body = drawing.body
    for place, node in enumerate(order):
        row = node.op
        kind = ("output" if node in outputs and row else "operation" if row else "constant" if node.constant else
                "parameter" if node in names_of else "input")
        name = names_of.get(node) or node.label or ("" if kind == "constant" else f"v{place}")
        lines = [" ".join(filter(None, [f"<B>{html(row.symbol)}</B>" if row else "", html(shortened(name))])),
                 decimal(node.data)]
        if gradients and kind != "constant":
            lines.append(f'<FONT POINT-SIZE="12">grad {decimal(node.grad)}</FONT>')
        tooltip = f"{name}\ndata = {node.data!r}\ngrad = {node.grad!r}"
        body.append(f'\tn{place} [id=n{place} class={kind} label=<{"<BR/>".join(filter(None, lines))}> {STYLES[kind]} '
                    f'tooltip={quoted(tooltip)}]\n')
        if row is None:
            continue
        for k, (parent, slope) in enumerate(zip(node.parents, local_derivatives(node))):
            label = f' label="∂ = {decimal(slope)}"' if partials and isinstance(slope, float) else ""
            body.append(f"\tn{places[parent]} -> n{place} [id=\"e{place}-{k}\"{label}]\n")
    return drawing


def local_derivatives(node: Value) -> list[float | str | None]:
    """The partial derivative for each use of a parent, in order.

    None where no gradient flows, and the complaint of the row where there is no derivative.
    """
    row, arguments, operands = node.op, node.arguments, node.operands
    assert row is not None
    slopes: list[Any] = []
    for place, argument in enumerate(arguments):
        items: tuple[Value, ...] = argument if is_tuple(argument) else (argument,)
        found: Any = None
        if row.partials[place] is not None and not all(item.constant for item in items):
            try:
                found = row.slope(place, node.data, operands, arguments)
            except DomainError as error:
                found = str(error)
        for k, item in enumerate(items):
            slopes.append(None if item.constant else found[k] if isinstance(found, list) else found)
    return slopes


def _names(names: Any, prefix: str = "") -> dict[Value, str]:
    if names is None:
        return {}
    if hasattr(names, "named_parameters"):
        return {parameter: prefix + name for name, parameter in names.named_parameters()}
    found: dict[Value, str] = {}
    for name, item in names.items():
        if isinstance(item, Value):
            found[item] = prefix + name
        else:
            found |= _names(item, f"{prefix}{name}.")
    return found
