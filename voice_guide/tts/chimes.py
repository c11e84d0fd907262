"""Small sounds that say something without words, made here from sines."""

from enum import Enum
from functools import cache

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, to_int16

_PEAK = 0.12
"""Peak against full scale: well below the voice's."""


class Chime(Enum):
    """What a sound tells; the value is its notes: pitch in Hz, length in seconds."""

    UNCLEAR = ((330.0, 0.09), (262.0, 0.13))
    """I heard you, and did not understand."""

    START = ((659.0, 0.12), (659.0, 0.2))
    """The time of a step begins."""

    TIME_UP = ((523.0, 0.14), (659.0, 0.14), (784.0, 0.3))
    """The time of a step is over."""

    WAKE = ((523.0, 0.09), (784.0, 0.16))
    """I am awake, and listening."""


@cache
def sound(chime: Chime) -> Samples:
    """Return a chime, shape (n,) at RATE."""
    return np.concatenate([_note(pitch_hz, length_s) for pitch_hz, length_s in chime.value])


def _note(pitch_hz: float, length_s: float) -> Samples:
    at_s = np.arange(round(length_s * RATE)) / RATE
    fade_in = np.minimum(at_s / 0.008, 1.0)
    fade_out = np.exp(-4.0 * at_s / length_s) * np.minimum((length_s - at_s) / 0.008, 1.0)
    return to_int16(_PEAK * np.sin(2 * np.pi * pitch_hz * at_s) * fade_in * fade_out)
