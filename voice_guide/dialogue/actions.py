"""The actions that the dialogue asks for in return for an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.chime import Chime
from voice_guide.diary.history import Entry


@dataclass(frozen=True)
class Say:
    """Say this after everything that is already queued."""

    text: str
    """The words to say."""


@dataclass(frozen=True)
class SayIfFree:
    """Say this now, unless the speaker is busy or the text is too long for the time given."""

    text: str
    """The words to say."""

    within_s: float
    """Seconds from now by which it must have ended."""


@dataclass(frozen=True)
class PlayChime:
    """Play a chime after everything that is already queued."""

    chime: Chime
    """The chime to play."""


@dataclass(frozen=True)
class StopSpeaking:
    """Stop speaking at once and drop what is queued."""


@dataclass(frozen=True)
class PrepareSpeech:
    """Render these texts ahead: they are likely to be said soon."""

    texts: tuple[str, ...]
    """The texts, the most urgent first."""


@dataclass(frozen=True)
class SetTimer:
    """Start the one timer now, replacing one that already runs."""

    seconds: float
    """Its length in seconds of audio."""

    tick_s: float = 1.0
    """Seconds between two ticks, counted back from its end."""


@dataclass(frozen=True)
class StopTimer:
    """Cancel the timer."""


@dataclass(frozen=True)
class SetVolume:
    """Play at this volume from now on, and after the next start."""

    volume: float
    """Gain from 0 to 1."""


@dataclass(frozen=True)
class SetRate:
    """Speak at this rate from now on, and after the next start."""

    rate_wpm: int
    """Words per minute."""


@dataclass(frozen=True)
class SetPacing:
    """Use this pacing from now on, and after the next start."""

    pacing: Pacing
    """The pacing: wait for the user, or carry on without being asked."""


@dataclass(frozen=True)
class SaveCheckpoint:
    """Store where the session is, so that it survives a power cut."""

    checkpoint: SessionCheckpoint | None
    """The checkpoint; None where there is nothing to resume."""


@dataclass(frozen=True)
class SaveDiaryConsent:
    """Store whether the user wants a diary."""

    is_wanted: bool
    """The user's answer."""


@dataclass(frozen=True)
class SaveDiaryEntry:
    """Store a diary entry, replacing the one with the same number."""

    entry: Entry
    """The entry."""


@dataclass(frozen=True)
class SaveAdviceDate:
    """Store that the user was advised today to see a doctor."""

    today: date
    """The day of the advice."""


@dataclass(frozen=True)
class SaveHeardCautions:
    """Store which cautions were heard to their end, in place of what was stored of that."""

    heard: Mapping[str, date]
    """The day on which each caution was last heard to its end."""


@dataclass(frozen=True)
class EraseDiary:
    """Erase the whole diary."""


@dataclass(frozen=True)
class End:
    """End the program once everything has been said."""


Persist: TypeAlias = (
    SaveCheckpoint
    | SaveDiaryConsent
    | SaveDiaryEntry
    | SaveAdviceDate
    | SaveHeardCautions
    | EraseDiary
)
"""Actions that store something for the next start, besides the settings."""

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
"""Anything the dialogue can ask for."""
