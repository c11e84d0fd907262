"""Opening what a WAV file is read from: a file, a pipe or standard input, with a lying header.

Programs that write into a pipe, or are killed, leave a header with the wrong size of the sound.
"""

import os
import select
import stat
import struct
import sys
import tempfile
from pathlib import Path
from typing import IO

from voice_guide.config.files import why_unreadable
from voice_guide.errors import VoiceGuideError

_WAV_STARTS = (b"RIFF", b"RIFX", b"RF64")
"""First bytes of the kinds of WAV file."""

_OTHER_STARTS = (b"fLaC", b"OggS")
"""First bytes of other sound files that can be read."""

_PIPE_TIMEOUT_S = 10.0
"""Seconds to wait for more from a pipe."""

_MAX_PIPED_BYTES = 1 << 30
"""Bytes taken from a pipe at most: nine hours of 16 kHz mono."""

_CHUNK_BYTES = 1 << 16
"""Bytes read from a pipe at once."""

_CHUNK_HEADER = struct.Struct("<4sI")
"""The header of a chunk in a RIFF file: its name and its size in bytes."""

_RIFF_HEADER_BYTES = 12
"""Size of the header before the first chunk of a RIFF file."""


class RepairedFile:
    """A binary file, read with some bytes at its beginning replaced."""

    def __init__(self, file: IO[bytes], replaced: dict[int, bytes]) -> None:
        """`replaced` gives the bytes to read instead, by their offset in the file."""
        self._file = file
        self._replaced = replaced

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position, and return it."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def read(self, size: int) -> bytes:
        """Return the next bytes, up to `size` of them."""
        start = self._file.tell()
        content = bytearray(self._file.read(size))
        for offset, new in self._replaced.items():
            for at, byte in enumerate(new, offset - start):
                if 0 <= at < len(content):
                    content[at] = byte
        return bytes(content)


def open_wav(path: Path) -> RepairedFile:
    """Open a file, or read a pipe to its end; "-" is standard input.

    Raises VoiceGuideError if it cannot be opened, or nothing comes through a pipe.
    """
    try:
        file = _opened(path)
    except OSError as error:
        raise VoiceGuideError(f"{path}: {why_unreadable(error)}") from error
    return RepairedFile(file, _size_repairs(file))


def why_not_sound(file: RepairedFile) -> str:
    """Return why a file cannot be read as sound."""
    file.seek(0)
    start = file.read(4)
    if not start:
        return "this file is empty"
    if start in _WAV_STARTS:
        return "this WAV file is damaged, or in an encoding that cannot be read"
    return "not a WAV file"


def _opened(path: Path) -> IO[bytes]:
    if str(path) == "-":
        descriptor = os.dup(sys.stdin.fileno())
    elif path.is_dir():
        raise IsADirectoryError
    else:
        # Opening a named pipe without a writer would never return otherwise.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = os.fdopen(descriptor, "rb")
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return file
    with file:
        if os.isatty(descriptor):
            raise VoiceGuideError(f"{path}: this is a terminal, and no recording; name a WAV file")
        return _spooled(path, descriptor)


def _spooled(path: Path, pipe: int) -> IO[bytes]:
    """Return a temporary file with what comes through a pipe, which can be read only once."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller reads it)
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    start = b""
    while chunk := _next_chunk(path, pipe, ready):
        file.write(chunk)
        start = (start + chunk)[:4]
        if len(start) == 4 and start not in (*_WAV_STARTS, *_OTHER_STARTS):
            # Not sound, and possibly without an end.
            break
        if file.tell() > _MAX_PIPED_BYTES:
            raise VoiceGuideError(
                f"{path}: more than {_MAX_PIPED_BYTES >> 30} GB came through this pipe; "
                "write it into a file"
            )
    file.seek(0)
    return file


def _next_chunk(path: Path, pipe: int, ready: select.poll) -> bytes:
    """Return what comes next through a pipe; nothing at its end."""
    if not ready.poll(_PIPE_TIMEOUT_S * 1000):
        raise VoiceGuideError(
            f"{path}: nothing came through this pipe for {_PIPE_TIMEOUT_S:.0f} s"
        )
    return os.read(pipe, _CHUNK_BYTES)


def _size_repairs(file: IO[bytes]) -> dict[int, bytes]:
    """Return the sizes to replace in the header of a WAV file whose sound goes on after its end.

    A size that is too large is no problem: the sound ends with the file.
    """
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(_RIFF_HEADER_BYTES)[:4] != b"RIFF":
        return {}
    at = _RIFF_HEADER_BYTES
    while at < end:
        name, size = _chunk(file, at)
        data = at + _CHUNK_HEADER.size
        after = data + size + size % 2
        if name == b"data" and after < end and not _is_chunk(file, after, end):
            return {4: struct.pack("<I", end - 8), at + 4: struct.pack("<I", end - data)}
        at = after
    return {}


def _chunk(file: IO[bytes], at: int) -> tuple[bytes, int]:
    """Return name and size of the chunk at an offset."""
    file.seek(at)
    header = file.read(_CHUNK_HEADER.size).ljust(_CHUNK_HEADER.size, b"\0")
    name, size = _CHUNK_HEADER.unpack(header)
    return name, size


def _is_chunk(file: IO[bytes], at: int, end: int) -> bool:
    """Return True if there is a whole chunk at an offset."""
    name, size = _chunk(file, at)
    is_name = all(ord(" ") <= byte <= ord("~") for byte in name)
    return is_name and at + _CHUNK_HEADER.size + size <= end
