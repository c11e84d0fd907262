"""Whether somebody may be speaking: what is left over noise and echo."""

from collections import deque
from math import log10

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE
from voice_guide.hearing.noise import Power

_VOICE = slice(8, 160)
"""Bins that voices are loud in, 200 Hz to 4 kHz."""

_ECHO_KEPT = 0.75
"""How much of an echo may be left a block later: beyond the filter's length, a room sounds on."""

_MORE_WAS_LEFT, _LESS_WAS_LEFT = 1.06, 0.985
"""How the estimate of what part of the echo is left changes in a block, so that in each bin
four blocks in five have less."""

_NOTED = 0.1
"""Echo that may be this part of the noise is asked about."""

_PARTS_LEFT = (1e-3, 10.0)
"""What part of the echo that may be left can be left, least and most."""

_BEGINS_DB, _GOES_ON_DB = 6.0, 2.0
"""How much louder than noise and echo together speech is when it begins, and later on. What
is left of an echo hardly ever is."""

_SURE_BLOCKS, _WINDOW_BLOCKS = 2, 3
"""So many blocks out of so many are somebody, not a click."""

_HELD_S = 0.3
"""Longest pause between two syllables, in seconds."""

_LONGEST_S = 2.0
"""Who speaks for longer than this speaks to somebody else, in seconds."""


class NearEndDetector:
    """Follows how much more is heard than noise and echo."""

    def __init__(self) -> None:
        self.excess_db = 0.0
        """Power of the newest block over noise and echo, in dB."""
        self._part_left = np.ones(BLOCK + 1, np.float32)
        self._echo = np.zeros(BLOCK + 1, np.float32)
        self._is_echoing = False
        self._recent: deque[bool] = deque(maxlen=_WINDOW_BLOCKS)
        self._silent_blocks = RATE
        self._loud_blocks = 0

    def follow(self, power: Power, noise: Power, echo: Power) -> None:
        """Take the power of the newest block, and of the noise and echo that may be in it."""
        noise_power = float(noise[_VOICE].sum())
        self._echo *= _ECHO_KEPT
        self._is_echoing = False
        if echo.any():
            if not self.is_speech:
                self._learn(power, noise, echo)
            np.maximum(self._part_left * echo, self._echo, out=self._echo)
            self._is_echoing = float(echo[_VOICE].sum()) > _NOTED * noise_power
        unwanted = noise_power + float(self._echo[_VOICE].sum())
        self.excess_db = 10 * log10(max(float(power[_VOICE].sum()) / unwanted, 1e-9))
        self._recent.append(self.excess_db > _BEGINS_DB)
        if sum(self._recent) >= _SURE_BLOCKS or (
            self._silent_blocks == 0 and self.excess_db > _GOES_ON_DB
        ):
            self._silent_blocks = 0
        else:
            self._silent_blocks += 1
        self._loud_blocks = self._loud_blocks + 1 if self._is_speech else 0

    def _learn(self, power: Power, noise: Power, echo: Power) -> None:
        """Learn from a block in which nobody speaks what part of the echo is left."""
        is_more = power > noise + self._part_left * echo
        change = np.where(is_more, _MORE_WAS_LEFT, _LESS_WAS_LEFT)
        self._part_left *= np.where(echo > _NOTED * noise, change, 1)
        np.clip(self._part_left, *_PARTS_LEFT, out=self._part_left)

    @property
    def _is_speech(self) -> bool:
        return self._silent_blocks * BLOCK / RATE < _HELD_S

    @property
    def is_speech(self) -> bool:
        """Whether somebody seems to be speaking, who may be speaking to the guide."""
        return self._is_speech and self._loud_blocks * BLOCK / RATE < _LONGEST_S

    def was_understood(self) -> None:
        """Make way no longer for who is speaking now."""
        self._loud_blocks = round(_LONGEST_S * RATE / BLOCK)

    def may_be_speech(self, goes_on: bool) -> bool:
        """Whether the newest block is more than echo; what it is beside echo is not asked."""
        needed_db = _GOES_ON_DB if goes_on else _BEGINS_DB
        return not self._is_echoing or self.excess_db > needed_db
