"""A graph sorted into loops: every node is in one of them, after what it needs, and finds its operands."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, compile, dot, exp, log, sin, sum, tanh, where
from autograd.compiling.program import CONSTANTS, LANES, PARAMETERS, VALUES, Places, program
from autograd.table.reading import is_tuple
from tests.support.random_graphs import graphs
from tests.support.random_programs import draw

pytestmark = pytest.mark.slow  # a program is compiled in each test

MATRICES = st.integers(1, 5).flatmap(lambda length: st.lists(
    st.lists(st.integers(0, 30), min_size=length, max_size=length), min_size=1, max_size=6))


@given(MATRICES)
def test_places_are_those_that_were_given(matrix):
    places = Places.of(matrix)
    assert [[places.at(m, k, len(matrix[0])) for k in range(len(matrix[0]))] for m in range(len(matrix))] == matrix


@given(st.integers(0, 30), st.integers(-5, 5), st.integers(-5, 5), st.integers(1, 6), st.integers(1, 6))
def test_a_progression_needs_no_table(start, stride, step, members, length):
    matrix = [[100 + start + m * stride + k * step for k in range(length)] for m in range(members)]
    assert Places.of(matrix).bases is None


def test_rows_anywhere_need_a_table_of_their_beginnings_alone():
    places = Places.of([[5, 6, 7], [20, 21, 22], [1, 2, 3]])
    assert list(places.bases) == [5, 20, 1]
    assert not places.is_full
    assert places.step == 1


def calculated(made, numbers, values, parameters):
    """All results, by the rows themselves. What is read before it is there is NaN, and shows in the output."""
    arrays = {CONSTANTS: list(made.constants), VALUES: values, PARAMETERS: parameters,
              LANES: [*numbers, *[math.nan] * (made.lanes - made.inputs)]}
    for group in made.groups:
        found = []
        for m in range(group.count):
            operands = [[arrays[s.array][s.places.at(m, k, s.length)] for s in segments for k in range(s.length)]
                        for segments in group.arguments]
            operands = [x if is_list else x[0] for x, is_list in zip(operands, group.row.lists, strict=True)]
            for known, x in zip(group.known, operands, strict=True):
                assert known in (None, x)
            found.append(group.row.calculate(operands, tuple(operands)))
        arrays[LANES][group.start : group.start + group.count] = found  # all at once: members need not each other
    return [arrays[array][place] for array, place in made.outputs]


def parents(node):
    return [x for a in node.arguments for x in (a if is_tuple(a) else (a,))]


def check(output, inputs, wanted):
    made, values, parameters = program([output], inputs, wanted)
    [found] = calculated(made, [x.data for x in inputs], [x.data for x in values], [x.data for x in parameters])
    assert found == output.data
    reached, todo = {}, [output]
    while todo:
        node = todo.pop()
        if id(node) not in reached:
            reached[id(node)] = node
            todo += parents(node)
    nodes = [node for node in reached.values() if node.op is not None]
    assert made.nodes == len(nodes) == math.fsum(group.count for group in made.groups)
    assert made.edges == math.fsum(len(parents(node)) for node in nodes)
    assert made.lanes == made.inputs + made.nodes
    starts = sorted((group.start, group.count) for group in made.groups)
    assert [start for start, _ in starts] == [made.inputs + int(math.fsum(count for _, count in starts[:n]))
                                              for n in range(len(starts))]
    return made


@given(graphs(max_size=60))
@settings(max_examples=15)
def test_random_graphs_sorted_give_the_same(graph):
    leaves = [Value(x) for x in graph.numbers]
    check(graph(*leaves), leaves, leaves)


@pytest.mark.parametrize("seed", range(40))
def test_layers_sorted_give_the_same(seed):
    generator = random.Random(seed)
    layers = draw(generator, 10)
    leaves = [Value(generator.uniform(-1.0, 1.0)) for _ in range(9)]
    made = check(layers([*leaves, 0.5]), leaves[:3], leaves[3:6])
    assert made.parameters == 3
    assert made.wanted_inputs == []


def test_loops_follow_kinds_not_nodes():
    def groups(count):
        leaves = [Value(float(n)) for n in range(count)]
        return program([sum([sin(x) * 3.0 + n for n, x in enumerate(leaves)])], leaves, leaves)[0].groups

    assert len(groups(5)) == len(groups(500)) == 4
    assert [(group.row.name, group.count) for group in groups(500)] == [
        ("sin", 500), ("multiply", 500), ("add", 500), ("sum", 1)]


def test_a_gradient_flows_where_it_is_wanted_alone():
    x, w, c = Value(1.0), Value(2.0), Value(3.0)
    made, values, parameters = program([tanh(w * x) + sin(c * x)], [x], [w])
    assert sorted((group.row.name, group.is_wanted) for group in made.groups) == [
        ("add", True), ("multiply", False), ("multiply", True), ("sin", False), ("tanh", True)]
    assert values == [c]
    assert parameters == [w]


def test_a_branch_is_guarded_only_if_nothing_else_needs_it():
    def guarded(function):
        compiled = compile(function)
        compiled(2.0)
        return {group.row.name for group in compiled.kernel.program.groups if group.is_guarded}

    assert guarded(lambda x: where(x > 0, lambda: log(x), lambda: exp(x))) == {"log", "exp"}
    assert guarded(lambda x: where(x > 0, lambda: sin(log(x)), 0.0)) == {"log", "sin"}
    assert guarded(lambda x: where(x > 0, lambda: log(x), 0.0) + log(x)) <= {"log"}
    assert guarded(lambda x: log(x) + exp(x)) == set()
    assert guarded(lambda x: where(log(x), x, 2 * x)) == {"multiply"}


def test_an_operation_of_outer_values_alone_is_calculated_in_each_call():
    w, v = Value(2.0), Value(3.0)
    compiled = compile(lambda x: dot([w, v], [v, w]) * x)
    assert compiled(1.0) == 12.0
    w.data = -1.0
    assert compiled(1.0) == -6.0
    assert compiled.report()["values"] == 2
