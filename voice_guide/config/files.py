"""Files that a user or another program may change: reading their text, replacing them whole."""

import os
import tempfile
from pathlib import Path


def read_text(file: Path) -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Raises OSError or UnicodeDecodeError; `why_unreadable` puts either into words.
    """
    return file.read_text("utf-8-sig")


def why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    """Return why a text file cannot be read, in words for its author."""
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"not UTF-8 text: byte 0x{error.object[error.start]:02x} in line {line}"
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a file"
    return f"cannot be read: {error.strerror}"


def write_atomically(file: Path, content: bytes, sync: bool = True) -> None:
    """Replace a file in one step, making its folders, so that it is whole after a power cut.

    A symbolic link stays one, and the file it points to is replaced. Without `sync` the
    content is on the disk only when the system gets to it: for files that can be lost.

    Raises OSError, and leaves the file as it was and no other behind.
    """
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".voice-guide-", dir=file.parent) as folder:
        written = Path(folder) / file.name
        with written.open("wb") as new:
            new.write(content)
            if sync:
                new.flush()
                os.fsync(new.fileno())
        written.replace(file)
