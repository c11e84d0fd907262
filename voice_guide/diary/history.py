"""The diary's entries, and when they call for medical advice. Pure: storage is elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

MAX_PAIN = 10
"""The highest pain of the numeric rating scale: 0 is no pain, 10 the worst imaginable."""

_MAX_DAYS_WITH_PAIN = 3
"""Days with pain in one area that the routines' source still calls "a few"."""

RECENT_DAYS = 14
"""Days up to today within which pain in one area counts as the same pain."""

_RISING_SESSIONS = 3
"""Sessions in a row, each with more pain than the one before, that count as getting worse."""


class Ending(StrEnum):
    """The way a session ended."""

    DONE = "done"
    """The last step was finished."""

    STOPPED = "stopped"
    """It was stopped before the last step was finished."""

    HURT = "hurt"
    """It was stopped because it hurt or the user felt unwell."""


@dataclass(frozen=True)
class Entry:
    """A session in the diary."""

    number: int
    """Its number in the diary, from 1."""

    day: date
    """The day on which it began."""

    routine: str
    """The routine's title."""

    area: str
    """The part of the body that the routine is for, in the pack's words: "the upper back"."""

    before: int | None = None
    """The pain before it, from 0 to 10; None if the user did not say."""

    after: int | None = None
    """The pain after it, from 0 to 10; None if the user did not say."""

    ending: Ending | None = None
    """The way it ended; None if it has not ended."""

    @property
    def change(self) -> int | None:
        """The pain after it minus the pain before it; None if either is unknown."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class AreaTrend:
    """The course of the pain in one area over the last `RECENT_DAYS` days."""

    area: str
    """The area, in the pack's words."""

    sessions: int
    """The number of sessions."""

    first: int | None
    """The first pain recorded, from 0 to 10; None if there is none."""

    last: int | None
    """The last pain recorded, from 0 to 10; None if there is none."""


@dataclass(frozen=True)
class Diary:
    """Everything that is recorded of the user's sessions."""

    is_wanted: bool | None = None
    """True if the user wants a diary; None if never asked."""

    entries: tuple[Entry, ...] = ()
    """All sessions, by number."""

    advised_on: date | None = None
    """The day on which the user was last advised to see a doctor."""

    @property
    def next_number(self) -> int:
        """The number for the next entry."""
        return max((entry.number for entry in self.entries), default=0) + 1

    def entry(self, number: int) -> Entry | None:
        """Return the entry with that number, or None."""
        return next((entry for entry in self.entries if entry.number == number), None)

    def with_entry(self, entry: Entry) -> "Diary":
        """Return the diary with this entry added, or replacing the one with its number."""
        others = [other for other in self.entries if other.number != entry.number]
        return replace(self, entries=tuple(sorted([*others, entry], key=lambda e: e.number)))

    def should_see_a_doctor(self, area: str, today: date) -> bool:
        """Return True if pain in this area lasts or gets worse, unless the advice was given today.

        Pain lasts if there was any on more than three of the last fourteen days. It gets worse
        if each of the last three sessions with a number for it began with more than the one
        before.
        """
        if self.advised_on == today:
            return False
        recent = [entry for entry in self._recent(today) if entry.area == area]
        in_pain = {entry.day for entry in recent if entry.before or entry.after}
        before = [entry.before for entry in recent if entry.before is not None][-_RISING_SESSIONS:]
        return len(in_pain) > _MAX_DAYS_WITH_PAIN or (
            len(before) == _RISING_SESSIONS and _rises(before)
        )

    def recent_trends(self, today: date) -> tuple[AreaTrend, ...]:
        """Return the course of the pain in each area over the last fourteen days."""
        recent = self._recent(today)
        return tuple(
            _trend(area, [entry for entry in recent if entry.area == area])
            for area in dict.fromkeys(entry.area for entry in recent)
        )

    def _recent(self, today: date) -> list[Entry]:
        # Entries lie in the future if the clock was set back.
        return [e for e in self.entries if abs((today - e.day).days) < RECENT_DAYS]


def _rises(pain: Sequence[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(pain))


def _trend(area: str, entries: Sequence[Entry]) -> AreaTrend:
    pains = [pain for e in entries for pain in (e.before, e.after) if pain is not None]
    return AreaTrend(area, len(entries), pains[0] if pains else None, pains[-1] if pains else None)
