"""Tests of files that are damaged, or cannot be read or written."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.shell import write
from support.stores import (
    CHECKPOINT,
    ENTRY,
    file_names,
    read_store,
    save_changes,
)

from voice_guide.dialogue.actions import (
    SaveCheckpoint,
    SaveDiaryEntry,
)
from voice_guide.diary.history import Diary
from voice_guide.errors import VoiceGuideError
from voice_guide.storage.store import SessionStore

TESTS_FOLDER = Path(__file__).parents[1]

WRITE_ON_FULL_DISK = """
import resource, sys
from pathlib import Path
from support.stores import CHECKPOINT, ENTRY
from voice_guide.dialogue.actions import SaveCheckpoint, SaveDiaryEntry
from voice_guide.errors import VoiceGuideError
from voice_guide.storage.store import SessionStore

store = SessionStore(Path(sys.argv[1]))
store.save(SaveDiaryEntry(ENTRY))
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, unlimited[1]))
for attempt in range(4):
    if attempt == 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    try:
        store.save(SaveCheckpoint(CHECKPOINT))
    except VoiceGuideError as error:
        print(error)
store.close()
"""
"""A program that saves a checkpoint four times, and has room for it the last time only."""


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _overwrite(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12000] = os.urandom(12000 - 4096)
    path.write_bytes(content)


def _replace(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()


def _change(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _truncate,
        _overwrite,
        _replace,
        _change("UPDATE entries SET day = 'soon'"),
        _change("UPDATE entries SET ending = 'well'"),
        lambda path: write(path, "Dear diary, " * 1000),
        lambda path: write(path, bytes(8192)),
    ],
    ids=["cut", "overwritten", "other database", "no day", "no ending", "text", "zeros"],
)
def test_a_damaged_file_is_renamed_and_a_new_one_started(
    path: Path, damage: Callable[[Path], None]
) -> None:
    save_changes(path, *[SaveDiaryEntry(replace(ENTRY, number=n)) for n in range(1, 200)])
    damage(path)
    damaged = path.read_bytes()

    with closing(SessionStore(path)) as store:
        assert store.notice == (
            f"{path}: damaged, or not a diary: renamed to diary.damaged.sqlite3, "
            "and a new diary is started"
        )
        assert store.diary() == Diary()
        store.save(SaveDiaryEntry(ENTRY))

    assert read_store(path)[0].entries == (ENTRY,)
    assert file_names(path) == ["diary.damaged.sqlite3", "diary.sqlite3"]
    assert path.with_name("diary.damaged.sqlite3").read_bytes() == damaged


def test_a_renamed_file_replaces_no_other(path: Path) -> None:
    path.parent.mkdir()
    for text in ("one", "two", "three"):
        write(path, text)
        SessionStore(path).close()

    assert file_names(path) == [f"diary.damaged{n}.sqlite3" for n in ("-2", "-3", "")]
    assert path.with_name("diary.damaged-3.sqlite3").read_text() == "three"


def test_an_empty_file_is_an_empty_diary(path: Path) -> None:
    path.parent.mkdir()
    write(path, "")

    assert read_store(path) == (Diary(), None)
    save_changes(path, SaveDiaryEntry(ENTRY))
    assert read_store(path)[0].entries == (ENTRY,)


def test_a_file_of_a_later_version_is_left_unchanged(path: Path) -> None:
    save_changes(path, SaveDiaryEntry(ENTRY))
    _change("PRAGMA user_version = 2")(path)
    before = path.read_bytes()

    with pytest.raises(VoiceGuideError, match="later version of Voice Guide") as caught:
        SessionStore(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert path.read_bytes() == before


def test_a_checkpoint_of_another_version_is_ignored(path: Path) -> None:
    save_changes(path, SaveDiaryEntry(ENTRY), SaveCheckpoint(CHECKPOINT))
    _change("UPDATE place SET place = '{}'")(path)

    assert read_store(path) == (Diary(entries=(ENTRY,)), None)


def test_a_folder_instead_of_the_file_is_reported(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(VoiceGuideError, match="this is a folder, not a file"):
        SessionStore(path)


def test_a_lasting_error_is_raised_once(tmp_path: Path) -> None:
    # Not even root can create a folder here.
    path = Path("/proc/voice-guide/diary.sqlite3")
    with closing(SessionStore(path)) as store:
        assert (store.diary(), store.checkpoint()) == (Diary(), None)
        with pytest.raises(VoiceGuideError, match=f"{path}: cannot be created: No such file"):
            store.save(SaveCheckpoint(CHECKPOINT))
        store.save(SaveCheckpoint(CHECKPOINT))


def test_a_full_disk_is_reported_and_loses_nothing(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITE_ON_FULL_DISK, path],
        cwd=TESTS_FOLDER,
        capture_output=True,
        text=True,
    )

    assert done.stderr == ""
    # One thread saves it and another syncs it: on a slow machine both may report an error.
    errors = done.stdout.splitlines()
    assert errors
    assert len(set(errors)) == len(errors)
    assert all(line.startswith(f"{path}: ") for line in errors)
    assert read_store(path) == (Diary(entries=(ENTRY,)), CHECKPOINT)
