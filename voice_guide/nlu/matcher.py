"""Everything a listener asks about meaning, for the words that its speech model can hear."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property

from voice_guide.nlu.fillers import FillerWords
from voice_guide.nlu.grammar import carried, closing, opposites, repeated, short_parts, weighted
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sampling import drawn_with_templates, named_values
from voice_guide.nlu.sentences import Meaning
from voice_guide.nlu.short_sentences import short_sentences
from voice_guide.nlu.utterance import without_repetitions

_MAX_SHORT_WORDS, _MAX_SHORT_SENTENCES = 3, 60
"""Words of a short sentence, and such sentences of a template that has so few that each is listed:
how they are drawn leaves out many, as "how long left", which then is heard as "how long less"."""

_MAX_REPEATED_WORDS = 3
"""Words of a sentence that is said twice over."""

_PATIENCE_ELSEWHERE = 8
"""Sentences of an intent of other contexts drawn without a new pair of words before it is left."""

_MAX_OTHER_SENTENCES = 2_000
"""Sentences of other contexts in the recognizer's list."""


class Matcher:
    """What may be said in each context, what it means, and how it may go on.

    What it needs for a context is made when it is first asked about, and kept.
    """

    def __init__(
        self, interpreter: Interpreter, knows: Callable[[str], bool], fillers: FillerWords
    ) -> None:
        """Take the sentences, what tells whether the speech model has a word, and decoys."""
        sentences = interpreter.sentences
        self._interpreter = interpreter
        self._fillers = fillers
        self._carriers = interpreter.carriers
        self._knows = knows
        self._drawn = cache(lambda context: drawn_with_templates(sentences, context, knows))
        self.expected = cache(self._make_expected)
        self.interpret = interpreter.interpret
        self.safe_intents = sentences.safe_intents

    def prepare(self, context: str | None) -> None:
        """Make what a context needs, so that nothing has to wait for it."""
        self.expected(context)
        self._interpreter.prefixes.may_begin((), context)
        self.interpret("", context)

    @cached_property
    def _all_drawn(self) -> frozenset[str]:
        """Sentences of all contexts: a part of them is enough for what is not listened for."""
        sentences = self._interpreter.sentences
        drawn = drawn_with_templates(sentences, None, self._knows, _PATIENCE_ELSEWHERE)
        return frozenset(text for text, _ in drawn)

    def _make_expected(self, context: str | None) -> list[str]:
        """Return what the recognizer is to expect in a context.

        Sentences of the context come the more often the shorter they are, but once where
        people seldom say them; those of other contexts once each, so that "next step" is heard
        as such, and not as the likeliest sentence that would make sense; and so do decoys.
        """
        drawn = self._drawn(context)
        values = named_values(self._interpreter.sentences, context, self._knows)
        named = {(*article, *value.split()) for article in self._articles for value in values}
        parts = named | short_parts([*(text for text, _ in drawn), *values])
        short = self._sentences_among(parts, context)
        common = {text for text, template in drawn if not template.is_rare}
        common |= {text for text, is_rare in short.items() if not is_rare}
        common |= self._short_sentences(context)
        distinct = sorted({text for text, _ in drawn}.union(short, common))
        rare = set(distinct) - common
        often = sorted(common)
        others = sorted(self._all_drawn.difference(distinct))
        others = others[:: len(others) // _MAX_OTHER_SENTENCES + 1]
        urgent = dict.fromkeys(
            text for text, template in drawn if self._is_short_and_safe(text, template.intent)
        )
        return [
            *weighted(distinct, rare),
            *carried(often, self._carriers, self._knows),
            *repeated(urgent),
            *opposites(often, self._carriers, self._knows),
            *others,
            *self._fillers.beside([*often, *closing(self._carriers, self._knows)]),
        ]

    @property
    def _articles(self) -> list[tuple[str, ...]]:
        articles = self._carriers.carriers.articles
        return [(), *((article,) for article in articles if self._knows(article))]

    def _sentences_among(
        self, parts: Iterable[tuple[str, ...]], context: str | None
    ) -> dict[str, bool]:
        """Return the parts of sentences that are sentences, and whether people seldom say them."""
        prefixes = self._interpreter.prefixes
        return {
            " ".join(part): prefixes.is_rare(part, context)
            for part in parts
            if prefixes.is_whole(part, context)
        }

    def _short_sentences(self, context: str | None) -> set[str]:
        """Return the short sentences of a context that are not rare."""
        return {
            text
            for template in self._interpreter.sentences.templates(context)
            if template.is_said and not template.is_rare
            for text in short_sentences(template, _MAX_SHORT_WORDS, _MAX_SHORT_SENTENCES)
            if all(map(self._knows, text.split()))
        }

    def _is_short_and_safe(self, text: str, intent: str) -> bool:
        return intent in self.safe_intents and len(text.split()) <= _MAX_REPEATED_WORDS

    def is_opposite(self, text: str, meanings: tuple[Meaning, ...], context: str | None) -> bool:
        """Return whether a text says the opposite of what something else means."""
        return any(
            self.interpret(original, context).meanings == meanings
            for original in self._carriers.originals(text)
        )

    def is_sentence(self, text: str) -> bool:
        """Return whether this is a sentence of any context, or under any condition."""
        return bool(self.interpret(text, None).meanings) or text in self._all_drawn

    def is_usual(self, text: str, context: str | None) -> bool:
        """Return whether a text is what people often say to the guide, in the usual words.

        "Okay, next" and "stop, stop, please" are; "the next that" means the same, but is more
        often talk.
        """
        words = without_repetitions(tuple(text.split()))
        words = self._carriers.without_opening(words) or words
        return any(
            self._interpreter.prefixes.is_usual(words[:end], context)
            for end in range(1, len(words) + 1)
            if self._carriers.are_usual(words[end:])
        )

    def may_change(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether more words could make another command of a complete sentence."""
        said = self._carriers.without_opening(tuple(words))
        prefixes = self._interpreter.prefixes
        # With "please" after it, a sentence does not go on.
        is_open = prefixes.may_begin(said, context)
        return not said or (is_open and prefixes.may_change(said, context))

    def chance_of_more(self, words: Sequence[str], context: str | None) -> float:
        """Return how likely it is that a complete sentence goes on to a value, from 0 to 1."""
        said = self._carriers.without_opening(tuple(words))
        return self._interpreter.prefixes.chance_of_more(said, context)

    def may_begin(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether a sentence begins with these words, or is no more than them."""
        said = self._carriers.without_opening(tuple(words))
        return not said or self._interpreter.prefixes.may_begin(said, context)
