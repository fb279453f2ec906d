"""The command line: what it prints, what it writes, what it ends with."""

import io
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import webbrowser
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograd import operation, read
from autograd.shell import commands
from autograd.shell import main as cli
from autograd.shell.commands import COMMANDS
from autograd.writing.vocabulary import functions

ROOT = Path(__file__).parents[3]
NEURON = ["tanh(w*x + b)", "w=-3", "x=2", "b=6.88"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line: the exit code, and what it printed to the standard output and to that of errors."""

    def run(*arguments, terminal=False):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
        try:
            code = cli.main(arguments)
        except SystemExit as end:
            code = end.code
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def lying():
    """An operation in the table whose derivative is wrong."""
    row = operation("lying", lambda x: x * x, (lambda y, x: 3 * x,))
    return row.name


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def python(*arguments, **options):
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | options
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, encoding="utf-8")


# ---- draw ----------------------------------------------------------------------------------------------------------


def test_a_picture_is_saved_in_the_format_of_its_suffix(run, folder):
    assert run("draw", *NEURON, "-o", "neuron.svg") == (0, "saved as neuron.svg\n", "")
    assert {"w", "x", "b", "0.7064", "−6.0"} <= set(texts((folder / "neuron.svg").read_text("utf-8")))
    assert run("draw", *NEURON, "--output", "neuron.PNG")[0] == 0
    assert (folder / "neuron.PNG").read_bytes().startswith(b"\x89PNG")
    assert run("draw", *NEURON, "-o", "neuron.dot")[0] == 0
    assert "digraph" in (folder / "neuron.dot").read_text("utf-8")
    assert sorted(path.name for path in folder.iterdir()) == ["neuron.PNG", "neuron.dot", "neuron.svg"]


def test_without_a_terminal_or_a_file_the_picture_is_printed(run, folder):
    code, svg, notes = run("draw", "x*y", "x=2", "y=3")
    assert (code, notes) == (0, "")
    assert {"x", "y", "6.0"} <= set(texts(svg))
    assert list(folder.iterdir()) == []


def test_on_a_terminal_the_picture_is_saved_under_a_free_name(run, folder):
    for name in ("drawing.svg", "drawing-2.svg", "drawing-3.svg"):
        assert run("draw", "x*y", "x=2", "y=3", terminal=True) == (0, f"saved as {name}\n", "")
        assert texts((folder / name).read_text("utf-8"))


def test_a_file_is_replaced_only_by_force(run, folder):
    path = folder / "picture.svg"
    path.write_text("mine")
    code, out, error = run("draw", *NEURON, "-o", "picture.svg")
    assert (code, out) == (2, "")
    assert error == ("glassgrad draw: error: picture.svg already exists: choose another name, "
                     "or use --force to replace it\n")
    assert path.read_text() == "mine"
    assert run("draw", *NEURON, "-o", "picture.svg", "--force")[0] == 0
    assert texts(path.read_text("utf-8"))


def test_nothing_is_written_when_something_is_wrong(run, folder):
    (folder / "picture.svg").write_text("mine")
    for formula in ("tahn(x)", "log(-x)", "sqrt(x - 2)"):
        assert run("draw", formula, "x=2", "-o", "picture.svg", "--force")[0] in (1, 2)
        assert run("draw", formula, "x=2", "-o", "other.svg")[0] in (1, 2)
    assert run("draw", "x", "x=2", "-o", "other.nonsense")[0] == 1
    assert [path.name for path in folder.iterdir()] == ["picture.svg"]
    assert (folder / "picture.svg").read_text() == "mine"


def test_a_file_that_cannot_be_written_is_told_in_one_line_and_leaves_nothing(run, folder, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert run("draw", "x", "x=2", "-o", "a.svg") == (
        1, "", "glassgrad draw: error: a.svg cannot be written: No space left on device\n")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("output", "message"), [
    ("picture", "picture needs a suffix that says the format, such as .svg"),
    ("nowhere/a.svg", "there is no folder nowhere"),
    ("folder.svg", "folder.svg is not a file"),
])
def test_an_output_that_cannot_be_is_a_mistake(run, folder, output, message):
    (folder / "folder.svg").mkdir()
    assert run("draw", *NEURON, "-o", output, "--force") == (2, "", f"glassgrad draw: error: {message}\n")


def test_gradients_are_shown_unless_they_are_not_wanted(run):
    assert "grad 0.501" in texts(run("draw", *NEURON)[1])
    assert "grad" not in run("draw", *NEURON, "--no-gradients")[1]


def test_where_there_is_no_gradient_the_value_can_still_be_drawn(run):
    code, _, error = run("draw", "sqrt(x)", "x=0")
    assert code == 1
    assert error.startswith("glassgrad draw: error: sqrt(x) has no finite derivative with respect to x; here x = 0.0")
    assert error.endswith("; --no-gradients leaves the gradients out\n")
    assert run("draw", "sqrt(x)", "x=0", "--no-gradients")[0] == 0


def test_direction_expansion_and_highlighting(run):
    def size(svg):
        box = ElementTree.fromstring(svg).get("viewBox").split()
        return float(box[2]) > float(box[3])

    assert size(run("draw", "exp(sin(x))", "x=2")[1])
    assert not size(run("draw", "exp(sin(x))", "x=2", "--direction", "TB")[1])
    assert any("exp" in text for text in texts(run("draw", "tanh(x)", "x=2", "--expand")[1]))
    plain, code = run("draw", "x*y", "x=2", "y=3")[1], run("draw", "x*y", "x=2", "y=3", "--highlight", "y")
    assert code[0] == 0
    assert code[1] != plain
    assert run("draw", "x*y", "x=2", "y=3", "--highlight", "z") == (
        2, "", "glassgrad draw: error: --highlight z: the formula has no such variable\n")


def test_what_stays_closed_is_noted(run):
    code, svg, notes = run("draw", "tanh(x)", "x=400", "--expand")
    assert code == 0
    assert "tanh" in svg
    assert notes.startswith("note: tanh(x) stays closed")


@pytest.mark.parametrize("options", [(), ("--expand",), ("--no-gradients",)])
def test_a_formula_of_numbers_alone_is_one_constant(run, options):
    code, picture, error = run("draw", "1 + 2*3", *options)
    assert (code, texts(picture), error) == (0, ["7.0"], "")
    assert 'class="node constant"' in picture


def test_the_picture_is_opened(run, folder, monkeypatch):
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda address: shown.append(address) or True)
    assert run("draw", "x", "x=2", "--open") == (0, "saved as drawing.svg\n", "")
    assert shown == [(folder / "drawing.svg").as_uri()]
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    assert run("draw", "x", "x=2", "--open", "-o", "x.svg") == (
        0, "saved as x.svg\n", "note: no program was found to show it\n")


# ---- explain -------------------------------------------------------------------------------------------------------


def test_the_steps_are_printed(run, folder):
    for terminal in (False, True):
        code, out, error = run("explain", *NEURON, terminal=terminal)
        assert (code, error) == (0, "")
        assert re.search(r"∂L/∂w +≈ 1\.002", out.split("The derivatives")[1])
    assert list(folder.iterdir()) == []


def test_the_suffix_of_the_file_or_an_option_says_the_format(run, folder):
    saved = {}
    for suffix in ("txt", "md", "tex", "json", "HTML"):
        assert run("explain", "x*y", "x=2", "y=3", "-o", f"steps.{suffix}") == (0, f"saved as steps.{suffix}\n", "")
        saved[suffix] = (folder / f"steps.{suffix}").read_text("utf-8")
    assert "∂L/∂x" in saved["txt"]
    assert saved["md"].startswith("# ")
    assert r"\begin{document}" in saved["tex"]
    assert json.loads(saved["json"])["schema"] == "glassgrad-explanation"
    assert "<!doctype html>" in saved["HTML"].lower()
    assert "<title>x*y</title>" in saved["HTML"]
    for form, suffix in [("text", "txt"), ("markdown", "md"), ("latex", "tex"), ("json", "json"), ("html", "HTML")]:
        assert run("explain", "x*y", "x=2", "y=3", "--format", form) == (0, saved[suffix], "")
        assert run("explain", "x*y", "x=2", "y=3", "--format", form, "-o", form)[0] == 0
        assert (folder / form).read_text("utf-8") == saved[suffix]


def test_a_page_is_not_printed_on_a_terminal(run, folder):
    assert run("explain", "x", "x=2", "--format", "html", terminal=True) == (0, "saved as lesson.html\n", "")
    assert (folder / "lesson.html").stat().st_size > 10_000


def test_what_is_opened_is_a_page_unless_another_format_is_asked_for(run, folder, monkeypatch):
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda address: shown.append(address) or True)
    assert run("explain", "x", "x=2", "--open") == (0, "saved as lesson.html\n", "")
    assert run("explain", "x", "x=2", "--open", "--format", "text") == (0, "saved as lesson.txt\n", "")
    assert shown == [(folder / name).as_uri() for name in ("lesson.html", "lesson.txt")]


def test_colours_are_for_terminals_and_not_for_files(run, folder, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\033[" in run("explain", "x*x", "x=2", terminal=True)[1]
    assert run("explain", "x*x", "x=2", "-o", "steps.txt", terminal=True)[0] == 0
    assert "\033[" not in (folder / "steps.txt").read_text("utf-8")


def test_the_explanation_can_be_about_some_variables_opened_with_an_update_and_in_chinese(run):
    one = run("explain", *NEURON, "--wrt", "w")[1]
    assert "∂L/∂w" in one
    assert "∂L/∂b" not in one
    two = run("explain", *NEURON, "--wrt", "w", "--wrt", "b")[1]
    assert "∂L/∂b" in two
    assert "∂L/∂x" not in two
    assert "exp(v3)" in run("explain", *NEURON, "--expand")[1]
    assert re.search(r"x′ .* = 2\.4$", run("explain", "x*x", "x=3", "--lr", "0.1")[1], re.MULTILINE)
    assert "导数" in run("explain", "x*x", "x=3", "--lang", "zh")[1]


@pytest.mark.parametrize(("options", "message"), [
    (["--wrt", "z"], "--wrt z: the formula has no such variable"),
    (["--lr", "0"], "--lr 0.0: a learning rate is a positive number"),
    (["--lr", "-1"], "--lr -1.0: a learning rate is a positive number"),
    (["--lr", "inf"], "--lr inf: a learning rate is a positive number"),
    (["-o", "a.pdf"], "a.pdf names no format: end it in .txt, .md, .tex, .json, .html, or give --format"),
    (["-o", "a"], "a names no format: end it in .txt, .md, .tex, .json, .html, or give --format"),
])
def test_options_of_an_explanation_that_do_not_fit(run, options, message):
    assert run("explain", "x*x", "x=3", *options) == (2, "", f"glassgrad explain: error: {message}\n")


LESSON = """
title = {en = "A neuron", zh = "一个神经元"}
introduction = "Hello"
[notes]
3 = "Look!"
w = "The weight"
[[questions]]
question = "What?"
answer = 1
"""


def test_a_teachers_words_come_from_a_file(run, folder):
    (folder / "lesson.toml").write_text(LESSON, encoding="utf-8")
    assert run("explain", *NEURON, "--notes", "lesson.toml", "-o", "a.html", "--lang", "zh")[0] == 0
    page = (folder / "a.html").read_text(encoding="utf-8")
    assert "<title>一个神经元</title>" in page
    content = json.loads(re.search(r'<script type="application/json" id="content">(.*?)</script>', page)[1])
    assert content["introduction"]["en"] == [["p", "Hello"]]
    assert content["notes"]["steps"]["3"]["zh"] == [["p", "Look!"]]
    assert list(content["notes"]["nodes"]) == ["0"]
    assert content["questions"][0]["answer"] == 1.0


@pytest.mark.parametrize(("text", "options", "message"), [
    ("title = 3", [], "lesson.toml: title is a string, or a dict of strings by language, not 'int'"),
    ("titel = 'x'", [], "lesson.toml: there is no 'titel' in a lesson, only title, introduction, notes, questions"),
    ("[notes]\n99 = 'x'", [], "lesson.toml: notes[99]: there is no such step"),
    ("[notes]\nq = 'x'", [], "lesson.toml: notes['q']: nothing in this graph is called that; it has w, x, v1, b, v2"),
    ("title", [], "lesson.toml: Expected '='"),
    ("", ["--format", "text"], "--notes lesson.toml: only a web page has room for notes; add --format html"),
])
def test_notes_that_fit_nothing_are_a_mistake(run, folder, text, options, message):
    (folder / "lesson.toml").write_text(text, encoding="utf-8")
    code, printed, said = run("explain", *NEURON, "--notes", "lesson.toml", *(options or ["-o", "a.html"]))
    assert (code, printed) == (2, "")
    assert message in said
    assert not (folder / "a.html").exists()


def test_a_file_of_notes_that_there_is_not_ends_with_1(run):
    code, _, said = run("explain", *NEURON, "--notes", "none.toml", "-o", "a.html")
    assert code == 1
    assert "none.toml" in said


# ---- lesson --------------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    """The addresses of what was opened."""
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    return addresses


@pytest.mark.parametrize("terminal", [False, True])
def test_a_lesson_is_a_page_named_after_its_formula_and_opened(run, folder, shown, terminal):
    given = ("y = tanh(w·x + b)", "w=-3", "x=2", "b=6.88")
    assert run("lesson", *given, terminal=terminal) == (0, "saved as lesson-y-tanh-w-x-b.html\n", "")
    assert shown == [(folder / "lesson-y-tanh-w-x-b.html").as_uri()]
    assert run("explain", *given, "--format", "html", "-o", "other")[0] == 0
    assert (folder / "lesson-y-tanh-w-x-b.html").read_bytes() == (folder / "other").read_bytes()
    assert "∂y/∂w" in run("explain", *given)[1]


def test_a_lesson_is_not_opened_if_that_is_not_wanted(run, folder, shown):
    assert run("lesson", "x²", "x=3", "--no-open") == (0, "saved as lesson-x2.html\n", "")
    assert run("lesson", "x³", "x=3", "--no-open", "-o", "cube.HTM") == (0, "saved as cube.HTM\n", "")
    assert shown == []
    assert sorted(path.name for path in folder.iterdir()) == ["cube.HTM", "lesson-x2.html"]


def test_no_lesson_takes_the_place_of_another_file(run, folder, shown):
    (folder / "lesson-x-1.html").write_text("mine")
    for formula, number in (("x+1", 2), ("x-1", 3), ("x/1", 4)):
        assert run("lesson", formula, "x=3") == (0, f"saved as lesson-x-1-{number}.html\n", "")
    assert run("lesson", "x+1", "x=3", "-o", "lesson-x-1.html")[0] == 2
    assert (folder / "lesson-x-1.html").read_text() == "mine"
    assert run("lesson", "x+1", "x=3", "-o", "lesson-x-1.html", "--force")[0] == 0


def test_any_formula_gives_a_file_a_name_that_can_be_typed(run, folder, shown):
    for formula in ("|θ|/√x_1", "+".join(["1"] * 100) + "x", "con", "宽·高", "½"):
        names = [f"{name}=2" for name in read(formula).names]
        assert run("lesson", formula, *names, "--no-open")[0] == 0
    names = [path.name for path in folder.iterdir()]
    assert len(names) == 5
    assert all(re.fullmatch(r"lesson(-\w+)+\.html", name) and len(name) < 60 for name in names)


def test_a_lesson_has_the_options_of_an_explanation(run, folder, shown):
    given = ("tanh(w*x)", "w=1", "x=2", "--wrt", "w", "--expand", "--lr", "0.5", "--lang", "zh")
    assert run("lesson", *given, "-o", "a.html")[0] == run("explain", *given, "-o", "b.html")[0] == 0
    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes()
    assert run("lesson", "x", "x=2", "-o", "a.md") == (
        2, "", "glassgrad lesson: error: a.md: a lesson is a web page, whose name ends in .html\n")
    assert run("lesson", "x", "x=2", "--wrt", "z")[0] == run("lesson", "x", "x=2", "--lr", "0")[0] == 2
    assert len([*folder.iterdir()]) == 2


# ---- check ---------------------------------------------------------------------------------------------------------


def test_the_three_ways_are_a_table(run):
    code, out, error = run("check", "x*x/y", "x=3", "y=2")
    assert (code, error) == (0, "")
    head, x, y = out.splitlines()
    assert head.split() == ["argument", "reverse", "forward", "difference", "error"]
    assert x.split()[:4] == ["x", "3", "3", "3"]
    assert y.split()[:4] == ["y", "-2.25", "-2.25", "-2.25"]


def test_gradients_that_disagree_end_with_1(run, lying):
    code, out, error = run("check", f"{lying}(x) + y", "x=2", "y=1")
    assert code == 1
    assert re.fullmatch(r"x +6 +6 +4 +2.0e\+00  disagrees", out.splitlines()[1])
    assert error == "glassgrad check: the derivatives with respect to x disagree by 2\n"


def test_a_formula_of_numbers_alone_has_nothing_to_check(run):
    assert run("check", "1 + 2") == (
        2, "", "glassgrad check: error: without a variable there is no gradient to check\n")


# ---- Both ----------------------------------------------------------------------------------------------------------

EACH_COMMAND = pytest.mark.parametrize("command", COMMANDS)


@EACH_COMMAND
@pytest.mark.parametrize(("arguments", "message"), [
    (["tahn(x)", "x=2"], "there is no function 'tahn'; did you mean 'tan' or 'tanh' or 'atan'?\n  tahn(x)\n  ^"),
    (["1+2xy", "x=2", "y=3"],
     "'x=2': the formula has no variable 'x', only xy; xy is one name: to multiply, write x·y"),
    (["xy + x + y", "x=2", "y=3"], "'xy' is one name, which has no number: to multiply, write x·y\n  xy + x + y\n  ^"),
    (["1/2x", "x=3"], "'/2x' can be read in two ways: write /(2x), or /2·x\n  1/2x\n     ^"),
    (["y = 2x", "x=2", "y=3"], "'y=3': y is what the formula calculates"),
    (["x", "x=abc"], "'x=abc': a finite number is needed, not 'abc'"),
    (["x", "x"], "'x' gives no number: write x=2, and the whole formula in quotes"),
    (["x", "=2"], "'=2' names no variable: write x=2"),
    (["x", "x=2", "x=3"], "'x=3': x has a number already, 2"),
    (["x", "x=inf"], "'x=inf': a finite number is needed, not 'inf'"),
    (["x", "x=2", "y=3"], "'y=3': the formula has no variable 'y', only x"),
    (["\udcff\0"], "'<U+DCFF>' has no meaning in a formula\n  ��\n  ^"),
])
def test_what_is_not_typed_right_is_told_and_ends_with_2(run, command, arguments, message):
    assert run(command, *arguments) == (2, "", f"glassgrad {command}: error: {message}\n")


@EACH_COMMAND
@pytest.mark.parametrize(("arguments", "message", "typed"), [
    (["x*y", "x=2"], "'y' has no number: add y=2, for instance\n  x*y\n    ^", '"x*y" x=2 y=2'),
    (["x"], "'x' has no number: add x=2, for instance\n  x\n  ^", "x x=2"),
    (["x-a b", "b=-1"], "'x', 'a' have no number: add x=2, for instance\n  x-a b\n  ^", '"x-a b" b=-1 x=2 a=2'),
    (["asin(x)"], "'x' has no number: add x=2, for instance\n  asin(x)\n       ^", '"asin(x)" x=0.5'),
    (["√(x-2)"], "'x' has no number: add x=2, for instance\n  √(x-2)\n    ^", '"√(x-2)" x=3'),
    (["asin(x+9)"], "'x' has no number: add x=2, for instance\n  asin(x+9)\n       ^", '"asin(x+9)" x=2'),
])
def test_what_has_no_number_is_told_with_the_command_that_gives_it_one(run, shown, command, arguments, message, typed):
    code, out, error = run(command, *arguments)
    assert (code, out, error) == (2, "", f"glassgrad {command}: error: {message}\ntype: glassgrad {command} {typed}\n")
    assert run(command, *shlex.split(typed))[0] == ("asin(x+9)" in arguments)


def test_a_command_that_is_too_long_to_be_typed_or_cannot_be_is_not_suggested(run):
    for formula in ("x" * 300, "x +\n1"):
        assert "type:" not in run("check", formula)[2]


@pytest.mark.skipif(sys.platform == "win32", reason="there is another shell")
@pytest.mark.parametrize("argument", ["x", "x*y", "√(x+1)", "a b", "it's", '"', "$x", "`x`", "\\", "!", "", "x=2"])
def test_quotes_are_those_that_the_shell_takes_away(argument):
    assert shlex.split(commands.quoted(argument)) == [argument]


@EACH_COMMAND
@pytest.mark.parametrize(("arguments", "message"), [
    (["log(x)", "x=-1"], "log(x) needs x > 0; here x = -1.0"),
    (["1/x", "x=0"], "a / b needs b != 0; here a = 1.0, b = 0.0"),
    (["9**9**9*x", "x=0"], "a^b overflows; here a = 9.0, b = 387420489.0"),
])
def test_what_is_outside_of_the_domain_is_told_by_the_table_and_ends_with_1(run, command, arguments, message):
    code, out, error = run(command, *arguments)
    assert (code, out) == (1, "")
    assert error.startswith(f"glassgrad {command}: error: {message}")
    assert len(error.splitlines()) == 1


@EACH_COMMAND
def test_minus_signs_are_no_options_and_numbers_may_follow_options(run, shown, command):
    assert run(command, "-x*y", "x=-2", "y=-1e-3")[0] == 0
    assert run(command, "-tanh(x)", "x=-pi/2")[0] == 0
    assert run("draw", "--direction", "TB", "-x", "--no-gradients", "x=-2")[0] == 0
    assert run("draw", "x*y", "x=2", "--expand", "y=-3")[0] == 0


@pytest.mark.parametrize("name", ["-x.svg", " .svg", "宽 <b>.svg"])
def test_a_file_may_have_any_name(run, folder, name):
    assert run("draw", "x", "x=2", "-o", name)[0] == 0
    assert [path.name for path in folder.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a\0.svg", "x" * 300 + ".svg", "\ud800.svg"])
def test_a_name_that_no_file_can_have_is_told_in_one_line(run, folder, name):
    code, out, error = run("draw", "x", "x=2", "-o", name)
    assert (code, out, error.count("\n")) == (1, "", 1)
    assert list(folder.iterdir()) == []


@EACH_COMMAND
def test_a_caret_is_noted_once(run, shown, command):
    assert run(command, "x^2 + x^3", "x=2^3")[2] == "note: ^ means power, as ** does\n"
    assert run(command, "x²", "x=2³")[2] == ""


@EACH_COMMAND
def test_help_has_three_examples_that_run_and_names_all_functions(run, command, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda address: True)
    code, text, _ = run(command, "--help")
    assert code == 0
    assert all(re.search(rf"\b{name}\b", text) for name in functions())
    examples = re.findall(rf"^  glassgrad {command} (.*)$", text.split("examples:")[1], re.MULTILINE)
    assert len(examples) == 3
    for example in examples:
        assert run(command, *shlex.split(example.split(" > ")[0]))[0] == 0


def test_the_program_itself_has_a_help_with_examples_that_run_and_a_version(run, shown):
    code, text, _ = run("--help")
    assert code == 0
    examples = re.findall(r"^  glassgrad (.*)$", text.split("examples:")[1], re.MULTILINE)
    assert sorted(shlex.split(example)[0] for example in examples) == sorted(COMMANDS)
    for example in examples:
        assert run(*shlex.split(example))[0] == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert run("--version") == (0, f"glassgrad {project['version']}\n", "")


def test_the_version_of_what_is_not_installed_is_not_known(run, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(cli, "version", missing)
    assert run("--version") == (0, "glassgrad (not installed)\n", "")


@pytest.mark.parametrize(("arguments", "message"), [
    ([], "the following arguments are required: COMMAND"),
    (["darw", "x"], "glassgrad: error: there is no command 'darw'; did you mean 'draw'?\n"),
    (["explian", "x", "x=2"], "glassgrad: error: there is no command 'explian'; did you mean 'explain'?\n"),
    (["Lesson"], "glassgrad: error: there is no command 'Lesson'; did you mean 'lesson'?\n"),
    (["z"], "glassgrad: error: there is no command 'z': there are draw, explain, lesson, check\n"),
    (["2x y", "x=3"],
     "glassgrad: error: there is no command '2x y'; to explain a formula, type: glassgrad explain \"2x y\" x=3\n"),
    (["draw", "x", "--expnad"], "glassgrad draw: error: there is no option '--expnad'; did you mean --expand?\n"),
    (["lesson", "x", "--noopen=1"], "error: there is no option '--noopen'; did you mean --no-open?\n"),
    (["draw"], "the following arguments are required: FORMULA"),
    (["draw", "x", "--colour"], "glassgrad draw: error: there is no option '--colour'\n"),
    (["draw", "x", "--direction", "UP"], "invalid choice: 'UP'"),
])
def test_commands_and_options_that_do_not_exist(run, arguments, message):
    code, out, error = run(*arguments)
    assert (code, out) == (2, "")
    assert message in error


def test_being_interrupted_is_quiet(run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "check_gradients", interrupted)
    assert run("check", "x", "x=2") == (130, "", "")


def test_output_that_nobody_reads_any_longer_is_thrown_away(monkeypatch, folder):
    def unread(*_):
        raise BrokenPipeError

    monkeypatch.setattr(commands, "check_gradients", unread)
    monkeypatch.setattr(sys, "stderr", io.StringIO())  # what has no encoding needs no escapes
    with (folder / "output").open("w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert cli.main(["check", "x", "x=2"]) == 1
        stream.write("the rest")
    assert (folder / "output").read_text() == ""


# ---- As a program ----------------------------------------------------------------------------------------------------


def test_the_module_runs_from_any_folder(folder):
    done = python("-m", "autograd", "draw", *NEURON, "-o", "neuron.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "saved as neuron.svg\n", "")
    assert "0.7064" in texts((folder / "neuron.svg").read_text("utf-8"))


def test_the_module_is_the_same_program_and_names_itself(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["__main__.py", "check", "tahn(x)", "x=2"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("autograd", run_name="__main__")
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("python -m autograd check: error: there is no function 'tahn'")


def test_an_ascii_terminal_gets_escapes_and_not_a_traceback():
    done = python("-m", "autograd", "check", "θ*θ", "θ=3", PYTHONUTF8="1", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "\\u03b8" in done.stdout


@EACH_COMMAND
def test_a_reader_that_has_seen_enough_is_no_error(command):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([sys.executable, "-m", "autograd", command, *NEURON], stdout=writer,
                              stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)})
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@EACH_COMMAND
def test_nothing_needs_to_be_open(monkeypatch, command):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main([command, *NEURON]) == 0
    assert cli.main([command, "x"]) == 2


def test_the_console_command_is_the_same_program(folder):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"glassgrad": f"{cli.__name__}:{cli.main.__name__}"}
    script = Path(sysconfig.get_path("scripts"), "glassgrad")
    if not script.exists():
        pytest.skip("glassgrad is not installed as a command: pip install -e . does that")
    done = subprocess.run([script, "check", *NEURON], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == python("-m", "autograd", "check", *NEURON).stdout


def test_the_parameters_of_the_step_can_be_named(run):
    given = ("explain", "(w*x - t)²", "w=0.5", "x=2", "t=3", "--lr", "0.1")
    assert re.findall(r"^  (\w)′", run(*given)[1], re.MULTILINE) == ["w", "L"]
    assert re.findall(r"^  (\w)′", run(*given, "--parameters", "x, t")[1], re.MULTILINE) == ["x", "t", "L"]
    assert run(*given, "--parameters", "q") == (
        2, "", "glassgrad explain: error: --parameters q: the formula has no such "
               "variable\n")
    assert run(*given, "--wrt", "w", "--parameters", "t")[0] == 2


def test_options_name_variables_as_formulas_do(run):
    given = ("w₁x₁", "w₁=2", "x1=3")
    assert "∂L/∂x1" not in run("explain", *given, "--wrt", "w₁")[1]
    assert re.findall(r"^  (\w+)′", run("explain", *given, "--lr", "1", "--parameters", "w₁,x₁")[1], re.M) == [
        "w1", "x1", "L"]
    assert run("draw", *given, "--highlight", "x₁") == run("draw", *given, "--highlight", "x1")


@pytest.mark.parametrize("options", [(), ("--expand",)])
def test_the_result_has_the_name_that_the_formula_gives_it(run, options):
    assert "y" in texts(run("draw", "y = tanh(2x)", "x=0.5", *options)[1])
    assert "∂y/∂x" in run("explain", "y = tanh(2x)", "x=0.5", *options)[1]
    assert run("draw", "y = 2·3", *options)[0] == run("explain", "y = x", "x=2", *options)[0] == 0
