"""demos/graduate.py: one training that begins here, goes on in two processes of PyTorch, and comes home."""

import json

import pytest
import torch

import nn
from tests.support.processes import ROOT, run_python


def run(*arguments, **environment):
    return run_python(ROOT / "demos" / "graduate.py", *arguments, environment=environment)


@pytest.mark.slow  # two processes import PyTorch
def test_both_ways_go_down_the_same_curve(tmp_path):
    result = run("--quick", "--out", tmp_path / "new" / "folder")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("✓") == 2
    assert "layers.0.weight [16, 2]" in result.stdout
    folder = tmp_path / "new" / "folder"
    assert (folder / "graduate.png").read_bytes().startswith(b"\x89PNG")
    # The oracle is PyTorch in one process, with all points at a time.
    model = nn.to_torch(nn.MLP(2, [16, 16, 1], activation="tanh"))
    model.load_state_dict(torch.load(folder / "handed-over.pt", weights_only=True))
    inputs, targets = (torch.tensor(x, dtype=torch.float64) for x in nn.datasets.moons(100, noise=0.1, seed=1))
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.2), []
    for _ in range(15):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert json.loads((folder / "losses.json").read_text()) == pytest.approx(losses, rel=1e-12)
    for name, tensor in torch.load(folder / "brought-back.pt", weights_only=True).items():
        torch.testing.assert_close(tensor, model.state_dict()[name], rtol=1e-12, atol=1e-12)


@pytest.mark.slow
def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    result = run("--out", tmp_path / "file")
    assert result.returncode == 2
    assert "cannot write to" in result.stderr


def test_help_has_examples():
    result = run("--help")
    assert "python demos/graduate.py --quick" in result.stdout
    assert "--worker" not in result.stdout
