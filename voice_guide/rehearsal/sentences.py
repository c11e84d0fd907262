"""Select the sentences to rehearse from all that the templates describe.

The templates describe more sentences than can be said in every voice. The selection covers, in
each context, every template, every value of a list, every word, and all short sentences.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.carriers import carrier_words
from voice_guide.nlu.command import Slots
from voice_guide.nlu.sampling import drawn_from, spoken
from voice_guide.nlu.sentences import Sentences

_MAX_SHORT_WORDS = 2
"""Number of words up to which all sentences are selected: short ones are the hardest to hear."""

_PATIENCE = 30
"""Sentences of a template without a new word or value after which none is expected: the values
of a list take turns."""


@dataclass(frozen=True)
class RehearsalSentence:
    """A sentence to say in one context, and the command it should be understood as."""

    context: str
    """The context to say it in."""

    intent: str
    """The command's intent."""

    slots: Slots = field(hash=False)
    """The command's values."""

    text: str
    """The words."""


@dataclass(frozen=True)
class UnknownWord:
    """A word in a sentence that the speech model does not know, and so cannot hear."""

    word: str
    """The word."""

    intent: str
    """The intent of the sentence."""

    value: str
    """The value of a pack's list that contains the word; empty if none does."""

    text: str
    """The shortest sentence with the word."""


@dataclass(frozen=True)
class Selection:
    """The sentences to say, and the words that are no use to say."""

    sentences: tuple[RehearsalSentence, ...]
    """The sentences, by context and then in the order of the sentence files."""

    unknown: tuple[UnknownWord, ...]
    """Each unknown word, once for every intent and value."""


def select_sentences(sentences: Sentences, knows: Callable[[str], bool]) -> Selection:
    """Select the sentences to say; the result depends only on the arguments.

    A sentence of several contexts is selected for one of them: the middle of a step, where hands
    are busiest and background talk is likeliest, or else the first. `knows` tells if the speech
    model has a word.
    """
    selected: list[RehearsalSentence] = []
    seen: set[tuple[str, str]] = set()
    unknown: dict[tuple[str, str, str], UnknownWord] = {}
    drawn_templates: set[Hashable] = set()
    is_typed = _typed(sentences)
    for context in dict.fromkeys((Phase.STEP, *Phase, *sentences.contexts)):
        parts: dict[RehearsalSentence, set[Hashable]] = {}
        for template, drawn in enumerate(_drawn(sentences, context, drawn_templates)):
            for sentence in drawn:
                words = sentence.text.split()
                if (sentence.intent, sentence.text) in seen or is_typed(sentence):
                    continue
                unknown_words = [word for word in words if not knows(word)]
                for word in unknown_words:
                    value = _value_with(word, sentence)
                    found = UnknownWord(word, sentence.intent, value, sentence.text)
                    unknown.setdefault((word, sentence.intent, value), found)
                if not unknown_words:
                    new_parts = {template, *words, *sentence.slots.items()}
                    parts.setdefault(sentence, set()).update(new_parts)
        selected += covering_sentences(parts)
        seen = {(sentence.intent, sentence.text) for sentence in selected}
    return Selection(tuple(selected), tuple(unknown.values()))


def covering_sentences(
    parts: Mapping[RehearsalSentence, Set[Hashable]],
) -> list[RehearsalSentence]:
    """Return sentences that together have every part, and all short ones, in their order.

    `parts` maps each sentence to its parts. The choice is greedy: the sentence with the most
    parts that are still missing comes next, and the first of several such.
    """
    chosen = {sentence for sentence in parts if _length(sentence.text) <= _MAX_SHORT_WORDS}
    found: Set[Hashable] = set().union(*(parts[each] for each in chosen))
    missing: Mapping[RehearsalSentence, Set[Hashable]] = parts
    while missing := {each: left for each in missing if (left := missing[each] - found)}:
        best, found = max(missing.items(), key=lambda item: len(item[1]))
        chosen.add(best)
    return [sentence for sentence in parts if sentence in chosen]


def _drawn(
    sentences: Sentences, context: str, drawn_templates: set[Hashable]
) -> Iterator[list[RehearsalSentence]]:
    """Yield the sentences of each template that is not in `drawn_templates`, and add it there.

    Short sentences come first.
    """
    for template in sentences.templates(context):
        # The same one of another context, which need not be drawn again to see it.
        if not template.is_said or (itself := id(template.expression)) in drawn_templates:
            continue
        texts = drawn_from(template)
        if (alike := (template.intent, *texts)) not in drawn_templates:
            drawn_templates |= {itself, alike}
            found = _found(sentences, context, template.intent, texts)
            yield sorted(found, key=lambda sentence: _length(sentence.text))


def _found(
    sentences: Sentences, context: str, intent: str, texts: Iterable[str]
) -> Iterator[RehearsalSentence]:
    """Yield the short ones of a template's sentences, and others with all words and values."""
    known: set[Hashable] = set()
    idle = 0
    for text in texts:
        words = text.split()
        is_short = len(words) <= _MAX_SHORT_WORDS
        if idle >= _PATIENCE and not is_short and known.issuperset(words):
            continue
        if sentence := _sentence(sentences, context, intent, text):
            parts = {*words, *sentence.slots.items()}
            idle = 0 if parts - known else idle + 1
            known |= parts
            yield sentence


def _sentence(
    sentences: Sentences, context: str, intent: str, text: str
) -> RehearsalSentence | None:
    """Return the sentence with this text, or None if it is not one.

    It is not one where a list has no values, such as the things of packs that need nothing.
    """
    # Another intent may have the same words. Saying them will show that it is not what was meant.
    meaning = next(sentences.meanings(text, context, intent), None)
    return RehearsalSentence(context, intent, meaning.slots, text) if meaning else None


def _typed(sentences: Sentences) -> Callable[[RehearsalSentence], bool]:
    """Return what tells whether a sentence is there for who types it: "call 911", "oww".

    A pack's author has to know of digits in a value.
    """
    spellings = carrier_words(sentences.language).wording.spellings

    def is_typed(sentence: RehearsalSentence) -> bool:
        return any(
            word in spellings or (word.isdecimal() and not _value_with(word, sentence))
            for word in sentence.text.split()
        )

    return is_typed


def _value_with(word: str, sentence: RehearsalSentence) -> str:
    values = (value for value in sentence.slots.values() if isinstance(value, str))
    return next((value for value in values if word in spoken(value)), "")


def _length(text: str) -> int:
    return len(text.split())
