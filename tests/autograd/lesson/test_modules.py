"""The page of a network: a training step on XOR, the neurons of its hidden layer folded."""

from typing import Any

import pytest

import nn
from autograd import Explanation, explain, topological_order


@pytest.fixture
def training_step() -> Explanation:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    inputs, targets = nn.datasets.xor()
    return explain(nn.mean_squared_error([model(row) for row in inputs], targets), names=model).update(0.2)


def test_a_folded_neuron_opens_and_has_the_numbers_of_the_graph(visit: Any, training_step: Explanation) -> None:
    page = visit(training_step)
    groups = page.evaluate("content.groups")
    assert [group["name"] for group in groups] == [*(f"layers.0.neurons.{number}" for number in range(4)),
                                                   "layers.1.neurons.0"]
    page.keyboard.press("End")
    page.evaluate("renderNow()")
    page.focus("[data-group='0']")
    page.keyboard.press("Enter")
    lens = page.locator("[data-lens='f0']")
    assert lens.locator("h2").inner_text() == "Inside neuron 1 (layers.0.neurons.0)"
    order = topological_order(training_step.output)
    shown = lens.locator("[data-node]").evaluate_all(
        "boxes => boxes.map(box => [Number(box.dataset.node), box.querySelector('.value').textContent])")
    assert {place for place, _ in shown} >= {place for place in groups[0]["nodes"] if not order[place].constant}
    for place, text in shown:
        assert float(text.replace("−", "-")) == pytest.approx(order[place].data, rel=6e-4)
    lens.locator(".lens-close").click()
    page.evaluate("renderNow()")
    assert page.locator(".lens").count() == 0


def test_layers_and_neurons_are_in_order_and_have_the_names_of_a_textbook(visit: Any) -> None:
    model = nn.MLP(2, [3, 5, 1], activation="tanh", seed=0)
    page = visit(explain(nn.mean_squared_error([model([0.5, -1.0]), model([2.0, 0.3])], [1.0, 0.0]), names=model))
    boxes = page.evaluate("""content.groups.map(({name}, number) => { const {left, top} =
        document.querySelector(`[data-group="${number}"]`).getBoundingClientRect(); return [name, left, top]; })""")
    layers: list[list[tuple[float, float]]] = [[], [], []]
    for name, left, top in boxes:
        layers[int(name.split(".")[1])].append((left, top))
    assert [len(layer) for layer in layers] == [3, 5, 1]
    assert max(layers[0])[0] < min(layers[1])[0] <= max(layers[1])[0] < layers[2][0][0]
    for layer in layers:
        assert [top for _, top in layer] == sorted(top for _, top in layer)
    names = page.locator("[data-group] .name").all_text_contents()
    assert sorted(names) == sorted(f"neuron {number}" for number in (1, 2, 3, 1, 2, 3, 4, 5, 1))
    assert page.locator("[data-module]").all_text_contents() == ["layer 1", "layer 2", "layer 3"]


def test_a_neuron_that_is_used_once_shows_its_result(visit: Any) -> None:
    model = nn.MLP(2, [6, 6, 1], activation="tanh", seed=0)
    loss = nn.mean_squared_error([model([0.5, -1.0])], [1.0])
    page = visit(explain(loss, names=model))
    assert page.text_content("[data-group='3'] .value") == ""
    page.keyboard.press("End")
    page.evaluate("renderNow()")
    loss.backward()
    found = page.locator("[data-group] .value").all_text_contents()
    gradients = page.locator("[data-group] .gradient").all_text_contents()
    activations = {node.data: node.grad for node in topological_order(loss) if node.op is not None}
    assert len(found) == 13
    for value, gradient in zip(found, gradients, strict=True):
        data = min(activations, key=lambda known: abs(known - float(value.replace("−", "-"))))
        assert float(value.replace("−", "-")) == pytest.approx(data, rel=6e-4)
        assert float(gradient.replace("−", "-").removeprefix("grad ")) == pytest.approx(activations[data], rel=6e-4)


def test_a_step_inside_of_a_folded_neuron_lights_its_box(visit: Any, training_step: Explanation) -> None:
    page = visit(training_step)
    group = page.evaluate("content.groups[2].nodes")
    places = {node: place for place, node in enumerate(topological_order(training_step.output))}
    number, told = next((number, told) for number, told in enumerate(training_step, 1)
                        if told.kind == "forward" and places[told.node] in group)
    page.evaluate(f"goTo({number}); renderNow()")
    assert page.get_attribute("[data-group='2']", "data-lit") == "forward"
    assert page.get_attribute("[data-group='1']", "data-lit") == ""
    assert told.name in page.inner_text("#step-sentence")
    page.click("[data-group='2']", force=True)
    page.evaluate("renderNow()")
    node = places[told.node]
    assert page.get_attribute(f"[data-lens='f2'] [data-node='{node}']", "data-lit") == "forward"


def test_the_step_downhill_is_that_of_the_explanation(visit: Any, training_step: Explanation) -> None:
    page = visit(training_step)
    page.click("#tab-learn")
    page.click("#downhill")
    after = page.evaluate("state.numbers.values[graph.output]")
    assert after == pytest.approx(training_step[-1].result, rel=1e-9)
    assert after < training_step.output.data


def test_axe_finds_nothing(visit: Any, training_step: Explanation, axe: str) -> None:
    page = visit(training_step, reduced="reduce")
    page.evaluate(axe)
    for script in ("goTo(30)", "toggleGroup(1)", "toggleGroup(3)"):
        page.evaluate(f"{script}; renderNow()")
        found = page.evaluate("axe.run().then(({violations}) => violations.map(({id, nodes}) => [id, nodes[0].html]))")
        assert found == []
