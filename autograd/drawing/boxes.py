"""What the boxes and arrows of a picture look like and say, each as a statement of DOT."""

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from autograd.drawing.text import decimal, html, quoted, width_attribute
from autograd.errors import DomainError
from autograd.graph import local_derivatives, numbers_of
from autograd.recording.node import calculated_in
from autograd.recording.nodes import NodeSet
from autograd.table.reading import is_tuple
from autograd.value import Value
from autograd.writing.text import shortened

Slope = float | str | None  # a local derivative; a complaint where there is none; None where no gradient flows

QUIET, EMPHASIS = "#767676", "#D55E00"
ASIDE = "#5A5A5A"  # of text that matters less; it can be read on each of the colours below

# Tints of the colours of Okabe and Ito, which all kinds of colour vision tell apart; in grey, the shapes still differ.
STYLES = {
    "input": 'shape=ellipse fillcolor="#D6ECFA" color="#0072B2"',
    "parameter": 'shape=hexagon fillcolor="#FCE8BF" color="#A86400"',
    "constant": 'shape=box style="filled,dashed" fillcolor="#F2F2F2" color="#767676"',
    "operation": 'shape=box style="filled,rounded" fillcolor="#FFFFFF" color="#333333"',
    "output": 'shape=box style="filled,rounded" peripheries=2 fillcolor="#CDEBE1" color="#006B4E"',
    "folded": 'shape=box3d margin="0.2,0.14" fillcolor="#EDE3F0" color="#7A4A77"',
}
SLANTED = ("input", "parameter")  # whose shapes have no room for text in their corners


def box(identity: str, node: Value, kind: str, name: str, typed: str, inside: str, gradient: bool,
        emphasised: bool, again: bool) -> str:
    """A Value.

    `name`: what it is called, or "" for a constant; `typed`: what the user calls it; `inside`: the module it is
    in, whose frame says part of the name; `gradient`: whether its gradient is known; `again`: whether it has a box
    already, which shows its gradient.
    """
    shown = shortened(name[len(inside) + 1 :] if inside and name.startswith(inside + ".") else name)
    title, symbol = f"<B>{html(shown)}</B>", ""
    if node.op is not None:
        is_counted = not typed and (shown == "L" or (shown[:1] == "v" and shown[1:].isdigit()))
        side = f'<FONT POINT-SIZE="11" COLOR="{ASIDE}">{html(shown)}</FONT>' if is_counted else f"<I>{html(shown)}</I>"
        symbol = node.op.sign
        title = f'<FONT POINT-SIZE="17"><B>{html(symbol)}</B></FONT>&#160;{side}'
    lines = [title] if shown else []
    lines.append(decimal(node.data))
    is_dotted = "." in typed and typed.isprintable() and not name.startswith(typed)
    what = kind if node.op is None else node.op.name
    tooltip = f"{what} {typed if is_dotted else name}" if name else what
    tooltip += f"\ndata = {node.data!r}"
    if again:
        lines.append(f'<FONT POINT-SIZE="12" COLOR="{ASIDE}">again</FONT>')
        tooltip += "\nthe same Value as in the box of this name that shows its gradient"
    elif gradient and kind != "constant":
        lines.append(f'<FONT POINT-SIZE="12">grad {decimal(node.grad)}</FONT>')
        tooltip += f"\ngrad = {node.grad!r}"
    if node.recorded_at:
        tooltip += f"\n{node.recorded_at}"
    attributes = STYLES[kind]
    if again:
        kind += " again"
        attributes += ' style="filled,dashed"'
    if node.op is not None and kind == "output":
        kind = "operation output"
    if emphasised:
        kind += " highlighted"
        attributes += f' color="{EMPHASIS}" penwidth=3'
    wide = width_attribute(shown, 14, 1.4) if kind in SLANTED else width_attribute(f"{symbol} {shown}", 17, 1.0)
    return (f'{identity} [id={identity} class="{kind}" label=<{"<BR/>".join(lines)}> {attributes}{wide} '
            f"tooltip={quoted(tooltip)}]")


def folded_box(name: str, nodes: Sequence[Value], kinds: Sequence[str], module: str, title: str, gradients: bool,
               emphasised: bool) -> str:
    """Several Values as one box: how many of each kind, the range of the numbers, and the norm of the gradient.

    `module`: the dotted name if it is one; `title`: what it is called, or "".
    """
    counts = Counter((kind if node.op is None else node.op.name, node.op is None)
                     for node, kind in zip(nodes, kinds, strict=True))
    parts = [f"{count:,} {what}{'s' if leaf and count > 1 else ''}" for (what, leaf), count in counts.most_common()]
    lines = [f"<B>{html(shortened(title))}</B>"] if title else []
    lines += [f"<B>{html(part)}</B>" if not title else html(part) for part in parts[:3]]
    if len(parts) > 3:
        lines.append(f"and {sum(count for _, count in counts.most_common()[3:]):,} more")
    # What a module calculates has the range that matters, and its parameters the gradient.
    results = [node.data for node in nodes if node.op is not None] or [node.data for node in nodes]
    low, high = min(results), max(results)
    lines.append(f"{decimal(low)} to {decimal(high)}" if low < high else decimal(low))
    tooltip = "\n".join([module or title or "folded by structure", *parts, f"data from {low!r} to {high!r}"])
    leaves = [node.grad for node, kind in zip(nodes, kinds, strict=True) if kind == "parameter"]
    slopes = leaves or [node.grad for node, kind in zip(nodes, kinds, strict=True) if kind != "constant"]
    if gradients and slopes:
        norm = math.hypot(*slopes)
        lines.append(f'<FONT POINT-SIZE="12">norm of grad {decimal(norm)}</FONT>')
        tooltip += f"\nnorm of the gradient{' of the parameters' if leaves else ''} = {norm!r}"
    kind = "folded highlighted" if emphasised else "folded"
    attributes = STYLES["folded"] + (f' color="{EMPHASIS}" penwidth=3' if emphasised else "")
    return (f'{name} [id={name} class="{kind}" label=<{"<BR/>".join(lines)}> {attributes}'
            f"{width_attribute(title, 14, 1.0)} tooltip={quoted(tooltip)}]")


def arrow(tail: str, head: str, name: str, slope: Slope, use: int, flow: float | None, largest: float,
          partials: bool, emphasised: bool, longer: bool) -> str:
    """One use of a parent: by what the gradient that flows back is multiplied.

    `slope`: see `slopes_of`; `use`: the number of the use, 0 if there is only one; `flow`: the gradient that goes back
    here, if it is known; `largest`: the largest of the whole picture, 0.0 if all arrows are to be of one width;
    `longer`: whether to leave room for one more box.
    """
    kind, attributes, width = "use", "", 1.0
    if isinstance(slope, float):
        tooltip = f'"local derivative = {slope!r}'
        if partials:
            attributes = f" label={_beside(f'#{use} ' * (use > 0) + f'×{decimal(slope)}')}"
        if flow is not None:
            tooltip += f"\\ngradient along this edge = {flow!r}"
            if largest:
                width = 1 + 3 * math.sqrt(min(1.0, abs(flow) / largest))
        tooltip += '"'
    else:
        kind = "nothing-flows"
        tooltip = quoted(slope if isinstance(slope, str) else "no gradient flows here")
        attributes = f' style=dashed color="{QUIET}"'
        if slope and partials:
            attributes += f" label={_beside('undefined')}"
    if emphasised:
        kind += " highlighted"
        width = max(width, 2.5)
        attributes += f' color="{EMPHASIS}" fontcolor="#A34700"'
    if longer:
        attributes += " minlen=2"
    return f'{tail} -> {head} [id="{name}" class="{kind}"{attributes} penwidth={width:.2f} tooltip={tooltip}]'


def folded_arrow(tail: str, head: str, uses: int, flowing: bool, emphasised: bool) -> str:
    """All uses of one box in another, where one of them stands for several Values.

    `flowing`: whether a gradient may flow, as it does not to constants.
    """
    label = f" label={_beside(f'{uses:,} uses')}" if uses > 1 else ""
    kind, attributes = ("folded", "") if flowing else ("folded nothing-flows", f' style=dashed color="{QUIET}"')
    if emphasised:
        kind += " highlighted"
        attributes += f' color="{EMPHASIS}" penwidth=3'
    return (f'{tail} -> {head} [id="e-{tail}-{head}" class="{kind}"{label}{attributes} '
            f'tooltip="{uses:,} {"uses" if uses > 1 else "use"}"]')


def _beside(text: str) -> str:
    """The label of an arrow: off the line even if that is thick, and readable where other arrows run through it."""
    return ('<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="4"><TR><TD BGCOLOR="white">'
            f"{text}</TD></TR></TABLE>>")


def slopes_of(node: Value) -> list[Slope]:
    """The local derivative for each use of a parent, in order.

    Where one has none, each argument is asked for by itself, so that the others are still shown.
    """
    slopes: list[Slope] = [None] * len(node.parents)
    with suppress(DomainError):
        for place, _, slope in numbers_of(node):
            slopes[place] = slope
        return slopes
    for argument in node.arguments:
        items: tuple[Value, ...] = argument if is_tuple(argument) else (argument,)
        asked = NodeSet(item for item in items if not item.constant)
        try:
            for place, _, slope in local_derivatives(node, node.data, node.operands, asked.__contains__):
                slopes[place] = slope
        except DomainError as error:
            complaint = str(error).removesuffix(calculated_in(node))
            for place, parent in enumerate(node.parents):
                if parent in asked and slopes[place] is None:
                    slopes[place] = complaint
    return slopes
