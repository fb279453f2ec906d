"""JavaScript run and checked by Deno, a program that the package of the same name brings."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from deno import find_deno_bin

QUIET = {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}


def run_javascript(script: str) -> Any:
    """What a script prints, read as JSON. It may neither read files nor ask for anything."""
    run = subprocess.run([find_deno_bin(), "run", "--no-prompt", "--no-remote", "--no-npm", "--no-config", "-"],
                         input=script, capture_output=True, encoding="utf-8", env=os.environ | QUIET)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def mistakes_of_type(scripts: list[str], declarations: str, folder: Path) -> str:
    """What TypeScript says of scripts that share their names, as those of a page do; "" where all is well.

    `declarations` are those of a `.d.ts` file, for what is written in front of the scripts.
    """
    declared = re.sub(r"^declare const (\w+): (.*);$", r"/** @type {\2} */ const \1 = JSON.parse('null');",
                      declarations, flags=re.MULTILINE)
    (folder / "page.js").write_text("\n".join([declared, *scripts]), encoding="utf-8")
    (folder / "deno.json").write_text(json.dumps({"compilerOptions": {
        "checkJs": True, "strict": True, "lib": ["ES2022", "DOM", "DOM.Iterable"]}}), encoding="utf-8")
    run = subprocess.run([find_deno_bin(), "check", "--no-remote", "--no-npm", "page.js"], cwd=folder,
                         capture_output=True, encoding="utf-8",
                         env=os.environ | QUIET | {"DENO_DIR": str(folder / "cache")})
    return run.stderr if run.returncode else ""
