"""How long pages take: to be written, and to follow a slider in the browser."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import autograd
from autograd import Value
from tests.benchmarks.measuring import Figure, Row, progress, timed

_SLIDE = """(moves) => { const slider = document.querySelector("#numbers-list input[type=range]"); const seconds = [];
    for (let move = 1; move <= moves; move++) {
        const start = performance.now();
        slider.value = String(move % 2 ? 3 : -3);
        slider.dispatchEvent(new Event("input"));
        renderNow();
        document.body.getBoundingClientRect();  // and laid out
        seconds.push(performance.now() - start);
    }
    return seconds; }"""


def rows(rounds: int, quick: bool) -> tuple[list[Row], list[str]]:
    """The rows of the table on pages, and remarks."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lesson.html")
        for nodes, asked in ((50, 0.5), (500, 5.0)):
            if quick:
                nodes //= 10
            name = f"page, {nodes} nodes"
            output = layers(nodes)
            write = lambda output=output: autograd.explain(output).to_html(path, lr=0.1)
            seconds = [timed(write, 1) for _ in progress(range(rounds), name)]
            found.append(Row(name, "s", Figure.of(seconds), asked=asked))
            if nodes in (5, 50):
                size = Figure.of([path.stat().st_size / 1e3])
                found.append(Row(f"size of the page, {nodes} nodes", "KB", size, asked=300))
        program = shutil.which("chromium")
        if program is None:
            return found, ["Chromium is not installed, so nothing was measured in it: apt-get install chromium."]
        name = f"all numbers anew and laid out after a slider moved, {nodes} nodes, in Chromium"
        samples = _slides(program, path, 5 if quick else 60)
        found.append(Row(name, "ms", Figure.of(samples), asked=16.0))
    return found, []


def layers(nodes: int) -> Value:
    """A graph that is as wide as it is deep: rows of numbers, each made from its neighbours in the row before."""
    width = max(2, round((nodes / 2) ** 0.5))
    row = [Value(0.1 * number - 0.3, f"x{number}") for number in range(width)]
    made = width
    while made + 2 * width < nodes:
        row = [autograd.tanh(one * other) for one, other in zip(row, [*row[1:], row[0]])]
        made += 2 * width
    return autograd.sum(row)


def _slides(program: str, path: Path, moves: int) -> list[float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        page.keyboard.press("End")
        page.evaluate(_SLIDE, 10)
        samples = page.evaluate(_SLIDE, moves)
        browser.close()
    return samples
