"""Whether what is heard is what is played, and nothing else: no microphone hears like that.

Where a microphone is unplugged, some sound systems deliver in its place what the speaker plays.
A room adds noise and reverberation to that, and a loudspeaker distorts it.
"""

from collections import deque
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK, RATE, Samples

_Sound: TypeAlias = npt.NDArray[np.float64]
"""Mono sound, shape (n,), of 16-bit samples."""

_WINDOW_BLOCKS = round(0.24 * RATE / BLOCK)
"""Blocks of what is heard that are compared with what was played."""

_EVERY_BLOCKS = round(0.3 * RATE / BLOCK)
"""Blocks from one comparison to the next."""

_LATEST = round(0.5 * RATE)
"""How much later something may be heard than it was played, in samples."""

_TAPS = 16
"""How many samples the sound system may spread one over, with what it resamples: a millisecond,
in which no room answers."""

_LOUD = 100.0**2
"""What is played has to be this loud, as it is heard, for anything to be told from it: the mean
power of 16-bit samples, 50 dB below full scale."""

_LEFT = 10**-4.5
"""How much is left of it, in power, when what was played is taken out: 45 dB less. Of a sound
server's copy it was 50 to 70 dB less, of its echo in a very quiet room 20 to 30 ..."""

_OF_ROOM = 0.1
"""... and how much of the room's own noise, in power."""

_SILENT = 2.0**2
"""No room is so quiet: the power of what resampling, twice, adds to digital silence."""

_IN_A_ROW = 2
"""Comparisons in a row that have to come out so."""


class Loopback:
    """Compares what is heard with what was played, now and then."""

    def __init__(self) -> None:
        self._heard: deque[Samples] = deque(maxlen=_WINDOW_BLOCKS)
        self._played: deque[Samples] = deque(maxlen=_WINDOW_BLOCKS + _LATEST // BLOCK)
        self._until_next = _EVERY_BLOCKS
        self._copies = 0
        self._room = 0.0

    def follow(self, heard: Samples, played: Samples) -> bool:
        """Take a block of either; tell whether it has just turned out to be a copy."""
        self._heard.append(heard)
        self._played.append(played)
        self._until_next -= 1
        if self._until_next > 0 or len(self._played) < (self._played.maxlen or 0):
            return False
        self._until_next = _EVERY_BLOCKS
        sound = np.concatenate(self._heard).astype(float)
        reference = np.concatenate(self._played).astype(float)
        if not reference.any():
            if _power(sound) > _SILENT:
                self._room = _power(sound)
            return False
        if _power(sound) < _LOUD:
            return False
        left = _power(_without(sound, reference))
        is_copy = left < _LEFT * _power(sound) and left < _OF_ROOM * self._room
        self._copies = self._copies + 1 if is_copy else 0
        return self._copies == _IN_A_ROW


def _without(sound: _Sound, reference: _Sound) -> _Sound:
    """Return what is left of what is heard when what was played is taken out."""
    size = len(sound) + len(reference)
    spectrum = np.fft.rfft(reference, size) * np.conj(np.fft.rfft(sound, size))
    begins = np.abs(np.fft.irfft(spectrum, size)[: len(reference) - len(sound) + 1])
    first = int(np.argmax(begins)) - _TAPS // 2
    around = np.arange(max(first, 0), min(first + _TAPS, len(begins)))
    copies = np.stack([reference[at : at + len(sound)] for at in around])
    weights = np.linalg.lstsq(copies @ copies.T, copies @ sound, rcond=1e-9)[0]
    return np.asarray(sound - weights @ copies)


def _power(sound: _Sound) -> float:
    return float(sound @ sound) / len(sound)
