"""Writing files whole, or not at all."""

from pathlib import Path
from uuid import uuid4


def save(path: Path, content: bytes) -> None:
    """Write a file, or replace it, in one step: until all is written, what was there stays. Raises OSError."""
    part = path.parent / f".{uuid4().hex}.part"  # next to it, since files cannot be renamed from disk to disk
    try:
        with part.open("xb") as file:
            file.write(content)
        part.replace(path)
    except OSError as error:  # which should not name a file that nobody asked for
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        part.unlink(missing_ok=True)
