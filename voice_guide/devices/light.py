"""The light: what the guide is doing, for those who look and for those who cannot hear."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voice_guide.audio.faults import SoundLost, SoundRestored
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.phase import Phase


@dataclass(frozen=True)
class Sign:
    """A way to be lit, told from the others without colour. None flashes three times a second."""

    lit_s: float
    """Seconds of light."""

    dark_s: float
    """Seconds of dark after it, and so on; 0 where it is steady."""


LISTENING = Sign(1.0, 0.0)
"""It listens."""

SPEAKING = Sign(0.8, 0.2)
"""It says or plays something: lit, with a wink every second."""

ASLEEP = Sign(0.1, 2.9)
"""It listens for the wake phrase only: dark, with a short flash now and then."""

TROUBLE = Sign(0.2, 0.2)
"""It cannot hear or be heard: fast, and as long lit as dark."""


class Seen(Protocol):
    """Whatever the light tells about: the engine."""

    @property
    def context(self) -> str:
        """Where the conversation is."""

    @property
    def is_speaking(self) -> bool:
        """Whether the speaker has anything to play."""


class Light:
    """Shows one sign at a time."""

    def __init__(self, blink: Callable[[float, float], None]) -> None:
        """`blink` has the light lit and then dark for so many seconds, over and over."""
        self._blink = blink
        self._seen: Seen | None = None
        self._is_trouble = False
        self._shown: Sign | None = None

    def follow(self, seen: Seen) -> None:
        """Tell about this from now on."""
        self._seen = seen
        self._look()

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Look at what has become of it: nothing changes but when something happens."""
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

    def _sign(self, seen: Seen) -> Sign:
        if self._is_trouble:
            return TROUBLE
        if seen.is_speaking:
            return SPEAKING
        return ASLEEP if seen.context == Phase.ASLEEP else LISTENING
