"""The block loop: one block of microphone in, one block of speaker out.

Every clock counts samples. Therefore the same engine runs live on a sound card, on typed lines
and in a simulated room many times faster than real time, with the same answers.
"""

from collections.abc import Callable, Sequence
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
from voice_guide.dialogue.countdown import Countdown
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
    """The microphone side: turns blocks of sound, or typed lines, into commands."""

    def listen_for(self, context: str) -> None:
        """Expect the sentences of this context from now on."""

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        """Take a block of the microphone and what the speaker played at the same moment."""

    @property
    def hears_speech(self) -> bool:
        """True if a person seems to be speaking at this moment."""


class TextToSpeech(Protocol):
    """The voice side: turns text into sound."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Render these texts ahead, in the background."""

    def speech(self, text: str) -> Samples:
        """Return the text as speech, shape (n,) at RATE."""

    def set_rate(self, rate_wpm: int) -> None:
        """Speak at this rate from now on, in words per minute."""


Observer: TypeAlias = Callable[[float, Event | Action], None]
"""A function that is called with every event and action, and the seconds of audio so far."""


_CALENDAR_CHECK_SAMPLES = 60 * RATE
"""Samples between two checks of the calendar."""


class Engine:
    """Connects the speech input, the dialogue and the voice, block by block."""

    def __init__(
        self,
        dialogue: DialogueManager,
        speech_input: SpeechInput,
        tts: TextToSpeech,
        mixer: Mixer[Say | SayIfFree | PlayChime, SentenceFinished],
        observe: Observer,
        idle_after_s: float,
        started: Started,
        today: Callable[[], date],
    ) -> None:
        """Take the parts of a session.

        `observe` is called with every event and action, `idle_after_s` is the seconds of audio
        without speech, command or timer after which the dialogue is idle, `started` is the first
        event, and `today` returns the calendar day.
        """
        self._dialogue = dialogue
        self._speech_input = speech_input
        self._tts = tts
        self._mixer = mixer
        self._observe = observe
        self._samples = 0
        self._timer: Countdown | None = None
        self._started = started
        self._today = today
        self._day = started.today
        self._idle_after_s = idle_after_s
        self._idle_samples = 0
        self._is_ending = False
        self._speech_input.listen_for(dialogue.context)

    @property
    def now_s(self) -> float:
        """Seconds of audio since the start."""
        return self._samples / RATE

    @property
    def context(self) -> str:
        """The context whose sentences are listened for."""
        return self._dialogue.context

    @property
    def view(self) -> View:
        """A snapshot of the dialogue for those who show it."""
        return self._dialogue.view

    @property
    def is_speaking(self) -> bool:
        """True if the speaker has anything to play."""
        return self._mixer.is_playing

    @property
    def is_finished(self) -> bool:
        """True if the session has ended and everything has been said."""
        return self._is_ending and not self._mixer.is_playing

    def start(self) -> None:
        """Begin the session."""
        self._handle(self._started)

    def notice(self, fault: AudioFault) -> None:
        """Take a fault of the sound; while the sound is lost, no block need come."""
        self._handle(fault)

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take one block of the microphone; return the next one for the speaker.

        `played` is what the speaker was playing while `heard` was recorded, sample by
        sample. All three have shape (BLOCK,).
        """
        events = self._speech_input.hear(heard, played)
        self._mixer.is_ducked = self._speech_input.hears_speech
        for event in events:
            # Talk over the guide's voice, as a television's, is not answered: the voice goes on.
            if not (isinstance(event, NotUnderstood) and self._mixer.is_playing):
                self._handle(event)
        self._run_timer()
        self._count_idle_time()
        self._check_calendar()
        was_playing = self._mixer.is_playing
        block, begun, finished = self._mixer.next_block()
        for action in begun:
            self._observe(self.now_s, action)
        self._samples += BLOCK
        for sentence in finished:
            self._handle(sentence)
        if was_playing and not self._mixer.is_playing:
            self._handle(SpeechEnded())
        return block

    def _run_timer(self) -> None:
        if self._timer and self._samples >= self._timer.due:
            left, self._timer = self._timer.run(self._samples)
            self._handle(Tick(left / RATE) if left else TimeUp())

    def _check_calendar(self) -> None:
        if self._samples % _CALENDAR_CHECK_SAMPLES == 0 and self._today() != self._day:
            self._day = self._today()
            self._handle(NewDay(self._day))

    def _count_idle_time(self) -> None:
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
        actions = self._dialogue.handle(event)
        # Talk that the dialogue does not react to, as while asleep, is not shown or recorded.
        if actions or not isinstance(event, NotUnderstood):
            self._observe(self.now_s, event)
        for action in actions:
            self._perform(action)
            # Speech and chimes are reported when they begin, not when they are queued.
            if not isinstance(action, Say | SayIfFree | PlayChime):
                self._observe(self.now_s, action)
        self._speech_input.listen_for(self._dialogue.context)

    def _perform(self, action: Action) -> None:
        match action:
            case Say(text):
                for number, sentence in enumerate(sentences(text)):
                    begun = None if number else action
                    sound = self._tts.speech(sentence)
                    self._mixer.play(sound, begun, SentenceFinished(sentence))
            case SayIfFree(text, within_s):
                sound = self._tts.speech(text)
                if not self._mixer.is_playing and len(sound) <= within_s * RATE:
                    self._mixer.play(sound, action, SentenceFinished(text))
            case PlayChime(chime):
                self._mixer.play(chimes.sound(chime), action)
            case StopSpeaking():
                self._mixer.stop()
            case PrepareSpeech(texts):
                self._tts.prepare([part for text in texts for part in sentences(text)])
            case SetTimer(seconds, tick_s):
                self._timer = Countdown.begin(
                    self._samples, round(seconds * RATE), round(tick_s * RATE)
                )
            case StopTimer():
                self._timer = None
            case SetVolume(volume):
                self._mixer.volume = volume
            case SetRate(rate_wpm):
                self._tts.set_rate(rate_wpm)
            case End():
                self._is_ending = True
