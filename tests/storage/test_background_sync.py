"""The diary reaches the disk beside other programs that use its file."""

import sqlite3
import time
from pathlib import Path

from voice_guide.storage.background_sync import BackgroundSync


def test_a_file_that_another_program_locks_for_a_moment_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "diary.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("CREATE TABLE t (x)")
    sync = BackgroundSync(path)
    time.sleep(0.5)
    assert sync.error is None
    other.close()
    sync.request_purge()
    time.sleep(0.5)
    assert sync.error is None
    sync.close()
