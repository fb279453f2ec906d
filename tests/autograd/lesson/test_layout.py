"""Where things stand in the window: the picture, the formula and the sentence of a step are seen together, always."""

import math
import re
from typing import Any

import pytest

from autograd import Value, explain
from autograd.writing.numbers import shown
from tests.support.lessons import LESSONS, MISSING

SIZES = [(1280, 800), (1366, 650), (1920, 1080), (360, 740)]


@pytest.mark.parametrize("name", LESSONS)
def test_the_sentence_the_formula_and_what_is_lit_are_seen_at_every_step(visit: Any, name: str) -> None:
    page = visit(LESSONS[name](), reduced="reduce")
    for width, height in SIZES if name in ("article", "xor_step") else (SIZES[1], SIZES[3]):  # the tightest
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("arrange()")
        assert page.evaluate(MISSING) == [], (width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


# ---- Looking around --------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(visit: Any) -> Any:
    return visit(LESSONS["xor_step"](), reduced="reduce")


def place_of(page: Any, box: str = "#n75") -> tuple[float, float, float]:
    """The middle of a box in the window, and its width."""
    found = page.locator(box).evaluate("""group => { const {left, top, width, height} =
        group.firstElementChild.getBoundingClientRect(); return [left + width / 2, top + height / 2, width]; }""")
    return tuple(found)


def whole_is_seen(page: Any) -> bool:
    return page.evaluate("""() => { const frame = canvas.getBoundingClientRect();
        return [...svg.querySelectorAll(".node, .edge")].every((group) => { const box = group.getBoundingClientRect();
            return box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1 &&
                box.bottom <= frame.bottom + 1; }); }""")


def middle(page: Any) -> tuple[float, float]:
    box = page.locator("#canvas").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("size", [*SIZES, (820, 1180), (640, 360)])
def test_it_opens_with_the_whole_graph_in_view_and_fit_brings_it_back(visit: Any, size: tuple[int, int]) -> None:
    page = visit(LESSONS["xor_step"](), reduced="reduce", width=size[0], height=size[1])
    assert whole_is_seen(page)
    for away in ("zoom(3); pan(300, 200)", "zoom(0.3)"):
        for back in ("#fit", "0", "double click"):
            page.evaluate(away)
            assert back == "#fit" or whole_is_seen(page) == (away == "zoom(0.3)")
            if back == "#fit":
                page.click(back)
            elif back == "0":
                page.focus("#canvas")
                page.keyboard.press("0")
            else:
                page.locator("#canvas").dblclick(position={"x": 5, "y": 5})
            assert whole_is_seen(page)
    page.set_viewport_size({"width": size[1], "height": size[0]})
    page.wait_for_timeout(100)
    assert whole_is_seen(page)


def test_dragging_moves_the_picture_and_opens_nothing(drawn: Any) -> None:
    x, y, width = place_of(drawn, "#n75")
    drawn.mouse.move(x, y)
    drawn.mouse.down()
    drawn.mouse.move(x - 70, y + 30, steps=5)
    drawn.mouse.up()
    assert place_of(drawn, "#n75") == pytest.approx((x - 70, y + 30, width), abs=0.5)
    drawn.evaluate("renderNow()")
    assert drawn.is_hidden("#story")
    drawn.mouse.click(x - 70, y + 30)
    assert drawn.is_visible("#story")


def test_the_wheel_zooms_about_the_point_under_it(drawn: Any) -> None:
    x, y, width = place_of(drawn, "#n75")
    drawn.mouse.move(x, y)
    drawn.mouse.wheel(0, -500)
    drawn.wait_for_timeout(50)
    now = place_of(drawn, "#n75")
    assert now[:2] == pytest.approx((x, y), abs=1)
    assert now[2] == pytest.approx(2 * width, rel=0.01)
    drawn.mouse.wheel(0, 500)
    drawn.wait_for_timeout(50)
    assert place_of(drawn, "#n75") == pytest.approx((x, y, width), abs=1)


def test_two_fingers_zoom(drawn: Any) -> None:
    x, y = middle(drawn)
    width = place_of(drawn)[2]
    drawn.evaluate("""([x, y]) => { const send = (kind, pointerId, clientX) => canvas.dispatchEvent(
        new PointerEvent(kind, {pointerId, clientX, clientY: y, bubbles: true, pointerType: "touch"}));
        canvas.setPointerCapture = () => {};
        send("pointerdown", 1, x - 50); send("pointerdown", 2, x + 50);
        for (let way = 50; way <= 100; way += 10) { send("pointermove", 1, x - way); send("pointermove", 2, x + way); }
        send("pointerup", 1, x - 100); send("pointerup", 2, x + 100); }""", [x, y])
    assert place_of(drawn)[2] == pytest.approx(2 * width, rel=0.01)


def test_keys_look_around_and_do_not_walk(drawn: Any) -> None:
    drawn.focus("#canvas")
    x, y, width = place_of(drawn)
    drawn.keyboard.press("+")
    assert place_of(drawn)[2] == pytest.approx(1.25 * width, rel=0.01)
    drawn.keyboard.press("-")
    drawn.keyboard.press("Shift+ArrowRight")
    assert place_of(drawn) == pytest.approx((x - 60, y, width), abs=1)
    drawn.evaluate("renderNow()")
    assert drawn.evaluate("state.step") == 0


def test_what_is_lit_is_looked_for_where_the_picture_is_large(drawn: Any) -> None:
    drawn.evaluate("zoom(3)")
    scale = drawn.evaluate("camera.scale")
    assert drawn.evaluate(MISSING) == []
    drawn.evaluate("goTo(steps.findIndex(({node, kind}) => kind === 'forward' && picture.boxes.has(node)) + 1)")
    drawn.evaluate("renderNow()")
    assert drawn.evaluate("camera.scale") == scale  # what was chosen is kept, if what is lit has room in it


def test_a_box_that_has_the_focus_is_seen(drawn: Any) -> None:
    drawn.evaluate("zoom(8)")
    drawn.focus("#canvas")
    for _ in range(12):
        drawn.keyboard.press("Tab")
        assert drawn.evaluate("""() => { const frame = canvas.getBoundingClientRect();
            const box = document.activeElement.firstElementChild.getBoundingClientRect();
            return box.left < frame.right && box.right > frame.left && box.top < frame.bottom && box.bottom > frame.top;
            }""")
    assert drawn.evaluate("[canvas.scrollLeft, canvas.scrollTop]") == [0, 0]


# ---- On a projector, a phone, and paper ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size"), [("product", (1024, 768)), ("neuron", (1280, 800)), ("neuron", (1920, 1080)),
                                           ("article", (1024, 768)), ("shared_variable", (1280, 800))])
def test_on_a_projector_there_is_the_picture_and_the_step_in_large_letters(visit: Any, name: str,
                                                                          size: tuple[int, int]) -> None:
    page = visit(LESSONS[name](), reduced="reduce", width=size[0], height=size[1])
    before = page.evaluate("parseFloat(getComputedStyle(element('step-sentence')).fontSize)")
    page.keyboard.press("p")
    seen = page.evaluate("""[...document.querySelectorAll("button, input, select, summary, h1, .legend, .hint")]
        .filter((part) => part.checkVisibility()).map(({id}) => id)""")
    assert seen == ["projector-close"]
    assert page.evaluate("parseFloat(getComputedStyle(element('step-sentence')).fontSize)") > 1.25 * before
    assert page.evaluate(MISSING) == []
    page.evaluate("goTo(3); renderNow()")
    page.evaluate("document.activeElement.blur()")
    for key, step in [(" ", 3), ("Escape", 3), ("PageDown", 4), ("ArrowRight", 5), ("PageUp", 4)]:
        page.keyboard.press(key)  # Escape ends the playing that the space bar began
        page.evaluate("renderNow()")
        assert page.evaluate("state.step") == step, key
    page.keyboard.press("Escape")
    assert page.is_visible("#modes")
    page.click("#projector")
    page.click("#projector-close")
    assert page.is_visible("#modes")
    assert page.evaluate(MISSING) == []


def test_p_can_be_typed_into_a_field(visit: Any) -> None:
    page = visit(LESSONS["product"]())
    page.focus("#number-0")
    page.keyboard.press("p")
    assert page.is_visible("#modes")


def test_on_a_phone_the_picture_stays_in_view_above_the_panels(visit: Any) -> None:
    page = visit(LESSONS["neuron"](), reduced="reduce", width=360, height=740)
    page.evaluate("window.scrollTo(0, 10000)")
    for mode in ("numbers", "learn", "check", "quiz"):
        page.evaluate(f"enter('{mode}'); renderNow()")
        if mode == "quiz":
            page.click("#quiz-start")
            page.evaluate("renderNow(); element('quiz-check').scrollIntoView({block: 'end'})")
        frame = page.locator("#canvas").bounding_box()
        assert frame["y"] >= 0
        assert frame["height"] > 100
        assert page.locator(f"#panel-{mode}").bounding_box()["y"] < 740


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("sheet", ["worksheet", "answers"])
def test_a_sheet_fits_the_paper(visit: Any, paper: str, sheet: str) -> None:
    width, height = {"A4": (210, 297), "Letter": (215.9, 279.4)}[paper]
    inside = tuple(round((side - 24) / 25.4 * 96) for side in (width, height))
    for name in ("product", "neuron", "shared_variable", "article"):
        page = visit(LESSONS[name]())
        page.set_viewport_size({"width": inside[0], "height": inside[1]})
        page.evaluate(f"sheet = '{sheet}'; dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= inside[0]
        too_large = page.evaluate("""([width, height]) =>
            [...document.querySelectorAll("#printed > *, #printed li, #printed math")].filter((part) => {
                const box = part.getBoundingClientRect();
                const whole = part.matches(".printed-picture, li"); // on one page
                return box.right > width + 1 || box.left < 0 || (whole && box.height > height);
            }).map((part) => part.outerHTML.slice(0, 80))""", list(inside))
        assert too_large == [], name
        seen = page.evaluate("[...document.body.children].filter((part) => part.checkVisibility()).map(({id}) => id)")
        assert seen == ["main"]


def test_a_worksheet_gives_nothing_away_and_the_answers_say_all(visit: Any) -> None:
    page = visit(LESSONS["neuron"]())
    page.evaluate("window.print = () => { dispatchEvent(new Event('beforeprint')); window.printedOnce = true; }")
    given = {"-3.0", "2.0", "1.0", "0.0", "6.88", "0.1"}
    for sheet in ("worksheet", "answers"):
        page.click("#printing summary")
        page.click(f"#print-{sheet}")
        assert page.evaluate("window.printedOnce")
        text = page.text_content("#printed").replace("−", "-")
        numbers = set(re.findall(r"-?\d+\.\d+", text))
        if sheet == "worksheet":
            assert numbers <= given
            assert page.locator("#printed .line").count() > page.evaluate("steps.length")
            assert "____" in page.text_content("#printed svg")
        else:
            assert {"0.7064", "0.501", "-1.503"} <= numbers
            assert "____" not in page.text_content("#printed svg")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.text_content("#printed") == ""


# ---- Numbers that are seen at once -----------------------------------------------------------------------------------


def test_before_the_first_step_the_numbers_that_are_known_are_shown(visit: Any) -> None:
    page = visit(LESSONS["neuron"]())
    known = page.locator("#step-formula math").all_text_contents()
    assert known == ["w1=−3.0", "x1=2.0", "w2=1.0", "x2=0.0", "b=6.88"]
    assert page.inner_text("#numbers-output") == "y = 0.7064"
    page.fill("#number-0", "-2.9")
    page.press("#number-0", "Enter")
    page.evaluate("renderNow()")
    assert page.text_content("#n0 .value") == "−2.9"
    assert page.locator("#step-formula math").first.text_content() == "w1=−2.9"
    assert page.inner_text("#numbers-output") == f"y = {shown(math.tanh(1.08))}"


@pytest.mark.parametrize("number", [2.0, -3.0, 0.0, 0.37, 1e6, -4e-5])
def test_a_slider_says_how_far_it_goes_and_has_a_mark_at_zero(visit: Any, number: float) -> None:
    page = visit(explain(Value(number, "x") * 2))
    low, zero, high = page.locator(".scale span").all_text_contents()
    slider = page.locator("#slider-0")
    ends = []
    for key in ("Home", "End"):
        slider.press(key)
        page.evaluate("renderNow()")
        ends.append(page.evaluate("state.given[0]"))
    written = [float(text.replace("−", "-")) for text in (low, high)]
    assert written == pytest.approx(ends, rel=6e-3)
    assert zero == "0"
    mark = page.locator(".scale .zero").bounding_box()
    scale = page.locator(".scale").bounding_box()
    across = (mark["x"] + mark["width"] / 2 - scale["x"]) / scale["width"]
    assert across == pytest.approx(-ends[0] / (ends[1] - ends[0]), abs=0.02)


# ---- What flows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_values_flow_forward_and_gradients_back_along_the_arrows(visit: Any, motion: str) -> None:
    page = visit(LESSONS["neuron"](), reduced=motion)
    colours = set()
    for number in range(page.evaluate("steps.length") + 1):
        page.evaluate(f"goTo({number}); renderNow()")
        kind = page.evaluate("steps[state.step - 1]?.kind")
        flows = page.evaluate("""[...document.querySelectorAll("#canvas .flow")].map((text) =>
            [text.parentNode.dataset.edge, text.textContent, getComputedStyle(text).fill])""")
        edges = page.evaluate("litBy(steps[state.step - 1]).edges.map(({child, place}) => `${child}-${place}`)")
        assert [edge for edge, *_ in flows] == edges
        assert page.locator(".flow-bead").count() == (0 if motion == "reduce" else len(edges))
        for edge, text, colour in flows:
            child, place = map(int, edge.split("-"))
            wanted = page.evaluate("""([child, place, back]) => shown(back ? state.numbers.shares[child][place]
                : state.numbers.values[graph.nodes[child].parents[place]])""", [child, place, kind == "backward"])
            assert text == wanted
            colours.add((kind, colour))
    assert len({colour for _, colour in colours}) == len(colours) == 2


def test_a_dot_travels_from_the_child_to_what_the_gradient_is_for(visit: Any) -> None:
    page = visit(LESSONS["product"](), step=0)
    step = page.evaluate("steps.findIndex(({kind}) => kind === 'backward') + 1")
    page.evaluate(f"goTo({step}); renderNow()")
    places = []
    for _ in range(12):
        places.append(page.evaluate("Number(document.querySelector('.flow-bead')?.getAttribute('cx'))"))
        page.wait_for_timeout(40)
    assert places[0] > min(places)  # to the left, to what the output was made from
    page.evaluate("goTo(0); renderNow()")
    assert page.locator(".flow-bead").count() == 0


def test_a_quiz_does_not_show_what_flows(visit: Any) -> None:
    page = visit(LESSONS["neuron"](), step=10)
    page.evaluate("enter('quiz'); startQuiz(); renderNow()")
    assert page.locator(".flow").count() == 0


# ---- The chart of the losses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("losses", [[0.5, 0.4], [1234.5, 1233.9], [6.38e-4, 6.21e-4], [1.0, 1e-3, 1e-9], [0.3],
                                    [-2.0, -3.0], [0.0, 1e-7], [9e12, 2e-300], [5.0, 5.0]])
def test_the_chart_cuts_no_label(visit: Any, losses: list[float]) -> None:
    page = visit(LESSONS["product"]())
    page.evaluate("enter('learn'); renderNow()")
    # Drawn and measured in one go: the page itself draws its own losses whenever it is rendered.
    frame, labels, points = page.evaluate("""(losses) => { drawLosses(losses);
        const box = (part) => { const {left, top, right, bottom} =
        part.getBoundingClientRect(); return [left, top, right, bottom]; };
        const chart = element("loss-chart");
        return [box(chart), [...chart.querySelectorAll("text")].map((text) => [text.textContent, ...box(text)]),
            chart.querySelector("polyline").getAttribute("points")]; }""", losses)
    for text, left, top, right, bottom in labels:
        assert frame[0] <= left, text
        assert right <= frame[2], text
        assert frame[1] <= top, text
        assert bottom <= frame[3] + 1, text
    decades = [text for text, *_ in labels if text.startswith("10")]
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert all(7 <= height <= 111 for height in heights)
    if losses == [1.0, 1e-3, 1e-9]:
        assert len(decades) >= 4
        assert heights[1] - heights[0] == pytest.approx((heights[2] - heights[0]) / 3, abs=0.2)
    elif min(losses) <= 0 or max(losses) < 100 * min(losses):
        assert decades == []
