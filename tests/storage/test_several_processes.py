"""Tests of several processes with one store."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from support.stores import CHECKPOINT, ENTRY, read_store

from voice_guide.dialogue.actions import (
    SaveCheckpoint,
    SaveDiaryEntry,
)
from voice_guide.storage.store import SessionStore

TESTS_FOLDER = Path(__file__).parents[1]

WRITE_ENTRIES = """
import sys
from dataclasses import replace
from pathlib import Path
from support.stores import CHECKPOINT, ENTRY, read_store
from voice_guide.dialogue.actions import SaveCheckpoint, SaveDiaryEntry
from voice_guide.storage.store import SessionStore

path, area = Path(sys.argv[1]), sys.argv[2]
sys.stdin.readline()
store = SessionStore(path)
first = store.diary().next_number
for number in range(first, first + 100):
    entry = replace(ENTRY, number=number, area=area)
    store.save(SaveDiaryEntry(replace(entry, ending=None)))
    store.save(SaveCheckpoint(CHECKPOINT))
    store.save(SaveDiaryEntry(entry))
    read_store(path)
store.close()
"""
"""A program that waits for a line, then writes a hundred entries about one area."""


def test_several_processes_save_without_overwriting(path: Path) -> None:
    areas = ["one", "two", "three"]
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE_ENTRIES, path, area],
            cwd=TESTS_FOLDER,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for area in areas
    ]
    for each in programs:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()

    assert [each.communicate(timeout=60)[1] for each in programs] == ["", "", ""]
    diary, checkpoint = read_store(path)
    assert checkpoint
    # They start with the same number, and none overwrites another's entries.
    for area in areas:
        own = [entry for entry in diary.entries if entry.area == area]
        assert [entry.ending for entry in own] == [ENTRY.ending] * 100


def test_a_checkpoint_refers_to_its_entry_by_the_stored_number(path: Path) -> None:
    first, second = SessionStore(path), SessionStore(path)
    first.save(SaveDiaryEntry(ENTRY))
    second.save(SaveDiaryEntry(replace(ENTRY, area="the upper back")))
    second.save(SaveCheckpoint(replace(CHECKPOINT, entry=1)))
    first.close()
    second.close()

    diary, checkpoint = read_store(path)
    assert checkpoint
    assert checkpoint.entry is not None
    assert diary.entry(checkpoint.entry) == replace(ENTRY, number=2, area="the upper back")
