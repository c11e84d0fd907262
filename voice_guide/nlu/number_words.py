"""Numbers as they are said, and the lists of numbers that a sentence may have."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from hassil.expression import TextChunk
from hassil.intents import RangeFractionType, RangeSlotList, TextSlotList, TextSlotValue
from hassil.numbers import get_rbnf_engine

from voice_guide.errors import VoiceGuideError

OUT_OF_RANGE = object()
"""The value of a number beyond a range, which means nothing."""

_MAX_NUMBERS = 10_000
"""Numbers in a list: reading and preparing more takes too long."""

_JOINED_BY_AND = {"en": ("hundred", "hundred and")}
"""Other words for a part of a number, by language, which the number rules of hassil lack."""


@dataclass
class NumberList(TextSlotList):
    """The numbers of a range, by their words and digits."""

    words: Sequence[str] = field(default=())
    """Everything that may be said."""

    beyond: Sequence[str] = field(default=())
    """Numbers beyond the range that sound like one of it: "one hundred and twenty"."""


def number_list(given: RangeSlotList, language: str) -> NumberList:
    """Return the numbers of a range; raises ValueError where the language's words are unknown."""
    language = given.words_language or language
    numbers = list(_numbers(given))
    values: dict[str, int | float] = {}
    for number in numbers if given.words else ():
        for text in number_words(number, language):
            values.setdefault(text, _scaled(number, given.multiplier))
    words = tuple(values)
    for number in numbers if given.digits else ():
        for text in (str(number), str(number).replace(".", ",")):
            values[text] = _scaled(number, given.multiplier)
    listed = [TextSlotValue(TextChunk(text), value) for text, value in values.items()]
    beyond: list[str] = []
    if words:
        beyond += _longer_numbers(words, numbers, language)
        if given.start >= 0:
            beyond += [f"{minus} {text}" for minus in _minus(language) for text in words]
    return NumberList(given.name, listed, words, beyond)


def beyond_range(values: NumberList) -> NumberList:
    """Return the numbers beyond a range, which mean nothing, in place of those of the range."""
    listed = [TextSlotValue(TextChunk(text), OUT_OF_RANGE) for text in values.beyond]
    return NumberList(values.name, listed, values.beyond)


def _numbers(given: RangeSlotList) -> Iterator[int | float]:
    """Yield the numbers from the beginning of a range to its end, and none beyond it."""
    if (given.stop - given.start) // given.step > _MAX_NUMBERS:
        raise VoiceGuideError(
            f"{{{given.name}}}: from {given.start} to {given.stop} are too many numbers; at "
            f"most {_MAX_NUMBERS:,} are supported, and a larger step gives fewer"
        )
    for whole in range(given.start, given.stop + 1, given.step):
        yield whole
        for fraction in RangeFractionType.get_fractions(given.fraction_type):
            if whole + fraction <= given.stop:
                yield round(whole + fraction, 1)


def _scaled(number: int | float, multiplier: float | None) -> int | float:
    value = number if multiplier is None else number * multiplier
    return int(value) if float(value).is_integer() else value


@lru_cache(20_000)
def number_words(number: int | float, language: str) -> tuple[str, ...]:
    """Return the ways to say a number; none for a fraction that the language has no words for.

    Raises ValueError where the number words of the language are not known.
    """
    if number < 0:
        return tuple(
            f"{minus} {text}"
            for minus in _minus(language)
            for text in number_words(-number, language)
        )
    texts = [_plain(text) for text in _formatted(number, language)]
    if not isinstance(number, int):
        # Some rules leave out the fraction.
        whole = number_words(int(number), language)
        texts = [text for text in texts if text not in whole]
    old, new = _JOINED_BY_AND.get(language.split("-")[0], ("", ""))
    joined = [text.replace(f"{old} ", f"{new} ", 1) for text in texts if old]
    return tuple(dict.fromkeys([*texts, *joined]))


def _minus(language: str) -> Iterable[str]:
    """Return the words before a negative number."""
    one, minus_one = (map(_plain, _formatted(each, language)) for each in (1, -1))
    return dict.fromkeys(
        negative.removesuffix(positive).strip()
        for positive, negative in zip(one, minus_one, strict=False)
        if negative.endswith(positive) and negative != positive
    )


def _formatted(number: int | float, language: str) -> Iterable[str]:
    return get_rbnf_engine(language).format_number(number).text_by_ruleset.values()


def _plain(text: str) -> str:
    """Return a number's words without hyphens, the invisible ones included."""
    return " ".join(text.lower().replace("\xad", "").replace("-", " ").split())


def _longer_numbers(
    known: Iterable[str], numbers: Sequence[int | float], language: str
) -> Iterator[str]:
    """Yield numbers that begin like a known one, until these bring no new pair of words."""
    texts = set(known)
    pairs = {pair for text in texts for pair in pairwise(text.split())}
    for number in numbers:
        if not isinstance(number, int) or number <= 0 or number % 10:
            continue
        beginnings = tuple(f"{text} " for text in number_words(number, language))
        for longer in range(number + 1, number + (10 if number % 100 else 100)):
            for text in number_words(longer, language):
                new = set(pairwise(text.split())) - pairs
                if new and text not in texts and text.startswith(beginnings):
                    pairs |= new
                    yield text
