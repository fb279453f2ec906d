"""Diagram: the circles, lines and texts of the picture that `draw_network` makes, and what they look like.

named.py finds the layers to draw; positions.py says where everything goes; lettering.py and words.py what is written.
"""

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Value
from nn.pictures.lettering import equals, short, symbol, width_of
from nn.pictures.named import NamedLayer
from nn.pictures.positions import DIAMETER, HEIGHT, Circle, Gap, arrange, height_of, shown_of

if TYPE_CHECKING:
    from autograd import Drawing

# Of each sign its colour as a line, as a text, which needs to be darker, and its style. The two colours are Okabe and
# Ito's, which all kinds of colour vision tell apart.
SIGNS = {
    "positive": ("#0072B2", "#005F96", "solid"), "negative": ("#D55E00", "#A84700", "dashed"),
    "zero": ("#767676", "#5C5C5C", "dotted"),
}
STYLES = {
    "input": {"color": "#777777", "fillcolor": "#F4F4F4"},
    "hidden": {"color": "#444444", "fillcolor": "#FFFFFF"},
    "output": {"color": "#00664B", "fillcolor": "#CDEBE1", "penwidth": "2"},
}
THINNEST, THICKEST = 0.8, 4.8  # points
MOST_COLUMNS = 8  # one for the inputs, and one for each layer
DOT = "•"  # an ellipsis is three of these; the character ⋮ is missing from many fonts
POINTS, SMALL = 14, 12  # of texts and of numbers
SAMPLE = 0.45  # inches of a line in the caption


class Shown(NamedTuple):
    """What is shown. `outputs`: the inputs and what comes out of each layer, for the circles; `gradients`: whether
    those are shown in place of weights; `code`: whether names are those of the code; the names that a user gave;
    `words`: those of a language; `max_units`: how many circles a column may have."""

    outputs: list[list[float]] | None
    gradients: bool
    code: bool
    input_names: list[str]
    output_names: list[str]
    words: dict[str, str]
    max_units: int


class Diagram:
    """A picture in the making. Columns are counted from the inputs, which are column 0."""

    def __init__(self, layers: list[NamedLayer], shown: Shown) -> None:
        from autograd import Drawing

        self.layers, self.shown, self.words = layers, shown, shown.words
        self.sizes = [len(layers[0].neurons[0].w), *(len(layer.neurons) for layer in layers)]
        neurons = [neuron for layer in layers for neuron in layer.neurons]
        self.largest = max(abs(self.number(weight)) for neuron in neurons for weight in neuron.w)
        # A gradient is 0 from the start: while all are, none is known.
        self.known = any(parameter.grad for neuron in neurons for parameter in (neuron.b, *neuron.w))
        self.has_numbers = self.known or not shown.gradients
        self.columns = shown_of(len(self.sizes), MOST_COLUMNS)
        self.places = [shown_of(size, shown.max_units) for size in self.sizes]
        self.rows = max(len(self.places[column]) for column in self.columns if column is not None)
        self.broken = self.points_in_circles(True) > self.points_in_circles(False)
        self.points = self.points_in_circles(self.broken)
        self.titles = {column: self.title(column) for column in self.columns if column is not None}
        # Every place is given to neato, which draws straight lines first, and circles and numbers on top of them.
        self.drawing: Any = Drawing("network", engine="neato", format="svg", graph_attr={
            "id": "network", "layout": "neato", "outputorder": "edgesfirst", "splines": "line", "pad": "0.2",
            "fontname": "Arial", "tooltip": "network",
        }, node_attr={"shape": "plaintext", "fontname": "Arial", "fontsize": "12"}, edge_attr={"dir": "none"})

    def drawn(self) -> "Drawing":
        """The picture, one column drawn after the other."""
        least = max(DIAMETER + 0.7, 0.2 + max(width_of(title, POINTS) for title in self.titles.values()))
        gaps = [self.gap(before, column) for before, column in pairwise(self.columns)]
        found = arrange(gaps, self.rows, least)
        self.down, xs, circles = found.down, found.columns(), list[list[Circle | None]]()
        for column, x in zip(self.columns, xs, strict=True):
            circles.append([] if column is None else self.column(column, x))
            if column is None:
                more = self.words["layers left out"].format(len(self.sizes) - MOST_COLUMNS + 1)
                self.text("layers-left-out", f"{DOT} {DOT} {DOT}\n{more}", x, 0, POINTS)
        for place, (column, gap) in enumerate(zip(self.columns[1:], gaps, strict=True)):
            if column is not None:
                self.lines(column, gap, circles[place], circles[place + 1], found.parts[place] if found.parts else [])
        self.caption(xs[-1] / 2, found.parts is None)
        return self.drawing

    def number(self, parameter: Value) -> float:
        """The number that stands for a weight in this picture."""
        return parameter.grad if self.shown.gradients else parameter.data

    def gap(self, before: int | None, column: int | None) -> Gap:
        """The lines between two columns, and how wide their numbers are, if they are shown."""
        if before is None or column is None:
            return Gap((0, 0), [], [])
        starts, ends, layer = self.places[before], self.places[column], self.layers[column - 1]
        joined = [(row, other, short(self.number(layer.neurons[end].w[start])))
                  for other, end in enumerate(ends) if end is not None
                  for row, start in enumerate(starts) if start is not None]
        return Gap((len(starts), len(ends)), [(row, other) for row, other, _ in joined],
                   [width_of(number, SMALL) + 0.06 for *_, number in joined] if self.has_numbers else [])

    def column(self, column: int, x: float) -> list[Circle | None]:
        """Draw the circles of a column and what is written around them; None is for those that are left out."""
        places, circles = self.places[column], list[Circle | None]()
        kind = "output" if column == len(self.sizes) - 1 else "hidden" if column else "input"
        for row, place in enumerate(places):
            y = height_of(row, len(places), self.down)
            if place is None:
                more = self.words["more"].format(self.sizes[column] - len(places) + 1)
                self.text(f"column-{column}-left-out", f"{DOT}\n{DOT}\n{DOT}\n{more}", x, y, SMALL)
                circles.append(None)
                continue
            name = self.layers[column - 1].neuron(place) if column else f"input.{place}"
            circles.append(circle := Circle(name, kind, x, y))
            self.circle(circle, column, place)
        self.text(f"column-{column}", self.titles[column], x, self.rows * self.down / 2 + 0.3, POINTS)
        return circles

    def title(self, column: int) -> str:
        """What a column is, and how many units it has, of what kind."""
        words, size = self.words, self.sizes[column]
        if not column:
            return f"{words['input']}\n{words['numbers' if size > 1 else 'number'].format(size)}"
        layer = self.layers[column - 1]
        kinds = {layer.activation(place) or words["linear"] for place in range(size)}
        kind = kinds.pop() if len(kinds) == 1 else words["mixed"]
        name = words["output"] if column == len(self.sizes) - 1 else words["hidden"].format(column)
        if self.shown.code:
            name = layer.name or type(layer.layer).__name__
        return f"{name}\n{words['neurons' if size > 1 else 'neuron'].format(size, kind)}"

    def name(self, column: int, place: int, code: bool) -> str:
        """What a unit is called."""
        layer, size = self.layers[column - 1], self.sizes[column]
        if not column:
            return f"inputs[{place}]" if code else f"x{_subscript(place, size)}"
        if code:
            return layer.neuron(place).removeprefix(f"{layer.name}.")
        return layer.symbol("h", place) if column < len(self.layers) else f"ŷ{_subscript(place, size)}"

    def circle(self, circle: Circle, column: int, place: int) -> None:
        """Draw one input or neuron."""
        style, name = STYLES[circle.kind], self.name(column, place, self.shown.code)
        layer, tooltip = self.layers[column - 1], [name]
        if column:
            kind = layer.activation(place) or self.words["linear"]
            tooltip = [f"{self.name(column, place, False)} ({circle.name}), {kind}"]
        if self.shown.outputs:
            output = self.shown.outputs[column][place]
            largest = max(map(abs, self.shown.outputs[column]))
            style = {**style, "fillcolor": _tint(output / largest if largest else 0.0)}
            tooltip.append(f"{name} = {output!r}")
        if column:
            tooltip += self.data_and_gradient(layer.symbol("b", place), layer.parameter(place, "b"),
                                              layer.neurons[place].b)
        given = (self.shown.output_names if column == len(self.layers) else [] if column else self.shown.input_names)
        if given and given[place]:
            tooltip.insert(0, given[place])
            away = DIAMETER / 2 + 0.12 + width_of(given[place], POINTS) / 2
            self.text(f"{circle.name}-name", given[place], circle.x + (away if column else -away), circle.y, POINTS)
        self.drawing.node(circle.name, _plain("\n".join(self.inside(column, place, self.broken))), _attributes={
            **style, "id": circle.name, "class": f"unit {circle.kind}", "shape": "circle", "style": "filled",
            "fixedsize": "true", "width": str(DIAMETER), "pos": _position(circle.x, circle.y),
            "fontsize": f"{self.points:g}", "tooltip": _plain("\n".join(tooltip))})

    def inside(self, column: int, place: int, broken: bool) -> list[str]:
        """The lines of text in a circle. `broken`: whether what comes out of it has a line of its own."""
        lines = [self.name(column, place, self.shown.code)]
        if self.shown.outputs:
            output = equals(self.shown.outputs[column][place])
            lines = [*lines, output] if broken else [f"{lines[0]} {output}"]
        if column:
            layer = self.layers[column - 1]
            bias = layer.neurons[place].b
            lines.append(f"{'b' if self.shown.code else layer.symbol('b', place)} {equals(bias.data)}")
            if self.shown.gradients and self.known:
                lines.append(f"grad {short(bias.grad)}")
        return lines

    def points_in_circles(self, broken: bool) -> float:
        """The size of letters that all circles have room for."""
        texts = [self.inside(column, place, broken) for column in self.columns if column is not None
                 for place in self.places[column] if place is not None]
        return next((size / 2 for size in range(2 * SMALL, 12, -1) if all(_fits(text, size / 2) for text in texts)), 6)

    def lines(self, column: int, gap: Gap, before: list[Circle | None], circles: list[Circle | None],
              parts: list[float]) -> None:
        """Draw the weights between two neighbouring columns, and their numbers at these parts of the lines."""
        layer = self.layers[column - 1]
        for number, (start, end) in enumerate(gap.lines):
            one, other = before[start], circles[end]
            source, place = self.places[column - 1][start], self.places[column][end]
            if one is None or other is None or source is None or place is None:
                continue  # lines join only what is shown
            weight, name = layer.neurons[place].w[source], layer.parameter(place, f"w.{source}")
            tooltip = _plain("\n".join(self.data_and_gradient(layer.symbol("w", place, source), name, weight)))
            width = THINNEST
            if self.largest:
                width += (THICKEST - THINNEST) * abs(self.number(weight)) / self.largest
            sign = _sign(self.number(weight))
            color, dark, style = SIGNS[sign]
            self.drawing.edge(one.name, other.name, _attributes={
                "id": name, "class": f"weight {sign}", "color": color, "style": style, "penwidth": f"{width:.3f}",
                "tooltip": tooltip})
            if parts:
                part = parts[number]
                self.text(f"{name}-number", short(self.number(weight)), one.x + part * (other.x - one.x),
                          one.y + part * (other.y - one.y), SMALL, {
                              "fontcolor": dark, "style": "filled", "fillcolor": "#FFFFFF", "fixedsize": "true",
                              "width": f"{gap.widths[number]:.3f}", "height": f"{HEIGHT}", "tooltip": tooltip})

    def text(self, name: str, text: str, x: float, y: float, points: int, more: dict[str, str] | None = None) -> None:
        """Write a text with its middle at x and y. `more`: further attributes."""
        self.drawing.node(name, _plain(text), _attributes={
            "id": name, "class": "text", "pos": _position(x, y), "fontsize": str(points),
            "width": f"{width_of(text, points):.3f}", "height": "0", "margin": "0", "tooltip": _plain(text),
            **(more or {})})

    def caption(self, middle: float, crowded: bool) -> None:
        """Write below the columns what the lines, the numbers and the colours mean."""
        words, shown = self.words, self.shown
        y = -self.rows * self.down / 2 - 0.15
        said = list[str]()
        if self.largest:
            self.legend(middle, y)
        else:
            said += words["weights 0" if not shown.gradients else "gradients of weights 0" if self.known
                          else "gradients 0"].split("\n")
            y += 0.25
        if crowded and self.has_numbers:
            said.append(words["tooltips"])
        said.append(words["activation" if shown.outputs else "bias"])
        if shown.gradients and self.known:
            said.append(words["bias gradient"])
        for place, line in enumerate(said, 1):
            self.text(f"caption-{place}", line, middle, y - 0.25 * place, SMALL)

    def legend(self, middle: float, y: float) -> None:
        """Write what the lines mean, with one of each sign."""
        words, signs = self.words, {_sign(self.number(weight)) for layer in self.layers
                                    for neuron in layer.neurons for weight in neuron.w}
        parts = [("", words["gradients" if self.shown.gradients else "weights"]),
                 *((sign, words[sign]) for sign in SIGNS if sign in signs or sign != "zero"),
                 ("", words["width"].format(short(self.largest)))]
        widths = [width_of(text, SMALL) + (SAMPLE + 0.08 if sign else 0) for sign, text in parts]
        x = middle - (sum(widths) + 0.25 * (len(parts) - 1)) / 2
        for place, ((sign, text), width) in enumerate(zip(parts, widths, strict=True)):
            if sign:
                color, _, style = SIGNS[sign]
                for end, at in (("start", x), ("end", x + SAMPLE)):
                    self.drawing.node(f"legend-{sign}-{end}", "", _attributes={
                        "shape": "point", "style": "invis", "width": "0", "height": "0", "pos": _position(at, y)})
                self.drawing.edge(f"legend-{sign}-start", f"legend-{sign}-end", _attributes={
                    "id": f"legend-{sign}", "class": "legend", "color": color, "style": style, "penwidth": "2.5",
                    "tooltip": text})
            self.text(f"legend-{place}", text, x + width - width_of(text, SMALL) / 2, y, SMALL,
                      {"fontcolor": SIGNS[sign][1]} if sign else None)
            x += width + 0.25

    def data_and_gradient(self, name: str, code: str, parameter: Value) -> list[str]:
        """What a tooltip says of a parameter."""
        gradient = [f"grad {parameter.grad!r}"] if self.known else []
        return [f"{name} = {parameter.data!r}", *gradient, code]


def _sign(number: float) -> str:
    return "zero" if not number else "positive" if number > 0 else "negative"


def _tint(part: float) -> str:
    """White for 0, a light blue for 1, a light orange for -1."""
    far = (0x8F, 0xC4, 0xE6) if part > 0 else (0xF6, 0xB9, 0x8E)
    return "#" + "".join(f"{round(255 + abs(part) * (channel - 255)):02X}" for channel in far)


def _fits(lines: list[str], points: float) -> bool:
    """Whether lines of text have room in a circle."""
    heights = [(abs(row - (len(lines) - 1) / 2) * 1.2 + 0.4) * points / 72 for row in range(len(lines))]
    return all((width_of(line, points) / 2) ** 2 + height**2 <= (DIAMETER / 2 - 0.03) ** 2
               for line, height in zip(lines, heights, strict=True))


def _subscript(place: int, size: int) -> str:
    """The index of one of several things; that of the only one is left out."""
    return symbol("", [place + 1]) if size > 1 else ""


def _plain(text: str) -> str:
    """Text that Graphviz shows as it is."""
    return escape(text.replace("\\", "\\\\"))


def _position(x: float, y: float) -> str:
    return f"{x:.3f},{y:.3f}!"
