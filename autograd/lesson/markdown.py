"""The simplest part of Markdown, for what a teacher writes: paragraphs, lists, emphasis, code, and links as text.

A text becomes trees such as `["p", "an ", ["em", "important"], " word"]`. A page makes elements of exactly these names
from them, so nothing that is written can be markup of another kind.
"""

import re
from typing import Any

Tree = list[Any]  # the name of an element, then text and trees

_ITEM = re.compile(r" {0,3}(?:([-*+])|\d{1,9}[.)])[ \t]+(?=\S)")
_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*_\[\]()#+.!-])"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<strong>(?=\S)[^*]+(?:\*[^*\s][^*]*\*[^*]*)*(?<=\S))\*\*"
    r"|\*(?P<em>(?=\S)[^*]+(?<=\S))\*"
    r"|\[(?P<words>[^\[\]]*)\]\((?P<address>[^()\s]*)\)")


def parsed(text: str) -> list[Tree]:
    """The paragraphs and lists of a text. Whatever is not in this part of Markdown stays as it is written."""
    found: list[Tree] = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").expandtabs(4)):
        lines = block.strip("\n").split("\n")
        paragraph: list[str] = []
        items: list[tuple[str, list[str]]] = []
        for line in lines:
            mark = _ITEM.match(line)
            if mark:
                items.append(("ul" if mark[1] else "ol", [line[mark.end():]]))
            else:
                (items[-1][1] if items else paragraph).append(line)
        if any(line.strip() for line in paragraph):
            found.append(["p", *_inline("\n".join(map(str.strip, paragraph)).strip())])
        for kind, item in items:
            if not found or found[-1][0] != kind:
                found.append([kind])
            found[-1].append(["li", *_inline("\n".join(map(str.strip, item)))])
    return found


def _inline(text: str) -> list[Any]:
    parts: list[Any] = []
    end = 0
    for mark in _INLINE.finditer(text):
        parts.append(text[end : mark.start()])
        end = mark.end()
        kind = mark.lastgroup
        if kind == "escaped":
            parts.append(mark["escaped"])
        elif kind == "code":
            parts.append(["code", mark["code"]])
        elif kind in ("strong", "em"):
            parts.append([kind, *_inline(mark[kind])])
        else:  # a page makes no request, so it leads nowhere
            parts += [*_inline(mark["words"]), f" ({mark['address']})" if mark["address"] else ""]
    parts.append(text[end:])
    joined: list[Any] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part:
            joined.append(part)
    return joined
