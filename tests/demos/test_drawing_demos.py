"""The demos that draw: they write what they say, and their committed pictures are what they draw now."""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
import torch
from nbclient import NotebookClient

from tests.support.book import PAGES
from tests.support.processes import ROOT, run_python

pytestmark = pytest.mark.slow  # each test runs a program
NETWORK = [f"network-{when}{what}" for when in ("before", "after")
           for what in ("", "-gradients", "-collapsed", "-opened", "-boundary")]
NEURON = ["neuron-1-forward", "neuron-2-local-derivatives", "neuron-3-gradients", "neuron-4-after-update"]
README = ["neuron", "network", "graph", "paths"]
PICTURES = {"draw_neuron": NEURON, "draw_network": [*NETWORK, "network-losses"], "readme_pictures": README}
SVG = "{http://www.w3.org/2000/svg}"


def run(name, *arguments, before=""):
    """The exit code, the output and the errors of a demo, with some program run before it."""
    program = f"""{before}
import runpy, sys
sys.argv[0] = {f"{name}.py"!r}
runpy.run_path({str(ROOT / "demos" / f"{name}.py")!r}, run_name="__main__")"""
    result = run_python("-c", program, *arguments)
    return result.returncode, result.stdout, result.stderr


def texts(path, tag):
    """The texts of a picture, for the tag "text", or its tooltips, for "title"."""
    return [element.text for element in ElementTree.parse(path).getroot().iter(f"{SVG}{tag}")]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A function that runs a demo once, and returns the folder that it drew into and what it printed."""
    @cache
    def draw(name):
        folder = tmp_path_factory.mktemp(name) / "new" / "folder"
        code, output, errors = run(name, folder)
        assert (code, errors) == (0, "")
        return folder, output

    return draw


@pytest.mark.parametrize("name", PICTURES)
def test_a_demo_writes_all_its_pictures_into_the_folder_and_prints_their_paths(drawn, name):
    folder, output = drawn(name)
    paths = [line for line in output.splitlines() if not line.startswith(" ")]
    assert paths == [str(folder / f"{picture}.svg") for picture in PICTURES[name]]
    assert sorted(paths) == sorted(map(str, folder.iterdir()))
    for path in paths:
        assert ElementTree.parse(path).getroot().tag == f"{SVG}svg"


def test_pictures_come_as_png_too(tmp_path):
    code, output, _ = run("draw_neuron", tmp_path, "--format", "png")
    assert code == 0
    assert len(list(tmp_path.iterdir())) == 4
    for path in output.splitlines()[::2]:
        assert Path(path).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PICTURES)
def test_help_has_examples_and_a_wrong_folder_is_told_in_one_sentence(name, tmp_path):
    code, output, _ = run(name, "--help")
    assert code == 0
    assert f"examples:\n  python demos/{name}.py\n" in output
    (tmp_path / "file").write_text("")
    code, output, errors = run(name, tmp_path / "file")
    assert (code, output) == (2, "")
    assert f"{name}.py: error: cannot write to {tmp_path / 'file'}: " in errors
    assert "Traceback" not in errors


def test_without_matplotlib_one_sentence_says_what_is_missing(tmp_path):
    code, output, errors = run("draw_network", tmp_path, before="import sys; sys.modules['matplotlib'] = None")
    assert code == 2
    assert errors.splitlines()[-1] == 'draw_network.py: error: plots need matplotlib: pip install "glassgrad[demos]"'
    assert output.split() == [str(tmp_path / f"{picture}.svg") for picture in NETWORK[:4]]


# ---- What the pictures say -------------------------------------------------------------------------------------------


def neuron_of_pytorch():
    parameters = torch.tensor([-0.5, 1.0, 1.5], dtype=torch.float64, requires_grad=True)

    def loss(p):
        return (torch.tanh(p[0] * 2 - p[1] + p[2]) - 1) ** 2

    loss(parameters).backward()
    return loss(parameters).item(), parameters.grad.tolist(), loss(parameters - 0.1 * parameters.grad).item()


def test_the_numbers_of_the_neuron_are_those_of_pytorch(drawn):
    folder, output = drawn("draw_neuron")
    before, gradients, after = neuron_of_pytorch()
    assert f"L = {before:.4f}\n" in output
    assert "w1: {:.4f}, w2: {:.4f}, b: {:.4f}".format(*gradients) in output
    assert f"L = {before:.4f} → {after:.4f}\n" in output
    forward, local, flowing, updated = ("\n".join(texts(folder / f"{picture}.svg", "text")) for picture in NEURON)
    arrows = [bool(re.search(r"^×−?\d", text, re.MULTILINE)) for text in (forward, local, flowing, updated)]
    assert arrows == [False, True, True, False]
    assert ["\ngrad " in text for text in (forward, local, flowing, updated)] == [False, False, True, False]
    for gradient in gradients:
        assert f"grad {gradient:.4g}".replace("-", "−") in flowing
    assert f"\n{before:.4g}\n" in forward
    assert f"\n{after:.4g}\n" in updated


def test_after_the_training_the_network_knows_xor_and_its_loss_is_folded_by_layer(drawn):
    folder, _ = drawn("draw_network")
    answers = [float(re.search("ŷ = (.*)", tooltip)[1]) for when in ("before", "after")
               for tooltip in texts(folder / f"network-{when}.svg", "title")
               if tooltip.startswith("ŷ (layers.1.neurons.0), linear")]
    assert abs(answers[0] - 1) > 0.5
    assert abs(answers[1] - 1) < 1e-3
    for when in ("before", "after"):
        collapsed = "\n".join(texts(folder / f"network-{when}-collapsed.svg", "text"))
        assert re.search(r"folded by module: layer 1 \(\d+\), layer 2 \(\d+\)", collapsed)
        opened = texts(folder / f"network-{when}-opened.svg", "text")
        assert {f"neuron {unit}" for unit in range(1, 5)} | {"layer 1", "layer 2", "x1", "x2"} <= {*opened}
    assert "all gradients" not in "".join(texts(folder / "network-before-gradients.svg", "text"))


# ---- What is committed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", README)
def test_the_pictures_of_the_book_are_current_and_shown(drawn, name):
    """If not, run `python demos/readme_pictures.py`."""
    folder, _ = drawn("readme_pictures")
    committed = ROOT / "docs" / f"{name}.svg"
    assert committed.read_text(encoding="utf-8") == (folder / f"{name}.svg").read_text(encoding="utf-8")
    assert any(f"/{name}.svg)" in page.read_text(encoding="utf-8") for page in PAGES)


def shown(cell):
    """What a cell shows, without what differs between machines: of a picture its parts, of text the text."""
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "image/svg+xml" in data:
            found.append(("svg", re.findall(r'<g id="([^"]*)" class="([^"]*)"', data["image/svg+xml"])))
        elif "image/png" in data:
            found.append(("png", data["text/plain"]))
        else:
            found.append((output["output_type"], data.get("text/plain", output.get("text"))))
    return found


def test_the_notebook_runs_and_shows_what_is_committed(monkeypatch, tmp_path):
    """If not, run `jupyter execute --inplace demos/drawing.ipynb`."""
    committed = nbformat.read(ROOT / "demos" / "drawing.ipynb", as_version=4)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    fresh = NotebookClient(nbformat.from_dict(committed), timeout=120,
                           resources={"metadata": {"path": str(tmp_path)}}).execute()
    cells = [cell for cell in committed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell, again in zip(committed.cells, fresh.cells, strict=True):
        assert shown(cell) == shown(again)
    kinds = [kind for cell in cells for kind, _ in shown(cell)]
    assert [kinds.count("svg"), kinds.count("png"), kinds.count("error")] == [7, 2, 0]
    assert list(tmp_path.iterdir()) == []


def test_what_the_notebook_says_of_its_pictures_is_what_they_show():
    cells = nbformat.read(ROOT / "demos" / "drawing.ipynb", as_version=4).cells
    after = {}  # of each text the pictures that follow it, up to the next, as their texts
    for cell in cells:
        if cell.cell_type == "markdown":
            after[cell.source] = found = []
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found.append(re.findall("<text[^>]*>([^<]*)</text>", data.get("image/svg+xml", "")) or data)

    def about(words):
        (text,) = (text for text in after if words in text)
        return text, after[text]

    text, (neuron,) = about("## A neuron")
    assert "carries `×` and" in text
    assert "also has `grad`" in text
    assert {"×2.0", "×1.0"} <= {*neuron}
    assert sum(line.startswith("grad ") for line in neuron) == 8  # all but the two constants
    text, (paths, total) = about("sum over paths")
    uses = sorted(line.split()[0] for line in paths if line.startswith("#"))
    assert "is used in three places here: twice in `x * x`, once in `a * x`" in text
    assert "`#1` to `#3`" in text
    assert uses == ["#1", "#2", "#3"]
    assert "sum over the three paths" in text
    assert "3 paths highlighted" in paths
    assert total["text/plain"] == "(8.0, 8.0)"
    assert "grad 8.0" in paths
    text, (opened,) = about("is made of")
    assert "with one exponential that is used in two places" in text
    assert sum(line.startswith("exp") for line in opened) == 1
    assert sorted(line.split()[0] for line in opened if line.startswith("#")) == ["#1", "#2"]
    text, (counted, folded) = about("over all 60 points")
    assert f"{int(counted['text/plain']):,} values in" in " ".join(folded)
    assert any(line.startswith("folded by module: layer 1") for line in folded)
    assert int(re.search(r"in (\d+) boxes", " ".join(folded))[1]) <= 12
    text, (network,) = about("## A network")
    assert {"above 0", "below 0", "input", "hidden layer 1", "output"} <= {*network}
