"""micrograd's own test and both of its notebooks, unchanged but for the lines that import it.

They are not part of this project, and no package installs them. MICROGRAD_CHECKOUT names a folder that holds them: a
git checkout of the repository karpathy/micrograd.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
CHECKOUT = Path(os.environ.get("MICROGRAD_CHECKOUT", ""))
IMPORTS = {
    r"from micrograd\.engine import": "from autograd import",
    r"from micrograd\.nn import": "from nn import",
    r"from micrograd import nn": "import nn",
}

pytestmark = [pytest.mark.slow, pytest.mark.skipif(
    "MICROGRAD_CHECKOUT" not in os.environ,
    reason="no package installs micrograd's test and notebooks: clone the repository karpathy/micrograd from GitHub, "
           "and run MICROGRAD_CHECKOUT=<that folder> python -m pytest tests/compatibility")]


def with_our_imports(source: str) -> str:
    for theirs, ours in IMPORTS.items():
        source = re.sub(rf"^{theirs}\b", ours, source, flags=re.MULTILINE)
    assert "micrograd" not in source
    return source


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, the project importable from there, and a program `dot` to draw with."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    if shutil.which("dot") is None:  # the notebook renders pictures; graphviz-pure is a `dot` by another name
        programs = tmp_path / "programs"
        programs.mkdir()
        graphviz_pure = Path(sys.executable).parent / "graphviz-pure"
        assert graphviz_pure.exists()
        (programs / "dot").symlink_to(graphviz_pure)
        monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    return tmp_path


def run_notebook(name: str, folder: Path, ours: bool) -> list[Any]:
    """The cells of one of the notebooks after it ran in a new kernel, as it is or with our imports."""
    notebook: Any = nbformat.read(CHECKOUT / name, as_version=4)
    for cell in notebook.cells:
        cell["outputs"] = []
        if ours and cell.cell_type == "code":
            lines = [with_our_imports(line) if "import" in line else line for line in cell.source.splitlines()]
            cell.source = "\n".join(lines)
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": str(folder)}}).execute()
    return notebook.cells


def printed(cells: list[Any]) -> str:
    return "".join(output.text for cell in cells for output in cell.get("outputs", []) if output.output_type == "stream"
                   and output.name == "stdout")


def test_the_test_of_its_engine_passes(surroundings: Path) -> None:
    source = (CHECKOUT / "test" / "test_engine.py").read_text(encoding="utf-8")
    (surroundings / "test_engine.py").write_text(with_our_imports(source), encoding="utf-8")
    run = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_engine.py"], cwd=surroundings,
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    assert re.search(r"\b2 passed", run.stdout)


def test_its_demo_prints_the_same_losses(surroundings: Path) -> None:
    texts = {name: printed(run_notebook("demo.ipynb", surroundings, ours)) for name, ours in
             (("glassgrad", True), ("micrograd", False))}
    steps = {name: [(float(loss), float(accuracy)) for loss, accuracy in
                    re.findall(r"^step \d+ loss (\S+), accuracy (\S+)%$", text, re.MULTILINE)]
             for name, text in texts.items()}
    assert len(steps["micrograd"]) == 100
    deviations = [abs(ours[0] - theirs[0])
                  for ours, theirs in zip(steps["glassgrad"], steps["micrograd"], strict=True)]
    print("largest deviation of the losses:", max(deviations))  # seen with -s
    assert max(deviations) <= 1e-9
    assert [accuracy for _, accuracy in steps["glassgrad"]] == [accuracy for _, accuracy in steps["micrograd"]]


def test_its_notebook_that_draws_graphs_runs_and_draws(surroundings: Path) -> None:
    cells = run_notebook("trace_graph.ipynb", surroundings, ours=True)
    pictures = [output.data["image/svg+xml"] for cell in cells for output in cell.get("outputs", [])
                if "image/svg+xml" in output.get("data", {})]
    assert len(pictures) == 2
    assert all("ReLU" in picture and "data 1.0000" in picture for picture in pictures)
    assert "ReLU" in (surroundings / "gout.svg").read_text(encoding="utf-8")
