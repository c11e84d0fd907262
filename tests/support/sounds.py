"""Sounds for tests of anything that measures levels."""

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, silence, to_int16


def hum(seconds: float, level: float = 0.1) -> Samples:
    """Return a tone, which is speech for anything that looks at levels only."""
    return to_int16(level * np.sin(2 * np.pi * 200 * np.arange(round(seconds * RATE)) / RATE))


def pause(seconds: float) -> Samples:
    """Return silence."""
    return silence(round(seconds * RATE))


def hiss(seconds: float) -> Samples:
    """Return white noise."""
    return to_int16(np.random.default_rng(5).normal(0, 0.02, round(seconds * RATE)))
