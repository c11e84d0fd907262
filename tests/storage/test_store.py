"""Tests of the store of the diary and the session checkpoint."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.shell import write
from support.store_writer import CHECKPOINT, ENTRY

from voice_guide.dialogue.actions import (
    EraseDiary,
    Persist,
    SaveAdviceDate,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
)
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.errors import VoiceGuideError
from voice_guide.storage import background_sync
from voice_guide.storage.clock import Moment, now
from voice_guide.storage.store import SessionStore

HOUR_S = 3600
SECRETS = [b"Secret Stretch", b"the left thumb", b"2031-05-17"]
SECRET = Entry(1, date(2031, 5, 17), "Secret Stretch", "the left thumb", 8, 2, Ending.HURT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "diary.sqlite3"


def save(path: Path, *changes: Persist) -> None:
    with closing(SessionStore(path)) as store:
        for change in changes:
            store.save(change)


def content(path: Path) -> tuple[Diary, SessionCheckpoint | None]:
    """Return what the next start reads from the file."""
    with closing(SessionStore(path)) as store:
        return store.diary(), store.checkpoint()


def files(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


# Saving


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
        at_once = content(path)

    assert at_once == (Diary(True, (ENTRY, other), ENTRY.day), CHECKPOINT)
    assert content(path) == at_once


def test_a_store_without_changes_creates_no_file(path: Path) -> None:
    assert content(path) == (Diary(), None)
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
    save(path, SaveCheckpoint(replace(CHECKPOINT, routine="other")), SaveCheckpoint(checkpoint))

    assert content(path)[1] == checkpoint


def test_a_finished_session_leaves_no_checkpoint(path: Path) -> None:
    save(path, SaveCheckpoint(CHECKPOINT), SaveCheckpoint(None))

    assert content(path)[1] is None


def test_an_entry_replaces_the_one_with_its_number(path: Path) -> None:
    save(
        path,
        SaveDiaryEntry(replace(ENTRY, after=None, ending=None)),
        SaveDiaryEntry(replace(ENTRY, after=9)),
    )
    save(path, SaveDiaryEntry(ENTRY))

    assert content(path)[0].entries == (ENTRY,)


def test_consent_can_be_changed(path: Path) -> None:
    save(path, SaveDiaryConsent(True), SaveDiaryConsent(False))
    assert content(path)[0].is_wanted is False

    save(path, SaveDiaryConsent(True))
    assert content(path)[0].is_wanted is True


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
        _wait_until(lambda: Path(f"{path}-wal").stat().st_size < 50_000)

    assert path.stat().st_size < 50_000
    assert files(path) == [path.name]


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


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
    save(path, SaveDiaryEntry(ENTRY))
    path.chmod(0o644)

    content(path)

    assert path.stat().st_mode & 0o777 == 0o600


# Erasing


def _raw_bytes(path: Path) -> bytes:
    # In another process, because closing a file here would release SQLite's locks on it.
    return subprocess.run(
        ["cat", *path.parent.glob(f"{path.name}*")], capture_output=True, check=True
    ).stdout


def _fill(store: SessionStore) -> None:
    store.save(SaveDiaryConsent(True))
    for number in range(1, 300):
        store.save(SaveDiaryEntry(replace(SECRET, number=number, after=None)))
        store.save(SaveCheckpoint(replace(CHECKPOINT, entry=number)))
    for number in range(1, 300, 7):
        store.save(SaveDiaryEntry(replace(SECRET, number=number)))
    store.save(SaveAdviceDate(SECRET.day))


def test_an_erased_diary_is_gone_from_the_disk(path: Path) -> None:
    with closing(SessionStore(path)) as store:
        _fill(store)
        assert all(secret in _raw_bytes(path) for secret in SECRETS)

        store.save(EraseDiary())

        assert store.diary() == Diary(is_wanted=False)
        assert store.checkpoint() == replace(CHECKPOINT, entry=None)
        _wait_until(lambda: not any(secret in _raw_bytes(path) for secret in SECRETS))
    assert content(path) == (Diary(is_wanted=False), replace(CHECKPOINT, entry=None))
    assert not any(secret in _raw_bytes(path) for secret in SECRETS)


def test_a_diary_erased_by_a_killed_program_is_gone_after_the_next_start(path: Path) -> None:
    program = (
        "import os, sys, storage.test_store as t\nfrom pathlib import Path\n"
        "store = t.SessionStore(Path(sys.argv[1]))\n"
        "t._fill(store)\n"
        "store.save(t.EraseDiary())\n"
        "os.kill(os.getpid(), 9)"
    )
    folder = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program, path], cwd=folder)
    assert done.returncode == -9

    assert content(path)[0] == Diary(is_wanted=False)

    assert not any(secret in _raw_bytes(path) for secret in SECRETS)


def test_a_diary_started_after_erasing_counts_from_one(path: Path) -> None:
    other = replace(ENTRY, area="the upper back")
    save(path, SaveDiaryEntry(ENTRY), EraseDiary(), SaveDiaryConsent(True), SaveDiaryEntry(other))

    assert content(path)[0] == Diary(True, (other,))


# The age of a checkpoint

BOOT = Moment("this", 1000.0, 2e9)


@pytest.mark.parametrize(
    ("later", "is_there"),
    [
        (Moment("this", 1000 + 2 * HOUR_S - 1, 2e9), True),
        (Moment("this", 1000 + 2 * HOUR_S, 2e9), False),
        # The calendar jumps while the machine is on.
        (Moment("this", 1060.0, 2e9 + 9e8), True),
        (Moment("this", 1060.0, 2e9 - 9e8), True),
        (Moment("this", 1000 + 3 * HOUR_S, 2e9 - 9e8), False),
        # After another boot only the calendar is known.
        (Moment("that", 5.0, 2e9 + 60), True),
        (Moment("that", 99999.0, 2e9 + 60), True),
        (Moment("that", 5.0, 2e9 + 2 * HOUR_S), False),
        (Moment("that", 5.0, 1e9), True),
        (Moment(None, 1000.0, 2e9 + 60), True),
        (Moment(None, 1000.0, 2e9 + 2 * HOUR_S), False),
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


# Unusable files


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
    save(path, *[SaveDiaryEntry(replace(ENTRY, number=n)) for n in range(1, 200)])
    damage(path)
    damaged = path.read_bytes()

    with closing(SessionStore(path)) as store:
        assert store.notice == (
            f"{path}: damaged, or not a diary: renamed to diary.damaged.sqlite3, "
            "and a new diary is started"
        )
        assert store.diary() == Diary()
        store.save(SaveDiaryEntry(ENTRY))

    assert content(path)[0].entries == (ENTRY,)
    assert files(path) == ["diary.damaged.sqlite3", "diary.sqlite3"]
    assert path.with_name("diary.damaged.sqlite3").read_bytes() == damaged


def test_a_renamed_file_replaces_no_other(path: Path) -> None:
    path.parent.mkdir()
    for text in ("one", "two", "three"):
        write(path, text)
        SessionStore(path).close()

    assert files(path) == [f"diary.damaged{n}.sqlite3" for n in ("-2", "-3", "")]
    assert path.with_name("diary.damaged-3.sqlite3").read_text() == "three"


def test_an_empty_file_is_an_empty_diary(path: Path) -> None:
    path.parent.mkdir()
    write(path, "")

    assert content(path) == (Diary(), None)
    save(path, SaveDiaryEntry(ENTRY))
    assert content(path)[0].entries == (ENTRY,)


def test_a_file_of_a_later_version_is_left_unchanged(path: Path) -> None:
    save(path, SaveDiaryEntry(ENTRY))
    _change("PRAGMA user_version = 2")(path)
    before = path.read_bytes()

    with pytest.raises(VoiceGuideError, match="later version of Voice Guide") as caught:
        SessionStore(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert path.read_bytes() == before


def test_a_checkpoint_of_another_version_is_ignored(path: Path) -> None:
    save(path, SaveDiaryEntry(ENTRY), SaveCheckpoint(CHECKPOINT))
    _change("UPDATE place SET place = '{}'")(path)

    assert content(path) == (Diary(entries=(ENTRY,)), None)


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
    program = (
        "import resource, sys, storage.test_store as t\nfrom pathlib import Path\n"
        "store = t.SessionStore(Path(sys.argv[1]))\n"
        "store.save(t.SaveDiaryEntry(t.ENTRY))\n"
        "unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, unlimited[1]))\n"
        "for attempt in range(4):\n"
        "    if attempt == 3:\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)\n"
        "    try:\n"
        "        store.save(t.SaveCheckpoint(t.CHECKPOINT))\n"
        "    except t.VoiceGuideError as error:\n"
        "        print(error)\n"
        "store.close()\n"
    )
    folder = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program, path], cwd=folder, capture_output=True, text=True
    )

    assert done.stderr == ""
    # One thread saves it and another syncs it: on a slow machine both may report an error.
    errors = done.stdout.splitlines()
    assert errors
    assert len(set(errors)) == len(errors)
    assert all(line.startswith(f"{path}: ") for line in errors)
    assert content(path) == (Diary(entries=(ENTRY,)), CHECKPOINT)


# Several processes


def test_several_processes_save_without_overwriting(path: Path) -> None:
    program = (
        "import sys, storage.test_store as t\nfrom pathlib import Path\n"
        "path, area = Path(sys.argv[1]), sys.argv[2]\n"
        "sys.stdin.readline()\n"
        "store = t.SessionStore(path)\n"
        "first = store.diary().next_number\n"
        "for number in range(first, first + 100):\n"
        "    entry = t.replace(t.ENTRY, number=number, area=area)\n"
        "    store.save(t.SaveDiaryEntry(t.replace(entry, ending=None)))\n"
        "    store.save(t.SaveCheckpoint(t.CHECKPOINT))\n"
        "    store.save(t.SaveDiaryEntry(entry))\n"
        "    t.content(path)\n"
        "store.close()\n"
    )
    folder = Path(__file__).parents[1]
    areas = ["one", "two", "three"]
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", program, path, area],
            cwd=folder,
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
    diary, checkpoint = content(path)
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

    diary, checkpoint = content(path)
    assert checkpoint
    assert checkpoint.entry is not None
    assert diary.entry(checkpoint.entry) == replace(ENTRY, number=2, area="the upper back")


def test_an_erased_diary_is_gone_as_soon_as_another_reader_is_done(path: Path) -> None:
    with closing(SessionStore(path)) as store:
        _fill(store)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM entries").fetchone()
            store.save(EraseDiary())
            time.sleep(0.5)
            store.save(SaveCheckpoint(CHECKPOINT))
        _wait_until(lambda: not any(secret in _raw_bytes(path) for secret in SECRETS))
