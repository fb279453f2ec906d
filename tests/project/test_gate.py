"""The gate runs what it promises to, and fails when any of it does."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TWO = "text\n\n```sh\nfirst a\n\nsecond b\n```\n\n```sh\nthird\n```\n"


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
        for name in ("node", "npm", "chromium", "chromium-headless-shell", "firefox-esr", "dot", "pytest", "ruff",
                     "pyright", "mkdocs", "first", "second"):
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

    def test_runs_the_two_commands_of_the_first_code_block_then_the_linters_then_builds_the_book(
            self, folder: Path) -> None:
        code, output, calls = self.run(folder)
        assert code == 0, output
        assert calls[:2] == ["first a []", "second b [--cov --cov-report=term ]"]
        assert calls[2].startswith("pytest -q tests/autograd/drawing/test_draw.py ")
        assert calls[3:5] == ["ruff check []", "pyright  []"]
        assert calls[5].startswith("mkdocs build --strict --site-dir /")
        assert len(calls) == 6

    @pytest.mark.parametrize(("readme", "count"), [("", 0), ("```\nfirst\n```\n", 1), ("```\na\nb\nc\n```\n", 3)])
    def test_refuses_a_first_code_block_of_another_number_of_commands(
            self, folder: Path, readme: str, count: int) -> None:
        code, output, calls = self.run(folder, readme)
        assert code == 1
        assert f"the first code block of README.md has {count} commands, not two" in output
        assert calls == []

    @pytest.mark.parametrize(("failing", "named", "run"), [
        ("first", "", 1), ("second", "second b", 6), ("pytest", "pytest -q", 6), ("ruff", "ruff check", 6),
        ("pyright", "pyright", 6), ("mkdocs", "mkdocs build --strict", 6)])
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
