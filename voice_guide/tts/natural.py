"""Speech synthesis with hibari-tts, a natural voice, where it is installed."""

from importlib.metadata import version
from typing import Any

import numpy as np
import soxr

from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import VoiceSpec, trimmed

_VOICE = "heart"
"""The voice whose model is in the package; any other would be downloaded."""

_LANGUAGE = "en"
"""Code of the only language it speaks."""

_RATES_WPM = (90, 100, 120, 140, 160, 185, 215, 250, 310)
_SPEEDS = (0.5, 0.57, 0.66, 0.78, 0.83, 1.0, 1.32, 1.34, 2.0)
"""Speed at which this voice takes as long as espeak-ng does at each of these rates, measured on
the routines' sentences. Not a straight line, since each phoneme lasts whole frames."""

_GAIN = 2.0
"""Gain that makes it as loud as espeak-ng, with the highest peaks at 85 % of full scale."""

_SEED = 0
"""Seed of the noise in its breath, so that the same text always sounds the same."""


class NaturalTts:
    """The natural voice, loaded. Several threads may use it at once."""

    def __init__(self, language: str) -> None:
        """Load the voice; it takes about half a second and 160 MB.

        Raises VoiceGuideError if it is not installed, damaged, or asked for another language.
        """
        if language != _LANGUAGE:
            raise VoiceGuideError("hibari-tts speaks English only")
        try:
            from hibari import Hibari

            self._tts: Any = Hibari(_VOICE)
            # Loaded on first use otherwise, when a person waits for an answer.
            _ = self._tts.g2p.oov
            self.name = f"hibari-{version('hibari-tts')}-{_VOICE}"
        except ImportError as error:
            raise VoiceGuideError(
                f"hibari-tts is not installed, or not for this machine ({error}): "
                'pip install "voice-guide[natural]"'
            ) from error
        except Exception as error:
            # A damaged file makes its libraries raise all kinds of errors.
            raise VoiceGuideError(f"hibari-tts cannot be loaded: {error}") from error

    def render(self, text: str, voice: VoiceSpec) -> Samples:
        """Return the text spoken at the rate of `voice`, without silence around it.

        Shape (n,) at RATE. The name of `voice` is ignored, since there is only this one. Raises
        VoiceGuideError if it fails.
        """
        speed = float(np.interp(voice.rate_wpm, _RATES_WPM, _SPEEDS))
        try:
            sound = self._tts(text, speed, _SEED)
        except Exception as error:
            # Any error of its libraries means that there is no speech.
            raise VoiceGuideError(f"hibari-tts cannot speak: {error}") from error
        return trimmed(to_int16(_GAIN * soxr.resample(sound, self._tts.sample_rate, RATE)))
