"""From the words heard to what they mean: a whole sentence of the context, or nothing."""

from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache

from voice_guide.nlu.fillers import FillerWords
from voice_guide.nlu.fuzzy_match import SentenceGraph
from voice_guide.nlu.sampling import UNKNOWN, drawn_sentences
from voice_guide.nlu.sentences import Meaning, Sentences

_MOST_DIFFERENCE = 0.25
"""Letters that may differ from the nearest sentence, as a part of its letters. With
synthetic voices, a quarter raises complete sentences understood from 91 to 97 % and lets
nothing through in a quarter of an hour of people reading; from a third on, talk gets in."""

_FEWEST_LETTERS = 6
"""Shorter sentences have to be heard exactly: "a back" is not "back"."""

_WEIGHT = 40
"""How often the recognizer is told a sentence of the context for every decoy, on average:
what makes sense is likelier to be said. Lighter, and long sentences break up into decoys."""

_MOST_WEIGHT = 6_000
"""Sentences that the recognizer is told at the most: more take long to learn."""

_FEWEST_WORDS = 2
"""Of words that may stand for others that sound like them."""

_MOST_REMEMBERED = 256
"""Meanings kept: while an utterance ends, the same words are asked about in every block."""


class Matcher:
    """What may be said in each context, and how near to it is near enough.

    What it needs for a context is made when it is first asked about, and kept.
    """

    def __init__(
        self, sentences: Sentences, knows: Callable[[str], bool], fillers: FillerWords
    ) -> None:
        """Take the sentences, what tells whether the speech model has a word, and decoys."""
        self._sentences = sentences
        self._fillers = fillers
        self._drawn = cache(lambda context: drawn_sentences(sentences, context, knows))
        self._graph = cache(
            lambda context: SentenceGraph(sentences.templates(context), sentences.language)
        )
        self.expected = cache(self._make_expected)
        self.exact = lru_cache(_MOST_REMEMBERED)(sentences.match)
        self.nearest = lru_cache(_MOST_REMEMBERED)(self._find_nearest)
        self.safe_intents = sentences.safe_intents

    def prepare(self, context: str) -> None:
        """Make what a context needs, so that it has not to wait for it."""
        self.expected(context)
        self._graph(context)

    @cached_property
    def _all_drawn(self) -> frozenset[str]:
        return frozenset(self._drawn(None))

    def _make_expected(self, context: str | None) -> list[str]:
        """Return what the recognizer is to expect in a context.

        Sentences of the context come many times, in the proportions in which they were
        drawn; those of other contexts once each, so that "next step" is heard as such, and
        not as the likeliest sentence that would make sense; and so do decoys.
        """
        drawn = self._drawn(context)
        distinct = sorted(set(drawn))
        others = sorted(self._all_drawn.difference(distinct))
        times = min(_WEIGHT * len(distinct), _MOST_WEIGHT) // max(1, len(drawn))
        return [*drawn * max(1, times), *others, *self._fillers.beside(distinct)]

    def _find_nearest(self, text: str, context: str | None) -> Meaning | None:
        """Return what words mean that are no sentence, but near to just one intent's.

        Never a sentence picked out of more words, and none with a word in it that is not
        known at all.
        """
        words = text.split()
        # One word is near to many, as "step" is to "stop": it has to be what it is.
        if UNKNOWN in words or len(words) < _FEWEST_WORDS:
            return None
        # What makes sense elsewhere was well heard, and does not make sense here.
        if self.is_sentence(text):
            return None
        nearest = self._graph(context).nearest(words)
        # A value has to be what was heard: "fifty shot" is neither a double nor a triple.
        if nearest is None or nearest.lead == 0 or not nearest.values <= set(words):
            return None
        letters = len(nearest.text.replace(" ", ""))
        if letters < _FEWEST_LETTERS or nearest.distance > _MOST_DIFFERENCE * letters:
            return None
        return self.exact(nearest.text, context)

    def is_sentence(self, text: str) -> bool:
        """Tell whether this is a sentence of any context, or under any condition."""
        return self.exact(text, None) is not None or text in self._all_drawn

    def may_change(self, words: Sequence[str], context: str | None) -> bool:
        """Tell whether more words could make another command of a complete sentence."""
        return self._graph(context).may_change(words)

    def may_begin(self, words: Sequence[str], context: str | None) -> bool:
        """Tell whether a sentence begins with these words, or is no more than them."""
        return self._graph(context).may_begin(words)
