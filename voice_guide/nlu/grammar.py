"""The sentences that a recognizer expects in a context.

It makes of them which word follows which, and how often. Beside the sentences of the context
there are those of other contexts, so that they are heard as such; sentences as they are said,
with "okay" and "please" and twice over; and their opposites, so that a "not" can be heard.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import chain, cycle, pairwise

from voice_guide.nlu.carriers import CarrierWords, Words

_COPIES = (0, 60, 24, 16, 12, 6)
"""Copies of a sentence of so many words in the recognizer's list; a longer one comes once. Short
ones are said most, and would be lost among the many long ones."""

_MAX_OPPOSITE_WORDS = 3
"""Words of a sentence whose opposite is in the recognizer's list: more opposites would be heard in
place of other words."""

_MAX_SHORT_WORDS = 2
"""Words of a sentence that is short."""

_COPIES_CARRIED = 5
"""Copies of a short sentence with what is most often said after one."""

_MAX_CARRIED_SENTENCES = 400
"""Sentences with words around them in the recognizer's list: each makes others rarer."""


def weighted(sentences: Iterable[str], rare: Container[str]) -> Iterator[str]:
    """Yield sentences of a context, the shorter the more often, but the rare ones once.

    Of the long ones only those that have a pair of words which no shorter one has: every
    further one takes time to learn and adds nothing.
    """
    pairs: set[tuple[str, str]] = set()
    for text in sorted(sentences, key=len):
        words = text.split()
        new = set(pairwise(["", *words, ""])) - pairs
        pairs |= new
        if len(words) < len(_COPIES):
            yield from [text] * (1 if text in rare else _COPIES[len(words)])
        elif new:
            yield text


def short_parts(drawn: Iterable[str]) -> set[tuple[str, ...]]:
    """Return what may be sentences by itself: words of sentences, and pairs of words in them."""
    divided = [text.split() for text in drawn]
    first, last = {words[0] for words in divided}, {words[-1] for words in divided}
    parts: set[tuple[str, ...]] = set()
    for words in divided:
        parts.update(zip(words), (pair for pair in pairwise(words) if pair[0] in first))
    return {part for part in parts if len(part) == 1 or part[-1] in last}


def carried(
    sentences: Sequence[str], carriers: CarrierWords, knows: Callable[[str], bool]
) -> list[str]:
    """Return sentences with what people say before and after them.

    Each phrase comes with several sentences, and what is most often said after one ("please")
    with every short one. `knows` tells whether the speech model has a word.
    """
    before, after = _known(carriers.heard_before, knows), _known(carriers.heard_after, knows)
    openings, closings = cycle(before), cycle(after)
    short = [text for text in sentences if len(text.split()) <= _MAX_SHORT_WORDS]
    step = max(1, 2 * len(sentences) // _MAX_CARRIED_SENTENCES)
    return [
        *(f"{text} {after[0]}" for text in short * _COPIES_CARRIED if after),
        *(
            text
            for sentence in sentences[::step]
            for text in (f"{next(openings, '')} {sentence}", f"{sentence} {next(closings, '')}")
        ),
    ]


def closing(carriers: CarrierWords, knows: Callable[[str], bool]) -> list[str]:
    """Return what is most often said after a sentence, in a list that may be empty."""
    return _known(carriers.heard_after, knows)[:1]


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
