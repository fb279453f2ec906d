"""Plain text: how much room it takes, and what to keep of it where that is too much."""

from unicodedata import combining, east_asian_width


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese characters two each, combining accents none."""
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def shortened(text: str, longest: int = 32) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
