"""Sentences within words: what a phrase means, but for what carries no meaning in it."""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import combinations

from voice_guide.nlu.carriers import CarrierWords, Words
from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.sentences import Meaning, Sentences
from voice_guide.nlu.utterance import Utterance, divide

MAX_SENTENCE_WORDS = 16
"""Words of one sentence with all that is said within it."""

MAX_UTTERANCE_WORDS = 40
"""Words of an utterance that are looked at, at its beginning and at its end."""

_MAX_LEFT_OUT = 4
"""Words within a sentence that carry no meaning."""

_MAX_REMEMBERED = 4096
"""Phrases whose meanings are kept: the same are asked about while an utterance ends."""


class SentenceFinder:
    """Tells whether a phrase is a sentence, in which articles and the like are ignored."""

    def __init__(self, sentences: Sentences, carriers: CarrierWords) -> None:
        """Take the sentences, and the words that carry no meaning."""
        self._carriers = carriers
        self._loosened = sentences.rewritten(carriers.loosened)
        self._safe_intents = sentences.safe_intents
        self._marked = lru_cache(None)(self._loosened.marked)
        self.find = lru_cache(_MAX_REMEMBERED)(self._find)
        """Return what a phrase means in a context, or None."""
        self.find_marked = lru_cache(_MAX_REMEMBERED)(self._find_marked)
        """Return what a phrase means of the sentences with a mark (in a context), or None."""

    @cached_property
    def prefixes(self) -> SentencePrefixes:
        """How what was said so far may go on."""
        return SentencePrefixes(self._loosened.templates(None))

    def may_be_sentence(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether words may be a sentence; matching all templates takes much longer."""
        # Digits are not spelled out in the graph.
        return any(map(str.isdecimal, words)) or self.prefixes.is_whole(words, context)

    def divided(self, words: Words, context: str | None) -> Utterance | None:
        """Return words as sentences and what carries them; None where words are left over."""
        return divide(words, self._carriers, lambda phrase: self.find(phrase, context))

    def _find(self, words: Words, context: str | None) -> Meaning | None:
        return self._match(words, context, self._loosened)

    def _find_marked(
        self, words: Words, context: str | None, mark: str, marked_in: str | None = None
    ) -> Meaning | None:
        if self.find(words, context) is None:
            return None
        return self._match(words, context, self._marked(mark, marked_in))

    def _match(self, words: Words, context: str | None, among: Sentences) -> Meaning | None:
        if len(words) > MAX_SENTENCE_WORDS:
            return None
        for kept in self._without_carriers(words):
            may_be = self.may_be_sentence(kept, context)
            if may_be and (meaning := among.match(" ".join(kept), context)):
                # "The wait" is not "wait".
                is_noun = words[0] != kept[0] and meaning.intent in self._safe_intents
                return None if is_noun else meaning
        return None

    def _without_carriers(self, words: Words) -> Iterator[Words]:
        """Yield the words, and then all ways to leave out what carries no meaning in them.

        A sentence neither begins nor ends with it: that is what stands around sentences.
        """
        yield words
        phrases = [
            range(at, at + length)
            for at in range(1, len(words))
            for length in range(1, len(words) - at)
            if words[at : at + length] in self._carriers.anywhere
        ]
        if words[0] in self._carriers.carriers.articles:
            phrases.append(range(0, 1))
        for count in range(1, min(len(phrases), _MAX_LEFT_OUT) + 1):
            for chosen in combinations(phrases, count):
                left_out = {at for each in chosen for at in each}
                if len(left_out) == sum(map(len, chosen)) < len(words):
                    yield tuple(w for at, w in enumerate(words) if at not in left_out)
