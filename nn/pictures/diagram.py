"""Diagram: the circles, lines and texts of the picture that `draw_network` makes, and what they look like.

network.py finds the layers to draw; positions.py says where everything goes.
"""

from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Value
from nn.layers import Neuron
from nn.pictures.positions import DIAMETER, DOWN, HEIGHT, Circle, Line, column_width, number_parts, shown_of

if TYPE_CHECKING:
    from autograd import Drawing

# The two colours of signs are Okabe and Ito's, which all kinds of colour vision tell apart.
POSITIVE, NEGATIVE, ZERO = "#0072B2", "#D55E00", "#999999"
STYLES = {
    "input": {"color": "#777777", "fillcolor": "#F4F4F4"},
    "hidden": {"color": "#444444", "fillcolor": "#FFFFFF"},
    "output": {"color": "#00664B", "fillcolor": "#CDEBE1", "penwidth": "2"},
}
THINNEST, THICKEST = 0.4, 4.5  # points
MOST_NUMBERS = 12  # lines between two layers; if there are more, no numbers are written on them
MOST_COLUMNS = 11  # one for the inputs, and one for each layer
DOT = "•"  # an ellipsis is three of these; the character ⋮ is missing from many fonts


class NamedLayer(NamedTuple):
    """A layer, or a neuron alone, and what it is called in the model."""

    name: str
    layer: Any
    neurons: list[Neuron]

    def neuron(self, place: int) -> str:
        return self.name or "neuron" if self.layer is self.neurons[0] else dotted(self.name, "neurons", place)

    def parameter(self, place: int, name: str) -> str:
        return dotted(self.name, name) if self.layer is self.neurons[0] else f"{self.neuron(place)}.{name}"


class Diagram:
    """A picture in the making. Columns are counted from the inputs, which are column 0.

    `outputs`: the inputs and what comes out of each layer, to show in the circles; `gradients`: whether gradients
    are shown in place of weights and biases; `max_units`: how many circles a column may have.
    """

    def __init__(self, layers: list[NamedLayer], outputs: list[list[float]] | None, gradients: bool,
                 max_units: int) -> None:
        from autograd import Drawing

        self.layers, self.outputs, self.gradients, self.max_units = layers, outputs, gradients, max_units
        self.sizes = [len(layers[0].neurons[0].w), *(len(layer.neurons) for layer in layers)]
        self.across = column_width(max(len(shown_of(size, max_units)) for size in self.sizes))
        weights = [weight for layer in layers for neuron in layer.neurons for weight in neuron.w]
        self.largest = max(abs(self.shown(weight)) for weight in weights)
        # Every place is given to neato, which draws straight lines first, and circles and numbers on top of them.
        self.drawing: Any = Drawing("network", engine="neato", format="svg", graph_attr={
            "id": "network", "layout": "neato", "outputorder": "edgesfirst", "splines": "line", "pad": "0.2",
            "fontname": "Arial", "fontsize": "14", "labelloc": "b", "label": self.caption(), "tooltip": "network",
        }, node_attr={"shape": "plaintext", "fontname": "Arial", "fontsize": "12"}, edge_attr={"dir": "none"})

    def drawn(self) -> "Drawing":
        """The picture, one column drawn after the other."""
        before: list[Circle] | None = None
        for place, column in enumerate(shown_of(len(self.sizes), MOST_COLUMNS)):
            if column is None:
                self.text("layers-left-out", f"{DOT} {DOT} {DOT}\n{len(self.sizes) - MOST_COLUMNS + 1} more layers",
                          place * self.across, 0, 14)
                before = None
            else:
                circles = self.column(column, place * self.across)
                if before is not None:
                    self.lines(column, before, circles)
                before = circles
        return self.drawing

    def shown(self, parameter: Value) -> float:
        """The number that stands for a weight or bias in this picture."""
        return parameter.grad if self.gradients else parameter.data

    def column(self, column: int, x: float) -> list[Circle]:
        """Draw the circles of a column and what is written around them."""
        size, last = self.sizes[column], column == len(self.sizes) - 1
        kind = "output" if last else "hidden" if column else "input"
        places = shown_of(size, self.max_units)
        circles: list[Circle] = []
        for row, place in enumerate(places):
            y = DOWN * ((len(places) - 1) / 2 - row)
            if place is None:
                self.text(f"column-{column}-left-out", f"{DOT}\n{DOT}\n{DOT}\n{size - len(places) + 1} more", x, y, 13)
                continue
            letter = "" if kind == "hidden" else f"{'x' if kind == 'input' else 'y'}{_subscript(place + 1)}"
            name = self.layers[column - 1].neuron(place) if column else f"input.{place}"
            circles.append(circle := Circle(name, kind, x, y))
            self.circle(circle, column, place, letter)
            if letter and (last or self.outputs):
                self.text(f"{name}-name", letter, x + DIAMETER * (0.75 if last else -0.75), y, 14)
        title = "" if not column else self.layers[column - 1].name
        self.text(f"column-{column}", f"{title}\n{self.title(column)}", x, DOWN * len(places) / 2 + 0.16, 13)
        return circles

    def title(self, column: int) -> str:
        """How many units a column has, and of what kind."""
        size = self.sizes[column]
        if not column:
            return f"{size} input{'s' * (size > 1)}"
        names = {_activation_name(neuron) for neuron in self.layers[column - 1].neurons}
        return f"{size} {names.pop() if len(names) == 1 else 'mixed'}"

    def circle(self, circle: Circle, column: int, place: int, letter: str) -> None:
        """Draw one input or neuron."""
        style, lines, label = STYLES[circle.kind], [circle.name], letter
        if column:
            neuron = self.layers[column - 1].neurons[place]
            lines = [f"{circle.name} ({_activation_name(neuron)})", *_data_and_gradient("b", neuron.b)]
            label = _short(self.shown(neuron.b))
        if self.outputs:
            output = self.outputs[column][place]
            largest = max(map(abs, self.outputs[column]))
            style, label = {**style, "fillcolor": _tint(output / largest if largest else 0.0)}, _short(output)
            lines.append(f"{'output' if column else 'value'} = {output!r}")
        self.drawing.node(circle.name, label, _attributes={
            **style, "id": circle.name, "class": f"unit {circle.kind}", "shape": "circle", "style": "filled",
            "fixedsize": "true", "width": str(DIAMETER), "pos": _position(circle.x, circle.y),
            "fontsize": "12" if len(label) < 8 else "10",
            "tooltip": _plain("\n".join(lines))})

    def lines(self, column: int, before: list[Circle], circles: list[Circle]) -> None:
        """Draw the weights between two neighbouring columns."""
        layer, lines = self.layers[column - 1], list[Line]()
        starts = [place for place in shown_of(self.sizes[column - 1], self.max_units) if place is not None]
        ends = [place for place in shown_of(self.sizes[column], self.max_units) if place is not None]
        for end, circle in zip(ends, circles, strict=True):
            for start, other in zip(starts, before, strict=True):
                weight = layer.neurons[end].w[start]
                number = self.shown(weight)
                line = Line(layer.parameter(end, f"w.{start}"), other, circle, number, _short(number))
                self.line(line, _data_and_gradient(line.name, weight))
                lines.append(line)
        if len(lines) <= MOST_NUMBERS:
            for line, part in number_parts(lines):
                self.text(f"{line.name}-number", line.text, *line.at(part), 12, {
                    "fontcolor": _sign(line.number)[1], "style": "filled", "fillcolor": "#FFFFFF",
                    "fixedsize": "true", "width": f"{line.text_width - 0.04:.3f}", "height": f"{HEIGHT - 0.04}"})

    def line(self, line: Line, tooltip: list[str]) -> None:
        """Draw one weight."""
        width = THINNEST + (THICKEST - THINNEST) * (abs(line.number) / self.largest if self.largest else 0.0)
        sign, color, style = _sign(line.number)
        self.drawing.edge(line.start.name, line.end.name, _attributes={
            "id": line.name, "class": f"weight {sign}", "color": color, "style": style, "penwidth": f"{width:.3f}",
            "tooltip": "\n".join(tooltip)})

    def text(self, name: str, text: str, x: float, y: float, points: int,
             more: dict[str, str] | None = None) -> None:
        """Write a text with its middle at x and y. `more`: further attributes."""
        self.drawing.node(name, _plain(text), _attributes={
            "id": name, "class": "text", "pos": _position(x, y), "fontsize": str(points), "width": "0", "height": "0",
            "margin": "0", "tooltip": _plain(text), **(more or {})})

    def caption(self) -> str:
        """What the lines and the numbers mean, as Graphviz's kind of HTML."""
        of, inside = ("gradients", "gradients of the biases") if self.gradients else ("weights", "biases")
        inside = "activations" if self.outputs else inside
        if not self.largest:
            lines = "all gradients are 0: call backward() first" if self.gradients else "all weights are 0"
        else:
            lines = (f'{of}:&#160; <FONT COLOR="{POSITIVE}">—— positive</FONT>&#160;&#160; '
                     f'<FONT COLOR="{NEGATIVE}">– – negative</FONT>&#160;&#160; by width up to {_short(self.largest)}')
        return f"<<BR/>{lines}<BR/>in the circles: {inside}>"


def dotted(*names: Any) -> str:
    """Names, and numbers of places, as one name with dots; empty ones are left out."""
    return ".".join(str(name) for name in names if name != "")


def _sign(number: float) -> tuple[str, str, str]:
    """The name, the colour and the style of a sign."""
    if not number:
        return "zero", ZERO, "dotted"
    return ("positive", POSITIVE, "solid") if number > 0 else ("negative", NEGATIVE, "dashed")


def _tint(part: float) -> str:
    """White for 0, a light blue for 1, a light orange for -1."""
    far = (0x8F, 0xC4, 0xE6) if part > 0 else (0xF6, 0xB9, 0x8E)
    return "#" + "".join(f"{round(255 + abs(part) * (channel - 255)):02X}" for channel in far)


def _short(number: float) -> str:
    """A number in three significant digits, with a proper minus sign, and none before 0."""
    mantissa, _, exponent = f"{number + 0.0:.3g}".partition("e")
    return (f"{mantissa}e{int(exponent)}" if exponent else mantissa).replace("-", "−")


def _data_and_gradient(name: str, parameter: Value) -> list[str]:
    return [f"{name} = {parameter.data!r}", f"gradient = {parameter.grad!r}"]


def _activation_name(neuron: Neuron) -> str:
    activation: Any = neuron.activation
    if activation is None:
        return "linear"
    name: str = getattr(activation, "name", None) or getattr(activation, "__name__", type(activation).__name__)
    return name.strip("<>")[:20]


def _subscript(number: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(number))


def _plain(text: str) -> str:
    """Text that Graphviz shows as it is."""
    return escape(text.replace("\\", "\\\\"))


def _position(x: float, y: float) -> str:
    return f"{x:.3f},{y:.3f}!"
