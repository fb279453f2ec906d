"""What a teacher adds to a page: a title, an introduction, notes to steps and numbers, and questions.

Each text is a string, or a dict of strings by language: {"en": ..., "zh": ...}. A language that is left out shows what
there is.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from autograd.explaining.flows import Graph
from autograd.explaining.sentences import LANGUAGES
from autograd.lesson.markdown import parsed
from autograd.table.reading import number
from autograd.value import Value

Text = str | Mapping[str, str]
_PARTS = ("question", "answer", "choices", "hint", "reason")


@dataclass(frozen=True)
class Teaching:
    """A teacher's own words, as they were given to `Explanation.to_html`."""

    title: Text | None = None
    introduction: Text | None = None
    notes: Mapping[int | str, Text] | None = None
    questions: Iterable[Mapping[str, Any]] = ()

    def data(self, graph: Graph, steps: list[dict[str, Any]]) -> dict[str, Any]:
        """All of it, for JSON. Raises TypeError for what is no text, and ValueError, which names it, for a step, a
        label or a part of a question that there is not."""
        return {
            "title": None if self.title is None else by_language(self.title, "title"),
            "introduction": None if self.introduction is None else _words(self.introduction, "introduction"),
            "notes": _notes(self.notes or {}, graph, steps),
            "questions": [_question(question, f"questions[{place}]")
                          for place, question in enumerate(_list(self.questions, "questions"))],
        }


def by_language(text: object, what: str) -> dict[str, str]:
    """A text in every language. `what`: its name, for errors."""
    if isinstance(text, str):
        return dict.fromkeys(LANGUAGES, _clean(text))
    if not isinstance(text, Mapping):
        raise TypeError(f"{what} is a string, or a dict of strings by language, not {type(text).__name__!r}")
    given = cast("Mapping[Any, Any]", text)
    for lang, words in given.items():
        if lang not in LANGUAGES:
            raise ValueError(f"{what}: there is no language {lang!r}, only {', '.join(map(repr, LANGUAGES))}")
        if not isinstance(words, str):
            raise TypeError(f"{what}[{lang!r}] is a string, not {type(words).__name__!r}")
    if not given:
        raise ValueError(f"{what} is empty: it has no language")
    return {lang: _clean(given.get(lang, next(iter(given.values())))) for lang in LANGUAGES}


def _clean(text: str) -> str:
    """A text that a file can hold: half characters become question marks."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _words(text: object, what: str) -> dict[str, list[Any]]:
    return {lang: parsed(words) for lang, words in by_language(text, what).items()}


def _list(items: object, what: str) -> list[Any]:
    if isinstance(items, str | Mapping) or not isinstance(items, Iterable):
        raise TypeError(f"{what} is a list, not {type(cast('Any', items)).__name__!r}")
    return [*cast("Iterable[Any]", items)]


def _notes(notes: object, graph: Graph, steps: list[dict[str, Any]]) -> dict[str, dict[int, Any]]:
    """Notes to steps, by the number that the page gives them; and to nodes. A note to a node is one to its first step,
    too."""
    if not isinstance(notes, Mapping):
        raise TypeError(f"notes is a dict of texts by step or label, not {type(notes).__name__!r}")
    of_steps: dict[int, Any] = {}
    of_nodes: dict[int, Any] = {}
    for key, text in cast("Mapping[Any, Any]", notes).items():
        words = _words(text, f"notes[{key!r}]")
        if isinstance(key, int) and not isinstance(key, bool):
            if not 1 <= key <= len(steps):
                raise ValueError(f"notes[{key}]: there is no such step; the page counts from 1 to {len(steps)}, and "
                                 "what stands before step 1 is the introduction")
            of_steps[key] = words
        elif isinstance(key, str):
            of_nodes[graph.place[_called(key, graph)]] = words
        else:
            raise TypeError(f"a note belongs to the number of a step or to a label, not to a {type(key).__name__!r}")
    for place, words in of_nodes.items():
        first = next((count for count, step in enumerate(steps, 1) if step["node"] == place), None)
        if first is not None:
            of_steps.setdefault(first, words)
    return {"steps": of_steps, "nodes": of_nodes}


def _called(name: str, graph: Graph) -> Value:
    """The node of this name. Raises ValueError if there is none, or several have it as their label."""
    names = {called: node for node, called in graph.names.items()}
    if name in names:
        return names[name]
    labelled = [node for node in graph.names if node.label == name]
    if len(labelled) == 1:
        return labelled[0]
    if labelled:
        called = ", ".join(graph.names[node] for node in labelled[:10])
        raise ValueError(f"notes[{name!r}]: {len(labelled)} numbers have this label; the page calls them {called}")
    near = get_close_matches(name, names, 1)
    listed = ", ".join([*names][:10]) + ", ..." * (len(names) > 10)
    meant = f"did you mean {near[0]!r}?" if near else f"it has {listed}"
    raise ValueError(f"notes[{name!r}]: nothing in this graph is called that; {meant}")


def _question(question: object, what: str) -> dict[str, Any]:
    if not isinstance(question, Mapping):
        raise TypeError(f"{what} is a dict with {', '.join(_PARTS)}, not {type(question).__name__!r}")
    given = cast("Mapping[Any, Any]", question)
    for part in given:
        if part not in _PARTS:
            raise ValueError(f"{what}: a question has no {part!r}, only {', '.join(_PARTS)}")
    if "question" not in given:
        raise ValueError(f"{what} asks nothing: it has no 'question'")
    choices = [by_language(choice, f"{what}['choices'][{place}]")
               for place, choice in enumerate(_list(given.get("choices", ()), f"{what}['choices']"))]
    return {
        "question": _words(given["question"], f"{what}['question']"),
        "answer": _choice(given.get("answer"), choices, what) if choices else _answer(given.get("answer"), what),
        "choices": [{lang: parsed(words) for lang, words in choice.items()} for choice in choices],
        **{part: _words(given[part], f"{what}[{part!r}]") if given.get(part) is not None else None
           for part in ("hint", "reason")},
    }


def _answer(answer: object, what: str) -> float | None:
    """A number; None is a question that is answered in words."""
    if answer is None:
        return None
    if isinstance(answer, str | bool):
        raise TypeError(f"{what}['answer'] is a number, or the text of one of its choices; here it is {answer!r}")
    found = number(answer)
    if not math.isfinite(found):
        raise ValueError(f"{what}['answer'] is a finite number, not {found}")
    return found


def _choice(answer: object, choices: list[dict[str, str]], what: str) -> int:
    """Which of the choices is right: its text says it, in one of the languages."""
    for place, choice in enumerate(choices):
        if answer in choice.values():
            return place
    listed = ", ".join(repr(next(iter(choice.values()))) for choice in choices)
    raise ValueError(f"{what}['answer'] is the text of one of the choices, {listed}; here it is {answer!r}")
