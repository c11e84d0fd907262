"""Storing what outlives a session: changed settings, the diary, and the session's progress."""

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
    SaveHeardCautions,
    SetPacing,
    SetRate,
    SetVolume,
)
from voice_guide.dialogue.events import Event, Started
from voice_guide.errors import VoiceGuideError
from voice_guide.storage.store import SessionStore

ShowNote: TypeAlias = Callable[[float, str], None]
"""Shows the user a message, with the time in seconds of audio since the start."""


class SessionRecorder:
    """Stores what the dialogue asks to store."""

    def __init__(self, file: SettingsFile, note: ShowNote) -> None:
        """Open the store; raises VoiceGuideError where it cannot be read."""
        self._file = file
        self._note = note
        self._store = SessionStore()
        if self._store.notice:
            note(0.0, self._store.notice)

    @property
    def started(self) -> Started:
        """The event that starts the dialogue with the diary and any session to resume."""
        return Started(
            self._store.diary(),
            date.today(),
            self._store.checkpoint(),
            heard_cautions=self._store.heard_cautions(),
        )

    @property
    def is_new(self) -> bool:
        """True if nothing was ever stored."""
        return self._store.is_new

    def close(self) -> None:
        """Write everything to the disk."""
        self._store.close()

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Store what an action asks to store; if that fails, show why."""
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
                    | SaveHeardCautions()
                    | EraseDiary()
                ):
                    self._store.save(happening)
        except VoiceGuideError as error:
            # The change holds for this session, which goes on.
            self._note(at_s, f"not saved for the next start: {error}")
