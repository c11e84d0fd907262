"""PCM: the one audio format inside the program, and arithmetic on it."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

RATE: Final = 16_000
"""Samples per second, everywhere between the devices: the rate the speech model is trained on."""

BLOCK: Final = 320
"""Samples in one block, 20 ms: a length that the voice activity detector accepts, and fifty
turns of the loop a second."""

Samples: TypeAlias = npt.NDArray[np.int16]
"""Mono sound, shape (n,), 16-bit at RATE."""

SILENCE_DBFS: Final = -96.0
"""Level of digital silence in dBFS: the smallest step of 16 bits."""

DITHER: Final = 2
"""Greatest absolute sample that resampling digital silence twice makes of it, with soxr."""


def silence(samples: int = BLOCK) -> Samples:
    """Return that many samples of digital silence."""
    return np.zeros(samples, np.int16)


def is_silent(samples: Samples) -> bool:
    """Return whether this is digital silence, resampled or not."""
    # For sound the first comparison is mostly enough.
    return bool(samples.max(initial=0) <= DITHER and samples.min(initial=0) >= -DITHER)


def is_zero(sound: npt.NDArray[np.int16] | npt.NDArray[np.float32]) -> bool:
    """Return whether all samples are zero."""
    # A third of the time of sound.any().
    return bool(np.count_nonzero(sound) == 0)


def level_dbfs(samples: Samples) -> float:
    """Return the RMS level in dB relative to full scale, at least SILENCE_DBFS."""
    if not len(samples):
        return SILENCE_DBFS
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) / 32768.0
    return max(SILENCE_DBFS, 20.0 * float(np.log10(max(rms, 1e-9))))


def to_int16(sound: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> Samples:
    """Return float sound (full scale 1.0) as 16-bit samples, clipped to full scale."""
    return rounded(sound * 32768.0)


def rounded(sound: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> Samples:
    """Return sound in 16-bit steps as 16-bit samples, clipped to full scale."""
    # On short arrays, half the time of np.clip().
    return np.minimum(np.maximum(np.rint(sound), -32768), 32767).astype(np.int16)


def blocks_of(sound: Samples) -> list[Samples]:
    """Return sound in blocks of BLOCK samples, the last one padded with silence."""
    padded = np.concatenate([sound, silence(-len(sound) % BLOCK)])
    return [padded[at : at + BLOCK] for at in range(0, len(padded), BLOCK)]
