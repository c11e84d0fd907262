"""Sync committed data to the disk in a background thread, so that commits need not wait.

A commit hands its data to the operating system at once, which is enough for it to survive the
end of the program. The sync here makes it survive a power cut.

SQLite appends commits to a write-ahead log (WAL) beside the database. Syncing that log is enough,
and is as little as can be written to a memory card; only now and then is the log copied into the
database (a checkpoint) and started over. SQLite by itself would sync the new start of the log in
the middle of a commit, because old content could reappear. The log is truncated to nothing first
instead, and so has no old content.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from voice_guide.errors import VoiceGuideError
from voice_guide.storage.database import connect

_MAX_LOG_BYTES = 1 << 20
"""Size of the write-ahead log above which it is copied into the database."""

_RETRY_DELAY_S = 0.3
"""Seconds before truncating the log is tried again after other connections were busy with the
file. Not a divisor of one second, so that commits made every second do not always collide."""


class BackgroundSync:
    """Syncs a database in WAL mode to the disk until it is closed."""

    error: VoiceGuideError | None = None
    """The error of the last sync; None if it succeeded."""

    def __init__(self, path: Path) -> None:
        """Start the thread; raises sqlite3.Error if the database cannot be opened."""
        self._path = path
        self._log = Path(f"{path}-wal")
        self._connection = connect(path, timeout_s=0)
        self._changed = threading.Condition()
        self._due_s: float | None = time.monotonic()
        self._is_closing = False
        self._must_truncate = threading.Event()
        # A killed program may have left deleted data in the log.
        self._must_truncate.set()
        self._thread = threading.Thread(target=self._run, name="diary", daemon=True)
        self._thread.start()

    def request_sync(self, within_s: float) -> None:
        """Sync what was committed within so many seconds; return at once."""
        due_s = time.monotonic() + within_s
        with self._changed:
            if self._due_s is None or due_s < self._due_s:
                self._due_s = due_s
                self._changed.notify()

    def request_purge(self) -> None:
        """Remove deleted data from the disk as soon as possible; return at once."""
        self._must_truncate.set()
        self.request_sync(0)

    def close(self) -> None:
        """Sync everything and stop. Close every other connection of this process before."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        self._try(lambda: _fsync(self._path.parent))
        while self._wait_until_due():
            self._try(self._sync)
        self._try(self._sync_log)
        # The last connection to close copies the whole log into the database, and syncs it.
        self._connection.close()

    def _wait_until_due(self) -> bool:
        """Wait for a sync to be due; return False if the store is closing instead."""
        with self._changed:
            while not self._is_closing:
                left_s = None if self._due_s is None else self._due_s - time.monotonic()
                if left_s is not None and left_s <= 0:
                    self._due_s = None
                    return True
                self._changed.wait(left_s)
            return False

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
            self.error = None
        except (OSError, sqlite3.Error) as error:
            self.error = VoiceGuideError(f"{self._path}: cannot be written to the disk: {error}")

    def _sync(self) -> None:
        self._sync_log()
        if not self._must_truncate.is_set() and self._log.stat().st_size < _MAX_LOG_BYTES:
            return
        # Cleared before truncating, so that a purge requested meanwhile is not missed.
        self._must_truncate.clear()
        is_truncated = False
        try:
            is_truncated = self._truncate_log()
        except sqlite3.OperationalError as error:
            # Another program holds a lock at this moment, as one that opens the file does.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        finally:
            if not is_truncated:
                self._must_truncate.set()
                self.request_sync(_RETRY_DELAY_S)
        self._sync_log()

    def _truncate_log(self) -> bool:
        """Copy the log into the database and empty it; return False if commits came meanwhile."""
        before = self._pragma("data_version")
        # Others can commit while this waits for the disk; nothing is lost by trying again.
        self._pragma("wal_checkpoint(PASSIVE)")
        if self._pragma("data_version") != before:
            return False
        # Others cannot commit during this one, but nothing is left for it to wait for.
        is_busy, *_ = self._pragma("wal_checkpoint(TRUNCATE)")
        return not is_busy

    def _pragma(self, pragma: str) -> tuple[int, ...]:
        result: tuple[int, ...] = self._connection.execute(f"PRAGMA {pragma}").fetchone()
        return result

    def _sync_log(self) -> None:
        with suppress(FileNotFoundError):
            _fsync(self._log)


def _fsync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
