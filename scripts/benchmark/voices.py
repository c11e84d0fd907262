"""Synthetic people, from two synthesizers: who speaks where no recordings are at hand."""

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

_WORDS_A_MINUTE = 160
"""espeak-ng's pace that is nearest to flite's own."""


@dataclass(frozen=True)
class Voice:
    """Somebody who can speak."""

    synthesizer: str
    """espeak-ng or flite."""

    name: str
    """What the synthesizer calls the voice."""

    pace: float = 1.0
    """How fast, beside the synthesizer's own pace."""

    def says(self, text: str) -> Samples:
        """Return the text, spoken; raises VoiceGuideError without the synthesizer."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            try:
                subprocess.run([*self._command(text), file], check=True)
            except FileNotFoundError as error:
                raise VoiceGuideError(f"{self.synthesizer} is needed: it speaks") from error
            return np.concatenate(list(Recording(file).blocks()))

    def _command(self, text: str) -> list[str]:
        # Programs, not libraries: espeak-ng's keeps its state once a process.
        if self.synthesizer == "espeak-ng":
            pace = str(round(_WORDS_A_MINUTE * self.pace))
            return ["espeak-ng", "-v", self.name, "-s", pace, text, "-w"]
        stretch = f"duration_stretch={1 / self.pace:.3f}"
        return ["flite", "-voice", self.name, "--setf", stretch, "-t", text, "-o"]


VOICES = (
    Voice("flite", "slt"),
    Voice("espeak-ng", "en-us+m7", 0.9),
    Voice("flite", "rms", 1.1),
    Voice("espeak-ng", "en-us+f4"),
    Voice("flite", "awb"),
    Voice("espeak-ng", "en-gb-x-rp+m5"),
    Voice("flite", "kal16", 1.1),
    Voice("espeak-ng", "en-gb-scotland+f3", 0.9),
    Voice("flite", "rms", 0.9),
    Voice("espeak-ng", "en-us+Andy", 1.1),
    Voice("flite", "slt", 1.2),
    Voice("espeak-ng", "en-029+m1"),
)
"""Men and women of several accents and paces."""


def rendered(said: Iterable[tuple[Voice, str]]) -> list[Samples]:
    """Return each text spoken by its voice, in the same order."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda pair: pair[0].says(pair[1]), said))
