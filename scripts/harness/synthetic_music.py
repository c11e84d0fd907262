"""Music, made in place of recordings: chords, a melody and a drum on four instruments."""

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.simulation.acoustics import Sound

_SONG_S = 60
"""Length of a song, in seconds."""

_CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
"""The four chords of most songs, in semitones over the key."""

_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
"""Notes of the melodies, in semitones over the key."""

_PARTIALS = {
    "organ": ((1, 1.0), (2, 0.6), (3, 0.3), (4, 0.2)),
    "strings": ((1, 1.0), (2, 0.5), (3, 0.35), (4, 0.25), (5, 0.2), (6, 0.15), (7, 0.12)),
    "clarinet": ((1, 1.0), (3, 0.5), (5, 0.25), (7, 0.1)),
    "guitar": ((1, 1.0), (2, 0.7), (3, 0.5), (4, 0.2), (5, 0.1)),
}
"""Harmonics of each instrument: number and strength."""


def synthetic_songs() -> list[Samples]:
    """Return a song of a minute for each instrument, each in another key."""
    return [
        _song(instrument, key_hz=110 * 2 ** (number / 4), seed=number)
        for number, instrument in enumerate(_PARTIALS)
    ]


def _song(instrument: str, key_hz: float, seed: int) -> Samples:
    chance = np.random.default_rng(seed)
    beat_s = float(chance.uniform(0.35, 0.7))
    sound = np.zeros(round(_SONG_S * RATE))
    for beat in range(round(_SONG_S / beat_s)):
        at = round(beat * beat_s * RATE)
        chord = _CHORDS[beat // 4 % len(_CHORDS)]
        if beat % 4 == 0:
            for semitones in chord:
                _add(sound, at, _note(instrument, key_hz, semitones, 4 * beat_s, 0.25))
        if chance.random() < 0.7:
            semitones = 12 + int(chance.choice(_SCALE))
            length_s = beat_s * float(chance.choice([0.5, 1, 2]))
            _add(sound, at, _note(instrument, key_hz, semitones, length_s, 0.4))
        _add(sound, at, _drum(chance, is_strong=beat % 2 == 0))
    return to_int16(0.5 * sound / np.abs(sound).max())


def _add(sound: Sound, at: int, more: Sound) -> None:
    part = sound[at : at + len(more)]
    part += more[: len(part)]


def _note(
    instrument: str, key_hz: float, semitones: int, length_s: float, loudness: float
) -> Sound:
    times = np.arange(round(length_s * RATE)) / RATE
    # A little vibrato, as of strings and voices.
    phase = 2 * np.pi * key_hz * 2 ** (semitones / 12) * times + 0.3 * np.sin(33 * times)
    tone = sum(strength * np.sin(number * phase) for number, strength in _PARTIALS[instrument])
    swell = np.minimum(1, times / 0.02) * np.exp(-times * (4 if instrument == "guitar" else 0.5))
    return np.asarray(loudness * swell * np.minimum(1, (length_s - times) / 0.02) * tone)


def _drum(chance: np.random.Generator, is_strong: bool) -> Sound:
    times = np.arange(round(0.2 * RATE)) / RATE
    if is_strong:
        return np.asarray(0.6 * np.sin(2 * np.pi * 60 * times) * np.exp(-times * 25))
    return np.asarray(0.15 * chance.normal(0, 1, len(times)) * np.exp(-times * 60))
