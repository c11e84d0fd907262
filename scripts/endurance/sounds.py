"""Sounds of a home through a day, apart from people who speak to the guide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.recordings import recorded_noises, recorded_talk
from harness.synthetic_music import synthetic_songs
from harness.synthetic_noises import synthetic_noises
from harness.synthetic_talk import synthetic_talk
from voice_guide.audio.pcm import RATE, Samples

_PIECE_S = 20.0
"""Length of a piece of noise or music, in seconds."""


@dataclass(frozen=True)
class HomeSounds:
    """The sounds of a home."""

    talk: Sequence[Samples]
    """People talking to each other: a sentence or more in each recording."""

    music: Sequence[Samples]
    """Pieces of music."""

    kitchen: Sequence[Samples]
    """Pieces of noise."""

    noises: Mapping[str, Samples]
    """The whole noises by name, to be heard behind a person who speaks."""


def home_sounds(speech: Path | None) -> HomeSounds:
    """Return synthetic sounds and, with a folder of recordings, its talk and noises as well.

    Raise VoiceGuideError if the folder has none.
    """
    talk = synthetic_talk(1)
    noises = synthetic_noises(talk)
    if speech:
        talk += recorded_talk(speech)
        noises |= recorded_noises(speech)
    music = [piece for song in synthetic_songs() for piece in _pieces(song)]
    kitchen = [piece for noise in noises.values() for piece in _pieces(noise)]
    return HomeSounds(talk, music, kitchen, noises)


def _pieces(sound: Samples) -> Iterator[Samples]:
    for at in range(0, len(sound), round(_PIECE_S * RATE)):
        yield sound[at : at + round(_PIECE_S * RATE)]
