"""What a small loudspeaker adds to what it is given when it is loud.

No linear filter takes that out. But it is a curve, the same for every sample, and a few
numbers describe it: they are found by least squares from what the filter leaves.
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

_BENDS = np.array([0.1, 0.2, 0.35, 0.5, 0.7], np.float32)[:, np.newaxis]
"""Where the curve may bend, of full scale."""

_CURVES = len(_BENDS) + 1

_NEAR_PARTS = 3
"""Blocks of the room's answer that are looked at: most of what a speaker does to a
microphone beside it comes at once."""

_FORGET = 0.998
"""How much of what was learnt is kept after a block: ten seconds are remembered."""

_CAUTION = 0.2
"""How far the curve moves towards what would fit best, in a block."""

_PRIOR = 1e-3
"""What speaks for no change, as a part of what speaks for one."""

_SLOPES = (0.0, 1.2)
"""How steep the curve may be: a loudspeaker gives way, and hardly ever adds."""

_MOST_UNEVEN = 0.5
"""How much of the square there may be."""

_LEAST = 1e-6
"""Keeps digital silence from being divided by."""


class Loudspeaker:
    """Bends what is played as the loudspeaker does."""

    def __init__(self) -> None:
        self._bent = np.zeros(_CURVES, np.float64)
        self._last = np.zeros((_CURVES, BLOCK), np.float32)
        self._spectra = np.zeros((_NEAR_PARTS, _CURVES, BLOCK + 1), np.complex64)
        self._products = np.zeros((_CURVES, _CURVES))
        self._fit = np.zeros(_CURVES)

    def play(self, sound: Sound) -> Sound:
        """Return a block as it comes out of the loudspeaker, both of shape (BLOCK,)."""
        curves = _curves(sound)
        self._spectra = np.roll(self._spectra, 1, axis=0)
        self._spectra[0] = spectrum(self._last, curves)
        self._last = curves
        return sound + (self._bent @ curves).astype(np.float32)

    def learn(self, room: Spectrum, left: Spectrum, noise: Power) -> None:
        """Learn from what is left of the newest block, by how the room answers.

        `room` is the adaptive filter, shape (PARTS, BINS), `left` the spectrum after silence.
        """
        answers = np.sum(room[:_NEAR_PARTS, np.newaxis] * self._spectra, axis=0)
        answers = spectrum_after_silence(last_block(answers))
        weighted = answers.conj() / (noise + _LEAST)
        self._products = _FORGET * self._products + (weighted @ answers.T).real
        self._fit = _FORGET * self._fit + (weighted @ left).real
        prior = np.diag(np.diag(self._products) * _PRIOR + _LEAST)
        change = _CAUTION * np.linalg.solve(self._products + prior, self._fit)
        change = _possible(self._bent + change) - self._bent
        self._bent += change
        self._fit -= self._products @ change


def _possible(bent: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the curve nearest to this one that a loudspeaker may have."""
    slopes = np.clip(1 + np.cumsum(bent[:-1]), *_SLOPES)
    uneven = np.clip(bent[-1:], -_MOST_UNEVEN, _MOST_UNEVEN)
    return np.concatenate([np.diff(slopes, prepend=1.0), uneven])


def _curves(sound: Sound) -> Sound:
    """Return the curves that a loudspeaker's is a sum of, shape (_CURVES, n).

    What is above each bend, for one that gives way when loud, and the square, for one that
    gives way more to one side.
    """
    above = np.sign(sound) * np.maximum(np.abs(sound) - _BENDS, 0)
    return np.concatenate([above, np.square(sound)[np.newaxis]])
