"""The block loop: a block of microphone in, a block of speaker out.

Every clock counts samples. The same engine therefore runs live on a sound card, on typed
words and in a simulated room many times faster than real time, with the same answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypeAlias

from voice_guide.audio.faults import AudioFault
from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.dialogue.actions import (
    Action,
    End,
    PlayChime,
    PrepareSpeech,
    Say,
    SayIfFree,
    SetRate,
    SetTimer,
    SetVolume,
    StopSpeaking,
    StopTimer,
)
from voice_guide.dialogue.events import (
    Event,
    Idle,
    NewDay,
    SentenceFinished,
    SpeechEnded,
    Started,
    Tick,
    TimeUp,
)
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.speech import sentences
from voice_guide.dialogue.view import View
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.tts import chimes
from voice_guide.tts.mixer import Mixer


class SpeechInput(Protocol):
    """Whatever turns what comes in into commands, and notices where nothing can come in."""

    def listen_for(self, context: str) -> None:
        """Expect the sentences of this context from now on."""

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        """Take a block of the microphone and what the speaker played in the same moment."""

    @property
    def hears_speech(self) -> bool:
        """True if a person seems to be speaking at this moment."""


class TextToSpeech(Protocol):
    """Whatever turns text into sound."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Have these ready."""

    def speech(self, text: str) -> Samples:
        """Return the text spoken."""

    def set_rate(self, rate_wpm: int) -> None:
        """Speak at this pace from now on."""


Observer: TypeAlias = Callable[[float, Event | Action], None]
"""Told everything that happens, with the seconds of audio since the start."""


_CALENDAR_EVERY = 60 * RATE
"""Samples between two looks at the calendar."""


@dataclass(frozen=True)
class _Timer:
    ends: int
    next_tick: int
    tick: int


def _timer(now: int, seconds: float, tick_s: float) -> _Timer:
    """Return a timer whose parts are counted back from its end; all in samples."""
    length, tick = round(seconds * RATE), round(tick_s * RATE)
    first = length % tick or tick
    return _Timer(now + length, now + first, tick)


class Engine:
    """Guide, ear and voice, moved on block by block."""

    def __init__(
        self,
        guide: DialogueManager,
        ear: SpeechInput,
        voice: TextToSpeech,
        mixer: Mixer[Say | SayIfFree | PlayChime, SentenceFinished],
        observe: Observer,
        idle_after_s: float,
        started: Started,
        today: Callable[[], date],
    ) -> None:
        """`idle_after_s` is how much audio has to pass in idleness before the guide is told.

        `started` is what the guide is told first, and `today` tells the day by the calendar.
        """
        self._guide = guide
        self._ear = ear
        self._voice = voice
        self._mixer = mixer
        self._observe = observe
        self._samples = 0
        self._timer: _Timer | None = None
        self._started = started
        self._today = today
        self._day = started.today
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
    def view(self) -> View:
        """What there is to see of the conversation at this moment."""
        return self._guide.view

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
        self._handle(self._started)

    def notice(self, trouble: AudioFault) -> None:
        """Let the guide know what has become of the sound; while it is lost, no block may come."""
        self._handle(trouble)

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take one block of the microphone; return the next one for the speaker.

        `played` is what the speaker was playing while `heard` was recorded, sample by
        sample. All three have shape (BLOCK,).
        """
        events = self._ear.hear(heard, played)
        self._mixer.is_ducked = self._ear.hears_speech
        for event in events:
            # Talk over the voice, as a television's, is not answered: the voice goes on.
            if not (isinstance(event, NotUnderstood) and self._mixer.is_playing):
                self._handle(event)
        self._run_timer()
        self._count_idleness()
        self._watch_the_calendar()
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

    def _run_timer(self) -> None:
        timer = self._timer
        if timer is None:
            return
        if self._samples >= timer.ends:
            self._timer = None
            self._handle(TimeUp())
        elif self._samples >= timer.next_tick:
            left_s = (timer.ends - timer.next_tick) / RATE
            self._timer = replace(timer, next_tick=timer.next_tick + timer.tick)
            self._handle(Tick(left_s))

    def _watch_the_calendar(self) -> None:
        if self._samples % _CALENDAR_EVERY == 0 and self._today() != self._day:
            self._day = self._today()
            self._handle(NewDay(self._day))

    def _count_idleness(self) -> None:
        """Count the audio since the last command in which nothing was said or timed."""
        if self._mixer.is_playing or self._timer is not None:
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
        if actions or not isinstance(event, NotUnderstood):
            self._observe(self.now_s, event)
        for action in actions:
            self._do(action)
            # What is said or played is told when it starts, not when it is asked for.
            if not isinstance(action, Say | SayIfFree | PlayChime):
                self._observe(self.now_s, action)
        self._ear.listen_for(self._guide.context)

    def _do(self, action: Action) -> None:
        match action:
            case Say(text):
                for at, sentence in enumerate(sentences(text)):
                    start = None if at else action
                    self._mixer.play(
                        self._voice.speech(sentence), start, SentenceFinished(sentence)
                    )
            case SayIfFree(text, within_s):
                sound = self._voice.speech(text)
                if not self._mixer.is_playing and len(sound) <= within_s * RATE:
                    self._mixer.play(sound, action, SentenceFinished(text))
            case PlayChime(chime):
                self._mixer.play(chimes.sound(chime), action)
            case StopSpeaking():
                self._mixer.stop()
            case PrepareSpeech(texts):
                self._voice.prepare([part for text in texts for part in sentences(text)])
            case SetTimer(seconds, tick_s):
                self._timer = _timer(self._samples, seconds, tick_s)
            case StopTimer():
                self._timer = None
            case SetVolume(volume):
                self._mixer.volume = volume
            case SetRate(rate_wpm):
                self._voice.set_rate(rate_wpm)
            case End():
                self._is_ending = True
