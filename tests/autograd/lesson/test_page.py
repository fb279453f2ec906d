"""The page of one lesson, tried by mouse and by keyboard, on a phone and on a projector."""

import math
import random
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, constant, dot, exp, explain, log, maximum, recalculate, relu, sqrt, tanh, topological_order
from autograd.writing.numbers import shown

A_SMALL_PHONE, A_PROJECTOR = (360, 740), (1920, 1080)


def neuron() -> dict[str, Value]:
    """A neuron, its error, and a number that is used twice."""
    w, x, b, t = Value(-3.0, "w"), Value(2.0, "x"), Value(6.88, "b"), Value(0.5, "t")
    y = tanh(w * x + b)
    y.label = "y"
    loss = (y - t) ** 2 + w * t
    loss.label = "L"
    return {"w": w, "x": x, "b": b, "t": t, "y": y, "L": loss}


def lesson(visit: Any, **options: Any) -> tuple[Any, dict[str, Value]]:
    nodes = neuron()
    explanation = explain(nodes["L"], names={"w": nodes["w"], "b": nodes["b"]})
    return visit(explanation, **({"lr": 0.1} | options)), nodes


def place(nodes: dict[str, Value], name: str) -> int:
    return place_in(nodes, nodes[name])


def place_in(nodes: dict[str, Value], node: Value) -> int:
    return next(place for place, other in enumerate(topological_order(nodes["L"])) if other is node)


def step(page: Any) -> int:
    page.evaluate("renderNow()")
    return int(re.findall(r"\d+", page.inner_text("#step-number"))[0])


def until(page: Any, condition: str) -> None:
    """Wait for something in the page; its policy forbids the evaluation of strings that Playwright does for that."""
    for _ in range(1000):
        if page.evaluate(condition):
            return
        time.sleep(0.02)
    raise AssertionError(condition)


def numbers(page: Any) -> list[tuple[float, float]]:
    page.evaluate("renderNow()")
    return page.evaluate("state.numbers.values.map((value, place) => [value, state.numbers.gradients[place]])")


def expected(nodes: dict[str, Value]) -> list[tuple[float, float]]:
    """The same from Python, whose leaves have the numbers that the page is said to have."""
    for node in nodes.values():
        node.grad = 0.0
    recalculate(nodes["L"]).backward()
    return [(node.data, node.grad) for node in topological_order(nodes["L"])]


def agree(page: Any, nodes: dict[str, Value]) -> None:
    for found, wanted in zip(numbers(page), expected(nodes), strict=True):
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9)


# ---- Steps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [A_SMALL_PHONE, A_PROJECTOR])
def test_buttons_walk_through_the_steps(visit: Any, size: tuple[int, int]) -> None:
    page, nodes = lesson(visit, width=size[0], height=size[1])
    count = len(explain(nodes["L"], names={"w": nodes["w"], "b": nodes["b"]}).update(0.1))
    assert step(page) == 0
    for button, then in [("next", 1), ("next", 2), ("back", 1), ("last", count), ("next", count), ("back", count - 1),
                         ("first", 0), ("back", 0)]:
        page.click(f"#{button}", force=True)  # also one that says that it can do nothing now
        assert step(page) == then, button
    for phase, first in [("backward", 1), ("update", 2), ("forward", 0)]:
        page.click(f"#phase-{phase}")
        phases = kinds(page)
        starts = [0, *[number for number, (one, other) in enumerate(pairwise(phases), 1) if one != other]]
        assert step(page) == starts[first] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def kinds(page: Any) -> list[str]:
    return page.evaluate("steps.map(({kind}) => phaseOf(kind))")


def test_keys_walk_through_the_steps(visit: Any) -> None:
    page, _ = lesson(visit)
    count = page.evaluate("steps.length")
    for key, then in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", count), ("Home", 0)]:
        page.keyboard.press(key)
        assert step(page) == then, key
    page.focus("#next")
    page.keyboard.press("Enter")
    assert step(page) == 1
    page.focus("#scrubber")
    page.keyboard.press("ArrowRight")
    assert step(page) == 2
    page.focus("#tab-numbers")  # there, arrows mean something else
    page.keyboard.press("ArrowRight")
    assert step(page) == 2
    assert page.get_attribute("#tab-learn", "aria-selected") == "true"


def test_it_plays_pauses_and_stops_at_the_end(visit: Any) -> None:
    page, _ = lesson(visit)
    page.select_option("#speed", "4")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    until(page, "state.step >= 2")
    assert page.get_attribute("#play", "aria-label") == "Pause"
    page.click("#play")
    page.evaluate("renderNow()")
    assert page.get_attribute("#play", "aria-label") == "Play"
    page.evaluate("goTo(steps.length - 1)")
    page.click("#play")
    until(page, "state.step === steps.length && playing === undefined")
    page.click("#play")  # from the end, it begins again
    until(page, "state.step > 0 && state.step < steps.length")
    page.keyboard.press("Escape")
    assert page.evaluate("playing === undefined")


def test_the_address_names_the_step(visit: Any) -> None:
    page, _ = lesson(visit, step=7)
    assert step(page) == 7
    page.keyboard.press("ArrowRight")
    until(page, "location.hash === '#step=8'")
    page.evaluate("location.hash = '#step=3'")
    until(page, "state.step === 3")
    page.evaluate("location.hash = '#step=99999'")
    until(page, "state.step === steps.length")


def test_each_step_says_what_python_says(visit: Any) -> None:
    nodes = neuron()
    explanation = explain(nodes["L"], names={"w": nodes["w"], "b": nodes["b"]}).update(0.1)
    page = visit(explanation)
    for language in ("en", "zh"):
        for told in explanation:
            page.keyboard.press("ArrowRight")
            page.evaluate("renderNow()")
            assert page.inner_text("#step-sentence").replace("−", "-") == told.say(language).replace("−", "-")
        page.keyboard.press("Home")
        page.click("#language")
        page.evaluate("document.activeElement.blur()")


def test_a_whole_constant_of_a_formula_has_no_point(visit: Any) -> None:
    x = Value(2.0, "x")
    page = visit(explain(1 + x), step=2)
    assert page.locator("#step-formula mtr").all_text_contents() == ["L=1+x", "=1+2.0", "=3.0"]


def test_the_argument_of_a_function_is_close_to_its_parentheses(visit: Any) -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    page = visit(explain(tanh(x) * y), step=2)
    widths = page.evaluate("""[...document.querySelectorAll("#step-formula mtr:first-child mo")].map((sign) =>
        [sign.textContent, sign.getBoundingClientRect().width])""")
    assert [sign for sign, _ in widths] == ["=", "(", ")"]
    assert all(width < 10 for _, width in widths[1:])


def test_values_appear_as_they_are_calculated_and_gradients_as_they_flow_back(visit: Any) -> None:
    page, nodes = lesson(visit)
    explanation = explain(nodes["L"], names={"w": nodes["w"], "b": nodes["b"]}).update(0.1)
    for number, told in enumerate(explanation, 1):
        if told.kind not in ("forward", "backward"):
            continue
        node = place_in(nodes, told.node)
        role = "value" if told.kind == "forward" else "gradient"
        page.evaluate(f"goTo({number - 1}); renderNow()")
        before = page.text_content(f"#n{node} .{role}")
        page.evaluate(f"goTo({number}); renderNow()")
        after = page.text_content(f"#n{node} .{role}").replace("−", "-")
        assert page.get_attribute(f"#n{node}", "data-lit") == told.kind
        if told.kind == "forward":
            assert before == ""
            assert float(after) == pytest.approx(told.result, rel=5e-4)
        else:
            assert before == "" if told.edge.use == 1 else before.endswith("+ …")
            assert after.endswith(" + …") == (told.edge.use < told.edge.uses)
            assert float(after.removeprefix("grad ").removesuffix(" + …")) == pytest.approx(told.flow.total, rel=5e-4)
            assert page.get_attribute(f"[data-edge='{place_of(nodes, told)}']", "data-lit") == "backward"


def place_of(nodes: dict[str, Value], told: Any) -> str:
    return f"{place_in(nodes, told.edge.child)}-{told.edge.place}"


def test_steps_are_announced(visit: Any) -> None:
    page, _ = lesson(visit)
    page.keyboard.press("ArrowRight")
    page.evaluate("renderNow()")
    assert page.get_attribute("#announcement", "aria-live") == "polite"
    assert page.text_content("#announcement").startswith("Step 1 of ")


def test_numbers_are_shown_in_the_digits_that_python_shows(visit: Any) -> None:
    page, _ = lesson(visit)
    draws = random.Random(0)
    wanted = [draws.uniform(-10, 10) * 10.0 ** draws.randint(-8, 8) for _ in range(1500)]
    wanted += [mantissa + 0.5 for mantissa in range(1000, 1500)]  # just between two numbers of four digits
    wanted += [mantissa / 16 for mantissa in range(1000)] + [0.0, 1e300, -5e-324, 9999.5, 99995.0, 0.00099995]
    assert page.evaluate("numbers => numbers.map(written)", wanted) == [shown(number) for number in wanted]


# ---- Numbers ---------------------------------------------------------------------------------------------------------


def test_a_slider_that_is_dragged_changes_every_number(visit: Any) -> None:
    page, nodes = lesson(visit)
    slider = page.locator(f"#slider-{place(nodes, 'w')}")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    nodes["w"].data = page.evaluate(f"state.given[{place(nodes, 'w')}]")
    assert nodes["w"].data > -1.0
    agree(page, nodes)
    slider.press("ArrowLeft")
    assert page.evaluate(f"state.given[{place(nodes, 'w')}]") < nodes["w"].data


@pytest.mark.parametrize(("typed", "meant"), [("1/3", 1 / 3), ("-0.5e-2", -0.005), ("2,5", 2.5), (" −4 ", -4.0),
                                             ("０.２５", 0.25), ("1e3", 1000.0), (".5", 0.5)])
def test_a_number_may_be_typed_in_many_ways(visit: Any, typed: str, meant: float) -> None:
    page, nodes = lesson(visit)
    field = page.locator(f"#number-{place(nodes, 't')}")
    field.fill(typed)
    field.press("Enter")
    nodes["t"].data = meant
    agree(page, nodes)
    page.click("#restore")
    nodes["t"].data = 0.5
    agree(page, nodes)
    assert field.input_value() == "0.5"


@pytest.mark.parametrize("typed", ["", "x", "1/0", "1e999", "NaN", "1 2", "0x10", "--1", "1/2/3", "Infinity"])
def test_what_is_no_number_is_refused_beside_the_field(visit: Any, typed: str) -> None:
    page, nodes = lesson(visit)
    field = page.locator(f"#number-{place(nodes, 't')}")
    field.fill(typed)
    field.press("Enter")
    assert "not a number" in page.inner_text(f"#trouble-{place(nodes, 't')}")
    assert field.get_attribute("aria-invalid") == "true"
    agree(page, nodes)


def test_a_page_in_chinese_refuses_in_chinese(visit: Any) -> None:
    p = Value(2.0, "p")
    page = visit(explain(log(p) * sqrt(p - 1.0) * exp(p)), lang="zh")
    for typed, message in [("-1", "log(p) 要求 p > 0；此处 p = −1.0"), ("1e9", "exp(p) 溢出；此处 p = 1e9"),
                           ("1", "sqrt(v2) 对 v2 没有有限的导数；此处 v2 = 0.0")]:
        page.fill("#number-0", typed)
        page.press("#number-0", "Enter")
        assert page.inner_text("#trouble-0") == message


def test_errors_name_what_the_pupil_sees(visit: Any) -> None:
    w, x, k = Value(3.0, "w1"), Value(2.0, "x1"), Value(2.0, "k")
    page = visit(explain((w * x) ** k / (x - 1) + maximum(w, x)))
    for name, number, message in [
            ("w1", 1e308, "w1·x1 overflows; here w1 = 1e308, x1 = 2.0"),
            ("w1", -3, "v1^k has no finite derivative with respect to k; here v1 = −6.0, k = 2.0"),
            ("x1", 1, "v2 / v3 needs v3 != 0, and a result that is not too large; here v2 = 9.0, v3 = 0.0")]:
        page.evaluate("""([name, number]) =>
            setNumber(leaves.find((leaf) => graph.nodes[leaf].name === name), number)""", [name, number])
        heard = page.locator(".number-row .trouble").all_inner_texts()
        assert message in heard
        page.evaluate("restore()")


def test_what_is_outside_of_the_domain_is_refused_in_the_words_of_the_table(visit: Any) -> None:
    p = Value(2.0, "p")
    output = log(p) * sqrt(p - 1.0)
    page = visit(explain(output))
    before = numbers(page)
    for typed, message in [("0.5", "needs v2 >= 0"), ("-1", "log(p) needs p > 0; here p = −1.0"),
                           ("1", "sqrt(v2) has no finite derivative with respect to v2; here v2 = 0.0")]:
        page.fill("#number-0", typed)
        page.press("#number-0", "Enter")
        assert message in page.inner_text("#trouble-0")
        assert numbers(page) == before
    page.fill("#number-0", "3")
    page.press("#number-0", "Enter")
    assert page.inner_text("#trouble-0") == ""
    assert numbers(page)[-1][0] == pytest.approx(math.log(3) * math.sqrt(2), rel=1e-12)


# ---- The story of a node, zoom ---------------------------------------------------------------------------------------


def test_a_click_on_a_node_tells_its_story_and_escape_ends_it(visit: Any) -> None:
    page, nodes = lesson(visit)
    node = place(nodes, "w")
    page.click(f"#n{node}")
    assert page.inner_text("#story-heading") == "The story of w"
    assert page.evaluate("document.activeElement.id") == "story-heading"
    assert "is used 2 times" in page.inner_text("#story-gradient")
    wanted = expected(nodes)
    assert str(wanted[node][1])[:10] in page.inner_text("#story-facts")
    page.keyboard.press("Escape")
    assert page.is_hidden("#story")
    assert page.evaluate("document.activeElement.id") == f"n{node}"
    page.keyboard.press("Enter")  # the keyboard does the same
    assert page.is_visible("#story")
    page.click("#story-close")
    assert page.is_hidden("#story")


def test_the_formula_of_a_story_is_read_out(visit: Any) -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    page = visit(explain(x * x + y).only(y))
    for node, words in ((1, "v1 is given: it is 4.0."), (3, "L is v1 + y. With the numbers put in, that is 7.0.")):
        page.click(f"#n{node}")
        assert page.get_attribute("#story-formula math", "aria-label") == words


def test_a_nudge_is_predicted_and_calculated(visit: Any) -> None:
    page, nodes = lesson(visit)
    before = expected(nodes)
    page.click(f"#n{place(nodes, 'b')}")
    page.fill("#nudge", "-1/10")
    nodes["b"].data -= 0.1
    after = expected(nodes)
    predicted, found = page.evaluate("Object.values(element('nudge-result').dataset).map(Number)")
    assert predicted == pytest.approx(-0.1 * before[place(nodes, "b")][1], rel=1e-9)
    assert found == pytest.approx(after[-1][0] - before[-1][0], rel=1e-9)
    page.fill("#nudge", "much")
    assert "not a number" in page.inner_text("#nudge-result")


@pytest.mark.parametrize("by_keyboard", [True, False])
def test_a_composite_node_opens_and_closes(visit: Any, by_keyboard: bool) -> None:
    page, nodes = lesson(visit)
    page.click(f"#n{place(nodes, 'y')}")
    if by_keyboard:
        page.press("#story-zoom", "Enter")
    else:
        page.click("#story-zoom")
    lens = page.locator(f"[data-lens='{place(nodes, 'y')}']")
    assert lens.locator("g.node").count() > 4
    assert lens.locator("tbody td:last-child").all_inner_texts() == ["✓ the same"] * 2
    page.fill(f"#number-{place(nodes, 'w')}", "-2.5")  # it is alive, too
    page.press(f"#number-{place(nodes, 'w')}", "Enter")
    page.evaluate("renderNow()")
    nodes["w"].data = -2.5
    value = expected(nodes)[place(nodes, "y")][0]
    assert float(lens.locator(".output .value").text_content()) == pytest.approx(value, rel=5e-4)
    if by_keyboard:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    else:
        lens.locator(".lens-close").click()
    page.evaluate("renderNow()")
    assert page.locator(".lens").count() == 0


# ---- Learning, checking ----------------------------------------------------------------------------------------------


def test_steps_downhill_are_those_of_gradient_descent(visit: Any) -> None:
    page, nodes = lesson(visit, lr=0.05)
    page.click("#tab-learn")
    losses = [expected(nodes)[-1][0]]
    for count in range(1, 4):
        page.click("#downhill") if count < 3 else page.press("#downhill", "Enter")
        for name in ("w", "b"):
            nodes[name].data -= 0.05 * nodes[name].grad
        losses.append(expected(nodes)[-1][0])
        agree(page, nodes)
        assert f"steps taken: {count}" in page.inner_text("#learn-loss")
    assert losses[-1] < losses[0]
    heights = [float(point.split(",")[1]) for point in page.get_attribute("#loss-chart polyline", "points").split()]
    scaled = [12 + (1 - (loss - losses[-1]) / (losses[0] - losses[-1])) * 96 for loss in losses]
    assert heights == pytest.approx(scaled, abs=0.06)
    for _ in range(3):
        page.click("#undo")
    page.evaluate("renderNow()")
    assert page.get_attribute("#undo", "aria-disabled") == "true"
    original = neuron()
    agree(page, original)
    page.uncheck(f"#learns-{place(nodes, 'b')}")
    page.click("#downhill-more")
    assert numbers(page)[place(nodes, "b")][0] == 6.88
    page.keyboard.press("Escape")
    page.evaluate("renderNow()")
    assert page.get_attribute("#tab-numbers", "aria-selected") == "true"


def test_the_learning_rate_has_a_slider(visit: Any) -> None:
    page, _ = lesson(visit, lr=0.1)
    page.click("#tab-learn")
    page.evaluate("renderNow()")  # what is not shown yet cannot be focused
    page.focus("#rate")
    page.keyboard.press("ArrowRight")
    until(page, "state.rate !== 0.1")
    page.evaluate("renderNow()")
    rate = page.evaluate("state.rate")
    assert rate == pytest.approx(10**-0.95, rel=0.06)
    assert page.inner_text("#rate-shown") == f"η = {rate}"


def test_a_step_that_leaves_the_domain_is_not_taken(visit: Any) -> None:
    p = Value(0.01, "p")
    page = visit(explain(log(p)), lr=1.0)
    page.click("#tab-learn")
    page.click("#downhill")
    page.evaluate("renderNow()")
    assert "cannot be taken" in page.inner_text("#learn-trouble")
    assert numbers(page)[0][0] == 0.01


def test_the_check_compares_every_gradient(visit: Any) -> None:
    page, nodes = lesson(visit)
    page.click("#tab-check")
    page.click("#check-now")
    rows = page.locator("#check-rows tr")
    with_gradient = [node for node in topological_order(nodes["L"]) if not node.constant]
    assert rows.count() == len(with_gradient)
    assert page.get_attribute("#check-result", "data-failing") == "0"
    assert set(page.locator("#check-rows td:last-child").all_inner_texts()) == {"✓ agrees"}
    page.evaluate("state.numbers.gradients[0] += 0.01; checkAll()")  # it can find something
    assert page.get_attribute("#check-result", "data-failing") == "1"


def test_a_short_name_is_not_broken_beside_a_long_verdict(visit: Any) -> None:
    x, y = Value(2.0, "x"), Value(2.0, "y")
    page = visit(explain(maximum(x, y) * relu(x - y) + x), width=360)
    page.click("#tab-check")
    page.click("#check-now")
    lines = page.evaluate("""[...document.querySelectorAll("#check-rows th")].map((name) => {
        const range = document.createRange();
        range.selectNodeContents(name);
        return range.getClientRects().length; })""")
    assert len(lines) > 4
    assert set(lines) == {1}


# ---- The quiz --------------------------------------------------------------------------------------------------------


def begin_quiz(page: Any) -> None:
    page.click("#tab-quiz")
    page.click("#quiz-start")
    page.evaluate("renderNow()")


def say(page: Any, answer: str) -> str:
    page.fill("#quiz-answer", answer)
    page.press("#quiz-answer", "Enter")
    page.evaluate("renderNow()")
    return page.inner_text("#quiz-verdict")


def reach(page: Any, kind: str) -> dict[str, Any]:
    for _ in range(20):
        question = page.evaluate("quiz.questions[quiz.current]")
        if question["kind"] == kind:
            return question
        page.click("#quiz-next")
        page.evaluate("renderNow()")
    raise AssertionError(f"no question about {kind}")


def test_the_quiz_asks_for_local_derivatives_then_gradients_then_sums_and_hides_them(visit: Any) -> None:
    page, _ = lesson(visit)
    begin_quiz(page)
    asked = page.evaluate("quiz.questions.map(({kind}) => kind)")
    assert asked == sorted(asked, key=["local", "gradient", "whole"].index)
    assert set(asked) == {"local", "gradient", "whole"}
    assert page.is_hidden("#step")
    for _ in asked:
        question = page.evaluate("quiz.questions[quiz.current]")
        if question["kind"] == "local":
            edge = f"[data-edge='{question['child']}-{question['place']}'] text"
            assert page.text_content(edge).endswith("×?")
        else:
            assert page.text_content(f"#n{question['node']} .gradient") == "grad ?"
        assert "Right" in say(page, repr(question["answer"]))
        page.click("#quiz-next")
        page.evaluate("renderNow()")
    assert f"{len(asked)} of {len(asked)} right" in page.inner_text("#quiz-question")
    page.keyboard.press("Escape")
    page.evaluate("renderNow()")
    assert page.is_visible("#step")


def test_typical_mistakes_get_their_own_remark(visit: Any) -> None:
    page, _ = lesson(visit)
    begin_quiz(page)
    local = reach(page, "local")
    assert "not the sign" in say(page, repr(-local["answer"]))
    gradient = reach(page, "gradient")
    node, child, place_ = gradient["node"], gradient["child"], gradient["place"]
    factor = page.evaluate(f"state.numbers.partials[{child}][{place_}]")
    page.evaluate(f"quiz.questions[quiz.current].answer = state.numbers.gradients[{node}]")
    if factor != pytest.approx(gradient["answer"], rel=0.01):
        assert "multiplied by the gradient that comes in" in say(page, repr(factor))
    assert "not the sign" in say(page, repr(-gradient["answer"]))
    shared = reach(page, "whole")
    uses = page.evaluate(f"engine.uses[{shared['node']}].map(({{child, place}}) => state.numbers.shares[child][place])")
    assert len(uses) == 2
    for share in uses:
        assert "alone" in say(page, repr(share))
    assert "not the sign" in say(page, repr(-shared["answer"]))
    assert "Look at the formula" in say(page, "12345")
    assert "not a number" in say(page, "perhaps")


def test_the_local_derivative_of_a_square_is_not_asked_for_by_halves(visit: Any) -> None:
    x, y = Value(2.0, "x"), Value(-0.5, "y")
    page = visit(explain(x * x * y + dot([x, y], [y, x])))
    page.evaluate("enter('quiz')")
    for _ in range(4):
        asked = page.evaluate("(tryAnother(), quiz.questions.filter(({kind}) => kind === 'local'))")
        assert asked
        for question in asked:
            parents = page.evaluate("(place) => graph.nodes[place].parents", question["child"])
            assert parents.count(question["node"]) == 1


def test_fractions_and_powers_of_ten_are_answers(visit: Any) -> None:
    x, y = Value(1.0, "x"), Value(3.0, "y")
    page = visit(explain(x / y))
    begin_quiz(page)
    for _ in range(2):
        question = page.evaluate("quiz.questions[quiz.current]")
        assert "Right" in say(page, "1/3" if question["place"] == 0 else "-11.11e-2")
        page.click("#quiz-next")


def test_a_small_number_is_told_from_zero_and_from_its_opposite(visit: Any) -> None:
    page = visit(explain(Value(3.0, "x") * Value(2e-6, "y")))
    begin_quiz(page)
    for _ in range(2):
        if page.evaluate("quiz.questions[quiz.current].answer") == 2e-6:
            for wrong in ("0", "-2e-6", "4e-5"):
                assert "Right" not in say(page, wrong)
            assert "Right" in say(page, "2e-6")
        page.click("#quiz-next")
        page.evaluate("renderNow()")


def test_hint_reasoning_score_and_other_numbers(visit: Any) -> None:
    page, _ = lesson(visit)
    before = numbers(page)
    begin_quiz(page)
    assert page.inner_text("#quiz-hint") == ""
    for words, formulas, lines in [(1, 0, 0), (1, 1, 1), (1, 1, 2)]:  # the kind of rule, the formula, with the numbers
        page.click("#quiz-help")
        page.evaluate("renderNow()")
        shown_now = [page.locator(f"#quiz-hint {part}").count() for part in ("p", "math", "mtr")]
        assert shown_now == [words, formulas, lines]
    assert page.is_disabled("#quiz-help")
    say(page, "123")
    assert page.inner_text("#quiz-score") == "Score: 0 of 1"
    page.click("#quiz-reason")
    page.evaluate("renderNow()")
    assert page.locator("#quiz-reasoning math").count() == 1
    page.click("#quiz-next")
    page.evaluate("renderNow()")
    say(page, repr(page.evaluate("quiz.questions[quiz.current].answer")))
    assert page.inner_text("#quiz-score") == "Score: 1 of 2"
    page.click("#quiz-another")
    other = numbers(page)
    assert other != before
    page.click("#quiz-another")
    assert numbers(page) not in (before, other)
    page.click("#quiz-stop")
    assert numbers(page) == before
    page.click("#quiz-start")
    page.click("#quiz-another")
    assert numbers(page) == other  # the seed is the same


def test_the_quiz_is_taken_without_a_mouse(visit: Any) -> None:
    page, _ = lesson(visit)
    page.click("#tab-quiz")
    page.evaluate("renderNow()")
    page.press("#quiz-start", "Enter")
    for _ in page.evaluate("quiz.questions"):
        assert page.evaluate("document.activeElement.id") == "quiz-answer"
        page.press("#quiz-next", "Enter")
    assert page.evaluate("document.activeElement.id") == "quiz-another"
    assert page.is_hidden("#quiz-answer")  # nothing is asked any more
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "quiz-answer"
    page.press("#quiz-stop", "Enter")
    assert page.evaluate("document.activeElement.id") == "quiz-start"


def test_a_page_can_do_without_a_quiz(visit: Any) -> None:
    page, _ = lesson(visit, quiz=False)
    assert page.is_hidden("#tab-quiz")


# ---- Languages, themes, accessibility --------------------------------------------------------------------------------


def test_everything_is_said_in_both_languages(visit: Any) -> None:
    page, _ = lesson(visit, lang="zh")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    english = re.compile("[A-Za-z]{3,}")
    for tab in ("numbers", "learn", "check", "quiz"):
        page.click(f"#tab-{tab}")
        if tab == "check":
            page.click("#check-now")
        if tab == "quiz":
            page.click("#quiz-start")
            page.click("#quiz-help")
            page.click("#quiz-reason")
        page.evaluate("renderNow()")
        seen = page.inner_text("body").replace("English", "").replace("tanh", "")
        assert not english.search(seen), english.findall(seen)
    page.keyboard.press("Escape")
    page.click("#language")
    assert page.inner_text("#tab-numbers") == "Numbers"
    assert page.title() == page.inner_text("#title") == "The chain rule of L, step by step"


def test_every_string_is_there_in_every_language() -> None:
    from autograd.explaining.sentences import LANGUAGES, SENTENCES
    from autograd.lesson.phrases import PHRASES
    from autograd.lesson.words import WORDS

    assert not set(WORDS) & set(SENTENCES)
    assert not set(PHRASES) & (set(SENTENCES) | set(WORDS))
    for key, words in (WORDS | PHRASES).items():
        assert set(words) == set(LANGUAGES), key
        slots = {language: set(re.findall(r"\{(\w+)\}", text)) for language, text in words.items()}
        assert slots["en"] == slots["zh"], key


def test_every_string_is_used() -> None:
    from autograd.lesson.phrases import PHRASES
    from autograd.lesson.words import WORDS

    folder = Path(__file__).parents[3] / "autograd" / "lesson" / "page"
    page = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in (".js", ".html"))
    put_together = re.compile("kind_|tab_|mark_|verdict_|sheet_|module_|quiz_(local|gradient|whole)|hint_|rule_|feel_|"
                              "lower_|term_|means_")
    assert [key for key in WORDS | PHRASES if f'"{key}"' not in page and not put_together.match(key)] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_broken_or_cut_off_on_a_small_phone(visit: Any, lang: str) -> None:
    x, y = Value(2.0, "x"), Value(-0.5, "y")
    page = visit(explain(x * y + x * x * y + y * (x + y) * (x * y + 1) * y), width=360, height=740, lr=0.1, lang=lang)
    assert page.evaluate("element('phase-update').offsetHeight") < 32  # its only word is on one line
    page.focus("#number-0")
    around = page.evaluate("""["numbers-list", "number-0"].map((id) => element(id).getBoundingClientRect())
        .map(({left, top, right}) => [-left, -top, right])""")
    assert all(frame - field >= 5 for frame, field in zip(*around, strict=True))  # its ring is seen whole


@pytest.mark.parametrize(("scheme", "size"), [("light", A_PROJECTOR), ("dark", A_SMALL_PHONE)])
def test_axe_finds_nothing_in_any_state(visit: Any, axe: str, scheme: str, size: tuple[int, int]) -> None:
    page, nodes = lesson(visit, width=size[0], height=size[1], scheme=scheme, reduced="reduce",
                         lang="en" if scheme == "light" else "zh")
    page.evaluate(axe)
    states = {
        "start": "goTo(0)",
        "forward": "goTo(6)",
        "backward": "goTo(14)",
        "update": "goTo(steps.length)",
        "story": f"tellStory({place(nodes, 'w')})",
        "zoom": f"tellStory({place(nodes, 'y')}); openZoom({place(nodes, 'y')})",
        "trouble": f"closeStory(); setNumber({place(nodes, 't')}, NaN)",
        "learn": "enter('learn'); stepDownhill(); stepDownhill()",
        "check": "enter('check'); checkAll()",
        "quiz": "enter('quiz'); startQuiz(); showHint()",
        "answered": "field('quiz-answer').value = '77'; element('quiz-form').requestSubmit(); showReasoning()",
        "done": "quiz.questions.forEach(nextQuestion)",
    }
    for state, script in states.items():
        page.evaluate(f"{script}; renderNow()")
        found = page.evaluate("axe.run().then(({violations}) => violations.map(({id, nodes}) => "
                              "[id, nodes[0].html.slice(0, 200), nodes[0].failureSummary]))")
        assert found == [], (state, found)


def test_all_that_can_be_done_can_be_reached_by_tab(visit: Any) -> None:
    page, _ = lesson(visit)
    reached = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    buttons = page.evaluate("""() => [...document.querySelectorAll("button, input, select, [role=button]")]
        .filter((control) => control.checkVisibility() && control.tabIndex >= 0).map(({id}) => id)""")
    assert len(buttons) > 20
    assert set(buttons) <= reached


def test_the_theme_can_be_chosen(visit: Any) -> None:
    page, _ = lesson(visit, scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.emulate_media(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_on_paper_all_steps_are_listed(visit: Any) -> None:
    page, _ = lesson(visit)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#printed li").count() == page.evaluate("steps.filter(({kind}) => kind !== 'given').length")
    assert page.is_visible("#printed")
    assert page.is_hidden("footer")


@pytest.mark.parametrize("output", [Value(1.0), Value(1.0, "x"), constant(2.0), constant(2.0) * constant(3.0)])
def test_a_graph_that_has_hardly_anything_to_show_has_a_page(visit: Any, output: Value) -> None:
    page = visit(explain(output), lr=0.1)
    for script in ("goTo(steps.length)", "tellStory(0)", "closeStory(); enter('learn'); stepDownhill(); stepBack()",
                   "enter('check'); checkAll()", "enter('quiz'); startQuiz()", "tryAnother()", "leave()"):
        page.evaluate(f"{script}; renderNow()")
    assert page.text_content(f"[data-node='{len(topological_order(output)) - 1}'] .value") == str(output.data)


# ---- The file --------------------------------------------------------------------------------------------------------


HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "${alert(1)}", "`;alert(1)//",
           "a\u2028b", "nul\0nul", "x" * 10_000, "<!--", "]]>", "&lt;b&gt;", "'\"\\", "{node}", "\\frac{", "$title",
           "\u202eabc", "😀", "变量", "\ud800"]


@pytest.mark.parametrize("labels", [HOSTILE[first : first + 3] for first in range(0, len(HOSTILE), 3)], ids=range(6))
def test_hostile_labels_and_titles_stay_text(visit: Any, labels: list[str]) -> None:
    leaves = [Value(0.5 + number, label) for number, label in enumerate(labels)]
    z = tanh(leaves[0] * leaves[-1])
    z.label = labels[0] + "3"
    page = visit(explain(z + sum(leaves), names={labels[0]: leaves[0]}), title=labels[-1], lr=0.1)
    written = labels[-1].replace("\0", "\ufffd").replace("\ud800", "?")
    assert page.text_content("#title") == written
    assert page.evaluate("document.scripts.length") == 2
    assert page.locator("img, iframe, b").count() == 0
    for node in range(len(leaves)):
        page.evaluate(f"goTo(steps.length - {node}); tellStory({node}); renderNow()")
        name = page.evaluate(f"graph.nodes[{node}].name")
        assert page.text_content("#story-heading") == f"The story of {name}"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_nothing_can_be_asked_for_and_nothing_can_be_slipped_in(visit: Any) -> None:
    page, _ = lesson(visit)
    policy = page.get_attribute("meta[http-equiv]", "content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    stopped = page.evaluate("""() => { const script = document.createElement("script");
        script.textContent = "window.slipped = 1"; let stopped = 0;
        addEventListener("securitypolicyviolation", () => stopped++); document.body.append(script);
        return new Promise((resolve) => setTimeout(() => resolve([window.slipped === undefined, stopped]), 50)); }""")
    assert stopped == [True, 1]
    assert "script-src" in visit.heard.pop()


def test_no_script_names_an_operation_of_the_table() -> None:
    from autograd import operations
    from autograd.lesson.document import SCRIPTS

    folder = Path(__file__).parents[3] / "autograd" / "lesson" / "page"
    assert sorted(path.stem for path in folder.glob("*.js")) == sorted(SCRIPTS)
    for path in folder.glob("*.js"):
        words = set(re.findall(r"[A-Za-z_]\w*", path.read_text(encoding="utf-8")))
        assert words & set(operations) <= {"step", "sign"}, path.name  # which are words of a page, too
