"""Optimizers: PyTorch's numbers over many steps, and all of a step or none of it."""

import itertools
import math
import re

import numpy as np
import pytest
import torch

import autograd
from autograd import Formula, Value, constant
from nn import MLP, SGD, Adam, AdamW, Optimizer, mean_squared_error

SGD_OPTIONS = [{"momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay}
               for momentum, nesterov, weight_decay in itertools.product((0, 0.9), (False, True), (0, 0.01))
               if momentum or not nesterov]
ADAM_OPTIONS = [{"betas": betas, "eps": eps, "weight_decay": weight_decay}
                for betas, eps, weight_decay in itertools.product(((0.9, 0.999), (0.0, 0.5)), (1e-8, 1e-2), (0, 0.01))]
ALL = [(SGD, torch.optim.SGD, dict(lr=0.02, **o)) for o in SGD_OPTIONS] + [
    (Adam, torch.optim.Adam, dict(lr=0.02, **o)) for o in ADAM_OPTIONS] + [
    (kind, getattr(torch.optim, kind.__name__), options) for kind, options in (
        (SGD, {}), (Adam, {}), (AdamW, {}), (AdamW, {"lr": 0.02, "weight_decay": 0.2}),
        (SGD, {"lr": 0.02, "maximize": True, "weight_decay": 0.01}),
        (SGD, {"lr": 0.02, "momentum": 0.9, "dampening": 0.4}),
        (SGD, {"lr": 0.02, "momentum": 0.5, "dampening": 1.0, "weight_decay": 0.01}),
        (SGD, {"lr": 0.02, "dampening": 0.4}),
        (Adam, {"lr": 0.02, "betas": (0.5, 0.6), "amsgrad": True}),
        (Adam, {"lr": 0.02, "maximize": True, "weight_decay": 0.01}),
        (Adam, {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
        (AdamW, {"lr": 0.02, "betas": (0.5, 0.6), "weight_decay": 0.1, "amsgrad": True, "maximize": True}))]


def bumpy(a, b):
    """Something that one cannot descend in a straight line, for Values and tensors."""
    return (1 - a) ** 2 + 3 * (b - a * a) ** 2 + (a * b).tanh()


@pytest.mark.parametrize(("ours", "theirs", "options"), ALL)
def test_a_hundred_steps_are_those_of_pytorch(ours, theirs, options):
    a, b = Value(-0.8), Value(0.6)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (-0.8, 0.6)]
    optimizer, expected = ours([a, b], **options), theirs(tensors, **options)
    sign = -1 if options.get("maximize") else 1
    for step in range(100):
        for optimizing, output in ((optimizer, sign * bumpy(a, b)), (expected, sign * bumpy(*tensors))):
            optimizing.zero_grad()
            output.backward()
            optimizing.step()
        assert [a.data, b.data] == pytest.approx([t.item() for t in tensors], rel=1e-12, abs=1e-12), step
    assert optimizer.count == 100


@pytest.mark.parametrize(("ours", "theirs"), [(SGD, torch.optim.SGD), (Adam, torch.optim.Adam)])
def test_the_learning_rate_may_be_set_between_steps(ours, theirs):
    a, b = Value(-0.8), Value(0.6)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (-0.8, 0.6)]
    optimizer, expected = ours([a, b], lr=0.02), theirs(tensors, lr=0.02)
    for step in range(20):
        optimizer.lr = expected.param_groups[0]["lr"] = 0.02 / (1 + step)
        for optimizing, output in ((optimizer, bumpy(a, b)), (expected, bumpy(*tensors))):
            optimizing.zero_grad()
            output.backward()
            optimizing.step()
    assert [a.data, b.data] == pytest.approx([t.item() for t in tensors], rel=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), [
    (lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True), lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True)),
    (lambda p: Adam(p, 0.05, weight_decay=0.01), lambda p: torch.optim.Adam(p, 0.05, weight_decay=0.01))])
def test_training_a_network_for_50_steps_gives_the_losses_and_weights_of_torch_nn(ours, theirs):
    inputs, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    model = MLP(2, [4, 1], "tanh", seed=0)
    twin = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)).double()
    with torch.no_grad():
        for layer, linear in zip(model.layers, (twin[0], twin[2]), strict=True):
            linear.weight.copy_(torch.tensor(
                    [[w.data for w in neuron.w] for neuron in layer.neurons], dtype=torch.float64))
            linear.bias.zero_()
    optimizer, expected = ours(model.parameters()), theirs(twin.parameters())
    for _ in range(50):
        loss = mean_squared_error([model(x) for x in inputs], targets)
        torch_loss = torch.nn.functional.mse_loss(
            twin(torch.tensor(inputs, dtype=torch.float64))[:, 0], torch.tensor(targets, dtype=torch.float64))
        assert loss.data == pytest.approx(torch_loss.item(), rel=1e-10)
        for optimizing, output in ((optimizer, loss), (expected, torch_loss)):
            optimizing.zero_grad()
            output.backward()
            optimizing.step()
    for layer, linear in zip(model.layers, (twin[0], twin[2]), strict=True):
        for neuron, row, bias in zip(layer.neurons, linear.weight.tolist(), linear.bias.tolist(), strict=True):
            assert [w.data for w in neuron.w] == pytest.approx(row, rel=1e-10, abs=1e-10)
            assert neuron.b.data == pytest.approx(bias, rel=1e-10, abs=1e-10)


def test_zero_grad_concerns_the_parameters_of_the_optimizer():
    a, b = Value(1.0), Value(2.0)
    (a * b).backward()
    SGD([a], 0.1).zero_grad()
    assert (a.grad, b.grad) == (0.0, 1.0)


def test_a_parameter_given_twice_is_updated_once():
    a = Value(1.0)
    optimizer = SGD([a, a], 0.5)
    a.grad = 1.0
    optimizer.step()
    assert a.data == 0.5


@pytest.mark.parametrize(("ours", "theirs", "options"), [
    (SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    (Adam, torch.optim.Adam, {"lr": 0.1, "weight_decay": 0.01})])
def test_a_parameter_without_a_gradient_is_skipped_as_in_pytorch_and_one_with_gradient_0_is_not(ours, theirs, options):
    a, b = Value(-0.8), Value(0.6)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (-0.8, 0.6)]
    optimizer, expected = ours([a, b], **options), theirs(tensors, **options)
    for optimizing, output in ((optimizer, bumpy(a, b)), (expected, bumpy(*tensors))):
        output.backward()
        optimizing.step()
    b.grad = tensors[1].grad = None
    state = optimizer.states[1]
    for optimizing in (optimizer, expected):
        optimizing.step()
    assert [a.data, b.data] == pytest.approx([t.item() for t in tensors], rel=1e-12)
    assert optimizer.states[1] == state != optimizer.states[0]
    optimizer.zero_grad()
    assert b.grad == 0.0
    moved = b.data
    optimizer.step()
    assert b.data != moved


# ---- An update is a function ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "options"), [(ours, options) for ours, _, options in ALL])
def test_an_update_can_be_recorded_and_differentiated(ours, options):
    optimizer = ours([Value(0.0)], **options)
    given = [0.7, -0.3, *(0.2 for _ in optimizer.initial_state), 0.01, 3.0]
    places = slice(2, len(given) - 2)
    numbers = optimizer.update(given[0], given[1], tuple(given[places]), given[-2], given[-1])
    leaves = [Value(x) for x in given]
    new, state = optimizer.update(leaves[0], leaves[1], tuple(leaves[places]), leaves[-2], leaves[-1])
    assert [new.data, *(getattr(s, "data", s) for s in state)] == [numbers[0], *numbers[1]]
    new.backward()
    assert leaves[-2].grad * 0.01 == pytest.approx(numbers[0] - given[0], rel=1e-12)  # it is linear in lr
    assert optimizer.count == 0


def test_an_update_can_be_written_down():
    w, g, v, lr = (Formula(name) for name in ("w", "g", "v", "lr"))
    new, (velocity,) = SGD([Value(0.0)], 0.1, momentum=0.5).update(w, g, (v,), lr, 1)
    assert velocity.text == "0.5·v + g"
    assert new.text == "w - lr·(0.5·v + g)"


def test_a_new_optimizer_is_an_update_alone():
    class Sign(Optimizer):
        def update(self, parameter, gradient, state, lr, count):
            return parameter - lr * autograd.tanh(1e6 * gradient), ()

    a = Value(1.0)
    optimizer = Sign([a], lr=0.25)
    a.grad = -3.0
    optimizer.step()
    assert a.data == 1.25
    with pytest.raises(NotImplementedError):
        Optimizer([a], lr=0.25).step()


# ---- All or nothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gradient", [1e308, math.inf, math.nan])
@pytest.mark.parametrize("make", [
    lambda p: SGD(p, 1e10), lambda p: SGD(p, 1e10, momentum=0.5), lambda p: Adam(p, 1e10)])
def test_a_step_that_overflows_is_refused_and_changes_nothing(make, gradient):
    a, b = Value(1.0), Value(2.0)
    optimizer = make([a, b])
    a.grad, b.grad = 1.0, 1.0
    optimizer.step()
    before = optimizer.snapshot()
    b.grad = gradient
    with pytest.raises(OverflowError, match=re.escape(f"step 2 overflows at parameter 1, which is {b.data} and has "
                                                      f"the gradient {gradient}, with lr = 10000000000.0")):
        optimizer.step()
    assert optimizer.snapshot() == before
    assert (a.data, b.data) == tuple(before[0])


class Interrupted(Value):
    """A parameter at which Ctrl-C strikes when it is set for the first time."""

    __slots__ = ("was_set",)

    @property
    def data(self):
        return Value.data.fget(self)

    @data.setter
    def data(self, data):
        if not hasattr(self, "was_set"):
            self.was_set = True
            raise KeyboardInterrupt
        Value.data.fset(self, data)


def test_a_step_that_is_interrupted_changes_nothing():
    a, b = Value(1.0), Interrupted(2.0)
    optimizer = SGD([a, b], 0.1, momentum=0.5)
    a.grad = b.grad = 1.0
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert (a.data, b.data, optimizer.count, optimizer.states) == (1.0, 2.0, 0, [(0.0,), (0.0,)])
    optimizer.step()
    assert (a.data, b.data, optimizer.count) == (0.9, 1.9, 1)


# ---- State ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("make", "options"), [(kind, options) for kind, _, options in ALL])
def test_an_optimizer_goes_on_from_its_state_as_if_it_had_not_stopped(make, options):
    def steps(optimizer, count):
        a, b = optimizer.parameters
        for _ in range(count):
            optimizer.zero_grad()
            bumpy(a, b).backward()
            optimizer.step()

    whole = make([Value(-0.8), Value(0.6)], **options)
    steps(whole, 10)
    first = make([Value(-0.8), Value(0.6)], **options)
    steps(first, 4)
    second = make([Value(p.data) for p in first.parameters], **{**options, "lr": 5.0})
    second.load_state_dict(first.state_dict())
    steps(second, 6)
    assert second.snapshot() == whole.snapshot()


def test_the_state_before_the_first_step_can_be_loaded():
    optimizer = SGD([Value(1.0)], 0.5, momentum=0.5)
    before = optimizer.state_dict()
    bumpy(optimizer.parameters[0], 2.0).backward()
    optimizer.step()
    optimizer.load_state_dict(before)
    assert optimizer.state_dict() == before == {"lr": 0.5, "count": 0, "states": [[0.0]]}


@pytest.mark.parametrize(("state", "error", "message"), [
    ({"lr": 0.1, "count": 1}, ValueError, "the state of an optimizer has lr, count, states, not lr, count"),
    ({"lr": 0.1, "count": 1, "states": [], "more": 1}, ValueError,
     "the state of an optimizer has lr, count, states, not lr, count, states, more"),
    ({"lr": 0.1, "count": 1, "states": [[1.0]]}, ValueError, "SGD with 2 parameters needs a state of 1 numbers"),
    ({"lr": 0.1, "count": 1, "states": [[1.0, 2.0], [3.0, 4.0]]}, ValueError,
     "SGD with 2 parameters needs a state of 1 numbers"),
    ({"lr": 0.1, "count": 1, "states": [[], []]}, ValueError, "SGD with 2 parameters needs a state of 1 numbers"),
    ({"lr": 0.1, "count": -1, "states": [[1.0], [1.0]]}, ValueError, "count needs to be finite and whole and >= 0"),
    ({"lr": 0.1, "count": 1.5, "states": [[1.0], [1.0]]}, ValueError, "count needs to be finite and whole and >= 0"),
    ({"lr": -1.0, "count": 1, "states": [[1.0], [1.0]]}, ValueError, "lr needs to be finite and >= 0, not -1.0"),
    ({"lr": 0.1, "count": 1, "states": [[math.nan], [1.0]]}, ValueError, "finite number, not nan"),
    ({"lr": 0.1, "count": 1, "states": [["1"], [1.0]]}, TypeError, "a real number is needed"),
    (None, TypeError, r"a dict from state_dict\(\) is needed, not 'NoneType'"),
    ([0.1, 1, []], TypeError, r"a dict from state_dict\(\) is needed, not 'list'"),
    ({"lr": 0.1, 5: 1}, ValueError, "the state of an optimizer has lr, count, states, not lr, 5"),
    ({"lr": 0.1, "count": 1, "states": None}, TypeError, "states: a list of lists of numbers is needed, not None"),
    ({"lr": 0.1, "count": 1, "states": [None, [1.0]]}, TypeError, "states: a list of lists of numbers is needed"),
    ({"lr": 0.1, "count": 1, "states": [1.0, 2.0]}, TypeError, "states: a list of lists of numbers is needed"),
    ({"lr": 0.1, "count": 1, "states": {0: [1.0], 1: [1.0]}}, TypeError, "states: a list of lists of numbers is"),
    ({"lr": 0.1, "count": None, "states": [[1.0], [1.0]]}, TypeError, "count needs to be a number, not 'NoneType'"),
    ({"lr": None, "count": 1, "states": [[1.0], [1.0]]}, TypeError, "lr needs to be a number, not 'NoneType'"),
])
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(state, error, message):
    optimizer = SGD([Value(1.0), Value(2.0)], 0.5, momentum=0.5)
    before = optimizer.state_dict()
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(state)
    assert optimizer.state_dict() == before == {"lr": 0.5, "count": 0, "states": [[0.0], [0.0]]}


# ---- What does not fit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize(("options", "error", "message"), [
    ({"lr": 0}, ValueError, "lr needs to be finite and > 0, not 0"),
    ({"lr": -0.1}, ValueError, "lr needs to be finite and > 0, not -0.1"),
    ({"lr": 10**400}, ValueError, "lr needs to be finite and > 0, not inf"),
    ({"lr": math.inf}, ValueError, "lr needs to be finite and > 0, not inf"),
    ({"lr": math.nan}, ValueError, "lr needs to be finite and > 0, not nan"),
    ({"lr": "0.1"}, TypeError, "lr needs to be a number, not 'str'"),
    ({"lr": None}, TypeError, "lr needs to be a number, not 'NoneType'"),
    ({"lr": 0.1, "weight_decay": -1}, ValueError, "weight_decay needs to be finite and >= 0, not -1"),
])
def test_options_out_of_range_are_refused(kind, options, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        kind([Value(1.0)], **options)


@pytest.mark.parametrize(("options", "message"), [
    ({"momentum": 1}, "momentum needs to be finite and >= 0 and < 1, not 1"),
    ({"momentum": 1.5}, "momentum needs to be finite and >= 0 and < 1, not 1.5"),
    ({"momentum": -0.1}, "momentum needs to be finite and >= 0 and < 1, not -0.1"),
    ({"nesterov": True}, "nesterov needs a momentum > 0, not 0"),
    ({"momentum": 0.9, "dampening": 0.5, "nesterov": True}, "nesterov needs a dampening of 0, not 0.5"),
    ({"dampening": 1.5}, "dampening needs to be finite and from 0 to 1, not 1.5"),
])
def test_options_of_sgd_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SGD([Value(1.0)], 0.1, **options)


@pytest.mark.parametrize(("options", "message"), [
    ({"betas": (1.0, 0.9)}, "each of betas needs to be finite and >= 0 and < 1, not 1.0"),
    ({"betas": (0.9, -0.1)}, "each of betas needs to be finite and >= 0 and < 1, not -0.1"),
    ({"betas": (1.5, 0.9)}, "each of betas needs to be finite and >= 0 and < 1, not 1.5"),
    ({"betas": (0.9,)}, "Adam has 2 betas, not 1"),
    ({"betas": (0.9, 0.99, 0.999)}, "Adam has 2 betas, not 3"),
    ({"eps": -1e-8}, "eps needs to be finite and > 0, not -1e-08"),
    ({"eps": 0}, "eps needs to be finite and > 0, not 0"),
])
def test_options_of_adam_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Adam([Value(1.0)], **options)


@pytest.mark.parametrize(("kind", "options", "message"), [
    (SGD, {"nesterov": 0.9}, "nesterov needs to be True or False, not 0.9"),
    (SGD, {"dampening": True}, "dampening needs to be a number, not 'bool'"),
    (Adam, {"amsgrad": 1}, "amsgrad needs to be True or False, not 1"),
    (AdamW, {"maximize": None}, "maximize needs to be True or False, not None"),
])
def test_what_is_on_or_off_is_no_number(kind, options, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        kind([Value(1.0)], **options)


@pytest.mark.parametrize(("make", "option"), [
    (lambda p: SGD(p, 0.1), ("momentum", 0.9)), (lambda p: SGD(p, 0.1, momentum=0.9), ("dampening", 0.5)),
    (lambda p: Adam(p), ("amsgrad", True))])
def test_an_option_that_needs_a_state_cannot_be_set_later(make, option):
    optimizer = make([Value(1.0)])
    setattr(optimizer, *option)
    with pytest.raises(ValueError, match=f"{option[0]} needs a state .* give it when the optimizer is made"):
        optimizer.step()
    assert (optimizer.parameters[0].data, optimizer.count) == (1.0, 0)


def test_an_option_may_be_set_to_0_and_back():
    optimizer = SGD([Value(1.0)], 0.5, momentum=0.5)
    for momentum in (0.5, 0.0, 0.5):
        optimizer.momentum, optimizer.parameters[0].grad = momentum, 1.0
        optimizer.step()
    assert optimizer.parameters[0].data == 1 - 0.5 * (1 + 1 + 1.5)


def test_the_parameters_of_an_optimizer_stay_the_same():
    optimizer = SGD([Value(1.0)], 0.5)
    with pytest.raises(AttributeError, match="'tuple' object has no attribute 'append'"):
        optimizer.parameters.append(Value(2.0))
    with pytest.raises(AttributeError, match="the parameters of an optimizer stay the same: make a new one"):
        optimizer.parameters = [Value(2.0)]
    with pytest.raises(TypeError, match="a group with options of its own needs an optimizer of its own"):
        SGD([{"params": [Value(1.0)], "lr": 0.1}], 0.5)


@pytest.mark.parametrize(("parameters", "error", "message"), [
    ([], ValueError, "at least 1 parameter, not 0"),
    ([Value(1.0), 2.0], TypeError, "parameter 1 is not a Value but 'float'"),
    ([constant(1.0)], ValueError, "parameter 0 is a constant"),
    ([Value(1.0), Value(1.0) * 2], ValueError, "parameter 1 is the result of a calculation"),
    (MLP(2, [1]), TypeError, "'MLP' object is not iterable"),
])
def test_parameters_that_cannot_be_learned_are_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        SGD(parameters, 0.1)


@pytest.mark.parametrize("kind", [SGD, Adam, Optimizer])
@pytest.mark.parametrize(("parameters", "message"), [
    (MLP(2, [1]), r"'MLP' object is not iterable: give model.parameters\(\)"),
    ([MLP(2, [1])], r"parameter 0 is not a Value but 'MLP': give model.parameters\(\)"),
    (Value(1.0), r"'Value' object is not iterable: give \[value\]"),
    (None, "'NoneType' object is not iterable: give a list of Values"),
    (3.0, "'float' object is not iterable: give a list of Values"),
    ({Value(1.0), Value(2.0)}, "parameters: a list, tuple or array is needed, not 'set'"),
    ({"w": Value(1.0)}, "parameters: a list, tuple or array is needed, not 'dict'"),
    ("w", "parameter 0 is not a Value but 'str'"),
])
def test_what_is_no_list_of_parameters_is_refused_with_what_to_give_instead(kind, parameters, message):
    with pytest.raises(TypeError, match=message):
        kind(parameters, lr=0.1)


@pytest.mark.parametrize("lr", [-1.0, math.nan, math.inf])
def test_a_learning_rate_set_later_is_checked_as_well(lr):
    optimizer = SGD([Value(1.0)], 0.1)
    with pytest.raises(ValueError, match="lr needs to be finite and >= 0"):
        optimizer.lr = lr
    assert optimizer.lr == 0.1
    optimizer.lr = 0  # where a schedule ends
    assert optimizer.lr == 0.0


def test_options_may_be_numpy_numbers():
    optimizer = SGD([Value(1.0)], np.float32(0.5), momentum=np.float64(0.5))
    assert (optimizer.lr, optimizer.momentum) == (0.5, 0.5)
