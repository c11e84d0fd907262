"""Stories of what is said and answered, and a stage that plays them through the Guide alone.

How to read and write them is told in `dialogues/README.md`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from voice_guide.assistant import Content
from voice_guide.diary.history import Diary, Ending, Entry
from voice_guide.guide.events import (
    Action,
    Advised,
    Cue,
    End,
    Event,
    ForgetDiary,
    Hush,
    Idle,
    KeepDiary,
    KeepPlace,
    NewDay,
    Play,
    Prepare,
    Said,
    Say,
    SetPacing,
    SetRate,
    SetTimer,
    SetVolume,
    SpeechEnded,
    Started,
    StopTimer,
    Tick,
    TimeUp,
    Write,
)
from voice_guide.guide.place import Place
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.session import Guide
from voice_guide.guide.speech import sentences
from voice_guide.hearing.command import Command, Unclear
from voice_guide.language import reference
from voice_guide.routines.model import Routine
from voice_guide.settings import Settings

FOLDER = Path(__file__).parent / "dialogues"
STORIES = sorted(FOLDER.glob("*.txt"))

ANYTHING = "..."
CUT_SHORT = " --"
MOST_WORDS = 30
QUOTED = re.compile(r'"([^"]+)"')
SECONDS_PASS = re.compile(r"\((\d+) seconds? pass(es)?\)")
AT_THE_TOP = ("Routine", "Today", "Diary")
IS_WANTED = {"nobody asked yet": None, "kept": True, "refused": False}
UNDER_WAY = "under way"
CHIME = ""
"""Stands for a chime among the sentences that are played."""

Heard: TypeAlias = tuple[str, str]
"""Who is heard (Guide or Sound), and what."""


class Line(NamedTuple):
    """One line of a story that is neither empty nor a comment."""

    place: str
    who: str
    text: str


class NotedPrompts(Prompts):
    """Prompts that remember which of them a text was made from."""

    def __init__(self) -> None:
        super().__init__(reference().prompts)
        self.made: dict[str, set[str]] = {}

    def __call__(self, name: str, **values: object) -> str:
        text = super().__call__(name, **values)
        self.made.setdefault(text, set()).add(name)
        return text


class Clock:
    """The engine's one timer: its parts are counted back from its end."""

    def __init__(self) -> None:
        self.left_s: float | None = None
        self._tick_s = 1.0

    def run(self, seconds: float, tick_s: float) -> None:
        self.left_s, self._tick_s = seconds, tick_s

    def stop(self) -> None:
        self.left_s = None

    def pass_until_next(self, most_s: float) -> tuple[float, Tick | TimeUp | None]:
        """Let time pass until something happens; return how much it was, and what happened."""
        assert self.left_s is not None
        parts = -(-self.left_s // self._tick_s) - 1
        until_next_s = self.left_s - parts * self._tick_s
        if until_next_s > most_s:
            self.left_s -= most_s
            return most_s, None
        self.left_s = parts * self._tick_s
        if self.left_s:
            return until_next_s, Tick(self.left_s)
        self.left_s = None
        return until_next_s, TimeUp()


class Stage:
    """Plays a story, line by line, and fails at the first that goes otherwise."""

    def __init__(self, story: Path, content: Content) -> None:
        self._lines = list(read(story))
        self._content = content
        self._prompts = NotedPrompts()
        self._line = self._lines[0]
        self._heard: list[Heard] = []
        self._anything_goes = False
        self._fitting = ""
        """The text that a line was found to fit last."""
        self._being_said: list[str] = []
        """Sentence by sentence, with what else is played in between."""
        self._is_cut_short = False
        self._has_ended = False
        self._clock = Clock()
        self._settings = Settings()
        self._today = date(2026, 3, 2)
        self._diary: Diary | None = None
        self._place: Place | None = None
        self._written: Entry | None = None
        self._state: dict[str, str] = {}
        self.said_prompts: set[str] = set()
        self.understood: set[tuple[str, str]] = set()
        self._guide = self._new_guide(self._read_top())

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
                case _, text if text in IS_WANTED:
                    self._diary = Diary(IS_WANTED[text])
                case _, text:
                    diary = self._diary or Diary(is_wanted=True)
                    self._diary = diary.with_entry(entry_of(text, diary.next_number))
        return routine

    def _new_guide(self, routine: Routine | None = None) -> Guide:
        return Guide(self._content.library, self._prompts, self._settings, routine)

    def play(self) -> None:
        self._start()
        for line in self._lines:
            self._line = line
            self._play(line)
        self._expect_nothing_more()

    def _start(self) -> None:
        self._handle(Started(self._diary, self._today, self._place))

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
                self._is_cut_short = False
                self._hear(line.text)
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
                self._happen(Unclear("[unk]", 0))
            case "(time passes)":
                self._let_time_pass()
            case "(minutes pass)":
                self._let_speech_end()
                if self._clock.left_s is not None:
                    self._fail("nothing that is waited for", "a timer that runs")
                self._happen(Idle())
            case "(speech ends)":
                if not self._being_said:
                    self._fail("somebody who is speaking", "silence")
                self._let_speech_end()
            case "(the next day)":
                self._today += timedelta(days=1)
                self._happen(NewDay(self._today))
            case "(the power fails)":
                self._let_power_fail()
            case _ if found := SECONDS_PASS.fullmatch(what):
                self._let_time_pass(float(found[1]))
            case _:
                self._fail("a line as the README tells", what)

    def _let_power_fail(self) -> None:
        self._expect_nothing_more()
        self._is_cut_short = self._has_ended = False
        self._being_said.clear()
        self._clock.stop()
        self._guide = self._new_guide()
        self._start()

    def _let_time_pass(self, seconds: float | None = None) -> None:
        """Let this much of the timer pass, or all: within a sentence, where it is cut short."""
        is_in_speech, self._is_cut_short = self._is_cut_short, False
        if not is_in_speech:
            self._let_speech_end()
        self._expect_nothing_more()
        if self._clock.left_s is None:
            self._fail("a timer that runs", "none")
        seconds = self._clock.left_s if seconds is None else seconds
        while seconds > 0:
            if self._clock.left_s is None:
                self._fail("a timer that runs as long", f"{seconds:g} seconds too few")
            passed_s, event = self._clock.pass_until_next(seconds)
            seconds -= passed_s
            if event:
                self._handle(event)
            if not is_in_speech and seconds > 0:
                self._let_speech_end()

    def _compare(self, line: Line) -> None:
        entry = self._written
        match line.who:
            case "Now":
                got: str = self._guide.context
            case "Timer":
                left_s = self._clock.left_s
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

    def _hear(self, text: str) -> None:
        meaning = self._content.sentences.match(text, self._guide.context)
        if meaning is None:
            self._happen(Unclear(text, 0))
            return
        self.understood.add((self._guide.context, meaning.intent))
        self._happen(Command(meaning.intent, meaning.slots, text))

    def _happen(self, event: Event) -> None:
        self._expect_nothing_more()
        if self._has_ended:
            self._fail("nothing after the end", str(event))
        self._handle(event)

    @property
    def _is_speaking(self) -> bool:
        return any(sentence != CHIME for sentence in self._being_said)

    def _let_speech_end(self) -> None:
        if self._is_cut_short:
            self._fail("somebody who cuts in", f"{self._line.who}: {self._line.text}")
        # What is said or played at the end of it ends too.
        while self._being_said:
            self._let_speak(len(self._being_said))
            self._handle(SpeechEnded())

    def _let_speak(self, count: int) -> None:
        """Let that many sentences be heard to their end."""
        heard, self._being_said = self._being_said[:count], self._being_said[count:]
        for sentence in heard:
            if sentence != CHIME:
                self._handle(Said(sentence))

    def _handle(self, event: Event) -> None:
        for action in self._guide.handle(event):
            self._do(action, event)

    def _do(self, action: Action, event: Event) -> None:
        match action:
            case Say(text):
                if isinstance(event, Command) and self._is_speaking and not self._heard:
                    self._fail("a guide that stops before it answers", "two voices at once")
                self._say(text, sentences(text))
            case Cue(text):
                if not self._being_said:
                    self._say(text, [text])
            case Play(chime):
                self._being_said.append(CHIME)
                self._heard.append(("Sound", chime.name.lower().replace("_", " ")))
            case Hush():
                self._being_said.clear()
            case SetTimer(seconds, tick_s):
                self._clock.run(seconds, tick_s)
            case StopTimer():
                self._clock.stop()
            case SetRate() | SetVolume() | SetPacing():
                self._set(action)
            case End():
                self._has_ended = True
            case Prepare():
                pass
            case _:
                self._keep(action)

    def _say(self, text: str, parts: list[str]) -> None:
        self._being_said += parts
        self._heard.append(("Guide", text))
        self._check(text)
        self.said_prompts |= self._prompts.made.get(text, set())

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

    def _keep(self, action: Action) -> None:
        """Keep what the next start is told."""
        if isinstance(action, KeepPlace):
            self._place = action.place
            return
        diary = self._diary
        if diary is None:
            self._fail("no diary, since none is kept here", str(action))
        match action:
            case KeepDiary(is_wanted):
                self._diary = replace(diary, is_wanted=is_wanted)
            case Write(entry):
                self._diary = diary.with_entry(entry)
                self._written = entry
            case Advised(today):
                self._diary = replace(diary, advised_on=today)
            case ForgetDiary():
                self._diary = Diary(is_wanted=False)
                self._written = None

    def _check(self, text: str) -> None:
        if len(text.split()) > MOST_WORDS:
            self._fail(f"at most {MOST_WORDS} words in one go", text)
        for phrase in QUOTED.findall(text):
            if self._content.sentences.match(phrase, self._guide.context) is None:
                self._fail(
                    f'"{phrase}" to be understood while {self._guide.context}',
                    f"the guide says: {text}",
                )

    def _expect(self, expected: Heard) -> None:
        if expected == ("Guide", ANYTHING):
            self._anything_goes = True
            return
        while self._heard:
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
        cut = sentences(self._fitting)
        unheard = len(cut) - sum(part in cut for part in sentences(said[0]))
        unheard += sum(len(sentences(text)) if who == "Guide" else 1 for who, text in self._heard)
        self._let_speak(len(self._being_said) - unheard)
        self._heard.clear()
        self._is_cut_short = True

    def _expect_nothing_more(self) -> None:
        if self._heard and not self._anything_goes:
            self._fail("nothing more before this line", ": ".join(self._heard[0]))
        self._heard.clear()
        self._anything_goes = False

    def _fail(self, expected: str, got: str) -> None:
        pytest.fail(f"{self._line.place}\n  expected  {expected}\n  got       {got}", False)


def read(story: Path) -> Iterator[Line]:
    for number, line in enumerate(story.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            who, _, what = text.partition(":")
            yield Line(f"dialogues/{story.name}, line {number}", who, what.strip())


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


def told_place(place: Place | None) -> str:
    """Return the line that tells a place."""
    if place is None:
        return "none"
    if not place.is_under_way:
        return "before the first step"
    left = "" if place.left_s is None else f", {place.left_s:g} seconds left"
    return f"step {place.leg + 1}{left}"
