"""What outlives a session: settings changed by voice, the diary, and the place one was at."""

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from voice_guide.config.settings import SettingsFile
from voice_guide.dialogue.actions import (
    Action,
    EraseDiary,
    SaveAdviceDate,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
    SetPacing,
    SetRate,
    SetVolume,
)
from voice_guide.dialogue.events import Event, Started
from voice_guide.errors import VoiceGuideError
from voice_guide.storage.store import SessionStore

Tell: TypeAlias = Callable[[float, str], None]
"""Shows a person what went wrong at a time, in seconds of audio since the start."""


class SessionRecorder:
    """Keeps what the guide asks to have kept."""

    def __init__(self, file: SettingsFile, tell: Tell) -> None:
        """Open the store; raises VoiceGuideError if it cannot be read."""
        self._file = file
        self._tell = tell
        self._store = SessionStore()
        if self._store.notice:
            tell(0.0, self._store.notice)

    @property
    def started(self) -> Started:
        """What the guide is to know of earlier sessions."""
        return Started(self._store.diary(), date.today(), self._store.checkpoint())

    @property
    def is_new(self) -> bool:
        """Whether there was never anything to keep."""
        return self._store.is_new

    def close(self) -> None:
        """Bring everything onto the disk."""
        self._store.close()

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Keep something, if it is to be kept."""
        try:
            match happening:
                case SetRate(rate_wpm):
                    self._file.change("voice", rate=rate_wpm)
                case SetVolume(volume):
                    self._file.change("voice", volume=volume)
                case SetPacing(pacing):
                    self._file.change("guide", pacing=pacing.value)
                case (
                    SaveCheckpoint()
                    | SaveDiaryConsent()
                    | SaveDiaryEntry()
                    | SaveAdviceDate()
                    | EraseDiary()
                ):
                    self._store.save(happening)
        except VoiceGuideError as error:
            # It holds for this session; a session is worth more than what is kept of it.
            self._tell(at_s, f"not kept for the next start: {error}")
