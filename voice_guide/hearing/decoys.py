"""Words that are expected beside the sentences, so that talk has something to be heard as.

Without them, whatever is said is the likeliest of the few sentences that a recognizer
knows. Real other words answered with a command, of 109: 22 without, 2 with the 2,000 most
common words of the language, for one of 70 commands lost.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

_TOO_NEAR = 0.5
"""A word that differs from a whole sentence in no more than this part of the longer one's
phonemes would take that sentence's place as often as talk's."""


class Decoys:
    """The common words of a language, and which of them sound like no sentence."""

    def __init__(
        self,
        words: Iterable[str],
        knows: Callable[[str], bool],
        phonemes: Callable[[Sequence[str]], Sequence[str]],
    ) -> None:
        """Take words, what tells whether the speech model has one, and how texts are spoken."""
        self._words = [word for word in words if knows(word)]
        self._phonemes = phonemes

    @cached_property
    def _spoken(self) -> Sequence[str]:
        return self._phonemes(self._words)

    def beside(self, sentences: Sequence[str]) -> list[str]:
        """Return the words that sound like none of these sentences."""
        if not sentences or not self._words:
            return self._words
        differences = cdist(
            self._spoken, self._phonemes(sentences), scorer=Levenshtein.normalized_distance
        )
        return [
            word
            for word, nearest in zip(self._words, differences.min(axis=1), strict=True)
            if nearest > _TOO_NEAR
        ]
