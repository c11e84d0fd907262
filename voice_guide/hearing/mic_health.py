"""Whether the microphone works: one that is muted, or turned up too far, still delivers sound."""

from collections import deque
from math import inf

import numpy as np

from voice_guide.audio.faults import AudioFault, BrokenPart, SoundLost, SoundRestored, TooLoud
from voice_guide.audio.pcm import BLOCK, RATE, Samples, is_silent
from voice_guide.hearing.loopback import Loopback

_MUTED_S = 2.2
"""Digital silence after which a microphone is muted that was not silent before, in seconds."""

_ALIVE_S = 5.0
"""How long a microphone has to have heard something beside the guide, were it only noise, without
a break, for silence to mean anything, in seconds: what is simulated is silent between words."""

_NEVER_S = 20.0
"""How long one that never heard anything may have been about to, in seconds."""

_GAP_S = 0.5
"""Silence that ends by itself, in seconds ..."""

_GATED_GAPS = 3
"""... and so many of them: such a microphone silences quiet rooms on purpose. Fewer may come
from the sound system."""

_HEARS_S = 1.0
"""The same for one that was muted, or gone, not to be so any more."""

_ECHO_S = 0.5
"""How long what is played may be heard after it, in seconds."""

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

_NO_ROOM = "the microphone hears nothing but what is played: is it unplugged?"


class MicHealth:
    """Follows what a microphone delivers, and tells when it hears nothing, or too much."""

    def __init__(self) -> None:
        self._loopback = Loopback()
        self._is_muted = False
        self._gaps = 0
        self._has_heard = False
        self._silent_s = 0.0
        self._heard_s = 0.0
        self._hears_again_s = 0.0
        self._since_played_s = 0.0
        self._clipped: deque[bool] = deque(maxlen=_WITHIN)
        self._was_too_loud = False

    def follow(self, heard: Samples, played: Samples) -> list[AudioFault]:
        """Take a block of the microphone and what was played; return what is new about it."""
        is_playing = bool(played.any())
        self._since_played_s = 0.0 if is_playing else self._since_played_s + _BLOCK_S
        is_copy = self._loopback.follow(heard, played)
        if is_silent(heard):
            return self._hear_nothing()
        self._has_heard = True
        if self._since_played_s < _ECHO_S:
            return self._hear_copy() if is_copy else []
        return [*self._hear_something(), *self._watch_level(heard)]

    @property
    def hears_only_the_guide(self) -> bool:
        """Whether what comes in at this moment can be nothing but what is played."""
        return self._is_muted and self._since_played_s < _ECHO_S

    def _hear_nothing(self) -> list[AudioFault]:
        self._silent_s += _BLOCK_S
        self._hears_again_s = 0.0
        if self._is_muted or self._silent_s < self._patience_s:
            return []
        return self._lose(_NO_SOUND)

    def _hear_copy(self) -> list[AudioFault]:
        return self._lose(_NO_ROOM) if self._is_alive and not self._is_muted else []

    def _lose(self, reason: str) -> list[AudioFault]:
        self._is_muted = True
        self._hears_again_s = 0.0
        return [SoundLost(BrokenPart.MICROPHONE_SILENT, reason)]

    @property
    def _is_alive(self) -> bool:
        """Whether it has always heard something, so that silence means something."""
        return self._heard_s >= _ALIVE_S and self._gaps < _GATED_GAPS

    @property
    def _patience_s(self) -> float:
        """How much silence is more than there can be."""
        if not self._has_heard:
            return _NEVER_S
        return _MUTED_S if self._is_alive else inf

    def _hear_something(self) -> list[AudioFault]:
        if self._is_muted:
            return self._hear_again()
        if self._silent_s >= _GAP_S:
            self._gaps += self._heard_s >= _ALIVE_S
            self._heard_s = 0.0
        self._silent_s = 0.0
        self._heard_s += _BLOCK_S
        return []

    def _hear_again(self) -> list[AudioFault]:
        self._silent_s += _BLOCK_S
        self._hears_again_s += _BLOCK_S
        if self._hears_again_s < _HEARS_S:
            return []
        self._is_muted = False
        lost_s, self._silent_s = self._silent_s, 0.0
        return [SoundRestored(lost_s)]

    def _watch_level(self, heard: Samples) -> list[AudioFault]:
        """Say once that somebody is louder than can be taken."""
        if self._was_too_loud:
            return []
        is_clipped = _is_clipped(heard)
        self._clipped.append(is_clipped)
        if not is_clipped or sum(self._clipped) < _CLIPPED_BLOCKS:
            return []
        self._was_too_loud = True
        return [TooLoud()]


def _is_clipped(heard: Samples) -> bool:
    if heard.max() <= _LIMIT and heard.min() >= -_LIMIT:
        return False
    return bool(np.count_nonzero(np.abs(heard.astype(np.int32)) > _LIMIT) >= _CLIPPED_SAMPLES)
