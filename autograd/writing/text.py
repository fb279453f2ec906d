"""Plain text: how much room it takes, and what is left of it where that is too much."""

from unicodedata import combining, east_asian_width


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: signs of Chinese two, accents of their own none."""
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def shortened(text: str, longest: int = 32) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
