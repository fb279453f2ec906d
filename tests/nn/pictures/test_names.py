"""The names in a picture of a network: a textbook's, the code's and those that a user gives, in two languages."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from nn import MLP, Layer, Neuron, draw_network
from tests.support.networks import Picture

SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def parameter(model, symbol):
    """The parameter that a textbook calls w₁₂₁ or b₁₂, of an MLP."""
    indices = [int(index) - 1 for index in (symbol[1:].split(",") if "," in symbol else list(symbol[1:]))]
    neuron = model.layers[indices[0]].neurons[indices[1]]
    return neuron.w[indices[2]] if symbol[0] == "w" else neuron.b


@settings(max_examples=15)
@given(st.integers(1, 12), st.lists(st.integers(1, 12), min_size=1, max_size=3), st.integers(0, 99))
def test_indices_count_from_1_and_lead_to_the_parameter(nin, nouts, seed):
    model = MLP(nin, nouts, "tanh", seed=seed, init=iter(range(1, 9999)).__next__)
    for place, layer in enumerate(model.layers):
        for unit, neuron in enumerate(layer.neurons):
            neuron.b.data = -1000.0 * place - unit - 0.5
    code = dict(model.named_parameters())
    picture = Picture(draw_network(model, max_units=12))
    found = [line.tooltip for line in picture.lines.values()]
    found += [circle.tooltip[1:] for circle in picture.circles.values() if len(circle.tooltip) > 1]
    assert len(found) == len(code)
    for said, name in found:
        symbol, number = said.split(" = ")
        symbol = symbol.translate(SUBSCRIPTS)
        assert parameter(model, symbol) is code[name]
        assert float(number) == code[name].data
        assert ("," in symbol) == any(int(index) > 9 for index in re.findall(r"\d+", symbol) if "," in symbol)


def test_a_layer_alone_has_no_number_and_a_neuron_alone_has_no_index():
    layer = Picture(draw_network(Layer(2, 2, seed=0)))
    assert layer.lines["neurons.1.w.0"].tooltip[0].startswith("w₂₁ = ")
    assert layer.circles["neurons.1"].text == "ŷ₂ b₂ = 0"
    assert layer.texts["column-1"] == "output 2 neurons, relu"
    neuron = Picture(draw_network(Neuron(2, seed=0)))
    assert neuron.lines["w.1"].tooltip[0].startswith("w₂ = ")
    assert neuron.circles["neuron"].text == "ŷ b = 0"
    assert Picture(draw_network(Neuron(1, seed=0))).circles["input.0"].text == "x"
    nested = Picture(draw_network([Layer(2, 2), [Neuron(2)]]))
    assert nested.lines["1.0.w.1"].tooltip[0].startswith("w₂₁₂ = ")


def test_the_names_of_the_code_can_be_seen_instead():
    picture = Picture(draw_network(MLP(2, [2, 1], "tanh", seed=0), names="code"))
    assert [circle.text for circle in picture.circles.values()] == [
        "inputs[0]", "inputs[1]", "neurons.0 b = 0", "neurons.1 b = 0", "neurons.0 b = 0"]
    assert [picture.texts[f"column-{place}"] for place in range(3)] == [
        "input 2 numbers", "layers.0 2 neurons, tanh", "layers.1 1 neuron, linear"]
    assert picture.circles["layers.0.neurons.1"].tooltip[0] == "h₁₂ (layers.0.neurons.1), tanh"
    assert Picture(draw_network(Neuron(2), names="code")).texts["column-1"] == "Neuron 1 neuron, relu"


def test_inputs_are_called_by_their_labels_and_by_names_that_are_given():
    model = MLP(3, [2], seed=0)
    labelled = Picture(draw_network(model, [Value(1.0, "身高"), Value(2.0), 3.0]))
    assert labelled.texts["input.0-name"] == "身高"
    assert not {"input.1-name", "input.2-name"} & labelled.texts.keys()
    named = Picture(draw_network(model, [Value(1.0, "身高"), 2.0, 3.0], input_names=["a", "b\n\u202ec", "x" * 50],
                                 output_names=("猫", '<&"\\N')))
    assert [named.texts[f"input.{place}-name"] for place in range(3)] == ["a", "b c", "x" * 23 + "…"]
    assert [named.texts[f"layers.0.neurons.{place}-name"] for place in range(2)] == ["猫", '<&"\\N']
    assert named.circles["layers.0.neurons.0"].tooltip[0] == "猫"
    assert named.circles["input.0"].text == "x₁ = 1"


def test_titles_and_caption_in_chinese():
    model = MLP(2, [3, 1], "tanh", seed=0)
    for options in ({}, {"inputs": [1, 2]}, {"gradients": True}):
        picture = Picture(draw_network(model, lang="zh", **options))
        assert [picture.texts[f"column-{place}"] for place in range(3)] == [
            "输入 2 个数", "隐藏层 1 3 个神经元，tanh", "输出 1 个神经元，线性"]
        said = [text for text in picture.texts.values() if re.search("[a-z]{3}", text)]
        assert {*re.findall("[a-z]{3,}", " ".join(said))} <= {"tanh", "backward"}
        assert len(said) <= 2


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"names": "latin"}, ValueError, "names is 'textbook' or 'code', not 'latin'"),
    ({"lang": "fr"}, ValueError, "there is no language 'fr', only 'en', 'zh'"),
    ({"input_names": ["a"]}, ValueError, "input_names: 2 names are needed, not 1"),
    ({"input_names": "ab"}, ValueError, "input_names: 2 names are needed, not 1"),
    ({"input_names": ["a", 1]}, TypeError, "input_names: a text is needed, not 'int'"),
    ({"input_names": {"a", "b"}}, TypeError, "input_names: a list, tuple or array is needed, not 'set'"),
    ({"output_names": ["a", "b"]}, ValueError, "output_names: 1 name is needed, not 2"),
])
def test_bad_names_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        draw_network(MLP(2, [2, 1]), **options)


@pytest.mark.parametrize("gradient", [float("inf"), float("nan")])
def test_a_gradient_that_is_no_number_is_refused_by_name(gradient):
    model = MLP(2, [2, 1])
    model.layers[0].neurons[1].w[0].grad = gradient
    with pytest.raises(ValueError, match=rf"the gradient of layers\.0\.neurons\.1\.w\.0 is {gradient}"):
        draw_network(model, gradients=True)
    assert draw_network(model)
