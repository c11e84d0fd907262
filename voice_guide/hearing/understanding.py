"""From the words heard to what they mean: a whole sentence of the context, or nothing."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from voice_guide.hearing.grammar import UNKNOWN, drawn_sentences
from voice_guide.hearing.graph import SentenceGraph
from voice_guide.hearing.sentences import Meaning, Sentences

_MOST_DIFFERENCE = 0.25
"""Letters that may differ from the nearest sentence, as a part of its letters. With
synthetic voices, a quarter raises complete sentences understood from 91 to 97 % and lets
nothing through in a quarter of an hour of people reading; from a third on, talk gets in."""

_FEWEST_LETTERS = 6
"""Shorter sentences have to be heard exactly: "a back" is not "back"."""

_MOST_REMEMBERED = 256
"""Meanings kept: while an utterance ends, the same words are asked about in every block."""


class Understanding:
    """What may be said in each context, and how near to it is near enough.

    What it needs for a context is made when it is first asked about, and kept.
    """

    def __init__(self, sentences: Sentences, knows: Callable[[str], bool]) -> None:
        """Take the sentences, and what tells whether the speech model has a word."""
        self._sentences = sentences
        self._drawn = cache(lambda context: drawn_sentences(sentences, context, knows))
        self._graph = cache(
            lambda context: SentenceGraph(sentences.templates(context), sentences.language)
        )
        self._meaning = lru_cache(_MOST_REMEMBERED)(self._find_meaning)

    def prepare(self) -> None:
        """Make what every context needs, so that none has to wait for it."""
        for context in self._sentences.contexts:
            self.expected(context)
            self._graph(context)

    def expected(self, context: str | None) -> list[str]:
        """Return what the recognizer is to expect in a context.

        Sentences of the context come as often as they were drawn; those of other contexts
        once each, so that "next step" is heard as such, and not as the likeliest sentence
        that would make sense.
        """
        drawn = self._drawn(context)
        if context is None:
            return drawn
        return [*drawn, *sorted(set(self._drawn(None)) - set(drawn))]

    def meaning(self, words: Sequence[str], context: str | None) -> Meaning | None:
        """Return what the words mean: they are a sentence, or nearest to just one intent's.

        Never a sentence picked out of more words, and none with a word in it that is not
        known at all.
        """
        return self._meaning(tuple(words), context)

    def _find_meaning(self, words: tuple[str, ...], context: str | None) -> Meaning | None:
        exact = self._sentences.match(" ".join(words), context)
        if exact or not self._may_be_misheard(words):
            return exact
        nearest = self._graph(context).nearest(words)
        if nearest is None or nearest.lead == 0:
            return None
        letters = len(nearest.text.replace(" ", ""))
        if letters < _FEWEST_LETTERS or nearest.distance > _MOST_DIFFERENCE * letters:
            return None
        return self._sentences.match(nearest.text, context)

    def _may_be_misheard(self, words: tuple[str, ...]) -> bool:
        """Whether these words may stand for others that sound like them."""
        # One word is near to many, as "step" is to "stop": it has to be what it is.
        if UNKNOWN in words or len(words) == 1:
            return False
        # What makes sense elsewhere was well heard, and does not make sense here.
        return self._sentences.match(" ".join(words), None) is None

    def is_complete(self, words: Sequence[str], context: str | None) -> bool:
        """Tell whether the words are a sentence exactly, as they stand."""
        return self._sentences.match(" ".join(words), context) is not None

    def may_change(self, words: Sequence[str], context: str | None) -> bool:
        """Tell whether more words could make another command of a complete sentence."""
        return self._graph(context).may_change(words)
