"""Loudspeaker model: the distortion that a small loudspeaker adds when it is loud.

No linear filter can remove it. It is a curve, the same for every sample, which a few numbers
describe (a Hammerstein model): they are found by recursive least squares from the residual of
the adaptive filter.
"""

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK
from voice_guide.hearing.echo.spectrum import (
    Power,
    Sound,
    Spectrum,
    last_block,
    spectrum,
    spectrum_after_silence,
)

_KNEES = np.array([0.1, 0.2, 0.35, 0.5, 0.7], np.float32)[:, np.newaxis]
"""Levels at which the curve may bend, as parts of full scale, shape (5, 1)."""

_CURVES = len(_KNEES) + 1
"""Curves that the model adds up: one for each knee, and the square."""

_DIRECT_PARTS = 3
"""Blocks of the adaptive filter that are used: most of what a loudspeaker does to a microphone
beside it arrives without delay."""

_MEMORY = 0.998
"""Part of the statistics that is kept after each block: a memory of ten seconds."""

_STEP_SIZE = 0.2
"""Part of the way to the best fit that the curve moves with each block."""

_REGULARIZATION = 1e-3
"""Weight of no change, as a part of the power of each curve."""

_MIN_SLOPE, _MAX_SLOPE = 0.0, 1.2
"""Slopes the curve may have: a loudspeaker compresses, and hardly ever expands."""

_MAX_ASYMMETRY = 0.5
"""Weight that the square may have at most."""

_MIN_POWER = 1e-6
"""Power added so that digital silence divides nothing by zero."""


class Loudspeaker:
    """Distorts what is played as the loudspeaker does."""

    def __init__(self) -> None:
        self._weights = np.zeros(_CURVES, np.float64)
        self._last = np.zeros((_CURVES, BLOCK), np.float32)
        self._spectra = np.zeros((_DIRECT_PARTS, _CURVES, BLOCK + 1), np.complex64)
        self._products = np.zeros((_CURVES, _CURVES))
        self._fit = np.zeros(_CURVES)

    def play(self, sound: Sound) -> Sound:
        """Take a block; return it as it leaves the loudspeaker, both of shape (BLOCK,)."""
        curves = _curves(sound)
        self._spectra = np.roll(self._spectra, 1, axis=0)
        self._spectra[0] = spectrum(self._last, curves)
        self._last = curves
        return sound + (self._weights @ curves).astype(np.float32)

    def learn(self, room: Spectrum, left: Spectrum, noise: Power) -> None:
        """Adapt the curve to the residual of the newest block.

        `room` is the adaptive filter, shape (PARTS, BINS); `left` is the spectrum of the
        residual after silence and `noise` the power in it that is no echo, both of shape (BINS,).
        """
        responses = np.sum(room[:_DIRECT_PARTS, np.newaxis] * self._spectra, axis=0)
        responses = spectrum_after_silence(last_block(responses))
        weighted = responses.conj() / (noise + _MIN_POWER)
        self._products = _MEMORY * self._products + (weighted @ responses.T).real
        self._fit = _MEMORY * self._fit + (weighted @ left).real
        prior = np.diag(np.diag(self._products) * _REGULARIZATION + _MIN_POWER)
        change = _STEP_SIZE * np.linalg.solve(self._products + prior, self._fit)
        change = _nearest_plausible(self._weights + change) - self._weights
        self._weights += change
        self._fit -= self._products @ change


def _nearest_plausible(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the weights nearest to these that a loudspeaker may have, shape (_CURVES,)."""
    slopes = np.clip(1 + np.cumsum(weights[:-1]), _MIN_SLOPE, _MAX_SLOPE)
    asymmetry = np.clip(weights[-1:], -_MAX_ASYMMETRY, _MAX_ASYMMETRY)
    return np.concatenate([np.diff(slopes, prepend=1.0), asymmetry])


def _curves(sound: Sound) -> Sound:
    """Return the curves that the model adds up, for a sound of shape (n,): shape (_CURVES, n).

    The part above each knee models a loudspeaker that compresses; the square models one that
    compresses more in one direction.
    """
    above = np.sign(sound) * np.maximum(np.abs(sound) - _KNEES, 0)
    return np.concatenate([above, np.square(sound)[np.newaxis]])
