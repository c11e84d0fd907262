"""Sentences that are obeyed in any company: "stop" at the beginning or end of an utterance."""

from collections.abc import Iterator

from voice_guide.nlu.carriers import CarrierWords, Words
from voice_guide.nlu.negation import is_negated
from voice_guide.nlu.sentence_finder import (
    MAX_SENTENCE_WORDS,
    MAX_UTTERANCE_WORDS,
    SentenceFinder,
)
from voice_guide.nlu.sentences import SAFE, Meaning

_NOUN_WORDS = 2
"""Words of an article and its noun, which are no sentence among others."""


class SafeSentences:
    """Finds the sentences of an utterance that are better obeyed once too often than missed."""

    def __init__(self, finder: SentenceFinder, carriers: CarrierWords) -> None:
        """Take what finds sentences, and the words that carry no meaning."""
        self._finder = finder
        self._carriers = carriers

    def find(self, words: Words, context: str | None) -> Meaning | None:
        """Return what a phrase means that is obeyed in any company, or None."""
        # "An emergency on TV" is talk, and "the pain is terrible" is not.
        if words[0] in self._carriers.carriers.articles and len(words) <= _NOUN_WORDS:
            return None
        return self._finder.find_marked(words, context, SAFE)

    def among(self, words: Words, context: str | None) -> list[Meaning]:
        """Return those that an utterance begins or ends with, unless they are negated.

        None, where it is not known how the language negates one.
        """
        if not self._carriers.negation.words:
            return []
        if len(words) > 2 * MAX_UTTERANCE_WORDS:
            words = (*words[:MAX_UTTERANCE_WORDS], *words[-MAX_UTTERANCE_WORDS:])
        parts = list(self._parts(words, context))
        negated = [part for part in parts if is_negated(words, *part, self._carriers)]
        found = [
            self.find(words[start:end], context)
            for start, end in parts
            # "Numb" is not meant either where "my leg is numb" is negated.
            if not any(first <= start and end <= last for first, last in negated)
        ]
        return [meaning for meaning in found if meaning]

    def _parts(self, words: Words, context: str | None) -> Iterator[tuple[int, int]]:
        """Yield where they are in an utterance."""

        def is_light(phrase: Words) -> bool:
            return self._finder.divided(phrase, context) is not None

        count = len(words)
        for start in range(count):
            ends = range(min(count, start + MAX_SENTENCE_WORDS), start, -1)
            end = next((end for end in ends if self.find(words[start:end], context)), None)
            if end and (is_light(words[:start]) or is_light(words[end:])):
                yield start, end
