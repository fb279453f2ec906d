"""A teacher's own words from a TOML file, for `glassgrad explain --notes lesson.toml`.

    title = "A neuron"                                  a text: a string, or one for each language, as below
    introduction = { en = "Today: *one* neuron.", zh = "今天：*一个*神经元。" }

    [notes]
    3 = "Look at the sign."                             by the number of a step
    y = "The output."                                   or by the name of a number

    [[questions]]
    question = "What is the slope of tanh at 0?"
    answer = 1.0
"""

import tomllib
from pathlib import Path
from typing import Any, cast

from autograd.shell.output import OptionError

NOTES = ("title", "introduction", "notes", "questions")


def read_notes(path: Path) -> dict[str, Any]:
    """What the file says, as `Explanation.to_html` takes it. Raises OptionError for what is no TOML or no such part."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # of which TOMLDecodeError and UnicodeDecodeError are kinds
        raise OptionError(f"{path}: {error}") from None
    for key in found:
        if key not in NOTES:
            raise OptionError(f"{path}: there is no {key!r} in a lesson, only {', '.join(NOTES)}")
    notes = found.get("notes")
    if isinstance(notes, dict):  # every key of TOML is a string
        keyed = cast("dict[str, Any]", notes)
        found["notes"] = {int(key) if key.isdecimal() else key: text for key, text in keyed.items()}
    return found
