"""Drawing: a picture that lays itself out wherever Python runs.

The layout is made by the system's Graphviz where there is one, and otherwise by `graphviz-pure`, a program that
installing this package put next to the interpreter.
"""

import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import graphviz

EMBEDDED = "graphviz-pure"


class Drawing(graphviz.Digraph):
    """A graph as a picture: what `draw` returns. `timeout`: how many seconds a layout may take."""

    timeout: float = 20.0

    def pipe(self, format: str | None = None, renderer: str | None = None, formatter: str | None = None,
             neato_no_op: bool | int | None = None, quiet: bool = False, *, engine: str | None = None,
             encoding: str | None = None) -> Any:
        """The picture as bytes, or as text in this encoding."""
        format = format or self.format
        picture = self._laid_out(format, engine)
        return picture if encoding is None else picture.decode(encoding)

    def svg(self) -> str:
        """The picture as SVG, a string."""
        return self.pipe("svg", encoding="utf-8")

    def _repr_svg_(self) -> str:
        return self.svg()

    def _laid_out(self, format: str, engine: str | None) -> bytes:
        program = find_program()
        made = subprocess.run([program, f"-K{engine or self.engine}", f"-T{format}"],
                              input=self.source.encode(), capture_output=True, timeout=self.timeout, check=False)
        if made.returncode:
            raise RuntimeError(made.stderr.decode(errors="replace"))
        return tidied(made.stdout.decode()).encode() if format == "svg" else made.stdout


_ANCHOR = re.compile(r'<g id="a_[^"]*"><a xlink:title="([^"]*)">\n(.*?)</a>\n</g>\n', re.DOTALL)
_GROUP = re.compile(r'(<g id="[^"]*" class="(?:node|edge|cluster|graph)[^"]*">\n)<title>[^<]*</title>\n'
                    r'(?:<g id="a_[^"]*"><a xlink:title="([^"]*)">\n)?')


def tidied(svg: str) -> str:
    """An SVG with the tooltips where browsers look for them, in the `<title>` of each node and edge."""
    svg = _GROUP.sub(lambda match: f"{match[1]}<title>{match[2] or ''}</title>\n{match[0][len(match[0]):]}"
                     + (f'<g id="a_"><a xlink:title="{match[2]}">\n' if match[2] else ""), svg)
    return _ANCHOR.sub(r"\2", svg)


def find_program() -> str:
    """The layout program: the system's `dot`, or the one that was installed with this package."""
    found = shutil.which("dot") or shutil.which(EMBEDDED, path=sysconfig.get_path("scripts")) or shutil.which(EMBEDDED)
    if not found:
        raise graphviz.ExecutableNotFound([EMBEDDED])
    return found
