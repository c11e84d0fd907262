"""The notebook after its program was killed, and after the power went."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support import store_writer
from support.killing import moments_s, printed_until_killed

from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary
from voice_guide.storage.store import SessionStore

PAGE = 4096
"""Bytes that a disk has or has not, in one piece."""


def found(path: Path) -> tuple[Diary, SessionCheckpoint | None]:
    """Return what is in a notebook, which is sound."""
    with closing(SessionStore(path)) as notebook:
        assert notebook.note is None
        there = notebook.diary(), notebook.place()
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return there


def killed(path: Path, last: int, after_s: float) -> int:
    """Have memos kept after those there are, until it is killed; return the last one told."""
    told = printed_until_killed([store_writer.__file__, path, str(last)], after_s)
    return int(told[-1]) if len(told) > 1 else last


def test_what_was_kept_outlives_the_program_whenever_it_is_killed(
    tmp_path: Path, pytestconfig: pytest.Config, report_figure: Callable[[str], None]
) -> None:
    kills = pytestconfig.getoption("--kills")
    last = most = 0
    for kill, after_s in enumerate(moments_s(kills, seed=1)):
        path = tmp_path / f"{kill // 4}.sqlite3"
        last = killed(path, last if kill % 4 else 0, after_s)

        there = found(path)

        assert there in (store_writer.kept(last), store_writer.kept(last + 1))
        last += there == store_writer.kept(last + 1)
        most = max(most, last)
    report_figure(f"notebook: killed {kills} times, after up to {most} memos; nothing was lost")


def test_what_a_power_cut_leaves_of_the_last_commits_is_sound(tmp_path: Path) -> None:
    path, copy = tmp_path / "diary.sqlite3", tmp_path / "copy.sqlite3"
    last = killed(path, 0, after_s=0.1)
    commits = Path(f"{path}-wal").read_bytes()
    chance = random.Random(2)
    for _ in range(20):
        shutil.copyfile(path, copy)
        whole = chance.randrange(len(commits) // PAGE)
        # Of what is not synced, some pages may have come to the disk, and others not.
        rest = bytearray(commits[whole * PAGE :])
        for at in range(0, len(rest), PAGE):
            if at == 0 or chance.random() < 0.5:
                rest[at : at + PAGE] = bytes(PAGE)
        Path(f"{copy}-wal").write_bytes(commits[: whole * PAGE] + rest)

        diary, place = found(copy)

        reached = max(place.step_index if place else 0, 5 * (diary.next_number - 1))
        assert reached <= last + 1
        assert (diary, place) == store_writer.kept(reached)
