"""A browser to try pages in: Debian's Chromium, driven by Playwright, without a network."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from tests.support.browser import browser as browser  # a fixture


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for barriers in a page, axe-core."""
    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Write the page of an explanation and open it. At the end of the test its console has to be empty, and nothing but
    the file itself may have been asked for.
    """
    pages: list[Any] = []
    heard: list[str] = []
    asked: list[str] = []

    def visit(explanation: Any, *, width: int = 1280, height: int = 900, scheme: str = "light", step: int | None = None,
              reduced: str = "no-preference", **options: Any) -> Any:
        path = tmp_path / f"lesson{len(pages)}.html"
        explanation.to_html(path, **options)
        page = browser.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion=reduced)
        pages.append(page)
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri() + ("" if step is None else f"#step={step}"))
        assert page.evaluate("document.documentElement.dataset.ready") == "yes", heard
        return page

    visit.heard = heard  # pyright: ignore[reportFunctionMemberAccess]
    yield visit
    for page in pages:
        page.close()
    assert heard == []
    assert [url.partition("#")[0] for url in asked] == [(tmp_path / f"lesson{number}.html").as_uri()
                                                       for number in range(len(pages))]
