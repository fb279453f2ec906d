"""What tests of explanations share: labels that would be more than data if they could, and their HTML as a tree."""

from xml.etree import ElementTree

from autograd import Value, dot

HOSTILE = ["</script>", "<img src=x onerror=alert(1)>", "a|b", "*a*", "`a`", "$x$", "{{x}}", "- x", "1.", "&lt;", "#",
           "\\frac", "_", "a\nb\0c\u2028d", "\u202eabc", "x" * 10_000, "权重", "😀"]


def hostile():
    return dot([Value(1.5, label) for label in HOSTILE], [Value(2.5, label) for label in HOSTILE])


def tree_of(explanation):
    return ElementTree.fromstring(explanation._repr_html_().replace("<br>", "<br/>"))
