"""The sound of speech in a room, as a microphone there picks it up."""

import zlib
from collections.abc import Iterable, Iterator
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK, RATE, Samples, level_dbfs, to_int16

_SPEECH_DBFS = -26.0
"""Level of the speech, as of a person one or two metres away."""

_QUIET_ROOM_DBFS = -66.0
"""Level of the noise in a quiet room."""

_NOISY_ROOM_DBFS = -36.0
"""Level of the noise in a noisy room, 10 dB below the speech."""

_PAUSE_BEFORE_S = 0.5
"""Seconds without speech before each text."""

_PAUSE_AFTER_S = 1.2
"""Seconds without speech after each text."""

_LEAD_IN_S = 1.5
"""Seconds without speech at the start: the voice activity detector takes noise that starts
suddenly for speech for about a second."""

_LOWEST_HZ = 60
"""Frequency below which the noise is silent: a small microphone picks nothing up there."""


class RoomCondition(StrEnum):
    """The noise in the room."""

    QUIET = "quiet"
    """Almost none."""

    NOISE = "noise"
    """Steady noise, as of a fan or running water, 10 dB below the speech."""


def sound_in_room(
    speech: Iterable[Samples], condition: RoomCondition, seed: str
) -> Iterator[Samples]:
    """Yield the microphone's sound: first without speech, then each speech, without a gap.

    The noise is the same for the same seed.
    """
    parts = [np.zeros(round(_LEAD_IN_S * RATE))]
    for samples in speech:
        gain = _gain(_SPEECH_DBFS - level_dbfs(samples)) / 32768
        pauses = (round(_PAUSE_BEFORE_S * RATE), round(_PAUSE_AFTER_S * RATE))
        part = np.pad(samples * gain, pauses)
        parts.append(np.pad(part, (0, -len(part) % BLOCK)))
    noise = _noise(sum(map(len, parts)), condition, seed)
    for part in parts:
        yield to_int16(part + noise[: len(part)])
        noise = noise[len(part) :]


def _noise(samples: int, condition: RoomCondition, seed: str) -> npt.NDArray[np.float64]:
    noise = np.random.default_rng(zlib.crc32(seed.encode())).standard_normal(samples)
    if condition is RoomCondition.NOISE:
        return _pink(noise) * _gain(_NOISY_ROOM_DBFS)
    return noise * _gain(_QUIET_ROOM_DBFS)


def _pink(white: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return noise with equal power in each octave, of RMS 1."""
    spectrum = np.fft.rfft(white)
    frequencies_hz = np.fft.rfftfreq(len(white), 1 / RATE)
    slope = 1 / np.sqrt(np.maximum(frequencies_hz, _LOWEST_HZ))
    spectrum *= np.where(frequencies_hz < _LOWEST_HZ, 0, slope)
    noise = np.fft.irfft(spectrum, len(white))
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def _gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))
