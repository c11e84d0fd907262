"""The SQL that reads and writes the diary, the checkpoint and the heard cautions.

The tables of version 0.1 are created in `database.py`. All functions let SQLite's errors pass.
"""

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.storage.clock import Moment
from voice_guide.storage.database import DamagedError

_CAUTIONS_TABLE = (
    "CREATE TABLE IF NOT EXISTS cautions (caution TEXT PRIMARY KEY, heard_on TEXT NOT NULL) STRICT"
)
"""The table of heard cautions, created when something is first stored in it: files of version
0.1 do not have it."""

_HAS_CAUTIONS = "SELECT 1 FROM sqlite_schema WHERE name = 'cautions'"
"""The query that returns a row if the file has that table."""

_CHECKPOINT = TypeAdapter(SessionCheckpoint)


class SavedCheckpoint(NamedTuple):
    """A checkpoint as it is stored."""

    checkpoint: SessionCheckpoint
    """The checkpoint."""

    at: Moment
    """The moment at which it was saved."""


def read_diary(connection: sqlite3.Connection) -> Diary:
    """Return the diary; raises DamagedError if a value in it is invalid."""
    wants, advised_on = connection.execute("SELECT wants_diary, advised_on FROM person").fetchone()
    rows = connection.execute(
        "SELECT number, day, routine, area, before, after, ending FROM entries ORDER BY number"
    ).fetchall()
    try:
        return Diary(
            None if wants is None else bool(wants),
            tuple(_entry(*row) for row in rows),
            advised_on and date.fromisoformat(advised_on),
        )
    except ValueError as error:
        raise DamagedError(str(error)) from error


def last_number(connection: sqlite3.Connection) -> int:
    """Return the highest number of an entry, or 0 if there is none."""
    (last,) = connection.execute("SELECT max(number) FROM entries").fetchone()
    return last or 0


def write_entry(connection: sqlite3.Connection, entry: Entry) -> None:
    """Write an entry, replacing the one with its number."""
    connection.execute(
        "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            entry.number,
            entry.day.isoformat(),
            entry.routine,
            entry.area,
            entry.before,
            entry.after,
            entry.ending,
        ),
    )


def write_consent(connection: sqlite3.Connection, is_wanted: bool) -> None:
    """Write whether the user wants a diary."""
    connection.execute("UPDATE person SET wants_diary = ?", (is_wanted,))


def write_advice_date(connection: sqlite3.Connection, day: date) -> None:
    """Write the day on which the user was advised to see a doctor."""
    connection.execute("UPDATE person SET advised_on = ?", (day.isoformat(),))


def erase_diary(connection: sqlite3.Connection) -> None:
    """Delete all entries, and everything that refers to them."""
    connection.execute("DELETE FROM entries")
    connection.execute("UPDATE person SET wants_diary = 0, advised_on = NULL")
    connection.execute("UPDATE place SET place = json_set(place, '$.entry', NULL)")


def read_checkpoint(connection: sqlite3.Connection) -> SavedCheckpoint | None:
    """Return the checkpoint, or None if there is none that this version can read."""
    row = connection.execute("SELECT place, boot, up_s, wall_s FROM place").fetchone()
    if not row:
        return None
    try:
        return SavedCheckpoint(_CHECKPOINT.validate_json(row[0]), Moment(*row[1:]))
    except ValidationError:
        # Another version of the program stored different keys.
        return None


def write_checkpoint(
    connection: sqlite3.Connection, checkpoint: SessionCheckpoint, at: Moment
) -> None:
    """Write the checkpoint and the moment it is saved at."""
    connection.execute(
        "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?)",
        (
            _CHECKPOINT.dump_json(checkpoint, by_alias=True).decode(),
            at.boot,
            at.up_s,
            at.wall_s,
        ),
    )


def delete_checkpoint(connection: sqlite3.Connection) -> None:
    """Delete the checkpoint of a session that is over."""
    connection.execute("DELETE FROM place")


def read_heard_cautions(connection: sqlite3.Connection) -> Mapping[str, date]:
    """Return the day each caution was last heard on; raises DamagedError if one is invalid."""
    if not connection.execute(_HAS_CAUTIONS).fetchone():
        return {}
    rows = connection.execute("SELECT caution, heard_on FROM cautions").fetchall()
    try:
        return {caution: date.fromisoformat(heard_on) for caution, heard_on in rows}
    except ValueError as error:
        raise DamagedError(str(error)) from error


def write_heard_cautions(connection: sqlite3.Connection, heard: Mapping[str, date]) -> None:
    """Write the day on which each caution was last heard, replacing all that were written."""
    connection.execute(_CAUTIONS_TABLE)
    connection.execute("DELETE FROM cautions")
    connection.executemany(
        "INSERT INTO cautions VALUES (?, ?)",
        [(caution, heard_on.isoformat()) for caution, heard_on in heard.items()],
    )


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
