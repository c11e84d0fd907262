"""Whether the microphone works: one that is muted, or turned up too far, still delivers sound."""

from collections import deque
from math import inf

import numpy as np

from voice_guide.audio import BLOCK, RATE, Samples
from voice_guide.trouble import Part, SoundBack, SoundLost, TooLoud, Trouble

_MUTED_S = 2.5
"""Digital silence after which a microphone is muted that was not silent before, in seconds."""

_ALIVE_S = 10.0
"""How long a microphone has to have heard something, were it only noise, without a break, for
silence to mean anything: what is simulated is silent between two words."""

_NEVER_S = 20.0
"""How long one that never heard anything may have been about to, in seconds."""

_GATED_S = 0.5
"""Silence that ends by itself, in seconds: such a microphone silences quiet rooms on purpose."""

_HEARS_S = 1.0
"""How long something has to be heard, beside the guide, for it to be unmuted, in seconds. Where
a microphone is gone, some sound systems deliver what is played in its place."""

_LIMIT = 32_500
"""Samples beyond this are at the microphone's limit."""

_CLIPPED_SAMPLES = 8
"""A block with so many of them is clipped; the peaks of a voice that fits have fewer ..."""

_CLIPPED_BLOCKS = 10
"""... and so many such blocks ..."""

_WITHIN = round(2.0 * RATE / BLOCK)
"""... out of this many, two seconds, are no knock on the table."""

_BLOCK_S = BLOCK / RATE

_NO_SOUND = "the microphone hears nothing at all: is it muted?"


class Microphone:
    """Follows what a microphone delivers, and tells when it hears nothing, or too much."""

    def __init__(self) -> None:
        self._is_muted = False
        self._is_gated = False
        self._has_heard = False
        self._silent_s = 0.0
        self._heard_s = 0.0
        self._clipped: deque[bool] = deque(maxlen=_WITHIN)
        self._was_too_loud = False

    def follow(self, heard: Samples, played: Samples) -> list[Trouble]:
        """Take a block of the microphone and what was played; return what is new about it."""
        if not heard.any():
            return self._hear_nothing()
        return [*self._hear_something(bool(played.any())), *self._watch_level(heard)]

    def _hear_nothing(self) -> list[Trouble]:
        self._silent_s += _BLOCK_S
        if self._is_muted:
            self._heard_s = 0.0
        if self._is_muted or self._silent_s < self._patience_s:
            return []
        self._is_muted = True
        return [SoundLost(Part.MICROPHONE_SILENT, _NO_SOUND)]

    @property
    def _patience_s(self) -> float:
        """How much silence is more than there can be."""
        if not self._has_heard:
            return _NEVER_S
        return inf if self._is_gated or self._heard_s < _ALIVE_S else _MUTED_S

    def _hear_something(self, is_playing: bool) -> list[Trouble]:
        if self._is_muted:
            return self._hear_again(is_playing)
        if self._silent_s >= _GATED_S:
            self._is_gated |= self._heard_s >= _ALIVE_S
            self._heard_s = 0.0
        self._has_heard = True
        self._silent_s = 0.0
        self._heard_s += _BLOCK_S
        return []

    def _hear_again(self, is_playing: bool) -> list[Trouble]:
        self._silent_s += _BLOCK_S
        self._heard_s = 0.0 if is_playing else self._heard_s + _BLOCK_S
        if self._heard_s < _HEARS_S:
            return []
        self._is_muted = False
        self._has_heard = True
        lost_s, self._silent_s = self._silent_s, 0.0
        return [SoundBack(lost_s)]

    def _watch_level(self, heard: Samples) -> list[Trouble]:
        """Say once that somebody is louder than can be taken."""
        limit = np.count_nonzero(np.abs(heard.astype(np.int32)) > _LIMIT)
        self._clipped.append(bool(limit >= _CLIPPED_SAMPLES))
        if self._was_too_loud or sum(self._clipped) < _CLIPPED_BLOCKS:
            return []
        self._was_too_loud = True
        return [TooLoud()]
