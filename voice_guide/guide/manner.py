"""How fast and how loud the guide speaks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from voice_guide.guide.events import Action, SetRate, SetVolume
from voice_guide.settings import RATES_WPM, VOLUMES, VoiceSettings

Change: TypeAlias = tuple[list[Action], str]
"""What is to be done, and the name of the prompt that tells it."""

_Number = TypeVar("_Number", int, float)


class Manner:
    """Changes pace and volume by one step at a time."""

    def __init__(self, voice: VoiceSettings) -> None:
        self._voice = voice

    def change_rate(self, by: int) -> Change:
        """Speak faster (+1) or slower (-1), as far as that goes."""
        rate = _neighbour(RATES_WPM, self._voice.rate, by)
        if rate is None:
            return [], "fastest" if by > 0 else "slowest"
        self._voice = replace(self._voice, rate=rate)
        return [SetRate(rate)], "faster" if by > 0 else "slower"

    def change_volume(self, by: int) -> Change:
        """Speak louder (+1) or more quietly (-1), as far as that goes."""
        volume = _neighbour(VOLUMES, self._voice.volume, by)
        if volume is None:
            return [], "loudest" if by > 0 else "quietest"
        self._voice = replace(self._voice, volume=volume)
        return [SetVolume(volume)], "louder" if by > 0 else "quieter"


def _neighbour(steps: Sequence[_Number], value: _Number, by: int) -> _Number | None:
    """Return the next step above or below a value, which may itself lie between two."""
    if by > 0:
        return min((step for step in steps if step > value), default=None)
    return max((step for step in steps if step < value), default=None)
