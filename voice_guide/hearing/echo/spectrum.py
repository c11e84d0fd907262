"""Spectra of blocks, for filtering by overlap-save."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK, Samples

Sound: TypeAlias = npt.NDArray[np.float32]
"""Mono sound, shape (n,) at RATE; full scale is 1.0."""

Spectrum: TypeAlias = npt.NDArray[np.complex64]
"""Spectra of two blocks each, shape (..., BINS)."""

Power: TypeAlias = npt.NDArray[np.float32]
"""Power in each frequency bin, shape (..., BINS)."""

BINS = BLOCK + 1
"""Frequency bins in the spectrum of two blocks."""


FULL_SCALE = np.float32(32768)
"""The 16-bit sample that is 1.0."""


def to_float(samples: Samples) -> Sound:
    """Return 16-bit samples as sound, both of shape (n,)."""
    return samples.astype(np.float32) / FULL_SCALE


def spectrum(before: Sound, block: Sound) -> Spectrum:
    """Return the spectra of sounds, each a block and the one before it, shape (..., BLOCK)."""
    return np.fft.rfft(np.concatenate([before, block], axis=-1)).astype(np.complex64)


def spectrum_after_silence(block: Sound) -> Spectrum:
    """Return the spectra of blocks of shape (..., BLOCK), each after a block of silence."""
    return spectrum(np.zeros_like(block), block)


def last_block(spectra: Spectrum) -> Sound:
    """Return the second of the two blocks in each spectrum, shape (..., BLOCK)."""
    return np.fft.irfft(spectra)[..., BLOCK:].astype(np.float32)


def power(spectra: Spectrum) -> Power:
    """Return the power in each frequency bin."""
    return np.square(spectra.real) + np.square(spectra.imag)
