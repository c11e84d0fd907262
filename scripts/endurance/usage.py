"""What this process holds of its machine, as Linux counts it."""

import gc
from dataclasses import dataclass
from pathlib import Path

_SELF = Path("/proc/self")


@dataclass(frozen=True)
class Usage:
    """What a process holds at one moment."""

    memory_mb: float
    """Memory that is really there, its resident set, in MB, after Python has tidied up."""

    files: int
    """Open file descriptors."""

    threads: int
    """Threads, those of libraries included."""


def usage() -> Usage:
    """Return what this process holds now."""
    gc.collect()
    return Usage(
        memory_mb=_number(_SELF / "status", "VmRSS") / 1024,
        # The one that the folder is read through is one of them.
        files=len(list((_SELF / "fd").iterdir())) - 1,
        threads=len(list((_SELF / "task").iterdir())),
    )


def written_bytes() -> int:
    """Return what this process has written so far, to files and anywhere else."""
    return _number(_SELF / "io", "wchar")


def _number(file: Path, name: str) -> int:
    [line] = [line for line in file.read_text("utf-8").splitlines() if line.startswith(name)]
    return int(line.split()[1])
