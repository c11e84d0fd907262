"""Whole sessions that are watched: nothing leaves the room, and no sound is kept."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from endurance import strace
from endurance.caller import Caller
from endurance.strace import Call
from endurance.table import Row
from harness.sound_server import SoundServer
from voice_guide.config.settings import SettingsFile

_IDLE_S = 60.0
"""How long nobody says anything, in seconds."""

_RATE_WPM = 215
"""How fast the guide speaks: a whole session takes a third less time."""

_SETTLED_S = 8.0
"""What was said before it is on the disk after so many seconds."""

_DEMO_WITHIN_S = 900.0
"""How long the demo may take while it is watched, in seconds."""

_ACCOUNTED_FOR = {
    r"{data}/voice-guide/diary\.sqlite3(-wal|-shm|-journal)?": "the diary, and where a session is",
    r"{config}/voice-guide/(\.voice-guide-\w+/)?config\.toml": "the settings",
    r"({temp}|/dev/shm)/voice-guide-\w+/conf/model\.conf": "how the model is to be searched",
    r"{config}/pulse/cookie": "what a client of PulseAudio shows to the server",
    r"/dev/(null|tty)": "nowhere",
    r"{temp}/[a-z0-9_]{8}": "whether anything can be written there, as Python tries out",
    r"/dev/shm/jack_db-\d+/.*": "memory that PortAudio looks for a JACK server with",
    r"/dev/shm/pulse-shm-\d+|/memfd:pulseaudio": "memory shared with the sound server",
    r"pipe:\[\d+\]|socket:\[\d+\]|anon_inode:.*": "no file",
}
"""Every file that may be opened to be written, and what it is for."""


@dataclass(frozen=True)
class Watched:
    """A program that was watched."""

    name: str
    """What was done."""

    calls: Sequence[Call]
    """What it asked the kernel for."""

    server: str
    """The path of the sound server's socket; empty where none was to be used."""

    ended_well: bool
    """Whether the program came to its end as it should."""


def watch(tell: Callable[[str], None]) -> list[Row]:
    """Watch a session and the demo; return the table of what they did."""
    with tempfile.TemporaryDirectory() as folder:
        rows = _session(Path(folder) / "session.log", tell)
        tell("watching the demo")
        return [*rows, *_demo(Path(folder) / "demo.log")]


def _session(log: Path, tell: Callable[[str], None]) -> list[Row]:
    SettingsFile().change("voice", rate=_RATE_WPM)
    with SoundServer() as server:
        command = [*strace.command(log), sys.executable, "-m", "voice_guide", "run"]
        with Caller(command, server, tell) as caller:
            caller.be_led("tennis ball massage")
            tell(f"nobody says anything for {_IDLE_S:.0f} s")
            time.sleep(_SETTLED_S)
            idle_from_s = time.time()
            time.sleep(_IDLE_S)
            idle_until_s = time.time()
            ended_well = caller.say_goodbye()
        path = server.environment["PULSE_SERVER"].removeprefix("unix:")
    watched = Watched("a session", strace.read(log), path, ended_well)
    return [*rows(watched), idle_row(watched, idle_from_s, idle_until_s)]


def _demo(log: Path) -> list[Row]:
    command = [*strace.command(log), sys.executable, "-m", "voice_guide", "demo"]
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=_DEMO_WITHIN_S, check=False)
    return rows(Watched("the demo", strace.read(log), "", not ended.returncode))


def rows(watched: Watched) -> list[Row]:
    """Tell whether it kept to itself."""
    calls = watched.calls
    families = Counter(call.family for call in calls if call.name == "socket" and call.family)
    addresses = Counter(call.address for call in calls if call.address and call.succeeded)
    tried = {call.family for call in calls if call.family}
    strangers = sorted(set(addresses) - {watched.server})
    reached = ["the sound server"] if watched.server in addresses else []
    opened = Counter(path for call in calls if (path := call.opened_to_write))
    unknown = sorted(path for path in opened if not account(path))
    uses = sorted({use for path in opened if (use := account(path))})
    is_server = bool(watched.server)
    return [
        Row(
            f"{watched.name}: came to its end",
            "yes" if watched.ended_well else "no",
            "yes",
            watched.ended_well,
        ),
        Row(
            f"{watched.name}: sockets made",
            ", ".join(f"{count} {family}" for family, count in families.items()) or "none",
            "AF_UNIX only" if is_server else "AF_UNIX or none",
            bool(calls) and tried <= {"AF_UNIX"},
        ),
        Row(
            f"{watched.name}: connected to",
            "; ".join([*reached, *strangers]) or "nothing",
            "the sound server" if is_server else "nothing",
            not strangers and bool(reached) == is_server,
        ),
        Row(
            f"{watched.name}: files opened to be written",
            "; ".join([*uses, *unknown]) or "none",
            "each accounted for",
            not unknown,
        ),
    ]


def account(path: str) -> str | None:
    """Return what a file is for; None where nobody knows."""
    places = {
        "data": os.environ["XDG_DATA_HOME"],
        "config": os.environ["XDG_CONFIG_HOME"],
        "temp": tempfile.gettempdir(),
    }
    for pattern, use in _ACCOUNTED_FOR.items():
        for name, place in places.items():
            pattern = pattern.replace(f"{{{name}}}", re.escape(place))
        if re.fullmatch(pattern, path):
            return use
    return None


def idle_row(watched: Watched, from_s: float, until_s: float) -> Row:
    """Tell what was written while nobody said anything."""
    written = [
        path for call in watched.calls if from_s <= call.at_s <= until_s and (path := call.changes)
    ]
    return Row(
        f"{watched.name}: written to files in {until_s - from_s:.0f} s of silence",
        "; ".join(f"{path}: {count}" for path, count in Counter(written).items()) or "nothing",
        "nothing",
        not written,
    )
