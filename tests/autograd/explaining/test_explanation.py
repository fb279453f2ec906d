"""explain: the steps, in order, as one would write them on paper."""

import math
import re

import pytest
from hypothesis import given, settings

import nn
from autograd import (
    DomainError,
    Explanation,
    Formula,
    Step,
    Value,
    constant,
    dot,
    expand,
    explain,
    gradients,
    log,
    operations,
    sin,
    stop_gradient,
    tanh,
    topological_order,
)
from tests.support.alike import KINDS, graph_of
from tests.support.calculus import EXAMPLES, LATEX, TEXT, labelled, lines, used_twice
from tests.support.programs import programs


def equations(explanation):
    return [equation for step in explanation for equation in step.equations]


@pytest.mark.parametrize("example", EXAMPLES)
def test_text_is_that_of_a_calculus_book(example):
    assert [equation.text for equation in equations(explain(example()))] == lines(TEXT[example])


@pytest.mark.parametrize("example", EXAMPLES)
def test_latex_is_that_of_a_calculus_book(example):
    def short(latex):  # what has no braces but those of indices stands for itself
        return re.sub(r"\\frac\{\\partial ((?:[^{}]|\{[^{}]*\})*)\}\{\\partial ((?:[^{}]|\{[^{}]*\})*)\}",
                      r"d{\1}{\2}", latex)

    assert [short(equation.latex) for equation in equations(explain(example()))] == lines(LATEX[example])


def neuron():
    w, x, b = Value(-3.0, "w"), Value(2.0, "x"), Value(6.88, "b")
    return w, x, b, tanh(w * x + b)


class TestSequence:
    @given(programs())
    @settings(max_examples=25)
    def test_forward_has_a_step_for_each_node_and_backward_one_for_each_edge(self, program):
        output = program.values()[-1]
        explanation = explain(output)
        steps = list(explanation)
        order = [node for node in topological_order(output) if not node.constant]
        assert [step.node for step in steps if step.kind in ("given", "forward")] == order
        assert [step.kind for step in steps].count("seed") == 1
        met = [(step.edge.child, step.edge.place) for step in steps if step.kind == "backward"]
        assert len(met) == len(set(met))
        assert set(met) == {(child, place) for child in order for place, _ in enumerate(child.parents)}
        places = {node: place for place, node in enumerate(order)}
        children = [places[child] for child, _ in met]
        assert children == sorted(children, reverse=True)  # every child is done with before its parents have their turn
        assert len(explanation) == len(steps)
        assert explanation[-1] == steps[-1]

    def test_items_are_found_by_number_and_by_slice(self):
        explanation = explain(used_twice()).update(0.5)
        assert isinstance(explanation, Explanation)
        steps = list(explanation)
        assert explanation[2:8:2] == steps[2:8:2]
        assert explanation[-3] == steps[-3] == explanation[len(steps) - 3]
        assert all(isinstance(step, Step) for step in steps)
        for wrong in (len(steps), -len(steps) - 1):
            with pytest.raises(IndexError):
                explanation[wrong]
        assert [(kind, len(places)) for kind, places in explanation.phases.items()] == [
            ("forward", 4), ("backward", 5), ("update", 2)]

    def test_a_step_is_plain_data_that_cannot_be_changed(self):
        step = explain(used_twice())[3]
        assert (step.kind, step.name, step.result) == ("forward", "f", 10.0)
        assert isinstance(step.formula, Formula)
        assert (step.formula.text, step.numbers.text) == ("s + t", "4.0 + 6.0")
        assert step.sentence == "f is s + t. With the numbers put in, that is 10.0."
        assert str(step) == "f = s + t = 4.0 + 6.0 = 10.0"
        with pytest.raises(AttributeError):
            step.result = 0.0

    def test_a_step_backward_has_the_numbers_of_the_chain_rule(self):
        step = explain(used_twice())[-1]
        assert (step.kind, step.name, step.formula.text, step.numbers.text) == ("backward", "x", "2·x", "2·2.0")
        assert step.edge[2:] == (0, 2, 2)  # its first operand; the last of two uses
        assert step.flow == (4.0, 1.0, 4.0, 3.0, 7.0)
        assert step.sentence == ("The last of the 2 uses of x is in s: 1.0 × 4.0 = 4.0 comes back from there. "
                                 "All uses together make 7.0, and that is the derivative of f with respect to x.")

    def test_nothing_is_worked_out_before_a_step_is_asked_for(self, monkeypatch):
        def asked(*_):
            raise AssertionError("too early")

        for name in ("topological_order", "expand", "names_of", "refuse_stale"):
            monkeypatch.setattr(f"autograd.explaining.flows.{name}", asked)
        explanation = explain(used_twice(), expand=True).update(0.1).translated("zh")
        with pytest.raises(AssertionError, match="too early"):
            explanation[0]

    def test_a_long_chain_is_explained_step_by_step_without_recursion(self):
        x = Value(1.0, "x")
        y = x
        for _ in range(20_000):
            y = y * 0.9999
        explanation = explain(y)
        assert len(explanation) == 40_002
        assert explanation[-1].flow.total == pytest.approx(0.9999**20_000)

    def test_no_gradient_is_written_and_the_graph_stays_as_it_is(self):
        w, x, _, y = neuron()
        y.backward()
        before = [(node, node.grad, node.data, node.label) for node in topological_order(y)]
        explanation = explain(y, expand=True).update(0.1)
        assert all([str(explanation), explanation.to_dict(), explanation.to_markdown(), explanation.to_latex(),
                    str(explanation.paths(w)), str(explanation.only(x))])
        assert [(node, node.grad, node.data, node.label) for node in topological_order(y)] == before


class TestWhatIsExplained:
    def test_with_respect_to_one_value_only_the_way_from_there_is_explained(self):
        w, x, b, y = neuron()
        other = explain(y * Value(2.0, "c") + x, wrt=w)
        assert [step.name for step in other if step.kind == "forward"] == ["v1", "v2", "v3", "v4", "L"]
        assert [step.name for step in other if step.kind == "given"] == ["w"]
        assert [step.name for step in other if step.kind == "backward"] == ["v4", "v3", "v2", "v1", "w"]
        assert [str(step) for step in explain(y, [w, b])] == [str(step) for step in explain(y).only([w, b])]
        assert explain(y).only(w)[-1].flow.total == 2 * (1 - y.data**2)

    def test_a_calculated_value_may_be_what_derivatives_are_asked_for(self):
        w, _, _, y = neuron()
        middle = topological_order(y)[2]
        explanation = explain(y, middle)
        assert [step.node for step in explanation if step.kind == "backward"][-1] is middle
        assert w not in explanation.graph.gradients

    @pytest.mark.parametrize(("wrt", "error", "message"), [
        (Value(1.0, "stranger"), ValueError, "'stranger' is not in the graph"),
        (constant(2.0), ValueError, "2.0 is a constant"),
        ([3.0], TypeError, "not 'float'"),
        ([], ValueError, "at least one")])
    def test_what_derivatives_are_asked_for_has_to_be_a_value_of_the_graph(self, wrt, error, message):
        with pytest.raises(error, match=message):
            list(explain(used_twice(), wrt))

    @pytest.mark.parametrize("value", [1.0, None, [Value(1.0)]])
    def test_only_a_value_is_explained(self, value):
        with pytest.raises(TypeError, match="explain needs a Value"):
            explain(value)

    def test_a_leaf_alone_has_two_steps(self):
        assert [str(step) for step in explain(Value(3.0, "a"))] == ["a = 3.0", "∂a/∂a = 1"]

    def test_a_graph_of_constants_has_no_derivatives(self):
        explanation = explain(constant(2.0) * constant(3.0))
        assert [str(step) for step in explanation] == ["L = 2·3 = 6.0", "∂L/∂L = 1"]
        assert "derivatives" not in str(explanation) + explanation.to_latex()
        assert explanation.to_dict()["wrt"] == []

    def test_where_no_gradient_flows_there_is_no_step(self):
        x = Value(3.0, "x")
        explanation = explain(stop_gradient(x) * x)
        assert [step.name for step in explanation if step.kind == "backward"] == ["x"]
        assert explanation[-1].flow.total == 3.0
        assert str(explain(stop_gradient(x))).splitlines()[-1] == "  ∂L/∂x  = 0.0"

    def test_a_number_set_by_hand_is_said_to_be_so(self):
        y = tanh(Value(0.5, "x"))
        y.data = 0.0
        step = explain(y)[1]
        assert (step.kind, str(step)) == ("given", "L = 0.0")
        assert step.sentence == "L was set by hand: it is 0.0."

    def test_a_number_set_by_hand_whose_operands_have_no_result_is_said_to_be_so(self):
        x, a = Value(1.0, "x"), Value(2.0, "a")
        y = log(x)
        x.data = -1.0
        y.data = 5.0
        explanation = explain(y * a)
        assert explanation[1].sentence == "v1 was set by hand: it is 5.0."
        assert explanation.to_dict()["nodes"][1]["formula"] is None

    def test_a_number_that_an_opened_operation_rounds_anew_was_not_set_by_hand(self):
        for point in range(1, 50):
            explanation = explain(tanh(Value(point / 37, "x")) * 3, expand="tanh")
            assert "set" not in {step.words[0] for step in explanation[: len(explanation.graph.forward)]}

    def test_second_derivatives_are_explained_like_any_graph(self):
        x = Value(0.5, "x")
        (slope,) = gradients(sin(x) * x, [x])
        explanation = explain(slope)
        assert explanation.graph.gradients[x] == pytest.approx(2 * math.cos(0.5) - 0.5 * math.sin(0.5))

    def test_composite_operations_are_opened_where_that_is_wanted(self):
        *_, y = neuron()
        opened = explain(y, expand=True)
        assert [step.node.op.name for step in opened if step.kind == "forward"] == [
            node.op.name for node in topological_order(expand(y)) if node.op]
        weights = dot([y], [y])
        by_name = explain(weights, expand="tanh")
        names = [step.node.op.name for step in by_name if step.kind == "forward"]
        assert "dot" in names
        assert "tanh" not in names
        assert len(explain(weights, expand=["dot"])) < len(explain(weights, expand=("dot", "tanh")))

    def test_zoom_opens_one_node_and_finds_its_local_derivative(self):
        w, _, _, y = neuron()
        explanation = explain(y * 2)
        closer = explanation.zoom(y)
        name = explanation.graph.names[y]
        assert closer.output.label == name
        inside = closer.graph.wrt
        assert [node.label for node in inside] == [explanation.graph.names[y.parents[0]]]
        assert closer.graph.gradients[inside[0]] == pytest.approx(1 - y.data**2)
        assert len(closer) > 8
        with pytest.raises(ValueError, match=r"w was not calculated: there is nothing to open"):
            explanation.zoom(w)
        with pytest.raises(ValueError, match=r"is a \+ b, which is elementary: there is nothing to open"):
            explanation.zoom(y.parents[0])
        with pytest.raises(ValueError, match="not in the graph"):
            explanation.zoom(Value(1.0))
        with pytest.raises(DomainError):
            explain(far := tanh(Value(400.0))).zoom(far)

    def test_zoom_of_a_list_has_the_names_of_its_items(self):
        a, b = Value(2.0, "a"), Value(3.0, "b")
        y = dot([a, b], [b, 4.0])
        closer = explain(y).zoom(y)
        assert [str(step) for step in closer if step.kind == "forward"] == [
            "v1 = a·b = 2.0 × 3.0 = 6.0", "v2 = b·4 = 3.0 × 4 = 12.0", "L = v1 + v2 = 6.0 + 12.0 = 18.0"]
        alone = operations["sum"]([a])
        assert [str(step) for step in explain(alone).zoom(alone)] == ["a = 2.0", "∂a/∂a = 1"]


class TestUpdate:
    def test_the_step_downhill_shows_new_parameters_and_the_loss_before_and_after(self):
        x = Value(3.0, "x")
        steps = list(explain(labelled((x - 1) ** 2, "loss")).update(0.25))  # loss' = 2(x - 1) = 4
        assert str(steps[-2]) == "x′ = x - η·∂loss/∂x = 3.0 - 0.25 × 4.0 = 2.0"
        assert str(steps[-1]) == "loss′ = 1.0\nloss′ - loss = 1.0 - 4.0 = -3.0"
        assert (steps[-2].kind, steps[-2].before, steps[-2].result) == ("update", 3.0, 2.0)
        assert (steps[-1].kind, steps[-1].before, steps[-1].result) == ("loss", 4.0, 1.0)
        assert steps[-1].sentence.endswith("the step went downhill.")
        assert x.data == 3.0

    def test_too_long_a_step_goes_uphill(self):
        x = Value(3.0, "x")
        last = explain((x - 1) ** 2).update(2.0)[-1]
        assert last.result == 36.0  # 3 - 8 = -5
        assert last.sentence.endswith("went past the valley.")
        assert explain((x - 1) ** 2).update(1.0)[-1].sentence.endswith("as it was before.")

    def test_a_number_set_by_hand_stays_as_it_is(self):
        x, w = Value(0.5, "x"), Value(2.0, "w")
        inner = tanh(x)
        inner.data = 0.25
        last = explain(inner * w).update(1.0)[-1]
        assert last.result == 0.25 * (2.0 - 0.25)  # and not what tanh makes of the new x

    @pytest.mark.parametrize("rate", [0.0, -1.0, float("inf"), float("nan")])
    def test_a_learning_rate_is_positive(self, rate):
        with pytest.raises(ValueError, match="a learning rate is a positive number, not"):
            explain(used_twice()).update(rate)

    def test_the_parameters_go_by_the_names_that_they_are_given(self):
        w, x, _, y = neuron()
        for names in ({"weight": w}, {w: "weight"}):
            steps = explain(y, names=names, parameters=w).update(0.5)
            assert [step.name for step in steps if step.kind == "update"] == ["weight"]
            assert steps[-1].result == pytest.approx(tanh((-3.0 - 0.5 * 2 * (1 - y.data**2)) * 2 + 6.88))
        assert x.data == 2.0

    def test_one_step_of_a_network_is_that_of_the_optimizer(self):
        model = nn.MLP(2, [3, 1], activation="tanh", seed=3)
        inputs, targets = nn.datasets.xor()
        loss = nn.mean_squared_error([model(row) for row in inputs], targets)
        explanation = explain(loss, names=model).update(0.1)
        new, last = {step.name: step.result for step in explanation if step.kind == "update"}, explanation[-1]
        loss.backward()
        nn.SGD(model.parameters(), lr=0.1).step()
        assert new == pytest.approx(model.state_dict(), rel=1e-12)
        after = nn.mean_squared_error([model(row) for row in inputs], targets)
        assert last.result == pytest.approx(after.data, rel=1e-12)


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_nodes_are_told_apart_by_identity_whatever_a_subclass_says_of_equality(kind, expand, tmp_path):
    def explained(kind):
        output, a, b = graph_of(kind)
        whole = explain(output, expand=expand, names={"net.a": a, "net.b": b}).update(0.1)
        some = explain(output, wrt=[b, a], expand=expand)
        whole.to_html(tmp_path / "page.html")
        (several,) = (node for node in topological_order(output) if node.op is operations["dot"])
        opened = explain(output).zoom(several)
        texts = [str(each) for each in (whole, some, some.only(b), opened, whole.paths(a))]
        return texts, whole.to_dict(), some.to_dict(), (tmp_path / "page.html").read_text(encoding="utf-8")

    assert explained(kind) == explained(Value)
