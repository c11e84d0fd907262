"""The diary as rows of text, for a table on the screen or a spreadsheet."""

import csv
from datetime import date
from typing import TextIO

from voice_guide.diary.history import RECENT_DAYS, AreaTrend, Diary, Ending, Entry

COLUMNS = ("day", "routine", "area", "before", "after", "change", "ended")
"""The columns' titles; before and after are the pain from 0 to 10."""

_ENDINGS = {
    None: "not ended",
    Ending.DONE: "done",
    Ending.STOPPED: "stopped",
    Ending.HURT: "it hurt",
}
"""The words for how a session ended."""


def report_rows(diary: Diary) -> list[tuple[str, ...]]:
    """Return a row of text per session, one text per column."""
    return [
        (
            entry.day.isoformat(),
            entry.routine,
            entry.area,
            _number(entry.before),
            _number(entry.after),
            _change(entry),
            _ENDINGS[entry.ending],
        )
        for entry in diary.entries
    ]


def trend_lines(diary: Diary, today: date) -> list[str]:
    """Return a line per area about the pain there in the last days."""
    return [_trend_line(trend) for trend in diary.recent_trends(today)]


def write_csv(diary: Diary, file: TextIO) -> None:
    """Write the sessions, with the columns' titles, as comma-separated values."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(report_rows(diary))


def _trend_line(trend: AreaTrend) -> str:
    sessions = "session" if trend.sessions == 1 else "sessions"
    line = f"{trend.area}: {trend.sessions} {sessions} in the last {RECENT_DAYS} days"
    if trend.first is None:
        return f"{line}, pain not recorded"
    return f"{line}, pain from {trend.first} to {trend.last}"


def _number(pain: int | None) -> str:
    return "" if pain is None else str(pain)


def _change(entry: Entry) -> str:
    return f"{entry.change:+d}" if entry.change else _number(entry.change)
