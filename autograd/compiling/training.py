"""What compiled training calls: steps of an optimizer as LLVM's instructions, forward, backward, and the update."""

from typing import Any, NamedTuple

from autograd.compiling.llvm import Llvm
from autograd.compiling.machine import TRAINING
from autograd.compiling.program import Program
from autograd.compiling.register import Register
from autograd.compiling.samples import arrays, call, clear, copy, load_samples, module, seed, total, unpack, within


class Update(NamedTuple):
    """What an optimizer does to one parameter: the new one and its new state, from Registers.

    These are made of the arguments parameter, gradient, learning rate, count, the norm of all gradients, and state.
    """

    parameter: Register
    state: tuple[Register, ...]

    def uses(self, argument: int) -> bool:
        """Whether one of these arguments is needed at all."""
        open_ones, seen = [self.parameter, *self.state], set[int]()
        while open_ones:
            register = open_ones.pop()
            if register.instruction == "argument" and register.operands[0] == argument:
                return True
            if id(register) not in seen:
                seen.add(id(register))
                open_ones += [x for x in register.operands if isinstance(x, Register)]
        return False


SHARED = 2, 3, 4  # the arguments that are the same for all parameters: learning rate, count, norm


def training(program: Program, update: Update, targets: int, lanes: int, tile: int) -> str:
    """@train: steps of an optimizer, one after another; @predict: the outputs, without a gradient.

    The last inputs of the program are `targets` numbers that come from an array of their own.
    """
    llvm = Llvm(lanes, tile)
    llvm.pieces(program)
    update_function(llvm, program, update)
    has_norm, states = update.uses(4), len(update.state)
    if has_norm:
        norm_function(llvm, program)
    sources = [("inputs", "%width", program.inputs - targets), ("targets", "%height", targets)]
    size = program.parameters
    with llvm.function("i64 @train(ptr %call)"):
        unpack(llvm, TRAINING)
        arrays(llvm, program)
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
            clear(llvm, "slopes", size * llvm.folded)
            clear(llvm, "check", lanes)
            llvm.line(f"store {llvm.type} {llvm.constant(0.0)}, ptr {losses}")
            with llvm.loop(count, lanes) as first:
                load_samples(llvm, first, count, order, sources)
                call(llvm, "forward")
                weight = within(llvm, first, count, llvm.splat(share))
                loss = llvm.operate("*", llvm.load(*program.outputs[0]), weight)
                llvm.combine(losses, "total", loss)
                clear(llvm, "gradients", program.lanes * lanes)
                seed(llvm, program, weight)
                call(llvm, "backward")
            loss = total(llvm, llvm.read(losses))
            llvm.line(f"store double {loss}, ptr {llvm.new(f'getelementptr double, ptr %losses, i64 {step}')}")
            done = llvm.new(f"sitofp i64 {step} to double")
            number = llvm.new(f"fadd double {llvm.new(f'fadd double {done}, 1.0')}, %count")
            lr = llvm.new(f"load double, ptr {llvm.element('rates', llvm.new(f'mul i64 {step}, %paced'), 'double')}")
            norm = llvm.new("call double @norm(ptr %slopes)") if has_norm else "0.0"
            rest = llvm.new(f"call double @update(ptr %parameters, ptr %slopes, ptr %states, ptr %new, double {lr}, "
                            f"double {number}, double {norm})")
            rest = llvm.new(f"fadd double {rest}, {total(llvm, llvm.load('check', 0))}")
            for x in (loss, norm) if has_norm else (loss,):
                rest = llvm.new(f"fadd double {rest}, {llvm.new(f'fmul double {x}, 0.0')}")
            name = llvm.fresh("finite")
            llvm.line(f"br i1 {llvm.new(f'fcmp ord double {rest}, 0.0')}, label %{name}, label %{name}.not")
            llvm.label(f"{name}.not")
            llvm.line(f"ret i64 {step}")
            llvm.label(name)
            # Only now that all is known to be finite do the parameters and the states change.
            copy(llvm, "%parameters", "%new", size)
            copy(llvm, "%states", llvm.new(f"getelementptr double, ptr %new, i64 {size}"), size * states)
            llvm.line(f"store double {number}, ptr %count.at")
            end = llvm.new(f"add i64 {begin}, {count}")
            is_over = llvm.new(f"icmp sge i64 {end}, %samples")
            llvm.line(f"store i64 {llvm.new(f'select i1 {is_over}, i64 0, i64 {end}')}, ptr {place}")
            more = llvm.new(f"select i1 {is_over}, i64 %moved, i64 0")
            following = llvm.new(f"add i64 {llvm.new(f'load i64, ptr {base}')}, {more}")
            llvm.line(f"store i64 {following}, ptr {base}")
        llvm.line("ret i64 %steps")
    return module(llvm)


def update_function(llvm: Llvm, program: Program, update: Update) -> None:
    """@update: what the optimizer makes of all parameters, beside the old ones, and whether all of it is finite."""
    size, wide = program.parameters, llvm.folded
    whole = size - size % wide
    with llvm.function("internal double @update(ptr noalias %parameters, ptr noalias %slopes, ptr noalias %states, "
                       "ptr noalias %new, double %lr, double %count, double %norm)"):
        rest = llvm.new("fadd double 0.0, 0.0")
        for start, end, lanes in ((0, whole, wide), (whole, size, 1)):
            if start == end:
                continue
            with llvm.of_width(lanes):
                known = [llvm.splat(name) for name in ("%lr", "%count", "%norm")]
                made = _prepared(llvm, update, known)
                check = llvm.variable(0.0)
                with llvm.loop(end, lanes, start) as p:
                    gradient = _gradient(llvm, p, lanes, wide)
                    places = [llvm.sum_of_indices(p, n * size) for n in range(1 + len(update.state))]
                    state = [llvm.load_numbers("states", place) for place in
                             (llvm.sum_of_indices(p, n * size) for n in range(len(update.state)))]
                    names = [llvm.load_numbers("parameters", p), gradient, *known, *state]
                    inner = dict(made)
                    for place, register in zip(places, (update.parameter, *update.state), strict=True):
                        x = llvm.emit(register, names, inner)
                        llvm.line(f"store {llvm.type} {x}, ptr {llvm.element('new', place, 'double')}, align 8")
                        llvm.combine(check, "total", llvm.times_zero(x))
                rest = llvm.new(f"fadd double {rest}, {total(llvm, llvm.read(check))}")
        llvm.line(f"ret double {rest}")


def norm_function(llvm: Llvm, program: Program) -> None:
    """@norm: the root of the sum of the squares of all gradients."""
    size, wide = program.parameters, llvm.folded
    whole = size - size % wide
    with llvm.function("internal double @norm(ptr noalias %slopes)"):
        squares = llvm.new("fadd double 0.0, 0.0")
        for start, end, lanes in ((0, whole, wide), (whole, size, 1)):
            if start == end:
                continue
            with llvm.of_width(lanes):
                sums = llvm.variable(0.0)
                with llvm.loop(end, lanes, start) as p:
                    gradient = _gradient(llvm, p, lanes, wide)
                    llvm.combine(sums, "total", llvm.operate("*", gradient, gradient))
                squares = llvm.new(f"fadd double {squares}, {total(llvm, llvm.read(sums))}")
        llvm.declare("declare double @llvm.sqrt.f64(double)")
        llvm.line(f"ret double {llvm.new(f'call double @llvm.sqrt.f64(double {squares})')}")


def _prepared(llvm: Llvm, update: Update, known: list[str]) -> dict[Any, str]:
    """What depends on nothing else than these: it is calculated once for all parameters."""
    names, made = ["", "", *known], dict[Any, str]()

    def prepare(register: Register) -> bool:
        if register.instruction == "argument":
            return register.operands[0] in SHARED
        parts = [prepare(x) for x in register.operands if isinstance(x, Register)]
        if all(parts):
            if register.instruction != "constant":
                llvm.emit(register, names, made)
            return True
        return False

    for register in (update.parameter, *update.state):
        prepare(register)
    return made


def _gradient(llvm: Llvm, p: Any, lanes: int, wide: int) -> str:
    """The gradients of so many parameters, of which there is a part in each lane."""
    return _sums_of_lanes(llvm, p, wide) if lanes > 1 else _sum_of_lanes(llvm, p, wide)


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
        vectors = [llvm.operate("+", llvm.shuffled(a, b, near), llvm.shuffled(a, b, far))
                   for a, b in zip(vectors[::2], vectors[1::2])]
        step *= 2
    return vectors[0]
