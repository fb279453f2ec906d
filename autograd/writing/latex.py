"""Names and text in LaTeX."""

import re
import unicodedata

from autograd.table.notation import SUBSCRIPTS

_DIGITS = {subscript: digit for digit, subscript in SUBSCRIPTS.items()}
_ESCAPES = {
    "text": {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"},
    "mathrm": {"\\": r"\backslash ", "~": r"\sim ", "^": r"\wedge "},  # not a text mode: it drops spaces
}


def latex_name(name: str, style: str = "text") -> str:
    r"""A name: a letter with an index, `w_{12}`, for `w12` or `w_12`; upright if it is a word, not a product.

    In the style "text", `\text{loss}` and `\alpha`; in "mathrm", `\mathrm{loss}` and α as it is.
    """
    stem, index = split_name(name)
    latex = stem if len(stem) == 1 and stem.isalpha() else rf"\{style}{{{escaped(stem, style)}}}"
    greek = unicodedata.name(latex[0], "").removeprefix("GREEK ") if style == "text" else ""
    if greek.startswith("SMALL LETTER ") and greek.count(" ") == 2 and not greek.endswith("OMICRON"):
        latex = "\\" + greek.split()[2].lower().replace("lamda", "lambda")
    latex = r"\hat{y}" if latex == "ŷ" else latex
    return latex + (f"_{{{index}}}" if index else "")


def split_name(name: str) -> tuple[str, str]:
    """The letters of a name and its index, which is empty where there is none: ("w", "12") for w12, w_12 and w₁₂."""
    match = re.fullmatch(r"([^\W\d_₀-₉]+)([₀-₉]+(?:,[₀-₉]+)*)", name)
    if match:
        return match[1], match[2].translate(_DIGITS)
    match = re.fullmatch(r"([^\W\d_]+)_?([0-9]*)", name)
    return (match[1], match[2]) if match else (name, "")


def escaped(text: str, style: str = "text") -> str:
    """Text in which LaTeX sees no commands."""
    signs = r"[\\#$%&~_^{}]" if style == "text" else r"[\\#$%&~_^{}\s]"
    return re.sub(signs, lambda sign: "\\ " if sign[0].isspace() else
                  _ESCAPES[style].get(sign[0], "\\" + sign[0]), text)
