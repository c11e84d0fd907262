"""Words that are expected beside the sentences, so that talk has something to be heard as.

Without them, whatever is said is the likeliest of the few sentences that a recognizer
knows. Real other words answered with a command, of 109: 22 without, 2 with the 2,000 most
common words of the language, for one of 70 commands lost.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

_TOO_NEAR = 0.5
"""A word that differs from a whole sentence in no more than this part of the longer one's
phonemes would take that sentence's place as often as talk's."""

_COMMON_WORDS = Path(__file__).parent.parent / "sentences" / "{language}" / "common_words.txt"


class Decoys:
    """The common words of a language, and which of them sound like no sentence."""

    def __init__(
        self, words: Iterable[str], knows: Callable[[str], bool], phonemes: Callable[[str], str]
    ) -> None:
        """Take words, what tells whether the speech model has one, and how they are spoken."""
        self._phonemes = lru_cache(None)(phonemes)
        self._words = [word for word in words if knows(word)]

    def beside(self, sentences: Sequence[str]) -> list[str]:
        """Return the words that sound like none of these sentences."""
        spoken = [self._phonemes(sentence) for sentence in sentences]
        words = [self._phonemes(word) for word in self._words]
        if not spoken or not words:
            return self._words
        differences = cdist(words, spoken, scorer=Levenshtein.normalized_distance)
        return [
            word
            for word, nearest in zip(self._words, differences.min(axis=1), strict=True)
            if nearest > _TOO_NEAR
        ]


def common_words(language: str) -> list[str]:
    """Return the common words of a language, none where this project has no list of them."""
    file = Path(str(_COMMON_WORDS).format(language=language))
    return file.read_text("utf-8").split() if file.exists() else []
