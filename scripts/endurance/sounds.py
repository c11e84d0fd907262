"""What is to be heard in a home through a day, beside who speaks to the guide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.materials import (
    recorded_noises,
    recorded_talk,
    synthetic_noises,
    synthetic_talk,
)
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.simulation.acoustics import Sound

_PIECE_S = 20.0
"""How long a noise or music is played in one go, in seconds."""

_CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
"""What most songs are made of, in semitones over the key."""

_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
"""Notes of the melodies, in semitones over the key."""

_PARTIALS = {
    "organ": ((1, 1.0), (2, 0.6), (3, 0.3), (4, 0.2)),
    "strings": ((1, 1.0), (2, 0.5), (3, 0.35), (4, 0.25), (5, 0.2), (6, 0.15), (7, 0.12)),
    "clarinet": ((1, 1.0), (3, 0.5), (5, 0.25), (7, 0.1)),
    "guitar": ((1, 1.0), (2, 0.7), (3, 0.5), (4, 0.2), (5, 0.1)),
}
"""Harmonics of each instrument, and how strong they are."""


@dataclass(frozen=True)
class Sounds:
    """All that is to be heard."""

    talk: Sequence[Samples]
    """People talking to somebody else, a sentence or more in each."""

    music: Sequence[Samples]
    """Pieces of music."""

    kitchen: Sequence[Samples]
    """Pieces of noise."""

    noises: Mapping[str, Samples]
    """The same as they are, to be heard behind somebody who speaks."""


def sounds(speech: Path | None) -> Sounds:
    """Make everything; with a folder of recordings, take its talk and noises besides.

    Raises VoiceGuideError where there are none in it.
    """
    talk = synthetic_talk(1)
    noises = synthetic_noises(talk)
    if speech:
        talk += recorded_talk(speech)
        noises |= recorded_noises(speech)
    music = [
        piece
        for number, instrument in enumerate(_PARTIALS)
        for piece in _pieces(_song(instrument, key_hz=110 * 2 ** (number / 4), seed=number))
    ]
    kitchen = [piece for noise in noises.values() for piece in _pieces(noise)]
    return Sounds(talk, music, kitchen, noises)


def _pieces(sound: Samples) -> Iterator[Samples]:
    for at in range(0, len(sound), round(_PIECE_S * RATE)):
        yield sound[at : at + round(_PIECE_S * RATE)]


def _song(instrument: str, key_hz: float, seed: int) -> Samples:
    """Return a minute of chords, a melody over them, and a drum."""
    chance = np.random.default_rng(seed)
    beat_s = float(chance.uniform(0.35, 0.7))
    sound = np.zeros(round(60 * RATE))
    for beat in range(round(60 / beat_s)):
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
