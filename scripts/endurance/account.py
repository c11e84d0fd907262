"""A user of the guide: her home, the routine she is in the middle of, and what is kept for her."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import platformdirs

from voice_guide.dialogue.actions import SaveCheckpoint, SaveDiaryConsent, SaveDiaryEntry
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Entry
from voice_guide.storage.store import SessionStore

MODELS = platformdirs.user_data_path("voice-guide") / "models"
"""Where the speech models are installed: the only thing of this machine's user that is used."""

KEPT_S = 4.0
"""How long until what is to be kept is kept, or told not to be, in seconds."""

ROUTINE = """\
id = "long-hold"
language = "en"
title = "Long hold"
purpose = "trying out"
names = ["long hold"]
areas = ["everywhere"]
needs = []
closing = "That was the last step."

[safety]
cautions = ["Stop when it hurts."]
when_it_hurts = "Stop when it hurts."

[[steps]]
title = "sitting down"
say = "Sit down."

[[steps]]
title = "holding still"
say = "Hold still."
seconds = 3600

[source]
document = "made up"
referral = "There is nobody to refer to."
"""
"""A routine with a step that is longer than all that happens in it."""

_BEFORE = Entry(1, date(2026, 1, 1), "Long hold", "trying out", 5, 3, None)
"""An entry of an earlier day; the session's own comes after it."""

_DATABASE = Path("data", "voice-guide", "diary.sqlite3")


@dataclass(frozen=True)
class Kept:
    """What is kept for her."""

    place: SessionCheckpoint | None
    """Where her session is."""

    entries: Sequence[Entry]
    """Her diary."""

    is_whole: bool
    """Whether the file was sound."""

    @property
    def left_s(self) -> float:
        """How much is left of the step's time, in seconds; nothing where none runs."""
        return self.place.left_s or 0.0 if self.place else 0.0


class Account:
    """A home in a folder of its own."""

    def __init__(self, folder: Path, models: Path = MODELS) -> None:
        """Make it: somebody was led through a routine there, and broke off in its second step."""
        self.folder = folder
        data = folder / "data" / "voice-guide"
        data.mkdir(parents=True)
        (data / "models").symlink_to(models)
        routines = folder / "config" / "voice-guide" / "routines"
        routines.mkdir(parents=True)
        (routines / "long-hold.toml").write_text(ROUTINE, "utf-8")
        with closing(SessionStore(folder / _DATABASE)) as store:
            store.save(SaveDiaryConsent(is_wanted=True))
            store.save(SaveDiaryEntry(_BEFORE))
            today = Entry(2, date.today(), _BEFORE.routine, _BEFORE.area, 4)
            store.save(SaveDiaryEntry(today))
            store.save(
                SaveCheckpoint(
                    SessionCheckpoint("long-hold", True, 1, "left", 3600.0, (), today.number)
                )
            )
        self.entries = self.kept().entries
        """The diary as it has to stay."""

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program hers."""
        kinds = ("config", "data", "state", "cache")
        folders = {f"XDG_{kind.upper()}_HOME": str(self.folder / kind) for kind in kinds}
        return {"HOME": str(self.folder), **folders}

    def kept(self, seen_from: Path = Path("/")) -> Kept:
        """Return what is kept, by a copy: what is used is not disturbed.

        `seen_from` is where the file system begins that the home is in.
        """
        kept = seen_from / self.folder.relative_to("/") / _DATABASE
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, kept.name)
            # Of SQLite's other files, the one that holds what is not in the first yet.
            for name in (kept.name, f"{kept.name}-wal"):
                if (kept.parent / name).exists():
                    shutil.copy(kept.parent / name, folder)
            with closing(SessionStore(copy)) as store:
                return Kept(
                    store.checkpoint(), store.diary().entries, is_whole=store.notice is None
                )
