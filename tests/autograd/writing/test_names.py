"""What nodes are called."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, draw, explain, sum, topological_order
from autograd.writing.names import given_names, names_of


def names(output, given=None):
    order = topological_order(output)
    found = names_of(order, given or {}, order[-1:])
    return [found[node] for node in order if not node.constant]


def test_labels_are_names_and_the_rest_is_numbered():
    a = Value(1.0, "a")
    assert names((a * 2 + Value(3.0)) * a) == ["a", "v1", "v2", "v3", "L"]


def test_names_that_are_taken_are_not_given_again():
    twins = [Value(1.0, "a"), Value(1.0, "a"), Value(1.0, "a_2"), Value(1.0, "v1"), Value(1.0)]
    assert names(sum(twins) * 1.0) == ["a", "a_3", "a_2", "v1", "v2", "v3", "L"]
    loss = Value(2.0, "L") * 3.0
    assert names(loss) == ["L", "y"]
    assert names((Value(1.0, "L") + Value(1.0, "y")) * 1.0)[-1] == "output"
    assert names(sum([Value(1.0, "L"), Value(1.0, "y"), Value(1.0, "output")]) * 1.0)[-1] == "L_2"


def test_many_equal_labels_are_numbered_in_one_go(monkeypatch):
    """However many there are, each asks only once or twice whether a name is free."""
    count, asked = 20_000, itertools.count()

    class Asked(set[str]):
        def __contains__(self, name: object) -> bool:
            assert next(asked) < 4 * count
            return super().__contains__(name)

    monkeypatch.setattr("autograd.writing.names.set", Asked, raising=False)
    found = names(sum([Value(1.0, "a") for _ in range(count)]))
    assert found == ["a", *(f"a_{number}" for number in range(2, count + 1)), "L"]
    assert next(asked) > count  # it was this that was asked


@given(st.lists(st.text(max_size=60) | st.sampled_from(["v1", "L", "y", "a", "a_2", ""]), min_size=1, max_size=8))
def test_names_are_unique_readable_and_not_empty(labels):
    found = names(sum([Value(1.0, label) for label in labels]))
    assert len(set(found)) == len(found)
    assert all(name and name.isprintable() and name == name.strip() and len(name) <= 45 for name in found)


@pytest.mark.parametrize(("label", "name"), [
    ("a\n b\0c", "a b c"), ("x" * 50, "x" * 39 + "…"), ("2.5", "“2.5”"), ("-1e-3", "“-1e-3”"), ("1st", "1st")])
def test_labels_are_made_readable(label, name):
    assert names(Value(1.0, label)) == [name]


def test_names_may_come_from_a_module_or_a_dict():
    model = nn.Layer(1, 2, seed=0)
    assert list(given_names(model).values()) == ["neurons.0.w.0", "neurons.0.b", "neurons.1.w.0", "neurons.1.b"]
    a = Value(1.0, "label")
    assert given_names({"weight": a}) == given_names({a: "weight"}) == {a: "weight"}
    assert given_names({"net": model, "a": a})[model.neurons[1].b] == "net.neurons.1.b"
    assert given_names(None) == {}
    assert str(explain(a * 2, names={"weight": a})[0]) == "weight = 1.0"


def test_pictures_take_the_same_names_as_explanations():
    a = Value(1.0)
    assert "parameter weight" in draw(a * 2, names={a: "weight"}).source


@pytest.mark.parametrize(("wrong", "message"), [
    ([1], "a Module or a dict of Values and Modules by name, not 'list'"),
    ({"a": 1.0}, r"names\['a'\] is neither a Value nor a Module, but 'float'")])
def test_other_names_are_refused(wrong, message):
    for reading in (explain, draw):
        with pytest.raises(TypeError, match=message):
            reading(Value(1.0), names=wrong)
