"""The sentences that a recognizer is told to expect in a context.

It makes of them which word follows which, and how often. Beside the sentences of the context
there are those of other contexts, so that they are heard as such; sentences as they are said,
with "okay" and "please" and twice over; and their opposites, so that a "not" can be heard.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, cycle, pairwise

from voice_guide.nlu.carriers import CarrierWords, Words

_COPIES = (0, 40, 12, 5, 2)
"""How often the recognizer is told a sentence of so many words; a longer one once. What is short
is said most, and would be lost among the many ways to put what is long."""

_MAX_OPPOSITE_WORDS = 3
"""Words of a sentence whose opposite the recognizer is told: more would be heard in place of
other words."""

_MAX_CARRIED_SENTENCES = 400
"""Sentences with words around them that the recognizer is told: each makes others rarer."""


def weighted(sentences: Iterable[str]) -> Iterator[str]:
    """Yield the sentences of a context, the shorter the more often."""
    for text in sentences:
        words = len(text.split())
        yield from [text] * (_COPIES[words] if words < len(_COPIES) else 1)


def shortest(drawn: Iterable[str], is_whole: Callable[[Sequence[str]], bool]) -> set[str]:
    """Return the sentences of one word or two that can be made of the words of others."""
    pairs = {pair for text in drawn for pair in pairwise(text.split())}
    words = {word for text in drawn for word in text.split()}
    singles = {word for word in words if is_whole([word])}
    return singles | {" ".join(pair) for pair in pairs if is_whole(pair)}


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
        if len(sentence.split()) > _MAX_OPPOSITE_WORDS:
            continue
        for text in carriers.opposites(sentence):
            words = text.split()
            new = set(pairwise(["", *words, ""])) - pairs
            if new and all(map(knows, words)):
                pairs |= new
                yield text


def _known(phrases: Iterable[Words], knows: Callable[[str], bool]) -> list[str]:
    return [" ".join(phrase) for phrase in phrases if all(map(knows, phrase))]
