"""A line of the table: what was measured, and what is to be reached."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_COMPARED = {"<": operator.lt, "≤": operator.le, "≥": operator.ge, ">": operator.gt}


@dataclass(frozen=True)
class Bar:
    """What Voice Guide is to reach."""

    sign: str
    """How the figure has to compare: one of <, ≤, ≥, >."""

    shown: str
    """The figure to reach, as the table shows it."""

    limit: float
    """The figure to reach."""

    def judged(self, figure: float) -> str:
        """Return the bar, and whether this figure reaches it."""
        reached = _COMPARED[self.sign](figure, self.limit)
        return f"{self.sign} {self.shown}: {'reached' if reached else 'missed'}"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    """What was measured."""

    figures: Mapping[str, float]
    """The figure of each system."""

    shown: Mapping[str, str]
    """The same with units."""

    how: str
    """How it was measured, in short."""

    bar: Bar | None = None
    """What is to be reached."""


def compared(
    what: str,
    figures: Mapping[str, float],
    show: Callable[[float], str],
    how: str,
    bar: Bar | None = None,
) -> Row:
    """Return a line with the figure of each system, shown in its unit."""
    return Row(what, figures, {name: show(figure) for name, figure in figures.items()}, how, bar)
