"""The lessons of `python -m demos`: each runs in its small form, reaches its figure, and leaves its pictures."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demos import __main__ as demos
from demos.kit import Show

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("initialise", "forward", "error", "backward", "update", "repeat")
PNG = b"\x89PNG\r\n\x1a\n"

def command(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "demos", *arguments], cwd=folder, capture_output=True, text=True,
                          encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8"}, timeout=240)


@pytest.mark.slow
@pytest.mark.parametrize("name", demos.LESSONS)
def test_lesson_reaches_its_figure_and_shows_it(name: str, tmp_path: Path) -> None:
    done = command(name, "--quick", "--out", str(tmp_path / "new" / "folder"))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    out = tmp_path / "new" / "folder"
    pictures = list(out.glob("*.png"))
    assert pictures
    assert all(path.read_bytes()[:8] == PNG for path in pictures)
    saved = json.loads((out / f"{name}.json").read_text())
    assert saved["quick"] is True
    assert saved["figures"]
    for word in ("Origin:", "Licence:", "Next:", *(f"{step}:" for step in STEPS)):
        assert word in done.stdout


@pytest.mark.parametrize("name", demos.LESSONS)
def test_lesson_is_short_to_read_and_says_how_it_is_run(name: str) -> None:
    source = (ROOT / "demos" / f"{name}.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 120
    done = subprocess.run([sys.executable, f"demos/{name}.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"run it as python -m demos {name}\n"


def test_the_list_has_a_line_and_a_time_for_each() -> None:
    done = command()
    assert done.returncode == 0
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("  ")]
    assert [words[0] for words in lines] == list(demos.LESSONS)
    assert all(words[-1] in ("s", "min") for words in lines)


def test_unknown_lesson_is_refused() -> None:
    done = command("numerals")
    assert done.returncode == 2
    assert "digits" in done.stderr


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = command("moons", "--quick", "--out", str(tmp_path / "file"))
    assert done.returncode == 2
    assert f"cannot write to {tmp_path / 'file'}" in done.stderr


def test_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    def without(name: str) -> None:
        raise ModuleNotFoundError("No module named 'sktime'", name="sktime")

    monkeypatch.setattr(importlib, "import_module", without)
    assert demos.main(["speakers", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == 'speakers needs the package sktime: pip install -e ".[demos]"\n'


def test_figure_that_is_missed_fails_the_lesson(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = Show("moons", False, tmp_path)
    show.reach("accuracy", 0.98, 0.99, quick=0.9)
    show.reach("agreement", 1.0, 1.0)
    assert show.finish() == 1
    assert "✗ accuracy: 0.98 (asked: at least 0.99)" in capsys.readouterr().out
    quick = Show("moons", True, tmp_path)
    quick.reach("accuracy", 0.98, 0.99, quick=0.9)
    assert quick.finish() == 0
    assert json.loads((tmp_path / "moons.json").read_text())["figures"] == {"accuracy": 0.98}
