"""Plays stories through the dialogue manager alone, without sound."""

import re
from pathlib import Path

from support.stage import StoryStage

from voice_guide.app.content import Content
from voice_guide.audio.faults import AudioFault
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import (
    Action,
    PlayChime,
    Say,
    SayIfFree,
    SetTimer,
    StopSpeaking,
    StopTimer,
)
from voice_guide.dialogue.events import (
    Event,
    Idle,
    NewDay,
    SentenceFinished,
    SpeechEnded,
    Tick,
    TimeUp,
)
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.speech import sentences
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.sentences import Meaning
from voice_guide.routines.model import Routine

MOST_WORDS = 30
QUOTED = re.compile(r'"([^"]+)"')
CHIME = ""
"""Stands for a chime among the sentences that are played."""


class NotedPrompts(Prompts):
    """Prompts that remember which prompt each text was made from."""

    def __init__(self) -> None:
        super().__init__(reference().prompts)
        self.made: dict[str, set[str]] = {}

    def __call__(self, name: str, **values: object) -> str:
        text = super().__call__(name, **values)
        self.made.setdefault(text, set()).add(name)
        return text


class Clock:
    """The engine's timer without samples: ticks are counted back from its end."""

    def __init__(self) -> None:
        self.left_s: float | None = None
        self._tick_s = 1.0

    def run(self, seconds: float, tick_s: float) -> None:
        self.left_s, self._tick_s = seconds, tick_s

    def stop(self) -> None:
        self.left_s = None

    def pass_until_next(self, most_s: float) -> tuple[float, Tick | TimeUp | None]:
        """Let time pass until the next event; return the seconds passed, and the event if any."""
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


class SilentStage(StoryStage):
    """Plays a story through the dialogue manager, which takes no time.

    It also checks that every text is short, and that the phrases the guide offers in quotation
    marks would be understood.
    """

    def __init__(self, story: Path, content: Content) -> None:
        super().__init__(story, content, Settings())
        self._prompts = NotedPrompts()
        self._being_said: list[str] = []
        """The sentences and chimes still to be played."""
        self._clock = Clock()
        self.said_prompts: set[str] = set()

    def _start(self, routine: Routine | None) -> None:
        self._being_said.clear()
        self._clock.stop()
        self._guide = DialogueManager(
            self._content.library, self._prompts, self._settings, routine, self._is_device
        )
        self._handle(self._started)

    @property
    def _context(self) -> str:
        return self._guide.context

    @property
    def _timer_left_s(self) -> float | None:
        return self._clock.left_s

    @property
    def _is_speaking(self) -> bool:
        return bool(self._being_said)

    def _say(self, text: str, meanings: tuple[Meaning, ...], is_interrupting: bool) -> None:
        if not meanings:
            self._handle(NotUnderstood(text, 0))
        for meaning in meanings:
            self._handle(Command(meaning.intent, meaning.slots, text))

    def _say_nonsense(self) -> None:
        self._handle(NotUnderstood("[unk]", 0))

    def _fall_idle(self) -> None:
        self._handle(Idle())

    def _break_sound(self, fault: AudioFault, is_in_speech: bool) -> None:
        self._handle(fault)

    def _begin_day(self) -> None:
        self._handle(NewDay(self._today))

    def _finish_speech(self) -> None:
        # Speech that begins at the end of speech is played to its end too.
        while self._being_said:
            self._let_speak(len(self._being_said))
            self._handle(SpeechEnded())

    def _interrupt_after(self, beginning: str) -> None:
        cut = sentences(self._matched_text)
        unheard = len(cut) - sum(part in cut for part in sentences(beginning))
        unheard += sum(len(sentences(text)) if who == "Guide" else 1 for who, text in self._heard)
        self._let_speak(len(self._being_said) - unheard)

    def _pass_time(self, seconds: float, is_in_speech: bool) -> None:
        while seconds > 0:
            if self._clock.left_s is None:
                self._fail("a timer that runs as long", f"{seconds:g} seconds too few")
            passed_s, event = self._clock.pass_until_next(seconds)
            seconds -= passed_s
            if event:
                self._handle(event)
            if not is_in_speech and seconds > 0:
                self._finish_speech()

    def _let_speak(self, count: int) -> None:
        """Play this many sentences to their end."""
        heard, self._being_said = self._being_said[:count], self._being_said[count:]
        for sentence in heard:
            if sentence != CHIME:
                self._handle(SentenceFinished(sentence))

    def _handle(self, event: Event) -> None:
        for action in self._guide.handle(event):
            self._do(action, event)

    def _do(self, action: Action, event: Event) -> None:
        match action:
            case Say(text):
                is_speaking = any(sentence != CHIME for sentence in self._being_said)
                if isinstance(event, Command) and is_speaking and not self._heard:
                    self._fail(
                        "a guide that stops speaking before it answers", "two voices at once"
                    )
                self._speak(text, sentences(text))
            case SayIfFree(text):
                if not self._being_said:
                    self._speak(text, [text])
            case PlayChime(chime):
                self._being_said.append(CHIME)
                self._heard.append(("Sound", chime.name.lower().replace("_", " ")))
            case StopSpeaking():
                self._being_said.clear()
            case SetTimer(seconds, tick_s):
                self._clock.run(seconds, tick_s)
            case StopTimer():
                self._clock.stop()
            case _:
                self._keep(action)

    def _speak(self, text: str, parts: list[str]) -> None:
        self._being_said += parts
        self._heard.append(("Guide", text))
        self._check(text)
        self.said_prompts |= self._prompts.made.get(text, set())

    def _check(self, text: str) -> None:
        if len(text.split()) > MOST_WORDS:
            self._fail(f"at most {MOST_WORDS} words in one go", text)
        for phrase in QUOTED.findall(text):
            if not self._content.interpreter.interpret(phrase, self._context).meanings:
                self._fail(
                    f'"{phrase}" to be understood while {self._context}',
                    f"the guide says: {text}",
                )
