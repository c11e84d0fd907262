"""Tests of the store after its program was killed, and after a power cut."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support import store_writer
from support.killing import kill_delays_s, printed_until_killed

from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary
from voice_guide.storage.store import SessionStore

PAGE_BYTES = 4096
"""Bytes that reach the disk together or not at all."""


def read_intact(path: Path) -> tuple[Diary, SessionCheckpoint | None]:
    """Return the content of a store, which must be undamaged."""
    with closing(SessionStore(path)) as store:
        assert store.notice is None
        content = store.diary(), store.checkpoint()
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return content


def write_until_killed(path: Path, last: int, after_s: float) -> int:
    """Save the changes after number `last` until killed; return the last number printed."""
    printed = printed_until_killed(["-m", "support.store_writer", path, str(last)], after_s)
    return int(printed[-1]) if len(printed) > 1 else last


def test_saved_changes_survive_a_kill_at_any_moment(
    tmp_path: Path, pytestconfig: pytest.Config, report_figure: Callable[[str], None]
) -> None:
    kills = pytestconfig.getoption("--kills")
    last = most = 0
    for kill, after_s in enumerate(kill_delays_s(kills, seed=1)):
        path = tmp_path / f"{kill // 4}.sqlite3"
        last = write_until_killed(path, last if kill % 4 else 0, after_s)

        content = read_intact(path)

        assert content in (store_writer.content_after(last), store_writer.content_after(last + 1))
        last += content == store_writer.content_after(last + 1)
        most = max(most, last)
    report_figure(f"store: killed {kills} times, after up to {most} changes; nothing was lost")


def test_a_power_cut_during_the_last_commits_leaves_an_intact_store(tmp_path: Path) -> None:
    path, copy = tmp_path / "diary.sqlite3", tmp_path / "copy.sqlite3"
    last = write_until_killed(path, 0, after_s=0.1)
    log = Path(f"{path}-wal").read_bytes()
    rng = random.Random(2)
    for _ in range(20):
        shutil.copyfile(path, copy)
        synced_pages = rng.randrange(len(log) // PAGE_BYTES)
        # Of the pages that were not synced, some have reached the disk and others not.
        rest = bytearray(log[synced_pages * PAGE_BYTES :])
        for at in range(0, len(rest), PAGE_BYTES):
            if at == 0 or rng.random() < 0.5:
                rest[at : at + PAGE_BYTES] = bytes(PAGE_BYTES)
        Path(f"{copy}-wal").write_bytes(log[: synced_pages * PAGE_BYTES] + rest)

        diary, checkpoint = read_intact(copy)

        reached = max(checkpoint.step_index if checkpoint else 0, 5 * (diary.next_number - 1))
        assert reached <= last + 1
        assert (diary, checkpoint) == store_writer.content_after(reached)
