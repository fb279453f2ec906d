"""A program as one file of C99: loops over tables, short enough to be read, with no library but that of mathematics."""

import math
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from autograd.compiling.loops import GRADIENTS, Index, backward, forward
from autograd.compiling.program import Places, Program, Segment
from autograd.compiling.python import index_text

_FUNCTIONS = {"size": "fabs", "**": "pow"}  # the operators of Python that are functions in C


def c_source(program: Program, values: Sequence[float]) -> str:
    """Two functions: `evaluate` calculates the outputs, `differentiate` the derivatives of the first one as well.

    `values`: what is read from outside, as it is now. The file has it too, so that it can stand alone.
    """
    writer = _C()
    walks: list[str] = []
    for title, walk, groups in (("forward", forward, program.groups), ("backward", backward, program.groups[::-1])):
        gradients = "" if title == "forward" else ", double *gradients"
        walks.append(f"static void {title}(const double *values, double *lanes{gradients})\n{{\n    (void)values;")
        writer.lines = []
        for group in groups:
            writer.line(f"/* {group.count} x {group.row.name} */")
            walk(writer, group)
        if not writer.has_lanes():
            writer.line("(void)lanes;")
        if gradients and "gradients[" not in "".join(writer.lines):
            writer.line("(void)gradients;")
        walks += [*writer.lines, "}", ""]
    tables = [_table(f"static const int table{n}[]", map(str, table)) for n, table in enumerate(writer.tables)]
    constants = _table("static const double constants[]", map(_number, program.constants or [0.0]))
    outputs = [f"    outputs[{n}] = {array}[{place}];" for n, (array, place) in enumerate(program.outputs)]
    array, place = program.outputs[0] if program.outputs else ("", 0)
    seed = [f"    gradients[{place}] = 1.0;"] if array == "lanes" else []
    lanes, size, wanted = max(1, program.lanes), program.inputs, program.wanted_inputs
    copy = f"    for (int i = 0; i < {size}; i++) lanes[i] = inputs[i];" if size else "    (void)inputs;"
    derivatives = [f"    derivatives[{n}] = gradients[{place}];" for n, place in enumerate(wanted)]
    current = [
        "   `current_values` has the values from outside, such as parameters, as they are now.", "",
        f"extern const double current_values[{len(values)}];",
        _table(f"const double current_values[{len(values)}]", map(_number, values)), ""] if values else []
    common = "(const double *inputs, const double *values, double *outputs"
    prototypes = f"void evaluate{common})", f"void differentiate{common}, double *derivatives)"
    return "\n".join([
        f"/* {size} inputs, {program.values} values from outside, {len(program.outputs)} outputs, {len(wanted)} "
        "derivatives of the first output.", "",
        *(f"   {prototype};" for prototype in prototypes), "",
        *current[:2],
        "   Nothing is allocated and nothing is kept between calls. Link with -lm. */", "", "#include <math.h>", "",
        constants, *tables, "", *current[2:], *walks,
        *(f"{prototype};" for prototype in prototypes), "",
        prototypes[0], "{", f"    double lanes[{lanes}];", copy, "    forward(values, lanes);",
        "    (void)constants;", *outputs, "}", "",
        prototypes[1], "{", f"    double lanes[{lanes}], gradients[{lanes}];", copy,
        f"    for (int i = 0; i < {lanes}; i++) gradients[i] = 0.0;", "    forward(values, lanes);", *outputs, *seed,
        "    backward(values, lanes, gradients);", *(derivatives or ["    (void)derivatives;"]), "}", ""])


class _C:
    tile = 1

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tables: list[Any] = []
        self._count, self._depth = 0, 1

    def has_lanes(self) -> bool:
        return "lanes[" in "".join(self.lines)

    def line(self, text: str) -> None:
        self.lines.append("    " * self._depth + text)

    def new(self, text: str, kind: str = "double") -> str:
        self._count += 1
        self.line(f"{kind} t{self._count} = {text};")
        return f"t{self._count}"

    @contextmanager
    def loop(self, count: int, step: int = 1, start: int = 0) -> Generator[Index]:
        if count - start == step:
            yield start
            return
        self._count += 1
        name = f"i{self._count}"
        self.line(f"for (int {name} = {start}; {name} < {count}; {name} += {step}) {{".replace(f"{name} += 1)",
                                                                                          f"{name}++)"))
        self._depth += 1
        yield name
        self._depth -= 1
        self.line("}")

    def place(self, places: Places, m: Index, k: Index, length: int) -> Index:
        if places.bases is None:
            return index_text(places.start, (m, places.stride), (k, places.step))
        self.tables.append(places.bases)
        row = f"table{len(self.tables) - 1}"
        if places.is_full:
            return f"{row}[{index_text(0, (m, length), (k, 1))}]"
        return index_text(0, (f"{row}[{m}]", 1), (k, places.step))

    def sum_of_indices(self, index: Index, more: int) -> Index:
        return index_text(more, (index, 1))

    def constant(self, x: float) -> str:
        return _number(x)

    def load(self, array: str, index: Index) -> str:
        return self.new(f"{array}[{index}]")

    def store(self, array: str, index: Index, x: str) -> None:
        self.line(f"{array}[{index}] = {x};")

    def add(self, array: str, index: Index, x: str) -> None:
        self.line(f"{array}[{index}] += {x};")

    def operate(self, instruction: str, *operands: Any) -> str:
        if instruction == "select":
            return self.new(f"{operands[0]} ? {operands[1]} : {operands[2]}")
        if instruction == "negated":
            return self.new(f"-{operands[0]}")
        if instruction == "call" or instruction in _FUNCTIONS:
            name, *rest = operands if instruction == "call" else (_FUNCTIONS[instruction], *operands)
            return self.new(f"{name}({', '.join(rest)})")
        kind = "double" if instruction in ("+", "-", "*", "/") else "int"
        return self.new(f"{operands[0]} {instruction} {operands[1]}", kind)

    def variable(self, x: float) -> str:
        return self.new(_number(x))

    def combine(self, variable: str, instruction: str, x: str) -> None:
        self.line(f"{variable} += {x};" if instruction == "total" else f"if ({x} > {variable}) {variable} = {x};")

    def read(self, variable: str) -> str:
        return variable

    def check(self, x: str) -> None:
        """C goes on with what is not finite."""

    def check_at(self, array: str, index: Index) -> None:
        """The same."""

    def pick(self, segment: Segment, m: Index, index: str) -> str:
        """An index that counts no item gives NaN."""
        whole, is_right = self._whole(segment, index)
        place = self.place(segment.places, m, whole, segment.length)
        return self.new(f"{is_right} ? {segment.array}[{place}] : NAN")

    def add_at(self, segment: Segment, m: Index, index: str, x: str) -> None:
        whole, is_right = self._whole(segment, index)
        self.line(f"if ({is_right}) {GRADIENTS[segment.array]}[{self.place(segment.places, m, whole, segment.length)}]"
                  f" += {x};")

    def _whole(self, segment: Segment, index: str) -> tuple[str, str]:
        is_right = self.new(f"{index} >= 0.0 && {index} < {segment.length}.0 && {index} == floor({index})", "int")
        place = self.new(f"{is_right} ? (int){index} : 0", "int")
        self.line(f"(void){place};")  # in a list of one number it decides nothing
        return place, is_right


def _table(name: str, items: Iterable[str]) -> str:
    """An array, in several lines if it is long: C99 promises no more than 4,095 characters in one."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > 110:
            lines.append("")
        lines[-1] += f"{', ' * bool(lines[-1])}{item}"
    if len(lines) == 1:
        return f"{name} = {{{lines[0]}}};"
    return "\n".join([f"{name} = {{", *(f"    {line}," for line in lines), "};"])


def _number(x: float) -> str:
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return f"({x!r})" if x < 0 or (x == 0 and math.copysign(1, x) < 0) else repr(x)
