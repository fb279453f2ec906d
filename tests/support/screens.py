"""A terminal and a clock, for tests of progress bars."""

import io

import tqdm.auto  # noqa: F401 (it looks once whether it is in a notebook, so before the tests pretend to be)

import nn


class Clock:
    """A clock that goes on by 0.3 seconds whenever somebody looks at it."""

    def __init__(self):
        self.time = 0.0

    def __call__(self):
        self.time += 0.3
        return self.time


class Screen(io.StringIO):
    def isatty(self):
        return True


def set_clock(monkeypatch, clock):
    for module in (nn.checkpoints, nn.pictures.bar):
        monkeypatch.setattr(module, "perf_counter", clock)
