"""What the guide is told, and what it asks for."""

from dataclasses import dataclass
from typing import TypeAlias

from voice_guide.hearing.command import Command, Unclear
from voice_guide.speaking.chimes import Chime


@dataclass(frozen=True)
class Started:
    """The program is ready to listen."""


@dataclass(frozen=True)
class Said:
    """One sentence has been played to its end."""

    sentence: str
    """Its words."""


@dataclass(frozen=True)
class SpeechEnded:
    """Everything the guide had to say has been played to its end."""


@dataclass(frozen=True)
class TimeUp:
    """The timer has run out."""


@dataclass(frozen=True)
class Idle:
    """For the minutes that were set, nothing was understood, said or timed."""


Event: TypeAlias = Started | Command | Unclear | Said | SpeechEnded | TimeUp | Idle


@dataclass(frozen=True)
class Say:
    """Say this after what is being said."""

    text: str
    """What to say."""


@dataclass(frozen=True)
class Play:
    """Play this after what is being said."""

    chime: Chime
    """Which small sound."""


@dataclass(frozen=True)
class Hush:
    """Stop speaking at once."""


@dataclass(frozen=True)
class Prepare:
    """Have these ready: they are likely to be said, in this order."""

    texts: tuple[str, ...]
    """What may be said."""


@dataclass(frozen=True)
class SetTimer:
    """Run the one timer, from now; one that runs already is replaced."""

    seconds: float
    """How long, in audio time."""


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
class End:
    """End the program when everything has been said."""


Action: TypeAlias = Say | Play | Hush | Prepare | SetTimer | StopTimer | SetVolume | SetRate | End
