"""Random programs: many samples at once, and steps of training, give what the engine gives one by one."""

import random

import numpy as np
import pytest

import nn
from autograd import Value, compile
from tests.support.compiling import assert_near, recorded
from tests.support.random_programs import draw

pytestmark = pytest.mark.slow  # a program is compiled in each test

COUNTS = [1, 2, 3, 4, 5, 8, 15, 16, 17, 33]
KINKS = [0.0, -0.0, 0.3, 1.0]


class Drawn:
    """A program, and numbers: samples with inputs of their own, parameters, and Values and constants from outside."""

    def __init__(self, seed):
        generator = random.Random(seed)
        inputs, parameters, outer = generator.randint(1, 4), generator.randint(1, 9), generator.randint(0, 2)
        self.constants = [generator.choice([0.0, 1.0, -1.0, 2.0, 0.5, -0.3]) for _ in range(3)]
        self.layers = draw(generator, inputs + parameters + outer + len(self.constants))
        self.parameters = [generator.uniform(-1.0, 1.0) for _ in range(parameters)]
        self.outer = [generator.uniform(-1.0, 1.0) for _ in range(outer)]
        count = generator.choice(COUNTS)
        self.samples = np.array([[generator.choice([generator.uniform(-2.0, 2.0), generator.choice(KINKS)])
                                  for _ in range(inputs)] for _ in range(count)])
        self.targets = np.array([generator.uniform(-1.0, 1.0) for _ in range(count)])

    def model(self):
        """A function of one sample, and its parameters."""
        parameters, outer = [Value(x) for x in self.parameters], [Value(x) for x in self.outer]
        return lambda v: self.layers([*v, *parameters, *outer, *self.constants]), parameters


def check_batch(drawn):
    function, _ = drawn.model()
    compiled = compile(function)
    values, slopes = compiled.batch(drawn.samples), compiled.batch_gradients(drawn.samples)
    for row, value, found in zip(drawn.samples.tolist(), values, slopes, strict=True):
        y, right = recorded(lambda *v: function(v), row)
        assert_near(value, y)
        for x, slope in zip(found, right, strict=True):
            assert_near(x, slope)


def check_training(drawn):
    function, parameters = drawn.model()
    twin, others = drawn.model()
    optimizer, eager = (nn.SGD(p, 0.05, momentum=0.5) for p in (parameters, others))
    training = nn.compile(function, nn.mean_squared_error, optimizer)
    for _ in range(3):
        loss = nn.mean_squared_error([twin(row) for row in drawn.samples.tolist()], drawn.targets.tolist())
        eager.zero_grad()
        loss.backward()
        if not any(p.grad for p in others):
            return  # a program that no parameter reaches is refused, which has tests of its own
        eager.step()
        assert training.step(drawn.samples, drawn.targets) == pytest.approx(loss.data, rel=1e-12, abs=1e-14)
        for a, b in zip(parameters, others, strict=True):
            assert a.data == pytest.approx(b.data, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("seed", range(12))
def test_batches_of_random_programs(seed):
    check_batch(Drawn(seed))


@pytest.mark.parametrize("seed", range(12))
def test_training_of_random_programs(seed):
    check_training(Drawn(seed))


@pytest.mark.slow
def test_more_random_programs():
    for seed in range(100, 112):
        check_batch(Drawn(seed))
        check_training(Drawn(seed))
