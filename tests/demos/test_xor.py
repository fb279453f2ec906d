"""demos/xor.py tells its story, checks what it claims, and admits what does not hold."""

import json
import os
import re
import shutil

import pytest

from tests.support.processes import ROOT, run_python

pytestmark = pytest.mark.slow  # each test runs a program


def run(folder, *arguments, **environment):
    """The demo as a program of its own."""
    return run_python(folder / "xor.py", *arguments, environment=environment)


@pytest.fixture(scope="module")
def told():
    result = run(ROOT / "demos")
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def copied(tmp_path):
    for name in ("xor.py", "article_example.json"):
        shutil.copy(ROOT / "demos" / name, tmp_path)
    return tmp_path


def test_all_claims_hold(told):
    assert told.count("✓") == 9
    assert "✗" not in told
    assert told.rstrip().endswith("All claims above were checked, and hold.")


def test_it_has_three_acts_that_fit_on_a_screen(told):
    assert re.findall(r"^Act \d", told, re.MULTILINE) == ["Act 1", "Act 2", "Act 3"]
    assert max(map(len, told.splitlines())) <= 100


def test_the_weights_and_predictions_shown_are_those_of_the_reference(told):
    reference = json.loads((ROOT / "tests/nn/article_example.json").read_text(encoding="utf-8"))
    for steps, weights in reference["weights_after"].items():
        row = next(line.split() for line in told.splitlines() if re.match(rf"\s+{steps}\s+\S+\.\d{{8}} ", line))
        assert [float(w) for w in row[1:4]] == pytest.approx(weights, abs=6e-9)
        assert float(row[4]) == pytest.approx(reference["loss_after"][steps], abs=6e-7)
        assert float(row[5]) <= 1e-12
    assert told.count("0.500000\n") == 5  # a loss and four predictions


def test_ten_of_ten_seeds_learn(told):
    assert [int(seed) for seed in re.findall(r"seed (\d): .*  learned", told)] == list(range(10))


def test_the_columns_of_all_17_gradients_agree_in_their_digits(told):
    rows = [line.split()[1:] for line in told.splitlines() if line.startswith("    layers.")]
    assert len(rows) == 17
    for reverse, forward, differences, pytorch in rows:
        assert float(forward) == pytest.approx(float(reverse), abs=2e-12)
        assert float(differences) == pytest.approx(float(reverse), abs=1e-9)
        assert float(pytorch) == pytest.approx(float(reverse), abs=2e-12)


def test_without_pytorch_there_are_three_columns(copied):
    (copied / "torch.py").write_text("raise ImportError('no torch here')")
    result = run(copied, PYTHONPATH=f"{copied}{os.pathsep}{ROOT}")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("✓") == 8
    assert {len(line.split()) for line in result.stdout.splitlines() if line.startswith("    layers.")} == {4}


@pytest.mark.parametrize("change", [
    lambda reference: reference["weights_after"]["100"].__setitem__(1, -0.5432266058180),
    lambda reference: reference["weights_after"].pop("10000"),
])
def test_a_claim_that_does_not_hold_is_said_and_ends_with_an_exit_code(copied, change):
    path = copied / "article_example.json"
    reference = json.loads(path.read_text(encoding="utf-8"))
    change(reference)
    path.write_text(json.dumps(reference), encoding="utf-8")
    result = run(copied)
    assert result.returncode == 1, result.stderr
    assert "✗ DOES NOT HOLD: after 1, 2, 10, 100, 1000 and 10000 steps" in result.stdout
    assert "of the claims above do not hold" in result.stdout


def test_help_says_what_it_is():
    result = run(ROOT / "demos", "--help")
    assert result.returncode == 0
    assert "XOR in three acts" in result.stdout
