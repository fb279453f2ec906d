"""A browser to try pages and pictures in: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--no-first-run", "--disable-quic", "--renderer-process-limit=1"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A window of the browser, for all tests of a file: to open one takes longer than most of them.

    Not for longer: while Playwright is there, an event loop is running, and other tests start their own.
    """
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # the same, in half the time
    if not program:
        pytest.skip("the pages are tried in Chromium, which is not installed: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason='playwright is needed: pip install -e ".[test]"')
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield launched.new_context()
        launched.close()
