"""Write a known sequence of changes to a store as fast as possible, until killed."""

import sys
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from support.stores import CHECKPOINT, ENTRY

from voice_guide.dialogue.actions import Persist, SaveCheckpoint, SaveDiaryEntry
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary
from voice_guide.storage.store import SessionStore


def change(number: int) -> Persist:
    """Return the change with that number, from 1: every fifth an entry, others checkpoints."""
    if number % 5 == 0:
        entry_number = number // 5
        day = ENTRY.day + timedelta(days=entry_number // 3)
        return SaveDiaryEntry(
            replace(ENTRY, number=entry_number, day=day, before=entry_number % 11)
        )
    return SaveCheckpoint(replace(CHECKPOINT, step_index=number))


def content_after(number: int) -> tuple[Diary, SessionCheckpoint | None]:
    """Return what the store holds after so many changes."""
    changes = [change(each) for each in range(1, number + 1)]
    checkpoints = [each.checkpoint for each in changes if isinstance(each, SaveCheckpoint)]
    entries = tuple(each.entry for each in changes if isinstance(each, SaveDiaryEntry))
    return Diary(entries=entries), checkpoints[-1] if checkpoints else None


def main() -> None:
    """Save the changes after a number, and print each change's number once it is saved."""
    path, last = sys.argv[1:]
    print("ready", flush=True)
    store = SessionStore(Path(path))
    for number in count(int(last) + 1):
        store.save(change(number))
        print(number, flush=True)


if __name__ == "__main__":
    main()
