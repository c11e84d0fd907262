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
from pydantic import TypeAdapter, ValidationError

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
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.errors import VoiceGuideError
from voice_guide.storage import database
from voice_guide.storage.background_sync import BackgroundSync
from voice_guide.storage.clock import Moment, now

_MAX_CHECKPOINT_AGE_S = 2 * 60 * 60
"""Seconds after which an interrupted session is not resumed."""

_SYNC_DELAY_S = 0.1
"""Seconds until a change is synced to the disk, so that changes made together share one sync."""

_TIMER_SYNC_DELAY_S = 5.0
"""The same for a checkpoint in which only the step's time differs: each write wears out a memory
card."""

_CAUTIONS_TABLE = (
    "CREATE TABLE IF NOT EXISTS cautions (caution TEXT PRIMARY KEY, heard_on TEXT NOT NULL) STRICT"
)
"""Created only when something is stored in it, because files of version 0.1 are without it."""

_HAS_CAUTIONS = "SELECT 1 FROM sqlite_schema WHERE name = 'cautions'"

_CHECKPOINT = TypeAdapter(SessionCheckpoint)


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
            wants, advised_on = self._connection.execute(
                "SELECT wants_diary, advised_on FROM person"
            ).fetchone()
            rows = self._connection.execute(
                "SELECT number, day, routine, area, before, after, ending FROM entries "
                "ORDER BY number"
            ).fetchall()
        try:
            return Diary(
                None if wants is None else bool(wants),
                tuple(_entry(*row) for row in rows),
                advised_on and date.fromisoformat(advised_on),
            )
        except ValueError as error:
            raise database.DamagedError(str(error)) from error

    def _checkpoint(self) -> SessionCheckpoint | None:
        if not self._connection:
            return None
        with database.database_errors(self._path):
            row = self._connection.execute(
                "SELECT place, boot, up_s, wall_s FROM place"
            ).fetchone()
        if not row or self._clock().seconds_since(Moment(*row[1:])) >= _MAX_CHECKPOINT_AGE_S:
            return None
        try:
            return _CHECKPOINT.validate_json(row[0])
        except ValidationError:
            # Another version of the program stored different keys.
            return None

    def _heard_cautions(self) -> Mapping[str, date]:
        if not self._connection:
            return {}
        with database.database_errors(self._path):
            # Files of version 0.1 have no such table until something is stored in it.
            if not self._connection.execute(_HAS_CAUTIONS).fetchone():
                return {}
            rows = self._connection.execute("SELECT caution, heard_on FROM cautions").fetchall()
        try:
            return {caution: date.fromisoformat(heard_on) for caution, heard_on in rows}
        except ValueError as error:
            raise database.DamagedError(str(error)) from error

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
                connection.execute("DELETE FROM place")
            case SaveCheckpoint(SessionCheckpoint() as checkpoint):
                self._write_checkpoint(checkpoint, connection)
            case SaveDiaryConsent(is_wanted):
                connection.execute("UPDATE person SET wants_diary = ?", (is_wanted,))
            case SaveAdviceDate(today):
                connection.execute("UPDATE person SET advised_on = ?", (today.isoformat(),))
            case SaveDiaryEntry(entry):
                connection.execute(
                    "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        self._stored_number(entry.number, connection),
                        entry.day.isoformat(),
                        entry.routine,
                        entry.area,
                        entry.before,
                        entry.after,
                        entry.ending,
                    ),
                )
            case SaveHeardCautions(heard):
                connection.execute(_CAUTIONS_TABLE)
                connection.execute("DELETE FROM cautions")
                connection.executemany(
                    "INSERT INTO cautions VALUES (?, ?)",
                    [(caution, heard_on.isoformat()) for caution, heard_on in heard.items()],
                )
            case EraseDiary():
                connection.execute("DELETE FROM entries")
                connection.execute("UPDATE person SET wants_diary = 0, advised_on = NULL")
                connection.execute("UPDATE place SET place = json_set(place, '$.entry', NULL)")

    def _write_checkpoint(
        self, checkpoint: SessionCheckpoint, connection: sqlite3.Connection
    ) -> None:
        at = self._clock()
        if checkpoint.entry is not None:
            number = self._stored_numbers.get(checkpoint.entry, checkpoint.entry)
            checkpoint = replace(checkpoint, entry=number)
        connection.execute(
            "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?)",
            (_to_json(checkpoint), at.boot, at.up_s, at.wall_s),
        )

    def _stored_number(self, number: int, connection: sqlite3.Connection) -> int:
        """Return the number to store an entry under.

        It may differ from the entry's own: two guides that run at the same time start with the
        same number, and must not overwrite each other's entries.
        """
        if number not in self._stored_numbers:
            (last,) = connection.execute("SELECT max(number) FROM entries").fetchone()
            self._stored_numbers[number] = max(number, (last or 0) + 1)
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


def _to_json(checkpoint: SessionCheckpoint) -> str:
    return _CHECKPOINT.dump_json(checkpoint, by_alias=True).decode()


def _entry(
    number: int,
    day: str,
    routine: str,
    area: str,
    before: int | None,
    after: int | None,
    ending: str | None,
) -> Entry:
    return Entry(
        number,
        date.fromisoformat(day),
        routine,
        area,
        before,
        after,
        None if ending is None else Ending(ending),
    )
