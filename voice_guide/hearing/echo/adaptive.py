"""The filter that learns how a room and a device answer to what is played in them.

A Kalman filter for each bin, over several blocks (partitioned-block frequency-domain, after
Enzner and Vary 2006 and Kuech, Mabande and Enzner 2014). It knows how uncertain it is: it
learns fast at first, slowly later, and hardly at all from what the echo cannot explain, such
as a person who speaks at the same time.
"""

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE
from voice_guide.hearing.echo.spectrum import BINS, Power, Spectrum, power

_TAIL_S = 0.28
"""Length of the echo that is taken out, in seconds: in a living room, all but a
ten-thousandth of it has died away by then."""

PARTS = int(np.ceil(_TAIL_S * RATE / BLOCK))
"""Blocks that the filter is long."""

_FIRST_UNCERTAINTY = 3.0
"""How much the echo may be expected to differ from none, against its power as measured."""

_DECAY_DB = 80.0
"""By how much less a room answers each second: 60 dB in 0.75 s, longer than rooms at home."""

_NOISE_CARRIED_OVER = 0.9
"""How much of the estimate of what is no echo comes from the block before."""

_CHANGES_AT_FIRST, _CHANGES_LATER = 2e-2, 2e-4
"""By how much a block's filter may differ from that of the block before: much while it is
learnt, little afterwards."""

_LEARNT_IN = 4 * RATE // BLOCK
"""Blocks with something played in them after which it is later, four seconds."""

_LEAST_POWER = 1e-8
"""Keeps digital silence from being divided by."""


class AdaptiveFilter:
    """Estimates the echo of what is played."""

    def __init__(self) -> None:
        self.weights: Spectrum = np.zeros((PARTS, BINS), np.complex64)
        """The filter, a spectrum for each of its blocks, shape (PARTS, BINS)."""
        self.noise: Power = np.full(BINS, 1e-3, np.float32)
        """Power of what was no echo in the last blocks, shape (BINS,)."""
        self._uncertainty = np.zeros((PARTS, BINS), np.float32)
        self._learnt = 0

    @property
    def is_settled(self) -> bool:
        """Whether it has learnt for long enough to be relied on."""
        return self._learnt >= _LEARNT_IN

    def start(self, gain: float) -> None:
        """Forget everything; an echo of this power against what was played is expected."""
        self.weights[:] = 0
        self.unsettle(gain)

    def unsettle(self, gain: float) -> None:
        """Keep what was learnt, but be ready for something else."""
        decay = 10 ** (-_DECAY_DB / 10 * np.arange(PARTS) * BLOCK / RATE)
        self._uncertainty[:] = (_FIRST_UNCERTAINTY * gain * decay)[:, np.newaxis]
        self._learnt = 0

    def uncertain_power(self, played: Spectrum) -> Power:
        """Return the power of the echo that may be left by error, shape (BINS,)."""
        left: Power = np.sum(self._uncertainty * power(played), axis=0)
        return left

    def echo(self, played: Spectrum) -> Spectrum:
        """Return the echo of what was played in the last PARTS blocks, newest first."""
        echo: Spectrum = np.sum(self.weights * played, axis=0)
        return echo

    def learn(self, played: Spectrum, left: Spectrum, uncertain: Power) -> None:
        """Learn from what is left of the newest block when the estimated echo is taken out.

        `left` is its spectrum after silence; `uncertain` is `uncertain_power(played)`.
        """
        noise = _NOISE_CARRIED_OVER * self.noise + (1 - _NOISE_CARRIED_OVER) * power(left)
        self.noise = noise
        # 2: half of each window is silence.
        trust = self._uncertainty / (uncertain + 2 * noise + _LEAST_POWER)
        step = np.fft.irfft(trust * played.conj() * left)
        step[:, BLOCK:] = 0
        self.weights += np.fft.rfft(step).astype(np.complex64)
        progress = min(1.0, self._learnt / _LEARNT_IN)
        changes = _CHANGES_AT_FIRST ** (1 - progress) * _CHANGES_LATER**progress
        self._learnt += 1
        kept = (1 - changes) ** 2
        self._uncertainty *= kept * (1 - 0.5 * trust * power(played))
        self._uncertainty += (1 - kept) * power(self.weights)
