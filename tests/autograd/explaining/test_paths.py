"""Paths: what is shown of them, and counting where there are too many. Their products are tested in test_flows.py."""

import math

import pytest

from autograd import Value, explain, topological_order
from tests.support.calculus import survey, used_twice


def test_paths_as_one_would_write_them():
    f = used_twice()
    explanation = explain(f)
    (x,) = explanation.graph.wrt
    assert str(explanation.paths(x)) == """\
2 paths from x to f
  x → t → f: ∂t/∂x#1·∂f/∂t = 3.0 × 1.0 = 3.0
  x → s → f: ∂s/∂x#2·∂f/∂s = 4.0 × 1.0 = 4.0
  ∂f/∂x = 3.0 + 4.0 = 7.0"""
    assert [path.names for path in explanation.paths(x)] == [("x", "t", "f"), ("x", "s", "f")]
    assert explanation.paths(x)[1].locals == (4.0, 1.0)


def test_a_long_path_is_shortened_between_two_steps():
    x = Value(2.0, "x")
    output = x
    for _ in range(30):
        output = -output
    assert str(explain(output).paths(x)).split("\n")[1].strip() == (
        "x → v1 → v2 → v3 → v4 → v5 → v6 → … → v25 → v26 → v27 → v28 → v29 → L:")


def test_an_output_has_one_path_to_itself():
    f = used_twice()
    paths = explain(f).paths(f)
    assert str(paths) == "1 path from f to f\n  f: ∂f/∂f = 1.0\n  ∂f/∂f = 1.0"
    assert paths[0].product == 1.0


@pytest.mark.parametrize(("doublings", "listed"), [(9, 512), (10, 0), (900, 0)])
def test_more_than_1000_paths_are_counted_and_not_walked(doublings, listed):
    x = Value(1e-3, "x")
    y = x
    for _ in range(doublings):
        y = y + y
    paths = explain(y).paths(x)
    assert paths.count == 2**doublings
    assert len(paths) == len(list(paths)) == listed
    assert math.isclose(paths.total, 2.0**doublings)
    if not listed:
        assert str(paths) == f"{2**doublings:,} paths from x to L, too many to list\n  " + paths.equation.text


def test_a_value_that_no_gradient_reaches_has_no_path():
    x, other = Value(2.0, "x"), Value(3.0, "other")
    from autograd import stop_gradient

    paths = explain(stop_gradient(x) * other).paths(x)
    assert (paths.count, len(paths), paths.total) == (0, 0, 0.0)
    assert str(paths) == "0 paths from x to L\n  ∂L/∂x = 0.0"


def test_paths_may_be_asked_for_where_derivatives_were_not():
    y = survey()
    x1, x2 = (node for node in topological_order(y) if node.op is None)
    assert explain(y, x1).paths(x2).total == pytest.approx(2 - math.cos(5))
    with pytest.raises(ValueError, match="not in the graph"):
        explain(y).paths(Value(1.0))
