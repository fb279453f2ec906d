"""How the property-based tests draw: the same examples in every run, unless asked for others.

`--hypothesis-profile=explore` draws new ones, ten times as many, and remembers what failed.
"""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, max_examples=1000)
settings.load_profile("repeatable")
