"""Drawing: a picture that lays itself out wherever Python runs.

The layout is made by the system's Graphviz if there is one that works, and otherwise by `graphviz-pure`, a program
that is installed together with this package. The package `graphviz` itself stays as it is for other users.
"""

# The package graphviz brings no complete types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import os
import shutil
import subprocess
import sysconfig
from typing import Any

import graphviz

from autograd.drawing.svg import for_browsers
from autograd.writing.saving import replace_file

SYSTEM = "dot"
EMBEDDED = "graphviz-pure"
RASTER = ("png", "jpeg", "jpg")
# A picture of pixels is sharp enough for a projector, and no larger than 8,000 by 8,000.
PIXELS = {"dpi": "144", "size": "55,55"}

FilePath = str | os.PathLike[str]


class LayoutProgramNotFound(graphviz.ExecutableNotFound):
    """There is neither Graphviz nor graphviz-pure."""

    def __init__(self) -> None:
        RuntimeError.__init__(self, "there is no program to lay the picture out with: install graphviz-pure with "
                                    "`pip install graphviz-pure`, or Graphviz from https://graphviz.org/download")


class Drawing(graphviz.Digraph):
    """A graph as a picture, which is what `draw` returns: a `graphviz.Digraph` that needs no Graphviz.

    In a notebook it shows itself; `.render("picture.svg")` writes a file and returns its path; `.svg()`, `.pipe()`
    return the picture; `.view()` opens it; `.source` is what it is made from, in DOT, the language of Graphviz.

    `timeout`: how many seconds a layout may take, 20 unless it is set.

    Whatever needs a layout raises ValueError for a format that does not exist, TimeoutError if the layout takes too
    long, and LayoutProgramNotFound.
    """

    timeout: float = 20.0

    def pipe(self, format: str | None = None, renderer: str | None = None, formatter: str | None = None,
             neato_no_op: bool | int | None = None, quiet: bool = False, *, engine: str | None = None,
             encoding: str | None = None) -> Any:
        """The picture as bytes, or as text of this encoding. See `graphviz.Digraph.pipe`."""
        format = format or self.format
        if formatter is not None and renderer is None:
            raise graphviz.RequiredArgumentError("formatter given without renderer")
        renderer, formatter = renderer or self.renderer, formatter or self.formatter
        options = [f"-K{engine or self.engine}", f"-T{':'.join(filter(None, (format, renderer, formatter)))}"]
        if neato_no_op:
            options.append(f"-n{neato_no_op:d}")
        if format in RASTER:
            options += [f"-G{name}={number}" for name, number in PIXELS.items() if name not in self.graph_attr]
        picture = self._laid_out(options)
        if format == "svg" and not renderer:
            picture = for_browsers(picture.decode()).encode()
        return picture if encoding is None else picture.decode(encoding)

    def svg(self) -> str:
        """The picture as SVG. Nodes, edges and frames have the `id` and `class` of the source, and a tooltip."""
        return self.pipe("svg", encoding="utf-8")

    def save(self, filename: FilePath | None = None, directory: FilePath | None = None, *,
             skip_existing: bool | None = False) -> str:
        """Write the source, in DOT, to a file, and return its path."""
        if filename is not None:
            self.filename = os.fspath(filename)
        if directory is not None:
            self.directory = os.fspath(directory)
        if not (skip_existing and os.path.exists(self.filepath)):
            _write(self.filepath, self.source.encode(self.encoding))
        return self.filepath

    def render(self, filename: FilePath | None = None, directory: FilePath | None = None, view: bool = False,
               cleanup: bool = False, format: str | None = None, renderer: str | None = None,
               formatter: str | None = None, neato_no_op: bool | int | None = None, quiet: bool = False,
               quiet_view: bool = False, *, outfile: FilePath | None = None, engine: str | None = None,
               raise_if_result_exists: bool = False, overwrite_source: bool = False) -> str:
        """Write the picture to a file, and return its path.

        As in `graphviz`, `filename` names the source, and the picture is called the same with the format appended,
        while `outfile` names the picture itself. But a `filename` that ends like a picture's, `picture.svg`, names the
        picture, and no source is written. A file appears, or is replaced, only when it is complete.
        """
        if filename is not None and outfile is None and format is None and _format_of(filename) in graphviz.FORMATS:
            filename, outfile, cleanup = None, filename, True
        folder = os.fsdecode(self.directory if directory is None else directory)
        if outfile is None:
            format = format or self.format
            source = os.fspath(filename if filename is not None else self.filename)
            endings = [source, formatter or self.formatter, renderer or self.renderer, format]
            target = os.path.join(folder, ".".join(filter(None, endings)))
        else:
            format = format or _format_of(outfile)
            source = os.path.splitext(os.fspath(outfile))[0] + ".gv" if filename is None else os.fspath(filename)
            target = os.path.join(folder, os.fspath(outfile))
        if format not in graphviz.FORMATS:
            raise ValueError(f"there is no format {format!r}: end the name of the picture in .svg, .png, .jpeg ...")
        if raise_if_result_exists and os.path.exists(target):
            raise graphviz.FileExistsError(f"there is a file {target!r} already")
        if not cleanup and not overwrite_source and _same(target, os.path.join(folder, source)):
            raise ValueError(f"the picture and its source would both be {target!r}")
        picture = self.pipe(format, renderer, formatter, neato_no_op, quiet, engine=engine)
        if not cleanup:
            self.save(source, directory)
        _write(target, picture)
        if view or quiet_view:
            graphviz.view(target, quiet=quiet_view)
        return target

    def view(self, filename: FilePath | None = None, directory: FilePath | None = None, cleanup: bool = False,
             quiet: bool = False, quiet_view: bool = False) -> str:
        """Write the picture to a file, open it with the program that the system has for it, and return its path."""
        return self.render(filename, directory, view=True, cleanup=cleanup, quiet=quiet, quiet_view=quiet_view)

    def copy(self) -> "Drawing":
        """An independent copy."""
        twin = super().copy()
        twin.timeout = self.timeout
        return twin

    def _repr_svg_(self) -> str:
        return self.svg()

    def _laid_out(self, options: list[str]) -> bytes:
        """What the first layout program that can do it makes of the source."""
        programs, source, complaint = layout_programs(), self.source.encode(), "nothing came out"
        if not programs:
            raise LayoutProgramNotFound
        for program in programs:
            try:
                made = subprocess.run([program, *options], input=source, capture_output=True, timeout=self.timeout,
                                      creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))
            except subprocess.TimeoutExpired:
                raise TimeoutError(f"the layout took more than {self.timeout:g} s and was ended: collapse the graph by "
                                   "a lower max_nodes, or set the drawing's timeout higher") from None
            except OSError as error:  # not a program for this machine, or not to be run
                complaint = f"{program}: {error.strerror}"
                continue
            if made.returncode == 0 and made.stdout:
                return made.stdout
            complaint = made.stderr.decode(errors="replace").strip() or complaint
        if 'Format: "' in complaint:
            raise ValueError(f"no layout program here writes {options[1][2:]}: there are svg, png, jpeg, dot and json; "
                             "for pdf, ps and more install Graphviz from https://graphviz.org/download")
        raise RuntimeError(f"the picture could not be laid out: {complaint}")


def layout_programs() -> list[str]:
    """The paths of the layout programs on this machine, the best one first."""
    # The scripts of this environment, activated or not, and of the user; what is on the PATH comes last.
    folders = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))]
    found = [shutil.which(SYSTEM), *(shutil.which(EMBEDDED, path=folder) for folder in folders), shutil.which(EMBEDDED)]
    return list(dict.fromkeys(program for program in found if program))


def _format_of(filename: FilePath) -> str:
    return os.path.splitext(os.fspath(filename))[1][1:].lower()


def _same(one: str, other: str) -> bool:
    return os.path.abspath(one) == os.path.abspath(other)


def _write(path: str, data: bytes) -> None:
    """Write a whole file or none, in a folder that is created if need be."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    replace_file(path, data)
