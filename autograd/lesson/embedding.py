"""A page inside another one: in a cell of a notebook."""

import html
from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class Lesson:
    """A page that a notebook shows inside its cell; made by `Explanation.lesson`. `str` gives its HTML.

    The page is in a frame of its own, which may run the page's scripts and print, and nothing else: it cannot reach
    the notebook.
    """

    page: str
    title: str
    height: int = 760

    def __str__(self) -> str:
        return self.page

    def __repr__(self) -> str:
        return f"<Lesson {self.title!r}; a notebook shows it>"

    def _repr_html_(self) -> str:
        return (f'<iframe title="{html.escape(self.title)}" sandbox="allow-scripts allow-modals" width="100%" '
                f'height="{self.height}" style="border:1px solid #8888;border-radius:8px;background:white" '
                f'srcdoc="{html.escape(self.page)}"></iframe>')
