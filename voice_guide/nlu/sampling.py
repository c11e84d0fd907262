"""From sentence templates to the list of sentences that the recognizer learns from.

Vosk turns the list into a bigram model: which word follows which, and how often. A
template can describe more sentences than could ever be listed, so sentences are drawn,
each choice in a template taking what was taken least so far, until further ones bring no
new pair of words. What is short and plain is drawn often, and weighs as much as it should.
"""

import random
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.intents import TextSlotList

from voice_guide.nlu.number_words import NumberList
from voice_guide.nlu.sentences import Sentences
from voice_guide.nlu.template import Template

_T = TypeVar("_T")

UNKNOWN = "[unk]"
"""Vosk's word for whatever is none of the listed ones."""

_PATIENCE = 20
"""Sentences of an intent without a new pair of words after which none is expected."""

_MAX_DRAWN = 1_500
"""Sentences drawn before only those are added that bring a new pair of words: more only slow
the recognizer down."""

_MAX_RARE_DRAWS = 3_000
"""Sentences drawn of a template at the most to find the words that were not drawn yet."""

_NOT_SPOKEN = re.compile(r"[^\w' ]+")


def drawn_sentences(
    sentences: Sentences, context: str | None, knows: Callable[[str], bool]
) -> list[str]:
    """Draw sentences of a context (None: of all) to cover every word and every junction.

    `knows` tells whether the speech model has a word: sentences with one that it lacks
    cannot be heard and are left out. The same templates give the same list each time.
    """
    return [text for text, _ in drawn_with_templates(sentences, context, knows)]


def drawn_with_templates(
    sentences: Sentences,
    context: str | None,
    knows: Callable[[str], bool],
    patience: int = _PATIENCE,
) -> list[tuple[str, Template]]:
    """Draw sentences as `drawn_sentences` does, each with the template it was drawn from.

    `patience` is how many sentences of an intent may bring no new pair of words before it is
    left; with less, rare words are missing.
    """
    by_intent: dict[str, list[Template]] = {}
    for template in sentences.templates(context):
        by_intent.setdefault(template.intent, []).append(template)
    drawn = _drawn(by_intent, knows, patience)
    found = {word for text, _ in drawn for word in text.split()}
    for templates in by_intent.values():
        for template in templates:
            drawn += _drawn_with_rare_words(template, knows, found)
    return drawn


def _drawn_with_rare_words(
    template: Template, knows: Callable[[str], bool], found: set[str]
) -> Iterator[tuple[str, Template]]:
    """Yield sentences of a template with those of its words that were not drawn yet."""
    draw = _Draw(template)
    missing = {word for word in words_of_templates([template]) if knows(word)} - found
    for _ in range(_MAX_RARE_DRAWS if missing else 0):
        if found.issuperset(missing):
            return
        sentence = spoken(draw.sentence())
        if not found.issuperset(sentence) and all(map(knows, sentence)):
            found.update(sentence)
            yield " ".join(sentence), template


def drawn_from(template: Template) -> list[str]:
    """Draw distinct sentences of one template, those with words no model knows included."""
    everything = _drawn({template.intent: [template]}, lambda _: True)
    return list(dict.fromkeys(text for text, _ in everything))


def _drawn(
    by_intent: Mapping[str, Sequence[Template]],
    knows: Callable[[str], bool],
    patience: int = _PATIENCE,
) -> list[tuple[str, Template]]:
    draws = {
        intent: _Turns([_Draw(each) for each in templates], intent)
        for intent, templates in by_intent.items()
    }
    drawn: list[tuple[str, Template]] = []
    junctions: set[tuple[str, str]] = set()
    idle = dict.fromkeys(by_intent, 0)
    while idle and min(idle.values()) < patience:
        # Once there are enough, only those go on that still bring something new.
        is_full = len(drawn) >= _MAX_DRAWN
        for intent in [name for name, rounds in idle.items() if rounds < patience or not is_full]:
            draw = draws[intent].next()
            words = spoken(draw.sentence())
            new = set(pairwise(["", *words, ""])) - junctions
            junctions |= new
            idle[intent] = 0 if new else idle[intent] + 1
            if words and (new or not is_full) and all(map(knows, words)):
                # The same are drawn many times, and for every context: each is kept once.
                drawn.append((sys.intern(" ".join(words)), draw.template))
    return drawn


def spoken(text: str) -> list[str]:
    """Return the words of a text as a speech model spells them."""
    return _NOT_SPOKEN.sub(" ", text.lower().replace("’", "'").replace("_", " ")).split()


def words_of(sentences: Sentences, context: str | None) -> set[str]:
    """Return every word that may occur in a sentence of the context."""
    return words_of_templates(sentences.templates(context))


def words_of_templates(templates: Iterable[Template]) -> set[str]:
    """Return every word that may occur in a sentence of the templates."""
    return {
        word
        for template in templates
        for text in _texts(template.expression, template)
        for word in spoken(text)
    }


def named_values(
    sentences: Sentences, context: str | None, knows: Callable[[str], bool]
) -> set[str]:
    """Return what every list of a context's sentences names, as a speech model spells it."""
    named = (words for _, words in _values(sentences, context))
    return {" ".join(words) for words in named if words and all(map(knows, words))}


def value_words(sentences: Sentences) -> Mapping[str, frozenset[str]]:
    """Return the single words that are values of each slot."""
    found: dict[str, set[str]] = {}
    for name, words in _values(sentences, None):
        found.setdefault(name, set()).update(words if len(words) == 1 else ())
    return {name: frozenset(words) for name, words in found.items()}


def _values(sentences: Sentences, context: str | None) -> Iterator[tuple[str, list[str]]]:
    """Yield the slot and the words of every value that the lists of a context's sentences have."""
    for template in sentences.templates(context):
        for reference in template.references:
            for text in _texts(reference, template):
                yield reference.slot_name, spoken(text)


class _Turns(Generic[_T]):
    """Options that take turns by chance: each comes up once before any comes up again."""

    def __init__(self, options: Sequence[_T], seed: str) -> None:
        self._options = options
        self._chance = random.Random(seed)
        self._left: list[_T] = []

    def next(self) -> _T:
        """Return the option whose turn it is."""
        if not self._left:
            self._left = self._chance.sample(self._options, len(self._options))
        return self._left.pop()


class _Draw:
    """Draws sentences of a template, each choice in it taking turns.

    They depend on that template alone, so that no other one changes them.
    """

    def __init__(self, template: Template) -> None:
        self.template = template
        """The template that the sentences are drawn from."""
        self._seed = f"{template.intent} {template.expression}"
        self._chance = random.Random(self._seed)
        self._turns: dict[Hashable, _Turns[Expression | str]] = {}

    def sentence(self) -> str:
        """Return the next sentence; a wildcard gives nothing."""
        return self._text(self.template.expression)

    def _text(self, expression: Expression | str) -> str:
        if isinstance(expression, str):
            return expression
        if isinstance(expression, TextChunk):
            return expression.original_text
        if isinstance(expression, Permutation):
            items = self._chance.sample(expression.items, len(expression.items))
            return " ".join(map(self._text, items))
        if isinstance(expression, Group) and not isinstance(expression, Alternative):
            return "".join(map(self._text, expression.items))
        # Wherever a list is named its values take turns, so that all of them come up soon.
        where: Hashable = (
            expression.list_name if isinstance(expression, ListReference) else id(expression)
        )
        if where not in self._turns:
            options = (
                expression.items
                if isinstance(expression, Alternative)
                else choices(expression, self.template)
            )
            self._turns[where] = _Turns(options or [""], f"{self._seed} {len(self._turns)}")
        return self._text(self._turns[where].next())


def _texts(expression: Expression, template: Template) -> Iterator[str]:
    """Yield every piece of text in an expression."""
    if isinstance(expression, TextChunk):
        yield expression.original_text
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from _texts(item, template)
    else:
        for choice in choices(expression, template):
            if isinstance(choice, str):
                yield choice
            else:
                yield from _texts(choice, template)


def choices(expression: Expression, template: Template) -> Sequence[Expression | str]:
    """Return what a {list} or <rule> may stand for; nothing for a wildcard."""
    if isinstance(expression, RuleReference):
        return [template.rules[expression.rule_name]]
    if not isinstance(expression, ListReference):
        raise TypeError(f"not a part of a sentence template: {expression}")
    values = template.lists.get(expression.list_name)
    if isinstance(values, NumberList):
        return values.words
    return [value.text_in for value in values.values] if isinstance(values, TextSlotList) else []
