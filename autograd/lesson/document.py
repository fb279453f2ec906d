"""An explanation as a web page: one file that makes no request, and works from a USB stick."""

import base64
import hashlib
import json
import os
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Protocol

from autograd.explaining.sentences import LANGUAGES, SENTENCES, language, say
from autograd.explaining.steps import Steps
from autograd.graph import topological_order
from autograd.lesson.arithmetic import javascript
from autograd.lesson.content import Content
from autograd.lesson.picture import picture, picture_of_part
from autograd.lesson.words import WORDS
from autograd.recording.nodes import NodeDict
from autograd.value import Value
from autograd.writing.saving import replace_file

_FOLDER = Path(__file__).parent / "page"
# In their order in the page, after what is generated.
SCRIPTS = ("content", "numerals", "engine", "language", "mathml", "picture", "state", "steps", "player", "numbers",
           "story", "zoom", "learn", "quiz", "check", "main")
MOST_NODES = 1000


class Explained(Protocol):
    """What a page can be made of: an Explanation."""

    @property
    def steps(self) -> Steps: ...

    def update(self, lr: float) -> "Explained": ...


def write(explanation: Explained, path: str | os.PathLike[str], *, title: str | None = None,
          lr: float | None = None, quiz: bool = True, lang: str = "en") -> None:
    """Write the page of an explanation to a file; see `Explanation.to_html`. It is written whole or not at all."""
    made = page(explanation, title=title, lr=lr, quiz=quiz, lang=lang)
    replace_file(path, made.encode(errors="replace"))  # a lone surrogate, half a character, cannot be encoded


def page(explanation: Explained, *, title: str | None = None, lr: float | None = None, quiz: bool = True,
         lang: str = "en") -> str:
    """The page as HTML. Raises ValueError for a graph that is too large, TypeError for a title that is not a string."""
    language(lang)
    if title is not None and not isinstance(title, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a title is a string, not {type(title).__name__!r}")
    steps = (explanation if lr is None else explanation.update(lr)).steps
    graph = steps.graph
    if len(graph.order) > MOST_NODES:
        raise ValueError(f"a page shows at most {MOST_NODES:,} nodes, and this graph has {len(graph.order):,}: "
                         "explain a part of it, such as the loss of a single example")
    content = Content(steps)
    data = content.data() | {"title": title, "language": lang, "quiz": quiz, "rate": steps.rate}
    script = "\n".join(['"use strict";', f"const STRINGS = {_strings()};", javascript(content.shapes), *_scripts()])
    style = (_FOLDER / "style.css").read_text(encoding="utf-8")
    inner = [picture_of_part(topological_order(output), _places(output), NodeDict()) for output in content.expansions]
    parts = [picture_of_part(nodes, graph.place, graph.given) for nodes in content.folded.values()]
    opened = "".join(f'<template id="{kind}-{place}">{drawn}</template>'
                     for kind, drawings in (("expansion", inner), ("group", parts))
                     for place, drawn in enumerate(drawings))
    if title is None:  # the page then has it in both languages
        title = say("title", lang, output=graph.names[graph.output])
    drawn = picture(graph.output, graph.given, content.folded)
    return Template((_FOLDER / "template.html").read_text(encoding="utf-8")).substitute(
        language=WORDS["language_tag"][lang], title=escape(title.replace("\0", "\ufffd")), content=_embedded(data),
        policy=_policy(script, style), style=style, script=script, picture=drawn, opened=opened)


def _places(output: Value) -> NodeDict[Value, int]:
    return NodeDict((node, place) for place, node in enumerate(topological_order(output)))


def _policy(script: str, style: str) -> str:
    """The Content-Security-Policy: this script and this style, and no request to anywhere."""
    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (f"default-src 'none'; script-src {hashed(script)}; style-src {hashed(style)}; img-src data:; "
            "base-uri 'none'; form-action 'none'")


def _embedded(data: Any) -> str:
    """Data as JSON in which nothing is markup."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


@cache
def _strings() -> str:
    words = SENTENCES | WORDS
    return _embedded({lang: {key: words[key][lang] for key in words} for lang in LANGUAGES})


@cache
def _scripts() -> list[str]:
    return [(_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
