"""System calls of a program, read from the log of strace."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_NETWORK = ("socket", "connect", "bind")
_OPENING = ("open", "openat", "openat2", "creat", "memfd_create")
_WRITING = (
    *("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range"),
    *("truncate", "ftruncate", "fallocate", "fsync", "fdatasync", "sync", "syncfs"),
    *("sync_file_range", "msync", "rename", "renameat", "renameat2", "link", "linkat"),
    *("symlink", "symlinkat", "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir"),
)

_LINE = re.compile(r"(\d+) +(\d+\.\d+) (\w+)\((.*)\) += (.*)")
_BEGUN = re.compile(r"(\d+) +\d+\.\d+ (\w+)\((.*) <unfinished \.\.\.>")
_ENDED = re.compile(r"(\d+) +(\d+\.\d+) <\.\.\. (\w+) resumed>(.*)\) += (.*)")

_FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")


@dataclass(frozen=True)
class SystemCall:
    """A system call that has returned."""

    process: int
    """The thread that made it."""

    at_s: float
    """The time of its end, or of its start if no other call came between; seconds since 1970."""

    name: str
    """Its name."""

    arguments: str
    """Its arguments, as strace prints them."""

    result: str
    """Its result, as strace prints it: "-1 ENOENT (No such file or directory)"."""

    @property
    def succeeded(self) -> bool:
        """True unless it failed."""
        return not self.result.startswith("-1")

    @property
    def family(self) -> str | None:
        """The family of the socket or address that it is about; None for other calls."""
        found = re.search(r"\bAF_\w+", self.arguments)
        return found[0] if found and self.name in _NETWORK else None

    @property
    def address(self) -> str | None:
        """The path of the local address that it connects or sends to; None for other calls."""
        found = re.search(r'sun_path=@?"([^"]*)"', self.arguments)
        return found[1] if found and self.name in _NETWORK else None

    @property
    def opened_to_write(self) -> str | None:
        """The file that it opens for writing or makes; None for other calls."""
        if not self.succeeded or self.name not in _OPENING:
            return None
        if self.name not in ("creat", "memfd_create") and not _FOR_WRITING.search(self.arguments):
            return None
        return _path(self.result)

    @property
    def changes(self) -> str | None:
        """The file that it writes, flushes, makes, renames or removes; None for other calls."""
        if not self.succeeded or self.name not in _WRITING:
            return None
        if re.match(r"\d+<", self.arguments):
            path = _path(self.arguments)
            return path if path and path.startswith("/") and path != os.devnull else None
        found = re.search(r'"([^"]*)"', self.arguments)
        return found[1] if found else f"({self.name})"


def command(log: Path) -> list[str]:
    """Return the command that runs another and writes such calls to a log."""
    calls = ",".join((*_NETWORK, *_OPENING, *_WRITING))
    # Only the traced calls stop the program, so that it keeps its speed.
    watch = ["strace", "--follow-forks", "--seccomp-bpf", f"--trace=?{calls.replace(',', ',?')}"]
    return [*watch, "-ttt", "--decode-fds=path", "--string-limit=300", f"--output={log}"]


def parsed(lines: Iterable[str]) -> Iterator[SystemCall]:
    """Yield the calls of a log in the order in which they returned."""
    begun: dict[tuple[int, str], str] = {}
    for line in lines:
        if found := _BEGUN.fullmatch(line.rstrip("\n")):
            begun[int(found[1]), found[2]] = found[3]
        elif found := _ENDED.fullmatch(line.rstrip("\n")):
            arguments = begun.pop((int(found[1]), found[3]), "") + found[4]
            yield SystemCall(int(found[1]), float(found[2]), found[3], arguments, found[5])
        elif found := _LINE.fullmatch(line.rstrip("\n")):
            yield SystemCall(int(found[1]), float(found[2]), found[3], found[4], found[5])


def read(log: Path) -> Sequence[SystemCall]:
    """Return the calls of a log."""
    return list(parsed(log.read_text("utf-8", "replace").splitlines()))


def _path(shown: str) -> str | None:
    """Return the path of the descriptor that the text begins with."""
    found = re.match(r"\d+<([^>]*)>", shown)
    return found[1].removesuffix(" (deleted)") if found else None
