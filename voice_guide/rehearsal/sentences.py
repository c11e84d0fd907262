"""Which sentences are rehearsed, out of all that the templates describe.

They describe more than can be said in every voice. What is said covers, in each context,
every template, every value of a list and every word, and everything that is short.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.command import Slots
from voice_guide.nlu.sampling import drawn_from, spoken
from voice_guide.nlu.sentences import Sentences

_SHORT = 2
"""Sentences of up to this many words are all said: there is least in them to go by."""


@dataclass(frozen=True)
class Line:
    """A sentence to be said in one context, and what it should be taken for."""

    context: str
    """Where in the conversation."""

    intent: str
    """What the person wants."""

    slots: Slots = field(hash=False)
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
    chosen: set[tuple[str, str]] = set()
    unknown: dict[tuple[str, str, str], UnknownWord] = {}
    placed: set[tuple[str, ...]] = set()
    for context in sorted(Phase, key=lambda phase: phase != Phase.STEP):
        parts: dict[Line, set[Hashable]] = {}
        for template, texts in enumerate(_drawn(sentences, context, placed)):
            for line in texts:
                if (line.intent, line.text) in chosen:
                    continue
                words = line.text.split()
                deaf_to = [word for word in words if not knows(word)]
                for word in deaf_to:
                    value = _value_with(word, line)
                    found = UnknownWord(word, line.intent, value, line.text)
                    unknown.setdefault((word, line.intent, value), found)
                if not deaf_to:
                    parts.setdefault(line, set()).update({template, *words, *line.slots.items()})
        lines += covering(parts)
        chosen = {(line.intent, line.text) for line in lines}
    return Lines(tuple(lines), tuple(unknown.values()))


def covering(parts: Mapping[Line, Set[Hashable]]) -> list[Line]:
    """Choose lines that together have every part, and all the short ones, in their order.

    `parts` gives what there is in each line. What covers most of what is missing is taken
    first, and of several such lines the one that comes first.
    """
    chosen = {line for line in parts if _length(line.text) <= _SHORT}
    missing = set().union(*parts.values()).difference(*(parts[line] for line in chosen))
    while missing:
        best = max(parts, key=lambda line: len(parts[line] & missing))
        chosen.add(best)
        missing -= parts[best]
    return [line for line in parts if line in chosen]


def _drawn(
    sentences: Sentences, context: str, placed: set[tuple[str, ...]]
) -> Iterator[list[Line]]:
    """Yield each template's lines, short ones first, unless it is in `placed`; put it there."""
    for template in sentences.templates(context):
        if not template.is_said:
            continue
        texts = sorted(drawn_from(template, sentences.language), key=_length)
        if (key := (template.intent, *texts)) not in placed:
            placed.add(key)
            found = (_line(sentences, context, template.intent, text) for text in texts)
            yield [line for line in found if line]


def _line(sentences: Sentences, context: str, intent: str, text: str) -> Line | None:
    """Return what a text should be taken for; None where it is no sentence.

    It is none where a list has no values, as the things of packs that need nothing.
    """
    meaning = sentences.match(text, context)
    if meaning is None:
        return None
    # Words that another intent's template has too are taken for that one; that this is
    # not what was meant will show when they are said.
    return Line(context, intent, meaning.slots if meaning.intent == intent else {}, text)


def _value_with(word: str, line: Line) -> str:
    values = (value for value in line.slots.values() if isinstance(value, str))
    return next((value for value in values if word in spoken(value)), "")


def _length(text: str) -> int:
    return len(text.split())
