"""A walk through five lessons in Firefox, whose layout, formulas and pictures are another program's than Chromium's.

Firefox is driven by Marionette, Mozilla's own way, which needs no program in between.
"""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.lessons import DEMOS, MISSING

SIZES = [(1366, 650), (500, 740)]  # its window is not narrower than 500 pixels


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if not program:
        pytest.skip("the pages are tried in Firefox, which is not installed: apt-get install firefox-esr")
    marionette = pytest.importorskip("marionette_driver.marionette",
                                     reason='Firefox is driven by marionette-driver: pip install -e ".[test]"')
    folder = tmp_path_factory.mktemp("firefox")
    prefs = {"ui.prefersReducedMotion": 1, "datareporting.policy.dataSubmissionEnabled": False}
    driver = marionette.Marionette(host="127.0.0.1", port=0, bin=program, headless=True, prefs=prefs,
                                   gecko_log=str(folder / "gecko.log"), workspace=str(folder))
    driver.start_session()
    driver.timeout.script = 60
    yield driver
    driver.delete_session()
    driver.instance.close(clean=True)
    del driver
    gc.collect()  # the profiles that it made are removed as long as Python can do that


@pytest.mark.slow
@pytest.mark.parametrize(("name", "lang"), list(zip(DEMOS, ["en", "zh", "en", "zh", "en"], strict=True)))
def test_a_lesson_is_walked_through(firefox: Any, tmp_path: Path, name: str, lang: str) -> None:
    explanation, rate = DEMOS[name][1]()
    explanation = explanation.update(rate)
    path = tmp_path / "lesson.html"
    explanation.to_html(path, lang=lang)
    firefox.navigate(path.as_uri())
    # What the page declares with `const` is not seen from here, but its functions are, and what it shows.
    run = lambda script, *arguments: firefox.execute_script(f"return ({script})(...arguments)", list(arguments),
                                                            sandbox=None)
    assert run("() => document.documentElement.dataset.ready") == "yes"
    said = run("""() => Array.from({length: document.getElementById("scrubber").max}, (_, index) => { goTo(index + 1);
        renderNow(); return document.getElementById("step-sentence").textContent; })""")
    assert [words.replace("−", "-") for words in said] == [step.say(lang).replace("−", "-") for step in explanation]
    for width, height in SIZES:
        firefox.set_window_rect(width=width, height=height)
        inner = run("() => [innerWidth, innerHeight]")
        firefox.set_window_rect(width=2 * width - inner[0], height=2 * height - inner[1])
        run("() => arrange()")
        assert run(MISSING) == [], (width, height)
    # It calculates, compares and asks.
    before = run("() => document.getElementById('numbers-output').textContent")
    run("""() => { const field = document.querySelector("#numbers-list .number"); field.value = "0.815";
        field.dispatchEvent(new Event("change")); renderNow(); }""")
    assert run("() => document.getElementById('numbers-output').textContent") != before
    run("""() => { enter("check"); checkAll(); renderNow(); }""")
    assert run("() => document.getElementById('check-result').dataset.failing") == "0"
    run("""() => { enter("quiz"); startQuiz(); renderNow(); }""")
    assert run("() => quizzing()") is True
    run("""() => { leave(); renderNow(); project(true); }""")
    assert run("() => document.getElementById('modes').checkVisibility()") is False
