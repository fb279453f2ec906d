"""What MkDocs does beyond copying the pages: it fills in what the code itself says best.

In a page, `<!-- house -->` becomes the list of rooms and files, `<!-- operations -->` the table of operations,
`<!-- help draw -->` the help of a command, and `<!-- lessons -->` a lesson to try and links to the others, which
demos/lesson.py makes and which are pages of the site as well.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from autograd import formula, operations
from autograd.shell.main import main as run_command

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import house  # noqa: E402 (beside this file)

from demos import lesson  # noqa: E402 (above this folder)

SHOWN = "neuron"  # the lesson that can be tried within the page


def on_files(files: Files, config: Any) -> Files:
    """Add the lessons to the site."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (title, make) in lesson.LESSONS.items():
            explanation, rate = make()
            path = Path(folder, f"{name}.html")
            explanation.to_html(path, title=title["en"], lr=rate)
            files.append(File.generated(config, f"lessons/{name}.html", content=path.read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put what the code says in the places of the marks. Where doctest needs a word for an empty line, leave it out."""
    def part(mark: re.Match[str]) -> str:
        return PARTS[mark[1]](*filter(None, [mark[2]]))

    return re.sub(rf"<!-- ({'|'.join(PARTS)})(?: (\w+))? -->", part, markdown).replace("<BLANKLINE>", "")


def house_listed() -> str:
    """Each room with what it is for, and its files."""
    lines: list[str] = []
    for room, purpose in house.rooms().items():
        if room.removeprefix("autograd/") in house.ENGINE:
            lines.append(f"- `{room}.py`: {purpose}")
            continue
        lines += ["", f"**`{room}/`** {purpose}", ""]
        for name, line in house.files(room):
            if f"{room}/{name.removesuffix('.py')}" not in house.rooms():
                lines.append(f"- `{name}`: {line}" if line else f"- `{name}`")
    return "\n".join(lines)


def operations_listed() -> str:
    """A row for each operation: how it is called, its domain, its derivatives, what it is made of."""
    lines = ["| operation | written | needs | derivatives | made of simpler ones |", "|---|---|---|---|---|"]
    for row in operations.values():
        slopes = "<br>".join(f"∂/∂{name}: `{_derivative(row, name)}`" for name, partial in
                           zip(row.parameters, row.partials, strict=True) if partial is not None)
        opened = "" if row.expansion is None else "yes"
        cells = [f"`{row.name}`", f"`{row.call}`", f"`{row.domain}`" if row.domain else "", slopes or "none", opened]
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines)


def _derivative(row: Any, name: str) -> str:
    return "a list" if any(row.lists) else str(formula(row, partial=name))


def lessons_listed() -> str:
    """One lesson to try at once, and the way to the others."""
    links = [f'- <a href="../lessons/{name}.html">{title["en"]}</a>' for name, (title, _) in lesson.LESSONS.items()]
    return "\n".join([f'<iframe class="lesson" src="../lessons/{SHOWN}.html#step=12" title="A lesson" loading="lazy">'
                      "</iframe>", "", *links])


def help_of(*command: str) -> str:
    """What the command line says to --help."""
    os.environ["COLUMNS"] = "84"  # as wide as a page
    said = StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        run_command([*command, "--help"])
    return f"```text\n{said.getvalue()}```"


PARTS: dict[str, Callable[..., str]] = {
    "house": house_listed, "operations": operations_listed, "lessons": lessons_listed, "help": help_of}
