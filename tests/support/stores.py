"""Session stores for tests: sample content, writing and reading."""

import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from voice_guide.dialogue.actions import (
    Persist,
    SaveAdviceDate,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
)
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.storage.store import SessionStore

CHECKPOINT = SessionCheckpoint(
    "hand-massage", True, 0, "left", 30.0, ("Stretch only as far as it feels good.",), 1
)
"""A checkpoint in the middle of a step."""

ENTRY = Entry(1, date(2026, 1, 1), "Hand massage", "the side of the neck", 7, 4, Ending.DONE)
"""An entry of a finished session."""

SECRET_ENTRY = Entry(1, date(2031, 5, 17), "Secret Stretch", "the left thumb", 8, 2, Ending.HURT)
"""The entry that `fill_with_secrets` saves."""

SECRETS = [b"Secret Stretch", b"the left thumb", b"2031-05-17"]
"""The bytes by which it is found in a file."""


def save_changes(path: Path, *changes: Persist) -> None:
    """Save changes to the store at a path."""
    with closing(SessionStore(path)) as store:
        for change in changes:
            store.save(change)


def read_store(path: Path) -> tuple[Diary, SessionCheckpoint | None]:
    """Return what the next start reads from the file."""
    with closing(SessionStore(path)) as store:
        return store.diary(), store.checkpoint()


def file_names(path: Path) -> list[str]:
    """Return the names of the files in a store's folder, sorted."""
    return sorted(file.name for file in path.parent.iterdir())


def raw_bytes(path: Path) -> bytes:
    """Return the content of all of a store's files."""
    # In another process, because closing a file here would release SQLite's locks on it.
    return subprocess.run(
        ["cat", *path.parent.glob(f"{path.name}*")], capture_output=True, check=True
    ).stdout


def fill_with_secrets(store: SessionStore) -> None:
    """Save the secret entry many times, so that its traces are all over the file."""
    store.save(SaveDiaryConsent(True))
    for number in range(1, 300):
        store.save(SaveDiaryEntry(replace(SECRET_ENTRY, number=number, after=None)))
        store.save(SaveCheckpoint(replace(CHECKPOINT, entry=number)))
    for number in range(1, 300, 7):
        store.save(SaveDiaryEntry(replace(SECRET_ENTRY, number=number)))
    store.save(SaveAdviceDate(SECRET_ENTRY.day))


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, for ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
