"""What helps a pupil: what a small change does, why a derivative is what it is, the glossary, and the summary."""

import re
from pathlib import Path
from typing import Any

import pytest

from autograd import (
    Value,
    arcsin,
    constant,
    dot,
    exp,
    explain,
    log,
    operation,
    operations,
    relu,
    sigmoid,
    sin,
    sqrt,
    tanh,
)
from autograd import sum as total
from autograd.lesson.phrases import PHRASES
from autograd.table.notation import product

PHONE = (360, 740)


def at(page: Any, script: str) -> None:
    page.evaluate(f"{script}; renderNow()")


def shared() -> Value:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    c.label = "c"
    return c * a


# ---- What a small change does ----------------------------------------------------------------------------------------


def test_a_forward_step_says_what_a_small_change_of_each_operand_does(visit: Any) -> None:
    page = visit(explain(shared()), step=3)
    said = page.inner_text("#step-feel")
    assert said == "Raise a by 0.01, and c falls by 0.03. Raise b by 0.01, and c rises by 0.02."
    page.click("#language")
    assert page.inner_text("#step-feel") == "a 增加 0.01，c 就减少 0.03。b 增加 0.01，c 就增加 0.02。"
    at(page, "goTo(1)")
    assert page.is_hidden("#step-feel")


def test_a_small_change_is_calculated_again_and_rounded_in_words(visit: Any) -> None:
    x, y = Value(0.5, "x"), Value(1.0, "y")
    page = visit(explain(tanh(x) + relu(-y) + arcsin(y) * constant(0.0)).only(x))
    for _ in range(page.evaluate("steps.filter(({kind}) => kind === 'forward').length")):
        page.keyboard.press("ArrowRight")
    said = page.evaluate("steps.map(({kind, node}) => kind === 'forward' ? feelingOf(node) : '').join(' ')")
    assert f"about {tanh(0.51) - tanh(0.5):.4g}" in said


def test_where_a_number_cannot_be_raised_it_is_lowered_and_what_stays_stays(visit: Any) -> None:
    x, y = Value(1.0, "x"), Value(-2.0, "y")
    page = visit(explain(arcsin(x * 0.999999999) + relu(y)))
    said = page.evaluate("graph.nodes.map((_, place) => feelingOf(place)).join('|')")
    assert "Lower v1 by 0.01, and v2 falls by about 0.141" in said
    assert "Raise y by 0.01, and v3 stays as it is." in said


def test_a_large_or_tiny_number_is_raised_by_a_part_of_itself(visit: Any) -> None:
    x, y = Value(3e5, "x"), Value(2e-6, "y")
    page = visit(explain(log(x) + y * 4.0))
    said = page.evaluate("graph.nodes.map((_, place) => feelingOf(place)).join('|')")
    assert "Raise x by 1000.0, and v1 rises by about 0.003328" in said
    assert "Raise y by 1e−8, and v2 rises by 4e−8." in said


# ---- Why -------------------------------------------------------------------------------------------------------------


def test_why_unfolds_beside_the_step_and_stays_from_step_to_step(visit: Any) -> None:
    page = visit(explain(shared()), step=6)
    assert page.is_visible("#step-why")
    assert page.is_hidden("#why")
    page.press("#step-why", "Enter")
    assert page.evaluate("document.activeElement.id") == "why-heading"
    assert page.inner_text("#why-heading") == "Why is ∂L/∂c = 2.0?"
    assert "With a held fixed, L is a straight line in c: its slope is 2.0" in page.inner_text("#why")
    page.keyboard.press("ArrowRight")
    at(page, "0")
    assert page.inner_text("#why-heading") == "Why is ∂L/∂a#1 = −6.0?"  # the arrow, not the whole gradient of −12
    at(page, "goTo(4)")
    assert page.is_hidden("#why")
    at(page, "goTo(6)")
    assert page.is_visible("#why")
    page.keyboard.press("Escape")
    at(page, "0")
    assert page.is_hidden("#why")
    assert page.evaluate("document.activeElement.id") == "step-why"


def test_the_story_has_a_reason_for_each_use(visit: Any) -> None:
    page = visit(explain(shared()))
    at(page, "tellStory(0)")
    reasons = page.locator("#story-gradient details")
    assert reasons.count() == 2
    reasons.nth(1).locator("summary").click()
    reasons.nth(1).locator("svg").wait_for()
    page.fill("#number-1", "4")
    page.press("#number-1", "Enter")
    at(page, "0")
    assert reasons.nth(1).get_attribute("open") is not None  # it stays open, and follows
    assert "slope is 4.0" in reasons.nth(1).inner_text()


@pytest.mark.parametrize("make", [
    lambda x, y: x * y, lambda x, y: x / y, lambda x, y: y / x, lambda x, y: x ** 2 + y, lambda x, y: exp(x * 2) * y,
    lambda x, y: sin(x) - tanh(y), lambda x, y: dot([x, y, x], [y, 2.0, x]), lambda x, y: x * x - y,
    lambda x, y: 2 ** x, lambda x, y: sigmoid(x) * log(y), lambda x, y: sqrt(y) - x,
])
def test_the_drawing_is_the_function_and_its_tangent(visit: Any, make: Any) -> None:
    """Its curve goes through the row's own values, and its tangent has the slope of the local derivative."""
    x, y = Value(1.25, "x"), Value(2.5, "y")
    page = visit(explain(make(x, y)))
    for step in page.evaluate("steps.filter(({kind}) => kind === 'backward')"):
        child, argument = step["child"], step["place"]
        drawn = page.evaluate("""([child, place]) => { const drawn = tangentOf(child, place);
            const points = (name) => [...drawn.querySelector(name).getAttribute("d").matchAll(
                /[ML]([-\\d.]+) ([-\\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
            const here = state.numbers.values[graph.nodes[child].parents[place]];
            const reach = Math.max(2, Math.abs(here));
            const value = along(child, [place]);
            return { curve: points(".curve"), tangent: points(".touching").slice(0, -2), reach, here,
              values: Array.from({length: 121}, (_, k) => value(here + (k / 60 - 1) * reach)),
              top: value(here), slope: state.numbers.partials[child][place] }; }""", [child, argument])
        across = {round(place, 1): value for place, value in
                  zip([10 + k / 120 * 260 for k in range(121)], drawn["values"], strict=True)}
        (x1, y1), (x2, y2) = drawn["curve"][0], max(drawn["curve"], key=lambda point: abs(
            point[1] - drawn["curve"][0][1]))
        scale = (across[x1] - across[x2]) / (y1 - y2)  # of one pixel up, from two points of the curve
        for place, height in drawn["curve"]:
            assert across[place] == pytest.approx(across[x1] + (height - y1) * scale, abs=0.12 * abs(scale))
        for place, height in drawn["tangent"]:
            number = drawn["here"] + (place - 140) / 130 * drawn["reach"]
            on_line = drawn["top"] + drawn["slope"] * (number - drawn["here"])
            assert across[x1] + (height - y1) * scale == pytest.approx(
                on_line, abs=0.2 * abs(scale) + 0.06 * abs(drawn["slope"]) * drawn["reach"] / 130)


def test_the_rule_is_that_of_the_notation_and_a_row_of_ones_own_has_one(visit: Any) -> None:
    row = operation("twice_of_a_test", lambda a, b: 2 * a * b, (lambda y, a, b: 2 * b, lambda y, a, b: 2 * a),
                    notation=product)
    x, y = Value(1.5, "x"), Value(2.5, "y")
    page = visit(explain(row(x, y) + relu(x) + tanh(y)))
    rules = page.evaluate("steps.filter(({kind}) => kind === 'backward').map(({child, place}) => ruleOf(child, place))")
    said = "\n".join(rules)
    for words in ("Product with one factor held fixed", "Sum rule", "made of pieces", "derivative of tanh"):
        assert words in said


def test_every_rule_of_a_notation_has_its_words() -> None:
    named = {rule for row in operations.values() for rule in row.notation.get("rule", (0, "function"))[1].split()}
    assert {f"rule_{rule}" for rule in named} <= set(PHRASES)
    assert {key for key in PHRASES if key.startswith("rule_")} == {f"rule_{rule}" for rule in named | {"pieces"}}


# ---- The glossary ----------------------------------------------------------------------------------------------------


def test_a_term_is_explained_on_focus_on_hover_and_at_a_tap(visit: Any) -> None:
    page = visit(explain(shared()), step=6, lr=0.1)
    assert page.locator("#step-terms button").all_inner_texts() == ["∂", "gradient", "local derivative"]
    assert page.is_hidden("#tip")
    page.focus("#step-terms [data-term=gradient]")
    assert "how many times as much as that number does the output L change" in page.inner_text("#tip")
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")
    page.hover("#step-formula mo:text('∂')")
    assert page.inner_text("#tip").startswith("∂c/∂a")
    page.hover("#step-sentence")
    assert page.is_hidden("#tip")
    page.click("#step-terms [data-term=local]")
    assert "with its other operands and uses held fixed" in page.inner_text("#tip")
    at(page, "goTo(steps.length - 1)")
    assert page.is_hidden("#tip")
    assert page.locator("#step-terms button").all_inner_texts() == ["η", "gradient"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_tip_is_inside_the_window_of_a_phone(visit: Any, lang: str) -> None:
    page = visit(explain(shared()), step=6, width=PHONE[0], height=PHONE[1], lang=lang)
    for term in page.locator("#step-terms button").all():
        term.scroll_into_view_if_needed()
        term.focus()
        box = page.locator("#tip").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PHONE[1]


# ---- The quiz on a phone, and its summary ----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_graph_is_in_view_of_every_question_on_a_phone(visit: Any, lang: str) -> None:
    page = visit(explain(shared()), width=PHONE[0], height=PHONE[1], lang=lang)
    page.click("#tab-quiz")
    page.click("#quiz-start")
    for _ in page.evaluate("quiz.questions"):
        for control in ("#quiz-answer", "#quiz-help", "#quiz-next"):
            page.locator(control).scroll_into_view_if_needed()
            frame, field = page.locator("#canvas").bounding_box(), page.locator(control).bounding_box()
            assert frame["y"] >= -1
            assert frame["y"] + frame["height"] <= PHONE[1] * 0.5
            assert frame["height"] > 150
            assert field["y"] >= frame["y"] + frame["height"] - 1  # and does not cover what is asked
            assert field["y"] + field["height"] <= PHONE[1]
        page.click("#quiz-next")
        page.evaluate("renderNow()")


def finish(page: Any) -> None:
    """First wrong, then right with a hint; one skipped, one shown; the rest right."""
    at(page, "enter('quiz'); startQuiz()")
    count = page.evaluate("quiz.questions.length")
    assert count >= 5
    for place in range(count):
        right = repr(page.evaluate("quiz.questions[quiz.current].answer"))
        for given in {0: ["1234", right], 1: [], 2: []}.get(place, [right]):
            page.fill("#quiz-answer", given)
            page.press("#quiz-answer", "Enter")
        if place == 0:
            page.evaluate("quiz.attempts[0].hints = 2")
        if place == 2:
            page.click("#quiz-reason")
        page.evaluate("nextQuestion(); renderNow()")


def test_at_the_end_there_is_a_summary_to_copy(visit: Any) -> None:
    page = visit(explain(shared()), title="My *lesson*")
    finish(page)
    page.fill("#report-name", "Ada")
    at(page, "0")
    text = page.inner_text("#report-text")
    count = page.evaluate("quiz.questions.length")
    lines = text.splitlines()
    assert lines[:2] == ["My *lesson*", "Name: Ada"]
    assert f"{count - 3} of {count} right on the first try" in text
    assert "Numbers: a = 2.0, b = −3.0" in text
    asked = [line for line in lines if re.match(r"\d+\. ", line)]
    assert len(asked) == count
    assert asked[0].endswith("✓ after trying 1234.0, hints: 2")
    assert asked[1].endswith("– not answered")
    assert asked[2].endswith("✗ reasoning shown")
    assert all(line.endswith("✓ on the first try") for line in asked[3:])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#report-copy")
    page.wait_for_selector("#report-done:not(:empty)")
    assert page.evaluate("navigator.clipboard.readText()").splitlines() == lines


def test_the_summary_alone_is_printed(visit: Any, tmp_path: Path) -> None:
    page = visit(explain(shared()))
    finish(page)
    page.evaluate("window.print = () => 0; printReport()")
    page.emulate_media(media="print")
    seen = page.inner_text("body")
    assert seen.strip() == page.evaluate("reportText()").strip()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.is_hidden("#paper")


def test_leaves_and_sums_only_are_a_quiz_or_say_that_they_are_none(visit: Any) -> None:
    x = Value(2.0, "x")
    page = visit(explain(total([x, x])))
    at(page, "enter('quiz')")
    page.click("#quiz-start")
    assert page.evaluate("quiz.questions.map(({kind}) => kind)") == ["whole"]
    page = visit(explain(relu(Value(0.0, "x"))))
    at(page, "enter('quiz')")
    assert page.is_visible("#quiz-nothing")
    assert page.is_hidden("#quiz-start")
