"""Talk that is not meant for the guide, and what to make of what comes after it."""

from collections.abc import Sequence
from math import inf

from voice_guide.hearing.recognizer import Word

_TALK_S = 1.0
"""Speech that was not understood is talk if it lasted as long as this, in seconds."""

_PAUSE_S = 0.3
"""Silence before a command, where talk that is none went before it, in seconds."""

_GOES_ON_S = 2.0
"""For so long after talk, more of it is expected, in seconds: a single word has to be surer
to be a command, and what is not understood was not meant for the guide."""

_MORE_ODDS = 3.0
"""By how much the logarithm of its odds has to be higher then."""

_UNCLEAR_S = (0.3, 4.0)
"""How long somebody speaks who speaks to the guide, in seconds: what is shorter is taken
for a noise, what is longer for talk that is not meant for it."""


class BackgroundTalk:
    """Follows what was not understood. All times are in seconds of audio since the start."""

    def __init__(self) -> None:
        self._ended_s = -inf
        self._follows = False
        self._words: list[Word] = []

    def begin(self, at_s: float) -> None:
        """An utterance begins here."""
        self._follows = at_s - self._ended_s < _GOES_ON_S
        self._words.clear()

    def add(self, words: Sequence[Word]) -> None:
        """Take words that mean nothing."""
        self._words += words
        if self._lasted_s >= _TALK_S:
            self._ended_s = self._words[-1].end_s

    def needed_odds(self, words: Sequence[Word]) -> float:
        """Return by how much these need higher odds than usual to be a command."""
        pause_s = words[0].start_s - self._ended_s
        if pause_s < _PAUSE_S:
            return inf
        return _MORE_ODDS if len(words) == 1 and pause_s < _GOES_ON_S else 0.0

    def end(self) -> str | None:
        """The utterance is over: return what was said in it, if it was meant for the guide."""
        shortest_s, longest_s = _UNCLEAR_S
        words, lasted_s = self._words, self._lasted_s
        self._words = []
        if self._follows or not shortest_s <= lasted_s <= longest_s:
            return None
        return " ".join(word.text for word in words)

    @property
    def _lasted_s(self) -> float:
        return self._words[-1].end_s - self._words[0].start_s if self._words else 0.0
