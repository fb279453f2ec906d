"""The commands: each is one function, which gives its parser options and examples, and returns what is to be run."""

import json
import math
import re
import sys
import webbrowser
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Callable, Container, Mapping
from contextlib import nullcontext, redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path

from autograd.calculus.checking import check_gradients
from autograd.calculus.expansion import expand
from autograd.drawing.draw import draw
from autograd.errors import DomainError, GradientError
from autograd.explaining.explanation import Explanation, explain
from autograd.explaining.sentences import LANGUAGES
from autograd.value import Value, constant
from autograd.writing.expression import Expression, read, read_values
from autograd.writing.saving import save

Run = Callable[[Namespace], int]
FORMATS = {"text": ".txt", "markdown": ".md", "latex": ".tex", "json": ".json", "html": ".html"}


class OptionError(ValueError):
    """An option that does not fit."""


def draw_command(parser: ArgumentParser) -> Run:
    """`draw`: the graph of a formula as a picture."""
    _output_options(parser, "where to save the picture, in the format that the suffix names: .svg, .png, .dot and "
                            "others; without it, SVG is printed, or saved if this is a terminal")
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
        if options.highlight is not None:
            _known("--highlight", options.highlight, numbers)
        path = _destination(options, "drawing.svg")
        if path and not path.suffix:
            raise OptionError(f"{path} needs a suffix that says the format, such as .svg")
        output, inputs = _recorded(expression, numbers)
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


def explain_command(parser: ArgumentParser) -> Run:
    """`explain`: the steps of the chain rule, in one of five formats."""
    suffixes = ", ".join(FORMATS.values())
    _output_options(parser, f"where to save the explanation; the suffix says the format, unless --format does: "
                            f"{suffixes}; without it, it is printed, but a web page is saved if this is a terminal")
    parser.add_argument("--format", choices=FORMATS,
                        help="text for a terminal, Markdown, a LaTeX document, JSON, or a web page to step through, to "
                             "change and to be quizzed on; text unless something else is asked for")
    parser.add_argument("--wrt", metavar="NAME", action="append",
                        help="explain the derivative with respect to this variable only; may be given several times")
    parser.add_argument("--expand", action="store_true", help="open the functions that are made of simpler ones")
    parser.add_argument("--lr", metavar="RATE", type=float, help="end with a step of gradient descent at this rate")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language: English or Chinese")
    parser.epilog = """\
        "tanh(w*x + b)" w=-3 x=2 b=6.88
        "(a + b)*(b + 1)" a=2 b=1 --wrt b --format markdown
        "(sigmoid(w*x) - t)^2" w=0.5 x=2 t=1 --lr 0.1 -o lesson.html --open"""

    def run(options: Namespace) -> int:
        expression, numbers = _read(options)
        for name in options.wrt or ():
            _known("--wrt", name, numbers)
        if options.lr is not None and not 0 < options.lr < math.inf:
            raise OptionError(f"--lr {options.lr}: a learning rate is a positive number")
        suffix = options.output.suffix.lower() if options.output else ".html" if options.open else ".txt"
        form = options.format or {ending: form for form, ending in FORMATS.items()}.get(suffix)
        if form is None:
            raise OptionError(f"{options.output} says no format: end it in {suffixes}, or give --format")
        path = _destination(options, f"lesson{FORMATS[form]}", printed=form != "html")
        output, inputs = _recorded(expression, numbers)
        explanation = explain(output, [inputs[name] for name in options.wrt] if options.wrt else None,
                              expand=options.expand, lang=options.lang)
        if options.lr is not None:
            explanation = explanation.update(options.lr)
        if form == "html":
            from autograd.lesson import page  # whose files are read only for a page

            content = page(explanation, title=expression.text.strip(), lang=options.lang).encode()
        else:
            content = _written(explanation, form, path is None)
        _deliver(content, path, options)
        return 0

    return run


def check_command(parser: ArgumentParser) -> Run:
    """`check`: the table of `check_gradients`."""
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
    "explain": (explain_command, "explain the derivatives of a formula by the chain rule, step by step"),
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


def _output_options(parser: ArgumentParser, where: str) -> None:
    # main() puts a space before what begins with a minus sign, so that it is not taken for an option.
    parser.add_argument("-o", "--output", metavar="FILE", help=where,
                        type=lambda name: Path(re.sub("^ (?=-)", "", name)))
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")
    parser.add_argument("--open", action="store_true", help="save the result and show it")


def _known(option: str, name: str, numbers: Container[str]) -> None:
    if name not in numbers:
        raise OptionError(f"{option} {name}: the formula has no such variable")


def _recorded(expression: Expression, numbers: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """The graph of a formula: its output, and the inputs by name."""
    inputs = {name: Value(number, name) for name, number in numbers.items()}
    result = expression.evaluate(inputs)
    return result if isinstance(result, Value) else constant(result), inputs


def _written(explanation: Explanation, form: str, printed: bool) -> str:
    if form == "markdown":
        return explanation.to_markdown()
    if form == "latex":
        return explanation.to_latex(standalone=True)
    if form == "json":
        return json.dumps(explanation.to_dict(), ensure_ascii=False, indent=2)
    with nullcontext() if printed else redirect_stdout(StringIO()):  # colours are for terminals, not for files
        return str(explanation)


def _destination(options: Namespace, default: str, printed: bool = False) -> Path | None:
    """The file to write, which does not exist unless it may be replaced; None for the standard output.

    `printed`: whether a terminal is the place for the result if no file is named.
    """
    path: Path | None = options.output
    if path is None:
        if not options.open and (printed or not sys.stdout.isatty()):
            return None
        name = Path(default)
        numbered = (name.with_stem(f"{name.stem}-{number}") for number in count(2))
        return name if not name.exists() else next(other for other in numbered if not other.exists())
    if not path.parent.is_dir():
        raise OptionError(f"there is no folder {path.parent}")
    if path.exists() and not path.is_file():
        raise OptionError(f"{path} is not a file")
    if path.exists() and not options.force:
        raise OptionError(f"{path} exists already: choose another name, or --force to replace it")
    return path


def _deliver(content: str | bytes, path: Path | None, options: Namespace) -> None:
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
        save(path, data)
    except OSError as error:
        raise RuntimeError(f"{path} cannot be written: {error.strerror}") from None
    print(f"saved as {path}")
    if options.open and not webbrowser.open(path.resolve().as_uri()):
        print("note: no program was found that could show it", file=sys.stderr)
