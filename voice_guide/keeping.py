"""What outlives a session: settings changed by voice, the diary, and the place one was at."""

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from voice_guide.diary.notebook import Notebook
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.events import (
    Action,
    Advised,
    Event,
    ForgetDiary,
    KeepDiary,
    KeepPlace,
    SetPacing,
    SetRate,
    SetVolume,
    Started,
    Write,
)
from voice_guide.settings import SettingsFile

Tell: TypeAlias = Callable[[float, str], None]
"""Shows a person what went wrong at a time, in seconds of audio since the start."""


class Keeper:
    """Keeps what the guide asks to have kept."""

    def __init__(self, file: SettingsFile, tell: Tell) -> None:
        """Open the notebook; raises VoiceGuideError where it cannot be read."""
        self._file = file
        self._tell = tell
        self._notebook = Notebook()
        if self._notebook.note:
            tell(0.0, self._notebook.note)

    @property
    def started(self) -> Started:
        """What the guide is to know of earlier sessions."""
        return Started(self._notebook.diary(), date.today(), self._notebook.place())

    @property
    def is_new(self) -> bool:
        """Whether there was never anything to keep."""
        return self._notebook.is_new

    def close(self) -> None:
        """Bring everything onto the disk."""
        self._notebook.close()

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
                case KeepPlace() | KeepDiary() | Write() | Advised() | ForgetDiary():
                    self._notebook.keep(happening)
        except VoiceGuideError as error:
            # It holds for this session; a session is worth more than what is kept of it.
            self._tell(at_s, f"not kept for the next start: {error}")
