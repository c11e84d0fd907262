"""What was almost understood: who says it again is taken at her word.

A wake phrase that a look-alike has the better of is not obeyed, but who is not answered says it
again, which talk hardly does: as Apple described it for "Hey Siri" in 2017.
"""

from math import inf

from voice_guide.nlu.sentences import Meaning

_AGAIN_WITHIN_S = 8.0
"""How soon somebody says it again who is not answered, in seconds."""


class WakeRetry:
    """Remembers the last meaning that there was some doubt about."""

    def __init__(self) -> None:
        self._meaning: Meaning | None = None
        self._ended_s = -inf

    def is_second(self, meaning: Meaning, start_s: float, end_s: float) -> bool:
        """Take what was said from `start_s` to `end_s`; tell whether it was just said before."""
        is_again = meaning == self._meaning and start_s - self._ended_s < _AGAIN_WITHIN_S
        self._meaning, self._ended_s = (None if is_again else meaning), end_s
        return is_again
