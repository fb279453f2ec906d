"""The command line of the benchmarks: `python -m tests.benchmarks eager --json figures.json`."""

import argparse
from pathlib import Path

from tests.benchmarks import compiled, draw, eager, explain, saving

# A new benchmark is a module with `run(rounds, quick) -> Table`, and an entry here.
BENCHMARKS = {"compiled": compiled, "draw": draw, "eager": eager, "explain": explain, "saving": saving}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure glassgrad.")
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, benchmark in BENCHMARKS.items():
        summary = (benchmark.__doc__ or "").splitlines()[0]
        options = names.add_parser(name, help=summary, description=benchmark.__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
        options.add_argument("--json", type=Path, metavar="FILE", help="also save the figures there")
        options.add_argument("--rounds", type=_count, metavar="N", default=15,
                             help="how often to measure each thing (default: %(default)s)")
        options.add_argument("--quick", action="store_true",
                             help="tiny sizes: shows that the benchmark runs, and measures nothing of use")
    arguments = parser.parse_args()
    if arguments.json and not arguments.json.parent.is_dir():
        parser.error(f"there is no folder {arguments.json.parent} to save {arguments.json.name} in")
    table = BENCHMARKS[arguments.name].run(arguments.rounds, arguments.quick)
    print(table)
    if arguments.json:
        arguments.json.write_text(table.json(), encoding="utf-8")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 is needed, not {text!r}")
    return int(text)


main()
