"""The matplotlib figure that all plots are drawn on."""

import io
from typing import Any

from matplotlib.figure import Figure


class Plot(Figure):
    """A figure that a notebook shows, and that nothing else knows: not `pyplot`, which would keep it for ever."""

    def __init__(self, width: float, height: float) -> None:
        """`width` and `height` in inches."""
        super().__init__(figsize=(width, height), layout="constrained")  # pyright: ignore[reportUnknownMemberType]

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """For IPython, which would otherwise show a figure only after `pyplot` was imported: sharp, in natural size."""
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=144)  # pyright: ignore[reportUnknownMemberType]
        width, height = self.get_size_inches()
        return picture.getvalue(), {"width": round(width * 96), "height": round(height * 96)}
