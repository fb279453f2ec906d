"""demos/lesson.py writes its pages, and demos/screenshot.py the picture of one of them."""

import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT, run_python

pytestmark = pytest.mark.slow  # each test runs a program
NAMES = ["product", "neuron", "shared_variable", "xor_step", "article"]


def run(program: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return run_python(ROOT / "demos" / program, *arguments, **options)


def test_the_pages_are_written_and_their_paths_are_printed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    made = run("lesson.py", str(folder), "--lang", "zh")
    assert made.returncode == 0, made.stderr
    assert [Path(line) for line in made.stdout.splitlines()] == [folder / f"lesson_{name}.html" for name in NAMES]
    assert "<title>一个神经元</title>" in (folder / "lesson_neuron.html").read_text(encoding="utf-8")


def test_the_folder_is_called_pictures_unless_told_otherwise(tmp_path: Path) -> None:
    assert run("lesson.py", cwd=tmp_path).returncode == 0
    assert len(os.listdir(tmp_path / "pictures")) == len(NAMES)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = run("lesson.py", str(tmp_path / "file"))
    assert made.returncode == 2
    assert "no folder can be made" in made.stderr


def test_the_help_has_examples() -> None:
    for program in ("lesson.py", "screenshot.py"):
        assert f"python demos/{program}" in run(program, "--help").stdout


def test_the_screenshot_is_made_anew(tmp_path: Path) -> None:
    if not shutil.which("chromium"):
        pytest.skip("the screenshot is made with Chromium, which is not installed: apt-get install chromium")
    pytest.importorskip("playwright", reason='playwright is needed: pip install -e ".[test]"')
    made = run("screenshot.py", "-o", str(tmp_path / "lesson.png"))
    assert made.returncode == 0, made.stderr
    sizes = [struct.unpack(">II", path.read_bytes()[16:24])
             for path in (tmp_path / "lesson.png", ROOT / "docs" / "lesson.png")]
    assert sizes == [(1280, 860)] * 2
