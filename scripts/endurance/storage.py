"""What is kept, where it cannot be: a full disk, a read-only home, a model that is damaged."""

import os
import random
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from endurance.account import KEPT_S, MODELS, Account
from endurance.checks import row
from endurance.guided import STARTED_S, Guided
from endurance.hardware import Hardware
from endurance.table import Row
from voice_guide.config.settings import SettingsFile

_OWN_DISK = """\
copy=$(mktemp -d) && cp -a "$1/." "$copy" && mount -t tmpfs -o size=2m none "$1" &&
cp -a "$copy/." "$1" && rm -r "$copy" && mount -o "remount,$2" "$1" && shift 2 && exec "$@"
"""
"""Gives a home a disk of its own, of two megabytes, that nobody else sees."""

_FAILING_DISK = """\
truncate -s 8M "$2" && mkfs.ext4 -q "$2" && copy=$(mktemp -d) && cp -a "$1/." "$copy" &&
mount -o loop "$2" "$1" && cp -a "$copy/." "$1" && rm -r "$copy" && shift 2 && exec "$@"
"""
"""The same with a real file system, that can be told to fail."""

_ENDED_S = 20.0
"""How long an end may take, in seconds."""

_NOT_KEPT = "not kept for the next start"

_NOISE_BYTES = 1 << 20
"""How much of a model's file is overwritten."""


def disk_full(folder: Path) -> Row:
    """Fill the disk in the middle of a session, and make room again."""
    account = Account(folder)
    with Hardware() as hardware, _on_own_disk(account, hardware, "rw") as guided:
        disk = _disk(guided)
        guided.go_on()
        guided.ask("louder")
        time.sleep(KEPT_S)
        filler = disk / account.folder.relative_to("/") / "filler"
        with suppress(OSError):
            filler.write_bytes(bytes(4 << 20))
        checks = _unwritable(guided)
        checks["what was set before is kept"] = _is_louder(guided)
        filler.unlink()
        time.sleep(KEPT_S)
        left_s = account.kept(disk).left_s
        time.sleep(KEPT_S)
        checks["kept again when there is room"] = account.kept(disk).left_s < left_s
        checks["ends well"] = _ends(guided)
    return row("disk full while it runs", checks)


def disk_failing(folder: Path) -> Row:
    """Let the disk become read-only in the middle of a session, as that of a worn card does."""
    what = "disk turns read-only while it runs"
    if os.geteuid():
        return Row(what, "not tried: only root can make such a disk")
    account = Account(folder)
    image = folder.with_suffix(".ext4")
    disk = ("sh", "-c", _FAILING_DISK, "sh", str(account.folder), str(image))
    own_disk = ("unshare", "--mount", *disk)
    with Hardware() as hardware, Guided(account, hardware, own_disk) as guided:
        guided.go_on()
        guided.ask("louder")
        time.sleep(KEPT_S)
        within = ("nsenter", "--mount", f"--target={guided.process.pid}")
        fail = ("mount", "-o", "remount,abort", str(account.folder))
        subprocess.run([*within, *fail], check=True)
        checks = _unwritable(guided)
        checks["what was set before is kept"] = _is_louder(guided)
        checks["ends well"] = _ends(guided)
    return row(what, checks)


def _unwritable(guided: Guided) -> dict[str, bool]:
    """Return how somebody fares for whom nothing can be written any more."""
    guided.ask("quieter")
    time.sleep(KEPT_S)
    goes_on = guided.is_in_place
    told = sum(_NOT_KEPT in line.text for line in guided.shown.lines)
    kept = guided.account.kept(_disk(guided))
    return {
        "goes on": goes_on,
        f"told once for each file ({told} lines)": 1 <= told <= 2,
        "what was kept is whole": kept.is_whole and kept.entries == guided.account.entries,
    }


def read_only(folder: Path) -> Row:
    """Lead somebody whose home may not be written."""
    account = Account(folder)
    with Hardware() as hardware, _on_own_disk(account, hardware, "ro") as guided:
        guided.go_on()
        checks = _unwritable(guided)
        checks["ends well"] = _ends(guided)
    return row("read-only home", checks)


def model_damaged(folder: Path) -> Row:
    """Damage files of the model in the middle of a session; then start anew."""
    models = folder / "models"
    shutil.copytree(MODELS, models)
    account = Account(folder / "home", models)
    with Hardware() as hardware:
        with Guided(account, hardware) as guided:
            guided.go_on()
            for damage, names in ((_overwrite, "*.mdl"), (_truncate, "*.fst")):
                for file in models.rglob(names):
                    damage(file)
            checks = {"goes on": guided.is_in_place, "ends well": _ends(guided)}
        with Guided(account, hardware) as guided:
            status, complaints = guided.ended(STARTED_S)
    is_clear = len(complaints) == 1 and "is damaged: run `" in complaints[0]
    checks["the next start says so in one line"] = (status, is_clear) == (2, True)
    return row("model damaged while it runs", checks)


def _overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 3)
        opened.write(random.Random(0).randbytes(_NOISE_BYTES))


def _truncate(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def _on_own_disk(account: Account, hardware: Hardware, mode: str) -> Guided:
    unshare = ("unshare", "--map-root-user", "--mount")
    own_disk = ("sh", "-c", _OWN_DISK, "sh", str(account.folder), mode)
    return Guided(account, hardware, (*unshare, *own_disk))


def _disk(guided: Guided) -> Path:
    """Return where the program's own disk can be seen from here."""
    return Path(f"/proc/{guided.process.pid}/root")


def _is_louder(guided: Guided) -> bool:
    """Tell whether her settings can be read, and hold that she wants it louder."""
    home = _disk(guided) / guided.account.folder.relative_to("/")
    config = home / "config" / "voice-guide" / "config.toml"
    return SettingsFile(config).settings.voice.volume > SettingsFile().settings.voice.volume


def _ends(guided: Guided) -> bool:
    """Tell whether it ends in order when it is asked to."""
    guided.ask("goodbye")
    status, _ = guided.ended(_ENDED_S)
    return status == 0
