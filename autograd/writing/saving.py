"""Writing files whole, or not at all."""

from pathlib import Path
from uuid import uuid4


def save(path: Path, content: bytes) -> None:
    """Write a file, or replace it, in one step: what was there stays until everything is written. Raises OSError."""
    part = path.parent / f".{uuid4().hex}.part"  # next to it, since a file cannot be renamed from one disk to another
    try:
        with part.open("xb") as file:
            file.write(content)
        part.replace(path)
    except OSError as error:  # which should not name a file that nobody asked for
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        part.unlink(missing_ok=True)
