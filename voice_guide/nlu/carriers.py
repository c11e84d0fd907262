"""The words of a language that change nothing about a sentence, and those that negate one."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from voice_guide.config.language import find
from voice_guide.config.toml_files import load_toml
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.carrier_tables import (
    STRICT,
    Carriers,
    Correction,
    Negation,
    Opposites,
    Wording,
)

Words = tuple[str, ...]
"""The words of a phrase."""

_FILE = "carriers.toml"
"""The name of the file in a language's folder."""

_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
"""A letter that is written more than twice: "owww"."""

_REFERENCE = r"\{[^}]*\}|<[^>]*>"
"""The {lists} and <rules> of a template."""


@dataclass(frozen=True, config=STRICT)
class CarrierWords:
    """A language's `carriers.toml`."""

    carriers: Carriers = Carriers()
    """What has no meaning."""

    wording: Wording = Wording()
    """What means the same."""

    negation: Negation = Negation()
    """What means the opposite."""

    opposites_said: Annotated[Opposites, Field(alias="opposites")] = Opposites()
    """What the opposite of a sentence is."""

    correction: Correction = Correction()
    """What takes back what was said before."""

    @cached_property
    def either(self) -> frozenset[Words]:
        """The phrases that may stand before, between or after sentences."""
        carriers = self.carriers
        return _phrases((*carriers.either, *carriers.seldom, *carriers.anywhere))

    @cached_property
    def heard_before(self) -> list[Words]:
        """What a recognizer may hear before a sentence."""
        return _listed((*self.carriers.either, *self.carriers.before))

    @cached_property
    def heard_after(self) -> list[Words]:
        """What a recognizer may hear after a sentence."""
        return _listed((*self.carriers.either, *self.carriers.after))

    @cached_property
    def before(self) -> frozenset[Words]:
        """The phrases that need a sentence after them."""
        return _phrases(self.carriers.before)

    @cached_property
    def after(self) -> frozenset[Words]:
        """The phrases that need a sentence before them."""
        return _phrases(self.carriers.after)

    @cached_property
    def anywhere(self) -> frozenset[Words]:
        """The phrases that may stand within a sentence."""
        return _phrases((*self.carriers.anywhere, *self.carriers.articles))

    @cached_property
    def corrections(self) -> frozenset[Words]:
        """The phrases that take back the sentence before them."""
        return _phrases(self.correction.words)

    @cached_property
    def negations(self) -> frozenset[Words]:
        """The phrases that negate; `negates` knows the words that only end like one too."""
        return _phrases(self.negation.words)

    @cached_property
    def after_negations(self) -> frozenset[Words]:
        """The phrases that negate the sentence before them."""
        return _phrases(self.negation.after)

    def spelled(self, words: Iterable[str]) -> Words:
        """Return words as sentence files spell them."""
        spellings = self.wording.spellings
        usual = (_DRAWN_OUT.sub(r"\1", word) for word in words)
        return tuple(part for word in usual for part in spellings.get(word, word).split())

    def are_usual(self, words: Words) -> bool:
        """Return whether words are nothing but what is often said around a sentence: "please"."""
        usual, at = _phrases(self.carriers.either), 0
        while at < len(words):
            length = longest_phrase(usual, words, at)
            if not length:
                return False
            at += length
        return True

    def written_out(self, words: Words) -> Words:
        """Return words with what is joined to them by an ending as a word of its own."""
        return tuple(part for word in words for part in self._without_ending(word))

    def _without_ending(self, word: str) -> Words:
        for ending, written in self.wording.endings.items():
            if word.endswith(ending):
                return word.removesuffix(ending), written
        return (word,)

    def negation_at(self, words: Words, at: int) -> int:
        """Return how many words from there on are a negation; 0 where there is none."""
        if any(words[at].endswith(ending) for ending in self.negation.endings):
            length = 1
        else:
            length = longest_phrase(self.negations, words, at)
        follows = words[at + length] if at + length < len(words) else ""
        return 0 if follows in self.negation.never_before else length

    def without_opening(self, words: Words) -> Words:
        """Return words from the first on that neither carries nor negates what follows."""
        opening = self.either | self.before
        at = 0
        while at < len(words):
            length = longest_phrase(opening, words, at) or self.negation_at(words, at)
            if not length:
                break
            at += length
        return words[at:]

    def opposites(self, text: str) -> Iterator[str]:
        """Yield how the opposite of a sentence is said."""
        yield from _replaced(text, self.opposites_said.instead)
        if text.split()[0] in self.opposites_said.begins:
            yield from (f"{phrase} {text}" for phrase in self.opposites_said.before)

    def originals(self, text: str) -> Iterator[str]:
        """Yield the sentences whose opposite a text may be."""
        yield from _replaced(text, ((new, old) for old, new in self.opposites_said.instead))
        for phrase in self.opposites_said.before:
            before, _, after = f" {text} ".partition(f" {phrase} ")
            opening = tuple(before.split())
            is_opening = not opening or opening in self.either or opening in self.before
            if is_opening and after and after.split()[0] in self.opposites_said.begins:
                yield f"{before} {after}".strip()

    def loosened(self, template: str) -> str:
        """Return a template in which articles may be missing and words be said another way."""
        return self._variants.sub(self._alternatives, template) if self._other_ways else template

    def _alternatives(self, found: re.Match[str]) -> str:
        return self._other_ways.get(found[0].lower(), found[0])

    @cached_property
    def _other_ways(self) -> dict[str, str]:
        """What stands in a loosened template for a phrase of the original."""
        ways = {article: f"[{article}]" for article in self.carriers.articles}
        for phrases in self.wording.same:
            ways |= dict.fromkeys(phrases, f"({'|'.join(phrases)})")
        return ways

    @cached_property
    def _variants(self) -> re.Pattern[str]:
        longest_first = sorted(self._other_ways, key=len, reverse=True)
        phrases = "|".join(map(re.escape, longest_first))
        return re.compile(rf"{_REFERENCE}|(?<![\w'’])(?:{phrases})(?![\w'’])", re.IGNORECASE)


def longest_phrase(phrases: frozenset[Words], words: Words, at: int) -> int:
    """Return how many words from there on are one of the phrases; 0 where none is."""
    longest = min(_longest(phrases), len(words) - at)
    return next((n for n in range(longest, 0, -1) if words[at : at + n] in phrases), 0)


@cache
def carrier_words(language: str) -> CarrierWords:
    """Return what a language's sentences may be carried by; nothing for an unknown one.

    Raises VoiceGuideError where its `carriers.toml` cannot be used.
    """
    try:
        folder = find(language).folder
    except VoiceGuideError:
        return CarrierWords()
    return read_carrier_words(folder)


def read_carrier_words(folder: Path) -> CarrierWords:
    """Read the `carriers.toml` of a language's folder, where there is one.

    Raises TomlFileError where it cannot be used.
    """
    file = folder / _FILE
    return load_toml(file, CarrierWords) if file.exists() else CarrierWords()


@cache
def _longest(phrases: frozenset[Words]) -> int:
    return max(map(len, phrases), default=0)


def _replaced(text: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a text with each of the phrases that it has in place of another."""
    for old, new in pairs:
        if old not in text:
            continue
        replaced = re.sub(rf"(?<![\w'’]){re.escape(old)}(?![\w'’])", new, text, count=1)
        if replaced != text:
            yield replaced


def _listed(texts: Iterable[str]) -> list[Words]:
    return [tuple(text.split()) for text in dict.fromkeys(texts)]


def _phrases(texts: Iterable[str]) -> frozenset[Words]:
    return frozenset(tuple(text.split()) for text in texts)
