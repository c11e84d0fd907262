"""The store of the diary and the session checkpoint: a file that only its user can read.

What was saved survives the end of the program, in whatever way, as soon as `save` has returned,
and a power cut a moment later.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import platformdirs

from voice_guide.dialogue.actions import (
    EraseDiary,
    Persist,
    SaveAdviceDate,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
    SaveHeardCautions,
)
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary
from voice_guide.errors import VoiceGuideError
from voice_guide.storage import database, records
from voice_guide.storage.background_sync import BackgroundSync
from voice_guide.storage.clock import Moment, now

_MAX_CHECKPOINT_AGE_S = 2 * 60 * 60
"""Seconds after which an interrupted session is not resumed."""

_SYNC_DELAY_S = 0.1
"""Seconds until a change is synced to the disk, so that changes made together share one sync."""

_TIMER_SYNC_DELAY_S = 5.0
"""The same for a checkpoint in which only the step's time differs: each write wears out a memory
card."""


class SessionStore:
    """The diary and the checkpoint, in a file that is created when something is first saved."""

    notice: str | None = None
    """A message for the user if the file was damaged; None otherwise."""

    def __init__(self, path: Path | None = None, clock: Callable[[], Moment] = now) -> None:
        """Open the file if there is one. A damaged one is renamed, and `notice` says so.

        Raises VoiceGuideError if it cannot be read or is from a later version.
        """
        path = path or platformdirs.user_data_path("voice-guide") / "diary.sqlite3"
        # A symbolic link is resolved once, because SQLite's other files are beside its target.
        self._path = Path(os.path.realpath(path))
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._sync: BackgroundSync | None = None
        self._last_checkpoint: SessionCheckpoint | None = None
        self._last_error = ""
        self._stored_numbers: dict[int, int] = {}
        try:
            self._connection = database.open_database(self._path)
            self._stored_numbers = {entry.number: entry.number for entry in self._diary().entries}
        except database.DamagedError:
            self.close()
            aside = database.move_aside(self._path)
            self.notice = (
                f"{self._path}: damaged, or not a diary: renamed to {aside.name}, "
                "and a new diary is started"
            )

    @property
    def is_new(self) -> bool:
        """True if nothing was ever saved."""
        return self._connection is None and self.notice is None

    def diary(self) -> Diary:
        """Return the stored diary; raises VoiceGuideError if it cannot be read."""
        with self._lock, self._damage_reported():
            return self._diary()

    def checkpoint(self) -> SessionCheckpoint | None:
        """Return the checkpoint of a session interrupted in the last two hours; None if none was.

        Raises VoiceGuideError if it cannot be read.
        """
        with self._lock, self._damage_reported():
            return self._checkpoint()

    def heard_cautions(self) -> Mapping[str, date]:
        """Return the day on which each caution was last heard to its end.

        Raises VoiceGuideError if it cannot be read.
        """
        with self._lock, self._damage_reported():
            return self._heard_cautions()

    def save(self, change: Persist) -> None:
        """Save a change for the next start, without waiting for the disk.

        Raises VoiceGuideError if it cannot be saved. The same error is not raised again while it
        lasts, because this is called once a second.
        """
        with self._lock:
            try:
                with self._damage_reported():
                    self._save(change)
                if self._sync and self._sync.error:
                    raise self._sync.error
            except VoiceGuideError as error:
                if str(error) != self._last_error:
                    self._last_error = str(error)
                    raise
            else:
                self._last_error = ""

    def close(self) -> None:
        """Sync everything to the disk; nothing can be saved afterwards."""
        with self._lock:
            if self._connection:
                self._connection.close()
            # The last connection, because SQLite syncs when that is closed.
            if self._sync:
                self._sync.close()
            self._connection = self._sync = None

    def _diary(self) -> Diary:
        if not self._connection:
            return Diary()
        with database.database_errors(self._path):
            return records.read_diary(self._connection)

    def _checkpoint(self) -> SessionCheckpoint | None:
        if not self._connection:
            return None
        with database.database_errors(self._path):
            saved = records.read_checkpoint(self._connection)
        if not saved or self._clock().seconds_since(saved.at) >= _MAX_CHECKPOINT_AGE_S:
            return None
        return saved.checkpoint

    def _heard_cautions(self) -> Mapping[str, date]:
        if not self._connection:
            return {}
        with database.database_errors(self._path):
            return records.read_heard_cautions(self._connection)

    def _save(self, change: Persist) -> None:
        with database.database_errors(self._path):
            connection, sync = self._open_for_writing()
            with database.transaction(connection):
                self._write(change, connection)
        match change:
            case EraseDiary():
                self._stored_numbers.clear()
                sync.request_purge()
            case SaveCheckpoint(checkpoint):
                only_time = self._differs_only_in_time(checkpoint)
                sync.request_sync(_TIMER_SYNC_DELAY_S if only_time else _SYNC_DELAY_S)
                self._last_checkpoint = checkpoint
            case _:
                sync.request_sync(_SYNC_DELAY_S)

    def _open_for_writing(self) -> tuple[sqlite3.Connection, BackgroundSync]:
        if not self._connection:
            self._connection = database.create_database(self._path)
        if not self._sync:
            database.disable_sync(self._connection)
            self._sync = BackgroundSync(self._path)
        return self._connection, self._sync

    def _write(self, change: Persist, connection: sqlite3.Connection) -> None:
        match change:
            case SaveCheckpoint(None):
                records.delete_checkpoint(connection)
            case SaveCheckpoint(SessionCheckpoint() as checkpoint):
                if checkpoint.entry is not None:
                    number = self._stored_numbers.get(checkpoint.entry, checkpoint.entry)
                    checkpoint = replace(checkpoint, entry=number)
                records.write_checkpoint(connection, checkpoint, self._clock())
            case SaveDiaryConsent(is_wanted):
                records.write_consent(connection, is_wanted)
            case SaveAdviceDate(today):
                records.write_advice_date(connection, today)
            case SaveDiaryEntry(entry):
                number = self._stored_number(entry.number, connection)
                records.write_entry(connection, replace(entry, number=number))
            case SaveHeardCautions(heard):
                records.write_heard_cautions(connection, heard)
            case EraseDiary():
                records.erase_diary(connection)

    def _stored_number(self, number: int, connection: sqlite3.Connection) -> int:
        """Return the number to store an entry under.

        It may differ from the entry's own: two guides that run at the same time start with the
        same number, and must not overwrite each other's entries.
        """
        if number not in self._stored_numbers:
            self._stored_numbers[number] = max(number, records.last_number(connection) + 1)
        return self._stored_numbers[number]

    def _differs_only_in_time(self, checkpoint: SessionCheckpoint | None) -> bool:
        """Return True if only the step's time differs from the last checkpoint."""
        last = self._last_checkpoint
        return bool(
            checkpoint and last and replace(checkpoint, left_s=None) == replace(last, left_s=None)
        )

    @contextmanager
    def _damage_reported(self) -> Iterator[None]:
        """Turn DamagedError into a message for the user."""
        try:
            yield
        except database.DamagedError as error:
            raise VoiceGuideError(
                f"{self._path}: damaged ({error}): restart Voice Guide, which renames the file "
                "and starts a new one"
            ) from error
