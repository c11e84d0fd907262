"""Near-end speech detection: is a person speaking, over the noise and what is left of the echo?"""

from collections import deque
from math import log10

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE, is_zero
from voice_guide.hearing.noise import Power

_VOICE_BINS = slice(8, 160)
"""Bins that voices are loud in, 200 Hz to 4 kHz."""

_ECHO_DECAY = 0.75
"""Part of an echo's power that may be left a block later: beyond the canceller's filter length
the room goes on reverberating."""

_LEAKAGE_RISE, _LEAKAGE_FALL = 1.06, 0.985
"""Factors by which the estimated leakage (the part of the echo that is left) changes in a block,
so that in each bin four blocks in five have less than estimated."""

_MIN_ECHO_TO_NOISE = 0.1
"""Power of the echo against the noise below which the echo is ignored."""

_LEAKAGE_RANGE = (1e-3, 10.0)
"""Least and greatest estimated leakage, as a factor of the power the canceller reports."""

_ONSET_DB, _CONTINUATION_DB = 6.0, 2.0
"""Decibels above noise and echo together at which speech begins, and above which it goes on.
What is left of an echo rarely reaches them."""

_ONSET_BLOCKS, _ONSET_WINDOW_BLOCKS = 2, 3
"""Loud blocks out of the newest so many that are the onset of speech and not a click."""

_MAX_SYLLABLE_GAP_S = 0.3
"""Seconds of silence up to which two syllables are one utterance."""

_MAX_COMMAND_S = 2.0
"""Seconds of speech beyond which a person is speaking to another person, not to the guide."""


class NearEndDetector:
    """Tracks how far the microphone signal is above noise and echo."""

    def __init__(self) -> None:
        self.excess_db = 0.0
        """Power of the newest block over noise and echo in dB."""
        self._leakage = np.ones(BLOCK + 1, np.float32)
        self._echo = np.zeros(BLOCK + 1, np.float32)
        self._echo_power = 0.0
        self._is_echoing = False
        self._recent_loud: deque[bool] = deque(maxlen=_ONSET_WINDOW_BLOCKS)
        self._silent_blocks = RATE
        self._speech_blocks = 0

    def follow(self, power: Power, noise: Power, echo: Power) -> None:
        """Take the power of the newest block, and of the noise and echo that may be in it.

        All have shape (BLOCK + 1,).
        """
        noise_power = _voice_power(noise)
        self._is_echoing = False
        if self._echo_power:
            self._echo *= _ECHO_DECAY
            self._echo_power = _voice_power(self._echo)
        if not is_zero(echo):
            if not self.is_speech:
                self._learn_leakage(power, noise, echo)
            np.maximum(self._leakage * echo, self._echo, out=self._echo)
            self._echo_power = _voice_power(self._echo)
            self._is_echoing = _voice_power(echo) > _MIN_ECHO_TO_NOISE * noise_power
        unwanted = noise_power + self._echo_power
        self.excess_db = 10 * log10(max(_voice_power(power) / unwanted, 1e-9))
        self._recent_loud.append(self.excess_db > _ONSET_DB)
        if sum(self._recent_loud) >= _ONSET_BLOCKS or (
            self._silent_blocks == 0 and self.excess_db > _CONTINUATION_DB
        ):
            self._silent_blocks = 0
        else:
            self._silent_blocks += 1
        self._speech_blocks = self._speech_blocks + 1 if self._is_any_speech else 0

    @property
    def is_speech(self) -> bool:
        """True if a person seems to be speaking, for no longer than people speak to the guide."""
        return self._is_any_speech and self._speech_blocks * BLOCK / RATE < _MAX_COMMAND_S

    def was_understood(self) -> None:
        """Count the rest of the present speech as not spoken to the guide."""
        self._speech_blocks = round(_MAX_COMMAND_S * RATE / BLOCK)

    def may_be_speech(self, goes_on: bool) -> bool:
        """Return whether the newest block is more than echo, be it speech or noise.

        Speech that `goes_on` may be softer than speech that begins.
        """
        needed_db = _CONTINUATION_DB if goes_on else _ONSET_DB
        return not self._is_echoing or self.excess_db > needed_db

    @property
    def _is_any_speech(self) -> bool:
        return self._silent_blocks * BLOCK / RATE < _MAX_SYLLABLE_GAP_S

    def _learn_leakage(self, power: Power, noise: Power, echo: Power) -> None:
        """Learn from a block without near-end speech which part of the echo is left."""
        is_more = power > noise + self._leakage * echo
        change = np.where(is_more, _LEAKAGE_RISE, _LEAKAGE_FALL)
        self._leakage *= np.where(echo > _MIN_ECHO_TO_NOISE * noise, change, 1)
        np.clip(self._leakage, *_LEAKAGE_RANGE, out=self._leakage)


def _voice_power(power: Power) -> float:
    return float(np.add.reduce(power[_VOICE_BINS]))
