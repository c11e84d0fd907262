"""Second attempts: a doubtful wake phrase counts when it is said twice.

A wake phrase is not obeyed where words that sound like it are likelier. A person who gets no
answer repeats it, which background talk rarely does. Apple described this for "Hey Siri" in 2017.
"""

from math import inf

from voice_guide.nlu.sentences import Meaning

_MAX_RETRY_S = 8.0
"""Seconds within which a person who gets no answer repeats the wake phrase."""


class WakeRetry:
    """Remembers the last doubtful meaning."""

    def __init__(self) -> None:
        self._meaning: Meaning | None = None
        self._ended_s = -inf

    def is_second(self, meaning: Meaning, start_s: float, end_s: float) -> bool:
        """Take a doubtful meaning, said from `start_s` to `end_s`; return if it is a repeat."""
        is_repeat = meaning == self._meaning and start_s - self._ended_s < _MAX_RETRY_S
        self._meaning, self._ended_s = (None if is_repeat else meaning), end_s
        return is_repeat
