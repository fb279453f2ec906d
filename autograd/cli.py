"""The command line: `python -m autograd draw "tanh(w*x + b)" w=-3 x=2 b=6.88 -o picture.svg`.

A command is one function: it gives its parser options and examples, and returns what is to be run. The exit code is 2
if the command, the formula or its numbers were not typed right, and 1 if something else is wrong: a number outside of
a function's domain, gradients that disagree, a file that cannot be written.
"""

import os
import re
import sys
import textwrap
import warnings
import webbrowser
from argparse import ArgumentParser, BooleanOptionalAction, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO, TextIOWrapper
from itertools import count
from pathlib import Path

from autograd.checking import check_gradients
from autograd.drawing import draw
from autograd.errors import DomainError, ExpressionError, GradientError
from autograd.expansion import expand
from autograd.expression import Expression, functions, read, read_values
from autograd.saving import save
from autograd.value import Value

Run = Callable[[Namespace], int]


class OptionError(ValueError):
    """An option that does not fit."""


FORMULA = """\
A formula is made of numbers, names, + - * / ** (or ^), parentheses, the constants pi and e, and these functions:

{functions}

Each name needs a number: NAME=NUMBER, which may be calculated, too, as in x=pi/2. Quotes keep the shell from reading
the formula.
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
    parser = ArgumentParser(program, description="See through a formula and its derivatives.", allow_abbrev=False)
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
    if not given or given[0] not in commands:
        parser.parse_args(given)  # finds --help, --version, or a mistake, and exits
    chosen, run = commands[given[0]]
    # With a space before it, a formula such as -x is not taken for an option. And numbers may come after options.
    options = chosen.parse_intermixed_args([re.sub("^-(?=[^-oh])", " -", argument) for argument in given[1:]])
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


# ---- The commands ----------------------------------------------------------------------------------------------------


def draw_command(parser: ArgumentParser) -> Run:
    _output_options(parser, "the picture, in the format that the suffix names: .svg, .png, .dot and others",
                    "SVG is printed")
    parser.add_argument("--direction", choices=["LR", "TB", "RL", "BT"], default="LR",
                        help="where the arrows go: from left (L) to right (R), or from top (T) to bottom (B)")
    parser.add_argument("--gradients", action=BooleanOptionalAction, default=True, help="show the gradients")
    parser.add_argument("--expand", action="store_true", help="open the functions that are made of simpler ones")
    parser.add_argument("--highlight", metavar="NAME", help="emphasise all paths from this variable to the result")
    parser.epilog = """\
        "tanh(w*x + b)" w=-3 x=2 b=6.88 -o picture.svg
        "(a + b)*(b + 1)" a=2 b=1 --highlight b --direction TB --open
        "sigmoid(x)" x=0.5 --expand --no-gradients > opened.svg"""

    def run(options: Namespace) -> int:
        expression, numbers = _read(options)
        if options.highlight is not None and options.highlight not in numbers:
            raise OptionError(f"--highlight {options.highlight}: the formula has no such variable")
        path = _destination(options, "drawing.svg")
        inputs = {name: Value(number, name) for name, number in numbers.items()}
        result = expression.evaluate(inputs)
        output = result if isinstance(result, Value) else Value(result)
        if options.expand:
            output = expand(output)
        if options.gradients:
            try:
                output.backward()
            except DomainError as error:
                raise RuntimeError(f"{error}; --no-gradients leaves the gradients out") from None
        highlight = inputs[options.highlight] if options.highlight else None
        drawing = draw(output, direction=options.direction, gradients=options.gradients, highlight=highlight)
        _deliver(drawing.pipe(path.suffix[1:].lower() if path else "svg"), path, options)
        return 0

    return run


def check_command(parser: ArgumentParser) -> Run:
    parser.epilog = """\
        "tanh(w*x + b)" w=-3 x=2 b=6.88
        "x^3 - 2*x" x=1.5
        "logsumexp(a, b, c) - a" a=1 b=2 c=-pi"""

    def run(options: Namespace) -> int:
        expression, numbers = _read(options)
        if not numbers:
            raise OptionError("without a variable there is no gradient to check")
        try:
            print(check_gradients(expression, *(numbers[name] for name in expression.names)))
        except GradientError as error:
            print(error.report)
            print(f"{parser.prog}: {str(error).partition(':')[0]}", file=sys.stderr)
            return 1
        return 0

    return run


COMMANDS = {
    "draw": (draw_command, "draw the graph of a formula with its numbers, local derivatives and gradients"),
    "check": (check_command, "find the gradient of a formula in three ways, and compare them"),
}

# ---- What they share -------------------------------------------------------------------------------------------------


def _read(options: Namespace) -> tuple[Expression, dict[str, float]]:
    """The formula and the numbers of its variables, which all have one."""
    expression = read(options.formula)
    for note in expression.notes:
        print(f"note: {note}", file=sys.stderr)
    numbers = read_values(options.numbers, expression.names)
    expression.require(numbers)
    return expression, numbers


def _output_options(parser: ArgumentParser, what: str, otherwise: str) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", type=Path,
                        help=f"where to save {what}; without it, {otherwise}, or saved if this is a terminal")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")
    parser.add_argument("--open", action="store_true", help="save the result and show it")


def _destination(options: Namespace, default: str) -> Path | None:
    """The file to write, which does not exist unless it may be replaced; None for the standard output."""
    path: Path | None = options.output
    if path is None:
        if not options.open and not sys.stdout.isatty():
            return None
        name = Path(default)
        numbered = (name.with_stem(f"{name.stem}-{number}") for number in count(2))
        return name if not name.exists() else next(other for other in numbered if not other.exists())
    if not path.suffix:
        raise OptionError(f"{path} needs a suffix that says the format, such as {Path(default).suffix}")
    if not path.parent.is_dir():
        raise OptionError(f"there is no folder {path.parent}")
    if path.exists() and not path.is_file():
        raise OptionError(f"{path} is not a file")
    if path.exists() and not options.force:
        raise OptionError(f"{path} exists already: choose another name, or --force to replace it")
    return path


def _deliver(content: bytes, path: Path | None, options: Namespace) -> None:
    """Print the result, or save it, whole or not at all, and say where; and show it if that is wanted."""
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        save(path, content)
    except OSError as error:
        raise RuntimeError(f"{path} cannot be written: {error.strerror}") from None
    print(f"saved as {path}")
    if options.open and not webbrowser.open(path.resolve().as_uri()):
        print("note: no program was found that could show it", file=sys.stderr)


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
