"""Everyday talk by synthetic people, in place of recordings."""

from pathlib import Path

from harness.voices import VOICES, render_all
from voice_guide.audio.pcm import Samples

_TALK = Path(__file__).parent / "talk.txt"

_VOICES_FURTHER = 5
"""Voices that each repetition of the talk moves on by."""


def synthetic_talk(repetitions: int) -> list[Samples]:
    """Return the lines of talk.txt, each spoken by that many different voices.

    Neighbouring lines have different voices.
    """
    lines = [line for line in _TALK.read_text("utf-8").splitlines() if not line.startswith("#")]
    return render_all(
        (VOICES[(at + _VOICES_FURTHER * repetition) % len(VOICES)], line)
        for repetition in range(repetitions)
        for at, line in enumerate(lines)
    )
