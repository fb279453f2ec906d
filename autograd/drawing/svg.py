"""The SVG that a layout program writes, made fit for browsers: they look for tooltips elsewhere, and measure text anew.

rendering.py sends every SVG through here.
"""

import re

from autograd.drawing.text import FAMILY, FONT

_PREAMBLE = re.compile(r"<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*", re.DOTALL)
_TITLE = re.compile(r"<title>[^<]*</title>\n")
_BOX = re.compile(r'<g id="[^"]*" class="node .*?</g>', re.DOTALL)  # of `draw`; nodes of others have no class
_POINTS = re.compile(r' (?:cx|d|points)="([^"]*)"')
_X = re.compile(r"(?<![,\d.-])-?[\d.]+")  # what no comma comes before: "3,4 5,6"
_LINE = re.compile(r'text-anchor="start" x="[^"]*" y="([^"]*)"')
_ANCHOR = re.compile(r'<g id="a_[^"]*"><a xlink:title="([^"]*)">\n|</a>\n</g>\n')


def for_browsers(svg: str) -> str:
    """An SVG with the tooltips where browsers look for them, in the `<title>` of each node, edge and cluster.

    Layout programs write the identifier there, and the tooltip on a link that leads nowhere. The type declaration,
    which refers to another server, and the comments are left out. Lines in boxes stand in the middle.
    """
    svg = _PREAMBLE.sub("", svg).replace("&#45;", "-").replace(f'font-family="{FONT}"', f'font-family="{FAMILY}"')
    svg = svg.replace('stroke="transparent"', 'stroke="none"')  # "transparent" is not a colour in SVG 1.1
    pieces = _TITLE.split(svg)
    return _BOX.sub(_centred, pieces[0] + "".join(map(_retitled, pieces[1:])))


def _retitled(piece: str) -> str:
    """What follows a title, up to the next one."""
    links: list[str] = _ANCHOR.findall(piece)
    tooltip = next(filter(None, links), "")
    return (f"<title>{tooltip}</title>\n" if tooltip else "") + _ANCHOR.sub("", piece)


def _centred(box: re.Match[str]) -> str:
    """A box with every line that is one text in its middle, even if the layout program thought the text wider."""
    outline = _POINTS.search(box[0])
    across = list(map(float, _X.findall(outline[1]))) if outline else []
    if not across:
        return box[0]
    middle, lines = (min(across) + max(across)) / 2, _LINE.findall(box[0])
    return _LINE.sub(lambda text: f'text-anchor="middle" x="{middle:.2f}" y="{text[1]}"'
                     if lines.count(text[1]) == 1 else text[0], box[0])
