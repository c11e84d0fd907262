"""Household noises, made in place of recordings: a tap, dishes, several people at once."""

from collections.abc import Sequence

import numpy as np

from harness.levels import active_level_dbfs
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.simulation.acoustics import Sound

_LENGTH_S = 60.0
"""Length of each noise, in seconds."""

_BABBLE_VOICES = 6
"""People who talk at once."""


def synthetic_noises(talk: Sequence[Samples]) -> dict[str, Samples]:
    """Return the noises by name; the people who talk at once say these sentences."""
    return {"tap": _tap(), "dishes": _dishes(), "babble": _babble(talk)}


def _shaped_noise(length: int, slope: float) -> Sound:
    """Return noise whose power falls with the frequency to the power of `slope`."""
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(0, 1, length))
    frequencies = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 50.0)
    return np.asarray(np.fft.irfft(spectrum * frequencies ** (-slope / 2), length))


def _tap() -> Samples:
    return _normalized(_shaped_noise(round(_LENGTH_S * RATE), 1.0))


def _dishes() -> Samples:
    """Return clatter: bursts of a few ringing partials over a little water."""
    chance = np.random.default_rng(2)
    sound = _shaped_noise(round(_LENGTH_S * RATE), 1.0)
    sound *= 0.03 / np.std(sound)
    at = 0
    while (at := at + round(chance.exponential(0.25) * RATE)) < len(sound):
        times = np.arange(min(round(0.3 * RATE), len(sound) - at)) / RATE
        partials = chance.uniform(800, 7000, (6, 1))
        ring = np.sin(2 * np.pi * partials * times).sum(axis=0)
        decay = np.exp(-times / chance.uniform(0.01, 0.06))
        sound[at : at + len(times)] += chance.lognormal(-2, 0.7) * ring * decay
    return _normalized(sound)


def _babble(talk: Sequence[Samples]) -> Samples:
    length = round(_LENGTH_S * RATE)
    sound = np.zeros(length)
    for first in range(_BABBLE_VOICES):
        voice = np.concatenate(talk[first::_BABBLE_VOICES]).astype(float)
        level_dbfs = active_level_dbfs(to_int16(voice / 32768))
        sound += np.resize(voice, length) * 10 ** (-level_dbfs / 20)
    return _normalized(sound)


def _normalized(sound: Sound) -> Samples:
    return to_int16(0.5 * sound / np.abs(sound).max())
