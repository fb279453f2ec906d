"""Writing files whole, or not at all."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shutil import copymode
from uuid import uuid4


def replace_file(path: str | os.PathLike[str], content: bytes, *, alone: bool = False) -> None:
    """Write a file, or replace it, in one step: what was there stays until everything is on the disk. Raises OSError.

    Whoever kills the program meanwhile leaves the old file, and beside it one that ends in `.part`. `alone`: nobody
    else writes this file, so that such a remnant can be written over.
    """
    target = Path(os.path.realpath(path))  # where a link leads to: it is not the link that is replaced
    name = sha256(os.fsencode(target.name)).hexdigest()[:32] if alone else uuid4().hex
    part = target.parent / f".{name}.part"  # next to it, since a file cannot be renamed from one disk to another
    try:
        with part.open("wb" if alone else "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power failure could leave an empty file under the new name
        with suppress(FileNotFoundError):
            copymode(target, part)
        part.replace(target)
    except OSError as error:  # which should not name a file that nobody asked for
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):  # in a folder that has just become read-only, it is not this that went wrong
            part.unlink(missing_ok=True)
    with suppress(OSError):  # some file systems cannot, and the file is whole in any case
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
