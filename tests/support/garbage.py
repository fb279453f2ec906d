"""Whether objects are freed as soon as nobody has them, without the cycle collector."""

import gc
from collections.abc import Callable


def assert_freed_at_once(make: Callable[[], object]) -> None:
    """What `make` makes leaves no objects that point to each other; its first call may fill caches."""
    assert make()
    gc.collect()
    gc.disable()
    try:
        make()
        assert gc.collect() == 0
    finally:
        gc.enable()
