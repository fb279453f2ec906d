"""The command line: `python -m autograd draw "tanh(w*x + b)" w=-3 x=2 b=6.88 -o picture.svg`.

This finds the command, and says what went wrong; commands.py has what the commands do. The exit code is 2 if the
command, the formula or its numbers were not typed right, and 1 if something else is wrong: a number outside a
function's domain, gradients that disagree, a file that cannot be written.
"""

import os
import re
import sys
import textwrap
import warnings
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO, TextIOWrapper

from autograd.errors import ExpressionError
from autograd.shell.commands import COMMANDS, Run, quoted
from autograd.shell.output import OptionError
from autograd.writing.expression import read
from autograd.writing.mistakes import spelled
from autograd.writing.vocabulary import functions

FORMULA = """\
A formula is written as on a blackboard: 2x, 3(x + 1), x², x^2, |x|, √x, 1/(2x), e^x, y = w·x + b. The signs of Python
do too: 2*x, x**2. ^ is a power; what can be read in two ways, as 1/2x can, is refused. The constants are π (or pi) and
e, angles are in radians, log and ln are the natural logarithm. These are the functions:

{functions}

Each name needs a number: NAME=NUMBER. The number may be a calculation, as in x=π/2. Quotes keep the shell from
reading the formula. xy is one name: write x·y or x y for a product.
"""
EXAMPLES = """\
examples:
  glassgrad explain "y = tanh(w·x + b)" w=-3 x=2 b=6.88
  glassgrad lesson "L = (w·x - t)²" w=0.5 x=2 t=3 --lr 0.1
  glassgrad draw "x²y + 2x" x=3 y=-1 -o picture.svg
  glassgrad check "e^(-x²/2)" x=1

glassgrad COMMAND --help says more, and what a formula may have.
"""


def main(arguments: Sequence[str] | None = None, program: str = "glassgrad") -> int:
    """Run one command, by default the one that Python was started with, and return its exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the shell has closed it
            setattr(sys, name, TextIOWrapper(BytesIO(), "utf-8"))
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = ArgumentParser(program, description="See through a formula and its derivatives.", allow_abbrev=False,
                            formatter_class=RawDescriptionHelpFormatter, epilog=EXAMPLES.replace("glassgrad", program))
    parser.add_argument("--version", action="version", version=f"glassgrad {_version()}")
    choices = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    commands: dict[str, tuple[ArgumentParser, Run]] = {}
    for name, (command, purpose) in COMMANDS.items():
        choice = choices.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".",
                                    formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False)
        choice.add_argument("formula", metavar="FORMULA", help='such as "tanh(w*x + b)"')
        choice.add_argument("numbers", metavar="NAME=NUMBER", nargs="*", help="a number for each name in the formula")
        commands[name] = choice, command(choice)
        choice.epilog = _epilog(choice)
    if given and not given[0].startswith("-") and given[0] not in commands:
        print(f"{program}: error: {_no_command(program, given)}", file=sys.stderr)
        return 2
    if not given or given[0] not in commands:
        parser.parse_args(given)  # finds --help, --version, or a mistake, and exits
    chosen, run = commands[given[0]]
    # With a space before it, a formula such as -x is not taken for an option. And numbers may come after options.
    options, unknown = chosen.parse_known_intermixed_args([re.sub("^-(?=[^-oh])", " -", argument)
                                                           for argument in given[1:]])
    if unknown:
        chosen.error(_no_option(chosen, unknown[0]))
    options.typed = [*program.split(), *given]
    try:
        with warnings.catch_warnings(record=True) as noticed:
            warnings.simplefilter("always")
            code = run(options)
        for warning in noticed:
            print(f"note: {warning.message}", file=sys.stderr)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads this, `head` for instance, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ArithmeticError, OSError, RuntimeError, ValueError) as error:
        print(f"{chosen.prog}: error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ExpressionError | OptionError) else 1


def _no_command(program: str, given: Sequence[str]) -> str:
    """What to say of a word that is no command: the nearest one, or the one that a formula needs before it."""
    near = get_close_matches(given[0].lower(), COMMANDS, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f": there are {', '.join(COMMANDS)}"
    try:
        if not near and len(read(given[0]).steps) > 1:
            hint = f"; to explain a formula, type: {' '.join(map(quoted, [*program.split(), 'explain', *given]))}"
    except ExpressionError:
        pass
    return f"there is no command {spelled(given[0])}{hint}"


def _no_option(parser: ArgumentParser, given: str) -> str:
    name = given.partition("=")[0]
    known = re.findall(r"(?<![\w-])--[a-z-]+", parser.format_help())
    near = get_close_matches(name.lower(), known, 1)
    return f"there is no option {spelled(name)}" + (f"; did you mean {near[0]}?" if near else "")


def _epilog(parser: ArgumentParser) -> str:
    """The end of a command's help: what a formula is, and its examples."""
    named = textwrap.fill(", ".join(sorted(functions())), 100, initial_indent="  ", subsequent_indent="  ")
    examples = [f"  {parser.prog} {line.strip()}" for line in (parser.epilog or "").splitlines()]
    return "\n".join([FORMULA.format(functions=named), "examples:", *examples])


def _version() -> str:
    try:
        return version("glassgrad")
    except PackageNotFoundError:
        return "(not installed)"
