"""The map of the house, drawn from the imports in the source: `python docs/hooks/house.py` writes docs/house.svg.

A box is a room, or one of the three files that make up the engine. An arrow leads from what imports to what it imports;
dashed, if that happens only when it is needed. Arrows that follow from others are left out, and the errors, which
everybody imports.
"""

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from autograd import Drawing

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "house.svg"
PACKAGES = ("autograd", "nn")
ENGINE = ("operations", "value", "graph")  # which a reader opens first, in this order
FONT = "Helvetica,Arial,sans-serif"
Arrows = dict[tuple[str, str], bool]  # from one room to another; whether it is imported at once


def main(path: str | Path = PICTURE) -> int:
    os.environ["PATH"] = ""  # so that the layout is always made by graphviz-pure, and the same everywhere
    print(picture().render(path))
    return 0


def rooms() -> dict[str, str]:
    """What the rooms are for, by name, in one sentence: the first of the folder's or the file's docstring."""
    found = {f"autograd/{name}": opening(ROOT / "autograd" / f"{name}.py") for name in ENGINE}
    for package in PACKAGES:
        for start in sorted((ROOT / package).glob("**/__init__.py")):
            found[start.parent.relative_to(ROOT).as_posix()] = opening(start)
    return found


def files(room: str) -> list[tuple[str, str]]:
    """The files of a room in alphabetical order, each with what it says of itself first."""
    there = [path for path in sorted((ROOT / room).iterdir()) if path.is_file() and path.name != "__init__.py"]
    return [(path.name, opening(path)) for path in there if path.suffix in (".py", ".js", ".css", ".html")]


@cache
def opening(path: Path) -> str:
    """The first sentence of a Python file's docstring, or the first line of the opening comment of another file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        paragraph = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0].replace("\n", " ")
        return re.split(r"(?<=\.)\s", paragraph)[0]
    comments = [line.strip(" /*<>!-") for line in text.splitlines()[:3] if line.strip().startswith(("/*", "<!--"))]
    return comments[0] if comments and not comments[0].startswith("doctype") else ""


def arrows() -> Arrows:
    """All arrows between rooms."""
    found: Arrows = {}
    for package in PACKAGES:
        for path in [ROOT / package / "__init__.py", *sorted((ROOT / package).rglob("[!_]*.py"))]:
            for module, at_once in _imports(path):
                ends = _room(path.relative_to(ROOT).with_suffix("").parts), _room(tuple(module.split(".")))
                if ends[0] != ends[1] and ends[1]:
                    found[ends] = at_once or found.get(ends, False)  # pyright: ignore[reportArgumentType]
    return found


def needed(found: Arrows) -> Arrows:
    """The arrows without those that follow from others: that lead where a longer way leads as well."""
    kept = dict(found)
    for arrow in sorted(found, key=lambda arrow: (found[arrow], arrow)):
        others = [other for other in kept if other != arrow and (kept[other] or not found[arrow])]
        if arrow[1] in _reached(arrow[0], others):
            del kept[arrow]
    return kept


def picture() -> Drawing:
    """The map, from what imports most, at the top, to what imports nothing."""
    attributes = {"rankdir": "TB", "nodesep": "0.25", "ranksep": "0.4", "bgcolor": "white", "pad": "0.2"}
    drawing = Drawing("house", format="svg", graph_attr=attributes,
                      node_attr={"shape": "box", "style": "rounded,filled", "fontname": FONT, "fontsize": "14",
                                 "color": "#5b6570", "fillcolor": "#f4f6f8", "margin": "0.3,0.08"},
                      edge_attr={"color": "#5b6570", "arrowsize": "0.7"})
    found = {arrow: at_once for arrow, at_once in arrows().items() if "autograd/errors" not in arrow}
    for name in rooms():
        if any(name in arrow for arrow in found):
            engine = name.removeprefix("autograd/") in ENGINE
            file = ".py" if engine else "/__init__.py" if name == "autograd" else ""
            drawing.node(name, name + file, **({"fillcolor": "#ffefd0", "color": "#a86500"} if engine else {}))
    for (start, end), at_once in sorted(needed(found).items()):
        drawing.edge(start, end, style="solid" if at_once else "dashed")
    return drawing


def _room(parts: tuple[str, ...]) -> str | None:
    """The room that a module is in, which for the engine and the errors is the file itself."""
    if parts[0] not in PACKAGES:
        return None
    if len(parts) == 2 and parts[0] == "autograd" and parts[1] in (*ENGINE, "errors"):
        return "/".join(parts)
    folders = [part for place, part in enumerate(parts) if (ROOT / Path(*parts[: place + 1])).is_dir()]
    return "/".join(folders)


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports, and whether at once; what only type checkers read is left out."""
    def search(statements: Iterable[ast.AST], at_once: bool) -> Iterator[tuple[str, bool]]:
        for node in statements:
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield from search(node.orelse, at_once)
            elif isinstance(node, ast.Import):
                yield from ((name.name, at_once) for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module, at_once
            else:
                inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from search(ast.iter_child_nodes(node), at_once and not inside)

    return search(ast.parse(path.read_text(encoding="utf-8")).body, True)


def _reached(start: str, arrows: list[tuple[str, str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        new = {end for begin, end in arrows if begin == here} - reached
        reached |= new
        waiting += new
    return reached


if __name__ == "__main__":
    sys.exit(main())
