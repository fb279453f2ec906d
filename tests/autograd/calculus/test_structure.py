"""Numbers in lists, tuples, dicts and arrays: taken out in order, and others put into their places."""

import collections
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Dual, Formula, Value
from autograd.calculus.structure import is_number, numbers_in, numbers_like

Point = collections.namedtuple("Point", "x y")
STRUCTURES = st.recursive(
    st.floats(allow_nan=False) | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(max_size=2), inner, max_size=3) | st.tuples(inner, inner).map(Point._make), max_leaves=8)


@given(STRUCTURES)
def test_the_numbers_put_back_give_the_structure_again(structure):
    numbers, rebuild = numbers_in(structure)
    rebuilt = rebuild(numbers)
    assert all(type(x) is float for x in numbers)
    assert rebuilt == structure
    assert type(rebuilt) is type(structure) or isinstance(structure, int)
    assert numbers_like(structure, structure) == numbers


def test_named_tuples_keep_their_names():
    _, rebuild = numbers_in({"p": Point(1, [2])})
    p = rebuild([3.0, 4.0])["p"]
    assert (p.x, p.y) == (3.0, [4.0])


@pytest.mark.parametrize("array", [np.arange(3.0), np.arange(6).reshape(2, 3), np.ones((1, 2, 2), dtype=np.float32),
                                   np.array([True, False]), np.arange(6).reshape(2, 3).T, np.zeros((0, 2))])
def test_arrays_keep_their_shape(array):
    numbers, rebuild = numbers_in(array)
    assert numbers == array.ravel().tolist()
    again = rebuild([x + 0.5 for x in numbers])
    assert again.dtype == float
    np.testing.assert_array_equal(again, array + 0.5)


def test_arrays_of_values_are_of_objects_and_arrays_of_rows_get_a_dimension_more():
    x, y = Value(1.0), Dual(1.0, 2.0, 1)
    numbers, rebuild = numbers_in(np.array([x, 2]))
    assert numbers[0] is x
    assert numbers[1] == 2.0
    mixed = rebuild([3.0, y])
    assert mixed.dtype == object
    assert mixed[1] is y
    assert rebuild([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    matrix = rebuild([[x, 2.0], [3.0, 4.0]])
    assert matrix.shape == (2, 2)
    assert matrix[0, 0] is x


@pytest.mark.parametrize("single", [3, 2.5, True, np.float32(3), np.int64(3), np.array(3.0)])
def test_one_number_is_a_structure_of_its_own(single):
    numbers, rebuild = numbers_in(single)
    assert numbers == [float(single)]
    assert rebuild([7.0]) == 7.0
    assert is_number(single)


@pytest.mark.parametrize("reading", [Value(1.0) * 2, Dual(1.0, 0.0, 1), Formula("x")])
def test_a_reading_stays_what_it_is_also_in_an_array_of_no_dimension(reading, recwarn):
    for structure in (reading, np.array(reading)):
        numbers, rebuild = numbers_in(structure)
        assert numbers[0] is reading
        assert rebuild([7.0]) == 7.0
        assert is_number(structure)
    assert not recwarn.list


def test_other_mappings_become_dicts_in_their_own_order():
    numbers, rebuild = numbers_in(types.MappingProxyType({"b": 1, "a": (2, 3)}))
    assert numbers == [1.0, 2.0, 3.0]
    assert list(rebuild([4.0, 5.0, 6.0]).items()) == [("b", 4.0), ("a", (5.0, 6.0))]


@pytest.mark.parametrize("wrong", [None, "1", 1j, {1.0}, [1.0, None], {"a": "b"}, np.array(["a"]), np.array([1j]),
                                   range(2), object()])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(TypeError, match="a real number is needed, not '"):
        numbers_in(wrong)


def test_lists_dicts_and_arrays_are_not_one_number():
    assert not any(map(is_number, ([1.0], (), {}, np.ones(1), range(1))))


def test_a_dict_is_read_in_the_order_of_its_model():
    assert numbers_like({"a": 1, "b": [2, 3]}, {"b": (5, 6), "a": 4}) == [4.0, 5.0, 6.0]
    assert numbers_like([{"a": 1, "b": 2}], [{"b": 5, "a": 4}]) == [4.0, 5.0]
    assert numbers_like(np.ones((2, 2)), [1, 2, 3, 4]) == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(("model", "structure", "message"), [
    ([1, 2], [1], "2 numbers are needed, not 1"), (1.0, (1, 2), "1 numbers are needed, not 2"),
    ({"a": 1}, {"b": 1}, r"the keys \['a'\] are needed, not \['b'\]"),
    ([1, [2]], [[1, 2], []], "1 numbers are needed, not 2")])
def test_another_structure_than_the_model_is_refused(model, structure, message):
    with pytest.raises(ValueError, match=message):
        numbers_like(model, structure)
