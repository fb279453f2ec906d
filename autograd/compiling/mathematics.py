"""The functions of `math` for vectors, as LLVM's instructions: the table's approximations, or libm lane by lane."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.compiling.register import Register
from autograd.table.approximations import APPROXIMATIONS


def called(llvm: Any, name: str, operands: Sequence[str]) -> str:
    """A call of a function of `math`, which is defined where it is called for the first time."""
    # In a loop its instructions are put where they are needed: that makes vectors of them. Elsewhere they would only be
    # many: a thousand nodes would not fit where the processor keeps instructions.
    inlined = "alwaysinline" if llvm.depth else "noinline"
    known = f"@math.{name}.{llvm.lanes}.{inlined}"
    if llvm.is_new(known):
        _define(llvm, name, f"{{}} {known}({{}}) {inlined}", len(operands))
    return llvm.new(f"call {llvm.type} {known}({', '.join(f'{llvm.type} {x}' for x in operands)})")


def of_bits(llvm: Any, instruction: str, x: str) -> str:
    """2**x for a whole x, and the two parts of a number, from how a double is laid out: 1 + 11 + 52 bits."""
    whole = llvm.vector(llvm.lanes, "i64")

    def bits(n: int) -> str:
        return str(n) if llvm.lanes == 1 else f"splat (i64 {n})"

    if instruction == "power_of_two":  # 2**52 + 2**51 + n has n in its last bits
        shifted = llvm.operate("+", x, llvm.constant(float(2**52 + 2**51 + 1023)))
        found = llvm.new(f"shl {whole} {llvm.new(f'bitcast {llvm.type} {shifted} to {whole}')}, {bits(52)}")
        return llvm.new(f"bitcast {whole} {found} to {llvm.type}")
    found = llvm.new(f"bitcast {llvm.type} {x} to {whole}")
    if instruction == "mantissa":
        found = llvm.new(f"or {whole} {llvm.new(f'and {whole} {found}, {bits(2**52 - 1)}')}, {bits(1023 << 52)}")
        return llvm.new(f"bitcast {whole} {found} to {llvm.type}")
    found = llvm.new(f"or {whole} {llvm.new(f'lshr {whole} {found}, {bits(52)}')}, {bits(0x433 << 52)}")
    return llvm.operate("-", llvm.new(f"bitcast {whole} {found} to {llvm.type}"),
                        llvm.constant(float(2**52 + 1023)))


def _define(llvm: Any, name: str, head: str, count: int) -> None:
    llvm.declare(f"declare double @{name}({', '.join(['double'] * count)}) nounwind willreturn memory(none)")
    names = [f"%x{place}" for place in range(count)]
    head = "internal " + head.format(llvm.type, ", ".join(f"{llvm.type} {x}" for x in names))
    approximation = APPROXIMATIONS.get(name)
    with llvm.function(head), llvm.strictly():
        if approximation is not None:
            found: str = llvm.emit(approximation.function(Register("argument", 0)), names)
            if approximation.limit != math.inf:
                size = llvm.intrinsic("fabs", names[0])
                near = llvm.operate("<=", size, llvm.constant(approximation.limit))
                found = _unless(llvm, _all(llvm, near), found, lambda: _by_lane(llvm, name, names))
        elif name == "pow":  # which is so often the square that it is worth a question
            other = llvm.operate("!=", names[1], llvm.constant(2.0))
            yes = "true" if llvm.lanes == 1 else "splat (i1 true)"
            is_square = llvm.new(f"xor {llvm.vector(llvm.lanes, 'i1')} {other}, {yes}")
            found = _unless(llvm, _all(llvm, is_square), llvm.operate("*", names[0], names[0]),
                            lambda: _by_lane(llvm, name, names))
        else:
            found = _by_lane(llvm, name, names)
        llvm.line(f"ret {llvm.type} {found}")


def _all(llvm: Any, condition: str) -> str:
    """Whether a condition holds in all lanes."""
    if llvm.lanes == 1:
        return condition
    kind = llvm.vector(llvm.lanes, "i1")
    llvm.declare(f"declare i1 @llvm.vector.reduce.and.v{llvm.lanes}i1({kind})")
    return llvm.new(f"call i1 @llvm.vector.reduce.and.v{llvm.lanes}i1({kind} {condition})")


def _unless(llvm: Any, condition: str, found: str, otherwise: Callable[[], str]) -> str:
    """What was found if the condition holds, or else something that takes longer."""
    name, result = llvm.fresh("choice"), llvm.alloca(llvm.type)
    llvm.line(f"store {llvm.type} {found}, ptr {result}")
    llvm.line(f"br i1 {condition}, label %{name}.end, label %{name}.else")
    llvm.label(f"{name}.else")
    llvm.line(f"store {llvm.type} {otherwise()}, ptr {result}")
    llvm.line(f"br label %{name}.end")
    llvm.label(f"{name}.end")
    return llvm.read(result)


def _by_lane(llvm: Any, name: str, operands: list[str]) -> str:
    if llvm.lanes == 1:
        return llvm.new(f"call double @{name}({', '.join(f'double {x}' for x in operands)})")
    pointers = [llvm.alloca(llvm.type) for _ in operands]
    for pointer, x in zip(pointers, operands, strict=True):
        llvm.line(f"store {llvm.type} {x}, ptr {pointer}")
    with llvm.loop(llvm.lanes) as lane:
        places = [llvm.new(f"getelementptr double, ptr {pointer}, i64 {lane}") for pointer in pointers]
        numbers = [llvm.new(f"load double, ptr {place}") for place in places]
        found = llvm.new(f"call double @{name}({', '.join(f'double {x}' for x in numbers)})")
        llvm.line(f"store double {found}, ptr {places[0]}")
    return llvm.read(pointers[0])
