"""Recordings of a `--speech` folder: WAV files and the tables that describe them."""

import csv
from pathlib import Path

import numpy as np

from voice_guide.audio.pcm import Samples, silence
from voice_guide.devices.wav_file import Recording
from voice_guide.errors import VoiceGuideError


def read_wav(file: Path) -> Samples:
    """Return a whole recording; raise VoiceGuideError if it cannot be read."""
    return np.concatenate([silence(0), *Recording(file).blocks()])


def recorded_talk(folder: Path) -> list[Samples]:
    """Return the recordings in talk/; raise VoiceGuideError if there are none."""
    return [read_wav(file) for file in _wav_files(folder / "talk")]


def recorded_noises(folder: Path) -> dict[str, Samples]:
    """Return the recordings in noise/ by name; raise VoiceGuideError if there are none."""
    return {title(file.stem): read_wav(file) for file in _wav_files(folder / "noise")}


def read_tsv(file: Path, *columns: str) -> list[dict[str, str]]:
    """Return the rows of a tab-separated table with a head.

    Raise VoiceGuideError if it cannot be read, or lacks one of these columns.
    """
    try:
        rows = list(csv.DictReader(file.read_text("utf-8").splitlines(), delimiter="\t"))
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceGuideError(f"{file}: cannot be read: this table is needed") from error
    if not rows or not set(columns) <= rows[0].keys():
        raise VoiceGuideError(f"{file}: not a table with the columns {', '.join(columns)}")
    return rows


def title(stem: str) -> str:
    """Return a file's stem as words."""
    return stem.replace("_", " ")


def _wav_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.wav"))
    if not files:
        raise VoiceGuideError(f"{folder}: no recordings (*.wav) here")
    return files
