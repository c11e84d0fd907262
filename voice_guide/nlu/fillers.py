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

_MAX_SHORT_WORDS = 2
"""Words of a sentence that a single word may be near."""

_AT_ONCE = 200
"""Words that are compared with all sentences at once: for all of them it would take 13 MB, which
a small machine never gets back."""


class FillerWords:
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
        # One that is much longer is never near: its length alone is too much of a difference.
        short = [text for text in sentences if len(text.split()) <= _MAX_SHORT_WORDS]
        if not short:
            return self._words
        spoken = self._phonemes(short)
        return [
            word
            for first in range(0, len(self._words), _AT_ONCE)
            for word, nearest in zip(
                self._words[first : first + _AT_ONCE],
                _least_differences(self._spoken[first : first + _AT_ONCE], spoken),
                strict=True,
            )
            if nearest > _TOO_NEAR
        ]


def _least_differences(texts: Sequence[str], others: Sequence[str]) -> list[float]:
    """Return how much each text differs from that of the others which is nearest to it."""
    differences = cdist(texts, others, scorer=Levenshtein.normalized_distance)
    least: list[float] = differences.min(axis=1).tolist()
    return least
