"""The search for sentences that would break a rule of safety, in any context and company.

A safe sentence ("stop") is obeyed as what it is with anything around it that carries no meaning,
said once or five times. A sentence that was negated is not obeyed. Authors of sentences, packs
or a language can break either without noticing: the search says every sentence it can make of
them, in every way it can be carried, repeated or negated.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise

from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.negation import count_negations
from voice_guide.nlu.sampling import drawn_sentences, spoken
from voice_guide.nlu.sentences import Meaning, Sentences

_MAX_SENTENCES = 200
"""Sentences that are tried in each context."""

_MAX_REPETITIONS = 5
"""Times that a safe sentence is said in a row."""

_SHORT_WORDS = 2
"""Words of a short sentence."""

_WAYS, _WAYS_OF_SHORT = 2, 12
"""Ways, which take turns, in which a sentence is said, and in which a short one is."""

_UNRELATED = "the kettle is boiling"
"""Words that are in no sentence."""


@dataclass(frozen=True)
class BrokenRule:
    """A text that is understood as what it must not be."""

    context: str | None
    """Where it is said."""

    text: str
    """The words."""

    said: str
    """The sentence in it."""

    meant: tuple[str, ...]
    """The intents that it is taken for."""

    is_negated: bool
    """True for a negation that is lost; otherwise a safe sentence is."""

    def __str__(self) -> str:
        """Return the reason as one line for the sentences' author."""
        taken = f"is taken for {' and '.join(self.meant)}" if self.meant else "means nothing"
        where = f"in the context {self.context}, " if self.context else ""
        rule = "though it is negated" if self.is_negated else f'and not for "{self.said}"'
        return f'{where}"{self.text}" {taken}, {rule}'


class SentenceRules:
    """Searches sentences for what would break a rule."""

    def __init__(self, sentences: Sentences) -> None:
        """Take the sentences to search."""
        self._sentences = sentences
        self._interpreter = Interpreter(sentences)
        self._carriers = self._interpreter.carriers

    def broken(self, context: str | None) -> Iterator[BrokenRule]:
        """Yield what breaks a rule in a context."""
        drawn = list(dict.fromkeys(drawn_sentences(self._sentences, context, lambda _: True)))
        carried, negated = cycle(self._ways_to_carry()), cycle(self._ways_to_negate())
        # "No, later" is a no like "no", and "no, goodbye" a goodbye.
        negative = [text for text in drawn if self._has_negation(text)]
        saying_no = [meaning for _, meaning in self._understood(negative, context)]
        for text, meaning in self._understood(self._chosen(drawn), context):
            count = _WAYS_OF_SHORT if len(text.split()) <= _SHORT_WORDS else _WAYS
            if self._interpreter.is_safe(meaning):
                yield from self._exchanged(text, meaning, context, islice(carried, count))
            if meaning not in saying_no:
                yield from self._obeyed(text, meaning, context, islice(negated, count))

    def _understood(
        self, texts: Iterable[str], context: str | None
    ) -> Iterator[tuple[str, Meaning]]:
        """Yield those of the texts that mean something, with what they mean."""
        for text in texts:
            if meaning := self._interpreter.whole(text, context):
                yield text, meaning

    def _chosen(self, texts: list[str]) -> list[str]:
        """Return the shortest texts, and of the others as many."""
        half = _MAX_SENTENCES // 2
        texts = sorted(texts, key=lambda text: len(text.split()))
        short, rest = texts[:half], texts[half:]
        return [*short, *rest[:: max(1, len(rest) // half)]]

    def _exchanged(
        self, text: str, meaning: Meaning, context: str | None, ways: Iterator[str]
    ) -> Iterator[BrokenRule]:
        """Yield what a safe sentence is not obeyed in."""
        is_obeyed_among_others = self._interpreter.is_obeyed_among_others(text, context)
        for way in ways:
            if _UNRELATED in way and not is_obeyed_among_others:
                continue
            said = way.format(text)
            found = self._interpreter.interpret(said, context)
            at = said.index(text)
            if self._is_longer_sentence((said[at:], said[: at + len(text)]), text, context):
                continue
            if not found.is_safe or not self._is_as_urgent(found.meanings, meaning):
                meant = tuple(each.intent for each in found.meanings)
                yield BrokenRule(context, said, text, meant, is_negated=False)

    def _obeyed(
        self, text: str, meaning: Meaning, context: str | None, ways: Iterator[str]
    ) -> Iterator[BrokenRule]:
        """Yield what a sentence is obeyed in though it is negated."""
        for way in ways:
            said = way.format(text)
            if self._interpreter.whole(said, context) or not self._reaches(said, text):
                continue
            if self._negates_other_sentence(said, text, context):
                continue
            meanings = self._interpreter.interpret(said, context).meanings
            around = said.replace(text, "").strip()
            if meaning in meanings and self._interpreter.whole(around, context) != meaning:
                intents = tuple(each.intent for each in meanings)
                yield BrokenRule(context, said, text, intents, is_negated=True)

    def _is_as_urgent(self, meanings: Sequence[Meaning], meaning: Meaning) -> bool:
        urgency = self._sentences.urgency
        return all(urgency[each.intent] >= urgency[meaning.intent] for each in meanings)

    def _is_longer_sentence(self, parts: Sequence[str], text: str, context: str | None) -> bool:
        """Return whether what is around a sentence makes another one of it: "wait for me"."""
        words = set(text.split())
        return any(
            set(part.split()) != words and self._interpreter.whole(part, context) for part in parts
        )

    def _reaches(self, said: str, text: str) -> bool:
        """Return whether the negation before a sentence is one of that sentence.

        "No, stop" is "stop", and "I don't want to, it hurts" is "it hurts".
        """
        first, negation = text.split()[0], self._carriers.negation
        before = tuple(said[: said.index(text)].split())
        places = [at for at in range(len(before)) if self._carriers.negation_at(before, at)]
        if not places:
            return True
        if before[places[-1]] in negation.exclamations:
            return first not in negation.alone
        return first not in negation.subjects or places[-1] == len(before) - 1

    def _negates_other_sentence(self, said: str, text: str, context: str | None) -> bool:
        """Return whether the end of a sentence is another one with the negation after it.

        "It is in my rib that hurts less" is "it is in my rib" and "that hurts less".
        """
        words = said.split()
        return said.startswith(text) and any(
            self._interpreter.whole(" ".join(words[:at]), context)
            and self._interpreter.whole(" ".join(words[at:]), context)
            for at in range(1, len(text.split()))
        )

    def _has_negation(self, text: str) -> bool:
        return count_negations(self._carriers.spelled(spoken(text)), self._carriers) > 0

    def _ways_to_carry(self) -> list[str]:
        """Return what people say around a sentence, with {} for the sentence."""
        carriers = self._carriers
        before = [" ".join(phrase) for phrase in carriers.heard_before]
        after = [" ".join(phrase) for phrase in carriers.heard_after]
        return [
            *(" ".join(["{0}"] * times) for times in range(2, _MAX_REPETITIONS + 1)),
            *(f"{phrase} {{0}}" for phrase in before),
            *(f"{{0}} {phrase}" for phrase in after),
            *(f"{a} {{0}} {b}" for a, b in zip(before, cycle(after[::-1]), strict=False)),
            *(
                f"{a} {b} {{0}} {{0}}"
                for a, b in pairwise(before)
                # People do not say "could you" and "you should" in one breath.
                if a.split()[-1] != b.split()[0]
            ),
            f"{{0}} {_UNRELATED}",
            f"{_UNRELATED} {{0}}",
        ]

    def _ways_to_negate(self) -> list[str]:
        """Return how people negate a sentence, with {} for the sentence."""
        carriers, between = (
            self._carriers,
            cycle(
                word
                for word in self._carriers.negation.between
                if word not in self._carriers.carriers.articles
            ),
        )
        words = [*carriers.negation.words, *carriers.opposites_said.before]
        opening = cycle(" ".join(phrase) for phrase in carriers.heard_before)
        return [
            *(f"{word} {{0}}" for word in words),
            *(f"{a} {word} {{0}}" for a, word in zip(opening, words, strict=False)),
            *(f"{word} {b} {{0}}" for word, b in zip(words, between, strict=False)),
            *(f"{{0}} {phrase}" for phrase in carriers.negation.after),
        ]
