"""A program in other languages does what it does here; and a row of the table is all that compiling knows of."""

import ast
import ctypes
import math
import operator
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, reject, settings

import autograd
from autograd import RecordingError, Value, compile, dot, exp, log, operation, operations, sin, take, tanh, where
from autograd.compiling.register import REDUCTIONS
from nn import MLP
from tests.support.compiling import assert_near, needs_llvm, recorded
from tests.support.processes import run_python
from tests.support.random_graphs import graphs

pytestmark = pytest.mark.slow  # a program is compiled in each test

ROOM = Path(autograd.__file__).parent / "compiling"
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
Doubles = ctypes.POINTER(ctypes.c_double)


def doubles(numbers):
    return (ctypes.c_double * max(1, len(numbers)))(*numbers)


def in_c(text, folder, inputs, values, outputs, derivatives):
    """What both functions of a file of C calculate: outputs, and outputs with derivatives."""
    (folder / "program.c").write_text(text, encoding="ascii")
    subprocess.run(["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-shared", "-fPIC", "program.c",
                    "-o", "program.so", "-lm"], cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "program.so"))
    first, second, slopes = doubles([0.0] * outputs), doubles([0.0] * outputs), doubles([0.0] * derivatives)
    library.evaluate(doubles(inputs), doubles(values), first)
    library.differentiate(doubles(inputs), doubles(values), second, slopes)
    return first[:outputs], second[:outputs], slopes[:derivatives]


def in_python(compiled, inputs, values):
    scope = {}
    exec(compiled.python_source, scope)
    program = compiled.kernel.program
    lanes, gradients = [*inputs, *[0.0] * (program.lanes - len(inputs))], [0.0] * program.lanes
    arguments = list(program.constants), values, (), lanes, gradients, ()
    scope["forward"](*arguments)
    arrays = {"constants": program.constants, "values": values, "lanes": lanes}
    outputs = [arrays[array][place] for array, place in program.outputs]
    array, place = program.outputs[0]
    if array == "lanes":
        gradients[place] = 1.0
    scope["backward"](*arguments)
    return outputs, gradients[: len(inputs)]


@needs_gcc
@given(graphs(max_size=60))
@settings(max_examples=5)
def test_random_graphs_in_c(tmp_path_factory, graph):
    y, slopes = recorded(graph, graph.numbers)
    count = len(graph.numbers)
    compiled = compile(graph, argument=range(count))
    compiled(*graph.numbers)
    first, second, found = in_c(compiled.c_source, tmp_path_factory.mktemp("c"), graph.numbers, [], 1, count)
    assert first == second
    assert_near(first[0], y)
    for x, right in zip(found, slopes, strict=True):
        assert_near(x, right)


@needs_gcc
def test_what_is_taken_from_a_list_of_one_number_is_c_without_warnings(tmp_path):
    compiled = compile(lambda x: take(0.0, [x]) * x)
    compiled(3.0)
    assert in_c(compiled.c_source, tmp_path, [3.0], [], 1, 1)[2] == [6.0]


@given(graphs(max_size=60))
@settings(max_examples=10)
def test_random_graphs_in_python(graph):
    y, slopes = recorded(graph, graph.numbers)
    compiled = compile(graph, argument=range(len(graph.numbers)))
    compiled(*graph.numbers)
    try:
        [value], found = in_python(compiled, graph.numbers, [])
    except (ArithmeticError, ValueError):  # Python raises in branches that are not chosen: then the rows are asked
        reject()
    assert_near(value, y)
    for x, right in zip(found, slopes, strict=True):
        assert_near(x, right)


W = Value(1.25)
FUNCTIONS = [
    lambda x, y: x * W + y, lambda x, y: W, lambda x, y: 3.0, lambda x, y: y, lambda x, y: take(x, [y, W, 2.0 * y]),
    lambda x, y: where(x > y, x * y, lambda: log(y)), lambda x, y: autograd.sum([tanh(x + k) * y for k in range(9)]),
    lambda x, y: dot([x, y, W], [y, -0.0, 1e300]) * 1e-300, lambda x, y: (x * 1e-5 - 7e22) / -3.0,
    lambda x, y: autograd.logsumexp([x, y, W]), lambda x, y: abs(x - y) ** 3 + (-x) ** 2,
    lambda x, y: autograd.maximum(x, autograd.minimum(y, W))]


@needs_gcc
@pytest.mark.parametrize("function", FUNCTIONS)
def test_values_from_outside_and_all_kinds_of_loops_in_c(tmp_path, function):
    y, slopes = recorded(function, (1.0, 0.75))
    compiled = compile(function, argument=(0, 1))
    compiled(1.0, 0.75)
    values = [W.data] * compiled.report()["values"]
    first, second, found = in_c(compiled.c_source, tmp_path, [1.0, 0.75], values, 1, 2)
    assert first == second == pytest.approx([y.data], rel=1e-14)
    assert found == pytest.approx([slope.data for slope in slopes], rel=1e-13)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_values_from_outside_and_all_kinds_of_loops_in_python(function):
    y, slopes = recorded(function, (1.0, 0.75))
    compiled = compile(function, argument=(0, 1))
    compiled(1.0, 0.75)
    outputs, found = in_python(compiled, [1.0, 0.75], [W.data] * compiled.report()["values"])
    assert outputs == pytest.approx([y.data], rel=1e-14)
    assert found == pytest.approx([slope.data for slope in slopes], rel=1e-13)


@needs_gcc
def test_several_outputs_in_c(tmp_path):
    compiled = compile(lambda v: [v[0] * v[1], 2.0, v[1], W, sin(v[0])])
    compiled([0.5, 3.0])
    first, second, slopes = in_c(compiled.c_source, tmp_path, [0.5, 3.0], [W.data], 5, 2)
    assert first == second == pytest.approx([1.5, 2.0, 3.0, 1.25, math.sin(0.5)], rel=1e-15)
    assert slopes == [3.0, 0.5]


@needs_gcc
def test_a_trained_network_is_one_file_of_c_with_its_parameters(tmp_path):
    model = MLP(3, [5, 2], "tanh", seed=3)
    compiled = compile(model)
    for parameter in model.parameters():  # "now" is when the file is asked for, not when it was recorded
        compiled([0.0, 0.0, 0.0])
        parameter.data += 0.25
    in_c(compiled.c_source, tmp_path, [0.0] * 3, [0.0] * 32, 2, 3)  # which makes the library
    assert max(map(len, compiled.c_source.splitlines())) <= 120  # and not a line for a compiler of 4,095 characters
    library, outputs = ctypes.CDLL(str(tmp_path / "program.so")), doubles([0.0] * 2)
    for x in ([0.5, -1.0, 2.0], [0.0, 0.0, 0.0]):
        library.evaluate(doubles(x), (ctypes.c_double * 32).in_dll(library, "current_values"), outputs)
        assert list(outputs) == pytest.approx([y.data for y in model(x)], rel=1e-14)


@needs_gcc
def test_an_index_that_counts_nothing_is_nan_in_c(tmp_path):
    compiled = compile(lambda i, x: take(i, [x, 2 * x]), argument=1)
    compiled(0.0, 1.0)
    for n, index in enumerate([-1.0, 2.0, 0.5, math.inf, math.nan, 1e300]):
        folder = tmp_path / str(n)
        folder.mkdir()
        first, _, slopes = in_c(compiled.c_source, folder, [index, 3.0], [], 1, 1)
        assert math.isnan(first[0])
        assert slopes == [0.0]


def test_nothing_is_written_before_the_first_call():
    with pytest.raises(ValueError, match="call the function first"):
        _ = compile(lambda x: x).listing


def network(v):
    return autograd.sum([tanh(dot(v, [n, n + 1.0, n * 2.0])) for n in range(4)])


def test_the_listing_has_a_line_for_each_loop():
    compiled = compile(network)
    compiled([1.0, 2.0, 3.0])
    lines = compiled.listing.splitlines()
    assert [line.split()[1:3] for line in lines[1:6]] == [
        ["3", "inputs"], ["4", "dot"], ["4", "tanh"], ["1", "sum"], ["1", "outputs"]]
    assert "9 operations" in lines[-1]


def test_the_report_counts():
    compiled = compile(network)
    compiled([1.0, 2.0, 3.0])
    report = compiled.report()
    assert list(report) == ["nodes", "arguments", "loops", "constants", "values", "inputs", "bytes", "flops",
                            "record_seconds", "compile_seconds"]
    assert (report["nodes"], report["arguments"], report["loops"]) == (9, 4 * 6 + 4 + 4, 3)
    assert (report["values"], report["inputs"]) == (0, 3)
    assert report["flops"] == 3 * (4 * 2 * 2 * 3 + 4 + 2 * 4)  # dot has two lists of 3
    assert report["bytes"] >= 8 * (3 + 9) * 2
    assert report["record_seconds"] > 0


@needs_llvm
def test_what_llvm_is_given_and_what_it_makes():
    import llvmlite.binding

    compiled = compile(network)
    compiled([1.0, 2.0, 3.0])
    module = llvmlite.binding.parse_assembly(compiled.llvm_ir)
    module.verify()
    assert {"evaluate", "differentiate"} <= {function.name for function in module.functions}
    assert "evaluate:" in compiled.assembly
    assert "differentiate:" in compiled.assembly
    assert compiled.report()["compile_seconds"] > 0


def test_code_does_not_grow_with_the_number_of_nodes():
    sizes = []
    for count in (10, 1000):
        compiled = compile(lambda v: autograd.sum([sin(x) * x for x in v]))
        compiled([0.5] * count)
        sizes.append((len(compiled.listing.splitlines()), len(compiled.python_source.splitlines()),
                      compiled.report()["loops"]))
    assert sizes[0] == sizes[1]


class TestRows:
    """A row of the table is compiled because it is there."""

    def test_a_new_operation(self):
        cube = operation("cube_of_it", lambda x: x * x * x, (lambda y, x: 3 * x * x,))
        assert compile(lambda x: cube(x) + x).value_and_grad(2.0) == (10.0, 13.0)
        assert compile(lambda x: autograd.grad(autograd.grad(cube))(x))(2.0) == 12.0

    def test_a_new_operation_of_a_function_of_math(self):
        area = operation("circle", lambda r: math.pi * r * r, (lambda y, r: 2 * math.pi * r,))
        logarithm = operation("log_of_two", math.log2, (lambda y, x: 1 / (x * math.log(2)),), domain="x > 0")
        assert compile(area).value_and_grad(2.0) == pytest.approx((4 * math.pi, 4 * math.pi))
        assert compile(logarithm).value_and_grad(8.0) == pytest.approx((3.0, 1 / (8 * math.log(2))))
        with pytest.raises(autograd.DomainError, match=r"log_of_two\(x\) needs x > 0"):
            compile(logarithm)(-8.0)

    def test_a_new_operation_of_two_numbers_that_chooses(self):
        clipped = operation("clipped", lambda x, high: where(x < high, x, high), (
            lambda y, x, high: where(x < high, 1.0, 0.0), lambda y, x, high: where(x < high, 0.0, 1.0)))
        compiled = compile(clipped, argument=(0, 1))
        assert compiled.value_and_grad(1.0, 2.0) == (1.0, (1.0, 0.0))
        assert compiled.value_and_grad(3.0, 2.0) == (2.0, (0.0, 1.0))

    def test_a_new_operation_of_lists(self):
        squares = operation("sum_of_squares", lambda values: autograd.sum([x * x for x in values]),
                            (lambda y, values: [2 * x for x in values],), lists=("values",))
        for n in (1, 3, 20):
            v = [0.5 * k for k in range(n)]
            value, slopes = compile(lambda v: squares(v)).value_and_grad(v)
            assert value == pytest.approx(sum(x * x for x in v))
            assert slopes == [2 * x for x in v]

    def test_a_new_operation_of_lists_whose_items_differ(self):
        horner = operation("horner", lambda values: values[0] + 2 * values[1] + 4 * values[2],
                           (lambda y, values: [1.0, 2.0, 4.0],), lists=("values",))
        assert compile(lambda v: horner(v)).value_and_grad([1.0, 10.0, 100.0]) == (421.0, [1.0, 2.0, 4.0])

    def test_an_operation_that_asks_python_is_refused(self):
        asking = operation("asking", lambda x: x if x > 0 else 0.0, (lambda y, x: 1.0 if x > 0 else 0.0,))
        with pytest.raises(RecordingError, match="asking cannot be compiled: it asks Python"):
            compile(asking)(1.0)

    def test_a_partial_that_asks_python_is_refused(self):
        asking = operation("asking", lambda x: x * 1.0, (lambda y, x: float(x),))
        with pytest.raises(RecordingError, match="asking cannot be compiled"):
            compile(asking).grad(1.0)


DOUBLED = """
import math
from autograd import compile, operations, tanh
row = operations["tanh"]
row.partials = tuple(lambda y, *a, p=p: 2 * p(y, *a) for p in row.partials)
print(abs(compile(lambda x: tanh(x)).grad(0.3) - 2 * (1 - math.tanh(0.3) ** 2)) < 1e-15)
"""


def test_the_partials_of_a_row_are_what_is_compiled():
    done = run_python("-c", DOUBLED)
    assert done.stdout == "True\n", done.stdout + done.stderr


def test_compiling_knows_no_operation_by_name():
    # Python's own words for what a machine does; and the square root is an instruction of its own.
    instructions = {*REDUCTIONS, *vars(operator), "sqrt"}
    names = set(operations) - instructions
    assert len(names) > 35
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in names, f"{path}:{node.lineno}: {node.value}"
            if isinstance(node, ast.ImportFrom):
                assert not node.module.startswith("autograd.operations"), f"{path}:{node.lineno}"
                assert not {alias.name for alias in node.names} & names, f"{path}:{node.lineno}"


def test_exponentials_do_not_lose_digits_in_any_source(tmp_path):
    compiled = compile(lambda x: exp(x))
    assert compiled(1.0) == pytest.approx(math.e, rel=1e-15)
    assert in_python(compiled, [1.0], [])[0] == [math.e]
