"""Whether somebody may be speaking: what is left over noise and echo."""

from collections import deque

import numpy as np

from voice_guide.audio import BLOCK, RATE
from voice_guide.hearing.noise import Power

_VOICE = slice(8, 160)
"""Bins that voices are loud in, 200 Hz to 4 kHz."""

_ECHO_WEIGHT = 2.0
"""How many times the echo that is likely left there may be: it comes and goes."""

_ECHO_KEPT = 0.75
"""How much of it may be left a block later: beyond the filter's length, a room sounds on."""

_BEGINS_DB, _GOES_ON_DB = 9.0, 3.0
"""How much louder than noise and echo together speech is when it begins, and later on. Echo
alone, cancelled, is above 3 dB in one block of a hundred, speech 15 dB softer than the echo
was in half of its own."""

_SURE_BLOCKS, _WINDOW_BLOCKS = 2, 3
"""So many blocks out of so many are somebody, not a click."""

_HELD_S = 0.3
"""Longest pause between two syllables, in seconds."""

_LONGEST_S = 2.0
"""Who speaks for longer than this speaks to somebody else, in seconds."""


class Presence:
    """Follows how much more is heard than noise and echo."""

    def __init__(self) -> None:
        self.excess_db = 0.0
        """Power of the newest block over noise and echo, in dB."""
        self._echo = np.zeros(BLOCK + 1, np.float32)
        self._is_echoing = False
        self._recent: deque[bool] = deque(maxlen=_WINDOW_BLOCKS)
        self._silent_blocks = RATE
        self._loud_blocks = 0

    def follow(self, power: Power, noise: Power, echo: Power) -> None:
        """Take the power of the newest block, and of the noise and echo in it."""
        self._echo = np.maximum(echo, _ECHO_KEPT * self._echo)
        noise_power, echo_power = float(np.sum(noise[_VOICE])), float(np.sum(self._echo[_VOICE]))
        unwanted = noise_power + _ECHO_WEIGHT * echo_power
        self.excess_db = 10 * float(np.log10(max(np.sum(power[_VOICE]) / unwanted, 1e-9)))
        self._is_echoing = echo_power > noise_power / 2
        self._recent.append(self.excess_db > _BEGINS_DB)
        if sum(self._recent) >= _SURE_BLOCKS or (
            self._silent_blocks == 0 and self.excess_db > _GOES_ON_DB
        ):
            self._silent_blocks = 0
        else:
            self._silent_blocks += 1
        self._loud_blocks = self._loud_blocks + 1 if self._is_somebody else 0

    @property
    def _is_somebody(self) -> bool:
        return self._silent_blocks * BLOCK / RATE < _HELD_S

    @property
    def is_somebody(self) -> bool:
        """Whether somebody seems to be speaking, who may be speaking to the guide."""
        return self._is_somebody and self._loud_blocks * BLOCK / RATE < _LONGEST_S

    def may_be_speech(self, goes_on: bool) -> bool:
        """Whether the newest block is more than echo; what it is beside echo is not asked."""
        needed_db = _GOES_ON_DB if goes_on else _BEGINS_DB
        return not self._is_echoing or self.excess_db > needed_db
