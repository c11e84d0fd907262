"""Keeping the guide's own voice out of its ear."""

from voice_guide.audio import BLOCK, RATE, Samples, level_dbfs

_QUIET_DBFS = -60.0
"""What is played below this level leaves nothing in the microphone worth minding."""

_TAIL_S = 0.4
"""How long after the last sound played its echo may still arrive: the sound system's
round trip (up to 0.1 s measured through PulseAudio) and the room's decay (0.3 s)."""


class EchoGuard:
    """Takes what was heard and what was played meanwhile; gives what a person said.

    It closes the ear while the speaker plays. Both signals arrive here sample by sample
    so that cancelling can take its place without any other room noticing.
    """

    def __init__(self) -> None:
        self._closed_samples = 0

    def near_end(self, heard: Samples, played: Samples) -> Samples | None:
        """Return one block of what was said near the microphone, or None while closed."""
        if level_dbfs(played) > _QUIET_DBFS:
            self._closed_samples = round(_TAIL_S * RATE)
        if self._closed_samples > 0:
            self._closed_samples -= BLOCK
            return None
        return heard
