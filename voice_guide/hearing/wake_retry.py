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
        self._meanings: tuple[Meaning, ...] = ()
        self._ended_s = -inf

    def is_second(self, meanings: tuple[Meaning, ...], start_s: float, end_s: float) -> bool:
        """Take a doubtful meaning, said from `start_s` to `end_s`; return if it is a repeat."""
        is_repeat = meanings == self._meanings and start_s - self._ended_s < _MAX_RETRY_S
        self._meanings, self._ended_s = (() if is_repeat else meanings), end_s
        return is_repeat
