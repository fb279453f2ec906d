"""Many samples at once give what each of them gives alone, whatever their number and however they lie in memory."""

import math
import re
from collections import namedtuple

import numpy as np
import pytest

from autograd import Value, compile, dot, exp, grad, log, logsumexp, sin, sqrt, tanh, value_and_grad, where
from tests.support.compiling import assert_near, outcome, recorded

SIZES = [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 63, 1000]
Pair = namedtuple("Pair", "x y")
WEIGHTS = [Value(0.3), Value(-1.1), Value(0.7)]


def network(v):
    hidden = [tanh(dot(v, WEIGHTS) + bias) for bias in (0.1, -0.2, 0.3, 0.4, -0.5)]
    return logsumexp(hidden) * sin(v[0]) + where(v[1] > 0, v[1] * v[2], exp(v[2]))


NETWORK = compile(network)
LOG = compile(log)


def samples(count, width=3):
    return np.random.default_rng(count).uniform(-2.0, 2.0, (count, width))


@pytest.mark.parametrize("count", SIZES)
def test_every_sample_gives_what_it_gives_alone(count):
    rows = samples(count)
    found, slopes = NETWORK.batch(rows), NETWORK.batch_gradients(rows)
    assert found.shape == (count,)
    assert slopes.shape == (count, 3)
    assert found.dtype == slopes.dtype == float
    for row in {*range(min(count, 20)), *range(max(0, count - 20), count)}:
        y, right = recorded(lambda *v: network(v), rows[row].tolist())
        assert_near(found[row], y)
        for x, slope in zip(slopes[row], right, strict=True):
            assert_near(x, slope)


@pytest.mark.parametrize("count", SIZES)
def test_two_arrays_of_numbers(count):
    x, y = np.linspace(0.5, 2.0, count), np.linspace(-1.0, 1.0, count)
    compiled = compile(lambda x, y: x * y + x, argument=(0, 1))
    assert (compiled.batch(x, y) == x * y + x).all()
    first, second = compiled.batch_gradients(x, y)
    assert (first == y + 1).all()
    assert (second == x).all()


ROWS = np.arange(60.0).reshape(20, 3) / 7
PRODUCT = compile(lambda v: v[0] * 3 + v[1] * v[2])


@pytest.mark.parametrize("rows", [
    ROWS, ROWS[::2], ROWS[::-1], ROWS[:, ::-1], ROWS[::-3, ::-1], np.asfortranarray(ROWS),
    np.ascontiguousarray(ROWS.T).T,
    np.repeat(ROWS, 2, axis=1)[:, ::2], np.broadcast_to(ROWS[3], (9, 3)), np.hstack([ROWS, ROWS])[:, 1:4],
    ROWS.astype("f4"), ROWS.astype(">f8"), ROWS.round().astype("i8"), ROWS > 1, ROWS.tolist(),
    ROWS.astype("f4")[::2, ::-1],
    np.frombuffer(b"." + ROWS.tobytes(), dtype=float, offset=1).reshape(20, 3),
    ], ids=range(17))
def test_arrays_may_lie_in_memory_in_any_way(rows):
    compiled = PRODUCT
    right = np.array(rows, dtype=float)
    assert compiled.batch(rows) == pytest.approx(right[:, 0] * 3 + right[:, 1] * right[:, 2], rel=1e-15)
    assert (compiled.batch_gradients(rows) == np.stack([np.full(len(right), 3.0), right[:, 2], right[:, 1]], 1)).all()


def test_a_field_of_records():
    records = np.zeros(17, dtype=[("a", "i4"), ("b", "f8")])  # 12 bytes apart
    records["b"] = np.arange(17)
    assert (compile(lambda x: x * x).batch(records["b"]) == np.arange(17.0) ** 2).all()


def test_a_column_is_read_where_it_lies():
    assert (compile(lambda x: x * x).batch(ROWS[:, 1]) == ROWS[:, 1] ** 2).all()


def test_the_samples_are_not_changed():
    rows = samples(20)
    before = rows.copy()
    NETWORK.batch(rows)
    NETWORK.batch_gradients(rows)
    assert (rows == before).all()


class TestOut:
    """Where the results are written."""

    def test_it_is_written_into_and_returned(self):
        x, out = np.arange(17.0), np.full(17, np.nan)
        assert compile(lambda x: x * 2).batch(x, out=out) is out
        assert (out == 2 * x).all()

    @pytest.mark.parametrize("make", [lambda: np.empty(20)[::2], lambda: np.empty(10, dtype="f4"),
                                      lambda: np.empty((10, 2))[:, 1], lambda: np.empty(10, dtype=">f8"),
                                      lambda: np.empty(10)[::-1]])
    def test_it_may_lie_in_memory_in_any_way(self, make):
        out = make()
        assert compile(lambda x: x * 2).batch(np.arange(10.0), out=out) is out
        assert (out == 2 * np.arange(10.0)).all()

    def test_it_may_be_the_samples_themselves(self):
        x = np.arange(40.0)
        compile(lambda x: x * x + 1).batch(x, out=x)
        assert (x == np.arange(40.0) ** 2 + 1).all()

    def test_it_may_overlap_with_the_samples(self):
        x = np.arange(41.0)
        compile(lambda x: x * x).batch(x[:-1], out=x[1:])
        assert (x[1:] == np.arange(40.0) ** 2).all()

    def test_it_is_not_written_into_if_that_is_forbidden(self):
        out = np.zeros(3)
        out.flags.writeable = False
        with pytest.raises(ValueError, match="read-only"):
            compile(lambda x: x + 1).batch(np.arange(3.0), out=out)
        assert (out == 0).all()

    @pytest.mark.parametrize("shape", [4, 2, (3, 2)])
    def test_another_size_is_refused(self, shape):
        with pytest.raises(ValueError, match="shape"):
            compile(lambda x: x + 1).batch(np.arange(3.0), out=np.zeros(shape))

    def test_an_array_of_results(self):
        out = np.empty((5, 2))
        rows = samples(5, 2)
        assert compile(lambda a: a * 2).batch(rows, out=out) is out
        assert (out == 2 * rows).all()


class TestStructures:
    """Samples, and what comes out, in lists, tuples and dicts."""

    def test_a_dict_of_arrays(self):
        point = {"x": np.arange(9.0), "v": samples(9)}
        compiled = compile(lambda d: d["x"] * d["v"][1])
        assert (compiled.batch(point) == point["x"] * point["v"][:, 1]).all()
        slopes = compiled.batch_gradients(point)
        assert list(slopes) == ["x", "v"]
        assert (slopes["x"] == point["v"][:, 1]).all()
        assert (slopes["v"] == np.stack([np.zeros(9), point["x"], np.zeros(9)], 1)).all()

    @pytest.mark.parametrize("kind", [list, tuple, Pair._make])
    def test_a_list_of_arrays(self, kind):
        point = kind([np.arange(9.0), np.arange(9.0) + 1])
        compiled = compile(lambda p: p[0] * p[1])
        assert (compiled.batch(point) == point[0] * point[1]).all()
        slopes = compiled.batch_gradients(point)
        assert type(slopes) is type(point)
        assert (slopes[0] == point[1]).all()
        assert (slopes[1] == point[0]).all()

    def test_nested_structures(self):
        point = {"p": (np.arange(4.0), {"q": samples(4, 2)}), "r": [np.ones(4)]}
        compiled = compile(lambda d, x: (d["p"][0] + d["p"][1]["q"][0]) * d["r"][0] * x, argument=(1, 0))
        right = point["p"][0] + point["p"][1]["q"][:, 0]
        assert (compiled.batch(point, np.full(4, 3.0)) == right * 3).all()
        of_x, of_d = compiled.batch_gradients(point, np.full(4, 3.0))
        assert (of_x == right).all()
        assert (of_d["p"][1]["q"] == [3.0, 0.0]).all()

    def test_samples_of_two_axes(self):
        matrices = np.arange(24.0).reshape(4, 2, 3)
        compiled = compile(lambda a: (a * a).sum())
        assert (compiled.batch(matrices) == (matrices ** 2).sum(axis=(1, 2))).all()
        assert (compiled.batch_gradients(matrices) == 2 * matrices).all()
        assert (compile(lambda a: a.T * 2).batch(matrices) == 2 * matrices.transpose(0, 2, 1)).all()

    def test_results_in_a_structure(self):
        x = np.arange(17.0)
        found = compile(lambda x: {"a": [x, (x * x, 3.0)], "p": Pair(x + 1, x)}).batch(x)
        assert (found["a"][0] == x).all()
        assert (found["a"][1][0] == x * x).all()
        assert (found["a"][1][1] == 3.0).all()
        assert type(found["p"]) is Pair
        assert (found["p"].x == x + 1).all()

    def test_samples_without_numbers(self):
        assert (compile(lambda v: 1 + sum(v)).batch(np.ones((3, 0))) == 1.0).all()
        assert compile(lambda v: 1.0).batch_gradients(np.ones((3, 0))).shape == (3, 0)


class TestRefusals:
    """What is no batch, or holds a sample that has no result."""

    def test_one_number(self):
        with pytest.raises(ValueError, match="leading axis"):
            compile(lambda x: x).batch(3.0)

    def test_nothing(self):
        with pytest.raises(ValueError, match="at least one array"):
            compile(lambda x: x).batch()

    def test_arrays_of_different_lengths(self):
        with pytest.raises(ValueError, match="not of 3 and 4"):
            compile(lambda x, y: x * y).batch(np.ones(3), np.ones(4))

    @pytest.mark.parametrize("count", [1, 3, 16, 17, 1000])
    def test_an_error_names_the_row(self, count):
        for row in {0, count // 2, count - 1}:
            x = np.ones(count)
            x[row] = -1.0
            kind, words = outcome(lambda: value_and_grad(log)(-1.0))
            for call in (LOG.batch, LOG.batch_gradients) if count < 20 else (LOG.batch,):
                with pytest.raises(kind, match=re.escape(words) + rf"\n  in row {row} of the batch$"):
                    call(x)

    def test_the_first_of_several_rows_is_named(self):
        with pytest.raises(ValueError, match="in row 5 of the batch"):
            compile(log).batch(np.where(np.arange(20) < 5, 1.0, -1.0))

    def test_a_derivative_that_does_not_exist_names_the_row(self):
        x = np.array([1.0, 4.0, 0.0])
        assert (compile(sqrt).batch(x) == [1.0, 2.0, 0.0]).all()
        kind, words = outcome(lambda: grad(sqrt)(0.0))
        with pytest.raises(kind, match=re.escape(words) + "\n  in row 2"):
            compile(sqrt).batch_gradients(x)

    def test_without_checks_the_other_rows_are_right(self):
        found = compile(log, checks=False).batch(np.array([1.0, 2.0, 4.0])).tolist()
        assert found == [0.0, math.log(2.0), math.log(4.0)]

    def test_branches_that_are_not_chosen_do_not_matter(self):
        function = lambda x: where(x > 0, lambda: log(x), lambda: x * 2)
        x = np.array([-1.0, 0.0, 1.0, 4.0] * 5)
        right = [value_and_grad(function)(each) for each in x]
        assert compile(function).batch(x) == pytest.approx([y for y, _ in right], rel=1e-15)
        assert compile(function).batch_gradients(x) == pytest.approx([slope for _, slope in right], rel=1e-15)
