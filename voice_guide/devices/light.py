"""A light that shows what the guide is doing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voice_guide.audio.faults import SoundLost, SoundRestored
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.phase import Phase


@dataclass(frozen=True)
class Sign:
    """A pattern of light, without colours, and slower than three flashes a second."""

    lit_s: float
    """Seconds of light."""

    dark_s: float
    """Seconds of dark after it; 0 for steady light."""


LISTENING = Sign(1.0, 0.0)
"""The guide listens."""

SPEAKING = Sign(0.8, 0.2)
"""The guide speaks: lit, with a short dark every second."""

ASLEEP = Sign(0.1, 2.9)
"""The guide sleeps: dark, with a short flash every three seconds."""

TROUBLE = Sign(0.2, 0.2)
"""The guide cannot hear, or cannot be heard: fast, and as long lit as dark."""


class ShownSession(Protocol):
    """The session that the light shows: the engine."""

    @property
    def context(self) -> str:
        """The state of the conversation."""

    @property
    def is_speaking(self) -> bool:
        """True while the speaker has something to play."""


class Light:
    """Shows one sign at a time."""

    def __init__(self, blink: Callable[[float, float], None]) -> None:
        """`blink` repeats so many seconds of light and of dark."""
        self._blink = blink
        self._seen: ShownSession | None = None
        self._is_trouble = False
        self._shown: Sign | None = None

    def follow(self, seen: ShownSession) -> None:
        """Show this session from now on."""
        self._seen = seen
        self._look()

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Update the light: its sign changes only with an event or an action."""
        match happening:
            case SoundLost():
                self._is_trouble = True
            case SoundRestored():
                self._is_trouble = False
        self._look()

    def _look(self) -> None:
        if self._seen is None:
            return
        sign = self._sign(self._seen)
        if sign != self._shown:
            self._shown = sign
            self._blink(sign.lit_s, sign.dark_s)

    def _sign(self, seen: ShownSession) -> Sign:
        if self._is_trouble:
            return TROUBLE
        if seen.is_speaking:
            return SPEAKING
        return ASLEEP if seen.context == Phase.ASLEEP else LISTENING
