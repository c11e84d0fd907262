"""The parts of an utterance: sentences, and the words around them that carry no meaning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from voice_guide.nlu.carriers import CarrierWords, Words, longest_phrase
from voice_guide.nlu.sentences import Meaning


@dataclass(frozen=True)
class SentencePart:
    """A sentence within an utterance."""

    meaning: Meaning
    """What it means."""

    words: Words
    """What was said of it."""

    start: int
    """The number of its first word in the utterance."""


class Correction(Enum):
    """Words that take back the sentence before them."""

    CORRECTION = "correction"


Parts: TypeAlias = tuple[SentencePart | Correction, ...]
"""The parts of an utterance that mean something, in order."""

_Cost: TypeAlias = tuple[int, int, int]
"""Exclamations left over, sentences, and words without a meaning: the fewer the better."""


class _Expected(Enum):
    """What the words so far leave open."""

    ANYTHING = 0
    """Nothing was said yet that has to go on."""

    SENTENCE = 1
    """A sentence has to follow: "can you"."""

    ANYTHING_MORE = 2
    """A sentence was said."""


@dataclass(frozen=True)
class _Reading:
    """One way to read the first words of an utterance."""

    cost: _Cost = (0, 0, 0)
    parts: Parts = ()
    carriers: Words = ()

    def plus(
        self,
        words: Words = (),
        part: SentencePart | Correction | None = None,
        exclamations: int = 0,
    ) -> "_Reading":
        sentences = isinstance(part, SentencePart)
        added = (exclamations, int(sentences), len(words))
        cost = tuple(old + new for old, new in zip(self.cost, added, strict=True))
        return _Reading(
            (cost[0], cost[1], cost[2]),
            (*self.parts, part) if part else self.parts,
            (*self.carriers, *words),
        )


@dataclass(frozen=True)
class Utterance:
    """An utterance all of whose words are accounted for."""

    words: Words
    """Its words."""

    parts: Parts
    """Its sentences and corrections."""

    carriers: Words
    """Its words that have no meaning."""

    exclamations: int
    """How often "no" was said for nothing but itself."""

    is_unfinished: bool
    """Whether its last words need a sentence after them."""


def divide(
    words: Words, carriers: CarrierWords, sentence: Callable[[Words], Meaning | None]
) -> Utterance | None:
    """Divide an utterance into as few sentences as there may be, and words without meaning.

    `sentence` tells the meaning of words that are a whole sentence. Returns None where words
    are left over.
    """
    best: list[dict[_Expected, _Reading]] = [{} for _ in range(len(words) + 1)]
    best[0][_Expected.ANYTHING] = _Reading()
    for at in range(len(words)):
        for expected, reading in list(best[at].items()):
            for end, then, longer in _continued(words, at, expected, reading, carriers, sentence):
                known = best[end].get(then)
                if known is None or longer.cost < known.cost:
                    best[end][then] = longer
    if not best[-1]:
        return None
    complete = {e: r for e, r in best[-1].items() if e is not _Expected.SENTENCE}
    found = min((complete or best[-1]).values(), key=lambda reading: reading.cost)
    return Utterance(words, found.parts, found.carriers, found.cost[0], not complete)


def _continued(
    words: Words,
    at: int,
    expected: _Expected,
    reading: _Reading,
    carriers: CarrierWords,
    sentence: Callable[[Words], Meaning | None],
) -> Iterator[tuple[int, _Expected, _Reading]]:
    """Yield where each way to read on ends, what is expected there, and the longer reading."""
    said = _Expected.ANYTHING_MORE
    takes_back = longest_phrase(carriers.after_negations, words, at) > 0
    for end in range(at + 1, len(words) + 1):
        phrase = words[at:end]
        # A correction costs no word, so that it goes before a carrier of the same words.
        if expected is said and not takes_back and phrase in carriers.corrections:
            yield end, _Expected.SENTENCE, reading.plus(part=Correction.CORRECTION)
        if meaning := sentence(phrase):
            # "Okay, no, back" corrects nothing: "okay" may have had no meaning.
            then = _Expected.ANYTHING if phrase in carriers.either else said
            yield end, then, reading.plus(part=SentencePart(meaning, phrase, at))
        if phrase in carriers.either or (expected is said and phrase in carriers.after):
            yield end, expected, reading.plus(phrase)
        if phrase in carriers.before:
            yield end, _Expected.SENTENCE, reading.plus(phrase)
    if words[at] in carriers.negation.exclamations:
        yield at + 1, expected, reading.plus((words[at],), exclamations=1)


def without_repetitions(words: Words, most_words: int = 4) -> Words:
    """Return words with what is said several times in a row said once."""
    for length in range(1, most_words + 1):
        kept: list[str] = []
        for word in words:
            kept.append(word)
            if len(kept) >= 2 * length and kept[-length:] == kept[-2 * length : -length]:
                del kept[-length:]
        words = tuple(kept)
    return words
