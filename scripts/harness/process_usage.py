"""Memory, processor time, wake-ups and writes of a running process, read from Linux's /proc."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class MemoryUse:
    """Memory of a process, in MB. Memory shared with other processes counts in full."""

    own_mb: float
    """Anonymous memory, in MB: freed only by the process itself."""

    files_mb: float
    """Mapped files, in MB: mostly programs, which the kernel can read again from disk."""

    peak_mb: float
    """The largest resident set so far, in MB."""

    @property
    def resident_mb(self) -> float:
        """All memory that is in RAM now, in MB."""
        return self.own_mb + self.files_mb


@dataclass(frozen=True)
class ProcessSnapshot:
    """Counters of a process at one moment."""

    at_s: float
    """The moment, on the clock of `time.monotonic`."""

    cpu_s: float
    """Processor time of all its threads so far, in seconds."""

    waits: Mapping[int, int]
    """Voluntary context switches of each thread so far, by thread id: one per wake-up."""

    read_bytes: int
    """Bytes read from anywhere so far, mapped files excluded."""

    reads: int
    """Read calls so far."""

    disk_bytes: int
    """Bytes written to disks so far."""

    written_bytes: int
    """Bytes written to anything so far: files, pipes, sockets and devices."""

    @property
    def threads(self) -> int:
        """The number of threads, those of libraries included."""
        return len(self.waits)


@dataclass(frozen=True)
class Usage:
    """Activity of a process between two snapshots."""

    cpu_ms_per_s: float
    """Processor time of all threads, in milliseconds per second."""

    wake_ups_per_s: float
    """Wake-ups of all threads, per second."""

    disk_bytes: int
    """Bytes written to disks in all of that time."""


def memory(pid: int | None = None) -> MemoryUse:
    """Return the memory of a process; without an id, of this one."""
    status = _numbers(_folder(pid) / "status")
    return MemoryUse(
        status["RssAnon"] / 1024,
        (status["RssFile"] + status["RssShmem"]) / 1024,
        status["VmHWM"] / 1024,
    )


def snapshot(pid: int | None = None) -> ProcessSnapshot:
    """Return the counters of a process; without an id, of this one."""
    folder = _folder(pid)
    # The program's name comes first, in brackets, and may contain spaces.
    _, _, times = (folder / "stat").read_text("ascii").rpartition(") ")
    user, system = times.split()[11:13]
    io = _numbers(folder / "io")
    return ProcessSnapshot(
        at_s=time.monotonic(),
        cpu_s=(int(user) + int(system)) / _TICKS_PER_S,
        waits={
            int(thread.name): _numbers(thread / "status")["voluntary_ctxt_switches"]
            for thread in (folder / "task").iterdir()
        },
        read_bytes=io["rchar"],
        reads=io["syscr"],
        disk_bytes=io["write_bytes"],
        written_bytes=io["wchar"],
    )


def open_files(pid: int | None = None) -> int:
    """Return the number of open file descriptors."""
    # Listing this process's own descriptors opens one more.
    return len(list((_folder(pid) / "fd").iterdir())) - (pid is None)


def usage(before: ProcessSnapshot, after: ProcessSnapshot) -> Usage:
    """Return the activity between two snapshots, without threads that both began and ended."""
    seconds = after.at_s - before.at_s
    waits = sum(count - before.waits.get(thread, 0) for thread, count in after.waits.items())
    return Usage(
        cpu_ms_per_s=1000 * (after.cpu_s - before.cpu_s) / seconds,
        wake_ups_per_s=waits / seconds,
        disk_bytes=after.disk_bytes - before.disk_bytes,
    )


def _folder(pid: int | None) -> Path:
    return Path("/proc", "self" if pid is None else str(pid))


def _numbers(file: Path) -> dict[str, int]:
    """Return the values of lines such as "Threads: 3" and "VmHWM: 20 kB"."""
    lines = (line.partition(":") for line in file.read_text("utf-8").splitlines())
    return {
        name: int(value.split()[0])
        for name, _, value in lines
        if value.split() and value.split()[0].isdigit()
    }
