"""Background talk: speech that is not meant for the guide, and how it affects what follows."""

from collections.abc import Sequence
from math import inf

from voice_guide.hearing.recognizer import Word

_MIN_TALK_S = 1.0
"""Seconds of speech without a command from which on it is background talk."""

_MIN_PAUSE_S = 0.3
"""Seconds of silence between background talk and a command."""

_TALK_GOES_ON_S = 2.0
"""Seconds after background talk in which more of it is expected: a single word then needs higher
odds to be a command, and what is not understood was not meant for the guide."""

_EXTRA_LOG_ODDS = 3.0
"""Natural logarithm of the factor by which those odds are higher."""

_MIN_ADDRESS_S, _MAX_ADDRESS_S = 0.3, 4.0
"""Seconds that people speak when they speak to the guide: what is shorter is a noise, what is
longer is background talk."""


class BackgroundTalk:
    """Tracks what was said but not understood. All times are in seconds of audio."""

    def __init__(self) -> None:
        self._ended_s = -inf
        self._follows_talk = False
        self._words: list[Word] = []

    def begin(self, at_s: float) -> None:
        """Start an utterance."""
        self._follows_talk = at_s - self._ended_s < _TALK_GOES_ON_S
        self._words.clear()

    def add(self, words: Sequence[Word]) -> None:
        """Take words of the utterance that are no command."""
        self._words += words
        if self._length_s >= _MIN_TALK_S:
            self._ended_s = self._words[-1].end_s

    def needed_odds(self, words: Sequence[Word], is_safe: bool) -> float:
        """Return the log odds that these words need beyond the usual to be a command.

        `is_safe` is true for one that is better obeyed once too often than missed.
        """
        pause_s = words[0].start_s - self._ended_s
        if pause_s < _MIN_PAUSE_S:
            return inf
        is_doubtful = len(words) == 1 and pause_s < _TALK_GOES_ON_S and not is_safe
        return _EXTRA_LOG_ODDS if is_doubtful else 0.0

    def end(self) -> str | None:
        """End the utterance; return its words if they were meant for the guide, else None."""
        if not self._words:
            return None
        words, length_s = self._words, self._length_s
        self._words = []
        if self._follows_talk or not _MIN_ADDRESS_S <= length_s <= _MAX_ADDRESS_S:
            return None
        return " ".join(word.text for word in words)

    @property
    def _length_s(self) -> float:
        return self._words[-1].end_s - self._words[0].start_s if self._words else 0.0
