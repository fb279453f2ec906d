"""demos/chain_rule.ipynb runs, and shows what it was committed with."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "demos" / "chain_rule.ipynb"


def shown(notebook):
    """What each cell of code printed, in one piece, and what else it put out, as text and perhaps in HTML."""
    return [("".join(output["text"] for output in cell.outputs if output.output_type == "stream"),
             [(output["data"]["text/plain"], output["data"].get("text/html")) for output in cell.outputs
              if output.output_type != "stream"])
            for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def committed():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.mark.slow
def test_it_shows_what_it_was_committed_with(committed, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    executed = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(executed, timeout=120, kernel_name="python3").execute()
    assert shown(executed) == shown(committed)


def test_what_it_says_is_what_it_shows(committed):
    text = [cell.source for cell in committed.cells if cell.cell_type == "markdown"]
    outputs = "\n".join(str(part) for printed, others in shown(committed) for part in (printed, *others))
    assert "∂y/∂w  ≈ 1.002" in outputs
    assert "2.0 × 1.0 × 0.501" in outputs
    assert any("2.0 × 1.0 × 0.501" in cell for cell in text)
    assert "∂f/∂x  = 7.0" in outputs
    assert "1,073,741,824 paths" in outputs
    assert outputs.count("p1 → ") == 8
    assert "<math " in outputs
    before, after = 0.4371, 0.3469
    assert f"L′ - L ≈ {after} - {before}" in outputs
    assert shown(committed)[-1][1][0][0].startswith("0.34685")
