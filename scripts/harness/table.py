"""Tables of results, with the limits that were to be reached."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_COMPARISONS = {"<": operator.lt, "≤": operator.le, "≥": operator.ge, ">": operator.gt}

FOUND = "found"
"""Column of a table that compares nothing."""


@dataclass(frozen=True)
class Verdict:
    """A limit, and whether it was reached."""

    limit: str
    """The limit as the table shows it."""

    is_reached: bool
    """True if the result is as good as the limit."""

    def __str__(self) -> str:
        return f"{self.limit}: {'reached' if self.is_reached else 'missed'}"


@dataclass(frozen=True)
class Limit:
    """A figure to reach."""

    sign: str
    """The comparison of the result with the limit: one of <, ≤, ≥, >."""

    shown: str
    """The limit with its unit, as the table shows it."""

    figure: float
    """The limit."""

    def verdict(self, result: float) -> Verdict:
        """Return whether this result reaches the limit."""
        is_reached = _COMPARISONS[self.sign](result, self.figure)
        return Verdict(f"{self.sign} {self.shown}", is_reached)


@dataclass(frozen=True)
class ResultRow:
    """A row of a table of results."""

    title: str
    """The measurement."""

    cells: Mapping[str, str]
    """The result by column, with its unit."""

    verdict: Verdict | None = None
    """The limit and whether it was reached, where there is one."""

    measured_on: str = ""
    """The material it was measured on, in short."""

    figures: Mapping[str, float] = field(default_factory=dict)
    """The result by column, as a number."""

    @property
    def is_good(self) -> bool:
        """True unless a limit was missed."""
        return self.verdict is None or self.verdict.is_reached


def found(title: str, text: str, limit: str = "", is_reached: bool = True) -> ResultRow:
    """Return a row with one result; without `limit`, nothing was to be reached."""
    return ResultRow(title, {FOUND: text}, Verdict(limit, is_reached) if limit else None)


def all_of(title: str, checks: Mapping[str, bool]) -> ResultRow:
    """Return a row for several checks, all of which have to pass."""
    text = "; ".join(name if passed else f"NOT: {name}" for name, passed in checks.items())
    return found(title, text, "all of it", all(checks.values()))


def compared(
    title: str,
    figures: Mapping[str, float],
    show: Callable[[float], str],
    measured_on: str,
    limit: tuple[str, Limit] | None = None,
) -> ResultRow:
    """Return a row with a figure in each column, written by `show`.

    `limit` names the column that has to reach a limit.
    """
    verdict = limit[1].verdict(figures[limit[0]]) if limit else None
    cells = {column: show(figure) for column, figure in figures.items()}
    return ResultRow(title, cells, verdict, measured_on, figures)


def markdown(rows: Sequence[ResultRow], columns: Sequence[str] = (FOUND,)) -> str:
    """Return the rows as a Markdown table with one column for each of these results.

    The column of what it was measured on is left out where no row has it.
    """
    has_material = any(row.measured_on for row in rows)
    head = ["what", *columns, "to reach", *(["measured on"] if has_material else [])]
    table = [head, *([*texts(row, columns)][: len(head)] for row in rows)]
    widths = [max(len(cells[at]) for cells in table) for at in range(len(head))]
    lines = [" | ".join(map(str.ljust, cells, widths)) for cells in table]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "".join(f"| {line} |\n" for line in lines)


def texts(row: ResultRow, columns: Sequence[str]) -> list[str]:
    """Return the row's cells as text: title, results, verdict, material."""
    verdict = str(row.verdict) if row.verdict else ""
    return [row.title, *(row.cells.get(name, "") for name in columns), verdict, row.measured_on]
