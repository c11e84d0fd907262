"""Negations in an utterance, and the sentences that they reach."""

from voice_guide.nlu.carriers import CarrierWords, Words, longest_phrase


def count_negations(words: Words, carriers: CarrierWords) -> int:
    """Return how many negations an utterance has."""
    return sum(bool(carriers.negation_at(words, at)) for at in range(len(words)))


def is_negated(words: Words, start: int, end: int, carriers: CarrierWords) -> bool:
    """Return whether the sentence from `start` to `end` is negated by the words around it."""
    if longest_phrase(carriers.after_negations, words, end):
        return True
    at = 0
    while at < start:
        length = carriers.negation_at(words, at)
        if length and _reaches(words, at, length, start, carriers):
            return True
        at += max(length, 1)
    return False


def _reaches(words: Words, at: int, length: int, start: int, carriers: CarrierWords) -> bool:
    """Return whether the negation at a place reaches the sentence that begins at `start`."""
    negation = carriers.negation
    first, between = words[start], words[at + length : start]
    if words[at] in negation.exclamations and length == 1:
        if first in negation.alone:
            return False
        return all(word in negation.between for word in between)
    if first in negation.subjects and between:
        return all(word in negation.reported for word in between)
    return all(word in negation.between for word in between)
