"""Neurons, layers and networks: micrograd's outputs and gradients, and a clear word about what does not fit."""

import math
import random
import re
from contextlib import nullcontext

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest
import torch

import autograd
from autograd import Value, constant, operation, topological_order, trace
from nn import MLP, Layer, Module, Neuron


def seeded(make, seed=3):
    random.seed(seed)
    return make()


def data(parameters):
    return [p.data for p in parameters]


# ---- As in micrograd ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "arguments", "keywords"), [
    ("Neuron", (3,), {}),
    ("Neuron", (3,), {"nonlin": False}),
    ("Neuron", (3,), {"nonlin": True}),
    ("Layer", (3, 2), {"nonlin": False}),
    ("Layer", (2, 5), {}),
    ("MLP", (2, [16, 16, 1]), {}),
    ("MLP", (3, [4]), {}),
])
def test_weights_outputs_gradients_and_repr_are_those_of_micrograd(kind, arguments, keywords):
    theirs = seeded(lambda: getattr(micrograd.nn, kind)(*arguments, **keywords))
    ours = seeded(lambda: {"Neuron": Neuron, "Layer": Layer, "MLP": MLP}[kind](*arguments, **keywords))
    assert data(ours.parameters()) == data(theirs.parameters())
    x = [0.3, -1.2, 2.5][: arguments[0]]
    y, expected = ours(x), theirs(x)
    assert isinstance(y, list) == isinstance(expected, list)
    ys, expecteds = (z if isinstance(z, list) else [z] for z in (y, expected))
    assert data(ys) == data(expecteds)
    for some in (ys, expecteds):
        sum(z * (place + 1) for place, z in enumerate(some)).backward()
    assert [p.grad for p in ours.parameters()] == pytest.approx([p.grad for p in theirs.parameters()], rel=1e-14)
    assert repr(ours).startswith(repr(theirs))


def test_a_whole_training_gives_the_losses_of_micrograd():
    def losses(value, mlp):
        model = seeded(lambda: mlp(2, [8, 1]))
        for _ in range(20):
            scores = [model([value(a), value(b)]) for a, b in ((0, 0), (0, 1), (1, 0), (1, 1))]
            loss = sum((1 + -t * y).relu() for t, y in zip((-1, 1, 1, -1), scores, strict=True))
            loss = loss + 1e-4 * sum(p * p for p in model.parameters())
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= 0.1 * p.grad
            yield loss.data

    ours = list(losses(Value, MLP))
    assert ours == pytest.approx(list(losses(micrograd.engine.Value, micrograd.nn.MLP)), rel=1e-12)
    assert ours[-1] < ours[0]


def test_repr_reads_like_that_of_micrograd_with_the_count_of_parameters():
    assert repr(MLP(2, [2, 1])) == (
        "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]], 9 parameters")


@pytest.mark.parametrize(("activation", "title"), [
    ("relu", "ReLU"), ("tanh", "Tanh"), ("leaky_relu", "LeakyReLU"), (autograd.sigmoid, "Sigmoid"), (None, "Linear"),
    ("linear", "Linear"), (lambda v: v * v, "Lambda"),
])
def test_repr_names_the_activation(activation, title):
    assert repr(Neuron(1, activation)) == f"{title}Neuron(1)"


def test_repr_names_an_activation_that_is_an_object_by_its_class():
    class Swish:
        def __call__(self, value):
            return value * value.sigmoid()

    assert repr(Neuron(1, Swish())) == "SwishNeuron(1)"


# ---- Outputs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "softplus", "silu", "gelu", "elu", "leaky_relu", "sin"])
def test_a_network_gives_the_outputs_and_gradients_of_pytorch(name):
    model = MLP(3, [4, 3, 2], name, seed=5)
    x = [0.5, -1.0, 2.0]
    function = {"gelu": torch.nn.functional.gelu, "silu": torch.nn.functional.silu, "elu": torch.nn.functional.elu,
                "softplus": torch.nn.functional.softplus,
                "leaky_relu": torch.nn.functional.leaky_relu}.get(name) or getattr(torch, name)
    leaves = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in data(model.parameters())]
    rest, h = iter(leaves), torch.tensor(x, dtype=torch.float64)
    for place, (nin, nout) in enumerate(((3, 4), (4, 3), (3, 2))):
        h = torch.stack([sum(w * hi for w, hi in zip([next(rest) for _ in range(nin)], h, strict=True)) + next(rest)
                         for _ in range(nout)])
        h = function(h) if place < 2 else h
    (h[0] * 2 + h[1] * 3).backward()
    y = model(x)
    (y[0] * 2 + y[1] * 3).backward()
    assert data(y) == pytest.approx(h.tolist(), rel=1e-13)
    assert [p.grad for p in model.parameters()] == pytest.approx([p.grad.item() for p in leaves], rel=1e-12)


def test_a_neuron_is_one_node_for_the_sum_and_one_for_the_activation():
    nodes = topological_order(Neuron(5, "tanh")([1.0] * 5))
    assert [node.op.name for node in nodes if node.op] == ["affine", "tanh"]
    nodes = topological_order(Neuron(5, nonlin=False)([1.0] * 5))
    assert [node.op.name for node in nodes if node.op] == ["affine"]


@pytest.mark.parametrize("how", [nullcontext, trace])
def test_neurons_of_a_layer_share_their_inputs(how):
    with how():
        outputs = Layer(2, 3, "linear")([1, 2])
    assert outputs[0].arguments[2] is outputs[1].arguments[2] is outputs[2].arguments[2]


def test_a_neuron_reuses_its_weights_between_calls():
    neuron = Neuron(2, "linear")
    assert neuron([1, 2]).arguments[1] is neuron([3, 4]).arguments[1]


@pytest.mark.parametrize("x", [
    [1.0, -2.0, 0.5], (1.0, -2.0, 0.5), np.array([1.0, -2.0, 0.5]), np.array([1.0, -2.0, 0.5], dtype=np.float32),
    [Value(1.0), -2, np.float64(0.5)], np.array([Value(1.0), -2.0, constant(0.5)], dtype=object),
    [1, np.int64(-2), 0.5], (number for number in (1.0, -2.0, 0.5)),
])
def test_inputs_may_be_lists_tuples_arrays_numbers_and_values_mixed(x):
    model = MLP(3, [2], seed=0)
    w = [[p.data for p in neuron.w] for neuron in model.layers[0].neurons]
    assert data(model(x)) == pytest.approx([a - 2 * b + 0.5 * c for a, b, c in w], rel=1e-14)


def test_gradients_flow_to_inputs_that_are_values_and_not_to_numbers():
    x = Value(2.0)
    neuron = Neuron(2, "linear", seed=0)
    neuron([x, 1.0]).backward()
    assert x.grad == neuron.w[0].data
    assert neuron.w[1].grad == 1.0
    assert neuron.b.grad == 1.0


def test_a_single_input_may_come_bare():
    model = MLP(1, [2, 1])
    assert len({model(x).data for x in (0.5, [0.5], Value(0.5), np.float64(0.5), np.array(0.5), np.array([0.5]))}) == 1


def test_a_layer_of_one_neuron_gives_a_bare_value_which_the_next_layer_takes():
    model = MLP(2, [1, 1, 2], "linear", init=lambda: 3.0)
    assert isinstance(model.layers[0]([1, 1]), Value)
    assert data(model([1, 1])) == [54.0, 54.0]
    assert Neuron(1, None, init=lambda: 3.0)(2.0).data == 6.0


def test_changed_weights_count_from_the_next_call_on():
    neuron = Neuron(2, "linear", init=lambda: 1.0)
    assert neuron([10, 100]).data == 110
    neuron.w[0].data = 2.0
    assert neuron([10, 100]).data == 120
    neuron.w[1] = Value(3.0)
    assert neuron([10, 100]).data == 320
    neuron.w = [Value(1.0), Value(0.0)]
    assert neuron([10, 100]).data == 10
    neuron.b = Value(0.5)
    assert neuron([10, 100]).data == 10.5
    neuron.w, neuron.b = [1.0, 1.0], 0.0
    assert neuron([10, 100]).data == 110


def test_a_weight_that_is_replaced_by_an_equal_one_gets_the_gradient():
    neuron = Neuron(2, "linear", init=lambda: 1.0)
    neuron([10, 100])
    before = [*neuron.w, neuron.b]
    neuron.w[1], neuron.b = Value(1.0), Value(0.0)
    neuron([10, 100]).backward()
    assert [neuron.w[0].grad, neuron.w[1].grad, neuron.b.grad] == [10.0, 100.0, 1.0]
    assert [old.grad for old in before] == [10.0, 0.0, 0.0]


def test_a_neuron_of_another_class_in_a_layer_is_called_with_the_inputs_alone():
    class Norm(Neuron):
        def __call__(self, x):
            return sum(item * item for item in x)

    layer = Layer(2, 1)
    layer.neurons.append(Norm(2))
    layer.neurons.append(lambda x: x[1])
    assert data(layer([3.0, 4.0])[1:]) == [25.0, 4.0]


def test_a_network_can_be_differentiated_by_forward_mode():
    model = MLP(2, [3, 1], "tanh", seed=1)
    x = [Value(0.3), Value(-0.7)]
    model(x).backward()
    for place in range(2):
        slope = autograd.jvp(lambda p: model(p), [0.3, -0.7], [1.0 - place, 0.0 + place])[1]
        assert float(slope.data) == pytest.approx(x[place].grad, rel=1e-13)


def test_nothing_is_recorded_inside_of_no_grad():
    model = MLP(2, [3, 1], seed=1)
    with autograd.no_grad():
        y = model([1.0, 2.0])
    assert y.op is None
    assert y.data == model([1.0, 2.0]).data


# ---- Activations -------------------------------------------------------------------------------------------------


def test_an_activation_is_a_name_an_operation_or_any_function_of_a_value():
    outputs = [Neuron(1, a, init=lambda: 0.5)([1.0]).data
               for a in ("tanh", autograd.tanh, lambda v: (v.exp() - (-v).exp()) / (v.exp() + (-v).exp()))]
    assert outputs == pytest.approx([math.tanh(0.5)] * 3, rel=1e-15)


def test_a_row_that_a_user_adds_to_the_table_is_an_activation_by_name():
    operation("softsign_of_a_neuron", lambda x: x / (1 + abs(x)), (lambda y, x: 1 / (1 + abs(x)) ** 2,))
    neuron = Neuron(1, "softsign_of_a_neuron", init=lambda: 3.0)
    y = neuron([1.0])
    y.backward()
    assert (y.data, neuron.b.grad) == (0.75, 0.0625)
    assert repr(neuron) == "Softsign_of_a_neuronNeuron(1)"


def test_an_activation_that_is_a_module_is_trained_with_the_rest():
    class LearnedSlope(Module):
        def __init__(self):
            self.slope = Value(0.25)

        def __call__(self, value):
            return value.relu() - self.slope * (-value).relu()

    neuron = Neuron(1, LearnedSlope(), init=lambda: -2.0)
    neuron([1.0]).backward()
    assert neuron.state_dict() == {"activation.slope": 0.25, "w.0": -2.0, "b": 0.0}
    assert neuron.activation.slope.grad == -2.0


def test_hidden_layers_have_the_activation_and_the_last_has_none():
    assert [layer.neurons[0].nonlin for layer in MLP(2, [3, 3, 1], "tanh").layers] == [True, True, False]


@pytest.mark.parametrize(("given", "suggested"), [
    ("relo", "relu"), ("ReLU", "relu"), ("sigmod", "sigmoid"), ("LeakyReLU", "leaky_relu"), ("Linear", "linear")])
def test_for_an_unknown_activation_the_nearest_name_is_suggested(given, suggested):
    with pytest.raises(ValueError, match=rf"^there is no activation '{given}'; did you mean '{suggested}'\?$"):
        MLP(2, [2, 1], activation=given)


@pytest.mark.parametrize("make", [lambda: MLP(2, [1], "tahn"), lambda: Neuron(2, "tahn", nonlin=False)])
def test_an_unknown_activation_is_refused_also_where_none_is_used(make):
    with pytest.raises(ValueError, match="there is no activation 'tahn'"):
        make()


def test_for_an_activation_like_no_other_nothing_is_suggested():
    with pytest.raises(ValueError, match=r"^there is no activation 'xyzzy'$"):
        Neuron(2, "xyzzy")


@pytest.mark.parametrize(("given", "message"), [
    ("add", r"takes one number, which a \+ b does not"), (autograd.dot, r"takes one number, which dot\("),
    ("logsumexp", r"takes one number, which logsumexp\(")])
def test_an_operation_on_several_numbers_is_no_activation(given, message):
    with pytest.raises(ValueError, match=message):
        Neuron(2, given)


@pytest.mark.parametrize("given", [False, 3])
def test_an_activation_that_cannot_be_called_is_a_type_error(given):
    with pytest.raises(TypeError, match=f"a name, an operation, a function or None, not {given}"):
        Layer(2, 2, given)


# ---- Initial weights ---------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_weights_and_leaves_pythons_generator_alone():
    random.seed(1)
    before = random.getstate()
    one, same, other = (data(MLP(2, [3, 2], seed=seed).parameters()) for seed in (7, 7, 8))
    assert one == same != other
    assert random.getstate() == before


def test_one_generator_draws_the_weights_of_all_layers():
    model = MLP(2, [2, 2, 1], seed=7)
    drawing = random.Random(7)
    expected = [drawing.uniform(-1, 1) for _ in range(4 + 4 + 2)]
    assert [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w] == expected
    assert data(Layer(2, 2, seed=random.Random(7)).parameters())[:2] == expected[:2]


def weights(init, nin, nout):
    return [w.data for neuron in Layer(nin, nout, init=init, seed=0).neurons for w in neuron.w]


def test_xavier_weights_are_uniform_within_the_bound_of_glorot_and_bengio():
    drawn = torch.tensor(weights("xavier", 60, 40), dtype=torch.float64)
    bound = math.sqrt(6 / (60 + 40))
    assert drawn.abs().max() <= bound
    assert drawn.abs().max() > 0.99 * bound
    assert abs(drawn.mean()) < 0.02 * bound
    assert drawn.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.03)


def test_he_weights_are_normal_with_a_variance_of_2_over_the_inputs():
    drawn = torch.tensor(weights("he", 60, 40), dtype=torch.float64)
    deviation = math.sqrt(2 / 60)
    assert drawn.std().item() == pytest.approx(deviation, rel=0.05)
    assert (drawn.abs() < deviation).double().mean().item() == pytest.approx(math.erf(1 / math.sqrt(2)), abs=0.03)


def test_a_neuron_by_itself_counts_as_one_output():
    assert max(abs(w.data) for w in Neuron(5000, init="xavier", seed=0).w) == pytest.approx(
        math.sqrt(6 / 5001), rel=0.01)


@pytest.mark.parametrize("init", ["uniform", "xavier", "he"])
def test_biases_start_at_zero(init):
    assert [neuron.b.data for neuron in Layer(2, 3, init=init).neurons] == [0.0, 0.0, 0.0]


def test_an_unknown_initialisation_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'uniform', 'xavier', 'he' or a function, not 'zeros'"):
        MLP(2, [1], init="zeros")


# ---- What does not fit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "x", "message"), [
    (Neuron(2), [1, 2, 3], "a Neuron of 2 inputs was given 3"),
    (Layer(2, 3), [1], "a Layer of 2 inputs was given 1"),
    (Layer(2, 3), [], "a Layer of 2 inputs was given 0"),
    (Layer(2, 3), 1.0, "a Layer of 2 inputs was given 1"),
    (MLP(2, [3, 1]), [1, 2, 3], "a Layer of 2 inputs was given 3"),
    (MLP(2, [3, 1]), np.zeros(5), "a Layer of 2 inputs was given 5"),
])
def test_a_wrong_number_of_inputs_is_refused_with_both_numbers(model, x, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        model(x)


@pytest.mark.parametrize("x", ["ab", [1, "2"], [None, 1], [[1], [2]], np.zeros((2, 2)), [1j, 1]])
def test_inputs_that_are_not_numbers_are_a_type_error(x):
    with pytest.raises(TypeError, match="a real number is needed"):
        MLP(2, [1])(x)


@pytest.mark.parametrize("model", [Neuron(2), Layer(2, 1), MLP(2, [2, 1])])
@pytest.mark.parametrize("x", [{1.0, 2.0}, frozenset({1.0, 2.0}), {"a": 1.0, "b": 2.0}, {}])
def test_inputs_in_a_set_or_dict_are_refused_for_they_have_no_order(model, x):
    with pytest.raises(TypeError, match=f"a list, tuple or array is needed, not {type(x).__name__!r}"):
        model(x)


def test_inputs_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite number, not nan"):
        MLP(2, [1])([1.0, math.nan])


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: Neuron(0), ValueError, "the number of inputs needs to be at least 1, not 0"),
    (lambda: Layer(0, 2), ValueError, "the number of inputs needs to be at least 1, not 0"),
    (lambda: Layer(2, 0), ValueError, "the number of neurons needs to be at least 1, not 0"),
    (lambda: MLP(-1, [2]), ValueError, "the number of inputs needs to be at least 1, not -1"),
    (lambda: MLP(2, [3, 0]), ValueError, "the number of neurons needs to be at least 1, not 0"),
    (lambda: MLP(2, []), ValueError, "an MLP needs at least one layer, not 0"),
    (lambda: MLP(2, {4, 1}), TypeError, "nouts: a list, tuple or array is needed, not 'set', since the order matters"),
    (lambda: MLP(2.5, [1]), TypeError, "the number of inputs needs to be a whole number, not 2.5"),
])
def test_a_network_without_inputs_neurons_or_layers_is_refused(make, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        make()
