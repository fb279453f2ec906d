"""A program as LLVM's instructions, several samples at once: a number is a vector, one lane for each sample.

With one lane, numbers are plain doubles, and LLVM itself makes vectors of the members of a group.
"""

import struct
from collections.abc import Generator
from contextlib import contextmanager
from functools import reduce
from typing import Any

from autograd.compiling.loops import GRADIENTS, Index, backward, forward
from autograd.compiling.mathematics import called, of_bits
from autograd.compiling.picking import add_at, pick
from autograd.compiling.program import CONSTANTS, PARAMETERS, VALUES, Places, Program, Segment
from autograd.compiling.register import Register

ARRAYS = "constants", "values", "parameters", "lanes", "gradients", "slopes", "check"
_LONGEST = 400  # lines of a function, beyond which another one begins: time to compile grows faster than length
_ARITHMETIC = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_COMPARISONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "!=": "une"}
_INTRINSICS = {"size": "fabs", "square_root": "sqrt", "rounded": "rint", "times_plus": "fma",
               "with_sign_of": "copysign"}


class Llvm:
    """One function after another, as text. `lanes`: how many samples are worked on at once."""

    def __init__(self, lanes: int, tile: int) -> None:
        self.lanes, self.tile = lanes, tile
        self.folded = min(lanes, 8)  # lanes in which gradients of parameters are added up
        self.module: list[str] = []
        self._declared: set[str] = set()
        self._count = 0
        self.depth = 0  # of loops in loops
        self._entry: list[str] = []
        self._lines: list[str] = []
        self._check = ""
        self._is_strict = False

    @property
    def type(self) -> str:
        """The type of a number in all lanes."""
        return self.vector(self.lanes)

    @contextmanager
    def strictly(self) -> Generator[None]:
        """For the time in which each product and sum keeps its own rounding."""
        before, self._is_strict = self._is_strict, True
        yield
        self._is_strict = before

    @contextmanager
    def of_width(self, lanes: int) -> Generator[None]:
        """For the time in which other vectors are worked on."""
        before, self.lanes = self.lanes, lanes
        yield
        self.lanes = before

    def vector(self, lanes: int, of: str = "double") -> str:
        return of if lanes == 1 else f"<{lanes} x {of}>"

    @contextmanager
    def function(self, head: str) -> Generator[None]:
        outer = self._entry, self._lines, self._check
        self._entry, self._lines, self._check = [], [], ""
        yield
        self.module += [f"define {head} #0 {{", "entry:", *self._entry, *self._lines, "}"]
        self._entry, self._lines, self._check = outer

    def pieces(self, program: Program) -> None:
        """The functions @forward and @backward, each of which calls its pieces."""
        pointers = ", ".join(f"ptr noalias %{name}" for name in ARRAYS)
        for name, walk, groups in (("forward", forward, program.groups), ("backward", backward, program.groups[::-1])):
            calls, waiting = list[str](), list(groups)
            while waiting:
                piece = f"@{name}.{len(calls)}"
                with self.function(f"internal void {piece}({pointers}) noinline"):
                    while waiting and len(self._lines) < _LONGEST:
                        walk(self, waiting.pop(0))
                    self.finish_check()
                    self.line("ret void")
                calls.append(piece)
            arguments = ", ".join(f"ptr %{array}" for array in ARRAYS)
            self.module += [f"define internal void @{name}({pointers}) alwaysinline #0 {{",
                            *(f"  call void {piece}({arguments})" for piece in calls), "  ret void", "}"]

    def check_at(self, array: str, index: Index) -> None:
        self.check(self.load(array, index))

    def times_zero(self, x: str) -> str:
        zero = self.splat(self.new("load double, ptr @zero"))
        return self.new(f"fmul contract {self.type} {x}, {zero}")

    def finish_check(self) -> None:
        if self._check:
            kept = self.new(f"load {self.type}, ptr %check, align 8")
            x = self.new(f"fadd {self.type} {kept}, {self.read(self._check)}")
            self.line(f"store {self.type} {x}, ptr %check, align 8")
            self._check = ""

    def is_new(self, name: str) -> bool:
        """Whether this was never asked before of that name."""
        before = len(self._declared)
        self._declared.add(name)
        return len(self._declared) > before

    def declare(self, text: str) -> None:
        if self.is_new(text):
            self.module.append(text)

    def line(self, text: str) -> None:
        self._lines.append(f"  {text}")

    def label(self, name: str) -> None:
        self._lines.append(f"{name}:")

    def fresh(self, prefix: str = "v") -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def new(self, text: str) -> str:
        name = "%" + self.fresh()
        self.line(f"{name} = {text}")
        return name

    def alloca(self, kind: str) -> str:
        name = "%" + self.fresh("p")
        self._entry.append(f"  {name} = alloca {kind}, align 64")
        return name

    # ---- Loops and places ----

    @contextmanager
    def loop(self, count: Index, step: int = 1, start: int = 0) -> Generator[Index]:
        if isinstance(count, int) and count - start == step:
            yield start
            return
        self.depth += 1
        name, variable = self.fresh("loop"), self.alloca("i64")
        self.line(f"store i64 {start}, ptr {variable}")
        self.line(f"br label %{name}.test")
        self.label(f"{name}.test")
        i = self.new(f"load i64, ptr {variable}")
        self.line(f"{name.join(['%', '.more'])} = icmp slt i64 {i}, {count}")
        self.line(f"br i1 %{name}.more, label %{name}.body, label %{name}.end")
        self.label(f"{name}.body")
        yield i
        self.depth -= 1
        following = self.new(f"add nuw nsw i64 {i}, {step}")
        self.line(f"store i64 {following}, ptr {variable}")
        self.line(f"br label %{name}.test")
        self.label(f"{name}.end")

    def place(self, places: Places, m: Index, k: Index, length: int) -> Index:
        if places.bases is None:
            return self.sum_of_terms(places.start, (m, places.stride), (k, places.step))
        name, table = f"@table{len(self._declared)}", ", ".join(f"i32 {place}" for place in places.bases)
        text = f"internal constant [{len(places.bases)} x i32] [{table}]"
        known = next((line.split(" = ")[0] for line in self._declared if line.endswith(text)), None)
        if known is None:
            self.declare(f"{name} = {text}")
        row = self.sum_of_terms(0, (m, length), (k, 1)) if places.is_full else m
        pointer = self.new(f"getelementptr i32, ptr {known or name}, i64 {row}")
        found = self.new(f"zext i32 {self.new(f'load i32, ptr {pointer}')} to i64")
        return found if places.is_full else self.sum_of_terms(0, (found, 1), (k, places.step))

    def sum_of_indices(self, index: Index, more: int) -> Index:
        return self.sum_of_terms(more, (index, 1))

    def sum_of_terms(self, start: int, *terms: tuple[Index, int]) -> Index:
        names: list[str] = []
        for index, factor in terms:
            if isinstance(index, int):
                start += index * factor
            elif factor:
                names.append(index if factor == 1 else self.new(f"mul nsw i64 {index}, {factor}"))
        if not names:
            return start
        total = reduce(lambda total, name: self.new(f"add nsw i64 {total}, {name}"), names)
        return self.new(f"add nsw i64 {total}, {start}") if start else total

    # ---- Numbers ----

    def constant(self, x: float) -> str:
        bits = f"0x{struct.unpack('>Q', struct.pack('>d', x))[0]:016X}"
        return bits if self.lanes == 1 else f"splat (double {bits})"

    def element(self, array: str, index: Index, kind: str) -> str:
        return self.new(f"getelementptr inbounds {kind}, ptr %{array}, i64 {index}")

    def splat(self, x: str) -> str:
        if self.lanes == 1:
            return x
        one = self.new(f"insertelement {self.type} poison, double {x}, i64 0")
        return self.new(f"shufflevector {self.type} {one}, {self.type} poison, <{self.lanes} x i32> zeroinitializer")

    def load(self, array: str, index: Index) -> str:
        if array in (CONSTANTS, VALUES, PARAMETERS):
            return self.splat(self.load_from(array, index))
        pointer = self.element(array, index, self.type)
        return self.new(f"load {self.type}, ptr {pointer}, align {min(8 * self.lanes, 64)}")

    def shuffled(self, a: str, b: str, lanes: list[int]) -> str:
        """Some of the lanes of two vectors, those of the second counted on."""
        places = ", ".join(f"i32 {lane}" for lane in lanes)
        return self.new(f"shufflevector {self.type} {a}, {self.type} {b}, <{len(lanes)} x i32> <{places}>")

    def load_numbers(self, array: str, index: Index) -> str:
        """As many numbers as there are lanes."""
        return self.new(f"load {self.type}, ptr {self.element(array, index, 'double')}, align 8")

    def load_from(self, array: str, index: Index) -> str:
        """One double, whatever the lanes."""
        return self.new(f"load double, ptr {self.element(array, index, 'double')}, align 8")

    def store(self, array: str, index: Index, x: str) -> None:
        pointer = self.element(array, index, self.type)
        self.line(f"store {self.type} {x}, ptr {pointer}, align {min(8 * self.lanes, 64)}")

    def add(self, array: str, index: Index, x: str) -> None:
        lanes = self.folded if array == GRADIENTS[PARAMETERS] else self.lanes
        kind, align = self.vector(lanes), min(8 * lanes, 64)
        pointer = self.element(array, index, kind)
        total = self.new(f"load {kind}, ptr {pointer}, align {align}")
        for first in range(0, self.lanes, lanes):
            part = x
            if lanes < self.lanes:
                part = self.shuffled(x, "poison", [first + lane for lane in range(lanes)])
            total = self.new(f"fadd contract reassoc {kind} {total}, {part}")
        self.line(f"store {kind} {total}, ptr {pointer}, align {align}")

    def operate(self, instruction: str, *operands: Any) -> str:
        kind, flags = self.type, "" if self._is_strict else "contract "
        if instruction in _ARITHMETIC:
            return self.new(f"{_ARITHMETIC[instruction]} {flags}{kind} {operands[0]}, {operands[1]}")
        if instruction in _COMPARISONS:
            return self.new(f"fcmp {_COMPARISONS[instruction]} {kind} {operands[0]}, {operands[1]}")
        if instruction == "negated":
            return self.new(f"fneg {kind} {operands[0]}")
        if instruction == "select":
            condition = self.vector(self.lanes, "i1")
            return self.new(f"select {condition} {operands[0]}, {kind} {operands[1]}, {kind} {operands[2]}")
        if instruction in ("call", "**"):
            name, *rest = operands if instruction == "call" else ("pow", *operands)
            return called(self, name, rest)
        if instruction in ("power_of_two", "exponent", "mantissa"):
            return of_bits(self, instruction, operands[0])
        return self.intrinsic(_INTRINSICS[instruction], *operands)

    def intrinsic(self, name: str, *operands: str) -> str:
        suffix = "f64" if self.lanes == 1 else f"v{self.lanes}f64"
        self.declare(f"declare {self.type} @llvm.{name}.{suffix}({', '.join([self.type] * len(operands))})")
        arguments = ", ".join(f"{self.type} {x}" for x in operands)
        return self.new(f"call {self.type} @llvm.{name}.{suffix}({arguments})")

    def variable(self, x: float) -> str:
        pointer = self.alloca(self.type)
        self.line(f"store {self.type} {self.constant(x)}, ptr {pointer}")
        return pointer

    def combine(self, variable: str, instruction: str, x: str) -> None:
        total = self.read(variable)
        if instruction == "total":
            found = self.new(f"fadd contract reassoc {self.type} {total}, {x}")
        else:
            found = self.operate("select", self.operate(">", x, total), x, total)
        self.line(f"store {self.type} {found}, ptr {variable}")

    def read(self, variable: str) -> str:
        return self.new(f"load {self.type}, ptr {variable}")

    def check(self, x: str) -> None:
        """Add 0 · x to what tells, at the end, whether all was finite: it is NaN where x is not.

        The 0 is read from memory: knowing it, LLVM would make x · (c · 0) of (x · c) · 0, and that is finite.
        """
        if not self._check:
            self._check = self.alloca(self.type)
            self._entry.append(f"  store {self.type} {self.constant(0.0)}, ptr {self._check}")
        self.combine(self._check, "total", self.times_zero(x))

    def emit(self, register: Register, arguments: list[str], made: dict[Any, str] | None = None) -> str:
        """The instructions of a register whose arguments have names already; `made`: what they were used for before."""
        made = {} if made is None else made
        if register.instruction == "constant":
            return self.constant(register.operands[0])
        if register.instruction == "argument":
            return arguments[register.operands[0]]  # pyright: ignore
        names: list[Any] = [self.emit(x, arguments, made) if isinstance(x, Register) else x for x in register.operands]
        key = register.instruction, *names
        if key not in made:
            made[key] = self.operate(*key)
        return made[key]

    def pick(self, segment: Segment, m: Index, index: str) -> str:
        return pick(self, segment, m, index)

    def add_at(self, segment: Segment, m: Index, index: str, x: str) -> None:
        add_at(self, segment, m, index, x)
