"""The table of words: complete in both languages, and safe to fill."""

import re
import string

import pytest

from autograd import Value, explain
from autograd.explaining.sentences import LANGUAGES, SENTENCES, say
from tests.support.calculus import used_twice


def slots(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", SENTENCES)
def test_every_entry_says_the_same_in_each_language(key):
    entry = SENTENCES[key]
    assert set(entry) == set(LANGUAGES)
    assert slots(entry["en"]) == slots(entry["zh"])
    assert not re.search("[\u4e00-\u9fff]", entry["en"])
    assert re.search("[\u4e00-\u9fff]", entry["zh"])


def test_what_is_put_into_a_slot_is_not_read_as_one():
    assert say("given", "en", node="{result}", result="{node} {0} %s") == "{result} is given: it is {node} {0} %s."


def test_a_negative_factor_is_in_parentheses():
    a, b = Value(-2.0, "a"), Value(-3.0, "b")
    explanation = explain(a * b * -1.5)
    assert "So L changes -1.5 × (-3.0) = 4.5 times as much as a." in explanation[-2].sentence
    assert r"$-1.5$ $\times$ $(-3.0)$ $=$ $4.5$" in explanation.to_latex()


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no language 'fr', only 'en', 'zh'"):
        explain(used_twice(), lang="fr")
    with pytest.raises(ValueError, match="no language 'fr'"):
        explain(used_twice()).translated("fr")
