"""The commands: each is one function, which gives its parser options and examples, and returns what to run.

main.py finds the command that was typed; output.py says where its result goes.
"""

import json
import math
import re
import shlex
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Callable, Container, Mapping
from contextlib import nullcontext, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unicodedata import normalize

from autograd.calculus.checking import check_gradients
from autograd.calculus.expansion import expand
from autograd.drawing.draw import draw
from autograd.errors import DomainError, ExpressionError, GradientError
from autograd.explaining.explanation import Explanation, explain
from autograd.explaining.sentences import LANGUAGES
from autograd.shell.notes import NOTES, read_notes
from autograd.shell.output import OptionError, deliver, destination, file_name, output_options
from autograd.value import Value, constant
from autograd.writing.assignments import read_values
from autograd.writing.expression import Expression, read

Run = Callable[[Namespace], int]
FORMATS = {"text": ".txt", "markdown": ".md", "latex": ".tex", "json": ".json", "html": ".html"}


def draw_command(parser: ArgumentParser) -> Run:
    """`draw`: the graph of a formula as a picture."""
    output_options(parser, "where to save the picture, in the format that the suffix names: .svg, .png, .dot and "
                           "others; without this option, SVG is printed, or saved if the output is a terminal")
    parser.add_argument("--direction", choices=["LR", "TB", "RL", "BT"], default="LR",
                        help="where the arrows go: from left (L) to right (R), or from top (T) to bottom (B)")
    parser.add_argument("--gradients", action=BooleanOptionalAction, default=True, help="show the gradients")
    parser.add_argument("--expand", action="store_true", help="open the functions that are made of simpler ones")
    parser.add_argument("--highlight", metavar="NAME", type=_variable,
                        help="emphasise all paths from this variable to the result")
    parser.epilog = """\
        "tanh(w*x + b)" w=-3 x=2 b=6.88 -o picture.svg
        "(a + b)*(b + 1)" a=2 b=1 --highlight b --direction TB --open
        "sigmoid(x)" x=0.5 --expand --no-gradients > opened.svg"""

    def run(options: Namespace) -> int:
        expression, numbers = _read(options)
        if options.highlight is not None:
            _require("--highlight", options.highlight, numbers)
        path = destination(options, "drawing.svg")
        if path and not path.suffix:
            raise OptionError(f"{path} needs a suffix that says the format, such as .svg")
        output, inputs = _graph_of(expression, numbers)
        if options.expand:
            output = expand(output)
        if options.gradients:
            try:
                output.backward()
            except DomainError as error:
                raise RuntimeError(f"{error}; --no-gradients leaves the gradients out") from None
        highlight = inputs[options.highlight] if options.highlight else None
        drawing = draw(output, direction=options.direction, gradients=options.gradients, highlight=highlight)
        deliver(drawing.pipe(path.suffix[1:].lower() if path else "svg"), path, options)
        return 0

    return run


def explain_command(parser: ArgumentParser) -> Run:
    """`explain`: the steps of the chain rule, in one of five formats."""
    suffixes = ", ".join(FORMATS.values())
    output_options(parser, f"where to save the explanation; the suffix says the format, unless --format does: "
                           f"{suffixes}; without this option, it is printed, but a web page is saved if the output "
                           "is a terminal")
    parser.add_argument("--format", choices=FORMATS,
                        help="text for a terminal, Markdown, a LaTeX document, JSON, or a web page to step through, to "
                             "change and to be quizzed on; text by default")
    _explaining_options(parser)
    parser.epilog = """\
        "tanh(w*x + b)" w=-3 x=2 b=6.88
        "y = (a + b)(b + 1)" a=2 b=1 --wrt b --format markdown
        "(sigmoid(w*x) - t)^2" w=0.5 x=2 t=1 --lr 0.1 -o lesson.html --open"""

    def run(options: Namespace) -> int:
        expression, numbers = _read(options)
        suffix = options.output.suffix.lower() if options.output else ".html" if options.open else ".txt"
        form = options.format or {ending: form for form, ending in FORMATS.items()}.get(suffix)
        if form is None:
            raise OptionError(f"{options.output} names no format: end it in {suffixes}, or give --format")
        if options.notes and form != "html":
            raise OptionError(f"--notes {options.notes}: only a web page has room for notes; add --format html")
        path = destination(options, f"lesson{FORMATS[form]}", printed=None if form == "html" else True)
        explanation = _explained(expression, numbers, options)
        if form == "html":
            content = _page(explanation, expression, options)
        else:
            content = _text_of(explanation, form, path is None)
        deliver(content, path, options)
        return 0

    return run


def lesson_command(parser: ArgumentParser) -> Run:
    """`lesson`: an explanation as a page, saved and shown."""
    output_options(parser, "where to save the page; without this option, the formula gives it a name, such as "
                           "lesson-tanh-w-x-b.html, that no file has yet", opened=True)
    _explaining_options(parser)
    parser.epilog = """\
        "y = tanh(w·x + b)" w=-3 x=2 b=6.88
        "L = (w·x - t)²" w=0.5 x=2 t=3 --lr 0.1 --no-open
        "e^(-x²/2)" x=1 --lang zh -o bell.html"""

    def run(options: Namespace) -> int:
        expression, numbers = _read(options)
        if options.output and options.output.suffix.lower() not in (".html", ".htm"):
            raise OptionError(f"{options.output}: a lesson is a web page, whose name ends in .html")
        path = destination(options, f"{file_name(expression.text)}.html", printed=False)
        deliver(_page(_explained(expression, numbers, options), expression, options), path, options)
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
    "lesson": (lesson_command, "make a lesson of a formula, a page to step through and to be quizzed on, and show it"),
    "check": (check_command, "find the gradient of a formula in three ways, and compare them"),
}


def _explaining_options(parser: ArgumentParser) -> None:
    """Give a command the options that say what is explained, and how."""
    parser.add_argument("--wrt", metavar="NAME", action="append", type=_variable,
                        help="explain the derivative with respect to this variable only; may be given several times")
    parser.add_argument("--expand", action="store_true", help="open the functions that are made of simpler ones")
    parser.add_argument("--lr", metavar="RATE", type=float, help="end with a step of gradient descent at this rate")
    parser.add_argument("--parameters", metavar="NAMES", type=_variable,
                        help="the variables that the step changes, as in w,b; without it, those whose names begin with "
                             "w, b, θ, weight or bias, or all if there are none")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language: English or Chinese")
    parser.add_argument("--notes", metavar="FILE", type=Path,
                        help="a TOML file with your own words for a web page: title, introduction, a table [notes] by "
                             "step or name, and [[questions]]")


def _explained(expression: Expression, numbers: Mapping[str, float], options: Namespace) -> Explanation:
    """The explanation that these options ask for."""
    for name in options.wrt or ():
        _require("--wrt", name, numbers)
    if options.lr is not None and not 0 < options.lr < math.inf:
        raise OptionError(f"--lr {options.lr}: a learning rate is a positive number")
    learning = [name.strip() for name in options.parameters.split(",")] if options.parameters is not None else None
    for name in learning or ():
        _require("--parameters", name, numbers)
        if options.wrt and name not in options.wrt:
            raise OptionError(f"--parameters {name}: --wrt asks for no derivative with respect to it")
    output, inputs = _graph_of(expression, numbers)
    explanation = explain(output, [inputs[name] for name in options.wrt] if options.wrt else None,
                          parameters=[inputs[name] for name in learning] if learning else None,
                          expand=options.expand, lang=options.lang)
    return explanation if options.lr is None else explanation.update(options.lr)


def _page(explanation: Explanation, expression: Expression, options: Namespace) -> bytes:
    from autograd.lesson import page  # its files are read only for a page

    notes = read_notes(options.notes) if options.notes else {}
    own: dict[str, Any] = {"title": expression.text.strip()} | notes
    try:
        return page(explanation, lang=options.lang, **own).encode()
    except (TypeError, ValueError) as error:
        if not (notes and str(error).startswith(NOTES)):  # errors begin with the part that is wrong
            raise
        raise OptionError(f"{options.notes}: {error}") from None


def _read(options: Namespace) -> tuple[Expression, dict[str, float]]:
    """The formula, and a number for each of its variables."""
    expression = read(options.formula)
    for note in expression.notes:
        print(f"note: {note}", file=sys.stderr)
    numbers = read_values(options.numbers, expression.names, expression.result)
    try:
        expression.require(numbers)
    except ExpressionError as error:
        raise ExpressionError(f"{error}{_completed(expression, numbers, options.typed)}") from None
    return expression, numbers


def _completed(expression: Expression, numbers: Mapping[str, float], typed: list[str]) -> str:
    """The command that was typed with a number for all variables, one that can be calculated if there is one."""
    missing = expression.missing(numbers)
    if any(expression.product(name, numbers) for name in missing):
        return ""
    for number in (2.0, 0.5, 1.0, 3.0, -0.5, -2.0):
        try:
            _graph_of(expression, {**numbers, **dict.fromkeys(missing, number)})[0].backward()
            break
        except DomainError:
            continue
    else:
        number = 2.0
    command = " ".join([*map(quoted, typed), *(f"{name}={number:g}" for name in missing)])
    return f"\ntype: {command}" if command.isprintable() and len(command) < 200 else ""


def quoted(argument: str) -> str:
    """An argument as it is typed in a shell, in the quotes that every shell has if it needs any."""
    if re.fullmatch(r"[\w=.,:/+-]+", argument):
        return argument
    return shlex.quote(argument) if re.search(r'["$`\\!%]', argument) else f'"{argument}"'


def _variable(name: str) -> str:
    """A name as formulas have it: w1 for w₁."""
    return normalize("NFKC", name)


def _require(option: str, name: str, numbers: Container[str]) -> None:
    if name not in numbers:
        raise OptionError(f"{option} {name}: the formula has no such variable")


def _graph_of(expression: Expression, numbers: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """The graph of a formula: its output, and the inputs by name."""
    inputs = {name: Value(number, name) for name, number in numbers.items()}
    result = expression.evaluate(inputs)
    return result if isinstance(result, Value) else constant(result), inputs


def _text_of(explanation: Explanation, form: str, printed: bool) -> str:
    """An explanation in any format but HTML. `printed`: whether it goes to the standard output."""
    if form == "markdown":
        return explanation.to_markdown()
    if form == "latex":
        return explanation.to_latex(standalone=True)
    if form == "json":
        return json.dumps(explanation.to_dict(), ensure_ascii=False, indent=2)
    with nullcontext() if printed else redirect_stdout(StringIO()):  # colours are for terminals, not for files
        return str(explanation)
