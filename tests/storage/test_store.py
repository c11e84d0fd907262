"""Tests of saving to and reading from the store."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.stores import (
    CHECKPOINT,
    ENTRY,
    file_names,
    read_store,
    save_changes,
    wait_until,
)

from voice_guide.dialogue.actions import (
    SaveAdviceDate,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
    SaveHeardCautions,
)
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary
from voice_guide.storage import background_sync
from voice_guide.storage.clock import Moment, now
from voice_guide.storage.store import SessionStore


def test_saved_changes_can_be_read_at_once_and_after_a_restart(path: Path) -> None:
    other = replace(ENTRY, number=2, before=None, after=None, ending=None)
    changes = (
        SaveDiaryConsent(True),
        SaveDiaryEntry(ENTRY),
        SaveDiaryEntry(other),
        SaveAdviceDate(ENTRY.day),
        SaveCheckpoint(CHECKPOINT),
    )
    with closing(SessionStore(path)) as store:
        for change in changes:
            store.save(change)
        at_once = read_store(path)

    assert at_once == (Diary(True, (ENTRY, other), ENTRY.day), CHECKPOINT)
    assert read_store(path) == at_once


def test_a_store_without_changes_creates_no_file(path: Path) -> None:
    assert read_store(path) == (Diary(), None)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "checkpoint",
    [
        CHECKPOINT,
        SessionCheckpoint("a", False, 3, "right", None, (), None),
        SessionCheckpoint("a", True, 0, "left", 0.5, ('Say "é".', ""), 7),
    ],
)
def test_a_checkpoint_is_read_as_it_was_saved(path: Path, checkpoint: SessionCheckpoint) -> None:
    save_changes(
        path, SaveCheckpoint(replace(CHECKPOINT, routine="other")), SaveCheckpoint(checkpoint)
    )

    assert read_store(path)[1] == checkpoint


def test_a_finished_session_leaves_no_checkpoint(path: Path) -> None:
    save_changes(path, SaveCheckpoint(CHECKPOINT), SaveCheckpoint(None))

    assert read_store(path)[1] is None


def test_an_entry_replaces_the_one_with_its_number(path: Path) -> None:
    save_changes(
        path,
        SaveDiaryEntry(replace(ENTRY, after=None, ending=None)),
        SaveDiaryEntry(replace(ENTRY, after=9)),
    )
    save_changes(path, SaveDiaryEntry(ENTRY))

    assert read_store(path)[0].entries == (ENTRY,)


def test_consent_can_be_changed(path: Path) -> None:
    save_changes(path, SaveDiaryConsent(True), SaveDiaryConsent(False))
    assert read_store(path)[0].is_wanted is False

    save_changes(path, SaveDiaryConsent(True))
    assert read_store(path)[0].is_wanted is True


def test_heard_cautions_replace_those_saved_before(path: Path) -> None:
    save_changes(path, SaveHeardCautions({"Sit.": date(2026, 3, 1), "Breathe.": date(2026, 3, 1)}))
    save_changes(path, SaveHeardCautions({"Sit.": date(2026, 3, 2)}))

    with closing(SessionStore(path)) as store:
        assert store.heard_cautions() == {"Sit.": date(2026, 3, 2)}


def test_a_new_store_knows_of_no_heard_cautions(path: Path) -> None:
    with closing(SessionStore(path)) as store:
        assert store.heard_cautions() == {}


def test_saving_does_not_wait_for_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch, report_figure: Callable[[str], None]
) -> None:
    synced_by = set()

    def slow_disk(_: int) -> None:
        synced_by.add(threading.current_thread().name)
        time.sleep(0.2)

    monkeypatch.setattr(os, "fsync", slow_disk)
    monkeypatch.setattr(background_sync, "_MAX_LOG_BYTES", 50_000)
    times_ms = []
    with closing(SessionStore(path)) as store:
        for number in range(500):
            start_s = time.perf_counter()
            store.save(SaveCheckpoint(replace(CHECKPOINT, step_index=number)))
            times_ms.append(1000 * (time.perf_counter() - start_s))
            time.sleep(0.002)

    first, *later = times_ms
    later.sort()
    assert synced_by == {"diary"}
    assert later[len(later) // 2] < 2
    report_figure(
        f"store: the first change takes {first:.1f} ms, then {later[250]:.2f} ms, "
        f"at most {later[-1]:.1f} ms"
    )


def test_changes_are_synced_soon_but_the_running_time_less_often(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = background_sync._fsync

    def note_and_sync(file: Path) -> None:
        synced.append(file.name)
        fsync(file)

    monkeypatch.setattr(background_sync, "_fsync", note_and_sync)
    log = f"{path.name}-wal"

    def syncs(during_s: float) -> int:
        synced.clear()
        time.sleep(during_s)
        return synced.count(log)

    with closing(SessionStore(path)) as store:
        store.save(SaveCheckpoint(CHECKPOINT))
        time.sleep(0.5)
        for _ in range(5):
            store.save(SaveCheckpoint(replace(CHECKPOINT, left_s=20.0)))
        assert syncs(0.5) == 0
        store.save(SaveCheckpoint(replace(CHECKPOINT, step_index=1)))
        assert syncs(0.5) == 1
        store.save(SaveDiaryEntry(ENTRY))
        assert syncs(0.5) == 1
        assert syncs(0.5) == 0


def test_overwritten_data_does_not_make_the_file_grow(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_sync, "_MAX_LOG_BYTES", 50_000)
    with closing(SessionStore(path)) as store:
        for number in range(2000):
            store.save(SaveCheckpoint(replace(CHECKPOINT, step_index=number)))
        store.save(SaveDiaryEntry(ENTRY))
        wait_until(lambda: Path(f"{path}-wal").stat().st_size < 50_000)

    assert path.stat().st_size < 50_000
    assert file_names(path) == [path.name]


# Permissions


@pytest.fixture
def _no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_no_umask")
def test_only_the_user_can_read_the_files(path: Path) -> None:
    with closing(SessionStore(path)) as store:
        store.save(SaveDiaryEntry(ENTRY))
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}

    assert path.parent.stat().st_mode & 0o777 == 0o700
    names = [path.name, f"{path.name}-shm", f"{path.name}-wal"]
    assert modes == dict.fromkeys(names, 0o600)


def test_permissions_of_other_users_are_removed(path: Path) -> None:
    save_changes(path, SaveDiaryEntry(ENTRY))
    path.chmod(0o644)

    read_store(path)

    assert path.stat().st_mode & 0o777 == 0o600


# The age of a checkpoint

BOOT = Moment("this", 1000.0, 2e9)


@pytest.mark.parametrize(
    ("later", "is_there"),
    [
        (Moment("this", 1000 + 7200 - 1, 2e9), True),
        (Moment("this", 1000 + 7200, 2e9), False),
        # The calendar jumps while the machine is on.
        (Moment("this", 1060.0, 2e9 + 9e8), True),
        (Moment("this", 1060.0, 2e9 - 9e8), True),
        (Moment("this", 1000 + 10800, 2e9 - 9e8), False),
        # After another boot only the calendar is known.
        (Moment("that", 5.0, 2e9 + 60), True),
        (Moment("that", 99999.0, 2e9 + 60), True),
        (Moment("that", 5.0, 2e9 + 7200), False),
        (Moment("that", 5.0, 1e9), True),
        (Moment(None, 1000.0, 2e9 + 60), True),
        (Moment(None, 1000.0, 2e9 + 7200), False),
    ],
)
def test_a_checkpoint_expires_after_two_hours_whatever_the_clocks_do(
    path: Path, later: Moment, is_there: bool
) -> None:
    with closing(SessionStore(path, lambda: BOOT)) as store:
        store.save(SaveCheckpoint(CHECKPOINT))

    with closing(SessionStore(path, lambda: later)) as store:
        assert store.checkpoint() == (CHECKPOINT if is_there else None)


def test_without_boot_ids_the_calendar_decides(path: Path) -> None:
    nowhere = replace(BOOT, boot=None)
    with closing(SessionStore(path, lambda: nowhere)) as store:
        store.save(SaveCheckpoint(CHECKPOINT))

    with closing(SessionStore(path, lambda: replace(nowhere, wall_s=2e9 + 9e8))) as store:
        assert store.checkpoint() is None


def test_time_passes() -> None:
    earlier = now()
    time.sleep(0.01)

    assert 0.01 <= now().seconds_since(earlier) < 10
    assert earlier.wall_s == pytest.approx(time.time(), abs=10)
