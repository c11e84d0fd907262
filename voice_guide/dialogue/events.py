"""What the guide is told, and what it asks for."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from voice_guide.audio.faults import AudioFault
from voice_guide.config.settings import Pacing
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary, Entry
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.tts.chimes import Chime


@dataclass(frozen=True)
class Started:
    """The program is ready to listen."""

    diary: Diary | None = None
    """What was written down so far; None where no diary is kept here."""

    today: date = date.min
    """The day, by the calendar."""

    place: SessionCheckpoint | None = None
    """Where a session broke off that can still be gone on with."""

    is_first: bool = False
    """Whether a device starts for the very first time."""


@dataclass(frozen=True)
class NewDay:
    """Another day has begun, by the calendar."""

    today: date
    """The day."""


@dataclass(frozen=True)
class SentenceFinished:
    """One sentence has been played to its end."""

    sentence: str
    """Its words."""


@dataclass(frozen=True)
class SpeechEnded:
    """Everything the guide had to say has been played to its end."""


@dataclass(frozen=True)
class Tick:
    """The timer has run for another of its parts, and is not up yet."""

    left_s: float
    """Seconds that are left."""


@dataclass(frozen=True)
class TimeUp:
    """The timer has run out."""


@dataclass(frozen=True)
class Idle:
    """For the minutes that were set, nothing was understood, said or timed."""


Event: TypeAlias = (
    Started
    | NewDay
    | Command
    | NotUnderstood
    | SentenceFinished
    | SpeechEnded
    | Tick
    | TimeUp
    | Idle
    | AudioFault
)


@dataclass(frozen=True)
class Say:
    """Say this after what is being said."""

    text: str
    """What to say."""


@dataclass(frozen=True)
class SayIfFree:
    """Say this now, unless something is being said or it would take longer than it may."""

    text: str
    """What to say."""

    within_s: float
    """By when it has to be over, in seconds from now."""


@dataclass(frozen=True)
class PlayChime:
    """Play this after what is being said."""

    chime: Chime
    """Which small sound."""


@dataclass(frozen=True)
class StopSpeaking:
    """Stop speaking at once."""


@dataclass(frozen=True)
class PrepareSpeech:
    """Have these ready: they are likely to be said, in this order."""

    texts: tuple[str, ...]
    """What may be said."""


@dataclass(frozen=True)
class SetTimer:
    """Run the one timer, from now; one that runs already is replaced."""

    seconds: float
    """How long, in audio time."""

    tick_s: float = 1.0
    """Length of its parts, in seconds: they are counted back from its end."""


@dataclass(frozen=True)
class StopTimer:
    """Forget the timer."""


@dataclass(frozen=True)
class SetVolume:
    """Play at this volume from now on, and after the next start."""

    volume: float
    """Gain from 0 to 1."""


@dataclass(frozen=True)
class SetRate:
    """Speak at this pace from now on, and after the next start."""

    rate_wpm: int
    """Words a minute."""


@dataclass(frozen=True)
class SetPacing:
    """Lead like this from now on, and after the next start."""

    pacing: Pacing
    """Who says when it goes on."""


@dataclass(frozen=True)
class SaveCheckpoint:
    """Remember where the session is, whatever happens to this machine."""

    place: SessionCheckpoint | None
    """The place; None where there is nothing to go on with."""


@dataclass(frozen=True)
class SaveDiaryConsent:
    """Remember whether the person wants a diary."""

    is_wanted: bool
    """Her answer."""


@dataclass(frozen=True)
class SaveDiaryEntry:
    """Write this into the diary, in place of the entry of its number if there is one."""

    entry: Entry
    """What to write."""


@dataclass(frozen=True)
class SaveAdviceDate:
    """Remember that the person was told today to see a doctor."""

    today: date
    """The day."""


@dataclass(frozen=True)
class EraseDiary:
    """Erase everything that was written down."""


@dataclass(frozen=True)
class End:
    """End the program when everything has been said."""


Persist: TypeAlias = (
    SaveCheckpoint | SaveDiaryConsent | SaveDiaryEntry | SaveAdviceDate | EraseDiary
)
"""What is to be kept for the next start, beside the settings."""

Action: TypeAlias = (
    Say
    | SayIfFree
    | PlayChime
    | StopSpeaking
    | PrepareSpeech
    | SetTimer
    | StopTimer
    | SetVolume
    | SetRate
    | SetPacing
    | Persist
    | End
)
