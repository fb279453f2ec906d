"""What the READMEs and the book say is true: every line of code in them is run, and prints what they show."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograd
import nn
from tests.support.book import PAGES, READMES, ROOT, blocks

README, CHINESE = (page.read_text(encoding="utf-8") for page in READMES)
COMMANDS = ["pip install -e . && python demos/xor.py", 'pip install -e ".[test]" && python -m pytest']
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
GLASSGRAD = [sys.executable, "-c", "import sys; from autograd.shell.main import main; sys.exit(main())"]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def with_blocks(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, language)], ids=name_of)


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8")


# ---- The code --------------------------------------------------------------------------------------------------------


@with_blocks("pycon")
def test_a_page_prints_what_it_shows(page: Path, tmp_path: Path) -> None:
    result = run([sys.executable, "-m", "tests.support.book", str(page)], tmp_path)
    assert result.returncode == 0, result.stdout
    shown = sum(text.count(">>> ") for _, _, text in blocks(page, "pycon"))
    assert result.stdout.strip() == f"{shown} examples"  # none was overlooked, and nothing was printed on the side


@with_blocks("console")
def test_a_command_prints_what_a_page_shows(page: Path, tmp_path: Path) -> None:
    for _, _, text in blocks(page, "console"):
        calls = re.findall(r"^\$ glassgrad (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
        assert len(calls) == text.count("$ ")
        for line, shown in calls:
            assert run([*GLASSGRAD, *shlex.split(line)], tmp_path).stdout == shown


@with_blocks("toml")
def test_the_notes_that_a_page_shows_are_taken_by_its_command(page: Path, tmp_path: Path) -> None:
    (command,) = re.findall(r"`glassgrad ([^`]*--notes lesson\.toml[^`]*)`", page.read_text(encoding="utf-8"))
    for _, _, text in blocks(page, "toml"):
        (tmp_path / "lesson.toml").write_text(text, encoding="utf-8")
        result = run([*GLASSGRAD, *shlex.split(command), "--force"], tmp_path)
        assert result.returncode == 0, result.stdout


@with_blocks("sh")
def test_the_commands_of_a_page_exist(page: Path) -> None:
    for _, _, text in blocks(page, "sh"):
        for command in re.split(r"\n|&&", text.strip()):
            check_command(shlex.split(command, comments=True))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_commands_in_the_text_of_a_page_exist(page: Path) -> None:
    for command in re.findall(r"`((?:python|pip|glassgrad|mkdocs) [^`.]+[^`]*)`", page.read_text(encoding="utf-8")):
        if "..." not in command:
            check_command(shlex.split(command))


def check_command(command: list[str]) -> None:
    """That a program is there: a script, a module, a command of glassgrad, an extra to install."""
    match command:
        case ["pip", "install", "-e", where]:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            assert where == "." or {*where[2:-1].split(",")} <= project["optional-dependencies"].keys(), where
        case ["python", "-m", module, *arguments]:
            assert importlib.util.find_spec(module), module
            if module == "tests.benchmarks":
                assert (ROOT / "tests" / "benchmarks" / f"{arguments[0]}.py").exists()
        case ["python", script, *_]:
            assert (ROOT / script).exists(), script
        case ["glassgrad", name, *_]:
            assert run([*GLASSGRAD, name, "--help"], ROOT).returncode == 0, name
        case ["mkdocs", name, *_]:
            assert run([sys.executable, "-m", "mkdocs", name, "--help"], ROOT).returncode == 0, name
        case _:
            pytest.fail(f"nothing is known of {command}")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_of_a_page_is_of_a_kind_that_is_tested(page: Path) -> None:
    found = blocks(page)
    assert len(found) * 2 == len(re.findall("^ *```", page.read_text(encoding="utf-8"), re.MULTILINE))
    for _, language, text in found:
        assert language in ("pycon", "console", "sh", "toml"), text
        assert language != "pycon" or text.startswith(">>> ")


# ---- The READMEs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readme", [README, CHINESE], ids=["en", "zh"])
def test_a_readme_opens_with_a_picture_two_sentences_and_two_commands(readme: str) -> None:
    title, languages, picture, opening, first_block = readme.split("\n\n", 5)[:5]
    assert title == "# glassgrad"
    assert re.fullmatch(r"\[.*\]\(README(\.zh)?\.md\)", languages)
    assert picture.startswith("[![")
    assert len(re.findall(r"\.(?:\s|$)|。", opening)) == 2
    assert first_block == "```sh\n" + "\n".join(COMMANDS) + "\n```"


@pytest.mark.parametrize("readme", [README, CHINESE], ids=["en", "zh"])
def test_a_readme_has_at_most_150_lines(readme: str) -> None:
    assert readme.count("\n") <= 150


def test_each_readme_leads_to_the_other() -> None:
    assert "[简体中文](README.zh.md)" in README
    assert "[English](README.md)" in CHINESE


def test_the_two_readmes_show_the_same_code() -> None:
    """But for the comments in it."""
    english, chinese = ([re.sub(" +# .*", "", text) for _, _, text in blocks(page)] for page in READMES)
    assert english == chinese


def test_the_shared_import_name_is_told_in_one_sentence() -> None:
    assert [sentence for sentence in re.split(r"(?<=\.)\s|\*\*", README) if "HIPS" in sentence] == [
        "The HIPS package called `autograd` has the same import name, so the two need separate environments."]
    assert CHINESE.count("HIPS") == 1


def figures(text: str) -> list[list[str]]:
    """The numbers of each row of the tables that compare with micrograd, units aside."""
    rows = [[re.search(r"[\d,.]*\d|$", cell)[0] for cell in line.split("|")[2:-1]]  # pyright: ignore
            for line in text.splitlines() if line.startswith("| ") and re.search(r"\d \|$|\d\.\d \|$", line)]
    assert rows
    return rows


@pytest.mark.parametrize("readme", [README, CHINESE], ids=["en", "zh"])
def test_the_figures_of_a_readme_are_those_of_the_benchmarks(readme: str) -> None:
    measured = figures((ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8"))
    assert all(row in measured for row in figures(readme))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_links_lead_to_files_and_headings_that_there_are(page: Path) -> None:
    """Also where the book is read on GitHub, as files."""
    for target in re.findall(r"\]\(([^)]*)\)", page.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        if heading and "reference" not in file.parts:  # whose headings are generated
            text = file.read_text(encoding="utf-8")
            headings = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
                        for title in re.findall("^#+ (.*)$", text, re.MULTILINE)}
            assert heading in headings | {*re.findall('<a id="(.*?)"', text)}, target


# ---- The book --------------------------------------------------------------------------------------------------------


def test_every_public_name_is_in_the_reference() -> None:
    reference = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    told = set(re.findall(r"^::: (\S+)$", reference, re.MULTILINE)) | {"autograd.operations", "autograd.where"}
    told |= {f"autograd.{name}" for name in autograd.operations}  # which are in the table that is written there
    public = {f"{module.__name__}.{name}" for module in (autograd, nn) for name in module.__all__}
    assert public - told == set()


@pytest.mark.parametrize("name", ["house", "compiling"])
def test_a_drawn_picture_is_what_its_script_draws_today(name: str, tmp_path: Path) -> None:
    """If not, run `python docs/hooks/house.py`, or `python docs/hooks/compiling.py`."""
    command = (f"import sys; sys.path.insert(0, {str(ROOT / 'docs' / 'hooks')!r}); import {name}; "
               f"{name}.main('drawn.svg')")
    result = run([sys.executable, "-c", command], tmp_path)
    assert result.returncode == 0, result.stdout
    drawn = (tmp_path / "drawn.svg").read_text(encoding="utf-8")
    assert drawn == (ROOT / "docs" / f"{name}.svg").read_text(encoding="utf-8")
