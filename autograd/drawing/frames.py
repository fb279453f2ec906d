"""The frames of modules around their boxes, as clusters of DOT."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from autograd.drawing.text import quoted, wide_html
from autograd.writing.modules import lineage, natural_order
from autograd.writing.text import shortened

SHADES = ("#FFFFFF", "#F5F5F5")  # of frames in frames


def framed(frames: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """The boxes, those of a module in a cluster, which is in the cluster of the module around it."""
    modules = sorted({outer for module in frames for outer in lineage(module)}, key=natural_order)
    slugs: Counter[str] = Counter()
    names: dict[str, str] = {}
    inner: dict[str, list[str]] = {}
    for module in modules:
        slug = re.sub(r"[^0-9A-Za-z]+", "-", module).strip("-")
        slugs[slug] += 1
        names[module] = f"c-{slug}" + (f"-{slugs[slug]}" if slugs[slug] > 1 else "")
        inner.setdefault(around(module), []).append(module)
    return _contents("", frames, inner, names)


def around(module: str) -> str:
    """The module that this one is in, "" if there is none."""
    return ("", "", *lineage(module))[-2]


def _contents(module: str, frames: Mapping[str, Sequence[str]], inner: Mapping[str, Sequence[str]],
              names: Mapping[str, str]) -> Iterable[str]:
    """The boxes of a module, and the clusters of the modules in it."""
    yield from frames.get(module, ())
    for part in inner.get(module, ()):
        shade = SHADES[len(lineage(part)) % 2]
        yield f'subgraph "cluster-{names[part]}" {{'
        yield (f'id="{names[part]}" class=module label=<{wide_html(shortened(part), 13)}> tooltip={quoted(part)} '
               f'labelloc=t labeljust=l style="rounded,filled" color="#B8B8B8" fillcolor="{shade}" '
               'fontcolor="#444444" margin=12')
        yield from _contents(part, frames, inner, names)
        yield "}"
