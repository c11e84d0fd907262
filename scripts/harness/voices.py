"""Synthetic people from two synthesizers, espeak-ng and flite."""

import os
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice_guide.audio.pcm import Samples
from voice_guide.devices.wav_file import Recording
from voice_guide.errors import VoiceGuideError

_ESPEAK_WORDS_PER_MIN = 160
"""Rate of espeak-ng that comes nearest to flite's own."""


@dataclass(frozen=True)
class SyntheticVoice:
    """A voice of one of the synthesizers."""

    synthesizer: str
    """espeak-ng or flite."""

    name: str
    """The synthesizer's name of the voice."""

    pace: float = 1.0
    """Speed relative to the synthesizer's own."""

    def render(self, text: str) -> Samples:
        """Return the spoken text; raise VoiceGuideError if the synthesizer is not installed."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            try:
                subprocess.run([*self._command(text), file], check=True)
            except FileNotFoundError as error:
                raise VoiceGuideError(
                    f"{self.synthesizer} is not installed: it speaks for synthetic people"
                ) from error
            return np.concatenate(list(Recording(file).blocks()))

    def _command(self, text: str) -> list[str]:
        # Programs, not libraries: espeak-ng's library keeps its state for a whole process.
        if self.synthesizer == "espeak-ng":
            rate = str(round(_ESPEAK_WORDS_PER_MIN * self.pace))
            return ["espeak-ng", "-v", self.name, "-s", rate, text, "-w"]
        stretch = f"duration_stretch={1 / self.pace:.3f}"
        return ["flite", "-voice", self.name, "--setf", stretch, "-t", text, "-o"]


VOICES = (
    SyntheticVoice("flite", "slt"),
    SyntheticVoice("espeak-ng", "en-us+m7", 0.9),
    SyntheticVoice("flite", "rms", 1.1),
    SyntheticVoice("espeak-ng", "en-us+f4"),
    SyntheticVoice("flite", "awb"),
    SyntheticVoice("espeak-ng", "en-gb-x-rp+m5"),
    SyntheticVoice("flite", "kal16", 1.1),
    SyntheticVoice("espeak-ng", "en-gb-scotland+f3", 0.9),
    SyntheticVoice("flite", "rms", 0.9),
    SyntheticVoice("espeak-ng", "en-us+Andy", 1.1),
    SyntheticVoice("flite", "slt", 1.2),
    SyntheticVoice("espeak-ng", "en-029+m1"),
)
"""Men and women with several accents and speeds."""


def render_all(texts: Iterable[tuple[SyntheticVoice, str]]) -> list[Samples]:
    """Return each text spoken by its voice, in the same order."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda pair: pair[0].render(pair[1]), texts))
