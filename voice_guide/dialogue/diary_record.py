"""The diary as the dialogue sees it: the stored entries, and the entry being written."""

from dataclasses import replace
from datetime import date

from voice_guide.dialogue.actions import (
    Action,
    EraseDiary,
    SaveAdviceDate,
    SaveDiaryConsent,
    SaveDiaryEntry,
)
from voice_guide.diary.history import AreaTrend, Diary, Ending, Entry
from voice_guide.routines.model import Routine


class DiaryRecord:
    """Keeps the diary up to date, and returns the actions that store each change."""

    def __init__(self) -> None:
        self._diary: Diary | None = None
        self._today = date.min
        self._entry: Entry | None = None
        self._pain_before: int | None = None

    def open(self, diary: Diary | None, today: date) -> None:
        """Take the stored diary; None where no diary can be kept."""
        self._diary = diary
        self._today = today

    def begin_day(self, today: date) -> None:
        """Use another date from now on."""
        self._today = today

    def resume_entry(self, number: int | None) -> None:
        """Continue the entry with this number, if there is one."""
        self._entry = self._diary.entry(number) if self._diary and number else None

    @property
    def is_kept(self) -> bool:
        """True if the user agreed to a diary."""
        return bool(self._diary and self._diary.is_wanted)

    @property
    def can_be_offered(self) -> bool:
        """True if a diary could be kept and the user was never asked."""
        return self._diary is not None and self._diary.is_wanted is None

    @property
    def is_empty(self) -> bool:
        """True if the diary has no entries."""
        return not (self._diary and self._diary.entries)

    @property
    def entry_number(self) -> int | None:
        """The number of the entry being written; None if there is none."""
        return self._entry.number if self._entry else None

    @property
    def recent_trends(self) -> tuple[AreaTrend, ...]:
        """The recent trend of the pain in each area."""
        return self._diary.recent_trends(self._today) if self._diary else ()

    @property
    def relief(self) -> int | None:
        """The pain before this session minus the pain after it; None if either is unknown."""
        if self._entry is None or self._entry.before is None or self._entry.after is None:
            return None
        return self._entry.before - self._entry.after

    def set_consent(self, is_wanted: bool) -> list[Action]:
        """Keep a diary from now on, or none; return nothing where none can be kept."""
        if self._diary is None:
            return []
        self._diary = replace(self._diary, is_wanted=is_wanted)
        return [SaveDiaryConsent(is_wanted)]

    def begin_entry(self, routine: Routine) -> list[Action]:
        """Begin an entry, unless there is no diary or the current entry is still open."""
        if self._diary is None or not self.is_kept:
            return []
        if self._entry and self._entry.ending is not Ending.DONE:
            return []
        before, self._pain_before = self._pain_before, None
        number = self._diary.next_number
        return self._write(Entry(number, self._today, routine.title, routine.purpose, before))

    def close_entry(self) -> None:
        """Write no more into the current entry."""
        self._entry = self._pain_before = None

    def set_pain_before(self, pain: int) -> None:
        """Remember the pain before the session for the next entry."""
        self._pain_before = pain

    def set_pain_after(self, pain: int) -> list[Action]:
        """Write the pain after the session into the current entry."""
        return self._write(replace(self._entry, after=pain)) if self._entry else []

    def set_ending(self, ending: Ending) -> list[Action]:
        """Write into the current entry how the session ended."""
        return self._write(replace(self._entry, ending=ending)) if self._entry else []

    def advise_doctor(self) -> list[Action]:
        """Return the action that stores the advice to see a doctor; nothing if it is not due."""
        if self._diary is None or self._entry is None:
            return []
        if not self._diary.should_see_a_doctor(self._entry.area, self._today):
            return []
        self._diary = replace(self._diary, advised_on=self._today)
        return [SaveAdviceDate(self._today)]

    def erase(self) -> list[Action]:
        """Erase all entries and keep no diary."""
        self._diary = Diary(is_wanted=False)
        self._entry = None
        return [EraseDiary()]

    def _write(self, entry: Entry) -> list[Action]:
        if self._diary is not None:
            self._diary = self._diary.with_entry(entry)
        self._entry = entry
        return [SaveDiaryEntry(entry)]
