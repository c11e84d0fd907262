"""A simulated room with a person, the guide's loudspeaker and its microphone.

It advances block by block: what is played depends on what was heard just before.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from voice_guide.audio.pcm import BLOCK, Samples, level_dbfs, silence, to_int16
from voice_guide.simulation.acoustics import Acoustics, Echo, Sound, convolved

Process: TypeAlias = Callable[[Samples, Samples], Samples]
"""A session's function: it takes a block that was heard and the one played with it, and returns
the next to play."""


class Room:
    """Runs a session in it, as fast as the machine can."""

    def __init__(self, acoustics: Acoustics, process: Process) -> None:
        self._acoustics = acoustics
        self._process = process
        self._echo = Echo(acoustics)
        self._chance = np.random.default_rng(acoustics.seed)
        self._noise = _at_level(acoustics.background, acoustics.background_dbfs)
        self._speech = np.zeros(0)
        self._played = silence()
        self._samples = 0

    @property
    def person_is_speaking(self) -> bool:
        """True while the person's speech, or its reverberation, can be heard."""
        return bool(len(self._speech))

    def say(self, sound: Samples, gain: float = 1.0) -> None:
        """Let the person start to say this, with a factor on the usual loudness."""
        said = convolved(sound / 32768.0, self._acoustics.from_person)
        said *= gain * self._acoustics.person_gain
        # The last speech may not have decayed.
        shorter, longer = sorted((said, self._speech), key=len)
        self._speech = longer + np.pad(shorter, (0, len(longer) - len(shorter)))

    def move_on(self) -> Samples:
        """Let one block of time pass; return what the microphone heard, shape (BLOCK,)."""
        heard = self._chance.normal(0, 10 ** (self._acoustics.noise_dbfs / 20), BLOCK)
        at = self._samples
        heard += self._noise[np.arange(at, at + BLOCK) % len(self._noise)]
        self._samples += BLOCK
        heard += self._echo.of(self._played)
        said, self._speech = self._speech[:BLOCK], self._speech[BLOCK:]
        heard[: len(said)] += said
        block = to_int16(heard)
        self._played = self._process(block, self._played)
        return block


def _at_level(recording: Samples | None, dbfs: float) -> Sound:
    """Return a recording at this level; silence without one."""
    if recording is None:
        return np.zeros(BLOCK)
    return np.asarray(recording / 32768.0 * 10 ** ((dbfs - level_dbfs(recording)) / 20))
