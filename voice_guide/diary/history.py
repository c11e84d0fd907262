"""What the diary holds, and what follows from it. Pure: where it is kept is no business here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

MOST_PAIN = 10
"""The scale is that of the numeric rating scale: 0 is no pain, 10 the worst there can be."""

_FEW_DAYS = 3
"""Days with pain in one area up to which the source speaks of "a few"."""

RECENT_DAYS = 14
"""Days back from today within which pain is taken for the same."""

_RISING = 3
"""Sessions in a row with more pain each time that count as getting worse."""


class Ending(StrEnum):
    """How a session ended."""

    DONE = "done"
    """With its last step."""

    STOPPED = "stopped"
    """Before its last step."""

    HURT = "hurt"
    """Since it hurt, or the person felt unwell."""


@dataclass(frozen=True)
class Entry:
    """One session."""

    number: int
    """Which one it is, counted from 1."""

    day: date
    """The day on which it began."""

    routine: str
    """The routine's title."""

    area: str
    """What the routine is for, in the pack's words: "the upper back"."""

    before: int | None = None
    """The pain before it, from 0 to 10; None where it was not told."""

    after: int | None = None
    """The pain after it, from 0 to 10; None where it was not told."""

    ending: Ending | None = None
    """How it ended; None while it has not."""

    @property
    def change(self) -> int | None:
        """How much more pain there was after it than before; None where it was not told."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class Development:
    """How an area fared over the last days."""

    area: str
    """The area."""

    sessions: int
    """How many there were."""

    first: int | None
    """The first pain that was told, from 0 to 10."""

    last: int | None
    """The last pain that was told, from 0 to 10."""


@dataclass(frozen=True)
class Diary:
    """Everything that was written down."""

    is_wanted: bool | None = None
    """Whether the person wants one; None where she was never asked."""

    entries: tuple[Entry, ...] = ()
    """All sessions, in their order."""

    advised_on: date | None = None
    """The day on which the person was last told to see a doctor."""

    @property
    def next_number(self) -> int:
        """The number of an entry that is not there yet."""
        return max((entry.number for entry in self.entries), default=0) + 1

    def entry(self, number: int) -> Entry | None:
        """Return the entry of that number."""
        return next((entry for entry in self.entries if entry.number == number), None)

    def with_entry(self, entry: Entry) -> "Diary":
        """Return the diary with this entry, in place of one of its number."""
        others = [other for other in self.entries if other.number != entry.number]
        return replace(self, entries=tuple(sorted([*others, entry], key=lambda e: e.number)))

    def should_see_a_doctor(self, area: str, today: date) -> bool:
        """Tell whether pain in this area lasts or gets worse, and nobody said so today yet.

        It lasts where there was any on more than three of the last fourteen days. It gets worse
        where, of the last three sessions before which it was told, each began with more of it
        than the one before.
        """
        if self.advised_on == today:
            return False
        recent = [entry for entry in self._recent(today) if entry.area == area]
        in_pain = {entry.day for entry in recent if entry.before or entry.after}
        before = [entry.before for entry in recent if entry.before is not None][-_RISING:]
        return len(in_pain) > _FEW_DAYS or (len(before) == _RISING and _rises(before))

    def developments(self, today: date) -> tuple[Development, ...]:
        """Return how each area fared over the last fourteen days."""
        recent = self._recent(today)
        return tuple(
            _development(area, [entry for entry in recent if entry.area == area])
            for area in dict.fromkeys(entry.area for entry in recent)
        )

    def _recent(self, today: date) -> list[Entry]:
        # A clock that was set back leaves entries behind that lie in the future.
        return [e for e in self.entries if abs((today - e.day).days) < RECENT_DAYS]


def _rises(pain: Sequence[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(pain))


def _development(area: str, entries: Sequence[Entry]) -> Development:
    told = [pain for e in entries for pain in (e.before, e.after) if pain is not None]
    return Development(area, len(entries), told[0] if told else None, told[-1] if told else None)
