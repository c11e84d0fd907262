"""Adaptive filter: the response of a device and a room to what is played in them.

A partitioned-block frequency-domain Kalman filter, one per frequency bin (Enzner and Vary 2006;
Kuech, Mabande and Enzner 2014). It knows its own uncertainty: it adapts fast at first, slowly
later, and hardly at all to what no echo can explain, such as a person who speaks at the same
time.
"""

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE
from voice_guide.hearing.echo.spectrum import BINS, Power, Spectrum, power

_TAIL_S = 0.28
"""Seconds of echo that are modelled: in a living room, all but a ten-thousandth of its power has
died away by then."""

PARTS = int(np.ceil(_TAIL_S * RATE / BLOCK))
"""Length of the filter in blocks."""

_INITIAL_UNCERTAINTY = 3.0
"""Variance of the filter before it has adapted, against the measured power of the echo."""

_DECAY_DB_PER_S = 80.0
"""Decibels by which the response of a room decays in a second, 60 dB in 0.75 s: longer than in
rooms at home."""

_NOISE_SMOOTHING = 0.9
"""Part of the estimated noise power that comes from the block before."""

_INITIAL_CHANGE, _SETTLED_CHANGE = 2e-2, 2e-4
"""Part of the filter that may change from one block to the next: while it first adapts, and
afterwards."""

_SETTLING_BLOCKS = 4 * RATE // BLOCK
"""Blocks with something played in them after which the filter has adapted, four seconds."""

_MIN_POWER = 1e-8
"""Power added so that digital silence divides nothing by zero."""


class AdaptiveFilter:
    """Estimates the echo of what is played."""

    def __init__(self) -> None:
        self.weights: Spectrum = np.zeros((PARTS, BINS), np.complex64)
        """The filter, a spectrum for each of its blocks, shape (PARTS, BINS)."""
        self.noise: Power = np.full(BINS, 1e-3, np.float32)
        """Power of what was no echo in the newest blocks, shape (BINS,)."""
        self._uncertainty = np.zeros((PARTS, BINS), np.float32)
        self._adapted_blocks = 0

    @property
    def is_settled(self) -> bool:
        """True if the filter has adapted for long enough to be relied on."""
        return self._adapted_blocks >= _SETTLING_BLOCKS

    def start(self, gain: float) -> None:
        """Start from nothing, and expect an echo of this power against what is played."""
        self.weights[:] = 0
        self.unsettle(gain)

    def unsettle(self, gain: float) -> None:
        """Keep the weights, but adapt as fast as at the start."""
        decay = 10 ** (-_DECAY_DB_PER_S / 10 * np.arange(PARTS) * BLOCK / RATE)
        self._uncertainty[:] = (_INITIAL_UNCERTAINTY * gain * decay)[:, np.newaxis]
        self._adapted_blocks = 0

    def uncertain_power(self, played: Spectrum) -> Power:
        """Return the power of the echo that errors of the filter may leave, shape (BINS,)."""
        left: Power = np.sum(self._uncertainty * power(played), axis=0)
        return left

    def echo(self, played: Spectrum) -> Spectrum:
        """Return the echo of the last PARTS blocks played, newest first, shape (BINS,)."""
        echo: Spectrum = np.sum(self.weights * played, axis=0)
        return echo

    def learn(self, played: Spectrum, left: Spectrum, uncertain: Power) -> None:
        """Adapt to the residual of the newest block, with the estimated echo removed.

        `left` is the spectrum of the residual after silence; `uncertain` is
        `uncertain_power(played)`.
        """
        noise = _NOISE_SMOOTHING * self.noise + (1 - _NOISE_SMOOTHING) * power(left)
        self.noise = noise
        # Twice the noise, since half of each window is silence.
        kalman_gain = self._uncertainty / (uncertain + 2 * noise + _MIN_POWER)
        step = np.fft.irfft(kalman_gain * played.conj() * left)
        step[:, BLOCK:] = 0
        self.weights += np.fft.rfft(step).astype(np.complex64)
        progress = min(1.0, self._adapted_blocks / _SETTLING_BLOCKS)
        change = _INITIAL_CHANGE ** (1 - progress) * _SETTLED_CHANGE**progress
        self._adapted_blocks += 1
        kept = (1 - change) ** 2
        self._uncertainty *= kept * (1 - 0.5 * kalman_gain * power(played))
        self._uncertainty += (1 - kept) * power(self.weights)
