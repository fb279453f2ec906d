"""A training that leaves for PyTorch, and comes back, is the training that stayed."""

import subprocess
import sys
from pathlib import Path

import pytest

import nn

ROOT = Path(__file__).resolve().parents[2]


def graduate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "demos/graduate.py", *arguments], cwd=ROOT, capture_output=True, text=True,
                          encoding="utf-8", timeout=240)


@pytest.mark.slow
def test_two_processes_of_pytorch_continue_the_training(tmp_path: Path) -> None:
    done = graduate("--quick", "--out", str(tmp_path / "new"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in two processes of PyTorch" in done.stdout
    assert (tmp_path / "new" / "graduate.png").read_bytes()[:4] == b"\x89PNG"
    assert len(nn.load(tmp_path / "new" / "graduate.safetensors").parameters()) == 337


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = graduate("--out", str(tmp_path / "file"))
    assert done.returncode == 2
    assert f"cannot write to {tmp_path / 'file'}" in done.stderr


def test_the_help_shows_how_it_is_run() -> None:
    done = graduate("--help")
    assert done.returncode == 0
    assert "torchrun --nproc-per-node 2" in done.stdout
