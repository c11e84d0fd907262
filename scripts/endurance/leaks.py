"""Trace whole sessions: nothing leaves the machine, and no sound is kept."""

import os
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from endurance import strace
from endurance.strace import SystemCall
from endurance.transcript_follower import TranscriptFollower
from harness.program import voice_guide_command
from harness.progress import ReportProgress
from harness.sound_server import SoundServer
from harness.table import ResultRow, found
from voice_guide.config.settings import SettingsFile

_IDLE_S = 60.0
"""Seconds without any speech."""

_WORDS_PER_MIN = 215
"""The guide's speech rate, with which a session takes a third less time."""

_SAVED_WITHIN_S = 8.0
"""Seconds after which everything is on the disk."""

_MAX_DEMO_S = 900.0
"""Seconds that the demo may take under strace."""

_KNOWN_FILES = {
    r"{data}/voice-guide/diary\.sqlite3(-wal|-shm|-journal)?": "the diary, and where a session is",
    r"{config}/voice-guide/(\.voice-guide-\w+/)?config\.toml": "the settings",
    r"({temp}|/dev/shm)/voice-guide-\w+/conf/model\.conf": "how the model is to be searched",
    r"{config}/pulse/cookie": "what a client of PulseAudio shows to the server",
    r"/dev/(null|tty)": "nowhere",
    r"{temp}/[a-z0-9_]{8}": "Python's check for a folder that can be written",
    r"/dev/shm/jack_db-\d+/.*": "memory that PortAudio looks for a JACK server with",
    r"/dev/shm/pulse-shm-\d+|/memfd:pulseaudio": "memory shared with the sound server",
    r"pipe:\[\d+\]|socket:\[\d+\]|anon_inode:.*": "no file",
}
"""Every file that may be opened for writing, and its purpose."""


@dataclass(frozen=True)
class WatchedProgram:
    """A program that was traced."""

    name: str
    """Its name in the table."""

    calls: Sequence[SystemCall]
    """Its system calls."""

    server: str
    """The path of the sound server's socket; empty if it may use none."""

    ended_well: bool
    """True if it ended as it should."""


def watch(report: ReportProgress) -> list[ResultRow]:
    """Trace a session and the demo, and return the table of both."""
    with tempfile.TemporaryDirectory() as folder:
        rows = _session(Path(folder) / "session.log", report)
        report("watching the demo")
        return [*rows, *_demo(Path(folder) / "demo.log")]


def _session(log: Path, report: ReportProgress) -> list[ResultRow]:
    SettingsFile().change("voice", rate=_WORDS_PER_MIN)
    with SoundServer() as server:
        command = [*strace.command(log), *voice_guide_command("run")]
        with TranscriptFollower(command, server, report) as person:
            person.be_led("tennis ball massage")
            report(f"silence for {_IDLE_S:.0f} s")
            time.sleep(_SAVED_WITHIN_S)
            idle_from_s = time.time()
            time.sleep(_IDLE_S)
            idle_until_s = time.time()
            ended_well = person.say_goodbye()
        path = server.environment["PULSE_SERVER"].removeprefix("unix:")
    watched = WatchedProgram("a session", strace.read(log), path, ended_well)
    return [*program_rows(watched), idle_row(watched, idle_from_s, idle_until_s)]


def _demo(log: Path) -> list[ResultRow]:
    command = [*strace.command(log), *voice_guide_command("demo")]
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=_MAX_DEMO_S, check=False)
    return program_rows(WatchedProgram("the demo", strace.read(log), "", not ended.returncode))


def program_rows(watched: WatchedProgram) -> list[ResultRow]:
    """Return the table of a program's sockets and files."""
    calls = watched.calls
    families = Counter(call.family for call in calls if call.name == "socket" and call.family)
    addresses = Counter(call.address for call in calls if call.address and call.succeeded)
    all_families = {call.family for call in calls if call.family}
    strangers = sorted(set(addresses) - {watched.server})
    reached = ["the sound server"] if watched.server in addresses else []
    opened = Counter(path for call in calls if (path := call.opened_to_write))
    unknown = sorted(path for path in opened if not purpose(path))
    purposes = sorted({known for path in opened if (known := purpose(path))})
    is_server = bool(watched.server)
    return [
        found(
            f"{watched.name}: came to its end",
            "yes" if watched.ended_well else "no",
            "yes",
            watched.ended_well,
        ),
        found(
            f"{watched.name}: sockets made",
            ", ".join(f"{count} {family}" for family, count in families.items()) or "none",
            "AF_UNIX only" if is_server else "AF_UNIX or none",
            bool(calls) and all_families <= {"AF_UNIX"},
        ),
        found(
            f"{watched.name}: connected to",
            "; ".join([*reached, *strangers]) or "nothing",
            "the sound server" if is_server else "nothing",
            not strangers and bool(reached) == is_server,
        ),
        found(
            f"{watched.name}: files opened to be written",
            "; ".join([*purposes, *unknown]) or "none",
            "each accounted for",
            not unknown,
        ),
    ]


def purpose(path: str) -> str | None:
    """Return the purpose of a file; None if it is unknown."""
    places = {
        "data": os.environ["XDG_DATA_HOME"],
        "config": os.environ["XDG_CONFIG_HOME"],
        "temp": tempfile.gettempdir(),
    }
    for pattern, known in _KNOWN_FILES.items():
        for name, place in places.items():
            pattern = pattern.replace(f"{{{name}}}", re.escape(place))
        if re.fullmatch(pattern, path):
            return known
    return None


def idle_row(watched: WatchedProgram, from_s: float, until_s: float) -> ResultRow:
    """Return the row of what was written between two moments of silence."""
    written = [
        path for call in watched.calls if from_s <= call.at_s <= until_s and (path := call.changes)
    ]
    return found(
        f"{watched.name}: written to files in {until_s - from_s:.0f} s of silence",
        "; ".join(f"{path}: {count}" for path, count in Counter(written).items()) or "nothing",
        "nothing",
        not written,
    )
