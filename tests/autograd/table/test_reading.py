"""What a reading has to say for itself: how it reads a row, and what holds as a condition."""

import pytest

from autograd import Dual, Formula, Reading, Value, add, where
from autograd.table.reading import is_list, is_tuple


def test_a_reading_that_does_not_say_how_it_reads_is_refused():
    class Silent(Reading):
        generality = 9

    for calculate in (lambda: add(Silent(), 1.0), lambda: where(Silent(), 1.0, 2.0)):
        with pytest.raises(NotImplementedError):
            calculate()


def test_what_is_several_numbers():
    np = pytest.importorskip("numpy")
    assert all(is_list(several) for several in ([], (), {}, np.array([1.0]), iter([1]), range(3)))
    assert not any(is_list(one) for one in ("ab", 1, None, np.array(1.0), np.float64(1), Value(1), Dual(1, 1, 1),
                                            Formula("x")))
    assert is_tuple(())
    assert not is_tuple([])
