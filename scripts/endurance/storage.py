"""What is kept, where it cannot be: a full disk, a read-only home, a model that is damaged."""

import random
import shutil
import time
from contextlib import suppress
from pathlib import Path

from sound_server import SoundServer

from endurance.account import MODELS, Account
from endurance.checks import row
from endurance.guided import STARTED_S, Guided
from endurance.table import Row
from voice_guide.settings import SettingsFile

_OWN_DISK = """\
copy=$(mktemp -d) && cp -a "$1/." "$copy" && mount -t tmpfs -o size=2m none "$1" &&
cp -a "$copy/." "$1" && rm -r "$copy" && mount -o "remount,$2" "$1" && shift 2 && exec "$@"
"""
"""Gives a home a disk of its own, of two megabytes, that nobody else sees."""

_KEPT_S = 4.0
"""How long until what is to be kept is kept, or told not to be, in seconds."""

_ENDED_S = 20.0
"""How long an end may take, in seconds."""

_NOT_KEPT = "not kept for the next start"

_NOISE_BYTES = 1 << 20
"""How much of a model's file is overwritten."""


def disk_full(folder: Path) -> Row:
    """Fill the disk in the middle of a session, and make room again."""
    account = Account(folder)
    with _room() as server, _on_own_disk(account, server, "rw") as guided:
        disk = Path(f"/proc/{guided.process.pid}/root")
        guided.go_on()
        guided.ask("louder")
        filler = disk / account.folder.relative_to("/") / "filler"
        with suppress(OSError):
            filler.write_bytes(bytes(4 << 20))
        guided.ask("quieter")
        time.sleep(_KEPT_S)
        goes_on = guided.is_in_place
        told = _told(guided)
        is_whole = _is_sound(account, disk)
        filler.unlink()
        time.sleep(_KEPT_S)
        left_s = account.kept(disk).left_s
        time.sleep(_KEPT_S)
        is_kept_again = account.kept(disk).left_s < left_s
        return row(
            "disk full while it runs",
            {
                "goes on": goes_on,
                f"told once for each file ({told} lines)": 1 <= told <= 2,
                "what was kept is whole": is_whole,
                "kept again when there is room": is_kept_again,
                "ends well": _ends(guided),
            },
        )


def read_only(folder: Path) -> Row:
    """Lead somebody whose home may not be written."""
    account = Account(folder)
    with _room() as server, _on_own_disk(account, server, "ro") as guided:
        guided.go_on()
        guided.ask("louder")
        time.sleep(_KEPT_S)
        goes_on = guided.is_in_place
        told = _told(guided)
        return row(
            "read-only home",
            {
                "goes on": goes_on,
                f"told once for each file ({told} lines)": 1 <= told <= 2,
                "ends well": _ends(guided),
            },
        )


def model_damaged(folder: Path) -> Row:
    """Damage files of the model in the middle of a session; then start anew."""
    models = folder / "models"
    shutil.copytree(MODELS, models)
    account = Account(folder / "home", models)
    with _room() as server:
        with Guided(account, server) as guided:
            guided.go_on()
            for damage, names in ((_overwrite, "*.mdl"), (_truncate, "*.fst")):
                for file in models.rglob(names):
                    damage(file)
            checks = {"goes on": guided.is_in_place, "ends well": _ends(guided)}
        with Guided(account, server) as guided:
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


def _room() -> SoundServer:
    server = SoundServer()
    server.start()
    server.make_noise()
    return server


def _on_own_disk(account: Account, server: SoundServer, mode: str) -> Guided:
    unshare = ("unshare", "--map-root-user", "--mount")
    own_disk = ("sh", "-c", _OWN_DISK, "sh", str(account.folder), mode)
    return Guided(account, server, (*unshare, *own_disk))


def _told(guided: Guided) -> int:
    return sum(_NOT_KEPT in line.text for line in guided.shown.lines)


def _is_sound(account: Account, disk: Path) -> bool:
    """Tell whether diary and settings are what they were, or newer."""
    config = disk / account.folder.relative_to("/") / "config" / "voice-guide" / "config.toml"
    kept = account.kept(disk)
    louder = SettingsFile(config).settings.voice.volume > SettingsFile().settings.voice.volume
    return kept.is_whole and kept.entries == account.entries and louder


def _ends(guided: Guided) -> bool:
    """Tell whether it ends in order when it is asked to."""
    guided.ask("goodbye")
    status, _ = guided.ended(_ENDED_S)
    return status == 0
