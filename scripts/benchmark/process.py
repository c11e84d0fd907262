"""What the kernel tells of a process that runs, without disturbing it."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """What a process holds of it, in MB; what it shares with others counts in full."""

    own_mb: float
    """Memory of its own, in MB: what nothing but its end gives back."""

    files_mb: float
    """Files that are mapped, in MB: programs, mostly, which can be read again if need be."""

    peak_mb: float
    """The most it ever held of both, in MB."""


@dataclass(frozen=True)
class Reading:
    """The counters of a process at one moment."""

    at_s: float
    """The moment, on the clock of `time.monotonic`."""

    cpu_s: float
    """Processor time of all its threads so far, in seconds."""

    waits: Mapping[int, int]
    """How often each thread that there is has waited so far: as often as it was woken."""

    read_bytes: int
    """Bytes it has read from anywhere so far, what it has mapped left out."""

    reads: int
    """Calls it has read them with."""

    written_bytes: int
    """Bytes it has written to disks so far."""


@dataclass(frozen=True)
class Usage:
    """What a process has done from one moment to another."""

    cpu_ms_per_s: float
    """Processor time of all threads, in ms a second."""

    wake_ups_per_s: float
    """How often any thread was woken, a second."""

    written_bytes: int
    """Bytes written to disks in all of that time."""


def memory(pid: int) -> Memory:
    """Return what a process holds now, and has held."""
    held = _numbers(Path(f"/proc/{pid}/status"))
    return Memory(
        held["RssAnon"] / 1024,
        (held["RssFile"] + held["RssShmem"]) / 1024,
        held["VmHWM"] / 1024,
    )


def reading(pid: int) -> Reading:
    """Return the counters of a process."""
    # The name, in brackets, may have blanks in it.
    _, _, times = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")
    user, system = times.split()[11:13]
    io = _numbers(Path(f"/proc/{pid}/io"))
    return Reading(
        at_s=time.monotonic(),
        cpu_s=(int(user) + int(system)) / _TICKS_A_SECOND,
        waits={
            int(thread.name): _numbers(thread / "status")["voluntary_ctxt_switches"]
            for thread in Path(f"/proc/{pid}/task").iterdir()
        },
        read_bytes=io["rchar"],
        reads=io["syscr"],
        written_bytes=io["write_bytes"],
    )


def usage(before: Reading, after: Reading) -> Usage:
    """Return what was done between two readings, but for threads that came and went."""
    seconds = after.at_s - before.at_s
    waits = sum(count - before.waits.get(thread, 0) for thread, count in after.waits.items())
    return Usage(
        cpu_ms_per_s=1000 * (after.cpu_s - before.cpu_s) / seconds,
        wake_ups_per_s=waits / seconds,
        written_bytes=after.written_bytes - before.written_bytes,
    )


def _numbers(file: Path) -> dict[str, int]:
    """Return what a file says in lines such as "Threads: 3", and "VmHWM: 20 kB"."""
    lines = (line.partition(":") for line in file.read_text("utf-8").splitlines())
    return {
        name: int(value.split()[0])
        for name, _, value in lines
        if value.split() and value.split()[0].isdigit()
    }
