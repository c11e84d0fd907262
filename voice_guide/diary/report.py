"""The diary as a person, or her spreadsheet, reads it."""

import csv
from collections.abc import Iterable
from datetime import date
from typing import TextIO

from voice_guide.diary.history import RECENT_DAYS, Development, Diary, Ending, Entry
from voice_guide.ui.transcript import show_table

_TITLES = ("day", "routine", "area", "before", "after", "change", "ended")
"""What the columns hold; before and after are pain from 0 to 10."""

_ENDED = {
    None: "not ended",
    Ending.DONE: "done",
    Ending.STOPPED: "stopped",
    Ending.HURT: "it hurt",
}


def show(diary: Diary, today: date) -> None:
    """Print the sessions, and how each area fared of late."""
    if not diary.entries:
        print("The diary is empty: nothing has been written down yet.")
        return
    show_table(_TITLES, _rows(diary.entries))
    lines = [_line(development) for development in diary.developments(today)]
    if lines:
        print("", *lines, sep="\n")


def write_csv(diary: Diary, file: TextIO) -> None:
    """Write the sessions with their titles, comma-separated."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_TITLES)
    writer.writerows(_rows(diary.entries))


def _rows(entries: Iterable[Entry]) -> list[tuple[str, ...]]:
    return [
        (
            entry.day.isoformat(),
            entry.routine,
            entry.area,
            _number(entry.before),
            _number(entry.after),
            _change(entry),
            _ENDED[entry.ending],
        )
        for entry in entries
    ]


def _line(development: Development) -> str:
    sessions = "session" if development.sessions == 1 else "sessions"
    told = f"{development.sessions} {sessions} in the last {RECENT_DAYS} days"
    if development.first is None:
        return f"{development.area}: {told}, pain not told"
    return f"{development.area}: {told}, pain from {development.first} to {development.last}"


def _number(pain: int | None) -> str:
    return "" if pain is None else str(pain)


def _change(entry: Entry) -> str:
    return f"{entry.change:+d}" if entry.change else _number(entry.change)
