"""The diary, as it is shown at a shell."""

import csv
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from support.shell import output, run, write
from support.stores import ENTRY

from voice_guide.cli.commands import main
from voice_guide.dialogue.actions import SaveDiaryEntry
from voice_guide.diary import chart
from voice_guide.diary.history import Ending, Entry
from voice_guide.storage.store import SessionStore

TODAY = date.today()
NECK, BACK = "the side of the neck", "the upper back"
EMPTY = "The diary is empty: nothing has been written down yet.\n"
PNG = b"\x89PNG\r\n\x1a\n"

SESSIONS = (
    Entry(1, TODAY - timedelta(20), "Hand massage", NECK, 9, 9, Ending.HURT),
    Entry(2, TODAY - timedelta(2), "Hand massage", NECK, 7, 4, Ending.DONE),
    Entry(3, TODAY - timedelta(1), "Hand massage", NECK, 4, 5, Ending.STOPPED),
    Entry(4, TODAY, "Tennis ball wall massage", BACK),
    Entry(5, TODAY, "Hand massage", NECK, 3, 3, Ending.DONE),
)


@pytest.fixture
def file() -> Path:
    """Give where the diary is kept; there is none yet."""
    return Path(os.environ["XDG_DATA_HOME"]) / "voice-guide" / "diary.sqlite3"


@pytest.fixture
def _kept() -> None:
    keep(*SESSIONS)


def keep(*entries: Entry) -> None:
    with closing(SessionStore()) as store:
        for entry in entries:
            store.save(SaveDiaryEntry(entry))


def size_px(png: bytes) -> tuple[int, int]:
    assert png.startswith(PNG)
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def test_empty_diary_says_so_and_writes_no_file(file: Path) -> None:
    assert output("diary") == EMPTY
    assert output("diary", "--csv") == "day,routine,area,before,after,change,ended\n"
    assert not file.exists()


@pytest.mark.usefixtures("_kept")
def test_diary_shows_a_line_for_each_session_and_a_summary_of_areas(file: Path) -> None:
    lines = [line.rstrip() for line in output("diary").splitlines()]

    assert lines[0].split() == ["day", "routine", "area", "before", "after", "change", "ended"]
    assert [line.split()[0] for line in lines[1:6]] == [str(entry.day) for entry in SESSIONS]
    assert lines[1].endswith("9       9      0       it hurt")
    assert lines[2].endswith("7       4      -3      done")
    assert lines[3].endswith("4       5      +1      stopped")
    assert lines[4].split() == [str(TODAY), *f"Tennis ball wall massage {BACK} not ended".split()]
    assert lines[6:] == [
        "",
        "the side of the neck: 3 sessions in the last 14 days, pain from 7 to 3",
        "the upper back: 1 session in the last 14 days, pain not recorded",
    ]
    assert file.stat().st_mode & 0o777 == 0o600


def test_diary_shows_old_sessions_without_a_summary() -> None:
    keep(replace(ENTRY, day=TODAY - timedelta(100)))

    assert len(output("diary").splitlines()) == 2


@pytest.mark.usefixtures("_kept")
def test_diary_csv_can_be_read_by_other_programs() -> None:
    rows = list(csv.DictReader(output("diary", "--csv").splitlines()))

    assert rows[1] == {
        "day": str(SESSIONS[1].day),
        "routine": "Hand massage",
        "area": NECK,
        "before": "7",
        "after": "4",
        "change": "-3",
        "ended": "done",
    }
    assert [row["before"] for row in rows] == ["9", "7", "4", "", "3"]


@pytest.mark.usefixtures("_kept")
def test_diary_is_shown_while_a_session_writes_into_it() -> None:
    with closing(SessionStore()) as store:
        store.save(SaveDiaryEntry(replace(ENTRY, number=6, routine="Muscle squeeze")))

        assert "Muscle squeeze" in output("diary")

        store.save(SaveDiaryEntry(replace(ENTRY, number=7)))
    assert len(output("diary", "--csv").splitlines()) == 8


@pytest.mark.usefixtures("_kept")
def test_diary_is_drawn(tmp_path: Path) -> None:
    done = run("diary", "--plot", tmp_path / "pain.png")

    assert (done.returncode, done.stdout) == (0, "")
    assert size_px((tmp_path / "pain.png").read_bytes()) == (900, 500)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("areas", [1, 2, 3, 4, 5, 7, 12])
@pytest.mark.parametrize("days", [1, 14, 400])
def test_diary_draws_any_number_of_areas_and_days(tmp_path: Path, areas: int, days: int) -> None:
    sessions = [
        replace(
            ENTRY,
            area=f"$area_{number % areas}",
            day=TODAY - timedelta(number * days // 30),
            before=(None, 0, 10)[number % 3],
            after=(5, None)[number % 2],
        )
        for number in range(30)
    ]

    chart.draw(sessions, tmp_path / "pain")

    assert size_px((tmp_path / "pain").read_bytes()) == (900, 500)


@pytest.mark.parametrize("entries", [(), (SESSIONS[3],)], ids=["empty", "no numbers"])
def test_diary_reports_that_there_is_nothing_to_draw(
    tmp_path: Path, refused: Callable[..., str], entries: tuple[Entry, ...]
) -> None:
    keep(*entries)

    told = refused("diary", "--plot", tmp_path / "pain.png")

    assert told == "nothing to draw: no session in the diary has a number for pain"
    assert not (tmp_path / "pain.png").exists()


@pytest.mark.usefixtures("_kept")
def test_diary_reports_a_picture_that_cannot_be_written(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    nowhere = tmp_path / "none" / "pain.png"

    assert refused("diary", "--plot", nowhere) == (
        f"{nowhere}: cannot be written: No such file or directory"
    )
    assert refused("diary", "--plot", tmp_path) == f"{tmp_path}: cannot be written: Is a directory"


@pytest.mark.usefixtures("_kept")
def test_damaged_diary_is_reported_once(file: Path) -> None:
    write(file, "Dear diary, " * 1000)

    done = run("diary")

    assert (done.returncode, done.stdout) == (1, EMPTY)
    assert done.stderr == (
        f"voice-guide: {file}: damaged, or not a diary: renamed to diary.damaged.sqlite3, "
        "and a new diary is started\n"
    )
    assert output("diary") == EMPTY


def test_folder_in_place_of_the_diary_is_reported(file: Path, refused: Callable[..., str]) -> None:
    file.mkdir(parents=True)

    assert refused("diary") == f"{file}: this is a folder, not a file"


def test_diary_options_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["diary", "--csv", "--plot", "pain.png"])

    assert caught.value.code == 2
    assert "not allowed with" in capsys.readouterr().err
