"""No derivative with respect to a constant is ever calculated: it need not exist."""

import pytest

from autograd import Value, arctan2, constant, power, sqrt


@pytest.fixture(autouse=True)
def used_before() -> None:
    """The functions generated for a row are in use from its second call on."""
    for row in (power, sqrt, arctan2):
        row(*[Value(0.5) for _ in row.partials])


def test_a_constant_exponent_of_a_negative_number() -> None:
    x = Value(-2.0)
    (x ** constant(2.0)).backward()
    assert x.grad == -4.0


def test_a_constant_base_that_has_no_derivative() -> None:
    n = Value(2.0)
    (constant(0.0) ** n * n + n).backward()
    assert n.grad == 1.0


def test_constants_alone() -> None:
    x = Value(3.0)
    (sqrt(constant(0.0)) * x).backward()
    assert x.grad == 0.0
    (arctan2(constant(0.0), 0.0) * x).backward()
    assert x.grad == 0.0
    (arctan2(constant(0.0), constant(0.0)) * x).backward()
    assert x.grad == 0.0
