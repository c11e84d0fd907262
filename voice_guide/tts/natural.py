"""Text to sound through hibari-tts, a voice that sounds like a person's, where it is installed."""

from importlib.metadata import version
from typing import Any

import numpy as np
import soxr

from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import VoiceSpec, trimmed

_VOICE = "heart"
"""The one voice whose model is in the package: any other would be downloaded."""

_LANGUAGE = "en"
"""The code of the one language it speaks."""

_PACES_WPM = (90, 100, 120, 140, 160, 185, 215, 250, 310)
_SPEEDS = (0.5, 0.57, 0.66, 0.78, 0.83, 1.0, 1.32, 1.34, 2.0)
"""The speed at which this voice says the routines' sentences in the time that espeak-ng takes at
each of these paces. Measured: sounds last whole frames, and so that is no straight line."""

_GAIN = 2.0
"""What makes it as loud as espeak-ng, and its loudest peaks 85 % of full scale."""

_SEED = 0
"""Its breath is noise; the same text is to sound the same each time."""


class NaturalTts:
    """One loaded voice, which may be used by several threads at once."""

    def __init__(self, language: str) -> None:
        """Load it; it takes about half a second and 160 MB.

        Raises VoiceGuideError where it is not installed, or not whole, or for another language.
        """
        if language != _LANGUAGE:
            raise VoiceGuideError("hibari-tts speaks English only")
        try:
            from hibari import Hibari

            self._tts: Any = Hibari(_VOICE)
            # Loaded on first use, which would be while somebody waits for an answer.
            _ = self._tts.g2p.oov
            self.name = f"hibari-{version('hibari-tts')}-{_VOICE}"
        except ImportError as error:
            raise VoiceGuideError(
                f"hibari-tts is not installed, or not for this machine ({error}): "
                'pip install "voice-guide[natural]"'
            ) from error
        except Exception as error:
            # Whatever a damaged file makes its libraries raise.
            raise VoiceGuideError(f"hibari-tts cannot be loaded: {error}") from error

    def render(self, text: str, speaker: VoiceSpec) -> Samples:
        """Return the text spoken at the speaker's pace, without the silence around it.

        Shape (n,) at RATE. It is always the one voice, whatever the
        speaker's is called. Raises VoiceGuideError where it fails.
        """
        speed = float(np.interp(speaker.rate_wpm, _PACES_WPM, _SPEEDS))
        try:
            sound = self._tts(text, speed, _SEED)
        except Exception as error:
            # Whatever its libraries raise, it has no voice then.
            raise VoiceGuideError(f"hibari-tts cannot speak: {error}") from error
        return trimmed(to_int16(_GAIN * soxr.resample(sound, self._tts.sample_rate, RATE)))
