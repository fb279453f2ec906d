"""A program written for micrograd runs here with only its import line changed, and calculates the same.

Each program below runs twice, on micrograd itself and on this engine. Only the names `Value` and `nn` differ.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import graphviz
import micrograd.engine
import micrograd.nn
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
import nn
from nn import datasets

Program = Callable[[Any], list[Any]]
ENGINES = {"micrograd": (micrograd.engine.Value, micrograd.nn), "glassgrad": (autograd.Value, nn)}


def numbers_and_values_in_every_operator(value: Any) -> list[Any]:
    a, b = value(-3.5), value(2)
    c = a + b - 1.5 * a / b + 2 / b - (7 - a) + (-b) * 4 + b / 8 + (3 + a) * (a - 3)
    c += 1 + c
    c *= c + 0.5
    c /= b + 3
    c -= a * a
    return [a, b, c]


def powers_of_whole_and_broken_exponents(value: Any) -> list[Any]:
    a, b = value(1.75), value(-2.0)
    return [a, b, a**3 + a**-1 + a**0.5 + b**2 + b**-3 + b**0 + (a * b) ** 2]


def relu_on_both_sides_and_at_zero(value: Any) -> list[Any]:
    a, b, zero = value(1.5), value(-1.5), value(0.0)
    return [a, b, zero, a.relu() + b.relu() + 5 * zero.relu() + (a * b).relu() + (-(a * b)).relu()]


def numpy_scalars_on_either_side(value: Any) -> list[Any]:
    a = value(np.float64(0.75))
    b = np.float64(2) * a + a * np.float64(3) - np.float64(1) + np.int64(4) * a
    return [a, np.float64(5) - b * b / np.float64(8) + np.float64(1) / a]


def sums_by_the_builtin(value: Any) -> list[Any]:
    values = [value(x) for x in (1.5, -2.0, 4.0)]
    return [*values, sum(v * v for v in values) + sum(values, value(10)) + sum(values[:2]) * (1.0 / len(values))]


def one_value_in_many_places(value: Any) -> list[Any]:
    a = value(3.0)
    b = a * a + a
    return [a, b * b + b * a + (b + b) * a]


@pytest.mark.parametrize("program", [
    numbers_and_values_in_every_operator, powers_of_whole_and_broken_exponents, relu_on_both_sides_and_at_zero,
    numpy_scalars_on_either_side, sums_by_the_builtin, one_value_in_many_places,
], ids=lambda program: program.__name__)
def test_a_program_gives_the_same_data_and_gradients(program: Program) -> None:
    found = {}
    for name, (value, _) in ENGINES.items():
        values = program(value)
        values[-1].backward()
        found[name] = [x for v in values for x in (v.data, v.grad)]
    assert found["glassgrad"] == pytest.approx(found["micrograd"], rel=1e-13, abs=0)


steps = st.tuples(st.sampled_from(["+", "-", "*", "neg", "relu", "square", "number +", "number *", "number -"]),
                  st.integers(0, 99), st.integers(0, 99), st.integers(-5, 5))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=4), st.lists(steps, min_size=1, max_size=20))
def test_any_program_on_whole_numbers_gives_exactly_the_same(
        leaves: list[int], program: list[tuple[str, int, int, int]]) -> None:
    """On whole numbers neither engine rounds, so that nothing has to be allowed for."""
    found = {}
    for name, (value, _) in ENGINES.items():
        values = [value(leaf) for leaf in leaves]
        for operator, i, j, number in program:
            a, b = values[i % len(values)], values[j % len(values)]
            result = {"+": lambda a=a, b=b: a + b, "-": lambda a=a, b=b: a - b, "*": lambda a=a, b=b: a * b,
                      "neg": lambda a=a: -a, "relu": lambda a=a: a.relu(), "square": lambda a=a: a**2,
                      "number +": lambda a=a, number=number: number + a,
                      "number *": lambda a=a, number=number: number * a,
                      "number -": lambda a=a, number=number: number - a}[operator]()
            if abs(result.data) < 10_000:
                values.append(result)
        values[-1].backward()
        found[name] = [(v.data, v.grad) for v in values]
    assume(all(abs(grad) < 2**40 for _, grad in found["micrograd"]))
    assert found["glassgrad"] == found["micrograd"]


def test_gradients_add_up_until_they_are_zeroed_by_hand() -> None:
    found = {}
    for name, (value, _) in ENGINES.items():
        v, seen = value(1.5), []
        for zeroed in (False, False, True, False):
            if zeroed:
                v.grad = 0
            (v * v + 3 * v).backward()
            seen.append(v.grad)
        found[name] = seen
    assert found["glassgrad"] == found["micrograd"]


def test_prev_and_op_tell_what_a_value_was_made_from() -> None:
    found = {}
    for name, (value, _) in ENGINES.items():
        a, b = value(2.0), value(-3.0)
        results = [a + b, a * b, a * a, a.relu(), a]
        found[name] = [(result._op, {"ab"[v is b] for v in result._prev}, type(result._prev)) for result in results]
    assert found["glassgrad"] == found["micrograd"]


def test_repr_reads_the_same() -> None:
    """Up to zeros and ones: micrograd's gradients start as the whole numbers 0 and 1, ours as 0.0 and 1.0."""
    found = {}
    for name, (value, _) in ENGINES.items():
        v = value(-2.5)
        w = (v * 3.0).relu() + v * v
        before = repr(w)
        w.backward()
        found[name] = [eval(text, {"Value": dict}) for text in (before, repr(w), repr(v))]
    assert found["glassgrad"] == found["micrograd"]
    assert repr(autograd.Value(3)) == "Value(data=3.0, grad=0.0)"  # once letter by letter: as micrograd's of floats


def test_a_program_that_draws_graphs_through_prev_and_op_draws_the_same() -> None:
    found = {}
    for name, (value, _) in ENGINES.items():
        x = value(1.0)
        y = (x * 2 + 1 + x).relu()
        y.backward()
        picture = graphviz.Digraph(graph_attr={"rankdir": "LR"})
        drawn, open_values = set(), [y]
        while open_values:
            v = open_values.pop()
            if v in drawn:
                continue
            drawn.add(v)
            picture.node(str(id(v)), f"data {v.data:.4f} | grad {v.grad:.4f}", shape="record")
            if v._op:
                picture.node(str(id(v)) + v._op, v._op)
                picture.edge(str(id(v)) + v._op, str(id(v)))
            for child in v._prev:
                picture.edge(str(id(child)), str(id(v)) + v._op)
                open_values.append(child)
        names = {str(id(v)): f"{v.data:.4f}" for v in drawn} | {str(id(v)) + v._op: v._op for v in drawn if v._op}
        found[name] = Counter(_with_names(line, names) for line in picture.source.splitlines())
    # micrograd counts a gradient for the numbers 2 and 1 as well, and no gradient flows to constants here.
    without_gradients = {name: Counter(line.split(" | grad")[0] for line in lines.elements())
                         for name, lines in found.items()}
    assert without_gradients["glassgrad"] == without_gradients["micrograd"]
    assert sum(without_gradients["glassgrad"].values()) > 20
    assert found["micrograd"] - found["glassgrad"] == Counter({
        "\t2.0000 [label=\"data 2.0000 | grad 1.0000\" shape=record]": 1,
        "\t1.0000 [label=\"data 1.0000 | grad 1.0000\" shape=record]": 1})


def _with_names(line: str, names: dict[str, str]) -> str:
    """A line of a picture with what its nodes show in place of their identities."""
    for identity in sorted(names, key=len, reverse=True):
        line = line.replace(f'"{identity}"', names[identity]).replace(identity, names[identity])
    return line


def test_networks_start_from_the_same_weights_for_the_same_seed_and_nonlin_chooses_the_activation() -> None:
    found = {}
    for name, (value, networks) in ENGINES.items():
        random.seed(7)
        parts = [networks.MLP(3, [4, 4, 1]), networks.Neuron(2), networks.Neuron(2, nonlin=False),
                 networks.Layer(2, 3, nonlin=False)]
        x = [value(-1.0), value(2.0)]
        outputs = [parts[0]([1.0, -2.0, 0.5]), parts[1](x), parts[2](x), *parts[3](x)]
        sum(outputs).backward()
        neuron = parts[0].layers[1].neurons[2]
        found[name] = [[(p.data, p.grad) for p in part.parameters()] for part in parts]
        found[name].append([(w.data, w.grad) for w in [*neuron.w, neuron.b, *x]])
        found[name].append([(v.data, v.grad) for v in outputs])
    for ours, theirs in zip(found["glassgrad"], found["micrograd"], strict=True):
        assert np.array(ours) == pytest.approx(np.array(theirs), rel=1e-13, abs=1e-15)
    assert [data for data, _ in found["glassgrad"][0]] == [data for data, _ in found["micrograd"][0]]


@pytest.mark.slow
def test_a_seeded_training_run_on_two_moons_has_the_same_losses_for_100_steps() -> None:
    points, targets = datasets.moons(16, noise=0.1, seed=1337)
    rows, signs = np.array(points), np.where(np.array(targets) > 0, 1, -1)
    losses: dict[str, list[float]] = {}
    right: dict[str, list[int]] = {}
    for name, (value, networks) in ENGINES.items():
        random.seed(1337)
        model = networks.MLP(2, [8, 8, 1])
        losses[name], right[name] = [], []
        for step in range(100):
            scores = [model([value(x) for x in row]) for row in rows]
            margins = [(1 + -sign * score).relu() for sign, score in zip(signs, scores, strict=True)]
            penalty = 1e-4 * sum(p * p for p in model.parameters())
            loss = sum(margins) * (1.0 / len(margins)) + penalty
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= (1.0 - 0.009 * step) * p.grad
            losses[name].append(loss.data)
            right[name].append(sum((sign > 0) == (score.data > 0) for sign, score in zip(signs, scores, strict=True)))
    assert losses["glassgrad"] == pytest.approx(losses["micrograd"], rel=0, abs=1e-9)
    assert right["glassgrad"] == right["micrograd"]
    assert losses["micrograd"][-1] < losses["micrograd"][0] / 10  # it did learn: the losses are not all one number
