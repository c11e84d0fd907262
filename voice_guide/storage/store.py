"""Where the diary is kept, and the place of a session: a file that only the user can read.

What was kept outlives the program however that ends, as soon as `keep` has returned; and
the machine a moment later.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
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
)
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.errors import VoiceGuideError
from voice_guide.storage import database
from voice_guide.storage.background_sync import BackgroundSync
from voice_guide.storage.clock import Moment, now

_OLDEST_PLACE_S = 2 * 60 * 60
"""Seconds after which a session is over, wherever it broke off."""

_PROMPTLY_S = 0.1
"""Seconds within which it is on the disk: memos that come together are brought there once."""

_ELAPSING_S = 5.0
"""The same where only a step's time has gone on: a memory card wears out by every write."""

_PLACE = TypeAdapter(SessionCheckpoint)


class SessionStore:
    """The diary and the place, and the file they are kept in once there is anything to keep."""

    note: str | None = None
    """What a person has to know about the file, where it was damaged."""

    def __init__(self, path: Path | None = None, clock: Callable[[], Moment] = now) -> None:
        """Open the file, where there is one; one that is damaged is put aside, as `note` tells.

        Raises VoiceGuideError where it cannot be read, or is of a later version.
        """
        path = path or platformdirs.user_data_path("voice-guide") / "diary.sqlite3"
        # A link is followed once and for all: SQLite's other files lie where it leads.
        self._path = Path(os.path.realpath(path))
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._upkeep: BackgroundSync | None = None
        self._last_place: SessionCheckpoint | None = None
        self._trouble = ""
        self._numbers: dict[int, int] = {}
        try:
            self._connection = database.opened(self._path)
            self._numbers = {entry.number: entry.number for entry in self._diary().entries}
        except database.DamagedError:
            self.close()
            aside = database.put_aside(self._path)
            self.note = (
                f"{self._path}: damaged, or no diary; it is called {aside.name} now, "
                "and a new one is begun"
            )

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever kept."""
        return self._connection is None and self.note is None

    def diary(self) -> Diary:
        """Return what was written down; raises VoiceGuideError where it cannot be read."""
        with self._lock, self._telling():
            return self._diary()

    def place(self) -> SessionCheckpoint | None:
        """Return where a session broke off, where that is less than two hours ago.

        Raises VoiceGuideError where it cannot be read.
        """
        with self._lock, self._telling():
            return self._place()

    def keep(self, memo: Persist) -> None:
        """Keep this for the next start, without waiting for the disk.

        Raises VoiceGuideError where it cannot be kept; not again while that is so for the same
        reason: this is called once a second.
        """
        with self._lock:
            try:
                with self._telling():
                    self._keep(memo)
                if self._upkeep and self._upkeep.trouble:
                    raise self._upkeep.trouble
            except VoiceGuideError as error:
                if str(error) != self._trouble:
                    self._trouble = str(error)
                    raise
            else:
                self._trouble = ""

    def close(self) -> None:
        """Bring everything onto the disk; nothing can be kept after that."""
        with self._lock:
            if self._connection:
                self._connection.close()
            # Which must be the last to have it open: it is the one that syncs.
            if self._upkeep:
                self._upkeep.close()
            self._connection = self._upkeep = None

    def _diary(self) -> Diary:
        if not self._connection:
            return Diary()
        with database.telling(self._path):
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

    def _place(self) -> SessionCheckpoint | None:
        if not self._connection:
            return None
        with database.telling(self._path):
            row = self._connection.execute(
                "SELECT place, boot, up_s, wall_s FROM place"
            ).fetchone()
        if not row or self._clock().seconds_since(Moment(*row[1:])) >= _OLDEST_PLACE_S:
            return None
        try:
            return _PLACE.validate_json(row[0])
        except ValidationError:
            # What a place consists of was different in another version.
            return None

    def _keep(self, memo: Persist) -> None:
        with database.telling(self._path):
            connection, upkeep = self._begun()
            with database.transaction(connection):
                self._put(memo, connection)
        if isinstance(memo, EraseDiary):
            self._numbers.clear()
            upkeep.erase()
        elif isinstance(memo, SaveCheckpoint):
            upkeep.settle(_ELAPSING_S if self._is_elapsing(memo.place) else _PROMPTLY_S)
            self._last_place = memo.place
        else:
            upkeep.settle(_PROMPTLY_S)

    def _begun(self) -> tuple[sqlite3.Connection, BackgroundSync]:
        """Return what to write with."""
        if not self._connection:
            self._connection = database.made(self._path)
        if not self._upkeep:
            database.leave_syncing_to_others(self._connection)
            self._upkeep = BackgroundSync(self._path)
        return self._connection, self._upkeep

    def _put(self, memo: Persist, connection: sqlite3.Connection) -> None:
        match memo:
            case SaveCheckpoint(None):
                connection.execute("DELETE FROM place")
            case SaveCheckpoint(SessionCheckpoint() as place):
                at = self._clock()
                if place.entry is not None:
                    place = replace(place, entry=self._numbers.get(place.entry, place.entry))
                connection.execute(
                    "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?)",
                    (_PLACE.dump_json(place, by_alias=True).decode(), at.boot, at.up_s, at.wall_s),
                )
            case SaveDiaryConsent(is_wanted):
                connection.execute("UPDATE person SET wants_diary = ?", (is_wanted,))
            case SaveAdviceDate(today):
                connection.execute("UPDATE person SET advised_on = ?", (today.isoformat(),))
            case SaveDiaryEntry(entry):
                connection.execute(
                    "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        self._number(entry.number, connection),
                        entry.day.isoformat(),
                        entry.routine,
                        entry.area,
                        entry.before,
                        entry.after,
                        entry.ending,
                    ),
                )
            case EraseDiary():
                connection.execute("DELETE FROM entries")
                connection.execute("UPDATE person SET wants_diary = 0, advised_on = NULL")
                connection.execute("UPDATE place SET place = json_set(place, '$.entry', NULL)")

    def _number(self, number: int, connection: sqlite3.Connection) -> int:
        """Return the number to write an entry under: another's is never written over.

        A guide that runs at the same time begins with the same number.
        """
        if number not in self._numbers:
            (last,) = connection.execute("SELECT max(number) FROM entries").fetchone()
            self._numbers[number] = max(number, (last or 0) + 1)
        return self._numbers[number]

    def _is_elapsing(self, place: SessionCheckpoint | None) -> bool:
        """Tell whether only a step's time has gone on since the last place."""
        last = self._last_place
        return bool(place and last and replace(place, left_s=None) == replace(last, left_s=None))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except database.DamagedError as error:
            raise VoiceGuideError(
                f"{self._path}: damaged ({error}); the next start puts it aside"
            ) from error


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
