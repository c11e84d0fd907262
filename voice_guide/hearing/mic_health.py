"""Microphone health: notice one that is muted, unplugged or turned up too far.

Such a microphone still delivers blocks, so that the sound system reports no error.
"""

from collections import deque
from math import inf

import numpy as np

from voice_guide.audio.faults import AudioFault, BrokenPart, SoundLost, SoundRestored, TooLoud
from voice_guide.audio.pcm import BLOCK, DITHER, RATE, Samples, is_zero
from voice_guide.hearing.loopback import Loopback

_MAX_SILENCE_S = 2.2
"""Seconds of digital silence after which a microphone that delivered sound before is muted."""

_MIN_UNBROKEN_S = 5.0
"""Seconds of unbroken sound beside the guide's own, be it noise, after which silence means that
the microphone is muted. A simulated one is silent between words."""

_MAX_INITIAL_SILENCE_S = 20.0
"""Seconds of digital silence after which a microphone that never delivered sound is muted."""

_MIN_GAP_S = 0.5
"""Seconds of silence, ending by themselves, that count as a gap."""

_NOISE_GATE_GAPS = 3
"""Gaps after which the microphone has a noise gate: it silences quiet rooms on purpose. Fewer may
come from the sound system."""

_MIN_RECOVERY_S = 1.0
"""Seconds of sound after which a microphone that was muted or unplugged works again."""

_MAX_ECHO_S = 0.5
"""Seconds for which what is played may be heard after it."""

_CLIPPING_LEVEL = 32_500
"""Absolute value of a 16-bit sample beyond which it is at the microphone's limit."""

_MIN_CLIPPED_SAMPLES = 8
"""Samples at the limit in a clipped block; a voice that is not too loud has fewer."""

_MIN_CLIPPED_BLOCKS, _CLIPPING_WINDOW_BLOCKS = 10, round(2.0 * RATE / BLOCK)
"""Clipped blocks out of the newest so many, two seconds, that are a person too loud for the
microphone and not a knock on the table."""

_BLOCK_S = BLOCK / RATE

_MUTED_REASON = "the microphone hears nothing at all: is it muted?"

_UNPLUGGED_REASON = "the microphone hears nothing but what is played: is it unplugged?"


class MicHealth:
    """Reports when a microphone delivers nothing, nothing but what is played, or too much."""

    def __init__(self) -> None:
        self._loopback = Loopback()
        self._is_muted = False
        self._gaps = 0
        self._has_delivered = False
        self._silent_s = 0.0
        self._unbroken_s = 0.0
        self._recovered_s = 0.0
        self._since_played_s = 0.0
        self._clipped: deque[bool] = deque(maxlen=_CLIPPING_WINDOW_BLOCKS)
        self._was_too_loud = False

    def follow(self, heard: Samples, played: Samples) -> list[AudioFault]:
        """Take a block of the microphone and what was played; return the faults that are new."""
        self._since_played_s = self._since_played_s + _BLOCK_S if is_zero(played) else 0.0
        is_copy = self._loopback.follow(heard, played)
        highest, lowest = heard.max(), heard.min()
        if highest <= DITHER and lowest >= -DITHER:
            return self._follow_silence()
        self._has_delivered = True
        if self._since_played_s < _MAX_ECHO_S:
            return self._follow_copy() if is_copy else []
        may_be_clipped = bool(highest > _CLIPPING_LEVEL or lowest < -_CLIPPING_LEVEL)
        return [*self._follow_sound(), *self._follow_level(may_be_clipped and _is_clipped(heard))]

    @property
    def hears_only_the_guide(self) -> bool:
        """True if what comes in at this moment can be nothing but what is played."""
        return self._is_muted and self._since_played_s < _MAX_ECHO_S

    def _follow_silence(self) -> list[AudioFault]:
        self._silent_s += _BLOCK_S
        self._recovered_s = 0.0
        if self._is_muted or self._silent_s < self._max_silence_s:
            return []
        return self._lose(_MUTED_REASON)

    def _follow_copy(self) -> list[AudioFault]:
        return (
            self._lose(_UNPLUGGED_REASON) if self._has_noise_floor and not self._is_muted else []
        )

    def _lose(self, reason: str) -> list[AudioFault]:
        self._is_muted = True
        self._recovered_s = 0.0
        return [SoundLost(BrokenPart.MICROPHONE_SILENT, reason)]

    @property
    def _has_noise_floor(self) -> bool:
        """True if it delivers sound even in a quiet room, so that silence is a fault."""
        return self._unbroken_s >= _MIN_UNBROKEN_S and self._gaps < _NOISE_GATE_GAPS

    @property
    def _max_silence_s(self) -> float:
        """The silence in seconds after which the microphone is muted."""
        if not self._has_delivered:
            return _MAX_INITIAL_SILENCE_S
        return _MAX_SILENCE_S if self._has_noise_floor else inf

    def _follow_sound(self) -> list[AudioFault]:
        if self._is_muted:
            return self._recover()
        if self._silent_s >= _MIN_GAP_S:
            self._gaps += self._unbroken_s >= _MIN_UNBROKEN_S
            self._unbroken_s = 0.0
        self._silent_s = 0.0
        self._unbroken_s += _BLOCK_S
        return []

    def _recover(self) -> list[AudioFault]:
        self._silent_s += _BLOCK_S
        self._recovered_s += _BLOCK_S
        if self._recovered_s < _MIN_RECOVERY_S:
            return []
        self._is_muted = False
        lost_s, self._silent_s = self._silent_s, 0.0
        return [SoundRestored(lost_s)]

    def _follow_level(self, is_clipped: bool) -> list[AudioFault]:
        """Report once that a person is too loud for the microphone."""
        if self._was_too_loud:
            return []
        self._clipped.append(is_clipped)
        if not is_clipped or sum(self._clipped) < _MIN_CLIPPED_BLOCKS:
            return []
        self._was_too_loud = True
        return [TooLoud()]


def _is_clipped(heard: Samples) -> bool:
    return bool(
        np.count_nonzero(np.abs(heard.astype(np.int32)) > _CLIPPING_LEVEL) >= _MIN_CLIPPED_SAMPLES
    )
