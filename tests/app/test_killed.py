"""Killed at any instant, it comes back to the same place, and nothing that was kept is damaged."""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support.killing import kill_delays_s, printed_until_killed

from voice_guide.dialogue.actions import SaveCheckpoint, SaveDiaryConsent
from voice_guide.storage.store import SessionStore

LED = Path(__file__).parents[1] / "support" / "killed_session.py"

LATEST_S = 0.5
"""When it is killed at the latest, in seconds after its first line."""


def test_killed_at_any_instant_it_comes_back_to_the_same_place(
    pytestconfig: pytest.Config, report_figure: Callable[[str], None]
) -> None:
    kills = pytestconfig.getoption("kills")
    # Half of them in its first steps, half at any time later.
    chance = random.Random(5)
    later = [chance.uniform(0, LATEST_S) for _ in range(kills // 2)]
    moments = [*kill_delays_s(kills - len(later), seed=5), *later]
    chance.shuffle(moments)

    store = SessionStore()
    store.save(SaveDiaryConsent(is_wanted=True))
    store.close()
    may_begin_at = {repr(SaveCheckpoint(None))}
    places = set()
    under_way = 0
    for seed, after_s in enumerate(moments):
        lines = printed_until_killed([LED, str(seed)], after_s)
        began, *told = [line.partition(" ")[::2] for line in lines]
        assert began[0] == "began"
        assert began[1] in may_begin_at
        assert "note" not in [what for what, _ in told]
        places |= may_begin_at
        may_begin_at = last_kept(told, began[1])
        under_way += "is_under_way=True" in began[1]
        check_what_is_kept(told)
    report_figure(
        f"killed {kills} times: came back to the same place every time "
        f"({under_way} times in the middle of a routine, {len(places)} places)"
    )


def last_kept(told: list[tuple[str, str]], began: str) -> set[str]:
    """Return the places it may begin at: the last one kept, or one it was just about to keep."""
    places = [(what, about) for what, about in told if about.startswith("SaveCheckpoint")]
    kept = [about for what, about in places if what == "kept"]
    about_to = {places[-1][1]} if places else set()
    return {kept[-1] if kept else began} | about_to


def check_what_is_kept(told: list[tuple[str, str]]) -> None:
    """Every entry that was kept is there, and the file is whole."""
    store = SessionStore()
    assert store.notice is None
    numbers = {entry.number for entry in store.diary().entries}
    store.close()
    kept = [about for what, about in told if what == "kept" and about.startswith("SaveDiaryEntry")]
    assert all(int(about.split("number=")[1].split(",")[0]) in numbers for about in kept)
    with sqlite3.connect(database()) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def database() -> Path:
    return Path(os.environ["XDG_DATA_HOME"]) / "voice-guide" / "diary.sqlite3"
