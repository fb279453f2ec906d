"""Labels that would mean something to HTML, Markdown, LaTeX or a terminal, if they were not data."""

from autograd import Value, dot

HOSTILE = ["</script>", "<img src=x onerror=alert(1)>", "a|b", "*a*", "`a`", "$x$", "{{x}}", "- x", "1.", "&lt;", "#",
           "\\frac", "_", "a\nb\0c\u2028d", "\u202eabc", "x" * 10_000, "权重", "😀"]


def hostile():
    return dot([Value(1.5, label) for label in HOSTILE], [Value(2.5, label) for label in HOSTILE])
