"""An explanation as a web page: one file that makes no request, and works from a USB stick."""

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
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
from autograd.lesson.embedding import Lesson
from autograd.lesson.phrases import PHRASES
from autograd.lesson.picture import picture, picture_of_part
from autograd.lesson.teaching import Teaching, Text, by_language
from autograd.lesson.words import WORDS
from autograd.recording.nodes import NodeDict, NodeSet
from autograd.value import Value
from autograd.writing.saving import replace_file

_FOLDER = Path(__file__).parent / "page"
# In their order in the page, after what is generated.
SCRIPTS = ("content", "numerals", "engine", "language", "mathml", "picture", "state", "camera", "steps", "why",
           "glossary", "teacher", "player", "layout", "flow", "numbers", "story", "zoom", "learn", "questions", "hints",
           "quiz", "report", "check", "printing", "main")
STYLES = ("style", "layout", "picture", "print", "learning")
MOST_NODES = 1000
_COMMENT = re.compile(r"^ *(?://[^\n]*|/\*(?:(?!\*/).)*\*/) *\n", re.MULTILINE | re.DOTALL)


class Explained(Protocol):
    """What a page can be made of: an Explanation."""

    @property
    def steps(self) -> Steps: ...

    def update(self, lr: float) -> "Explained": ...


def write(explanation: Explained, path: str | os.PathLike[str], **options: Any) -> None:
    """Write the page of an explanation to a file; see `Explanation.to_html`. It is written whole or not at all."""
    made = page(explanation, **options)
    replace_file(path, made.encode(errors="replace"))  # a lone surrogate, half a character, cannot be encoded


def embedded(explanation: Explained, *, height: int, **options: Any) -> Lesson:
    """The page of an explanation for a cell of a notebook; see `Explanation.lesson`."""
    if not isinstance(height, int) or isinstance(height, bool) or height < 1:  # pyright: ignore
        raise ValueError(f"the height of a lesson is a whole number of pixels, not {height!r}")
    made = page(explanation, **options)
    return Lesson(made, _title(explanation, options.get("title"), options.get("lang", "en")), height)


def page(explanation: Explained, *, title: Text | None = None, lr: float | None = None, quiz: bool = True,
         lang: str = "en", introduction: Text | None = None, notes: Mapping[int | str, Text] | None = None,
         questions: Iterable[Mapping[str, Any]] = ()) -> str:
    """The page as HTML. Raises ValueError for a graph that is too large, TypeError for a title that is no text."""
    language(lang)
    teaching = Teaching(title, introduction, notes, questions)
    steps = (explanation if lr is None else explanation.update(lr)).steps
    graph = steps.graph
    if len(graph.order) > MOST_NODES:
        raise ValueError(f"a page shows at most {MOST_NODES:,} nodes, and this graph has {len(graph.order):,}: "
                         "explain a part of it, such as the loss of a single example")
    content = Content(steps)
    about = content.data()
    data = about | teaching.data(graph, about["steps"]) | {"language": lang, "quiz": bool(quiz), "rate": steps.rate}
    script = "\n".join(['"use strict";', f"const STRINGS = {_strings()};", javascript(content.shapes), *_scripts()])
    style = "\n".join(_styles())
    inner = [picture_of_part(topological_order(output), _places(output), NodeDict(), NodeSet())
             for output in content.expansions]
    parts = [picture_of_part(nodes, graph.place, graph.given, graph.learners) for nodes in content.folded.values()]
    opened = "".join(f'<template id="{kind}-{place}">{drawn}</template>'
                     for kind, drawings in (("expansion", inner), ("group", parts))
                     for place, drawn in enumerate(drawings))
    drawn = picture(graph.output, graph.given, graph.learners, content.folded)
    return Template((_FOLDER / "template.html").read_text(encoding="utf-8")).substitute(
        language=WORDS["language_tag"][lang], title=escape(_title(explanation, title, lang)), content=_json(data),
        policy=_policy(script, style), style=style, script=script, picture=drawn, opened=opened)


def _title(explanation: Explained, title: Text | None, lang: str) -> str:
    """The title in one language; by default, one that names the output."""
    graph = explanation.steps.graph
    return say("title", lang, output=graph.names[graph.output]) if title is None else by_language(title, "title")[lang]


def _places(output: Value) -> NodeDict[Value, int]:
    return NodeDict((node, place) for place, node in enumerate(topological_order(output)))


def _policy(script: str, style: str) -> str:
    """The Content-Security-Policy: this script and this style, and no request to anywhere."""
    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (f"default-src 'none'; script-src {hashed(script)}; style-src {hashed(style)}; img-src data:; "
            "base-uri 'none'; form-action 'none'")


def _json(data: Any) -> str:
    """Data as JSON in which nothing is markup."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


@cache
def _strings() -> str:
    words = SENTENCES | WORDS | PHRASES
    return _json({lang: {key: words[key][lang] for key in words} for lang in LANGUAGES})


@cache
def _styles() -> list[str]:
    return [_part(f"{name}.css") for name in STYLES]


@cache
def _scripts() -> list[str]:
    return [_part(f"{name}.js") for name in SCRIPTS]


def _part(name: str) -> str:
    """A file of the page without the comments that have lines of their own, a seventh of a page: they are for whoever
    reads the file itself."""
    return _COMMENT.sub("", (_FOLDER / name).read_text(encoding="utf-8"))
