"""The pages of the book and their code: `python -m tests.support.book PAGE` runs the Python of one page.

A page is run from top to bottom, each block with the names of the one before, in a process of its own, since it may add
rows to the table, and in a folder of its own, since it may write files.
"""

import doctest
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
PAGES = [*READMES, *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str | None = None) -> list[tuple[int, str, str]]:
    """The code blocks of a page, or those in one language: the number of the first line, the language, the text."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(.*)\n((?:(?!```).*\n)*)```$", text, re.MULTILINE)
    return [(text.count("\n", 0, block.start(2)), block[1], block[2]) for block in found
            if language in (None, block[1])]


def run(page: Path) -> int:
    """Run all Python of a page, and return the number of failures."""
    parser, runner, names = doctest.DocTestParser(), doctest.DocTestRunner(), {"__name__": "__main__"}
    for line, _, text in blocks(page, "pycon"):
        test = parser.get_doctest(text, names, page.name, str(page), line)
        runner.run(test, clear_globs=False)
        names = test.globs
    print(f"{runner.summarize(verbose=False).attempted} examples")
    return runner.failures


if __name__ == "__main__":
    sys.exit(min(run(Path(sys.argv[1])), 1))
