"""Where the result of a command goes: to the standard output, or to a file, which is written whole or not at all."""

import re
import sys
import webbrowser
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from itertools import count
from pathlib import Path
from unicodedata import normalize

from autograd.writing.saving import replace_file


class OptionError(ValueError):
    """An option that does not fit."""


def output_options(parser: ArgumentParser, where: str, opened: bool = False) -> None:
    """Give a command the options that say where its result goes. `where`: the help of the first one. `opened`: whether
    the result is shown unless it is not wanted."""
    # main() puts a space before what begins with a minus sign, so that it is not taken for an option.
    parser.add_argument("-o", "--output", metavar="FILE", help=where,
                        type=lambda name: Path(re.sub("^ (?=-)", "", name)))
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")
    parser.add_argument("--open", action=BooleanOptionalAction, default=opened, help="save the result and show it")


def destination(options: Namespace, default: str, printed: bool | None = None) -> Path | None:
    """The file to write, which does not exist unless it may be replaced; None for the standard output.

    `printed`: whether the result is printed if no file is named; by default, unless the output is a terminal.
    """
    path: Path | None = options.output
    if path is None:
        if not options.open and (not sys.stdout.isatty() if printed is None else printed):
            return None
        name = Path(default)
        numbered = (name.with_stem(f"{name.stem}-{number}") for number in count(2))
        return name if not name.exists() else next(other for other in numbered if not other.exists())
    if not path.parent.is_dir():
        raise OptionError(f"there is no folder {path.parent}")
    if path.exists() and not path.is_file():
        raise OptionError(f"{path} is not a file")
    if path.exists() and not options.force:
        raise OptionError(f"{path} already exists: choose another name, or use --force to replace it")
    return path


def deliver(content: str | bytes, path: Path | None, options: Namespace) -> None:
    """Print the result, or save it, whole or not at all, and say where; and show it if that is wanted."""
    if path is None and isinstance(content, str):
        print(content)
        return
    data = content if isinstance(content, bytes) else f"{content}\n".encode()
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    try:
        replace_file(path, data)
    except OSError as error:
        raise RuntimeError(f"{path} cannot be written: {error.strerror}") from None
    print(f"saved as {path}")
    if options.open and not webbrowser.open(path.resolve().as_uri()):
        print("note: no program was found to show it", file=sys.stderr)


def file_name(formula: str) -> str:
    """A name for a file about a formula, without a suffix: what every system allows, and can be typed."""
    words = re.findall(r"[^\W_]+", normalize("NFKC", formula))
    return "-".join(["lesson", *words])[:50].rstrip("-")
