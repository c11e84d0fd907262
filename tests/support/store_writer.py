"""Keeps memos as fast as it can, in a sequence that is known: what the tests of killing kill."""

import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from voice_guide.dialogue.actions import Persist, SaveCheckpoint, SaveDiaryEntry
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.storage.store import SessionStore

PLACE = SessionCheckpoint(
    "hand-massage", True, 0, "left", 30.0, ("Stretch only as far as it feels good.",), 1
)
ENTRY = Entry(1, date(2026, 1, 1), "Hand massage", "the side of the neck", 7, 4, Ending.DONE)


def memo(number: int) -> Persist:
    """Return a memo of the sequence, counted from 1: places and, now and then, an entry."""
    if number % 5 == 0:
        which = number // 5
        day = ENTRY.day + timedelta(days=which // 3)
        return SaveDiaryEntry(replace(ENTRY, number=which, day=day, before=which % 11))
    return SaveCheckpoint(replace(PLACE, step_index=number))


def kept(number: int) -> tuple[Diary, SessionCheckpoint | None]:
    """Return what is to be found when so many were kept."""
    memos = [memo(each) for each in range(1, number + 1)]
    places = [each.place for each in memos if isinstance(each, SaveCheckpoint)]
    entries = tuple(each.entry for each in memos if isinstance(each, SaveDiaryEntry))
    return Diary(entries=entries), places[-1] if places else None


def main() -> None:
    """Keep what comes after a number, and print each number when it was kept."""
    path, after = sys.argv[1:]
    print("ready", flush=True)
    notebook = SessionStore(Path(path))
    for number in count(int(after) + 1):
        notebook.keep(memo(number))
        print(number, flush=True)


if __name__ == "__main__":
    main()
