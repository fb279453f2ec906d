"""The screenshot of a lesson that the README shows, made anew: python demos/screenshot.py

It needs Playwright (`pip install playwright`) and Chromium (on Debian, `apt-get install chromium`).
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import lesson  # the file beside this one

SHOWN = "neuron"
STEP = 12  # backward through the activation


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).parents[1] / "docs" / "lesson.png"
    parser.add_argument("-o", "--output", type=Path, default=default, help="the file (default: docs/lesson.png)")
    arguments = parser.parse_args()
    browser_program = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        parser.error("a browser is driven by Playwright, which is not installed: pip install playwright")
    if browser_program is None:
        parser.error("the screenshot is made with Chromium, which is not installed: apt-get install chromium")
    title, make = lesson.LESSONS[SHOWN]
    explanation, rate = make()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "lesson.html")
        explanation.to_html(path, title=title["en"], lr=rate)
        browser = playwright.chromium.launch(executable_path=browser_program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce", color_scheme="light")
        page.goto(f"{path.as_uri()}#step={STEP}")
        page.screenshot(path=arguments.output)
        browser.close()
    print(arguments.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
