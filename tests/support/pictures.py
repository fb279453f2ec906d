"""What tests read off a picture: its SVG as XML, and its edges from the JSON that a layout program makes of it."""

import json
import re
import shutil
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pytest

from autograd.drawing import rendering

SVG = "{http://www.w3.org/2000/svg}"
PROGRAMS = ("embedded", "system")


def use(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay out with this one of the two programs alone."""
    path = shutil.which("dot")
    if program == "system" and path is None:
        pytest.skip("there is no Graphviz here: apt-get install graphviz")
    (embedded,) = [found for found in rendering.layout_programs() if "graphviz-pure" in found]
    monkeypatch.setattr(rendering, "layout_programs", lambda: [path if program == "system" else embedded])


@dataclass
class Shown:
    """A node, an edge or a frame of an SVG."""

    classes: list[str]
    tooltip: str
    texts: list[str]
    element: ElementTree.Element

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).replace("\u00a0", " ").split())

    def styles(self) -> dict[str, str]:
        """The attributes of the first shape."""
        shapes = [child for child in self.element if child.tag in {SVG + "path", SVG + "polygon", SVG + "ellipse"}]
        return dict(shapes[0].attrib)


class Picture:
    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        self.nodes, self.edges, self.frames = (self._of(kind) for kind in ("node", "edge", "cluster"))
        (whole,) = self._of("graph").values()
        self.caption = whole.text

    def _of(self, kind: str) -> dict[str, Shown]:
        found: dict[str, Shown] = {}
        for element in self.root.iter(SVG + "g"):
            classes = element.get("class", "").split()
            if classes[:1] == [kind]:
                assert element.attrib["id"] not in found, "an id is there twice"
                found[element.attrib["id"]] = Shown(
                    classes[1:], element.findtext(SVG + "title", ""),
                    [text.text or "" for text in element.findall(SVG + "text")], element)
        return found

    def assert_harmless(self) -> None:
        """Nothing runs, and nothing refers to anything."""
        for element in self.root.iter():
            assert element.tag in {SVG + tag for tag in ("svg", "g", "title", "text", "path", "polygon", "polyline",
                                                         "ellipse")}, element.tag
            for name in element.attrib:
                assert not name.lower().startswith("on"), name
                assert "href" not in name.lower(), name
                assert name not in {"style"}, name


def connections(drawing: Any) -> dict[str, tuple[str, str]]:
    """The boxes that each edge leads from and to, by the id of the edge."""
    laid_out = json.loads(drawing.pipe("json"))
    names = {item["_gvid"]: item["name"] for item in laid_out["objects"]}
    return {edge["id"]: (names[edge["tail"]], names[edge["head"]]) for edge in laid_out.get("edges", [])}


def boxes_in_frames(drawing: Any) -> dict[str, set[str]]:
    """The names of the boxes in each frame, by the id of the frame."""
    laid_out = json.loads(drawing.pipe("json"))
    names = {item["_gvid"]: item["name"] for item in laid_out["objects"]}
    return {item["id"]: {names[node] for node in item.get("nodes", [])}
            for item in laid_out["objects"] if item["name"].startswith("cluster")}


def number(text: str) -> float:
    """The number that a label ends with."""
    found = re.search(r"([^\s×]+)$", text.strip())
    assert found
    return float(found[1].replace("−", "-"))
