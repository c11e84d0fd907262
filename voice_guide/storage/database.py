"""The SQLite file: create it, open it, restrict it to its user, and move damaged ones aside."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from voice_guide.errors import VoiceGuideError

BUSY_TIMEOUT_S = 2.0
"""Seconds to wait for another process that is writing."""

_SCHEMA_VERSION = 1
"""The version of the tables, as SQLite's `user_version`."""

_APPLICATION_ID = 0x566F4775
"""SQLite's `application_id`, which tells this file from any other database."""

_TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    routine TEXT NOT NULL,
    area TEXT NOT NULL,
    before INTEGER,
    after INTEGER,
    ending TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS person (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    wants_diary INTEGER,
    advised_on TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS place (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    place TEXT NOT NULL,
    boot TEXT,
    up_s REAL NOT NULL,
    wall_s REAL NOT NULL
) STRICT;
INSERT OR IGNORE INTO person (id) VALUES (1);
"""
"""The tables of version 1, as they are on devices; `place` holds the session checkpoint."""

_FILE_SUFFIXES = ("", "-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite keeps for one database."""

_DAMAGE_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""SQLite's result codes of a damaged file; SQLITE_ERROR means a missing table or column."""

_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "this user may not write to it: check who owns the file",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check who owns the file and its folder",
    sqlite3.SQLITE_BUSY: "another program keeps it locked: end that program",
}
"""SQLite's result codes to what went wrong and what the user can do."""


class DamagedError(Exception):
    """The file is damaged, or not a diary."""


def open_database(path: Path) -> sqlite3.Connection | None:
    """Open the diary at an absolute path; return None if nothing was written there yet.

    Raises DamagedError if the file is damaged or not a diary, and VoiceGuideError if it cannot
    be read or is from a later version of the program.
    """
    if not path.exists():
        return None
    if path.is_dir():
        raise VoiceGuideError(f"{path}: this is a folder, not a file")
    _restrict_to_user(path)
    with database_errors(path):
        connection = connect(path, BUSY_TIMEOUT_S)
        try:
            if _has_tables(connection, path):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None


def create_database(path: Path) -> sqlite3.Connection:
    """Create a diary at an absolute path if there is none, and open it unsynced.

    A BackgroundSync must sync it. Raises VoiceGuideError if it cannot be created.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives the files beside this one the same permissions.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise VoiceGuideError(f"{path}: cannot be created: {error.strerror}") from error
    with database_errors(path):
        connection = connect(path, BUSY_TIMEOUT_S)
        try:
            disable_sync(connection)
            _enable_wal(connection)
            with transaction(connection):
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection


def connect(path: Path, timeout_s: float) -> sqlite3.Connection:
    """Connect to an existing file, waiting up to `timeout_s` for locks of other processes."""
    mode = "mode=rw"
    if not os.access(path.parent, os.W_OK):
        # SQLite cannot create the files here that it needs even for reading.
        has_log = Path(f"{path}-wal").exists()
        mode = "mode=ro" if has_log else "mode=ro&immutable=1"
    connection = sqlite3.connect(
        f"{path.as_uri()}?{mode}",
        uri=True,
        timeout=timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )
    # Checkpoints wait for the disk; BackgroundSync decides when and in which thread.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def disable_sync(connection: sqlite3.Connection) -> None:
    """Stop the connection from waiting for the disk; a BackgroundSync must outlive it."""
    connection.execute("PRAGMA synchronous = OFF")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit everything done in the block, or nothing if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into DamagedError, or VoiceGuideError with advice for the user."""
    try:
        yield
    except sqlite3.Error as error:
        # The upper bits give details that do not change the advice.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGE_CODES:
            raise DamagedError(str(error)) from error
        raise VoiceGuideError(f"{path}: {_ADVICE.get(code, str(error))}") from error
    except UnicodeDecodeError as error:
        # Raised for text in a table, and for text that an SQLite error quotes.
        raise DamagedError(f"not UTF-8: {error.reason}") from error


def move_aside(path: Path) -> Path:
    """Rename a damaged file, and those beside it, to an unused name; return the new path.

    Raises VoiceGuideError if it cannot be renamed.
    """
    for number in count(1):
        name = f"{path.stem}.damaged{f'-{number}' if number > 1 else ''}{path.suffix}"
        aside = path.with_name(name)
        if not aside.exists():
            break
    try:
        for suffix in _FILE_SUFFIXES:
            with suppress(FileNotFoundError):
                Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    except OSError as error:
        raise VoiceGuideError(
            f"{path}: damaged, or not a diary, and cannot be renamed: {error.strerror}"
        ) from error
    return aside


def _enable_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode, waiting for other connections: SQLite's own timeout does not apply."""
    until_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
        time.sleep(0.001)


def _has_tables(connection: sqlite3.Connection, path: Path) -> bool:
    """Return True for an intact diary, False for an empty file.

    Raises as `open_database` does for anything else.
    """
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id != _APPLICATION_ID:
        if tables:
            raise DamagedError("a database of another program")
        return False
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > _SCHEMA_VERSION:
        raise VoiceGuideError(
            f"{path}: written by a later version of Voice Guide, which this one cannot read: "
            "update Voice Guide"
        )
    (problem,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if problem != "ok":
        raise DamagedError(problem)
    return True


def _restrict_to_user(path: Path) -> None:
    """Remove other users' permissions from the files."""
    for suffix in _FILE_SUFFIXES:
        file = Path(f"{path}{suffix}")
        # A file of another user cannot be changed, and is that user's to protect.
        with suppress(FileNotFoundError, PermissionError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
