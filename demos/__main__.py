"""Seven lessons: a network that learns from real data, trained from scratch, tested on what it has not seen.

Each is one file to read, demos/NAME.py. It tells what it does, trains, compares itself with scikit-learn or PyTorch,
leaves pictures and its figures in a folder, and fails if it does not reach the figure that it promises.
"""

import argparse
import importlib
import sys
import time
from pathlib import Path

# In the order of teaching.
LESSONS = ("moons", "digits", "speakers", "names", "phishing", "diagnosis", "stocks")


def main(arguments: list[str] | None = None) -> int:
    """Run a lesson. The exit code is 0 if it reached its figure, 1 if not, and 2 if it could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m demos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  python -m demos                         lists the lessons\n  python -m demos digits\n"
               "  python -m demos names --quick --out slides")
    parser.add_argument("name", nargs="?", choices=LESSONS, metavar="NAME", help=", ".join(LESSONS))
    parser.add_argument("--quick", action="store_true", help="a smaller run, to see whether everything works")
    parser.add_argument("--out", type=Path, default=Path("pictures"), metavar="FOLDER",
                        help="where pictures and figures go; created if missing (default: %(default)s)")
    given = parser.parse_args(arguments)
    sys.stdout.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    if given.name is None:
        print(listing())
        return 0
    try:
        given.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"cannot write to {given.out}: {error.strerror}")
    try:
        from demos.kit import Show

        lesson = importlib.import_module(f"demos.{given.name}")
        show, began = Show(given.name, given.quick, given.out), time.perf_counter()
        print(f"{lesson.__doc__.strip()}\n")
        lesson.run(show)
    except ImportError as error:
        print(f'{given.name} needs the package {error.name}: pip install -e ".[demos]"', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{given.name} was stopped", file=sys.stderr)
        return 130
    code = show.finish()
    print(f"time: {time.perf_counter() - began:.0f} s")
    return code


def listing() -> str:
    """A line for each lesson, read from its file without importing it or the packages that it needs."""
    width = max(len(first_line(name)) for name in LESSONS)
    lines = [f"  {name:10} {first_line(name):{width}}   {expected_time(name)}" for name in LESSONS]
    return "\n".join(["python -m demos NAME [--quick] [--out FOLDER]\n", *lines,
                      '\nThey need pip install -e ".[demos]".'])


def first_line(name: str) -> str:
    return source(name).split('"""')[1].splitlines()[0]


def expected_time(name: str) -> str:
    return source(name).split("\nTIME = \"")[1].split('"')[0]


def source(name: str) -> str:
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
