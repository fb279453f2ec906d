"""The map of the house, drawn from its import statements: which module imports which, and which room knows which.

A room is a folder of `autograd` or `nn`. The three files of the engine and its errors are rooms of their own, and so is
what a package hands on to the world: `autograd` for whoever imports from it.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("autograd", "nn")
FRONT_DOORS = set(PACKAGES)  # these hand on what is in the rooms, so their own arrows tell nothing


@dataclass(frozen=True)
class Import:
    """One module that imports another, and the names that it takes from it: none if it takes the module itself."""

    importer: str
    imported: str
    names: tuple[str, ...]
    line: int


@cache
def modules() -> dict[str, Path]:
    """All modules of the packages with their files; a package goes by the name of its folder."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


@cache
def imports() -> tuple[Import, ...]:
    """Every import of one module of the packages by another: those inside functions, those that only type checkers
    see and calls of `import_module` are imports like any other.
    """
    return tuple(found for module, path in modules().items() for found in _imports(module, path))


def arrows() -> dict[str, set[str]]:
    """For each room those that it imports from. A room that imports from no other has an empty set."""
    found: dict[str, set[str]] = {room(module): set() for module in modules() if module not in FRONT_DOORS}
    for item in imports():
        start, end = room(item.importer), room(item.imported)
        if item.importer not in FRONT_DOORS and start != end:
            found[start].add(end)
    return found


def room(module: str) -> str:
    """`table` for `autograd.table.row`, `value` for `autograd.value`, `nn` for `nn.layers`."""
    package, *rest = module.split(".")
    folder = modules()[module].parent.relative_to(ROOT / package).parts
    if package == "autograd":
        return "shell" if rest == ["__main__"] else rest[0] if rest else package
    return ".".join((package, *folder))


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The sets of names that lead to each other along the arrows: there are none in a house that is built upwards."""
    reached = {start: _reached(graph, start) for start in graph}
    groups = {frozenset(end for end in reached[start] if start in reached.get(end, ())) for start in graph
              if start in reached[start]}
    return sorted(sorted(group) for group in groups)


def graph_of_modules() -> dict[str, set[str]]:
    return {module: {item.imported for item in imports() if item.importer == module} for module in modules()}


def _imports(module: str, path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in modules():
                    yield Import(module, alias.name, (), node.lineno)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, path, node)
            for alias in node.names:
                if f"{source}.{alias.name}" in modules() and alias.name not in _handed_on(source):
                    yield Import(module, f"{source}.{alias.name}", (), node.lineno)
                elif source in modules():
                    yield Import(module, source, (alias.name,), node.lineno)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            name = ast.literal_eval(node.args[0])
            if name in modules():
                yield Import(module, name, (), node.lineno)


@cache
def _handed_on(package: str) -> frozenset[str]:
    """The names that a package takes from modules for others to find: they go before its modules of the same names."""
    taken = [node for node in ast.walk(ast.parse(modules()[package].read_text(encoding="utf-8")))
             if isinstance(node, ast.ImportFrom) and node.module != package]
    return frozenset(alias.name for node in taken for alias in node.names)


def _absolute(module: str, path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*package[:len(package) - node.level + 1], *([node.module] if node.module else [])])


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    unvisited = [start]
    while unvisited:
        for end in graph.get(unvisited.pop(), set()) - reached:
            reached.add(end)
            unvisited.append(end)
    return reached
