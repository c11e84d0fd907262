"""The diary's file: made, opened, kept from other eyes, and put aside where it is damaged."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from voice_guide.errors import VoiceGuideError

WAITED_S = 2.0
"""How long another process that is writing is waited for, in seconds."""

_VERSION = 1
"""What the tables look like."""

_OURS = 0x566F4775
"""What tells a diary from any other database."""

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

_ENDINGS = ("", "-wal", "-shm", "-journal")
"""What the names of the files end with that SQLite makes of one."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""The last of these means that a table or a column is not there."""

_WHAT_TO_DO = {
    sqlite3.SQLITE_FULL: "the disk is full; make room",
    sqlite3.SQLITE_READONLY: "it may not be written; see whose it is",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; see whose it is, and its folder",
    sqlite3.SQLITE_BUSY: "another program does not let go of it; end that",
}
"""SQLite's kinds of failure as a person can mend them."""


class DamagedError(Exception):
    """The file is damaged, or no diary."""


def opened(path: Path) -> sqlite3.Connection | None:
    """Open the diary at an absolute path; None where nothing was written yet.

    Raises DamagedError where the file is damaged or something else, and VoiceGuideError where
    it cannot be read or is of a later version of the program.
    """
    if not path.exists():
        return None
    if path.is_dir():
        raise VoiceGuideError(f"{path}: this is a folder, not a file")
    _hide(path)
    with telling(path):
        connection = connect(path, WAITED_S)
        try:
            if _is_diary(connection, path):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None


def made(path: Path) -> sqlite3.Connection:
    """Make a diary at an absolute path where there is none, and open it for an Upkeep to sync.

    Raises VoiceGuideError where that cannot be done.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite makes the files beside this one as readable as it finds this one.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise VoiceGuideError(f"{path}: cannot be made: {error.strerror}") from error
    with telling(path):
        connection = connect(path, WAITED_S)
        try:
            leave_syncing_to_others(connection)
            _append_commits(connection)
            with transaction(connection):
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_OURS}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection


def connect(path: Path, timeout_s: float) -> sqlite3.Connection:
    """Open a file that is there; `timeout_s` is how long another process is waited for."""
    mode = "mode=rw"
    if not os.access(path.parent, os.W_OK):
        # What SQLite makes beside a file, even to read it, cannot be made here.
        has_commits = Path(f"{path}-wal").exists()
        mode = "mode=ro" if has_commits else "mode=ro&immutable=1"
    connection = sqlite3.connect(
        f"{path.as_uri()}?{mode}",
        uri=True,
        timeout=timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )
    # Checkpoints wait for the disk: when, and in which thread, is not to be left to chance.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def leave_syncing_to_others(connection: sqlite3.Connection) -> None:
    """Never wait for the disk; somebody else has to sync, and to close after this one."""
    connection.execute("PRAGMA synchronous = OFF")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Have everything that is done meanwhile happen, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Raise DamagedError or VoiceGuideError where SQLite cannot do what it is asked for."""
    try:
        yield
    except sqlite3.Error as error:
        # What more the upper bits tell does not change what to do.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED:
            raise DamagedError(str(error)) from error
        raise VoiceGuideError(f"{path}: {_WHAT_TO_DO.get(code, str(error))}") from error
    except UnicodeDecodeError as error:
        # Of what SQLite quotes as it tells what is wrong, too.
        raise DamagedError(f"not UTF-8: {error.reason}") from error


def put_aside(path: Path) -> Path:
    """Give a file, with those beside it, a name that tells it is damaged; return that.

    Raises VoiceGuideError where that cannot be done.
    """
    for number in count(1):
        name = f"{path.stem}.damaged{f'-{number}' if number > 1 else ''}{path.suffix}"
        aside = path.with_name(name)
        if not aside.exists():
            break
    try:
        for ending in _ENDINGS:
            with suppress(FileNotFoundError):
                Path(f"{path}{ending}").rename(f"{aside}{ending}")
    except OSError as error:
        raise VoiceGuideError(
            f"{path}: damaged, or no diary, and cannot be put aside: {error.strerror}"
        ) from error
    return aside


def _append_commits(connection: sqlite3.Connection) -> None:
    """Change to WAL mode, which SQLite does not wait for by itself where another is at it."""
    until_s = time.monotonic() + WAITED_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
        time.sleep(0.001)


def _is_diary(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether it is one, or nothing yet; raises as `opened` does where it is neither."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (whose,) = connection.execute("PRAGMA application_id").fetchone()
    if whose != _OURS:
        if tables:
            raise DamagedError("a database of something else")
        return False
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise VoiceGuideError(
            f"{path}: written by a later version of Voice Guide, which this one cannot read; "
            "update Voice Guide"
        )
    (finding,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if finding != "ok":
        raise DamagedError(finding)
    return True


def _hide(path: Path) -> None:
    """Let only the user read it."""
    for ending in _ENDINGS:
        file = Path(f"{path}{ending}")
        # Somebody else's file is theirs to hide.
        with suppress(FileNotFoundError, PermissionError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
