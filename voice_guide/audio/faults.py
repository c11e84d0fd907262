"""Audio faults: events that interrupt the sound of a session."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class BrokenPart(StrEnum):
    """The broken part of the sound path. The values are the prompts that announce it."""

    MICROPHONE_GONE = "microphone_gone"
    """The microphone is missing or does not work; the speaker works."""

    MICROPHONE_SILENT = "microphone_silent"
    """The microphone is there and delivers digital silence, not even a quiet room."""

    SPEAKER_GONE = "speaker_gone"
    """The speaker is missing or does not work, so that nothing can be said."""


@dataclass(frozen=True)
class SoundLost:
    """The sound stops working; the session's clock stands still until it is restored."""

    part: BrokenPart
    """The broken part."""

    reason: str
    """The cause and what to check, in one line for the owner of the device."""

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class SoundRestored:
    """The sound works again."""

    after_s: float
    """Length of the interruption in seconds."""

    def __str__(self) -> str:
        return f"the sound is back after {self.after_s:.0f} s"


@dataclass(frozen=True)
class TooLoud:
    """A person is louder than the microphone can take."""

    def __str__(self) -> str:
        return "a voice is louder than the microphone can take: turn its level down"


AudioFault: TypeAlias = SoundLost | SoundRestored | TooLoud
"""Any event that interrupts or restores the sound of a session."""
