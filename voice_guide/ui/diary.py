"""The diary as a table."""

from datetime import date

from voice_guide.diary.history import Diary
from voice_guide.diary.report import COLUMNS, report_rows, trend_lines
from voice_guide.ui.table import print_table


def print_diary(diary: Diary, today: date) -> None:
    """Print the sessions as a table, and the course of the pain in each area."""
    if not diary.entries:
        print("The diary is empty: nothing has been written down yet.")
        return
    print_table(COLUMNS, report_rows(diary))
    lines = trend_lines(diary, today)
    if lines:
        print("", *lines, sep="\n")
