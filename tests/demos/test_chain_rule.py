"""demos/chain_rule.ipynb runs, and shows what it was committed with."""

import contextlib
import io
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograd import explain, topological_order
from nn import mean_squared_error

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
    assert outputs.count("w111 → ") == 8
    assert "<math " in outputs
    before, after = 0.4371, 0.3469
    assert f"L′ - L ≈ {after} - {before}" in outputs
    assert shown(committed)[-1][1][0][0].startswith("0.34685")


@pytest.fixture(scope="module")
def names(committed):
    """What the code of the notebook leaves behind."""
    found = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in committed.cells:
            if cell.cell_type == "code":
                exec(cell.source, found)
    return found


def uses(value, output):
    """How often the operations that lead to an output were applied to a value."""
    return sum(parent is value for node in topological_order(output) for parent in node.parents)


WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def test_what_it_counts_in_words_is_so_many(committed, names):
    cells = [cell.source for cell in committed.cells if cell.cell_type == "markdown"]
    said = " ".join("\n".join(cells).split())
    sections = sum(cell.count("\n## ") + cell.startswith("## ") for cell in cells)
    several, model, weight, rows = uses(names["x"], names["f"]), names["model"], names["weight"], names["inputs"]
    opened = str(names["neuron"].zoom(names["y"]))
    first, second = re.findall(r"^    ∂y/∂v3#\d .*= (\S+)$", opened, re.MULTILINE)
    loss = mean_squared_error([model(row) for row in rows], names["targets"])  # a step was made since the other
    paths = explain(loss).paths(weight)
    zeros = re.findall(r"^ +≈ 0\.0 × ", str(paths), re.MULTILINE)
    for claim in (
            f"follows that rule through {WORDS[sections]} calculations", "a number that is used in several places, and",
            "calculated once and used in two places, which are numbered `#1` and `#2`. "
            f"What comes back from them, {first} and {second}, partly cancels",
            f"`x` is used {WORDS[several]} times: twice in `x * x`, once in `3 * x`",
            f"all {WORDS[several]} places change at once",
            f"comes to them, {', '.join(f'`#{use}`' for use in range(1, several + 1))}, and",
            "double a number thirty times, and there are over a billion paths",
            f"{WORDS[len(model.layers[0].neurons[0].w)]} inputs, {WORDS[len(model.layers[0].neurons)]} hidden neurons",
            f"over the {WORDS[len(rows)]} examples", f"Its {WORDS[len(model.parameters())]} parameters have the names",
            f"That makes {WORDS[paths.count]} paths", f"backward, all {WORDS[paths.count]} are dealt with together",
            f"{WORDS[len(zeros)].title()} of them have a factor 0: in {WORDS[[x for x, _ in rows].count(0)]} of the"):
        assert claim in said, claim
    assert several > 2
    assert uses(weight, loss) == len(rows)  # "It is used once for each example"
    assert explain(names["doubled"]).paths(names["d"]).count > 10**9
    for name, parameter in (("w121", model.layers[0].neurons[1].w[0]), ("b12", model.layers[0].neurons[1].b)):
        assert f"`{name}`" in said
        assert parameter.label == name
    output = next(text for text, _ in shown(committed) if "Use 2 of 4 of w111" in text)
    assert rows[2][0] == 1  # backward begins with the fourth example, so that use 2 is in the third
    assert output.count("\n") == 6
