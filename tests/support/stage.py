"""The reader of the stories in `tests/dialogues`, shared by both stages that play them.

`tests/dialogues/README.md` describes the format.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
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
    SaveHeardCautions,
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
INTERRUPTED = " --"
SECONDS_PASS = re.compile(r"\((\d+) seconds? pass(es)?\)")
HEADER = ("Routine", "Today", "Diary", "Device")
IS_NEW = {"new": True, "used before": False}
DIARY_CONSENT = {"nobody asked yet": None, "kept": True, "refused": False}
UNDER_WAY = "under way"
FAULTS: dict[str, AudioFault] = {
    "(the microphone is gone)": SoundLost(BrokenPart.MICROPHONE_GONE, ""),
    "(the microphone is muted)": SoundLost(BrokenPart.MICROPHONE_SILENT, ""),
    "(the speaker is gone)": SoundLost(BrokenPart.SPEAKER_GONE, ""),
    "(the sound is back)": SoundRestored(2.0),
    "(the sound is back after a minute)": SoundRestored(60.0),
    "(somebody is too loud)": TooLoud(),
}

Heard: TypeAlias = tuple[str, str]
"""A speaker (Guide or Sound) and the words or the chime."""


class StoryLine(NamedTuple):
    """One line of a story that is neither empty nor a comment."""

    story: str
    number: int
    who: str
    text: str

    @property
    def place(self) -> str:
        return f"dialogues/{self.story}, line {self.number}"


class StoryStage(ABC):
    """Reads a story line by line, and fails at the first line that does not hold.

    Subclasses make the events happen: in silence, or aloud in a simulated room.
    """

    def __init__(self, story: Path, content: Content, settings: Settings) -> None:
        self._lines = list(read(story))
        self._content = content
        self._settings = settings
        self._line = self._lines[0]
        self._heard: list[Heard] = []
        self._skips_anything = False
        self._matched_text = ""
        """The last text of the guide that matched a line."""
        self._is_interrupted = False
        self._has_ended = False
        self._today = date(2026, 3, 2)
        self._diary: Diary | None = None
        self._heard_cautions: Mapping[str, date] = {}
        self._checkpoint: SessionCheckpoint | None = None
        self._written: Entry | None = None
        self._is_device = False
        self._is_new = False
        self.understood: set[tuple[str, str]] = set()
        self._begin_with = self._read_header()

    def _read_header(self) -> Routine | None:
        """Take the lines that describe the start; return the routine, if one is named."""
        routine = None
        while self._lines[0].who in HEADER:
            self._line = self._lines.pop(0)
            match self._line.who, self._line.text:
                case "Routine", name:
                    routine = self._content.library.by_id(name)
                case "Today", day:
                    self._today = date.fromisoformat(day)
                case "Device", how:
                    self._is_device, self._is_new = True, IS_NEW[how]
                case _, text if text in DIARY_CONSENT:
                    self._diary = Diary(DIARY_CONSENT[text])
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
        self._hear_to_the_end()
        self._expect_nothing_more()

    @property
    def _started(self) -> Started:
        """The first event of a session, with everything stored so far."""
        return Started(
            self._diary, self._today, self._checkpoint, self._is_new, self._heard_cautions
        )

    def _play(self, line: StoryLine) -> None:
        match line.who:
            case "Guide" if line.text.endswith(INTERRUPTED):
                self._expect_interrupted(line.text.removesuffix(INTERRUPTED))
            case "Guide" | "Sound":
                self._expect((line.who, line.text))
            case "Person":
                self._wait_for_speech()
                self._hear(line.text)
            case "Person, cutting in":
                if not self._is_speaking:
                    self._fail("a guide that is speaking", "silence")
                self._hear(line.text, is_interrupting=True)
                self._is_interrupted = False
            case "The end.":
                if not self._has_ended:
                    self._fail("the end", "the guide goes on listening")
            case _ if line.who.startswith("("):
                self._make_happen(line.who)
            case _:
                self._compare(line)

    def _make_happen(self, what: str) -> None:
        match what:
            case "(unclear)":
                self._wait_for_speech()
                self._expect_all_was_heard()
                self._say_nonsense()
            case "(time passes)":
                self._pass(None)
            case "(minutes pass)":
                self._wait_for_speech()
                if self._timer_left_s is not None:
                    self._fail("no timer", "a timer that runs")
                self._expect_all_was_heard()
                self._fall_idle()
            case "(speech ends)":
                if not self._is_speaking:
                    self._fail("a guide that is speaking", "silence")
                self._wait_for_speech()
            case "(the next day)":
                self._today += timedelta(days=1)
                self._expect_all_was_heard()
                self._begin_day()
            case "(the power fails)":
                self._expect_nothing_more()
                self._is_interrupted = self._has_ended = False
                self._start(None)
            case _ if what in FAULTS:
                is_in_speech, self._is_interrupted = self._is_interrupted, False
                if not is_in_speech:
                    self._wait_for_speech()
                self._expect_all_was_heard()
                self._break_sound(FAULTS[what], is_in_speech)
            case _ if found := SECONDS_PASS.fullmatch(what):
                self._pass(float(found[1]))
            case _:
                self._fail("a line that the README describes", what)

    def _pass(self, seconds: float | None) -> None:
        """Let this much of the timer pass, or all of it; a speech may be interrupted meanwhile."""
        is_in_speech, self._is_interrupted = self._is_interrupted, False
        if not is_in_speech:
            self._wait_for_speech()
        self._expect_nothing_more()
        if self._timer_left_s is None:
            self._fail("a timer that runs", "none")
        self._pass_time(seconds or self._timer_left_s, is_in_speech)

    def _wait_for_speech(self) -> None:
        if self._is_interrupted:
            self._fail("an interruption", f"{self._line.who}: {self._line.text}")
        self._finish_speech()

    def _compare(self, line: StoryLine) -> None:
        entry = self._written
        match line.who:
            case "Now":
                got: str = self._context
                if "." not in line.text:
                    got = got.partition(".")[0]
            case "Timer":
                left_s = self._timer_left_s
                got = "off" if left_s is None else f"{left_s:g} seconds"
            case "Place":
                got = checkpoint_text(self._checkpoint)
            case "Written":
                got = "nothing" if entry is None else entry_text(entry)
            case "Pacing":
                got = self._settings.guide.pacing
            case "Pace":
                got = f"{self._settings.voice.rate} words a minute"
            case "Volume":
                got = f"{self._settings.voice.volume:.0%}"
            case _:
                self._fail("a line that the README describes", f"{line.who}: {line.text}")
        if line.text != got:
            self._fail(f"{line.who}: {line.text}", f"{line.who}: {got}")

    def _hear(self, text: str, is_interrupting: bool = False) -> None:
        self._expect_all_was_heard()
        context = self._context
        meanings = self._content.interpreter.interpret(text, context).meanings
        self.understood |= {(context, meaning.intent) for meaning in meanings}
        self._say(text, meanings, is_interrupting)

    def _expect_all_was_heard(self) -> None:
        """Fail if the guide said more than the story since the last event."""
        self._expect_nothing_more()
        if self._has_ended:
            self._fail("nothing after the end", f"{self._line.who}: {self._line.text}")

    # How things are made to happen

    @abstractmethod
    def _start(self, routine: Routine | None) -> None:
        """Start a session that knows nothing but what was stored."""

    @property
    @abstractmethod
    def _context(self) -> str:
        """The context of the dialogue."""

    @property
    @abstractmethod
    def _timer_left_s(self) -> float | None:
        """The seconds left on the timer; None if it does not run."""

    @property
    @abstractmethod
    def _is_speaking(self) -> bool:
        """True if the guide is speaking."""

    @abstractmethod
    def _say(self, text: str, meanings: tuple[Meaning, ...], is_interrupting: bool) -> None:
        """Let the person say this; `meanings` is empty if it is not understood."""

    @abstractmethod
    def _say_nonsense(self) -> None:
        """Let something be heard that cannot be understood."""

    @abstractmethod
    def _finish_speech(self) -> None:
        """Let the guide finish its speech, and all speech that follows from that."""

    @abstractmethod
    def _interrupt_after(self, beginning: str) -> None:
        """Let the guide speak until it has said this much of the last text, and no further."""

    @abstractmethod
    def _pass_time(self, seconds: float, is_in_speech: bool) -> None:
        """Let this much of the timer pass."""

    @abstractmethod
    def _fall_idle(self) -> None:
        """Let so much idle time pass that the guide falls asleep."""

    @abstractmethod
    def _break_sound(self, fault: AudioFault, is_in_speech: bool) -> None:
        """Let this fault of the sound happen."""

    @abstractmethod
    def _begin_day(self) -> None:
        """Let the next day begin."""

    def _hear_next(self) -> bool:
        """Hear the next text of the current speech; return False if there is none."""
        return False

    def _hear_to_the_end(self) -> None:
        """Hear the current speech to its end."""
        while self._hear_next():
            pass

    # What is done and heard

    def _keep(self, action: Action) -> None:
        """Store what the next start needs."""
        match action:
            case SaveCheckpoint(checkpoint):
                self._checkpoint = checkpoint
                self._is_new = False
            case SaveHeardCautions(heard):
                self._heard_cautions = heard
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
            self._fail("no diary, since the story has none", str(action))
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
            self._skips_anything = True
            return
        while self._heard or self._hear_next():
            got = self._heard.pop(0)
            if matches(expected, got):
                self._skips_anything = False
                self._matched_text = got[1]
                return
            if not self._skips_anything:
                self._fail(": ".join(expected), ": ".join(got))
        self._fail(": ".join(expected), "nothing more")

    def _expect_interrupted(self, beginning: str) -> None:
        """Expect a text that begins like this, and interrupt the guide after it."""
        self._expect(("Guide", beginning + ANYTHING))
        said = re.match(pattern(beginning), self._matched_text)
        assert said
        self._interrupt_after(said[0])
        self._heard.clear()
        self._is_interrupted = True

    def _expect_nothing_more(self) -> None:
        if self._heard and not self._skips_anything:
            self._fail("nothing more before this line", ": ".join(self._heard[0]))
        self._heard.clear()
        self._skips_anything = False

    def _fail(self, expected: str, got: str) -> NoReturn:
        pytest.fail(f"{self._line.place}\n  expected  {expected}\n  got       {got}", False)


def read(story: Path) -> Iterator[StoryLine]:
    for number, line in enumerate(story.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            who, _, what = text.partition(":")
            yield StoryLine(story.name, number, who, what.strip())


def matches(expected: Heard, got: Heard) -> bool:
    return expected[0] == got[0] and re.fullmatch(pattern(expected[1]), got[1]) is not None


def pattern(text: str) -> str:
    return ".*?".join(map(re.escape, text.split(ANYTHING)))


def entry_of(line: str, number: int) -> Entry:
    """Return the entry in a line: `2026-03-01, Hand massage, the neck, 5 to ?, done`."""
    day, routine, area, pain, ending = line.split(", ")
    before, after = (None if text == "?" else int(text) for text in pain.split(" to "))
    ended = None if ending == UNDER_WAY else Ending(ending)
    return Entry(number, date.fromisoformat(day), routine, area, before, after, ended)


def entry_text(entry: Entry) -> str:
    """Return the line that describes an entry."""
    before, after = ("?" if pain is None else pain for pain in (entry.before, entry.after))
    pain = f"{before} to {after}"
    return f"{entry.day}, {entry.routine}, {entry.area}, {pain}, {entry.ending or UNDER_WAY}"


def checkpoint_text(checkpoint: SessionCheckpoint | None) -> str:
    """Return the line that describes a checkpoint."""
    if checkpoint is None:
        return "none"
    if not checkpoint.is_under_way:
        return "before the first step"
    left = "" if checkpoint.left_s is None else f", {checkpoint.left_s:g} seconds left"
    return f"step {checkpoint.step_index + 1}{left}"
