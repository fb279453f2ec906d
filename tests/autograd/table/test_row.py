"""An operation is one row of the table, and nothing about it stands anywhere else."""

import ast
import decimal
import difflib
import fractions
import importlib.util
import json
import math
import operator
import pickle
import runpy
import subprocess
import sys
import threading
from pathlib import Path

import numpy
import pytest

import autograd
from autograd import (
    DetachedWarning,
    DivisionByZeroError,
    DomainError,
    Dual,
    NumberOverflowError,
    Reading,
    Value,
    absolute,
    add,
    check_gradients,
    cos,
    dot,
    exp,
    expand,
    find,
    formula,
    grad,
    gradients,
    hessian,
    javascript_library,
    jvp,
    operation,
    operations,
    sigmoid,
    sin,
    sum,
    take,
    tanh,
    topological_order,
    where,
)
from autograd.recording.fast import source
from nn import MLP, Neuron
from tests.support.javascript import run_javascript
from tests.support.oracle import EXPECTED, NAMES, expected
from tests.support.switch import IS_PLAIN, needs_fast_functions

PACKAGE = Path(autograd.__file__).parent


@pytest.fixture(autouse=True)
def the_table_stays_as_it_is():
    """Rows that a test adds are taken out again, and what hangs on them."""
    before = {kind: dict(vars(kind)) for kind in (Reading, Value)}
    rows = dict(operations)
    yield
    for kind, attributes in before.items():
        for name in set(vars(kind)) - set(attributes):
            if name in operations or name.startswith("__"):
                delattr(kind, name)
    operations.clear()
    operations.update(rows)


# ---- One statement adds an operation ---------------------------------------------------------------------------------


@pytest.fixture
def softsign(the_table_stays_as_it_is):
    return operation("softsign", lambda x: x / (1 + absolute(x)), (lambda y, x: 1 / (1 + absolute(x)) ** 2,),
                     pure=True)


class TestOneStatement:
    """x / (1 + |x|) has the derivative 1 / (1 + |x|)² and the second one -2 sign(x) / (1 + |x|)³."""

    points = (-2.0, -0.5, 0.25, 3.0)

    def test_computes(self, softsign):
        assert softsign(3.0) == 0.75
        assert softsign(-1) == -0.5

    def test_records(self, softsign):
        x = Value(3.0)
        y = softsign(x)
        assert y.data == 0.75
        assert y.op is softsign
        assert y.parents == (x,)

    def test_differentiates_in_reverse_and_forward_and_twice(self, softsign):
        for x in self.points:
            first, second = 1 / (1 + abs(x)) ** 2, -2 * math.copysign(1, x) / (1 + abs(x)) ** 3
            leaf = Value(x)
            y = softsign(leaf)
            y.backward()
            assert leaf.grad == pytest.approx(first, rel=1e-15)
            (slope,) = gradients(y, [leaf])
            assert slope.data == pytest.approx(first, rel=1e-15)
            assert gradients(slope, [leaf])[0].data == pytest.approx(second, rel=1e-14)
            assert jvp(softsign, x, 1.0)[1] == pytest.approx(first, rel=1e-15)
            assert hessian(softsign)(x) == pytest.approx(second, rel=1e-14)
            assert jvp(lambda z: jvp(softsign, z, 1.0)[1], x, 1.0)[1] == pytest.approx(second, rel=1e-14)
            assert grad(grad(softsign))(x) == pytest.approx(second, rel=1e-14)

    def test_passes_check_gradients_which_finds_a_wrong_row(self, softsign):
        assert check_gradients(softsign, *self.points[:1]).agrees
        wrong = operation("wrong", lambda x: x / (1 + absolute(x)), (lambda y, x: 1 / (1 + absolute(x)),))
        with pytest.raises(autograd.GradientError, match="with respect to x disagree"):
            check_gradients(wrong, 1.0)

    def test_is_written_down(self, softsign):
        assert formula(softsign).text == "softsign(x)"
        assert formula(softsign).latex == r"\operatorname{softsign}\left(x\right)"
        assert formula(softsign, partial="x").text == "1 / (1 + |x|)²"
        assert formula(softsign, partial="x").latex == r"\frac{1}{\left(1 + \left|x\right|\right)^{2}}"

    def test_runs_in_javascript(self, softsign):
        value, slope = formula(softsign).javascript, formula(softsign, partial=0).javascript
        found = run_javascript(f"{javascript_library()}console.log(JSON.stringify({list(self.points)}.map("
                               f"x => [{value}, {slope}]).flat()))")
        right = [number for x in self.points for number in (x / (1 + abs(x)), 1 / (1 + abs(x)) ** 2)]
        assert found == pytest.approx(right, rel=1e-15)

    def test_is_a_method_of_values_duals_and_formulas(self, softsign):
        assert Value(3.0).softsign().data == 0.75
        assert Dual(1.0, 1.0, 0).softsign().tangent == 0.25
        assert formula(lambda x: x.softsign()).text == "softsign(x)"

    def test_is_an_activation_by_name(self, softsign):
        neuron = Neuron(2, activation="softsign")
        assert neuron([1.0, 2.0]).op is softsign
        assert repr(neuron) == "SoftsignNeuron(2)"
        output = MLP(2, [3, 1], activation="softsign")([1.0, 2.0])
        assert {row.name for row in (node.op for node in topological_order(output)) if row} == {"affine", "softsign"}

    @needs_fast_functions
    def test_has_a_fast_path_that_no_one_wrote(self, softsign):
        Value(1.0).softsign()
        assert "x0 / (1.0 + abs(x0))" in source(softsign)

    def test_is_opened_if_it_says_how(self):
        row = operation("softsign", lambda x: x / (1 + absolute(x)), (lambda y, x: 1 / (1 + absolute(x)) ** 2,),
                        expansion=lambda x: x / (1 + absolute(x)))
        opened = expand(row(Value(3.0)))
        assert opened.data == 0.75
        assert [n.op.name for n in topological_order(opened) if n.op] == ["absolute", "add", "divide"]


# ---- There are no copies ---------------------------------------------------------------------------------------------

# Each reading, in a process where the partials were doubled after the table was made and before a reading was loaded.
DOUBLED = """
import importlib, importlib.util, json, sys
from pathlib import Path

home, given = sys.argv[1], json.load(sys.stdin)
spec = importlib.util.spec_from_file_location("autograd", home + "/__init__.py", submodule_search_locations=[home])
package = sys.modules["autograd"] = importlib.util.module_from_spec(spec)
rows = importlib.import_module("autograd.operations") and sys.modules["autograd.table.row"].operations
readings = [name for name in sys.modules if name.startswith("autograd.")]
assert sorted(readings) == ["autograd.errors", "autograd.operations", "autograd.table",
                            "autograd.table.notation", "autograd.table.primitives", "autograd.table.reading",
                            "autograd.table.row"], readings

def doubled(partial):
    def twice(y, *operands):
        slope = partial(y, *operands)
        return [2.0 * s for s in slope] if isinstance(slope, list | tuple) else 2.0 * slope
    return partial and twice

for row in rows.values():
    row.partials = tuple(map(doubled, row.partials))
spec.loader.exec_module(package)

from autograd import Value, formula, gradients, jvp
from autograd.recording.fast import source
found = {}
for name, (arguments, varies) in given.items():
    row = rows[name]
    numbers = [x for argument, free in zip(arguments, varies) if free
               for x in (argument if isinstance(argument, list) else [argument])]
    def call(*new):
        rest = iter(new)
        return row(*([next(rest) for _ in argument] if isinstance(argument, list) else next(rest) if free else argument
                     for argument, free in zip(arguments, varies)))
    unit = lambda place: tuple(float(place == other) for other in range(len(numbers)))
    names = [f"v{place}" for place in range(len(numbers))]
    leaves = [Value(x) for x in numbers]
    output = call(*leaves)
    assert bool(source(row)) == (len(row.partials) <= 2 or any(row.lists)), name
    output.backward()
    found[name] = {
        "backward": [leaf.grad for leaf in leaves],
        "gradients": [slope.data for slope in gradients(call(*leaves), leaves)],
        "forward": [jvp(call, tuple(numbers), unit(place))[1] for place in range(len(numbers))],
        "forward on Values": [float(getattr(slope, "data", slope)) for slope in
                              (jvp(call, tuple(map(Value, numbers)), unit(place))[1] for place in range(len(numbers)))],
        "javascript": [formula(call, *names, partial=place).javascript for place in range(len(numbers))],
        "javascript of the row": [formula(row, *names, partial=place, result=None).javascript
                                  for place in range(len(numbers))] if not any(row.lists) else [],
        "names": dict(zip(names, numbers)),
    }
found["library"] = package.javascript_library()
print(json.dumps(found))
"""


def between(interval, place):
    """A number in an interval, another one for each place."""
    return interval.low + (interval.high - interval.low) * (0.83, 0.59, 0.71, 0.9, 0.65)[place]


def point(name):
    row = operations[name]
    return tuple(1 if interval is None else [between(interval, place), between(interval, place + 2)] if is_list
                 else between(interval, place)
                 for place, (interval, is_list) in enumerate(zip(EXPECTED[name].domain, row.lists)))


@needs_fast_functions
def test_every_reading_of_every_row_follows_when_its_partials_are_doubled():
    points = {name: point(name) for name in NAMES}
    given = {name: (points[name], [interval is not None for interval in EXPECTED[name].domain]) for name in NAMES}
    run = subprocess.run([sys.executable, "-c", DOUBLED, str(PACKAGE)], input=json.dumps(given), capture_output=True,
                         encoding="utf-8", cwd=PACKAGE.parent)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    library = found.pop("library")
    script = [library, "const found = {};"]
    for name, readings in found.items():
        for kind in ("javascript", "javascript of the row"):
            script.append(f"found[{name + ' ' + kind!r}] = (({', '.join(readings['names'])}) => "
                          f"[{', '.join(readings.pop(kind))}])({', '.join(map(repr, readings['names'].values()))});")
        readings.pop("names")
    javascript = run_javascript("\n".join([*script, "console.log(JSON.stringify(found))"]))
    for name in NAMES:
        right = [2 * slope for slope in expected(name, points[name])[1]]
        assert any(right) or name in ("step", "sign", "stop_gradient")
        for kind, slopes in found[name].items():
            assert slopes == pytest.approx(right, rel=1e-12), (name, kind)
        assert javascript[f"{name} javascript"] == pytest.approx(right, rel=1e-12), name
        if not any(operations[name].lists):
            assert javascript[f"{name} javascript of the row"] == pytest.approx(right, rel=1e-12), name


def rules_by_name(text):
    """The strings with which a program tells something apart: compared, matched, or looked up in a collection."""
    for part in ast.walk(ast.parse(text)):
        found = []
        if isinstance(part, ast.Compare):
            found = [part.left, *part.comparators]
        elif isinstance(part, ast.Dict):
            found = part.keys
        elif isinstance(part, ast.Set | ast.List | ast.Tuple):
            found = part.elts
        elif isinstance(part, ast.Subscript):
            found = [part.slice]
        elif isinstance(part, ast.MatchValue):
            found = [part.value]
        yield from (item.value for item in found if isinstance(item, ast.Constant) and isinstance(item.value, str))


def test_no_other_file_has_a_rule_for_an_operation_by_its_name():
    assert set(rules_by_name("if op == 'tanh': x = {'relu': 1}['exp'] in ['+']\nmatch op:\n    case 'log': ...")) == {
        "tanh", "relu", "exp", "+", "log"}  # it can tell
    names = set(operations) | {row.symbol for row in operations.values() if row.symbol.isidentifier()}
    for path in PACKAGE.rglob("*.py"):
        if path.name not in ("operations.py", "primitives.py", "__init__.py"):
            assert names.isdisjoint(rules_by_name(path.read_text(encoding="utf-8"))), path


def test_what_is_generated_from_the_table_is_current():
    spec = importlib.util.spec_from_file_location("stubs", PACKAGE / "table" / "stubs.py")
    stubs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stubs)
    assert (PACKAGE / "table" / "_methods.pyi").read_text(encoding="utf-8") == stubs.methods()
    exports = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    assert stubs.exports(exports) == exports
    names = [name for name in operations if name != "where"]
    assert all(getattr(autograd, name) is operations[name] for name in names)
    assert set(autograd.__all__) >= {*operations, "mean"}


def test_writing_the_generated_files_again_adds_a_new_row(monkeypatch):
    written = {}
    monkeypatch.setattr(Path, "write_text", lambda path, text: written.update({path: text}))
    operation("cube", lambda x: x * x * x, (lambda y, x: 3 * x * x,))
    runpy.run_path(str(PACKAGE / "table" / "stubs.py"), run_name="__main__")
    added = {path.name: [line for line in difflib.ndiff(path.read_text("utf-8").splitlines(), text.splitlines())
                         if line[0] in "+-"] for path, text in written.items()}
    assert added == {"_methods.pyi": ["+     def cube(self) -> Self: ..."],
                     "__init__.py": ["+     cube,", '+     "cube",']}


# ---- A row -----------------------------------------------------------------------------------------------------------


def test_a_row_is_shown_found_and_pickled_by_its_name():
    assert repr(tanh) == "<operation tanh>"
    assert find("tanh") is tanh
    for row in operations.values():
        assert pickle.loads(pickle.dumps(row)) is row


@pytest.mark.parametrize(("name", "message"), [
    ("tahn", "there is no operation 'tahn'; did you mean 'tan'?"),
    ("sigmod", "there is no operation 'sigmod'; did you mean 'sigmoid'?"),
    ("q", "there is no operation 'q'"),
])
def test_a_name_that_is_not_in_the_table_is_refused_with_the_nearest(name, message):
    with pytest.raises(LookupError) as error:
        find(name)
    assert error.value.args == (message,)


@pytest.mark.parametrize("name", ["", "a b", "1x", "lambda", "tanh", "data", "backward", "tangent", "text", "__add__"])
def test_a_name_that_is_none_or_is_taken_is_refused(name):
    with pytest.raises(ValueError, match=f"cannot be called '{name}'"):
        operation(name, math.tanh, (lambda y, x: 1 - y * y,))
    assert operations.get(name) is (tanh if name == "tanh" else None)


@pytest.mark.parametrize(("error", "message", "value", "partials", "lists"), [
    (TypeError, "the partials of new need to be a tuple", lambda x: x, lambda y, x: 1.0, ()),
    (TypeError, "the partials of new need to be a tuple", lambda: 1.0, (), ()),
    (ValueError, "new has 1 partials, so its value takes 1 arguments", lambda a, b: a, (None,), ()),
    (ValueError, "new has 2 partials, so its value takes 2 arguments", lambda a: a, (None, None), ()),
    (ValueError, "each of its partials y and those 1", lambda x: x, (lambda x: 1.0,), ()),
    (ValueError, "each of its partials y and those 1", lambda x: x, (1.0,), ()),
    (ValueError, "new has no arguments numbers, only values", lambda values: 1.0, (None,), ("numbers",)),
])
def test_a_row_that_does_not_fit_together_is_refused(error, message, value, partials, lists):
    with pytest.raises(error, match=message):
        operation("new", value, partials, lists=lists)
    assert "new" not in operations
    assert not hasattr(Value, "new")


def test_functions_of_a_row_may_have_defaults_and_take_any_number():
    row = operation("scaled", lambda x, factor=3.0: factor * x, (lambda y, *operands: 3.0,))
    assert row(2.0) == 6.0
    assert grad(row)(2.0) == 3.0


@pytest.mark.parametrize(("call", "message"), [
    (lambda: tanh(), "tanh takes 1 argument (x), not 0"),
    (lambda: tanh(1.0, 2.0), "tanh takes 1 argument (x), not 2"),
    (lambda: add(Value(1.0)), "add takes 2 arguments (a, b), not 1"),
    (lambda: operations["maximum"](1, 2, 3), "maximum takes 2 arguments (a, b), not 3"),
    (lambda: take(), "take takes 2 arguments (index, values), not 0"),
    (lambda: dot(), "dot takes 2 arguments (weights, inputs), not 0"),
    pytest.param(lambda: tanh(Value(1.0)).tanh(2.0), "Value.tanh() takes 1 positional argument but 2 were given",
                 marks=needs_fast_functions),
])
def test_a_wrong_number_of_arguments_is_refused(call, message):
    with pytest.raises(TypeError) as error:
        call()
    assert str(error.value) == message


@pytest.mark.parametrize("bad", ["1", None, 1j, [1.0], {}, object()])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(TypeError, match="a real number is needed, not"):
        tanh(bad)
    for combine in (operator.add, operator.mul, operator.pow):
        for operands in ((Value(1.0), bad), (bad, Value(1.0))):
            with pytest.raises(TypeError, match=r"unsupported operand|can't multiply|can only concatenate"):
                combine(*operands)


# ---- Rows of a user's own --------------------------------------------------------------------------------------------


def test_a_row_that_is_not_generic_arithmetic_works_but_is_not_specialised():
    row = operation("hard", lambda x: x if x > 0 else -x, (lambda y, x: 1.0 if x > 0 else -1.0,))
    x = Value(-2.0)
    row(x).backward()
    assert x.grad == -1.0
    assert x.hard().data == 2.0
    assert jvp(row, -2.0, 1.0) == (2.0, -1.0)
    assert source(row) == ""


def test_python_text_that_is_none_leaves_a_row_unspecialised():
    row = operation("bad_text", lambda x: 2 * x, (lambda y, x: 2.0,), python=(4, "{0} +"))
    assert row(Value(3.0)).data == 6.0
    assert source(row) == ""


@pytest.mark.parametrize("name", ["state", "math", "node", "y", "new", "operations", "float"])
def test_primitives_may_have_any_name(name):
    """Those of the templates for the fast path, too: these do not get in each other's way."""
    row = operation(name, math.sinh, (lambda y, x: operations["cosh"](x),), pure=True)
    other = operation("other", lambda x: 2 * row(x), (lambda y, x: 2 * operations["cosh"](x),), pure=True)
    x = Value(0.5)
    for used in (row, other):
        for _ in range(2):
            x.grad = 0.0
            getattr(x, used.name)().backward()
            assert x.grad == pytest.approx((2 if used is other else 1) * math.cosh(0.5))
    again = operation("again", lambda x: exp(x) * x, (lambda y, x: exp(x) * (x + 1),), pure=True)
    again(x).backward()
    assert source(again) or IS_PLAIN


def test_three_arguments():
    row = operation("fused", lambda a, b, c: a * b + c,
                    (lambda y, a, b, c: b, lambda y, a, b, c: a, lambda y, a, b, c: 1.0))
    a, b = Value(2.0, "a"), Value(3.0)
    y = row(a, b, 1.0)
    y.backward()
    assert (y.data, a.grad, b.grad) == (7.0, 3.0, 2.0)
    assert y.parents[:2] == (a, b)
    assert y.parents[2].constant
    assert grad(row, (0, 1, 2))(2.0, 3.0, 4.0) == (3.0, 2.0, 1.0)
    assert grad(grad(lambda x: row(x, x, x)))(5.0) == 2.0
    with pytest.raises(NumberOverflowError) as error:
        row(1e200, 1e200, a)
    assert str(error.value) == "fused(a, b, c) overflows; here a = 1e+200, b = 1e+200, c = 2.0 (label 'a')"


@pytest.mark.parametrize("list_first", [True, False])
def test_a_list_beside_numbers(list_first):
    """c0 + c1 x + c2 x² ..., by Horner."""

    def horner(x, coefficients):
        total = 0.0
        for c in reversed(coefficients):
            total = total * x + c
        return total

    def slope(y, x, coefficients):
        return horner(x, [place * c for place, c in enumerate(coefficients)][1:])

    def powers(y, x, coefficients):
        return [x ** place for place in range(len(coefficients))]

    if list_first:
        row = operation("polynomial", lambda coefficients, x: horner(x, coefficients),
                        (lambda y, coefficients, x: powers(y, x, coefficients),
                         lambda y, coefficients, x: slope(y, x, coefficients)), lists=("coefficients",))
    else:
        row = operation("polynomial", horner, (slope, powers), lists=("coefficients",))

    def call(x, coefficients):
        return row(coefficients, x) if list_first else row(x, coefficients)

    assert call(2, [1, 2, 3]) == 17.0
    x, c = Value(2.0), Value(3.0)
    call(x, [1, 2.0, c]).backward()
    assert (x.grad, c.grad) == (14.0, 4.0)
    assert grad(call, (0, 1))(2.0, [1.0, 2.0, 3.0]) == (14.0, [1.0, 2.0, 4.0])
    assert grad(grad(call))(2.0, [1.0, 2.0, 3.0]) == 6.0
    assert hessian(call, 1)(2.0, [1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]
    assert jvp(call, (2.0, [1.0, 2.0, 3.0]), (1.0, [0.0, 0.0, 1.0])) == (17.0, 18.0)
    with pytest.raises(TypeError, match="needs lists of numbers, not 'float'" if list_first else "a real number is"):
        row(2.0, 1.0) if list_first else row([1.0], [1.0])
    with pytest.raises(TypeError, match=r"polynomial takes 2 arguments \(.*\), not [03]"):
        row([1.0], 2.0, 3.0) if list_first else row()


@pytest.mark.parametrize(("value", "error", "message"), [
    (lambda x: math.nan, NumberOverflowError, "odd(x) overflows; here x = 1.0"),
    (lambda x: math.inf, NumberOverflowError, "odd(x) overflows; here x = 1.0"),
    (lambda x: 1j, DomainError, "odd(x) needs other numbers; here x = 1.0"),
    (lambda x: x / 0.0, DivisionByZeroError, "odd(x) divides by zero; here x = 1.0"),
    (lambda x: int("no luck"), DomainError, "odd(x) invalid literal for int() with base 10: 'no luck'; here x = 1.0"),
])
def test_what_goes_wrong_in_a_row_of_ones_own_is_told(value, error, message):
    row = operation("odd", value, (lambda y, x: 1.0,))
    for x in (1.0, Value(1.0), Dual(1.0, 1.0, 0)):
        with pytest.raises(error) as raised:
            row(x)
        assert str(raised.value) == message


def test_a_python_operator_becomes_that_operator_of_every_reading():
    row = operation("modulo", operator.mod, (lambda y, a, b: 1.0, lambda y, a, b: (y - a) / b),
                    text=(2, "{0:2} % {1:3}"))
    x = Value(7.0)
    assert (x % 4).op is row
    assert ((x % 4).data, (9 % x).data, row(x, Value(2.0)).data) == (3.0, 2.0, 1.0)
    assert jvp(lambda b: 7.0 % b, 4.0, 1.0) == (3.0, -1.0)
    assert formula(lambda a, b: a % b).text == "a % b"
    with pytest.raises(TypeError, match="unsupported operand"):
        x % "4"


def test_partials_may_all_be_missing():
    row = operation("sign_of", lambda x: where(x > 0, 1.0, -1.0), (None,))
    x = Value(3.0)
    (row(x) * x).backward()
    assert x.grad == 1.0
    assert grad(row)(3.0) == 0.0


def test_a_list_of_slopes_of_another_length_is_refused():
    row = operation("short", lambda values: values[0] + values[1], (lambda y, values: [1.0],), lists=("values",))
    leaves = [Value(1.0), Value(2.0)]
    y = row(leaves)
    for ask in (y.backward, lambda: gradients(y, leaves), lambda: jvp(row, [1.0, 2.0], [1.0, 1.0])):
        with pytest.raises(TypeError, match=r"^the derivative of short with respect to values has 1 numbers, not 2$"):
            ask()
    assert [leaf.grad for leaf in leaves] == [0.0, 0.0]


NOT_NUMBERS = [(None, "NoneType"), ("1", "str"), ([1.0], "list"), (Value(1.0), "Value"), (Dual(1.0, 1.0, 1), "Dual")]


@pytest.mark.parametrize(("result", "kind"), NOT_NUMBERS)
def test_a_value_that_is_no_number_is_refused_by_the_name_of_its_row(result, kind):
    row = operation("odd", lambda x: result, (lambda y, x: 1.0,))
    for x in (1.0, Value(1.0), Dual(1.0, 1.0, 2)):
        for _ in "12":
            with pytest.raises(TypeError, match=f"^the value of odd must be a real number, not '{kind}'$"):
                row(x)


@pytest.mark.parametrize(("result", "kind"), [*NOT_NUMBERS, (1j, "complex")])
def test_a_partial_that_is_no_number_is_refused_by_its_row_and_argument(result, kind):
    row = operation("odd", lambda a, b: a + b, (lambda y, a, b: 1.0, lambda y, a, b: result))
    b, asks = Value(2.0), [lambda: row(1.0, b).backward(), lambda: jvp(row, (1.0, 2.0), (1.0, 1.0)),
                           lambda: grad(row, 1)(1.0, 2.0)]
    if not isinstance(result, Reading):  # where readings flow, a partial may be one
        asks += [lambda: gradients(row(1.0, b), [b]), lambda: formula(row, partial="b")]
    for ask in asks:
        for _ in "12":
            with pytest.raises(TypeError, match=f"^the derivative of odd with respect to b must be a real number, "
                                                f"not '{kind}'$"):
                ask()
    assert b.grad == 0.0


@pytest.mark.parametrize(("result", "message"), [
    (1.0, "must be a list of numbers, not 'float'"), (None, "must be a list of numbers, not 'NoneType'"),
    ("12", "must be a list of numbers, not 'str'"), ([1.0, None], "must be a real number, not 'NoneType'"),
    ([1.0, Value(1.0)], "must be a real number, not 'Value'"), ([1.0, 1.0, 1.0], "has 3 numbers, not 2")])
def test_partials_of_a_list_that_are_no_such_list_are_refused(result, message):
    row = operation("odd", lambda values: values[0] + values[1], (lambda y, values: result,), lists=("values",))
    leaves = [Value(1.0), Value(2.0)]
    for ask in (row(leaves).backward, lambda: jvp(row, [1.0, 2.0], [1.0, 1.0])):
        with pytest.raises(TypeError, match=f"^the derivative of odd with respect to values {message}$"):
            ask()
    assert [leaf.grad for leaf in leaves] == [0.0, 0.0]


def test_a_truth_value_in_a_row_is_a_number():
    row = operation("above", lambda x: x > 1, (lambda y, x: x > 1,))
    assert (type(row(2.0)), row(2.0)) == (float, 1.0)
    x = Value(2.0)
    y = row(x)
    y.backward()
    assert (type(y.data), y.data, type(x.grad), x.grad) == (float, 1.0, float, 1.0)
    for slope in (jvp(row, 2.0, 1.0)[1], grad(row)(2.0), gradients(y, [x])[0].data):
        assert (type(slope), slope) == (float, 1.0)


def test_a_row_may_speak_of_infinity():
    row = operation("bounded", lambda x: where(x < math.inf, x, -math.inf),
                    (lambda y, x: where(x < math.inf, 1.0, 0.0),))
    x = Value(3.0)
    y = row(x)
    y.backward()
    assert (y.data, x.grad) == (3.0, 1.0)
    assert not source(row)  # a formula holds finite numbers: the row is called as it stands, and works
    wrong = operation("undefined", lambda x: 2 * x, (lambda y, x: math.nan,))
    for ask in (wrong(x).backward, lambda: jvp(wrong, 1.0, 1.0), lambda: grad(wrong)(3.0)):
        with pytest.raises(DomainError, match=r"undefined\(x\) has no finite derivative with respect to x"):
            ask()


def test_a_partial_may_be_zero():
    row = operation("first_of", lambda a, b: a + 0 * b, (lambda y, a, b: 1.0, lambda y, a, b: 0.0))
    a, b = Value(2.0), Value(3.0)
    row(a, b).backward()
    assert (a.grad, b.grad) == (1.0, 0.0)
    assert "b.grad" not in source(row)


def test_functions_of_math_in_a_row_warn_that_history_ends():
    row = operation("plain_sin", lambda x: math.sin(x), (lambda y, x: math.cos(x),))
    assert grad(row)(1.0) == math.cos(1.0)
    with pytest.warns(DetachedWarning):
        grad(grad(row))(1.0)


def test_a_row_is_first_used_in_many_threads_at_once():
    rows = [operation(f"threaded_{n}", lambda x: sigmoid(x) * sin(x),
                      (lambda y, x: sigmoid(x) * (1 - sigmoid(x)) * sin(x) + sigmoid(x) * cos(x),)) for n in range(20)]
    start, found = threading.Barrier(8), []

    def work():
        start.wait()
        for row in rows:
            x = Value(0.7)
            row(x).backward()
            found.append(x.grad)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    s = 1 / (1 + math.exp(-0.7))
    assert len(found) == 160
    assert found == pytest.approx([s * (1 - s) * math.sin(0.7) + s * math.cos(0.7)] * 160, rel=1e-14)


# ---- Which reading a call asks for -----------------------------------------------------------------------------------


def test_plain_numbers_of_any_kind_give_a_float():
    for half in (0.5, fractions.Fraction(1, 2), decimal.Decimal("0.5"), numpy.float32(0.5), numpy.float64(0.5),
                 numpy.array(0.5)):
        found = tanh(half)
        assert type(found) is float
        assert found == math.tanh(0.5)
        product = Value(3.0) * half
        assert (type(product), product.data) == (Value, 1.5)
        assert type(half * Value(3.0)) is Value
    assert (tanh(True), tanh(numpy.int8(1))) == (math.tanh(1), math.tanh(1))


@pytest.mark.parametrize("bad", [
    numpy.str_("1.5"), numpy.bytes_(b"1"), numpy.complex128(1), numpy.timedelta64(5), numpy.datetime64("2020"),
    numpy.array("1"), numpy.array(Value(1.0)),
])
def test_numpy_scalars_that_are_no_real_numbers_are_refused(bad):
    for call in (tanh, Value, lambda x: sum([x, Value(1.0)])):
        with pytest.raises(TypeError, match=f"a real number is needed, not '{type(bad).__name__}'"):
            call(bad)


def test_a_value_inside_of_an_array_without_dimensions_keeps_its_history():
    x = Value(3.0)
    for y in (x * numpy.array(x), numpy.array(x) * x):
        x.grad = 0.0
        y.backward()
        assert (y.data, x.grad) == (9.0, 6.0)


def test_the_most_general_reading_present_reads_the_row():
    v, d = Value(3.0), Dual(2.0, 1.0, 1000)
    for product in (v * d, d * v):
        assert type(product) is Dual
        assert (product.primal.data, product.tangent.data) == (6.0, 3.0)
    total = sum([1.0, d, v])
    assert (type(total), total.primal.data, total.tangent) == (Dual, 6.0, 1.0)
    of_values = Dual(v, Value(1.0), 1000) ** 2 * v
    of_values.tangent.backward()  # d(2v · v)/dv
    assert (of_values.primal.data, of_values.tangent.data, v.grad) == (27.0, 18.0, 12.0)


def test_readings_of_nested_derivatives_do_not_mix():
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    outside = Value(3.0)
    inner = grad(lambda x: outside * x ** 2)(2.0)  # a Value, since it depends on one
    inner.backward()
    assert (inner.data, outside.grad) == (12.0, 4.0)
    assert jvp(lambda x: grad(lambda y: x * y * outside)(1.0), 2.0, 1.0)[1].data == 3.0
    assert grad(lambda x: jvp(lambda y: x * x * y, 1.0, 1.0)[1])(5.0) == 10.0


def test_a_subclass_of_value_is_a_value():
    class Weight(Value):
        __slots__ = ()

    w = Weight(2.0, "w")
    for y, right in ((w * w, 4.0), (w * 3, 2 * 3.0), (Value(3.0) * w, 6.0), (w.tanh(), math.tanh(2.0)),
                     (dot([w], [3.0]), 6.0), (2 ** w, 4.0), (-w, -2.0)):
        assert y.data == right
        assert w in y.parents
    y = w * w
    y.backward()
    assert w.grad == 4.0


def test_a_reading_of_ones_own_reads_every_row():
    class Written(Reading):
        """How many operations there were on the way."""

        __slots__ = ("count",)
        generality = 9

        def __init__(self, count):
            self.count = count

        @classmethod
        def read(cls, operation, arguments):
            items = [item for a in arguments for item in (a if isinstance(a, tuple) else (a,))]
            return cls(1 + max(item.count for item in items if isinstance(item, cls)))

    x = Written(0)
    assert (2 * tanh(x) + Value(1.0)).count == 3
    assert dot([x, 1.0], [Dual(1.0, 1.0, 1), x * x]).count == 2
    assert (-x).sigmoid().count == 2
    for row in operations.values():
        assert row(*((x, x) if is_list else x for is_list in row.lists)).count == 1
    with pytest.raises(NotImplementedError):
        where(x, 1.0, 2.0)  # it does not say when it is true


def test_a_reading_has_to_say_how_it_reads():
    class Nothing(Reading):
        __slots__ = ()
        generality = 9

    with pytest.raises(NotImplementedError):
        tanh(Nothing())
