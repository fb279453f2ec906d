"""The book as a site: it is built without a warning, and nothing in it is fetched from anywhere."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.book import ROOT

NOWHERE = "http://127.0.0.1:9"  # where nobody answers
READ = ["index.html", "tutorial/04-used-twice.html", "how-to/explain.html", "how-it-works.html",
        "reference/operations.html", "reference/networks.html", "reference/command-line.html"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as the gate builds it, but without a network."""
    pytest.importorskip("mkdocs", reason='the book is built with MkDocs: pip install -e ".[docs]"')
    folder = tmp_path_factory.mktemp("book") / "site"
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"), NOWHERE)
    result = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)], cwd=ROOT,
                            env=os.environ | proxies | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    assert result.returncode == 0, result.stdout
    return folder


class Loaded(HTMLParser):
    """The addresses in a page of what a browser loads by itself: not those of links that one may follow."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "srcset", "poster", "data") or (name == "href" and tag in ("link", "image", "use")):
                self.addresses += (value or "").split()


def elsewhere(addresses: list[str]) -> list[str]:
    return [address for address in addresses if re.match(r"(?:\w+:)?//", address)]


def test_no_page_and_no_style_sheet_loads_anything_from_elsewhere(site: Path) -> None:
    pages, styles = sorted(site.rglob("*.html")), sorted(site.rglob("*.css"))
    assert len(pages) > 40
    assert styles
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = Loaded(text).addresses
        assert loaded or page.parent.name == "lessons"  # which are whole by themselves
        assert elsewhere(loaded) == [], page
        assert "fonts.googleapis" not in text, page
    for style in styles:
        loaded = re.findall(r"(?:url\(|@import )['\"]?([^'\")]*)", style.read_text(encoding="utf-8"))
        assert elsewhere(loaded) == [], style


def test_what_the_code_says_is_filled_in(site: Path) -> None:
    pages = {page.relative_to(site).as_posix(): page.read_text(encoding="utf-8") for page in site.rglob("*.html")}
    assert not [name for name, text in pages.items() if "BLANKLINE" in text]
    assert "<code>1 - y²</code>" in pages["reference/operations.html"]
    assert all(f"<code>{name}</code>" in pages["how-it-works.html"] for name in ("autograd/graph.py", "losses.py"))
    assert "--highlight NAME" in pages["reference/command-line.html"]
    assert "lessons/neuron.html" in pages["how-to/lessons.html"]
    assert "lessons/neuron.html" in pages


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium")
    if not program:
        pytest.skip("the site is tried in Chromium, which is not installed: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason='playwright is needed: pip install -e ".[test]"')
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


def test_the_site_can_be_read_from_files_on_a_screen_and_on_a_phone(site: Path, browser: Any) -> None:
    requested: list[str] = []
    heard: list[str] = []
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        for name in READ:
            page.goto((site / name).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert not page.locator("img").evaluate_all("all => all.filter(one => !one.naturalWidth).length")
        page.close()
    assert heard == []
    assert [address for address in requested if not address.startswith(site.as_uri())] == []


def test_the_search_finds_what_is_there_without_a_server(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.click(".md-search__input")
    page.keyboard.type("hessian", delay=20)
    found = page.locator(".md-search-result__link")
    found.first.wait_for()
    assert any("calculus.html" in link for link in found.evaluate_all("all => all.map(one => one.href)"))
    page.close()


def test_what_is_copied_is_the_code_alone(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.add_init_script("navigator.clipboard.writeText = async text => { window.copied = text; };"
                         "document.execCommand = () => { window.copied = getSelection().toString() || "
                         "document.activeElement.value; return true; };")
    page.goto((site / "tutorial" / "01-multiplication.html").as_uri())
    page.locator(".md-clipboard, .md-code__button").first.click()
    page.wait_for_function("window.copied")
    lines = [line.strip() for line in page.evaluate("window.copied").splitlines() if line.strip()]
    assert lines == ["from autograd import Value", 'a = Value(2.0, label="a")', 'b = Value(-3.0, label="b")',
                     "c = a * b", "c"]
    page.close()
