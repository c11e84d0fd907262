"""From a text to what it means: the one place that decides, whether it was typed or heard.

A text means what its sentences mean. What may be around and within them is what carries no
meaning in the language (`carriers.toml`); nothing else is left out, and no word is taken for
another. Where a negation is left over, nothing is obeyed that it may reach; and sentences that
are better obeyed once too often than missed ("stop") are obeyed in any company.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import combinations

from voice_guide.nlu.carriers import CarrierWords, Words, carrier_words
from voice_guide.nlu.negation import count_negations, is_negated
from voice_guide.nlu.sampling import spoken, value_words
from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.sentences import Meaning, Sentences
from voice_guide.nlu.utterance import (
    Correction,
    SentencePart,
    Utterance,
    divide,
    without_repetitions,
)

_MOST_WORDS = 40
"""Words of an utterance that are looked at, at its beginning and at its end."""

_MOST_WORDS_OF_SENTENCE = 16
"""Words of one sentence with all that is said within it."""

_MOST_COMMANDS = 3
"""Different commands in one utterance: more are talk."""

_MOST_LEFT_OUT = 4
"""Words within a sentence that carry no meaning."""

_NOUN_WORDS = 2
"""Words of an article and its noun, which are no sentence among others."""

_MOST_REMEMBERED = 512
"""Texts whose meanings are kept: the same are asked about while an utterance ends."""


@dataclass(frozen=True)
class Interpretation:
    """What a text means."""

    meanings: tuple[Meaning, ...] = ()
    """Its commands in the order in which they are to be obeyed; none where it has none."""

    is_safe: bool = False
    """True if its command is better obeyed once too often than missed."""

    is_partial: bool = False
    """True if a safe sentence was found among other words."""

    negations: int = 0
    """How many negations were said."""

    commands: int = 0
    """How many different commands were said, with those that a more urgent one takes the place
    of."""


class Interpreter:
    """Tells what texts mean in a context."""

    def __init__(self, sentences: Sentences, carriers: CarrierWords | None = None) -> None:
        """Take the sentences, and what may carry them, where not as their language says."""
        self.sentences = sentences
        """The sentences that texts are compared with."""
        self.carriers = carrier_words(sentences.language) if carriers is None else carriers
        self._loosened = sentences.rewritten(self.carriers.loosened)
        self._urgency = sentences.urgency
        self.interpret: Callable[[str, str | None], Interpretation] = lru_cache(_MOST_REMEMBERED)(
            self._interpret
        )
        self._sentence = lru_cache(8 * _MOST_REMEMBERED)(self._find_sentence)

    def meanings(self, text: str, context: str | None) -> tuple[Meaning, ...]:
        """Return the commands of a text, in the order in which they are to be obeyed."""
        return self.interpret(text, context).meanings

    def whole(self, text: str, context: str | None) -> Meaning | None:
        """Return what a text means that is a sentence as it is written in the sentence files."""
        may_be = self._may_be_sentence(spoken(text), context)
        return self.sentences.match(text, context) if may_be else None

    @cached_property
    def prefixes(self) -> SentencePrefixes:
        """How what was said so far may go on."""
        return SentencePrefixes(self._loosened.templates(None))

    def why_unusable(self, phrase: str) -> str | None:
        """Return why a pack's phrase would blur what people mean; None for one that does not."""
        words = self.carriers.spelled(spoken(phrase))
        if count_negations(words, self.carriers):
            return "has a negation in it, which is never taken for a part of a name"
        carried = divide(words, self.carriers, lambda _: None)
        return "has no meaning of its own beside a command" if carried else None

    def is_safe(self, meaning: Meaning) -> bool:
        """Return whether a meaning is better obeyed once too often than missed."""
        return meaning.intent in self._urgency

    def _interpret(self, text: str, context: str | None) -> Interpretation:
        words = self.carriers.spelled(spoken(text))
        negations = count_negations(words, self.carriers)
        whole = self.whole(text, context)
        if whole:
            return Interpretation((whole,), self.is_safe(whole), negations=negations, commands=1)
        utterance = self._divided(words, context)
        if utterance:
            meanings, commands = self._obeyed(utterance), _commands_in(utterance)
        else:
            meanings = self._found_among_others(words, context)
            commands = len(meanings)
        is_partial = (
            utterance is None and divide(words, self.carriers, partial(self._in, context)) is None
        )
        is_safe = any(map(self.is_safe, meanings))
        return Interpretation(meanings, is_safe, is_partial, negations, commands)

    def _in(self, context: str | None, phrase: Words) -> Meaning | None:
        return self._sentence(phrase, context)

    def _divided(self, words: Words, context: str | None) -> Utterance | None:
        """Return an utterance of nothing but sentences; None for any other."""

        def sentence(phrase: Words) -> Meaning | None:
            return self._sentence(phrase, context)

        if len(words) > _MOST_WORDS:
            return None
        divided = [
            each
            for said in dict.fromkeys((words, without_repetitions(words)))
            if (each := divide(said, self.carriers, sentence))
            and not each.is_unfinished
            and not each.exclamations
        ]
        return min(divided, key=lambda each: len(each.parts), default=None)

    def _found_among_others(self, words: Words, context: str | None) -> tuple[Meaning, ...]:
        """Return what a safe sentence means that an utterance begins or ends with.

        Nothing, where it is not known how the language negates one.
        """
        if not self.carriers.negation.words:
            return ()
        if len(words) > 2 * _MOST_WORDS:
            words = (*words[:_MOST_WORDS], *words[-_MOST_WORDS:])

        def sentence(phrase: Words) -> Meaning | None:
            return self._sentence(phrase, context)

        parts = list(self._safe_parts(words, sentence))
        negated = [part for part in parts if is_negated(words, *part, self.carriers)]
        safe = [
            sentence(words[start:end])
            for start, end in parts
            # "Numb" is not meant either where "my leg is numb" is negated.
            if not any(first <= start and end <= last for first, last in negated)
        ]
        return self._most_urgent([meaning for meaning in safe if meaning])

    def _obeyed(self, utterance: Utterance) -> tuple[Meaning, ...]:
        """Return what is to be obeyed of sentences with nothing left over between them."""
        parts = utterance.parts
        sentences = [part for part in parts if isinstance(part, SentencePart)]
        safe = [part for part in sentences if self.is_safe(part.meaning)]
        if safe:
            affirmed = [part for part in safe if not self._is_negated(part, utterance.words)]
            return self._most_urgent([part.meaning for part in affirmed])
        if Correction.CORRECTION in parts:
            last = len(parts) - parts[::-1].index(Correction.CORRECTION)
            sentences = [part for part in parts[last:] if isinstance(part, SentencePart)]
        meanings = _without_doubles(part.meaning for part in sentences)
        if len(meanings) > 1 and self._contradict(sentences, meanings):
            return ()
        if self._may_be_value(utterance.carriers, meanings):
            return ()
        return meanings

    def _is_negated(self, part: SentencePart, words: Words) -> bool:
        end = part.start + len(part.words)
        return is_negated(words, part.start, end, self.carriers)

    def _contradict(self, sentences: Sequence[SentencePart], meanings: Sequence[Meaning]) -> bool:
        """Return whether it is not clear which of several sentences is meant."""
        negated = {count_negations(part.words, self.carriers) > 0 for part in sentences}
        intents = {meaning.intent for meaning in meanings}
        return len(negated) > 1 or len(intents) < len(meanings) or len(meanings) > _MOST_COMMANDS

    def _may_be_value(self, carriers: Words, meanings: Sequence[Meaning]) -> bool:
        """Return whether a word that was left out may be a value: "right", beside a side."""
        names = {name for meaning in meanings for name in meaning.slots}
        return any(not self._values.get(name, frozenset()).isdisjoint(carriers) for name in names)

    @cached_property
    def _values(self) -> Mapping[str, frozenset[str]]:
        return value_words(self.sentences)

    def _most_urgent(self, meanings: Sequence[Meaning]) -> tuple[Meaning, ...]:
        if not meanings:
            return ()
        return (max(meanings, key=lambda meaning: self._urgency[meaning.intent]),)

    def _safe_parts(
        self, words: Words, sentence: Callable[[Words], Meaning | None]
    ) -> Iterator[tuple[int, int]]:
        """Yield where safe sentences are that an utterance begins or ends with."""

        def is_light(phrase: Words) -> bool:
            return divide(phrase, self.carriers, sentence) is not None

        def is_safe(start: int, end: int) -> bool:
            # "An emergency on TV" is talk, and "the pain is terrible" is not.
            if words[start] in self.carriers.carriers.articles and end - start <= _NOUN_WORDS:
                return False
            meaning = sentence(words[start:end])
            return meaning is not None and self.is_safe(meaning)

        count = len(words)
        for start in range(count):
            ends = range(min(count, start + _MOST_WORDS_OF_SENTENCE), start, -1)
            end = next((end for end in ends if is_safe(start, end)), None)
            if end and (is_light(words[:start]) or is_light(words[end:])):
                yield start, end

    def _find_sentence(self, words: Words, context: str | None) -> Meaning | None:
        """Return what words mean that are a sentence, but for what carries no meaning."""
        if len(words) > _MOST_WORDS_OF_SENTENCE:
            return None
        for kept in self._without_carriers(words):
            may_be = self._may_be_sentence(kept, context)
            if may_be and (meaning := self._loosened.match(" ".join(kept), context)):
                # "The wait" is not "wait".
                is_noun = words[0] != kept[0] and self.is_safe(meaning)
                return None if is_noun else meaning
        return None

    def _may_be_sentence(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether words may be a sentence; matching all templates takes much longer."""
        # Digits are not spelled out in the graph.
        return any(map(str.isdecimal, words)) or self.prefixes.is_whole(words, context)

    def _without_carriers(self, words: Words) -> Iterator[Words]:
        """Yield the words, and then all ways to leave out what carries no meaning in them.

        A sentence neither begins nor ends with it: that is what stands around sentences.
        """
        yield words
        phrases = [
            range(at, at + length)
            for at in range(1, len(words))
            for length in range(1, len(words) - at)
            if words[at : at + length] in self.carriers.anywhere
        ]
        articles = self.carriers.carriers.articles
        if words[0] in articles:
            phrases.append(range(0, 1))
        for count in range(1, min(len(phrases), _MOST_LEFT_OUT) + 1):
            for chosen in combinations(phrases, count):
                left_out = {at for each in chosen for at in each}
                if len(left_out) == sum(map(len, chosen)) < len(words):
                    yield tuple(w for at, w in enumerate(words) if at not in left_out)


def _commands_in(utterance: Utterance) -> int:
    """Return how many commands an utterance has, the repeated ones once."""
    sentences = (part for part in utterance.parts if isinstance(part, SentencePart))
    return len(_without_doubles(part.meaning for part in sentences))


def _without_doubles(meanings: Iterator[Meaning]) -> tuple[Meaning, ...]:
    """Return meanings with those that follow themselves once."""
    kept: list[Meaning] = []
    for meaning in meanings:
        if not kept or kept[-1] != meaning:
            kept.append(meaning)
    return tuple(kept)
