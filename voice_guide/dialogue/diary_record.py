"""The diary's part in the conversation: what is written down, and when it asks for a doctor."""

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
    """What is known of the diary, and the entry that is being written."""

    def __init__(self) -> None:
        self._diary: Diary | None = None
        self._today = date.min
        self._entry: Entry | None = None
        self._before: int | None = None

    def open(self, diary: Diary | None, today: date) -> None:
        """Take what was written down so far; None where no diary is kept here."""
        self._diary = diary
        self._today = today

    def turn_to(self, today: date) -> None:
        """Begin another day."""
        self._today = today

    def take_up(self, number: int | None) -> None:
        """Go on with the entry of this number, if there is one."""
        self._entry = self._diary.entry(number) if self._diary and number else None

    @property
    def is_kept(self) -> bool:
        """Whether the person agreed to a diary."""
        return bool(self._diary and self._diary.is_wanted)

    @property
    def can_be_offered(self) -> bool:
        """Whether there could be a diary, and the person was never asked."""
        return self._diary is not None and self._diary.is_wanted is None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever written down."""
        return not (self._diary and self._diary.entries)

    @property
    def number(self) -> int | None:
        """The number of the entry that is being written."""
        return self._entry.number if self._entry else None

    @property
    def recent_trends(self) -> tuple[AreaTrend, ...]:
        """How each area fared lately."""
        return self._diary.recent_trends(self._today) if self._diary else ()

    @property
    def relief(self) -> int | None:
        """How much less pain there is after this session than before; None if one is unknown."""
        if self._entry is None or self._entry.before is None or self._entry.after is None:
            return None
        return self._entry.before - self._entry.after

    def answer(self, is_wanted: bool) -> list[Action]:
        """Keep a diary from now on, or none."""
        if self._diary is None:
            return []
        self._diary = replace(self._diary, is_wanted=is_wanted)
        return [SaveDiaryConsent(is_wanted)]

    def begin(self, routine: Routine) -> list[Action]:
        """Begin an entry, where a diary is kept and the last one has come to its end."""
        if self._diary is None or not self.is_kept:
            return []
        if self._entry and self._entry.ending is not Ending.DONE:
            return []
        before, self._before = self._before, None
        number = self._diary.next_number
        return self._write(Entry(number, self._today, routine.title, routine.purpose, before))

    def leave(self) -> None:
        """Write no more into this entry."""
        self._entry = self._before = None

    def tell_before(self, pain: int) -> None:
        """Take the pain before the session, for the entry that is begun next."""
        self._before = pain

    def tell_after(self, pain: int) -> list[Action]:
        """Write down the pain after the session."""
        return self._write(replace(self._entry, after=pain)) if self._entry else []

    def end(self, ending: Ending) -> list[Action]:
        """Write down how the session ended."""
        return self._write(replace(self._entry, ending=ending)) if self._entry else []

    def advise(self) -> list[Action]:
        """Return what to note when a doctor is due for the pain of this entry; else nothing."""
        if self._diary is None or self._entry is None:
            return []
        if not self._diary.should_see_a_doctor(self._entry.area, self._today):
            return []
        self._diary = replace(self._diary, advised_on=self._today)
        return [SaveAdviceDate(self._today)]

    def forget(self) -> list[Action]:
        """Erase everything."""
        self._diary = Diary(is_wanted=False)
        self._entry = None
        return [EraseDiary()]

    def _write(self, entry: Entry) -> list[Action]:
        if self._diary is not None:
            self._diary = self._diary.with_entry(entry)
        self._entry = entry
        return [SaveDiaryEntry(entry)]
