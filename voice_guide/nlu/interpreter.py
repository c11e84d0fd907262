"""From a text to what it means: the one place that decides, whether it was typed or heard.

A text means what its sentences mean. What may be around and within them is what carries no
meaning in the language (`carriers.toml`); no word is taken for another. Where a negation is left
over, nothing is obeyed that it may reach. Only sentences that are better obeyed once too often
than missed ("stop") are obeyed although other words are left over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from voice_guide.nlu.carriers import CarrierWords, Words, carrier_words
from voice_guide.nlu.negation import count_negations, is_negated
from voice_guide.nlu.safe_sentences import SafeSentences
from voice_guide.nlu.sampling import spoken, value_words
from voice_guide.nlu.sentence_finder import MAX_UTTERANCE_WORDS, SentenceFinder
from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.sentences import ALONE, CLEAR, Meaning, Sentences
from voice_guide.nlu.utterance import (
    Correction,
    SentencePart,
    Utterance,
    divide,
    without_repetitions,
)

_MAX_COMMANDS = 3
"""Different commands in one utterance: more are talk."""

_MAX_REMEMBERED = 512
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
    """Number of negations."""

    commands: int = 0
    """Number of different commands, with those that a more urgent one takes the place of."""


class Interpreter:
    """Tells what texts mean in a context."""

    def __init__(self, sentences: Sentences, carriers: CarrierWords | None = None) -> None:
        """Take the sentences, and what may carry them, where not as their language says."""
        self.sentences = sentences
        """The sentences that texts are compared with."""
        self.carriers = carrier_words(sentences.language) if carriers is None else carriers
        self._finder = SentenceFinder(sentences, self.carriers)
        self._safe = SafeSentences(self._finder, self.carriers)
        self._urgency = sentences.urgency
        self.interpret: Callable[[str, str | None], Interpretation] = lru_cache(_MAX_REMEMBERED)(
            self._interpret
        )

    def meanings(self, text: str, context: str | None) -> tuple[Meaning, ...]:
        """Return the commands of a text, in the order in which they are to be obeyed."""
        return self.interpret(text, context).meanings

    def whole(self, text: str, context: str | None) -> Meaning | None:
        """Return what a text means that is a sentence as it is written in the sentence files."""
        may_be = self._finder.may_be_sentence(spoken(text), context)
        return self.sentences.match(text, context) if may_be else None

    @property
    def prefixes(self) -> SentencePrefixes:
        """How what was said so far may go on."""
        return self._finder.prefixes

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

    def is_obeyed_among_others(self, text: str, context: str | None) -> bool:
        """Return whether a sentence is one that is obeyed among any other words."""
        return self._safe.find(self.carriers.spelled(spoken(text)), context) is not None

    def _interpret(self, text: str, context: str | None) -> Interpretation:
        words = self.carriers.spelled(spoken(text))
        whole = self.whole(text, context)
        if whole:
            negations = count_negations(words, self.carriers)
            return Interpretation((whole,), self.is_safe(whole), negations=negations, commands=1)
        found = self._interpret_words(words, context)
        written_out = self.carriers.written_out(words)
        if found.meanings or written_out == words:
            return found
        return self._interpret_words(written_out, context)

    def _interpret_words(self, words: Words, context: str | None) -> Interpretation:
        negations = count_negations(words, self.carriers)
        utterance = self._divided(words, context)
        if utterance:
            meanings, commands = self._obeyed(utterance, context), _commands_in(utterance)
        else:
            meanings = self._most_urgent(self._safe.among(words, context))
            commands = len(meanings)
        is_partial = utterance is None and self._finder.divided(words, context) is None
        is_safe = any(map(self.is_safe, meanings))
        return Interpretation(meanings, is_safe, is_partial, negations, commands)

    def _divided(self, words: Words, context: str | None) -> Utterance | None:
        """Return an utterance of nothing but sentences; None for any other."""
        if len(words) > MAX_UTTERANCE_WORDS:
            return None
        divided = [
            each
            for said in dict.fromkeys((words, without_repetitions(words)))
            if (each := self._finder.divided(said, context))
            and not each.is_unfinished
            and not each.exclamations
        ]
        return min(divided, key=lambda each: len(each.parts), default=None)

    def _obeyed(self, utterance: Utterance, context: str | None) -> tuple[Meaning, ...]:
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
        if alone := [p for p in sentences if self._finder.find_marked(p.words, context, ALONE)]:
            sentences = alone
        meanings = _without_doubles(part.meaning for part in sentences)
        if len(meanings) > 1 and self._contradict(sentences, meanings):
            return ()
        if self._may_be_value(utterance.carriers, meanings):
            return ()
        return () if self._is_unclear(utterance, sentences, context) else meanings

    def _is_negated(self, part: SentencePart, words: Words) -> bool:
        end = part.start + len(part.words)
        return is_negated(words, part.start, end, self.carriers)

    def _contradict(self, sentences: Sequence[SentencePart], meanings: Sequence[Meaning]) -> bool:
        """Return whether it is not clear which of several sentences is meant."""
        negated = {count_negations(part.words, self.carriers) > 0 for part in sentences}
        intents = {meaning.intent for meaning in meanings}
        return len(negated) > 1 or len(intents) < len(meanings) or len(meanings) > _MAX_COMMANDS

    def _may_be_value(self, carriers: Words, meanings: Sequence[Meaning]) -> bool:
        """Return whether a word that was left out may be a value: "right", beside a side."""
        names = {name for meaning in meanings for name in meaning.slots}
        return any(not self._values.get(name, frozenset()).isdisjoint(carriers) for name in names)

    def _is_unclear(
        self,
        utterance: Utterance,
        sentences: Sequence[SentencePart],
        context: str | None,
    ) -> bool:
        """Return whether a sentence that has to be clear has more beside it than the usual."""
        if not any(
            self._finder.find_marked(part.words, context, CLEAR, context) for part in sentences
        ):
            return False
        return _commands_in(utterance) > 1 or not self.carriers.are_usual(utterance.carriers)

    @cached_property
    def _values(self) -> Mapping[str, frozenset[str]]:
        return value_words(self.sentences)

    def _most_urgent(self, meanings: Sequence[Meaning]) -> tuple[Meaning, ...]:
        if not meanings:
            return ()
        return (max(meanings, key=lambda meaning: self._urgency[meaning.intent]),)


def _commands_in(utterance: Utterance) -> int:
    """Return how many commands an utterance has, the repeated ones once."""
    sentences = (part for part in utterance.parts if isinstance(part, SentencePart))
    return len(_without_doubles(part.meaning for part in sentences))


def _without_doubles(meanings: Iterator[Meaning]) -> tuple[Meaning, ...]:
    """Return meanings with those that follow themselves once.

    One that says less of the same is the same: "yes, I have the ball" is one answer.
    """
    kept: list[Meaning] = []
    for meaning in meanings:
        if kept and _says_all_of(meaning, kept[-1]):
            kept[-1] = meaning
        elif not kept or not _says_all_of(kept[-1], meaning):
            kept.append(meaning)
    return tuple(kept)


def _says_all_of(meaning: Meaning, other: Meaning) -> bool:
    return meaning.intent == other.intent and meaning.slots.items() >= other.slots.items()
