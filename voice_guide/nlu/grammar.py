"""The sentences that a recognizer is told to expect in a context.

It makes of them which word follows which, and how often. Beside the sentences of the context
there are those of other contexts, so that they are heard as such; sentences as they are said,
with "okay" and "please" and twice over; and their opposites, so that a "not" can be heard.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, cycle, pairwise

from voice_guide.nlu.carriers import CarrierWords, Words

_WEIGHT = 40
"""How often the recognizer is told a sentence of the context for every decoy, on average:
what makes sense is likelier to be said. Lighter, and long sentences break up into decoys."""

_MAX_WEIGHTED_SENTENCES = 6_000
"""Sentences that the recognizer is told at the most: more take long to learn."""

_MAX_CARRIED_SENTENCES = 400
"""Sentences with words around them that the recognizer is told: each makes others rarer."""


def weighted(drawn: Sequence[str]) -> list[str]:
    """Return the sentences of a context, as often as they outweigh all others."""
    distinct = len(set(drawn))
    times = min(_WEIGHT * distinct, _MAX_WEIGHTED_SENTENCES) // max(1, len(drawn))
    return [*drawn] * max(1, times)


def carried(
    sentences: Sequence[str], carriers: CarrierWords, knows: Callable[[str], bool]
) -> list[str]:
    """Return sentences with what people say before and after them.

    Each phrase comes with several sentences. `knows` tells whether the speech model has a word.
    """
    openings = cycle(_known(carriers.heard_before, knows))
    closings = cycle(_known(carriers.heard_after, knows))
    step = max(1, 2 * len(sentences) // _MAX_CARRIED_SENTENCES)
    return [
        text
        for sentence in sentences[::step]
        for text in (f"{next(openings, '')} {sentence}", f"{sentence} {next(closings, '')}")
    ]


def repeated(sentences: Iterable[str]) -> list[str]:
    """Return sentences twice over."""
    return [f"{text} {text}" for text in sentences]


def opposites(
    sentences: Sequence[str], carriers: CarrierWords, knows: Callable[[str], bool]
) -> Iterator[str]:
    """Yield opposites of sentences: those in which a word follows another as in no other."""
    pairs = set(chain.from_iterable(pairwise(["", *text.split(), ""]) for text in sentences))
    for sentence in sentences:
        for text in carriers.opposites(sentence):
            words = text.split()
            new = set(pairwise(["", *words, ""])) - pairs
            if new and all(map(knows, words)):
                pairs |= new
                yield text


def _known(phrases: Iterable[Words], knows: Callable[[str], bool]) -> list[str]:
    return [" ".join(phrase) for phrase in phrases if all(map(knows, phrase))]
