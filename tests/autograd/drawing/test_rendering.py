"""A picture comes out of either layout program, a whole file or none; what is wrong is said in one sentence."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import graphviz
import pytest

from autograd import Value, draw, tanh
from autograd.drawing import rendering
from autograd.drawing.rendering import Drawing, LayoutProgramNotFound, layout_programs
from tests.support.pictures import PROGRAMS, Picture, use

ROOT = Path(__file__).parents[3]
BEGINNINGS = {"svg": b"<?xml", "png": b"\x89PNG\r\n", "jpeg": b"\xff\xd8\xff", "jpg": b"\xff\xd8\xff",
              "dot": b"digraph computation {", "json": b"{"}


@pytest.fixture
def drawing() -> Drawing:
    return draw(tanh(Value(2.0, "x") * Value(-3.0, "w")))


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    use(request.param, monkeypatch)
    return request.param


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[str]]:
    """A function that makes scripts the only layout programs."""
    def scripts(*texts: str) -> list[str]:
        paths: list[str] = []
        for place, text in enumerate(texts):
            path = tmp_path / f"program{place}"
            path.write_text(text)
            path.chmod(0o755)
            paths.append(str(path))
        monkeypatch.setattr(rendering, "layout_programs", lambda: paths)
        return paths

    return scripts


# ---- The programs --------------------------------------------------------------------------------------------------


def test_graphviz_comes_first_and_the_embedded_program_is_found_without_any_path(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dot = tmp_path / "dot"
    dot.write_text("#!/bin/sh\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    programs = layout_programs()
    assert programs[0] == str(dot)
    assert "graphviz-pure" in programs[1]
    dot.unlink()
    assert layout_programs() == programs[1:]


def test_the_embedded_program_is_looked_for_on_the_path_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rendering.sysconfig, "get_path", lambda *_: str(tmp_path / "nowhere"))
    assert layout_programs() == []
    embedded = tmp_path / "graphviz-pure"
    embedded.write_text("#!/bin/sh\n")
    embedded.chmod(0o755)
    assert layout_programs() == [str(embedded)]


def test_an_environment_that_is_not_activated_draws(tmp_path: Path) -> None:
    """With nothing at all on the PATH, as pipx and uv start programs."""
    program = "from autograd import *; print(draw(tanh(Value(0.5))).render('picture.svg'))"
    result = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True,
                            env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)})
    assert (result.stdout, result.stderr) == ("picture.svg\n", "")
    assert set(Picture((tmp_path / "picture.svg").read_text(encoding="utf-8")).nodes) == {"n0", "n1"}


def test_without_any_program_one_sentence_says_what_to_install(
        drawing: Drawing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rendering, "layout_programs", list)
    with pytest.raises(LayoutProgramNotFound, match="pip install graphviz-pure") as caught:
        drawing.render(tmp_path / "picture.svg")
    assert isinstance(caught.value, graphviz.ExecutableNotFound)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", ["#!/bin/sh\necho 'no layout engine, run dot -c' >&2\nexit 1\n", "#!/bin/sh\n",
                                    "#!/no/such/interpreter\n", "\x00\x01\x02"])
def test_a_graphviz_that_does_not_work_is_passed_over(
        broken: str, drawing: Drawing, only: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    good = layout_programs()[-1:]
    bad = only(broken)
    monkeypatch.setattr(rendering, "layout_programs", lambda: bad + good)
    assert len(Picture(drawing.svg()).nodes) == 4
    monkeypatch.setattr(rendering, "layout_programs", lambda: bad)
    with pytest.raises(RuntimeError, match="the picture could not be laid out: "):
        drawing.svg()


def test_a_layout_that_takes_too_long_is_ended(
        drawing: Drawing, only: Callable[..., list[str]], tmp_path: Path) -> None:
    only(f"#!{sys.executable}\nimport os, time\nopen('{tmp_path}/pid', 'w').write(str(os.getpid()))\ntime.sleep(60)\n")
    assert drawing.timeout == 20.0
    drawing.timeout = 2.0
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"more than 2 s and was ended: collapse .* lower max_nodes"):
        drawing.render(tmp_path / "picture.svg")
    assert time.monotonic() - start < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert not (tmp_path / "picture.svg").exists()


def test_other_users_of_graphviz_are_untouched(drawing: Drawing, monkeypatch: pytest.MonkeyPatch,
                                               tmp_path: Path) -> None:
    drawing.svg()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(graphviz.ExecutableNotFound, match="failed to execute"):
        graphviz.Digraph("other").pipe("svg")
    assert drawing.svg()


# ---- Formats -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", BEGINNINGS)
def test_formats_of_both_programs(format: str, drawing: Drawing, program: str) -> None:
    picture = drawing.pipe(format)
    assert picture.startswith(BEGINNINGS[format])
    assert drawing.pipe(format) == picture
    if format == "json":
        assert json.loads(picture)["name"] == "computation"
    if format in ("svg", "dot", "json"):
        assert drawing.pipe(format, encoding="utf-8") == picture.decode()


@pytest.mark.parametrize("format", ["pdf", "ps"])
def test_other_formats_need_graphviz(format: str, drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    use("embedded", monkeypatch)
    with pytest.raises(ValueError, match=f"^no layout program here writes {format}: there are svg, png, jpeg, dot and "
                                         "json; for pdf, ps and more install Graphviz from "):
        drawing.pipe(format)


@pytest.mark.parametrize(("format", "beginning"), [("pdf", b"%PDF"), ("ps", b"%!PS")])
def test_graphviz_writes_more(format: str, beginning: bytes, drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    use("system", monkeypatch)
    assert drawing.pipe(format).startswith(beginning)


def test_a_format_that_nobody_knows_is_refused(drawing: Drawing, tmp_path: Path, program: str) -> None:
    with pytest.raises(ValueError, match="no layout program here writes nonsense"):
        drawing.pipe("nonsense")
    for name in ("picture.xyz", "picture"):
        with pytest.raises(ValueError, match=r"there is no format '(xyz)?': end the name of the picture in \.svg"):
            drawing.render(outfile=tmp_path / name)
    with pytest.raises(graphviz.RequiredArgumentError):
        drawing.pipe("svg", formatter="cairo")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_pixels_is_sharp_but_has_a_limit(drawing: Drawing, program: str) -> None:
    size = lambda picture: tuple(int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))
    wide, high = size(drawing.pipe("png"))
    drawing.graph_attr["dpi"] = "72"
    assert size(drawing.pipe("png"))[0] == pytest.approx(wide / 2, abs=3)
    x = Value(0.5)
    for _ in range(200):
        x = tanh(x)
    long = size(draw(x, fold=False).pipe("png"))
    assert 7000 < long[0] <= 8000
    assert high > 20


def test_engines_and_options_of_graphviz_work(drawing: Drawing, program: str) -> None:
    assert drawing.pipe("svg", engine="neato") != drawing.pipe("svg")
    assert drawing.pipe("svg", neato_no_op=1)
    drawing.engine = "circo"
    assert Picture(drawing.svg()).nodes.keys() == {"n0", "n1", "n2", "n3"}
    with pytest.raises(RuntimeError, match=r"could not be laid out: .*nowhere"):
        drawing.pipe("svg", engine="nowhere")


def test_a_renderer_of_graphviz_can_be_asked_for(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    use("system", monkeypatch)
    assert ElementTree.fromstring(drawing.pipe("svg", renderer="cairo")).tag.endswith("svg")


# ---- Files ---------------------------------------------------------------------------------------------------------


def test_a_name_that_ends_as_pictures_do_is_the_picture(drawing: Drawing, tmp_path: Path) -> None:
    path = drawing.render(tmp_path / "new folder" / "picture.svg")
    assert path == str(tmp_path / "new folder" / "picture.svg")
    assert os.listdir(tmp_path / "new folder") == ["picture.svg"]
    assert Path(path).read_text(encoding="utf-8") == drawing.svg()
    assert drawing.render("second.PNG", directory=tmp_path) == str(tmp_path / "second.PNG")
    assert (tmp_path / "second.PNG").read_bytes() == drawing.pipe("png")


def test_otherwise_files_are_named_as_graphviz_names_them(drawing: Drawing, tmp_path: Path) -> None:
    assert drawing.render(directory=tmp_path) == str(tmp_path / "computation.gv.svg")
    assert (tmp_path / "computation.gv").read_text(encoding="utf-8") == drawing.source
    assert drawing.render(tmp_path / "a", format="png") == str(tmp_path / "a.png")
    assert drawing.render(tmp_path / "b", cleanup=True) == str(tmp_path / "b.svg")
    assert drawing.render(outfile="c.svg", directory=tmp_path) == str(tmp_path / "c.svg")
    assert drawing.render(tmp_path / "d.txt", outfile=tmp_path / "d.svg") == str(tmp_path / "d.svg")
    assert sorted(os.listdir(tmp_path)) == ["a", "a.png", "b.svg", "c.gv", "c.svg", "computation.gv",
                                            "computation.gv.svg", "d.svg", "d.txt"]
    with pytest.raises(graphviz.FileExistsError, match="there is a file"):
        drawing.render(outfile=tmp_path / "c.svg", raise_if_result_exists=True)
    with pytest.raises(ValueError, match="the picture and its source would both be"):
        drawing.render(tmp_path / "e.dot", outfile=tmp_path / "e.dot")


def test_a_file_keeps_what_it_had_if_the_new_picture_fails(
        drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "picture.svg"
    path.write_text("before")

    def refuse(*_: object) -> None:
        raise OSError(28, "the disk is full")

    monkeypatch.setattr(rendering.os, "replace", refuse)
    with pytest.raises(OSError, match="the disk is full"):
        drawing.render(path)
    assert os.listdir(tmp_path) == ["picture.svg"]
    assert path.read_text() == "before"


def test_the_source_is_saved_whole(drawing: Drawing, tmp_path: Path) -> None:
    assert drawing.save("source.gv", tmp_path) == str(tmp_path / "source.gv")
    assert (tmp_path / "source.gv").read_text(encoding="utf-8") == drawing.source
    (tmp_path / "source.gv").write_text("other")
    drawing.save(skip_existing=True)
    assert (tmp_path / "source.gv").read_text() == "other"


def test_view_opens_the_picture(drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(graphviz, "view", lambda path, quiet: opened.append(path))
    assert [drawing.view(tmp_path / "picture.svg")] == opened
    assert Path(opened[0]).exists()


def test_a_copy_is_independent(drawing: Drawing) -> None:
    drawing.timeout = 3.0
    twin = drawing.copy()
    assert (type(twin), twin.timeout, twin.source) == (Drawing, 3.0, drawing.source)
    twin.node("extra")
    assert twin.source != drawing.source


# ---- In notebooks, in browsers, in threads ---------------------------------------------------------------------------


def test_notebooks_get_an_svg(drawing: Drawing) -> None:
    assert drawing._repr_mimebundle_() == {"image/svg+xml": drawing.svg()}
    assert drawing._repr_svg_() == drawing.svg()


def test_an_svg_is_harmless_and_refers_to_nothing(drawing: Drawing, program: str) -> None:
    svg = drawing.svg()
    Picture(svg).assert_harmless()
    for word in ("DOCTYPE", "<!--", "<a ", "href=", "script"):
        assert word not in svg
    assert svg.count("http") == 2  # the two names of the languages that it is written in


def test_drawings_are_made_at_the_same_time(drawing: Drawing, tmp_path: Path) -> None:
    expected = drawing.svg()
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(Path(drawing.render(tmp_path / "same.svg")).read_text(
        encoding="utf-8"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 6
    assert os.listdir(tmp_path) == ["same.svg"]


def test_the_layout_programs_that_the_tests_want_are_here() -> None:
    assert shutil.which("graphviz-pure", path=rendering.sysconfig.get_path("scripts"))
