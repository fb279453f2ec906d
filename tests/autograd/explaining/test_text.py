"""Explanations in a terminal: aligned, 80 columns wide, whole or with a word on what is missing."""

import re
import sys

import pytest
from hypothesis import given, settings

import nn
from autograd import Value, dot, explain, silu
from autograd.explaining.text import columns
from tests.support.calculus import exponential, used_twice
from tests.support.programs import programs


def test_the_text_as_one_would_write_it():
    assert str(explain(exponential()).update(0.5)) == """\
Forward: each number from the ones before it
  x  = 0.0
  u  = 2·x     = 2 × 0.0   = 0.0
  f  = exp(u)  = exp(0.0)  = 1.0

Backward: from f along each edge, by the chain rule
  ∂f/∂f    = 1
  ∂f/∂u    = f            = 1.0
    ∂f/∂u  = 1.0 × 1.0    = 1.0
  ∂u/∂x    = 2
    ∂f/∂x  = ∂f/∂u·∂u/∂x  = 1.0 × 2.0  = 2.0

Update: one step of gradient descent with the learning rate 0.5
  x′        = x - η·∂f/∂x   = 0.0 - 0.5 × 2.0  = -1.0
  f′        ≈ 0.1353
    f′ - f  ≈ 0.1353 - 1.0  = -0.8647

The derivatives
  ∂f/∂x  = 2.0"""  # e⁻² = 0.1353


@given(programs())
@settings(max_examples=25)
def test_no_line_is_wider_than_80_columns_and_signs_stand_below_each_other(program):
    lines = str(explain(program.values()[-1]).update(0.1)).splitlines()
    assert max(map(columns, lines)) <= 80
    blocks = "\n".join(lines).split("\n\n")
    for block in blocks:
        short = [line for line in block.splitlines()[1:] if re.match(r"^ +\S.{0,20}  [=≈] ", line)]
        firsts = {re.search("  [=≈] ", line).start() for line in short if not line.startswith("      ")}
        assert len(firsts) <= 1


def test_wide_characters_and_long_formulas_stay_within_80_columns():
    values = [Value(1.5, f"第{place}个很长很长的名字") for place in range(6)]
    text = str(explain(silu(dot(values[:3], values[3:])) ** 1.25, lang="zh").update(0.001))
    assert max(map(columns, text.splitlines())) <= 80
    assert " … " in text
    assert columns("第1个") == 5
    assert columns("e\u0301") == 1


class TestColour:
    @pytest.fixture
    def terminal(self, monkeypatch):
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    @pytest.mark.usefixtures("terminal")
    def test_there_is_colour_on_a_terminal(self):
        text = str(explain(exponential()))
        assert text.startswith("\033[1mForward: each number from the ones before it\033[0m\n")
        assert re.sub("\033\\[[0-9]+m", "", text).count("\033") == 0

    @pytest.mark.usefixtures("terminal")
    @pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_not_where_it_is_not_wanted(self, monkeypatch, name, value):
        monkeypatch.setenv(name, value)
        assert "\033" not in str(explain(exponential()))

    def test_not_in_a_file(self, monkeypatch):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
        assert "\033" not in str(explain(exponential()))


class TestLargeGraphs:
    def test_what_is_left_out_is_said_and_can_be_asked_for(self):
        x = Value(1.0, "x")
        y = x
        for _ in range(1000):
            y = y * 0.999
        explanation = explain(y)
        text = str(explanation)
        assert len(text.splitlines()) < 70
        remarks = re.findall(r"… ([\d,]+) steps left out; they are explanation\[(\d+):(\d+)\] …", text)
        assert len(remarks) == 2
        for count, first, last in remarks:
            assert int(last) - int(first) == int(count.replace(",", ""))
        assert sum(int(count.replace(",", "")) for count, _, _ in remarks) + 2 * (12 + 6) == len(explanation)
        first, last = map(int, remarks[0][1:])
        assert explanation[first - 1].name in text
        assert f" {explanation[first].name} " not in text
        assert explanation[last].name in text

    def test_a_network_is_summed_up_by_module(self):
        model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=0)
        inputs, targets = nn.datasets.xor()
        loss = nn.mean_squared_error([model(row) for row in inputs], targets)
        text = str(explain(loss, names=model))
        loss.backward()
        found = dict(re.findall(r"^  (\S+): (\d+) parameters, with a gradient of length (?:\S+)$", text, re.MULTILINE))
        assert {name: int(count) for name, count in found.items()} == {
            name: len(module.parameters()) for name, module in [
                *((f"layers.0.neurons.{k}", neuron) for k, neuron in enumerate(model.layers[0].neurons)),
                *((f"layers.1.neurons.{k}", neuron) for k, neuron in enumerate(model.layers[1].neurons)),
                ("layers.2.neurons.0", model.layers[2].neurons[0])]}
        length = sum(parameter.grad**2 for parameter in model.layers[2].parameters()) ** 0.5
        assert f"layers.2.neurons.0: 9 parameters, with a gradient of length {length:.4g}\n" in text
        # A neuron has 3 parameters, and for each of 4 inputs what it sums up and what it makes of that.
        assert re.search(r"^  layers\.0\.neurons\.3: 11 numbers, from -?[\d.]+ to -?[\d.]+$", text, re.MULTILINE)

    def test_many_modules_are_summed_up_as_larger_ones(self):
        model = nn.MLP(2, [20, 20, 1], activation="relu", seed=0)
        text = str(explain(model([1.0, 2.0]), names=model))
        assert "layers.1: 420 parameters" in text
        assert "layers.1.neurons.0:" not in text

    def test_a_long_list_of_derivatives_is_cut(self):
        values = [Value(1.0, f"x{place}") for place in range(100)]
        assert str(explain(dot(values, values))).endswith("∂L/∂x11  = 2.0\n  …")


def test_an_explanation_says_what_it_is():
    assert repr(explain(used_twice())) == "<Explanation of f in 9 steps>"
