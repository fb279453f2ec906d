"""The house keeps to its map: imports run one way, the engine knows little, and no file is too long to be read."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograd
from tests.support import rooms

# Which room imports from which. Whoever draws a new arrow says so here.
MAP = {
    "errors": set(),
    "table": {"errors"},
    "operations": {"table"},
    "recording": {"errors", "graph", "table", "value", "writing"},
    "graph": {"errors", "recording", "table"},
    "value": {"graph", "recording", "table"},
    "calculus": {"errors", "graph", "operations", "recording", "table", "value"},
    "compiling": {"calculus", "errors", "graph", "recording", "table", "value"},
    "writing": {"calculus", "errors", "operations", "recording", "table", "value"},
    "drawing": {"calculus", "errors", "graph", "recording", "table", "value", "writing"},
    "explaining": {"calculus", "errors", "graph", "lesson", "recording", "table", "value", "writing"},
    "lesson": {"drawing", "errors", "explaining", "graph", "recording", "table", "value", "writing"},
    "shell": {"calculus", "drawing", "errors", "explaining", "lesson", "value", "writing"},
    "nn": {"autograd", "nn.pictures"},
    "nn.interchange": {"autograd", "nn"},
    "nn.pictures": {"autograd", "nn"},
    "nn.scikit": {"autograd", "nn"},
}
ENGINE = ("operations", "value", "graph")  # to be read in this order
LONGEST, SHORTEST = 300, 25
SHORT = {  # and why. What opens a room says what happens there and where to begin: the shorter, the better.
    "autograd/__main__.py": "it only calls the command line, for `python -m autograd`",
    "nn/interchange/__init__.py": "it is empty: what the room offers, nn/__init__.py does",
    "nn/scikit/__init__.py": "likewise",
    "autograd/writing/text.py": "terminals, errors and pictures measure and shorten text by the same two functions",
}
FILES = {str(path.relative_to(rooms.ROOT)): path for path in rooms.modules().values()}


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def arrows(map_: dict[str, set[str]]) -> set[str]:
    return {f"{start} -> {end}" for start, ends in map_.items() for end in ends}


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert rooms.circles(rooms.graph_of_modules()) == []


def test_the_rooms_are_those_of_the_map() -> None:
    assert set(rooms.arrows()) == set(MAP)


def test_no_room_imports_from_one_that_the_map_does_not_lead_to() -> None:
    assert arrows(rooms.arrows()) - arrows(MAP) == set()


def test_the_map_has_no_arrow_that_no_import_draws() -> None:
    assert arrows(MAP) - arrows(rooms.arrows()) == set()


@pytest.mark.parametrize("name", ENGINE)
def test_a_file_of_the_engine_imports_at_most_five_modules(name: str) -> None:
    assert len({item.imported for item in rooms.imports() if item.importer == f"autograd.{name}"}) <= 5


def test_the_engine_has_at_most_420_lines() -> None:
    assert sum(lines_of(rooms.modules()[f"autograd.{name}"]) for name in ENGINE) <= 420


def test_the_fast_functions_have_under_200_lines() -> None:
    assert lines_of(rooms.modules()["autograd.recording.fast"]) < 200


def test_nobody_but_the_package_itself_imports_the_fast_functions() -> None:
    assert {item.importer for item in rooms.imports() if item.imported == "autograd.recording.fast"} == {"autograd"}


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_file_is_neither_too_long_to_be_read_nor_too_short_to_be_one(file: str) -> None:
    lines = lines_of(FILES[file])
    assert lines <= LONGEST
    assert lines >= SHORTEST or file in SHORT or FILES[file].name == "__init__.py"


def test_reasons_are_given_only_for_files_that_are_short() -> None:
    assert [file for file in SHORT if lines_of(FILES[file]) >= SHORTEST] == []


@pytest.mark.parametrize("room", sorted({path.parent for path in FILES.values()}))
def test_a_room_opens_with_what_happens_there(room: Path) -> None:
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert docstring


def outside(imported: str, names: tuple[str, ...]) -> Iterator[str]:
    """Of what is imported from `autograd`, that which it does not export."""
    if imported != "autograd":
        yield imported
    yield from (name for name in names if imported == "autograd" and name not in autograd.__all__)


def test_nn_imports_nothing_but_what_autograd_exports() -> None:
    assert [f"{item.importer}, line {item.line}: {name}" for item in rooms.imports()
            if item.importer.split(".")[0] == "nn" and item.imported.split(".")[0] == "autograd"
            for name in outside(item.imported, item.names)] == []


def test_no_test_file_imports_from_another() -> None:
    files = [path for path in (rooms.ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts]
    assert len(files) > 60
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            taken = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert not taken.startswith("tests.") or taken.startswith(("tests.support", "tests.benchmarks")), path


class TestWhatIsRead:
    """How import statements are read, on a small house of its own."""

    @pytest.fixture
    def house(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        texts = {
            "autograd/__init__.py": "from autograd.value import Value\nfrom autograd.table.row import operations\n"
                                    "if x:\n    import_module('autograd.operations').install()\n",
            "autograd/__main__.py": "import autograd.shell.main\n",
            "autograd/operations.py": "",
            "autograd/value.py": "import math\nif TYPE_CHECKING:\n    from autograd.table import row\n",
            "autograd/table/__init__.py": "",
            "autograd/table/row.py": "def f():\n    from ..value import Value, constant\n",
            "autograd/shell/__init__.py": "",
            "autograd/shell/main.py": "from . import __doc__\n",
            "nn/__init__.py": "from autograd import Value, operations\nfrom nn import layers\n",
            "nn/layers.py": "import autograd as a, os\n",
            "nn/pictures/__init__.py": "",
            "nn/pictures/plots.py": "from nn.layers import Layer\n",
        }
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        cached = (rooms.modules, rooms.imports, rooms._handed_on)
        monkeypatch.setattr(rooms, "ROOT", tmp_path)
        for function in cached:
            function.cache_clear()
        yield
        for function in cached:
            function.cache_clear()

    @pytest.mark.usefixtures("house")
    def test_every_import_is_found_wherever_it_stands(self) -> None:
        assert {(item.importer, item.imported, item.names) for item in rooms.imports()} == {
            ("autograd", "autograd.value", ("Value",)), ("autograd", "autograd.table.row", ("operations",)),
            ("autograd", "autograd.operations", ()),
            ("autograd.__main__", "autograd.shell.main", ()), ("autograd.value", "autograd.table.row", ()),
            ("autograd.table.row", "autograd.value", ("Value",)),
            ("autograd.table.row", "autograd.value", ("constant",)),
            ("autograd.shell.main", "autograd.shell", ("__doc__",)),
            ("nn", "autograd", ("Value",)), ("nn", "autograd", ("operations",)), ("nn", "nn.layers", ()),
            ("nn.layers", "autograd", ()), ("nn.pictures.plots", "nn.layers", ("Layer",))}

    @pytest.mark.usefixtures("house")
    def test_arrows_lead_from_room_to_room(self) -> None:
        assert rooms.arrows() == {"operations": set(), "shell": set(), "table": {"value"}, "value": {"table"},
                                  "nn": {"autograd"}, "nn.pictures": {"nn"}}

    @pytest.mark.usefixtures("house")
    def test_a_circle_is_found_with_all_who_are_in_it(self) -> None:
        assert rooms.circles(rooms.graph_of_modules()) == [["autograd.table.row", "autograd.value"]]
        assert rooms.circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"e"}}) == [["b", "c"], ["e"]]
