"""Stories of what is said and answered, and what the stages that play them have in common.

How to read and write them is told in `dialogues/README.md`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeAlias

import pytest

from voice_guide.app.content import Content
from voice_guide.audio.faults import AudioFault, BrokenPart, SoundLost, SoundRestored, TooLoud
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import (
    Action,
    End,
    EraseDiary,
    SaveAdviceDate,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
    SetPacing,
    SetRate,
    SetVolume,
)
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.events import Started
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.nlu.sentences import Meaning
from voice_guide.routines.model import Routine

FOLDER = Path(__file__).parents[1] / "dialogues"
STORIES = sorted(FOLDER.glob("*.txt"))

ANYTHING = "..."
CUT_SHORT = " --"
SECONDS_PASS = re.compile(r"\((\d+) seconds? pass(es)?\)")
AT_THE_TOP = ("Routine", "Today", "Diary", "Device")
IS_NEW = {"new": True, "used before": False}
IS_WANTED = {"nobody asked yet": None, "kept": True, "refused": False}
UNDER_WAY = "under way"
TROUBLES: dict[str, AudioFault] = {
    "(the microphone is gone)": SoundLost(BrokenPart.MICROPHONE_GONE, ""),
    "(the microphone is muted)": SoundLost(BrokenPart.MICROPHONE_SILENT, ""),
    "(the speaker is gone)": SoundLost(BrokenPart.SPEAKER_GONE, ""),
    "(the sound is back)": SoundRestored(2.0),
    "(the sound is back after a minute)": SoundRestored(60.0),
    "(somebody is too loud)": TooLoud(),
}

Heard: TypeAlias = tuple[str, str]
"""Who is heard (Guide or Sound), and what."""


class Line(NamedTuple):
    """One line of a story that is neither empty nor a comment."""

    story: str
    number: int
    who: str
    text: str

    @property
    def place(self) -> str:
        return f"dialogues/{self.story}, line {self.number}"


class Stage(ABC):
    """Reads a story line by line, and fails at the first that goes otherwise.

    How things are made to happen is for each kind of stage to tell.
    """

    def __init__(self, story: Path, content: Content, settings: Settings) -> None:
        self._lines = list(read(story))
        self._content = content
        self._settings = settings
        self._line = self._lines[0]
        self._heard: list[Heard] = []
        self._anything_goes = False
        self._fitting = ""
        """The text that a line was found to fit last."""
        self._is_cut_short = False
        self._has_ended = False
        self._today = date(2026, 3, 2)
        self._diary: Diary | None = None
        self._place: SessionCheckpoint | None = None
        self._written: Entry | None = None
        self._stays_on = False
        self._is_new = False
        self.understood: set[tuple[str, str]] = set()
        self._begin_with = self._read_top()

    def _read_top(self) -> Routine | None:
        """Take the lines that say how things are at the start; return the routine, if any."""
        routine = None
        while self._lines[0].who in AT_THE_TOP:
            self._line = self._lines.pop(0)
            match self._line.who, self._line.text:
                case "Routine", name:
                    routine = self._content.library.by_id(name)
                case "Today", day:
                    self._today = date.fromisoformat(day)
                case "Device", how:
                    self._stays_on, self._is_new = True, IS_NEW[how]
                case _, text if text in IS_WANTED:
                    self._diary = Diary(IS_WANTED[text])
                case _, text:
                    diary = self._diary or Diary(is_wanted=True)
                    self._diary = diary.with_entry(entry_of(text, diary.next_number))
        return routine

    def play(self) -> None:
        self._start(self._begin_with)
        for number, line in enumerate(self._lines):
            self._line = line
            self._to_come = self._lines[number + 1 :]
            self._play(line)
        self._hear_out()
        self._expect_nothing_more()

    @property
    def _started(self) -> Started:
        """What is known at a start."""
        return Started(self._diary, self._today, self._place, self._is_new)

    def _play(self, line: Line) -> None:
        match line.who:
            case "Guide" if line.text.endswith(CUT_SHORT):
                self._expect_cut_short(line.text.removesuffix(CUT_SHORT))
            case "Guide" | "Sound":
                self._expect((line.who, line.text))
            case "Person":
                self._let_speech_end()
                self._hear(line.text)
            case "Person, cutting in":
                if not self._is_speaking:
                    self._fail("somebody who is speaking", "silence")
                self._hear(line.text, is_cutting_in=True)
                self._is_cut_short = False
            case "The end.":
                if not self._has_ended:
                    self._fail("the end", "the guide goes on listening")
            case _ if line.who.startswith("("):
                self._let_happen(line.who)
            case _:
                self._compare(line)

    def _let_happen(self, what: str) -> None:
        match what:
            case "(unclear)":
                self._let_speech_end()
                self._ensure_all_was_told()
                self._make_no_sense()
            case "(time passes)":
                self._pass(None)
            case "(minutes pass)":
                self._let_speech_end()
                if self._timer_left_s is not None:
                    self._fail("nothing that is waited for", "a timer that runs")
                self._ensure_all_was_told()
                self._let_minutes_pass()
            case "(speech ends)":
                if not self._is_speaking:
                    self._fail("somebody who is speaking", "silence")
                self._let_speech_end()
            case "(the next day)":
                self._today += timedelta(days=1)
                self._ensure_all_was_told()
                self._let_a_day_begin()
            case "(the power fails)":
                self._expect_nothing_more()
                self._is_cut_short = self._has_ended = False
                self._start(None)
            case _ if what in TROUBLES:
                is_in_speech, self._is_cut_short = self._is_cut_short, False
                if not is_in_speech:
                    self._let_speech_end()
                self._ensure_all_was_told()
                self._have_trouble(TROUBLES[what], is_in_speech)
            case _ if found := SECONDS_PASS.fullmatch(what):
                self._pass(float(found[1]))
            case _:
                self._fail("a line as the README tells", what)

    def _pass(self, seconds: float | None) -> None:
        """Let so much of the timer pass, or all: in the midst of a sentence that is cut short."""
        is_in_speech, self._is_cut_short = self._is_cut_short, False
        if not is_in_speech:
            self._let_speech_end()
        self._expect_nothing_more()
        if self._timer_left_s is None:
            self._fail("a timer that runs", "none")
        self._let_time_pass(seconds or self._timer_left_s, is_in_speech)

    def _let_speech_end(self) -> None:
        if self._is_cut_short:
            self._fail("somebody who cuts in", f"{self._line.who}: {self._line.text}")
        self._let_everything_be_said()

    def _compare(self, line: Line) -> None:
        entry = self._written
        match line.who:
            case "Now":
                got: str = self._context
            case "Timer":
                left_s = self._timer_left_s
                got = "off" if left_s is None else f"{left_s:g} seconds"
            case "Place":
                got = told_place(self._place)
            case "Written":
                got = "nothing" if entry is None else told_entry(entry)
            case "Pacing":
                got = self._settings.guide.pacing
            case "Pace":
                got = f"{self._settings.voice.rate} words a minute"
            case "Volume":
                got = f"{self._settings.voice.volume:.0%}"
            case _:
                self._fail("a line as the README tells", f"{line.who}: {line.text}")
        if line.text != got:
            self._fail(f"{line.who}: {line.text}", f"{line.who}: {got}")

    def _hear(self, text: str, is_cutting_in: bool = False) -> None:
        self._ensure_all_was_told()
        context = self._context
        meanings = self._content.interpreter.interpret(text, context).meanings
        self.understood |= {(context, meaning.intent) for meaning in meanings}
        self._say(text, meanings, is_cutting_in)

    def _ensure_all_was_told(self) -> None:
        """Let nothing happen before the story has told all that came of what happened last."""
        self._expect_nothing_more()
        if self._has_ended:
            self._fail("nothing after the end", f"{self._line.who}: {self._line.text}")

    # How things are made to happen

    @abstractmethod
    def _start(self, routine: Routine | None) -> None:
        """Let a guide begin that knows nothing of an earlier one but what was kept."""

    @property
    @abstractmethod
    def _context(self) -> str:
        """Where the conversation is."""

    @property
    @abstractmethod
    def _timer_left_s(self) -> float | None:
        """How much is left of the time that runs, in seconds."""

    @property
    @abstractmethod
    def _is_speaking(self) -> bool:
        """Whether the guide has anything to say."""

    @abstractmethod
    def _say(self, text: str, meanings: tuple[Meaning, ...], is_cutting_in: bool) -> None:
        """Let the person say this."""

    @abstractmethod
    def _make_no_sense(self) -> None:
        """Let something be heard that nobody can make out."""

    @abstractmethod
    def _let_everything_be_said(self) -> None:
        """Let the guide speak to its end, and everything that it does then."""

    @abstractmethod
    def _let_be_cut(self, beginning: str) -> None:
        """Let the guide speak until it has said so much of the text heard last, and no further."""

    @abstractmethod
    def _let_time_pass(self, seconds: float, is_in_speech: bool) -> None:
        """Let this much of the timer pass."""

    @abstractmethod
    def _let_minutes_pass(self) -> None:
        """Let so much time pass that the guide falls asleep."""

    @abstractmethod
    def _have_trouble(self, trouble: AudioFault, is_in_speech: bool) -> None:
        """Let this become of the sound."""

    @abstractmethod
    def _let_a_day_begin(self) -> None:
        """Let the guide see that the day is another."""

    def _hear_more(self) -> bool:
        """Let more be heard of what is being said; return whether there was any more."""
        return False

    def _hear_out(self) -> None:
        """Let all be heard that is being said."""
        while self._hear_more():
            pass

    # What is done and heard

    def _keep(self, action: Action) -> None:
        """Keep what the next start is told."""
        match action:
            case SaveCheckpoint(place):
                self._place = place
                self._is_new = False
            case SetRate() | SetVolume() | SetPacing():
                self._set(action)
            case SaveDiaryConsent() | SaveDiaryEntry() | SaveAdviceDate() | EraseDiary():
                self._keep_in_diary(action)
            case End():
                self._has_ended = True

    def _set(self, action: SetRate | SetVolume | SetPacing) -> None:
        voice, guide = self._settings.voice, self._settings.guide
        match action:
            case SetRate(rate_wpm):
                voice = replace(voice, rate=rate_wpm)
            case SetVolume(volume):
                voice = replace(voice, volume=volume)
            case SetPacing(pacing):
                guide = replace(guide, pacing=pacing)
        self._settings = replace(self._settings, voice=voice, guide=guide)

    def _keep_in_diary(
        self, action: SaveDiaryConsent | SaveDiaryEntry | SaveAdviceDate | EraseDiary
    ) -> None:
        diary = self._diary
        if diary is None:
            self._fail("no diary, since none is kept here", str(action))
        match action:
            case SaveDiaryConsent(is_wanted):
                self._diary = replace(diary, is_wanted=is_wanted)
            case SaveDiaryEntry(entry):
                self._diary = diary.with_entry(entry)
                self._written = entry
            case SaveAdviceDate(today):
                self._diary = replace(diary, advised_on=today)
            case EraseDiary():
                self._diary = Diary(is_wanted=False)
                self._written = None

    def _expect(self, expected: Heard) -> None:
        if expected == ("Guide", ANYTHING):
            self._anything_goes = True
            return
        while self._heard or self._hear_more():
            got = self._heard.pop(0)
            if fits(expected, got):
                self._anything_goes = False
                self._fitting = got[1]
                return
            if not self._anything_goes:
                self._fail(": ".join(expected), ": ".join(got))
        self._fail(": ".join(expected), "nothing more")

    def _expect_cut_short(self, beginning: str) -> None:
        """Let the guide speak until it has said this much, and no further."""
        self._expect(("Guide", beginning + ANYTHING))
        said = re.match(pattern(beginning), self._fitting)
        assert said
        self._let_be_cut(said[0])
        self._heard.clear()
        self._is_cut_short = True

    def _expect_nothing_more(self) -> None:
        if self._heard and not self._anything_goes:
            self._fail("nothing more before this line", ": ".join(self._heard[0]))
        self._heard.clear()
        self._anything_goes = False

    def _fail(self, expected: str, got: str) -> NoReturn:
        pytest.fail(f"{self._line.place}\n  expected  {expected}\n  got       {got}", False)


def read(story: Path) -> Iterator[Line]:
    for number, line in enumerate(story.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            who, _, what = text.partition(":")
            yield Line(story.name, number, who, what.strip())


def fits(expected: Heard, got: Heard) -> bool:
    return expected[0] == got[0] and re.fullmatch(pattern(expected[1]), got[1]) is not None


def pattern(text: str) -> str:
    return ".*?".join(map(re.escape, text.split(ANYTHING)))


def entry_of(text: str, number: int) -> Entry:
    """Return the entry that a line tells: `2026-03-01, Hand massage, the neck, 5 to ?, done`."""
    day, routine, area, pain, ending = text.split(", ")
    before, after = (None if told == "?" else int(told) for told in pain.split(" to "))
    ended = None if ending == UNDER_WAY else Ending(ending)
    return Entry(number, date.fromisoformat(day), routine, area, before, after, ended)


def told_entry(entry: Entry) -> str:
    """Return the line that tells an entry."""
    before, after = ("?" if pain is None else pain for pain in (entry.before, entry.after))
    pain = f"{before} to {after}"
    return f"{entry.day}, {entry.routine}, {entry.area}, {pain}, {entry.ending or UNDER_WAY}"


def told_place(place: SessionCheckpoint | None) -> str:
    """Return the line that tells a place."""
    if place is None:
        return "none"
    if not place.is_under_way:
        return "before the first step"
    left = "" if place.left_s is None else f", {place.left_s:g} seconds left"
    return f"step {place.step_index + 1}{left}"
