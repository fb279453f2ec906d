"""The table of words: complete in both languages, and safe to fill."""

import re
import string

import pytest

from autograd import Value, dot, explain
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
    assert "Rates multiply: -1.5 × (-3.0) = 4.5. So L changes 4.5 times as much as a." in explanation[-2].sentence
    assert r"$-1.5$ $\times$ $(-3.0)$ $=$ $4.5$" in explanation.to_latex()


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no language 'fr', only 'en', 'zh'"):
        explain(used_twice(), lang="fr")
    with pytest.raises(ValueError, match="no language 'fr'"):
        explain(used_twice()).translated("fr")


@pytest.mark.parametrize(("a", "says"), [
    (1.0, "y changes as much as x."), (0.0, "y does not change with x."), (2.5, "y changes 2.5 times as much as x."),
    (-1.0, "y changes as much as x, but the other way.")])
def test_nothing_changes_one_or_zero_times_as_much(a, says):
    x = Value(3.0, "x")
    y = x * a
    y.label = "y"
    step = explain(y)[-1]
    assert step.sentence.startswith(says)
    assert "倍" in step.say("zh") or abs(a) in (0.0, 1.0)
    assert r"1.0$ times as much" not in explain(y).to_latex()


def test_what_has_no_gradient_stays():
    w = Value(3.0, "w")
    (step,) = (step for step in explain(w * 0.0).update(0.1) if step.kind == "update")
    assert step.sentence == "The gradient of w is 0, so w stays at 3.0."


def test_what_is_held_fixed_is_listed():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    y = w * x + (x * 3)
    assert "Held fixed: x = 2.0, v2 = 6.0" in str(explain(y, w))
    assert "Held fixed" not in str(explain(y))
    others = [Value(1.0, f"x{place}") for place in range(40)]
    text = " ".join(str(explain(dot([w] * 40, others), w)).split())
    assert "Held fixed: x0 = 1.0, x1 = 1.0," in text
    assert "x11 = 1.0, … " in text
