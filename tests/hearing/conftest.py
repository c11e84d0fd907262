"""Fixtures that the tests of several parts of hearing share."""

import pytest

from voice_guide.audio.pcm import BLOCK, Samples
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render


@pytest.fixture(scope="session")
def voice() -> Samples:
    """Four seconds of a person talking, in whole blocks."""
    text = "the quick brown fox jumps over the lazy dog and goes home"
    said = render(text, VoiceSpec("en-us+m3", 150))
    return said[: len(said) // BLOCK * BLOCK]
