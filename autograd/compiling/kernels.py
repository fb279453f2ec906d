"""What is called from Python: functions that take samples through a program, as LLVM's instructions.

Samples are taken `lanes` at a time: their numbers are brought side by side, then all of them go through the program at
once. Where the last ones are fewer, the last sample fills the lanes, and counts but once.
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.compiling.llvm import ARRAYS, Llvm
from autograd.compiling.program import CONSTANTS, LANES, PARAMETERS, VALUES, Program
from autograd.compiling.register import Register

# What a call is made of: pointers to float64 and int64, whole numbers and numbers, eight bytes each. The widths are how far
# apart samples lie; `moved` is how far the order moves on when all samples were seen.
EVALUATION = {"inputs": "ptr", "width": "i64", "count": "i64", "values": "ptr", "memory": "ptr", "outputs": "ptr",
              "derivatives": "ptr"}
TRAINING = {"inputs": "ptr", "width": "i64", "targets": "ptr", "height": "i64", "order": "ptr", "samples": "i64",
            "batch": "i64", "moved": "i64", "steps": "i64", "values": "ptr", "parameters": "ptr", "states": "ptr",
            "lr": "double", "count": "double", "memory": "ptr", "new": "ptr", "losses": "ptr"}


class Call:
    """The numbers that one call is made of, side by side: the machine gets their address alone."""

    def __init__(self, function: Any, fields: dict[str, str], **numbers: Any) -> None:
        self.whole = (ctypes.c_int64 * len(fields))()
        self.numbers = (ctypes.c_double * len(fields)).from_buffer(self.whole)
        for place, (name, kind) in enumerate(fields.items()):
            (self.numbers if kind == "double" else self.whole)[place] = numbers.get(name, 0)
        self._function: Callable[[int], Any] = function
        self._address = ctypes.addressof(self.whole)

    def run(self) -> Any:
        return self._function(self._address)


class Layout(NamedTuple):
    """Where the arrays of a program lie in the memory that its functions work in, in numbers from its beginning."""

    gradients: int
    slopes: int
    check: int
    size: int


class Update(NamedTuple):
    """What an optimizer does to one parameter: the new one and its new state, from Registers.

    These are made of the arguments parameter, gradient, learning rate, count, and state.
    """

    parameter: Register
    state: tuple[Register, ...]


def layout(program: Program, lanes: int) -> Layout:
    ends = [program.lanes * lanes, program.lanes * lanes, program.parameters * min(lanes, 8), lanes]
    places = [0]
    for size in ends:
        places.append(-(-(places[-1] + size) // 8) * 8)
    return Layout(*places[1:])


def evaluation(program: Program, lanes: int, tile: int) -> str:
    """@evaluate: the outputs of each sample. @differentiate: these, and the derivative of the first for each input."""
    llvm = Llvm(lanes, tile)
    llvm.pieces(program)
    for name in ("evaluate", "differentiate"):
        with llvm.function(f"double @{name}(ptr %call)"):
            _unpack(llvm, EVALUATION)
            _arrays(llvm, program)
            llvm.line("%parameters = getelementptr double, ptr %values, i64 0")  # there are none
            _clear(llvm, "check", lanes)
            with llvm.loop("%count", lanes) as first:
                _load_samples(llvm, first, "%count", None, [("inputs", "%width", program.inputs)])
                _call(llvm, "forward")
                _store_samples(llvm, first, "outputs", program.outputs)
                if name == "differentiate":
                    _clear(llvm, "gradients", program.lanes * lanes)
                    _seed(llvm, program, llvm.constant(1.0))
                    _call(llvm, "backward")
                    _store_samples(llvm, first, "derivatives", [("gradients", n) for n in program.wanted_inputs])
            _return(llvm, _total(llvm, llvm.load("check", 0)))
    return _module(llvm, program)


def training(program: Program, update: Update, targets: int, lanes: int, tile: int) -> str:
    """@train: steps of an optimizer, one after another; @predict: the outputs, without a gradient.

    The last inputs of the program are `targets` numbers that come from an array of their own.
    """
    llvm = Llvm(lanes, tile)
    llvm.pieces(program)
    _update(llvm, program, update)
    states = len(update.state)
    sources = [("inputs", "%width", program.inputs - targets), ("targets", "%height", targets)]
    size = program.parameters
    with llvm.function("i64 @train(ptr %call)"):
        _unpack(llvm, TRAINING)
        _arrays(llvm, program)
        place, base = llvm.alloca("i64"), llvm.alloca("i64")
        losses = llvm.alloca(llvm.type)
        llvm.line(f"store i64 0, ptr {place}")
        llvm.line(f"store i64 0, ptr {base}")
        with llvm.loop("%steps") as step:
            begin = llvm.new(f"load i64, ptr {place}")
            rest = llvm.new(f"sub i64 %samples, {begin}")
            is_less = llvm.new(f"icmp slt i64 {rest}, %batch")
            count = llvm.new(f"select i1 {is_less}, i64 {rest}, i64 %batch")
            share = llvm.new(f"fdiv double 1.0, {llvm.new(f'sitofp i64 {count} to double')}")
            before = llvm.new(f"add i64 {llvm.new(f'load i64, ptr {base}')}, {begin}")
            order = llvm.new(f"getelementptr i64, ptr %order, i64 {before}")
            _clear(llvm, "slopes", size * llvm.folded)
            _clear(llvm, "check", lanes)
            llvm.line(f"store {llvm.type} {llvm.constant(0.0)}, ptr {losses}")
            with llvm.loop(count, lanes) as first:
                _load_samples(llvm, first, count, order, sources)
                _call(llvm, "forward")
                weight = _within(llvm, first, count, llvm.splat(share))
                loss = llvm.operate("mul", llvm.load(*program.outputs[0]), weight)
                llvm.combine(losses, "sum", loss)
                _clear(llvm, "gradients", program.lanes * lanes)
                _seed(llvm, program, weight)
                _call(llvm, "backward")
            loss = _total(llvm, llvm.read(losses))
            llvm.line(f"store double {loss}, ptr {llvm.new(f'getelementptr double, ptr %losses, i64 {step}')}")
            done = llvm.new(f"sitofp i64 {step} to double")
            number = llvm.new(f"fadd double {llvm.new(f'fadd double {done}, 1.0')}, %count")
            rest = llvm.new(f"call double @update(ptr %parameters, ptr %slopes, ptr %states, ptr %new, double %lr, "
                            f"double {number})")
            rest = llvm.new(f"fadd double {rest}, {_total(llvm, llvm.load('check', 0))}")
            rest = llvm.new(f"fadd double {rest}, {llvm.new(f'fmul double {loss}, 0.0')}")
            name = llvm.fresh("finite")
            llvm.line(f"br i1 {llvm.new(f'fcmp ord double {rest}, 0.0')}, label %{name}, label %{name}.not")
            llvm.label(f"{name}.not")
            llvm.line(f"ret i64 {step}")
            llvm.label(name)
            # Only now that all is known to be finite do the parameters and the states change.
            _copy(llvm, "%parameters", "%new", size)
            _copy(llvm, "%states", llvm.new(f"getelementptr double, ptr %new, i64 {size}"), size * states)
            end = llvm.new(f"add i64 {begin}, {count}")
            is_over = llvm.new(f"icmp sge i64 {end}, %samples")
            llvm.line(f"store i64 {llvm.new(f'select i1 {is_over}, i64 0, i64 {end}')}, ptr {place}")
            more = llvm.new(f"select i1 {is_over}, i64 %moved, i64 0")
            following = llvm.new(f"add i64 {llvm.new(f'load i64, ptr {base}')}, {more}")
            llvm.line(f"store i64 {following}, ptr {base}")
        llvm.line("ret i64 %steps")
    return _module(llvm, program)


def _update(llvm: Llvm, program: Program, update: Update) -> None:
    """@update: what the optimizer makes of all parameters, beside the old ones, and whether all of it is finite."""
    size, wide = program.parameters, llvm.folded
    whole = size - size % wide
    with llvm.function("internal double @update(ptr noalias %parameters, ptr noalias %slopes, ptr noalias %states, "
                       "ptr noalias %new, double %lr, double %count)"):
        total = llvm.new("fadd double 0.0, 0.0")
        for start, end, lanes in ((0, whole, wide), (whole, size, 1)):
            if start == end:
                continue
            with llvm.of_width(lanes):
                known = {"%lr": llvm.splat("%lr"), "%count": llvm.splat("%count")}
                made = _prepared(llvm, update, known)
                check = llvm.variable(0.0)
                with llvm.loop(end, lanes, start) as p:
                    gradient = _sums_of_lanes(llvm, p, wide) if lanes > 1 else _sum_of_lanes(llvm, p, wide)
                    places = [llvm.sum_of_indices(p, n * size) for n in range(1 + len(update.state))]
                    state = [llvm.load_numbers("states", place) for place in
                             (llvm.sum_of_indices(p, n * size) for n in range(len(update.state)))]
                    names = [llvm.load_numbers("parameters", p), gradient, *known.values(), *state]
                    inner = dict(made)
                    for place, register in zip(places, (update.parameter, *update.state), strict=True):
                        x = llvm.emit(register, names, inner)
                        llvm.line(f"store {llvm.type} {x}, ptr {llvm.element('new', place, 'double')}, align 8")
                        llvm.combine(check, "sum", llvm.new(f"fmul contract {llvm.type} {x}, {llvm.constant(0.0)}"))
                total = llvm.new(f"fadd double {total}, {_total(llvm, llvm.read(check))}")
        llvm.line(f"ret double {total}")


def _prepared(llvm: Llvm, update: Update, known: dict[str, str]) -> dict[Any, str]:
    """What depends on the learning rate and the count alone: it is calculated once for all parameters."""
    names, made = ["", "", *known.values()], dict[Any, str]()

    def prepare(register: Register) -> bool:
        if register.instruction == "argument":
            return register.operands[0] in (2, 3)
        parts = [prepare(x) for x in register.operands if isinstance(x, Register)]
        if all(parts):
            if register.instruction != "constant":
                llvm.emit(register, names, made)
            return True
        return False

    for register in (update.parameter, *update.state):
        prepare(register)
    return made


def _sum_of_lanes(llvm: Llvm, p: Any, lanes: int) -> str:
    """The gradient of one parameter: the sum of those of all lanes."""
    kind = llvm.vector(lanes)
    x = llvm.new(f"load {kind}, ptr {llvm.element('slopes', p, kind)}, align {min(8 * lanes, 64)}")
    if lanes == 1:
        return x
    llvm.declare(f"declare double @llvm.vector.reduce.fadd.v{lanes}f64(double, {kind})")
    return llvm.new(f"call reassoc double @llvm.vector.reduce.fadd.v{lanes}f64(double 0.0, {kind} {x})")


def _sums_of_lanes(llvm: Llvm, p: Any, lanes: int) -> str:
    """The gradients of as many parameters as there are lanes, side by side.

    Two at a time, neighbouring lanes of both are added into one vector; then its pairs of lanes, and so on.
    """
    vectors = [llvm.new(f"load {llvm.type}, ptr {llvm.element('slopes', llvm.sum_of_indices(p, n), llvm.type)}, "
                        f"align {8 * lanes}") for n in range(lanes)]
    step = 1
    while len(vectors) > 1:
        near = [lane if not lane // step % 2 else lanes + lane - step for lane in range(lanes)]
        far = [lane + step if not lane // step % 2 else lanes + lane for lane in range(lanes)]
        vectors = [llvm.operate("add", llvm.shuffled(a, b, near), llvm.shuffled(a, b, far))
                   for a, b in zip(vectors[::2], vectors[1::2])]
        step *= 2
    return vectors[0]


def _unpack(llvm: Llvm, fields: dict[str, str]) -> None:
    for place, (name, kind) in enumerate(fields.items()):
        llvm.line(f"%{name}.at = getelementptr i64, ptr %call, i64 {place}")
        llvm.line(f"%{name} = load {kind}, ptr %{name}.at")


def _arrays(llvm: Llvm, program: Program) -> None:
    places = layout(program, llvm.lanes)
    for name, place in (("lanes", 0), *places._asdict().items()):
        if name != "size":
            llvm.line(f"%{name} = getelementptr double, ptr %memory, i64 {place}")
    llvm.line("%constants = getelementptr double, ptr @constants, i64 0")


def _call(llvm: Llvm, name: str) -> None:
    llvm.line(f"call void @{name}({', '.join(f'ptr %{array}' for array in ARRAYS)})")


def _clear(llvm: Llvm, array: str, size: int) -> None:
    llvm.declare("declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
    llvm.line(f"call void @llvm.memset.p0.i64(ptr align 8 %{array}, i8 0, i64 {8 * size}, i1 false)")


def _copy(llvm: Llvm, to: str, source: str, size: int) -> None:
    llvm.declare("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
    llvm.line(f"call void @llvm.memcpy.p0.p0.i64(ptr align 8 {to}, ptr align 8 {source}, i64 {8 * size}, i1 false)")


def _load_samples(llvm: Llvm, first: Any, count: Any, order: Any, sources: Sequence[tuple[str, str, int]]) -> None:
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
                llvm.store("lanes", llvm.sum_of_indices(k, place), llvm.joined(numbers))
        place += size


def _store_samples(llvm: Llvm, first: Any, to: str, sources: Sequence[tuple[str, int]]) -> None:
    """Put numbers of the samples that there are, sample by sample, where Python will read them."""
    rest = llvm.new(f"sub i64 %count, {first}")
    count = llvm.new(f"select i1 {llvm.new(f'icmp slt i64 {rest}, {llvm.lanes}')}, i64 {rest}, i64 {llvm.lanes}")
    with llvm.loop(count) as lane:
        row = llvm._sum(0, (llvm._sum(0, (first, 1), (lane, 1)), len(sources)))
        for n, (array, place) in enumerate(sources):
            is_shared = array in (CONSTANTS, VALUES, PARAMETERS)
            index = place if is_shared else llvm._sum(place * llvm.lanes, (lane, 1))
            x = llvm.load_from(array, index)
            llvm.line(f"store double {x}, ptr {llvm.element(to, llvm._sum(n, (row, 1)), 'double')}")


def _seed(llvm: Llvm, program: Program, gradient: str) -> None:
    """The gradient of the first output with respect to itself."""
    array, place = program.outputs[0]
    if array == LANES:
        llvm.store("gradients", place, gradient)
    elif array == PARAMETERS:
        llvm.add("slopes", place, gradient)


def _within(llvm: Llvm, first: Any, count: Any, x: str) -> str:
    """A number in the lanes of samples, and 0 in those that are but filled."""
    if llvm.lanes == 1:
        return x
    rest = llvm.new(f"sitofp i64 {llvm.new(f'sub i64 {count}, {first}')} to double")
    numbers = ", ".join(f"double {float(lane)}" for lane in range(llvm.lanes))
    is_within = llvm.operate("lt", f"<{numbers}>", llvm.splat(rest))
    return llvm.operate("select", is_within, x, llvm.constant(0.0))


def _total(llvm: Llvm, x: str) -> str:
    if llvm.lanes == 1:
        return x
    llvm.declare(f"declare double @llvm.vector.reduce.fadd.v{llvm.lanes}f64(double, {llvm.type})")
    return llvm.new(f"call reassoc double @llvm.vector.reduce.fadd.v{llvm.lanes}f64(double 0.0, {llvm.type} {x})")


def _return(llvm: Llvm, x: str) -> None:
    llvm.line(f"ret double {x}")


def _module(llvm: Llvm, program: Program) -> str:
    numbers = ", ".join(f"double {Llvm(1, 1).constant(x)}" for x in program.constants) or "double 0.0"
    size = max(1, len(program.constants))
    first = [line for line in llvm.module if line.startswith(("declare", "@"))]
    rest = [line for line in llvm.module if not line.startswith(("declare", "@"))]
    width = min(64 * llvm.lanes, 512)
    return "\n".join([f"@constants = internal constant [{size} x double] [{numbers}], align 64", *first, *rest,
                      f'attributes #0 = {{ nounwind "min-legal-vector-width"="{width}" "prefer-vector-width"="512" }}', ""])
