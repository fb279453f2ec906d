"""The part of Markdown that a teacher may use: what it makes, and that it makes nothing else."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.lesson.markdown import parsed

TAGS = {"p", "ul", "ol", "li", "em", "strong", "code"}


@pytest.mark.parametrize(("text", "trees"), [
    ("plain", [["p", "plain"]]),
    ("one\nparagraph\n\nanother", [["p", "one\nparagraph"], ["p", "another"]]),
    ("an *important* or **strong** word", [["p", "an ", ["em", "important"], " or ", ["strong", "strong"], " word"]]),
    ("**strong and *more* of it**", [["p", ["strong", "strong and ", ["em", "more"], " of it"]]]),
    ("`a*b*c` is code", [["p", ["code", "a*b*c"], " is code"]]),
    ("2 * 3 * 4", [["p", "2 * 3 * 4"]]),
    (r"\*not\* and \[no link\](x)", [["p", "*not* and [no link](x)"]]),
    ("see [the *book*](https://a.b/c)", [["p", "see the ", ["em", "book"], " (https://a.b/c)"]]),
    ("- one\n- two\n  goes on", [["ul", ["li", "one"], ["li", "two\ngoes on"]]]),
    ("first:\n1. one\n2) two", [["p", "first:"], ["ol", ["li", "one"], ["li", "two"]]]),
    ("- a\n\n- b", [["ul", ["li", "a"], ["li", "b"]]]),
    ("-1 is no list, nor is 1.5 or *this", [["p", "-1 is no list, nor is 1.5 or *this"]]),
    ("<b>&amp;</b> # no", [["p", "<b>&amp;</b> # no"]]),
    ("", []), ("  \n\n \n", []), ("重点是*梯度*。", [["p", "重点是", ["em", "梯度"], "。"]]),
])
def test_what_it_makes(text: str, trees: list[Any]) -> None:
    assert parsed(text) == trees


def words_of(tree: Any) -> str:
    return tree if isinstance(tree, str) else "".join(map(words_of, tree[1:]))


def tags_of(tree: Any) -> set[str]:
    return set() if isinstance(tree, str) else {tree[0]}.union(*map(tags_of, tree[1:]))


@given(st.text(alphabet=st.sampled_from("ab1 *`_[]()\\\n-.<>&#'\"变"), max_size=60))
def test_no_letter_is_lost_and_nothing_else_is_made(text: str) -> None:
    trees = parsed(text)
    letters = re.compile(r"[ab变<>&#'\"_]")
    assert letters.findall("".join(map(words_of, trees))) == letters.findall(text)
    for tree in trees:
        assert tags_of(tree) <= TAGS


def test_a_long_text_of_marks_is_read_in_a_moment() -> None:
    for mark in ("*", "**", "*a", "**a*", "`", "[", "[](", "\\", "- ", "*a **b "):
        parsed(mark * 3000)
