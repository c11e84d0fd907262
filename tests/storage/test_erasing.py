"""Tests that an erased diary is gone from the disk."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from support.stores import (
    CHECKPOINT,
    ENTRY,
    SECRETS,
    fill_with_secrets,
    raw_bytes,
    read_store,
    save_changes,
    wait_until,
)

from voice_guide.dialogue.actions import (
    EraseDiary,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
)
from voice_guide.diary.history import Diary
from voice_guide.storage.store import SessionStore

TESTS_FOLDER = Path(__file__).parents[1]

ERASE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from support.stores import fill_with_secrets
from voice_guide.dialogue.actions import EraseDiary
from voice_guide.storage.store import SessionStore

store = SessionStore(Path(sys.argv[1]))
fill_with_secrets(store)
store.save(EraseDiary())
os.kill(os.getpid(), signal.SIGKILL)
"""
"""A program that is killed as soon as it has erased the diary."""


def test_an_erased_diary_is_gone_from_the_disk(path: Path) -> None:
    with closing(SessionStore(path)) as store:
        fill_with_secrets(store)
        assert all(secret in raw_bytes(path) for secret in SECRETS)

        store.save(EraseDiary())

        assert store.diary() == Diary(is_wanted=False)
        assert store.checkpoint() == replace(CHECKPOINT, entry=None)
        wait_until(lambda: not any(secret in raw_bytes(path) for secret in SECRETS))
    assert read_store(path) == (Diary(is_wanted=False), replace(CHECKPOINT, entry=None))
    assert not any(secret in raw_bytes(path) for secret in SECRETS)


def test_a_diary_erased_by_a_killed_program_is_gone_after_the_next_start(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ERASE_AND_DIE, path], cwd=TESTS_FOLDER)
    assert done.returncode == -9

    assert read_store(path)[0] == Diary(is_wanted=False)

    assert not any(secret in raw_bytes(path) for secret in SECRETS)


def test_a_diary_started_after_erasing_counts_from_one(path: Path) -> None:
    other = replace(ENTRY, area="the upper back")
    save_changes(
        path, SaveDiaryEntry(ENTRY), EraseDiary(), SaveDiaryConsent(True), SaveDiaryEntry(other)
    )

    assert read_store(path)[0] == Diary(True, (other,))


def test_an_erased_diary_is_gone_as_soon_as_another_reader_is_done(path: Path) -> None:
    with closing(SessionStore(path)) as store:
        fill_with_secrets(store)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM entries").fetchone()
            store.save(EraseDiary())
            time.sleep(0.5)
            store.save(SaveCheckpoint(CHECKPOINT))
        wait_until(lambda: not any(secret in raw_bytes(path) for secret in SECRETS))
