"""Samples on their way through a program, as LLVM's instructions: what all functions that Python calls are made of.

Samples are taken `lanes` at a time: their numbers are brought side by side, then all of them go through the program at
once. Where the last ones are fewer, the last sample fills the lanes, and counts only once.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import groupby
from operator import itemgetter
from typing import Any

from autograd.compiling.llvm import ARRAYS, Llvm
from autograd.compiling.machine import layout
from autograd.compiling.program import CONSTANTS, LANES, PARAMETERS, VALUES, Places, Program


def unpack(llvm: Llvm, fields: dict[str, str]) -> None:
    for place, (name, kind) in enumerate(fields.items()):
        llvm.line(f"%{name}.at = getelementptr i64, ptr %call, i64 {place}")
        llvm.line(f"%{name} = load {kind}, ptr %{name}.at")


def arrays(llvm: Llvm, program: Program) -> None:
    places = layout(program, llvm.lanes)
    for name, place in (("lanes", 0), *places._asdict().items()):
        if name != "size":
            llvm.line(f"%{name} = getelementptr double, ptr %memory, i64 {place}")


def call(llvm: Llvm, name: str) -> None:
    llvm.line(f"call void @{name}({', '.join(f'ptr %{array}' for array in ARRAYS)})")


def clear(llvm: Llvm, array: str, size: int) -> None:
    llvm.declare("declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
    llvm.line(f"call void @llvm.memset.p0.i64(ptr align 8 %{array}, i8 0, i64 {8 * size}, i1 false)")


def copy(llvm: Llvm, to: str, source: str, size: int) -> None:
    llvm.declare("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
    llvm.line(f"call void @llvm.memcpy.p0.p0.i64(ptr align 8 {to}, ptr align 8 {source}, i64 {8 * size}, i1 false)")


def load_samples(llvm: Llvm, first: Any, count: Any, order: Any, sources: Sequence[tuple[str, str, int]]) -> None:
    """Bring the numbers of the next samples side by side."""
    last = llvm.new(f"sub i64 {count}, 1")
    rows: list[str] = []
    for lane in range(llvm.lanes):
        row = llvm.sum_of_indices(first, lane)
        row = llvm.new(f"select i1 {llvm.new(f'icmp slt i64 {row}, {last}')}, i64 {row}, i64 {last}")
        if order is not None:
            row = llvm.new(f"load i64, ptr {llvm.new(f'getelementptr i64, ptr {order}, i64 {row}')}")
        rows.append(row)
    place = 0
    for array, width, size in sources:
        starts = [llvm.element(array, llvm.new(f"mul i64 {row}, {width}"), "double") for row in rows] if size else []
        with llvm.loop(size) as k:
            numbers = [llvm.new(f"load double, ptr {llvm.new(f'getelementptr double, ptr {start}, i64 {k}')}, align 8")
                       for start in starts]
            if size:
                llvm.store("lanes", llvm.sum_of_indices(k, place), _joined(llvm, numbers))
        place += size


def _joined(llvm: Llvm, numbers: list[str]) -> str:
    """A number for each lane."""
    if llvm.lanes == 1:
        return numbers[0]
    return reduce(lambda found, x: llvm.new(f"insertelement {llvm.type} {found}, double {x[1]}, i64 {x[0]}"),
                  enumerate(numbers), "poison")


def store_samples(llvm: Llvm, first: Any, to: str, sources: Sequence[tuple[str, int]]) -> None:
    """Put numbers of the samples that there are, sample by sample, where Python will read them."""
    rest = llvm.new(f"sub i64 %count, {first}")
    count = llvm.new(f"select i1 {llvm.new(f'icmp slt i64 {rest}, {llvm.lanes}')}, i64 {rest}, i64 {llvm.lanes}")
    with llvm.loop(count) as lane:
        row = llvm.sum_of_terms(0, (llvm.sum_of_terms(0, (first, 1), (lane, 1)), len(sources)))
        done = 0
        for array, run in groupby(sources, key=itemgetter(0)):
            found = [place for _, place in run]
            places, size = Places.of([found]), len(found)
            with llvm.loop(size) as n:
                place = llvm.place(places, 0, n, size)
                if array not in (CONSTANTS, VALUES, PARAMETERS):
                    place = llvm.sum_of_terms(0, (place, llvm.lanes), (lane, 1))
                x = llvm.load_from(array, place)
                where = llvm.sum_of_terms(done, (row, 1), (n, 1))
                llvm.line(f"store double {x}, ptr {llvm.element(to, where, 'double')}")
            done += size


def check_samples(llvm: Llvm, sources: Sequence[tuple[str, int]]) -> None:
    """See to it that numbers of which there are several in each sample are finite."""
    for array, run in groupby(sources, key=itemgetter(0)):
        found = [place for _, place in run]
        with llvm.loop(len(found)) as n:
            llvm.check(llvm.load(array, llvm.place(Places.of([found]), 0, n, len(found))))
    llvm.finish_check()


def seed(llvm: Llvm, program: Program, gradient: str) -> None:
    """The gradient of the first output with respect to itself."""
    array, place = program.outputs[0] if program.outputs else ("", 0)
    if array == LANES:
        llvm.store("gradients", place, gradient)
    elif array == PARAMETERS:
        llvm.add("slopes", place, gradient)


def within(llvm: Llvm, first: Any, count: Any, x: str) -> str:
    """A number in the lanes of samples, and 0 in those that are but filled."""
    if llvm.lanes == 1:
        return x
    rest = llvm.new(f"sitofp i64 {llvm.new(f'sub i64 {count}, {first}')} to double")
    numbers = ", ".join(f"double {float(lane)}" for lane in range(llvm.lanes))
    is_within = llvm.operate("<", f"<{numbers}>", llvm.splat(rest))
    return llvm.operate("select", is_within, x, llvm.constant(0.0))


def total(llvm: Llvm, x: str) -> str:
    if llvm.lanes == 1:
        return x
    llvm.declare(f"declare double @llvm.vector.reduce.fadd.v{llvm.lanes}f64(double, {llvm.type})")
    return llvm.new(f"call reassoc double @llvm.vector.reduce.fadd.v{llvm.lanes}f64(double 0.0, {llvm.type} {x})")


def module(llvm: Llvm) -> str:
    """All that was written, as one module."""
    first = [line for line in llvm.module if line.startswith(("declare", "@"))]
    rest = [line for line in llvm.module if not line.startswith(("declare", "@"))]
    width = min(64 * llvm.lanes, 512)
    return "\n".join(["@zero = global double 0.0", *first, *rest,
                      f'attributes #0 = {{ nounwind "min-legal-vector-width"="{width}" '
                      '"prefer-vector-width"="512" }', ""])
