"""Whether what is heard is what is played, and nothing else: no microphone hears like that.

Where a microphone is unplugged, some sound systems deliver in its place what the speaker plays.
A room adds noise and reverberation to that, and a loudspeaker distorts it.
"""

from collections import deque

import numpy as np

from voice_guide.audio import BLOCK, RATE, Samples, level_dbfs

_WINDOW_BLOCKS = round(0.24 * RATE / BLOCK)
"""Blocks of what is heard that are compared with what was played."""

_EVERY_BLOCKS = round(0.3 * RATE / BLOCK)
"""Blocks from one comparison to the next."""

_LATEST = round(0.5 * RATE)
"""How much later something may be heard than it was played, in samples."""

_TAPS = 16
"""How many samples the sound system may spread one over, with what it resamples: a millisecond,
in which no room answers."""

_LOUD_DBFS = -50.0
"""What is played has to be this loud, as it is heard, for anything to be told from it."""

_LEFT = 10**-4.5
"""How much is left of it, in power, when what was played is taken out: 45 dB less. Of a sound
server's copy it was 50 to 70 dB less, of its echo in a very quiet room 20 to 30."""

_IN_A_ROW = 2
"""Comparisons in a row that have to come out so."""


class Loopback:
    """Compares what is heard with what was played, now and then."""

    def __init__(self) -> None:
        self._heard: deque[Samples] = deque(maxlen=_WINDOW_BLOCKS)
        self._played: deque[Samples] = deque(maxlen=_WINDOW_BLOCKS + _LATEST // BLOCK)
        self._until_next = _EVERY_BLOCKS
        self._copies = 0

    def follow(self, heard: Samples, played: Samples) -> bool:
        """Take a block of either; tell whether it has just turned out to be a copy."""
        self._heard.append(heard)
        self._played.append(played)
        self._until_next -= 1
        if self._until_next > 0 or len(self._played) < (self._played.maxlen or 0):
            return False
        self._until_next = _EVERY_BLOCKS
        sound, reference = np.concatenate(self._heard), np.concatenate(self._played)
        if not reference.any() or level_dbfs(sound) < _LOUD_DBFS:
            return False
        self._copies = self._copies + 1 if _part_left(sound, reference) < _LEFT else 0
        return self._copies == _IN_A_ROW


def _part_left(heard: Samples, played: Samples) -> float:
    """Return what part of the power of what is heard is not what was played."""
    sound, reference = heard.astype(float), played.astype(float)
    size = len(sound) + len(reference)
    spectrum = np.fft.rfft(reference, size) * np.conj(np.fft.rfft(sound, size))
    begins = np.abs(np.fft.irfft(spectrum, size)[: len(reference) - len(sound) + 1])
    first = int(np.argmax(begins)) - _TAPS // 2
    around = np.arange(max(first, 0), min(first + _TAPS, len(begins)))
    copies = np.stack([reference[at : at + len(sound)] for at in around])
    weights = np.linalg.lstsq(copies @ copies.T, copies @ sound, rcond=1e-9)[0]
    left = sound - weights @ copies
    return float(left @ left / (sound @ sound))
