"""What is refused rather than frozen, and what is told apart though it looks the same."""

import math
import threading

import numpy as np
import pytest

from autograd import (
    RecordingError,
    Value,
    arctan2,
    compile,
    no_grad,
    relu,
    step,
    tanh,
    value_and_grad,
    where,
)


# -0.0 and 0.0 are one key of lru_cache (register.body), and one number of a set (program._arguments: `same`).
@pytest.mark.parametrize("numbers", [(0.0, -0.0), (-0.0, 0.0)])
def test_constants_keep_the_sign_of_zero(numbers):
    for zero in numbers:
        assert compile(lambda x, zero=zero: arctan2(zero, x))(-1.0) == math.copysign(math.pi, zero)
    several = compile(lambda x: [arctan2(zero, x) for zero in numbers])
    assert several(-1.0) == [math.copysign(math.pi, zero) for zero in numbers]
    assert [math.copysign(1.0, compile(lambda x, zero=zero: x * zero)(2.0)) for zero in numbers] == [
        math.copysign(1.0, zero) for zero in numbers]


# What comes in is not checked: nan and inf give numbers, by way of choices, kinks, limits and constants.
@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("function", [lambda x: x, abs, relu, tanh, lambda x: 3.0, step,
                                      lambda x: where(x > 0, 1.0, 0.0)])
def test_what_is_not_finite_is_refused_where_it_comes_in(function, x):
    with pytest.raises(ValueError, match="finite") as right:
        value_and_grad(function)(x)
    compiled = compile(function)
    for call in (lambda: compiled(x), lambda: compiled.grad(x), lambda: compiled.batch(np.array([1.0, x])),
                 lambda: compiled.batch_gradients(np.array([1.0, x]))):
        with pytest.raises(type(right.value), match="finite"):
            call()


# A function that is first called inside no_grad() is recorded without gradients, for good.
def test_the_first_call_inside_no_grad_does_not_cost_the_gradient():
    compiled = compile(lambda x: x * x)
    with no_grad():
        assert compiled(2.0) == 4.0
    assert compiled.grad(3.0) == 6.0


def test_a_gradient_inside_no_grad_is_that_of_grad():
    with no_grad():
        assert compile(lambda x: x * x).grad(3.0) == 6.0


# What a function asks a Value from outside, or calculates of it inside no_grad(), is frozen without a word, unless.
#    that Value takes part in the graph of that very call (only those are recorded anew in the second pass)
W = Value(2.0)
ASKING = [lambda x: x if W > 0 else -x, lambda x: W.data * x, lambda x: float(W) * x,
          lambda x: where(W > 0, lambda: U * x, lambda: (U if U.data > 0 else x) * x)]
READING = [lambda x: where(W > 0, x, -x), lambda x: where(W > 0, W * x, -x), lambda x: where(W > 0, -x, W * x),
           lambda x: where(W >= 2, lambda: x * U, lambda: x)]
U = Value(3.0)


def unrecorded(x):
    with no_grad():
        double = W * 2
    return double * x


@pytest.mark.parametrize("function", [*READING, unrecorded])
def test_outer_values_are_read_anew_in_whatever_they_take_part(function):
    W.data = 2.0
    compiled = compile(function)
    for number in (2.0, -3.0, 1.0):
        W.data = number
        assert compiled(1.5) == float(function(Value(1.5)))


@pytest.mark.parametrize("function", ASKING)
def test_a_question_to_any_outer_value_is_refused(function):
    W.data = 2.0
    with pytest.raises(RecordingError):
        compile(function)(1.0)


# While one thread records, another one that reads the same Value gets a RecordingError, in its own innocent code.
def test_other_threads_may_read_the_same_value_while_one_records():
    w, wrong, stop, inside = Value(2.0), [], threading.Event(), threading.Event()

    def read():
        inside.wait(5)
        while not stop.is_set():
            try:
                assert w.data == 2.0
            except RecordingError as error:
                wrong.append(error)
                return

    def slowly(x):
        inside.set()
        stop.wait(0.1)
        return w * x

    thread = threading.Thread(target=read)
    thread.start()
    assert compile(slowly)(3.0) == 6.0
    stop.set()
    thread.join()
    assert not wrong


# An input given twice, or a Value that is constant, as inputs of a graph: accepted, and the first is ignored.
def test_an_input_of_a_graph_that_is_given_twice_is_refused():
    x = Value(2.0)
    with pytest.raises((TypeError, ValueError), match="twice"):
        compile(x * x, inputs=[x, x])
