"""The tests of the engine run with its fast functions and without them; some are about those alone."""

import os

import pytest

IS_PLAIN = bool(os.environ.get("GLASSGRAD_PLAIN"))
needs_fast_functions = pytest.mark.skipif(IS_PLAIN, reason="the fast functions are switched off by GLASSGRAD_PLAIN")
