"""Backgrounds of scenes by category: recorded where there are recordings, synthetic otherwise."""

import random
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from harness.levels import active_level_dbfs
from harness.recordings import read_tsv, read_wav
from harness.synthetic_music import synthetic_songs
from harness.synthetic_noises import synthetic_noises
from harness.voices import VOICES
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.errors import VoiceGuideError

CATEGORIES = ("reading", "dialogue", "conversation", "music", "public", "household")
"""The kinds of backgrounds."""

_MAX_LENGTH_S = 12 * 60.0
"""Longest background of a category, in seconds."""

_SPEAKERS = {"reading": 1, "dialogue": 2, "conversation": 4}
"""People in each synthetic kind of talk."""

_PAUSE_S = {"reading": 0.5, "dialogue": 0.3, "conversation": -0.5}
"""Seconds between two lines of it; below 0, the lines overlap."""


def recorded_backgrounds(table: Path) -> dict[str, Samples]:
    """Return the recordings of background.tsv (file, category), joined by category.

    Raise VoiceGuideError if a category has none.
    """
    rows = read_tsv(table, "file", "category")
    random.Random(table.name).shuffle(rows)
    found: dict[str, Samples] = {}
    for category in CATEGORIES:
        files = [table.parent / row["file"] for row in rows if row["category"] == category]
        if not files:
            raise VoiceGuideError(f"{table}: no recordings of the category {category}")
        found[category] = _joined(files)
    return found


def synthetic_backgrounds(
    talk: Sequence[Samples], noises: Mapping[str, Samples] | None = None
) -> dict[str, Samples]:
    """Make a background of each category from lines of talk, noises and music."""
    household = noises or {
        name: noise for name, noise in synthetic_noises(talk).items() if name != "babble"
    }
    return {
        **{category: _talk(category, talk) for category in _SPEAKERS},
        "music": np.concatenate(synthetic_songs()),
        "public": synthetic_noises(talk)["babble"],
        "household": np.concatenate(list(household.values())),
    }


def _joined(files: Sequence[Path]) -> Samples:
    parts: list[Samples] = []
    length = 0
    for file in files:
        if length >= _MAX_LENGTH_S * RATE:
            break
        parts.append(read_wav(file))
        length += len(parts[-1])
    return np.concatenate(parts)


def _talk(category: str, talk: Sequence[Samples]) -> Samples:
    """Return lines of talk by so many of the voices, at one level."""
    # Line by line, the voices of the talk follow one another.
    voices = range(_SPEAKERS[category])
    lines = [line for at, line in enumerate(talk) if at % len(VOICES) in voices]
    pause = round(_PAUSE_S[category] * RATE)
    sound = np.zeros(sum(len(line) + max(pause, 0) for line in lines) + RATE)
    at = 0
    for line in islice(cycle(lines), len(lines)):
        level_db = -active_level_dbfs(line) - 26
        part = sound[at : at + len(line)]
        part += line[: len(part)] / 32768 * 10 ** (level_db / 20)
        at = max(0, at + len(line) + pause)
    return to_int16(sound[: max(at, RATE)])
