"""Data sets: the points are where the formulas say, the same for the same seed."""

import json
import math
import random
import re
from pathlib import Path

import numpy as np
import pytest

from nn import datasets

REFERENCE = json.loads(Path(__file__).with_name("article_example.json").read_text(encoding="utf-8"))
DRAWN = [datasets.moons, datasets.circles, datasets.spiral]


def in_order(inputs, targets):
    return sorted((target, *row) for row, target in zip(inputs, targets, strict=True))


def test_xor_is_either_but_not_both():
    inputs, targets = datasets.xor()
    assert {(int(a), int(b)): t for (a, b), t in zip(inputs, targets, strict=True)} == {
        (a, b): a ^ b for a in (0, 1) for b in (0, 1)}


def test_article_is_the_four_rows_of_the_article():
    assert datasets.article() == (REFERENCE["inputs"], REFERENCE["targets"])


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 3, 10, 51])
@pytest.mark.parametrize(("ours", "theirs", "options"), [
    (datasets.moons, "make_moons", {}), (datasets.circles, "make_circles", {"factor": 0.5})])
def test_moons_and_circles_without_noise_are_those_of_scikit_learn(ours, theirs, options, n):
    import sklearn.datasets  # slow to import, and needed here alone

    points, kinds = getattr(sklearn.datasets, theirs)(n_samples=n, shuffle=False, noise=None, **options)
    expected = in_order(points.tolist(), kinds.tolist())
    got = in_order(*ours(n, noise=0.0, seed=0))
    assert [row[0] for row in got] == [row[0] for row in expected]
    for mine in got:  # sorting by rounded sines is fickle: look for each point
        assert min(math.dist(mine, other) for other in expected) < 1e-12
    for other in expected:
        assert min(math.dist(mine, other) for mine in got) < 1e-12


def test_the_inner_circle_has_the_radius_of_the_factor():
    inputs, targets = datasets.circles(40, noise=0.0, factor=0.25)
    assert [math.hypot(*row) for row in inputs] == pytest.approx([0.25 if kind else 1.0 for kind in targets])


def test_the_arms_of_a_spiral_wind_evenly_and_lie_opposite():
    inputs, targets = datasets.spiral(40, noise=0.0, turns=1.5)
    arms = [sorted((row for row, kind in zip(inputs, targets, strict=True) if kind == arm),
                   key=lambda row: math.hypot(*row)) for arm in (0, 1)]
    for place, ((x, y), (u, v)) in enumerate(zip(*arms, strict=True)):
        assert (u, v) == pytest.approx((-x, -y), abs=1e-12)
        assert math.hypot(x, y) == pytest.approx(place / 19, abs=1e-12)
    turned = np.unwrap([math.atan2(x, y) for x, y in arms[0][1:]])
    assert turned[-1] - turned[0] == pytest.approx(2 * math.pi * 1.5 * 18 / 19)


@pytest.mark.parametrize("draw", DRAWN)
def test_the_same_seed_gives_the_same_points_and_leaves_pythons_generator_alone(draw):
    before = random.getstate()
    assert draw(20, seed=1) == draw(20, seed=1) != draw(20, seed=2)
    assert draw(20) != draw(20)
    assert random.getstate() == before


@pytest.mark.parametrize("draw", DRAWN)
def test_both_classes_have_half_of_the_points_in_random_order(draw):
    inputs, targets = draw(101, seed=0)
    assert (targets.count(0), targets.count(1)) == (50, 51)
    assert targets not in (sorted(targets), sorted(targets, reverse=True))
    assert all(type(x) is float for row in inputs for x in row)


@pytest.mark.parametrize("draw", DRAWN)
def test_noise_is_normal_with_its_standard_deviation(draw):
    clean, _ = draw(2000, noise=0.0, seed=3)
    noisy, _ = draw(2000, noise=0.3, seed=3)  # the same generator, so the same order
    residuals = np.subtract(noisy, clean).reshape(-1)
    assert np.std(residuals) == pytest.approx(0.3, rel=0.05)
    assert abs(np.mean(residuals)) < 0.02
    assert np.mean(np.abs(residuals) < 0.3) == pytest.approx(0.6827, abs=0.02)


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"n": 1}, ValueError, "n, the number of points in 2 classes, needs to be at least 2, not 1"),
    ({"n": 2.5}, TypeError, "n, the number of points in 2 classes, needs to be a whole number, not 2.5"),
    ({"noise": -0.1}, ValueError, "noise needs to be finite and >= 0, not -0.1"),
    ({"noise": math.nan}, ValueError, "noise needs to be finite and >= 0, not nan"),
    ({"noise": "a lot"}, TypeError, "noise needs to be a number, not 'str'"),
])
def test_bad_arguments_are_refused(draw, arguments, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        draw(**arguments)


def test_bad_shapes_are_refused():
    for factor in (0, 1, -0.5):
        with pytest.raises(ValueError, match=f"factor needs to be finite and between 0 and 1, not {factor}"):
            datasets.circles(factor=factor)
    with pytest.raises(ValueError, match="turns needs to be finite and > 0, not inf"):
        datasets.spiral(turns=math.inf)
