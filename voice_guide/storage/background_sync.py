"""Bringing onto the disk what was committed, in a thread that may wait for it.

Whoever commits waits for no disk: the system has it at once, so that it outlives the program
however that ends. Here it is made to outlive the machine too.

SQLite appends commits to a file beside the database. To sync that is enough, and as little
as can be written to a memory card; only now and then is it copied into the database (a
checkpoint) and begun anew. SQLite itself would sync its new beginning in the middle of
somebody's commit, for the sake of old content that could come back. It is cut to nothing
first instead, and so has no old content.
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

_MOST_BYTES = 1 << 20
"""What may be appended before it is copied into the database."""

_AGAIN_S = 0.3
"""When that is tried again, in seconds, where others were at it. What comes every second is
not met with every time."""


class BackgroundSync:
    """Keeps a database in WAL mode on the disk, until it is closed."""

    trouble: VoiceGuideError | None = None
    """What went wrong at the last try."""

    def __init__(self, path: Path) -> None:
        """Begin; raises sqlite3.Error where it cannot be opened."""
        self._path = path
        self._commits = Path(f"{path}-wal")
        self._connection = connect(path, timeout_s=0)
        self._changed = threading.Condition()
        self._due_s: float | None = time.monotonic()
        self._is_closing = False
        self._must_cut = threading.Event()
        # A program that was killed may not have come to erase what it had to.
        self._must_cut.set()
        self._thread = threading.Thread(target=self._run, name="diary", daemon=True)
        self._thread.start()

    def settle(self, within_s: float) -> None:
        """Have what was committed on the disk within so many seconds; do not wait for it."""
        due_s = time.monotonic() + within_s
        with self._changed:
            if self._due_s is None or due_s < self._due_s:
                self._due_s = due_s
                self._changed.notify()

    def erase(self) -> None:
        """Have what was deleted gone from the disk at once; do not wait for it."""
        self._must_cut.set()
        self.settle(0)

    def close(self) -> None:
        """Bring everything onto the disk, and end. Every other connection is closed before."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        self._try(lambda: _sync(self._path.parent))
        while self._is_due():
            self._try(self._bring_to_disk)
        self._try(self._sync_commits)
        # What closes the database as the last one copies everything into it, and syncs that.
        self._connection.close()

    def _is_due(self) -> bool:
        """Wait until there is something to do; tell whether, or else it is over."""
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
            self.trouble = None
        except (OSError, sqlite3.Error) as error:
            self.trouble = VoiceGuideError(f"{self._path}: not on the disk yet: {error}")

    def _bring_to_disk(self) -> None:
        self._sync_commits()
        if not self._must_cut.is_set() and self._commits.stat().st_size < _MOST_BYTES:
            return
        # Before, so that what has to be erased meanwhile is not forgotten.
        self._must_cut.clear()
        is_cut = False
        try:
            is_cut = self._cut()
        finally:
            if not is_cut:
                self._must_cut.set()
                self.settle(_AGAIN_S)
        self._sync_commits()

    def _cut(self) -> bool:
        """Copy the commits into the database and forget them; False where more came meanwhile."""
        before = self._pragma("data_version")
        # Others commit while this waits for the disk; nothing is lost by trying it again.
        self._pragma("wal_checkpoint(PASSIVE)")
        if self._pragma("data_version") != before:
            return False
        # They cannot while this is at work, but it finds nothing left to wait for.
        is_busy, *_ = self._pragma("wal_checkpoint(TRUNCATE)")
        return not is_busy

    def _pragma(self, pragma: str) -> tuple[int, ...]:
        result: tuple[int, ...] = self._connection.execute(f"PRAGMA {pragma}").fetchone()
        return result

    def _sync_commits(self) -> None:
        with suppress(FileNotFoundError):
            _sync(self._commits)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
