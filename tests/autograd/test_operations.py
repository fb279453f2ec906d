"""Every row of the table gives the value and the derivatives that PyTorch gives, at kinks as well."""

import pytest
import torch
from hypothesis import given, settings

from autograd import Value, gradients, jvp, operations
from tests.support.oracle import EXPECTED, NAMES, arguments, expected, flat, tensor


def close(found, right, relative):
    return found == pytest.approx(right, rel=relative, abs=relative * 1e-5)


def test_the_oracle_covers_the_whole_table():
    assert sorted(operations) == NAMES
    for name, row in operations.items():
        assert len(EXPECTED[name].domain) == len(row.partials)


@pytest.mark.parametrize("name", NAMES)
def test_value_and_first_derivatives_are_those_of_pytorch(name):
    row = operations[name]

    @settings(max_examples=60)
    @given(arguments(name))
    def check(point):
        value, first, _ = expected(name, point)
        numbers, rebuild = flat(name, point)
        leaves = [Value(x) for x in numbers]
        output = row(*rebuild(*leaves))
        assert close(output.data, value, 1e-10)
        assert row(*rebuild(*numbers)) == output.data
        assert type(output.data) is float
        output.backward()
        assert close([leaf.grad for leaf in leaves], first, 1e-10)
        assert close([slope.data for slope in gradients(output, leaves)], first, 1e-10)
        for place, slope in enumerate(first):
            direction = tuple(float(place == other) for other in range(len(numbers)))
            assert close(jvp(lambda *new: row(*rebuild(*new)), tuple(numbers), direction), (value, slope), 1e-10)

    check()


@pytest.mark.parametrize("symbol", ["ReLU", "LeakyReLU", "ELU", "SiLU", "GELU"])
def test_an_activation_is_shown_by_the_name_of_its_module_in_pytorch(symbol):
    activation, = (row for row in operations.values() if row.symbol == symbol)
    for x in (-1.5, 0.0, 0.75, 2.0):
        assert activation(x) == pytest.approx(getattr(torch.nn, symbol)()(tensor(x)).item(), rel=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_second_derivatives_are_those_of_pytorch_in_any_mix_of_modes(name):
    row = operations[name]

    @settings(max_examples=60)
    @given(arguments(name, max_length=3))
    def check(point):
        _, _, second = expected(name, point)
        numbers, rebuild = flat(name, point)
        leaves = [Value(x) for x in numbers]
        for slope, right in zip(gradients(row(*rebuild(*leaves)), leaves), second):
            assert close([again.data for again in gradients(slope, leaves)], right, 1e-8)
        for place, right in enumerate(second):
            direction = tuple(float(place == other) for other in range(len(numbers)))

            def slope(*new, direction=direction):
                return jvp(lambda *x: row(*rebuild(*x)), new, direction)[1]

            assert close([jvp(slope, tuple(numbers), tuple(float(other == i) for i in range(len(numbers))))[1]
                          for other in range(len(numbers))], right, 1e-8)
            for leaf in leaves:
                leaf.grad = 0.0
            across = slope(*leaves)
            if isinstance(across, Value):
                across.backward()
            assert close([leaf.grad for leaf in leaves], right, 1e-8)

    check()
