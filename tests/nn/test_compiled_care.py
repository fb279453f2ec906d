"""Compiled training that is interrupted, copied, or given what it must not be given."""

import copy
import pickle
import textwrap

import pytest

import nn
from autograd import RecordingError, Value, exp, log, no_grad, sqrt, where
from nn import SGD
from tests.support.processes import run_python
from tests.support.training import XOR, network

pytestmark = pytest.mark.slow  # a program is compiled in each test

X, Y = [1.0, 2.0, 3.0], [0.0, 1.0, 2.0]


# A. Ctrl-C arrives when machine code returns: the steps of that chunk are in the parameters, not in count and losses.
#    (The test in test_compiled_errors passes because XOR has converged by then. Here w counts the steps.)
CTRL_C = """
    import os, signal, threading
    import numpy as np, nn
    from autograd import Value
    signal.signal(signal.SIGINT, signal.default_int_handler)
    w = Value(0.0)
    optimizer = nn.SGD([w], 1.0)
    training = nn.compile(lambda x: w * x, lambda p, t: -p[0], optimizer)
    data = np.ones(2048), np.zeros(2048)
    training.step(*data)
    threading.Timer(DELAY, os.kill, (os.getpid(), signal.SIGINT)).start()
    losses = training.run(*data, 10**7, progress=False)
    print(w.data == optimizer.count == len(losses) + 1, w.data, optimizer.count, len(losses))
"""


@pytest.mark.parametrize("delay", [0.05, 0.2])
def test_ctrl_c_leaves_parameters_count_and_losses_of_the_same_step(delay):
    result = run_python("-c", textwrap.dedent(CTRL_C).replace("DELAY", str(delay)))
    assert result.stdout.startswith("True"), result.stdout + result.stderr


# B. 0 · inf in a branch that is not chosen stops training: "step 1 overflows", though eager training goes on
@pytest.mark.parametrize(("function", "x"), [
    (lambda y: where(y > 0, lambda: sqrt(y), 0.0), [0.0, 1.0]),
    (lambda y: where(y > 0, lambda: log(y), 0.0), [-1.0, 0.0, 2.0]),
    (lambda y: where(y, lambda: 1 / y, 0.0), [0.0, 1.0]), (lambda y: where(y < 1, lambda: exp(y), 0.5), [0.0, 1000.0])])
def test_a_branch_that_is_not_chosen_does_not_stop_training(function, x):
    w, twin = Value(1.0), Value(1.0)
    loss = nn.compile(lambda v: function(w * v), nn.mean_squared_error, SGD([w], 0.1)).step(x, [0.25] * len(x))
    eager = SGD([twin], 0.1)
    right = nn.mean_squared_error([function(twin * v) for v in x], [0.25] * len(x))
    right.backward()
    eager.step()
    assert loss == pytest.approx(right.data, rel=1e-14)
    assert w.data == pytest.approx(twin.data, rel=1e-14)


# C. a question to a parameter that is deferred (a training ran before), or to a frozen Value, is answered, and frozen
@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_question_to_a_parameter_is_refused_whatever_ran_before(is_frozen):
    w, u = Value(2.0), Value(3.0)
    nn.compile(lambda x: w * x, nn.mean_squared_error, SGD([w], 0.01)).step(X, Y)
    asked = u if is_frozen else w
    with pytest.raises(RecordingError):
        nn.compile(lambda x: w * x if asked > 0 else -w * x, nn.mean_squared_error, SGD([w], 0.01)).step(X, Y)


@pytest.mark.parametrize("kind", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_an_optimizer_is_copied_after_compiled_steps(kind):
    model = network()
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9)
    training = nn.compile(model, nn.mean_squared_error, optimizer)
    training.step(*XOR)
    twin, others = kind((model, optimizer))
    expected = training.run(*XOR, 3, progress=False)
    assert nn.compile(twin, nn.mean_squared_error, others).run(*XOR, 3, progress=False) == expected


# E. the first step inside no_grad() (an evaluate before training, say) is refused as if the loss reached no parameter
def test_training_begins_inside_no_grad():
    w = Value(0.5)
    training = nn.compile(lambda x: w * x, nn.mean_squared_error, SGD([w], 0.1))
    with no_grad():
        before = training.evaluate(X, Y)
    assert training.step(X, Y) == pytest.approx(before)
    assert w.data != 0.5


# F. _check_targets: a DomainError of the first sample or target ends all checks, and the targets count as checked
def test_a_target_is_refused_though_the_first_sample_is_outside_of_a_domain():
    w = Value(0.5)
    training = nn.compile(lambda x: log(x) * w, nn.hinge, SGD([w], 0.1))
    with pytest.raises(ValueError, match="-1 or 1"):
        training.run([-1.0, 1.0, 2.0], [1.0, 0.5, 1.0], 1, batch_size=1, seed=1, progress=False)
    assert w.data == 0.5


def test_a_target_is_refused_though_another_one_is_far_from_its_prediction():
    w = Value(1.0)
    training = nn.compile(lambda x: w * 1.0 + 0 * x, nn.binary_cross_entropy, SGD([w], 0.1))
    with pytest.raises(ValueError, match="from 0 to 1"):
        training.step([1.0, -1.0], [0.0, 5.0])


# G. an array that is changed in place is not checked again


STRIKES = """
    import itertools, os, signal, threading, time
    import numpy as np, nn
    from autograd import Value
    signal.signal(signal.SIGINT, signal.default_int_handler)
    w = Value(0.0)
    optimizer = nn.SGD([w], 1.0, momentum=0.5)
    optimizer.momentum = 0.0
    training = nn.compile(lambda x: w * x, lambda p, t: -p[0], optimizer)
    batches = [(np.ones(n), np.zeros(n)) for n in (1, 2, 3)]
    for batch in batches:
        training.step(*batch)
    is_begun = is_over = False
    def strike():
        while not is_begun:  # the main thread may still be waiting for this one to start
            time.sleep(0.001)
        while not is_over:
            time.sleep(0.001)
            os.kill(os.getpid(), signal.SIGINT)
    strikes, wrong = 0, []
    thread = threading.Thread(target=strike)
    thread.start()
    while strikes < 200:
        try:
            is_begun = True
            for batch in itertools.cycle(batches):
                training.step(*batch)
        except KeyboardInterrupt:
            strikes += 1
            try:
                if w.data != optimizer.count:
                    wrong.append((w.data, optimizer.count))
            except KeyboardInterrupt:
                pass
    while not is_over:
        try:
            is_over = True
        except KeyboardInterrupt:
            pass
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    thread.join()
    print(wrong, w.data == optimizer.count > 1000)
"""


def test_ctrl_c_at_any_moment_leaves_parameters_and_count_of_the_same_step():
    result = run_python("-c", textwrap.dedent(STRIKES))
    assert result.stdout == "[] True\n", result.stdout + result.stderr
