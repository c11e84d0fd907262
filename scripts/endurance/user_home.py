"""A user's home with a diary and a session that was broken off in the middle of a step."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import platformdirs

from harness.program import user_environment
from voice_guide.dialogue.actions import SaveCheckpoint, SaveDiaryConsent, SaveDiaryEntry
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Entry
from voice_guide.storage.store import SessionStore

MODELS = platformdirs.user_data_path("voice-guide") / "models"
"""The installed speech models of this machine's user, the only thing of theirs that is used."""

SAVED_WITHIN_S = 4.0
"""Seconds after which a change is saved, or reported as not saved."""

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
referral = "There is no referral."
"""
"""A routine with a step that is longer than any trial."""

_EARLIER_ENTRY = Entry(1, date(2026, 1, 1), "Long hold", "trying out", 5, 3, None)
"""An entry of an earlier day; the session's own comes after it."""

_DATABASE = Path("data", "voice-guide", "diary.sqlite3")


@dataclass(frozen=True)
class StoredState:
    """The content of the database."""

    checkpoint: SessionCheckpoint | None
    """The place in the session."""

    entries: Sequence[Entry]
    """The diary."""

    is_intact: bool
    """True if the file was not damaged."""

    @property
    def left_s(self) -> float:
        """The rest of the step's time, in seconds; 0 if none runs."""
        return self.checkpoint.left_s or 0.0 if self.checkpoint else 0.0


class UserHome:
    """A home in a folder of its own."""

    def __init__(self, folder: Path, models: Path = MODELS) -> None:
        """Make the home, with a session that was broken off in the second step."""
        self.folder = folder
        data = folder / "data" / "voice-guide"
        data.mkdir(parents=True)
        (data / "models").symlink_to(models)
        routines = folder / "config" / "voice-guide" / "routines"
        routines.mkdir(parents=True)
        (routines / "long-hold.toml").write_text(ROUTINE, "utf-8")
        with closing(SessionStore(folder / _DATABASE)) as store:
            store.save(SaveDiaryConsent(is_wanted=True))
            store.save(SaveDiaryEntry(_EARLIER_ENTRY))
            today = Entry(2, date.today(), _EARLIER_ENTRY.routine, _EARLIER_ENTRY.area, 4)
            store.save(SaveDiaryEntry(today))
            store.save(
                SaveCheckpoint(
                    SessionCheckpoint("long-hold", True, 1, "left", 3600.0, (), today.number)
                )
            )
        self.entries = self.stored().entries
        """The diary, which may not change."""

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make this home a program's."""
        return user_environment(self.folder)

    def stored(self, root: Path = Path("/")) -> StoredState:
        """Return the content of the database, read from a copy so as not to disturb it.

        `root` is the root of the file system that the home is in.
        """
        database = root / self.folder.relative_to("/") / _DATABASE
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, database.name)
            # SQLite's write-ahead log has the latest changes.
            for name in (database.name, f"{database.name}-wal"):
                if (database.parent / name).exists():
                    shutil.copy(database.parent / name, folder)
            with closing(SessionStore(copy)) as store:
                return StoredState(
                    store.checkpoint(), store.diary().entries, is_intact=store.notice is None
                )
