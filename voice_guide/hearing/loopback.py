"""Loopback detection: does the microphone deliver nothing but a copy of what is played?

Some sound systems deliver what the speaker plays when the microphone is unplugged. A real
microphone never does: its room adds noise and reverberation, its loudspeaker distortion.
"""

from collections import deque
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK, RATE, Samples

_Sound: TypeAlias = npt.NDArray[np.float64]
"""Mono sound, shape (n,), of 16-bit samples."""

_WINDOW_BLOCKS = round(0.24 * RATE / BLOCK)
"""Blocks of the microphone that are compared with what was played."""

_INTERVAL_BLOCKS = round(0.3 * RATE / BLOCK)
"""Blocks from one comparison to the next."""

_MAX_DELAY = round(0.5 * RATE)
"""Samples by which something may be heard later than it was played."""

_TAPS = 16
"""Samples over which the sound system's resampling may spread one sample: a millisecond, in
which no room answers."""

_MIN_POWER = 100.0**2
"""Mean power of 16-bit samples, 50 dB below full scale, that the copy needs to be compared."""

_MAX_RESIDUAL = 10**-4.5
"""Power that may be left of a copy when what was played is removed, against its own: -45 dB.
A sound server's copy left -50 to -70 dB, an echo in a very quiet room -20 to -30."""

_MAX_RESIDUAL_TO_NOISE = 0.1
"""Power that may be left of a copy against that of the room's own noise before."""

_MIN_ROOM_POWER = 2.0**2
"""Mean power below which no room is: what resampling twice adds to digital silence."""

_NEEDED_COPIES = 2
"""Comparisons in a row that have to find a copy."""


class Loopback:
    """Compares the microphone with what was played, three times a second."""

    def __init__(self) -> None:
        self._heard: deque[Samples] = deque(maxlen=_WINDOW_BLOCKS)
        self._played: deque[Samples] = deque(maxlen=_WINDOW_BLOCKS + _MAX_DELAY // BLOCK)
        self._blocks_to_next = _INTERVAL_BLOCKS
        self._copies = 0
        self._room_power = 0.0

    def follow(self, heard: Samples, played: Samples) -> bool:
        """Take a block of each; return whether a copy was found with this block."""
        self._heard.append(heard)
        self._played.append(played)
        self._blocks_to_next -= 1
        if self._blocks_to_next > 0 or len(self._played) < (self._played.maxlen or 0):
            return False
        self._blocks_to_next = _INTERVAL_BLOCKS
        sound = np.concatenate(self._heard).astype(float)
        reference = np.concatenate(self._played).astype(float)
        if not reference.any():
            if _power(sound) > _MIN_ROOM_POWER:
                self._room_power = _power(sound)
            return False
        if _power(sound) < _MIN_POWER:
            return False
        left = _power(_residual(sound, reference))
        is_copy = (
            left < _MAX_RESIDUAL * _power(sound)
            and left < _MAX_RESIDUAL_TO_NOISE * self._room_power
        )
        self._copies = self._copies + 1 if is_copy else 0
        return self._copies == _NEEDED_COPIES


def _residual(sound: _Sound, reference: _Sound) -> _Sound:
    """Return what is left of what is heard when what was played is removed by least squares."""
    size = len(sound) + len(reference)
    spectrum = np.fft.rfft(reference, size) * np.conj(np.fft.rfft(sound, size))
    correlation = np.abs(np.fft.irfft(spectrum, size)[: len(reference) - len(sound) + 1])
    first = int(np.argmax(correlation)) - _TAPS // 2
    starts = np.arange(max(first, 0), min(first + _TAPS, len(correlation)))
    copies = np.stack([reference[start : start + len(sound)] for start in starts])
    weights = np.linalg.lstsq(copies @ copies.T, copies @ sound, rcond=1e-9)[0]
    return np.asarray(sound - weights @ copies)


def _power(sound: _Sound) -> float:
    return float(sound @ sound) / len(sound)
