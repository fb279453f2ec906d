"""What a teacher adds to a page: it is there, in both languages, as text; and what fits nothing is refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, explain, tanh
from autograd.lesson import page

BOTH = {"en": "English *words*", "zh": "中文的*词*"}


def neuron() -> Any:
    w, x = Value(0.5, "w"), Value(2.0, "x")
    y = tanh(w * x)
    y.label = "y"
    return explain(y * w, names={"w": w})


QUESTIONS = [
    {"question": {"en": "What is **y** times 0?", "zh": "**y** 乘以 0 是多少？"}, "answer": 0,
     "hint": "Anything times 0 …", "reason": {"en": "It is `0`.", "zh": "是 `0`。"}},
    {"question": "Which way?", "choices": [{"en": "up", "zh": "上"}, {"en": "down", "zh": "下"}], "answer": "down"},
    {"question": "Why?"},
]


def at(visited: Any, script: str) -> None:
    visited.evaluate(f"{script}; renderNow()")


def test_the_introduction_and_the_notes_are_where_they_belong_in_both_languages(visit: Any) -> None:
    visited = visit(neuron(), title={"en": "A neuron", "zh": "神经元"}, introduction=BOTH,
                    notes={2: "Step two\n\n- a\n- b", "y": BOTH, "v1": "only one"}, lr=0.1)
    assert visited.title() == visited.inner_text("#title") == "A neuron"
    assert visited.inner_text("#step-note") == "English words"
    assert visited.locator("#step-note em").inner_text() == "words"
    visited.click("#language")
    assert visited.title() == visited.inner_text("#title") == "神经元"
    assert visited.inner_text("#step-note") == "中文的词"
    visited.click("#language")
    at(visited, "goTo(1)")
    assert visited.is_hidden("#step-note")
    at(visited, "goTo(2)")
    assert visited.locator("#step-note li").all_inner_texts() == ["a", "b"]
    place = visited.evaluate("graph.nodes.findIndex(({name}) => name === 'y')")
    at(visited, f"goTo(steps.findIndex(({{node}}) => node === {place}) + 1)")
    assert visited.inner_text("#step-note") == "English words"
    at(visited, f"goTo(0); tellStory({place})")
    assert visited.inner_text("#story-note") == "English words"
    at(visited, "tellStory(0)")
    assert visited.is_hidden("#story-note")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_teachers_questions_come_last_with_the_original_numbers(visit: Any, lang: str) -> None:
    visited = visit(neuron(), questions=QUESTIONS, lang=lang)
    visited.fill("#number-0", "1.75")
    visited.press("#number-0", "Enter")
    visited.click("#tab-quiz")
    visited.click("#quiz-start")
    assert visited.evaluate("state.given[0]") == 0.5
    kinds = visited.evaluate("quiz.questions.map(({kind}) => kind)")
    assert kinds[-3:] == ["own"] * 3
    assert "own" not in kinds[:-3]
    for _ in kinds[:-3]:
        visited.click("#quiz-next")
    at(visited, "0")
    assert visited.locator("#quiz-question strong").inner_text() == "y"
    visited.click("#quiz-help")
    at(visited, "0")
    assert "0 …" in visited.inner_text("#quiz-hint")
    assert visited.is_disabled("#quiz-help")
    visited.fill("#quiz-answer", "0")
    visited.press("#quiz-answer", "Enter")
    at(visited, "0")
    assert visited.evaluate("quiz.solved")
    assert visited.locator("#quiz-reasoning code").inner_text() == "0"
    visited.click("#quiz-next")
    assert visited.evaluate("document.activeElement.value") == "0"  # the first choice
    assert visited.is_hidden("#quiz-answer")
    visited.click("#quiz-check")
    assert not visited.evaluate("quiz.tried")  # nothing was chosen
    visited.check("#quiz-options input >> nth=0")
    visited.click("#quiz-check")
    assert visited.evaluate("quiz.tried && !quiz.solved")
    visited.check("#quiz-options input >> nth=1")
    visited.click("#quiz-check")
    assert visited.evaluate("quiz.solved")
    visited.click("#quiz-next")
    assert visited.is_hidden("#quiz-reason")
    visited.fill("#quiz-answer", "Because <b>.")
    visited.press("#quiz-answer", "Enter")
    visited.click("#quiz-next")
    at(visited, "0")
    said = visited.inner_text("#report-text")
    assert "Because <b>." in said
    assert re.search(rf"\b1 .*{len(kinds) - 1}|{len(kinds) - 1} .*\b1 ", said)  # the last one is not counted
    at(visited, "tryAnother()")
    assert "own" not in visited.evaluate("quiz.questions.map(({kind}) => kind)")


def test_a_page_may_have_only_the_teachers_questions(visit: Any) -> None:
    visited = visit(neuron(), questions=QUESTIONS, quiz=False)
    visited.click("#tab-quiz")
    visited.click("#quiz-start")
    assert visited.evaluate("quiz.questions.map(({kind}) => kind)") == ["own"] * 3
    assert visited.is_hidden("#quiz-another")


HOSTILE = "</script><script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) `<b>` *<i>*\0\ud800"


def test_a_teachers_words_are_never_markup(visit: Any) -> None:
    question = {"question": HOSTILE, "choices": [HOSTILE, "b"], "answer": "b", "hint": HOSTILE, "reason": HOSTILE}
    visited = visit(neuron(), title=HOSTILE, introduction=HOSTILE, notes={1: HOSTILE, "y": HOSTILE},
                    questions=[question])
    at(visited, "enter('quiz'); startQuiz()")
    while visited.evaluate("quiz.questions[quiz.current].kind") != "own":
        at(visited, "nextQuestion()")
    at(visited, "showHint(); showReasoning()")
    for part in ("#step-note", "#quiz-question", "#quiz-options", "#quiz-hint", "#quiz-reasoning"):
        assert "<img src=x onerror=alert(1)>" in visited.text_content(part)
    assert visited.locator("img, b, i, a, iframe").count() == 0
    assert visited.evaluate("document.scripts.length") == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_a_teacher_added(visit: Any, axe: str, scheme: str) -> None:
    visited = visit(neuron(), introduction=BOTH, notes={2: BOTH, "y": BOTH}, questions=QUESTIONS, lr=0.1, scheme=scheme,
                    reduced="reduce", quiz=False, width=360, height=740)
    visited.evaluate(axe)
    for script in ("goTo(0)", "goTo(2)", "tellStory(3)", "closeStory(); goTo(7); element('step-why').click()",
                   "element('step-terms').querySelector('button').focus()", "enter('quiz'); startQuiz(); showHint()",
                   "showReasoning()", "nextQuestion()", "nextQuestion()", "nextQuestion()"):
        at(visited, script)
        found = visited.evaluate("axe.run().then(({violations}) => violations.map(({id, nodes}) => "
                                 "[id, nodes[0].html.slice(0, 200), nodes[0].failureSummary]))")
        assert found == [], (script, found)


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"title": {}}, ValueError, "title is empty"),
    ({"title": {"fr": "x"}}, ValueError, "title: there is no language 'fr', only 'en', 'zh'"),
    ({"title": {"en": 3}}, TypeError, r"title\['en'\] is a string, not 'int'"),
    ({"introduction": 3}, TypeError, "introduction is a string, or a dict of strings by language, not 'int'"),
    ({"notes": ["x"]}, TypeError, "notes is a dict of texts by step or label, not 'list'"),
    ({"notes": {0: "x"}}, ValueError, r"notes\[0\]: there is no such step; the page counts from 1 to 11"),
    ({"notes": {12: "x"}}, ValueError, r"notes\[12\]: there is no such step"),
    ({"notes": {"yy": "x"}}, ValueError, r"notes\['yy'\]: nothing in this graph is called that; did you mean 'y'\?"),
    ({"notes": {"qqq": "x"}}, ValueError, "nothing in this graph is called that; it has w, x, v1, y, L"),
    ({"notes": {1.5: "x"}}, TypeError, "the number of a step or to a label, not to a 'float'"),
    ({"notes": {True: "x"}}, TypeError, "not to a 'bool'"),
    ({"notes": {1: 2}}, TypeError, r"notes\[1\] is a string"),
    ({"questions": {"question": "x"}}, TypeError, "questions is a list, not 'dict'"),
    ({"questions": ["x"]}, TypeError, r"questions\[0\] is a dict with question, answer, choices, hint, reason, not"),
    ({"questions": [{"answer": 1}]}, ValueError, r"questions\[0\] asks nothing"),
    ({"questions": [{"question": "x"}, {"question": "x", "anwser": 1}]}, ValueError,
     r"questions\[1\]: a question has no 'anwser', only question"),
    ({"questions": [{"question": "x", "answer": "1"}]}, TypeError, r"\['answer'\] is a number.*here it is '1'"),
    ({"questions": [{"question": "x", "answer": float("nan")}]}, ValueError, "is a finite number, not nan"),
    ({"questions": [{"question": "x", "answer": "c", "choices": ["a", "b"]}]}, ValueError,
     r"one of the choices, 'a', 'b'; here it is 'c'"),
])
def test_what_fits_nothing_is_refused_by_name_before_anything_is_written(
        tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        neuron().to_html(tmp_path / "lesson.html", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_label_that_several_numbers_have_is_refused_and_their_names_are_not() -> None:
    output = Value(1.0, "a") * Value(2.0, "a")
    assert page(explain(output), notes={"a": "the first one goes by this name", "a_2": "x"})
    first, second = Value(1.0, "b"), Value(2.0, "b")
    named = explain(first * second, names={"p": first, "q": second})
    with pytest.raises(ValueError, match="2 numbers have this label; the page calls them p, q"):
        page(named, notes={"b": "x"})
