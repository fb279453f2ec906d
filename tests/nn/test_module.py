"""Modules know their parameters, however these are kept, and can be saved and loaded."""

import copy
import math
import pickle

import numpy as np
import pytest

from autograd import Value, constant
from nn import MLP, SGD, Module, fit, mean_squared_error


class Everything(Module):
    """Parameters in every place where they are looked for, and Values in places where they are not."""

    def __init__(self):
        self.direct = Value(1.0)
        self.in_list = [Value(2.0), [Value(3.0)]]
        self.in_tuple = (Value(4.0), "no Value")
        self.in_dict = {"a": Value(5.0), 7: [Value(6.0)]}
        self.inner = Inner()
        self.again = self.direct
        self.fixed = constant(100.0)
        self.calculated = self.direct * 2
        self.number = 3.5
        self._private = Value(200.0)


class Inner(Module):
    def __init__(self):
        self.w = [Value(7.0)]


def test_parameters_are_found_in_attributes_lists_tuples_dicts_and_modules_in_the_order_they_were_set():
    assert [p.data for p in Everything().parameters()] == [1, 2, 3, 4, 5, 6, 7]


def test_names_say_where_a_parameter_is():
    assert {name: p.data for name, p in Everything().named_parameters()} == {
        "direct": 1, "in_list.0": 2, "in_list.1.0": 3, "in_tuple.0": 4, "in_dict.a": 5, "in_dict.7.0": 6,
        "inner.w.0": 7}


def test_parameters_are_found_in_arrays_of_objects_of_any_shape():
    model = Module()
    model.grid = np.array([[Value(1.0), Value(2.0), 0.5], [None, Value(3.0), constant(9.0)]], dtype=object)
    model.numbers = np.ones((2, 2))
    model.alone = np.array(Value(4.0), dtype=object)
    model.mixed = [np.array([Inner(), {"a": Value(5.0)}], dtype=object)]
    model.turned = model.grid.T
    assert {name: p.data for name, p in model.named_parameters()} == {
        "grid.0.0": 1, "grid.0.1": 2, "grid.1.1": 3, "alone": 4, "mixed.0.0.w.0": 7, "mixed.0.1.a": 5}
    assert [p.data for p in model.parameters()] == [1, 2, 3, 4, 7, 5]


def test_an_array_that_holds_itself_is_searched_once():
    model = Module()
    model.ring = np.array([Value(1.0), None], dtype=object)
    model.ring[1] = model.ring
    assert model.state_dict() == {"ring.0": 1.0}


def test_parameters_in_an_array_learn():
    class Linear(Module):
        def __init__(self):
            self.w = np.array([Value(0.0), Value(0.0)])

        def __call__(self, x):
            return self.w @ np.array(x)

    model = Linear()
    fit(model, [[1.0, 0.0], [0.0, 1.0]], [2.0, -3.0], mean_squared_error, SGD(model.parameters(), 0.5), 60)
    assert [w.data for w in model.w] == pytest.approx([2.0, -3.0], abs=1e-6)


def test_modules_may_be_nested_deeper_than_python_recurses():
    inner = whole = Module()
    for depth in range(3_000):
        inner.w = Value(float(depth))
        inner.inside = [Module()]
        inner = inner.inside[0]
    names = dict(whole.named_parameters())
    assert [p.data for p in whole.parameters()] == list(range(3_000)) == list(whole.state_dict().values())
    assert names["inside.0." * 2_999 + "w"].data == 2_999
    names["w"].grad = 5.0
    whole.zero_grad()
    assert names["w"].grad == 0.0
    assert repr(whole) == "Module with 3000 parameters"


def test_lists_may_be_nested_deeper_than_python_recurses():
    model = Module()
    model.w = [Value(1.0)]
    for _ in range(3_000):
        model.w = [model.w]
    assert model.state_dict() == {"w" + ".0" * 3_001: 1.0}


class Equal(Value):
    """A Value that says to be equal to every other."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


def test_parameters_are_told_apart_by_what_they_are_whatever_a_subclass_says_of_equality():
    model = Module()
    model.a, model.b = Equal(1.0), Equal(2.0)
    assert model.state_dict() == {"a": 1.0, "b": 2.0}
    optimizer = SGD(model.parameters(), 1.0)
    (model.a * model.b).backward()
    optimizer.step()
    assert model.state_dict() == {"a": -1.0, "b": 1.0}
    history = fit(lambda x: model.a * model.b, [0.0], [0.0], lambda p, t: p[0], optimizer, 1)
    assert history.best_parameters == {"0": -1.0, "1": 1.0}


def test_names_in_a_network_are_dotted_paths():
    names = dict(MLP(2, [4, 1]).named_parameters())
    model = MLP(2, [4, 1])
    assert len(names) == 17
    assert dict(model.named_parameters())["layers.0.neurons.3.w.1"] is model.layers[0].neurons[3].w[1]
    assert dict(model.named_parameters())["layers.1.neurons.0.b"] is model.layers[1].neurons[0].b


def test_a_shared_parameter_counts_once_under_its_first_name():
    model = MLP(2, [2, 1])
    model.layers[0].neurons[1].w = model.layers[0].neurons[0].w
    model.layers[1].neurons[0].b = model.layers[0].neurons[0].b
    names = [name for name, _ in model.named_parameters()]
    assert len(model.parameters()) == len(set(model.parameters())) == len(names) == 6
    assert "layers.0.neurons.1.w.0" not in names
    assert "layers.0.neurons.0.b" in names
    assert "layers.1.neurons.0.b" not in names


def test_a_module_that_refers_to_its_parent_is_searched_once():
    model = MLP(2, [2, 1])
    before = [name for name, _ in model.named_parameters()]
    model.layers[0].parent = model
    model.layers[0].siblings = model.layers
    model.myself = model
    assert [name for name, _ in model.named_parameters()] == before
    assert len(model.layers[0].parameters()) == 9


def test_a_subclass_needs_no_call_of_the_constructor_of_its_base():
    assert Inner().state_dict() == {"w.0": 7.0}
    assert Module().parameters() == []


class Chosen(Module):
    """As micrograd's users write it: the parameters are what parameters() says."""

    def __init__(self):
        self.trained = Value(1.0)
        self.frozen = Value(2.0)
        self._hidden = [Value(3.0), Value(4.0)]

    def parameters(self):
        return [self.trained, *self._hidden]


def test_zero_grad_and_names_follow_an_override_of_parameters():
    model = Chosen()
    for p in (model.trained, model.frozen, *model._hidden):
        p.grad = 5.0
    model.zero_grad()
    assert [model.trained.grad, model.frozen.grad, *(p.grad for p in model._hidden)] == [0.0, 5.0, 0.0, 0.0]
    assert model.state_dict() == {"trained": 1.0, "parameters.1": 3.0, "parameters.2": 4.0}


def test_an_override_of_parameters_counts_also_inside_of_another_module():
    outer = Module()
    outer.part = Chosen()
    outer.part.whole = outer
    assert outer.state_dict() == {"part.trained": 1.0, "part.parameters.1": 3.0, "part.parameters.2": 4.0}
    assert [*map(id, outer.parameters())] == [*map(id, outer.part.parameters())]


def test_two_parameters_of_the_same_name_are_refused():
    model = Module()
    model.table = {1: Value(1.0), "1": Value(2.0)}
    assert len(model.parameters()) == 2
    with pytest.raises(ValueError, match=r"two parameters called 'table\.1'"):
        model.state_dict()


def test_zero_grad_makes_every_gradient_zero():
    model = MLP(2, [3, 1])
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * len(model.parameters())


def test_a_state_makes_another_network_give_the_same_outputs():
    one, other = MLP(3, [4, 2], "tanh", seed=1), MLP(3, [4, 2], "tanh", seed=2)
    x = [0.1, -0.2, 0.3]
    assert [y.data for y in one(x)] != [y.data for y in other(x)]
    other.load_state_dict(one.state_dict())
    assert [y.data for y in one(x)] == [y.data for y in other(x)]


@pytest.mark.parametrize(("change", "message"), [
    (lambda s: s.pop("neurons.0.b"), "missing: neurons.0.b"),
    (lambda s: s.update(extra=1.0), "surplus: extra"),
    (lambda s: s.update({5: 1.0}), "surplus: 5"),
    (lambda s: s.update({"neurons.0.w.1": math.nan}), r"not a finite number: neurons.0.w.1 = nan"),
    (lambda s: s.update({"neurons.0.w.1": -math.inf}), r"not a finite number: neurons.0.w.1 = -inf"),
    (lambda s: s.update({"neurons.0.w.1": "0.5"}), r"not a finite number: neurons.0.w.1 = '0.5'"),
    (lambda s: s.update({"neurons.1.b": None}), r"not a finite number: neurons.1.b = None"),
])
def test_a_state_that_does_not_fit_is_refused_by_name_and_changes_nothing(change, message):
    from nn import Layer
    layer = Layer(2, 2)
    before = layer.state_dict()
    state = {name: x + 1 for name, x in before.items()}
    change(state)
    with pytest.raises(ValueError, match=message):
        layer.load_state_dict(state)
    assert layer.state_dict() == before


@pytest.mark.parametrize(("state", "kind"), [
    (None, "NoneType"), ([("w.0", 1.0)], "list"), (1.0, "float"), ("w", "str")])
def test_a_state_that_is_no_dict_is_refused(state, kind):
    with pytest.raises(TypeError, match=rf"^a dict from state_dict\(\) is needed, not {kind!r}$"):
        Inner().load_state_dict(state)


def test_all_faults_of_a_state_are_named_at_once_and_long_lists_are_cut():
    model = MLP(2, [2, 1])
    with pytest.raises(ValueError, match=r"missing: layers.0.neurons.0.w.0, .* and 4 more; surplus: x$"):
        model.load_state_dict({"x": 1.0})


def test_numpy_numbers_are_numbers_in_a_state():
    inner = Inner()
    inner.load_state_dict({"w.0": np.float32(0.5)})
    assert inner.w[0].data == 0.5
    assert type(inner.w[0].data) is float


def test_a_network_can_be_copied_and_pickled_and_does_not_share_its_parameters():
    model = MLP(2, [3, 1], "tanh", seed=0)
    expected = model([0.5, -0.5]).data
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin([0.5, -0.5]).data == expected
        assert not set(twin.parameters()) & set(model.parameters())
        for p in twin.parameters():
            p.data = 0.0
        assert twin([0.5, -0.5]).data == 0.0
    assert model([0.5, -0.5]).data == expected


def test_a_module_says_how_many_parameters_it_has():
    assert repr(Inner()) == "Inner with 1 parameters"
