"""The block loop: a block of microphone in, a block of speaker out.

Every clock counts samples. The same engine therefore runs live on a sound card, on typed
words and in a simulated room many times faster than real time, with the same answers.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from voice_guide.audio import BLOCK, RATE, Samples
from voice_guide.guide.events import (
    Action,
    End,
    Event,
    Hush,
    Idle,
    Play,
    Prepare,
    Said,
    Say,
    SetRate,
    SetTimer,
    SetVolume,
    SpeechEnded,
    Started,
    StopTimer,
    TimeUp,
)
from voice_guide.guide.session import Guide
from voice_guide.guide.speech import sentences
from voice_guide.hearing.command import Command, Unclear
from voice_guide.speaking import chimes
from voice_guide.speaking.mixer import Mixer


class Ear(Protocol):
    """Whatever turns what comes in into commands."""

    def listen_for(self, context: str) -> None:
        """Expect the sentences of this context from now on."""

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | Unclear]:
        """Take a block of the microphone and what the speaker played in the same moment."""

    @property
    def hears_somebody(self) -> bool:
        """Whether somebody seems to be speaking at this moment."""


class Mouth(Protocol):
    """Whatever turns text into sound."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Have these ready."""

    def speech(self, text: str) -> Samples:
        """Return the text spoken."""

    def set_rate(self, rate_wpm: int) -> None:
        """Speak at this pace from now on."""


Observer: TypeAlias = Callable[[float, Event | Action], None]
"""Told everything that happens, with the seconds of audio since the start."""


class Engine:
    """Guide, ear and voice, moved on block by block."""

    def __init__(
        self,
        guide: Guide,
        ear: Ear,
        voice: Mouth,
        mixer: Mixer[Say | Play, Said],
        observe: Observer,
        idle_after_s: float,
    ) -> None:
        """`idle_after_s` is how much audio has to pass in idleness before the guide is told."""
        self._guide = guide
        self._ear = ear
        self._voice = voice
        self._mixer = mixer
        self._observe = observe
        self._samples = 0
        self._timer_ends: int | None = None
        self._idle_after_s = idle_after_s
        self._idle_samples = 0
        self._is_ending = False
        self._ear.listen_for(guide.context)

    @property
    def now_s(self) -> float:
        """Seconds of audio since the start."""
        return self._samples / RATE

    @property
    def context(self) -> str:
        """The context whose sentences are listened for."""
        return self._guide.context

    @property
    def is_speaking(self) -> bool:
        """Whether the speaker has anything to play."""
        return self._mixer.is_playing

    @property
    def is_finished(self) -> bool:
        """Whether the session has ended and everything has been said."""
        return self._is_ending and not self._mixer.is_playing

    def start(self) -> None:
        """Let the guide begin."""
        self._handle(Started())

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take one block of the microphone; return the next one for the speaker.

        `played` is what the speaker was playing while `heard` was recorded, sample by
        sample. All three have shape (BLOCK,).
        """
        events = self._ear.hear(heard, played)
        self._mixer.is_ducked = self._ear.hears_somebody
        for event in events:
            # Talk over the voice, as a television's, is not answered: the voice goes on.
            if not (isinstance(event, Unclear) and self._mixer.is_playing):
                self._handle(event)
        if self._timer_ends is not None and self._samples >= self._timer_ends:
            self._timer_ends = None
            self._handle(TimeUp())
        self._count_idleness()
        was_playing = self._mixer.is_playing
        block, started, ended = self._mixer.next_block()
        for action in started:
            self._observe(self.now_s, action)
        self._samples += BLOCK
        for said in ended:
            self._handle(said)
        if was_playing and not self._mixer.is_playing:
            self._handle(SpeechEnded())
        return block

    def _count_idleness(self) -> None:
        """Count the audio since the last command in which nothing was said or timed."""
        if self._mixer.is_playing or self._timer_ends is not None:
            return
        was_idle = self._idle_samples / RATE >= self._idle_after_s
        self._idle_samples += BLOCK
        if not was_idle and self._idle_samples / RATE >= self._idle_after_s:
            self._handle(Idle())

    def _handle(self, event: Event) -> None:
        if isinstance(event, Command):
            self._idle_samples = 0
        actions = self._guide.handle(event)
        # Talk that the guide has no answer to, as while asleep, is nobody's business.
        if actions or not isinstance(event, Unclear):
            self._observe(self.now_s, event)
        for action in actions:
            self._do(action)
            # What is said or played is told when it starts, not when it is asked for.
            if not isinstance(action, Say | Play):
                self._observe(self.now_s, action)
        self._ear.listen_for(self._guide.context)

    def _do(self, action: Action) -> None:
        match action:
            case Say(text):
                for at, sentence in enumerate(sentences(text)):
                    start = None if at else action
                    self._mixer.play(self._voice.speech(sentence), start, Said(sentence))
            case Play(chime):
                self._mixer.play(chimes.sound(chime), action)
            case Hush():
                self._mixer.stop()
            case Prepare(texts):
                self._voice.prepare([part for text in texts for part in sentences(text)])
            case SetTimer(seconds):
                self._timer_ends = self._samples + round(seconds * RATE)
            case StopTimer():
                self._timer_ends = None
            case SetVolume(volume):
                self._mixer.volume = volume
            case SetRate(rate_wpm):
                self._voice.set_rate(rate_wpm)
            case End():
                self._is_ending = True
