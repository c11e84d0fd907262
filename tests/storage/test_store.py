"""Where the diary and the place are kept."""

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
from support.store_writer import ENTRY, PLACE

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


def keep(path: Path, *memos: Persist) -> None:
    with closing(SessionStore(path)) as notebook:
        for memo in memos:
            notebook.keep(memo)


def found(path: Path) -> tuple[Diary, SessionCheckpoint | None]:
    """Return what another start finds."""
    with closing(SessionStore(path)) as notebook:
        return notebook.diary(), notebook.place()


def files(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


# Keeping


def test_what_was_kept_is_there_at_once_and_at_the_next_start(path: Path) -> None:
    other = replace(ENTRY, number=2, before=None, after=None, ending=None)
    memos = (
        SaveDiaryConsent(True),
        SaveDiaryEntry(ENTRY),
        SaveDiaryEntry(other),
        SaveAdviceDate(ENTRY.day),
        SaveCheckpoint(PLACE),
    )
    with closing(SessionStore(path)) as notebook:
        for memo in memos:
            notebook.keep(memo)
        at_once = found(path)

    assert at_once == (Diary(True, (ENTRY, other), ENTRY.day), PLACE)
    assert found(path) == at_once


def test_nothing_is_there_before_anything_was_kept(path: Path) -> None:
    assert found(path) == (Diary(), None)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "place",
    [
        PLACE,
        SessionCheckpoint("a", False, 3, "right", None, (), None),
        SessionCheckpoint("a", True, 0, "left", 0.5, ('Say "é".', ""), 7),
    ],
)
def test_a_place_is_kept_as_it_is(path: Path, place: SessionCheckpoint) -> None:
    keep(path, SaveCheckpoint(replace(PLACE, routine="other")), SaveCheckpoint(place))

    assert found(path)[1] == place


def test_a_session_that_is_over_leaves_no_place(path: Path) -> None:
    keep(path, SaveCheckpoint(PLACE), SaveCheckpoint(None))

    assert found(path)[1] is None


def test_an_entry_takes_the_place_of_one_of_its_number_also_at_the_next_start(path: Path) -> None:
    keep(
        path,
        SaveDiaryEntry(replace(ENTRY, after=None, ending=None)),
        SaveDiaryEntry(replace(ENTRY, after=9)),
    )
    keep(path, SaveDiaryEntry(ENTRY))

    assert found(path)[0].entries == (ENTRY,)


def test_an_answer_can_be_changed(path: Path) -> None:
    keep(path, SaveDiaryConsent(True), SaveDiaryConsent(False))
    assert found(path)[0].is_wanted is False

    keep(path, SaveDiaryConsent(True))
    assert found(path)[0].is_wanted is True


def test_whoever_keeps_does_not_wait_for_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch, report_figure: Callable[[str], None]
) -> None:
    synced_by = set()

    def slow_disk(_: int) -> None:
        synced_by.add(threading.current_thread().name)
        time.sleep(0.2)

    monkeypatch.setattr(os, "fsync", slow_disk)
    monkeypatch.setattr(background_sync, "_MOST_BYTES", 50_000)
    took_ms = []
    with closing(SessionStore(path)) as notebook:
        for number in range(500):
            began = time.perf_counter()
            notebook.keep(SaveCheckpoint(replace(PLACE, step_index=number)))
            took_ms.append(1000 * (time.perf_counter() - began))
            time.sleep(0.002)

    first, *later = took_ms
    later.sort()
    assert synced_by == {"diary"}
    assert later[len(later) // 2] < 2
    report_figure(
        f"notebook: the first memo takes {first:.1f} ms, then {later[250]:.2f} ms, "
        f"at most {later[-1]:.1f} ms"
    )


def test_it_is_brought_to_the_disk_soon_but_time_that_runs_is_not_every_second(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    really_sync = background_sync._sync
    monkeypatch.setattr(
        background_sync, "_sync", lambda p: (synced.append(p.name), really_sync(p))
    )
    commits = f"{path.name}-wal"

    def syncs(during_s: float) -> int:
        synced.clear()
        time.sleep(during_s)
        return synced.count(commits)

    with closing(SessionStore(path)) as notebook:
        notebook.keep(SaveCheckpoint(PLACE))
        time.sleep(0.5)
        for _ in range(5):
            notebook.keep(SaveCheckpoint(replace(PLACE, left_s=20.0)))
        assert syncs(0.5) == 0
        notebook.keep(SaveCheckpoint(replace(PLACE, step_index=1)))
        assert syncs(0.5) == 1
        notebook.keep(SaveDiaryEntry(ENTRY))
        assert syncs(0.5) == 1
        assert syncs(0.5) == 0


def test_the_file_does_not_grow_with_what_was_written_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_sync, "_MOST_BYTES", 50_000)
    with closing(SessionStore(path)) as notebook:
        for number in range(2000):
            notebook.keep(SaveCheckpoint(replace(PLACE, step_index=number)))
        notebook.keep(SaveDiaryEntry(ENTRY))
        _wait_until(lambda: Path(f"{path}-wal").stat().st_size < 50_000)

    assert path.stat().st_size < 50_000
    assert files(path) == [path.name]


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


# Whom it is for


@pytest.fixture
def _open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_open_to_all")
def test_only_the_user_can_read_it(path: Path) -> None:
    with closing(SessionStore(path)) as notebook:
        notebook.keep(SaveDiaryEntry(ENTRY))
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}

    assert path.parent.stat().st_mode & 0o777 == 0o700
    names = [path.name, f"{path.name}-shm", f"{path.name}-wal"]
    assert modes == dict.fromkeys(names, 0o600)


def test_a_file_that_others_could_read_is_hidden_from_them(path: Path) -> None:
    keep(path, SaveDiaryEntry(ENTRY))
    path.chmod(0o644)

    found(path)

    assert path.stat().st_mode & 0o777 == 0o600


# Forgetting


def _written(path: Path) -> bytes:
    # In another process: whoever closes a file that SQLite has open takes its locks away.
    return subprocess.run(
        ["cat", *path.parent.glob(f"{path.name}*")], capture_output=True, check=True
    ).stdout


def _fill(notebook: SessionStore) -> None:
    notebook.keep(SaveDiaryConsent(True))
    for number in range(1, 300):
        notebook.keep(SaveDiaryEntry(replace(SECRET, number=number, after=None)))
        notebook.keep(SaveCheckpoint(replace(PLACE, entry=number)))
    for number in range(1, 300, 7):
        notebook.keep(SaveDiaryEntry(replace(SECRET, number=number)))
    notebook.keep(SaveAdviceDate(SECRET.day))


def test_what_is_forgotten_is_gone_from_the_disk(path: Path) -> None:
    with closing(SessionStore(path)) as notebook:
        _fill(notebook)
        assert all(secret in _written(path) for secret in SECRETS)

        notebook.keep(EraseDiary())

        assert notebook.diary() == Diary(is_wanted=False)
        assert notebook.place() == replace(PLACE, entry=None)
        _wait_until(lambda: not any(secret in _written(path) for secret in SECRETS))
    assert found(path) == (Diary(is_wanted=False), replace(PLACE, entry=None))
    assert not any(secret in _written(path) for secret in SECRETS)


def test_what_a_killed_program_had_to_forget_is_gone_after_the_next_start(path: Path) -> None:
    program = (
        "import os, sys, storage.test_store as t\nfrom pathlib import Path\n"
        "notebook = t.SessionStore(Path(sys.argv[1]))\n"
        "t._fill(notebook)\n"
        "notebook.keep(t.EraseDiary())\n"
        "os.kill(os.getpid(), 9)"
    )
    folder = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program, path], cwd=folder)
    assert done.returncode == -9

    assert found(path)[0] == Diary(is_wanted=False)

    assert not any(secret in _written(path) for secret in SECRETS)


def test_a_diary_that_is_begun_anew_counts_from_one(path: Path) -> None:
    other = replace(ENTRY, area="the upper back")
    keep(path, SaveDiaryEntry(ENTRY), EraseDiary(), SaveDiaryConsent(True), SaveDiaryEntry(other))

    assert found(path)[0] == Diary(True, (other,))


# How old a place is

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
        # It was started again: all there is is the calendar.
        (Moment("that", 5.0, 2e9 + 60), True),
        (Moment("that", 99999.0, 2e9 + 60), True),
        (Moment("that", 5.0, 2e9 + 2 * HOUR_S), False),
        (Moment("that", 5.0, 1e9), True),
        (Moment(None, 1000.0, 2e9 + 60), True),
        (Moment(None, 1000.0, 2e9 + 2 * HOUR_S), False),
    ],
)
def test_a_place_is_gone_after_two_hours_whatever_clocks_do(
    path: Path, later: Moment, is_there: bool
) -> None:
    with closing(SessionStore(path, lambda: BOOT)) as notebook:
        notebook.keep(SaveCheckpoint(PLACE))

    with closing(SessionStore(path, lambda: later)) as notebook:
        assert notebook.place() == (PLACE if is_there else None)


def test_where_starts_cannot_be_told_apart_the_calendar_counts(path: Path) -> None:
    nowhere = replace(BOOT, boot=None)
    with closing(SessionStore(path, lambda: nowhere)) as notebook:
        notebook.keep(SaveCheckpoint(PLACE))

    with closing(SessionStore(path, lambda: replace(nowhere, wall_s=2e9 + 9e8))) as notebook:
        assert notebook.place() is None


def test_time_goes_on() -> None:
    earlier = now()
    time.sleep(0.01)

    assert 0.01 <= now().seconds_since(earlier) < 10
    assert earlier.wall_s == pytest.approx(time.time(), abs=10)


# Files that cannot be used


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _overwrite(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12000] = os.urandom(12000 - 4096)
    path.write_bytes(content)


def _other(path: Path) -> None:
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
    "spoil",
    [
        _cut,
        _overwrite,
        _other,
        _change("UPDATE entries SET day = 'soon'"),
        _change("UPDATE entries SET ending = 'well'"),
        lambda path: write(path, "Dear diary, " * 1000),
        lambda path: write(path, bytes(8192)),
    ],
    ids=["cut", "overwritten", "other database", "no day", "no ending", "text", "zeros"],
)
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    keep(path, *[SaveDiaryEntry(replace(ENTRY, number=n)) for n in range(1, 200)])
    spoil(path)
    spoilt = path.read_bytes()

    with closing(SessionStore(path)) as notebook:
        assert notebook.note == (
            f"{path}: damaged, or no diary; it is called diary.damaged.sqlite3 now, "
            "and a new one is begun"
        )
        assert notebook.diary() == Diary()
        notebook.keep(SaveDiaryEntry(ENTRY))

    assert found(path)[0].entries == (ENTRY,)
    assert files(path) == ["diary.damaged.sqlite3", "diary.sqlite3"]
    assert path.with_name("diary.damaged.sqlite3").read_bytes() == spoilt


def test_what_is_put_aside_takes_no_others_place(path: Path) -> None:
    path.parent.mkdir()
    for content in ("one", "two", "three"):
        write(path, content)
        SessionStore(path).close()

    assert files(path) == [f"diary.damaged{n}.sqlite3" for n in ("-2", "-3", "")]
    assert path.with_name("diary.damaged-3.sqlite3").read_text() == "three"


def test_an_empty_file_is_a_diary_without_entries(path: Path) -> None:
    path.parent.mkdir()
    write(path, "")

    assert found(path) == (Diary(), None)
    keep(path, SaveDiaryEntry(ENTRY))
    assert found(path)[0].entries == (ENTRY,)


def test_a_file_of_a_later_version_is_left_alone(path: Path) -> None:
    keep(path, SaveDiaryEntry(ENTRY))
    _change("PRAGMA user_version = 2")(path)
    content = path.read_bytes()

    with pytest.raises(VoiceGuideError, match="later version of Voice Guide") as caught:
        SessionStore(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert path.read_bytes() == content


def test_a_place_of_another_version_is_none(path: Path) -> None:
    keep(path, SaveDiaryEntry(ENTRY), SaveCheckpoint(PLACE))
    _change("UPDATE place SET place = '{}'")(path)

    assert found(path) == (Diary(entries=(ENTRY,)), None)


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(VoiceGuideError, match="this is a folder, not a file"):
        SessionStore(path)


def test_what_cannot_be_kept_is_told_once(tmp_path: Path) -> None:
    # Where nobody can make a folder, not even root.
    path = Path("/proc/voice-guide/diary.sqlite3")
    with closing(SessionStore(path)) as notebook:
        assert (notebook.diary(), notebook.place()) == (Diary(), None)
        with pytest.raises(VoiceGuideError, match=f"{path}: cannot be made: No such file"):
            notebook.keep(SaveCheckpoint(PLACE))
        notebook.keep(SaveCheckpoint(PLACE))


def test_a_full_disk_is_told_and_nothing_is_lost(path: Path) -> None:
    program = (
        "import resource, sys, storage.test_store as t\nfrom pathlib import Path\n"
        "notebook = t.SessionStore(Path(sys.argv[1]))\n"
        "notebook.keep(t.SaveDiaryEntry(t.ENTRY))\n"
        "unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, unlimited[1]))\n"
        "for attempt in range(4):\n"
        "    if attempt == 3:\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)\n"
        "    try:\n"
        "        notebook.keep(t.SaveCheckpoint(t.PLACE))\n"
        "    except t.VoiceGuideError as error:\n"
        "        print(error)\n"
        "notebook.close()\n"
    )
    folder = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program, path], cwd=folder, capture_output=True, text=True
    )

    assert done.stderr == ""
    # One thread keeps it, another brings it onto the disk: a slow machine may tell of both.
    told = done.stdout.splitlines()
    assert told
    assert len(set(told)) == len(told)
    assert all(line.startswith(f"{path}: ") for line in told)
    assert found(path) == (Diary(entries=(ENTRY,)), PLACE)


# Several at once


def test_several_programs_keep_what_they_have_to(path: Path) -> None:
    program = (
        "import sys, storage.test_store as t\nfrom pathlib import Path\n"
        "path, area = Path(sys.argv[1]), sys.argv[2]\n"
        "sys.stdin.readline()\n"
        "notebook = t.SessionStore(path)\n"
        "first = notebook.diary().next_number\n"
        "for number in range(first, first + 100):\n"
        "    entry = t.replace(t.ENTRY, number=number, area=area)\n"
        "    notebook.keep(t.SaveDiaryEntry(t.replace(entry, ending=None)))\n"
        "    notebook.keep(t.SaveCheckpoint(t.PLACE))\n"
        "    notebook.keep(t.SaveDiaryEntry(entry))\n"
        "    t.found(path)\n"
        "notebook.close()\n"
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
    written, place = found(path)
    assert place
    # They count from the same number, and none writes over what another has written.
    for area in areas:
        own = [entry for entry in written.entries if entry.area == area]
        assert [entry.ending for entry in own] == [ENTRY.ending] * 100


def test_the_place_knows_its_entry_by_the_number_it_was_given(path: Path) -> None:
    first, second = SessionStore(path), SessionStore(path)
    first.keep(SaveDiaryEntry(ENTRY))
    second.keep(SaveDiaryEntry(replace(ENTRY, area="the upper back")))
    second.keep(SaveCheckpoint(replace(PLACE, entry=1)))
    first.close()
    second.close()

    written, place = found(path)
    assert place
    assert place.entry is not None
    assert written.entry(place.entry) == replace(ENTRY, number=2, area="the upper back")


def test_while_another_reads_what_is_forgotten_goes_as_soon_as_it_can(path: Path) -> None:
    with closing(SessionStore(path)) as notebook:
        _fill(notebook)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM entries").fetchone()
            notebook.keep(EraseDiary())
            time.sleep(0.5)
            notebook.keep(SaveCheckpoint(PLACE))
        _wait_until(lambda: not any(secret in _written(path) for secret in SECRETS))
