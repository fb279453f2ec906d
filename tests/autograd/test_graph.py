"""backward(), the order it walks in, and what it leaves behind when it fails."""

import gc
import math
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import (
    DomainError,
    NumberOverflowError,
    StaleGraphError,
    Value,
    constant,
    dot,
    graph,
    log,
    operation,
    operations,
    recalculate,
    topological_order,
    trace,
    where,
)
from autograd.recording import fast_backward
from autograd.recording.modes import lock
from tests.support.random_graphs import sums_and_products

# ---- Gradients -------------------------------------------------------------------------------------------------------


def gradients_of(calculate, *point):
    leaves = [Value(x) for x in point]
    calculate(*leaves).backward()
    return [leaf.grad for leaf in leaves]


@pytest.mark.parametrize(("calculate", "point", "right"), [
    (lambda x: x, (3.0,), [1.0]),
    (lambda x: x * x, (3.0,), [6.0]),
    (lambda x: x + x, (3.0,), [2.0]),
    (lambda x: x - x, (3.0,), [0.0]),
    (lambda x: x / x, (4.0,), [0.0]),
    (lambda x: x**x, (1.0,), [1.0]),
    (lambda x: x * x * x * x, (2.0,), [32.0]),
    (lambda x: (x + 1) * (x - 1), (5.0,), [10.0]),
    (lambda x: sum(x for _ in range(100)), (1.0,), [100.0]),
    (lambda x, y: x * y + x, (3.0, 4.0), [5.0, 3.0]),
    (lambda x, y: dot([x, y, x], [x, x, y]), (3.0, 4.0), [14.0, 6.0]),
    (lambda x, y: autograd.sum([x, x, y]), (3.0, 4.0), [2.0, 1.0]),
    (lambda x, y: where(x, x * y, y), (3.0, 4.0), [4.0, 3.0]),
    (lambda x, y: x + 0 * y, (3.0, 4.0), [1.0, 0.0]),
    (lambda x, y: x.relu() * y, (-3.0, 4.0), [0.0, 0.0]),
])
def test_gradients_by_hand(calculate, point, right):
    assert gradients_of(calculate, *point) == right


def test_the_chain_rule_starts_from_several_nodes_and_leaves_its_seeds_as_they_were():
    x = Value(3.0)
    a = x * x
    b, c = a * 2.0, a * x
    seeds = {id(b): 5.0, id(c): 7.0}
    last = {id(flow.parent): flow.total for flow in graph.chain_rule(topological_order([b, c]), seeds,
                                                                     graph.numbers_of)}
    assert (last[id(a)], last[id(x)]) == (5.0 * 2.0 + 7.0 * 3.0, 5.0 * 4.0 * 3.0 + 7.0 * 3.0 * 3.0**2)
    assert seeds == {id(b): 5.0, id(c): 7.0}  # the caller may look up in them meanwhile what was known before


def test_local_derivatives_come_with_the_places_of_the_parents():
    """Across lists, and over constants and arguments without a derivative, which keep their places."""
    a, b, c = Value(2.0), Value(3.0), Value(5.0)
    for node, right in [
            (a * b, [(0, a, 3.0), (1, b, 2.0)]), (a - a, [(0, a, 1.0), (1, a, -1.0)]), (2.0 * a, [(1, a, 2.0)]),
            (dot([a, b], [c, a]), [(0, a, 5.0), (1, b, 2.0), (2, c, 2.0), (3, a, 3.0)]),
            (dot([1.0, b], [c, 7.0]), [(1, b, 7.0), (2, c, 1.0)]),
            (where(a, b, c), [(1, b, 1.0), (2, c, 0.0)]),
            (autograd.take(1, [a, b, c]), [(1, a, 0.0), (2, b, 1.0), (3, c, 0.0)])]:
        found = list(graph.numbers_of(node))
        assert [(place, slope) for place, _, slope in found] == [(place, slope) for place, _, slope in right]
        assert all(parent is node.parents[place] is owner
                   for (place, parent, _), (_, owner, _) in zip(found, right, strict=True))


def test_diamonds_upon_diamonds():
    """2^60 paths lead to the leaf; each node is visited once."""
    x = node = Value(1.0)
    for _ in range(60):
        node = node + node
    node.backward()
    assert x.grad == 2.0**60


def test_backward_twice_adds_up_on_leaves_and_is_right_inside():
    x = Value(3.0)
    y = x * x
    z = y * 2
    for times in (1, 2, 3):
        z.backward()
        assert (z.grad, y.grad, x.grad) == (1.0, 2.0, 12.0 * times)
    x.grad = 0
    z.backward()
    assert x.grad == 12.0


def test_outputs_that_share_a_graph_add_up_on_leaves():
    x = Value(3.0)
    shared = x * x
    first, second = shared + 1, shared * shared
    first.backward()
    assert (x.grad, shared.grad) == (6.0, 1.0)
    second.backward()
    assert (x.grad, shared.grad) == (6.0 + 108.0, 18.0)
    shared.backward()
    assert (x.grad, shared.grad) == (120.0, 1.0)


def test_the_seed_scales_all_gradients():
    x = Value(3.0)
    y = x * x
    for seed in (2, Fraction(1, 2), 0.0, -1.0):
        x.grad = 0.0
        y.backward(seed)
        assert (x.grad, y.grad) == (6.0 * seed, seed)
    leaf = Value(1.0)
    leaf.backward(5.0)
    leaf.backward()
    assert leaf.grad == 6.0


def test_an_output_that_is_a_constant_or_depends_on_constants_alone():
    c = constant(3.0)
    c.backward()
    assert c.grad == 0.0
    y = c * c + c.sin()
    y.backward()
    assert (y.grad, c.grad) == (1.0, 0.0)


# ---- Orders ----------------------------------------------------------------------------------------------------------


def naive(output):
    """The gradients by the chain rule over edges, in the exact order of calculation; and whether data was used."""
    found: dict[Value, float] = {output: 1.0}
    for node in reversed(topological_order(output)):
        if node.op is None:
            continue
        for place, argument in enumerate(node.arguments):
            if node.op.partials[place] is None:
                continue
            slopes = node.op.partials[place](node.data, *node.operands)
            many = isinstance(argument, tuple)
            for parent, slope in zip(argument if many else (argument,), slopes if many else (slopes,), strict=True):
                found[parent] = found.get(parent, 0.0) + found.get(node, 0.0) * slope
    return found


@settings(max_examples=50)
@given(sums_and_products(), st.integers(0, 3))
def test_the_order_has_parents_first_and_each_node_once(nodes, more):
    outputs = nodes[-1 - more :]
    for asked in (outputs[-1], outputs, iter(outputs)):
        order = topological_order(asked)
        place = {node: i for i, node in enumerate(order)}
        assert len(place) == len(order)
        assert all(place[parent] < place[node] for node in order for parent in node.parents)
        reachable, open_nodes = set(), [outputs[-1]] if isinstance(asked, Value) else list(outputs)
        while open_nodes:
            node = open_nodes.pop()
            if node not in reachable:
                reachable.add(node)
                open_nodes += node.parents
        assert set(order) == reachable


@settings(max_examples=150)
@given(sums_and_products())
def test_to_go_back_in_time_is_to_visit_children_first_and_gives_the_gradients_of_the_chain_rule(nodes):
    output = nodes[-1]
    right = naive(output)
    order = sorted(topological_order(output), key=lambda node: node.time)
    place = {node: i for i, node in enumerate(order)}
    assert order[-1] is output
    assert all(place[parent] < place[node] for node in order for parent in node.parents)
    for walk in (Value.backward, lambda node: graph.backpropagate(node, 1.0)):
        for node in order:
            node.grad = 7.0
        walk(output)
        for node in order:
            if not node.constant:
                before = 7.0 if node.op is None else 0.0
                assert node.grad == pytest.approx(before + right.get(node, 0.0), rel=1e-12, abs=1e-12)
            else:
                assert node.grad == 0.0


def test_short_cuts_around_other_nodes():
    x = Value(2.0)
    middle = x * x
    longer = 2 * (2 * (2 * middle))
    for short_cut in (longer + middle, middle + longer, autograd.sum([longer, middle]), autograd.sum([middle, longer]),
                      dot([longer], [middle]), where(middle, longer, 1.0), where(1.0, middle, longer),
                      autograd.sum([longer]) + autograd.sum([middle]), longer + autograd.sum([longer, middle])):
        x.grad = 0.0
        short_cut.backward()
        assert x.grad == pytest.approx(naive(short_cut)[x])


def test_a_layer_that_shares_its_list_of_inputs():
    x = [Value(0.5), Value(-1.0)]
    hidden = tuple(dot([Value(w), Value(-w)], x).tanh() for w in (0.1, 0.2, 0.3))
    outputs = [dot([Value(w)] * 3, hidden) for w in (1.0, 2.0)]
    output = outputs[0] * outputs[1]
    output.backward()
    assert [value.grad for value in x] == pytest.approx([naive(output)[value] for value in x], rel=1e-14)


@pytest.mark.parametrize("ask", [topological_order, recalculate])
@pytest.mark.parametrize("what", [3.0, "abc", None])
def test_only_values_have_a_graph(ask, what):
    with pytest.raises(TypeError, match=r"^a graph is made of Values, not of "):
        ask(what)


def test_the_order_of_nothing_and_of_one_leaf():
    x = Value(1.0)
    assert topological_order([]) == []
    assert topological_order(x) == topological_order([x, x]) == [x]


def test_outputs_and_parents_come_in_the_order_in_which_they_were_given():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    assert topological_order([b, a]) == [b, a]
    assert topological_order(output := autograd.sum([c, a, b])) == [c, a, b, output]


# ---- Failing ---------------------------------------------------------------------------------------------------------


def broken(error):
    """A row whose derivative raises."""
    def partial(y, x):
        if not isinstance(x, float):  # while a Formula is read, there is no function to be made of it
            raise NotImplementedError
        raise error

    return partial


@pytest.fixture
def failing(request):
    row = operation("failing_in_this_test", lambda x: x if isinstance(x, float) else x.nothing,
                    (broken(request.param),))
    yield row
    for owner in (autograd.Reading, Value):
        if row.name in vars(owner):
            delattr(owner, row.name)
    del operations[row.name]


@pytest.mark.parametrize("failing", [KeyboardInterrupt(), TypeError("x"), MemoryError(), ValueError("x")],
                         indirect=True)
@pytest.mark.parametrize("short_cut", [False, True])
def test_an_error_in_the_middle_leaves_the_gradients_of_leaves_as_they_were(failing, short_cut):
    a, b = Value(2.0), Value(3.0)
    (a * b).backward()
    middle = a * b
    output = failing(middle) * b + a + (middle if short_cut else 0)
    with pytest.raises((KeyboardInterrupt, TypeError, MemoryError, DomainError)):
        output.backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
    (a * b).backward()
    assert (a.grad, b.grad) == (6.0, 4.0)


@pytest.mark.parametrize("calculate", [
    lambda a, b: a * b + 2 * a, lambda a, b: dot([a, b], [b, 1.0]) * a, lambda a, b: 2 * (2 * (a * b)) + a * b,
    lambda a, b: a * b + autograd.sum([a * (a * b).sin(), a * b]),
], ids=["level", "lists", "depth", "both"])
def test_an_interrupt_at_any_line_of_backward_commits_all_or_nothing(calculate):
    def interrupting(place):
        """Ctrl-C at the line of the engine that is the `place`-th to run; undo() itself is left in peace."""
        count = 0

        def trace_line(frame, event, argument):
            nonlocal count
            if event == "line" and frame.f_code.co_name != "undo":
                count += 1
                if count == place:
                    sys.settrace(None)
                    raise KeyboardInterrupt
            return trace_line

        def trace_call(frame, event, argument):
            name = frame.f_code.co_filename
            ours = name in (graph.__file__, fast_backward.__file__) or name.startswith("<glassgrad")
            return trace_line if ours else None

        return trace_call

    outcomes, outer = [], sys.gettrace()
    while not outcomes or outcomes[-1] is not None:
        a, b = Value(3.0), Value(4.0)
        a.grad, b.grad = 0.25, 0.5
        output = calculate(a, b)
        right = naive(output)
        try:
            sys.settrace(interrupting(len(outcomes) + 1))
            output.backward()
            outcomes.append(None)
        except KeyboardInterrupt:
            outcomes.append((a.grad, b.grad))
        finally:
            sys.settrace(outer)
            while lock._is_owned():  # leaving `with lock` is a line to settrace(), where no Ctrl-C comes through
                lock.release()
    assert (a.grad, b.grad) == pytest.approx((0.25 + right[a], 0.5 + right[b]))
    assert len(outcomes) > 40
    assert set(outcomes) <= {(0.25, 0.5), None, (a.grad, b.grad)}
    assert outcomes.count((0.25, 0.5)) > 40


def test_an_interrupt_while_gradients_are_committed_changes_none():
    class Interrupting(Value):
        """A leaf whose gradient cannot be set to 7."""
        __slots__ = ("_grad",)

        @property
        def grad(self):
            return self._grad

        @grad.setter
        def grad(self, new):
            if new == 7.0:
                raise KeyboardInterrupt
            self._grad = new

    a, b, c = Value(1.0), Interrupting(2.0), Value(3.0)
    a.grad = c.grad = 0.5
    with pytest.raises(KeyboardInterrupt):
        (2 * a + 7 * b + 3 * c).backward()
    with pytest.raises(KeyboardInterrupt):
        (autograd.sum([a, c]) + 7 * b).backward()
    assert (a.grad, b.grad, c.grad) == (0.5, 0.0, 0.5)


def test_a_derivative_that_does_not_exist_is_named_with_labels_and_line():
    x = Value(0.0, "x")
    x.grad = 1.5
    with trace():
        y = x.sqrt()
    with pytest.raises(autograd.DivisionByZeroError) as raised:
        (y + 1).backward()
    text = str(raised.value)
    assert text.startswith("sqrt(x) has no finite derivative with respect to x; here x = 0.0 (label 'x')\n"
                           "  calculated in ")
    assert text.endswith(": y = x.sqrt()")
    assert raised.value.__suppress_context__  # the traceback does not tell the same twice
    assert x.grad == 1.5
    with pytest.raises(DomainError, match=r"has no finite derivative with respect to b; here a = -2.0, b = 2.0$"):
        (Value(-2.0) ** Value(2.0)).backward()


def test_a_gradient_that_overflows_is_named():
    x = Value(1e-200, "x")
    with pytest.raises(NumberOverflowError, match=r"^the gradient of 'x' overflows$"):
        (x * 1e200 * 1e200).backward()
    y = Value(1e-200)
    with pytest.raises(NumberOverflowError, match=r"^the gradient of the Value 1e-200 \(a leaf\) overflows$"):
        (y * 1e200 * 1e200).backward()
    with pytest.raises(NumberOverflowError, match=r"^the gradient of 'x' overflows$"):
        dot([x, 1.0], [1e200, 0.0]).backward(1e200)
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_a_gradient_that_overflows_when_it_is_added_to_an_earlier_one():
    x, y = Value(1.0), Value(2.0)
    x.grad = 1.7e308
    with pytest.raises(NumberOverflowError,
                       match=r"^the gradient overflows when it is added to that of an earlier backward\(\)$"):
        (x + y).backward(1.7e308)
    with pytest.raises(NumberOverflowError, match=r"^the gradient overflows when it is added"):
        dot([x, 1.0], [1.0, 10.0]).backward(1.7e308)  # that of the constant 1.0 would, too, but there is none
    assert (x.grad, y.grad) == (1.7e308, 0.0)


# ---- Data that was set -----------------------------------------------------------------------------------------------

STALE = "calculate again, or call recalculate\\(output\\)$"


@pytest.mark.parametrize("calculate", [
    lambda x: x * x, lambda x: x.tanh() * 2 + 1, lambda x: autograd.sum([1.0, x]), lambda x: dot([x, 2.0], [3.0, x]),
    lambda x: where(x, x, 1.0), lambda x: x.negative().negative(), lambda x: x * x + (x * x) * x, lambda x: 2 * x + 1,
])
def test_setting_a_number_that_was_used_is_refused_until_it_is_recalculated(calculate):
    x = Value(3.0, "x")
    y = calculate(x)
    y.backward()
    x.grad, x.data = 0.0, 4.0
    message = rf"^'x' was set to 4.0 after the Value .* had been calculated from it: {STALE}"
    with pytest.raises(StaleGraphError, match=message):
        y.backward()
    assert x.grad == 0.0
    assert recalculate(y) is y
    again = Value(4.0)
    fresh = calculate(again)
    assert y.data == fresh.data
    y.backward()
    fresh.backward()
    assert x.grad == again.grad


def test_setting_a_number_inside_of_the_graph_is_refused_but_not_at_its_end():
    x = Value(3.0)
    y = x * x
    z = y + y
    y.data = 10.0
    message = (r"^the Value 10.0 \(multiply\) was set to 10.0 after the Value 18.0 \(add\) had been calculated "
               rf"from it: {STALE}")
    with pytest.raises(StaleGraphError, match=message):
        z.backward()
    w = y * 2
    w.backward()
    assert (w.data, x.grad) == (20.0, 12.0)


def test_setting_the_same_number_or_one_elsewhere_is_nothing():
    x, other = Value(3.0), Value(1.0)
    y = x * x
    x.data = 3
    other.data = 2.0
    y.backward()
    assert x.grad == 6.0
    z = other * y
    z.backward()
    assert (x.grad, other.grad) == (18.0, 9.0)


def test_the_loop_of_micrograd_runs():
    w = Value(5.0)
    for _ in range(100):
        loss = (w - 2) ** 2
        w.grad = 0
        loss.backward()
        w.data -= 0.1 * w.grad
    assert w.data == pytest.approx(2.0, abs=1e-8)
    with pytest.raises(StaleGraphError):
        loss.backward()


@pytest.mark.parametrize("data", [7.0, 20.0])
def test_what_else_was_calculated_from_a_recalculated_number_is_stale(data):
    x = Value(3.0)
    y = x * x
    y.data = data
    other = y * y
    recalculate(y + 1)
    assert y.data == 9.0
    with pytest.raises(StaleGraphError):
        other.backward()
    recalculate(other)
    other.backward()
    assert (other.data, x.grad) == (81.0, 108.0)


def test_recalculating_what_is_fresh_makes_nothing_stale():
    x = Value(3.0)
    y = x * x
    z, w = y + 1, y * 2
    recalculate(z)
    w.backward()
    z.backward()
    assert x.grad == 18.0
    assert recalculate(x) is x


@settings(max_examples=50)
@given(sums_and_products(), st.integers(-2, 2))
def test_recalculating_is_calculating_again(nodes, new):
    output = nodes[-1]
    leaves = [node for node in topological_order(output) if node.op is None]
    leaves[0].data = new
    recalculate(output)
    for node in topological_order(output):
        if node.op is not None:
            assert node.data == node.op.calculate(node.operands, node.arguments)
    output.backward()


def test_recalculating_that_fails_changes_nothing():
    x = Value(3.0, "x")
    y = x * 2
    z = y + log(x)
    x.data = -1.0
    with pytest.raises(DomainError, match=r"^log\(x\) needs x > 0; here x = -1.0 \(label 'x'\)$"):
        recalculate(z)
    assert (y.data, z.data) == (6.0, 6.0 + math.log(3.0))
    with pytest.raises(StaleGraphError):
        z.backward()
    x.data = 3.0
    recalculate(z).backward()
    assert x.grad == 2.0 + 1 / 3


def test_nothing_refers_to_a_graph_after_backward():
    gc.collect()
    gc.disable()
    try:
        x = Value(2.0)
        before = sum(type(each) is Value for each in gc.get_objects())
        y = x * x + dot([x, x], [x, 1.0])
        y.backward()
        del y
        assert sum(type(each) is Value for each in gc.get_objects()) == before
    finally:
        gc.enable()


# ---- What a graph may hold -------------------------------------------------------------------------------------------


class EqualToAll(Value):
    """A leaf that says it is equal to everything, and cannot be hashed."""
    __slots__ = ()

    def __eq__(self, other):
        return True


class HashedByData(Value):
    __slots__ = ()

    def __eq__(self, other):
        return self.data == other.data

    def __hash__(self):
        return hash(self.data)


@pytest.mark.parametrize("kind", [EqualToAll, HashedByData])
def test_nodes_are_told_apart_by_identity_whatever_a_subclass_says_of_equality(kind):
    a, b = kind(2.0), kind(2.0)
    for walk in (Value.backward, lambda node: graph.backpropagate(node, 1.0)):
        a.grad = b.grad = 0.0
        output = a * a * b + dot([a, b], [b, 3.0])
        walk(output)
        assert (a.grad, b.grad) == (8.0 + 2.0, 4.0 + 2.0 + 3.0)
    assert len(topological_order(output)) == len({id(node) for node in topological_order(output)})
    assert [g.data for g in autograd.gradients(output, [a, b])] == [10.0, 9.0]


def test_no_gradient_yet_counts_as_zero():
    for walk in (Value.backward, lambda node: graph.backpropagate(node, 1.0)):
        w = Value(3.0)
        w.grad = None
        walk(w * w)
        assert w.grad == 6.0


def test_the_mark_of_a_constant_is_read_at_backward_by_every_row():
    x = constant(2.0)
    y = log(x) + 3 * x
    for is_constant, right in ((True, 0.0), (False, 3.5), (True, 0.0), (False, 3.5)):
        x.constant = is_constant
        for walk in (Value.backward, lambda node: graph.backpropagate(node, 1.0)):
            x.grad = 0.0
            walk(y)
            assert x.grad == right
    assert autograd.gradients(y, [x])[0].data == 3.5


def test_a_number_set_while_an_operation_reads_it_makes_the_result_stale():
    x = Value(2.0)

    class Setting(float):
        """A number that, when it is multiplied, lets another thread in, which sets x."""

        def __rmul__(self, other):
            x.data = 5.0
            return other * float(self)

    row = operation("interrupted_in_this_test", lambda a: a * Setting(2.0), (lambda y, a: 2.0,))
    y = row(x)
    assert (y.data, x.data) == (4.0, 5.0)
    with pytest.raises(StaleGraphError):
        y.backward()


def test_an_infinite_partial_is_named_as_the_cause_and_not_the_earlier_gradient():
    row = operation("steep_in_this_test", lambda x: x, (lambda y, x: math.inf,))
    x = Value(1.0, "x")
    x.grad = 3.0
    for output in (row(x), row(x) * 0.0, autograd.sum([row(x), x])):
        with pytest.raises(DomainError, match=r"^steep_in_this_test\(x\) has no finite derivative .*'x'\)$"):
            output.backward()
        assert x.grad == 3.0
