"""Tests that the store reads, and keeps the format of, a file written by Voice Guide 0.1."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from voice_guide.dialogue.actions import SaveCheckpoint, SaveHeardCautions
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.storage.clock import Moment
from voice_guide.storage.store import SessionStore

CHECKPOINT_JSON = (
    '{"routine":"hand-massage","is_under_way":true,"leg":3,"first_side":"right","left_s":12.5,'
    '"cautions_left":["Stretch only as far as it feels good."],"entry":2}'
)
FILE_0_1 = f"""
PRAGMA journal_mode = WAL;
CREATE TABLE entries (
    number INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    routine TEXT NOT NULL,
    area TEXT NOT NULL,
    before INTEGER,
    after INTEGER,
    ending TEXT
) STRICT;
INSERT INTO entries VALUES(1, '2026-01-01', 'Hand massage', 'the side of the neck', 7, 4, 'done');
INSERT INTO entries VALUES(2, '2026-01-02', 'Hand massage', 'the side of the neck', 6, NULL, NULL);
CREATE TABLE person (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    wants_diary INTEGER,
    advised_on TEXT
) STRICT;
INSERT INTO person VALUES(1, 1, '2026-01-01');
CREATE TABLE place (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    place TEXT NOT NULL,
    boot TEXT,
    up_s REAL NOT NULL,
    wall_s REAL NOT NULL
) STRICT;
INSERT INTO place VALUES(1, '{CHECKPOINT_JSON}', 'this-boot', 1000.5, 1767312000.25);
PRAGMA application_id = 1450133365;
PRAGMA user_version = 1;
"""
"""The SQL of a file that version 0.1 wrote after a session was interrupted."""

DIARY = Diary(
    True,
    (
        Entry(1, date(2026, 1, 1), "Hand massage", "the side of the neck", 7, 4, Ending.DONE),
        Entry(2, date(2026, 1, 2), "Hand massage", "the side of the neck", 6),
    ),
    date(2026, 1, 1),
)
CHECKPOINT = SessionCheckpoint(
    "hand-massage", True, 3, "right", 12.5, ("Stretch only as far as it feels good.",), 2
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write the file of version 0.1."""
    path = tmp_path / "diary.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FILE_0_1)
    return path


def one_minute_later() -> Moment:
    return Moment("this-boot", 1060.5, 1767312060.25)


def test_an_update_finds_the_diary_and_the_interrupted_session(path: Path) -> None:
    with closing(SessionStore(path, one_minute_later)) as store:
        assert store.notice is None
        assert store.diary() == DIARY
        assert store.checkpoint() == CHECKPOINT


def test_a_checkpoint_is_stored_with_the_keys_of_version_0_1(path: Path) -> None:
    with closing(SessionStore(path, one_minute_later)) as store:
        store.save(SaveCheckpoint(CHECKPOINT))

    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT * FROM place").fetchall()
    assert rows == [(1, CHECKPOINT_JSON, "this-boot", 1060.5, 1767312060.25)]


def test_a_file_of_version_0_1_can_store_heard_cautions(path: Path) -> None:
    heard = {"Sit upright.": date(2026, 1, 2)}
    with closing(SessionStore(path, one_minute_later)) as store:
        assert store.heard_cautions() == {}
        store.save(SaveHeardCautions(heard))

    with closing(SessionStore(path, one_minute_later)) as store:
        assert store.heard_cautions() == heard
        assert store.diary() == DIARY
    with closing(sqlite3.connect(path)) as connection:
        # Version 0.1 refuses a file with a greater number.
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
