"""From sentence templates to the list of sentences that the recognizer learns from.

Vosk turns the list into a bigram model: which word follows which, and how often. A
template can describe more sentences than could ever be listed, so sentences are drawn
at random, each choice in a template equally likely, until further ones bring no new
pair of words. What is short and plain is drawn often, and weighs as much as it should.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.intents import RangeSlotList, SlotList, TextSlotList
from hassil.numbers import get_rbnf_engine

from voice_guide.hearing.sentences import Sentences, Template

UNKNOWN = "[unk]"
"""Vosk's word for whatever is none of the listed ones."""

_PATIENCE = 400
"""Drawings in a row without a new pair of words after which there is none to expect."""

_MOST = 6_000
"""Sentences drawn at the most: more only slow the recognizer down."""

_NOT_SPOKEN = re.compile(r"[^\w' ]+")


def grammar(sentences: Sentences, context: str | None, known: Callable[[str], bool]) -> list[str]:
    """Return sentences of the context, drawn to cover every word and every junction.

    `known` tells whether the speech model has a word: sentences with one that it lacks
    cannot be heard and are left out. The same templates give the same list each time.
    """
    chooser = random.Random(0)
    language = sentences.language
    by_intent: dict[str, list[Template]] = {}
    for template in sentences.templates(context):
        by_intent.setdefault(template.intent, []).append(template)
    drawn: list[str] = []
    junctions: set[tuple[str, str]] = set()
    idle = 0
    while by_intent and idle < _PATIENCE and len(drawn) < _MOST:
        for templates in by_intent.values():
            template = chooser.choice(templates)
            words = spoken(_draw(template.expression, template, language, chooser))
            new = set(pairwise(["", *words, ""])) - junctions
            idle = 0 if new else idle + 1
            junctions |= new
            if words and all(map(known, words)):
                drawn.append(" ".join(words))
    return drawn


def spoken(text: str) -> list[str]:
    """Return the words of a text as a speech model spells them."""
    return _NOT_SPOKEN.sub(" ", text.lower().replace("’", "'").replace("_", " ")).split()


def words_of(sentences: Sentences, context: str | None) -> set[str]:
    """Return every word that may occur in a sentence of the context."""
    return {
        word
        for template in sentences.templates(context)
        for text in _texts(template.expression, template, sentences.language)
        for word in spoken(text)
    }


def _draw(
    expression: Expression, template: Template, language: str, chooser: random.Random
) -> str:
    """Draw one sentence of an expression; a wildcard gives nothing."""
    if isinstance(expression, TextChunk):
        return expression.original_text
    if isinstance(expression, Alternative):
        return _draw(chooser.choice(expression.items), template, language, chooser)
    if isinstance(expression, Permutation):
        items = chooser.sample(expression.items, len(expression.items))
        return " ".join(_draw(item, template, language, chooser) for item in items)
    if isinstance(expression, Group):
        return "".join(_draw(item, template, language, chooser) for item in expression.items)
    options = choices(expression, template, language)
    choice = chooser.choice(options) if options else ""
    return choice if isinstance(choice, str) else _draw(choice, template, language, chooser)


def _texts(expression: Expression, template: Template, language: str) -> Iterator[str]:
    """Yield every piece of text in an expression."""
    if isinstance(expression, TextChunk):
        yield expression.original_text
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from _texts(item, template, language)
    else:
        for choice in choices(expression, template, language):
            if isinstance(choice, str):
                yield choice
            else:
                yield from _texts(choice, template, language)


def choices(
    expression: Expression, template: Template, language: str
) -> Sequence[Expression | str]:
    """Return what a {list} or <rule> may stand for; nothing for a wildcard."""
    if isinstance(expression, RuleReference):
        return [template.rules[expression.rule_name]]
    if not isinstance(expression, ListReference):
        raise TypeError(f"not a part of a sentence template: {expression}")
    values = template.lists.get(expression.list_name) or _inline_range(expression)
    if isinstance(values, TextSlotList):
        return [value.text_in for value in values.values]
    if isinstance(values, RangeSlotList):
        return _number_words(values, language)
    return []


def _inline_range(reference: ListReference) -> SlotList | None:
    """{1..10:minutes}, which hassil knows without a list of that name."""
    bounds = reference.get_inline_range()
    return RangeSlotList(None, *bounds) if bounds else None


def _number_words(numbers: RangeSlotList, language: str) -> list[str]:
    engine = get_rbnf_engine(numbers.words_language or language)
    return [
        text
        for number in numbers.get_numbers()
        for text in dict.fromkeys(engine.format_number(number).text_by_ruleset.values())
    ]
