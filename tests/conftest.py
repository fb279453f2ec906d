"""How the property-based tests draw, which tests are slow, and what keeps all of them quick.

They draw the same examples in every run. `--hypothesis-profile=explore` draws new ones, ten times as many, and
remembers what failed.
"""

import gc

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, max_examples=1000)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a browser is slow."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """What has been imported by now stays, so the many collections of garbage to come need not look through it."""
    gc.collect()
    gc.freeze()
