"""Trials of saving where it fails: a full disk, a failing one, a read-only home, a bad model."""

import os
import random
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from endurance.guided_session import MAX_START_S, GuidedSession
from endurance.unpluggable_devices import UnpluggableDevices
from endurance.user_home import MODELS, SAVED_WITHIN_S, UserHome
from harness.table import ResultRow, all_of, found
from voice_guide.config.settings import SettingsFile

_ON_OWN_DISK = """\
copy=$(mktemp -d) && cp -a "$1/." "$copy" && mount -t tmpfs -o size=2m none "$1" &&
cp -a "$copy/." "$1" && rm -r "$copy" && mount -o "remount,$2" "$1" && shift 2 && exec "$@"
"""
"""Shell command that gives a home a disk of its own, of two megabytes, in its own namespace."""

_ON_FAILING_DISK = """\
truncate -s 8M "$2" && mkfs.ext4 -q "$2" && copy=$(mktemp -d) && cp -a "$1/." "$copy" &&
mount -o loop "$2" "$1" && cp -a "$copy/." "$1" && rm -r "$copy" && shift 2 && exec "$@"
"""
"""The same with a real file system, which can be made to fail."""

_MAX_END_S = 20.0
"""Seconds that the program may take to end."""

_NOT_SAVED = "not saved for the next start"
"""Part of the guide's message."""

_DAMAGED_BYTES = 1 << 20
"""Bytes of a model's file that are overwritten."""


def disk_full(folder: Path) -> ResultRow:
    """Fill the disk in the middle of a session, and make room again."""
    home = UserHome(folder)
    with UnpluggableDevices() as devices, _on_own_disk(home, devices, "rw") as session:
        disk = _disk(session)
        session.resume()
        session.say("louder")
        time.sleep(SAVED_WITHIN_S)
        filler = disk / home.folder.relative_to("/") / "filler"
        with suppress(OSError):
            filler.write_bytes(bytes(4 << 20))
        checks = _check_unwritable(session)
        checks["what was set before is kept"] = _is_louder(session)
        filler.unlink()
        time.sleep(SAVED_WITHIN_S)
        left_s = home.stored(disk).left_s
        time.sleep(SAVED_WITHIN_S)
        checks["kept again when there is room"] = home.stored(disk).left_s < left_s
        checks["ends well"] = _ends_well(session)
    return all_of("disk full while it runs", checks)


def disk_failing(folder: Path) -> ResultRow:
    """Let the disk become read-only in the middle of a session, as that of a worn card does."""
    title = "disk turns read-only while it runs"
    if os.geteuid():
        return found(title, "not tried: only root can make such a disk")
    home = UserHome(folder)
    image = folder.with_suffix(".ext4")
    on_disk = ("sh", "-c", _ON_FAILING_DISK, "sh", str(home.folder), str(image))
    wrapper = ("unshare", "--mount", *on_disk)
    with UnpluggableDevices() as devices, GuidedSession(home, devices, wrapper) as session:
        session.resume()
        session.say("louder")
        time.sleep(SAVED_WITHIN_S)
        enter = ("nsenter", "--mount", f"--target={session.process.pid}")
        fail = ("mount", "-o", "remount,abort", str(home.folder))
        subprocess.run([*enter, *fail], check=True)
        checks = _check_unwritable(session)
        checks["what was set before is kept"] = _is_louder(session)
        checks["ends well"] = _ends_well(session)
    return all_of(title, checks)


def read_only(folder: Path) -> ResultRow:
    """Lead a session in a home that is read-only."""
    home = UserHome(folder)
    with UnpluggableDevices() as devices, _on_own_disk(home, devices, "ro") as session:
        session.resume()
        checks = _check_unwritable(session)
        checks["ends well"] = _ends_well(session)
    return all_of("read-only home", checks)


def model_damaged(folder: Path) -> ResultRow:
    """Damage files of the speech model in the middle of a session; then start again."""
    models = folder / "models"
    shutil.copytree(MODELS, models)
    home = UserHome(folder / "home", models)
    with UnpluggableDevices() as devices:
        with GuidedSession(home, devices) as session:
            session.resume()
            for damage, pattern in ((_overwrite, "*.mdl"), (_truncate, "*.fst")):
                for file in models.rglob(pattern):
                    damage(file)
            checks = {"goes on": session.is_in_place, "ends well": _ends_well(session)}
        with GuidedSession(home, devices) as session:
            end = session.end(MAX_START_S)
    is_clear = len(end.errors.splitlines()) == 1 and "is damaged: run `" in end.errors
    checks["the next start says so in one line"] = (end.status, is_clear) == (2, True)
    return all_of("model damaged while it runs", checks)


def _check_unwritable(session: GuidedSession) -> dict[str, bool]:
    """Return checks of a session that can save nothing."""
    session.say("quieter")
    time.sleep(SAVED_WITHIN_S)
    goes_on = session.is_in_place
    messages = sum(_NOT_SAVED in line.text for line in session.output.lines.copy())
    stored = session.home.stored(_disk(session))
    return {
        "goes on": goes_on,
        f"said once for each file ({messages} lines)": 1 <= messages <= 2,
        "what was kept is whole": stored.is_intact and stored.entries == session.home.entries,
    }


def _overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 3)
        opened.write(random.Random(0).randbytes(_DAMAGED_BYTES))


def _truncate(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def _on_own_disk(home: UserHome, devices: UnpluggableDevices, mode: str) -> GuidedSession:
    on_disk = ("sh", "-c", _ON_OWN_DISK, "sh", str(home.folder), mode)
    return GuidedSession(home, devices, ("unshare", "--map-root-user", "--mount", *on_disk))


def _disk(session: GuidedSession) -> Path:
    """Return the root of the program's own file system as this process sees it."""
    return Path(f"/proc/{session.process.pid}/root")


def _is_louder(session: GuidedSession) -> bool:
    """Return whether the settings can be read, and still have the higher volume."""
    home = _disk(session) / session.home.folder.relative_to("/")
    config = home / "config" / "voice-guide" / "config.toml"
    return SettingsFile(config).settings.voice.volume > SettingsFile().settings.voice.volume


def _ends_well(session: GuidedSession) -> bool:
    """Return whether the program ends with 0 after "goodbye"."""
    session.say("goodbye")
    return session.end(_MAX_END_S).status == 0
