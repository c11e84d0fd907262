"""Bringing every voice to the loudness that the speech model understands best."""

import numpy as np

from voice_guide.audio.pcm import Samples, level_dbfs

_TARGET_DBFS = -11.0
"""The level that the loudest blocks of a voice are brought to: the whole of it is then at
about -17 dBFS. At -35 dBFS the model understands a tenth less, over noise a third."""

_EXPECTED_DBFS = -20.0
"""The level expected of the loudest blocks of a voice that was not heard yet."""

_QUIETEST_DBFS = -45.0
"""A voice quieter than this is not amplified any further."""

_RELEASE_DB = 0.02
"""How much quieter the voice is expected to be after each block of it: 1 dB a second of
speech. Somebody who walks away is followed within a few sentences, and between the words of
one nothing changes that can be heard."""


class GainControl:
    """Follows how loud a voice is, at once where it gets louder, slowly where quieter."""

    def __init__(self) -> None:
        self._loudest_dbfs = _EXPECTED_DBFS

    def follow(self, block: Samples) -> None:
        """Take a block of speech."""
        expected = max(self._loudest_dbfs - _RELEASE_DB, _QUIETEST_DBFS)
        self._loudest_dbfs = max(expected, level_dbfs(block))

    def level(self, block: Samples) -> Samples:
        """Return a block as loud as it should be; peaks too loud for that are clipped."""
        gain = 10 ** ((_TARGET_DBFS - self._loudest_dbfs) / 20)
        amplified: Samples = np.clip(block * gain, -32768, 32767).astype(np.int16)
        return amplified
