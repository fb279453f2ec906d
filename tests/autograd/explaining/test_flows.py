"""The numbers of an explanation are those of PyTorch: at every node, along every edge, over every path."""

import pytest
from hypothesis import given, settings

from autograd import (
    DivisionByZeroError,
    DomainError,
    NumberOverflowError,
    StaleGraphError,
    Value,
    explain,
    log,
    operations,
    recalculate,
    sqrt,
    tanh,
    topological_order,
)
from tests.support.oracle import EXPECTED, NAMES, expected, flat, slopes, tensor
from tests.support.oracle import arguments as operands_of
from tests.support.programs import arguments, programs


def close(found, right, relative=1e-9):
    return found == pytest.approx(right, rel=relative, abs=relative)


def edges_of(explanation):
    return [step for step in explanation if step.kind == "backward"]


@given(programs())
@settings(max_examples=60)
def test_gradients_local_derivatives_and_running_sums_are_those_of_pytorch(program):
    values, tensors = program.values(), program.tensors()
    explanation = explain(values[-1])
    tensors[-1].backward()
    right = {value: 0.0 if x.grad is None else x.grad.item() for value, x in zip(values, tensors, strict=True)}
    called = {values[len(program.leaves) + k]: call for k, call in enumerate(program.calls)}

    sums = dict.fromkeys(right, 0.0)
    for step in edges_of(explanation):
        edge, flow = step.edge, step.flow
        name, places = called[edge.child]
        inputs = [tensor(tensors[place].item()) for place in places]
        local = slopes(EXPECTED[name].function(*arguments(name, inputs)), inputs)[edge.place].item()
        assert edge.node is edge.child.parents[edge.place] is step.node
        assert close(flow.local, local)
        assert close(flow.incoming, right[edge.child])  # complete before it is handed on
        assert close(step.result, local * right[edge.child])
        sums[edge.node] += local * right[edge.child]
        assert close(flow.total, sums[edge.node])
        if edge.use == edge.uses:
            assert close(flow.total, right[edge.node])
    assert all(close(sums[node], right[node]) for node in topological_order(values[-1]) if node is not values[-1])
    assert all(value.grad == 0.0 for value in values)


@given(programs(most=5))
@settings(max_examples=50)
def test_the_products_over_all_paths_add_up_to_the_gradient(program):
    values, tensors = program.values(), program.tensors()
    explanation = explain(values[-1])
    tensors[-1].backward()

    def count(node):  # of the ways from a node to the output, by trying them all
        if node is values[-1]:
            return 1
        return sum(count(child) for child in reached for parent in child.parents if parent is node)

    reached = dict.fromkeys(topological_order(values[-1]))
    for value, x in zip(values, tensors, strict=True):
        if value not in reached:
            continue
        paths = explanation.paths(value)
        right = 0.0 if x.grad is None else x.grad.item()
        assert paths.count == len(paths) == count(value)
        assert close(sum(path.product for path in paths), right)
        assert close(paths.total, right)
        for path in paths:
            assert path.nodes[0] is value
            assert path.nodes[-1] is values[-1]
            assert all(edge.node is one and edge.child is next for edge, one, next
                       in zip(path.edges, path.nodes, path.nodes[1:], strict=False))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_the_table_is_explained_with_the_derivatives_of_pytorch(name):
    @given(operands_of(name, max_length=3))
    @settings(max_examples=8)
    def check(point):
        value, first, _ = expected(name, point)
        numbers, rebuild = flat(name, point)
        leaves = [Value(x) for x in numbers]
        explanation = explain(operations[name](*rebuild(*leaves)))
        assert close(explanation.output.data, value)
        assert close([explanation.graph.gradients.get(leaf, 0.0) for leaf in leaves], first)
        assert all(step.sentence and step.say("zh") and str(step) for step in explanation)

    check()


def test_a_derivative_that_does_not_exist_is_refused_and_names_the_node():
    x = Value(0.0, "x")
    root = sqrt(x)
    root.label = "root"
    explanation = explain(root * 2)
    assert str(explanation[1]).startswith("root = ")  # forward there is nothing wrong
    with pytest.raises(DivisionByZeroError, match=r"sqrt\(x\) has no finite derivative.*\(label 'x'\), in root"):
        list(explanation)
    with pytest.raises(DomainError, match="in root"):
        str(explanation)
    base, exponent = Value(-2.0, "base"), Value(2.0, "exponent")
    assert len(explain(base**exponent, base)) == 4  # of which nobody has asked for the other derivative
    with pytest.raises(DomainError, match="exponent"):
        list(explain(base**exponent))


def test_a_gradient_that_overflows_is_refused_and_names_the_node():
    x = Value(1e-200, "x")
    with pytest.raises(NumberOverflowError, match="the gradient of x overflows"):
        list(explain(x * 1e200 * 1e150))


@pytest.mark.parametrize("expand", [False, True])
def test_a_graph_whose_numbers_were_set_is_stale_until_it_is_calculated_again(expand):
    x = Value(2.0, "x")
    y = tanh(x)
    explanation = explain(y, expand=expand)
    assert explanation[-1].flow.total == pytest.approx(1 - y.data**2)
    x.data = 3.0
    for again in (explanation, explain(y, expand=expand)):
        with pytest.raises(StaleGraphError, match=r"'x' was set to 3\.0"):
            list(again)
    recalculate(y)
    assert str(explanation[0]) == "x = 3.0"
    assert str(explanation[-1]) == str(explain(y, expand=expand)[-1])
    assert explanation[-1].flow.total == pytest.approx(1 - y.data**2)


def test_every_explanation_of_a_graph_follows_when_its_numbers_are_set():
    x = Value(2.0, "x")
    y = tanh(x)
    one = explain(y)
    explanations = [one, one.update(0.1), one.translated("zh"), one.only(x), one.zoom(y)]
    assert all(str(explanation[0]) == "x = 2.0" for explanation in explanations)
    kept = one.graph
    x.data = 3.0
    recalculate(y)
    assert all(str(explanation[0]) == "x = 3.0" for explanation in explanations[:4])
    assert one.graph is not kept
    assert one.graph is one.graph


def test_numbers_set_elsewhere_change_nothing():
    explanation = explain(tanh(Value(2.0, "x")))
    before = [str(step) for step in explanation]
    Value(1.0).data = 2.0
    assert [str(step) for step in explanation] == before


def test_an_update_that_leaves_the_domain_names_the_node():
    x = Value(1.0, "x")
    with pytest.raises(DomainError, match=r"log\(x\) needs x > 0; here x = -1.0, in L after the step"):
        list(explain(log(x)).update(2.0))
