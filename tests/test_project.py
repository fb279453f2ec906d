"""What the project says of itself is true: its README, its version, its gate."""

import doctest
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = ["pip install -e . && python demos/xor.py", 'pip install -e ".[test]" && python -m pytest']

TWO = "text\n\n```sh\nfirst a\n\nsecond b\n```\n\n```sh\nthird\n```\n"


def blocks(language: str) -> list[tuple[int, str]]:
    """The code blocks of the README in one language, each with the number of its first line."""
    found = re.finditer(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [(README.count("\n", 0, block.start(1)), block[1]) for block in found]


def run_readme() -> int:
    """Run all Python of the README, one block after the other, and return the number of failures."""
    parser, runner, names = doctest.DocTestParser(), doctest.DocTestRunner(), {}
    for line, text in blocks("python"):
        test = parser.get_doctest(text, names, "README", "README.md", line)
        runner.run(test, clear_globs=False)
        names = test.globs  # the next block goes on with the names of this one
    attempted = runner.summarize(verbose=False).attempted
    print(f"{attempted} examples")
    return runner.failures


def test_the_readme_prints_what_it_shows() -> None:
    """In a process of its own, since it adds a row to the table."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr
    shown = sum(text.count(">>> ") for _, text in blocks("python"))
    assert run.stdout.strip() == f"{shown} examples"  # none was overlooked
    assert shown > 50


def test_every_python_block_of_the_readme_is_an_example_that_runs() -> None:
    assert all(text.startswith(">>> ") for _, text in blocks("python"))


def test_the_readme_opens_with_two_sentences_and_two_commands() -> None:
    title, opening, first_block = README.split("\n\n", 3)[:3]
    assert title == "# glassgrad"
    assert len(re.findall(r"\.(?:\s|$)", opening)) == 2
    assert first_block == "```sh\n" + "\n".join(COMMANDS) + "\n```"


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_the_map_of_the_house_names_exactly_the_files_that_there_are(package: str) -> None:
    chapter = README.split("## The map of the house\n")[1].split("\n## ")[0]
    named = re.findall(rf"^- `{package}/(\S+)`", chapter, re.MULTILINE)
    there = [str(path.relative_to(ROOT / package)) for path in (ROOT / package).rglob("*")
             if path.is_file() and "__pycache__" not in path.parts]
    assert sorted(named) == sorted(there)


def test_links_of_the_readme_lead_to_its_chapters_or_to_files() -> None:
    chapters = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", README, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]*)\)", README):
        assert target[1:] in chapters if target.startswith("#") else (ROOT / target).exists(), target


def test_the_shared_import_name_is_told_in_one_sentence() -> None:
    assert [sentence for sentence in re.split(r"(?<=\.)\s|\*\*", README) if "HIPS" in sentence] == [
        "The import name `autograd` is also that of the HIPS package of that name, "
        "so the two need separate environments."]


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert next(version for version in versions if version != "Unreleased") == project["version"]


def test_both_packages_tell_type_checkers_that_they_are_typed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for package in ("autograd", "nn"):
        assert (ROOT / package / "py.typed").exists()
        assert "py.typed" in project["tool"]["setuptools"]["package-data"][package]


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_what_is_not_python_is_installed_too(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"][package]
    installed = {path for pattern in patterns for path in (ROOT / package).glob(pattern)}
    there = {path for path in (ROOT / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path for path in there if path.suffix != ".py"} <= installed


class TestGate:
    """A copy of `.ci/run`, among programs that do nothing but write down what they were called with."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / ".ci").mkdir()
        (tmp_path / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in ("bash", "sh", "env", "awk", "basename", "cp", "dirname", "id", "mkdir", "mktemp", "rm"):
            (programs / name).symlink_to(str(shutil.which(name)))
        for name in ("node", "npm", "chromium", "dot", "pytest", "ruff", "pyright", "first", "second"):
            self.write(programs / name)
        # A virtual environment with a pytest of its own.
        self.write(programs / "python3.11",
                   then=f'[ "$2" != venv ] || {{ mkdir "$3/bin"; cp {programs}/pytest "$3/bin"; }}')
        return tmp_path

    def write(self, program: Path, then: str = "") -> None:
        program.write_text(f'#!/bin/sh\necho "{program.name} $* [$PYTEST_ADDOPTS]" >> "$CALLS"\n{then}\n'
                           f'[ "$FAILING" != {program.name} ]\n')
        program.chmod(0o755)

    def run(self, folder: Path, readme: str = TWO, failing: str = "") -> tuple[int, str, list[str]]:
        """The exit code, what was printed, and the calls of all programs but Python."""
        (folder / "README.md").write_text(readme)
        calls = folder / "calls"
        calls.write_text("")
        result = subprocess.run([str(shutil.which("bash")), str(folder / ".ci" / "run")], encoding="utf-8",
                                env={"PATH": str(folder / "programs"), "CALLS": str(calls), "FAILING": failing},
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        made = [line for line in calls.read_text().splitlines() if not line.startswith("python")]
        return result.returncode, result.stdout, made

    def test_runs_the_two_commands_of_the_first_code_block_then_the_linters(self, folder: Path) -> None:
        code, output, calls = self.run(folder)
        assert code == 0, output
        assert calls[:2] == ["first a []", "second b [--cov --cov-report=term ]"]
        assert calls[2].startswith("pytest -q tests/autograd/drawing/test_draw.py ")
        assert calls[3:] == ["ruff check []", "pyright  []"]

    @pytest.mark.parametrize(("readme", "count"), [("", 0), ("```\nfirst\n```\n", 1), ("```\na\nb\nc\n```\n", 3)])
    def test_refuses_a_first_code_block_of_another_number_of_commands(
            self, folder: Path, readme: str, count: int) -> None:
        code, output, calls = self.run(folder, readme)
        assert code == 1
        assert f"the first code block of README.md has {count} commands, not two" in output
        assert calls == []

    @pytest.mark.parametrize(("failing", "named", "run"), [
        ("first", "", 1), ("second", "second b", 5), ("pytest", "pytest -q", 5), ("ruff", "ruff check", 5),
        ("pyright", "pyright", 5)])
    def test_fails_when_one_of_them_fails(self, folder: Path, failing: str, named: str, run: int) -> None:
        code, output, calls = self.run(folder, failing=failing)
        assert code != 0
        assert len(calls) == run
        assert "all is well" not in output
        assert f"failed: {named}" in output or not named

    def test_installs_what_is_missing_where_apt_is_there(self, folder: Path) -> None:
        for name in ("node", "npm", "chromium", "dot"):
            (folder / "programs" / name).unlink()
        code, output, calls = self.run(folder)
        assert code == 1
        assert "there is no apt-get to install nodejs npm chromium graphviz with" in output
        assert calls == []
        self.write(folder / "programs" / "apt-get", then=f'{shutil.which("ln")} -sf ruff "${{0%/*}}/npm"')
        self.write(folder / "programs" / "sudo", then='"$@"')
        code, output, calls = self.run(folder)
        assert code == 0, output
        assert [call for call in calls if call.startswith("apt-get")] == [
            "apt-get update -qq []", "apt-get install -y -qq --no-install-recommends nodejs npm chromium graphviz []"]

    def test_refuses_a_machine_without_python_3_11(self, folder: Path) -> None:
        (folder / "programs" / "python3.11").unlink()
        self.write(folder / "programs" / "python3", then="exit 1")  # the answer of an older one
        code, output, calls = self.run(folder)
        assert code == 1
        assert "Python 3.11 or newer is needed" in output
        assert calls == []

    def test_is_executable(self) -> None:
        assert os.access(ROOT / ".ci" / "run", os.X_OK)


if __name__ == "__main__":
    sys.exit(min(run_readme(), 1))
