"""Automatic gain control: bring every voice to the level that the speech model needs."""

import numpy as np

from voice_guide.audio.pcm import Samples, level_dbfs

_TARGET_DBFS = -11.0
"""Level that the loudest blocks of a voice are brought to, in dBFS: the whole voice is then at
about -17. At -35 the model understands a tenth less, over noise a third less."""

_INITIAL_DBFS = -20.0
"""Level assumed for the loudest blocks of a voice before any was heard, in dBFS."""

_MIN_VOICE_DBFS = -45.0
"""Level in dBFS below which a voice is amplified no further."""

_RELEASE_DB_PER_BLOCK = 0.02
"""Decibels by which the assumed level falls with each block of speech, 1 dB a second. A person
who walks away is followed within a few sentences, and no gain change is audible in a word."""


class GainControl:
    """Tracks the level of a voice: at once when it gets louder, slowly when it gets quieter."""

    def __init__(self) -> None:
        self._loudest_dbfs = _INITIAL_DBFS

    def follow(self, block: Samples) -> None:
        """Take a block of speech."""
        expected = max(self._loudest_dbfs - _RELEASE_DB_PER_BLOCK, _MIN_VOICE_DBFS)
        self._loudest_dbfs = max(expected, level_dbfs(block))

    def level(self, block: Samples) -> Samples:
        """Return a block at the target level; peaks beyond full scale are clipped."""
        gain = 10 ** ((_TARGET_DBFS - self._loudest_dbfs) / 20)
        amplified: Samples = np.minimum(np.maximum(block * gain, -32768), 32767).astype(np.int16)
        return amplified
