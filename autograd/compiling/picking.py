"""An item of a list that is picked by a number, another one in every lane: loads and stores as LLVM's instructions.

An index that counts no item gives NaN, which the checks find, and takes a gradient nowhere.
"""

from collections.abc import Generator
from typing import Any

from autograd.compiling.program import LANES, PARAMETERS, Segment

_GRADIENTS = {LANES: "gradients", PARAMETERS: "slopes"}


def pick(llvm: Any, segment: Segment, m: Any, index: str) -> str:
    """The item of that index."""
    result = llvm.alloca(llvm.type)
    for lane, where, is_right in _picked(llvm, segment, m, index):
        x = llvm.new(f"load double, ptr {_item(llvm, segment.array, where, lane)}")
        x = llvm.new(f"select i1 {is_right}, double {x}, double 0x7FF8000000000000")
        llvm.line(f"store double {x}, ptr {llvm.new(f'getelementptr double, ptr {result}, i64 {lane}')}")
    return llvm.read(result)


def add_at(llvm: Any, segment: Segment, m: Any, index: str, x: str) -> None:
    """Add to the gradient of the item of that index."""
    numbers = llvm.alloca(llvm.type)
    llvm.line(f"store {llvm.type} {x}, ptr {numbers}")
    for lane, where, is_right in _picked(llvm, segment, m, index):
        more = llvm.new(f"load double, ptr {llvm.new(f'getelementptr double, ptr {numbers}, i64 {lane}')}")
        more = llvm.new(f"select i1 {is_right}, double {more}, double 0.0")
        pointer = _item(llvm, _GRADIENTS[segment.array], where, lane)
        total = llvm.new(f"fadd double {llvm.new(f'load double, ptr {pointer}')}, {more}")
        llvm.line(f"store double {total}, ptr {pointer}")


def _picked(llvm: Any, segment: Segment, m: Any, index: str) -> Generator[tuple[Any, Any, str]]:
    """For each lane, the place that its index names, and whether there is one."""
    llvm.declare("declare i64 @llvm.fptosi.sat.i64.f64(double)")
    indices = llvm.alloca(llvm.type)
    llvm.line(f"store {llvm.type} {index}, ptr {indices}")
    with llvm.loop(llvm.lanes) as lane:
        x = llvm.new(f"load double, ptr {llvm.new(f'getelementptr double, ptr {indices}, i64 {lane}')}")
        whole = llvm.new(f"call i64 @llvm.fptosi.sat.i64.f64(double {x})")
        is_whole = llvm.new(f"fcmp oeq double {llvm.new(f'sitofp i64 {whole} to double')}, {x}")
        is_inside = llvm.new(f"icmp ult i64 {whole}, {segment.length}")
        is_right = llvm.new(f"and i1 {is_whole}, {is_inside}")
        safe = llvm.new(f"select i1 {is_right}, i64 {whole}, i64 0")
        yield lane, llvm.place(segment.places, m, safe, segment.length), is_right


def _item(llvm: Any, array: str, where: Any, lane: Any) -> str:
    """One lane of a number; what is the same in all samples has but one."""
    lanes: int = {LANES: llvm.lanes, _GRADIENTS[LANES]: llvm.lanes, _GRADIENTS[PARAMETERS]: llvm.folded}.get(array, 1)
    if lanes > 1:
        inner = llvm.new(f"urem i64 {lane}, {lanes}") if lanes < llvm.lanes else lane
        where = llvm.sum_of_terms(0, (where, lanes), (inner, 1))
    pointer: str = llvm.element(array, where, "double")
    return pointer
