"""The events that reach the dialogue; what it asks for in return is in `actions`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from voice_guide.audio.faults import AudioFault
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Diary
from voice_guide.nlu.command import Command, NotUnderstood


@dataclass(frozen=True)
class Started:
    """The program is ready to listen."""

    diary: Diary | None = None
    """The diary as it was stored; None where no diary can be kept."""

    today: date = date.min
    """The calendar day."""

    checkpoint: SessionCheckpoint | None = None
    """The checkpoint of an interrupted session that can be resumed; None if there is none."""

    is_first: bool = False
    """True when a device starts for the very first time."""

    heard_cautions: Mapping[str, date] = field(default_factory=dict)
    """The day on which each caution was last heard to its end, as it was stored."""


@dataclass(frozen=True)
class NewDay:
    """Another calendar day has begun."""

    today: date
    """The new day."""


@dataclass(frozen=True)
class SentenceFinished:
    """One sentence has been played to its end."""

    sentence: str
    """Its words."""


@dataclass(frozen=True)
class SpeechEnded:
    """All queued speech has been played to its end."""


@dataclass(frozen=True)
class Tick:
    """The timer has completed another of its ticks and still runs."""

    left_s: float
    """Seconds left on the timer."""


@dataclass(frozen=True)
class TimeUp:
    """The timer has run out."""


@dataclass(frozen=True)
class Idle:
    """Nothing was understood, said or timed for as long as the settings allow."""


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
"""Anything the dialogue can react to."""
