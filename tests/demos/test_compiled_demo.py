"""demos/compiled.py: three trainings that end at the same loss, a picture, and one neuron shown three times."""

import re

import pytest

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
