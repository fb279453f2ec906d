"""A compiled function is kept, sent elsewhere, shared by threads and thrown away; and does without llvmlite."""

import math
import pickle
import sys
import threading
import time

import numpy as np
import pytest

from autograd import Value, compile, dot, exp, log, sin, tanh, value_and_grad
from tests.support.compiling import IS_WITHOUT_LLVM, NO_LLVM, needs_llvm
from tests.support.processes import ROOT, run_python


def wave(v, scale):
    return sin(v[0] * scale) * exp(v[1]) + tanh(dot(v, [0.5, -1.0]))


POINT = [0.3, -0.7], 1.5


def test_a_copy_does_what_the_original_does():
    compiled = compile(wave, argument=(0, 1))
    right = compiled.value_and_grad(*POINT)
    again = pickle.loads(pickle.dumps(compiled))
    assert again.value_and_grad(*POINT) == right
    assert again.__name__ == "wave"
    assert again.listing == compiled.listing
    rows = np.linspace(-1.0, 1.0, 34).reshape(17, 2)
    columns = [rows[:, 0], rows[:, 1]]
    assert (again.batch(columns, np.ones(17)) == compiled.batch(columns, np.ones(17))).all()


def test_a_function_without_a_name_is_pickled_too():
    compiled = compile(lambda x: log(x), checks=False)
    compiled(2.0)
    assert pickle.loads(pickle.dumps(compiled))(2.0) == compiled(2.0)


def test_a_copy_has_outer_values_of_its_own():
    w = Value(2.0, "w")
    compiled = compile(lambda x: w * x)
    compiled(1.0)
    again = pickle.loads(pickle.dumps(compiled))
    w.data = 5.0
    assert compiled(3.0) == 15.0
    assert again(3.0) == 6.0


def test_what_was_never_called_cannot_be_pickled():
    with pytest.raises(ValueError, match="call the function before"):
        pickle.dumps(compile(wave))


def test_a_copy_has_no_other_structures_than_were_recorded():
    compiled = compile(lambda v: v[0])
    compiled([1.0, 2.0])
    again = pickle.loads(pickle.dumps(compiled))
    with pytest.raises(TypeError, match="another structure"):
        again([1.0, 2.0, 3.0])


def test_it_is_called_in_a_fresh_process(tmp_path):
    compiled = compile(wave, argument=(0, 1))
    right = compiled.value_and_grad(*POINT)
    (tmp_path / "wave.pickle").write_bytes(pickle.dumps(compiled))
    block = "import sys; sys.modules['llvmlite'] = None; " if IS_WITHOUT_LLVM else ""
    done = run_python("-W", "ignore", "-c", block + "import pickle; compiled = pickle.load(open('wave.pickle', 'rb')); "
                      "print(compiled.value_and_grad([0.3, -0.7], 1.5))", cwd=tmp_path)
    assert done.stdout.strip() == repr(right), done.stderr


def test_threads_share_one_object():
    w = Value(2.0)
    compiled = compile(lambda v: wave(v, 1.5) * w)
    found, start = [], threading.Barrier(8)
    points = [[n / 50, 1 - n / 40] for n in range(100)]
    right = [value_and_grad(lambda v: wave(v, 1.5) * 2.0)(p) for p in points]

    def work(thread):
        start.wait()
        for n in range(100):
            place = (n * 7 + thread * 13) % 100
            found.append((place, *compiled.value_and_grad(points[place])))
            if n % 20 == 0:
                found.extend((k, y, None) for k, y in enumerate(compiled.batch(np.array(points[:9]))))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 * (100 + 5 * 9)
    for place, y, slopes in found:
        assert math.isclose(y, right[place][0], rel_tol=1e-13, abs_tol=1e-15)
        if slopes is not None:
            assert slopes == pytest.approx(right[place][1], rel=1e-12, abs=1e-14)


@needs_llvm
def test_other_threads_go_on_while_machine_code_runs():
    compiled = compile(lambda x: sum_of_waves(x))
    compiled.batch(np.ones(3))
    rows, pauses, stop = np.linspace(0.0, 1.0, 100_000), [0.0], threading.Event()
    began = time.perf_counter()
    compiled.batch(rows)
    rows = np.resize(rows, int(1 + 0.4 / (time.perf_counter() - began)) * len(rows))

    def count():
        last = time.perf_counter()
        while not stop.is_set():
            now = time.perf_counter()
            pauses[0], last = max(pauses[0], now - last), now

    thread = threading.Thread(target=count)
    thread.start()
    began = time.perf_counter()
    compiled.batch(rows)
    lasted = time.perf_counter() - began
    stop.set()
    thread.join()
    assert pauses[0] < lasted / 2, (pauses[0], lasted)


def sum_of_waves(x):
    for n in range(30):
        x = sin(x * (1 + n)) + exp(-x)
    return x


FORK = """
import os, sys
import numpy as np
from autograd import compile, exp, sin
compiled = compile(lambda x: sin(x) * exp(x))
right = compiled(0.5), compiled.batch(np.linspace(0.0, 1.0, 20)).tolist()
child = os.fork()
if child == 0:
    same = (compiled(0.5), compiled.batch(np.linspace(0.0, 1.0, 20)).tolist()) == right
    os._exit(0 if same and compile(lambda x: x * 3)(2.0) == 6.0 else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(sys, "getrefcount") or sys.platform == "win32", reason="there is no fork")
def test_a_forked_process_calls_and_compiles():
    done = run_python("-c", FORK, timeout=60)
    assert done.returncode == 0, done.stderr


MEMORY = """
import gc
from autograd import compile, exp, sin
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4
def some(count):
    for n in range(count):
        compiled = compile(lambda x: sin(x) * exp(x) + n)
        compiled.value_and_grad(0.5)
    gc.collect()
some(100)
before = resident()
some(200)
print((resident() - before) / 200)
"""


@pytest.mark.slow
@needs_llvm
@pytest.mark.skipif(sys.platform != "linux", reason="reads the size of the process from /proc")
def test_what_is_thrown_away_is_freed():
    done = run_python("-c", MEMORY, timeout=300)
    assert float(done.stdout) < 4.0, done.stdout + done.stderr  # KB for each: the code alone is several pages


WARNING = """
import sys, warnings
sys.modules["llvmlite"] = None
import numpy as np
from autograd import compile, sin
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    for _ in range(2):
        compiled = compile(lambda x: sin(x) * x)
        assert compiled.value_and_grad(0.0) == (0.0, 0.0)
        compiled.batch(np.ones(3)), compiled.batch_gradients(np.ones(3)), compiled.report(), compiled.c_source
print([str(w.message) for w in heard])
"""


def test_without_llvmlite_it_warns_once():
    done = run_python("-c", WARNING)
    assert done.stdout.count("glassgrad[compile]") == 1, done.stdout + done.stderr
    assert done.stdout.startswith("['compiled to Python, not to machine code")
    assert done.stdout.count("', '") == 0


@pytest.mark.slow
@pytest.mark.skipif(IS_WITHOUT_LLVM, reason="this is that run")
def test_all_of_this_holds_without_llvmlite():
    done = run_python("-m", "pytest", "-q", "-n", "0", "-m", "not slow", "-p", "no:cacheprovider",
                      ROOT / "tests/autograd/compiling", environment={NO_LLVM: "1", "PYTEST_ADDOPTS": ""}, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
