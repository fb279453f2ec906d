"""What a reader sees in a picture of a network: its SVG, taken apart."""

import re
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


class Circle(NamedTuple):
    kind: str
    x: float
    y: float
    radius: float
    fill: str
    text: str
    tooltip: list[str]


class Line(NamedTuple):
    sign: str
    color: str
    dashes: str | None
    width: float
    ends: list[tuple[float, float]]
    tooltip: list[str]


class Picture:
    """What a reader sees."""

    def __init__(self, drawing):
        root = ElementTree.fromstring(drawing.svg())
        self.size = [float(side) for side in root.get("viewBox").split()[2:]]
        self.circles, self.lines, self.texts, self.boxes = {}, {}, {}, {}
        self.source = ElementTree.tostring(root, encoding="unicode")
        self.said = [text.text for text in root.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g"):
            kinds = group.get("class").split()
            title = group.findtext(f"{SVG}title", "").split("\n")
            texts = [text.text for text in group.iter(f"{SVG}text")]
            if "unit" in kinds:
                (ring,) = group.iter(f"{SVG}ellipse")
                x, y, r, other = (float(ring.get(name)) for name in ("cx", "cy", "rx", "ry"))
                assert r == other
                self.circles[group.get("id")] = Circle(kinds[-1], x, y, r, ring.get("fill"), " ".join(texts), title)
            elif "weight" in kinds:
                (path,) = group.iter(f"{SVG}path")
                points = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))]
                ends = [(points[0], points[1]), (points[-2], points[-1])]
                self.lines[group.get("id")] = Line(kinds[-1], path.get("stroke").lower(), path.get("stroke-dasharray"),
                                                   float(path.get("stroke-width", 1)), ends, title)
            elif "text" in kinds:
                self.texts[group.get("id")] = " ".join(filter(None, (text and text.strip() for text in texts)))
                for polygon in group.iter(f"{SVG}polygon"):
                    points = [tuple(map(float, point.split(","))) for point in polygon.get("points").split()]
                    self.boxes[group.get("id")] = [*map(min, zip(*points)), *map(max, zip(*points))]


def number(text):
    """The number at the end of a text."""
    return float(text.replace("−", "-").split()[-1])
