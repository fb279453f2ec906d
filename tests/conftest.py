"""How the property-based tests draw, which tests are slow, what keeps all of them quick, and the table as it is.

They draw the same examples in every run. `--hypothesis-profile=explore` draws new ones, ten times as many, and
remembers what failed.
"""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

from autograd import Reading, operations

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, max_examples=1000)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a browser is slow."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def the_table_stays_as_it_is() -> Iterator[None]:
    """Whatever rows a test adds go with it, and so do the methods that they gave to readings."""
    rows, methods = len(operations), len(vars(Reading))
    yield
    for name in [*operations][rows:]:
        del operations[name]
        for reading in (Reading, *Reading.__subclasses__()):
            if name in vars(reading):
                delattr(reading, name)
    for name in [*vars(Reading)][methods:]:
        delattr(Reading, name)


def pytest_collection_finish() -> None:
    """What has been imported by now stays, so the many collections of garbage to come need not look through it."""
    gc.collect()
    gc.freeze()
