"""Synthesize the guide's chimes from sine notes."""

from functools import cache

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.dialogue.chime import Chime

_PEAK = 0.12
"""Peak of a note relative to full scale: well below the peak of the voice."""

_NOTES: dict[Chime, tuple[tuple[float, float], ...]] = {
    Chime.UNCLEAR: ((330.0, 0.09), (262.0, 0.13)),
    Chime.START: ((659.0, 0.12), (659.0, 0.2)),
    Chime.TIME_UP: ((523.0, 0.14), (659.0, 0.14), (784.0, 0.3)),
    Chime.WAKE: ((523.0, 0.09), (784.0, 0.16)),
}
"""Notes of each chime: pitch in Hz, length in seconds."""


@cache
def sound(chime: Chime) -> Samples:
    """Return a chime, shape (n,) at RATE."""
    return np.concatenate([_note(pitch_hz, length_s) for pitch_hz, length_s in _NOTES[chime]])


def _note(pitch_hz: float, length_s: float) -> Samples:
    at_s = np.arange(round(length_s * RATE)) / RATE
    fade_in = np.minimum(at_s / 0.008, 1.0)
    fade_out = np.exp(-4.0 * at_s / length_s) * np.minimum((length_s - at_s) / 0.008, 1.0)
    return to_int16(_PEAK * np.sin(2 * np.pi * pitch_hz * at_s) * fade_in * fade_out)
