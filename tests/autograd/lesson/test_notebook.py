"""Explanations and lessons in a notebook, with the style sheet of JupyterLab, which nbconvert has, too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, dot, explain, sqrt, tanh

nbconvert = pytest.importorskip("nbconvert", reason='nbconvert is needed: pip install -e ".[test]"')
from nbformat.v4 import new_code_cell, new_notebook, new_output  # noqa: E402 (after importorskip)


def calculation() -> Any:
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.25, "b")
    y = tanh(w * x + b) / (x * x + sqrt(w)) + dot([w, x, b], [x, b, w])
    y.label = "y"
    return explain(y).update(0.1)


@pytest.fixture
def exported(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """A notebook with an explanation and a lesson, exported to HTML, and opened. Nothing but the file may be read."""
    explanation = calculation()
    shown = [explanation, explanation.lesson("In a <cell>", introduction="*Hello*")]
    cells = [new_code_cell(outputs=[new_output("display_data", {"text/html": item._repr_html_()})]) for item in shown]
    exporter = nbconvert.HTMLExporter(template_name="lab")
    path = tmp_path / "notebook.html"
    path.write_text(exporter.from_notebook_node(new_notebook(cells=cells))[0], encoding="utf-8")
    page = browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if "ERR_FAILED" not in message.text else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.set_viewport_size({"width": 1100, "height": 900})
    page.route("**/*", lambda route: route.continue_() if route.request.url == path.as_uri() else route.abort())
    page.goto(path.as_uri())
    yield page
    page.close()
    assert heard == []


def test_formulas_have_room_in_the_style_of_jupyterlab(exported: Any) -> None:
    gaps, widths = exported.evaluate("""() => {
        const cells = [...document.querySelectorAll(".jp-RenderedHTMLCommon td:has(math)")];
        const boxes = (math) => [...math.querySelectorAll("mi, mn, mo, mtext")].map((part) =>
            part.getBoundingClientRect());
        const gaps = cells.flatMap((cell) => { const maths = [...cell.querySelectorAll("math")].map(boxes);
            return maths.slice(1).map((below, k) => Math.min(...below.map(({top}) => top))
                - Math.max(...maths[k].map(({bottom}) => bottom))); });
        const widths = cells.map((cell) => cell.getBoundingClientRect().right
            - Math.max(...[...cell.querySelectorAll("math")].map((math) => math.getBoundingClientRect().right)));
        return [gaps, widths]; }""")
    assert len(gaps) > 10
    assert min(gaps) >= 4
    assert min(widths) >= 0


def test_a_lesson_runs_inside_its_cell_and_reaches_nothing(exported: Any) -> None:
    frame = exported.frames[1]
    frame.wait_for_selector("html[data-ready]", state="attached")
    assert exported.get_attribute("iframe", "sandbox") == "allow-scripts allow-modals"
    assert frame.inner_text("#title") == exported.get_attribute("iframe", "title") == "In a <cell>"
    assert frame.inner_text("#step-note") == "Hello"
    frame.click("#next")
    exported.wait_for_timeout(250)  # after which a page that has an address notes the step in it
    assert frame.inner_text("#step-number").startswith("Step 1 of")
    reached = frame.evaluate("() => { try { return window.parent.document.title; } catch { return 'refused'; } }")
    assert reached == "refused"
    frame.click("#tab-quiz")
    frame.click("#quiz-start")
    frame.evaluate("() => { quiz.questions.forEach(nextQuestion); renderNow(); }")
    frame.click("#report-copy")
    exported.wait_for_timeout(100)
    assert frame.inner_text("#report-done") != ""


def test_a_lesson_is_the_page_of_to_html(tmp_path: Path) -> None:
    explanation = calculation()
    lesson = explanation.lesson("A title", quiz=False, lang="zh", height=500)
    explanation.to_html(tmp_path / "lesson.html", "A title", quiz=False, lang="zh")
    assert str(lesson) == (tmp_path / "lesson.html").read_text(encoding="utf-8")
    assert 'height="500"' in lesson._repr_html_()
    assert repr(lesson) == "<Lesson 'A title'; a notebook shows it>"
    assert str(explanation.translated("zh").lesson()) == str(explanation.lesson(lang="zh"))


@pytest.mark.parametrize("height", [0, -1, 1.5, "100", True])
def test_a_height_that_is_none_is_refused(height: Any) -> None:
    with pytest.raises(ValueError, match="the height of a lesson is a whole number of pixels"):
        calculation().lesson(height=height)
