"""A program as Python: loops over lists of floats. It needs nothing but Python, and is faster than the graph itself."""

import math
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

from autograd.compiling.loops import GRADIENTS, Index, backward, forward
from autograd.compiling.program import Places, Program, Segment


def python_source(program: Program) -> str:
    """A function `forward` and a function `backward`, on lists that they fill."""
    writer = _Python()
    for name, walk, groups in (("forward", forward, program.groups), ("backward", backward, program.groups[::-1])):
        writer.lines.append(f"def {name}(constants, values, parameters, lanes, gradients, slopes):")
        before = len(writer.lines)
        for group in groups:
            writer.lines.append(f"    # {group.count} x {group.row.name}")
            walk(writer, group)
        if all(line.lstrip().startswith("#") for line in writer.lines[before:]):
            writer.lines.append("    pass")
        writer.lines.append("")
    tables = [f"table{number} = {list(table)}" for number, table in enumerate(writer.tables)]
    return "\n".join(["import math", "", *tables, "", *writer.lines])


class _Python:
    tile = 1

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tables: list[Iterable[int]] = []
        self._count, self._depth = 0, 1

    def line(self, text: str) -> None:
        self.lines.append("    " * self._depth + text)

    def new(self, text: Any) -> str:
        self._count += 1
        self.line(f"t{self._count} = {text}")
        return f"t{self._count}"

    @contextmanager
    def loop(self, count: int, step: int = 1, start: int = 0) -> Generator[Index]:
        if count - start == step:
            yield start
            return
        self._count += 1
        name = f"i{self._count}"
        self.line(f"for {name} in range({start}, {count}, {step}):".replace(", 1)", ")").replace("(0, ", "("))
        self._depth += 1
        yield name
        self._depth -= 1

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
        return "math.nan" if math.isnan(x) else f"({x!r})" if x < 0 else repr(x)

    def load(self, array: str, index: Index) -> str:
        return self.new(f"{array}[{index}]")

    def store(self, array: str, index: Index, x: str) -> None:
        self.line(f"{array}[{index}] = {x}")

    def add(self, array: str, index: Index, x: str) -> None:
        self.line(f"{array}[{index}] += {x}")

    def operate(self, instruction: str, *operands: Any) -> str:
        if instruction == "select":
            return self.new(f"{operands[1]} if {operands[0]} else {operands[2]}")
        if instruction == "**":  # which is a complex number where this is an error
            return self.new(f"math.pow({operands[0]}, {operands[1]})")
        if instruction == "call":
            return self.new(f"math.{operands[0]}({', '.join(operands[1:])})")
        if instruction in ("negated", "size"):
            return self.new(f"-{operands[0]}" if instruction == "negated" else f"abs({operands[0]})")
        return self.new(f"{operands[0]} {instruction} {operands[1]}")

    def variable(self, x: float) -> str:
        return self.new("-math.inf" if x == -math.inf else repr(x))

    def combine(self, variable: str, instruction: str, x: str) -> None:
        self.line(f"{variable} += {x}" if instruction == "total" else f"{variable} = max({variable}, {x})")

    def read(self, variable: str) -> str:
        return variable

    def check(self, x: str) -> None:
        self.line(f"if {x} - {x}: raise OverflowError")

    def check_at(self, array: str, index: Index) -> None:
        self.check(self.load(array, index))

    def pick(self, segment: Segment, m: Index, index: str) -> str:
        whole = self.new(f"range({segment.length}).index({index})")
        return self.load(segment.array, self.place(segment.places, m, whole, segment.length))

    def add_at(self, segment: Segment, m: Index, index: str, x: str) -> None:
        whole = self.new(f"range({segment.length}).index({index})")
        self.add(GRADIENTS[segment.array], self.place(segment.places, m, whole, segment.length), x)


def index_text(start: int, *terms: tuple[Index, int]) -> Index:
    """A sum of indices times factors, as Python and C both write it; a number, if it is known."""
    names: list[str] = []
    for index, factor in terms:
        if isinstance(index, int):
            start += index * factor
        elif factor:
            base = f"({index})" if " " in index and factor != 1 else index
            names.append(base if factor == 1 else f"{base} * {factor}")
    if not names:
        return start
    return " + ".join([*names, str(start)] if start else names)
