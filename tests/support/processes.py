"""Python in a process of its own, which finds the packages of this checkout and speaks UTF-8."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run_python(*arguments: object, environment: dict[str, str] | None = None,
               **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments. `environment` is added to that of this process."""
    surroundings = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | (environment or {})
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, encoding="utf-8",
                          env=surroundings, **options)
