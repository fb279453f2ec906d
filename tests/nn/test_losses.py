"""Losses: PyTorch's numbers and gradients, one Value for a batch, and a clear word about what does not fit."""

import math
import re

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, formula, grad, jvp, topological_order
from nn import binary_cross_entropy, cross_entropy, hinge, mean_squared_error


def torch_hinge(p, t):
    return torch.clamp(1 - t * p, min=0).mean()


def with_logits(p, t):
    return binary_cross_entropy(p, t, from_logits=True)


F = torch.nn.functional
scores = st.floats(-50, 50)
probabilities = st.floats(1e-6, 1 - 1e-6)
# Each with what a prediction's gradient is the sum of, in absolute values: if those cancel, neither we nor PyTorch have
# all digits of what is left.
LOSSES = [
    (mean_squared_error, F.mse_loss, scores, scores, lambda p, t: 2 * abs(p) + 2 * abs(t)),
    (hinge, torch_hinge, scores, st.sampled_from([-1, 1]), lambda p, t: 1.0),
    (binary_cross_entropy, F.binary_cross_entropy, probabilities, st.floats(0, 1),
     lambda p, t: t / p + (1 - t) / (1 - p)),
    (binary_cross_entropy, F.binary_cross_entropy, probabilities, st.sampled_from([0, 1]), lambda p, t: 1.0),
    (with_logits, F.binary_cross_entropy_with_logits, scores, st.floats(0, 1), lambda p, t: 1 + t),
]


def agree(loss, torch_loss, predictions, targets, contributions, target_type=torch.float64):
    """Value and gradients are those of PyTorch, relative to what they are the sums of."""
    leaves = [Value(x) for x in np.ravel(predictions)]
    rows = np.reshape(np.array(leaves, dtype=object), np.shape(predictions)).tolist()
    tensor = torch.tensor(predictions, dtype=torch.float64, requires_grad=True)
    expected = torch_loss(tensor, torch.tensor(targets, dtype=target_type))
    expected.backward()
    output = loss(rows, targets)
    output.backward()
    assert type(output) is Value
    assert output.data == pytest.approx(expected.item(), rel=1e-12, abs=1e-15 * max(1, np.abs(predictions).max()))
    for leaf, gradient, contribution in zip(leaves, tensor.grad.reshape(-1).tolist(), contributions, strict=True):
        assert leaf.grad == pytest.approx(gradient, rel=1e-12, abs=1e-14 * contribution)


@pytest.mark.parametrize(("loss", "torch_loss", "prediction", "target", "contribution"), LOSSES)
@given(data=st.data())
def test_value_and_gradient_are_those_of_pytorch(loss, torch_loss, prediction, target, contribution, data):
    pairs = data.draw(st.lists(st.tuples(prediction, target), min_size=1, max_size=8))
    predictions, targets = map(list, zip(*pairs, strict=True))
    if loss is hinge and any(t * p == 1 for p, t in pairs):
        return  # at the kink torch.clamp hands on the gradient, and relu does not
    agree(loss, torch_loss, predictions, targets, [contribution(*pair) / len(pairs) for pair in pairs])


@given(st.integers(2, 5).flatmap(lambda size: st.lists(
    st.tuples(st.lists(scores, min_size=size, max_size=size), st.integers(0, size - 1)), min_size=1, max_size=6)))
def test_cross_entropy_is_that_of_pytorch(samples):
    rows, classes = map(list, zip(*samples, strict=True))
    agree(cross_entropy, F.cross_entropy, rows, classes, [2 / len(rows)] * len(rows) * len(rows[0]), torch.int64)


@given(scores)
def test_the_loss_of_a_logit_has_all_its_digits_where_that_of_pytorch_has_not(score):
    assert with_logits(score, 0).data == pytest.approx(float(mpmath.log1p(mpmath.exp(score))), rel=1e-15)


def test_hinge_has_no_gradient_at_its_kink_as_relu():
    p = Value(1.0)
    hinge([p], [1]).backward()
    assert p.grad == 0.0


@pytest.mark.parametrize("size", [1e3, 1e4])
def test_cross_entropies_of_scores_do_not_overflow(size):
    agree(with_logits, F.binary_cross_entropy_with_logits, [size, -size, size, -size], [1, 1, 0, 0], [1] * 4)
    agree(cross_entropy, F.cross_entropy, [[size, -size], [-size, size]], [0, 0], [1] * 4, torch.int64)


def test_a_probability_that_is_certain_and_right_has_no_loss():
    assert binary_cross_entropy([1.0, Value(0.0)], [1, 0]).data == 0.0


@pytest.mark.parametrize(("p", "t"), [(0.0, 1), (1.0, 0), (1.0, 0.5)])
def test_a_probability_that_is_certain_and_wrong_is_a_domain_error(p, t):
    with pytest.raises(ValueError, match=r"log(1p)?\(x\) needs x > (0|-1)"):
        binary_cross_entropy([Value(p)], [t])


def test_rows_of_several_outputs_are_averaged_over_all_numbers():
    predictions, targets = [[1.0, 2.0], [3.0, 5.0], [0.0, 0.0]], [[0.0, 2.5], [1.0, 1.0], [1.0, -1.0]]
    agree(mean_squared_error, F.mse_loss, predictions, targets, [0.0] * 6)


@pytest.mark.parametrize(("predictions", "targets"), [
    (0.5, 2), (Value(0.5), 2), ([0.5], [2]), ((0.5,), (2,)), (np.array([0.5]), np.array([2])),
    (np.array([Value(0.5)], dtype=object), [Value(2.0)]), (np.float64(0.5), np.array(2.0)),
    ((x for x in [0.5]), range(2, 3)),
])
def test_predictions_and_targets_may_be_numbers_values_lists_and_arrays(predictions, targets):
    output = mean_squared_error(predictions, targets)
    assert isinstance(output, Value)
    assert output.data == 2.25


def test_a_single_row_of_scores_needs_a_single_class():
    assert cross_entropy([1.0, 2.0, 3.0], 2).data == pytest.approx(math.log1p(math.exp(-1) + math.exp(-2)), rel=1e-15)


def test_classes_may_be_any_whole_numbers():
    expected = cross_entropy([[1.0, 2.0], [0.5, 0.0]], [1, 0]).data
    for classes in ([1.0, 0.0], np.array([1, 0]), [Value(1.0), Value(0.0)], [True, False]):
        assert cross_entropy(np.array([[1.0, 2.0], [0.5, 0.0]]), classes).data == expected


def test_a_target_that_is_a_value_has_its_gradient():
    t = Value(1.0)
    binary_cross_entropy(0.25, t).backward()
    assert t.grad == pytest.approx(math.log(0.75) - math.log(0.25), rel=1e-15)
    assert jvp(lambda t: binary_cross_entropy(0.25, t), 1.0, 1.0)[1] == pytest.approx(t.grad, rel=1e-15)


def test_a_loss_of_numbers_alone_is_a_value_too():
    output = hinge([0.5, -2.0], [1, -1])
    assert isinstance(output, Value)
    assert output.data == 0.25


def test_a_loss_can_be_differentiated_as_a_function_and_written_down():
    assert grad(lambda p: mean_squared_error(p, [1.0, 2.0]))([3.0, 5.0]) == [2.0, 3.0]
    assert formula(lambda p: hinge(p, 1)).text == "ReLU(1 - p)"


def test_a_batch_is_summed_up_in_one_node():
    nodes = topological_order(mean_squared_error([Value(float(i)) for i in range(100)], [0.0] * 100))
    assert [node.op.name for node in nodes if node.op].count("sum") == 1


# ---- What does not fit -------------------------------------------------------------------------------------------

ALL = [mean_squared_error, hinge, binary_cross_entropy, with_logits]


@pytest.mark.parametrize("loss", [*ALL, cross_entropy])
def test_an_empty_batch_is_refused(loss):
    with pytest.raises(ValueError, match="at least 1 prediction, not 0"):
        loss([], [])


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize(("predictions", "targets", "message"), [
    ([0.5, 0.5, 0.5], [1, 1], "3 predictions need as many targets, not 2"),
    ([0.5], np.array([1, 1]), "1 predictions need as many targets, not 2"),
    ([[0.5, 0.5], [0.5]], [[1, 1], [1, 1]], "1 predictions need as many targets, not 2"),
    (0.5, [1], "of the same shape are needed, not a number and a list"),
    ([[0.5]], [1], "of the same shape are needed, not a list and a number"),
])
def test_shapes_that_differ_are_refused_with_both_numbers(loss, predictions, targets, message):
    with pytest.raises(ValueError, match=message):
        loss(predictions, targets)


@pytest.mark.parametrize(("loss", "predictions", "targets", "message"), [
    (hinge, [0.5, 0.5], [1, 0], "target 1 is 0.0, where -1 or 1 is needed"),
    (hinge, [0.5], [Value(2.0)], "target 0 is 2.0, where -1 or 1 is needed"),
    (binary_cross_entropy, [0.5, 0.5], [1, -1], "target 1 is -1.0, where from 0 to 1 is needed"),
    (with_logits, [0.5], [1.5], "target 0 is 1.5, where from 0 to 1 is needed"),
    (binary_cross_entropy, [0.5, Value(1.5)], [1, 1], "probability 1 is 1.5, where from 0 to 1 is needed"),
    (cross_entropy, [[1, 2], [3, 4]], [0, 2], "class 1 is 2.0, where a whole number from 0 to 1 is needed"),
    (cross_entropy, [[1, 2]], [-1], "class 0 is -1.0, where a whole number from 0 to 1 is needed"),
    (cross_entropy, [[1, 2]], [0.5], "class 0 is 0.5, where a whole number from 0 to 1 is needed"),
    (cross_entropy, [[1, 2], [1, 2]], [0], "2 predictions need as many targets, not 1"),
    (cross_entropy, [[1, 2], [1, 2, 3]], [0, 0], "row 0 has 2, row 1 has 3"),
    (cross_entropy, [[1], [2]], [0, 0], "2 or more; row 0 has 1, row 0 has 1"),
    (cross_entropy, [1.0, 2.0], [0, 0], "2 or more; row 0 has 1, row 0 has 1"),
])
def test_targets_that_are_not_allowed_are_refused_with_their_numbers(loss, predictions, targets, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        loss(predictions, targets)


@pytest.mark.parametrize("loss", ALL)
def test_what_is_no_number_is_a_type_error(loss):
    with pytest.raises(TypeError):
        loss(["0.5"], [1])
    with pytest.raises(TypeError):
        loss([0.5], ["1"])


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("several", [{0.25, 0.75}, frozenset({0.25}), {0: 0.5}])
def test_sets_and_dicts_are_refused_for_they_have_no_order(loss, several):
    others = [0] * len(several)
    for predictions, targets in ((several, others), (others, several), ([several], [others]), ([others], [several])):
        with pytest.raises(TypeError, match=f"a list, tuple or array is needed, not {type(several).__name__!r}"):
            loss(predictions, targets)


@pytest.mark.parametrize(("predictions", "targets", "kind"), [
    ({(1.0, 2.0), (3.0, 4.0)}, [0, 1], "set"), ({0: [1.0, 2.0]}, [0], "dict"), ([{1.0, 2.0}], [0], "set"),
    ([[1.0, 2.0]], {0}, "set"), ([[1.0, 2.0]], {0: 0}, "dict")])
def test_scores_and_classes_in_sets_and_dicts_are_refused(predictions, targets, kind):
    with pytest.raises(TypeError, match=f"a list, tuple or array is needed, not {kind!r}"):
        cross_entropy(predictions, targets)


# ---- Class weights, and other means --------------------------------------------------------------------------------

REDUCTIONS = st.sampled_from(["mean", "sum"])


@given(st.integers(2, 5).flatmap(lambda size: st.tuples(
    st.lists(st.tuples(st.lists(scores, min_size=size, max_size=size), st.integers(0, size - 1)),
             min_size=1, max_size=6),
    st.lists(st.floats(0.1, 10), min_size=size, max_size=size))), REDUCTIONS)
def test_weights_of_classes_are_those_of_pytorch(drawn, reduction):
    samples, weight = drawn
    rows, classes = map(list, zip(*samples, strict=True))
    agree(lambda p, t: cross_entropy(p, t, weight, reduction=reduction),
          lambda p, t: F.cross_entropy(p, t, torch.tensor(weight, dtype=torch.float64), reduction=reduction),
          rows, classes, [20.0] * len(rows) * len(rows[0]), torch.int64)


@given(st.lists(st.tuples(scores, st.sampled_from([0, 1]) | st.floats(0, 1)), min_size=1, max_size=6),
       st.floats(0.1, 10), REDUCTIONS)
def test_the_weight_of_the_class_1_is_that_of_pytorch(pairs, weight, reduction):
    p, t = map(list, zip(*pairs, strict=True))
    pos_weight = torch.tensor(weight, dtype=torch.float64)
    agree(lambda p, t: binary_cross_entropy(p, t, True, weight, reduction=reduction),
          lambda p, t: F.binary_cross_entropy_with_logits(p, t, pos_weight=pos_weight, reduction=reduction),
          p, t, [1 + weight] * len(p))
    certain = [min(max(1 / (1 + math.exp(-x)), 1e-6), 1 - 1e-6) for x in p]
    agree(lambda p, t: binary_cross_entropy(p, t, False, weight, reduction=reduction),
          lambda p, t: F.binary_cross_entropy(p, t, 1 + (weight - 1) * t, reduction=reduction) if set(t.tolist()) <= {
              0.0, 1.0} else (-weight * t * p.log() - (1 - t) * (-p).log1p()).sum() / (
              len(t) if reduction == "mean" else 1),
          certain, t, [(1 + weight) / min(x, 1 - x) for x in certain])


def test_without_a_reduction_each_loss_is_given():
    rows, classes, weight = [[1.0, 2.0], [0.5, -1.0], [3.0, 3.0]], [0, 1, 1], [1.0, 4.0]
    expected = F.cross_entropy(torch.tensor(rows, dtype=torch.float64), torch.tensor(classes),
                               torch.tensor(weight, dtype=torch.float64), reduction="none").tolist()
    found = cross_entropy(rows, classes, weight, reduction="none")
    assert [float(loss) for loss in found] == pytest.approx(expected, rel=1e-12)
    assert float(cross_entropy(rows[0], 0, weight, reduction="none")) == pytest.approx(expected[0], rel=1e-12)
    with_values = cross_entropy([[Value(x) for x in row] for row in rows], classes, reduction="none")
    assert [type(loss) for loss in with_values] == [Value] * 3
    assert binary_cross_entropy(0.5, 1, reduction="none") == pytest.approx(math.log(2), rel=1e-15)


def test_the_scores_of_sequences_count_as_if_they_stood_in_one_list():
    rows = np.random.default_rng(1).normal(size=(2, 3, 4))
    classes = [[0, 3, 1], [2, 2, 0]]
    expected = F.cross_entropy(torch.tensor(rows).reshape(6, 4), torch.tensor(classes).reshape(6)).item()
    for given_rows, given_classes in ((rows.tolist(), classes), (rows, np.array(classes))):
        assert cross_entropy(given_rows, given_classes).data == pytest.approx(expected, rel=1e-12)
    assert cross_entropy(rows[0].tolist(), classes[0]).data == cross_entropy([rows[0].tolist()], [classes[0]]).data


@pytest.mark.parametrize(("call", "message"), [
    (lambda: cross_entropy([[1.0, 2.0]], [0], [1.0]), "weight: 2 numbers are needed, not 1"),
    (lambda: cross_entropy([[1.0, 2.0]], [0], [1.0, -1.0]), "the weight of class 1 is -1.0, where one >= 0 is needed"),
    (lambda: cross_entropy([[1.0, 2.0]], [0], reduction="total"), "reduction is 'mean', 'sum' or 'none', not 'total'"),
    (lambda: binary_cross_entropy([0.5], [1], pos_weight=-1.0), "pos_weight needs to be finite and >= 0, not -1.0"),
    (lambda: cross_entropy([[[1.0, 2.0]], [1.0, 2.0]], [[0], 0]), "sequences of classes, not both"),
    (lambda: cross_entropy([[[1.0, 2.0]] * 2], [[0]]), "2 predictions need as many targets, not 1"),
    (lambda: cross_entropy([[1.0, 2.0]], [0], [0.0, 1.0]), "the weights of the classes of all targets are 0")])
def test_weights_and_sequences_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
