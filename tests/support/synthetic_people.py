"""Synthetic people: other voices than the guide's, from two different synthesizers."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, silence
from voice_guide.devices.wav_file import Recording
from voice_guide.tts.pyttsx3_tts import trimmed

ROOM_NOISE = 16.0
"""Standard deviation of the noise in a quiet room, in 16-bit steps: -66 dBFS."""


@dataclass(frozen=True)
class Person:
    """A person with a synthetic voice."""

    name: str
    """The synthesizer's name of the voice."""

    synthesizer: str
    """The synthesizer: espeak or flite."""

    def says(self, text: str) -> Samples:
        """Return the words, the same each time; flite pauses before and after them."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            subprocess.run([*self._command(file), text], check=True)
            sound = np.concatenate(list(Recording(file).blocks()))
        return trimmed(sound) if self.synthesizer == "espeak" else sound

    def _command(self, file: Path) -> list[str | Path]:
        if self.synthesizer == "espeak":
            # In a process of its own: within one, no rendering is quite like the one before.
            return ["espeak-ng", "-v", self.name, "-s", "150", "-w", file]
        return ["flite", "-voice", self.name, "-o", file, "-t"]


PEOPLE = (
    Person("en-us+m3", "espeak"),
    Person("en-us+f2", "espeak"),
    Person("kal16", "flite"),
    Person("slt", "flite"),
    Person("rms", "flite"),
    Person("awb", "flite"),
)


def in_a_quiet_room(said: Samples, after_s: float = 0.5, before_s: float = 1.2) -> Samples:
    """Return the words with silence before and after them, and a little noise."""
    sound = np.concatenate(
        [silence(round(after_s * RATE)), said // 2, silence(round(before_s * RATE))]
    )
    noise = np.random.default_rng(0).normal(0, ROOM_NOISE, len(sound))
    return (sound + noise).astype(np.int16)
