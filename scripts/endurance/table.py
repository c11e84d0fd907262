"""What was found, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    """What was looked at."""

    found: str
    """What was found."""

    wanted: str = ""
    """What should be found; empty where it is only told."""

    is_good: bool = True
    """Whether it was."""


def markdown(rows: Sequence[Row]) -> str:
    """Return the lines as a table."""
    cells = [("what", "found", "to reach"), *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    lines = [" | ".join(map(str.ljust, row, widths)) for row in cells]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def _cells(row: Row) -> tuple[str, str, str]:
    judged = f"{row.wanted}: {'reached' if row.is_good else 'missed'}" if row.wanted else ""
    return row.what, row.found, judged
