"""The quiz asks what has one answer, says so, and helps. test_any_graph.py tries it on every kind of graph."""

from typing import Any

import pytest

from autograd import Value, absolute, explain, maximum, relu, topological_order
from tests.support.questions import ASKED, SAY


def shared_variable() -> Value:
    """∂L/∂a is 24: a is used three times, and once in L itself."""
    a, b = Value(2.0, "a"), Value(3.0, "b")
    c = a * b
    c.label = "c"
    d = c + a ** 2
    d.label = "d"
    return d * a


def test_the_whole_gradient_is_not_called_wrong_where_that_of_one_arrow_is_asked(visit: Any) -> None:
    page = visit(explain(shared_variable()))
    page.evaluate("enter('quiz'); startQuiz()")
    arrows = [(index, one) for index, one in enumerate(page.evaluate(ASKED)) if one["use"]]
    assert arrows
    for index, question in arrows:
        assert f"#{question['use']}" in question["symbol"]
        [(solved, tried, said)] = page.evaluate(SAY, [[index, "24"]])
        assert (solved, tried) == (False, False)  # it does not count
        assert "is right, but for another question" in said
        assert "∂L/∂a" in said
        assert "✗" not in said
        page.evaluate("renderNow()")
        words = page.inner_text("#quiz-question")
        assert f"#{question['use']} of a" in words
        assert "held fixed" in words
    page.evaluate("quiz.current = quiz.questions.findIndex(({kind, node}) => kind === 'whole' && node === 0); ask()")
    page.fill("#quiz-answer", "24")
    page.press("#quiz-answer", "Enter")
    assert "✓ Right" in page.inner_text("#quiz-verdict")


def test_nothing_is_asked_at_a_kink(visit: Any) -> None:
    """There the slopes on both sides are right answers."""
    x, y = Value(0.0, "x"), Value(2.0, "y")
    page = visit(explain(relu(x) * y + absolute(x) + maximum(y, y + x)))
    page.evaluate("enter('quiz'); startQuiz()")
    asked = page.evaluate("quiz.questions.map(({kind, node, child}) => [kind, graph.nodes[node].name, child])")
    assert asked
    assert "x" not in [name for kind, name, _ in asked if kind == "whole"]
    relu_place = next(place for place, node in enumerate(topological_order(relu(x))) if node.op)
    assert ["local", "x", relu_place] not in asked


@pytest.mark.parametrize("grade", [1, 2, 3])
def test_hints_come_in_grades_for_every_kind_of_question(visit: Any, grade: int) -> None:
    page = visit(explain(shared_variable()))
    page.evaluate("enter('quiz'); startQuiz()")
    kinds = page.evaluate("quiz.questions.map(({kind}) => kind)")
    assert set(kinds) == {"local", "gradient", "whole"}
    for _ in kinds:
        for _ in range(grade):
            page.click("#quiz-help")
            page.evaluate("renderNow()")
        hint = page.locator("#quiz-hint")
        assert hint.locator("p").count() == 1
        assert hint.locator("mtr").count() == grade - 1
        if grade == 3:  # the numbers, but not what comes out of them, unless there is nothing to calculate
            numbers = hint.locator("mtr:last-child mtd:last-child").text_content()
            assert any(digit.isdigit() for digit in numbers)
        page.click("#quiz-next")
        page.evaluate("renderNow()")
