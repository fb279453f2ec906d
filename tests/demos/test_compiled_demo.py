"""demos/compiled.py and its notebook: trainings that end at the same loss, a picture, one neuron shown three times."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.processes import ROOT, run_python

pytestmark = pytest.mark.slow  # each test runs a program


def run(*arguments, **environment):
    return run_python(ROOT / "demos" / "compiled.py", *arguments, environment=environment)


def test_the_losses_are_the_same_and_the_picture_is_there(tmp_path):
    result = run("--steps", "30", "--picture", tmp_path / "boundary.png")
    assert (result.returncode, result.stderr) == (0, "")
    losses = re.findall(r"s  (\d\.\d{10})$", result.stdout, re.MULTILINE)
    assert len(losses) == 3
    assert len(set(losses)) == 1
    assert (tmp_path / "boundary.png").read_bytes().startswith(b"\x89PNG")
    for shown in ("lanes[5..6]", "static void forward", "ret"):
        assert shown in result.stdout
    assert "it is 1.5" in result.stdout


def test_no_picture_and_no_steps():
    assert "boundary" not in run("--steps", "3", "--picture", "none").stdout
    result = run("--steps", "0")
    assert result.returncode == 2
    assert "--steps is at least 1, not 0" in result.stderr


def test_help_has_examples():
    assert "python demos/compiled.py --steps 50" in run("--help").stdout


def test_the_notebook_shows_what_it_was_committed_with(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    committed, executed = (nbformat.read(ROOT / "demos" / "compiled.ipynb", as_version=4) for _ in range(2))
    NotebookClient(executed, timeout=120, kernel_name="python3").execute()
    for right, found in zip(committed.cells[:-1], executed.cells[:-1], strict=True):  # the last is this machine's
        assert printed(right) == printed(found)
    assert "vm" in printed(committed.cells[-1])


def printed(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", ()))
