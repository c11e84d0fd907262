"""Which sentences are rehearsed, out of all that the templates describe.

They describe more than can be said in every voice. What is said covers, in each context,
every template, every value of a list and every word, and everything that is short.
"""

from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass

from voice_guide.guide.phase import Phase
from voice_guide.hearing.command import Slots
from voice_guide.hearing.grammar import drawn_from, spoken
from voice_guide.hearing.sentences import Sentences

_SHORT = 2
"""Sentences of up to this many words are all said: there is least in them to go by."""


@dataclass(frozen=True)
class Line:
    """A sentence to be said in one context, and what it should be taken for."""

    context: str
    """Where in the conversation."""

    intent: str
    """What the person wants."""

    slots: Slots
    """The sentence's values."""

    text: str
    """The words."""


@dataclass(frozen=True)
class UnknownWord:
    """A word in a sentence that the speech model cannot hear."""

    word: str
    """The word."""

    intent: str
    """The intent of the sentence."""

    value: str
    """The value of a list that it stands in, as packs add them; empty for none."""

    text: str
    """The shortest sentence with it."""


@dataclass(frozen=True)
class Lines:
    """What is to be rehearsed, and what it is no use to say."""

    lines: tuple[Line, ...]
    """By context, then in the order of the sentence files."""

    unknown: tuple[UnknownWord, ...]
    """Each word, once for every intent and value."""


def lines_of(sentences: Sentences, knows: Callable[[str], bool]) -> Lines:
    """Choose what to say; the same sentences give the same lines.

    A sentence listened for in several contexts is said in one of them: in the middle of a
    step, where hands are busiest and talk is likeliest, or else in the first there is.
    `knows` tells whether the speech model has a word.
    """
    lines: list[Line] = []
    unknown: dict[tuple[str, str, str], UnknownWord] = {}
    placed: set[Hashable] = set()
    for context in sorted(sentences.contexts, key=lambda name: name != Phase.STEP):
        parts: dict[str, set[Hashable]] = {}
        meant: dict[str, Line] = {}
        for number, template in enumerate(sentences.templates(context)):
            texts = tuple(sorted(drawn_from(template, sentences.language), key=_length))
            if (template.intent, texts) in placed:
                continue
            placed.add((template.intent, texts))
            for text in texts:
                line = _line(sentences, context, template.intent, text)
                words = text.split()
                for word in words:
                    if not knows(word):
                        found = UnknownWord(word, line.intent, _value_with(word, line), text)
                        unknown.setdefault((word, found.intent, found.value), found)
                if all(map(knows, words)):
                    meant.setdefault(text, line)
                    parts.setdefault(text, set()).update({number, *words, *line.slots.items()})
        lines += [meant[text] for text in covering(parts)]
    return Lines(tuple(lines), tuple(unknown.values()))


def covering(parts: Mapping[str, Set[Hashable]]) -> list[str]:
    """Choose texts that together have every part, and all the short ones, in their order.

    `parts` gives what there is in each text. What covers most of what is missing is taken
    first, and of several such texts the one that comes first.
    """
    chosen = {text for text in parts if len(text.split()) <= _SHORT}
    missing = set().union(*parts.values()).difference(*(parts[text] for text in chosen))
    while missing:
        best = max(parts, key=lambda text: len(parts[text] & missing))
        chosen.add(best)
        missing -= parts[best]
    return [text for text in parts if text in chosen]


def _line(sentences: Sentences, context: str, intent: str, text: str) -> Line:
    meaning = sentences.match(text, context)
    # Words that another intent's template has too are taken for that one; that this is
    # not what was meant will show when they are said.
    slots = meaning.slots if meaning and meaning.intent == intent else {}
    return Line(context, intent, slots, text)


def _value_with(word: str, line: Line) -> str:
    values = (value for value in line.slots.values() if isinstance(value, str))
    return next((value for value in values if word in spoken(value)), "")


def _length(text: str) -> int:
    return len(text.split())
