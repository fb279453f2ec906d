"""Labels are data: whatever is in them comes out of both layout programs as it was typed, or visibly replaced."""

import html
import json
import math
import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import Value, draw, tanh
from autograd.drawing.text import decimal, visible, width
from tests.support.pictures import PROGRAMS, Picture, number, use

HOSTILE = [
    "<b>", "<b>bold</b>", "<script>alert(1)</script>", '"', "'", "\\", "\\N", "\\n", "a\\", "a\nb", "a\r\nb", "{a|b}",
    "&#x3c;", "&lt;", "&amp;amp;", "&", "]", "-->", "<!--", "]]>", "<![CDATA[", "  two  spaces ", "\t", "\x00",
    "\x1b[31m", "\x7f", "\x85", "\ud800", "\ufffe", "\U0001ffff", "漢字かな", "😀", "שלום", "العربية",
    "\u202egnp.exe", "é", "e\u0301", "", " ", '<TABLE><TR><TD HREF="http://x">x</TD></TR></TABLE>', "</TD>", "}",
    "//", "#", ";", "<>", "%s", "node", "x" * 10_000, "漢" * 40,
]


@pytest.fixture(params=PROGRAMS, scope="module")
def program(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(request.param, monkeypatch)
        yield request.param


def normal(text: str) -> str:
    return text.replace("\u00a0", " ")


def assert_shown(labels: list[str]) -> None:
    """A drawing of Values with these labels says just them, in every place."""
    values = [Value(1.0, label) for label in labels]
    picture = Picture(draw([tanh(value) for value in values], fold=False).svg())
    picture.assert_harmless()
    assert len(picture.nodes) == 2 * len(labels)
    for place, label in enumerate(labels):
        shown = picture.nodes[f"n{2 * place}"]
        name, data = normal(shown.tooltip).removeprefix("input ").removeprefix("parameter ").rsplit("\n", 1)
        assert data == "data = 1.0"
        assert called(normal(label), name)
        line = name.replace("\n", "␊")
        assert normal(shown.texts[0]) == (line if len(line) <= 32 else line[:31] + "…")


def called(label: str, name: str) -> bool:
    """Whether this may be the name of what has such a label: it ends in a number where others' labels read alike."""
    can_be_seen = any(character.isprintable() and not character.isspace() for character in label)
    return bool(re.fullmatch(re.escape(visible(label)) + r"(_\d+)?" if can_be_seen else r"v\d+", name)) or (
        re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?|.*#\d+", label) is not None and label in name)


def test_hostile_labels_come_out_as_they_were_typed(program: str) -> None:
    assert_shown(HOSTILE)


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(), max_size=20), min_size=1, max_size=8))
@example(["\\" * 3 + '"'])
@example(["<" + "&" + ">"])
def test_any_text_comes_out_as_it_was_typed(program: str, labels: list[str]) -> None:
    assert_shown(labels)


@pytest.mark.parametrize("format", ["dot", "json"])
def test_hostile_labels_in_other_formats(format: str, program: str) -> None:
    made = draw([Value(1.0, label) for label in HOSTILE], fold=False).pipe(format).decode()
    if format == "json":
        tooltips = [item["tooltip"] for item in json.loads(made)["objects"]]
    else:  # in which a backslash continues a line
        tooltips = re.findall(r'tooltip="((?:[^"\\]|\\.)*)"', made.replace("\\\n", ""))
    # Both formats have a tooltip as it came in: as lines in HTML, with a backslash written as four.
    read = [html.unescape(re.sub(r"\\{4}|\\n", lambda match: "\\" if len(match[0]) == 4 else "\n", text))
            for text in tooltips]
    for label, tooltip in zip(HOSTILE, read, strict=True):
        name, data = tooltip.removeprefix("input ").removeprefix("parameter ").rsplit("\n", 1)
        assert data == "data = 1.0"
        assert called(label, name)


def test_hostile_labels_in_pixels(program: str) -> None:
    values = [Value(1.0, label) for label in HOSTILE]
    for value in values:
        value.backward()  # so that each has one line more
    picture = draw(values, fold=False).pipe("png")
    width, height = (int.from_bytes(picture[start : start + 4], "big") for start in (16, 20))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert width < height == 55 * 144  # one box below the other, as tall as a picture may be


def test_hostile_names_of_modules(program: str) -> None:
    values = [Value(1.0) for _ in HOSTILE]
    names = {f"{label.replace('.', '')}{place}.w": value for place, (label, value) in
             enumerate(zip(HOSTILE, values, strict=True))}
    picture = Picture(draw([tanh(value) for value in values], names=names, fold=False).svg())
    picture.assert_harmless()
    assert len(picture.frames) == len(HOSTILE)
    tooltips = {normal(frame.tooltip) for frame in picture.frames.values()}
    assert tooltips == {normal(visible(name.removesuffix(".w"))) for name in names}
    assert all(re.fullmatch(r"c-[0-9A-Za-z-]*", frame) for frame in picture.frames)


@given(st.text(st.characters()))
def test_what_is_visible_can_be_written_as_xml_and_seen(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        assert unicodedata.category(after) not in {"Cc", "Cs"} or after == "\n"
        assert after == before or after == "�" or unicodedata.name(after).startswith("SYMBOL FOR")


def box_width(label: str) -> float:
    shown = Picture(draw(tanh(Value(1.0, label))).svg()).nodes["n0"]
    return 2 * float(shown.styles()["rx"])


@pytest.mark.parametrize("label", ["漢字" * 8, "😀" * 10, "العربية" * 3, "é" * 20])
def test_wide_text_fits_its_box(label: str, program: str) -> None:
    """Letters are up to 1 em wide in these scripts, that is 14 points, and a layout program may not know."""
    each = 14.0 if unicodedata.east_asian_width(label[0]) == "W" else 7.0
    assert box_width(label) > each * len(label)
    assert width(label, 14.0) >= each * len(label)


@pytest.mark.parametrize("label", ["漢字かな", "e\u0301" * 8, "שלום", "😀😀", "x"])
@pytest.mark.parametrize("parameter", [False, True])
def test_a_name_stands_in_the_middle_of_its_box(label: str, parameter: bool, program: str) -> None:
    value = Value(1.0, label)
    shown = Picture(draw(tanh(value), parameters=value if parameter else None).svg()).nodes["n0"]
    outline = shown.styles()
    if parameter:
        corners = [float(corner.split(",")[0]) for corner in outline["points"].split()]
        middle = (min(corners) + max(corners)) / 2
    else:
        middle = float(outline["cx"])
    for text in shown.element.findall("{*}text"):
        assert text.attrib["text-anchor"] == "middle"
        assert float(text.attrib["x"]) == pytest.approx(middle, abs=0.011)


def test_a_wide_name_fits_its_frame(program: str) -> None:
    value = Value(1.0)
    (frame,) = Picture(draw(value, names={"層" * 30 + ".w": value}).svg()).frames.values()
    outline = frame.styles().get("d") or frame.styles()["points"]
    across = [float(x) for x in re.findall(r"(-?[\d.]+),", outline)]
    assert max(across) - min(across) > 13 * 30


@pytest.mark.parametrize(("x", "text"), [
    (-3.0, "−3.0"), (0.0, "0.0"), (-0.0, "0.0"), (2.0, "2.0"), (0.70710678, "0.7071"), (6.88137, "6.881"),
    (1e-5, "1e−5"), (123456.0, "1.235e5"), (-1.5e300, "−1.5e300"), (1e22, "1e22"), (0.1 + 0.2, "0.3"), (9999.6, "1e4"),
    (-1234.5, "−1234"), (1234.0, "1234.0"), (-math.inf, "−inf")])
def test_numbers_have_four_digits_and_a_minus_sign(x: float, text: str) -> None:
    assert decimal(x) == text


@given(st.floats(-1e308, 1e308))
def test_numbers_are_right_to_four_digits(x: float) -> None:
    assert number(decimal(x)) == pytest.approx(x, rel=5.0001e-4, abs=0)
