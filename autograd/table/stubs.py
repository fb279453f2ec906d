"""What the table tells type checkers: the exports of the package, and the methods of every reading.

After adding a row to the table, run `python -m autograd.table.stubs` to write both again.
"""

import re
from pathlib import Path

from autograd.table.row import operations

EXPORTS = Path(__file__).parents[1] / "__init__.py"
METHODS = Path(__file__).with_name("_methods.pyi")


def methods() -> str:
    """The text of `_methods.pyi`."""
    lines = ["# Made from the table of operations by `python -m autograd.table.stubs`.", "",
             "from typing import Any, Self", "", "class Methods:"]
    for row in operations.values():
        rest = "*lists: Any" if any(row.lists) else ", ".join(f"{name}: Any" for name in row.parameters[1:])
        lines.append(f"    def {row.name}(self{', ' * bool(rest)}{rest}) -> Self: ...")
    for row in operations.values():
        if getattr(row.value, "__module__", None) == "_operator":
            name, other = row.value.__name__, ", other: Any" if len(row.partials) == 2 else ""
            lines.append(f"    def __{name}__(self{other}) -> Self: ...")
            if other:
                lines.append(f"    def __r{name}__(self{other}) -> Self: ...")
    return "\n".join(lines) + "\n"


def exports(text: str) -> str:
    """The text of `__init__.py` with the names of all operations, and of everything imported, brought up to date."""
    names = sorted({*operations, "mean"})
    block = "from autograd.operations import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"
    text = re.sub(r"from autograd\.operations import \(.*?\)\n", block, text, flags=re.DOTALL)
    # Those that are indented are imported only when they are asked for.
    imported = re.findall(r"^ *from autograd\.\S+ import (\(.*?\)|[^(\n]*)$", text, flags=re.DOTALL | re.MULTILINE)
    public = sorted({name for names in imported for name in re.findall(r"\w+", names)})
    lines = "".join(f'    "{name}",\n' for name in sorted(public, key=lambda name: (not name[0].isupper(), name)))
    return re.sub(r"__all__ = \[.*?\]\n", f"__all__ = [\n{lines}]\n", text, flags=re.DOTALL)


if __name__ == "__main__":
    METHODS.write_text(methods())
    EXPORTS.write_text(exports(EXPORTS.read_text()))
