"""What can happen to the sound of a session, and what is told of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class BrokenPart(StrEnum):
    """What is amiss. The values are the prompts that say so."""

    MICROPHONE_GONE = "microphone_gone"
    """The microphone is not there, or does not work; the speaker does."""

    MICROPHONE_SILENT = "microphone_silent"
    """The microphone is there, and hears nothing at all: not even a quiet room."""

    SPEAKER_GONE = "speaker_gone"
    """The speaker is not there, or does not work: nothing can be said."""


@dataclass(frozen=True)
class SoundLost:
    """From now on, somebody or something is not heard; until it is, time stands still."""

    part: BrokenPart
    """What is amiss."""

    reason: str
    """What whoever looks after the device should know, in one line."""

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class SoundRestored:
    """Everything is heard again."""

    after_s: float
    """How long it was not, in seconds."""

    def __str__(self) -> str:
        return f"the sound is back after {self.after_s:.0f} s"


@dataclass(frozen=True)
class TooLoud:
    """Somebody is louder than the microphone can take."""

    def __str__(self) -> str:
        return "somebody is louder than the microphone can take: turn it down"


AudioFault: TypeAlias = SoundLost | SoundRestored | TooLoud
"""What happens to the sound of a session."""
